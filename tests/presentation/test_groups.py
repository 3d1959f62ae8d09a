"""The marks of organisations and roles: each told apart from the others of its report, also without colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.presentation.groups import MAX_INITIALS, SHAPES, TONES, initials_of, marks_of


@pytest.mark.parametrize(
    ("names", "initials"),
    [
        (["Woonzorgcentrum", "Thuiszorg", "Buurtwerk"], ["W", "T", "B"]),
        # Three at most, and nothing of small words.
        (["Psychiatrisch ziekenhuis", "Cliënt, naaste of vrijwilliger", "Raad van de wijk"], ["PZ", "CNV", "RW"]),
        # The same ones get the next letters, and else a number: the place of the name.
        (["Buurtwerk", "Bestuur", "Leiding"], ["Buu", "Bes", "L"]),
        (["Huis Noord", "Huis Nieuw", "Wijk"], ["H1", "H2", "W"]),
        # Names without a letter, in other letters, and of small words alone.
        (["!!", "??", "Дом", "De"], ["1", "2", "Д", "D"]),
        (["H1", "Huis Noord", "Huis Nieuw"], ["H", "H2", "H3"]),
        # A number that another got is no name's own any more.
        (["!!", "1", "1"], ["1", "12", "13"]),
    ],
)
def test_initials_are_short_and_each_their_own(names, initials):
    assert initials_of(names) == initials


@given(st.lists(st.text(max_size=12), max_size=40))
def test_no_two_groups_of_a_report_have_the_same_initials(names):
    found = initials_of(names)
    assert (len(found), len(set(found))) == (len(names), len(names))
    assert [each for each in found if not 1 <= len(each) <= MAX_INITIALS] == []


def test_marks_of_a_dozen_groups_differ_in_shape_or_filling():
    looks = [(mark.shape, mark.tone) for mark in marks_of([f"Groep {n}" for n in range(12)])]
    assert len(set(looks)) == 12 == len(SHAPES) * len(TONES)


def test_mark_is_for_who_sees_it_and_leaves_no_markup_through():
    [mark] = marks_of(["<b> &"])
    assert mark.html == '<span class="mark mark-round mark-full" aria-hidden="true" translate="no">B</span>'
