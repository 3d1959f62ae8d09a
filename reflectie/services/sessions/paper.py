"""Answers given on paper, typed in once all forms are in. What was typed in can't be opened again."""

from django.db import transaction

from reflectie.domain.questionnaire.answers import Posted, Sheet
from reflectie.domain.setup import Mode
from reflectie.models import Session
from reflectie.services.locks import lock_session
from reflectie.services.questionnaire.sheets import find_response, save_fields, takes_answers
from reflectie.services.tokens import hash_under_each_key

from .rounds import StageError

# More than any round expects; a slip of the finger ("1000") is caught.
MAX_SHEETS = 300


class PaperCountError(Exception):
    """The number of paper forms doesn't fit: outside 1 to MAX_SHEETS, or fewer than were typed in already."""


class NoPaperLeftError(Exception):
    """As many forms were typed in as there are, or nobody said yet how many there are."""


def takes_paper(session: Session) -> bool:
    """Whether a session has paper forms at all: a round of which participants read who types them in."""
    return bool(session.paper_by) and Mode(session.mode).is_round


def set_paper_count(session: Session, number: int) -> Session:
    """Say, or correct, how many paper forms there are; from then on they can be typed in.

    All are in before the first is typed in: one that came in alone would show whose it is.
    Raises StageError when the session takes no answers, PaperCountError when the number doesn't fit.
    """
    with transaction.atomic():
        session = _lock_open(session)
        if not max(session.paper_typed, 1) <= number <= MAX_SHEETS:
            raise PaperCountError
        session.paper_sheets = number
        session.save(update_fields=["paper_sheets"])
    return session


def add_paper_sheet(session: Session, token: str, sheet: Sheet) -> Session:
    """Put in one typed form, finished and for good. The same token twice is one form, whatever came with it.

    `token` is the page's, made for one form; `sheet` holds fields that this session asks. No link opens what is made
    here, not even one with that token.
    Raises StageError when the session takes no answers, NoPaperLeftError when all forms were typed in.
    """
    # With a salt of its own: whoever typed the form had its token on the page, and must not get in with it.
    hashes = hash_under_each_key("reflectie.paper", f"{session.pk}:{token}")
    with transaction.atomic():
        session = _lock_open(session)
        if find_response(session, *hashes) is not None:
            return session
        if session.paper_typed >= (session.paper_sheets or 0):
            raise NoPaperLeftError
        posted = {name: Posted(value, "") for name, value in sheet.values.items()}
        save_fields(session, hashes[0], posted, finish=True, may_begin=True, typed=session.told_of_typist)
        session.paper_typed += 1
        session.save(update_fields=["paper_typed"])
    return session


def _lock_open(session: Session) -> Session:
    session = lock_session(session)
    if not takes_answers(session) or not takes_paper(session):
        raise StageError
    return session
