"""Django's own databases, with two things more: whoever waits for one keeps no place (`reflectie/concurrency.py`),
and a request waits for seconds, not for as long as it takes."""

import time
from collections.abc import Callable
from errno import EDQUOT, ENOSPC, EROFS
from sqlite3 import SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_IOERR, SQLITE_LOCKED, SQLITE_READONLY
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from reflectie.concurrency import waiting

# Seconds. A lock: what others do with it takes milliseconds, so whoever waits longer waits for something that is wrong.
# SQLite has one lock for everybody, and a command that erases or folds may hold it for a while.
SQLITE_LOCK_SECONDS = 5
# Not all of it within SQLite: while that waits, it keeps its connection closed to other threads, and one that happens
# to collect garbage of this connection would wait too: also the one that answers for health.
SQLITE_TRY_MS, BETWEEN_TRIES = 100, 0.005
POSTGRESQL_LOCK_SECONDS = 2
# One query, of anything: the longest of a comparison of sixty sessions took a twentieth of a second. What needs this
# long is wrong, or asks a machine that is busy with something else.
STATEMENT_SECONDS = 20
# Between two queries of one transaction: nobody's thread that hangs keeps a row.
IDLE_SECONDS = 15

_POSTGRESQL = "; ".join(
    f"SET {name} = '{seconds}s'"
    for name, seconds in {
        "lock_timeout": POSTGRESQL_LOCK_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }.items()
)

# Of PostgreSQL: a lock that wasn't given in time or would never be, a query that took too long or that the database
# stopped, too many connections; and whatever begins as no connection does.
_POSTGRESQL_WAITS = {"55P03", "40P01", "57014", "25P03", "57P01", "57P02", "57P03", "53300"}
_NO_CONNECTION = "08"
# What a disk says that is full or may only be read: through SQLite, which says of some files only that they can't be
# opened or grow; through PostgreSQL (no room, a file that fails, read only); and of our own files.
_SQLITE_CANT_WRITE = {SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN}
_POSTGRESQL_CANT_WRITE = {"53100", "58030", "25006"}
_FILE_CANT_BE_WRITTEN = {ENOSPC, EDQUOT, EROFS}


class KeepsNoPlace:
    """For a `DatabaseWrapper`: each of its ways to wait for the database."""

    execute_wrappers: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_execute)

    def connect(self) -> None:
        with waiting():
            super().connect()  # type: ignore[misc]

    def is_usable(self) -> bool:
        with waiting():
            return bool(super().is_usable())  # type: ignore[misc]

    def _commit(self) -> None:
        # What other rows must be there is looked up now, and that may take locks.
        with waiting():
            super()._commit()  # type: ignore[misc]


def _execute(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    until = time.monotonic() + getattr(connection, "lock_seconds", 0)
    with waiting():
        while True:
            try:
                return execute(sql, params, many, context)
            except OperationalError as error:
                # Outside a transaction, what was refused did nothing yet.
                if many or connection.in_atomic_block or not _is_locked(error) or time.monotonic() > until:
                    raise
            time.sleep(BETWEEN_TRIES)


def _is_locked(error: BaseException) -> bool:
    return _sqlite_number(error) in (SQLITE_BUSY, SQLITE_LOCKED)


def _sqlite_number(error: BaseException) -> int:
    """What SQLite says went wrong, without the finer points; 0 where it isn't SQLite that says so."""
    return int(getattr(error.__cause__, "sqlite_errorcode", 0)) & 0xFF


def limit_waiting(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """A receiver of `connection_created`, for a process that serves requests: nobody waits for long."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {SQLITE_TRY_MS}")
            connection.lock_seconds = SQLITE_LOCK_SECONDS  # type: ignore[attr-defined]
        else:
            cursor.execute(_POSTGRESQL)


def waited_too_long(error: BaseException) -> bool:
    """Whether the database couldn't do it now and may do it later: it was locked, too slow, or not there."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return False
    cause = error.__cause__
    if hasattr(cause, "sqlite_errorcode"):
        return _is_locked(error)
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return state in _POSTGRESQL_WAITS or state.startswith(_NO_CONNECTION)
    # psycopg itself says that there is no connection, or none any more.
    return type(cause).__module__.startswith("psycopg") and type(cause).__name__ != "ProgrammingError"


def cannot_write(error: BaseException) -> bool:
    """Whether nothing can be written now, in the database or in a file: the disk is full, may only be read, or fails.
    What was refused did nothing, and can be done once there is room again."""
    if isinstance(error, DatabaseError | InterfaceError):
        state = getattr(error.__cause__, "sqlstate", None)
        return _sqlite_number(error) in _SQLITE_CANT_WRITE or state in _POSTGRESQL_CANT_WRITE
    return isinstance(error, OSError) and error.errno in _FILE_CANT_BE_WRITTEN
