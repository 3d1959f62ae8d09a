"""A coordinator's session: planned, shown, shared and erased."""

from dataclasses import replace
from math import ceil
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.report.agreements import standing_first
from reflectie.domain.rules.suppression import FLOOR
from reflectie.domain.setup import Mode
from reflectie.domain.text import set_apart
from reflectie.forms.sessions.plan import PlanForm, RenameForm
from reflectie.models import Collaboration, Role, Session
from reflectie.services.clock import now, today
from reflectie.services.collaborations.people import can_prepare
from reflectie.services.erasure import erase_session
from reflectie.services.questionnaire.plans import plan_of
from reflectie.services.questionnaire.sheets import is_late
from reflectie.services.report.reports import earlier_session, load_agreements, load_conclusion, load_parked
from reflectie.services.sessions.invitees import load_invitees
from reflectie.services.sessions.reminders import agreed_day
from reflectie.services.sessions.rounds import (
    BegunError,
    change_plan,
    count_responses,
    last_plan,
    load_progress,
    plan_session,
    rename_session,
    renew_link,
    undo_until,
)
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, SessionAccess, is_report_open, membership_or_404, session_or_404
from reflectie.web.throttle import makes_within_limits

from .stages import finish_step, too_late

FORM = ["GET", "HEAD", "POST"]


@keeps_typed()
@require_http_methods(FORM)
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    collaboration = membership_or_404(request, pk, COORDINATOR).collaboration
    last = last_plan(collaboration)
    day = agreed_day(collaboration) or today()
    start = replace(last, planned_on=day, closes_on=None) if last else None
    data = request.POST if request.method == "POST" else None
    form = PlanForm(_partners(collaboration), data, plan=start, has_facilitator=_has_facilitator(collaboration))
    form.initial["planned_on"] = day
    if form.is_valid() and makes_within_limits(request, form):
        session = plan_session(collaboration, form.to_plan(), form.cleaned_data["key"])
        return HttpResponseRedirect(reverse("session", args=[session.pk]), status=303)
    context = {"form": form, "collaboration": collaboration, "again": last is not None}
    return render(request, "reflectie/sessions/plan.html", context, status=422 if form.is_bound else 200)


@keeps_typed()
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _planned(session_or_404(request, pk, COORDINATOR).session)
    if session.stage != Session.Stage.OPEN:
        return too_late(request, session)
    form = _edit_form(request, session, begun=session.responses.exists())
    if not form.is_valid():
        return _edit_page(request, session, form, status=422 if form.is_bound else 200)
    try:
        return finish_step(request, session, lambda: change_plan(session, form.to_plan()))
    except BegunError:
        # The first answer came in between: what was typed and may still change stays in the form.
        return _edit_page(request, session, _edit_form(request, session, begun=True), status=409)


@keeps_typed()
@require_http_methods(FORM)
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another name, at whatever stage: it tells sessions apart, and nobody's answer depends on it."""
    session = session_or_404(request, pk, COORDINATOR).session
    form = RenameForm(request.POST if request.method == "POST" else None, name=session.name)
    if form.is_valid():
        return finish_step(request, session, lambda: rename_session(session, form.cleaned_data["name"]))
    context = {"form": form, "session": session, "collaboration": session.collaboration}
    return render(request, "reflectie/sessions/rename.html", context, status=422 if form.is_bound else 200)


def _edit_form(request: HttpRequest, session: Session, *, begun: bool) -> PlanForm:
    data = request.POST if request.method == "POST" else None
    collaboration = _of_collaboration(session)
    has_facilitator = _has_facilitator(collaboration)
    return PlanForm(_partners(collaboration), data, plan=plan_of(session), begun=begun, has_facilitator=has_facilitator)


def _edit_page(request: HttpRequest, session: Session, form: PlanForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "session": session,
        "collaboration": session.collaboration,
        "plan": plan_of(session),
        "overtaken": status == 409,
    }
    return render(request, "reflectie/sessions/plan.html", context, status=status)


def _partners(collaboration: Collaboration) -> list[str]:
    return list(collaboration.partners.values_list("name", flat=True))


def _has_facilitator(collaboration: Collaboration) -> bool:
    return collaboration.memberships.filter(role=Role.FACILITATOR).exists()


def _of_collaboration(session: Session) -> Collaboration:
    if session.collaboration is None:
        raise Http404
    return session.collaboration


def _planned(session: Session) -> Session:
    """A reflection that was made without an account and adopted has no plan to change; one of earlier years is erased
    and made anew, with the same table."""
    if session.planned_on is None or session.earlier:
        raise Http404
    return session


def _joinable(session: Session) -> Session:
    """Nobody takes part in what was held on paper years ago."""
    if session.earlier:
        raise Http404
    return session


@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = session_or_404(request, pk)
    return render(request, "reflectie/sessions/page.html", _page(request, found))


