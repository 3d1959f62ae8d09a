"""The pictures of a report: their geometry, what stands in them, and their texts. The whirlpool's geometry stands in
test_whirlpool_picture.py."""

import re
from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.perspectives import set_side_by_side
from reflectie.domain.report.report import About
from reflectie.domain.rules.suppression import Reason
from reflectie.domain.setup import LEVELS, OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from reflectie.presentation.groups import marks_of
from reflectie.presentation.palette import TONES
from reflectie.presentation.pictures.drawing import text_width, wrap
from reflectie.presentation.pictures.report import PICTURES, apart_text, find_picture
from reflectie.presentation.pictures.scales import Circle, Layer, ScaleStep, draw_circles, draw_layers, draw_scale
from reflectie.presentation.pictures.spread import BAR_LENGTH, SpreadRow, draw_spreads, spread_bar
from reflectie.presentation.pictures.tracks import (
    LEFT,
    RADIUS,
    RIGHT,
    ROOM,
    Track,
    draw_legend,
    draw_tracks,
    place_marks,
)
from tests.helpers.factories import FROZEN, GUIDANCE

COUNTS = st.tuples(*[st.integers(0, 200)] * 4).filter(any)
NUMBER = re.compile(r"-?[0-9.]+")


def pieces(bar):
    """Each piece of a bar that has one: left and right side."""
    paths = {"hindering": bar.hindering, "dont_know": bar.dont_know, "open": bar.open, "helping": bar.helping}
    found = {name: [float(number) for number in NUMBER.findall(path)] for name, path in paths.items() if path}
    return {name: (numbers[0], numbers[2]) for name, numbers in found.items()}


@given(COUNTS)
def test_bar_pieces_stand_in_order_beside_each_other_within_its_box(counts):
    found = pieces(spread_bar(*counts))
    hindering, helping, dont_know, left_open = counts
    expected = {"hindering": hindering, "dont_know": dont_know, "open": left_open, "helping": helping}
    assert list(found) == [name for name, number in expected.items() if number]
    sides = [side for piece in found.values() for side in piece]
    assert sides == sorted(sides)
    assert 0 <= sides[0] <= 1
    assert BAR_LENGTH - 1 <= sides[-1] <= BAR_LENGTH


@given(st.tuples(*[st.integers(0, 15)] * 4).filter(any))
def test_bar_pieces_are_as_long_as_their_share(counts):
    found = pieces(spread_bar(*counts))
    hindering, helping, dont_know, left_open = counts
    numbers = {"hindering": hindering, "dont_know": dont_know, "open": left_open, "helping": helping}
    # Without the line around it.
    units = [(right - left + 2) / numbers[name] for name, (left, right) in found.items()]
    assert max(units) - min(units) < 0.25


def test_bar_hatching_is_within_its_piece_and_nowhere_else():
    bar = spread_bar(3, 4, 3, 0)
    left, right = pieces(bar)["dont_know"]
    across = [float(number) for number in NUMBER.findall(bar.hatch)][::2]
    assert len(across) > 20
    assert left <= min(across) <= max(across) <= right
    assert spread_bar(3, 4, 0, 3).hatch == ""


# --- words and their places


@given(st.text(max_size=80), st.floats(30, 300))
def test_lines_hold_every_word_within_their_width(text, width):
    lines = wrap(text, 14, width)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert [line for line in lines if len(line) > 1 and text_width(line, 14) > width] == []


def overlapping(drawing):
    """Labels that lie over each other or out of the picture, taken as large as they can get."""
    found = []
    for place, label in enumerate(drawing.labels):
        left, top, right, bottom = label.box
        if left < -0.1 or top < -0.1 or right > drawing.width + 0.1 or bottom > drawing.height + 0.1:
            found.append(label.text)
        for other in drawing.labels[:place]:
            across, above, along, below = other.box
            if left < along and across < right and top < below and above < bottom:
                found.append((other.text, label.text))
    return found


