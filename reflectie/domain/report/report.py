"""The report: everything that screen, PDF and exports show of a session, with every rule already applied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from reflectie.domain.questionnaire.checklist import ActionOwner, Checklist, Kind, PatternKey, Source
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.ranges import Ranges
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.rules.turnout import Turnout, turnout_of
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode, Setup

from .agreements import Agreement, Conclusion, Parked, State
from .changes import MOVED, ChangeGroup, ItemChange, NotCompared, Shift
from .items import DimensionReport, IntensityAnswer, ItemReport, Note, Tally, agreement_on
from .outcomes import Choice, Outcome
from .polls import Poll, polls_about

# A team that is stuck can take on three things, not fifteen (concepts.md): so many obstacles stand in the summary, and
# so many pieces of advice in front.
MAX_IN_SUMMARY = 3
# As many as a team can talk about beside its obstacles; further ones are only named.
MAX_PATTERNS = 3
# And talk about so many differences in one meeting.
MAX_DIFFERENCES = 3


class Moment(StrEnum):
    """Whether the talk about a report is still to come, going on, or over: what matters then leads the report
    (concepts.md, "The report and the talk")."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a session beside its sheets. Without an account that is what the talk came to, and no more."""

    collaboration: str = ""
    partners: tuple[str, ...] = ()
    expected: int | None = None
    # By item key; and by field name how many texts a coordinator took out.
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    # Whether a group was blanked at closing.
    blanked: bool = False
    agreements: tuple[Agreement, ...] = ()
    conclusion: Conclusion | None = None
    # What the talk put off, in the order in which it did.
    parked: tuple[Parked, ...] = ()
    # In the order in which they were held, also one that goes on.
    polls: tuple[Poll, ...] = ()
    # The report of the collaboration's session before this one, if there was one.
    earlier: "Report | None" = None
    # The day on which its answers were erased and the figures kept: then there is nobody whose answer is whose.
    folded_on: date | None = None
    # Whether it was held on paper long before, and brought in afterwards.
    brought_in: bool = False
    # Whether it was filled in before the day for which it is planned.
    is_ahead: bool = False
    # How many were expected of each group that the grouping question offers.
    expected_of: Mapping[str, int] = field(default_factory=dict)
    # Whether somebody typed in forms from paper, beside whom others hide only if they are enough.
    beside_paper: bool = False
    # What tells it from the collaboration's other sessions.
    title: SessionTitle | None = None


@dataclass(frozen=True, slots=True)
class WhirlpoolArm:
    """One factor in the whirlpool, and the share of all counted, 0 to 1, who say that it plays."""

    report: ItemReport
    share: Fraction


