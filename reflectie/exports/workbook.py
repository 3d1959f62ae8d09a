"""A workbook in the colours of the house, in which every text is a text, every number a number and every day a day.

A note that begins with "=" is never a formula here, and an address no link.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from reflectie.domain.imports.spreadsheet import Cell
from reflectie.domain.rules.findings import Finding
from reflectie.domain.text import without_invisible
from reflectie.presentation.palette import COLOURS, ON_PAPER

# What Excel takes in one cell, in UTF-16 units.
MAX_CELL = 32_767
A4 = 9
# Of a line in the usual letter, in points.
LINE_HEIGHT = 15
# A column's width is counted in digits, and letters are narrower than these: so many go in the room of one.
LETTERS = 1.1
# No row of Excel is higher than 409, and it counts in quarters of three.
MAX_HEIGHT = 408

_INK, _DEEP = COLOURS["ink"], COLOURS["deep-2"]
_TOP = {"valign": "top", "text_wrap": True, "font_color": _INK}
_BOX = {"border": 1, "border_color": COLOURS["line"]}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 18, "font_color": ON_PAPER["white"], "bg_color": _DEEP, "valign": "vcenter"},
    "plain": _TOP,
    "verdict": {**_TOP, "bold": True, "font_size": 13},
    "name": {**_TOP, "font_color": COLOURS["unknown"]},
    "fact": {**_TOP, "bold": True, "align": "left"},
    "head": {**_TOP, **_BOX, "align": "left", "bold": True, "font_color": ON_PAPER["white"], "bg_color": _DEEP},
    "band": {**_TOP, **_BOX, "bold": True, "bg_color": COLOURS["sand"]},
    "cell": {**_TOP, **_BOX, "align": "left"},
    "count": {**_TOP, **_BOX, "align": "center"},
    # Numbers on the left too: on the right they stand against the text beside them.
    "raw": {"valign": "top", "align": "left", "font_color": _INK},
    "raw-text": _TOP,
    # To fill in, as text: "007" and "3 mei" stay what they are, and "=1" is no formula.
    "entry": {**_TOP, "num_format": "@", "locked": False},
    # As on the page: each with a sign and a word, so that grey paper does without the colour.
    **{found: {**_TOP, **_BOX, "font_color": COLOURS[found], "bg_color": COLOURS[f"{found}-bg"]} for found in Finding},
}
# Nothing in a cell of these makes its row higher; the sheets to calculate with have thousands of them.
_ONE_LINE = {name for name, parts in STYLES.items() if not parts.get("text_wrap") and parts.get("font_size", 11) <= 11}

Styled = tuple[Cell, str]


class WrittenSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """One that writes a row in one go, of what its cells hold here: texts, numbers, days, or nothing. xlsxwriter puts
    each cell together of attributes and escapes them one by one: a third of the time of a large workbook."""

    # Without asking of each whether its place is said as "A1": a tenth.
    write_string, write_number = Worksheet._write_string, Worksheet._write_number

    def _write_rows(self) -> None:
        columns = [xl_col_to_name(number) for number in range(self.dim_colmax + 1)]
        for row, cells in sorted(self.table.items()):
            self._write_row(row, None, self.row_info.get(row))
            self.fh.write("".join(_xml(f"{columns[place]}{row + 1}", cell) for place, cell in sorted(cells.items())))
            self._xml_end_tag("row")


def _xml(place: str, cell: Any) -> str:
    style = cell.format._get_xf_index() if cell.format else 0
    match cell.__class__.__name__:
        case "String":
            return f'<c r="{place}" s="{style}" t="s"><v>{cell.string}</v></c>'
        case "Blank":
            return f'<c r="{place}" s="{style}"/>'
        case _:
            return f'<c r="{place}" s="{style}"><v>{cell.number:.16G}</v></c>'


class Book:
    """A workbook in memory: nothing of it touches a disk. The same content gives the same bytes."""

    def __init__(self, title: str, day: date) -> None:
        self._file = io.BytesIO()
        texts_stay_texts = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._book = Workbook(self._file, {"in_memory": True, **texts_stay_texts})
        # Dated by its content rather than by a clock, and by nobody's name.
        created = datetime.combine(day, time())
        self._book.set_properties({"title": title, "author": "Samenwerking", "created": created})
        self._formats: dict[tuple[str, bool], Any] = {}

    def page(self, name: str) -> "Page":
        """A new sheet, to print on A4 across."""
        sheet = self._book.add_worksheet(name, WrittenSheet)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(_("&LSamenwerking&R&P van &N"))
        return Page(self, sheet)

    def format(self, style: str, *, is_day: bool = False) -> Any:
        """The cell format of this name."""
        key = (style, is_day)
        if key not in self._formats:
            parts = {**STYLES[style], "num_format": "dd-mm-yyyy"} if is_day else STYLES[style]
            self._formats[key] = self._book.add_format(parts)
        return self._formats[key]

    def content(self) -> bytes:
        """The file, after which nothing can be added."""
        self._book.close()
        return self._file.getvalue()


class Page:
    """A sheet that is written from top to bottom; `row` is the next one."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet, self.row = book, sheet, 0
        self.widths: tuple[int, ...] = ()

    def columns(self, widths: Sequence[int], style: str = "") -> None:
        """How wide its columns are, in signs, and the style of cells that nothing is written in."""
        self.widths = tuple(widths)
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width, self.book.format(style) if style else None)

    def line(self, cells: Sequence[Styled]) -> None:
        """A row of cells, each with its style."""
        widths = zip(cells, self.widths, strict=True)
        self._high([_height(cell, style, width) for (cell, style), width in widths if style not in _ONE_LINE])
        for place, (cell, style) in enumerate(cells):
            self._put(place, cell, style)
        self.row += 1

    def across(self, cell: Cell, style: str, first: int = 0) -> None:
        """One cell over all columns from this one."""
        last = len(self.widths) - 1
        if last > first:
            self.sheet.merge_range(self.row, first, self.row, last, "", self.book.format(style))
        self._high([_height(cell, style, sum(self.widths[first:]))])
        self._put(first, cell, style)
        self.row += 1

    def _high(self, heights: Iterable[float]) -> None:
        """As high as its texts need: LibreOffice and merged cells don't find that out."""
        if (height := max(heights, default=LINE_HEIGHT)) > LINE_HEIGHT:
            self.sheet.set_row(self.row, min(height, MAX_HEIGHT))

    def fact(self, name: str, value: Cell) -> None:
        """What is known, beside what it is called."""
        self._put(1, name, "name")
        self.across(value, "fact", first=2)

    def space(self) -> None:
        self.row += 1

    def _put(self, place: int, cell: Cell, style: str) -> None:
        if isinstance(cell, str) and cell:
            self.sheet.write_string(self.row, place, fitting(cell), self.book.format(style))
        elif isinstance(cell, int):
            self.sheet.write_number(self.row, place, cell, self.book.format(style))
        elif isinstance(cell, date):
            form = self.book.format(style, is_day=True)
            self.sheet.write_datetime(self.row, place, datetime.combine(cell, time()), form)
        elif not style.startswith("raw"):
            # An empty raw cell has nothing to show, and there are thousands of them.
            self.sheet.write_blank(self.row, place, None, self.book.format(style))