LONG = "Wijkgezondheidscentrum en huisartsenwachtpost De Brug voor Tienen en Hoegaarden, " + "Onafbreekbaar" * 5
NAMES = st.sampled_from(["Huis", LONG, "Samenwerkingsvorm matcht benodigde intensiteit niet", "MWW " * 20])
NUMBERS = st.integers(0, 200)
STANDS = st.lists(st.fractions(0, 1), min_size=1, max_size=12).map(
    lambda all: tuple(enumerate(map(float, all), start=1))
)


@given(st.lists(st.builds(Track, NAMES, NAMES, NAMES, STANDS), min_size=1, max_size=3))
def test_tracks_keep_their_words_apart(tracks):
    drawing = draw_tracks(tracks, marks_of([f"Grote {place} Naam" for place in range(12)]))
    assert len(drawing.labels) > len(tracks)
    assert overlapping(drawing) == []


@given(st.lists(NAMES, min_size=1, max_size=6), st.floats(300, 800))
def test_legend_keeps_its_names_apart(names, width):
    assert overlapping(draw_legend(names, marks_of(names), width)) == []


@given(st.lists(st.builds(SpreadRow, NAMES, COUNTS, NAMES, NAMES, NAMES), min_size=1, max_size=3))
def test_spreads_keep_their_words_apart(rows):
    assert overlapping(draw_spreads(rows)) == []


@given(st.tuples(*[st.builds(ScaleStep, NAMES, NUMBERS, NUMBERS)] * 3))
def test_scale_keeps_its_words_apart(steps):
    assert overlapping(draw_scale(steps, "Nodig: zoveel mensen", "Nu: zo vaak", counted=True)) == []


@given(st.tuples(*[st.builds(ScaleStep, NAMES, st.integers(0, 1), st.integers(0, 1))] * 3))
def test_scale_of_one_sheet_keeps_its_words_apart(steps):
    assert overlapping(draw_scale(steps, "Nodig", "Nu", counted=False)) == []


@given(st.lists(st.builds(Circle, NAMES, NAMES, NUMBERS, st.sampled_from(["", "7", "200"])), min_size=1, max_size=3))
def test_circles_keep_their_words_apart(circles):
    assert overlapping(draw_circles(circles)) == []


CELLS = st.lists(st.tuples(st.sampled_from(["hindering", "clear"]), st.sampled_from("×+–")), max_size=15).map(tuple)


@given(st.lists(st.builds(Layer, NAMES, st.sampled_from(["", "200 antwoorden"]), CELLS, NAMES), min_size=1, max_size=5))
def test_layers_keep_their_words_apart(layers):
    drawing = draw_layers(layers)
    assert overlapping(drawing) == []
    assert len([label for label in drawing.labels if label.tone.startswith("on-")]) == sum(len(x.cells) for x in layers)


@given(STANDS)
def test_marks_stand_at_their_share_and_not_over_each_other(stands):
    marks = place_marks(stands)
    assert [mark.number for mark in marks] == [number for number, _ in stands]
    for mark, (_, share) in zip(marks, stands, strict=True):
        assert mark.x == pytest.approx(LEFT + share * (RIGHT - LEFT))
    for one, other in combinations(marks, 2):
        assert one.lane != other.lane or abs(one.x - other.x) >= 2 * RADIUS
    # None is higher than it needs to be.
    for mark in marks:
        near = {other.lane for other in marks if other.number < mark.number and abs(other.x - mark.x) < ROOM}
        assert set(range(mark.lane)) <= near


def test_bars_of_the_scale_are_as_long_as_their_numbers():
    drawing = draw_scale(
        [ScaleStep("a", 2, 1), ScaleStep("b", 0, 4), ScaleStep("c", 4, 0)], "Nodig", "Nu", counted=True
    )
    paths = {shape.tone: shape.path for shape in drawing.shapes}
    # Left, top, right and bottom of each.
    sides = {tone: [float(number) for number in NUMBER.findall(paths[tone])] for tone in ("full", "hollow")}
    lengths = {tone: [round(n[place + 3] - n[place + 1]) for place in range(0, len(n), 5)] for tone, n in sides.items()}
    assert lengths == {"full": [28, 56], "hollow": [14, 56]}


