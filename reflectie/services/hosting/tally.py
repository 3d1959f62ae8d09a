"""What stands in a database: of each table how many rows, and one checksum over all of them."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

# One database keeps these for itself, or for a moment.
_OF_THE_ENGINE = "sqlite_"


@dataclass(frozen=True, slots=True)
class TableTally:
    """The rows of one table: `checksum` is the sum of a SHA-256 of each row, so that it is the same in any order and
    needs no memory; 64 hexadecimal signs."""

    rows: int
    checksum: str


class Adder:
    """Adds rows to a tally, one by one."""

    def __init__(self) -> None:
        self._rows = self._sum = 0

    def add(self, row: bytes) -> None:
        """Count a row, given in a form that is always the same for the same row."""
        self._rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(row).digest(), "big")) % 2**256

    @property
    def tally(self) -> TableTally:
        """Of all rows so far."""
        return TableTally(self._rows, f"{self._sum:064x}")


def add_up(rows: Iterable[bytes]) -> TableTally:
    """The tally of these rows."""
    adder = Adder()
    for row in rows:
        adder.add(row)
    return adder.tally


def tallies_of_file(path: Path) -> dict[str, TableTally]:
    """Of each table of an SQLite file that nobody writes to, as SQLite has it. Reads every row, one at a time."""
    connection = sqlite3.connect(path)
    # As it stands there: text that is no UTF-8 is still text.
    connection.text_factory = bytes
    try:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        names = [str(name, "utf-8") for (name,) in found]
        return {
            name: add_up(repr(row).encode() for row in connection.execute(f'SELECT * FROM "{name}"'))  # noqa: S608
            for name in names
            if not name.startswith(_OF_THE_ENGINE)
        }
    finally:
        connection.close()


def tallies_on_server(database: BaseDatabaseWrapper) -> dict[str, TableTally]:
    """Of each table on PostgreSQL, as the server writes a row as text; within the caller's transaction, if there is
    one. Reads every row, one at a time."""
    # As these say, dates, times, numbers and files are written; a server or a user may have others.
    with database.cursor() as cursor:
        cursor.execute(
            "SET DateStyle TO ISO; SET TimeZone TO 'UTC'; SET IntervalStyle TO postgres; SET bytea_output TO hex; "
            "SET extra_float_digits TO 1"
        )
    return {table: add_up(_rows_on_server(database, table)) for table in tables_on_server(database)}


def tables_on_server(database: BaseDatabaseWrapper) -> list[str]:
    """The tables in the schema that this database's user works in, by name. One query."""
    with database.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def _rows_on_server(database: BaseDatabaseWrapper, table: str) -> Iterator[bytes]:
    name = database.ops.quote_name(table)
    with database.cursor() as cursor, cursor.copy(f"COPY (SELECT r::text FROM {name} r) TO STDOUT") as copy:  # noqa: S608
        for (row,) in copy.rows():
            yield row.encode()


def differences(expected: Mapping[str, TableTally], found: Mapping[str, TableTally]) -> list[str]:
    """What is not as expected, a line for each table; no line when every row of every table is the same."""
    lines = []
    for table in sorted(expected.keys() | found.keys()):
        before, now = expected.get(table), found.get(table)
        if now is None:
            lines.append(f"{table}: is not there")
        elif before is None:
            lines.append(f"{table}: should not be there")
        elif before.rows != now.rows:
            lines.append(f"{table}: {before.rows} rows expected, {now.rows} found")
        elif before.checksum != now.checksum:
            lines.append(f"{table}: as many rows ({now.rows}), with something else in them")
    return lines
