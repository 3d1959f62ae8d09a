"""The sheet of what a team said in its talk: that it stays one sheet whatever stands in it, and what it says and leaves
out."""

from dataclasses import replace
from datetime import date
from functools import cache

import page as pdf_checker
import pytest

from reflectie.domain.questionnaire.answers import MAX_NOTE
from reflectie.domain.report.agreements import (
    MAX_AGREEMENT,
    MAX_PARKED,
    Agreement,
    Conclusion,
    Decision,
    Needed,
    Parked,
)
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.polls import Poll, PollCounts, PollWay
from reflectie.domain.report.report import Report
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import Mode
from reflectie.pdf import documents
from reflectie.presentation.said import CELL, LINE, NARROW_CELL, fills_said
from tests.helpers.extreme_reports import AGREED, END, FULL, MANY, a_round, mixed, together
from tests.helpers.pdf_checkers import errors_of
from tests.helpers.readback import made_of, read_pdf, squeezed, whole_page
from tests.helpers.reflection_report import CHECKLIST
from tests.helpers.round_report import HOUSES, SENTENCE

# The longest wordings, of which the talk made something.
LONGEST = sorted(CHECKLIST.by_key, key=lambda key: -len(CHECKLIST.by_key[key].hindering))
WIDE = "W" * MAX_NOTE
PARKED = tuple(Parked(str(n), "W" * MAX_AGREEMENT) for n in range(MAX_PARKED))
POLLS = tuple(
    Poll(str(n), PollWay.PHONES, PollCounts(99, 99, 99), agreement="0", nth=2, is_reworded=True) for n in range(6)
)
MADE = {
    "context-financial": Outcome(Choice.HELPING, "Het geld is er nu.", "De kleinste partner ziet dat anders."),
    "goal-shared": Outcome(Choice.DIVIDED, "We weten het nog niet."),
}
SAID = {
    "agreements": AGREED,
    "outcomes": MADE,
    "parked": (Parked("1", "De vergoeding voor vrijwilligers."),),
    "polls": (
        Poll("1", PollWay.HANDS, PollCounts(5, 2, 1), agreement="1"),
        Poll("2", PollWay.PHONES, Withheld(Reason.TOO_FEW), decision=Decision.REPAIR),
    ),
}
CONCLUDED = {"conclusion": Conclusion(Needed.YES, Decision.REPAIR, "We houden de groep klein.", date(2027, 9, 30))}


def outcomes(number: int, words: str = WIDE) -> dict[str, Outcome]:
    return {key: Outcome(Choice.HINDERING, words, words) for key in LONGEST[:number]}


def brief(number: int) -> tuple[Agreement, ...]:
    """Agreements that take one line each, as wide as can be."""
    return tuple(replace(made, what="W" * CELL, who="W" * NARROW_CELL, trigger="") for made in MANY[:number])


REPORTS: dict[str, Report] = {
    "talked about": a_round(9, **SAID, **CONCLUDED),
    "named": a_round(9, Mode.NAMED, **SAID, **CONCLUDED),
    "going on": a_round(9, **SAID),
    "nothing yet": a_round(9, outcomes={}),
    "too few": a_round(2, **SAID),
    "one agreement": a_round(9, agreements=AGREED[:1]),
    "alone": together(Mode.ALONE, {"goal-shared": "hindering"}),
    "all of everything": mixed(15, 0, 0, outcomes=outcomes(15), parked=PARKED, polls=POLLS, **FULL),
    "all but some to name": mixed(15, 0, 0, outcomes=outcomes(5), parked=PARKED, polls=POLLS, **FULL),
    "all together": together(
        Mode.TOGETHER, dict.fromkeys(CHECKLIST.by_key, "hindering"), outcomes=outcomes(5), parked=PARKED, **FULL
    ),
    # As much as goes in the usual letter, in several ways.
    "usual, long agreements": mixed(15, 0, 0, agreements=MANY[:2], outcomes=outcomes(2), parked=PARKED[:2]),
    "usual, brief agreements": mixed(
        15, 0, 0, agreements=brief(3), outcomes=outcomes(3, "W" * LINE), parked=PARKED[:3]
    ),
    "usual, decided": mixed(15, 0, 0, agreements=MANY[:3], conclusion=END, polls=POLLS[:2], parked=PARKED[:3]),
    "usual, outcomes": mixed(15, 0, 0, outcomes=outcomes(4, "W" * LINE), conclusion=END, parked=PARKED[:3]),
}