def test_circles_are_as_large_as_their_numbers():
    drawing = draw_circles([Circle("a", "", 9, "9"), Circle("b", "", 4, "4"), Circle("c", "", 0, "0")])
    radii = {
        shape.tone: [float(radius) for radius in re.findall(r"M[^a]+a([\d.]+)", shape.path)] for shape in drawing.shapes
    }
    assert radii["full"] == [34.0, pytest.approx(34 * 2 / 3, abs=0.1)]
    assert (len(radii["open"]), radii["open"][0] < radii["full"][1]) == (1, True)


# --- what a report has to show

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
DAY = date(2026, 11, 22)
HOUSES = ("Huis", "Wijk", "Bestuur")


def make_report(sheets, mode=Mode.NAMED, grouping=Grouping.PARTNER, groups=HOUSES):
    setup = setup_of_session(mode, OPTIONAL, grouping, groups)
    return build_report(CHECKLIST, setup, [Sheet(values) for values in sheets], DAY, about=About("Naam", groups, 9))


def of_group(name, *answers, field="organisation"):
    """One sheet for each answer to the shared goal; the rest of the checklist is open."""
    return [
        {field: name, **({"goal-shared": answer} if answer else {"goal-perspective": "dont-know"})}
        for answer in answers
    ]


H, P, D = "hindering", "helping", "dont-know"


def stands(report):
    found = set_side_by_side(report)
    return {row.report.item.key: [(s.number, s.name, s.helping, s.chose) for s in row.stands] for row in found.rows}


def test_perspectives_are_each_groups_share_of_those_who_chose():
    report = make_report([*of_group("Huis", H, H, P, D), *of_group("Wijk", P, P), *of_group("Bestuur", D)])
    assert stands(report) == {"goal-shared": [(1, "Huis", 1, 3), (2, "Wijk", 2, 2)]}
    found = set_side_by_side(report)
    assert found.groups == HOUSES
    assert [row.report.item.key for row in found.apart] == ["goal-shared"]
    assert (found.different, found.alike, found.not_compared) == (found.rows, (), ())
    assert len(found.unanswered) == 14
    assert found.withheld == ()


def test_perspectives_need_two_groups_that_are_shown():
    assert set_side_by_side(make_report(of_group("Huis", H, P, P))) is None
    assert set_side_by_side(make_report([{"goal-shared": H}] * 4, grouping=Grouping.NONE, groups=())) is None
    assert find_picture(make_report(of_group("Huis", H, P, P)), "perspectieven") is None


def test_perspectives_name_groups_without_a_figure_and_why():
    named = set_side_by_side(make_report([*of_group("Huis", H, H), *of_group("Wijk", P)]))
    assert (named.groups, named.hidden) == (("Huis", "Wijk"), (("Bestuur", None),))
    houses = (*HOUSES, "Zorg")
    sheets = [
        *of_group("Huis", H, H, P),
        *of_group("Wijk", H, P, P),
        *of_group("Bestuur", H, P),
        *of_group("Zorg", H, P),
    ]
    anonymous = set_side_by_side(make_report(sheets, Mode.ANONYMOUS, groups=houses))
    assert anonymous.groups == ("Huis", "Wijk")
    assert anonymous.hidden == (("Bestuur", Reason.SMALL_GROUP), ("Zorg", Reason.SMALL_GROUP))
    assert stands(make_report(sheets, Mode.ANONYMOUS, groups=houses))["goal-shared"] == [
        (1, "Huis", 1, 3),
        (2, "Wijk", 2, 3),
    ]