@dataclass(frozen=True, slots=True)
class AdviceGroup:
    """Advice with which the same people can begin, the most pressing first."""

    mover: ActionOwner
    items: tuple[ItemReport, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that shows, with the items it was seen in and, where there are such, the names it is about: groups as
    the setup names them, or dimensions by their key."""

    key: PatternKey
    items: tuple[ItemReport, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangesSincePrevious:
    """The earlier session's report, and each item beside it. `reason` says why nothing can be compared at all; then
    there are no items."""

    earlier: "Report"
    reason: NotCompared | None
    items: tuple[ItemChange, ...]

    @property
    def moved(self) -> tuple[ChangeGroup, ...]:
        """The items that moved, by how they did; in the order of MOVED, without those that have none."""
        groups = ((shift, [item for item in self.items if item.shift is shift]) for shift in MOVED)
        furthest = ((shift, tuple(sorted(items, key=lambda item: -item.size))) for shift, items in groups)
        return tuple(ChangeGroup(shift, items) for shift, items in furthest if items)

    @property
    def same(self) -> tuple[ItemChange, ...]:
        """The items of which no change can be said."""
        return tuple(item for item in self.items if item.shift is Shift.SAME)

    @property
    def not_compared(self) -> tuple[tuple[NotCompared, tuple[ItemChange, ...]], ...]:
        """The items that can't be compared, by why not."""
        groups = ((reason, tuple(item for item in self.items if item.shift is reason)) for reason in NotCompared)
        return tuple((reason, items) for reason, items in groups if items)


# Without slots: what follows from its figures is worked out once, however often a page asks it.
@dataclass(frozen=True)
class Report:
    checklist: Checklist
    setup: Setup
    collaboration: str
    team: str
    partners: tuple[str, ...]
    changed_on: date
    # The day on which it is erased; None when it is kept.
    delete_on: date | None
    # Responses with at least one answer to the checklist.
    counted: int | Withheld
    expected: int | None
    dimensions: tuple[DimensionReport, ...]
    # Of one sheet, each answer as it is; of a round, how many gave which.
    intensities: tuple[IntensityAnswer, ...]
    meanings: tuple[str, ...]
    levels: tuple[str, ...]
    needed: Tally | Withheld
    forms: Tally | Withheld
    fits: Tally | Withheld
    meaning: Tally | Withheld
    # How many of each partner or level; those withheld without a number.
    groups: tuple[tuple[str, int | Withheld], ...]
    goal_sentences: tuple[Note, ...]
    removed_sentences: int
    # By name only: which partners put which of MEANINGS in the centre; who named no organisation by their own name.
    meaning_partners: tuple[tuple[str, tuple[str, ...]], ...] = ()
    agreements: tuple[Agreement, ...] = ()
    conclusion: Conclusion | None = None
    patterns: tuple[Pattern, ...] = ()
    since: ChangesSincePrevious | None = None
    # The day on which its answers were erased and the figures kept, if they were.
    folded_on: date | None = None
    brought_in: bool = False
    # What its coordinator called it, and which it is of those of its day (`domain/session_title.py`).
    name: str = ""
    nth: int = 1
    # Of each group that is shown, how many answered of those who were expected.
    group_turnouts: tuple[Turnout, ...] = ()
    beside_paper: bool = False
    # How far help goes; None where nobody said so.
    ranges: Ranges | Withheld | None = None
    # Whether `changed_on` is a day for which it was planned, while all of it was there before.
    is_ahead: bool = False
    # What the talk put off, in the order in which it did.
    parked: tuple[Parked, ...] = ()
    # Those that closed, in the order in which they were held; what goes on is the wall's.
    polls: tuple[Poll, ...] = ()

    @property
    def turnout(self) -> Turnout | None:
        """How many answered of those who were expected; None where that isn't known, or not shown."""
        return turnout_of(self.counted, self.expected)

    @cached_property
    def low_turnouts(self) -> tuple[Turnout, ...]:
        """Where so few answered that it is a finding: of all, and of each group that is shown."""
        found = (self.turnout, *self.group_turnouts)
        return tuple(turnout for turnout in found if turnout and turnout.is_low)

    @property
    def title(self) -> SessionTitle:
        """What tells it from the collaboration's other sessions."""
        return SessionTitle(self.changed_on, self.name, self.nth)

    @property
    def is_past(self) -> bool:
        """Whether it is how things were seen on its day, rather than now: told from what it holds, without a clock."""
        return self.brought_in or self.conclusion is not None

    @property
    def moment(self) -> Moment:
        """Told from what was recorded, without a clock. Without a collaboration, which is where a report is erased one
        day, nobody concludes: there the talk is over once something was agreed."""
        if self.conclusion or (self.agreements and self.delete_on):
            return Moment.AFTER
        return Moment.DURING if self.talked_about or self.agreements or self.polls else Moment.BEFORE

    @cached_property
    def talked_about(self) -> tuple[ItemReport, ...]:
        """The items of which was recorded what the talk made of them."""
        return tuple(item for item in self.items if item.outcome)

    @cached_property
    def not_reached(self) -> tuple[ItemReport, ...]:
        """What holds people back, divides them or is blind, and of which the talk neither recorded nor agreed on
        anything: what leads first, then obstacles, splits and blind spots. Empty without results."""
        agreed_on = {agreement.item for agreement in self.agreements}
        open_to_talk = {item.item.key: item for item in (*self.obstacles, *self.splits, *self.blind_spots)}
        in_order = dict.fromkeys([*(item.item.key for item in self.leading), *open_to_talk])
        left = (open_to_talk[key] for key in in_order if key in open_to_talk and key not in agreed_on)
        return tuple(item for item in left if not item.outcome)

    @property
    def has_said(self) -> bool:
        """Whether anything was recorded of its talk, however little."""
        return bool(self.talked_about or self.agreements or self.polls or self.parked or self.conclusion)

    @property
    def mode(self) -> Mode:
        return self.setup.mode

    @property
    def is_withheld(self) -> bool:
        """Whether too few answered for any result at all."""
        return isinstance(self.counted, Withheld)

    @cached_property
    def items(self) -> tuple[ItemReport, ...]:
        return tuple(item for part in self.dimensions for item in part.items)

    @cached_property
    def strengths(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.STRENGTH)

    @cached_property
    def splits(self) -> tuple[ItemReport, ...]:
        """The largest difference first."""
        return tuple(sorted(self._having(Finding.SPLIT), key=lambda item: -item.difference))

    @cached_property
    def blind_spots(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.UNKNOWN)

    @cached_property
    def attention(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.ATTENTION)

    @cached_property
    def clear(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.CLEAR)

    @cached_property
    def obstacles(self) -> tuple[ItemReport, ...]:
        """Those that most named first, then those with the widest agreement, then those of the earliest principle."""
        return tuple(sorted(self._having(Finding.OBSTACLE), key=_urgency))

    def _having(self, found: Finding) -> tuple[ItemReport, ...]:
        return tuple(item for item in self.items if item.finding is found)

    @cached_property
    def whirlpool(self) -> tuple[WhirlpoolArm, ...]:
        return () if self.is_withheld else arms_of([item for item in self.items if item.item.kind is Kind.FACTOR])

    @property
    def leading(self) -> tuple[ItemReport, ...]:
        """What stands in front everywhere, three at most: what was named first by most, whatever its finding, and after
        that the obstacles with the widest agreement (concepts.md: weight comes from the team)."""
        return self.advised[:MAX_IN_SUMMARY]

    @cached_property
    def other_obstacles(self) -> tuple[ItemReport, ...]:
        """The obstacles that don't lead, the most pressing first."""
        return self._beside_leading(self.obstacles)

    @cached_property
    def other_splits(self) -> tuple[ItemReport, ...]:
        """The splits that don't lead, the largest difference first."""
        return self._beside_leading(self.splits)

    @cached_property
    def other_blind_spots(self) -> tuple[ItemReport, ...]:
        """The blind spots that don't lead."""
        return self._beside_leading(self.blind_spots)

    def _beside_leading(self, items: Sequence[ItemReport]) -> tuple[ItemReport, ...]:
        leading = {item.item.key for item in self.leading}
        return tuple(item for item in items if item.item.key not in leading)

    @cached_property
    def advised(self) -> tuple[ItemReport, ...]:
        """What there is advice on, the most pressing first: every obstacle, and at most three items that were named
        first most, obstacle or not (concepts.md: weight comes from the team)."""
        named = sorted((item for item in self.items if item.first), key=lambda i: (-i.first, min(i.item.principles)))
        front = named[:MAX_IN_SUMMARY]
        return tuple(sorted((i for i in self.items if i.finding is Finding.OBSTACLE or i in front), key=_urgency))

    @cached_property
    def advice_first(self) -> tuple[AdviceGroup, ...]:
        """The three most pressing, by who can begin."""
        return _by_mover(self.leading)

    @cached_property
    def advice_later(self) -> tuple[AdviceGroup, ...]:
        """All other advice, by who can begin."""
        return _by_mover(self.advised[MAX_IN_SUMMARY:])

    @cached_property
    def signals(self) -> tuple[ItemReport, ...]:
        """The obstacles that a government or a funder has to move: what may go up as a signal (UCLL, principle 10)."""
        return tuple(item for item in self.obstacles if item.mover is ActionOwner.GOVERNMENT)

    @cached_property
    def asked_of_others(self) -> tuple[AdviceGroup, ...]:
        """What the team can't move alone, by whom it asks for it: obstacles, a split that leads, and what the talk
        found to hinder, of which its organisations, a government or a funder have to move something."""
        leading = self.leading
        asked = [
            item
            for item in sorted(self.items, key=_urgency)
            if item.mover is not ActionOwner.OURSELVES and _holds_up(item, is_leading=item in leading)
        ]
        return _grouped(asked, lambda item: item.mover)

    @cached_property
    def standing_agreements(self) -> tuple[Agreement, ...]:
        """What was agreed and not let go of since."""
        return tuple(agreement for agreement in self.agreements if agreement.state is not State.DROPPED)

    @cached_property
    def decision_polls(self) -> tuple[Poll, ...]:
        """The polls on what to decide, in the order in which they were held."""
        return tuple(poll for poll in self.polls if poll.decision)

    def polls_on(self, agreement: Agreement) -> tuple[Poll, ...]:
        """The polls on an agreement, in the order in which they were held."""
        return polls_about(self.polls, agreement.key)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Everything that tells this report from another: the content by its version and revision, the rest as it is.

        Findings, order, patterns and pictures follow from these.
        """
        return (
            (self.checklist.version, self.checklist.revision, self.checklist.language),
            (self.setup, self.collaboration, self.team, self.partners, self.title, self.delete_on),
            (self.counted, self.expected, self.groups, self.group_turnouts, self.beside_paper),
            tuple(
                (i.item.key, i.counts, i.finding, i.notes, i.first, i.groups, i.voices, i.outcome, i.removed)
                for i in self.items
            ),
            (self.intensities, self.meanings, self.levels, self.needed, self.forms, self.fits, self.meaning),
            self.meaning_partners,
            (self.goal_sentences, self.removed_sentences, self.ranges),
            (self.agreements, self.conclusion, self.folded_on, self.brought_in, self.is_ahead),
            (self.parked, self.polls),
            self.since.earlier.key if self.since else (),
        )

    @cached_property
    def differences(self) -> tuple[ItemReport, ...]:
        """The items on which those who chose differ, the largest difference first; of equal ones, that of most people.
        None of them is a blind spot."""
        apart = [item for item in self.items if item.difference and item.says_enough]
        return tuple(sorted(apart, key=lambda item: (-item.difference, -item.dissent)))

    @property
    def main_differences(self) -> tuple[ItemReport, ...]:
        return self.differences[:MAX_DIFFERENCES]

    @property
    def main_patterns(self) -> tuple[Pattern, ...]:
        return self.patterns[:MAX_PATTERNS]

    @property
    def further_patterns(self) -> tuple[Pattern, ...]:
        return self.patterns[MAX_PATTERNS:]

    @cached_property
    def hidden_groups(self) -> tuple[str, ...]:
        """The groups that are too small to be shown anywhere."""
        return tuple(name for name, size in self.groups if isinstance(size, Withheld))

    @cached_property
    def factors_at_play(self) -> tuple[ItemReport, ...]:
        return tuple(arm.report for arm in self.whirlpool if arm.report.finding is Finding.OBSTACLE)

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.checklist.sources

    @cached_property
    def notes(self) -> tuple[tuple[ItemReport, Note], ...]:
        return tuple((item, note) for item in self.items for note in item.notes)


def arms_of(factors: Sequence[ItemReport]) -> tuple[WhirlpoolArm, ...]:
    """The whirlpool's arms for these factors, in their order."""
    return tuple(WhirlpoolArm(item, agreement_on(item)) for item in factors)


def _holds_up(item: ItemReport, *, is_leading: bool) -> bool:
    """Whether an item is to be asked about: unless the talk found that it helps."""
    made = item.outcome.choice if item.outcome else None
    found = item.finding is Finding.OBSTACLE or (item.finding is Finding.SPLIT and is_leading)
    return made is not Choice.HELPING and (found or made is Choice.HINDERING)


def _urgency(item: ItemReport) -> tuple[int, Fraction, int]:
    """Lowest first: named first by most, then the widest agreement, then the earliest principle."""
    return -item.first, -agreement_on(item), min(item.item.principles)


def _by_mover(items: Sequence[ItemReport]) -> tuple[AdviceGroup, ...]:
    return _grouped(items, lambda item: item.movers[0])


def _grouped(items: Sequence[ItemReport], mover_of: Callable[[ItemReport], ActionOwner]) -> tuple[AdviceGroup, ...]:
    groups = (AdviceGroup(mover, tuple(item for item in items if mover_of(item) is mover)) for mover in ActionOwner)
    return tuple(group for group in groups if group.items)
