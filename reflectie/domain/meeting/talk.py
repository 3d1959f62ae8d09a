"""The talk, live: an agenda that the room follows, one thing at a time (concepts.md, "The talk, live").

What a step does is worked out here, from the talk as it was; nothing moves on by itself, and going back takes nothing
away. A place is a phase of the meeting, an item's key, or what somebody raised in the room.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, dropwhile

from reflectie.domain.report.report import Report

from .guide import Phase, Topic, Why, build_guide, find_topics

# How long one writes before anybody speaks: what the first to speak says would anchor the rest.
QUIET = timedelta(minutes=1)
# What a topic gets that somebody raises in the room, and what one press adds.
RAISED_MINUTES, MORE_MINUTES = 10, 2
# A part can't take longer than the longest meeting.
MOST_MINUTES = 120
# Of an agenda with more parts than this nobody knows any more where they are.
MOST_PARTS = 40
OWN = "own-"


class UnknownPlaceError(Exception):
    """The agenda has no such part (any more), and the checklist no such item."""


class FullAgendaError(Exception):
    """The agenda has MOST_PARTS already."""


@dataclass(frozen=True, slots=True)
class AgendaPart:
    """Where the talk comes, for how many minutes; with the words of what somebody raised."""

    place: str
    minutes: int
    title: str = ""

    @property
    def is_topic(self) -> bool:
        """Whether it is something to talk about, rather than a phase of the meeting."""
        return not is_phase(self.place)


@dataclass(frozen=True, slots=True)
class TalkClock:
    """Until when what is on now lasts, and the meeting; None where the time isn't known any more. It informs, and
    changes nothing. `topics_left` come after the one that is on, and `minutes_asked` is what the agenda asks for all
    that comes after it."""

    now: datetime
    place_until: datetime | None
    ends_at: datetime | None
    quiet_until: datetime | None
    topics_left: int
    minutes_asked: int

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes to the meeting's end, 0 once that is there; None where it isn't known."""
        return None if self.ends_at is None else max(0, round((self.ends_at - self.now).total_seconds() / 60))


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a talk is. `revealed` are the places of which the answers were shown, `note` names the note that was put
    up, `poll` the poll that is on the wall."""

    minutes: int
    agenda: tuple[AgendaPart, ...]
    place: str
    started_at: datetime | None
    place_since: datetime | None
    discussed: tuple[str, ...] = ()
    revealed: tuple[str, ...] = ()
    note: str = ""
    shows_clock: bool = True
    quiet_since: datetime | None = None
    poll: str = ""
    # Of what is kept: another one for each change.
    version: int = 0

    @property
    def part(self) -> AgendaPart:
        """The part that is on."""
        return self.agenda[self.at(self.place)]

    @property
    def next_place(self) -> str:
        """The place after this one; empty at the end."""
        after = self.agenda[self.at(self.place) + 1 :]
        return after[0].place if after else ""

    @property
    def topics(self) -> tuple[AgendaPart, ...]:
        return tuple(part for part in self.agenda if part.is_topic)

    @property
    def discussed_count(self) -> int:
        """How many of `topics` were talked about and left."""
        return sum(part.place in self.discussed for part in self.topics)

    @property
    def is_revealed(self) -> bool:
        """Whether the answers to what is on were shown."""
        return self.place in self.revealed

    @property
    def is_quiet(self) -> bool:
        return self.quiet_since is not None

    def at(self, place: str) -> int:
        """Which part of the agenda a place is, from 0. Raises UnknownPlaceError."""
        for at, part in enumerate(self.agenda):
            if part.place == place:
                return at
        raise UnknownPlaceError


def is_phase(place: str) -> bool:
    """Whether a place is a phase of the meeting; else it is a topic."""
    return place in set(Phase)


def begin_talk(report: Report, minutes: int, now: datetime) -> Talk:
    """A talk of so many minutes (one of LENGTHS; raises KeyError otherwise), with the agenda of the guide."""
    parts = build_guide(report, minutes).parts
    agenda = tuple(AgendaPart(part.topic.item.item.key if part.topic else part.phase, part.minutes) for part in parts)
    return Talk(minutes, agenda, agenda[0].place, started_at=now, place_since=now)


def known_part_of(talk: Talk, keys: Container[str]) -> Talk:
    """A talk that another release may have kept, with those parts alone that this one knows: phases, items by their
    `keys`, and what somebody raised. Where the part that is on isn't one of them, the next that is stands in its place,
    or else the last."""
    known = tuple(part for part in talk.agenda if part.title or is_phase(part.place) or part.place in keys)
    if not known:
        known = (AgendaPart(Phase.WELCOME, talk.minutes),)
    places = [part.place for part in known]
    if talk.place in places:
        return replace(talk, agenda=known)
    after = dropwhile(lambda part: part.place != talk.place, talk.agenda)
    place = next((part.place for part in after if part.place in places), places[-1])
    return replace(talk, agenda=known, place=place, note="", quiet_since=None)


def go_to(talk: Talk, place: str, now: datetime) -> Talk:
    """Put another part on, by its place. Whoever goes on has talked about what they leave; whoever goes back hasn't.

    Twice the same is once, so that two who press at the same time don't skip one. Raises UnknownPlaceError.
    """
    before = talk.place
    if place == before:
        return talk
    goes_on = talk.at(place) > talk.at(before)
    discussed = talk.discussed
    if goes_on and not is_phase(before) and before not in discussed:
        discussed = (*discussed, before)
    return replace(talk, place=place, place_since=now, discussed=discussed, note="", quiet_since=None, poll="")


def add_item(talk: Talk, key: str) -> Talk:
    """Put an item on the agenda, after what is on now; one that is on it stays where it is. Raises FullAgendaError."""
    if any(part.place == key for part in talk.agenda):
        return talk
    return _insert(talk, AgendaPart(key, RAISED_MINUTES))


def raise_topic(talk: Talk, title: str) -> Talk:
    """Put something on the agenda that no item is about, in the words of whoever raises it, after what is on now.
    Raises FullAgendaError."""
    used = {part.place for part in talk.agenda} | set(talk.discussed)
    number = next(number for number in count(1) if f"{OWN}{number}" not in used)
    return _insert(talk, AgendaPart(f"{OWN}{number}", RAISED_MINUTES, title))


def _insert(talk: Talk, part: AgendaPart) -> Talk:
    if len(talk.agenda) >= MOST_PARTS:
        raise FullAgendaError
    at = talk.at(talk.place) + 1
    return replace(talk, agenda=(*talk.agenda[:at], part, *talk.agenda[at:]))


def leave_out(talk: Talk, place: str) -> Talk:
    """Take a part off the agenda, with whatever comes of it left as it is; what is on now stays on. Raises
    UnknownPlaceError."""
    at = talk.at(place)
    if place == talk.place:
        return talk
    return replace(talk, agenda=(*talk.agenda[:at], *talk.agenda[at + 1 :]))


def move(talk: Talk, place: str, by: int) -> Talk:
    """Move a part so many places towards the end, or with a number below 0 towards the beginning, as far as there is
    room. Raises UnknownPlaceError."""
    at = talk.at(place)
    to = max(at + by, 0)
    rest = (*talk.agenda[:at], *talk.agenda[at + 1 :])
    return replace(talk, agenda=(*rest[:to], talk.agenda[at], *rest[to:]))


def lengthen(talk: Talk, place: str, minutes: int = MORE_MINUTES) -> Talk:
    """Give a part so many minutes more, or with a number below 0 fewer: 1 to MOST_MINUTES in all. Raises
    UnknownPlaceError."""
    part = talk.agenda[talk.at(place)]
    longer = replace(part, minutes=min(max(part.minutes + minutes, 1), MOST_MINUTES))
    return replace(talk, agenda=tuple(longer if each.place == place else each for each in talk.agenda))


def reveal(talk: Talk, place: str) -> Talk:
    """Show the answers to a place's question, for everybody at once; it ends the quiet minute."""
    shown = talk.revealed if place in talk.revealed else (*talk.revealed, place)
    return replace(talk, revealed=shown, quiet_since=None)


