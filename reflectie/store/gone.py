"""What was erased leaves the database's files too, not only its tables."""

from django.db import connection, transaction
from django.db.models import Q

from reflectie.models import MadePdf, Session

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


def leave_no_trace() -> None:
    """Once this transaction is in, empty SQLite's second file (WAL).

    It keeps every page as it was after each save, one after the other: what was erased, and in which order answers
    came. What is freed in the first file is overwritten by itself (`secure_delete` in the settings). PostgreSQL clears
    its own dead rows; the README says how to hurry it.
    """
    if connection.vendor == "sqlite":
        # Robust: what was erased is erased, whatever becomes of this.
        transaction.on_commit(_empty_log, robust=True)


def _empty_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        [usual] = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")
