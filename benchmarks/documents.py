"""PDFs as people get them: made, kept, asked for by twenty at once, and what others notice of it."""

import statistics
import time

from django.conf import settings
from django.urls import reverse

from benchmarks.figures import quantile
from benchmarks.people import answers, begin, forget_pdf, full_sheet
from benchmarks.recorder import Recorder
from reflectie.services.tokens import read_token

TOGETHER = 20
# Others download without a pause: each PDF is another report's, so that every one has to be made.
DOWNLOADERS = 2


def _report(run: Recorder) -> tuple[str, str]:
    """Somebody's finished report: the link to fill in, and the address of its PDF."""
    token = begin(full_sheet(run.checklist), finish=True)
    return token, reverse("report-pdf", args=[read_token(token)])


def sent(run: Recorder) -> None:
    """Made, kept and unchanged, each in turns with the same bytes from a view that does nothing else."""
    token, path = _report(run)
    cold, kept, unchanged, top, top_unchanged = [], [], [], [], []
    ceiling = run.ceiling("pdf", "pdf", path)
    etag = {"If-None-Match": run.ask(path)[1]["etag"]}
    # The other worker starts its process for PDFs too.
    _together(run, token, path)
    for _ in range(run.turns(run.rounds * 3)):
        forget_pdf(token)
        cold.append(run.ask(path)[3] * 1000)
        kept.append(run.ask(path)[3] * 1000)
        unchanged.append(run.ask(path, etag)[3] * 1000)
        top.append(run.ask(ceiling)[3] * 1000)
        top_unchanged.append(run.ask(ceiling, {"If-None-Match": '"pdf"'})[3] * 1000)
    for name, own, beside in (
        ("PDF over HTTP, made (beside: kept)", cold, kept),
        ("PDF over HTTP, kept", kept, top),
        ("PDF over HTTP, 304", unchanged, top_unchanged),
    ):
        value, other = statistics.median(own), statistics.median(beside)
        run.add(name, value, "ms", ceiling=other, ratio=value / other)


def together(run: Recorder) -> None:
    """Twenty people ask for one that was never made, in turns with somebody who asks alone."""
    token, path = _report(run)
    alone, took, made, errors = [], [], [], 0
    for _ in range(run.rounds):
        forget_pdf(token)
        alone.append(run.ask(path)[3] * 1000)
        number, seconds, wrong = _together(run, token, path)
        made.append(number)
        took.append(seconds * 1000)
        errors += wrong
    value, other = statistics.median(took), statistics.median(alone)
    run.add(
        f"{TOGETHER} at once for one PDF, until all have it (beside: alone)",
        value,
        "ms",
        ceiling=other,
        ratio=value / other,
    )
    run.add("  times it was made", max(made), "", aim="1", met=set(made) == {1}, more={"all": made})
    run.add("  errors", errors, "", aim="0", met=not errors)


def _together(run: Recorder, token: str, path: str) -> tuple[int, float, int]:
    """How often it was made, seconds until everybody had it, and errors."""
    forget_pdf(token)
    before = _made()
    result = run.load("get", paths=[path], status=200, number=TOGETHER, at_once=TOGETHER)
    return _made() - before, result["elapsed"], sum(result["errors"].values())


def _made() -> int:
    return int((settings.WORK_DIR / "made").stat().st_size)


def neighbours(run: Recorder) -> None:
    """Somebody else's page while PDFs are made back to back, beside the same page while none are."""
    page = reverse("fill", args=[begin(answers(run.checklist))])
    pdfs = [_report(run)[1] for _ in range(run.number(60))]
    common = {"path": page, "number": run.number(300), "pause": 0.03, "seconds": 15}
    idle = run.load("visitor", downloaders=0, pdfs=[], **common)
    start, before = time.monotonic(), _made()
    busy = run.load("visitor", downloaders=DOWNLOADERS, pdfs=pdfs, **common)
    made = (_made() - before) / (time.monotonic() - start)
    more = {
        "made_per_second": made,
        "pages": len(busy["seconds"]),
        "errors": busy["errors"] + busy["downloads"]["errors"],
    }
    for share in (0.5, 0.95, 0.99):
        own, top = (quantile(result["seconds"], share) * 1000 for result in (busy, idle))
        run.add(
            f"a page while PDFs are made, p{share * 100:.0f} (beside: while none are)",
            own,
            "ms",
            ceiling=top,
            ratio=own / top,
            more=more,
        )
    run.add("  PDFs made meanwhile", made, "/s")
