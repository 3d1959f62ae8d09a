"""What became of each item over a collaboration's sessions (concepts.md, "Above one team"): what became a strength,
what became an obstacle, what stays.

"Became" asks for two things at once. The finding is another now, since that is what a team calls strength or obstacle;
and the answers moved that way, by what `since` calls change. A finding that one person's answer turned over is no
change, and stands under NO_CLEAR_DIFFERENCE with its numbers.

Only sessions that were filled in the same way, by enough people, are set beside each other: they make a strand. What a
facilitator reads first is its first session against its latest; a slow drift shows there, which no single step would
show. Where it happened stands in the steps, from each session to the next one of its strand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from reflectie.domain.questionnaire.checklist import Item, Kind
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.report.changes import ItemChange, NotCompared, Shift, compare_items, why_not_compared
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import WhirlpoolArm, arms_of
from reflectie.domain.rules.findings import Counts, Finding

from .comparison import Comparison, SessionFigures, Team

# What the pictures show at most, the latest: as many marks as stand beside each other where a phone can show them.
MAX_IN_PICTURE = 10
# So many collaborations over time stand on one page, and on paper, with everything; of more, each has its own for that.
MAX_IN_FULL = 3


class ChangeKind(StrEnum):
    """What became of an item between two sessions, in the order in which a team wants to read it: what it gained, what
    it lost, what moved otherwise, what stays in its way, and the rest. The rules stand in `change_kind`."""

    BECAME_STRENGTH = "became-strength"
    # A factor that is no longer at play; never called a strength (concepts.md, "From answers to findings").
    BECAME_CLEAR = "became-clear"
    BECAME_OBSTACLE = "became-obstacle"
    LESS_HINDER = "less-hinder"
    MORE_HINDER = "more-hinder"
    BECAME_KNOWN = "became-known"
    BECAME_UNKNOWN = "became-unknown"
    # Of one sheet then and one now. Another answer is no change (`since.Shift.OTHER_ANSWER`).
    ANSWERED_OTHERWISE = "answered-otherwise"
    STAYS_OBSTACLE = "stays-obstacle"
    STAYS_SPLIT = "stays-split"
    STAYS_UNKNOWN = "stays-unknown"
    STAYS_ATTENTION = "stays-attention"
    STAYS_STRENGTH = "stays-strength"
    STAYS_CLEAR = "stays-clear"
    NO_CLEAR_DIFFERENCE = "no-clear-difference"
    NOT_COMPARED = "not-compared"


_BECAME = {
    Finding.STRENGTH: (ChangeKind.BECAME_STRENGTH, {Shift.TOWARDS_HELPING, Shift.CLEARER}),
    Finding.CLEAR: (ChangeKind.BECAME_CLEAR, {Shift.TOWARDS_HELPING, Shift.CLEARER}),
    Finding.OBSTACLE: (ChangeKind.BECAME_OBSTACLE, {Shift.TOWARDS_HINDERING, Shift.CLEARER}),
}
_MOVED = {
    Shift.TOWARDS_HELPING: ChangeKind.LESS_HINDER,
    Shift.TOWARDS_HINDERING: ChangeKind.MORE_HINDER,
    Shift.CLEARER: ChangeKind.BECAME_KNOWN,
    Shift.LESS_CLEAR: ChangeKind.BECAME_UNKNOWN,
    Shift.OTHER_ANSWER: ChangeKind.ANSWERED_OTHERWISE,
}
_STAYS = {
    Finding.OBSTACLE: ChangeKind.STAYS_OBSTACLE,
    Finding.SPLIT: ChangeKind.STAYS_SPLIT,
    Finding.UNKNOWN: ChangeKind.STAYS_UNKNOWN,
    Finding.ATTENTION: ChangeKind.STAYS_ATTENTION,
    Finding.STRENGTH: ChangeKind.STAYS_STRENGTH,
    Finding.CLEAR: ChangeKind.STAYS_CLEAR,
}
MOVED = (*(course for course, _ in _BECAME.values()), *_MOVED.values())
# What stays in the way: it stands in sight, below what moved. The rest is folded.
STAYS_IN_THE_WAY = (ChangeKind.STAYS_OBSTACLE, ChangeKind.STAYS_SPLIT, ChangeKind.STAYS_UNKNOWN)


def change_kind(shift: Shift | NotCompared, then: Finding | None, now: Finding | None) -> ChangeKind:
    """What became of an item, given how its answers moved and what they added up to then and now.

    - BECAME_STRENGTH, BECAME_CLEAR, BECAME_OBSTACLE: it is that now, wasn't then, and the answers moved that way or
      more people know what to say of it.
    - LESS_HINDER, MORE_HINDER, BECAME_KNOWN, BECAME_UNKNOWN: the answers moved, without its becoming one of these.
    - ANSWERED_OTHERWISE: one sheet on either side, with another answer.
    - STAYS_...: no clear difference, and the finding is the same.
    - NO_CLEAR_DIFFERENCE: so little moved that it may be one person's answer, and yet the finding is another.
    - NOT_COMPARED: see `since.NotCompared` for why.

    Source: concepts.md, "From answers to findings" and "Above one team"; what counts as moved stands in `since`.
    """
    if isinstance(shift, NotCompared):
        return ChangeKind.NOT_COMPARED
    if now in _BECAME and then is not now:
        course, ways = _BECAME[now]
        if shift in ways:
            return course
    if shift in _MOVED:
        return _MOVED[shift]
    return _STAYS[now] if now is not None and then is now else ChangeKind.NO_CLEAR_DIFFERENCE


@dataclass(frozen=True, slots=True)
class Change:
    """One item between two sessions; `reason` says why it can't be compared. None on a side that hasn't got it."""

    item: Item
    then: ItemReport | None
    now: ItemReport | None
    course: ChangeKind
    reason: NotCompared | None
    size: Fraction


@dataclass(frozen=True)
class Interval:
    """Two sessions of one strand, and what became of every item between them."""

    earlier: SessionFigures
    now: SessionFigures
    changes: tuple[Change, ...]

    def having(self, courses: Iterable[ChangeKind]) -> tuple[tuple[ChangeKind, tuple[Change, ...]], ...]:
        """The items by what became of them, for these courses and in the order of Course; the furthest moved first."""
        wanted = set(courses)
        groups = (
            (course, [c for c in self.changes if c.course is course]) for course in ChangeKind if course in wanted
        )
        return tuple((course, tuple(sorted(found, key=lambda c: -c.size))) for course, found in groups if found)

    @cached_property
    def moved(self) -> tuple[tuple[ChangeKind, tuple[Change, ...]], ...]:
        return self.having(MOVED)

    @cached_property
    def in_the_way(self) -> tuple[tuple[ChangeKind, tuple[Change, ...]], ...]:
        return self.having(STAYS_IN_THE_WAY)

    @cached_property
    def folded(self) -> tuple[tuple[ChangeKind, tuple[Change, ...]], ...]:
        """What stays well and what no change can be said of; not what can't be compared."""
        shown = {*MOVED, *STAYS_IN_THE_WAY, ChangeKind.NOT_COMPARED}
        return self.having(course for course in ChangeKind if course not in shown)

    @property
    def not_compared(self) -> tuple[tuple[NotCompared, tuple[Change, ...]], ...]:
        """The items that can't be compared, by why not."""
        groups = ((reason, tuple(c for c in self.changes if c.reason is reason)) for reason in NotCompared)
        return tuple((reason, found) for reason, found in groups if found)


