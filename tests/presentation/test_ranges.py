"""How far help goes, in words and in the picture: the same for who sees it and for who doesn't."""

from datetime import date

import pytest

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from reflectie.exports import Format, session_file
from reflectie.presentation.pictures.report import BANDS_IN_PART, find_picture
from reflectie.presentation.ranges import letters_text, range_lines, range_question, stretch_text
from tests.helpers.taken import read_csv

DAY = date(2026, 11, 20)
HOUSES = ("Huis", "Wijk")


def report_of(checklist, ranges, mode=Mode.ANONYMOUS, grouping=Grouping.NONE) -> Report:
    """Of people who answered, each with a name, and by turns of one house and the other: "ad" is from a to d."""
    setup = setup_of_session(mode, OPTIONAL, grouping, HOUSES if grouping is Grouping.PARTNER else ())
    sheets = [
        Sheet(
            {"goal-shared": "helping", "participant": f"P{n:02}", "organisation": HOUSES[n % 2]}
            | ({"help-range": (one[0], one[1])} if one else {})
        )
        for n, one in enumerate(ranges)
    ]
    return build_report(checklist, setup, sheets, DAY)


def one_sheet(checklist, given: str) -> Report:
    sheet = Sheet({"goal-shared": "helping", "help-range": (given[0], given[1])})
    return build_report(checklist, setup_without_account(Mode.ALONE), [sheet], DAY)


def rows_of(report: Report) -> list[tuple[str, ...]]:
    rows = read_csv(session_file(report, Format.CSV))
    names = ("soort", "groep", "antwoord", "aantal", "wie", "niet_getoond")
    return [tuple(row[name] for name in names) for row in rows if row["vraag"].startswith("Van waar")]


def test_letters_in_as_few_words_as_say_them():
    assert letters_text("abce") == "a tot c en e"
    assert letters_text("abdefz") == "a tot b, d tot f en z"
    assert (stretch_text("a", "d"), stretch_text("b", "b")) == ("van a tot d", "alleen b")


@pytest.mark.parametrize(
    ("given", "lines", "question"),
    [
        ("az", ["Van a tot z: dat is integraal."], "Hoe merkt wie hulp krijgt dat alles samenhangt?"),
        (
            "ad",
            ["Buiten deze hulp valt: e tot z."],
            "Is de knip na d logisch of fragmenterend? Wie neemt het dan over?",
        ),
        (
            "bb",
            ["Buiten deze hulp valt: a en c tot z."],
            "Logisch of fragmenterend? Waar hangt b mee samen, en wie helpt daarbij?",
        ),
        (
            "pz",
            ["Buiten deze hulp valt: a tot o."],
            "Logisch of fragmenterend? Wie helpt voor het bij p begint?",
        ),
    ],
)
def test_one_sheet_is_asked_what_the_booklet_asks(checklist, given, lines, question):
    report = one_sheet(checklist, given)
    assert (range_lines(report), range_question(report)) == (lines, question)


def test_round_in_numbers(checklist):
    report = report_of(checklist, ["ac", "bc", "zz", ""])
    assert range_lines(report) == [
        "3 mensen vulden dit in.",
        "Hier helpt niemand van hen: d tot y.",
        "Hier helpen er meerdere: b tot c.",
    ]
    assert range_question(report).startswith("Logisch of fragmenterend? ")
    picture = find_picture(report, "van-a-tot-z")
    assert picture.text == "a: 1 van 3; b tot c: 2 van 3; d tot y: 0 van 3; z: 1 van 3."
    numbers = [label.text for label in picture.parts[0].drawing.labels][:26]
    assert numbers == ["1", "2", "2", *["0"] * 22, "1"]
    assert [row[2:4] for row in rows_of(report)] == [
        (letter, number) for letter, number in zip("abcdefghijklmnopqrstuvwxyz", numbers, strict=True)
    ]


def test_round_in_bands_of_groups(checklist):
    report = report_of(checklist, ["ac", "cd", "bd", "cd", "bc", "ce"], grouping=Grouping.PARTNER)
    picture = find_picture(report, "van-a-tot-z")
    assert picture.text == (
        "Huis (3 mensen): iedereen b tot c, niet iedereen a en d, niemand e tot z. "
        "Wijk (3 mensen): iedereen c tot d, niet iedereen e, niemand a tot b en f tot z. Niemand: f tot z."
    )
    assert range_lines(report) == [
        "6 mensen vulden dit in.",
        "Hier helpt niemand van hen: f tot z.",
        "Hier helpen meerdere groepen: c tot d.",
    ]
    assert rows_of(report) == [
        ("telling", "Huis", "b tot c: iedereen", "3", "", ""),
        ("telling", "Huis", "a en d: niet iedereen", "", "", ""),
        ("telling", "Huis", "e tot z: niemand", "0", "", ""),
        ("telling", "Wijk", "c tot d: iedereen", "3", "", ""),
        ("telling", "Wijk", "e: niet iedereen", "", "", ""),
        ("telling", "Wijk", "a tot b en f tot z: niemand", "0", "", ""),
    ]
    # Told apart without colour: filled, hollow, and dashed where nobody is.
    assert {shape.tone for shape in picture.parts[0].drawing.shapes} == {"edge", "full", "hollow", "open"}


def test_round_by_name_has_a_band_of_each(checklist):
    report = report_of(checklist, ["ac", "dz"], Mode.NAMED)
    assert find_picture(report, "van-a-tot-z").text == "P00: van a tot c. P01: van d tot z."
    assert range_lines(report) == [
        "2 mensen vulden dit in.",
        "Bij elke letter helpt iemand van hen.",
        "Nergens overlapt de hulp.",
    ]
    assert rows_of(report) == [
        ("antwoord", "", "van a tot c", "", "P00", ""),
        ("antwoord", "", "van d tot z", "", "P01", ""),
    ]


def test_many_bands_are_several_parts_that_a_page_has_room_for(checklist):
    report = report_of(checklist, ["ac"] * (2 * BANDS_IN_PART + 1), Mode.NAMED)
    parts = find_picture(report, "van-a-tot-z").parts
    assert [part.text.count("van a tot c") for part in parts] == [BANDS_IN_PART, BANDS_IN_PART, 1]
    assert [("Niemand" in part.text) for part in parts] == [False, False, True]


def test_what_is_withheld_has_no_picture_and_no_words(checklist):
    report = report_of(checklist, ["ac", "dz", "", ""])
    assert find_picture(report, "van-a-tot-z") is None
    assert (range_lines(report), range_question(report)) == ([], "")
    assert rows_of(report) == [("telling", "", "", "", "", "te weinig mensen")]
