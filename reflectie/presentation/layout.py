"""How much of a list a page or a sheet of paper shows, and how many columns a table has. Templates name the place
(`{{ items|first_of:"poster agreements" }}`); the numbers stand here, but for those that the domain has."""

from collections.abc import Sequence
from typing import TypeVar

from reflectie.domain.report.report import MAX_DIFFERENCES, MAX_IN_SUMMARY
from reflectie.domain.setup import Mode

T = TypeVar("T")

# As many as stand in front; the rest is counted, folded, or on another page.
SHOWN = {
    "advice": MAX_IN_SUMMARY,
    "board agreements": 4,
    "board findings": 4,
    "board questions": 2,
    "differences": MAX_DIFFERENCES,
    "goal sentences in the guide": 4,
    "items of a pattern": 3,
    "items of a worksheet": 3,
    "latest agreements": 6,
    "latest steps": 9,
    "names": 6,
    "notes in the guide": 2,
    "notes in the guide on paper": 1,
    "poster agreements": 5,
    "poster blind spots": 3,
    "poster differences": 2,
    "poster questions": 2,
    "report agreements": 3,
    "said agreements": 3,
    "said not reached": 6,
    "said outcomes": 4,
    "said parked": 3,
    "said polls": 2,
    "shared with an item": 2,
    "solved elsewhere": 3,
}

# Lists and titles that are longer are set otherwise: smaller, in columns, or without what is beside the point.
ROOM = {
    "columns of a small table": 4,
    "columns of a usual table": 7,
    "columns with words": 10,
    "letters of a report's title": 60,
    "letters of a poster's title": 40,
    "letters of a signal's title": 20,
    "sentences": 12,
    "signals with air": 3,
    "signals with a question": 6,
    "signals": 9,
}


def first_of(items: Sequence[T], place: str) -> Sequence[T]:
    """Those that stand in front. Raises KeyError for a place that SHOWN doesn't have."""
    return items[: SHOWN[place]]


def named_of(items: Sequence[T]) -> Sequence[T]:
    """Those of a list of names that are named: the first, and one more where that leaves nobody out."""
    return items if len(items) == SHOWN["names"] + 1 else items[: SHOWN["names"]]


def rest_of(items: Sequence[T], place: str) -> Sequence[T]:
    """Those after the ones in front. Raises KeyError for a place that SHOWN doesn't have."""
    return items[SHOWN[place] :]


def last_of(items: Sequence[T], place: str) -> Sequence[T]:
    """The latest, of what stands in order of time. Raises KeyError for a place that SHOWN doesn't have."""
    return items[-SHOWN[place] :]


def is_longer(items: Sequence[object] | None, place: str) -> bool:
    """Whether there is more than fits. Raises KeyError for a place that neither table has."""
    return len(items or ()) > (ROOM[place] if place in ROOM else SHOWN[place])


def finding_columns(mode: Mode) -> int:
    """Columns of a report's table of findings: an anonymous round's has one for how the answers are spread."""
    return 3 if mode == Mode.ANONYMOUS else 2