@dataclass(frozen=True)
class ComparableSeries:
    """Sessions that can be compared, the earliest first; two at least."""

    sessions: tuple[SessionFigures, ...]
    # The first against the latest.
    overall: Interval
    # Each against the one before it.
    steps: tuple[Interval, ...]

    @property
    def is_round(self) -> bool:
        return self.overall.now.mode.is_round

    @cached_property
    def wavered(self) -> frozenset[str]:
        """The keys of items that moved somewhere on the way, while first and latest say no clear difference."""
        moved = {c.item.key for step in self.steps for c in step.changes if c.course in MOVED}
        return frozenset(
            c.item.key
            for c in self.overall.changes
            if c.item.key in moved and c.course not in MOVED and c.course is not ChangeKind.NOT_COMPARED
        )


@dataclass(frozen=True, slots=True)
class Point:
    """One item in one session; without a report where that session's version hasn't got it. `strand` tells which points
    may be joined by a line: those with the same number. None for a session that stands apart."""

    session: SessionFigures
    report: ItemReport | None
    strand: int | None

    @property
    def share(self) -> Fraction | None:
        """Of those who chose, the share that calls it hindering, 0 to 1, of a divided team a half; None for a blind
        spot and for what is withheld or wasn't asked: a gap, never a zero."""
        if self.report is None or self.report.finding in {None, Finding.UNKNOWN}:
            return None
        counts = self.report.counts
        return counts.towards_hindering / counts.chose if isinstance(counts, Counts) else None


