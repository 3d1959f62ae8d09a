"""What a host watches beside what is counted: what waits, what was done last, and how full it is. Of the whole site,
never of a team or a person."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Min
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from reflectie.models import DailyJob, Heartbeat, OutgoingMail

from .clock import today
from .health import database_file, free_bytes, hasty
from .heartbeat import WORKER
from .mail import MAIL_QUEUE
from .queue import BACKUP_QUEUE

QUEUES = (MAIL_QUEUE, "default", BACKUP_QUEUE)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of now, in the unit that its name ends with."""

    name: str
    about: str
    value: float
    label: tuple[str, str] | None = None


def site_figures() -> list[Figure]:
    """What there is to say now. A database that doesn't answer within a second is a figure too, and then most others
    are missing. Five queries; raises nothing that a database or a disk raises."""
    figures: list[Figure] = []
    is_up = True
    try:
        for look in (_mails, _queue, _daily, _database):
            with hasty():
                figures += look()
    except (DatabaseError, InterfaceError):
        is_up = False
    with suppress(OSError):
        figures += _disk()
    return [Figure("database_up", "Whether the database answers.", is_up), *figures]


def _seconds_since(moment: datetime | None) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


def _mails() -> Iterator[Figure]:
    found = OutgoingMail.objects.aggregate(number=Count("pk"), due=Min("due_at"))
    yield Figure("mails_waiting", "Mails that wait to be sent, or to be tried again.", found["number"])
    about = "Seconds since the first of them was due; while the worker runs, this stays near 0."
    yield Figure("mail_overdue_seconds", about, _seconds_since(found["due"]))


def _queue() -> Iterator[Figure]:
    ready = DBTaskResult.objects.ready().order_by()
    rows = ready.values("queue_name").annotate(number=Count("pk"), first=Min("enqueued_at"))
    waiting = {row["queue_name"]: (row["number"], row["first"]) for row in rows}
    for queue in QUEUES:
        number, first = waiting.get(queue, (0, None))
        label = ("queue", queue)
        yield Figure("tasks_waiting", "Tasks that wait for the worker.", number, label)
        yield Figure("task_oldest_seconds", "Seconds that the first of them has waited.", _seconds_since(first), label)


def _daily() -> Iterator[Figure]:
    seen_at = Heartbeat.objects.filter(name=WORKER).values_list("seen_at", flat=True).first()
    about = "When the worker gave its last sign of life, once a minute; 0: never."
    yield Figure("worker_seen_timestamp_seconds", about, seen_at.timestamp() if seen_at else 0)
    jobs = {job.name: job for job in DailyJob.objects.all()}
    for name in DailyJob.Name:
        if name == DailyJob.Name.BACKUP and not settings.BACKUP_DIR:
            continue
        job, label = jobs.get(name), ("job", str(name.value))
        age = (today() - job.done_on) / timedelta(days=1) if job and job.done_on else float("nan")
        yield Figure("daily_job_age_days", "Days since a daily job was done; NaN: never.", age, label)
        about = "Whether a daily job does nothing until an administrator says yes."
        yield Figure("daily_job_held", about, bool(job and job.held), label)


def _database() -> Iterator[Figure]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            yield Figure("database_bytes", "Size of the database.", cursor.fetchone()[0])


def _disk() -> Iterator[Figure]:
    if file := database_file():
        wal = file.with_name(f"{file.name}-wal")
        yield Figure("database_bytes", "Size of the database.", file.stat().st_size)
        about = "Size of SQLite's second file (WAL), which every erasing empties."
        yield Figure("wal_bytes", about, wal.stat().st_size if wal.exists() else 0)
    yield Figure("disk_free_bytes", "Bytes that are free where the app writes.", free_bytes())