def _page(request: HttpRequest, found: SessionAccess) -> dict[str, Any]:
    session = found.session
    is_open = session.stage == Session.Stage.OPEN
    standing = load_progress(session.join_token or "")
    late = is_late(session.stage, session.closes_on)
    # With fewer there is no report, and whoever waits a day longer gets more of them.
    enough_done = standing is not None and (standing.is_full or standing.finished >= FLOOR)
    return {
        **share(request, session),
        "access": found,
        "plan": plan_of(session),
        "is_round": Mode(session.mode).is_round,
        "stages": stages_of(session),
        "standing": standing,
        "report_open": is_report_open(session) if not Mode(session.mode).is_round else found.may_read_report,
        "prepares": session.facilitator_prepares and session.stage == Session.Stage.CLOSED and can_prepare(session),
        "is_late": late,
        "may_close": is_open and (enough_done or late),
        "is_first": is_open and found.is_coordinator and _is_first(session),
        "counted": count_responses(session) if session.stage == Session.Stage.CLOSED else None,
        "invitees": load_invitees(session) if is_open and found.is_coordinator else None,
        **_agreed(session),
    }


def _agreed(session: Session) -> dict[str, Any]:
    """What was agreed: last time as long as the session goes on, this time once its report is open."""
    if session.stage == Session.Stage.CONCLUDED:
        until = undo_until(session)
        return {
            "conclusion": load_conclusion(session),
            "agreements": session.agreements.count(),
            "undo_until": until,
            "minutes_left": ceil((until - now()).total_seconds() / 60) if until else 0,
        }
    earlier = earlier_session(session)
    return {
        "agreements": session.agreements.count() if session.stage == Session.Stage.DISCUSSION else None,
        "earlier": earlier,
        "earlier_agreements": standing_first(load_agreements(earlier)) if earlier else (),
        "earlier_parked": load_parked(earlier) if earlier else (),
        "today": today(),
    }


def _is_first(session: Session) -> bool:
    """Whether a collaboration never had another session: then its coordinator may be here for the first time."""
    return session.number == 1 and session.planned_on is not None and not session.earlier


def share(request: HttpRequest, session: Session) -> dict[str, Any]:
    """What takes people to a session: its link, and where the short code is typed."""
    return {
        "session": session,
        "collaboration": session.collaboration,
        "join_url": request.build_absolute_uri(reverse("join", args=[session.join_token])),
        # To send on by hand, as text.
        "called": set_apart(str(session.collaboration)),
        "code_place": f"{request.get_host()}{reverse('join-code')}".rstrip("/"),
    }


def stages_of(session: Session) -> list[dict[str, Any]]:
    """The stages, forwards only, each with a word on what it means. What people fill in together is never closed."""
    stage = Session.Stage
    is_round = Mode(session.mode).is_round
    late = is_late(session.stage, session.closes_on)
    answers = _("De laatste dag om te antwoorden is voorbij.") if late else _("De ronde is open.")
    if session.earlier:
        answers = _("De formulieren van toen worden ingevoerd.")
    # What is so while it lasts, and what is left to say of it afterwards.
    words = [
        (
            stage.OPEN,
            answers if is_round or session.earlier else _("De checklist wordt ingevuld."),
            _("Dit is voorbij."),
        ),
        *(
            [(stage.CLOSED, _("Niemand antwoordt meer. Het verslag is nog dicht."), _("Het verslag ging open."))]
            if is_round
            else []
        ),
        (stage.DISCUSSION, _("Iedereen leest het verslag en praat erover."), _("Het gesprek is afgerond.")),
        (stage.CONCLUDED, _("Verslag en uitkomsten staan vast."), ""),
    ]
    now = [name for name, *_texts in words].index(stage(session.stage))
    return [
        {"label": name.label, "text": after if place < now else text, "is_now": place == now, "is_past": place < now}
        for place, (name, text, after) in enumerate(words)
    ]


@require_safe
def screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _joinable(session_or_404(request, pk).session)
    context = share(request, session) | {"standing": load_progress(session.join_token or "")}
    return render(request, "reflectie/sessions/screen.html", context)


@require_http_methods(FORM)
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _joinable(session_or_404(request, pk, COORDINATOR).session)
    if session.stage != Session.Stage.OPEN:
        return too_late(request, session)
    if request.method == "POST":
        return finish_step(request, session, lambda: renew_link(session))
    context = share(request, session) | {"standing": load_progress(session.join_token or "")}
    return render(request, "reflectie/sessions/link.html", context)


@require_http_methods(FORM)
def erase(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = session_or_404(request, pk, COORDINATOR).session
    if request.method == "POST":
        erase_session(session.pk)
        return HttpResponseRedirect(reverse("collaboration", args=[session.collaboration_id]), status=303)
    context = {
        "session": session,
        "collaboration": session.collaboration,
        "sheets": session.responses.count(),
        "outcomes": session.outcomes.count(),
        "agreements": session.agreements.count(),
    }
    return render(request, "reflectie/sessions/erase.html", context)
