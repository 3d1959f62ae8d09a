"""The patterns across items: for each a round in which it shows, and one in which it just doesn't. Without a database.

Reports are built from sheets, as a session's are, so that a rule meets the figures as they are shown."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import MEANINGS, Sheet
from reflectie.domain.questionnaire.checklist import PatternKey
from reflectie.domain.report.build import build_report
from reflectie.domain.report.items import Tally
from reflectie.domain.report.patterns import find_patterns
from reflectie.domain.report.report import MAX_PATTERNS
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import LEVELS, OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from reflectie.presentation.report import numbered_passages, pattern_text

HINDERING, HELPING, DONT_KNOW = "hindering", "helping", "dont-know"
DAY = date(2026, 11, 19)
HOUSES = ("Huis", "Wijk", "Zorg")
PAIRS = (
    "goal-perspective",
    "goal-shared",
    "partners-needed",
    "partners-superfluous",
    "partners-stable",
    "form-interprofessional",
    "form-intensity",
    "coordination-equality",
)
FACTORS = tuple(
    f"context-{name}"
    for name in ("historical", "regulatory", "financial", "political", "organisational", "personal", "practical")
)
LIGHT = {"intensity-needed": "act", "intensity-current": ("procedures", "meetings")}
FITS = {"intensity-needed": "act", "intensity-current": ("team", "meetings")}
HEAVY = {"intensity-needed": "refer", "intensity-current": ("meetings",)}
UNKNOWN_FIT = {"intensity-needed": "act"}


def make_report(checklist, sheets, mode=Mode.ANONYMOUS, *, grouping=Grouping.NONE, groups=()):
    one = {Mode.ALONE, Mode.TOGETHER}
    setup = setup_without_account(mode) if mode in one else setup_of_session(mode, OPTIONAL, grouping, groups)
    return build_report(checklist, setup, [Sheet(values) for values in sheets], DAY)


def shown(report):
    return [pattern.key for pattern in report.patterns]


def one_pattern(report, key):
    (found,) = [pattern for pattern in report.patterns if pattern.key is key]
    return [item.item.key for item in found.items], found.names


def sheet(hindering=(), helping=(), **more):
    """A sheet that answers these, and doesn't know the rest."""
    rest = dict.fromkeys((*PAIRS, *FACTORS), DONT_KNOW)
    return rest | dict.fromkeys(hindering, HINDERING) | dict.fromkeys(helping, HELPING) | more


def spread(key, hindering=0, helping=0, dont_know=0):
    """So many sheets of which one item is answered so, and everything else with "helping": no other pattern shows."""
    values = [HINDERING] * hindering + [HELPING] * helping + [DONT_KNOW] * dont_know
    return [dict.fromkeys((*PAIRS, *FACTORS), HELPING) | {key: value} for value in values]


def test_patterns_keys_of_the_checklist_are_those_of_this_test(checklist):
    assert tuple(checklist.by_key) == (*PAIRS, *FACTORS)


# --- around us, and within us


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER, Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize(
    ("factors", "pairs", "shows"), [(5, 6, True), (7, 8, True), (4, 6, False), (4, 8, False), (5, 5, False)]
)
def test_around_us_five_factors_at_play_and_six_strengths(checklist, mode, factors, pairs, shows):
    values = sheet(hindering=(*FACTORS[:factors], *PAIRS[pairs:]), helping=PAIRS[:pairs])
    report = make_report(checklist, [values] * (3 if mode.is_round else 1), mode)
    assert (PatternKey.AROUND_US in shown(report)) is shows
    if shows:
        assert one_pattern(report, PatternKey.AROUND_US) == ([*FACTORS[:factors], *PAIRS[:pairs]], ())


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER, Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize(
    ("factors", "pairs", "shows"), [(5, 6, True), (7, 8, True), (4, 6, False), (4, 8, False), (5, 5, False)]
)
def test_within_us_six_obstacles_and_five_factors_that_do_not_play(checklist, mode, factors, pairs, shows):
    values = sheet(hindering=PAIRS[:pairs], helping=(*FACTORS[:factors], *PAIRS[pairs:]))
    report = make_report(checklist, [values] * (3 if mode.is_round else 1), mode)
    assert (PatternKey.WITHIN_US in shown(report)) is shows
    if shows:
        assert one_pattern(report, PatternKey.WITHIN_US) == ([*FACTORS[:factors], *PAIRS[:pairs]], ())


