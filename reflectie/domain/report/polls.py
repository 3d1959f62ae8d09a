"""Polls of support for what a team is about to decide: the steps of consent, as sociocracy asks them (concepts.md, "The
talk, live"). Counts alone are kept of one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from reflectie.domain.rules.suppression import FLOOR, Reason, Withheld

from .agreements import Decision

# Many times what any room holds. Whoever has the link can vote without end; this is where that ends.
MAX_VOTES = 1000
# More hands than anybody counts.
MAX_HANDS = 999
# More than any talk asks.
MAX_POLLS = 60


class Stance(StrEnum):
    """Where somebody stands. An objection is a reason to talk on, and no veto."""

    BEHIND = "behind"
    LIVE_WITH = "live-with"
    OBJECTION = "objection"


class PollWay(StrEnum):
    """How people answer: each on a phone, unseen by the others, or by hands that everybody in the room sees.

    One thing is asked in one way alone: of hands that were seen, and phones that say the same thing again, one would be
    subtracted from the other.
    """

    PHONES = "phones"
    HANDS = "hands"


@dataclass(frozen=True, slots=True)
class PollCounts:
    """How many stand where."""

    behind: int
    live_with: int
    objection: int

    @property
    def voted(self) -> int:
        return self.behind + self.live_with + self.objection

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells one count of hands from another."""
        return f"{self.behind}", f"{self.live_with}", f"{self.objection}"


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll on an agreement (its key), or on a decision. `counts` is None as long as it goes on, and withheld where
    fewer than FLOOR answered by phone. `nth` says which it is of those on the same thing, from 1; `is_reworded`, that
    the agreement got other words after it began."""

    key: str
    way: PollWay
    counts: PollCounts | Withheld | None
    agreement: str = ""
    decision: Decision | None = None
    nth: int = 1
    is_reworded: bool = False

    @property
    def is_open(self) -> bool:
        return self.counts is None

    @property
    def thing(self) -> str:
        """What it is about: an agreement's key, or a decision."""
        return self.decision or self.agreement


def count_stances(votes: Iterable[Stance]) -> PollCounts | Withheld:
    """What is kept of votes by phone: how many stand where, or of fewer than FLOOR that there were too few. Their
    number would tell who didn't vote, and of two each would know the other's."""
    given = Counter(votes)
    if given.total() < FLOOR:
        return Withheld(Reason.TOO_FEW)
    return PollCounts(given[Stance.BEHIND], given[Stance.LIVE_WITH], given[Stance.OBJECTION])


def number_polls(polls: Iterable[Poll]) -> tuple[Poll, ...]:
    """The same polls, each with which it is of those on the same thing; in the order in which they were held."""
    held = Counter[str]()
    numbered = []
    for poll in polls:
        held[poll.thing] += 1
        numbered.append(replace(poll, nth=held[poll.thing]))
    return tuple(numbered)


def polls_about(polls: Iterable[Poll], thing: str) -> tuple[Poll, ...]:
    """Those of one thing: an agreement's key, or a decision."""
    return tuple(poll for poll in polls if poll.thing == thing)


def way_asked(polls: Iterable[Poll], thing: str) -> PollWay | None:
    """In which way a thing was asked before: it can be asked in no other (`PollWay`). None where it wasn't."""
    return next((poll.way for poll in polls_about(polls, thing)), None)


def shows_difference(polls: Iterable[Poll], thing: str) -> bool:
    """Whether another poll of a thing will show how it differs from an earlier one, and perhaps who makes the
    difference: voters read that beforehand. One of which nothing was kept tells nothing."""
    return any(isinstance(poll.counts, PollCounts) for poll in polls_about(polls, thing))
