"""Answers on paper, put in a workbook for tests as a programme of somebody else would."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl
from xlsxwriter import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# In the workbook that is handed out.
TITLES, FIRST = 2, 4


def grid(text: str) -> list[list[str]]:
    """Rows of cells, from lines with semicolons between them."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def workbook_of(*tables: Iterable[Sequence[Any]]) -> bytes:
    """A workbook with a sheet for each table, in which each text is a text."""
    file = io.BytesIO()
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = Workbook(file, {"in_memory": True, **options})
    for rows in tables:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell not in {"", None}:
                    sheet.write(number, place, cell)
    book.close()
    return file.getvalue()


def filled(template: bytes, forms: Sequence[Mapping[str, Any]]) -> bytes:
    """The workbook that was handed out, with a row for each form: what stands in it, by the titles of columns."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[TITLES]}
    for row, form in enumerate(forms, start=FIRST):
        for title, value in form.items():
            cell = sheet.cell(row, place[title])
            cell.value = value
            if isinstance(value, str):
                # Cells to fill in are cells of text: "=1" in one is no formula.
                cell.data_type = "s"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def with_parts(content: bytes, parts: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """A workbook with other parts, or more of them; a function makes one of what was there."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in parts if name not in old.namelist())]:
            part = parts.get(name, bytes)
            new.writestr(name, part if isinstance(part, bytes) else part(old.read(name)))
    return written.getvalue()