def test_within_us_a_point_of_attention_is_no_obstacle(checklist):
    values = sheet(hindering=PAIRS[:6], helping=FACTORS)
    plain, only_refer = (
        make_report(checklist, [values | {"intensity-needed": needed}], Mode.ALONE) for needed in ("act", "refer")
    )
    assert shown(plain) == [PatternKey.WITHIN_US]
    assert [item.item.key for item in only_refer.attention] == ["partners-stable"]
    assert shown(only_refer) == []


# --- nearly everything, and integral yet ad hoc


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER, Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize(("hindering", "shows"), [(15, True), (12, True), (11, False)])
def test_nearly_everything_twelve_obstacles_of_fifteen(checklist, mode, hindering, shows):
    keys = (*PAIRS, *FACTORS)[:hindering]
    report = make_report(checklist, [sheet(hindering=keys)] * (3 if mode.is_round else 1), mode)
    assert (PatternKey.NEARLY_EVERYTHING in shown(report)) is shows
    if shows:
        # In the order in which the booklet asks: goal, composition, form, coordination, context.
        assert one_pattern(report, PatternKey.NEARLY_EVERYTHING) == (list(keys), ())


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER, Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize(
    ("goal", "group", "needed", "shows"),
    [
        (HELPING, HINDERING, "act", True),
        (HELPING, HELPING, "act", False),
        (HELPING, DONT_KNOW, "act", False),
        (HINDERING, HINDERING, "act", False),
        (DONT_KNOW, HINDERING, "act", False),
        # Where only referring is needed, a changing group is a point of attention and no obstacle.
        (HELPING, HINDERING, "refer", False),
    ],
)
def test_integral_ad_hoc_all_of_a_life_with_a_group_that_changes(checklist, mode, goal, group, needed, shows):
    values = {"goal-perspective": goal, "partners-stable": group, "intensity-needed": needed}
    report = make_report(checklist, [sheet() | values] * (3 if mode.is_round else 1), mode)
    assert (PatternKey.INTEGRAL_AD_HOC in shown(report)) is shows
    if shows:
        assert one_pattern(report, PatternKey.INTEGRAL_AD_HOC) == (["goal-perspective", "partners-stable"], ())


def test_patterns_without_words_in_an_older_revision_of_the_guidance_do_not_show(checklist):
    words = {key: text for key, text in checklist.patterns.items() if key is not PatternKey.NEARLY_EVERYTHING}
    older = replace(checklist, patterns=words)
    values = sheet(hindering=(*PAIRS, *FACTORS))
    new, old = (make_report(content, [values], Mode.ALONE) for content in (checklist, older))
    assert (shown(new), shown(old)) == ([PatternKey.NEARLY_EVERYTHING], [])


# --- domination


@pytest.mark.parametrize(
    ("hindering", "helping", "dont_know", "shows"),
    [
        (3, 0, 0, True),
        (2, 1, 0, False),
        (4, 1, 0, True),
        (3, 1, 0, False),
        (3, 0, 3, True),
        (3, 0, 4, False),
        (8, 2, 0, True),
        (7, 2, 0, False),
    ],
)
def test_domination_four_fifths_of_three_or_more_who_chose(checklist, hindering, helping, dont_know, shows):
    report = make_report(checklist, spread("coordination-equality", hindering, helping, dont_know))
    assert shown(report) == ([PatternKey.DOMINATION] if shows else [])
    if shows:
        assert one_pattern(report, PatternKey.DOMINATION) == (["coordination-equality"], ())


def test_domination_two_by_name_are_no_wide_agreement(checklist):
    two, three = (make_report(checklist, spread("coordination-equality", n), Mode.NAMED) for n in (2, 3))
    assert (shown(two), shown(three)) == ([], [PatternKey.DOMINATION])


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER])
def test_domination_one_sheet_is_no_agreement(checklist, mode):
    report = make_report(checklist, spread("coordination-equality", 1), mode)
    assert [item.item.key for item in report.obstacles] == ["coordination-equality"]
    assert shown(report) == []


