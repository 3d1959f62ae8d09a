"""Who was sent a session's link: addresses alone, never beside an answer, and erased when the session closes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from reflectie.models import Activity, Invitee, OutgoingMail, Session
from reflectie.services.activity import log_activity
from reflectie.services.mail import Letter, hand_over

from .rounds import StageError, lock_open_session

# A collaboration that asks more people than this has other ways to reach them; a mail server has limits too.
MAX_INVITEES = 300


class TooManyError(Exception):
    """More than MAX_INVITEES addresses for one session."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What the worker was given: how many mails, and how many addresses had the link before."""

    count: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Invitees:
    """Who was sent the link: how many, without those that it didn't reach; to how many a mail is still
    to leave; and the others."""

    count: int
    waiting: int
    unreached: tuple[str, ...]

    @property
    def sent(self) -> int:
        """To how many no mail is to leave any more."""
        return self.count - self.waiting


def load_invitees(session: Session) -> Invitees:
    """How inviting by mail stands. One query."""
    # Mail to a person is a coordinator's, about the session.
    waiting = Exists(OutgoingMail.objects.filter(session=OuterRef("session"), to=OuterRef("email"), user=None))
    kept = session.invitees.annotate(is_waiting=waiting).order_by("email")
    rows = kept.values_list("email", "unreached", "is_waiting")
    unreached = tuple(email for email, is_unreached, _waits in rows if is_unreached)
    return Invitees(len(rows) - len(unreached), sum(waits for *_, waits in rows), unreached)


def invited_addresses(session: Session) -> frozenset[str]:
    """The addresses that were sent the link, less those that it didn't reach. One query."""
    return frozenset(session.invitees.filter(unreached=False).values_list("email", flat=True))


def invite(session: Session, addresses: Sequence[str], letter: Letter, corrected: Sequence[str] = ()) -> HandedOver:
    """Hand a letter with a session's link to the worker, for addresses that don't have it yet.

    Addresses are kept together with their mail, so that pressing twice sends once, and closing meanwhile erases both.
    One that the link didn't reach is tried anew; `corrected` are those that the coordinator was shown, and which go.
    Raises StageError once the session is closed, TooManyError.
    """
    with transaction.atomic():
        session = lock_open_session(session)
        session.invitees.filter(unreached=True, email__in=[*corrected, *addresses]).delete()
        known = set(session.invitees.values_list("email", flat=True))
        fresh = [address for address in dict.fromkeys(addresses) if address not in known]
        if len(known) + len(fresh) > MAX_INVITEES:
            raise TooManyError
        Invitee.objects.bulk_create([Invitee(session=session, email=address) for address in fresh])
        hand_over(letter, fresh, session=session)
        if fresh:
            log_activity(Activity.Action.ASKED, session.collaboration_id, session=session)
    return HandedOver(len(fresh), len(set(addresses)) - len(fresh))


def forget_unreached(session: Session, addresses: Sequence[str]) -> None:
    """Erase addresses that the link didn't reach. Raises StageError once the session is closed."""
    with transaction.atomic():
        lock_open_session(session).invitees.filter(unreached=True, email__in=addresses).delete()


def remind(session: Session, letter: Letter) -> HandedOver:
    """Hand a letter to the worker for everybody who was sent the link, once. Who answered nobody knows, so it goes to
    all of them.

    Raises StageError once the session is closed, or when the reminder was handed over before.
    """
    with transaction.atomic():
        session = lock_open_session(session)
        if session.reminded:
            raise StageError
        reached = session.invitees.filter(unreached=False).order_by("email")
        addresses = list(reached.values_list("email", flat=True))
        session.reminded = bool(addresses)
        session.save(update_fields=["reminded"])
        hand_over(letter, addresses, session=session)
        if addresses:
            log_activity(Activity.Action.REMINDED, session.collaboration_id, session=session)
    return HandedOver(len(addresses))
