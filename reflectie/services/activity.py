"""Who did what in a collaboration. Logged in the transaction of what was done, so that there is never one without the
other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from reflectie.models import Activity, Session, nth_that_day

from .clock import today

# Who acts, for as long as a request lasts: nearly every verb is somebody's act, and none of them depends on whose.
_actor: ContextVar[Callable[[], int | None] | None] = ContextVar("actor", default=None)


@contextmanager
def acting(who: Callable[[], int | None]) -> Iterator[None]:
    """What is done meanwhile is done by this account: its key, or None for whoever has none. Asked only where something
    is noted."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


def log_activity(
    action: Activity.Action,
    collaboration_id: UUID | None,
    *,
    session: Session | None = None,
    about: int | None = None,
    role: str = "",
) -> None:
    """Log what somebody did in a collaboration: about a session, or about the role of another account (its key). For
    within the transaction that does it. What nobody with an account does is not logged, nor what a reflection outside
    any collaboration goes through."""
    who = _actor.get()
    user_id = who() if who else None
    if user_id is None or collaboration_id is None:
        return
    Activity.objects.create(
        collaboration_id=collaboration_id,
        on=today(),
        action=action,
        user_id=user_id,
        about_id=about,
        role=role,
        session_id=session.pk if session else None,
    )


def activities_of(collaboration_id: UUID) -> "QuerySet[Activity]":
    """What was done in a collaboration, the latest first, with whose act and whose role it was. One query."""
    return (
        Activity.objects.filter(collaboration=collaboration_id).select_related("user", "about").order_by("-on", "-id")
    )


def sessions_of_activities(activities: list[Activity]) -> dict[UUID, Session]:
    """The sessions that these are about, by key, each with what its title asks. One query."""
    keys = {activity.session_id for activity in activities if activity.session_id}
    return {session.pk: session for session in Session.objects.annotate(nth=nth_that_day()).filter(pk__in=keys)}


def erase_old_activities(day: date) -> int:
    """Erase what was done ACTIVITY_DAYS ago or more; how much that was."""
    with transaction.atomic():
        old = Activity.objects.filter(on__lte=day - timedelta(days=settings.ACTIVITY_DAYS))
        return old.delete()[0]
