"""A talk as whoever leads it sees it: its agenda by name, and its clock in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reflectie.domain.meeting.guide import Part, Phase, Topic
from reflectie.domain.meeting.talk import Talk, TalkClock, is_phase, topic_of
from reflectie.domain.report.report import Report


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A part of a talk's agenda. What a template names it by is as in the guide (`meeting/title.html`), but for the
    `title` of what somebody raised, which has no topic."""

    place: str
    minutes: int
    phase: Phase
    topic: Topic | None
    title: str
    is_now: bool
    is_discussed: bool

    @property
    def part(self) -> Part:
        """As the guide has it, but without the minute at which it begins, and without the notes on its item: each of
        those has a button beside it."""
        topic = self.topic and replace(self.topic, item=replace(self.topic.item, notes=()))
        return Part(self.phase, 0, self.minutes, topic)


def agenda_of(report: Report, talk: Talk) -> list[AgendaLine]:
    """The whole agenda, in its order."""
    return list(_lines(report, talk))


def _lines(report: Report, talk: Talk) -> Iterator[AgendaLine]:
    for part in talk.agenda:
        place = part.place
        phase = Phase(place) if is_phase(place) else Phase.TOPIC
        topic = None if is_phase(place) or part.title else topic_of(report, place)
        is_now = place == talk.place
        yield AgendaLine(place, part.minutes, phase, topic, part.title, is_now, place in talk.discussed)


def meeting_left(clock: TalkClock) -> str:
    """How much there still is, and time for it; "" where neither is known."""
    topics = clock.topics_left
    left = [ngettext("nog %s onderwerp", "nog %s onderwerpen", topics) % topics] if topics else []
    if (minutes := clock.minutes_left) is not None:
        told = ngettext("%s minuut", "%s minuten", minutes) % minutes
        left.append(told if left else _("nog %s") % told)
    return ", ".join(left)


def asked_more(clock: TalkClock) -> str:
    """What the agenda still asks, where that is more than there is time for; else ""."""
    minutes, left = clock.minutes_asked, clock.minutes_left
    if left is None or minutes <= left:
        return ""
    return ngettext("de agenda vraagt nog %s minuut", "de agenda vraagt nog %s minuten", minutes) % minutes
