"""The conversation guide's agenda and cards: what is on them, in which order, for how long."""

from dataclasses import replace
from datetime import date

import pytest

from reflectie.domain.meeting.guide import LENGTHS, Phase, Why, build_guide, deal_cards, find_topics
from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.agreements import Agreement, Parked, State
from reflectie.domain.report.build import build_report
from reflectie.domain.report.patterns import PatternKey
from reflectie.domain.report.report import ChangesSincePrevious, Pattern, Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from tests.helpers.factories import FROZEN, GUIDANCE

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
KEYS = [item.key for item in CHECKLIST]
ASKED_FIRST = ["goal-shared", "partners-needed", "form-intensity", "coordination-equality"]
LONG_LENGTHS = pytest.mark.parametrize("minutes", LENGTHS)


def make(number=10, *, first=(), mode=Mode.ANONYMOUS, otherwise="helping", **hindering) -> Report:
    """A report of so many people: all call an item helping, but for so many of them who call it hindering.

    `first` holds how many name an item first, by key; a string says what all of them answer.
    """
    counts = {key.replace("_", "-"): value for key, value in hindering.items()}
    sheets = []
    for person in range(number):
        values = {}
        for key in KEYS:
            of = counts.get(key, otherwise)
            values[key] = of if isinstance(of, str) else "hindering" if person < of else "helping"
        values["first"] = tuple(key for key, times in dict(first).items() if person < times)
        sheets.append(Sheet(values))
    setup = setup_of_session(mode, OPTIONAL, Grouping.NONE, ())
    return build_report(CHECKLIST, setup, sheets, date(2026, 11, 19))


def after(earlier: tuple[Agreement, ...], report: Report, parked: tuple[Parked, ...] = ()) -> Report:
    """The same report of a session that came after one with these agreements, and this put off."""
    before = replace(report, agreements=earlier, parked=parked)
    return replace(report, since=ChangesSincePrevious(before, None, ()))


def agreement(what: str, state: State = State.OPEN) -> Agreement:
    return Agreement(key=what, what=what, state=state)


def keys_of(report: Report) -> list[str]:
    return [topic.item.item.key for topic in find_topics(report)]


def whys_of(report: Report) -> dict[str, Why]:
    return {topic.item.item.key: topic.why for topic in find_topics(report)}


def phases(report: Report, minutes: int) -> list[tuple[str, int]]:
    return [(part.phase.value, part.minutes) for part in build_guide(report, minutes).parts]


MANY = make(goal_shared=5, partners_needed=4, form_intensity=9, coordination_equality=10, context_practical=3)
REPORTS = {
    "many": MANY,
    "after an earlier session": after((agreement("a"), agreement("b")), MANY),
    "one obstacle": make(goal_shared=10),
    "all helps": make(),
    "all hinders": make(otherwise="hindering"),
    "nobody knows": make(otherwise="dont-know"),
    "too few": make(2),
    "nobody": make(0, mode=Mode.NAMED),
    "one person": make(1, mode=Mode.ALONE, goal_shared=1, context_practical=1, context_financial="dont-know"),
}
ALL_REPORTS = pytest.mark.parametrize("name", REPORTS)


# --- time


@ALL_REPORTS
@LONG_LENGTHS
def test_guide_parts_follow_on_each_other_and_fill_the_time(name, minutes):
    guide = build_guide(REPORTS[name], minutes)

    assert guide.minutes == minutes
    assert [part.start for part in guide.parts] == [0, *(part.end for part in guide.parts[:-1])]
    assert guide.parts[-1].end == minutes
    assert min(part.minutes for part in guide.parts) >= 5


@pytest.mark.parametrize("name", ["many", "after an earlier session", "too few", "nobody"])
@pytest.mark.parametrize(("minutes", "topics"), [(60, 2), (90, 3), (120, 4)])
def test_guide_has_so_many_topics_of_a_quarter_of_an_hour_or_so(name, minutes, topics):
    guide = build_guide(REPORTS[name], minutes)
    times = [part.minutes for part in guide.parts if part.topic]

    assert len(times) == topics
    assert min(times) >= 12
    assert max(times) <= 18


