"""Mail: handed over in the transaction of what causes it, and sent by the worker, outside every request.

Each is sent at least once. A worker that is killed between the mail server's yes and erasing the mail sends that one
again: an invitation that comes twice is a lesser evil than one that never comes, and a code that comes twice is the
same code. Both carry the same Message-ID, by which many mail programmes show them once.
"""

import logging
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from reflectie.counters import count
from reflectie.models import Conclusion, Invitation, Invitee, OutgoingMail, Session

from .heartbeat import worker_is_silent

logger = logging.getLogger(__name__)

MAIL_QUEUE = "mail"
# After each try that failed: first soon, for who is asked to come back (greylisting), then until the next day.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
# Longer than a mail takes (EMAIL_TIMEOUT for each step), so that no other worker sends it too; after it, one that a
# killed worker was sending is sent again.
LEASE = timedelta(minutes=1)
# Then the worker looks whether it is to stop.
SECONDS = 5.0
# By then the task that came with a mail is over, or was lost with a worker that was killed.
OVERDUE = timedelta(seconds=10)


def host_sends_mail() -> bool:
    """Whether mail leaves this host; without a mail server it ends up in the log."""
    return bool(settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that goes to everybody in the same words."""

    subject: str
    text: str
    # Where an answer to it goes; empty for nowhere.
    reply_to: str = ""

    @classmethod
    def read(cls, written: str, reply_to: str = "") -> "Letter":
        """A letter as a template writes it: its first line is the subject."""
        subject, _line, text = written.strip().partition("\n")
        # Parts of a template end a line each: one empty line between paragraphs, however they meet.
        return cls(" ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n", reply_to)


def hand_over(
    letter: Letter, recipients: Iterable[str | User], *, expires_at: datetime | None = None, **belongs_to: Any
) -> None:
    """Leave a letter to the worker, for each address or person by itself; in a transaction of the caller, together
    with what causes it.

    `belongs_to` is the `session`, `invitation` or `conclusion` with which it is erased, and where it is said that it
    didn't arrive; or the `user` with whose account it is erased, as is what goes to a person. Once `expires_at` is past
    it isn't sent any more. Three queries, whatever the number.
    """
    mails = [
        OutgoingMail(
            to=recipient.email if isinstance(recipient, User) else recipient,
            subject=letter.subject,
            text=letter.text,
            reply_to=letter.reply_to,
            expires_at=expires_at,
            **{"user": recipient if isinstance(recipient, User) else None, **belongs_to},
        )
        for recipient in recipients
    ]
    if not mails:
        return
    with transaction.atomic():
        OutgoingMail.objects.bulk_create(mails)
        deliver_mail.enqueue()
    if worker_is_silent():
        logger.error("mail was handed over, but no worker runs to send it: start `manage.py worker`")


@task(queue_name=MAIL_QUEUE)
def deliver_mail() -> None:
    """Send all mail that is due, codes first, over one connection."""
    until = time.monotonic() + SECONDS
    erase_expired_mail()
    connection = get_connection()
    try:
        while _due().exists():
            if time.monotonic() > until:
                deliver_mail.enqueue()
                return
            try:
                connection.open()
            except Exception as error:
                # Nothing can be sent now: all of it waits, so that the server isn't asked for each by itself.
                _fail([_tried(mail) for mail in _due()], error)
                return
            # Only now: what was erased or expired while the server took its time isn't sent.
            if mail := _claim():
                _send(connection, mail)
    finally:
        _hang_up(connection)


def mail_is_due() -> bool:
    """Whether mail waits for which no task may be there: tried before, expired, or left by a worker that was killed."""
    now = timezone.now()
    is_left = Q(tries__gt=0) | Q(due_at__lte=now - OVERDUE) | Q(due_at__gt=now)
    return _due().filter(is_left).exists() or OutgoingMail.objects.filter(expires_at__lte=now).exists()


def erase_expired_mail() -> None:
    """Erase mail that helps nobody any more, unsent."""
    with transaction.atomic():
        OutgoingMail.objects.filter(expires_at__lte=timezone.now()).delete()


def _due() -> "QuerySet[OutgoingMail]":
    now = timezone.now()
    # What is due later than any pause takes was put off by a clock that ran ahead: it holds nobody up.
    is_due = Q(due_at__lte=now) | Q(due_at__gt=now + PAUSES[-1] + OVERDUE)
    return OutgoingMail.objects.filter(is_due).exclude(expires_at__lte=now)


def _claim() -> OutgoingMail | None:
    """The next mail, kept from others for a while; None when there is none any more."""
    with transaction.atomic():
        waiting = _due().select_for_update(skip_locked=True, of=("self",))
        mail = waiting.order_by(F("expires_at").asc(nulls_last=True), "due_at", "pk").first()
        if mail:
            _tried(mail).due_at = timezone.now() + LEASE
            mail.save(update_fields=["tries", "due_at"])
    return mail


def _tried(mail: OutgoingMail) -> OutgoingMail:
    mail.tries += 1
    return mail


def _send(connection: Any, mail: OutgoingMail) -> None:
    try:
        connection.send_messages([_message(mail)])
    except (SMTPRecipientsRefused, SMTPDataError, UnicodeError) as error:
        # This address or this mail alone; the server goes on.
        _give_up(mail, error) if _is_for_good(error) else _fail([mail], error)
    except Exception as error:
        _hang_up(connection)
        _fail([mail], error)
    else:
        _sent(mail)


def _message(mail: OutgoingMail) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        mail.subject,
        mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": f"<{mail.pk.hex}@{domain}>"},
    )


def send_test(letter: Letter, address: str) -> None:
    """Send a letter to one address at once, past the queue and the worker, so that whoever sets the site up sees what
    the mail server makes of it. Kept nowhere. Raises what the mail server's library raises."""
    mail = OutgoingMail(to=address, subject=letter.subject, text=letter.text, reply_to=letter.reply_to)
    with get_connection() as connection:
        connection.send_messages([_message(mail)])


def count_retries() -> int:
    """How many mails wait that the mail server didn't take at first."""
    return OutgoingMail.objects.filter(tries__gt=0).count()


def _is_for_good(error: Exception) -> bool:
    """Whether the server will never take it (a code of 500 or above), or the address can't be put in our letters."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    return not isinstance(error, SMTPDataError) or error.smtp_code >= 500


def _hang_up(connection: Any) -> None:
    with suppress(Exception):
        connection.close()


def _sent(mail: OutgoingMail) -> None:
    count("mails", "sent")
    with transaction.atomic():
        OutgoingMail.objects.filter(pk=mail.pk).delete()
        if mail.conclusion_id:
            Conclusion.objects.filter(pk=mail.conclusion_id).update(reminder_arrived=True)


def _fail(mails: list[OutgoingMail], error: Exception) -> None:
    """Try these again after a pause, or give them up. The log gets the kind of trouble: what it says may name an
    address."""
    logger.warning("%s mails could not be sent now: %s", len(mails), type(error).__name__)
    count("mails", "failed", amount=len(mails))
    for mail in mails:
        if mail.tries > len(PAUSES):
            _give_up(mail, error)
    with transaction.atomic():
        for mail in mails:
            if mail.tries <= len(PAUSES):
                due_at = timezone.now() + PAUSES[mail.tries - 1]
                OutgoingMail.objects.filter(pk=mail.pk).update(tries=mail.tries, due_at=due_at)


def _give_up(mail: OutgoingMail, error: Exception) -> None:
    """Erase a mail unsent, and note where somebody was invited that it didn't arrive."""
    logger.warning("a mail was given up after %s tries: %s", mail.tries, type(error).__name__)
    count("mails", "given_up")
    with transaction.atomic():
        # By itself: some lock the invitation before its mail, and some after it.
        Invitation.objects.filter(mails=mail.pk).update(unreached=True)
    with transaction.atomic():
        # Locked first, as everything that is written in a session.
        if owner := mail.session_id or mail.conclusion_id:
            list(Session.objects.select_for_update().filter(pk=owner).values_list("pk"))
        if not OutgoingMail.objects.filter(pk=mail.pk).delete()[0]:
            return
        if mail.session_id:
            Invitee.objects.filter(session=mail.session_id, email=mail.to).update(unreached=True)
        if mail.conclusion_id and not OutgoingMail.objects.filter(conclusion=mail.conclusion_id).exists():
            # It reached nobody: tried again tomorrow, until the day itself.
            Conclusion.objects.filter(pk=mail.conclusion_id, reminder_arrived=False).update(reminded=False)
