"""Whether requests can be served, and what an administrator should look at before they can't."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils.translation import gettext as _

from reflectie.backends.schema import migrations_that_differ
from reflectie.services.collaborations.people import without_coordinator

from .accounts import twins
from .daily import held_back, held_back_text
from .heartbeat import daily_work_is_late, worker_is_silent

# Whoever asks wants an answer now, also while somebody else holds a lock.
PATIENCE_MS = 1000
# Room to write the database anew, to make a backup, and for a week to notice it.
DISK_NEARLY_FULL = 500_000_000
# With less than this, writing fails sooner or later.
DISK_FULL = 5_000_000


@dataclass(frozen=True, slots=True)
class Health:
    """What keeps requests from being served, if anything does; and what an administrator should look at. In words."""

    failure: str = ""
    warnings: tuple[str, ...] = ()


def look_at_health() -> Health:
    """Ask for everything that requests need until something fails, and for all that asks for a warning.

    A handful of queries that read; what takes longer than PATIENCE_MS on PostgreSQL has failed, and on SQLite nobody
    who writes keeps a reader waiting. Raises nothing.
    """
    for check, failed in FAILURES:
        try:
            with _hasty():
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


def why_it_fails() -> str:
    """What to say where a request failed: what all of them need and isn't there; nothing when that is all there."""
    return look_at_health().failure or (_disk() if _free() < DISK_FULL else "")


@contextmanager
def _hasty() -> Iterator[None]:
    if connection.vendor != "postgresql":
        # A transaction would take SQLite's lock, which is what somebody else may be holding.
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        yield


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    file = _file()
    if file and not all(os.access(path, os.W_OK) for path in (file, file.parent)):
        return _("De databank kan niet beschreven worden: kijk na van wie de bestanden zijn.")
    return ""


def _migrations() -> str:
    pending, _newer = migrations_that_differ()
    if not pending:
        return ""
    told = _("De databank is nog niet bijgewerkt voor deze versie: %(names)s. Voer ./run --setup uit en start opnieuw.")
    return told % {"names": ", ".join(pending)}


def _cache() -> str:
    cache.get("health")
    return ""


def _disk() -> str:
    free = _free()
    if free < DISK_FULL:
        return _("De schijf is vol: er kan niets bewaard worden.")
    if free < DISK_NEARLY_FULL:
        return _("De schijf is bijna vol: er is nog %(number)s MB vrij.") % {"number": free // 1_000_000}
    return ""


def _worker() -> str:
    if not worker_is_silent():
        return ""
    text = _("De worker draait niet: er vertrekt geen mail, en wat oud is, wordt niet gewist. Start hem opnieuw.")
    return f"{text} {_('Op de server: systemctl restart samenwerking-worker, of ./run.')}"


def _daily_work() -> str:
    if why := held_back():
        return held_back_text(why)
    if daily_work_is_late() and not worker_is_silent():
        return _("Het dagelijkse werk (wissen en herinneren) bleef liggen. Kijk in het logboek waarom.")
    return ""


def _free() -> int:
    """Bytes that are free where we write: in the database's folder, or in `var/` where that is elsewhere."""
    file = _file()
    return shutil.disk_usage(file.parent if file else settings.VAR_DIR).free


def _file() -> Path | None:
    """SQLite's file, if the database is one."""
    file = Path(str(connection.settings_dict["NAME"]))
    return file if connection.vendor == "sqlite" and file.is_file() else None


# Without these, requests fail: in this order, and what is said when asking itself fails. A function each, so that
# gettext knows the language of the moment.
FAILURES: list[tuple[Callable[[], str], Callable[[], str]]] = [
    (_database, lambda: _("De databank is niet bereikbaar.")),
    (_migrations, lambda: _("De databank antwoordt niet op tijd.")),
    (
        _cache,
        lambda: _("De cache is niet bereikbaar: de tabel ‘cache’ ontbreekt, of CACHE_URL klopt niet."),
    ),
]
# What to look at before something fails; "" when all is well.
WARNINGS: list[Callable[[], str]] = [_disk, _worker, _daily_work]