# --- groups


def by_house(key, *counts):
    """Sheets of each house, of which one item is answered so: (hindering, helping, don't know)."""
    houses = zip(HOUSES, counts, strict=False)
    return [values | {"organisation": house} for house, count in houses for values in spread(key, *count)]


def grouped(checklist, sheets, mode=Mode.ANONYMOUS):
    return make_report(checklist, sheets, mode, grouping=Grouping.PARTNER, groups=HOUSES)


@pytest.mark.parametrize("key", ["goal-shared", "context-financial"])
def test_opposite_groups_an_obstacle_here_is_no_obstacle_there(checklist, key):
    report = grouped(checklist, by_house(key, (3, 0), (2, 2), (0, 4)))
    assert shown(report) == [PatternKey.OPPOSITE_GROUPS]
    assert one_pattern(report, PatternKey.OPPOSITE_GROUPS) == ([key], ("Huis", "Zorg"))


@pytest.mark.parametrize(
    "counts",
    [((3, 0), (2, 2)), ((0, 3), (2, 2)), ((3, 0), (0, 1, 3)), ((3, 0), (3, 1)), ((3, 0), (1, 3))],
)
def test_opposite_groups_divided_or_blind_is_no_opposite(checklist, counts):
    assert shown(grouped(checklist, by_house("goal-shared", *counts))) == []


def test_opposite_groups_levels_show_it_too(checklist):
    levels = {"practice": (3, 0), "board": (0, 3)}
    sheets = [values | {"level": level} for level, n in levels.items() for values in spread("goal-shared", *n)]
    report = make_report(checklist, sheets, grouping=Grouping.LEVEL, groups=LEVELS)
    assert one_pattern(report, PatternKey.OPPOSITE_GROUPS) == (["goal-shared"], ("practice", "board"))


def test_opposite_groups_largest_difference_stands_first(checklist):
    sheets = [values | {"partners-needed": values["goal-shared"]} for values in by_house("goal-shared", (3, 0), (0, 9))]
    # On the second item one more sees it as the smaller group does.
    sheets[-1]["partners-needed"] = HINDERING
    report = grouped(checklist, sheets)
    assert one_pattern(report, PatternKey.OPPOSITE_GROUPS)[0] == ["partners-needed", "goal-shared"]


def test_opposite_groups_withheld_because_too_small_say_nothing(checklist):
    sheets = by_house("goal-shared", (2, 0), (2, 0), (0, 6))
    anonymous, named = grouped(checklist, sheets), grouped(checklist, sheets, Mode.NAMED)
    assert anonymous.hidden_groups == ("Huis", "Wijk")
    assert (shown(anonymous), shown(named)) == ([], [PatternKey.OPPOSITE_GROUPS])


def test_opposite_groups_withheld_because_of_subtraction_say_nothing(checklist):
    # Of four who were blanked, one alone said it helps: nothing of this item may be shown by group.
    sheets = by_house("goal-shared", (2, 0), (1, 1), (0, 6))
    report = grouped(checklist, sheets)
    item = next(item for item in report.items if item.item.key == "goal-shared")
    assert item.hides_groups is True
    assert shown(report) == []


def test_opposite_groups_a_point_of_attention_is_no_difference(checklist):
    sheets = by_house("partners-stable", (9, 0), (0, 3))
    plain, only_refer = (
        grouped(checklist, [values | {"intensity-needed": needed} for values in sheets]) for needed in ("act", "refer")
    )
    assert shown(plain) == [PatternKey.OPPOSITE_GROUPS, PatternKey.INTEGRAL_AD_HOC]
    assert [item.finding for item in only_refer.items if item.item.key == "partners-stable"] == [Finding.ATTENTION]
    assert shown(only_refer) == []


# --- what the goal means


