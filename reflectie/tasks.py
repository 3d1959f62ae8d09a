"""What the worker does, outside every request; mail is in `services/mail.py`.

No task has an argument: what is to be done stands in the database, so that a task that is lost, or done twice, changes
nothing (docs/decisions/0001-task-queue.md).
"""

import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from reflectie.domain.text import set_apart
from reflectie.models import Conclusion, DailyJob, Session
from reflectie.pdf.documents import print_final
from reflectie.pdf.worker import pdf_worker
from reflectie.presentation.wording import session_in_plain_text
from reflectie.services.accounts import administrators
from reflectie.services.clock import today
from reflectie.services.daily import (
    Erased,
    HeldBackError,
    erase_daily,
    finish_job,
    held_back,
    held_back_log,
    held_back_text,
    tell_undone,
)
from reflectie.services.heartbeat import clock_is_steady
from reflectie.services.hosting.backups import erase_left, make_daily
from reflectie.services.hosting.errors import HostingError
from reflectie.services.mail import Letter, hand_over
from reflectie.services.queue import BACKUP_QUEUE
from reflectie.services.report.reports import title_of
from reflectie.services.sessions.reminders import (
    due_agreements,
    due_reminders,
    mail_due_agreements,
    mail_ready_round,
    ready_rounds,
    remind_coordinators,
)

log = logging.getLogger(__name__)


@task
def print_final_pdfs() -> None:
    """Make the PDFs with which sessions ended."""
    try:
        print_final()
    finally:
        # Its process keeps a hundred megabytes, and the next conclusion may be weeks away.
        pdf_worker.stop()


@task
def erase_today() -> None:
    """Erase and fold what is old, as `manage.py delete_expired` does; or ask the administrators first."""
    if not clock_is_steady():
        return
    try:
        log.info("erased: %s", erase_or_ask())
    except HeldBackError as held:
        log.error(held_back_log(held.why))


def erase_or_ask(*, confirmed: bool = False) -> Erased:
    """Erase what is old, or raise HeldBackError; the first time that it holds back, administrators get a mail."""
    erase_left()
    try:
        return erase_daily(today(), confirmed=confirmed)
    except HeldBackError as held:
        if held.is_new:
            _mail_administrators("held_back", held_back_text(held.why))
        raise


@task
def remind_today() -> None:
    """Mail coordinators about what they wait for. Not while the erasing holds back: the clock may be wrong."""
    if held_back() or not clock_is_steady():
        return
    number = remind_all()
    finish_job(DailyJob.Name.REMIND, today())
    log.info("reminders handed over: %s", number)


@task(queue_name=BACKUP_QUEUE)
def back_up_today() -> None:
    """Make today's backup in BACKUP_DIR, and erase those that are too old."""
    if not clock_is_steady():
        return
    day = today()
    try:
        made, erased = make_daily(Path(settings.BACKUP_DIR), day, settings.BACKUP_RECIPIENT, settings.BACKUP_KEEP_DAYS)
    except HostingError as error:
        log.error("the daily backup went wrong: %s", error)
        return
    finish_job(DailyJob.Name.BACKUP, day)
    log.info("backup made: %s rows; old ones erased: %s", made.rows if made else 0, erased)


def tell_administrators(undone: Collection[str]) -> None:
    """Mail whoever sees to the site about daily jobs that were due for long and aren't done, each at most once a day;
    and once it is done again."""
    tell_undone([DailyJob.Name(name) for name in undone], today(), _mail_administrators)


def _mail_administrators(kind: str, text: str) -> None:
    hand_over(Letter.read(render_to_string(f"reflectie/mail/{kind}.txt", {"text": text})), administrators())


def remind_all() -> int:
    """Hand over a mail for every coordinator whose next session comes near and wasn't planned, whose round can be
    closed, or who has an agreement whose day is here; how many."""
    day = today()
    return (
        sum(remind_coordinators(due, _next_letter(due), day) for due in due_reminders(day))
        + sum(mail_ready_round(ready, _ready_letter(ready, is_full=full), day) for ready, full in ready_rounds(day))
        + sum(mail_due_agreements(found, _due_letter(found, due), day) for found, due in due_agreements(day))
    )


def _next_letter(due: Conclusion) -> Letter:
    context = {"day": due.next_on, "url": _at("session-new", due.session.collaboration_id)}
    return _letter("next", due.session, context)


def _ready_letter(ready: Session, *, is_full: bool) -> Letter:
    # Nothing of who answered, nor how many: not even the numbers that the session's page shows.
    context = {"is_full": is_full, "day": ready.closes_on, "url": _at("session", ready.pk)}
    return _letter("ready", ready, context)


def _due_letter(found: Session, number: int) -> Letter:
    # What was agreed stands behind the link: a mail is read over shoulders.
    return _letter("due", found, {"number": number, "url": _at("agreements", found.pk)})


def _letter(kind: str, session: Session, context: Mapping[str, object]) -> Letter:
    around = {
        "name": set_apart(str(session.collaboration)),
        "which": session_in_plain_text(title_of(session)),
        "choose_url": _at("collaboration-mails", session.collaboration_id),
    }
    return Letter.read(render_to_string(f"reflectie/mail/{kind}.txt", {**context, **around}))


def _at(route: str, key: UUID | None) -> str:
    return f"{settings.SITE_URL}{reverse(route, args=[key])}"


DAILY = {
    DailyJob.Name.ERASE: erase_today,
    DailyJob.Name.REMIND: remind_today,
    DailyJob.Name.BACKUP: back_up_today,
}
