"""Whether a database is in use, by people or by a process."""

from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from . import postgresql, sqlite
from .errors import HostingError

# With no row in these, nobody has used an installation.
_PEOPLES = ("auth_user", "reflectie_collaboration", "reflectie_session")
_MIGRATIONS = "django_migrations"


def is_unused(database: BaseDatabaseWrapper) -> bool:
    """Whether nobody used this installation: no account, no collaboration, no reflection; or no tables at all.

    Raises HostingError where the tables are something else's.
    """
    if database.vendor == "sqlite" and not file_of(database).exists():
        return True
    with database.cursor() as cursor:
        tables = set(database.introspection.table_names(cursor))
        if tables and _MIGRATIONS not in tables:
            raise HostingError("The database has tables of something else. Make an empty one for the app alone.")
        for table in tables & set(_PEOPLES):
            cursor.execute(f"SELECT 1 FROM {database.ops.quote_name(table)} LIMIT 1")  # noqa: S608
            if cursor.fetchone():
                return False
    return True


def file_of(database: BaseDatabaseWrapper) -> Path:
    """Where an SQLite database is: the file itself, where its address leads to a link."""
    return Path(str(database.settings_dict["NAME"])).resolve()


def refuse_in_use(database: BaseDatabaseWrapper) -> None:
    """Raises HostingError while a server, a worker or anybody else has this database open. `database` is closed by it,
    on SQLite."""
    if database.vendor == "sqlite":
        database.close()
        sqlite.refuse_in_use(file_of(database))
    elif others := postgresql.others_connected(database):
        raise HostingError(
            f"Somebody has the database open ({others} connections): stop the server and the worker first: "
            "systemctl stop samenwerking samenwerking-worker"
        )