def _height(cell: Cell, style: str, width: int) -> float:
    """What a cell needs in a column this wide, in points."""
    size: float = STYLES[style].get("font_size", 11)
    is_wrapped = isinstance(cell, str) and "text_wrap" in STYLES[style]
    # Bigger letters are wider too.
    return (_lines(str(cell), int(width * LETTERS * 11 / size)) if is_wrapped else 1) * LINE_HEIGHT * size / 11


def _lines(text: str, width: int) -> int:
    """How many lines a text takes: words go on to the next line whole."""
    lines = 0
    for part in text.split("\n"):
        lines, used = lines + 1, 0
        for word in part.split(" "):
            if used and used + len(word) > width:
                lines, used = lines + 1, 0
            more, used = divmod(used + len(word), width) if len(word) > width else (0, used + len(word) + 1)
            lines += more
    return lines


def fitting(text: str) -> str:
    """A text as far as Excel takes it in one cell; one that is cut off ends in "…".

    What no document may hold was taken out when it was typed. It is left out here all the same: with one such sign in
    it a workbook doesn't open.
    """
    text = without_invisible(text)
    # No sign takes more than two units.
    if 2 * len(text) <= MAX_CELL:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL:
        return text
    return f"{units[: 2 * (MAX_CELL - 1)].decode('utf-16-le', errors='ignore')}…"
