"""An uploaded file with answers: a workbook (XLSX), as it was handed out and filled in. Nothing in it is worked out or
run, and before anything is built of it, it is clear that it is small and what it says it is."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from warnings import filterwarnings
from xml.parsers.expat import ExpatError, ParserCreate

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reflectie.domain.imports.table_import import (
    SESSION_MARK,
    Cell,
    ImportColumn,
    Rows,
    Wrong,
    column_letters,
    column_place,
    has_titles,
)

from .answer_csv import read_csv

# Many times what a team writes. Of the file, and of its rows as a form posts them: with room beside them in what the
# app takes in at all.
MAX_BYTES = 500_000
# Of a workbook once it is unpacked: what Excel makes of 300 full rows is a fifth of it.
MAX_UNPACKED = 5_000_000
MAX_PARTS, MAX_SHEETS = 100, 6
MAX_ROWS, MAX_COLUMNS = 1000, 200
# Of cells, their texts and their rows; and of all else, as styles, which take many times as long to read.
MAX_CELL_ELEMENTS, MAX_OTHER_ELEMENTS = 100_000, 5_000

# What openpyxl warns of quotes cells, and is of no use to whoever reads a log.
filterwarnings("ignore", category=UserWarning, module="openpyxl")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_CELL_ELEMENTS = {f"{_MAIN}{name}" for name in ("row", "c", "v", "f", "is", "si", "t", "r")}
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


@dataclass(frozen=True, slots=True)
class _Sheet:
    rows: Rows
    # Of which session the workbook is, by its key; empty where this sheet doesn't say.
    session: str = ""


def read_file(content: bytes, columns: Sequence[ImportColumn], session: str) -> Rows:
    """The rows of the table in an uploaded file, of which `session` is the key.

    Raises ValidationError, in words for whoever chose it, for a file that is too big, no workbook, or of another
    session.
    """
    if not content.strip():
        raise ValidationError(_("Dit bestand is leeg."))
    if len(content) > MAX_BYTES:
        raise too_big()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _(
                "Dit is een oud Excel-bestand (.xls), of er zit een wachtwoord op. Open het in Excel, en bewaar het "
                "zonder wachtwoord als ‘Excel-werkmap (.xlsx)’."
            )
        )
    if not content.startswith(b"PK"):
        # Until 0.8: what was handed out before was a CSV.
        try:
            return read_csv(content)
        except ValueError as error:
            raise _unreadable() from error
    sheets = _read_workbook(content)
    if {sheet.session for sheet in sheets if sheet.session} - {session}:
        raise ValidationError(
            _(
                "Dit is het invulblad van een andere sessie. Is het toch voor deze sessie? Download dan het invulblad "
                "van deze sessie, en plak je antwoorden daarin."
            )
        )
    # On the one that says of which session it is, stand the lists.
    tables = [sheet.rows for sheet in sheets if not sheet.session and has_titles(sheet.rows, columns)]
    if len(tables) > 1:
        raise ValidationError(_("In dit bestand staan twee bladen met formulieren. Zet alles op één blad."))
    return tables[0] if tables else []


def too_big() -> ValidationError:
    """What is said of a file that is too much to read."""
    return ValidationError(_("Dit bestand is te groot. Is het wel het invulblad van deze sessie?"))


def _unreadable() -> ValidationError:
    return ValidationError(
        _(
            "Dit bestand kunnen we niet lezen. Is het wel het invulblad van deze sessie? Open het in Excel of "
            "LibreOffice en bewaar het als ‘Excel-werkmap (.xlsx)’."
        )
    )


def _read_workbook(content: bytes) -> list[_Sheet]:
    # Sixteen megabytes of a process, which few bring a file to.
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _refuse_other_kinds(archive)
            merged = _check_parts(archive)
        book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        # Each part once, however many sheets say that they are it.
        sheets = {sheet._worksheet_path: sheet for sheet in book.worksheets}
        return [_read_sheet(sheet, merged[path]) for path, sheet in sheets.items()]
    except ValidationError:
        raise
    except Exception as error:
        # A broken file breaks in as many ways as it has parts, and what breaks quotes what is in it.
        raise _unreadable() from error


def _refuse_other_kinds(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if len(names) > MAX_PARTS or sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
        raise too_big()
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        raise ValidationError(
            _(
                "Dit is een bestand van LibreOffice zelf. Open het daar, kies ‘Opslaan als’ en dan "
                "‘Excel 2007-365 (.xlsx)’. Kies daarna hier dat nieuwe bestand."
            )
        )
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise ValidationError(_("In dit bestand zitten macro’s. Bewaar het in Excel als ‘Excel-werkmap (.xlsx)’."))


def _check_parts(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """Unpack every part, and let it go again: what a part may be in size, what it declares, and where its cells stand.
    The merged cells of each part.

    Raises ValidationError for what is too much.
    """
    left, numbers, merged = MAX_UNPACKED, _Numbers(), {}
    for part in archive.infolist():
        scan = _Scan(numbers)
        with archive.open(part) as stream:
            # What the directory says of a size needn't be so.
            while chunk := stream.read(50_000):
                left -= len(chunk)
                if left < 0:
                    raise too_big()
                scan.feed(chunk)
        merged[part.filename] = scan.merged
    return merged


@dataclass(slots=True)
class _Numbers:
    """How many elements there may still be."""

    cells: int = MAX_CELL_ELEMENTS
    others: int = MAX_OTHER_ELEMENTS
    sheets: int = MAX_SHEETS


class _Scan:
    """One part of a workbook, read from its beginning to its end without keeping it."""

    def __init__(self, numbers: _Numbers) -> None:
        self.merged: list[str] = []
        self._numbers, self._row, self._column, self._is_xml = numbers, 0, 0, True
        self._parser = ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._declare
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        try:
            if self._is_xml:
                self._parser.Parse(chunk)
        except ExpatError:
            # A picture, or what a printer was told. Where it should have been XML, openpyxl breaks on it too.
            self._is_xml = False

    def _declare(self, *_declared: object) -> None:
        # Entities are declared there, of which a few make billions. No workbook has any.
        raise _unreadable()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _CELL_ELEMENTS:
            self._numbers.cells -= 1
        else:
            self._numbers.others -= 1
        local = name.removeprefix(_MAIN)
        self._numbers.sheets -= local == "sheet"
        if min(self._numbers.cells, self._numbers.others, self._numbers.sheets) < 0:
            raise too_big()
        match local:
            case "row":
                self._row, self._column = self._next(self._row, int(attributes.get("r", self._row + 1))), 0
            case "c":
                letters, row = _split(attributes.get("r", f"{column_letters(self._column)}{self._row or 1}"))
                self._column = self._next(self._column, column_place(letters) + 1)
                # Elsewhere than in a sheet there are cells without rows.
                if self._row not in {0, row}:
                    raise _unreadable()
            case "v" | "f" | "is" if self._row > MAX_ROWS or self._column > MAX_COLUMNS:
                where = f"{column_letters(self._column - 1)}{self._row}"
                raise ValidationError(
                    _("In cel %s staat iets, ver buiten het invulblad. Haal het weg, en bewaar het bestand.") % where
                )
            case "mergeCell":
                self.merged.append(attributes["ref"])

    def _next(self, before: int, now: int) -> int:
        if self._row and now <= before:
            # In any other order, openpyxl passes over what comes too late.
            raise _unreadable()
        return now


def _split(reference: str) -> tuple[str, int]:
    if not (found := _REFERENCE.fullmatch(reference)):
        raise _unreadable()
    return found[1], int(found[2])


def _read_sheet(sheet: Any, merged: list[str]) -> _Sheet:
    # A sheet says itself how big it is, and what lies outside would be passed over.
    sheet.reset_dimensions()
    rows = [
        ["" if cell.value is None else _read_cell(cell) for cell in cells]
        for cells in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS)
    ]
    first = rows[0][0] if rows and rows[0] else ""
    for area in merged:
        letters, row = _split(area.partition(":")[0])
        place, above = column_place(letters), row - 1
        if above < len(rows) and place < len(rows[above]):
            # It says one thing for all of them, where each form has its own.
            rows[above][place] = Wrong.MERGED
    is_mark = first.startswith(SESSION_MARK)
    return _Sheet([_trimmed(row) for row in rows], first.removeprefix(SESSION_MARK) if is_mark else "")


def _trimmed(row: list[Cell]) -> list[Cell]:
    last = max((place for place, cell in enumerate(row, start=1) if cell), default=0)
    return row[:last]


def _read_cell(cell: Any) -> Cell:
    """What stands in a cell as whoever typed it reads it, whatever a spreadsheet took it for."""
    value = cell.value
    if cell.data_type == "f":
        return Wrong.FORMULA
    if cell.data_type == "e":
        return Wrong.BROKEN_SUM
    match value:
        case bool():
            return _("WAAR") if value else _("ONWAAR")
        case int() | float():
            return _number(value, cell.number_format or "")
        case datetime():
            return f"{value:%d-%m-%Y %H:%M}".removesuffix(" 00:00")
    # Excel writes the line end of Windows so, before its own.
    return re.sub(r"_x000D_\n?", "\n", str(value))


def _number(value: int | float, number_format: str) -> str:
    if number_format.endswith("%"):
        return f"{_number(value * 100, '')}%"
    return f"{value:.15g}".replace(".", ",") if isinstance(value, float) else str(value)
