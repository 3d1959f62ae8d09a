"""What is called change between two sessions, and what isn't. Without a database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Kind
from reflectie.domain.report.build import build_report, compare
from reflectie.domain.report.changes import IN_FRONT, MOVED, ItemChange, NotCompared, Shift, shift_between
from reflectie.domain.report.report import About
from reflectie.domain.rules.findings import Counts, Finding, finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account

HINDERING, HELPING, DONT_KNOW = "hindering", "helping", "dont-know"
THEN, NOW = date(2025, 11, 20), date(2026, 11, 19)
KEY = "goal-shared"


def make_report(checklist, sheets, mode=Mode.ANONYMOUS, **about):
    setup = setup_of_session(mode, OPTIONAL, Grouping.NONE, ()) if mode.is_round else setup_without_account(mode)
    return build_report(checklist, setup, [Sheet(values) for values in sheets], NOW, about=About(**about))


def spread(hindering=0, helping=0, dont_know=0, left_open=0):
    """So many sheets that answer one item. All of them answer another, so that each counts."""
    answers = [HINDERING] * hindering + [HELPING] * helping + [DONT_KNOW] * dont_know + [""] * left_open
    return [{"context-practical": HELPING} | ({KEY: answer} if answer else {}) for answer in answers]


def compared(checklist, then, now, mode=Mode.ANONYMOUS):
    return compare(make_report(checklist, then, mode), make_report(checklist, now, mode))


def shift_of(since, key=KEY):
    return next(item.shift for item in since.items if item.item.key == key)


def blind(*sides):
    return tuple(finding(Kind.PAIR, side) is Finding.UNKNOWN for side in sides)


def shift(then, now):
    """How an item of a round moved between two counts (hindering, helping, don't know, open)."""
    sides = Counts(*then), Counts(*now)
    return shift_between(*sides, blind(*sides))[0]


# --- a round: what is change, and what isn't


def test_one_of_three_who_answers_otherwise_is_no_change_even_where_the_finding_is_another(checklist):
    since = compared(checklist, spread(2, 1), spread(1, 2))
    moved = next(item for item in since.items if item.item.key == KEY)
    assert (moved.earlier.finding, moved.now.finding) == (Finding.OBSTACLE, Finding.SPLIT)
    assert (moved.shift, since.moved) == (Shift.SAME, ())


@pytest.mark.parametrize(
    ("then", "now", "shift_expected"),
    [
        # Three, and the same number of people again: one is no change, two are.
        ((3, 0), (3, 0), Shift.SAME),
        ((3, 0), (2, 1), Shift.SAME),
        ((2, 1), (1, 2), Shift.SAME),
        ((1, 2), (0, 3), Shift.SAME),
        ((2, 1), (2, 0, 1), Shift.SAME),
        ((3, 0), (1, 2), Shift.TOWARDS_HELPING),
        ((2, 1), (0, 3), Shift.TOWARDS_HELPING),
        ((0, 3), (2, 1), Shift.TOWARDS_HINDERING),
        # Three, and thirty: each of the three weighs a third, so that two thirds have to move.
        ((3, 0), (15, 15), Shift.SAME),
        ((3, 0), (10, 20), Shift.TOWARDS_HELPING),
        ((2, 1), (30, 0), Shift.SAME),
        ((1, 2), (30, 0), Shift.TOWARDS_HINDERING),
        # Sixty: two people are no fifth. Twelve are.
        ((30, 30), (28, 32), Shift.SAME),
        ((30, 30), (19, 41), Shift.SAME),
        ((30, 30), (18, 42), Shift.TOWARDS_HELPING),
        # Unequal sizes, and a group that grew by one.
        ((7, 0), (5, 5), Shift.TOWARDS_HELPING),
        ((3, 0), (3, 1), Shift.SAME),
        ((9, 0), (9, 1), Shift.SAME),
        ((4, 4), (5, 4), Shift.SAME),
    ],
)
def test_change_takes_two_people_and_a_fifth(then, now, shift_expected):
    assert shift(then, now) is shift_expected


@pytest.mark.parametrize(
    ("then", "now", "shift_expected"),
    [
        # Of a blind spot it counts first whether more know.
        ((2, 0, 8), (0, 10), Shift.CLEARER),
        ((0, 10), (2, 0, 8), Shift.LESS_CLEAR),
        ((0, 0, 6), (3, 3), Shift.CLEARER),
        ((1, 1, 2, 2), (3, 3), Shift.CLEARER),
        # One who knows now is one person.
        ((1, 0, 2), (2, 0, 1), NotCompared.TOO_FEW),
        ((2, 1, 4), (3, 1, 3), Shift.SAME),
        # A blind spot still, and as much: only those who chose may have turned round.
        ((0, 0, 6), (0, 0, 3, 3), Shift.SAME),
        ((4, 0, 6), (4, 0, 6), Shift.SAME),
        ((4, 0, 6), (0, 4, 6), Shift.TOWARDS_HELPING),
        # None, or one, chose on one side: too few to tell a change from one person's answer.
        ((1, 0, 1), (2, 0), NotCompared.TOO_FEW),
        # Where it is no blind spot, a few more who don't know are no news.
        ((5, 5), (3, 3, 4), Shift.SAME),
    ],
)
def test_blind_spot_becomes_clearer_or_less_clear(then, now, shift_expected):
    assert shift(then, now) is shift_expected


ANSWERS = st.sampled_from([HINDERING, HELPING, DONT_KNOW, ""])
CHANGES = frozenset(MOVED)
OPPOSITE = {
    Shift.TOWARDS_HELPING: Shift.TOWARDS_HINDERING,
    Shift.TOWARDS_HINDERING: Shift.TOWARDS_HELPING,
    Shift.CLEARER: Shift.LESS_CLEAR,
    Shift.LESS_CLEAR: Shift.CLEARER,
}


def counted(answers):
    return tuple(answers.count(answer) for answer in (HINDERING, HELPING, DONT_KNOW, ""))


@given(st.lists(ANSWERS, min_size=2, max_size=70), ANSWERS, st.booleans())
def test_one_person_who_answers_otherwise_than_in_the_same_round_is_never_change(answers, other, newcomer):
    """Whoever changed their mind, came or went: one person."""
    other_round = [*answers, other] if newcomer else [other, *answers[1:]]
    without = answers[1:]
    sides = [counted(found) for found in (answers, other_round, without)]
    found = {shift(sides[0], side) for side in sides[1:]} | {shift(side, sides[0]) for side in sides[1:]}
    assert found & CHANGES == set()


@given(*[st.lists(ANSWERS, min_size=2, max_size=40)] * 2)
def test_the_same_two_rounds_the_other_way_round_moved_the_other_way(then, now):
    there, back = shift(counted(then), counted(now)), shift(counted(now), counted(then))
    assert back is OPPOSITE.get(there, there)


@given(*[st.integers(0, 30)] * 4)
def test_change_is_never_less_than_two_people_of_the_smaller_round(hindering, helping, hindering_now, helping_now):
    assume(hindering + helping and hindering_now + helping_now)
    found = shift((hindering, helping), (hindering_now, helping_now))
    if found in CHANGES:
        smaller = min(hindering + helping, hindering_now + helping_now)
        then, now = hindering / (hindering + helping), hindering_now / (hindering_now + helping_now)
        assert abs(then - now) * smaller > 1.999


# --- what can't be compared, and why


@pytest.mark.parametrize("other", [Mode.NAMED, Mode.TOGETHER, Mode.ALONE])
def test_another_way_of_filling_in_is_not_compared(checklist, other):
    anonymous = make_report(checklist, spread(4))
    differently = make_report(checklist, spread(4)[: None if other.is_round else 1], other)
    for earlier, now in ((anonymous, differently), (differently, anonymous)):
        since = compare(earlier, now)
        assert (since.reason, since.items, since.earlier) == (NotCompared.MODE, (), earlier)


def test_round_that_is_withheld_is_not_compared_on_either_side(checklist):
    few, enough = make_report(checklist, spread(2)), make_report(checklist, spread(3))
    assert few.counted == Withheld(Reason.TOO_FEW)
    assert compare(enough, enough).reason is None
    for earlier, now in ((few, enough), (enough, few)):
        assert (compare(earlier, now).reason, compare(earlier, now).items) == (NotCompared.TOO_FEW, ())


@pytest.mark.parametrize(("people", "reason"), [(0, NotCompared.TOO_FEW), (1, NotCompared.TOO_FEW), (2, None)])
def test_round_by_name_of_one_person_is_not_compared(checklist, people, reason):
    assert compared(checklist, spread(people), spread(5), Mode.NAMED).reason is reason


def newer(checklist, old, new):
    """A version in which one item was replaced by another."""
    parts = tuple(
        replace(part, items=tuple(replace(item, key=new) if item.key == old else item for item in part.items))
        for part in checklist.dimensions
    )
    return replace(checklist, version=2, dimensions=parts)


def test_newer_version_is_compared_by_key_and_the_rest_named(checklist):
    then = make_report(checklist, spread(4))
    now = make_report(newer(checklist, "goal-perspective", "goal-other"), spread(0, 4))
    since = compare(then, now)
    version = [
        (item.item.key, item.earlier is None, item.now is None)
        for item in dict(since.not_compared)[NotCompared.VERSION]
    ]
    assert version == [("goal-other", True, False), ("goal-perspective", False, True)]
    assert shift_of(since) is Shift.TOWARDS_HELPING
    assert len(since.items) == 16


# --- one sheet


@pytest.mark.parametrize("mode", [Mode.TOGETHER, Mode.ALONE])
def test_one_sheet_with_another_answer_says_so_and_calls_it_no_change(checklist, mode):
    then = {KEY: HINDERING, "goal-perspective": HELPING, "partners-needed": DONT_KNOW}
    now = {KEY: HELPING, "goal-perspective": HELPING}
    since = compared(checklist, [then], [now], mode)
    assert [(moved.shift, [item.item.key for item in moved.items]) for moved in since.moved] == [
        (Shift.OTHER_ANSWER, [KEY, "partners-needed"])
    ]
    assert shift_of(since, "goal-perspective") is Shift.SAME


def test_sheet_on_which_nothing_was_filled_in_is_not_compared(checklist):
    assert compared(checklist, [{}], [{KEY: HELPING}], Mode.TOGETHER).reason is NotCompared.TOO_FEW


# --- how it is shown


def test_moved_items_come_first_by_direction_and_the_furthest_first(checklist):
    keys = [item.key for item in checklist]
    then = [dict.fromkeys(keys, HINDERING) for _ in range(10)]
    now = [dict.fromkeys(keys[:6], HINDERING) for _ in range(10)]
    # So many of ten see these otherwise now; the last six moved nowhere; one of them nobody knows.
    for place, people in enumerate((2, 5, 3, 9, 4)):
        for values in now[:people]:
            values[keys[place]] = HELPING
    for values in now:
        values |= dict.fromkeys(keys[7:], HINDERING) | {keys[6]: DONT_KNOW}
    since = compared(checklist, then, now)
    assert [(moved.shift, [keys.index(item.item.key) for item in moved.items]) for moved in since.moved] == [
        (Shift.TOWARDS_HELPING, [3, 1, 4, 2, 0]),
        (Shift.LESS_CLEAR, [6]),
    ]
    helping = since.moved[0]
    assert (len(helping.front), [keys.index(item.item.key) for item in helping.rest]) == (IN_FRONT, [2, 0])
    assert [item.item.key for item in since.same] == [keys[5], *keys[7:]]


def test_every_item_is_shown_once_whatever_became_of_it(checklist):
    then, now = spread(3, 1, 2), spread(0, 5, 1)
    since = compared(checklist, then, now)
    shown = [item for moved in since.moved for item in moved.items] + list(since.same)
    shown += [item for _, items in since.not_compared for item in items]
    assert sorted(item.item.number for item in shown) == list(range(1, 16))


def test_report_has_what_changed_and_is_another_when_the_earlier_one_is(checklist):
    reports = [
        make_report(checklist, spread(0, 4), earlier=make_report(checklist, spread(hindering, helping)))
        for hindering, helping in ((4, 0), (3, 1))
    ]
    alone = make_report(checklist, spread(0, 4))
    assert [shift_of(report.since) for report in reports] == [Shift.TOWARDS_HELPING] * 2
    assert alone.since is None
    assert len({alone.key, *(report.key for report in reports)}) == 3


def test_item_that_is_withheld_is_not_compared(checklist):
    """Nothing withholds a single item today; where something would, no figure of it may be used."""
    then, now = make_report(checklist, spread(4)), make_report(checklist, spread(0, 4))
    hidden = [
        replace(part, items=tuple(replace(item, counts=Withheld(Reason.SUBTRACTION)) for item in part.items))
        for part in now.dimensions
    ]
    since = compare(then, replace(now, dimensions=tuple(hidden)))
    assert {item.shift for item in since.items} == {NotCompared.TOO_FEW}
    assert isinstance(since.items[0], ItemChange)


# --- a team that doesn't agree


@pytest.mark.parametrize("other", [HINDERING, HELPING, DONT_KNOW, ""])
def test_a_team_that_no_longer_agrees_gave_another_answer_and_back(checklist, other):
    agreed = [{"context-practical": HELPING} | ({KEY: other} if other else {})]
    divided = [{"context-practical": HELPING, KEY: "disagree"}]
    for then, now in ((agreed, divided), (divided, agreed)):
        since = compared(checklist, then, now, Mode.TOGETHER)
        assert shift_of(since) is Shift.OTHER_ANSWER
    assert shift_of(compared(checklist, divided, divided, Mode.TOGETHER)) is Shift.SAME