@dataclass(frozen=True, slots=True)
class Trend:
    """One item over a collaboration's sessions, the earliest first."""

    item: Item
    points: tuple[Point, ...]

    @property
    def pictured(self) -> tuple[Point, ...]:
        return self.points[-MAX_IN_PICTURE:]


@dataclass(frozen=True, slots=True)
class SessionWhirlpool:
    """One session's whirlpool; without arms where it is withheld."""

    session: SessionFigures
    arms: tuple[WhirlpoolArm, ...]


@dataclass(frozen=True, slots=True)
class AgreementFollowUp:
    """Agreements about one item, and what became of it by a later session; None where it can't be compared at all, and
    for those about no item."""

    item: Item | None
    agreements: tuple[Agreement, ...]
    change: Change | None


@dataclass(frozen=True, slots=True)
class AgreementReview:
    """What was agreed in one session, beside what changed by a later one. `reason` says why the answers can't be
    compared at all. That the two coincide proves nothing; whoever shows them says so."""

    earlier: SessionFigures
    now: SessionFigures
    reason: NotCompared | None
    kept: tuple[AgreementFollowUp, ...]


@dataclass(frozen=True)
class History:
    """A collaboration's sessions over time, the earliest first; two at least."""

    team: Team
    sessions: tuple[SessionFigures, ...]
    # One for each way of filling in that was used twice; the one with the latest session first.
    strands: tuple[ComparableSeries, ...]
    # The sessions in no strand, with why.
    apart: tuple[tuple[SessionFigures, NotCompared], ...]
    dimensions: tuple[tuple[str, tuple[Trend, ...]], ...]

    @property
    def has_rounds(self) -> bool:
        """Whether there are shares to draw: one sheet has an answer, and no share."""
        return any(session.mode.is_round for session in self.sessions)

    @cached_property
    def has_gaps(self) -> bool:
        """Whether the pictures have anything without a share."""
        trends = (trend for _, trends in self.dimensions for trend in trends)
        return any(point.share is None for trend in trends for point in trend.pictured)

    @property
    def left_out(self) -> int:
        """How many of the sessions, the earliest, don't stand in the pictures."""
        return max(0, len(self.sessions) - MAX_IN_PICTURE)

    @property
    def whirlpools(self) -> tuple[SessionWhirlpool, ...]:
        """The latest sessions' whirlpools."""
        return tuple(SessionWhirlpool(session, _arms(session)) for session in self.sessions[-MAX_IN_PICTURE:])

    @cached_property
    def between(self) -> tuple[AgreementReview, ...]:
        """From each session with agreements to the next one that it can be compared with; to the very next, with why
        not, where there is none."""
        later = ((session, self.sessions[place:]) for place, session in enumerate(self.sessions, start=1))
        return tuple(_between(session, rest) for session, rest in later if session.agreements and rest)


