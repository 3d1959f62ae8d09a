"""A round with many people in it: all of them finish at once, and many look on meanwhile."""

from datetime import date
from typing import Any

from django.urls import reverse

from benchmarks.people import BESIDE, field_names
from reflectie.domain.report.report import Report
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Collaboration, Session
from reflectie.services.questionnaire import plans, sheets
from reflectie.services.report import reports
from reflectie.services.sessions import rounds

PEOPLE = 200


def plan(people: int) -> Session:
    """An open anonymous round for everybody."""
    collaboration = Collaboration.objects.create(name="Samen in de wijk")
    questions = tuple(OPTIONAL)
    return rounds.plan_session(
        collaboration, plans.Plan(date(2026, 11, 20), Mode.ANONYMOUS, questions=questions, expected=people)
    )


def job(session: Session, items: list[str]) -> dict[str, Any]:
    """What the crowd is told: everybody begins, waits for the rest, and finishes."""
    filling = sheets.load_filling(session, None)
    return {
        "join": reverse("join", args=[session.join_token]),
        "items": items,
        "fields": field_names(filling.checklist, filling.setup),
        "beside": {name: value for name, value in BESIDE.items() if name in filling.setup.asked},
        "at_once": session.expected,
        "number": session.expected,
    }


def close(session: Session) -> Report:
    """The report after closing and opening."""
    rounds.close_round(session)
    return reports.load_report(rounds.open_report(session))


def wrong_figures(report: Report, kept: dict[str, dict[str, Any]]) -> int:
    """How many figures of the report differ from what was acknowledged; a lost or doubled answer gives at least one."""
    sentences = sorted(note.text for note in report.goal_sentences)
    wrong = abs(len(kept) - (report.counted if isinstance(report.counted, int) else 0))
    wrong += len(set(sentences) ^ set(kept)) + len(sentences) - len(set(sentences))
    for item in report.items:
        said = [values[item.item.key] for values in kept.values()]
        expected = (said.count("hindering"), said.count("helping"), said.count("dont-know"), 0)
        counts = item.counts
        found = (counts.hindering, counts.helping, counts.dont_know, counts.open)  # type: ignore[union-attr]
        wrong += found != expected
    return wrong
