"""What participants are told before their first question: which promises hold for this session, and their numbers.

No words: the page has those. Each promise is one that the rules keep (`domain/rules/suppression.py`, `report.py`,
closing in the store; domain page, "Anonymous is anonymous").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reflectie.domain.setup import Grouping, Mode

from .suppression import FLOOR


class About(StrEnum):
    """Under which heading a promise stands; in this order."""

    SEEN = "seen"
    HIDDEN = "hidden"
    COURSE = "course"


class Promise(StrEnum):
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
    # Long after the conclusion, answers are folded into counts.
    FOLDED = "folded"
    PAPER = "paper"
    # How it goes, and what one can do about it.
    CHANGE = "change"
    CLOSES = "closes"
    OPENS_FOR_ALL = "opens-for-all"
    FACILITATOR_FIRST = "facilitator-first"


_ABOUT: Mapping[About, frozenset[Promise]] = {
    About.HIDDEN: frozenset(
        {Promise.NOTHING_EARLIER, Promise.NOT_KEPT, Promise.NOT_KEPT_BY_NAME, Promise.FOLDED, Promise.PAPER},
    ),
    About.COURSE: frozenset(
        {Promise.CHANGE, Promise.CLOSES, Promise.OPENS_FOR_ALL, Promise.FACILITATOR_FIRST},
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A promise with the number in it: people expected, groups, months, or the floor; 0 when it has none."""

    promise: Promise
    number: int = 0
    about: About = field(init=False, default=About.SEEN)

    def __post_init__(self) -> None:
        about = next((about for about, promises in _ABOUT.items() if self.promise in promises), About.SEEN)
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
    # How many months after the conclusion answers are folded into counts; 0: never.
    fold_months: int = 0
    signals: bool = False


def promises(session: Round) -> tuple[Told, ...]:
    """What holds for the participants of this round, in the order in which it is read.

    Empty for a sheet that a team fills in together: whoever sits there sees everything.
    """
    if not session.mode.is_round:
        return ()
    anonymous = session.mode is Mode.ANONYMOUS
    expected = session.expected or 0
    told = [Told(Promise.TOTALS, expected), Told(Promise.UNANIMOUS)] if anonymous else [Told(Promise.BY_NAME, expected)]
    if session.grouping is not Grouping.NONE:
        told.append(Told(Promise.GROUPS, session.groups))
        # By name every answer has its giver beside it, so that there is no group to hide.
        told += [Told(Promise.SMALL_GROUPS, FLOOR)] if anonymous else []
    told.append(Told(Promise.NOTES_WITHOUT_NAME if anonymous else Promise.NOTES_BY_NAME))
    told.append(Told(Promise.COUNTED))
    told += [Told(Promise.TOO_FEW, FLOOR)] if anonymous else []
    told += [Told(Promise.BESIDE_PAPER)] if anonymous and session.paper and session.typist else []
    told.append(Told(Promise.LATER))
    told += [Told(Promise.SIGNALS)] if session.signals else []
    told.append(Told(Promise.NOTHING_EARLIER))
    told.append(Told(Promise.NOT_KEPT if anonymous else Promise.NOT_KEPT_BY_NAME))
    told += [Told(Promise.FOLDED, session.fold_months)] if session.fold_months else []
    told += [Told(Promise.PAPER)] if session.paper else []
    told.append(Told(Promise.CHANGE))
    told += [Told(Promise.CLOSES)] if session.closes else []
    told += [Told(Promise.FACILITATOR_FIRST)] if session.facilitator_prepares else []
    told.append(Told(Promise.OPENS_FOR_ALL))
    return tuple(told)
