"""Where the groups of a round stand, item by item: only what the report shows of each, nothing worked out besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Reason, Withheld

from .items import ItemReport
from .report import MAX_DIFFERENCES, Report

# From here two groups stand apart on an item: half the way from hindering to helping lies between them.
APART_FROM = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the group with this number (from 1) stands on an item: how many of those who chose call it helping."""

    number: int
    name: str
    helping: int
    chose: int
    # Whether the item is a blind spot to the group itself: those who chose say little of the whole group.
    is_blind: bool = False

    @property
    def share(self) -> Fraction:
        return Fraction(self.helping, self.chose)


@dataclass(frozen=True, slots=True)
class Perspective:
    """One item, and where each group stands of which somebody chose."""

    report: ItemReport
    stands: tuple[Stand, ...]

    @property
    def compared(self) -> tuple[Stand, ...]:
        """The groups that may be set against each other: as with differences between people (`Report.differences`), an
        item that is a blind spot says too little of the whole; and so it is with each group (concepts.md, "From answers
        to findings", rule 1). Empty unless two groups remain."""
        seen = tuple(stand for stand in self.stands if not stand.is_blind) if self.report.says_enough else ()
        return seen if len(seen) > 1 else ()

    @property
    def distance(self) -> Fraction:
        """How far the outermost of the groups that may be compared are from each other, 0 to 1."""
        shares = [stand.share for stand in self.compared]
        return max(shares) - min(shares) if shares else Fraction(0)


@dataclass(frozen=True, slots=True)
class Perspectives:
    # The groups with a place, by their number from 1.
    groups: tuple[str, ...]
    # Those without, with the reason; None where nobody answered.
    hidden: tuple[tuple[str, Reason | None], ...]
    rows: tuple[Perspective, ...]
    # Items that aren't drawn: withheld for every group, or nobody in a group that is shown chose.
    withheld: tuple[ItemReport, ...]
    unanswered: tuple[ItemReport, ...]

    @property
    def different(self) -> tuple[Perspective, ...]:
        """The items on which groups differ, the largest distance first; of equal ones, in the checklist's order."""
        return tuple(sorted((row for row in self.rows if row.distance), key=lambda row: -row.distance))

    @property
    def alike(self) -> tuple[Perspective, ...]:
        """The items on which the groups that may be compared stand at the same place."""
        return tuple(row for row in self.rows if row.compared and not row.distance)

    @property
    def not_compared(self) -> tuple[Perspective, ...]:
        """The items of which too little is known to set one group against another."""
        return tuple(row for row in self.rows if not row.compared)

    @property
    def apart(self) -> tuple[Perspective, ...]:
        """The items on which groups stand furthest apart, at most three."""
        return tuple(row for row in self.different if row.distance >= APART_FROM)[:MAX_DIFFERENCES]


def set_side_by_side(report: Report) -> Perspectives | None:
    """Where each group stands on each item (concepts.md: at most one grouping, no cross-tables). None where fewer than
    two groups have a place: then nothing stands side by side.

    Taken from the groups' own figures as the report shows them, never from totals less groups.
    """
    names = tuple(name for name, size in report.groups if not isinstance(size, Withheld) and size)
    hidden = tuple(
        (name, size.reason if isinstance(size, Withheld) else None) for name, size in report.groups if name not in names
    )
    if len(names) < 2:
        return None
    numbers = {name: number for number, name in enumerate(names, start=1)}
    found = [Perspective(item, _stands(item, numbers)) for item in report.items]
    rows = tuple(row for row in found if row.stands)
    if not rows:
        return None
    empty = [row.report for row in found if not row.stands]
    withheld = tuple(item for item in empty if all(isinstance(view.counts, Withheld) for view in item.groups))
    return Perspectives(names, hidden, rows, withheld, tuple(item for item in empty if item not in withheld))


def _stands(item: ItemReport, numbers: dict[str, int]) -> tuple[Stand, ...]:
    return tuple(
        Stand(numbers[view.name], view.name, view.counts.helping, view.counts.chose, view.finding is Finding.UNKNOWN)
        for view in item.groups
        if view.name in numbers and isinstance(view.counts, Counts) and view.counts.chose
    )


def outermost(stands: Sequence[Stand]) -> tuple[tuple[Stand, ...], tuple[Stand, ...]]:
    """The groups nearest to hindering, and those nearest to helping."""
    low, high = min(stand.share for stand in stands), max(stand.share for stand in stands)
    return tuple(s for s in stands if s.share == low), tuple(s for s in stands if s.share == high)
