"""What can go wrong with a backup, a restore or a move."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import Error

NO_DATABASE = "There is nothing to back up: the database has no tables. See whether DATABASE_URL is right."


class HostingError(Exception):
    """It could not be done, and what stood there stands as it was. The text is for whoever runs the site, in English as
    all commands: what was wrong and what helps, and no key, password or person."""


def reason(said: str) -> str:
    """The first line of what a database or a program says went wrong, without what it quotes: that may be somebody's
    address."""
    line = next(iter(said.strip().splitlines()), "it didn't say why")
    return re.sub(r'"[^"]*"|\'[^\']*\'|\S+@\S+', "…", line).strip()[:200]


@contextmanager
def database_trouble(where: str = "The database") -> Iterator[None]:
    """What a database, or a command that works on one, says went wrong becomes a HostingError, with where that was."""
    try:
        yield
    except (Error, sqlite3.Error, CommandError) as error:
        raise HostingError(f"{where} could not take it: {reason(str(error))}.") from error
