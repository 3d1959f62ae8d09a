"""What somebody takes to a meeting of boards: what recurs over the sessions of a comparison, how each collaboration
moved, and its table cut so that every page can be read from across a table. Made from the comparison alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from .checklist import Dimension, Source
from .comparison import Comparison, Order, Row, SessionFigures, Team
from .findings import Finding
from .privacy import Withheld
from .since import MOVED, ItemShift, Moved, NotCompared, Shift, compare_items

# So many columns leave a page on its side room for a word of a finding at 8 points, and for a whole date.
MOST_BESIDE = 8
# Upright, with how many gave each answer in words.
MOST_UPRIGHT = 3
# Once is no pattern.
FEWEST_RECURRING = 2
# Of each finding so many stand in front, as in a report.
IN_FRONT = 3
# What is worth a board's attention when it recurs; that a factor isn't at play is in the table.
RECURRING = (Finding.OBSTACLE, Finding.STRENGTH, Finding.SPLIT, Finding.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An item that came out the same in `sessions` of the `of` that have a figure for it, and in how many of the
    collaborations behind those."""

    row: Row
    sessions: int
    of: int
    teams: int
    of_teams: int


@dataclass(frozen=True, slots=True)
class Recurring:
    """What came out more than once as one finding, the most often first."""

    finding: Finding
    items: tuple[Recurrence, ...]

    @property
    def front(self) -> tuple[Recurrence, ...]:
        return self.items[:IN_FRONT]

    @property
    def rest(self) -> tuple[Recurrence, ...]:
        return self.items[IN_FRONT:]


@dataclass(frozen=True, slots=True)
class Drift:
    """One collaboration's latest session beside the first that it can be compared with; with `reason` and without any
    item where there is none."""

    team: Team
    earlier: SessionFigures
    now: SessionFigures
    reason: NotCompared | None
    items: tuple[ItemShift, ...]

    @property
    def moved(self) -> tuple[Moved, ...]:
        """The items that moved, by how they did, the furthest first; without the directions that have none."""
        groups = ((shift, [item for item in self.items if item.shift is shift]) for shift in MOVED)
        return tuple(Moved(s, tuple(sorted(items, key=lambda item: -item.size))) for s, items in groups if items)

    @property
    def is_one_sheet(self) -> bool:
        """Whether another answer is all there is to see: no change."""
        return not self.now.mode.is_round

    @property
    def not_in_both(self) -> int:
        """How many items stand in one of the two versions alone."""
        return sum(item.shift is NotCompared.VERSION for item in self.items)

    @property
    def too_few(self) -> int:
        """Of how many items too few chose anything to say whether it moved."""
        return sum(item.shift is NotCompared.TOO_FEW for item in self.items)

    @property
    def same(self) -> int:
        """How many items didn't clearly move."""
        return sum(item.shift is Shift.SAME for item in self.items)


@dataclass(frozen=True, slots=True)
class Sheet:
    """As many sessions as one page holds, by collaboration, with every item."""

    teams: tuple[tuple[Team, tuple[SessionFigures, ...]], ...]
    parts: tuple[tuple[Dimension, tuple[Row, ...]], ...]

    @property
    def sessions(self) -> tuple[SessionFigures, ...]:
        return tuple(session for _, held in self.teams for session in held)

    @property
    def begins(self) -> frozenset[str]:
        """The keys of the sessions with which another collaboration begins; none where all are of one."""
        return frozenset(held[0].key for _, held in self.teams) if len(self.teams) > 1 else frozenset()


@dataclass(frozen=True, slots=True)
class Handout:
    """`sheets` are the tables: one, upright, where `is_upright`; else pages on their side."""

    recurring: tuple[Recurring, ...]
    drifts: tuple[Drift, ...]
    sheets: tuple[Sheet, ...]
    # In how many sessions there is a figure to see at all.
    figured: int
    # What stands in the tables, and so in their legend.
    findings: tuple[Finding, ...]
    has_withheld: bool
    # Whose statements these are.
    source: Source

    @property
    def may_recur(self) -> bool:
        """Whether there are figures of enough sessions to say what recurs, or that nothing does."""
        return self.figured >= FEWEST_RECURRING

    @property
    def is_upright(self) -> bool:
        return len(self.sheets) == 1 and len(self.sheets[0].sessions) <= MOST_UPRIGHT


def build_handout(comparison: Comparison) -> Handout:
    """What recurs, what moved, and the tables; of a comparison of one session or more."""
    groups = (Recurring(found, _recurring(comparison, found)) for found in RECURRING)
    there = {cell.finding for row in comparison.rows for cell in row.cells}
    return Handout(
        recurring=tuple(group for group in groups if group.items),
        drifts=tuple(_drift(team, sessions) for team, sessions in comparison.by_team if len(sessions) > 1),
        sheets=tuple(_sheet(comparison, sessions) for sessions in _in_tables(comparison)),
        findings=tuple(found for found in Finding if found in there),
        figured=sum(not isinstance(session.counted, Withheld) for session in comparison.sessions),
        has_withheld=any(isinstance(session.counted, Withheld) for session in comparison.sessions),
        source=comparison.checklist.source("ucll"),
    )


def _recurring(comparison: Comparison, found: Finding) -> tuple[Recurrence, ...]:
    # Equal ones stand by how much they hurt.
    rows = [row for row in comparison.in_order(Order.HURT) if len(row.having(found)) >= FEWEST_RECURRING]
    recurrences = []
    for row in sorted(rows, key=lambda row: -len(row.having(found))):
        having, figured = row.having(found), [cell.session for cell in row.cells if cell.finding]
        teams, of_teams = len({s.team for s in having}), len({s.team for s in figured})
        recurrences.append(Recurrence(row, len(having), len(figured), teams, of_teams))
    return tuple(recurrences)


def _drift(team: Team, sessions: Sequence[SessionFigures]) -> Drift:
    now = sessions[-1]
    for earlier in sessions[:-1]:
        reason, items = compare_items(earlier, now)
        if reason is None:
            return Drift(team, earlier, now, None, items)
    # Why the last two can't be compared says it best.
    return Drift(team, sessions[-2], now, compare_items(sessions[-2], now)[0], ())


def _in_tables(comparison: Comparison) -> list[list[SessionFigures]]:
    """The sessions of each table: no more tables than needed, as equal as can be, a collaboration's together where
    they fit in one."""
    teams = [list(sessions) for _, sessions in comparison.by_team]
    fewest = len(_filled(teams, MOST_BESIDE))
    return next(tables for most in range(1, MOST_BESIDE + 1) if len(tables := _filled(teams, most)) <= fewest)


def _filled(teams: Sequence[list[SessionFigures]], most: int) -> list[list[SessionFigures]]:
    tables: list[list[SessionFigures]] = []
    for sessions in teams:
        # As equal parts as can be of those that don't fit in one table.
        number = -(-len(sessions) // most)
        for part in range(number):
            some = sessions[part * len(sessions) // number : (part + 1) * len(sessions) // number]
            if tables and len(tables[-1]) + len(some) <= most:
                tables[-1].extend(some)
            else:
                tables.append(list(some))
    return tables


def _sheet(comparison: Comparison, sessions: Sequence[SessionFigures]) -> Sheet:
    there = {session.key for session in sessions}
    rows = {
        row.item.key: Row(row.item, tuple(cell for cell in row.cells if cell.session.key in there))
        for row in comparison.rows
    }
    return Sheet(
        tuple((team, tuple(held)) for team, held in groupby(sessions, key=attrgetter("team"))),
        tuple((dimension, tuple(rows[item.key] for item in items)) for dimension, items in comparison.dimensions),
    )
