"""The conversation guide: an agenda of 60, 90 or 120 minutes from what a team wants to do first and where it differs
most, and cards to lay on the table (concepts.md, "From findings to advice")."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest

from reflectie.domain.questionnaire.checklist import PatternKey, PatternText
from reflectie.domain.report.agreements import Agreement, Parked, standing_first
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import MAX_IN_SUMMARY, Pattern, Report
from reflectie.domain.rules.findings import STRENGTH_FROM, Counts, Finding

# The lengths of a meeting that people plan.
LENGTHS = (60, 90, 120)
# Long enough for a team that comes together for this alone, short enough for one afternoon.
USUAL_LENGTH = 90
# A smaller minority the report names; a quarter of an hour about it would only single somebody out.
SMALL_MINORITY = 1 - STRENGTH_FROM
# Beyond this people repeat themselves: the time does more good where decisions are taken.
LONGEST_TOPIC = 20
# Without results: what the booklet asks first, second, third and fourth of a collaboration that is stuck
# (UCLL, "Bestaande samenwerkingen kritisch in vraag stellen").
ASKED_FIRST = ("goal-shared", "partners-needed", "form-intensity", "coordination-equality")
# As many as a team looks back on in five or ten minutes, and as many topics that had to wait. Of a longer list of
# agreements what still stands open comes first; the report has all.
MOST_EARLIER = 3
# Four on a page, and no page half empty.
CARDS_ON_A_PAGE = 4


class Phase(StrEnum):
    """What a part of the meeting is for, in the order of the meeting."""

    WELCOME = "welcome"
    EARLIER = "earlier"
    NEED = "need"
    STRENGTHS = "strengths"
    TOPIC = "topic"
    PAUSE = "pause"
    DECISION = "decision"
    CLOSE = "close"


# Minutes for all that isn't a topic; the topics share what is left, 12 to 17 minutes each when every place is taken.
# Whoever sits for two hours gets a break. What was agreed earlier is looked at, not talked through again. Whether they
# need each other is asked before anything else is talked through, as the booklet has it second; the decision comes back
# to it.
PLANS = {
    60: {
        Phase.WELCOME: 5,
        Phase.EARLIER: 5,
        Phase.NEED: 5,
        Phase.STRENGTHS: 5,
        Phase.DECISION: 10,
        Phase.CLOSE: 5,
    },
    90: {
        Phase.WELCOME: 5,
        Phase.EARLIER: 10,
        Phase.NEED: 5,
        Phase.STRENGTHS: 10,
        Phase.DECISION: 15,
        Phase.CLOSE: 5,
    },
    120: {
        Phase.WELCOME: 5,
        Phase.EARLIER: 10,
        Phase.NEED: 5,
        Phase.STRENGTHS: 10,
        Phase.PAUSE: 10,
        Phase.DECISION: 20,
        Phase.CLOSE: 10,
    },
}
TOPICS = {60: 2, 90: 3, 120: 4}


class Why(StrEnum):
    """Why something is on the agenda."""

    FIRST = "named-first"
    DIFFERENCE = "difference"
    OBSTACLE = "obstacle-found"
    PATTERN = "pattern"
    ATTENTION = "attention-found"
    BLIND = "blind-spot"
    # Nothing is known yet: the booklet asks this first.
    ASKED = "asked-first"
    # Somebody in the room wants to talk about it.
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to talk about, and the pattern whose question opens it, if one shows here."""

    item: ItemReport
    why: Why
    pattern: PatternText | None = None

    @property
    def question(self) -> str:
        """With which to open."""
        return self.pattern.question if self.pattern else self.item.item.question

    @property
    def sides(self) -> tuple[int, int] | None:
        """How many stand on either side, the most first, where that difference is worth talking about; None for a team
        that says together that it is divided, of which nobody counted the sides."""
        counts = self.item.counts
        if not isinstance(counts, Counts) or counts.divided or not _is_apart(self.item):
            return None
        return counts.chose - self.item.dissent, self.item.dissent


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the meeting: from which minute, how many minutes; with its topic if it is one."""

    phase: Phase
    start: int
    minutes: int
    topic: Topic | None = None

    @property
    def end(self) -> int:
        return self.start + self.minutes


@dataclass(frozen=True, slots=True)
class Guide:
    """An agenda whose parts follow on each other and fill exactly `minutes`."""

    minutes: int
    parts: tuple[Part, ...]
    # What was agreed last time, to begin with, and how much more there was; none without an earlier session.
    earlier: tuple[Agreement, ...]
    more_earlier: int
    # What the talk of last time put off, and how much more there was.
    parked: tuple[Parked, ...]
    more_parked: int
    strengths: tuple[ItemReport, ...]

    @property
    def topics(self) -> tuple[Topic, ...]:
        return tuple(part.topic for part in self.parts if part.topic)


def build_guide(report: Report, minutes: int = USUAL_LENGTH) -> Guide:
    """The agenda of a meeting about a report. Raises KeyError when `minutes` is none of LENGTHS."""
    earlier, parked = find_earlier(report), find_parked_earlier(report)
    topics = find_topics(report)[: TOPICS[minutes]]
    plan = dict(PLANS[minutes])
    if not earlier and not parked:
        del plan[Phase.EARLIER]
    each = _share(minutes - sum(plan.values()), len(topics))
    # What the topics don't take goes to keeping what is good, where nothing else is there, and to the decision.
    left = minutes - sum(plan.values()) - sum(each)
    if not topics:
        plan[Phase.STRENGTHS] += left // 2
        left -= left // 2
    plan[Phase.DECISION] += left
    parts = tuple(_timed(_in_order(plan, list(zip(topics, each, strict=True)))))
    return Guide(
        minutes=minutes,
        parts=parts,
        earlier=earlier[:MOST_EARLIER],
        more_earlier=max(len(earlier) - MOST_EARLIER, 0),
        parked=parked[:MOST_EARLIER],
        more_parked=max(len(parked) - MOST_EARLIER, 0),
        strengths=report.strengths[:MAX_IN_SUMMARY],
    )


def find_topics(report: Report) -> tuple[Topic, ...]:
    """All there is to talk about, each item once: what was named first and the largest differences in turns, then the
    obstacles in the report's order, what patterns point at, a point of attention, and blind spots.

    Without results: what the booklet asks first, then the rest.
    """
    found: dict[str, Topic] = {}
    # As they are found: what a pattern points at depends on what stands before it.
    for item, why in _candidates(report, found):
        if item.item.key not in found:
            found[item.item.key] = Topic(item, why)
    return tuple(_with_patterns(found.values(), report))


def deal_cards(report: Report) -> tuple[tuple[ItemReport, ...], ...]:
    """The items on the cards, page by page: what there is to talk about, then the rest, until the pages are full.

    The last page has one item less: there the question whether they need each other takes a card.
    """
    talked = [topic.item for topic in find_topics(report)]
    keys = {item.item.key for item in talked}
    every = [*talked, *(item for item in report.items if item.item.key not in keys)]
    pages = -(-(len(talked) + 1) // CARDS_ON_A_PAGE)
    dealt = every[: pages * CARDS_ON_A_PAGE - 1]
    return tuple(tuple(dealt[at : at + CARDS_ON_A_PAGE]) for at in range(0, len(dealt), CARDS_ON_A_PAGE))


def find_earlier(report: Report) -> tuple[Agreement, ...]:
    """What was agreed last time, first what was neither done nor dropped."""
    return standing_first(report.since.earlier.agreements if report.since else ())


def find_parked_earlier(report: Report) -> tuple[Parked, ...]:
    """What the talk of last time put off, in its order."""
    return report.since.earlier.parked if report.since else ()


def _candidates(report: Report, found: Mapping[str, Topic]) -> Iterator[tuple[ItemReport, Why]]:
    named = sorted((item for item in report.items if item.first), key=lambda item: -item.first)
    if report.is_withheld or not report.counted:
        asked = sorted(report.items, key=lambda item: item.item.key not in ASKED_FIRST)
        return chain(_for(Why.FIRST, named), _for(Why.ASKED, asked))
    apart = [item for item in report.differences if _is_apart(item)]
    in_turns = chain.from_iterable(zip_longest(_for(Why.FIRST, named), _for(Why.DIFFERENCE, apart)))
    return chain(
        (candidate for candidate in in_turns if candidate),
        _for(Why.OBSTACLE, _where_to_begin(report) or report.obstacles),
        _for(Why.PATTERN, _pointed_at(report, found)),
        _for(Why.ATTENTION, report.attention),
        _for(Why.BLIND, report.blind_spots),
    )


def _is_apart(item: ItemReport) -> bool:
    """Whether people differ enough to talk about it."""
    return item.difference > SMALL_MINORITY and item.says_enough


def _for(why: Why, items: Iterable[ItemReport]) -> Iterator[tuple[ItemReport, Why]]:
    return ((item, why) for item in items)


def _pointed_at(report: Report, found: Mapping[str, Topic]) -> Iterator[ItemReport]:
    """The first item of each main pattern that nothing found so far brings up."""
    for pattern in report.main_patterns:
        if not any(item.item.key in found for item in _asked_of(pattern)):
            yield from _asked_of(pattern)[:1]


def _where_to_begin(report: Report) -> tuple[ItemReport, ...]:
    """Where nearly everything holds people back: the obstacles in the order in which the booklet asks."""
    return next((p.items for p in report.patterns if p.key is PatternKey.NEARLY_EVERYTHING), ())


def _asked_of(pattern: Pattern) -> tuple[ItemReport, ...]:
    """Where a pattern's question belongs: in what holds people back there, or if nothing does, in all it was seen in.

    "It is around us" was seen in strengths too, and is no way to open a talk about one of them. Where to begin is asked
    at the first.
    """
    if pattern.key is PatternKey.NEARLY_EVERYTHING:
        return pattern.items[:1]
    good = {Finding.STRENGTH, Finding.CLEAR}
    return tuple(item for item in pattern.items if item.finding not in good) or pattern.items


def _with_patterns(topics: Iterable[Topic], report: Report) -> Iterator[Topic]:
    """The question of each main pattern opens the first topic that it was seen in, and no other."""
    waiting = list(report.main_patterns)
    for topic in topics:
        seen = [p for p in waiting if any(item.item.key == topic.item.item.key for item in _asked_of(p))]
        if seen:
            waiting.remove(seen[0])
        yield Topic(topic.item, topic.why, report.checklist.patterns[seen[0].key] if seen else None)


def _share(minutes: int, topics: int) -> list[int]:
    """Minutes for each topic: as equal as whole minutes allow, the first ones a minute more."""
    return [min(LONGEST_TOPIC, (minutes + place) // topics) for place in reversed(range(topics))]


def _in_order(plan: dict[Phase, int], topics: list[tuple[Topic, int]]) -> Iterator[tuple[Phase, int, Topic | None]]:
    """What comes after what; a pause stands in the middle of the topics."""
    middle = (len(topics) + 1) // 2
    for phase in Phase:
        if phase is Phase.TOPIC:
            yield from ((phase, minutes, topic) for topic, minutes in topics[:middle])
        elif phase in plan:
            yield phase, plan[phase], None
        if phase is Phase.PAUSE:
            yield from ((Phase.TOPIC, minutes, topic) for topic, minutes in topics[middle:])


def _timed(parts: Iterable[tuple[Phase, int, Topic | None]]) -> Iterator[Part]:
    start = 0
    for phase, minutes, topic in parts:
        yield Part(phase, start, minutes, topic)
        start += minutes
