"""What became of an item over a collaboration's sessions, without a database."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.comparison.comparison import Team, build_comparison
from reflectie.domain.comparison.history import (
    MAX_IN_PICTURE,
    MOVED,
    STAYS_IN_THE_WAY,
    ChangeKind,
    change_kind,
    histories,
)
from reflectie.domain.questionnaire.checklist import Kind
from reflectie.domain.report.agreements import Agreement, State
from reflectie.domain.report.changes import NotCompared, Shift, shift_between
from reflectie.domain.rules.findings import Counts, Finding, finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Mode
from tests.helpers.over_time import KEY, LINDE, figures, history, over_years

FACTOR = "context-practical"


def became(checklist, then, now, key=KEY, mode=Mode.ANONYMOUS):
    [strand] = history(checklist, over_years(checklist, then, now, key=key, mode=mode)).strands
    return next(change.course for change in strand.overall.changes if change.item.key == key)


# Each rule where it fires, and where it just doesn't.
@pytest.mark.parametrize(
    ("then", "now", "course"),
    [
        # Became a strength: is it now, wasn't, and two people and a fifth moved.
        ((4, 6), (1, 9), ChangeKind.BECAME_STRENGTH),
        ((0, 1, 9), (1, 9), ChangeKind.BECAME_STRENGTH),
        # One person turned the finding over.
        ((3, 7), (2, 8), ChangeKind.NO_CLEAR_DIFFERENCE),
        # Moved far, and is no strength yet.
        ((9, 1), (3, 7), ChangeKind.LESS_HINDER),
        # Was it already.
        ((2, 8), (0, 10), ChangeKind.LESS_HINDER),
        # Became an obstacle.
        ((4, 6), (9, 1), ChangeKind.BECAME_OBSTACLE),
        ((1, 0, 9), (9, 1), ChangeKind.BECAME_OBSTACLE),
        ((6, 4), (7, 3), ChangeKind.NO_CLEAR_DIFFERENCE),
        ((1, 9), (6, 4), ChangeKind.MORE_HINDER),
        ((7, 3), (10, 0), ChangeKind.MORE_HINDER),
        # More know what to say, or fewer; what it is then isn't clear yet.
        ((1, 1, 8), (5, 5), ChangeKind.BECAME_KNOWN),
        ((2, 2, 6), (2, 2, 6), ChangeKind.STAYS_UNKNOWN),
        ((3, 3, 5), (2, 2, 6), ChangeKind.NO_CLEAR_DIFFERENCE),
        ((1, 9), (1, 1, 8), ChangeKind.BECAME_UNKNOWN),
        # What stays.
        ((8, 2), (9, 1), ChangeKind.STAYS_OBSTACLE),
        ((5, 5), (6, 4), ChangeKind.STAYS_SPLIT),
        ((1, 9), (0, 10), ChangeKind.STAYS_STRENGTH),
        # None chose, then one: too few to tell.
        ((0, 0, 10), (1, 0, 9), ChangeKind.STAYS_UNKNOWN),
        ((0, 0, 3), (1, 1, 1), ChangeKind.BECAME_KNOWN),
        ((1, 0, 2), (2, 0, 1), ChangeKind.NOT_COMPARED),
    ],
)
def test_what_became_of_a_statement(checklist, then, now, course):
    assert became(checklist, then, now) is course


@pytest.mark.parametrize(
    ("then", "now", "course"),
    [
        ((4, 6), (1, 9), ChangeKind.BECAME_CLEAR),
        ((3, 7), (2, 8), ChangeKind.NO_CLEAR_DIFFERENCE),
        ((1, 9), (1, 9), ChangeKind.STAYS_CLEAR),
        ((4, 6), (9, 1), ChangeKind.BECAME_OBSTACLE),
    ],
)
def test_factor_that_is_no_longer_at_play_is_never_called_a_strength(checklist, then, now, course):
    assert became(checklist, then, now, key=FACTOR) is course


@pytest.mark.parametrize("mode", [Mode.TOGETHER, Mode.ALONE])
def test_one_sheet_has_another_answer_and_never_a_change(checklist, mode):
    assert became(checklist, (1, 0), (0, 1), mode=mode) is ChangeKind.ANSWERED_OTHERWISE
    assert became(checklist, (1, 0), (1, 0), mode=mode) is ChangeKind.STAYS_OBSTACLE


FOURS = st.tuples(*[st.integers(0, 12)] * 4).filter(lambda four: sum(four) >= 3)


@given(FOURS, FOURS)
def test_became_asks_for_another_finding_and_for_answers_that_moved_that_way(then, now):
    sides = Counts(*then), Counts(*now)
    found = tuple(finding(Kind.PAIR, side) for side in sides)
    shift, _ = shift_between(*sides, (found[0] is Finding.UNKNOWN, found[1] is Finding.UNKNOWN))
    course = change_kind(shift, *found)
    strength = (
        found[1] is Finding.STRENGTH
        and found[0] is not Finding.STRENGTH
        and shift in {Shift.TOWARDS_HELPING, Shift.CLEARER}
    )
    obstacle = (
        found[1] is Finding.OBSTACLE
        and found[0] is not Finding.OBSTACLE
        and shift in {Shift.TOWARDS_HINDERING, Shift.CLEARER}
    )
    assert (course is ChangeKind.BECAME_STRENGTH, course is ChangeKind.BECAME_OBSTACLE) == (strength, obstacle)
    assert (course in MOVED) == (shift not in {Shift.SAME, *NotCompared})


@given(st.lists(st.sampled_from(["hindering", "helping", "dont-know", ""]), min_size=3, max_size=40), st.data())
def test_one_persons_other_answer_never_moves_anything(answers, data):
    other = [data.draw(st.sampled_from(["hindering", "helping", "dont-know", ""])), *answers[1:]]
    names = ("hindering", "helping", "dont-know", "")
    sides = [Counts(*(found.count(name) for name in names)) for found in (answers, other)]
    found = tuple(finding(Kind.PAIR, side) for side in sides)
    shift, _ = shift_between(*sides, (found[0] is Finding.UNKNOWN, found[1] is Finding.UNKNOWN))
    assert change_kind(shift, *found) not in MOVED


def test_attention_point_that_stays_is_called_so():
    assert change_kind(Shift.SAME, Finding.ATTENTION, Finding.ATTENTION) is ChangeKind.STAYS_ATTENTION
    assert change_kind(Shift.SAME, Finding.ATTENTION, Finding.OBSTACLE) is ChangeKind.NO_CLEAR_DIFFERENCE


# --- over more than two sessions


def test_slow_drift_shows_from_first_to_latest_and_in_no_step(checklist):
    [strand] = history(checklist, over_years(checklist, (10, 0), (9, 1), (8, 2), (7, 3), (6, 4), (5, 5))).strands
    [(course, [change])] = strand.overall.moved
    assert (course, change.item.key) == (ChangeKind.LESS_HINDER, KEY)
    assert [step.moved for step in strand.steps] == [()] * 5


def test_what_moved_and_moved_back_is_said_to_have_wavered(checklist):
    sessions = over_years(checklist, (9, 1), (1, 9), (9, 1))
    [strand] = history(checklist, sessions).strands
    courses = {change.item.key: change.course for change in strand.overall.changes}
    assert (courses[KEY], strand.wavered) == (ChangeKind.STAYS_OBSTACLE, {KEY})
    assert [[course for course, _ in step.moved] for step in strand.steps] == [
        [ChangeKind.BECAME_STRENGTH],
        [ChangeKind.BECAME_OBSTACLE],
    ]
    [steady] = history(checklist, over_years(checklist, (9, 1), (8, 2), (9, 1))).strands
    assert steady.wavered == frozenset()


def test_sessions_that_cannot_be_compared_are_skipped_and_named(checklist):
    sessions = [
        figures(checklist, date(2021, 1, 1), {KEY: (9, 1)}),
        figures(checklist, date(2022, 1, 1), {KEY: (2, 0)}),
        figures(checklist, date(2023, 1, 1), {KEY: (5, 0)}, mode=Mode.NAMED),
        figures(checklist, date(2024, 1, 1), {KEY: (1, 9)}),
    ]
    found = history(checklist, sessions)
    [strand] = found.strands
    assert [session.day.year for session in strand.sessions] == [2021, 2024]
    assert (strand.overall.earlier, strand.overall.now) == (sessions[0], sessions[3])
    assert [(session.day.year, reason) for session, reason in found.apart] == [
        (2022, NotCompared.TOO_FEW),
        (2023, NotCompared.MODE),
    ]
    assert isinstance(sessions[1].counted, Withheld)


def test_each_way_of_filling_in_is_a_strand_and_the_latest_comes_first(checklist):
    ways = [Mode.ANONYMOUS, Mode.NAMED, Mode.ANONYMOUS, Mode.NAMED]
    sessions = [figures(checklist, date(2020 + n, 1, 1), {KEY: (5, 0)}, mode=way) for n, way in enumerate(ways)]
    found = history(checklist, sessions)
    assert [[s.day.year for s in strand.sessions] for strand in found.strands] == [[2021, 2023], [2020, 2022]]
    points = {t.item.key: t.points for _, trends in found.dimensions for t in trends}[KEY]
    assert [point.strand for point in points] == [1, 0, 1, 0]


def test_item_of_one_version_alone_is_not_compared_and_has_no_point_there(checklist):
    def without(session):
        return replace(session, items=tuple(item for item in session.items if item.item.key != KEY))

    first, second = over_years(checklist, (9, 1), (1, 9))
    found = history(checklist, (without(first), second))
    [(reason, [change])] = found.strands[0].overall.not_compared
    assert (reason, change.item.key, change.then) == (NotCompared.VERSION, KEY, None)
    points = {t.item.key: t.points for _, trends in found.dimensions for t in trends}[KEY]
    assert [(point.report is None, point.share) for point in points] == [(True, None), (False, Fraction(1, 10))]


def test_blind_spot_and_withheld_session_are_gaps_and_never_a_zero(checklist):
    found = history(checklist, over_years(checklist, (0, 3), (0, 1, 2), (0, 2)))
    points = {t.item.key: t.points for _, trends in found.dimensions for t in trends}[KEY]
    assert [point.share for point in points] == [0, None, None]
    assert found.has_gaps


def test_every_item_stands_in_one_place(checklist):
    answers = {item.key: (item.number % 5, 4, item.number % 3) for item in checklist}
    later = {item.key: (4, item.number % 4, item.number % 2) for item in checklist}
    people = 12
    sessions = [
        figures(checklist, date(2024, 1, 1), answers, people=people),
        figures(checklist, date(2025, 1, 1), later, people=people),
    ]
    overall = history(checklist, sessions).strands[0].overall
    shown = [c for group in (overall.moved, overall.in_the_way, overall.folded) for _, found in group for c in found]
    shown += [c for _, found in overall.not_compared for c in found]
    assert sorted(change.item.number for change in shown) == list(range(1, 16))
    assert set(MOVED).isdisjoint(STAYS_IN_THE_WAY)


def test_collaboration_with_one_session_has_no_history(checklist):
    other = Team("brug", "De Brug")
    sessions = [*over_years(checklist, (9, 1), (1, 9)), figures(checklist, date(2024, 1, 1), {KEY: (3, 0)}, team=other)]
    assert [found.team for found in histories(build_comparison([checklist], sessions))] == [LINDE]


def test_pictures_have_the_latest_sessions_and_say_how_many_are_left_out(checklist):
    found = history(checklist, over_years(checklist, *[(5, 5)] * (MAX_IN_PICTURE + 3)))
    assert (found.left_out, len(found.whirlpools)) == (3, MAX_IN_PICTURE) == (3, 10)
    assert found.whirlpools[-1].session == found.sessions[-1]
    assert {len(trend.pictured) for _, trends in found.dimensions for trend in trends} == {MAX_IN_PICTURE}


def test_withheld_session_has_no_whirlpool(checklist):
    found = history(checklist, over_years(checklist, (3, 0), (2, 0)))
    assert [len(moment.arms) for moment in found.whirlpools] == [7, 0]


# --- agreements between sessions


def agreed(what, item="", state=State.OPEN):
    return Agreement(what, what, item=item, state=state)


def test_agreements_stand_beside_what_became_of_their_item_and_the_others_by_themselves(checklist):
    made = [agreed("Los"), agreed("Doel", KEY, State.DONE), agreed("Weer doel", KEY, State.DROPPED)]
    sessions = [
        figures(checklist, date(2024, 1, 1), {KEY: (9, 1)}, agreements=made),
        figures(checklist, date(2025, 1, 1), {KEY: (1, 9)}, agreements=[agreed("Te laat", KEY)]),
    ]
    [between] = history(checklist, sessions).between
    assert between.reason is None
    assert [([a.what for a in kept.agreements], kept.change and kept.change.course) for kept in between.kept] == [
        (["Doel", "Weer doel"], ChangeKind.BECAME_STRENGTH),
        (["Los"], None),
    ]


def test_agreements_are_set_beside_the_next_session_that_can_be_compared(checklist):
    sessions = [
        figures(checklist, date(2023, 1, 1), {KEY: (9, 1)}, agreements=[agreed("Doel", KEY)]),
        figures(checklist, date(2024, 1, 1), {KEY: (2, 0)}),
        figures(checklist, date(2025, 1, 1), {KEY: (9, 1)}),
        figures(checklist, date(2026, 1, 1), {KEY: (1, 9)}),
    ]
    [between] = history(checklist, sessions).between
    assert (between.now, between.kept[0].change.course) == (sessions[2], ChangeKind.STAYS_OBSTACLE)
    [alone] = history(checklist, sessions[:2]).between
    assert (alone.now, alone.reason, alone.kept[0].change) == (sessions[1], NotCompared.TOO_FEW, None)
    assert alone.kept[0].item.key == KEY


def test_a_team_that_does_not_agree_stands_in_the_middle_and_stays_divided(checklist):
    divided = (0, 0, 0, 0, 1)
    sessions = over_years(checklist, (0, 1), divided, divided, mode=Mode.TOGETHER)
    found = history(checklist, sessions)
    [trend] = [trend for _, trends in found.dimensions for trend in trends if trend.item.key == KEY]
    assert [point.share for point in trend.points] == [0, Fraction(1, 2), Fraction(1, 2)]
    [strand] = found.strands
    courses = [next(c.course for c in step.changes if c.item.key == KEY) for step in strand.steps]
    assert courses == [ChangeKind.ANSWERED_OTHERWISE, ChangeKind.STAYS_SPLIT]
