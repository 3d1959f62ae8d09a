"""The next session: the day that was agreed on, and the mail that it comes near."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from reflectie.models import Collaboration, Conclusion, Membership, Role, Session
from reflectie.services.clock import today
from reflectie.services.errors import NotFoundError
from reflectie.services.locks import lock_session
from reflectie.services.mail import Letter, hand_over


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


def due_reminders(day: date) -> "Sequence[Conclusion]":
    """What coordinators are to be mailed about on this day: next sessions at most REMIND_DAYS away that nobody planned,
    each with its session and collaboration. One query."""
    return list(_due(day).select_related("session__collaboration").order_by("next_on", "pk"))


def _due(day: date) -> "QuerySet[Conclusion]":
    last = day + timedelta(settings.REMIND_DAYS)
    return _unplanned(day).filter(reminded=False, next_on__lte=last, session__collaboration__isnull=False)


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
        coordinators = Membership.objects.filter(collaboration=session.collaboration_id, role=Role.COORDINATOR)
        people = coordinators.filter(user__is_active=True).exclude(user__email="").select_related("user")
        users = [member.user for member in people.order_by("pk")]
        if not users or not _due(day).filter(pk=due.pk).update(reminded=True, reminder_arrived=False):
            return 0
        hand_over(letter, users, conclusion=due)
    return len(users)
