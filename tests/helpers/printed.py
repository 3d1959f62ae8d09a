"""Comparisons for tests, made without a database: of so many sessions, of collaborations that have a name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reflectie.domain.comparison.comparison import Comparison, SessionFigures, Team, build_comparison
from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.questionnaire.checklist import Checklist, read_checklist
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, State
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.setup import Mode
from tests.helpers.factories import FROZEN, GUIDANCE

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
# As long as a name may be.
LONG = "Wijkgezondheidscentrum, thuiszorg en huisartsenwachtpost De Brug voor Tienen, Hoegaarden en Zoutleeuw".ljust(
    MAX_NAME, "!"
)
NAMES = (
    "Samen in Tienen",
    "Huis Linde",
    "Buurtnetwerk Zuid",
    LONG,
    "De Brug",
    "Zorg rond jongeren in Aarschot",
    "Eén plan",
)


def newer() -> Checklist:
    """A second version, in which one statement was replaced by another."""
    parts = tuple(
        replace(
            part,
            items=tuple(
                replace(item, key="goal-other", short="Ander doel") if item.key == "goal-perspective" else item
                for item in part.items
            ),
        )
        for part in CHECKLIST.dimensions
    )
    return replace(CHECKLIST, version=2, dimensions=parts)


def figures(
    number: int, team: Team, people: int = 9, mode: Mode = Mode.ANONYMOUS, checklist: Checklist = CHECKLIST, **more: Any
) -> SessionFigures:
    """The `number`th session, with answers that differ from session to session and from item to item."""
    counts = {}
    for item in checklist:
        hindering = (number * 5 + item.number * (3 + number % 4)) % (people + 1)
        unsure = min(people - hindering, (number + item.number) % 3)
        counts[item.key] = Counts(hindering, people - hindering - unsure, unsure // 2, unsure - unsure // 2)
    totals = Totals(mode, people, counts)
    items = tuple(ItemReport(item, *figure_of(item, totals), notes=(), first=0) for item in checklist)
    end = Conclusion(Needed.YES, Decision.REPAIR) if number % 3 else None
    day = date(2021, 9, 19) + timedelta(days=33 * number)
    key = f"00000000-0000-4000-8000-{number:012}"
    facts: dict[str, Any] = {"expected": people + number % 2, "conclusion": end, "agreements": agreed(number)} | more
    return SessionFigures(key, team, day, mode, checklist.version, people_of(totals), items=items, **facts)


def agreed(number: int) -> tuple[Agreement, ...]:
    """What a session agreed, every other one: about two items, and about none."""
    if number % 2:
        return ()
    return (
        Agreement("1", f"We schrijven het doel op ({number}).", "Joke", item="goal-shared", state=State.DONE),
        Agreement(
            "2", f"We vragen {number} uur.", "An & Bo", item="context-practical", state=State.DROPPED, reason="Duur"
        ),
        Agreement("3", f"We bellen elkaar om de {number} weken.", state=State.BUSY),
    )


def compared(sizes: Sequence[int], **more: Any) -> Comparison:
    """Collaborations by name, each with so many sessions."""
    names = [NAMES[n % len(NAMES)] + (f" {n}" if n >= len(NAMES) else "") for n in range(len(sizes))]
    teams = [Team(f"{n:03}", name) for n, name in enumerate(names) for _ in range(sizes[n])]
    return build_comparison([CHECKLIST], [figures(n, team, 5 + n % 9, **more) for n, team in enumerate(teams)])


def everything() -> Comparison:
    """Every way of filling in, one that is withheld, two versions, long names and something made up."""
    linde, long, made = Team("1", "Huis Linde"), Team("2", LONG), Team("3", "Verzonnen team")
    sessions = [
        figures(1, linde, 7),
        figures(2, linde, 2),
        figures(3, linde, 8, checklist=newer()),
        figures(4, long, 1, Mode.TOGETHER),
        figures(5, long, 1, Mode.TOGETHER),
        figures(6, long, 12, Mode.NAMED),
        figures(7, made, 50, invented=True),
    ]
    return build_comparison([CHECKLIST, newer()], sessions)


COMPARISONS = {
    "two": compared([2]),
    "two of two": compared([1, 1]),
    "six": compared([6]),
    "seven": compared([3, 1, 2, 1]),
    "everything": everything(),
    "twenty-five": compared([4, 3, 1, 5, 2, 6, 4]),
    "sixty": compared([3, 1, 4, 2, 9, 2, 6, 5, 3, 3, 4, 12, 1, 1, 2, 2]),
    "sixty apart": compared([1] * 60),
    "too few": build_comparison([CHECKLIST], [figures(n, Team("1", "Huis Linde"), 2) for n in range(2)]),
}
