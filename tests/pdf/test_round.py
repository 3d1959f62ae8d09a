"""The report of a round as PDF, read back: anonymous, by name, with many people and with too few."""

from functools import cache

import page as pdf_checker
import pytest
from pypdf import PdfReader

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.build import build_report
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import About
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.pdf import documents
from reflectie.presentation.pictures.report import PICTURES, find_picture
from reflectie.presentation.report import spread_text
from tests.helpers.readback import (
    HEADING_SIZE,
    bookmarks,
    elements,
    lines_of,
    made_of,
    read_pdf,
    squeezed,
    text_down,
    text_of,
    worries_of,
)
from tests.helpers.reflection_report import HOSTILE, HOSTILE_NAME
from tests.helpers.round_report import ABOUT, CHECKLIST, DAY, HOUSES, OUTCOMES, REPORTS, SENTENCE, sheet

ARMS = [item.short for item in CHECKLIST.factors]


ALL_REPORTS = pytest.mark.parametrize("name", REPORTS)
WITH_RESULTS = pytest.mark.parametrize("name", [name for name in REPORTS if name != "too few"])


@cache
def made(name: str) -> bytes:
    return made_of(documents.write(REPORTS[name]))


def read(name: str) -> PdfReader:
    return read_pdf(made(name))


# --- what stands in it


@WITH_RESULTS
def test_pdf_of_a_round_holds_every_number_and_wording(name):
    report, text = REPORTS[name], text_of(read(name))
    seen = "Zo zagen jullie het:" if report.conclusion else "Zo zien jullie het:"
    expected = ["Verslag van een reflectiesessie", "19 november 2026", seen, *HOUSES]
    expected += [f"Antwoorden {report.counted} " + ("van de 12 mensen" if report.counted < 12 else "(12 verwacht)")]
    expected += [
        "Waar jullie het meest verschillen",
        "Bedoelen we hetzelfde?",
        f"{report.counted} van de {report.counted} vinden meer nodig dan er nu is. Past de vorm nog?",
    ]
    expected += ["1 notitie is verwijderd door de coördinator.", "2 zinnen zijn verwijderd door de coördinator."]
    expected += [note.text for _, note in report.notes] + [sentence.text for sentence in report.goal_sentences]
    for item in report.items:
        assert item.finding is not None
        expected += [item.item.hindering] if item.item.words else []
        if report.mode is Mode.ANONYMOUS:
            helping = item.item.helping or "Speelt niet"
            hindering = "Speelt" if item.item.words else item.item.hindering
            expected += [f"{item.counts.hindering} {hindering}", f"{item.counts.helping} {helping}"]
    expected += [question.item.question for question in report.main_differences]
    assert [words for words in expected if squeezed(words) not in text] == []
    assert len(expected) > 35


@WITH_RESULTS
def test_pdf_of_a_round_sets_finding_and_outcome_side_by_side(name):
    text = text_of(read(name))
    for outcome in OUTCOMES.values():
        assert squeezed(outcome.reason) in text
        assert squeezed(outcome.minority) in text
    # Everybody called the goal not shared, and the talk says it is.
    beside = "Uit het gesprek Gedeeld door alle partners We lazen samen wat er staat. Wat een minderheid vindt"
    beside += " De thuiszorg blijft erbij. Uit de antwoorden × Structurele hinderpaal"
    assert squeezed(beside) in text
    assert text.count(squeezed("Het gesprek kwam anders uit dan de antwoorden.")) == 1
    assert text.count(squeezed("We blijven verdeeld")) == 1


def test_pdf_of_a_round_by_name_says_who_chose_what():
    report, text = REPORTS["named"], text_of(read("named"))
    names = ", ".join(dict(report.items[1].voices)["hindering"])
    assert names.count("Persoon") == 7
    assert squeezed(f"7 Niet gedeeld door alle partners: {names}") in text


def test_pdf_of_an_anonymous_round_withholds_small_groups_without_a_number():
    houses = [HOUSES[0]] * 4 + [HOUSES[1]] * 2 + [HOUSES[2]] * 2
    sheets = [Sheet(sheet(number) | {"organisation": house}) for number, house in enumerate(houses)]
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, HOUSES)
    report = build_report(CHECKLIST, setup, sheets, DAY, about=ABOUT)
    assert report.hidden_groups == HOUSES[1:]
    text = text_of(read_pdf(made_of(documents.write(report))))
    assert squeezed(f"{HOUSES[0]}: 4; {HOUSES[1]}: niet apart getoond; {HOUSES[2]}: niet apart getoond") in text
    assert squeezed(f"Niet apart getoond: {HOUSES[1]}, {HOUSES[2]} (om een kleine groep te beschermen).") in text
    # The partners, the groups' sizes and the line above: nothing of theirs beside an item.
    assert text.count(squeezed(HOUSES[2])) == 3


