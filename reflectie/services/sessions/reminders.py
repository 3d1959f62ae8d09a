"""Mail to coordinators, each once: that the day of the next session comes near, that a round can be closed, and that
the day of an agreement is here."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from reflectie.domain.report.agreements import State
from reflectie.domain.setup import Mode
from reflectie.models import OPENED, Collaboration, Conclusion, Membership, Role, Session
from reflectie.services.clock import now, today
from reflectie.services.errors import NotFoundError
from reflectie.services.locks import lock_session
from reflectie.services.mail import Letter, hand_over
from reflectie.services.sessions.rounds import UNDO_WITHIN


def agreed_day(collaboration: Collaboration) -> date | None:
    """The day of the next session, as the team agreed at its latest conclusion; None without one, when it is past, or
    once a session was planned. One query."""
    conclusions = _unplanned(today()).filter(session__collaboration=collaboration)
    days = conclusions.order_by("-session__concluded_on", "pk").values_list("next_on", flat=True)
    return days.first()


def _unplanned(day: date) -> "QuerySet[Conclusion]":
    """Conclusions whose next session isn't past and wasn't planned: no session comes after the day of concluding."""
    later = Session.objects.filter(
        collaboration=OuterRef("session__collaboration"),
        planned_on__gt=OuterRef("session__concluded_on"),
        earlier=False,
    )
    return Conclusion.objects.filter(~Exists(later), next_on__gte=day)


# A server stands still for a few days; a mail about what is longer ago helps nobody.
LATE_DAYS = 7


def due_reminders(day: date) -> "Sequence[Conclusion]":
    """What coordinators are to be mailed about on this day: next sessions at most REMIND_DAYS away that nobody planned,
    each with its session and collaboration. One query."""
    return list(_due(day).select_related("session__collaboration").order_by("next_on", "pk"))


def _due(day: date) -> "QuerySet[Conclusion]":
    last = day + timedelta(settings.REMIND_DAYS)
    # As long as it can be taken back, nobody is mailed about it.
    lasting = Q(recorded_at=None) | Q(recorded_at__lte=now() - UNDO_WITHIN)
    return _unplanned(day).filter(
        lasting,
        reminded=False,
        next_on__lte=last,
        session__collaboration__isnull=False,
        session__collaboration__archived_on=None,
    )


def remind_coordinators(due: Conclusion, letter: Letter, day: date) -> int:
    """Hand a letter to the worker for each of a collaboration's coordinators: that the next session comes near, once.
    How many these were; none when there is nothing to mail any more.

    Noted together with the mail, so that two timers send it once. Reaches it nobody, then it is tried again tomorrow.
    """
    with transaction.atomic():
        try:
            session = lock_session(due.session)
        except NotFoundError:
            return 0
        users = _coordinators(session)
        if not users or not _due(day).filter(pk=due.pk).update(reminded=True, reminder_arrived=False):
            return 0
        hand_over(letter, users, conclusion=due)
    return len(users)


def _coordinators(session: Session, **wanting: bool) -> list[User]:
    """A session's coordinators who can be mailed; those who want that, where they can choose."""
    coordinators = Membership.objects.filter(collaboration=session.collaboration_id, role=Role.COORDINATOR, **wanting)
    people = coordinators.filter(user__is_active=True).exclude(user__email="").select_related("user")
    return [member.user for member in people.order_by("pk")]


def ready_rounds(day: date) -> "Sequence[tuple[Session, bool]]":
    """The rounds that coordinators are to be mailed about on this day: everybody who was expected is done (True), or
    only the last day to answer is over. Each with its collaboration. One query.

    Once a day and not at once: the hour of a mail would tell for good when the last one answered.
    """
    return [(found, found.is_full) for found in _ready(day).select_related("collaboration").order_by("pk")]


def _ready(day: date) -> "QuerySet[Any]":
    counted = Session.objects.annotate(done=Count("responses", filter=Q(responses__finished=True)))
    full = Q(expected__gt=0, done__gte=F("expected"))
    late = Q(closes_on__lt=day, closes_on__gte=day - timedelta(LATE_DAYS))
    return counted.filter(
        full | late,
        stage=Session.Stage.OPEN,
        mode__in=[mode for mode in Mode if mode.is_round],
        earlier=False,
        coordinators_mailed=False,
        collaboration__archived_on=None,
        # Nobody reads mail at the address of an example.
        collaboration__invented=False,
    ).annotate(is_full=Case(When(full, then=True), default=False))


def mail_ready_round(ready: Session, letter: Letter, day: date) -> int:
    """Hand a letter to the worker for each coordinator who wants it: that a round can be closed, once. How many these
    were; none when it was closed meanwhile, or somebody withdrew."""
    with transaction.atomic():
        try:
            session = lock_session(ready)
        except NotFoundError:
            return 0
        if not _ready(day).filter(pk=session.pk).exists():
            return 0
        Session.objects.filter(pk=session.pk).update(coordinators_mailed=True)
        users = _coordinators(session, mail_when_done=True)
        hand_over(letter, users, session=session)
    return len(users)


def due_agreements(day: date) -> "Sequence[tuple[Session, int]]":
    """The sessions with agreements whose day is here and that are still to be done, of which nobody was mailed, and how
    many of these they have. Each with its collaboration. One query."""
    sessions = Session.objects.filter(
        stage__in=OPENED, collaboration__archived_on=None, collaboration__invented=False
    ).annotate(due=Count("agreements", filter=_due_now(day, "agreements__")))
    found = sessions.filter(due__gt=0).select_related("collaboration").order_by("pk")
    return [(session, session.due) for session in found]


def _due_now(day: date, prefix: str = "") -> Q:
    wanted = {
        "due_on__lte": day,
        "due_on__gte": day - timedelta(LATE_DAYS),
        "state__in": [State.OPEN, State.BUSY],
        "coordinators_mailed": False,
    }
    return Q(**{prefix + name: value for name, value in wanted.items()})


def mail_due_agreements(found: Session, letter: Letter, day: date) -> int:
    """Hand a letter to the worker for each coordinator who wants it: that the day of a session's agreements is here,
    once for each. How many these were; none when these were done or taken out meanwhile."""
    with transaction.atomic():
        try:
            session = lock_session(found)
        except NotFoundError:
            return 0
        if not session.agreements.filter(_due_now(day)).update(coordinators_mailed=True):
            return 0
        users = _coordinators(session, mail_when_due=True)
        hand_over(letter, users, session=session)
    return len(users)
