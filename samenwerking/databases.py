"""What every database of ours is set to, whichever address it has: the one in force, and one that data move to."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_SCHEMES = {"sqlite", "postgres", "postgresql", "pgsql"}


def read_database(address: str) -> dict[str, Any]:
    """Django's settings for the database at an address, as `DATABASE_URL` has it.

    Raises ImproperlyConfigured where that is none of SQLite or PostgreSQL, and shows nothing of it: what the library
    says may quote the password.
    """
    if address.partition("://")[0] in _SCHEMES:
        try:
            return configure(environ.Env.db_url_config(address))
        except (ImproperlyConfigured, ValueError):
            pass
    raise ImproperlyConfigured("That is no address of an SQLite or PostgreSQL database, as DATABASE_URL has it.")


def configure(address: dict[str, Any]) -> dict[str, Any]:
    """Django's settings for one database, of what an address was read into (`environ.Env.db_url_config`)."""
    # Django's own, in which whoever waits for the database keeps nobody else waiting.
    engine = address["ENGINE"].replace("django.db.backends.", "reflectie.backends.")
    # Kept connections: opening one costs more than a save.
    database = {**address, "ENGINE": engine, "CONN_MAX_AGE": 60}
    if engine == "reflectie.backends.sqlite3":
        database["OPTIONS"] = {
            # A write takes its lock at once: with deferred transactions, half the writers under load are refused.
            "transaction_mode": "IMMEDIATE",
            # For commands; a request waits for less long (`wsgi.py`).
            "timeout": 20,
            # Erased answers are overwritten, which not every build of SQLite does by itself (`services/erasure.py` has
            # the rest).
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA secure_delete=ON;",
        }
    else:
        database["CONN_HEALTH_CHECKS"] = True
        database["OPTIONS"] = {"connect_timeout": 5, **database.get("OPTIONS", {})}
    return database
