"""The sheet for a board: that it stays one sheet whatever stands in it, and what it says and leaves out."""

from dataclasses import replace
from functools import cache

import page as pdf_checker
import pytest

from reflectie.domain.questionnaire.answers import MAX_NOTE
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import Report
from reflectie.domain.setup import Mode
from reflectie.pdf import documents
from tests.helpers.extreme_reports import AGREED, END, FULL, MANY, a_round, mixed, together
from tests.helpers.readback import made_of, read_pdf, squeezed, whole_page
from tests.helpers.reflection_report import CHECKLIST
from tests.helpers.round_report import HOUSES, SENTENCE

WIDE = "W" * MAX_NOTE
ALL_MADE = {
    choice: {key: Outcome(choice, WIDE, WIDE, mover) for key in CHECKLIST.by_key}
    for choice, mover in ((Choice.HELPING, None), (Choice.HINDERING, ActionOwner.GOVERNMENT))
}
MADE = {
    "context-financial": Outcome(Choice.HELPING, "Het geld is er nu.", "De kleinste partner ziet dat anders."),
    "goal-shared": Outcome(Choice.DIVIDED, "We weten het nog niet."),
}
CONCLUDED = {"conclusion": replace(END, reason="We houden de groep klein.")}
REPORTS = {
    "talked about": a_round(9, agreements=AGREED, outcomes=MADE, **CONCLUDED),
    "named": a_round(9, Mode.NAMED, agreements=AGREED, outcomes=MADE, **CONCLUDED),
    "nothing yet": together(Mode.TOGETHER, {}),
    "two obstacles": together(Mode.TOGETHER, {"goal-shared": "hindering", "context-financial": "hindering"}),
    "too few": a_round(2, agreements=AGREED, outcomes=MADE),
    "all in one's own hand": mixed(2, 6, 0, agreements=MANY[:1], conclusion=END),
    "all hinders": mixed(15, 0, 0, **FULL),
    "all hinders, all talked about": mixed(15, 0, 0, outcomes=ALL_MADE[Choice.HINDERING], **FULL),
    "all hinders, none does": mixed(15, 0, 0, outcomes=ALL_MADE[Choice.HELPING], **FULL),
    "nothing agreed": mixed(10, 5, 0, conclusion=END),
    "mostly strong": mixed(2, 12, 1, agreements=MANY[:2], conclusion=END),
    "all together": together(Mode.TOGETHER, dict.fromkeys(CHECKLIST.by_key, "hindering"), **FULL),
}


@cache
def made(name: str) -> bytes:
    return made_of(documents.write(REPORTS[name], documents.Document(documents.DocumentKind.BOARD)))


def text_of(name: str) -> str:
    reader = read_pdf(made(name))
    return "".join(whole_page(reader, number) for number in range(len(reader.pages)))


def missing(name: str, *expected: str) -> list[str]:
    return [words for words in expected if squeezed(words) not in text_of(name)]


@pytest.mark.parametrize("name", REPORTS)
def test_board_has_one_sheet_whatever_stands_in_it(name):
    assert len(read_pdf(made(name)).pages) == 1
    # Down to its last line.
    assert missing(name, "Stellingen: UCLL, doelbewust samenwerken.") == []


def test_board_reads_what_was_decided_and_what_the_team_does():
    decided = ("Wij kiezen voor hertekenen. We kijken opnieuw op 30 september 2027.", "We houden de groep klein.")
    assert (
        missing(
            "talked about",
            *decided,
            "We lezen het doel samen hardop. Wanneer: als we overleggen An en Bea 15 januari 2027",
        )
        == []
    )
    assert missing("talked about", "Dit lieten we los.") == ["Dit lieten we los."]
    assert missing("nothing yet", "Er is nog geen besluit.") == []


def test_board_is_asked_for_what_the_team_cannot_move_alone():
    asked = REPORTS["two obstacles"].asked_of_others
    assert [(group.mover, [item.item.key for item in group.items]) for group in asked] == [
        (ActionOwner.GOVERNMENT, ["context-financial"])
    ]
    assert missing("two obstacles", "Wat we aan overheid of financier vragen") == []
    assert missing("nothing yet", "We vragen nu niets aan anderen") == []


def test_board_is_not_asked_for_what_the_talk_found_to_help():
    report: Report = REPORTS["talked about"]
    assert "context-financial" not in [item.item.key for group in report.asked_of_others for item in group.items]
    assert REPORTS["all hinders, none does"].asked_of_others == ()


def test_board_sees_what_the_talk_made_of_a_finding_and_who_sees_it_otherwise():
    made_of_it = ("Een minderheid: De kleinste partner ziet dat anders.", "Speelt niet", "We blijven verdeeld")
    assert missing("talked about", "Verdeeld beeld", *made_of_it) == []
    assert missing("too few", "Te weinig mensen antwoordden", *made_of_it) == []


@pytest.mark.parametrize("name", ["talked about", "named"])
def test_board_reads_no_notes_no_sentences_and_no_names(name):
    left_out = (SENTENCE.strip(), "Zin van nummer", "Persoon 3", HOUSES[0])
    assert missing(name, *left_out) == list(left_out)


@pytest.mark.parametrize("name", ["talked about", "two obstacles", "too few"])
def test_board_holds_to_pdf_ua_1_by_an_independent_checker(name):
    found = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in found.failures] == []
    assert found.is_compliant is True
