"""Making backups while the app runs, and keeping those of every day for as long as the pages promise."""

import hashlib
import logging
import re
import secrets
import sqlite3
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from reflectie.backends.schema import applied_migrations
from reflectie.keys import secret_keys

from ..daily import held_back
from . import postgresql, sqlite
from .backup_file import Manifest, checksum_of, is_left, scratch, write_backup
from .errors import HostingError
from .installation import file_of
from .tally import TableTally, tallies_of_file

log = logging.getLogger(__name__)

MEMBERS = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
_DAILY_NAME = re.compile(r"samenwerking-(\d{4}-\d\d-\d\d)\.zip(\.age)?")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: where, how many rows, how many bytes."""

    file: Path
    rows: int
    size: int


def make_backup(target: Path, recipients: Sequence[str] = ()) -> Made:
    """Make a backup of the database in force, as it is at one moment, while others write; closed for these recipients
    (public keys of age), if any. Raises HostingError, and leaves no file, when anything fails."""
    if target.exists():
        raise HostingError(f"{target.name} is there already, and stays as it is. Choose another name.")
    if not target.parent.is_dir():
        raise HostingError(f"The folder of {target.name} is not there.")
    with scratch(work_place()) as folder:
        database = folder / MEMBERS[connection.vendor]
        tables, migrations, engine_version = _dump(database)
        salt = secrets.token_hex(16)
        manifest = Manifest(
            version=app_version(),
            engine=connection.vendor,
            engine_version=engine_version,
            made_at=timezone.localtime().isoformat(timespec="seconds"),
            migrations=tuple(migrations),
            tables=tables,
            member=database.name,
            size=database.stat().st_size,
            checksum=checksum_of(database),
            key_salt=salt,
            keys=tuple(fingerprint(key, salt) for key in secret_keys()),
        )
        write_backup(target, database, manifest, recipients)
    return Made(target, sum(tally.rows for tally in tables.values()), target.stat().st_size)


def work_place() -> Path:
    """Where copies of the database may stand for a while: beside it, where answers are already; or in `var/`."""
    return file_of(connection).parent if connection.vendor == "sqlite" else settings.VAR_DIR


def app_version() -> str:
    """Of this app, as `pyproject.toml` has it."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def fingerprint(key: str, salt: str) -> str:
    """What stands for a secret key in a backup: 64 hexadecimal signs that take a fifteenth of a second and 16 MB to
    compute (scrypt, RFC 7914), so that nobody tries out keys with it."""
    return hashlib.scrypt(key.encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def _dump(target: Path) -> tuple[dict[str, TableTally], list[str], str]:
    if connection.vendor == "sqlite":
        sqlite.dump(file_of(connection), target)
        return tallies_of_file(target), sqlite.migrations_in(target), sqlite3.sqlite_version
    # Its own connection: nobody else's transaction may be in it.
    fresh: BaseDatabaseWrapper = connection.copy()
    try:
        tables = postgresql.dump(fresh, target)
        return tables, applied_migrations(fresh), str(postgresql.server_version(fresh))
    finally:
        fresh.close()


# --- every day


def daily_file(folder: Path, day: date, recipients: Sequence[str]) -> Path:
    """What the backup of a day is called."""
    return folder / f"samenwerking-{day.isoformat()}.zip{'.age' if recipients else ''}"


def make_daily(folder: Path, day: date, recipients: Sequence[str], keep_days: int) -> tuple[Made | None, int]:
    """Make the backup of a day in a folder, unless it is there, and erase there those that are `keep_days` days old or
    more; what was made, and how many were erased.

    Only files with our own names are erased, also when making one fails (HostingError): the pages promise so. The last
    one stays until there is a newer one: a site whose backups fail keeps something. None goes while the daily erasing
    holds back: it may be the clock that is wrong. One of a day that is still to come, as a clock that was wrong leaves
    it, stays and is told of in the log: its own day isn't known.
    """
    made = None
    try:
        try:
            if day not in [made_on for made_on, _file in _daily_files(folder)]:
                made = make_backup(daily_file(folder, day, recipients), recipients)
        finally:
            erased = 0 if held_back() else _prune(folder, day - timedelta(days=keep_days))
            if later := sum(made_on > day for made_on, _file in _daily_files(folder)):
                log.error("%s backups bear a day that is still to come; if the clock is right, erase them", later)
    except OSError as error:
        raise HostingError("The folder for daily backups is not there, or may not be read or written.") from error
    return made, erased


def _daily_files(folder: Path) -> list[tuple[date, Path]]:
    named = [(_DAILY_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted((date.fromisoformat(found[1]), path) for found, path in named if found)


def _prune(folder: Path, until: date) -> int:
    # What backups left that were killed.
    for left in folder.glob(".samenwerking-*.part"):
        if is_left(left):
            left.unlink(missing_ok=True)
    old = [path for made_on, path in _daily_files(folder)[:-1] if made_on <= until]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def backup_days() -> int | None:
    """For how many days what somebody erased is still in a backup; None where the host makes them in another way, or
    none."""
    return settings.BACKUP_KEEP_DAYS if settings.BACKUP_DIR else None


def missing_keys(manifest: Manifest) -> int:
    """How many of the keys that were in force when a backup was made aren't in the settings any more."""
    ours = {fingerprint(key, manifest.key_salt) for key in secret_keys()}
    return len(set(manifest.keys) - ours)
