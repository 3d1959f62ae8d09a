"""Collaborations: made, changed, erased, and found again; and a reflection that is taken into one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from reflectie.domain.session_title import SessionTitle
from reflectie.domain.text import same_text
from reflectie.models import (
    HELD_ON,
    Activity,
    Answer,
    Collaboration,
    FormerCoordinator,
    Membership,
    Partner,
    Response,
    Role,
    Session,
    nth_that_day,
)
from reflectie.services.activity import log_activity
from reflectie.services.clock import today
from reflectie.services.erasure import count_erased, truncate_wal_on_commit
from reflectie.services.locks import lock_collaboration
from reflectie.services.questionnaire.sheets import is_late
from reflectie.services.report.reports import title_of
from reflectie.services.sessions.rounds import adopt


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in the list of a collaboration."""

    session: Session
    title: SessionTitle
    # How many sheets were begun, and whether one is finished.
    begun: int
    has_finished: bool
    is_late: bool
    # Whether whoever it is shown to coordinated it before, and reads it no earlier than others.
    has_coordinated: bool = False
    # How many sheets count: those with an answer to the checklist.
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Latest:
    """How a collaboration stands: its latest session, and how many are open."""

    stage: str
    mode: str
    title: SessionTitle
    # The last day for answers is over, and nobody closed it.
    is_late: bool
    open_sessions: int


def create_collaboration(
    user: User, *, name: str, region: str = "", theme: str = "", partners: Iterable[str] = ()
) -> Collaboration:
    """A new collaboration, with its maker as coordinator. Partners keep their order; one named twice stands once."""
    with transaction.atomic():
        collaboration = Collaboration.objects.create(name=name, region=region, theme=theme)
        Membership.objects.create(collaboration=collaboration, user=user, role=Role.COORDINATOR)
        _put_partners(collaboration, partners)
    return collaboration


def change_collaboration(
    collaboration: Collaboration, *, name: str, region: str, theme: str, partners: Iterable[str]
) -> Collaboration:
    """Other words for a collaboration. Sessions keep the partners as they were called at planning.

    Under another label it counts in signals from the next quarter, as one that joins today: going from label to label,
    somebody could subtract their own from each (`domain/signals.py`).
    Raises NotFoundError when it was erased meanwhile.
    """
    with transaction.atomic():
        collaboration = lock_collaboration(collaboration.pk)
        before = getattr(collaboration, settings.SIGNAL_LABEL)
        collaboration.name, collaboration.region, collaboration.theme = name, region, theme
        if collaboration.signals_from and same_text(before) != same_text(getattr(collaboration, settings.SIGNAL_LABEL)):
            collaboration.signals_from = today()
        collaboration.save(update_fields=["name", "region", "theme", "signals_from"])
        _put_partners(collaboration, partners)
        log_activity(Activity.Action.CHANGED, collaboration.pk)
    return collaboration


def _put_partners(collaboration: Collaboration, names: Iterable[str]) -> None:
    # Nothing points to a partner, so the rows are written anew rather than compared.
    collaboration.partners.all().delete()
    rows = [
        Partner(collaboration=collaboration, name=name, position=place) for place, name in enumerate(merge_names(names))
    ]
    Partner.objects.bulk_create(rows)


def merge_names(names: Iterable[str]) -> list[str]:
    """Names without those that stand there already, as a person reads them (`same_text`); the first way of writing
    stays."""
    merged: dict[str, str] = {}
    for name in names:
        merged.setdefault(same_text(name), name)
    return list(merged.values())


def erase_collaboration(pk: UUID) -> None:
    """Erase a collaboration with its sessions, answers, PDFs, people's roles and invitations, at once and for good."""
    with transaction.atomic():
        # Sessions first, as everywhere: whoever is saving in one comes before or after, never between.
        list(Session.objects.select_for_update().filter(collaboration=pk).order_by("pk").values_list("pk"))
        list(Collaboration.objects.select_for_update().filter(pk=pk))
        _, rows = Collaboration.objects.filter(pk=pk).delete()
        count_erased("collaboration", rows.get(Collaboration._meta.label, 0))
        truncate_wal_on_commit()


