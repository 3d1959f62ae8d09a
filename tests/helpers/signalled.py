"""Collaborations that take part in signals, for tests. It is always the same day in them: 22 November 2026."""

from collections.abc import Mapping, Sequence
from datetime import date

from reflectie.domain.questionnaire.answers import FieldValue
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Session
from tests.helpers.rounds import discussed_round, fetched

TODAY = date(2026, 11, 22)
KEY = "context-financial"
HINDERED = [{KEY: "hindering"}] * 3
CLEAR = [{KEY: "helping"}] * 3
NOTED = [{KEY: "hindering", f"{KEY}-note": "Geen geld."}, *HINDERED[1:]]


def taking_part(name: str = "Huis Linde", **fields) -> Collaboration:
    return Collaboration.objects.create(name=name, **{"signals_from": date(2025, 1, 1), **fields})


def held(
    collaboration: Collaboration,
    sheets: Sequence[Mapping[str, FieldValue]] = HINDERED,
    day: date = date(2026, 5, 1),
    mode: Mode = Mode.ANONYMOUS,
    *,
    opened_on: date | None = None,
    told: bool = True,
) -> Session:
    """A round that was held on a day, and opened up then or later."""
    session = discussed_round(collaboration, sheets, mode)
    changes = {"planned_on": day, "changed_on": opened_on or day, "told_of_signals": told}
    Session.objects.filter(pk=session.pk).update(**changes)
    return fetched(session)


def several(number: int = 3, sheets: Sequence[Mapping[str, FieldValue]] = HINDERED, **fields) -> list[Collaboration]:
    """So many collaborations that take part, each with a session that counts in 2026."""
    made = [taking_part(f"Samenwerking {place}", **fields) for place in range(number)]
    for collaboration in made:
        held(collaboration, sheets)
    return made


UNTIL = date(2026, 10, 1)
