"""What a team agrees on: the list, one agreement, and the next session's day for a calendar."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.report.agreements import MAX_AGREEMENTS
from reflectie.domain.report.report import Report
from reflectie.exports import calendar_file
from reflectie.forms.report.agreements import AgreementForm
from reflectie.models import OPENED, Session
from reflectie.services.clock import today
from reflectie.services.optimistic_lock import ConflictError
from reflectie.services.report.agreements import (
    TooManyAgreementsError,
    add_agreement,
    change_agreement,
    open_agreements_of,
    remove_agreement,
)
from reflectie.services.report.reports import load_conclusion, load_report
from reflectie.services.sessions.rounds import StageError
from reflectie.services.sharing import agreement_is_shared
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import SessionAccess, member_report_or_404, session_or_404, signed_in

FORM = ["GET", "HEAD", "POST"]
PAGE_SIZE = 50


def opened_or_404(request: HttpRequest, pk: UUID) -> SessionAccess:
    """A session whose report is everybody's: what is agreed on stands in it."""
    access = member_report_or_404(request, pk)
    if access.session.stage not in OPENED:
        raise Http404
    return access


@keeps_typed()
@require_http_methods(FORM)
def agreements(request: HttpRequest, pk: UUID) -> HttpResponse:
    access = opened_or_404(request, pk)
    session = access.session
    found = load_report(session)
    if request.method != "POST":
        return _list_page(request, access, found, AgreementForm(found, about=request.GET.get("bij", "")))
    form = AgreementForm(found, request.POST)
    if not form.is_valid():
        return _list_page(request, access, found, form, status=422)
    try:
        add_agreement(session, form.agreement, form.cleaned_data["key"])
    except StageError:
        return _list_page(request, access, found, form, status=409)
    except TooManyAgreementsError:
        _say_too_many(form)
        return _list_page(request, access, found, form, status=422)
    messages.success(request, _("De afspraak staat erbij."))
    return HttpResponseRedirect(reverse("agreements", args=[pk]), status=303)


def _say_too_many(form: AgreementForm) -> None:
    form.add_error(None, _("Er staan al %s afspraken. Haal er eerst een weg.") % MAX_AGREEMENTS)


def _list_page(
    request: HttpRequest, access: SessionAccess, found: Report, form: AgreementForm, status: int = 200
) -> HttpResponse:
    around = _around(access.session)
    may_conclude = around["may_change"] and access.is_coordinator
    context = {"report": found, "form": form, "too_late": status == 409, "may_conclude": may_conclude, **around}
    context["may_share"] = access.is_coordinator
    return render(request, "reflectie/report/agreements/list.html", context, status=status)


def _around(session: Session) -> dict[str, object]:
    return {
        "session": session,
        "collaboration": session.collaboration,
        "today": today(),
        "may_change": session.stage == Session.Stage.DISCUSSION,
    }


@keeps_typed()
@require_http_methods(FORM)
def agreement(request: HttpRequest, pk: UUID, key: UUID) -> HttpResponse:
    """One agreement: put in other words, in another state, or taken out."""
    session = opened_or_404(request, pk).session
    found = load_report(session)
    kept = next((kept for kept in found.agreements if kept.key == str(key)), None)
    if request.method == "POST":
        # What the page asked: all of the agreement, or its state. Without it, there is no state of it either.
        whole = "what" in request.POST
        if kept is None and not whole:
            raise Http404
        return _save(request, session, AgreementForm(found, request.POST, kept=kept, changes=True, whole=whole), key)
    if kept is None:
        raise Http404
    whole = session.stage == Session.Stage.DISCUSSION
    return _page(request, session, AgreementForm(found, kept=kept, changes=True, whole=whole), key)


def _save(request: HttpRequest, session: Session, form: AgreementForm, key: UUID) -> HttpResponse:
    if form.chose_theirs:
        return HttpResponseRedirect(_way_back(request, session), status=303)
    if not form.removes and not form.is_valid():
        return _page(request, session, form, key, status=422)
    try:
        _write(session, form, key)
    except StageError:
        return _page(request, session, form, key, status=409, closed=True)
    except TooManyAgreementsError:
        _say_too_many(form)
        return _page(request, session, form, key, status=422)
    except ConflictError as conflict:
        form.set_conflict(conflict.current)
        return _page(request, session, form, key, status=409)
    messages.success(request, _("De afspraak is weg.") if form.removes else _("Bewaard."))
    return HttpResponseRedirect(_way_back(request, session), status=303)


def _write(session: Session, form: AgreementForm, key: UUID) -> None:
    if form.removes:
        remove_agreement(session, key, form.seen)
    elif form.kept is None and form.chose_own:
        # Somebody took it out meanwhile, and this person wants it to stay.
        add_agreement(session, form.agreement, key)
    else:
        change_agreement(session, key, form.agreement, form.seen)


def _way_back(request: HttpRequest, session: Session) -> str:
    """Where the person came from: a later session that looks back on these agreements, the collaboration with what is
    still to do, all that is to do, or else their list."""
    given = request.POST if request.method == "POST" else request.GET
    if given.get("van") == "samenwerking" and session.collaboration_id:
        return reverse("collaboration", args=[session.collaboration_id])
    if given.get("van") == "afspraken":
        return reverse("open-agreements")
    try:
        return reverse("session", args=[UUID(given.get("van", ""))])
    except ValueError:
        return reverse("agreements", args=[session.pk])


def _page(
    request: HttpRequest, session: Session, form: AgreementForm, key: UUID, *, status: int = 200, closed: bool = False
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "form": form,
        "key": key,
        "closed": closed,
        "back": _way_back(request, session),
        "van": given.get("van", ""),
        "is_shared": agreement_is_shared(session, key),
        **_around(session),
    }
    return render(request, "reflectie/report/agreements/change.html", context, status=status)


@require_safe
def open_list(request: HttpRequest) -> HttpResponse:
    """What is still to be done in all of somebody's collaborations, by day."""
    page = Paginator(open_agreements_of(signed_in(request)), PAGE_SIZE).get_page(request.GET.get("pagina"))
    context = {"page": page, "today": today()}
    return render(request, "reflectie/report/agreements/open.html", context)


@require_safe
def next_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The day of the next session, for a calendar."""
    session = session_or_404(request, pk).session
    conclusion = load_conclusion(session)
    if conclusion is None or conclusion.next_on is None:
        raise Http404
    url = request.build_absolute_uri(reverse("session", args=[pk]))
    content = calendar_file(session, conclusion.next_on, url)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    # Files lie about: their name says the day, and no collaboration.
    name = f"reflectiesessie-{conclusion.next_on:%Y-%m-%d}.ics"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