@pytest.mark.parametrize(
    ("meanings", "shows"),
    [
        ((2, 1, 0), True),
        ((3, 1, 0), True),
        ((4, 1, 0), False),
        ((7, 3, 0), True),
        ((8, 1, 1), False),
        ((3, 0, 0), False),
        ((1, 1, 1), True),
    ],
)
def test_goal_meanings_fewer_than_four_fifths_mean_the_same(checklist, meanings, shows):
    chosen = [meaning for meaning, number in zip(MEANINGS, meanings, strict=True) for _ in range(number)]
    sheets = [values | {"ips-meaning": chosen[n]} for n, values in enumerate(spread("goal-shared", 0, len(chosen)))]
    report = make_report(checklist, sheets)
    assert shown(report) == ([PatternKey.GOAL_MEANINGS] if shows else [])
    if shows:
        assert one_pattern(report, PatternKey.GOAL_MEANINGS) == (["goal-shared"], ())


def test_goal_meanings_a_goal_that_is_not_shared_is_no_contradiction(checklist):
    sheets = [values | {"ips-meaning": MEANINGS[n % 3]} for n, values in enumerate(spread("goal-shared", 1, 3))]
    assert shown(make_report(checklist, sheets)) == []


def test_goal_meanings_withheld_say_nothing(checklist):
    sheets = spread("goal-shared", 0, 4)
    sheets[0]["ips-meaning"], sheets[1]["ips-meaning"] = "quality", "community"
    anonymous, named = (make_report(checklist, sheets, mode) for mode in (Mode.ANONYMOUS, Mode.NAMED))
    assert anonymous.meaning == Withheld(Reason.TOO_FEW)
    assert (shown(anonymous), shown(named)) == ([], [PatternKey.GOAL_MEANINGS])


def test_goal_meanings_one_person_means_one_thing(checklist):
    assert shown(make_report(checklist, [sheet(helping=PAIRS, **{"ips-meaning": "quality"})], Mode.ALONE)) == [
        PatternKey.BLIND_DIMENSION
    ]


# --- the form


def with_fits(sheets, *fits):
    return [values | fits[n] if n < len(fits) else values for n, values in enumerate(sheets)]


SAYS_FIT, SAYS_NOT, DIVIDED = (0, 4), (4, 0), (2, 2)


@pytest.mark.parametrize(
    ("says", "fits", "expected"),
    [
        # It fits, they say, and most don't have what they need.
        (SAYS_FIT, (LIGHT, LIGHT, LIGHT, FITS), [PatternKey.FORM_CONTRADICTS]),
        (SAYS_FIT, (HEAVY, HEAVY, HEAVY, FITS), [PatternKey.FORM_CONTRADICTS]),
        (SAYS_FIT, (LIGHT, HEAVY, HEAVY, FITS), [PatternKey.FORM_CONTRADICTS]),
        (SAYS_FIT, (LIGHT, HEAVY, FITS, FITS), []),
        # It doesn't fit, they say, and on paper it does.
        (SAYS_NOT, (FITS, FITS, FITS, LIGHT), [PatternKey.FORM_CONTRADICTS]),
        (SAYS_NOT, (FITS, FITS, LIGHT, LIGHT), []),
        # Which way it doesn't fit.
        (SAYS_NOT, (LIGHT, LIGHT, LIGHT, FITS), [PatternKey.TOO_LIGHT]),
        (SAYS_NOT, (HEAVY, HEAVY, HEAVY, FITS), [PatternKey.TOO_HEAVY]),
        (DIVIDED, (LIGHT, LIGHT, LIGHT, FITS), [PatternKey.TOO_LIGHT]),
        (DIVIDED, (HEAVY, HEAVY, HEAVY, FITS), [PatternKey.TOO_HEAVY]),
        (DIVIDED, (LIGHT, LIGHT, FITS, FITS), []),
        (DIVIDED, (HEAVY, HEAVY, FITS, FITS), []),
        (DIVIDED, (LIGHT, LIGHT, HEAVY, HEAVY), []),
        (DIVIDED, (FITS, FITS, FITS, FITS), []),
        # Of half the sheets or more the fit is known, or it says too little.
        (DIVIDED, (LIGHT, LIGHT, LIGHT, UNKNOWN_FIT), [PatternKey.TOO_LIGHT]),
        (DIVIDED, (LIGHT, LIGHT), [PatternKey.TOO_LIGHT]),
        (DIVIDED, (LIGHT, UNKNOWN_FIT, UNKNOWN_FIT), []),
        (DIVIDED, (), []),
    ],
)
def test_form_says_one_thing_and_says_it_once(checklist, says, fits, expected):
    report = make_report(checklist, with_fits(spread("form-intensity", *says), *fits), Mode.NAMED)
    assert shown(report) == expected
    for key in expected:
        assert one_pattern(report, key) == (["form-intensity"], ())


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER])
@pytest.mark.parametrize(
    ("says", "fit", "expected"),
    [
        ((0, 1), LIGHT, [PatternKey.FORM_CONTRADICTS]),
        ((0, 1), HEAVY, [PatternKey.FORM_CONTRADICTS]),
        ((0, 1), FITS, []),
        ((1, 0), FITS, [PatternKey.FORM_CONTRADICTS]),
        ((1, 0), LIGHT, [PatternKey.TOO_LIGHT]),
        ((1, 0), HEAVY, [PatternKey.TOO_HEAVY]),
        ((0, 0, 1), LIGHT, [PatternKey.TOO_LIGHT]),
        ((0, 0, 1), FITS, []),
        ((1, 0), UNKNOWN_FIT, []),
    ],
)
def test_form_of_one_sheet_goes_by_that_one_fit(checklist, mode, says, fit, expected):
    assert shown(make_report(checklist, with_fits(spread("form-intensity", *says), fit), mode)) == expected


