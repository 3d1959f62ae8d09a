"""PostgreSQL's own programs for backups (`pg_dump`, `pg_restore`), and where they are."""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from reflectie.backends.schema import ASIDE

from .errors import NO_DATABASE, HostingError, reason
from .tally import TableTally, tables_on_server, tallies_on_server

_DEBIAN = Path("/usr/lib/postgresql")
# What our programs say of a database that a check made.
_CHECK = "a scratch database of manage.py check_backup"
# As libpq calls them, where it isn't the name of the parameter.
_VARIABLES = {"connect_timeout": "PGCONNECT_TIMEOUT", "application_name": "PGAPPNAME"}


def server_version(database: BaseDatabaseWrapper) -> int:
    """The main version of the server: 15, 17."""
    return int(database.pg_version // 10_000)  # type: ignore[attr-defined]


def program(name: str, version: int) -> str:
    """The path of a program of this main version, or else of the first newer one. Raises HostingError when neither is
    on this machine: an older one refuses a newer server."""
    installed = {
        int(path.parent.parent.name): str(path)
        for path in _DEBIAN.glob(f"*/bin/{name}")
        if path.parent.parent.name.isdigit()
    }
    if elsewhere := shutil.which(name):
        told = subprocess.run([elsewhere, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        if found := re.search(r" (\d+)", told):
            installed.setdefault(int(found[1]), elsewhere)
    fitting = sorted(number for number in installed if number >= version)
    if not fitting:
        raise HostingError(
            f"{name} of PostgreSQL {version} or newer is not on this machine: apt-get install postgresql-client"
        )
    return installed[fitting[0]]


def dump(database: BaseDatabaseWrapper, target: Path) -> dict[str, TableTally]:
    """Dump every table of the schema that the app works in, while others write; what stands in that dump, counted in
    the same snapshot. `database` is a connection of its own, outside a transaction."""
    with database.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot(), current_schema()")
            snapshot, schema = cursor.fetchone()
            tables = [f'--table="{schema}"."{table}"' for table in tables_on_server(database)]
            if not tables:
                raise HostingError(NO_DATABASE)
            how = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"]
            _run("pg_dump", database, [*how, *tables])
            return tallies_on_server(database)
        finally:
            cursor.execute("ROLLBACK")


def load(database: BaseDatabaseWrapper, source: Path) -> None:
    """Put a dump in a database that has none of its tables; all of it or nothing. Raises HostingError where it was made
    in another schema than the one that this database's user works in: its tables would stand where nobody looks."""
    with database.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        [schema] = cursor.fetchone()
    listed = _run("pg_restore", database, ["--list", str(source)])
    if not re.search(rf"^\d+; \d+ \d+ TABLE {re.escape(schema)} ", listed, re.MULTILINE):
        raise HostingError(
            f"The backup was made in another schema than {schema}, where this database's user works. Make that schema, "
            "and name it in DATABASE_URL: ?options=-c%20search_path=…"
        )
    how = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    # A bare name with an = in it would be read as settings.
    address = make_conninfo(dbname=database.settings_dict["NAME"])
    _run("pg_restore", database, [*how, f"--dbname={address}", str(source)])


def _environment(database: BaseDatabaseWrapper) -> dict[str, str]:
    """How a program of PostgreSQL's reaches the database, in its own variables: arguments, with a password in them, are
    for everybody on the machine to read."""
    given = {**database.get_connection_params()}
    given["database"] = given.pop("dbname", database.settings_dict["NAME"])
    known = {_variable(name): str(value) for name, value in given.items() if isinstance(value, str | int)}
    # What goes wrong is told in English, as everything here is.
    return {**os.environ, **known, "LC_ALL": "C"}


def _variable(name: str) -> str:
    return _VARIABLES.get(name, f"PG{name.replace('_', '').upper()}")


def _run(name: str, database: BaseDatabaseWrapper, arguments: Sequence[str]) -> str:
    """What it printed. Raises HostingError when it failed."""
    path = program(name, server_version(database))
    done = subprocess.run([path, *arguments], env=_environment(database), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        error = next((line for line in done.stderr.splitlines() if "error:" in line), done.stderr)
        raise HostingError(f"{name} failed: {reason(error.partition('error:')[2] or error)}.")
    return done.stdout


def others_connected(database: BaseDatabaseWrapper) -> int:
    """How many connections others have to the same database: a server, a worker, somebody at `psql`."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            # Of other users the server tells no more than that there are some; its own processes are nobody's.
            "AND (backend_type = 'client backend' OR backend_type IS NULL AND usesysid IS NOT NULL) "
            "AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def scratch_database(database: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """A connection to an empty database on the same server, which is gone afterwards; and so are those that checks left
    that were killed."""
    name = f"samenwerking_check_{secrets.token_hex(6)}"
    with database.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper, current_schema() FROM pg_roles WHERE rolname = current_user")
        may_make, schema = cursor.fetchone()
        if not may_make:
            raise HostingError(
                "The database's user may make no scratch database. Let an administrator do this, and begin again: "
                "ALTER ROLE … CREATEDB. Or check it on another machine."
            )
        _drop_left(cursor)
        # Whatever the server makes by itself: every letter fits, and nothing is sorted.
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    made = database.copy()
    made.settings_dict["NAME"] = name
    try:
        # Connected before it has its mark: without anybody in it, it would be one that was left.
        with made.cursor() as inside, database.cursor() as cursor:
            inside.execute(f"CREATE SCHEMA IF NOT EXISTS {database.ops.quote_name(schema)}")
            cursor.execute(f"COMMENT ON DATABASE {name} IS '{_CHECK}'")
        yield made
    finally:
        made.close()
        with database.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")


def _drop_left(cursor: CursorWrapper) -> None:
    """Drop the databases of checks that were killed: ours by their mark, whatever they are called."""
    cursor.execute(
        "SELECT datname FROM pg_database d WHERE shobj_description(d.oid, 'pg_database') = %s "
        "AND pg_get_userbyid(datdba) = current_user "
        "AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid)",
        [_CHECK],
    )
    for (left,) in cursor.fetchall():
        cursor.execute(f'DROP DATABASE IF EXISTS "{left}"')


@contextmanager
def set_aside(database: BaseDatabaseWrapper) -> Iterator[None]:
    """With every table out of the way, so that others can take their place: in a schema of their own, which goes when
    all went well. Otherwise they come back, also those that were put aside by a restore that was killed."""
    bring_back(database)
    with _all_or_nothing(database) as cursor:
        cursor.execute(f"CREATE SCHEMA {ASIDE}")
        cursor.execute(f"COMMENT ON SCHEMA {ASIDE} IS '{timezone.now().isoformat()}'")
        for table in tables_on_server(database):
            cursor.execute(f"ALTER TABLE {database.ops.quote_name(table)} SET SCHEMA {ASIDE}")
    try:
        yield
    except BaseException:
        bring_back(database)
        raise
    with database.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {ASIDE} CASCADE")


def bring_back(database: BaseDatabaseWrapper) -> None:
    """Where a restore put tables aside and didn't end: take away what it made in their place, and put them back.

    Raises HostingError, and leaves both, where a worker has run on what took their place.
    """
    with _all_or_nothing(database) as cursor:
        cursor.execute("SELECT tablename, current_schema() FROM pg_tables WHERE schemaname = %s", [ASIDE])
        aside = cursor.fetchall()
        tables = tables_on_server(database)
        if aside and "reflectie_heartbeat" in tables:
            cursor.execute(
                "SELECT count(*) FROM reflectie_heartbeat "
                "WHERE seen_at > obj_description(%s::regnamespace, 'pg_namespace')::timestamptz",
                [ASIDE],
            )
            if cursor.fetchone()[0]:
                raise HostingError(
                    f"A restore was broken off, and the site was started since: its former tables are still in the "
                    f"schema {ASIDE}. If what is there now is right, let an administrator do this, and begin again: "
                    f"DROP SCHEMA {ASIDE} CASCADE"
                )
        for table in tables if aside else []:
            cursor.execute(f"DROP TABLE {database.ops.quote_name(table)} CASCADE")
        for table, schema in aside:
            names = f"{ASIDE}.{database.ops.quote_name(table)} SET SCHEMA {database.ops.quote_name(schema)}"
            cursor.execute(f"ALTER TABLE {names}")
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE}")


@contextmanager
def _all_or_nothing(database: BaseDatabaseWrapper) -> Iterator[CursorWrapper]:
    """A transaction of a connection of its own, which Django's `atomic` doesn't know."""
    with database.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            yield cursor
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