def histories(comparison: Comparison) -> tuple[History, ...]:
    """Each collaboration with two or more sessions in a comparison, in its order."""
    return tuple(_history(comparison, team, held) for team, held in comparison.by_team if len(held) > 1)


def _history(comparison: Comparison, team: Team, sessions: tuple[SessionFigures, ...]) -> History:
    strands = sorted(_strands(sessions), key=lambda strand: sessions.index(strand.overall.now), reverse=True)
    joined = {session.key: place for place, strand in enumerate(strands) for session in strand.sessions}
    apart = tuple((session, _why_apart(session)) for session in sessions if session.key not in joined)
    dimensions = tuple(
        (dimension.name, tuple(Trend(item, _points(sessions, item, joined)) for item in items))
        for dimension, items in comparison.dimensions
    )
    return History(team, sessions, tuple(strands), apart, dimensions)


def _points(sessions: Sequence[SessionFigures], item: Item, joined: dict[str, int]) -> tuple[Point, ...]:
    return tuple(Point(session, session.item(item.key), joined.get(session.key)) for session in sessions)


def _strands(sessions: Sequence[SessionFigures]) -> list[ComparableSeries]:
    families: list[list[SessionFigures]] = []
    for session in sessions:
        home = next((family for family in families if not why_not_compared(family[-1], session)), None)
        if home is None:
            families.append([session])
        else:
            home.append(session)
    return [_strand(family) for family in families if len(family) > 1]


def _strand(family: list[SessionFigures]) -> ComparableSeries:
    steps = tuple(step for pair in pairwise(family) if (step := _span(*pair)))
    # Whoever can be compared with the next can be with the last: the way and the number decide, of each by itself.
    overall = _span(family[0], family[-1])
    if overall is None:
        raise ValueError("sessions of one strand can be compared")
    return ComparableSeries(tuple(family), overall, steps)


def _span(earlier: SessionFigures, now: SessionFigures) -> Interval | None:
    """None where the two can't be compared at all."""
    reason, items = compare_items(earlier, now)
    return None if reason else Interval(earlier, now, tuple(_change(item) for item in items))


def _change(moved: ItemChange) -> Change:
    then, now = (side.finding if side else None for side in (moved.earlier, moved.now))
    reason = moved.shift if isinstance(moved.shift, NotCompared) else None
    return Change(moved.item, moved.earlier, moved.now, change_kind(moved.shift, then, now), reason, moved.size)


def _why_apart(session: SessionFigures) -> NotCompared:
    """Whoever can't even be compared with itself has too few; any other was filled in otherwise than the rest."""
    return why_not_compared(session, session) or NotCompared.MODE


def _arms(session: SessionFigures) -> tuple[WhirlpoolArm, ...]:
    factors = [report for report in session.items if report.item.kind is Kind.FACTOR]
    return arms_of(factors) if isinstance(session.counted, int) else ()


def _between(earlier: SessionFigures, rest: Sequence[SessionFigures]) -> AgreementReview:
    compared = [(now, *compare_items(earlier, now)) for now in rest]
    now, reason, items = next((found for found in compared if found[1] is None), compared[0])
    changes = {item.item.key: _change(item) for item in items}
    about = dict.fromkeys(agreement.item for agreement in earlier.agreements)
    # Those about no item come last: they stand by themselves.
    kept = tuple(
        AgreementFollowUp(
            report.item if (report := earlier.item(key)) else None,
            tuple(agreement for agreement in earlier.agreements if agreement.item == key),
            changes.get(key),
        )
        for key in sorted(about, key=lambda key: not key)
    )
    return AgreementReview(earlier, now, reason, kept)