def test_guide_of_ninety_minutes_goes_from_welcome_to_close():
    topics = [("topic", 17), ("topic", 17), ("topic", 16)]
    assert phases(MANY, 90) == [
        *[("welcome", 5), ("need", 5), ("strengths", 10)],
        *[*topics, ("decision", 15), ("close", 5)],
    ]


def test_guide_begins_with_what_was_agreed_in_an_earlier_session():
    report = REPORTS["after an earlier session"]

    assert phases(report, 60)[:4] == [("welcome", 5), ("earlier", 5), ("need", 5), ("strengths", 5)]
    assert [made.what for made in build_guide(report, 60).earlier] == ["a", "b"]


def test_guide_after_an_earlier_session_without_agreements_has_no_such_part():
    assert phases(after((), MANY), 60) == phases(MANY, 60)


@LONG_LENGTHS
def test_guide_takes_up_what_an_earlier_talk_put_off_also_where_nothing_was_agreed(minutes):
    parked = tuple(Parked(name, name) for name in "abcde")
    guide = build_guide(after((), MANY, parked), minutes)

    assert [part.phase for part in guide.parts][:2] == [Phase.WELCOME, Phase.EARLIER]
    assert ([topic.text for topic in guide.parked], guide.more_parked) == (["a", "b", "c"], 2)
    assert (guide.earlier, guide.more_earlier) == ((), 0)
    assert phases(after((), MANY, parked), minutes) == phases(REPORTS["after an earlier session"], minutes)


def test_guide_takes_up_nothing_that_its_own_talk_puts_off():
    assert build_guide(replace(MANY, parked=(Parked("a", "a"),))).parked == ()


def test_guide_of_earlier_agreements_shows_what_is_not_done_first_and_counts_the_rest():
    made = [agreement("done", State.DONE), agreement("dropped", State.DROPPED), agreement("busy", State.BUSY)]
    made += [agreement(name) for name in "abcd"]
    guide = build_guide(after(tuple(made), MANY), 90)

    assert [of.what for of in guide.earlier] == ["busy", "a", "b"]
    assert guide.more_earlier == 4


@pytest.mark.parametrize(("minutes", "expected"), [(60, 0), (90, 0), (120, 1)])
def test_guide_has_a_pause_amid_the_topics_of_two_hours_alone(minutes, expected):
    order = [phase for phase, _ in phases(MANY, minutes)]

    assert order.count("pause") == expected
    if expected:
        assert order[3:9] == ["topic", "topic", "pause", "topic", "topic", "decision"]


@pytest.mark.parametrize(("minutes", "decision"), [(60, 20), (90, 45), (120, 60)])
def test_guide_with_one_topic_gives_the_time_to_the_decision(minutes, decision):
    shown = dict(phases(REPORTS["one obstacle"], minutes))

    assert (shown["topic"], shown["decision"]) == (20, decision)


def test_guide_without_a_topic_gives_the_time_to_strengths_and_decision():
    expected = [("welcome", 5), ("need", 5), ("strengths", 35), ("decision", 40), ("close", 5)]
    assert phases(REPORTS["all helps"], 90) == expected


def test_guide_of_another_length_is_refused():
    with pytest.raises(KeyError):
        build_guide(MANY, 75)


# --- topics


def test_topics_are_what_was_named_first_and_the_largest_differences_in_turns():
    report = make(
        first={"context-practical": 2, "goal-shared": 6, "partners-stable": 1},
        context_financial=5,
        form_intensity=4,
        partners_needed=3,
        goal_shared=10,
        context_practical=10,
    )

    assert list(whys_of(report).items()) == [
        ("goal-shared", Why.FIRST),
        ("context-financial", Why.DIFFERENCE),
        ("context-practical", Why.FIRST),
        ("form-intensity", Why.DIFFERENCE),
        ("partners-stable", Why.FIRST),
        ("partners-needed", Why.DIFFERENCE),
    ]


