"""A session's steps forwards: closed, opened up, concluded. Each says first what it means in this session. The last one
can be taken back for a few minutes."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from reflectie.domain.report.agreements import Conclusion
from reflectie.domain.rules.suppression import enough
from reflectie.domain.setup import Grouping, Mode
from reflectie.domain.text import set_apart
from reflectie.forms.report.agreements import ConclusionForm
from reflectie.forms.sessions.plan import KeepOpenForm
from reflectie.models import Session
from reflectie.pdf.documents import fix_final
from reflectie.services.mail import Letter
from reflectie.services.questionnaire.plans import plan_of
from reflectie.services.questionnaire.sheets import takes_answers
from reflectie.services.sessions.rounds import (
    UNDO_WITHIN,
    StageError,
    TooFewError,
    TooLateError,
    change_plan,
    close_round,
    conclude,
    count_responses,
    count_typed,
    load_progress,
    open_report,
    undo_conclusion,
)
from reflectie.services.tokens import read_token
from reflectie.tasks import print_final_pdfs
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, session_or_404

FORM = ["GET", "HEAD", "POST"]


def finish_step(request: HttpRequest, session: Session, step: Callable[[], object]) -> HttpResponse:
    """Take a step and go back to the session's page, or say that somebody else took one meanwhile."""
    try:
        step()
    except StageError:
        return overtaken(request, session)
    return HttpResponseRedirect(reverse("session", args=[session.pk]), status=303)


def overtaken(request: HttpRequest, session: Session) -> HttpResponse:
    """Somebody else took a step meanwhile: the session is said to be where it is now."""
    session = session_or_404(request, session.pk).session
    return too_late(request, session)


def too_late(request: HttpRequest, session: Session, *, minutes_over: bool = False) -> HttpResponse:
    context = {
        "session": session,
        "collaboration": session.collaboration,
        "minutes_over": minutes_over,
        "minutes": UNDO_WITHIN.seconds // 60,
    }
    return render(request, "reflectie/sessions/too_late.html", context, status=409)


@keeps_typed("keep")
@require_http_methods(FORM)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = session_or_404(request, pk, COORDINATOR).session
    if session.stage != Session.Stage.OPEN:
        return too_late(request, session)
    if request.method != "POST":
        return _close_page(request, session, _keep_form(session))
    if "keep" in request.POST:
        return _keep_open(request, session)
    try:
        return finish_step(request, session, lambda: close_round(session, without_results="without" in request.POST))
    except TooFewError:
        # Somebody withdrew, or the page was older than the answers.
        return _close_page(request, session, _keep_form(session), status=422)


def _keep_form(session: Session) -> KeepOpenForm:
    return KeepOpenForm(initial={"closes_on": session.closes_on if takes_answers(session) else None})


def _keep_open(request: HttpRequest, session: Session) -> HttpResponse:
    form = KeepOpenForm(request.POST)
    if not form.is_valid():
        return _close_page(request, session, form, status=422)
    later = replace(plan_of(session), closes_on=form.cleaned_data["closes_on"])
    return finish_step(request, session, lambda: change_plan(session, later))


def _close_page(request: HttpRequest, session: Session, keep: KeepOpenForm, status: int = 200) -> HttpResponse:
    counted, typed = count_responses(session), count_typed(session)
    anonymous = session.mode == Mode.ANONYMOUS
    context = {
        "session": session,
        "collaboration": session.collaboration,
        "plan": plan_of(session),
        "is_round": Mode(session.mode).is_round,
        "standing": load_progress(session.join_token or ""),
        "counted": counted,
        "typed": typed if anonymous else 0,
        "untyped": counted - typed,
        "too_few": anonymous and not enough(counted, typed),
        # Enough in all, but too few who weren't typed.
        "beside_paper": enough(counted),
        "grouped": anonymous and session.grouping != Grouping.NONE,
        "invitees": session.invitees.count(),
        "keep": keep,
    }
    return render(request, "reflectie/sessions/close.html", context, status=status)


@require_http_methods(FORM)
def publish_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = session_or_404(request, pk, COORDINATOR).session
    if session.stage != Session.Stage.CLOSED:
        return too_late(request, session)
    if request.method == "POST":
        return finish_step(request, session, lambda: open_report(session, _report_is_open(request, session)))
    context = {
        "session": session,
        "collaboration": session.collaboration,
        "counted": count_responses(session),
        "sheets": session.responses.count(),
    }
    return render(request, "reflectie/sessions/open.html", context)


def _report_is_open(request: HttpRequest, session: Session) -> Letter:
    """What whoever left an address gets: that the report is open, and where; nothing of what is in it."""
    path = reverse("report", args=[read_token(session.join_token or "")])
    context = {"name": set_apart(str(session.collaboration)), "report_url": request.build_absolute_uri(path)}
    return Letter.read(render_to_string("reflectie/mail/report_open.txt", context))


@keeps_typed()
@require_http_methods(FORM)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = session_or_404(request, pk, COORDINATOR).session
    if session.stage != Session.Stage.DISCUSSION:
        return too_late(request, session)
    form = ConclusionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return finish_step(request, session, lambda: _conclude(session, form.conclusion))
    return _conclude_page(request, session, form)


def _conclude_page(
    request: HttpRequest, session: Session, form: ConclusionForm, *, undone: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "session": session,
        "collaboration": session.collaboration,
        "outcomes": session.outcomes.count(),
        "agreements": session.agreements.count(),
        "poll_goes_on": session.polls.filter(is_open=True).exists(),
        "undone": undone,
        "minutes": UNDO_WITHIN.seconds // 60,
    }
    return render(request, "reflectie/sessions/conclude.html", context, status=422 if form.is_bound else 200)


@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the conclusion back. What it was stands in the form again: nobody types it twice."""
    session = session_or_404(request, pk, COORDINATOR).session
    try:
        undone = undo_conclusion(session)
    except StageError:
        return overtaken(request, session)
    except TooLateError:
        return too_late(request, session, minutes_over=True)
    session = session_or_404(request, pk, COORDINATOR).session
    return _conclude_page(request, session, ConclusionForm(kept=undone), undone=True)


def _conclude(session: Session, conclusion: Conclusion) -> None:
    fix_final(conclude(session, conclusion))
    print_final_pdfs.enqueue()
