"""Polls of support for what a team is about to decide: the steps of consent, as sociocracy asks them (concepts.md, "The
talk, live"). Counts alone are kept of one."""

from dataclasses import dataclass
from enum import StrEnum

from reflectie.domain.rules.suppression import Withheld

from .agreements import Decision


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


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll on an agreement (its key), or on a decision. `counts` is None as long as it goes on, and withheld where
    fewer than FLOOR answered by phone. `nth` says which it is of those on the same thing, from 1; `is_reworded`, that
    the agreement got other words after it."""

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
