"""The summary on one sheet: that it stays one whatever stands in it, what it says, and what it leaves out."""

from dataclasses import replace
from functools import cache

import page as pdf_checker
import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from reflectie.domain.report.agreements import Agreement
from reflectie.domain.setup import Mode
from reflectie.pdf import documents
from reflectie.presentation.items import words_as
from tests.helpers.extreme_reports import AGREED, END, FACTORS, FULL, MANY, PAIRS, WIDE, a_round, mixed, together
from tests.helpers.readback import elements, made_of, read_pdf, squeezed, whole_page
from tests.helpers.reflection_report import CHECKLIST
from tests.helpers.reflection_report import make_report as one_sheet
from tests.helpers.round_report import HOUSES, SENTENCE

PERSON = "Persoon 3 met een lange naam Vandenbroucke-De Smet"
EVERY_MIX = [
    (3, 0, 0),
    (15, 0, 0),
    (0, 8, 0),
    (7, 8, 0),
    (4, 8, 2),
    (3, 6, 3),
    (3, 3, 3),
    (4, 0, 7),
    (0, 0, 15),
    (1, 8, 6),
]
ANSWERS = ("hindering", "disagree", "helping", "disagree", "dont-know")
SOME_OF_EACH = {key: ANSWERS[place % len(ANSWERS)] for place, key in enumerate(CHECKLIST.by_key)}
REPORTS = {
    "seven": a_round(7),
    "named": a_round(7, Mode.NAMED),
    "sixty": a_round(60),
    "agreed": a_round(7, agreements=AGREED, conclusion=replace(END, reason="We hebben elkaar nodig.")),
    "too few": a_round(2),
    "too few, all agreed": a_round(2, collaboration=WIDE, **FULL),
    "one person": one_sheet(dict.fromkeys(PAIRS, "helping") | dict.fromkeys(FACTORS, "hindering")),
    "one person, nothing": one_sheet({}),
    "together, all good": together(Mode.TOGETHER, dict.fromkeys(CHECKLIST.by_key, "helping"), **FULL),
    "together, all bad": together(Mode.TOGETHER, dict.fromkeys(CHECKLIST.by_key, "hindering"), **FULL),
    "together, all unknown": together(Mode.TOGETHER, dict.fromkeys(CHECKLIST.by_key, "dont-know")),
    "together, all divided": together(Mode.TOGETHER, dict.fromkeys(CHECKLIST.by_key, "disagree"), **FULL),
    "together, some of each": together(Mode.TOGETHER, SOME_OF_EACH, **FULL),
    **{f"{numbers}": mixed(*numbers) for numbers in EVERY_MIX},
    **{f"{numbers}, agreed": mixed(*numbers, **FULL) for numbers in EVERY_MIX},
    **{f"{numbers}, two agreed": mixed(*numbers, agreements=MANY[:2], conclusion=END) for numbers in EVERY_MIX},
    **{f"{numbers}, by name": mixed(*numbers, Mode.NAMED, **FULL) for numbers in EVERY_MIX},
}
# A few of each kind, for what takes longer to check.
CHECKED = pytest.mark.parametrize("name", [name for name in REPORTS if not name.startswith("(")])


@cache
def made(name: str) -> bytes:
    return made_of(render_to_string("reflectie/report/summary_pdf.html", {"report": REPORTS[name]}))


def read(name: str) -> PdfReader:
    return read_pdf(made(name))


def text_of(reader: PdfReader) -> str:
    """All of it: this sheet has no footer."""
    return "".join(whole_page(reader, number) for number in range(len(reader.pages)))


@pytest.mark.parametrize("name", REPORTS)
def test_summary_is_one_sheet_whatever_stands_in_it(name):
    reader = read(name)
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    # Down to its last line.
    assert squeezed("Stellingen: UCLL, doelbewust samenwerken.") in text_of(reader)


