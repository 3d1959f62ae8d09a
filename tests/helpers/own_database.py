"""Databases that a test may replace, break or fill: copies of the tests' own, which are gone afterwards."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from environ import Env

from reflectie.services.hosting.tally import TableTally, tallies_of_file, tallies_on_server
from tests.helpers.database_addresses import address_of


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _on_server(statement: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement)


@contextmanager
def own_database(name: str, *, empty: bool = False) -> Iterator[None]:
    """With another database in force: a copy of the tests' own (migrated, with the checklist), or one without anything
    (`empty`). `name` is the path of a file on SQLite, of which the last part counts elsewhere."""
    with other_database(name, empty=empty) as address, in_force(_name_in(address)):
        yield


@contextmanager
def other_database(name: str, *, empty: bool = True) -> Iterator[str]:
    """The address of another database, beside the one in force: without anything, or a copy of that one."""
    usual = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        with _made_on_server(name, "template0" if empty else usual) as made:
            yield address_of(connection, made)
        return
    if not empty:
        with closing(sqlite3.connect(usual)) as old, closing(sqlite3.connect(name)) as new:
            old.backup(new)
    yield address_of(connection, name)


def _name_in(address: str) -> str:
    """Of the database at an address."""
    return str(Env.db_url_config(address)["NAME"])


@contextmanager
def _made_on_server(name: str, template: str) -> Iterator[str]:
    made = f"{connection.settings_dict['NAME']}_{Path(name).stem}"
    _on_server(f"DROP DATABASE IF EXISTS {_quoted(made)}")
    _on_server(f"CREATE DATABASE {_quoted(made)} TEMPLATE {_quoted(template)}")
    try:
        yield made
    finally:
        _on_server(f"DROP DATABASE {_quoted(made)}")


@contextmanager
def in_force(name: str) -> Iterator[None]:
    """With the database of this name as the one of the app, in this process."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(name)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def tallies(database: BaseDatabaseWrapper = connection) -> dict[str, TableTally]:
    """What stands in the database in force."""
    if database.vendor == "postgresql":
        return tallies_on_server(database)
    database.close()
    return tallies_of_file(Path(str(database.settings_dict["NAME"])))


def environment_on_it() -> dict[str, str]:
    """Settings for a process on the database in force."""
    return {**os.environ, "DATABASE_URL": address_of(connection)}