def test_perspectives_leave_out_an_item_that_is_withheld_for_its_groups():
    houses = (*HOUSES, "Zorg")
    # Both small groups call the shared goal helping: were the others shown, everybody would know that of each.
    rest = [*of_group("Bestuur", P, P), *of_group("Zorg", P, P)]
    sheets = [*of_group("Huis", H, H, P), *of_group("Wijk", H, P, P), *rest]
    sheets = [{**values, "goal-perspective": (H, P)[place % 2]} for place, values in enumerate(sheets)]
    report = make_report(sheets, Mode.ANONYMOUS, groups=houses)
    item = next(item for item in report.items if item.item.key == "goal-shared")
    assert item.hides_groups is True
    found = set_side_by_side(report)
    assert [item.item.key for item in found.withheld] == ["goal-shared"]
    assert "goal-perspective" in stands(report)
    assert "Gedeeld doel" not in find_picture(report, "perspectieven").text


def test_perspectives_far_apart_come_largest_first_and_never_more_than_three():
    keys = ("goal-perspective", "goal-shared", "partners-needed", "partners-stable", "context-personal")
    shares = ((0, 4), (1, 3), (0, 3), (2, 3), (0, 4))
    sheets = [
        {
            "organisation": house,
            **{key: P if place < share[side] else H for key, share in zip(keys, shares, strict=True)},
        }
        for side, house in enumerate(HOUSES[:2])
        for place in range(4)
    ]
    found = set_side_by_side(make_report(sheets))
    assert [row.report.item.key for row in found.apart] == ["goal-perspective", "context-personal", "partners-needed"]
    assert [row.distance for row in found.rows] == [1, Fraction(1, 2), Fraction(3, 4), Fraction(1, 4), 1]
    assert [row.distance for row in found.different] == [1, 1, Fraction(3, 4), Fraction(1, 2), Fraction(1, 4)]


def test_perspectives_never_lead_with_one_against_one_in_a_blind_spot():
    # Of nine, seven don't know; what both groups see of another item is less far apart, and says more.
    houses = [*of_group("Huis", H, D, D, D, D), *of_group("Wijk", P, D, D, D)]
    sheets = [{**values, "partners-needed": H} for values in houses]
    sheets[0]["partners-needed"] = sheets[5]["partners-needed"] = sheets[6]["partners-needed"] = P
    sheets[7]["partners-needed"] = P
    report = make_report(sheets)
    found = set_side_by_side(report)
    assert stands(report)["goal-shared"] == [(1, "Huis", 0, 1), (2, "Wijk", 1, 1)]
    assert [row.report.item.key for row in found.apart] == ["partners-needed"]
    assert not any(item.item.key == "goal-shared" for item in report.differences)
    assert not any(pattern.key == "opposite-groups" for pattern in report.patterns)


def test_perspectives_leave_out_a_group_to_which_the_item_is_a_blind_spot():
    # Everybody of two groups chose; of the third, one of three.
    sheets = [*of_group("Huis", H, H, P, P), *of_group("Wijk", H, H, P), *of_group("Bestuur", P, D, D)]
    report = make_report(sheets)
    found = set_side_by_side(report)
    assert stands(report)["goal-shared"][2] == (3, "Bestuur", 1, 1)
    assert [row.distance for row in found.rows if row.report.item.key == "goal-shared"] == [Fraction(1, 6)]
    assert found.apart == ()
    # One more of them who knows, and they say enough.
    sheets[-1] = {**sheets[-1], "goal-shared": P}
    row = set_side_by_side(make_report(sheets)).apart[0]
    assert apart_text(make_report(sheets), row) == "Wijk ziet hier de meeste hinder, Bestuur de minste."


def test_opposite_groups_in_a_blind_spot_are_no_pattern():
    # One of each of two partners, among nine: by name a group may be one person.
    sheets = [*of_group("Huis", H), *of_group("Wijk", P), *of_group("Bestuur", *[D] * 7)]
    assert make_report(sheets).patterns == ()
    assert [pattern.key for pattern in make_report(sheets[:5]).patterns] == []
    assert [pattern.key for pattern in make_report(sheets[:4]).patterns] == ["opposite-groups"]


# --- what they say to whoever doesn't see them


