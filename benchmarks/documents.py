"""PDFs: made in one process beside the plain way to make them, and as people get them over HTTP.

- plain: the same words with WeasyPrint as one uses it first: its HTML parser, a stylesheet parsed and fonts configured
  for every PDF, flex and grid, a picture beside every finding, the whirlpool's words inside the picture
- without pictures: the app's own PDF with every <svg> taken out
"""

import re
import statistics
import time
from pathlib import Path
from unittest.mock import patch

import weasyprint
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import reverse
from weasyprint.svg import TAGS
from weasyprint.svg.text import text
from weasyprint.text.fonts import FontConfiguration

from benchmarks.figures import quantile
from benchmarks.people import answers, begin, forget_pdf, full_sheet, session_of
from benchmarks.run import AT_ONCE, Run
from benchmarks.server import memory
from reflectie.domain.questionnaire.answers import Sheet, note_name
from reflectie.domain.report.build import build_report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.pdf import documents, renderer
from reflectie.services import clock
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.services.report.reports import load_report
from reflectie.services.tokens import read_token

SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
MANY, PEOPLE = 200, 60


def made(run: Run) -> None:
    """A full report, by the processor's own clock."""
    report = load_report(session_of(_report()[0]))
    folder = f"{Path(finders.find('fonts/AtkinsonHyperlegible-Regular.ttf')).parent}/"

    def plain() -> bytes:
        html = render_to_string("plain_report.html", {"report": report}, using="plain")
        fonts = FontConfiguration()
        words = (settings.PLAIN / "plain.css").read_text()
        css = weasyprint.CSS(string=words, base_url=folder, font_config=fonts)
        document = weasyprint.HTML(string=html, base_url=folder)
        # As WeasyPrint draws the words of a picture itself: letter by letter.
        with patch.dict(TAGS, text=text):
            return bytes(document.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1"))

    took = run.in_turns(
        3,
        time.process_time,
        own=lambda: renderer.render_pdf(documents.write(report)),
        plain=plain,
        bare=lambda: renderer.render_pdf(SVG.sub("", documents.write(report))),
    )
    run.beside("PDF, against the plain way", took["own"], took["plain"], aim="≤ 0.55 of it")
    run.beside("  against its words without pictures", took["own"], took["bare"], aim="≤ 1.5 of it")


def long_notes(run: Run) -> None:
    """Sixty people by name, with a note of a thousand signs on each item: the longest report there is."""
    checklist = published_checklist()
    words = "Daar hadden we het op het overleg van maart over, en toen bleef het liggen. " * 14
    sheets = [
        Sheet(answers(checklist, number) | {note_name(item.key): words[number:][:1000] for item in checklist})
        for number in range(3 if run.smoke else PEOPLE)
    ]
    report = build_report(checklist, setup_of_session(Mode.NAMED, OPTIONAL, Grouping.NONE, ()), sheets, clock.today())
    took = run.in_turns(1, time.process_time, own=lambda: renderer.render_pdf(documents.write(report)))
    run.add(f"PDF of {PEOPLE} people with long notes", statistics.median(took["own"]), "ms", aim="≤ 8000 ms")


def _report() -> tuple[str, str]:
    """Somebody's finished report: the link to fill in, and the address of its PDF."""
    token = begin(full_sheet(published_checklist()), finish=True)
    return token, reverse("report-pdf", args=[read_token(token)])


def pdf_paths(number: int) -> list[str]:
    """The addresses of so many reports that nobody made a PDF of yet."""
    return [_report()[1] for _ in range(number)]


def sent(run: Run) -> None:
    """Made, kept and unchanged, beside the same bytes from a view that does nothing else; and for twenty at once."""
    token, path = _report()
    ceiling = run.ceiling("pdf", "pdf", path)
    etag = run.ask(path).headers["etag"]
    makings: list[int] = []

    def all_at_once() -> None:
        forget_pdf(token)
        before = _made()
        run.load(kind="get", paths=[path], number=AT_ONCE)
        makings.append(_made() - before)

    took = run.in_turns(
        3,
        made=lambda: (forget_pdf(token), run.ask(path)),
        kept=lambda: run.ask(path),
        unchanged=lambda: run.ask(path, 304, If_None_Match=etag),
        top=lambda: run.ask(ceiling),
        top_unchanged=lambda: run.ask(ceiling, 304, If_None_Match='"pdf"'),
        together=all_at_once,
        # As long as the crowd's own process takes to start.
        alone=lambda: (forget_pdf(token), run.load(kind="get", paths=[path], number=1)),
    )
    run.beside("PDF over HTTP, made (beside: kept)", took["made"], took["kept"])
    run.beside("PDF over HTTP, kept", took["kept"], took["top"])
    run.beside("PDF over HTTP, 304", took["unchanged"], took["top_unchanged"])
    name = f"{AT_ONCE} at once for one PDF, until all have it (beside: alone)"
    run.beside(name, took["together"], took["alone"])
    run.add("  times too often that it was made", max(makings) - 1, aim="0")


def _made() -> int:
    return int((settings.WORK_DIR / "made").stat().st_size)


def neighbours(run: Run) -> None:
    """Somebody else's page, beside the same page while two others download PDFs without a pause: each of another
    report, so that every one has to be made."""
    page = {"paths": [reverse("fill", args=[begin(answers(published_checklist()))])], "at_once": 1, "pause": 0.03}
    page |= {"kind": "get", "number": run.number(300), "seconds": 15}
    pdfs = pdf_paths(run.number(60))
    idle = run.load(**page)["seconds"]["get"]
    start, before = time.monotonic(), _made()
    with run.crowd(run.server, kind="get", paths=pdfs, number=len(pdfs), at_once=2) as others:
        busy = run.load(**page)["seconds"]["get"]
        others.kill()
    rate = (_made() - before) / (time.monotonic() - start)
    for share in (0.5, 0.95, 0.99):
        own, top = (quantile(seconds, share) * 1000 for seconds in (busy, idle))
        run.beside(f"a page while PDFs are made, p{share * 100:.0f} (beside: while none are)", [own], [top])
    run.add("  PDFs made meanwhile", rate, "/s")


def many(run: Run) -> None:
    """What the process that makes PDFs holds, after so many."""
    token, path = _report()
    for number in range(1, (2 if run.smoke else MANY) + 1):
        forget_pdf(token)
        run.ask(path)
        if number in {2, 20, 100, MANY}:
            held = [memory(pid)["RSS"] for pid in run.server.presses]
            run.add(f"processes that make PDFs, RSS after {number}", sum(held), "MB", note=f"{len(held)} of them")