def test_form_fits_that_are_withheld_say_nothing(checklist):
    sheets = with_fits(spread("form-intensity", 0, 4), LIGHT, LIGHT)
    anonymous, named = (make_report(checklist, sheets, mode) for mode in (Mode.ANONYMOUS, Mode.NAMED))
    assert anonymous.fits == Withheld(Reason.TOO_FEW)
    assert (shown(anonymous), shown(named)) == ([], [PatternKey.FORM_CONTRADICTS])


# --- blind dimensions


@pytest.mark.parametrize(
    ("blind", "dimensions"),
    [
        (("goal-perspective", "goal-shared"), ("goal",)),
        (("goal-perspective",), ()),
        (("partners-needed", "partners-stable"), ("partners",)),
        (("partners-needed",), ()),
        (FACTORS[:4], ("context",)),
        (FACTORS[:3], ()),
        # More than half of one isn't many.
        (("coordination-equality",), ()),
        ((*PAIRS[:2], *FACTORS), ("goal", "context")),
        # With three of them it's no part of the picture that stays dark.
        ((*PAIRS[:2], "form-interprofessional", "form-intensity", *FACTORS), ()),
    ],
)
@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.ANONYMOUS])
def test_blind_dimension_more_than_half_of_it_is_blind(checklist, mode, blind, dimensions):
    seen = [key for key in checklist.by_key if key not in blind]
    report = make_report(checklist, [sheet(helping=seen)] * (3 if mode.is_round else 1), mode)
    assert shown(report) == ([PatternKey.BLIND_DIMENSION] if dimensions else [])
    if dimensions:
        assert one_pattern(report, PatternKey.BLIND_DIMENSION) == (list(blind), dimensions)


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER, Mode.NAMED])
@pytest.mark.parametrize("sheets", [[], [{}], [LIGHT | {"ips-meaning": "quality"}], [{"goal-shared": HELPING}]])
def test_patterns_of_a_sheet_on_which_little_or_nothing_was_answered_are_none(checklist, mode, sheets):
    assert shown(make_report(checklist, sheets, mode)) == []


# --- together


def everything():
    """Sheets of two houses that see as much as they can differently."""
    one = sheet(hindering=FACTORS, helping=PAIRS, organisation="Huis", **{"ips-meaning": "quality"}, **LIGHT)
    return [one] * 3 + [one | {"organisation": "Zorg", "ips-meaning": "community", "context-personal": HELPING}] * 3


def test_patterns_stand_in_the_order_of_their_keys_three_in_front(checklist):
    report = grouped(checklist, everything())
    assert shown(report) == [
        PatternKey.AROUND_US,
        PatternKey.OPPOSITE_GROUPS,
        PatternKey.GOAL_MEANINGS,
        PatternKey.FORM_CONTRADICTS,
    ]
    assert report.main_patterns == report.patterns[:MAX_PATTERNS] == report.patterns[:3]
    assert report.further_patterns == report.patterns[3:]


