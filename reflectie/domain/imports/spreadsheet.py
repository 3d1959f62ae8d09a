"""CSV as Dutch and Belgian spreadsheets open it, and what they make of a text in it, where nothing says that it is one:
the one rule, for files that leave and for tables that come back."""

import re
from collections.abc import Iterable
from datetime import date

# What a cell holds; None is an empty one.
Cell = str | int | date | None

# As a Dutch spreadsheet writes them, or reads them in English; longer forms begin the same.
_MONTH = r"(?:jan|feb|mrt|maart|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?"
# Apostrophes in front count as part of it: only so can one that was put there be told from one that was typed.
# Once read they are not given back: a cell of nothing else would take time with the square of its length.
_TAKEN = re.compile(
    rf"""'*+(?:
    [\t\r\n] | \s*[=+\-@＝＋－＠]                             # a sum, also after spaces and in wide signs
    | (?=\D*\d) [\d\s.,:/()%€$£'-]+ (?:e[+-]?\d+\s*)? \Z      # a number, a day or a time: 007, 1-2, 12:30, 1e5
    | (?=\D*\d) [\d\s./-]* {_MONTH} [\d\s./,-]* \Z            # a day with its month: 3 mei
    | (?:waar|onwaar|true|false) \s* \Z
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def guarded(text: str) -> str:
    """A text that every spreadsheet leaves as it is: an apostrophe stands before one that would be worked out as a sum,
    or taken for a number or a day ("007" would come back as 7)."""
    return f"'{text}" if _TAKEN.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded: for every text `unguarded(guarded(text)) == text`. Another apostrophe stays."""
    return text[1:] if text.startswith("'") and _TAKEN.match(text) else text


def write_csv(lines: Iterable[Iterable[Cell]]) -> str:
    """Lines of cells with semicolons between them, days as ISO writes them, each text guarded.

    Every text stands in quotation marks: LibreOffice offers to separate by commas too, and then one in a text would
    shift what comes after it.
    """
    return "".join(f"{';'.join(map(_written, line))}\r\n" for line in lines)


def _written(cell: Cell) -> str:
    if isinstance(cell, str) and cell:
        text = guarded(cell).replace('"', '""')
        return f'"{text}"'
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
