"""The conversation guide, the cards and the worksheet as PDF, read back."""

import re
from dataclasses import replace
from functools import cache

import page as pdf_checker
import pytest
from pypdf import PdfReader

from reflectie.domain.meeting.guide import LENGTHS, build_guide, deal_cards
from reflectie.domain.meeting.worksheet import build_worksheet
from reflectie.domain.questionnaire.answers import MAX_NOTE, MAX_SENTENCE
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.agreements import MAX_AGREEMENT, Agreement, State
from reflectie.domain.report.items import Note
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.patterns import PatternKey
from reflectie.domain.report.report import ChangesSincePrevious, Pattern, Report
from reflectie.pdf import documents
from tests.helpers.readback import (
    HEADING_SIZE,
    bookmarks,
    elements,
    lines_of,
    made_of,
    read_pdf,
    squeezed,
    text_of,
    whole_page,
    worries_of,
)
from tests.helpers.reflection_report import HOSTILE, HOSTILE_NAME, SHEETS
from tests.helpers.reflection_report import make_report as make_own
from tests.helpers.round_report import CHECKLIST, REPORTS, make_report

LONG_NAME = "Netwerk voor ouderen, mantelzorgers en vrijwilligers in de eerstelijnszone Zuid-Oost Hageland " * 2
SENTENCE = ("We spreken af dat iedereen die iets hoort, dat binnen de week aan de anderen laat weten. " * 9)[
    :MAX_AGREEMENT
]


