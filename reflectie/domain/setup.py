"""How a session was set up: in which way it is filled in, what is asked beside the checklist, and who is set apart."""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How a session is filled in (concepts.md, "Anonymous is anonymous")."""

    TOGETHER = "together"
    ALONE = "alone"
    ANONYMOUS = "anonymous"
    NAMED = "named"

    @property
    def is_round(self) -> bool:
        """Everybody answers for themselves, and nobody sees a thing until the round is opened up."""
        return self in {Mode.ANONYMOUS, Mode.NAMED}


class Grouping(StrEnum):
    """By what the answers of a round are set side by side: by one thing at most."""

    NONE = "none"
    PARTNER = "partner"
    LEVEL = "level"

    @property
    def field(self) -> str:
        """The name of the question that asks for it; empty for none."""
        return {Grouping.PARTNER: "organisation", Grouping.LEVEL: "level"}.get(self, "")


LEVELS = ("practice", "management", "board", "funder", "client")
# The optional questions among which a coordinator chooses. The two about intensity are one: each needs the other.
OPTIONAL = ("first", "goal-sentence", "help-range", "intensity", "ips-meaning")
# What a round asks about the person; it stands before the checklist.
ABOUT_YOU = ("participant", "organisation", "level")


@dataclass(frozen=True, slots=True)
class Setup:
    """What the sheets of one session ask.

    `asked` names the fields beside the checklist; `groups` is what the grouping question offers (partners' names, or
    levels); both in the order in which they are shown.
    """

    mode: Mode
    asked: tuple[str, ...]
    grouping: Grouping = Grouping.NONE
    groups: tuple[str, ...] = ()


_BESIDE = ("first", "goal-sentence", "help-range", "intensity-needed", "intensity-current")


def setup_without_account(mode: Mode) -> Setup:
    """A sheet without an account. A whole team can't say together what one's own organisation or role is."""
    names = ("collaboration-name", "team-name")
    if mode is Mode.ALONE:
        return Setup(mode, (*_BESIDE, "ips-meaning", "level", *names), groups=LEVELS)
    return Setup(mode, (*_BESIDE, *names))


def setup_of_session(mode: Mode, questions: tuple[str, ...], grouping: Grouping, groups: tuple[str, ...]) -> Setup:
    """A session of a collaboration. `questions` are names from OPTIONAL; unknown ones are left out."""
    asked = ["participant"] if mode is Mode.NAMED else []
    if mode.is_round and grouping is not Grouping.NONE:
        asked.append(grouping.field)
    for name in OPTIONAL:
        if name in questions and not (name == "ips-meaning" and mode is Mode.TOGETHER):
            asked += ["intensity-needed", "intensity-current"] if name == "intensity" else [name]
    return Setup(mode, tuple(asked), grouping, groups)
