"""Files that somebody chooses: what a workbook says is read as it was typed, wherever it stands; what is no workbook,
or one made to keep the server busy, is told apart in a moment."""

import csv
import io
import random
import re
import time
import zipfile
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from reflectie.domain.imports.table_import import Wrong, read_table
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.exports import answers_file
from reflectie.forms.imports.answer_file import MAX_BYTES, MAX_UNPACKED, read_file
from reflectie.forms.imports.table_import import columns_for, csv_columns_for
from tests.helpers.entered import filled, grid, with_parts, workbook_of

SETUP = setup_of_session(Mode.NAMED, OPTIONAL, Grouping.PARTNER, ("Huis Linde", "=CMD()", "@Wijk, deel 1; noord"))
TABLE = [["2 Gedeeld doel", "Notitie bij 2"], ["hinderend", "Zo"], ["helpend", ""]]
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
UNREADABLE = "Dit bestand kunnen we niet lezen."
TOO_BIG = "Dit bestand is te groot."


@pytest.fixture(scope="module")
def columns(checklist: Checklist):
    return columns_for(checklist, SETUP)


@pytest.fixture(scope="module")
def template(columns) -> bytes:
    return answers_file(columns, 12, "Samen in Tienen: 11 mei 2024", date(2024, 5, 11), "this-session")


def read(content: bytes, columns, session: str = "this-session"):
    return read_file(content, columns, session)


def refused(content: bytes, columns, session: str = "this-session") -> str:
    with pytest.raises(ValidationError) as error:
        read(content, columns, session)
    return error.value.message


