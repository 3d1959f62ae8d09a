"""What the worker does, outside every request; mail is in `services/mail.py`.

No task has an argument: what is to be done stands in the database, so that a task that is lost, or done twice, changes
nothing (docs/decisions/0001-task-queue.md).
"""

import logging

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from reflectie.domain.text import set_apart
from reflectie.models import Conclusion, DailyJob
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
)
from reflectie.services.mail import Letter, hand_over
from reflectie.services.report.reports import title_of
from reflectie.services.sessions.reminders import due_reminders, remind_coordinators

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
    try:
        log.info("erased: %s", erase_or_ask())
    except HeldBackError as held:
        log.error(held_back_log(held.why))


def erase_or_ask(*, confirmed: bool = False) -> Erased:
    """Erase what is old, or raise HeldBackError; the first time that it holds back, administrators get a mail."""
    try:
        return erase_daily(today(), confirmed=confirmed)
    except HeldBackError as held:
        if held.is_new:
            context = {"text": held_back_text(held.why)}
            hand_over(Letter.read(render_to_string("reflectie/mail/held_back.txt", context)), administrators())
        raise


@task
def remind_today() -> None:
    """Mail coordinators whose next session comes near. Not while the erasing holds back: the clock may be wrong."""
    if held_back():
        return
    number = remind_all()
    finish_job(DailyJob.Name.REMIND, today())
    log.info("reminders handed over: %s", number)


def remind_all() -> int:
    """Hand over a mail for every coordinator whose next session comes near and wasn't planned; how many."""
    day = today()
    return sum(remind_coordinators(due, _next_letter(due), day) for due in due_reminders(day))


def _next_letter(due: Conclusion) -> Letter:
    collaboration = due.session.collaboration
    context = {
        "name": set_apart(str(collaboration)),
        "day": due.next_on,
        "which": session_in_plain_text(title_of(due.session)),
        "url": settings.SITE_URL + reverse("session-new", args=[due.session.collaboration_id]),
    }
    return Letter.read(render_to_string("reflectie/mail/next.txt", context))


DAILY = {DailyJob.Name.ERASE: erase_today, DailyJob.Name.REMIND: remind_today}