def test_topics_then_are_obstacles_points_of_attention_and_blind_spots():
    report = make(
        otherwise="helping",
        goal_shared=10,
        context_financial=9,
        form_interprofessional=5,
        context_political="dont-know",
        partners_superfluous="",
    )

    assert list(whys_of(report).items()) == [
        ("form-interprofessional", Why.DIFFERENCE),
        ("goal-shared", Why.OBSTACLE),
        ("context-financial", Why.OBSTACLE),
        ("partners-superfluous", Why.BLIND),
        ("context-political", Why.BLIND),
    ]


def test_topics_hold_a_point_of_attention():
    setup = setup_of_session(Mode.TOGETHER, OPTIONAL, Grouping.NONE, ())
    values = {"partners-stable": "hindering", "intensity-needed": "refer", "goal-shared": "hindering"}
    report = build_report(CHECKLIST, setup, [Sheet(values)], date(2026, 11, 19))

    assert list(whys_of(report).items())[:3] == [
        ("goal-shared", Why.OBSTACLE),
        ("partners-stable", Why.ATTENTION),
        ("goal-perspective", Why.BLIND),
    ]


def test_topics_hold_each_item_once_that_is_named_split_and_pointed_at():
    report = make(first={"goal-shared": 5}, goal_shared=5)
    shared = report.items[1]
    report = replace(report, patterns=(Pattern(PatternKey.GOAL_MEANINGS, (shared,)),))

    assert keys_of(report) == ["goal-shared"]


@pytest.mark.parametrize(("dissenting", "expected"), [(2, []), (3, ["goal-shared"])])
def test_topics_leave_out_a_minority_that_would_be_singled_out(dissenting, expected):
    assert keys_of(make(goal_shared=dissenting)) == expected


def test_topic_says_how_many_stand_on_either_side_the_most_first():
    split, obstacle, agreed = find_topics(make(goal_shared=4, partners_needed=7, form_intensity=9))

    assert (split.item.item.key, split.sides) == ("goal-shared", (6, 4))
    assert (obstacle.item.item.key, obstacle.sides) == ("partners-needed", (7, 3))
    assert (agreed.item.item.key, agreed.sides) == ("form-intensity", None)


def test_topic_of_a_blind_spot_says_nothing_of_sides():
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    answers = ["hindering", "helping", "dont-know", "dont-know", "dont-know"]
    everything_else = dict.fromkeys(KEYS, "helping")
    sheets = [Sheet(everything_else | {"goal-shared": answer}) for answer in answers]
    [topic] = find_topics(build_report(CHECKLIST, setup, sheets, date(2026, 11, 19)))

    assert (topic.item.item.key, topic.why, topic.sides) == ("goal-shared", Why.BLIND, None)


@pytest.mark.parametrize("name", ["too few", "nobody"])
def test_topics_without_results_are_what_the_booklet_asks_first(name):
    report = REPORTS[name]

    assert keys_of(report)[:4] == ASKED_FIRST
    assert sorted(keys_of(report)) == sorted(KEYS)
    assert set(whys_of(report).values()) == {Why.ASKED}
    assert [topic.sides for topic in find_topics(report)] == [None] * 15


def test_topics_of_who_only_named_something_begin_with_that():
    setup = setup_of_session(Mode.NAMED, OPTIONAL, Grouping.NONE, ())
    report = build_report(CHECKLIST, setup, [Sheet({"first": ("context-practical",)})], date(2026, 11, 19))

    assert report.counted == 0
    assert keys_of(report)[:3] == ["context-practical", "goal-shared", "partners-needed"]


# --- patterns


def test_topic_opens_with_the_question_of_a_pattern_that_shows_in_it_and_no_other_does():
    report = make(goal_shared=5, partners_needed=4, form_intensity=3)
    pattern = Pattern(PatternKey.DOMINATION, tuple(report.items))
    report = replace(report, patterns=(pattern,))
    first, *others = find_topics(report)

    assert first.question == GUIDANCE["patterns"]["domination"]["question"] != first.item.item.question
    assert [topic.question for topic in others] == [topic.item.item.question for topic in others]
    assert len(others) == 2


