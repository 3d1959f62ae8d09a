"""Moving everything to a database of another kind, row by row: SQLite to PostgreSQL, and back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, Field, Model

from reflectie.backends.schema import what_does_not_fit
from samenwerking.databases import read_database

from .errors import HostingError, database_trouble
from .installation import file_of, is_unused, refuse_in_use
from .tally import Adder, TableTally

ALIAS = "target"
# Rows that are in memory at once. A PDF is some hundred kilobytes, so of those few.
_BATCH, _HEAVY_BATCH = 2000, 50


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each table were moved, and compared."""

    rows: dict[str, int]


def move_to(address: str, tell: Callable[[str, int], None] = lambda _table, _rows: None) -> Moved:
    """Copy every row of the database in force into the one at an address (`DATABASE_URL`), and compare each with what
    was read. That one must be empty; it is migrated first. `tell` hears of each table that is done.

    All of it or nothing: one transaction there. What is in force here isn't changed. Rows pass a few thousand at a
    time, however many there are. Raises HostingError when anything fails.
    """
    with _target(address) as target, database_trouble():
        _prepare(target)
        with _held(connection), transaction.atomic(ALIAS):
            rows = _move_all(target, tell)
    return Moved(rows)


def _prepare(target: BaseDatabaseWrapper) -> None:
    """Make both ready: the one here fits this version and nobody else has it open, the other is empty and migrated."""
    if wrong := what_does_not_fit(connection):
        raise HostingError(wrong)
    refuse_in_use(connection)
    if not is_unused(target):
        raise HostingError("There is something in the database to move to, and it stays. Make an empty one.")
    if target.vendor == "sqlite":
        # Readable by this user alone, before anything is in it.
        try:
            file_of(target).touch(mode=0o600)
            file_of(target).chmod(0o600)
        except OSError as error:
            raise HostingError("The file to move to can't be made: see whether its folder is there.") from error
    call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
    call_command("createcachetable", database=ALIAS, verbosity=0)


@contextmanager
def _target(address: str) -> Iterator[BaseDatabaseWrapper]:
    try:
        read = read_database(address)
    except ImproperlyConfigured as error:
        raise HostingError(str(error)) from None
    if ":memory:" in read["NAME"] or read["NAME"].startswith("file:"):
        raise HostingError("A database in memory is gone as soon as everything was moved there. Name a file.")
    connections.databases[ALIAS] = connections.configure_settings({DEFAULT_DB_ALIAS: read})[DEFAULT_DB_ALIAS]
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


@contextmanager
def _held(source: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything that is read meanwhile is of one moment. On SQLite nobody can write either."""
    with transaction.atomic():
        if source.vendor == "postgresql":
            with source.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _move_all(target: BaseDatabaseWrapper, tell: Callable[[str, int], None]) -> dict[str, int]:
    models = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]
    with target.cursor() as cursor:
        # What migrate put there. Which row needs which other is looked at when all is in.
        for model in models:
            cursor.execute(f"DELETE FROM {target.ops.quote_name(model._meta.db_table)}")  # noqa: S608
    rows = {}
    for model in models:
        table = model._meta.db_table
        with database_trouble(f"The table {table}"):
            read = _move(model, target)
            arrived = _tally(model)
        if arrived != read:
            raise HostingError(f"{table}: what arrived is not what was read.")
        rows[table] = read.rows
        tell(table, read.rows)
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    return rows


def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _move(model: type[Model], target: BaseDatabaseWrapper) -> TableTally:
    """Copy the rows of one table; what was read."""
    fields, name = _fields(model), target.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {name(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    adder = Adder()
    with target.cursor() as cursor:
        for batch in _batches(model, DEFAULT_DB_ALIAS):
            for row in batch:
                adder.add(_canonical(row))
            prepared = [
                [field.get_db_prep_save(value, target) for field, value in zip(fields, row, strict=True)]
                for row in batch
            ]
            cursor.executemany(statement, prepared)
    return adder.tally


def _tally(model: type[Model]) -> TableTally:
    """Of what arrived."""
    adder = Adder()
    for batch in _batches(model, ALIAS):
        for row in batch:
            adder.add(_canonical(row))
    return adder.tally


def _batches(model: type[Model], alias: str) -> Iterator[list[tuple[Any, ...]]]:
    fields = _fields(model)
    size = _HEAVY_BATCH if any(isinstance(field, BinaryField) for field in fields) else _BATCH
    names = [field.attname for field in fields]
    rows = model._base_manager.using(alias).order_by().values_list(*names).iterator(chunk_size=size)
    while batch := list(islice(rows, size)):
        yield batch


def _canonical(row: tuple[Any, ...]) -> bytes:
    """A row in a form that is the same whichever database it comes from."""
    return repr([_plain(value) for value in row]).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return value
