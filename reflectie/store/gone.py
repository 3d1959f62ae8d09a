"""What was erased leaves the database's files too, not only its tables."""

from django.db import connection, transaction

# Writers wait meanwhile, so not for long. When somebody reads on past it, the next erasing empties the file.
PATIENCE_MS = 2000


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
