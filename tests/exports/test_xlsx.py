"""Workbooks, opened again: real numbers and days, no formula, set up to be printed."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.build import build_report
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import About
from reflectie.domain.rules.findings import OBSTACLE_FROM
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.exports import Format, comparison_file, session_file
from reflectie.exports.workbook import MAX_CELL, MAX_HEIGHT, fitting
from reflectie.services.comparison import comparisons
from reflectie.services.report import outcomes, reports
from tests.helpers.compared import opened, team
from tests.helpers.factories import make_account, make_reflection
from tests.helpers.hostile_text import DAY, HOSTILE, hostile_report
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.taken import read_xlsx, rows_of


def book_of(report):
    return read_xlsx(session_file(report, Format.XLSX))


@pytest.mark.parametrize("text", [*HOSTILE, "https://example.org/", "mailto:a@example.org", "12", "_x0041_"])
def test_every_text_is_a_text(checklist, text):
    content = session_file(hostile_report(checklist, text), Format.XLSX)
    typed = [cell for sheet in read_xlsx(content) for line in sheet.iter_rows() for cell in line if cell.value == text]
    assert {cell.data_type for cell in typed} == {"s"}
    assert {cell.hyperlink for cell in typed} == {None}
    assert len(typed) > 20
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [name for name in archive.namelist() if b"<f>" in archive.read(name)] == []


def test_numbers_and_days_are_what_they_are(checklist):
    sheet = book_of(hostile_report(checklist, "Fijn"))["Cijfers"]
    heads = [cell.value for cell in sheet[1]]
    line = dict(zip(heads, sheet[4], strict=True))
    assert (line["dag"].value, line["dag"].number_format) == (datetime(2026, 11, 22), "dd-mm-yyyy")
    assert [line[name].data_type for name in ("sessie", "hinderend", "geteld", "stelling", "dag")] == list("nnnsd")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", sheet.dimensions)


def test_sheets_are_set_up_to_be_read_and_printed(checklist):
    book = book_of(hostile_report(checklist, "Fijn"))
    assert book.sheetnames == ["Verslag", "Afspraken", "Cijfers", "Antwoorden", "Teksten", "Codeboek"]
    assert {(s.page_setup.orientation, s.page_setup.paperSize, s.page_setup.fitToHeight) for s in book} == {
        ("landscape", 9, 0)
    }
    assert [book[name].print_title_rows for name in ("Cijfers", "Antwoorden", "Teksten")] == ["$1:$1"] * 3
    head = int(book["Verslag"].print_title_rows.split(":")[0].strip("$"))
    assert [cell.value for cell in book["Verslag"][head]][:4] == ["Nr.", "Stelling of factor", "Bevinding", "Hinderend"]
    head = int(book["Afspraken"].print_title_rows.split(":")[0].strip("$"))
    assert [cell.value for cell in book["Afspraken"][head]][:3] == ["Nr.", "Wat gaan we doen?", "Wie?"]
    properties = book.properties
    assert (properties.creator, properties.lastModifiedBy, properties.created.date()) == ("Samenwerking",) * 2 + (DAY,)


def test_findings_have_a_sign_a_word_and_a_colour(checklist):
    sheet = book_of(hostile_report(checklist, "Fijn"))["Verslag"]
    # Agreements have a number in front too.
    items = [line for line in sheet.iter_rows() if isinstance(line[0].value, int)][:15]
    assert {line[2].value: line[2].fill.fgColor.rgb for line in items} == {
        "× Structurele hinderpaal": "FFFBE7E0",
        "+ Sterkte": "FFE1F1E6",
        "? Blinde vlek": "FFE8EBEA",
        "– Speelt niet": "FFFFFDF8",
    }


def test_what_was_concluded_and_agreed_has_a_sheet(checklist):
    sheet = book_of(hostile_report(checklist, "Fijn"))["Afspraken"]
    told = [[cell for cell in line if cell not in {None, ""}] for line in sheet.iter_rows(values_only=True)]
    about = "Gedeeld doel · Principe 3. Bepaal samen doelen"
    what = "Fijn\nWanneer: Fijn"
    assert [line for line in told if line][-5:] == [
        [1, what, "Fijn", datetime(2026, 11, 22), "✕ losgelaten\nFijn", about],
        ["Hoeveel draagvlak er was"],
        ["Peiling met handen, Fijn: 1 staat erachter, 0 kunnen ermee leven, 0 hebben een bezwaar"],
        ["Op de parkeerplaats"],
        ["Fijn"],
    ]
    assert ["Jullie besluit", "herstellen"] in told
    assert ["Volgende sessie", datetime(2026, 11, 22)] in told
    nothing = {"agreements": (), "conclusion": None, "parked": (), "polls": ()}
    without = replace(hostile_report(checklist, "Fijn"), **nothing)
    assert book_of(without).sheetnames[:2] == ["Verslag", "Cijfers"]


def test_rows_are_as_high_as_their_texts(checklist):
    """LibreOffice takes the heights of a workbook as they are: without them texts stood across each other."""
    book = book_of(hostile_report(checklist, "woord " * 40 + "\nnog een regel"))
    notes = [line[0].row for line in book["Teksten"].iter_rows() if line[0].value == "notitie"]
    assert {book["Teksten"].row_dimensions[row].height for row in notes} == {5 * 15}
    first = next(line[0].row for line in book["Verslag"].iter_rows() if line[0].value == 1)
    assert book["Verslag"].row_dimensions[first].height == 3 * 15
    most = book_of(hostile_report(checklist, "regel\n" * 60))
    assert max(row.height or 0 for sheet in most for row in sheet.row_dimensions.values()) == MAX_HEIGHT


def test_a_long_text_from_the_talk_begins_on_the_sheet_to_read_and_is_whole_on_the_other(checklist):
    said = "Zo is het gezegd. " * 100
    about = About(
        "", (), 3, {"goal-shared": Outcome(Choice.HELPING, said.strip(), said.strip(), ActionOwner.OURSELVES)}
    )
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    report = build_report(checklist, setup, [Sheet({"goal-shared": "hindering"})] * 3, DAY, about=about)
    content = session_file(report, Format.XLSX)
    sheet = read_xlsx(content)["Verslag"]
    [cell] = [cell for line in sheet.iter_rows() for cell in line if "Wie kan dit aanpakken?" in str(cell.value)]
    assert cell.value.count("… (lees verder op het blad ‘Teksten’)\n") == 2
    assert sheet.row_dimensions[cell.row].height < MAX_HEIGHT
    assert [row["tekst"] for row in rows_of(content, "Teksten")] == [said.strip()] * 2


def test_codebook_explains_every_column_and_the_thresholds(checklist):
    content = session_file(hostile_report(checklist, "Fijn"), Format.XLSX)
    book = read_xlsx(content)
    told = dict(line[:2] for line in book["Codeboek"].iter_rows(values_only=True))
    for name in ("Cijfers", "Antwoorden", "Teksten"):
        assert [cell.value for cell in book[name][1] if cell.value not in told] == []
        assert {row["soort"] for row in rows_of(content, name)} - set(told) == set()
    assert f"{OBSTACLE_FROM.numerator}/{OBSTACLE_FROM.denominator}" in told["obstacle · × Structurele hinderpaal"]
    assert told["Checklist"] == f"Versie 1. Uitleg en advies: herziening {checklist.revision}."
    assert [key for key in checklist.by_key if key not in told] == []
    assert {s.name: told[s.name] for s in checklist.sources} == {s.name: s.reference for s in checklist.sources}


def test_text_is_cut_to_what_excel_takes_and_keeps_its_signs(checklist):
    assert fitting("a" * MAX_CELL) == "a" * MAX_CELL
    cut = fitting("😀" * MAX_CELL)
    assert (cut[-2:], len(cut.encode("utf-16-le")) // 2 <= MAX_CELL) == ("😀…", True)
    # Was refused when typed; if it got in all the same, the file opens.
    hidden = replace(hostile_report(checklist, "Fijn"), collaboration="A\x00\x0b\ud800B")
    book = book_of(hidden)
    assert (book["Verslag"]["A1"].value, book["Cijfers"]["C2"].value) == ("AB", "AB")


# --- over HTTP


@pytest.mark.django_db
def test_comparison_is_a_matrix_with_frozen_heads(checklist):
    fien = make_account("fien@example.org")
    linde = team(fien, "=Huis Linde")
    for day in (1, 2):
        opened(linde, [{"goal-shared": "hindering"}] * 3, date(2026, 3, day))
    sheet = read_xlsx(
        comparison_file(comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk))), Format.XLSX)
    )
    matrix = sheet["Vergelijking"]
    assert sheet.sheetnames == ["Vergelijking", "Cijfers", "Codeboek"]
    assert [matrix[place].value for place in ("C2", "D3", "C5")] == ["=Huis Linde", datetime(2026, 3, 2), 3]
    assert [matrix[place].data_type for place in ("C2", "D3", "C5")] == ["s", "d", "n"]
    assert (matrix.freeze_panes, matrix.print_title_rows, matrix.print_title_cols) == ("C6", "$2:$3", "$A:$B")
    assert matrix["C7"].value.startswith("? Blinde vlek\n0 hinderend, 0 helpend, 3 weet niet of open")


def header(response, *names):
    return [response.headers.get(name) for name in names]


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", list(Format))
def test_files_are_named_by_day_kept_by_nobody_else_and_revalidated(every_answer, wanted):
    collaboration = make_collaboration()
    session = discussed_round(collaboration, [every_answer] * 3)
    client, url = signed_in("coordinator", collaboration), reverse("session-file", args=[session.pk, wanted])
    response = client.get(url)
    assert header(response, "Cache-Control", "X-Content-Type-Options") == ["private, no-cache", "nosniff"]
    name = f"reflectiesessie-samenwerking-2026-11-19.{wanted}"
    assert header(response, "Content-Disposition") == [f'attachment; filename="{name}"']
    etag = response.headers["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    outcomes.record_outcome(session, "goal-shared", Outcome(Choice.HELPING), "0")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", list(Format))
def test_reader_gets_what_a_member_gets(every_answer, wanted):
    finished = make_reflection(every_answer, finished=True)
    response = Client().get(reverse("report-file", args=[finished.read_token, wanted]))
    report = reports.load_report(finished.response.session)
    assert response.content == session_file(report, wanted)
    assert response.headers["Content-Disposition"].startswith('attachment; filename="zelfreflectie-samenwerking-')
    assert Client().get(reverse("report-file", args=["a" * 22, wanted])).status_code == 404


@pytest.mark.django_db
def test_session_and_comparison_are_404_for_who_may_not_read_them(every_answer):
    collaboration = make_collaboration()
    session = discussed_round(collaboration, [every_answer] * 3)
    urls = [reverse("session-file", args=[session.pk, "csv"])]
    urls.append(f"{reverse('compare-file', args=['csv'])}?sessie={session.pk}")
    member, stranger = signed_in("coordinator", collaboration), signed_in("stranger")
    assert [member.get(url).status_code for url in urls] == [200, 200]
    assert [stranger.get(url).status_code for url in urls] == [404, 404]
    assert [Client().get(url).status_code for url in urls] == [302, 302]
    found = member.get(urls[1])
    assert found.headers["Content-Disposition"] == 'attachment; filename="vergelijking-samenwerking-2026-11-19.csv"'
    assert member.get(urls[0].replace("csv", "pdf")).headers["Content-Type"] == "application/pdf"