def test_perspectives_text_has_every_number():
    sheets = [*of_group("Huis", H, H, P, D), *of_group("Wijk", P, P)]
    report = make_report([{**values, "context-political": H} for values in sheets])
    picture = find_picture(report, "perspectieven")
    assert [part.text for part in picture.parts] == [
        "Hoeveel van wie koos, kozen het helpende. Gedeeld doel: Huis 1 van 3, Wijk 2 van 2.",
        "Hoeveel van wie koos, vinden dat de factor niet speelt. Politiek: Huis 0 van 4, Wijk 0 van 2.",
    ]
    assert apart_text(report, set_side_by_side(report).rows[0]) == ("Huis ziet hier de meeste hinder, Wijk de minste.")


def test_levels_stand_above_each_other_with_what_each_sees():
    sheets = [
        *of_group("practice", H, H, H, field="level"),
        *of_group("board", P, P, P, field="level"),
        *of_group("funder", H, field="level"),
    ]
    picture = find_picture(make_report(sheets, grouping=Grouping.LEVEL, groups=LEVELS), "niveaus")
    assert picture.text == (
        "Opdrachtgever of financier: 1 antwoord, 1 hinderpaal, 14 blinde vlekken. "
        "Bestuur: 3 antwoorden, 14 blinde vlekken, 1 sterkte. "
        "Leiding: Niemand koos deze rol. "
        "Uitvoering: 3 antwoorden, 1 hinderpaal, 14 blinde vlekken. "
        "Cliënt, naaste of vrijwilliger: Niemand koos deze rol."
    )
    signs = [label.text for label in picture.parts[0].drawing.labels if label.tone.startswith("on-")]
    assert [signs.count(sign) for sign in "×?+±–"] == [2, 42, 1, 0, 0]


def test_levels_that_are_withheld_say_why_and_show_no_number():
    sheets = [
        *of_group("practice", H, H, H, P, field="level"),
        *of_group("management", H, P, field="level"),
        *of_group("board", P, P, field="level"),
    ]
    report = make_report(sheets, Mode.ANONYMOUS, Grouping.LEVEL, LEVELS[:3])
    picture = find_picture(report, "niveaus")
    hidden = "Niet getoond, om een kleine groep te beschermen."
    assert picture.text.startswith(f"Bestuur: {hidden} Leiding: {hidden} ")
    assert "Uitvoering: 4 antwoorden" in picture.text
    tones = [shape.tone for shape in picture.parts[0].drawing.shapes]
    assert "open" in tones
    assert find_picture(make_report(sheets, groups=LEVELS[:3]), "niveaus") is None


BESIDE = [
    {
        "goal-shared": H,
        "intensity-needed": "act",
        "intensity-current": ("meetings", "ad-hoc"),
        "help-range": ("a", "d"),
        "ips-meaning": "quality",
    },
    {
        "goal-shared": H,
        "intensity-needed": "act",
        "intensity-current": ("team",),
        "help-range": ("c", "f"),
        "ips-meaning": "quality",
    },
    {"goal-shared": H, "intensity-needed": "refer", "intensity-current": ("none",), "ips-meaning": "community"},
]


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_intensity_and_meanings_text_have_every_number(mode):
    report = make_report(BESIDE, mode, Grouping.NONE, ())
    assert find_picture(report, "intensiteit").text == (
        "Nodig: doorverwijzen 1, samen activiteiten uitvoeren 2. "
        "Nu: doorverwijzen 1, informatie delen 2, samen activiteiten uitvoeren 1."
    )
    assert find_picture(report, "betekenissen").text == (
        "Kwaliteit en kosten: 2. Zorgverleners pakken samen een ingewikkelde vraag aan. "
        "Het samenwerkingsproces: 0. Samen maatwerk bieden rond één persoon en diens netwerk. "
        "De gemeenschap: 1. Netwerken en buurten sterker maken, zodat mensen elkaar helpen."
    )


