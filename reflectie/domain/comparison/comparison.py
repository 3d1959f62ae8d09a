"""Sessions set beside each other: one collaboration over the years, or several at once (concepts.md, "Above one team").

Screen, PDF, spreadsheet and JSON receive the same `Comparison`, with every rule of each session already applied. Each
session keeps its own numbers: what one shows here its own report shows too, to the same people. Nothing ranks teams:
sessions stand by the name of their collaboration and by day, never by how they came out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from reflectie.domain.questionnaire.checklist import Checklist, Dimension, Item, all_items
from reflectie.domain.report.agreements import Agreement, Conclusion
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.report.items import ItemReport, agreement_on
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Shown, Withheld
from reflectie.domain.rules.turnout import Turnout, turnout_of
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode
from reflectie.domain.text import sort_key

# As many as a facilitator has in years, and as an address can hold.
MAX_COMPARED = 60
# Once is no pattern.
FEWEST_RECURRING = 2


class Order(StrEnum):
    """In which order the items of a comparison stand."""

    DIMENSION = "dimension"
    # Where it hurts most: what is an obstacle in most sessions first.
    HURT = "hurt"


@dataclass(frozen=True, slots=True)
class Team:
    """A collaboration, as a comparison names it. `key` names it in addresses."""

    key: str
    name: str
    region: str = ""
    theme: str = ""


@dataclass(frozen=True)
class SessionFigures:
    """One session in a comparison: of whom, when, how it was filled in, and what its answers add up to.

    `items` has neither notes, groups nor names: those stay in the session's own report.
    """

    key: str
    team: Team
    day: date
    mode: Mode
    # Of the checklist that was filled in.
    version: int
    counted: int | Withheld
    expected: int | None
    items: tuple[ItemReport, ...]
    agreements: tuple[Agreement, ...] = ()
    conclusion: Conclusion | None = None
    # Whether it was made up, to show what this programme does.
    invented: bool = False
    # What its coordinator called it, and which it is of those of its day (`domain/session_title.py`).
    name: str = ""
    nth: int = 1

    @property
    def title(self) -> SessionTitle:
        """What tells it from the other sessions of its team."""
        return SessionTitle(self.day, self.name, self.nth)

    def item(self, key: str) -> ItemReport | None:
        """The item with this key; None when this session's version of the checklist has none."""
        return self._by_key.get(key)

    @property
    def turnout(self) -> Turnout | None:
        """How many answered of those who were expected; None where that isn't known, or not shown."""
        return turnout_of(self.counted, self.expected)

    @property
    def has_figures(self) -> bool:
        """Whether there is anything to see: not where too few answered for any result, or nobody did."""
        return isinstance(self.counted, int) and self.counted > 0

    @cached_property
    def _by_key(self) -> dict[str, ItemReport]:
        # A table of sixty sessions asks for each of their items more than once.
        return {item.item.key: item for item in self.items}


@dataclass(frozen=True, slots=True)
class Cell:
    """One item in one session: its figure, or the reason why there is none."""

    session: SessionFigures
    counts: Shown | NotCompared
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Row:
    """One item over all sessions of a comparison, in their order."""

    item: Item
    cells: tuple[Cell, ...]

    def having(self, found: Finding) -> tuple[SessionFigures, ...]:
        """The sessions in which this is what the answers add up to."""
        return tuple(cell.session for cell in self.cells if cell.finding is found)

    @property
    def hurt(self) -> tuple[int, int, Fraction]:
        """How much it hurts: in how many sessions it is an obstacle, in how many the picture is split, and the shares
        that call it hindering added up."""
        reports = (cell.session.item(self.item.key) for cell in self.cells)
        shares = (agreement_on(report) for report in reports if report)
        return len(self.having(Finding.OBSTACLE)), len(self.having(Finding.SPLIT)), sum(shares, Fraction(0))


@dataclass(frozen=True)
class Comparison:
    """Sessions by the name of their collaboration and, within it, by day; `checklist` is the newest of their versions,
    whose words are used. Items that only an older version has come after the others of their dimension."""

    checklist: Checklist
    dimensions: tuple[tuple[Dimension, tuple[Item, ...]], ...]
    sessions: tuple[SessionFigures, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every item, in the order of the checklist."""
        return tuple(
            Row(item, tuple(_cell(session, item) for session in self.sessions))
            for _, items in self.dimensions
            for item in items
        )

    def in_order(self, order: Order) -> tuple[Row, ...]:
        """The rows in this order; equal ones in that of the checklist."""
        return self.rows if order is Order.DIMENSION else self._by_hurt

    @cached_property
    def _by_hurt(self) -> tuple[Row, ...]:
        # What stands above a table asks for it too, and shares are slow to add up.
        return tuple(sorted(self.rows, key=lambda row: row.hurt, reverse=True))

    @cached_property
    def by_team(self) -> tuple[tuple[Team, tuple[SessionFigures, ...]], ...]:
        """The sessions of each collaboration, the earliest first."""
        teams = dict.fromkeys(session.team for session in self.sessions)
        return tuple((team, tuple(s for s in self.sessions if s.team == team)) for team in teams)

    @property
    def versions(self) -> tuple[int, ...]:
        """The checklist's versions that were filled in, the oldest first."""
        return tuple(sorted({session.version for session in self.sessions}))

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The ways of filling in that stand beside each other."""
        return tuple(dict.fromkeys(session.mode for session in self.sessions))

    @property
    def with_low_turnout(self) -> tuple[SessionFigures, ...]:
        """The sessions in which so few answered of those who were expected that it is a finding of its own."""
        return tuple(session for session in self.sessions if session.turnout and session.turnout.is_low)

    @property
    def last_day(self) -> date:
        """The day of the latest session; that of the comparison, in the name of its files."""
        return max(session.day for session in self.sessions)

    @property
    def invented(self) -> bool:
        """Whether anything in it was made up."""
        return any(session.invented for session in self.sessions)


def build_comparison(checklists: Iterable[Checklist], sessions: Iterable[SessionFigures]) -> Comparison:
    """The comparison of these sessions, given every version of the checklist that they were filled in with.

    Versions are compared by item key (concepts.md, "The checklist"). Raises ValueError without a checklist.
    """
    versions = sorted(checklists, key=lambda checklist: checklist.version)
    if not versions:
        raise ValueError("nothing to compare")
    in_order = sorted(sessions, key=lambda session: (sort_key(session.team.name), session.team.key, session.day))
    return Comparison(versions[-1], all_items(versions), tuple(in_order))


def _cell(session: SessionFigures, item: Item) -> Cell:
    found = session.item(item.key)
    if found is None:
        return Cell(session, NotCompared.VERSION, None)
    return Cell(session, found.counts, found.finding)
