"""One mail when a round's report opens, for whoever asks: an address apart from every answer.

Whoever looks in the database while a round is open finds no way from an address to a sheet: no link, no time, and no
order, since all of a session's addresses are written anew in random order with each that comes.
"""

import random
from datetime import date, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from reflectie.models import ReportNotice, Session
from reflectie.services.erasure import truncate_wal_on_commit
from reflectie.services.mail import Letter, hand_over

# As many as may be invited.
MAX_NOTICES = 300
# Then a report that opened is no news any more.
MAIL_DAYS = 7


class TooManyNoticesError(Exception):
    """A session has MAX_NOTICES addresses."""


def ask_for_notice(session: Session, email: str) -> None:
    """Keep an address until the report opens; one that is there already changes nothing. For within a transaction that
    locked the session, while it is open. Raises TooManyNoticesError."""
    addresses = list(session.report_notices.values_list("email", flat=True))
    if email in addresses:
        return
    if len(addresses) >= MAX_NOTICES:
        raise TooManyNoticesError
    addresses.append(email)
    random.SystemRandom().shuffle(addresses)
    session.report_notices.all().delete()
    ReportNotice.objects.bulk_create([ReportNotice(pk=uuid4(), session=session, email=each) for each in addresses])
    truncate_wal_on_commit()


def forget_notice(session: Session, email: str) -> None:
    """Erase an address of a session, if it is there."""
    with transaction.atomic():
        session.report_notices.filter(email=email).delete()
        truncate_wal_on_commit()


def send_notices(session: Session, letter: Letter) -> None:
    """Hand a letter to the worker for everybody who asked, once, and erase their addresses. For within the transaction
    that opens the report."""
    addresses = list(session.report_notices.values_list("email", flat=True))
    hand_over(letter, addresses, session=session, expires_at=timezone.now() + timedelta(days=MAIL_DAYS))
    erase_notices(session)


def erase_notices(session: Session) -> None:
    """Erase the addresses of a session to which no mail goes any more. For within a transaction."""
    if session.report_notices.all().delete()[0]:
        truncate_wal_on_commit()


def erase_old_notices(today: date) -> int:
    """Erase the addresses of sessions in which nothing happened for RETENTION_DAYS: their report won't open any more.
    How many these were."""
    with transaction.atomic():
        expired = today - timedelta(days=settings.RETENTION_DAYS)
        erased = ReportNotice.objects.filter(session__changed_on__lte=expired).delete()[0]
        if erased:
            truncate_wal_on_commit()
    return erased
