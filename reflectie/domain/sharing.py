"""What a collaboration lets others find, by the item it is about (In voor zorg, "Delen en halen"; Movisie, 2.3 "Delen
van successen"; TG, "halen en brengen").

Unnamed, nothing stands beside the sentence that tells of whom it is: no name, no label, no day.
"""

from dataclasses import dataclass
from enum import StrEnum

from .questionnaire.answers import digest
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
    def mark(self) -> str:
        """With which a page says what it showed: how it was shared, and which words."""
        return f"{self.sharing}/{digest((self.text, self.item))}"


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants a thing shared, and the mark of what the page showed of it."""

    sharing: Sharing
    seen: str

    @property
    def is_change(self) -> bool:
        """Whether it differs from what the page showed: what was left alone never overwrites what came in meanwhile."""
        return self.sharing != self.seen.partition("/")[0]

    def overtaken(self, current: Shareable | None) -> bool:
        """Whether somebody changed or removed it since, so that the person decided over other words. Taking back holds
        whatever it says by now."""
        if not self.is_change or self.sharing is Sharing.NOT:
            return False
        return current is None or (self.seen != current.mark and self.sharing is not current.sharing)


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


def values(lesson: Lesson | None) -> tuple[str, ...]:
    """A lesson in parts, so that two versions of it come together as those of an answer do (`sheet.merge`)."""
    return (lesson.text, lesson.item, lesson.sharing) if lesson else ()


def lesson_mark(lesson: Lesson | None) -> str:
    """With which a page says what it showed of a lesson; "0" when there was none."""
    return digest(values(lesson))
