"""Whether the database fits this code: a server asks at its start, `/gereed/` each time, `migrate` at its end."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# On PostgreSQL a restore puts the tables that were there in this schema, until its own are whole.
ASIDE = "before_restore"

_HOW = "Run ./run --setup and start again. If that doesn't help, put a backup back."

_BROKEN_OFF = (
    f"A restore was broken off: the tables of before are in the schema {ASIDE}. "
    "Do it again (manage.py restore), which puts them back first."
)


@cache
def _on_disk() -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """All migrations of this code, and the last of each app. They don't change while a process runs."""
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations), frozenset(loader.graph.leaf_nodes())


def migrations_that_differ(database: BaseDatabaseWrapper = connection) -> tuple[list[str], list[str]]:
    """The last migrations of this code that the database hasn't had yet, and those it had that this code doesn't know,
    each as "app.name". Two queries. Raises OperationalError when the database can't be reached."""
    _known, latest = _on_disk()
    applied = set(MigrationRecorder(database).applied_migrations())
    return _named(latest - applied), _named(_unknown(applied))


def unknown_migrations(applied: Iterable[str]) -> list[str]:
    """Of these migrations ("app.name") those that this code doesn't know: of a newer version."""
    return _named(_unknown({(app, name) for app, _, name in (key.partition(".") for key in applied)}))


def applied_migrations(database: BaseDatabaseWrapper = connection) -> list[str]:
    """Every migration that a database had, as "app.name". One query."""
    return _named(MigrationRecorder(database).applied_migrations())


def _unknown(applied: set[tuple[str, str]]) -> set[tuple[str, str]]:
    known, _latest = _on_disk()
    ours = {app.label for app in apps.get_app_configs()}
    return {key for key in applied - known if key[0] in ours}


def _named(keys: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in keys)


def missing_columns(database: BaseDatabaseWrapper = connection) -> list[str]:
    """Every column of a model that its table lacks, as "table.column"; of a table that isn't there, all of them."""
    missing = []
    with database.cursor() as cursor:
        tables = set(database.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if not model._meta.managed or model._meta.proxy:
                continue
            found = set()
            if table in tables:
                # Only the names, and no row: Django's own description of a table takes a hundred times as long.
                cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)} WHERE 1 = 0")  # noqa: S608
                found = {column[0] for column in cursor.description}
            wanted = {str(field.column) for field in model._meta.local_concrete_fields}
            missing += [f"{table}.{name}" for name in sorted(wanted - found)]
    return missing


def what_does_not_fit(database: BaseDatabaseWrapper = connection) -> str:
    """What to tell who runs the server; nothing when code and database fit.

    Raises OperationalError when the database can't be reached.
    """
    pending, newer = migrations_that_differ(database)
    if pending:
        return f"The database lacks migrations of this version: {', '.join(pending)}. {_HOW}"
    if newer:
        return (
            f"The database had migrations of a newer version: {', '.join(newer)}. "
            "Use that version again, or put a backup from before it back."
        )
    if missing := missing_columns(database):
        return f"The database lacks what this version needs: {', '.join(missing)}. {_HOW}"
    return ""


def what_was_broken_off(database: BaseDatabaseWrapper = connection) -> str:
    """What to tell who runs the server where a restore was killed before its end; nothing otherwise. What stands there
    then may have been erased or taken back since: nobody may get in."""
    if database.vendor != "postgresql":
        return ""
    with database.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [ASIDE])
        return _BROKEN_OFF if cursor.fetchone() else ""


def refuse_misfit() -> None:
    """Raises ImproperlyConfigured when code and database don't fit, or a restore was broken off. For servers, before
    they serve anything.

    A database that can't be reached yet is no reason to: `/gereed/` says so until it can.
    """
    try:
        wrong = what_was_broken_off() or what_does_not_fit()
    except OperationalError:
        return
    finally:
        # Workers split off after this, and no two processes may share a connection.
        connections.close_all()
    if wrong:
        raise ImproperlyConfigured(f"\n{wrong}")


def after_migrate(using: str, plan: Any = None, **_: Any) -> None:
    """Raises CommandError when a database that has had every migration still lacks a column: `migrate` then fails.

    A receiver of Django's `post_migrate`. Who goes back to an earlier migration, or empties tables, is left alone.
    """
    database = connections[using]
    if plan is None or any(migrations_that_differ(database)):
        return
    if wrong := what_does_not_fit(database):
        raise CommandError(wrong)