@cache
def made(name: str) -> bytes:
    return made_of(documents.write(REPORTS[name], documents.Document(documents.DocumentKind.SAID)))


def text_of(name: str) -> str:
    reader = read_pdf(made(name))
    return "".join(whole_page(reader, number) for number in range(len(reader.pages)))


def missing(name: str, *expected: str) -> list[str]:
    return [words for words in expected if squeezed(words) not in text_of(name)]


@pytest.mark.parametrize("name", REPORTS)
def test_sheet_is_one_whatever_stands_on_it(name):
    assert len(read_pdf(made(name)).pages) == 1
    # Down to its last line.
    assert missing(name, "Stellingen: UCLL, doelbewust samenwerken.") == []


def test_sheet_takes_a_smaller_letter_only_where_it_has_to():
    dense = {name for name, report in REPORTS.items() if fills_said(report)}
    assert {"all of everything", "all but some to name", "all together"} <= dense
    assert {name for name in dense if name.startswith("usual")} == set()


def test_sheet_reads_all_that_was_said():
    said = (
        "Wat jullie in het gesprek zeiden",
        "Wij kiezen voor herstellen. We kijken opnieuw op 30 september 2027.",
        "We houden de groep klein.",
        "We lezen het doel samen hardop. Wanneer: als we overleggen An en Bea 15 januari 2027",
        "Peiling met handen: 5 staan erachter, 2 kunnen ermee leven, 1 heeft een bezwaar.",
        "Besluit: herstellen",
        "Peiling met telefoons: minder dan drie mensen stemden. Daarom bewaren en tonen we geen uitslag.",
        "Gedeeld doel Aan zet: wijzelf We blijven verdeeld We weten het nog niet.",
        "Speelt niet Het geld is er nu. Een minderheid: De kleinste partner ziet dat anders.",
        "De vergoeding voor vrijwilligers.",
        "Hier kwam het niet van",
    )
    assert missing("talked about", *said) == []
    assert missing("talked about", "Dit lieten we los.") == ["Dit lieten we los."]


def test_sheet_of_a_talk_that_goes_on_is_called_today():
    assert missing("going on", "Wat jullie vandaag zeiden") == []
    assert missing("going on", "Wat we besloten") == ["Wat we besloten"]


def test_sheet_says_how_much_it_leaves_out():
    assert missing("all but some to name", "en nog 27, zie het verslag", "en nog 1, zie het verslag") == []
    assert missing("all but some to name", "en nog 4, zie het verslag.") == []


def test_sheet_of_a_talk_in_which_nothing_was_said_names_nothing_that_is_left():
    assert missing("nothing yet", "Er is nog niets vastgelegd.") == []
    assert missing("nothing yet", "Hier kwam het niet van") == ["Hier kwam het niet van"]


def test_sheet_of_too_few_answers_has_what_was_said_and_no_finding():
    assert missing("too few", "We blijven verdeeld", "De vergoeding voor vrijwilligers.") == []
    assert missing("too few", "Hier kwam het niet van") == ["Hier kwam het niet van"]


@pytest.mark.parametrize("name", ["talked about", "named"])
def test_sheet_reads_no_notes_no_sentences_and_no_names(name):
    left_out = (SENTENCE.strip(), "Zin van nummer", "Persoon 3", HOUSES[0])
    assert missing(name, *left_out) == list(left_out)


@pytest.mark.parametrize("name", ["talked about", "nothing yet", "all but some to name"])
def test_sheet_holds_to_pdf_ua_1_by_two_independent_checkers(name, tmp_path):
    found = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in found.failures] == []
    assert found.is_compliant is True
    path = tmp_path / "made.pdf"
    path.write_bytes(made(name))
    assert errors_of(path) == []
