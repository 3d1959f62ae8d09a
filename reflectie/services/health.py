"""Whether requests can be served, and what an administrator should look at before they can't."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import gettext as _

from reflectie.backends.schema import migrations_that_differ
from reflectie.models import DailyJob
from reflectie.services.collaborations.people import without_coordinator

from .accounts import twins
from .daily import held_back, held_back_log, held_back_text
from .heartbeat import is_late, worker_is_silent

# Whoever asks wants an answer now, also while somebody else holds a lock.
PATIENCE_MS = 1000
# Room to write the database anew, to make a backup, and for a week to notice it.
DISK_NEARLY_FULL = 500_000_000
# With less than this, writing fails sooner or later.
DISK_FULL = 5_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: `text` is for pages, `log` for the log, in English."""

    text: str
    log: str


@dataclass(frozen=True, slots=True)
class Health:
    """What keeps requests from being served, if anything does; and what an administrator should look at."""

    failure: Problem | None = None
    warnings: tuple[Problem, ...] = ()


def look_at_health() -> Health:
    """Ask for everything that requests need until something fails, and for all that asks for a warning.

    A handful of queries that read; what takes longer than PATIENCE_MS on PostgreSQL has failed, and on SQLite nobody
    who writes keeps a reader waiting. Raises nothing.
    """
    for check, failed in FAILURES:
        try:
            with hasty():
                found = check()
        except Exception:  # an unreachable server, a missing table, a lock: each check says what it means
            found = failed()
        if found:
            return Health(found)
    return Health(warnings=tuple(found for check in WARNINGS if (found := check())))


def health_of_accounts() -> dict[str, Any]:
    """What only an administrator can put right: collaborations that nobody coordinates, and accounts that are one
    mailbox. Three queries. Not part of health: it keeps no request from being served, and names people."""
    return {"without_coordinator": without_coordinator().count(), "twins": twins()}


def why_it_fails() -> Problem | None:
    """What to say where a request failed: what all of them need and isn't there; None when that is all there."""
    return look_at_health().failure or (_disk() if free_bytes() < DISK_FULL else None)


@contextmanager
def hasty() -> Iterator[None]:
    if connection.vendor != "postgresql":
        # A transaction would take SQLite's lock, which is what somebody else may be holding.
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        yield


def _database() -> Problem | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    file = database_file()
    if file and not (all(os.access(path, os.W_OK) for path in (file, file.parent)) and _takes_files(file.parent)):
        return Problem(
            _(
                "De databank kan niet beschreven worden: kijk na van wie de bestanden zijn, en of de schijf alleen "
                "gelezen mag worden."
            ),
            "the database can't be written: see whose its files are, and whether its disk may only be read",
        )
    return None


def _takes_files(folder: Path) -> bool:
    """Whether a file can be made there: a disk that failed while it was in use says so in no other way. One that is
    only full counts as one that can; `_disk` tells of that."""
    try:
        with TemporaryFile(dir=folder):
            return True
    except OSError as error:
        return error.errno in (ENOSPC, EDQUOT)


def _migrations() -> Problem | None:
    pending, _newer = migrations_that_differ()
    if not pending:
        return None
    names = ", ".join(pending)
    told = _("De databank is nog niet bijgewerkt voor deze versie: %(names)s. Voer ./run --setup uit en start opnieuw.")
    return Problem(told % {"names": names}, f"the database lacks migrations of this version: {names}")


def _cache() -> Problem | None:
    cache.get("health")
    return None


def _disk() -> Problem | None:
    free = free_bytes()
    if free < DISK_FULL:
        return Problem(_("De schijf is vol: er kan niets bewaard worden."), "the disk is full")
    if free < DISK_NEARLY_FULL:
        number = free // 1_000_000
        text = _("De schijf is bijna vol: er is nog %(number)s MB vrij.") % {"number": number}
        return Problem(text, f"the disk is nearly full: {number} MB is free")
    return None


def _worker() -> Problem | None:
    if not worker_is_silent():
        return None
    text = _("De worker draait niet: er vertrekt geen mail, en wat oud is, wordt niet gewist. Start hem opnieuw.")
    how = _("Op de server: systemctl restart samenwerking-worker, of ./run.")
    return Problem(f"{text} {how}", "the worker doesn't run")


def _daily_work() -> Problem | None:
    if why := held_back():
        return Problem(held_back_text(why), held_back_log(why))
    if is_late(DailyJob.Name.ERASE, DailyJob.Name.REMIND) and not worker_is_silent():
        return Problem(
            _("Het dagelijkse werk (wissen en herinneren) bleef liggen. Kijk in het logboek waarom."),
            "the daily work is late",
        )
    return None


def _backups() -> Problem | None:
    # What the worker noted: the folder itself may be on a machine that doesn't answer, and whoever asks waits.
    if not settings.BACKUP_DIR or not is_late(DailyJob.Name.BACKUP):
        return None
    return Problem(
        _("De dagelijkse reservekopie bleef uit. Kijk in het logboek waarom, en of BACKUP_DIR beschreven kan worden."),
        "the daily backup is late",
    )


def free_bytes() -> int:
    """Bytes that are free where we write: in the database's folder, or in `var/` where that is elsewhere."""
    file = database_file()
    return shutil.disk_usage(file.parent if file else settings.VAR_DIR).free


def database_file() -> Path | None:
    """SQLite's file, if the database is one."""
    file = Path(str(connection.settings_dict["NAME"]))
    return file if connection.vendor == "sqlite" and file.is_file() else None


# Without these, requests fail: in this order, and what is said when asking itself fails. A function each, so that
# gettext knows the language of the moment.
FAILURES: list[tuple[Callable[[], Problem | None], Callable[[], Problem]]] = [
    (_database, lambda: Problem(_("De databank is niet bereikbaar."), "the database can't be reached")),
    (_migrations, lambda: Problem(_("De databank antwoordt niet op tijd."), "the database doesn't answer in time")),
    (
        _cache,
        lambda: Problem(
            _("De cache is niet bereikbaar: de tabel ‘cache’ ontbreekt, of CACHE_URL klopt niet."),
            "the cache can't be reached: the table 'cache' is missing, or CACHE_URL is wrong",
        ),
    ),
]
# What to look at before something fails; None when all is well.
WARNINGS: list[Callable[[], Problem | None]] = [_disk, _worker, _daily_work, _backups]
