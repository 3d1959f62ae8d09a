"""The worker: sends mail, and does what is done every day. It runs beside the server (`./run`, or systemd:
`docs/hosting/install.md`).

The loops that take tasks are the library's, one for each queue, so that a code never waits for a PDF. What is ours is
the clock: a sign of life every minute, the daily jobs, and mail whose pause after a failure is over.
"""

import logging
import signal
import sys
import threading
import time
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from reflectie.backends import cannot_write
from reflectie.backends.schema import refuse_misfit
from reflectie.services.daily import due_jobs
from reflectie.services.heartbeat import BEAT, LEAP, STEADY, beat, clock_is_steady, worker_is_silent
from reflectie.services.mail import MAIL_QUEUE, deliver_mail, mail_is_due
from reflectie.services.queue import BACKUP_QUEUE, enqueue_once, forget_tasks
from reflectie.services.report.reports import waiting_pages
from reflectie.tasks import DAILY, print_final_pdfs, tell_administrators

log = logging.getLogger(__name__)

# Seconds between two looks at each queue: somebody waits for a code. Each look takes SQLite's lock for an instant.
MAIL_INTERVAL, OTHER_INTERVAL = 0.5, 2.0
# Seconds between two looks at the clock, and after trouble with the database.
LOOK_EVERY, PAUSE = 15, 5
# Seconds before a daily job that failed is tried again.
AGAIN_AFTER = 15 * 60
# Seconds that a daily job may be due before administrators are mailed: by then it failed a few times.
TELL_AFTER = 60 * 60
# Seconds that a task gets to end when the worker is told to stop; one that is cut off is done again.
GRACE = 10


class Queue(threading.Thread):
    """Takes the tasks of one queue, one after the other."""

    def __init__(self, name: str, interval: float) -> None:
        super().__init__(name=name, daemon=True)
        self.worker = Worker(
            queue_names=[name],
            interval=interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )

    def run(self) -> None:
        while self.worker.running:
            try:
                self.worker.run()
            except Exception:
                # The database is locked for long, or was started anew: the library gives up, we don't.
                log.exception("the queue %s stumbled", self.name)
                connections.close_all()
                time.sleep(PAUSE)


def _uptime() -> float:
    """Seconds by a clock that nobody sets; where there is one, by one that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """Wakes the queues for what no request asks for."""

    def __init__(self) -> None:
        self._next_look = self._next_beat = 0.0
        # Of daily jobs, by name.
        self._not_before: dict[str, float] = {}
        self._due_since: dict[str, float] = {}
        # By a clock that nobody sets: the last sign of life, if there was one; and the last look at both clocks.
        self._beaten: float | None = None
        self._seen = _uptime(), time.time()

    def look(self) -> None:
        """Do what is due by now, and nothing most of the time."""
        now = time.monotonic()
        if self._has_leapt():
            self._next_look = self._next_beat = 0.0
        if now < self._next_look:
            return
        self._next_look = now + LOOK_EVERY
        close_old_connections()
        try:
            if now >= self._next_beat:
                self._beat()
                forget_tasks()
                self._next_beat = now + BEAT
            self._wake(now)
        except Exception as error:
            if cannot_write(error):
                # Said each time, until somebody makes room; a traceback would only take more of it.
                log.error("nothing can be written, so nothing is begun: see whether the disk is full")
            else:
                log.exception("the clock stumbled")
            connections.close_all()

    def _beat(self) -> None:
        at = _uptime()
        if beat(None if self._beaten is None else timedelta(seconds=at - self._beaten)):
            hours = STEADY // timedelta(hours=1)
            log.warning("the clock leapt, or the server was off: the daily work waits for %s hours", hours)
        self._beaten = at

    def _has_leapt(self) -> bool:
        at = _uptime(), time.time()
        before, self._seen = self._seen, at
        return abs((at[1] - before[1]) - (at[0] - before[0])) > LEAP.total_seconds()

    def _wake(self, now: float) -> None:
        if mail_is_due():
            enqueue_once(deliver_mail)
        if waiting_pages():
            enqueue_once(print_final_pdfs)
        due = due_jobs(timezone.localtime()) if clock_is_steady() else []
        for name in due:
            if now >= self._not_before.get(name, 0):
                enqueue_once(DAILY[name])
                # Once that was written: where it couldn't be, nothing was tried yet.
                self._not_before[name] = now + AGAIN_AFTER
        # Whatever the reason: it failed each time, something before it in its queue doesn't end, or a folder hangs.
        self._due_since = {name: self._due_since.get(name, now) for name in due}
        tell_administrators([name for name, since in self._due_since.items() if now - since >= TELL_AFTER])


def _check() -> None:
    try:
        is_silent = worker_is_silent()
    except DatabaseError as error:
        # Without its words, which name the database.
        raise CommandError("The database can't be read.") from error
    if is_silent:
        raise CommandError("No worker gave a sign of life in the last three minutes.")


class Command(BaseCommand):
    help = "Sends mail and does what is done every day, until it is told to stop (SIGTERM, or Ctrl+C)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="start none; fail when none gave a sign of life in the last three minutes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            _check()
            return
        try:
            # It erases: not by what another version of the code thinks is old.
            refuse_misfit()
        except ImproperlyConfigured as misfit:
            raise CommandError(str(misfit).strip()) from misfit
        stopped_by: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda signum, _frame: stopped_by.append(signum))
        queues = [
            Queue(MAIL_QUEUE, MAIL_INTERVAL),
            *(Queue(name, OTHER_INTERVAL) for name in ("default", BACKUP_QUEUE)),
        ]
        for queue in queues:
            queue.start()
        clock = Clock()
        while not stopped_by and all(queue.is_alive() for queue in queues):
            clock.look()
            time.sleep(0.2)
        until = time.monotonic() + GRACE
        for queue in queues:
            queue.worker.running = False
        for queue in queues:
            queue.join(max(0, until - time.monotonic()))
        if not stopped_by:
            # Whatever started it starts it again.
            sys.exit(1)
