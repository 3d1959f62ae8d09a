"""Erasing sessions; and what was erased leaves the database's files too, not only its tables."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q, QuerySet
from django_tasks import task

from reflectie.counters import count
from reflectie.models import Activity, MadePdf, Session, Talk

from .activity import log_activity
from .queue import enqueue_once

logger = logging.getLogger(__name__)

# Writing so much anew takes a quarter of a second, in which whoever saves waits (200 MB: a second and a half).
SMALL_BYTES = 50_000_000
# Writers wait meanwhile, so not for long. When somebody reads on past it, the next erasing empties the file.
PATIENCE_MS = 2000


def erase_quotes(session: Session) -> None:
    """Erase the PDFs of later sessions, which look back on this one, also those that they ended with: asked for again,
    they are made without what is gone. For within a transaction that locks the session."""
    quoting = MadePdf.objects.filter(session__collaboration=session.collaboration_id).exclude(session=session.pk)
    if session.planned_on:
        # One that was taken in has no such day: it may have been earlier than any.
        quoting = quoting.filter(Q(session__planned_on__gt=session.planned_on) | Q(session__planned_on=None))
    if session.collaboration_id:
        quoting.delete()


def erase_copies(session: Session, *, takes_back: bool) -> None:
    """Erase the PDFs that hold what a talk came to in other words than it has now. For within a transaction that locks
    the session.

    Words that were taken back live on in no PDF: nor in the one with which this session ended, nor in those of later
    ones, which look back on it. Where nothing was taken back, those stay: that is how a session ended.
    """
    if session.collaboration_id:
        MadePdf.objects.filter(session__collaboration=session.collaboration_id, final=False).delete()
    else:
        session.made_pdfs.filter(final=False).delete()
    if takes_back:
        session.made_pdfs.all().delete()
        erase_quotes(session)
    truncate_wal_on_commit()


def erase_session(session_id: UUID) -> None:
    """Erase a session with its answers and its PDFs, also from those of later sessions, at once and for good."""
    with transaction.atomic():
        for session in Session.objects.select_for_update().filter(pk=session_id):
            erase_quotes(session)
            if session.collaboration_id:
                # The wall of a later one looks back on what this one agreed.
                talks = Talk.objects.filter(session__collaboration=session.collaboration_id)
                talks.update(version=F("version") + 1)
            log_activity(Activity.Action.SESSION_ERASED, session.collaboration_id)
        count_erased("session", _erase(Session.objects.filter(pk=session_id)))


def erase_reflection(session_id: UUID) -> bool:
    """Erase a session without an account; False when there is none (any more), or a collaboration has it by now."""
    with transaction.atomic():
        number = _erase(Session.objects.filter(pk=session_id, collaboration=None))
        count_erased("reflection", number)
    return bool(number)


def erase_expired(today: date) -> int:
    """Erase every session without an account whose last change is RETENTION_DAYS ago or more; how many these were."""
    with transaction.atomic():
        number = _erase(expired_reflections(today))
        count_erased("reflection", number)
    return number


def expired_reflections(today: date) -> "QuerySet[Session]":
    """Sessions without an account whose last change is RETENTION_DAYS ago or more."""
    expired = today - timedelta(days=settings.RETENTION_DAYS)
    return Session.objects.filter(collaboration=None, changed_on__lte=expired)


def _erase(sessions: QuerySet[Session]) -> int:
    # Locked as a save locks them, so that whoever is saving comes before or after, never between.
    list(sessions.select_for_update().values_list("pk"))
    _, rows = sessions.delete()
    truncate_wal_on_commit()
    return rows.get(Session._meta.label, 0)


def count_erased(kind: str, number: int) -> None:
    """Count what was erased, once this transaction is in."""
    transaction.on_commit(partial(count, "erased", kind, amount=number), robust=True)


def truncate_wal_on_commit() -> None:
    """Once this transaction is in, or at once where there is none, take what was erased out of the database's files
    too: SQLite's second file (WAL), which keeps every page as it was after each save, is emptied before somebody gets
    an answer; the worker does the rest (`compact_database`), since whoever saves may wait for that.

    Robust: what was erased is erased, whatever becomes of this; Django logs what goes wrong.
    """
    transaction.on_commit(_clean_up, robust=True)


def _clean_up() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor, _patience(cursor):
            _empty_wal(cursor)
    enqueue_once(compact_small_file)


@task
def compact_small_file() -> None:
    """The worker's part of `truncate_wal_on_commit`. Erasing ten times while it is busy asks for it once more."""
    compact_database()


