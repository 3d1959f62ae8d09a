"""Who was sent a session's link: addresses alone, never beside an answer, and erased when the session closes."""

import logging
import smtplib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from reflectie.models import Invitee, Session

from .rounds import StageError
from .sheets import lock_session

logger = logging.getLogger(__name__)

# A collaboration that asks more people than this has other ways to reach them; a mail server has limits too.
MAX_INVITEES = 300
# Somebody waits for the page, and a worker that is busy for longer is stopped. What is left goes at the next press.
SECONDS = 20.0


class TooManyError(Exception):
    """More than MAX_INVITEES addresses for one session."""


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
        return cls(" ".join(subject.split()), text.strip() + "\n", reply_to)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it: how many went out, to how many it had gone before, and the addresses it didn't reach."""

    count: int
    before: int = 0
    failed: tuple[str, ...] = ()


def count_invitees(session: Session) -> int:
    """How many addresses were sent the link. One query."""
    return session.invitees.count()


def invited_addresses(session: Session) -> frozenset[str]:
    """The addresses that were sent the link. One query."""
    return frozenset(session.invitees.values_list("email", flat=True))


def invite(session: Session, addresses: Sequence[str], letter: Letter) -> Sent:
    """Mail a session's link to addresses that don't have it yet, each on its own.

    Addresses are kept before the mail goes, so that pressing twice sends once, and closing meanwhile erases them; those
    that it didn't reach are not kept. Raises StageError once the session is closed, TooManyError.
    """
    with transaction.atomic():
        session = lock_session(session)
        if session.stage != Session.Stage.OPEN:
            raise StageError
        known = set(session.invitees.values_list("email", flat=True))
        fresh = [address for address in dict.fromkeys(addresses) if address not in known]
        if len(known) + len(fresh) > MAX_INVITEES:
            raise TooManyError
        Invitee.objects.bulk_create([Invitee(session=session, email=address) for address in fresh])
    failed = send_each(fresh, letter)
    _forget(session, failed)
    return Sent(len(fresh) - len(failed), len(set(addresses)) - len(fresh), failed)


def remind(session: Session, letter: Letter) -> Sent:
    """Mail everybody who was sent the link, once. Who answered nobody knows, so it goes to all of them.

    Addresses that it didn't reach are given back and no longer kept, so that they can be invited anew; unless it
    reached nobody, then all is as before.
    Raises StageError once the session is closed, or when the reminder went out before.
    """
    with transaction.atomic():
        session = lock_session(session)
        if session.stage != Session.Stage.OPEN or session.reminded:
            raise StageError
        addresses = list(session.invitees.order_by("email").values_list("email", flat=True))
        _set_reminded(session, bool(addresses))
    failed = send_each(addresses, letter)
    if failed and len(failed) == len(addresses):
        # Nothing went out: it can be tried again as it was.
        with transaction.atomic():
            _set_reminded(lock_session(session), False)
    else:
        _forget(session, failed)
    return Sent(len(addresses) - len(failed), failed=failed)


def _set_reminded(session: Session, reminded: bool) -> None:
    session.reminded = reminded
    session.save(update_fields=["reminded"])


def _forget(session: Session, addresses: Iterable[str]) -> None:
    if addresses:
        Invitee.objects.filter(session=session, email__in=list(addresses)).delete()


def send_each(addresses: Sequence[str], letter: Letter) -> tuple[str, ...]:
    """Send one mail to each address over one connection; the addresses that it didn't reach."""
    waiting, refused = list(addresses), []
    until = time.monotonic() + SECONDS
    connection = get_connection()
    reply_to = [letter.reply_to] if letter.reply_to else None
    try:
        while waiting and time.monotonic() < until:
            mail = EmailMessage(letter.subject, letter.text, to=waiting[:1], reply_to=reply_to)
            try:
                connection.open()
                connection.send_messages([mail])
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, UnicodeError):
                # This address alone, or its name can't be put in our letters; the server goes on.
                refused.append(waiting[0])
            waiting.pop(0)
        connection.close()
    except Exception as error:
        # Whatever is wrong with this one: who didn't get it is told so, or tried again. What it says may name an
        # address.
        logger.warning("The mail server took %s of %s: %s", len(addresses) - len(waiting), len(addresses), type(error))
    return (*refused, *waiting)
