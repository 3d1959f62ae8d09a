"""Pictures as they stand in a page: what was typed stays text, and a picture says no more than it should."""

import re
from datetime import date

import pytest

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.build import build_report
from reflectie.domain.setup import Grouping, Mode, setup_of_session
from reflectie.presentation.pictures.drawing import Pen
from reflectie.presentation.pictures.markup import arms, drawing, spread
from tests.helpers.markup import words_of


@pytest.fixture
def report(checklist):
    """By name, of three: two call a factor hindering, one of them with a mark-up in their name."""
    given = {"<b>Bo</b>": "hindering", "An": "hindering", "Cé": "dont-know"}
    sheets = [Sheet({"participant": name, "context-financial": value}) for name, value in given.items()]
    return build_report(checklist, setup_of_session(Mode.NAMED, (), Grouping.NONE, ()), sheets, date(2026, 11, 3))


@pytest.fixture
def financing(report):
    return next(item for item in report.items if item.item.key == "context-financial")


def test_bar_has_its_numbers_in_words_with_the_names_as_text(financing):
    shown = spread(financing)
    assert "Speelt: 2; Weet ik niet: 1; Speelt niet: 0." in shown
    assert [part.split(": ")[0] for part in re.findall(r"</strong> ([^<]*)", shown)] == [
        "Speelt",
        "Weet ik niet",
        "Speelt niet",
    ]
    assert "&lt;b&gt;Bo" in shown
    assert "<b>" not in shown


def test_bare_bar_has_its_numbers_for_who_does_not_see_it_alone(financing):
    bare = spread(financing, bare=True)
    assert spread(financing).startswith(bare)
    assert "Speelt: 2" in bare
    assert "An" not in bare


def test_bar_has_a_piece_for_each_answer_that_was_given(financing):
    assert re.findall(r'class="spread-(\w+)" ', spread(financing, bare=True)) == ["hindering", "unsure", "hatch"]


def test_drawing_has_words_over_its_outlines_as_text():
    pen = Pen()
    pen.write(1, 2, 'Huis & "Hof"', 12, anchor="end", bold=True)
    pen.draw("full", "M0 0Z")
    drawn = drawing(pen.done(10, 10))
    assert re.findall(r"<(path|text)", drawn) == ["path", "text"]
    assert 'text-anchor="end" font-weight="700">Huis &amp; &quot;Hof&quot;</text>' in drawn


def test_whirlpool_names_its_factors_and_numbers_them_where_asked(report):
    names = [arm.report.item.short for arm in report.whirlpool]
    assert [name in words_of(arms(report.whirlpool)) for name in names] == [True] * 7
    assert "2 van 3" not in arms(report.whirlpool)
    assert "2 van 3" in arms(report.whirlpool, numbered=True)