def test_pdf_of_too_few_says_so_and_shows_no_result():
    text = text_of(read("too few"))
    for words in ("Te weinig antwoorden voor een resultaat", "Praten kan ook zo.", OUTCOMES["goal-shared"].reason):
        assert text.count(squeezed(words)) == 1
    words = (
        "Zin van nummer",
        SENTENCE,
        "hinderpaal",
        "Verdeeld beeld",
        "In het kort",
        "Bedoelen we hetzelfde?",
        "Uit de antwoorden",
    )
    assert [word for word in words if squeezed(word) in text] == []
    assert [item.question for item in CHECKLIST if squeezed(item.question) not in text] == []


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_pdf_of_a_round_what_people_type_comes_out_literally(mode):
    typed = {"goal-shared-note": HOSTILE, "goal-sentence": HOSTILE_NAME, "participant": HOSTILE_NAME}
    setup = setup_of_session(mode, OPTIONAL, Grouping.PARTNER, (HOSTILE_NAME,))
    sheets = [Sheet(sheet(0) | typed | {"organisation": HOSTILE_NAME})] * 3
    outcomes = {"goal-shared": Outcome(Choice.DIVIDED, HOSTILE, HOSTILE)}
    about = About(HOSTILE_NAME, (HOSTILE_NAME,), outcomes=outcomes)
    reader = read_pdf(made_of(documents.write(build_report(CHECKLIST, setup, sheets, DAY, about=about))))
    # A text that runs on overleaf has its table's head above it there.
    down = text_down(reader).replace("StellingAntwoordenBevinding", "").replace("StellingBevinding", "")
    assert down.count(squeezed(HOSTILE)) == 5
    text = text_of(reader)
    assert text.count(squeezed(HOSTILE_NAME)) >= 5
    assert squeezed("Waar dit op steunt") in text


# --- tags, pages, logs


@ALL_REPORTS
def test_pdf_of_a_round_holds_to_pdf_ua_1_by_an_independent_checker(name):
    report = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant is True


@ALL_REPORTS
def test_pdf_of_a_round_every_bar_has_its_text(name):
    report = REPORTS[name]
    texts = [str(figure.get("/Alt")) for figure in elements(read(name)) if figure["/S"] == "/Figure"]
    if report.is_withheld:
        assert texts == []
        return
    bars = [spread_text(item) for item in (*report.main_differences, *report.items)]
    assert len(bars) > 15
    beside = [
        find_picture(report, name)
        for name in ("perspectieven", "van-a-tot-z", "intensiteit", "betekenissen", "draaikolk")
    ]
    pictures = [part.text for picture in beside if picture for part in picture.parts]
    [perspectives, *_others] = beside
    # The perspectives are in two halves each: where groups differ, where they don't, and where too little is known.
    bands = find_picture(report, "van-a-tot-z")
    assert len(pictures) == 3 + sum(len(picture.parts) for picture in (perspectives, bands) if picture)
    assert bands is not None
    assert sorted(texts) == sorted(bars + pictures)


@ALL_REPORTS
def test_pdf_of_a_round_no_page_is_empty_and_no_heading_is_the_last_on_one(name):
    reader = read(name)
    pictures = [picture for part in PICTURES if (picture := find_picture(REPORTS[name], part))]
    drawn = {label.text for picture in pictures for part in picture.parts for label in part.drawing.labels}
    last = []
    for number in range(len(reader.pages)):
        lines = lines_of(reader, number)
        assert len(squeezed("".join(line[3] for line in lines))) > 100
        _, size, bold, text = min(lines, key=lambda line: line[0])
        # The words of a picture stand in a box of their own, with measures of its own.
        if (
            bold
            and round(size, 1) >= HEADING_SIZE
            and text[2:] not in ARMS
            and text not in drawn
            and not text.isdigit()
        ):
            last.append((number + 1, text))
    assert last == []
    assert len(bookmarks(reader)) > 8


@WITH_RESULTS
def test_headings_stand_on_the_page_of_what_they_are_about(name):
    """The words that introduce a picture or a table aren't left behind with its heading."""
    reader, report = read(name), REPORTS[name]
    perspectives = find_picture(report, "perspectieven")
    assert perspectives is not None
    label = perspectives.parts[0].drawing.labels[0].text
    for heading, shown in ((perspectives.heading, label), ("Zo zien jullie het", "Bevinding")):
        below = [
            {other[3] for other in lines if other[0] < y}
            for lines in (lines_of(reader, number) for number in range(len(reader.pages)))
            for y, size, bold, text in lines
            if bold and size > HEADING_SIZE and text == heading
        ]
        assert [shown in texts for texts in below] == [True], heading


@pytest.mark.parametrize(("name", "fewest", "most"), [("seven", 6, 8), ("named", 7, 10), ("too few", 2, 3)])
def test_pdf_of_a_round_number_of_pages(name, fewest, most):
    assert fewest <= len(read(name).pages) <= most


@pytest.mark.parametrize("name", ["seven", "named", "concluded", "too few"])
def test_pdf_of_a_round_every_page_but_the_last_is_filled_for_two_thirds(name):
    """Half is enough where the table of the seven factors comes next: it goes to a page where it stands whole."""
    reader = read(name)
    # In points: A4 less its margins, from what stands lowest on the page.
    top, foot = 842 - 40, 51
    pages = [sorted(lines_of(reader, number), reverse=True) for number in range(len(reader.pages))]
    filled = [(top - page[-1][0]) / (top - foot) for page in pages[:-1]]
    before_factors = [squeezed(page[0][3]).startswith("Context") for page in pages[1:]]
    least = [1 / 2 if is_before else 2 / 3 for is_before in before_factors]
    assert [place for place, (share, enough) in enumerate(zip(filled, least, strict=True)) if share < enough] == []
    assert len(filled) > before_factors.count(True)


def test_pdf_of_a_round_an_agreement_is_never_torn_in_two():
    reader = read("concluded")
    pages = [squeezed("".join(line[3] for line in lines_of(reader, n))) for n in range(len(reader.pages))]
    assert sum(text.count(squeezed(SENTENCE)) for text in pages) == 31
    # They run on over a page, with the table's head above them there.
    assert sum(squeezed("Wat gaan we doen?") in text for text in pages) == 4


@ALL_REPORTS
def test_pdf_of_a_round_making_it_logs_nothing_to_worry_about(name):
    assert worries_of(documents.write(REPORTS[name])) == []
