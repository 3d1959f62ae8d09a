"""Individual answers erased, long after a round was concluded: what they add up to was written when it closed."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from reflectie.domain.setup import Mode
from reflectie.models import Response, Session, SessionTotals
from reflectie.services.clock import today
from reflectie.services.erasure import count_erased, truncate_wal_on_commit
from reflectie.services.errors import NotFoundError
from reflectie.services.locks import lock_session
from reflectie.services.sessions.totals import write_totals

ROUNDS = tuple(mode for mode in Mode if mode.is_round)


def aggregate_old_rounds(day: date) -> int:
    """Erase the answers of every round that was concluded FOLD_MONTHS before this day, or earlier, and keep what they
    add up to; how many rounds these were.

    What a team filled in together on one sheet is nobody's own, and stays. Without FOLD_MONTHS nothing is erased but
    what took the place of answers before: sheets that were nobody's, and add up to what they were made of.
    """
    Response.objects.filter(session__folded_on__isnull=False, session__totals__isnull=False).delete()
    folded = sum(_fold_one(key) for key in old_rounds(day).order_by("pk").values_list("pk", flat=True))
    if folded:
        count_erased("folded", folded)
        truncate_wal_on_commit()
    return folded


def old_rounds(day: date) -> "QuerySet[Session]":
    """Rounds that were concluded FOLD_MONTHS before this day, or earlier, and aren't folded yet."""
    if not settings.FOLD_MONTHS:
        return Session.objects.none()
    return rounds_to_aggregate().filter(concluded_on__lte=_months_before(day, settings.FOLD_MONTHS))


def rounds_to_aggregate() -> "QuerySet[Session]":
    """Concluded rounds that still have each answer."""
    return Session.objects.filter(stage=Session.Stage.CONCLUDED, mode__in=ROUNDS, folded_on=None)


def _months_before(day: date, months: int) -> date:
    """The same day so many months before; the first of the month after it where that month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return date(year, month + 2, 1)


def _fold_one(key: UUID) -> bool:
    """Of one round, in a transaction of its own, so that others' pages wait for none but theirs."""
    with transaction.atomic():
        try:
            session = lock_session(Session(pk=key))
        except NotFoundError:
            return False
        if session.folded_on:
            # By another timer, just now.
            return False
        # Of an old database, before `manage.py write_totals` came to it.
        if not SessionTotals.objects.filter(session=session).exists():
            write_totals(session)
        session.responses.all().delete()
        # They have the notes, and by name the answers, which may not live on in them.
        session.made_pdfs.all().delete()
        session.folded_on = today()
        session.save(update_fields=["folded_on"])
    return True
