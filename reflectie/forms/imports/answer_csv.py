# Until 0.8: this whole file, with the columns and the patterns that say so. Version 0.6 handed out a CSV.
"""A CSV with answers, as it was handed out, and as Excel and LibreOffice save it back: text in UTF-8 or Windows-1252,
cells with semicolons or commas between them."""

import csv
import io
import re

from reflectie.domain.imports.spreadsheet import unguarded
from reflectie.domain.imports.table_import import Cell, Rows, Wrong
from reflectie.domain.text import tidy

# What Excel and LibreOffice write where they took a text that begins with = or - for a sum.
_BROKEN_SUM = re.compile(
    r"#(?:naam\?|name\?|waarde!|value!|verw!|ref!|n/b|n/a|getal!|num!)|(?:err|fout):\d{3}", re.IGNORECASE
)


def read_csv(content: bytes) -> Rows:
    """The rows of a CSV. Raises ValueError for what is no text."""
    if b"\0" in content:
        raise ValueError("no text")
    text = _decode(content)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows: list[list[Cell]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([_read_cell(cell) for cell in cells])
    except csv.Error:
        # Read on, an open quotation mark would take the forms after it into one note.
        rows.append([Wrong.QUOTE])
    return rows


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _read_cell(cell: str) -> Cell:
    return Wrong.BROKEN_SUM if _BROKEN_SUM.fullmatch(tidy(cell)) else unguarded(cell)