def test_topic_of_a_strength_is_not_opened_by_a_pattern_of_what_hinders_elsewhere():
    report = make(first={"goal-shared": 5}, context_financial=10)
    strength, obstacle = report.items[1], report.items[10]
    report = replace(report, patterns=(Pattern(PatternKey.AROUND_US, (strength, obstacle)),))

    first, second = find_topics(report)
    assert (first.item.item.key, first.pattern) == ("goal-shared", None)
    assert (second.item.item.key, second.question) == (
        "context-financial",
        GUIDANCE["patterns"]["around-us"]["question"],
    )


def test_topics_hold_what_a_main_pattern_points_at_after_the_obstacles():
    report = make(goal_perspective=10, context_political="dont-know")
    shared = report.items[1]
    report = replace(report, patterns=(Pattern(PatternKey.GOAL_MEANINGS, (shared,)),))

    assert list(whys_of(report).items()) == [
        ("goal-perspective", Why.OBSTACLE),
        ("goal-shared", Why.PATTERN),
        ("context-political", Why.BLIND),
    ]
    assert find_topics(report)[1].question == GUIDANCE["patterns"]["goal-meanings"]["question"]


def test_topics_take_up_three_patterns_at_most():
    report = make()
    patterns = tuple(Pattern(key, (item,)) for key, item in zip(PatternKey, report.items, strict=False))
    report = replace(report, patterns=patterns)

    assert len(patterns) == 11
    assert sorted(keys_of(report), key=KEYS.index) == KEYS[:3]


def test_topics_go_in_the_booklets_order_where_nearly_everything_hinders():
    report = make(otherwise="hindering", coordination_equality=9, goal_perspective=9, context_practical=10)

    # The report's own order begins where most agree.
    assert report.obstacles[0].item.key == "goal-shared"
    assert keys_of(report) == KEYS
    first, *others = find_topics(report)
    assert first.question == GUIDANCE["patterns"]["nearly-everything"]["question"]
    assert [topic.pattern for topic in others if topic.item.item.key != "coordination-equality"] == [None] * 13


def test_topics_of_nearly_everything_still_begin_with_what_was_named_first():
    report = make(otherwise="hindering", first={"context-practical": 6})

    assert keys_of(report)[:3] == ["context-practical", *KEYS[:2]]


# --- strengths and cards


def test_guide_names_three_strengths_at_most():
    assert [item.item.key for item in build_guide(make(goal_shared=10)).strengths] == [KEYS[0], KEYS[2], KEYS[3]]
    assert build_guide(REPORTS["too few"]).strengths == ()


@ALL_REPORTS
def test_cards_fill_their_pages_with_the_question_whether_they_need_each_other(name):
    pages = deal_cards(REPORTS[name])

    assert {len(page) for page in pages[:-1]} <= {4}
    assert len(pages[-1]) == 3
    assert 1 <= len(pages) <= 4
    dealt = [item.item.key for page in pages for item in page]
    assert len(set(dealt)) == len(dealt)


@pytest.mark.parametrize("name", ["many", "too few", "all hinders", "one person"])
def test_cards_are_first_of_what_two_hours_have_time_for(name):
    report = REPORTS[name]
    talked = [topic.item.item.key for topic in build_guide(report, 120).topics]

    assert len(talked) == 4 or name == "one person"
    assert [item.item.key for page in deal_cards(report) for item in page][: len(talked)] == talked


@pytest.mark.parametrize(("name", "pages"), [("one obstacle", 1), ("all helps", 1), ("many", 2), ("all hinders", 4)])
def test_cards_are_as_many_pages_as_there_is_to_talk_about(name, pages):
    assert len(deal_cards(REPORTS[name])) == pages


def test_guide_takes_the_usual_length_by_itself():
    assert build_guide(MANY).minutes == 90
    assert build_guide(MANY).parts[0].phase is Phase.WELCOME


def test_what_a_team_does_not_agree_on_is_a_topic_whose_sides_nobody_counted():
    report = make(1, mode=Mode.TOGETHER, goal_shared="disagree", context_practical="hindering")
    topics = {topic.item.item.key: topic for topic in find_topics(report)}
    assert list(topics)[:2] == ["goal-shared", "context-practical"]
    found = topics["goal-shared"]
    assert (found.why, found.sides, found.item.is_divided) == (Why.DIFFERENCE, None, True)
    assert find_topics(make(1, mode=Mode.TOGETHER)) == ()
