"""What a collaboration lets others find, by the item it is about (In voor zorg, "Delen en halen"; Movisie, 2.3 "Delen
van successen"; TG, "halen en brengen").

Unnamed, nothing stands beside the sentence that tells of whom it is: no name, no label, no day.
"""

from dataclasses import dataclass
from enum import StrEnum

from .report.agreements import Agreement, State

# What helped most. A list that long of one session is read by nobody.
MAX_LESSONS = 10


class Sharing(StrEnum):
    """Whether others outside the collaboration may find what worked, and whether with its name beside it."""

    NOT = ""
    UNNAMED = "unnamed"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a team learned about an item (its key): one sentence, which others may find if a coordinator shares it.
    `key` names it in addresses."""

    key: str
    text: str
    item: str
    sharing: Sharing = Sharing.NOT

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells one version of it from another (`versions.py`)."""
        return (self.text, self.item, self.sharing)


@dataclass(frozen=True, slots=True)
class Shareable:
    """An agreement or a lesson, as whoever decides over sharing it sees it. `state` is None of a lesson."""

    key: str
    text: str
    item: str
    sharing: Sharing
    state: State | None = None

    @property
    def is_lesson(self) -> bool:
        return self.state is None

    @property
    def is_shown(self) -> bool:
        """Whether others find it now: it is found by its item, and what was let go of helps nobody."""
        return bool(self.sharing and self.item) and self.state is not State.DROPPED

    @property
    def parts(self) -> tuple[str, ...]:
        """What tells one version of it from another (`versions.py`)."""
        return (self.text, self.item, self.sharing)


@dataclass(frozen=True, slots=True)
class SharingChoice:
    """How somebody wants a thing shared, how the page showed that it was, and the etag of the thing on that page."""

    sharing: Sharing
    shown: Sharing
    seen: str

    @property
    def is_change(self) -> bool:
        """Whether it differs from what the page showed: what was left alone never overwrites what came in meanwhile."""
        return self.sharing is not self.shown

    @property
    def is_withdrawal(self) -> bool:
        """Whether it is taken back: that holds, whatever the thing says by now."""
        return self.is_change and self.sharing is Sharing.NOT


@dataclass(frozen=True, slots=True)
class Shared:
    """What somebody finds. `name`, `region` and `theme` are empty unless it was shared by name; `session` names the
    page to change it, and is empty for all but the coordinators of its collaboration."""

    item: str
    text: str
    state: State | None = None
    name: str = ""
    region: str = ""
    theme: str = ""
    # Of a collaboration in which the reader has a role.
    is_own: bool = False
    session: str = ""
    # Of a collaboration that was made up.
    invented: bool = False


def shareable(agreement: Agreement, sharing: Sharing) -> Shareable:
    """An agreement, without who does it and by when: that is never shared."""
    return Shareable(agreement.key, agreement.what, agreement.item, sharing, agreement.state)


def shareable_lesson(lesson: Lesson) -> Shareable:
    """A lesson, as it is."""
    return Shareable(lesson.key, lesson.text, lesson.item, lesson.sharing)
