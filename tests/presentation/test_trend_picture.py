"""The picture of one item over the years: where its marks stand, what joins them, and its words."""

import re
from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.comparison.history import MAX_IN_PICTURE
from reflectie.domain.questionnaire.checklist import Kind
from reflectie.domain.rules.findings import OBSTACLE_FROM, STRENGTH_FROM, Counts, Finding, finding
from reflectie.domain.setup import Mode
from reflectie.presentation.pictures.history import is_by_time, trend_picture
from reflectie.presentation.pictures.trend import (
    GROUND,
    LANE,
    LEFT,
    RADIUS,
    RIGHT,
    ROOM,
    WIDTH,
    Ground,
    Stop,
    draw_trend,
    height_of,
    place_stops,
)
from tests.helpers.over_time import KEY, figures, history, over_years

WORDS = Ground("hinderpaal", "verdeeld", "sterkte", "onbekend")
NUMBER = re.compile(r"-?[0-9.]+")
DAY = date(2024, 1, 1)


def stop(share, strand=0, day=DAY, lines=("", "")):
    return Stop(day, lines, share, "unsure" if share is None else "split", "±", strand)


def draw(*stops, has_gaps=True):
    days = [DAY + timedelta(days=365 * place) for place in range(len(stops))]
    placed = [Stop(day, s.lines, s.share, s.tone, s.sign, s.strand) for day, s in zip(days, stops, strict=True)]
    return draw_trend(placed, WORDS, has_gaps=has_gaps)


def paths(drawing):
    return {shape.tone: shape.path for shape in drawing.shapes}


def lines(drawing, tone):
    """The lines of a tone, as the places among the stops that they join."""
    many = [float(number) for number in NUMBER.findall(paths(drawing).get(tone, ""))]
    marks = sorted({label.x for label in drawing.labels if label.text == "±"})
    ends = list(zip(many[::2], many[1::2], strict=True))
    near = [min(range(len(marks)), key=lambda place: abs(marks[place] - x)) for x, _ in ends]
    return list(zip(near[::2], near[1::2], strict=True))


# --- where marks stand


def test_marks_stand_as_far_apart_as_their_days():
    places, by_time = place_stops([DAY, DAY + timedelta(days=100), DAY + timedelta(days=400)])
    assert by_time
    assert places == (LEFT, pytest.approx(LEFT + (RIGHT - LEFT) / 4), RIGHT)


def test_marks_that_would_touch_stand_evenly():
    days = [DAY, DAY + timedelta(days=3), DAY + timedelta(days=900)]
    assert place_stops(days) == ((LEFT, (LEFT + RIGHT) / 2, RIGHT), False)
    assert place_stops([DAY, DAY]) == ((LEFT, RIGHT), False)


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=2, max_size=MAX_IN_PICTURE))
def test_marks_never_touch_and_stay_in_the_picture(days):
    places, _ = place_stops(sorted(days))
    assert places == tuple(sorted(places))
    assert all(there - here >= ROOM - 0.01 for here, there in pairwise(places))
    assert places[0] > RADIUS
    assert places[-1] + RADIUS < WIDTH


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_mark_stands_on_the_ground_of_its_finding(hindering, helping):
    if not hindering + helping:
        return
    counts = Counts(hindering, helping)
    y = height_of(hindering / counts.chose)
    high, low = height_of(float(OBSTACLE_FROM)), height_of(float(1 - STRENGTH_FROM))
    on = Finding.OBSTACLE if y <= high + 0.001 else Finding.STRENGTH if y >= low - 0.001 else Finding.SPLIT
    assert on is finding(Kind.PAIR, counts)
    assert RADIUS < y < GROUND - RADIUS


# --- what joins them


def test_line_joins_neighbours_and_is_dashed_across_a_gap():
    drawing = draw(stop(1.0), stop(0.5), stop(None, None), stop(0.0))
    assert (lines(drawing, "trend"), lines(drawing, "trend-gap")) == ([(0, 1)], [(1, 3)])


def test_nothing_joins_sessions_of_another_way_or_across_one():
    drawing = draw(stop(1.0), stop(0.5, 1), stop(0.4), stop(0.3, None), stop(0.2, None))
    assert {"trend", "trend-gap"} & set(paths(drawing)) == set()
    assert "trend" in paths(draw(stop(1.0), stop(0.5)))


def test_a_gap_stands_below_the_ground_and_never_on_it():
    drawing = draw(stop(0.0), stop(None, None))
    marks = {label.x: label.y for label in drawing.labels if label.text == "±"}
    assert marks[LEFT] < GROUND < marks[RIGHT] < GROUND + LANE
    flat = draw(stop(0), stop(1), has_gaps=False)
    assert ["onbekend" in [label.text for label in one.labels] for one in (drawing, flat)] == [True, False]


