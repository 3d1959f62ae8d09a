"""Putting a backup back, and looking whether it could be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from reflectie.backends.schema import unknown_migrations
from reflectie.services.daily import Erased, HeldBackError, erase_daily

from . import postgresql, sqlite
from .backup_file import Manifest, OpenedBackup, open_backup
from .backups import missing_keys, work_place
from .errors import HostingError, database_trouble
from .installation import file_of, is_unused, refuse_in_use
from .scratch import scratch
from .tally import TableTally, differences, tallies_of_file, tallies_on_server

_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a backup says, and what is otherwise in the database that was made of it: nothing when it is whole."""

    manifest: Manifest
    differences: tuple[str, ...]
    missing_keys: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what became of what had expired since; `held` is why nothing was erased, if so."""

    manifest: Manifest
    erased: Erased | None
    held: HeldBackError | None
    missing_keys: int


def check_backup(file: Path, identity: Path | None = None) -> Checked:
    """Restore a backup into a database for a while, and compare every row of it with the manifest. The database in
    force is left alone. Raises HostingError when the file can't be read, or can't be restored here at all."""
    with scratch(work_place()) as folder, database_trouble():
        opened = open_backup(file, folder, identity)
        if opened.manifest.engine == "sqlite":
            sqlite.refuse_broken(opened.database)
            found = tallies_of_file(opened.database)
        else:
            found = _tallies_of_dump(opened)
        told = differences(opened.manifest.tables, found)
        return Checked(opened.manifest, tuple(told), missing_keys(opened.manifest))


def _tallies_of_dump(opened: OpenedBackup) -> dict[str, TableTally]:
    _refuse_other_engine(opened.manifest)
    with _own_connection() as fresh, postgresql.scratch_database(fresh) as made:
        postgresql.load(made, opened.database)
        return tallies_on_server(made)


@contextmanager
def _own_connection() -> Iterator[BaseDatabaseWrapper]:
    fresh = connection.copy()
    try:
        yield fresh
    finally:
        fresh.close()


def _refuse_other_engine(manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        made, here = _ENGINES.get(manifest.engine, "another database"), _ENGINES[connection.vendor]
        raise HostingError(
            f"The backup was made on {made}, and this is {here}. Set DATABASE_URL to {made}, do it there, and then "
            "move: manage.py move_to"
        )


def restore_backup(
    file: Path, identity: Path | None, day: date, *, replace: bool = False, confirmed: bool = False
) -> Restored:
    """Put a backup back: into an empty installation, or in the place of what is there (`replace`).

    One of an older version is migrated; everybody has to sign in again; and what has expired by `day` is erased, by the
    rules of the daily work, which holds back where that is more than a day's (`held`), unless `confirmed`.
    Raises HostingError, and leaves the database in force as it was, when anything fails before the erasing.
    """
    with scratch(work_place()) as folder, database_trouble():
        opened = open_backup(file, folder, identity)
        _refuse_other_engine(opened.manifest)
        if newer := unknown_migrations(opened.manifest.migrations):
            raise HostingError(
                f"The backup was made by a newer version ({opened.manifest.version}), with {', '.join(newer)}. "
                "Use that version to restore it."
            )
        if not replace and not _is_unused():
            raise HostingError(
                "There is something in this installation, and it stays. To put the backup in its place: --replace"
            )
        put = _put_file if connection.vendor == "sqlite" else _put_dump
        with put(opened):
            _refuse_different(opened)
            erased, held = _bring_up_to(day, confirmed=confirmed)
    return Restored(opened.manifest, erased, held, missing_keys(opened.manifest))


def _is_unused() -> bool:
    with _own_connection() as fresh:
        if fresh.vendor == "postgresql":
            # Of a restore that was killed: they are the ones to look at.
            postgresql.bring_back(fresh)
        return is_unused(fresh)


@contextmanager
def _put_file(opened: OpenedBackup) -> Iterator[None]:
    """With the backup as the database in force for this process; for all, once everything went well."""
    target = file_of(connection)
    refuse_in_use(connection)
    with _in_force(opened.database):
        yield
    sqlite.take_place(opened.database, target)


@contextmanager
def _in_force(file: Path) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@contextmanager
def _put_dump(opened: OpenedBackup) -> Iterator[None]:
    connection.close()
    with _own_connection() as fresh:
        refuse_in_use(fresh)
        with postgresql.set_aside(fresh):
            postgresql.load(fresh, opened.database)
            yield
            connection.close()


def _refuse_different(opened: OpenedBackup) -> None:
    if connection.vendor == "sqlite":
        sqlite.refuse_broken(opened.database)
        found = tallies_of_file(opened.database)
    else:
        found = tallies_on_server(connection)
    if told := differences(opened.manifest.tables, found):
        raise HostingError(f"What came out of the backup is not what went in: {'; '.join(told)}.")


def _bring_up_to(day: date, *, confirmed: bool) -> tuple[Erased | None, HeldBackError | None]:
    """Migrate, sign everybody out, and erase what expired."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("load_checklist", verbosity=0)
    # Who signed out since, on somebody else's computer, would be signed in again.
    BrowserSession.objects.all().delete()
    try:
        return erase_daily(day, confirmed=confirmed), None
    except HeldBackError as held:
        return None, held