def test_patterns_of_a_withheld_report_are_none(checklist):
    two, three = (make_report(checklist, [sheet(hindering=FACTORS, helping=PAIRS)] * n) for n in (2, 3))
    assert two.is_withheld is True
    assert (shown(two), shown(three)) == ([], [PatternKey.AROUND_US])


def test_patterns_take_nothing_from_a_tally_that_is_withheld(checklist):
    report = grouped(checklist, everything())
    hidden = Withheld(Reason.TOO_FEW)
    left = find_patterns(replace(report, meaning=hidden, fits=hidden, patterns=()))
    assert [pattern.key for pattern in left] == [PatternKey.AROUND_US, PatternKey.OPPOSITE_GROUPS]


# --- what is seen, with its numbers


def seen(report):
    return [pattern_text(report, pattern).seen for pattern in report.patterns]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        (
            [sheet(hindering=FACTORS[:5], helping=PAIRS[:7])] * 3,
            "7 van de 8 stellingen zijn een sterkte. Toch spelen 5 van de 7 factoren.",
        ),
        (
            [sheet(hindering=PAIRS[:6], helping=FACTORS)] * 3,
            "6 van de 8 stellingen zijn een hinderpaal. Maar 7 van de 7 factoren spelen niet.",
        ),
        ([sheet(hindering=(*PAIRS, *FACTORS[:5]))] * 3, "13 van de 15 punten zijn een hinderpaal."),
        (
            spread("coordination-equality", 8, 2),
            "8 van de 10 die kozen, zien dat een of meer partners domineren.",
        ),
        (
            spread("partners-stable", 3, 1),
            "Het doel kijkt naar het hele leven, van ‘a’ tot ‘z’. Maar 3 van de 4 die kozen, zien een wisselende"
            " samenstelling.",
        ),
        ([sheet(helping=PAIRS)] * 3, "Bij 7 van de 7 punten in dit deel weten te weinig mensen hoe het zit."),
    ],
)
def test_pattern_text_says_what_is_seen_with_the_numbers_of_the_report(checklist, sheets, expected):
    assert seen(make_report(checklist, sheets))[0] == expected


@pytest.mark.parametrize(
    ("says", "fits", "expected"),
    [
        ((2, 2), (LIGHT, LIGHT, LIGHT, FITS), "3 van de 4 vinden meer nodig dan er nu is."),
        ((2, 2), (HEAVY, HEAVY, HEAVY, FITS), "3 van de 4 vinden minder nodig dan er nu is."),
        ((0, 4), (LIGHT, HEAVY, HEAVY, FITS), "Wat 3 van de 4 nodig vinden en nu doen, wijst op iets anders"),
        ((4, 0), (FITS, FITS, FITS, LIGHT), "Wat 3 van de 4 nodig vinden en nu doen, wijst op iets anders"),
        # Of one whose fit is known, no "1 van de 1".
        ((1, 1), (LIGHT,), "Er is meer nodig dan de vorm van nu geeft."),
    ],
)
def test_pattern_text_of_the_form_has_how_many_of_those_whose_fit_is_known(checklist, says, fits, expected):
    sheets = with_fits(spread("form-intensity", *says), *fits)
    [text] = seen(make_report(checklist, sheets, Mode.NAMED))
    assert text.startswith(expected)


def test_pattern_text_of_groups_and_meanings_has_numbers_that_stand_in_the_report(checklist):
    groups = grouped(checklist, by_house("goal-shared", (3, 0), (0, 4)))
    assert seen(groups) == ["Op 1 van de 15 punten ziet de ene groep een hinderpaal, en een andere niet."]
    sheets = [values | {"ips-meaning": MEANINGS[n % 2]} for n, values in enumerate(spread("goal-shared", 0, 5))]
    assert seen(make_report(checklist, sheets)) == [
        "Het gedeelde doel is een sterkte. Toch noemen 5 mensen samen 2 verschillende dingen die in hun organisatie"
        " centraal staan."
    ]