def test_summary_holds_what_hangs_on_a_wall():
    report, text = REPORTS["agreed"], text_of(read("agreed"))
    expected = [
        "Samen in Tienen",
        "19 november 2026",
        "7 van de 12 mensen antwoordden · 19 november 2026",
        "Zo zagen jullie het op",
    ]
    expected += [f"{words_as(led.item, led.finding)}Wie kan dit aanpakken?" for led in report.leading]
    expected += [f"en nog {len(report.other_obstacles)} hinderpalen", "Waar jullie het meest verschillen"]
    expected += [item.item.short for item in report.main_differences[:2]]
    expected += [
        "We lezen het doel samen hardop. Wanneer: als we overleggen An en Bea 15 januari 2027",
        "De leiding praat over de uren.",
    ]
    expected += ["Wij kiezen voor hertekenen. Volgende sessie: 30 september 2027.", "We hebben elkaar nodig."]
    assert len(report.leading) == 3
    assert [words for words in expected if squeezed(words) not in text] == []


def test_summary_names_what_a_team_does_not_agree_on():
    report, text = REPORTS["together, some of each"], text_of(read("together, some of each"))
    shorts = [item.item.short for item in report.splits]
    assert len(shorts) == 6
    named = ", ".join([shorts[0], *(short[0].lower() + short[1:] for short in shorts[1:3])])
    assert squeezed(f"Waar jullie het niet eens zijn {named}, en nog 3") in text
    assert squeezed("niet eens") not in text_of(read("together, all good"))


@pytest.mark.parametrize("name", ["seven", "named", "agreed"])
def test_summary_leaves_out_notes_sentences_names_and_what_was_let_go(name):
    text = text_of(read(name))
    left_out = [
        SENTENCE.strip(),
        "Zin van nummer",
        PERSON,
        HOUSES[0],
        "Dit lieten we los.",
        "De thuiszorg blijft erbij.",
    ]
    assert [words for words in left_out if squeezed(words) in text] == []
    whole = text_of(read_pdf(made_of(documents.write(REPORTS["named"]))))
    assert squeezed(PERSON) in whole


def test_summary_holds_five_agreements_and_says_how_many_more():
    report = mixed(3, 0, 3, agreements=tuple(Agreement(str(n), f"Afspraak nummer {n}.") for n in range(8)))
    text = text_of(read_pdf(made_of(render_to_string("reflectie/report/summary_pdf.html", {"report": report}))))
    assert [n for n in range(8) if f"Afspraaknummer{n}." in text] == [0, 1, 2, 3, 4]
    assert text.count(squeezed("en nog 3")) == 1


def test_summary_of_too_few_has_questions_and_no_result():
    text = text_of(read("too few"))
    assert squeezed("Te weinig antwoorden voor een resultaat.") in text
    assert [item.question for item in CHECKLIST if squeezed(item.question) not in text] == []
    assert [words for words in ("tegenhoudt", "draagt", "verschillen", "Blinde vlek") if squeezed(words) in text] == []
    assert [element for element in elements(read("too few")) if element["/S"] == "/Figure"] == []


def test_summary_with_nothing_filled_in_says_so():
    text = text_of(read("one person, nothing"))
    assert squeezed("Er is nog niets ingevuld.") in text
    assert squeezed("Dit spreken we af") in text


@CHECKED
def test_summary_has_one_title_and_a_text_for_every_picture(name):
    found = list(elements(read(name)))
    kinds = [str(element["/S"]) for element in found]
    assert kinds.count("/H1") == 1
    assert set(kinds) & {"/H3", "/H4"} == set()
    figures = [element for element in found if element["/S"] == "/Figure"]
    assert bool(figures) == (name not in {"too few", "too few, all agreed", "one person, nothing"})
    assert [figure for figure in figures if not figure.get("/Alt")] == []


@CHECKED
def test_summary_holds_to_pdf_ua_1_by_an_independent_checker(name):
    report = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant is True
