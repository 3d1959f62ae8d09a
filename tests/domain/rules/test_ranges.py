"""How far help goes: what of it may be told, worked by hand."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.questionnaire.help_range import LETTERS, stretches
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About
from reflectie.domain.rules.ranges import Band, Ranges, group_band, may_have_bands
from reflectie.domain.rules.suppression import Reason, Withheld, questions_to_erase
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account

DAY = date(2026, 11, 20)
HOUSES = ("Huis", "Wijk")
TOO_FEW = Withheld(Reason.TOO_FEW)


def letters(text: str) -> tuple[str, ...]:
    return tuple(text)


def of(group: str, *ranges: str, **more: str) -> list[Sheet]:
    """People of a group, each with an answer to the checklist; "ad" is from a to d, and empty left open."""
    beside = [{"help-range": (one[0], one[1])} if one else {} for one in ranges]
    return [
        Sheet({"goal-shared": "helping", **({"organisation": group} if group else {}), **b, **more}) for b in beside
    ]


def ranges_of(
    checklist: Checklist,
    sheets: Sequence[Sheet],
    mode: Mode = Mode.ANONYMOUS,
    grouping: Grouping = Grouping.PARTNER,
    **about: object,
) -> Ranges | Withheld | None:
    setup = setup_of_session(mode, OPTIONAL, grouping, HOUSES if grouping is Grouping.PARTNER else ())
    return build_report(checklist, setup, list(sheets), DAY, about=About(**about)).ranges


def counts_of(numbers: dict[str, int]) -> tuple[int, ...]:
    return tuple(numbers.get(letter, 0) for letter in LETTERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("b", (("b", "b"),)),
        ("abcz", (("a", "c"), ("z", "z"))),
        ("".join(LETTERS), (("a", "z"),)),
        ("dba", (("a", "b"), ("d", "d"))),
    ],
)
def test_stretches_are_as_long_as_they_can_be(text, expected):
    assert stretches(text) == expected


def test_group_band_tells_all_some_and_nobody():
    assert group_band("Huis", [("a", "d"), ("c", "f"), ("c", "d")]) == Band("Huis", 3, letters("abcdef"), letters("cd"))
    assert group_band("Huis", []) == Band("Huis", 0, (), ())


def test_one_sheet_has_the_band_that_was_given(checklist):
    setup = setup_without_account(Mode.TOGETHER)
    report = build_report(checklist, setup, of("", "bd"), DAY)
    assert report.ranges == Ranges(1, (Band("", 1, letters("bcd"), letters("bcd")),))
    assert report.ranges.gaps == ("a", *LETTERS[4:])
    assert report.ranges.overlaps == ()


def test_by_name_each_has_a_band_in_the_order_of_their_names(checklist):
    sheets = [*of("", "cd", participant="Wout"), *of("", "ab", participant="An"), *of("", "", participant="Bo")]
    found = ranges_of(checklist, sheets, Mode.NAMED, Grouping.NONE)
    assert [(band.name, "".join(band.every)) for band in found.bands] == [("An", "ab"), ("Wout", "cd")]
    assert found.people == 2


def test_by_name_once_folded_there_are_numbers_and_no_names(checklist):
    sheets = [*of("", "ac", participant="Wout"), *of("", "cd", participant="An")]
    folded = ranges_of(checklist, sheets, Mode.NAMED, Grouping.NONE, folded_on=DAY)
    assert folded == Ranges(2, counts=counts_of({"a": 1, "b": 1, "c": 2, "d": 1}))


def test_without_groups_how_many_help_at_each_letter_from_three_who_answered(checklist):
    found = ranges_of(checklist, of("", "ab", "ac", "zz", ""), grouping=Grouping.NONE)
    assert found == Ranges(3, counts=counts_of({"a": 2, "b": 2, "c": 1, "z": 1}))
    assert found.overlaps == letters("ab")
    assert found.gaps == tuple(LETTERS[3:25])


@pytest.mark.parametrize("given_ranges", [["ad", ""], ["ad", "az", "", ""]])
def test_of_one_or_two_who_answered_nothing_is_told(checklist, given_ranges):
    assert ranges_of(checklist, of("", *given_ranges, "", ""), grouping=Grouping.NONE) == TOO_FEW
    assert ranges_of(checklist, of("Huis", *given_ranges, "", "") + of("Wijk", "", "", "")) == TOO_FEW


def test_nobody_answered_is_nothing_to_tell(checklist):
    assert ranges_of(checklist, of("Huis", "", "", "")) is None


def test_too_few_counted_tell_nothing(checklist):
    assert ranges_of(checklist, of("Huis", "ad", "bc")) is None


def test_groups_have_bands_where_each_has_three_who_answered(checklist):
    found = ranges_of(checklist, of("Huis", "ad", "bd", "ce") + of("Wijk", "dz", "dz", "dz", ""))
    assert found.bands == (
        Band("Huis", 3, letters("abcde"), letters("cd")),
        Band("Wijk", 3, LETTERS[3:], LETTERS[3:]),
    )
    assert (found.people, found.counts) == (6, ())
    assert (found.overlaps, found.gaps) == (letters("de"), ())


def test_those_without_a_group_are_one_more(checklist):
    found = ranges_of(checklist, of("Huis", "ad", "bd", "ce") + of("", "dz", "dz", "dz"))
    assert [(band.name, band.people) for band in found.bands] == [("Huis", 3), ("Wijk", 0), ("", 3)]


@pytest.mark.parametrize(
    ("sheets", "about"),
    [
        # Two of a group of three answered: less the others they would be known.
        (of("Huis", "ad", "bd", "ce") + of("Wijk", "dz", "dz", ""), {}),
        # One without a group.
        (of("Huis", "ad", "bd", "ce") + of("Wijk", "dz", "dz", "dz") + of("", "dz", "", ""), {}),
        # Some were of a group that was too small.
        (of("Huis", "ad", "bd", "ce") + of("Wijk", "dz", "dz", "dz"), {"blanked": True}),
        (of("Huis", "ad", "bd", "ce", "az") + of("Wijk", "dz", "dz"), {}),
        # Somebody typed some of them in, and knows these.
        (of("Huis", "ad", "bd", "ce") + of("Wijk", "dz", "dz", "dz"), {"beside_paper": True}),
        # One band beside none.
        (of("Huis", "ad", "bd", "ce", "dz") + of("Wijk", "", "", ""), {}),
    ],
)
def test_where_one_group_may_have_no_band_none_has(checklist, sheets, about):
    found = ranges_of(checklist, sheets, **about)
    assert found.bands == ()
    assert found.counts[3] == sum("help-range" in sheet.values for sheet in sheets)


@given(st.data())
def test_bands_of_groups_do_not_tell_how_many(checklist, data):
    """Where some help and some don't, one more or less isn't told."""
    people = data.draw(st.integers(4, 6))
    inside = sorted(data.draw(st.lists(st.sampled_from(LETTERS), min_size=2, max_size=2)))
    whole, one = ["az", "ab"], f"{inside[0]}{inside[1]}"
    first = of("Huis", *whole, *["az"] * (people - 3), one) + of("Wijk", "az", "az", "az")
    second = of("Huis", *whole, *["ab"] * (people - 3), one) + of("Wijk", "az", "az", "az")
    assert ranges_of(checklist, first).bands == ranges_of(checklist, second).bands


def test_beside_paper_what_one_or_two_on_a_screen_gave_is_erased():
    on_paper, on_screen = of("", "ad", "ad", "ad"), of("", "cz", "", "")
    assert questions_to_erase(on_paper, on_screen) == {"help-range"}
    assert questions_to_erase(on_paper, of("", "cz", "cz", "cz")) == set()


@pytest.mark.parametrize(
    ("mode", "some_hide", "expected"),
    [(Mode.ANONYMOUS, False, True), (Mode.ANONYMOUS, True, False), (Mode.NAMED, False, False)],
)
def test_groups_of_an_anonymous_round_may_have_bands(mode, some_hide, expected):
    assert may_have_bands(mode, some_hide=some_hide) is expected
