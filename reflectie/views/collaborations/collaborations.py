"""A coordinator's and a facilitator's collaborations: found, made, changed, erased, and taking in a reflection."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.signals import counts_from
from reflectie.domain.text import tidy
from reflectie.forms.collaborations.collaboration import AdoptForm, CollaborationForm, EraseForm
from reflectie.models import Collaboration, Role, Session
from reflectie.services.clock import today
from reflectie.services.collaborations.collaborations import (
    adopt_into_new,
    archive_collaboration,
    change_collaboration,
    collaborations_of,
    create_collaboration,
    erase_collaboration,
    latest_sessions,
    restore_collaboration,
    sessions_of,
)
from reflectie.services.report.agreements import open_agreements
from reflectie.services.sessions.rounds import AdoptedError, adopt
from reflectie.views.comparison.comparison import query_of
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import (
    COORDINATOR,
    SessionAccess,
    is_report_open,
    membership_or_404,
    response_or_404,
    signed_in,
)
from reflectie.web.throttle import makes_within_limits

PAGE_SIZE = 25
# More words than anybody types, and few enough for a database to take in.
MAX_SEARCH = 100


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    text, archived = _searched(request), "archief" in request.GET
    user = signed_in(request)
    found = Paginator(collaborations_of(user, text, archived=archived), PAGE_SIZE)
    page: Page[Collaboration] = found.get_page(request.GET.get("pagina"))
    collaborations = list(page)
    latest = latest_sessions(collaborations)
    context = {
        "page": page,
        "text": text,
        "archived": archived,
        "others": collaborations_of(user, archived=not archived).count(),
        "lines": [(collaboration, latest.get(collaboration.pk)) for collaboration in collaborations],
    }
    return render(request, "reflectie/collaborations/overview.html", context)


def _searched(request: HttpRequest) -> str:
    return tidy(request.GET.get("zoek", ""), one_line=True)[:MAX_SEARCH].strip()


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = CollaborationForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and makes_within_limits(request, form):
        return _to(create_collaboration(signed_in(request), **form.details).pk)
    context = {"form": form, "back": reverse("collaborations")}
    return render(request, "reflectie/collaborations/edit.html", context, status=422 if form.is_bound else 200)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    collaboration = membership_or_404(request, pk, COORDINATOR).collaboration
    form = CollaborationForm(request.POST if request.method == "POST" else None, collaboration=collaboration)
    if form.is_valid():
        changed = change_collaboration(collaboration, **form.details)
        messages.success(request, _("Bewaard."))
        _say_when_it_counts(request, collaboration, changed)
        return _to(pk)
    context = {"form": form, "collaboration": collaboration, "back": reverse("collaboration", args=[pk])}
    return render(request, "reflectie/collaborations/edit.html", context, status=422 if form.is_bound else 200)


def _say_when_it_counts(request: HttpRequest, before: Collaboration, after: Collaboration) -> None:
    if after.signals_from and after.signals_from != before.signals_from:
        day = date_format(counts_from(after.signals_from), "j F Y")
        messages.info(request, _("In signalen telt deze samenwerking weer mee vanaf %s.") % day)


def _to(pk: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("collaboration", args=[pk]), status=303)


@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    membership = membership_or_404(request, pk)
    collaboration = membership.collaboration
    agreed_in, agreements = open_agreements(collaboration)
    lines = sessions_of(collaboration, membership.user_id)
    comparable = [line.session.pk for line in lines if is_report_open(line.session, line.has_finished)]
    context = {
        "collaboration": collaboration,
        "compare_query": query_of(comparable) if len(comparable) > 1 else "",
        "membership": membership,
        "is_coordinator": membership.role == Role.COORDINATOR,
        "agreed_in": agreed_in,
        "agreements": agreements,
        "today": today(),
        "partners": list(collaboration.partners.all()),
        "lines": [
            (
                line,
                SessionAccess(line.session, membership.role, line.has_finished, line.has_coordinated).may_read_report,
            )
            for line in lines
        ],
    }
    return render(request, "reflectie/collaborations/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a collaboration away, or bring it back."""
    collaboration = membership_or_404(request, pk, COORDINATOR).collaboration
    if request.method != "POST":
        return render(request, "reflectie/collaborations/archive.html", {"collaboration": collaboration})
    if "terug" not in request.POST:
        archive_collaboration(collaboration)
        messages.success(request, _("De samenwerking zit nu in het archief. Er is niets gewist."))
        return _to(pk)
    restored = restore_collaboration(collaboration)
    messages.success(request, _("De samenwerking staat weer bij de andere."))
    _say_when_it_counts(request, collaboration, restored)
    return _to(pk)


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: UUID) -> HttpResponse:
    collaboration = membership_or_404(request, pk, COORDINATOR).collaboration
    form = EraseForm(request.POST if request.method == "POST" else None, collaboration=collaboration)
    if form.is_valid():
        erase_collaboration(pk)
        messages.success(request, _("De samenwerking is gewist, met alles wat erbij hoorde."))
        return HttpResponseRedirect(reverse("collaborations"), status=303)
    context = {"form": form, "collaboration": collaboration, "sessions": collaboration.sessions.count()}
    return render(request, "reflectie/collaborations/erase.html", context, status=422 if form.is_bound else 200)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
def adopt_reflection(request: HttpRequest, token: str) -> HttpResponse:
    """Take a reflection without an account into a collaboration: whoever may erase it, may also keep it."""
    response = response_or_404(token)
    if response.session.collaboration_id is not None:
        return _adopted(request, response.session.collaboration_id)
    text = _searched(request)
    # One more than fits: then there are others, to be found by searching.
    offered = list(collaborations_of(signed_in(request), text, COORDINATOR)[: PAGE_SIZE + 1])
    name = str(response.extras.get("collaboration-name", ""))
    form = AdoptForm(request.POST if request.method == "POST" else None, offered[:PAGE_SIZE], name=name)
    if form.is_valid() and makes_within_limits(request, form):
        return _adopt(request, response.session, token, form)
    context = {
        "form": form,
        "token": token,
        "text": text,
        "searches": bool(text) or len(offered) > PAGE_SIZE,
    }
    return render(request, "reflectie/collaborations/adopt.html", context, status=422 if form.is_bound else 200)


def _adopt(request: HttpRequest, session: Session, token: str, form: AdoptForm) -> HttpResponse:
    try:
        if chosen := form.chosen:
            adopt(session, token, chosen)
        else:
            chosen = adopt_into_new(session, token, signed_in(request), form.cleaned_data["name"])
    except AdoptedError:
        return HttpResponseRedirect(request.path, status=303)
    messages.success(request, _("De zelfreflectie is bewaard. We wissen ze niet meer vanzelf."))
    return _to(chosen.pk)


def _adopted(request: HttpRequest, collaboration_id: UUID) -> HttpResponse:
    """Into which one, only who has a role there is told."""
    try:
        collaboration = membership_or_404(request, collaboration_id).collaboration
    except Http404:
        collaboration = None
    context = {
        "heading": _("Deze zelfreflectie is al bewaard"),
        "text": _("Ze staat bij een samenwerking van jou.")
        if collaboration
        else _("Ze hoort al bij een samenwerking. Wie daar coördinator is, beslist wat ermee gebeurt."),
        "collaboration": collaboration,
    }
    return render(request, "reflectie/collaborations/adopted.html", context, status=409)
