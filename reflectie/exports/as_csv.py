"""Rows as CSV, as Dutch and Belgian spreadsheets open it: UTF-8 with a byte order mark, semicolons, ISO days."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from reflectie.domain.spreadsheet import guarded

from .columns import COLUMNS
from .tables import Cell, Table


def csv_file(tables: Iterable[Table]) -> bytes:
    """All rows in one table with every column, always the same ones: files of more sessions fit under each other."""
    lines: list[list[Cell]] = [[str(column.heading) for column in COLUMNS.values()]]
    lines += [[row.get(name) for name in COLUMNS] for table in tables for row in table.rows]
    return write_lines(lines)


def write_lines(lines: Iterable[Iterable[Cell]]) -> bytes:
    """Lines of cells, each of which a spreadsheet takes as it stands."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
