"""What a team decides after talking: agreements, and the conclusion (concepts.md, "From findings to advice").

Whoever made it is a person in a document that the whole team reads; nothing here points to an answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# An agreement is one sentence; so is why it was dropped, and why a team concludes what it does.
MAX_AGREEMENT = 300
# More than a talk can put off; what is longer is another agenda.
MAX_PARKED = 30
# More agreements than a meeting can make; a list that long is no list of agreements.
MAX_AGREEMENTS = 30


class State(StrEnum):
    """How an agreement stands."""

    OPEN = "open"
    BUSY = "busy"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the team will do, who and by when; for which obstacle (an item's key) and by which principle (from 1, 0 for
    none). `reason` says why it was dropped, `trigger` at which moment it is done ("als …", where the team wants one),
    `key` names it in addresses."""

    key: str
    what: str
    who: str = ""
    due_on: date | None = None
    item: str = ""
    principle: int = 0
    state: State = State.OPEN
    reason: str = ""
    trigger: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells one version of it from another (`versions.py`)."""
        due = self.due_on.isoformat() if self.due_on else ""
        own = (self.what, self.who, due, self.item, str(self.principle or ""), self.state, self.reason)
        # Without a trigger it is the version it was before there were any: pages that are open then stay right.
        return (*own, self.trigger) if self.trigger else own

    @property
    def is_to_do(self) -> bool:
        return self.state in {State.OPEN, State.BUSY}


@dataclass(frozen=True, slots=True)
class Parked:
    """What has to wait, in the team's words: it comes back at the end of the talk, and at the next session. `key` names
    it in addresses."""

    key: str
    text: str


def standing_first(agreements: Iterable[Agreement]) -> tuple[Agreement, ...]:
    """The same agreements, first those that are still to be done: with them a next session begins."""
    return tuple(sorted(agreements, key=lambda agreement: not agreement.is_to_do))


class Needed(StrEnum):
    """The answer to "heb je elkaar nodig om het doel te bereiken?", which is asked before the decision."""

    YES = "yes"
    NO = "no"
    DIVIDED = "divided-on-need"


class Decision(StrEnum):
    """Herstellen, hertekenen or stoppen: equally good."""

    REPAIR = "repair"
    REDESIGN = "redesign"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """With what a session ended, and the day of the next one, if there will be one."""

    needed: Needed
    decision: Decision
    reason: str = ""
    next_on: date | None = None