@pytest.mark.parametrize("mode", [Mode.ALONE, Mode.TOGETHER])
def test_pattern_text_of_one_sheet_says_nothing_of_so_many_people(checklist, mode):
    values = sheet(helping=PAIRS, **LIGHT | dict.fromkeys(("partners-stable", "form-intensity"), HINDERING))
    assert seen(make_report(checklist, [values], mode)) == [
        "Het doel kijkt naar het hele leven, van ‘a’ tot ‘z’. Maar de samenstelling wisselt.",
        "Er is meer nodig dan de vorm van nu geeft.",
        "Bij 7 van de 7 punten in dit deel is het antwoord ‘weet ik niet’, of open.",
    ]


# --- shown


def lines_of(report):
    """The section as a reader meets it, piece by piece; read by expat, as the PDF is."""
    html = render_to_string("reflectie/report/patterns.html", {"report": report, "passages": numbered_passages(report)})
    section = ElementTree.fromstring(f"<body>{html}</body>")
    return [" ".join("".join(part.itertext()).split()) for tag in ("h3", "li") for part in section.iter(tag)]


def test_patterns_on_the_page_three_with_where_they_were_seen_and_one_by_name(checklist):
    assert lines_of(grouped(checklist, everything())) == [
        "Zit het rond jullie, niet in jullie?",
        "Hangt het af van waar je staat?",
        "Eén doel, maar bedoelen jullie hetzelfde?",
        "× Structurele hinderpaal historisch, regelgeving, financiering, politiek, organisatie, praktisch",
        "+ Sterkte breedte van het doel, gedeeld doel, nodige partners, bijdrage van elke partner,"
        " vaste of wisselende groep, manier van samenwerken, vorm en intensiteit, gelijkwaardigheid",
        "Persoonlijk× Structurele hinderpaal Huis– Speelt niet Zorg",
        "+ Sterkte gedeeld doel (alle 6 kozen dit)",
        "Wat bij ons centraal staat: 3 Kwaliteit en kosten 3 De gemeenschap",
        "Past de vorm nu wel of niet?Wat 6 van de 6 nodig vinden en nu doen, wijst op iets anders dan de bevinding over"
        " de vorm. Neem één gewone week: waar helpt de vorm jullie, en waar wringt die?",
    ]


def test_patterns_on_the_page_of_one_person_say_what_that_person_sees(checklist):
    values = sheet(hindering=PAIRS, **HEAVY | {"goal-shared": HELPING, "partners-stable": HELPING})
    report = make_report(checklist, [values | dict.fromkeys(FACTORS[:2], HELPING)], Mode.ALONE)
    assert lines_of(report) == [
        "Is de vorm te zwaar?",
        "Een deel blijft buiten beeld",
        "× Structurele hinderpaal vorm en intensiteit",
        "Nodig: doorverwijzen. Nu: periodiek overleg.",
        "Context van de samenwerking: financiering, politiek, organisatie, persoonlijk, praktisch",
    ]


def test_patterns_on_the_page_are_nothing_where_none_shows(checklist):
    assert lines_of(make_report(checklist, spread("goal-shared", 0, 3))) == []


ANSWERS = st.sampled_from([HINDERING, HELPING, DONT_KNOW])
COLUMNS = ("goal-shared", "form-intensity", "coordination-equality", *FACTORS[:4])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), people=st.integers(3, 8))
def test_patterns_are_the_same_where_the_same_is_shown(checklist, data, people):
    """Who gave which answers together is shown nowhere in an anonymous round: it can't matter to a pattern."""
    columns = {key: data.draw(st.lists(ANSWERS, min_size=people, max_size=people)) for key in COLUMNS}
    columns["ips-meaning"] = data.draw(st.lists(st.sampled_from(MEANINGS), min_size=people, max_size=people))
    fits = data.draw(st.lists(st.sampled_from([LIGHT, FITS, HEAVY]), min_size=people, max_size=people))
    sheets = [{key: column[n] for key, column in columns.items()} | fits[n] for n in range(people)]
    dealt = {key: data.draw(st.permutations(column)) for key, column in columns.items()}
    fits = data.draw(st.permutations(fits))
    other = [{key: column[n] for key, column in dealt.items()} | fits[n] for n in range(people)]
    first, second = make_report(checklist, sheets), make_report(checklist, other)
    assert isinstance(first.fits, Tally)
    assert first.key == second.key
    assert first.patterns == second.patterns