def archive_collaboration(collaboration: Collaboration) -> Collaboration:
    """Put a collaboration away: out of lists, mails and signals made from now on. Nothing of it is erased, and all that
    is erased after a time goes on being so. Twice is once. Raises NotFoundError when it was erased."""
    with transaction.atomic():
        collaboration = lock_collaboration(collaboration.pk)
        if collaboration.archived_on is None:
            collaboration.archived_on = today()
            collaboration.save(update_fields=["archived_on"])
            log_activity(Activity.Action.ARCHIVED, collaboration.pk)
    return collaboration


def restore_collaboration(collaboration: Collaboration) -> Collaboration:
    """Bring back what was put away. In signals it counts from the next quarter, as one that joins today
    (`change_collaboration`). Twice is once. Raises NotFoundError when it was erased."""
    with transaction.atomic():
        collaboration = lock_collaboration(collaboration.pk)
        if collaboration.archived_on is not None:
            collaboration.archived_on = None
            if collaboration.signals_from:
                collaboration.signals_from = today()
            collaboration.save(update_fields=["archived_on", "signals_from"])
            log_activity(Activity.Action.RESTORED, collaboration.pk)
    return collaboration


def collaborations_of(
    user: User, text: str = "", roles: Collection[str] = tuple(Role.values), *, archived: bool = False
) -> "QuerySet[Collaboration]":
    """Somebody's collaborations in these roles, by name, with `role` on each; those with all words of `text`. Those
    that were put away (`archived`) or, else, the others."""
    found = Collaboration.objects.filter(memberships__user=user, memberships__role__in=roles)
    found = found.filter(archived_on__isnull=not archived)
    return found.annotate(role=F("memberships__role")).matching(text).order_by("sort_key", "pk")


def latest_sessions(collaborations: Sequence[Collaboration]) -> dict[UUID, Latest]:
    """How each of a page of collaborations stands; one without a session is left out. One query.

    Asked for the page alone: beside each row of a sorted list, the database would work it out for all of them.
    """
    going_on = Q(stage=Session.Stage.OPEN, earlier=False)
    newest_first = [HELD_ON.desc(), F("number").desc(), F("pk").desc()]
    sessions = Session.objects.filter(collaboration__in=[found.pk for found in collaborations])
    sessions = sessions.annotate(
        day=HELD_ON,
        nth=nth_that_day(),
        place=Window(RowNumber(), partition_by=F("collaboration"), order_by=newest_first),
        open_sessions=Window(Count("pk", filter=going_on), partition_by=F("collaboration")),
    )
    return {
        owner: Latest(stage, mode, SessionTitle(day, name, nth), is_late(stage, closes_on), open_sessions)
        for owner, stage, mode, day, name, nth, closes_on, open_sessions in sessions.filter(place=1).values_list(
            "collaboration", "stage", "mode", "day", "name", "nth", "closes_on", "open_sessions"
        )
    }


def sessions_of(collaboration: Collaboration, user_id: int | None = None) -> list[SessionLine]:
    """A collaboration's sessions, newest first, as somebody is shown them. One query."""
    finished = Response.objects.filter(session=OuterRef("pk"), finished=True)
    former = FormerCoordinator.objects.filter(session=OuterRef("pk"), user=user_id)
    answered = Exists(Answer.objects.filter(response=OuterRef("responses"), value__gt=""))
    sessions = collaboration.sessions.annotate(
        day=HELD_ON,
        nth=nth_that_day(),
        begun=Count("responses"),
        # Written when it closed, and all that is left of old answers.
        counted=Coalesce("totals__counted", Count("responses", filter=answered)),
        has_finished=Exists(finished),
        has_coordinated=Exists(former),
    )
    return [
        SessionLine(
            found,
            title_of(found),
            found.begun,
            found.has_finished,
            is_late(found.stage, found.closes_on),
            found.has_coordinated,
            found.counted,
        )
        for found in sessions.order_by("-day", "-number", "-pk")
    ]


def adopt_into_new(session: Session, token: str, user: User, name: str) -> Collaboration:
    """Take a reflection without an account into a new collaboration. Raises AdoptedError, and then makes none."""
    with transaction.atomic():
        collaboration = create_collaboration(user, name=name)
        adopt(session, token, collaboration)
    return collaboration
