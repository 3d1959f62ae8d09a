"""What a team agrees on: the list, one agreement, and the next session's day for a calendar."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reflectie.domain.report.agreements import MAX_AGREEMENTS
from reflectie.domain.report.report import Report
from reflectie.exports import calendar_file
from reflectie.forms.report.agreements import AgreementForm
from reflectie.models import Session
from reflectie.services.clock import today
from reflectie.services.optimistic_lock import ConflictError
from reflectie.services.questionnaire.sheets import delete_on_once_saved
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
from reflectie.web.permissions import session_or_404, signed_in
from reflectie.web.report_access import FROM_TALK, RECORDED, ReportAccess, from_talk, recorded_or_404

from .done import lead_back, what_was_done

PAGE_SIZE = 50
# What was done, in the address of the list: without an account nothing is kept for somebody's next page.
ADDED, CHANGED, REMOVED = "erbij", "bewaard", "weg"
DONE = {
    ADDED: gettext_lazy("De afspraak staat erbij."),
    CHANGED: gettext_lazy("Bewaard."),
    REMOVED: gettext_lazy("De afspraak is weg."),
}


def agreements(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    recorded_or_404(access)
    found = load_report(access.session)
    if request.method != "POST":
        return _list_page(request, access, found, AgreementForm(found, about=request.GET.get("bij", "")))
    form = AgreementForm(found, request.POST)
    if not form.is_valid():
        return _list_page(request, access, found, form, status=422)
    try:
        add_agreement(access.session, form.agreement, form.cleaned_data["key"])
    except StageError:
        return _list_page(request, access, found, form, status=409)
    except TooManyAgreementsError:
        _say_too_many(form)
        return _list_page(request, access, found, form, status=422)
    return _done(request, access, ADDED)


def _say_too_many(form: AgreementForm) -> None:
    form.add_error(None, _("Er staan al %s afspraken. Haal er eerst een weg.") % MAX_AGREEMENTS)


def _done(request: HttpRequest, access: ReportAccess, done: str) -> HttpResponse:
    """Back to where the person came from, which says what was done."""
    return lead_back(request, access, _way_back(request, access), done, DONE)


def _list_page(
    request: HttpRequest, access: ReportAccess, found: Report, form: AgreementForm, status: int = 200
) -> HttpResponse:
    van = FROM_TALK if from_talk(request) else ""
    context = {"report": found, "form": form, "too_late": status == 409, "van": van, **_around(access)}
    context |= what_was_done(request, access, DONE, status)
    context["may_share"] = access.member is not None and access.member.is_coordinator
    return render(request, "reflectie/report/agreements/list.html", context, status=status)


def _around(access: ReportAccess) -> dict[str, object]:
    return {
        **access.context,
        "collaboration": access.session.collaboration,
        "today": today(),
        "delete_on": delete_on_once_saved(access.session),
    }


def agreement(request: HttpRequest, access: ReportAccess, key: UUID) -> HttpResponse:
    """One agreement: put in other words, in another state, or taken out."""
    recorded_or_404(access)
    found = load_report(access.session)
    kept = next((kept for kept in found.agreements if kept.key == str(key)), None)
    if request.method == "POST":
        # What the page asked: all of the agreement, or its state. Without it, there is no state of it either.
        whole = "what" in request.POST
        if kept is None and not whole:
            raise Http404
        return _save(request, access, AgreementForm(found, request.POST, kept=kept, changes=True, whole=whole), key)
    if kept is None:
        raise Http404
    return _page(request, access, AgreementForm(found, kept=kept, changes=True, whole=access.may_talk), key)


def _save(request: HttpRequest, access: ReportAccess, form: AgreementForm, key: UUID) -> HttpResponse:
    if form.chose_theirs:
        return HttpResponseRedirect(_way_back(request, access), status=303)
    if not form.removes and not form.is_valid():
        return _page(request, access, form, key, status=422)
    try:
        _write(access.session, form, key)
    except StageError:
        return _page(request, access, form, key, status=409, closed=True)
    except TooManyAgreementsError:
        _say_too_many(form)
        return _page(request, access, form, key, status=422)
    except ConflictError as conflict:
        form.set_conflict(conflict.current)
        return _page(request, access, form, key, status=409)
    return _done(request, access, REMOVED if form.removes else CHANGED)


def _write(session: Session, form: AgreementForm, key: UUID) -> None:
    if form.removes:
        remove_agreement(session, key, form.seen)
    elif form.kept is None and form.chose_own:
        # Somebody took it out meanwhile, and this person wants it to stay.
        add_agreement(session, form.agreement, key)
    else:
        change_agreement(session, key, form.agreement, form.seen)


def _way_back(request: HttpRequest, access: ReportAccess) -> str:
    """Where the person came from: the talk as it is led, a later session that looks back on these agreements, the
    collaboration with what is still to do, all that is to do, or else their list. Without an account there is the talk
    and that list alone."""
    if from_talk(request):
        return f"{access.live_url}#{RECORDED}"
    given = request.POST if request.method == "POST" else request.GET
    if access.member is None:
        return access.agreements_url
    if given.get("van") == "samenwerking" and access.session.collaboration_id:
        return reverse("collaboration", args=[access.session.collaboration_id])
    if given.get("van") == "afspraken":
        return reverse("open-agreements")
    try:
        return reverse("session", args=[UUID(given.get("van", ""))])
    except ValueError:
        return access.agreements_url


def _page(
    request: HttpRequest,
    access: ReportAccess,
    form: AgreementForm,
    key: UUID,
    *,
    status: int = 200,
    closed: bool = False,
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "form": form,
        "key": key,
        "closed": closed,
        "back": _way_back(request, access),
        "van": given.get("van", ""),
        "is_shared": agreement_is_shared(access.session, key),
        **_around(access),
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
