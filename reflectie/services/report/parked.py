"""The parking lot of a talk: what has to wait. It comes back at the end of the talk, and at the next session."""

from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max

from reflectie.domain.report.agreements import MAX_PARKED, Parked
from reflectie.models import ParkedTopic, Session
from reflectie.services.erasure import erase_copies
from reflectie.services.sessions.talking import lock_talking_session, note_talk_change

from .reports import load_parked

__all__ = ["TooManyParkedError", "load_parked", "park", "unpark"]


class TooManyParkedError(Exception):
    """The session has MAX_PARKED topics already."""


def park(session: Session, text: str, key: UUID) -> Parked:
    """Put off a topic, after the others; what it came to, with its own key.

    `key` is what the form carries, so that sending it twice puts off one topic; sent with other words, as after going
    back in the browser, it is another. Raises StageError outside the talk, TooManyParkedError, and NotFoundError when
    the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        own = uuid5(session.pk, "\x1f".join(("parked", str(key), text)))
        if session.parked.filter(pk=own).exists():
            return Parked(str(own), text)
        if session.parked.count() >= MAX_PARKED:
            raise TooManyParkedError
        last = session.parked.aggregate(last=Max("position"))["last"]
        place = 0 if last is None else last + 1
        ParkedTopic.objects.create(pk=own, session=session, position=place, text=text)
        note_talk_change(session)
    return Parked(str(own), text)


def unpark(session: Session, key: UUID) -> str:
    """Take a topic off for good; its words, empty where somebody else took it off before.

    Raises StageError outside the talk, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        found = session.parked.filter(pk=key).first()
        if found is None:
            return ""
        found.delete()
        # What was taken off may not live on, in a PDF or in the database's files.
        erase_copies(session, takes_back=True)
        note_talk_change(session)
    return found.text