def test_meanings_of_a_round_by_name_say_which_partners_mean_what():
    said = [("quality", "Huis"), ("quality", "Zorg"), ("community", "Wijk")]
    sheets = [
        sheet | {"ips-meaning": meaning, "organisation": who}
        for sheet, (meaning, who) in zip(BESIDE, said, strict=True)
    ]
    named, anonymous = (
        find_picture(make_report(sheets, mode, Grouping.NONE, ()), "betekenissen")
        for mode in (Mode.NAMED, Mode.ANONYMOUS)
    )
    assert "Zorgverleners pakken samen een ingewikkelde vraag aan. Gekozen door: Huis en Zorg. " in named.text
    assert named.text.endswith("zodat mensen elkaar helpen. Gekozen door: Wijk.")
    assert "Gekozen door" not in anonymous.text
    assert named.parts[0].drawing.height > anonymous.parts[0].drawing.height


def test_meanings_of_a_large_round_by_name_count_the_partners_after_the_first():
    sheets = [BESIDE[0] | {"ips-meaning": "quality", "participant": f"Persoon {n}"} for n in range(9)]
    text = find_picture(make_report(sheets, Mode.NAMED, Grouping.NONE, ()), "betekenissen").text
    assert "Gekozen door: Persoon 0, Persoon 1, Persoon 2, Persoon 3, Persoon 4, Persoon 5 en nog 3. " in text


def test_intensity_and_meanings_of_one_sheet_say_no_number():
    report = build_report(CHECKLIST, setup_without_account(Mode.ALONE), [Sheet(BESIDE[0])], DAY)
    assert find_picture(report, "intensiteit").text == "Nodig: samen activiteiten uitvoeren. Nu: informatie delen."
    assert find_picture(report, "betekenissen").text.startswith("Kwaliteit en kosten: jij. ")
    assert find_picture(report, "draaikolk").reading == ("× speelt, ± verdeeld, – speelt niet, ? weet ik niet.",)
    assert find_picture(report, "van-a-tot-z").text == "Van a tot d."
    assert [name for name in PICTURES if find_picture(report, name)] == [
        "draaikolk",
        "intensiteit",
        "betekenissen",
        "van-a-tot-z",
    ]


def test_what_is_withheld_has_no_picture():
    # Two of three answered what was asked beside the checklist.
    sheets = [*BESIDE[:2], {"goal-shared": P}]
    withheld = make_report(sheets, Mode.ANONYMOUS, Grouping.NONE, ())
    assert [name for name in PICTURES if find_picture(withheld, name)] == ["draaikolk", "spreiding"]
    assert find_picture(make_report(sheets, Mode.NAMED, Grouping.NONE, ()), "intensiteit") is not None
    assert [name for name in PICTURES if find_picture(make_report(BESIDE[:2], Mode.ANONYMOUS), name)] == []


def test_whirlpool_of_a_round_says_how_many_of_how_many():
    sheets = [{"context-financial": H}, {"context-financial": H}, {"context-financial": P}, {"goal-shared": H}]
    picture = find_picture(make_report(sheets, grouping=Grouping.NONE, groups=()), "draaikolk")
    assert "Speelt: Financiering (2 van 4)." in picture.text


def test_spreads_show_every_item_with_its_numbers():
    report = make_report([{"goal-shared": H}, {"goal-shared": P, "context-practical": H}, {"goal-shared": D}])
    picture = find_picture(report, "spreiding")
    words = [label.text for part in picture.parts for label in part.drawing.labels]
    assert [word for word in words if word in {item.short for item in CHECKLIST}] == [i.short for i in CHECKLIST]
    said = "Gedeeld doel. Niet gedeeld door alle partners: 1; Weet ik niet: 1; Gedeeld door alle partners: 1."
    assert said in picture.text


@pytest.mark.parametrize("tone", TONES)
def test_every_tone_is_painted_and_has_the_screens_colour(tone, settings):
    css = (settings.BASE_DIR / "static/css/report.css").read_text()
    assert f'class="p-{tone}"' in TONES[tone]
    assert re.search(rf"\.p-{tone}\b[^{{}}]*{{", css)
