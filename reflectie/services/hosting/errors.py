"""What can go wrong with a backup, a restore or a move."""

import re

NO_DATABASE = "There is nothing to back up: the database has no tables. See whether DATABASE_URL is right."


class HostingError(Exception):
    """It could not be done, and what stood there stands as it was. The text is for whoever runs the site, in English as
    all commands: what was wrong and what helps, and no key, password or person."""


def reason(said: str) -> str:
    """The first line of what a database or a program says went wrong, without what it quotes: that may be somebody's
    address."""
    line = next(iter(said.strip().splitlines()), "it didn't say why")
    return re.sub(r'"[^"]*"|\'[^\']*\'|\S+@\S+', "…", line).strip()[:200]