def hide(talk: Talk, place: str) -> Talk:
    """Take back that the answers were shown."""
    return replace(talk, revealed=tuple(each for each in talk.revealed if each != place))


def be_quiet(talk: Talk, now: datetime) -> Talk:
    """A minute in which everybody writes for themselves; it ends by a press, not by the clock."""
    return talk if talk.is_quiet else replace(talk, quiet_since=now)


def end_quiet(talk: Talk) -> Talk:
    return replace(talk, quiet_since=None)


def put_up_note(talk: Talk, mark: str) -> Talk:
    """Put one note on the wall, by what names it; empty takes it down."""
    return replace(talk, note=mark)


def take_down_poll(talk: Talk) -> Talk:
    """Take a poll off the wall; what came of it is kept, and one that goes on goes on."""
    return replace(talk, poll="")


def show_clock(talk: Talk, shows: bool) -> Talk:
    """Whether the wall has the clock on it."""
    return replace(talk, shows_clock=shows)


def clock_of(talk: Talk, now: datetime) -> TalkClock:
    """The clock at a moment, as the agenda has it."""
    after = talk.agenda[talk.at(talk.place) + 1 :]
    return TalkClock(
        now,
        talk.place_since and talk.place_since + timedelta(minutes=talk.part.minutes),
        talk.started_at and talk.started_at + timedelta(minutes=talk.minutes),
        talk.quiet_since and talk.quiet_since + QUIET,
        sum(part.is_topic and part.place not in talk.discussed for part in after),
        sum(part.minutes for part in after),
    )


def topic_of(report: Report, key: str) -> Topic:
    """An item as something to talk about: as the guide brings it up, or as it was raised. Raises UnknownPlaceError for
    an item that the checklist doesn't have."""
    for topic in _topics(report):
        if topic.item.item.key == key:
            return topic
    raise UnknownPlaceError


def _topics(report: Report) -> Iterable[Topic]:
    yield from find_topics(report)
    yield from (Topic(item, Why.RAISED) for item in report.items)
