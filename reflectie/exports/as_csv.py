"""Rows as CSV, as Dutch and Belgian spreadsheets open it: with a byte order mark, which tells them that it is UTF-8."""

from collections.abc import Iterable

from reflectie.domain.imports.spreadsheet import Cell, write_csv

from .columns import COLUMNS
from .tables import Table


def csv_file(tables: Iterable[Table]) -> bytes:
    """All rows in one table with every column, always the same ones: files of more sessions fit under each other."""
    lines: list[list[Cell]] = [[str(column.heading) for column in COLUMNS.values()]]
    lines += [[row.get(name) for name in COLUMNS] for table in tables for row in table.rows]
    return write_lines(lines)


def write_lines(lines: Iterable[Iterable[Cell]]) -> bytes:
    """Lines of cells, each of which a spreadsheet takes as it stands."""
    return write_csv(lines).encode("utf-8-sig")
