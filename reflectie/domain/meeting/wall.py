"""What stands on the wall during a talk: one thing at a time, never more than the report shows, and of a topic's
answers nothing before the room is to see them. Nothing here is one person's: what is shown first anchors, and what is
shown of somebody stays (concepts.md, "The talk, live")."""

from dataclasses import dataclass, replace
from datetime import datetime

from reflectie.domain.questionnaire.checklist import Item
from reflectie.domain.report.agreements import Agreement, Parked
from reflectie.domain.report.items import ItemReport, Note
from reflectie.domain.report.outcomes import Outcome
from reflectie.domain.report.polls import Poll
from reflectie.domain.report.report import MAX_IN_SUMMARY, Report

from .guide import Phase, Topic, find_earlier, find_parked_earlier
from .talk import Talk, TalkClock, clock_of, is_phase, topic_of

# Where the sentences about the goal stand beside each other.
GOAL_SHARED = "goal-shared"


@dataclass(frozen=True, slots=True)
class Wall:
    """All that is on it. `answers` is what the report shows of the item's counts, without notes, groups and names; None
    until they are shown. `topics` and `discussed` say how far the talk is."""

    phase: Phase
    # Of a topic: the item, or the words of what somebody raised.
    item: Item | None
    title: str
    question: str
    answers: ItemReport | None
    sentences: tuple[str, ...]
    note: str
    outcome: Outcome | None
    agreements: tuple[Agreement, ...]
    parked: tuple[Parked, ...]
    earlier: tuple[Agreement, ...]
    strengths: tuple[Item, ...]
    poll: Poll | None
    topics: int
    discussed: int
    is_quiet: bool
    # None where the facilitator leaves it out.
    clock: TalkClock | None


def build_wall(report: Report, talk: Talk, now: datetime, note: Note | None = None, poll: Poll | None = None) -> Wall:
    """The wall of a talk about a report, at a moment; with the note and the poll that were put up, if any."""
    place = talk.place
    phase = Phase(place) if is_phase(place) else Phase.TOPIC
    topic = None if is_phase(place) or talk.part.title else topic_of(report, place)
    found = topic.item if topic else None
    is_shown = talk.is_revealed or not report.mode.is_round
    asks_goal = phase is Phase.NEED or place == GOAL_SHARED
    return Wall(
        phase=phase,
        item=found.item if found else None,
        title=talk.part.title,
        question=_question(topic, is_shown) if topic else "",
        answers=_counts_alone(found) if found and is_shown else None,
        sentences=tuple(sentence.text for sentence in report.goal_sentences) if asks_goal and is_shown else (),
        note=note.text if note else "",
        outcome=found.outcome if found else None,
        agreements=_agreements_at(report, phase, place),
        parked=_parked_at(report, phase),
        earlier=find_earlier(report) if phase is Phase.EARLIER else (),
        strengths=_strengths(report) if phase is Phase.STRENGTHS and is_shown else (),
        poll=poll,
        topics=len(talk.topics),
        discussed=talk.discussed_count,
        is_quiet=talk.is_quiet,
        clock=clock_of(talk, now) if talk.shows_clock else None,
    )


def _question(topic: Topic, is_shown: bool) -> str:
    """The item's own until the answers are shown: that of a pattern ("waar beginnen jullie?") tells what was found."""
    return topic.question if is_shown else topic.item.item.question


def _counts_alone(found: ItemReport) -> ItemReport:
    """What is everybody's of it: no text that somebody typed in the round, no group, no name."""
    return replace(found, notes=(), groups=(), voices=(), removed=0)


def _agreements_at(report: Report, phase: Phase, place: str) -> tuple[Agreement, ...]:
    """Those about a topic while that is on, all of them at the end."""
    if phase in {Phase.DECISION, Phase.CLOSE}:
        return report.standing_agreements
    return tuple(agreement for agreement in report.standing_agreements if agreement.item == place)


def _parked_at(report: Report, phase: Phase) -> tuple[Parked, ...]:
    """What was put off earlier while the talk looks back, and what this talk puts off at its end."""
    if phase is Phase.EARLIER:
        return find_parked_earlier(report)
    return report.parked if phase in {Phase.DECISION, Phase.CLOSE} else ()


def _strengths(report: Report) -> tuple[Item, ...]:
    return tuple(found.item for found in report.strengths[:MAX_IN_SUMMARY])