def changed(content: bytes, change) -> bytes:
    """A workbook that somebody changed in their own programme."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


# --- what is handed out


def test_what_is_handed_out_is_small_always_the_same_and_has_nothing_filled_in(columns, template):
    again = answers_file(columns, 12, "Samen in Tienen: 11 mei 2024", date(2024, 5, 11), "this-session")
    assert (again == template, len(template) < 20_000) == (True, True)
    assert [row[:1] for row in read(template, columns)[3:]] == [[str(number)] for number in range(1, 13)]
    assert [problem.wrong for problem in read_table(read(template, columns), columns, 12).problems] == [Wrong.NO_SHEETS]


def test_titles_stay_and_cells_have_lists_in_the_words_of_the_checklist(template):
    book = openpyxl.load_workbook(io.BytesIO(template))
    page = book["Formulieren"]
    assert (book.active.title, book.sheetnames, page.freeze_panes) == (
        "Formulieren",
        ["Formulieren", "Uitleg", "Keuzes"],
        "B4",
    )
    assert (book["Keuzes"].sheet_state, page.protection.sheet, page.protection.password) == ("hidden", True, None)
    titles = {cell.value: cell.column_letter for cell in page[2]}
    assert list(titles)[:5] == ["Blad", "Naam", "Organisatie", "1 Breedte van het doel", "Notitie bij 1"]
    shared = titles["2 Gedeeld doel"]
    assert page[f"{shared}3"].value == (
        "1 hinderend: Niet gedeeld door alle partners\n2 helpend: Gedeeld door alle partners\n3 weet niet"
    )
    assert page[f"{titles['9 Historisch']}3"].value == (
        "verzuiling, concurrentie\n1 speelt\n2 speelt niet\n3 weet niet"
    )
    assert (page[f"{shared}2"].protection.locked, page.column_dimensions[titles["Naam"]].protection.locked) == (
        True,
        False,
    )
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    rule = rules[f"{shared}4:{shared}15"]
    where = re.fullmatch(r"Keuzes!\$(\w)\$1:\$\w\$6", rule.formula1)
    assert [cell.value for cell in book["Keuzes"][where[1]]][:6] == ["hinderend", "helpend", "weet niet", "1", "2", "3"]
    assert (rule.type, rule.promptTitle, rule.prompt.splitlines()[0]) == (
        "list",
        "2 Gedeeld doel",
        "1 hinderend: Niet gedeeld door alle partners",
    )
    note = rules[f"{titles['Notitie bij 2']}4:{titles['Notitie bij 2']}15"]
    assert (note.type, note.operator, note.formula1) == ("textLength", "lessThanOrEqual", "2000")
    assert not [cell.coordinate for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_what_is_filled_in_is_read_as_text_whatever_it_looks_like(columns, template):
    texts = ["=1+1", "007", "3 mei", "1-2", "+32 16 12", "@jan", "'t Was druk", "twee\nregels", "<b>&amp; €", "_x0041_"]
    content = filled(template, [{"1 Breedte van het doel": "1", "Notitie bij 1": text} for text in texts])
    brought = read_table(read(content, columns), columns, 12)
    assert [sheet.text("goal-perspective-note") for sheet in brought.sheets] == texts


def test_a_table_written_by_libreoffice_is_read(csv_columns):
    """Handed out when a partnership was still called "Tijdelijk of permanent partnerschap", filled in, and saved by
    LibreOffice Calc 7.4 (`soffice --convert-to xlsx`)."""
    content = (Path(__file__).parent / "files" / "invulblad-libreoffice.xlsx").read_bytes()
    brought = read_table(read(content, csv_columns), csv_columns, 12)
    assert brought.problems == ()
    assert [dict(sheet.values) for sheet in brought.sheets] == [
        {
            "participant": "=1+1 Joke",
            "organisation": "=CMD()",
            "goal-perspective": "hindering",
            "goal-perspective-note": "007",
            "goal-shared": "hindering",
            "goal-shared-note": "3 mei\ntweede regel: ‘één’ & <b> €",
            "first": ("goal-shared", "context-historical"),
            "intensity-current": ("procedures", "network"),
        },
        {
            "participant": "Piet",
            "goal-shared": "helping",
            "goal-shared-note": "1,5",
            "partners-needed-note": "11-05-2024",
        },
    ]


# --- what spreadsheets and people do to it


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (3, "General", "3"), (3.0, "General", "3"), (1.5, "General", "1,5"), (0.1, "0%", "10%"),
        (True, "General", "WAAR"),
        (date(2024, 5, 3), "dd-mm-yyyy", "03-05-2024"), (datetime(2024, 5, 3, 9, 30), "General", "03-05-2024 09:30"),
        (clock(12, 30), "hh:mm", "12:30:00"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_took_for_something_else_is_as_it_was_typed(columns, value, number_format, text):
    def change(book):
        book.active["B3"].value = value
        book.active["B3"].number_format = (
            number_format if number_format != "General" else book.active["B3"].number_format
        )

    rows = read(changed(workbook_of(TABLE), change), columns)
    assert rows[2] == ["helpend", text]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda page: page.__setitem__("B3", "=1+1"), Wrong.FORMULA),
        (lambda page: page.__setitem__("B3", ArrayFormula("B3:B3", "=SUM(A1:A2)")), Wrong.FORMULA),
        (lambda page: page.__setitem__("B3", "#NAME?"), Wrong.BROKEN_SUM),
        (lambda page: page.merge_cells("B3:B4"), Wrong.MERGED),
    ],
)
def test_what_is_no_text_is_told_at_its_cell(columns, change, wrong):
    content = changed(workbook_of(TABLE), lambda book: change(book.active))
    problems = read_table(read(content, columns), columns, 12).problems
    assert [(problem.wrong, problem.row, problem.letters) for problem in problems] == [(wrong, 3, "B")]


def test_a_formula_that_was_worked_out_is_refused_all_the_same(columns):
    """What it came to may be of another day, or was put there."""
    cell = b'<c r="A3" t="str"><f>"help"&amp;"end"</f><v>helpend</v></c>'
    content = with_parts(workbook_of(TABLE), {SHEET: lambda part: re.sub(rb'<c r="A3".*?</c>', cell, part)})
    assert [p.wrong for p in read_table(read(content, columns), columns, 12).problems] == [Wrong.FORMULA]


def test_hidden_rows_and_columns_count_as_any_others(columns):
    def change(book):
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True

    assert read(changed(workbook_of(TABLE), change), columns) == [*TABLE[:2], ["helpend"]]


def test_sheets_and_columns_stand_in_any_order_and_others_are_left_alone(columns, template):
    def change(book):
        book.move_sheet("Formulieren", 2)
        book.create_sheet("Aantekeningen", 0)["A1"] = "=1+1"
        book["Formulieren"].delete_cols(2)

    content = changed(filled(template, [{"2 Gedeeld doel": "helpend"}]), change)
    brought = read_table(read(content, columns), columns, 12)
    assert [dict(sheet.values) for sheet in brought.sheets] == [{"goal-shared": "helping"}]
    assert [asked.name for asked in brought.missing] == ["participant"]


def test_answers_on_two_sheets_are_no_answers_passed_over(columns):
    assert refused(workbook_of(TABLE, TABLE), columns) == (
        "In dit bestand staan twee bladen met formulieren. Zet alles op één blad."
    )


def test_a_workbook_of_another_session_is_told_apart_and_its_rows_fit_elsewhere(columns, template):
    assert refused(template, columns, "that-session").startswith("Dit is het invulblad van een andere sessie.")

    def change(book):
        del book["Keuzes"]

    assert read(changed(filled(template, [{"2 Gedeeld doel": "1"}]), change), columns, "that-session")[3]


def test_a_size_that_a_sheet_says_it_has_passes_nothing_over(columns):
    said = re.compile(rb'<dimension ref="[^"]+"')
    content = with_parts(workbook_of(TABLE), {SHEET: lambda part: said.sub(b'<dimension ref="A1:A2"', part)})
    assert read(content, columns) == read(workbook_of(TABLE), columns)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (b'<row r="1001"><c r="B1001" t="str"><v>x</v></c></row>', "In cel B1001 staat iets"),
        (b'<row r="9"><c r="XFD9" t="str"><v>x</v></c></row>', "In cel XFD9 staat iets"),
        (b'<row r="9"><c r="XFD9"><f>1+1</f></c></row>', "In cel XFD9 staat iets"),
        # What comes too late is passed over.
        (b'<row r="2"><c r="C2" t="str"><v>x</v></c></row>', UNREADABLE),
        (b'<row r="9"><c r="C9" t="str"><v>x</v></c><c r="B9"><v>1</v></c></row>', UNREADABLE),
        (b'<row r="9"><c r="C8" t="str"><v>x</v></c></row>', UNREADABLE),
        (b'<row r="9"><c r="c9"><v>1</v></c></row>', UNREADABLE),
        (b'<row r="9"><c r="C9" t="s"><v>99</v></c></row>', UNREADABLE),
    ],
)
def test_a_cell_that_would_be_passed_over_is_told(columns, cell, told):
    content = with_parts(
        workbook_of(TABLE), {SHEET: lambda part: part.replace(b"</sheetData>", cell + b"</sheetData>")}
    )
    assert refused(content, columns).startswith(told)


def test_styled_cells_far_away_hold_nothing(columns):
    cell = b'<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row></sheetData>'
    content = with_parts(workbook_of(TABLE), {SHEET: lambda part: part.replace(b"</sheetData>", cell)})
    assert [row for row in read(content, columns) if row] == read(workbook_of(TABLE), columns)


# --- other files, and hostile ones


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Dit bestand is leeg."),
        (b" \r\n", "Dit bestand is leeg."),
        (b"\xd0\xcf\x11\xe0rest", "Dit is een oud Excel-bestand (.xls), of er zit een wachtwoord op."),
        (
            zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content=b"<x/>"),
            "Dit is een bestand van LibreOffice zelf.",
        ),
        (with_parts(workbook_of(TABLE), {"xl/vbaProject.bin": b"Sub"}), "In dit bestand zitten macro’s."),
        (b"PK\x03\x04rest", UNREADABLE),
        (zipped(word=b"<document/>"), UNREADABLE),
        (workbook_of(TABLE)[:-30], UNREADABLE),
        (with_parts(workbook_of(TABLE), {SHEET: lambda part: part[:-20]}), UNREADABLE),
        (b"%PDF\x00", UNREADABLE),
        (b"x" * (MAX_BYTES + 1), TOO_BIG),
    ],
)
def test_another_kind_of_file_is_told_apart(columns, content, told):
    assert refused(content, columns).startswith(told)


ENTITIES = b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1000 + b'"><!ENTITY d "' + b"&b;" * 1000 + b'">]>'
FILE = b'<!DOCTYPE a [<!ENTITY d SYSTEM "file:///etc/hostname">]>'


def declaring(doctype: bytes):
    return lambda part: part.replace(b"?>", b"?>" + doctype, 1).replace(b"Zo", b"&d;")


def lying(content: bytes) -> bytes:
    """The sheet unpacks to more than the file says."""
    big = with_parts(content, {SHEET: lambda part: part + b" " * MAX_UNPACKED})
    with zipfile.ZipFile(io.BytesIO(big)) as archive:
        size = archive.getinfo(SHEET).file_size
    return big.replace(size.to_bytes(4, "little"), (5000).to_bytes(4, "little"))


def sheet_of(rows: bytes) -> bytes:
    return b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"


PLAIN = workbook_of(TABLE)
HOSTILE = {
    "more than it may unpack to": (with_parts(PLAIN, {SHEET: lambda part: part + b" " * MAX_UNPACKED}), TOO_BIG),
    "more in all its parts": (with_parts(PLAIN, {f"x{n}.xml": b" " * 100_000 for n in range(60)}), TOO_BIG),
    "more than it says": (lying(PLAIN), UNREADABLE),
    "many parts": (with_parts(PLAIN, {f"x{number}.xml": b"<x/>" for number in range(2000)}), TOO_BIG),
    "entities in texts": (with_parts(PLAIN, {STRINGS: declaring(ENTITIES)}), UNREADABLE),
    "entities in a sheet": (with_parts(PLAIN, {SHEET: declaring(ENTITIES)}), UNREADABLE),
    "entities in styles": (with_parts(PLAIN, {STYLES: declaring(ENTITIES)}), UNREADABLE),
    "entities in the list of parts": (with_parts(PLAIN, {"[Content_Types].xml": declaring(ENTITIES)}), UNREADABLE),
    "a file of the server": (with_parts(PLAIN, {STRINGS: declaring(FILE)}), UNREADABLE),
    "entities in another coding": (
        with_parts(
            PLAIN, {STRINGS: lambda part: declaring(FILE)(part).decode().replace("UTF-8", "UTF-16").encode("utf-16")}
        ),
        UNREADABLE,
    ),
    "styles": (
        with_parts(PLAIN, {STYLES: lambda p: p.replace(b"<cellXfs", b"<cellXfs>" + b"<xf/>" * 300_000, 1)}),
        TOO_BIG,
    ),
    "cells": (with_parts(PLAIN, {SHEET: sheet_of((b"<row>" + b"<c/>" * 400 + b"</row>") * 1000)}), TOO_BIG),
    "rows": (with_parts(PLAIN, {SHEET: sheet_of(b"<row/>" * 400_000)}), TOO_BIG),
    "texts": (with_parts(PLAIN, {STRINGS: b"<sst " + MAIN + b">" + b"<si/>" * 400_000 + b"</sst>"}), TOO_BIG),
    "deep": (with_parts(PLAIN, {STYLES: b"<a>" * 4500 + b"</a>" * 4500}), UNREADABLE),
    "a number for ever": (
        with_parts(PLAIN, {SHEET: sheet_of(b'<row r="1"><c r="A1"><v>' + b"9" * 4_000_000 + b"</v></c></row>")}),
        UNREADABLE,
    ),
    "sheets": (
        with_parts(
            PLAIN,
            {"xl/workbook.xml": lambda part: re.sub(rb"(<sheet [^>]*/>)", rb"\1" * 5000, part)},
        ),
        TOO_BIG,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_keep_us_busy_is_refused_in_a_moment(columns, name):
    content, told = HOSTILE[name]
    assert len(content) <= MAX_BYTES
    start = time.process_time()
    assert refused(content, columns).startswith(told)
    assert time.process_time() - start < 4


def test_as_much_as_is_let_through_is_read_in_a_moment(columns):
    """As many cells and styles as there may be, in a part that is every sheet that there may be."""
    cells = sheet_of(b"".join(b'<row r="%d"><c r="GR%d"/></row>' % (n, n) for n in range(1, 49_000)))
    content = with_parts(PLAIN, {
        SHEET: cells,
        STYLES: lambda part: part.replace(b"<cellXfs", b"<cellXfs>" + b"<xf/>" * 4_500, 1),
        "xl/workbook.xml": lambda part: re.sub(rb"(<sheet [^>]*/>)", rb"\1" * 6, part),
    })  # fmt: skip
    start = time.process_time()
    assert [row for row in read(content, columns) if row] == []
    assert time.process_time() - start < 4


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"PK"]))
def test_any_bytes_are_a_table_or_an_error(columns, content, start):
    try:
        rows = read(start + content, columns)
    except ValidationError:
        return
    assert read_table(rows, columns, 12).sheets == ()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_damaged_workbook_is_read_whole_or_refused(columns, seed):
    chance = random.Random(seed)
    content = bytearray(PLAIN)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(content))
        content[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
    try:
        rows = read(bytes(content), columns)
    except ValidationError:
        return
    assert rows in (read(PLAIN, columns), [])


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_workbook_with_damage_in_a_part_never_breaks_the_reader(columns, seed):
    chance = random.Random(seed)

    def change(part: bytes) -> bytes:
        pieces = re.split(rb'(?<=[<>" =/])', part)
        for _ in range(chance.randint(1, 3)):
            pieces[chance.randrange(len(pieces))] = chance.choice([b"", *chance.choices(pieces, k=3)])
        return b"".join(pieces)

    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        name = chance.choice(archive.namelist())
    try:
        rows = read(with_parts(PLAIN, {name: change}), columns)
    except ValidationError:
        return
    brought = read_table(rows, columns, 12)
    assert not (brought.sheets and brought.problems)


# --- until 0.8: the CSV that was handed out before


@pytest.fixture(scope="module")
def csv_columns(checklist: Checklist, columns):
    return (*columns, *csv_columns_for(checklist, SETUP))


CSV = (
    '"Blad";"Naam";"2 Gedeeld doel";"Notitie bij 2";"9 Historisch";"Eerst iets aan doen";"Hoe jullie nu samenwerken"\n'
    '"uitleg";"";"1 of hinderend: Niet gedeeld | 2 of helpend: Gedeeld";"hoeft niet";"1 of speelt";"drie";"kies"\n'
    '1;"Zoë";1;"Eén regel,\nen; nog een";"speelt niet";"12 3,7";"Netwerk, procedures"\r\n'
    '2;"\'=kloppen";helpend;;2;;\r\n'
    "3;;;;;;\r\n"
)


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-8", "cp1252"])
def test_a_csv_that_was_handed_out_before_is_read_as_it_is_saved(checklist, csv_columns, delimiter, coding):
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(grid(CSV))
    brought = read_table(read(written.getvalue().encode(coding), csv_columns), csv_columns, 12)
    assert brought.problems == ()
    assert [dict(sheet.values) for sheet in brought.sheets] == [
        {
            "participant": "Zoë",
            "goal-shared": "hindering",
            "goal-shared-note": "Eén regel,\nen; nog een",
            "context-historical": "helping",
            "first": tuple(checklist.items[number - 1].key for number in (3, 7, 12)),
            "intensity-current": ("procedures", "network"),
        },
        {"participant": "=kloppen", "goal-shared": "helping", "context-historical": "helping"},
    ]
    assert "first" not in {asked.name for asked in brought.missing}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('2 Gedeeld doel;Notitie bij 2\n1;goed\n2;"open\n3;weg\n', [(Wrong.QUOTE, 3, "A")]),
        ("2 Gedeeld doel;Notitie bij 2\n1;#NAAM?\n", [(Wrong.BROKEN_SUM, 2, "B")]),
        ("2 Gedeeld doel;Notitie bij 2\n1;Err:509\n", [(Wrong.BROKEN_SUM, 2, "B")]),
        ("2 Gedeeld doel;Eerst iets aan doen\n1;1 2 3 4\n", [(Wrong.TOO_MANY, 2, "B")]),
        ("2 Gedeeld doel;Eerst iets aan doen\n1;1 16\n", [(Wrong.WORD, 2, "B")]),
        ("2 Gedeeld doel;Eerst iets aan doen;Eerst iets aan doen 1\n1;1 2;3 Nodige partners\n", []),
        (
            "2 Gedeeld doel;Eerst iets aan doen;Eerst iets aan doen 1\n1;1 2 4;3 Nodige partners\n",
            [(Wrong.TOO_MANY, 2, "C")],
        ),
    ],
)
def test_what_is_wrong_in_a_csv_is_told_with_its_place(csv_columns, text, found):
    problems = read_table(read(text.encode(), csv_columns), csv_columns, 12).problems
    assert [(problem.wrong, problem.row, problem.letters) for problem in problems] == found