def fullest() -> Report:
    """Everything that may stand in it, as long as it may be."""
    report = make_report(7, first=("goal-perspective", "form-interprofessional"))
    made = tuple(
        Agreement(f"{n}", SENTENCE, "Een lange naam Vandenbroucke-De Smet", reason=SENTENCE) for n in range(12)
    )
    patterns = tuple(Pattern(key, (item,)) for key, item in zip(PatternKey, report.items, strict=False))
    dimensions = tuple(
        replace(
            part,
            items=tuple(
                replace(
                    i, outcome=Outcome(Choice.DIVIDED, "x" * 2000), notes=(Note("Lang " * (MAX_NOTE // 5), "An"),) * 9
                )
                for i in part.items
            ),
        )
        for part in report.dimensions
    )
    since = ChangesSincePrevious(replace(report, agreements=made), None, ())
    sentences = (Note("Doel " * (MAX_SENTENCE // 5), "Een lange naam Vandenbroucke-De Smet"),) * 60
    report = replace(report, collaboration=LONG_NAME, since=since, patterns=patterns, dimensions=dimensions)
    return replace(report, goal_sentences=sentences)


def hostile() -> Report:
    report = make_report(3)
    made = (Agreement("a", HOSTILE, HOSTILE_NAME, state=State.DROPPED, reason=HOSTILE),)
    return replace(
        report, collaboration=HOSTILE_NAME, since=ChangesSincePrevious(replace(report, agreements=made), None, ())
    )


ALL = {
    "seven": REPORTS["seven"],
    "sixty named": REPORTS["sixty named"],
    "too few": REPORTS["too few"],
    "one": make_own(SHEETS["everything"]),
    "all hindering": make_own(SHEETS["all hindering"]),
    "fullest": fullest(),
}
KINDS = ("60", "90", "120", "cards", "worksheet")
ALL_REPORTS = pytest.mark.parametrize("name", ALL)
EVERYTHING = pytest.mark.parametrize("kind", KINDS)


@cache
def made(name: str, kind: str) -> bytes:
    return made_of(page_of(ALL[name], kind))


def page_of(report: Report, kind: str) -> str:
    if kind.isdigit():
        document = documents.Document(documents.DocumentKind.GUIDE, int(kind))
    else:
        document = documents.Document(
            documents.DocumentKind.CARDS if kind == "cards" else documents.DocumentKind.WORKSHEET
        )
    return documents.write(report, document)


def read(name: str, kind: str) -> PdfReader:
    return read_pdf(made(name, kind))


# --- the guide


@ALL_REPORTS
@pytest.mark.parametrize("minutes", LENGTHS)
def test_guide_pdf_has_an_agenda_that_fills_the_time(name, minutes):
    times = re.findall(r"(\d+)–(\d+)", text_of(read(name, str(minutes))))

    assert [int(start) for start, _ in times] == [0, *(int(end) for _, end in times[:-1])]
    assert int(times[-1][1]) == minutes
    assert len(times) == len(build_guide(ALL[name], minutes).parts)


@ALL_REPORTS
@pytest.mark.parametrize("minutes", LENGTHS)
def test_guide_pdf_holds_every_topic_with_its_question(name, minutes):
    text, guide = text_of(read(name, str(minutes))), build_guide(ALL[name], minutes)
    expected = [squeezed(words) for topic in guide.topics for words in (topic.question, topic.item.item.hindering)]
    expected += [squeezed("Heb je elkaar nodig om het doel te bereiken?"), squeezed("Wat gaan we doen?")]

    assert [words for words in expected if words not in text] == []
    assert text.count(squeezed("Wat we horen")) == len(guide.topics)


@ALL_REPORTS
@pytest.mark.parametrize(("minutes", "most"), [("60", 3), ("90", 4), ("120", 4)])
def test_guide_pdf_is_two_to_four_pages(name, minutes, most):
    # Two more, with all that people may have written as long as it may be.
    assert 2 <= len(read(name, minutes).pages) <= most + 2 * (name == "fullest")


def test_guide_pdf_asks_early_whether_they_need_each_other_and_what_follows_from_a_no():
    text = text_of(read("seven", "90"))
    need, strengths = (text.rindex(squeezed(words)) for words in ("Hebben we elkaar nodig?", "Wat ons draagt"))

    assert need < text.index(squeezed("Is het antwoord nee? Dan is stoppen een goede keuze.")) < strengths


def test_guide_pdf_has_a_way_to_talk_about_every_topic_and_what_people_wrote():
    text, guide = text_of(read("seven", "120")), build_guide(ALL["seven"], 120)

    assert [topic.item.item.key for topic in guide.topics if squeezed(topic.item.item.way) not in text] == []
    assert [s.text for s in ALL["seven"].goal_sentences[:4] if squeezed(f"‘{s.text}’") not in text] == []
    notes = [note.text for topic in guide.topics for note in topic.item.notes[:1]]
    assert len(notes) >= 1
    assert [note for note in notes if squeezed(f"‘{note}’") not in text] == []


def test_guide_pdf_says_what_is_asked_and_of_whom_of_an_obstacle_that_others_have_to_move():
    text = text_of(read("all hindering", "60"))
    asks = [item.ask.text for item in CHECKLIST if item.ask and item.mover is ActionOwner.GOVERNMENT]

    assert len(asks) == 3
    assert [ask for ask in asks if squeezed(ask) not in text] == []


def test_guide_pdf_cuts_what_is_long_and_says_how_much_more_there_is():
    text = text_of(read("fullest", "90"))

    assert squeezed("Doel " * 21) in text
    assert squeezed("Doel " * 23) not in text
    assert text.count(squeezed("En nog 56, zie het verslag.")) == 1
    assert text.count(squeezed("En nog 8, zie het verslag.")) == 3


def test_guide_pdf_says_how_many_named_it_and_stand_on_either_side():
    text = text_of(read_pdf(made_of(page_of(make_report(7, first=("goal-shared", "context-financial")), "60"))))

    assert squeezed("× Structurele hinderpaal 7 van jullie willen dit eerst aanpakken.") in text
    assert squeezed("Hier verschillen jullie: 3 tegen 2.") in text


def test_guide_pdf_begins_with_three_earlier_agreements_and_counts_the_rest():
    text = text_of(read("fullest", "90"))

    assert text.count(squeezed(SENTENCE)) == 3
    assert squeezed("En nog 9, zie het verslag.") in text


def test_guide_pdf_what_people_type_comes_out_literally():
    texts = {kind: text_of(read_pdf(made_of(page_of(hostile(), kind)))) for kind in ("90", "worksheet")}

    assert texts["90"].count(squeezed(HOSTILE)) == 1
    assert [text.count(squeezed(HOSTILE_NAME)) for text in texts.values()] == [2, 1]


# --- the cards


@ALL_REPORTS
def test_cards_pdf_has_four_on_every_page(name):
    reader, pages = read(name, "cards"), deal_cards(ALL[name])
    texts = [whole_page(reader, number) for number in range(len(reader.pages))]
    questions = [item.question for item in CHECKLIST] + ["Heb je elkaar nodig om het doel te bereiken?"]
    found = [[question for question in questions if squeezed(question) in text] for text in texts]

    assert [len(on_page) for on_page in found] == [4] * len(pages)
    assert len([element for element in elements(reader) if element["/S"] == "/H2"]) == 4 * len(pages)


@ALL_REPORTS
def test_cards_pdf_has_no_figures_and_no_findings(name):
    text = "".join(page.extract_text() for page in read(name, "cards").pages)

    assert "Heb je elkaar nodig" in text
    assert re.findall(r"\d", text) == []
    words = ("hinderpaal", "Sterkte", "Verdeeld", "Blinde", "noemden", "Uit het gesprek")
    assert [word for word in words if word in text] == []


def test_cards_pdf_holds_both_wordings_or_the_factors_words():
    text = text_of(read("all hindering", "cards"))
    expected = [words for item in CHECKLIST for words in (item.hindering, item.helping or item.words, item.question)]

    assert [words for words in expected if squeezed(words) not in text] == []


@ALL_REPORTS
def test_cards_pdf_no_text_runs_out_of_its_card(name):
    reader = read(name, "cards")
    middle = float(reader.pages[0].mediabox.height) / 2
    for number in range(len(reader.pages)):
        heights = sorted(line[0] for line in lines_of(reader, number))
        # Between the cards above and those below is white, as there is under the lowest.
        assert [height for height in heights if abs(height - middle) < 12] == []
        assert heights[0] > 80


# --- the worksheet


@ALL_REPORTS
def test_worksheet_pdf_holds_every_principle_with_what_is_under_it(name):
    text, sheets = text_of(read(name, "worksheet")), build_worksheet(ALL[name])
    expected = [words for s in sheets for words in (f"{s.number}. {s.title}", s.rebuilding.question)]
    # Three with what to do first; of a longer list the rest by name.
    expected += [item.item.steps[0].text for s in sheets for item in s.again[:3] if item.finding == "obstacle"]
    expected += [item.item.short for s in sheets for item in s.again[3:]]
    named = [item.item.steps[0].text for s in sheets for item in s.again[3:]]
    expected += [item.item.strength.keep for s in sheets for item in s.carries if item.item.strength]

    assert [words for words in expected if squeezed(words) not in text] == []
    assert [words for words in named if squeezed(words) in text] == []
    assert text.count(squeezed("Dit kiezen we")) == 10
    assert len(read(name, "worksheet").pages) <= 5


# --- tags, pages, logs


@ALL_REPORTS
@EVERYTHING
def test_guide_pdfs_hold_to_pdf_ua_1_by_an_independent_checker(name, kind):
    report = pdf_checker.validate_pdf_bytes(made(name, kind), profile=pdf_checker.ValidationProfile.PDF_UA_1)

    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant is True


@ALL_REPORTS
@EVERYTHING
def test_guide_pdfs_have_no_empty_page_no_picture_and_no_heading_last_on_a_page(name, kind):
    reader, last = read(name, kind), []
    for number in range(len(reader.pages)):
        lines = lines_of(reader, number)
        assert len(squeezed("".join(line[3] for line in lines))) > 100
        _, size, bold, text = min(lines, key=lambda line: line[0])
        if bold and round(size, 1) >= HEADING_SIZE and kind != "cards":
            last.append((number + 1, text))
    assert last == []
    assert [element for element in elements(reader) if element["/S"] == "/Figure"] == []
    assert len(bookmarks(reader)) >= 4


@EVERYTHING
def test_guide_pdfs_every_cell_of_a_table_points_at_its_heads(kind):
    cells = [element for element in elements(read("seven", kind)) if element["/S"] == "/TD"]
    heads = [len(cell["/A"].get_object().get("/Headers", ())) for cell in cells]

    # The agenda's cells have the part as their row's head beside the column's; those of the agreements have no row's.
    parts = len(build_guide(ALL["seven"], int(kind)).parts) if kind.isdigit() else 0
    assert sorted(heads) == ([1] * 9 + [2] * 2 * parts if parts else [])


@EVERYTHING
def test_guide_pdfs_making_them_logs_nothing_to_worry_about(kind):
    assert worries_of(page_of(REPORTS["seven"], kind)) == []
