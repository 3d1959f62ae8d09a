"""What somebody takes to a meeting of boards: what recurs between the collaborations of a comparison, what became of
each over time, and its table cut so that every page can be read from across a table.

Made from the comparison alone. What recurs stands in `beside`, what changed in `trends`: paper says what the pages say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from reflectie.domain.questionnaire.checklist import Dimension, Source
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Withheld

from .across_teams import AcrossTeams, ItemAcrossTeams, compare_teams
from .comparison import FEWEST_RECURRING, Comparison, Row, SessionFigures, Team
from .history import MAX_IN_FULL, ComparableSeries, History, histories

# So many columns leave a page on its side room for a finding and its numbers on one line of 8 points, and for a date.
MOST_BESIDE = 7
# Upright, with how many gave each answer in words.
MOST_UPRIGHT = 3
# Of each finding so many stand in front, as in a report.
IN_FRONT = 3
# Pictures of so many sessions keep it short, where they are of several collaborations.
MOST_PICTURED = 20
# What is worth a board's attention when it recurs; that a factor isn't at play is in the table.
RECURRING = (Finding.OBSTACLE, Finding.STRENGTH, Finding.SPLIT, Finding.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Recurring:
    """What came out as one finding in several collaborations, that of the most first."""

    finding: Finding
    # In front, and those that stand further on alone.
    front: tuple[ItemAcrossTeams, ...]
    rest: tuple[ItemAcrossTeams, ...]


@dataclass(frozen=True, slots=True)
class TablePage:
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
class ComparisonDocument:
    """`sheets` are the tables: one, upright, where `is_upright`; else pages on their side. `beside` sets the
    collaborations beside each other, None where there are too few for that; `histories` are those with two sessions or
    more, of which pictures are drawn where `in_full`."""

    beside: AcrossTeams | None
    histories: tuple[History, ...]
    # Where one collaboration was chosen, its latest sessions that can be compared: what it is told first.
    only: ComparableSeries | None
    sheets: tuple[TablePage, ...]
    # What stands in the tables, and so in their legend.
    findings: tuple[Finding, ...]
    has_withheld: bool
    # Whose statements these are.
    source: Source

    @property
    def recurring(self) -> tuple[Recurring, ...]:
        """What recurs between collaborations, by what it is."""
        if self.beside is None:
            return ()
        # Of two it is always both: there is no more to tell of it further on.
        most = None if len(self.beside.sessions) == FEWEST_RECURRING else IN_FRONT
        groups = ((found, self.beside.recurring(found)) for found in RECURRING)
        return tuple(Recurring(found, items[:most], items[len(items[:most]) :]) for found, items in groups if items)

    @property
    def in_full(self) -> bool:
        """Whether the histories have their pictures and agreements, as on the page."""
        sessions = sum(len(history.sessions) for history in self.histories)
        return len(self.histories) == 1 or (len(self.histories) <= MAX_IN_FULL and sessions <= MOST_PICTURED)

    @property
    def is_upright(self) -> bool:
        return len(self.sheets) == 1 and len(self.sheets[0].sessions) <= MOST_UPRIGHT


def build_comparison_document(comparison: Comparison) -> ComparisonDocument:
    """What recurs, what became of it, and the tables; of a comparison of one session or more."""
    beside, over_time = compare_teams(comparison), histories(comparison)
    strands = over_time[0].strands if len(comparison.by_team) == 1 and over_time else ()
    there = {cell.finding for row in comparison.rows for cell in row.cells}
    return ComparisonDocument(
        beside=beside if beside.is_enough else None,
        histories=over_time,
        only=strands[0] if strands else None,
        sheets=tuple(_sheet(comparison, sessions) for sessions in _in_tables(comparison)),
        findings=tuple(found for found in Finding if found in there),
        has_withheld=any(isinstance(session.counted, Withheld) for session in comparison.sessions),
        source=comparison.checklist.source("ucll"),
    )


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


def _sheet(comparison: Comparison, sessions: Sequence[SessionFigures]) -> TablePage:
    there = {session.key for session in sessions}
    rows = {
        row.item.key: Row(row.item, tuple(cell for cell in row.cells if cell.session.key in there))
        for row in comparison.rows
    }
    return TablePage(
        tuple((team, tuple(held)) for team, held in groupby(sessions, key=attrgetter("team"))),
        tuple((dimension, tuple(rows[item.key] for item in items)) for dimension, items in comparison.dimensions),
    )
