"""SQLite's own ways to copy a database that others write to, to look whether a file is whole, and to take its place."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from .errors import NO_DATABASE, HostingError
from .scratch import new_file, refuse_without_room, sync_folder

_BROKEN = "The database in the backup is damaged: SQLite's own check doesn't pass."
_IN_USE = (
    "Somebody has the database open: stop the server and the worker first: "
    "systemctl stop samenwerking samenwerking-worker"
)
# What SQLite has beside a file: what isn't in it yet, and what was in it before.
_BESIDE = ("-wal", "-shm", "-journal")


def dump(source: Path, target: Path) -> None:
    """Copy a database into a new file, readable by this user alone, while others write. One step, so that it is of one
    moment, however long it takes."""
    if not source.is_file() or not source.stat().st_size:
        raise HostingError(NO_DATABASE)
    refuse_without_room(target.parent, source.stat().st_size)
    os.close(new_file(target))
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # All of it in one file.
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise HostingError(f"The database could not be copied: {error}.") from error


def migrations_in(file: Path) -> list[str]:
    """Every migration that the database in a file had, as "app.name"."""
    with closing(sqlite3.connect(file)) as database:
        try:
            found = database.execute("SELECT app || '.' || name FROM django_migrations")
        except sqlite3.Error as error:
            raise HostingError(NO_DATABASE) from error
        return sorted(name for (name,) in found)


def refuse_broken(file: Path) -> None:
    """Raises HostingError where SQLite itself finds something wrong in a file, or a row that belongs to none."""
    try:
        with closing(sqlite3.connect(file)) as database:
            is_whole = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            strays = database.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise HostingError(_BROKEN) from error
    if not is_whole or strays:
        raise HostingError(_BROKEN)


def refuse_in_use(file: Path) -> None:
    """Raises HostingError while another process has this database open; afterwards all of it is in its one file.

    SQLite gives up its second file (WAL) only to whoever is alone.
    """
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=1)) as database:
            [mode] = database.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise HostingError(_IN_USE) from error
    if mode != "delete":
        raise HostingError(_IN_USE)


def take_place(new: Path, old: Path) -> None:
    """Put a file where the database was, at once: before or after a power cut there is a whole one. Neither is open."""
    refuse_in_use(new)
    refuse_in_use(old)
    if not old.exists():
        # Of a file that somebody took away: SQLite would go on with them in whatever comes in its place.
        for ending in _BESIDE:
            old.with_name(f"{old.name}{ending}").unlink(missing_ok=True)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(old)
    sync_folder(old.parent)