# --- its words


@given(st.lists(st.dates(date(2015, 1, 1), date(2030, 1, 1)), min_size=2, max_size=MAX_IN_PICTURE), st.integers(1, 200))
def test_words_never_lie_over_each_other_and_those_at_the_ends_are_there(days, people):
    said = f"{people} van {people}"
    stops = [stop(0.5, day=day, lines=(said, "mrt", str(day.year))) for day in sorted(days)]
    drawing = draw_trend(stops, WORDS, has_gaps=True)
    below = [label for label in drawing.labels if label.y > GROUND + LANE]
    for one, other in combinations(below, 2):
        (left, top, right, bottom), (left2, top2, right2, bottom2) = one.box, other.box
        assert right <= left2 or right2 <= left or bottom <= top2 + 1 or bottom2 <= top + 1
    assert [label.text for label in below][:1] == [said]
    assert str(max(days).year) in [label.text for label in below]
    assert all(label.box[0] >= 0 and label.box[2] <= WIDTH + 0.1 for label in below)
    assert all(label.y < drawing.height for label in below)


def picture(found, key=KEY):
    [trend] = [trend for _, trends in found.dimensions for trend in trends if trend.item.key == key]
    return trend_picture(found, trend)


def words(part):
    return [label.text for label in part.drawing.labels]


def test_picture_says_what_it_shows(checklist):
    sessions = [
        *over_years(checklist, (6, 2), (2, 0), (1, 0, 7)),
        figures(checklist, date(2023, 3, 1), {KEY: (1, 3)}, mode=Mode.NAMED),
    ]
    assert picture(history(checklist, sessions)).text == (
        "Gedeeld doel. 1 maart 2020: structurele hinderpaal (6 hinderend, 2 helpend); 1 maart 2021: te weinig mensen; "
        "1 maart 2022: blinde vlek (1 hinderend, 0 helpend, 7 weet niet of open); "
        "1 maart 2023: verdeeld beeld (1 hinderend, 3 helpend)."
    )


def test_every_mark_has_the_sign_of_its_finding(checklist):
    found = history(checklist, over_years(checklist, (6, 2), (4, 4), (0, 8), (1, 0, 7), (2, 0)))
    signs = sorted((label.x, label.text) for label in picture(found).drawing.labels if label.text in "×±+?…")
    assert [sign for _, sign in signs] == ["×", "±", "+", "?", "…"]
    factor = history(checklist, over_years(checklist, (0, 8), (8, 0), key="context-practical"))
    assert {"–", "×", "speelt", "speelt niet"} <= set(words(picture(factor, "context-practical")))


def test_withheld_session_has_no_number_in_words_or_picture(checklist):
    part = picture(history(checklist, over_years(checklist, (6, 2), (2, 0))))
    assert [text for text in words(part) if "van" in text or "/" in text] == ["6 van 8"]
    assert "te weinig" in words(part)


def test_way_of_filling_in_stands_below_a_mark_only_where_it_differs(checklist):
    sessions = [
        figures(checklist, date(2020, 1, 1), {KEY: (5, 0)}, mode=Mode.NAMED),
        figures(checklist, date(2022, 1, 1), {KEY: (5, 0)}),
    ]
    assert "op naam" in words(picture(history(checklist, sessions)))
    assert "anoniem" not in words(picture(history(checklist, sessions)))


def test_nothing_joins_the_answers_of_one_sheet(checklist):
    tones = [
        {
            shape.tone
            for shape in picture(history(checklist, over_years(checklist, (1, 0), (0, 1), mode=mode))).drawing.shapes
        }
        for mode in (Mode.TOGETHER, Mode.ALONE)
    ]
    assert tones[0] == tones[1] == {"ground-high", "ground-between", "ground-low", "hindering", "helping"}
    named = picture(history(checklist, over_years(checklist, (3, 0), (0, 3), mode=Mode.NAMED)))
    assert "trend" in {shape.tone for shape in named.drawing.shapes}


def test_pictures_of_one_collaboration_are_equally_high(checklist):
    answers = {KEY: (8, 0), "context-practical": (0, 0, 8)}
    sessions = [figures(checklist, date(2020 + n, 1, 1), answers) for n in range(3)]
    found = history(checklist, sessions)
    assert len({picture(found, item.key).drawing.height for item in checklist}) == 1
    assert is_by_time(found)