def compact_database(limit: int | None = SMALL_BYTES) -> bool:
    """Take out of the database's files what isn't there any more; whether all of it is out. Outside a transaction.

    On SQLite `secure_delete` (in the settings) overwrites what is freed, but not the copies that stay behind in the
    gaps of a page when rows move to another one; and the second file (WAL) keeps every page as it was after each save.
    A file of more bytes than `limit` is left for the daily work, which has none; its second file is emptied all the
    same. Others can read meanwhile; whoever writes waits.

    PostgreSQL keeps dead rows in its files. Those are cleared at once, and their room is given to what comes next,
    while others read and write; part of their bytes stays behind in the gaps. Only the daily work (a `limit` of None)
    has it write all tables anew, since nobody can read one meanwhile. Its own WAL is out of reach.

    What can't be done now (somebody else goes on writing for PATIENCE_MS, or there is no room) is logged, and done by
    the next erasing or the daily work.
    """
    with connection.cursor() as cursor:
        return _compact_tables(cursor, limit) if connection.vendor == "postgresql" else _compact_file(cursor, limit)


def _compact_tables(cursor: CursorWrapper, limit: int | None) -> bool:
    # Cleared out of every index too, however little it is: addresses and keys stand there.
    how = "VACUUM FULL" if limit is None else "VACUUM (INDEX_CLEANUP ON)"
    cursor.execute(f"SET lock_timeout = {PATIENCE_MS}")
    try:
        # Each by itself: one that somebody holds, as a backup does, keeps no other as it is.
        tables = sorted(connection.introspection.django_table_names(only_existing=True))
        written = [_vacuum_table(cursor, how, table) for table in tables]
    finally:
        cursor.execute("RESET lock_timeout")
    return limit is None and all(written)


def _vacuum_table(cursor: CursorWrapper, how: str, table: str) -> bool:
    try:
        cursor.execute(f"{how} {connection.ops.quote_name(table)}")
    except OperationalError as error:
        logger.warning("%s of the table %s couldn't be done: %s", how, table, error)
        return False
    return True


def _compact_file(cursor: CursorWrapper, limit: int | None) -> bool:
    size = _number(cursor, "PRAGMA page_count") * _number(cursor, "PRAGMA page_size")
    with _patience(cursor):
        is_compact = (limit is None or size <= limit) and _has_room(size) and _vacuum(cursor, size)
        is_empty = _empty_wal(cursor)
    return is_compact and is_empty


@contextmanager
def _patience(cursor: CursorWrapper) -> Iterator[None]:
    usual = _number(cursor, "PRAGMA busy_timeout")
    cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA busy_timeout={usual}")


def _empty_wal(cursor: CursorWrapper) -> bool:
    """Empty SQLite's second file; whether nobody was in the way."""
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [is_busy, *_] = cursor.fetchone()
    if is_busy:
        logger.warning("The database's second file (WAL) could not be emptied: somebody goes on reading.")
    return not is_busy


def _vacuum(cursor: CursorWrapper, size: int) -> bool:
    # The copy that it makes on its way holds answers: in memory where they fit, so on no other disk.
    cursor.execute(f"PRAGMA temp_store={'MEMORY' if size <= SMALL_BYTES else 'DEFAULT'}")
    try:
        cursor.execute("VACUUM")
    except OperationalError as error:
        logger.warning("The database could not be written anew: %s", error)
        return False
    return True


def _number(cursor: CursorWrapper, question: str) -> int:
    cursor.execute(question)
    [found] = cursor.fetchone()
    return int(found)


def _has_room(size: int) -> bool:
    """Whether the file fits on its disk twice more: in its second file, and in the copy on the way there."""
    if shutil.disk_usage(Path(connection.settings_dict["NAME"]).parent).free > 2 * size:
        return True
    logger.warning("The disk is too full to write the database anew: %s MB is needed.", 2 * size // 1_000_000)
    return False
