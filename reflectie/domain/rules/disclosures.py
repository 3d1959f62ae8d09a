"""What participants are told before their first question: which promises hold for this session, and their numbers.

No words: the page has those. Each promise is one that the rules keep (`domain/rules/suppression.py`, `report.py`,
closing in services; concepts.md, "Anonymous is anonymous").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reflectie.domain.setup import Grouping, Mode

from .suppression import FLOOR


class DisclosureTopic(StrEnum):
    """Under which heading a promise stands; in this order."""

    SEEN = "seen"
    HIDDEN = "hidden"
    COURSE = "course"


class Disclosure(StrEnum):
    # What others will see.
    TOTALS = "totals"
    BY_NAME = "by-name"
    UNANIMOUS = "unanimous"
    # With how many answered of each group that is shown, and how many were expected.
    GROUPS = "groups"
    SMALL_GROUPS = "small-groups"
    NOTES_WITHOUT_NAME = "notes-without-name"
    NOTES_BY_NAME = "notes-by-name"
    COUNTED = "counted"
    TOO_FEW = "too-few"
    # Whoever types in the paper forms knows what all others answered together; so one or two of these are too few.
    BESIDE_PAPER = "beside-paper"
    # The report of a later session sets this one's totals beside its own.
    LATER = "later"
    # Findings may count in signals, and a note be quoted there.
    SIGNALS = "signals"
    # What they won't.
    NOTHING_EARLIER = "nothing-earlier"
    NOT_KEPT = "not-kept"
    NOT_KEPT_BY_NAME = "not-kept-by-name"
    PAPER = "paper"
    # How it goes, and what one can do about it.
    CHANGE = "change"
    CLOSES = "closes"
    OPENS_FOR_ALL = "opens-for-all"
    FACILITATOR_FIRST = "facilitator-first"
    # Long after the conclusion, answers are erased and figures kept.
    FOLDED = "folded"
    # Whoever is done may ask for one mail when the report opens: their address is kept apart, until it was sent.
    ONE_MAIL = "one-mail"

    @property
    def in_front(self) -> bool:
        """Whether it may change what somebody answers, types, or whether they take part at all: then it stands above
        the button to begin, in sight. All of them stand in the whole text, which is folded."""
        return self not in _FOLDED_AWAY


# What changes nobody's answers: that all sheets count, when there are too few to show any, what a later report does
# with totals, when the round ends, and what comes after it.
_FOLDED_AWAY = frozenset(
    {
        Disclosure.COUNTED,
        Disclosure.TOO_FEW,
        Disclosure.LATER,
        Disclosure.NOT_KEPT_BY_NAME,
        Disclosure.CLOSES,
        Disclosure.OPENS_FOR_ALL,
        Disclosure.ONE_MAIL,
    },
)

_ABOUT: Mapping[DisclosureTopic, frozenset[Disclosure]] = {
    DisclosureTopic.HIDDEN: frozenset(
        {
            Disclosure.NOTHING_EARLIER,
            Disclosure.NOT_KEPT,
            Disclosure.NOT_KEPT_BY_NAME,
            Disclosure.PAPER,
        },
    ),
    DisclosureTopic.COURSE: frozenset(
        {
            Disclosure.CHANGE,
            Disclosure.CLOSES,
            Disclosure.OPENS_FOR_ALL,
            Disclosure.FACILITATOR_FIRST,
            Disclosure.FOLDED,
            Disclosure.ONE_MAIL,
        },
    ),
}


@dataclass(frozen=True, slots=True)
class PlacedDisclosure:
    """A promise with the number in it: people expected, groups, months, or the floor; 0 when it has none."""

    promise: Disclosure
    number: int = 0
    about: DisclosureTopic = field(init=False, default=DisclosureTopic.SEEN)

    def __post_init__(self) -> None:
        about = next(
            (about for about, disclosures in _ABOUT.items() if self.promise in disclosures), DisclosureTopic.SEEN
        )
        object.__setattr__(self, "about", about)


@dataclass(frozen=True, slots=True)
class Round:
    """What of a session decides what is promised. `groups` is how many the grouping question offers."""

    mode: Mode
    grouping: Grouping = Grouping.NONE
    groups: int = 0
    expected: int | None = None
    closes: bool = False
    facilitator_prepares: bool = False
    paper: bool = False
    # Whether those who aren't typed in from paper are counted apart: as in all rounds but those planned before.
    typist: bool = False
    # How many months after the conclusion answers are erased and figures kept; 0: never.
    fold_months: int = 0
    signals: bool = False
    # Whether the host sends mail.
    mail: bool = False


def disclosures(session: Round) -> tuple[PlacedDisclosure, ...]:
    """What holds for the participants of this round, in the order in which it is read.

    Empty for a sheet that a team fills in together: whoever sits there sees everything.
    """
    if not session.mode.is_round:
        return ()
    anonymous = session.mode is Mode.ANONYMOUS
    expected = session.expected or 0
    told = (
        [PlacedDisclosure(Disclosure.TOTALS, expected), PlacedDisclosure(Disclosure.UNANIMOUS)]
        if anonymous
        else [PlacedDisclosure(Disclosure.BY_NAME, expected)]
    )
    if session.grouping is not Grouping.NONE:
        told.append(PlacedDisclosure(Disclosure.GROUPS, session.groups))
        # By name every answer has its giver beside it, so that there is no group to hide.
        told += [PlacedDisclosure(Disclosure.SMALL_GROUPS, FLOOR)] if anonymous else []
    told.append(PlacedDisclosure(Disclosure.NOTES_WITHOUT_NAME if anonymous else Disclosure.NOTES_BY_NAME))
    told.append(PlacedDisclosure(Disclosure.COUNTED))
    told += [PlacedDisclosure(Disclosure.TOO_FEW, FLOOR)] if anonymous else []
    told += [PlacedDisclosure(Disclosure.BESIDE_PAPER)] if anonymous and session.paper and session.typist else []
    told.append(PlacedDisclosure(Disclosure.LATER))
    told += [PlacedDisclosure(Disclosure.SIGNALS)] if session.signals else []
    told.append(PlacedDisclosure(Disclosure.NOTHING_EARLIER))
    told.append(PlacedDisclosure(Disclosure.NOT_KEPT if anonymous else Disclosure.NOT_KEPT_BY_NAME))
    told += [PlacedDisclosure(Disclosure.PAPER)] if session.paper else []
    told.append(PlacedDisclosure(Disclosure.CHANGE))
    told += [PlacedDisclosure(Disclosure.CLOSES)] if session.closes else []
    told += [PlacedDisclosure(Disclosure.FACILITATOR_FIRST)] if session.facilitator_prepares else []
    told.append(PlacedDisclosure(Disclosure.OPENS_FOR_ALL))
    told += [PlacedDisclosure(Disclosure.FOLDED, session.fold_months)] if session.fold_months else []
    told += [PlacedDisclosure(Disclosure.ONE_MAIL)] if session.mail else []
    return tuple(told)


def in_front(told: Iterable[PlacedDisclosure]) -> tuple[PlacedDisclosure, ...]:
    """Of what holds, what stands in sight before anybody begins."""
    return tuple(each for each in told if each.promise.in_front)
