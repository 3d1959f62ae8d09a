"""Pages, fill-ins and a round over HTTP, and what the server's processes hold afterwards."""

from datetime import date
from itertools import product
from typing import Any

from django.db import connection
from django.urls import reverse

from benchmarks.figures import quantile
from benchmarks.people import BESIDE, answers, begin, field_names, full_sheet, lost, with_notes
from benchmarks.run import Run
from benchmarks.server import memory, serve
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Collaboration, Session
from reflectie.services.questionnaire import sheets
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.report import reports
from reflectie.services.sample_data import make_round
from reflectie.services.sessions import rounds
from reflectie.services.tokens import read_token

PEOPLE = 200


def pages(run: Run) -> None:
    checklist = published_checklist()
    kinds = {
        "nothing answered": [begin({}) for _ in range(10)],
        "all answered": [begin(answers(checklist, number)) for number in range(10)],
        "15 notes": [begin(with_notes(checklist)) for _ in range(10)],
    }
    for place, (name, tokens) in enumerate(kinds.items()):
        paths = [reverse("fill", args=[token]) for token in tokens]
        _got(run, f"fill-in page, {name}", 250, paths, run.ceiling("page", f"page-{place}", paths[0]))


def report(run: Run) -> None:
    tokens = [begin(full_sheet(published_checklist()), finish=True) for _ in range(10)]
    paths = [reverse("report", args=[read_token(token)]) for token in tokens]
    ceiling = run.ceiling("report", "report", paths[0])
    _got(run, "report, whole", 200, paths, ceiling)
    _got(run, "report, 304", 600, paths, ceiling, unchanged=True)


def _got(run: Run, name: str, number: int, paths: list[str], ceiling: str, *, unchanged: bool = False) -> float:
    """A page beside its ceiling; the milliseconds of a processor that it took."""

    def job(paths: list[str]) -> dict[str, Any]:
        same = {"etags": [run.ask(path).headers["etag"] for path in paths], "status": 304} if unchanged else {}
        return {"kind": "get", "paths": paths, **same}

    run.rates(name, number, job(paths), job([ceiling]))
    return float(run.figures[-1].more["cpu_ms"])


def fill_ins(run: Run) -> None:
    common = _as_people_do(run)
    for name, kind, number, aim in (
        ("fill-in, every answer by itself", "one_by_one", 80, "≥ 16 /s"),
        ("fill-in, without JavaScript", "whole", 250, "≥ 80 /s"),
    ):
        job = {"kind": kind, **common}
        results = run.rates(name, number, job, {**job, "prefix": "/ceiling"}, aim)
        run.add("  answers lost", sum(lost(result["kept"]) for result in results), aim="0")


def _as_people_do(run: Run) -> dict[str, Any]:
    """What a crowd needs to fill in, with the bytes that the ceiling shows it."""
    checklist = published_checklist()
    run.ceiling("page", "start", "/start/")
    run.ceiling("page", "fill", reverse("fill", args=[begin({})]))
    return {"items": [item.key for item in checklist], "fields": field_names(checklist), "beside": BESIDE}


def a_round(run: Run) -> None:
    """Everybody begins, waits for the rest, and finishes; then as many look on."""
    people = run.number(PEOPLE)
    collaboration = Collaboration.objects.create(name="Samen in de wijk")
    session = make_round(collaboration, Plan(date(2026, 11, 20), Mode.ANONYMOUS, tuple(OPTIONAL), expected=people))
    filling = sheets.load_filling(session, None)
    result = run.load(
        kind="whole",
        join=reverse("join", args=[session.join_token]),
        items=[item.key for item in filling.checklist],
        fields=field_names(filling.checklist, filling.setup),
        beside={name: value for name, value in BESIDE.items() if name in filling.setup.asked},
        at_once=people,
        number=people,
    )
    run.add(f"{people} of one round finish, all at once", result["together"], "s", aim="≤ 1.2 s")
    for share in (0.5, 0.99):
        finishing = result["seconds"].get("save", [0])
        run.add(f"  a finish, p{share * 100:.0f}", quantile(finishing, share) * 1000, "ms")
    path = reverse("join-standing", args=[session.join_token])
    ceiling = run.ceiling("report", "standing", path)
    _got(run, "how it stands, for one who looks on", 600, [path], ceiling)
    cpu_ms = _got(run, "  unchanged (304)", 600, [path], ceiling, unchanged=True)
    # Whoever looks on asks every five seconds.
    run.add(f"  {people} who look on, of one processor", cpu_ms * people / 5 / 10, "%")
    run.add("  answers lost or doubled", _wrong_figures(session, result["kept"]), aim="0")


def _wrong_figures(session: Session, kept: dict[str, dict[str, Any]]) -> int:
    """How many figures of the report differ from what was acknowledged; a lost or doubled answer gives at least one."""
    rounds.close_round(session)
    found = reports.load_report(rounds.open_report(session))
    sentences = sorted(note.text for note in found.goal_sentences)
    wrong = int(len(kept) != found.counted) + int(sentences != sorted(kept))
    for item in found.items:
        said = [values[item.item.key] for values in kept.values()]
        expected = (said.count("hindering"), said.count("helping"), said.count("dont-know"), 0)
        counts: Any = item.counts
        wrong += (counts.hindering, counts.helping, counts.dont_know, counts.open) != expected
    return wrong


def held(run: Run) -> None:
    """What each process holds after all that came before."""
    for name, processes in (("a worker", run.server.workers), ("a process that makes PDFs", run.server.presses)):
        found = [memory(pid) for pid in processes]
        for kind, aim in (("RSS", "≤ 110 MB" if name == "a worker" else ""), ("PSS", ""), ("peak", "")):
            run.add(f"{name}, {kind}", max((each[kind] for each in found), default=0), "MB", aim=aim)
    run.add("workers that had to be replaced", len(set(run.server.workers) ^ set(run.first_workers)), aim="0")


def workers(run: Run) -> None:
    """The same crowd at so many worker processes, each with so many places (`reflectie/concurrency.py`)."""
    token = begin(answers(published_checklist()))
    common = _as_people_do(run)
    for number, places in product((1, 2, 4), (1, 2, 4)) if not run.smoke else [(1, 1)]:
        environment = {"WEB_CONCURRENCY": str(number), "BENCHMARK_PLACES": str(places)}
        with serve([], environment) as server:
            saves = run.load(server, kind="one_by_one", number=run.number(60), **common)
            read = run.load(server, kind="get", number=run.number(400), paths=[reverse("fill", args=[token])])
            took = saves["seconds"].get("save", [0])
            name, cpu = f"{number} × {places} places on {connection.vendor}: saves", {"cpu_ms": saves["cpu_ms"]}
            run.add(name, len(took) / saves["elapsed"], "/s", more=cpu)
            run.add("  a save, p50", quantile(took, 0.5) * 1000, "ms")
            run.add("  a save, p99", quantile(took, 0.99) * 1000, "ms")
            run.add("  pages to fill in", read["rate"], "/s")
            run.add("  answers lost", lost(saves["kept"]), aim="0")
            run.add("  PSS of all workers", sum(memory(pid)["PSS"] for pid in server.workers), "MB")
