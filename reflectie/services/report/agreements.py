"""What a team agrees on in the discussion, and how it keeps that up afterwards."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, QuerySet, Subquery

from reflectie.domain.report.agreements import MAX_AGREEMENTS, Agreement, State
from reflectie.models import OPENED, Collaboration, Session
from reflectie.models import Agreement as AgreementRow
from reflectie.services.erasure import erase_copies
from reflectie.services.optimistic_lock import ConflictError, is_to_write
from reflectie.services.questionnaire.checklists import item_ids
from reflectie.services.sessions.rounds import StageError
from reflectie.services.sessions.talking import (
    is_talking,
    lock_session_as_fetched,
    lock_talking_session,
    note_talk_change,
)

from .polls import mark_reworded, words_asked
from .reports import agreement_of


class TooManyAgreementsError(Exception):
    """The session has MAX_AGREEMENTS already."""


def load_agreement(session: Session, key: UUID) -> Agreement | None:
    """One agreement of a session, or None. One query."""
    row = session.agreements.select_related("item").filter(pk=key).first()
    return agreement_of(row) if row else None


def add_agreement(session: Session, agreement: Agreement, key: UUID) -> Agreement:
    """A new agreement, after the others; what it came to, with its own key.

    `key` is what the form carries, so that sending it twice makes one agreement; sent with other words, as after going
    back in the browser, it is another. Raises StageError outside the discussion, TooManyAgreementsError, KeyError for
    an item that the checklist doesn't have, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        own = uuid5(session.pk, "\x1f".join((str(key), *agreement.parts)))
        if kept := load_agreement(session, own):
            return kept
        if session.agreements.count() >= MAX_AGREEMENTS:
            raise TooManyAgreementsError
        last = session.agreements.aggregate(last=Max("position"))["last"]
        place = 0 if last is None else last + 1
        AgreementRow.objects.create(pk=own, session=session, position=place, **_columns(session, agreement))
        note_talk_change(session)
    return replace(agreement, key=str(own))


def change_agreement(session: Session, key: UUID, wanted: Agreement, seen: str) -> Agreement:
    """Put an agreement in other words, or in another state; what stands after that. `seen` is the etag of what the page
    showed.

    Raises ConflictError when somebody else changed or removed it meanwhile. After the discussion only its state
    changes. Raises StageError otherwise, KeyError for an item that the checklist doesn't have, and NotFoundError when
    the session was erased.
    """
    with transaction.atomic():
        session = lock_session_as_fetched(session)
        if session.stage not in OPENED and not is_talking(session):
            raise StageError
        current = load_agreement(session, key)
        if current is None:
            raise ConflictError(None)
        wanted = replace(wanted, key=current.key)
        if session.stage == Session.Stage.CONCLUDED and _without_state(wanted) != _without_state(current):
            raise StageError
        if not is_to_write(seen, wanted, current):
            return current
        session.agreements.filter(pk=key).update(**_columns(session, wanted))
        if words_asked(wanted) != words_asked(current):
            mark_reworded(session, key)
        erase_copies(session, takes_back=_takes_back(current, wanted))
        note_talk_change(session)
    return wanted


def remove_agreement(session: Session, key: UUID, seen: str) -> None:
    """Take an agreement out for good. `seen` is the etag of what the page showed.

    Raises ConflictError when somebody else changed it since, StageError outside the discussion, and NotFoundError when
    the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        if is_to_write(seen, None, load_agreement(session, key)):
            session.agreements.filter(pk=key).delete()
            erase_copies(session, takes_back=True)
            note_talk_change(session)


def open_agreements(collaboration: Collaboration) -> tuple[UUID | None, tuple[Agreement, ...]]:
    """What is still to be done of what the latest concluded session agreed on, with that session's key. One query."""
    concluded = collaboration.sessions.filter(stage=Session.Stage.CONCLUDED).order_by("-concluded_on", "pk")
    latest = Subquery(concluded.values("pk")[:1])
    to_do = AgreementRow.objects.filter(session=latest, state__in=[State.OPEN, State.BUSY])
    rows = list(to_do.select_related("item"))
    return (rows[0].session_id if rows else None), tuple(agreement_of(row) for row in rows)


def open_agreements_of(user: User) -> "QuerySet[AgreementRow]":
    """What is still to be done in all of somebody's collaborations in use, those whose day comes first in front and
    those without one last; each with its session and collaboration. For who may read the report in which they stand.
    One query."""
    theirs = AgreementRow.objects.filter(
        state__in=[State.OPEN, State.BUSY],
        session__stage__in=OPENED,
        session__collaboration__memberships__user=user,
        session__collaboration__archived_on=None,
    )
    in_order = theirs.order_by(F("due_on").asc(nulls_last=True), "session__collaboration__sort_key", "position", "pk")
    return in_order.select_related("session__collaboration", "item")


def _without_state(agreement: Agreement) -> Agreement:
    return replace(agreement, state=State.OPEN, reason="")


def _columns(session: Session, agreement: Agreement) -> dict[str, Any]:
    return {
        "what": agreement.what,
        "who": agreement.who,
        "due_on": agreement.due_on,
        "item_id": item_ids(session.checklist_id)[agreement.item] if agreement.item else None,
        "principle": agreement.principle,
        "state": agreement.state,
        "reason": agreement.reason,
        "trigger": agreement.trigger,
    }


def _takes_back(current: Agreement, wanted: Agreement) -> bool:
    """Whether words that somebody typed stand there no longer. Another state or day takes back nothing."""
    before, after = ((found.what, found.who, found.reason, found.trigger) for found in (current, wanted))
    return any(old not in {"", new} for old, new in zip(before, after, strict=True))
