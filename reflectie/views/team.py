"""A team whose collaboration is stuck, without an account: start, fill in, report, PDF, erase."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from reflectie import pdf
from reflectie.access import finished_session_or_404, response_or_404
from reflectie.domain.sheet import Mode
from reflectie.forms import SheetForm, StartForm, progress, render_open_items, render_whirlpool
from reflectie.models import Response
from reflectie.store import (
    Filling,
    SessionClosedError,
    erase_session,
    load_checklist,
    load_filling,
    load_report,
    read_token,
    save_fields,
    start_reflection,
)

from .own import forget, own_token, remember


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
def start(request: HttpRequest) -> HttpResponse:
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        token = form.cleaned_data["token"]
        names = {
            "collaboration-name": form.cleaned_data["collaboration_name"],
            "team-name": form.cleaned_data["team_name"],
        }
        start_reflection(token, Mode(form.cleaned_data["mode"]), names)
        return HttpResponseRedirect(reverse("fill", args=[token]), status=303)
    context = {"form": form, "retention_days": settings.RETENTION_DAYS}
    return render(request, "reflectie/start.html", context, status=422 if form.is_bound else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gzip_page
def fill(request: HttpRequest, token: str) -> HttpResponse:
    response = response_or_404(token)
    if request.method == "POST":
        return _save(request, token, response)
    filling = load_filling(response)
    form = SheetForm(filling.checklist, filling.mode)
    if not filling.is_open:
        return _closed(request, token, response, form)
    form.sheet = filling.sheet
    return remember(_page(request, token, form, filling), token)


def _save(request: HttpRequest, token: str, response: Response) -> HttpResponse:
    """One changed answer, sent by itself, or the whole page: what is valid is saved, what isn't comes back."""
    session = response.session
    form = SheetForm(load_checklist(session.checklist), Mode(session.mode), request.POST)
    posted = form.posted()
    finish = "finish" in request.POST and not form.errors
    try:
        saved = save_fields(response, posted, finish=finish)
    except Response.DoesNotExist as erased:
        raise Http404 from erased
    except SessionClosedError:
        return _closed(request, token, response, form)
    form.settle(saved)
    if form.status == 200 and finish:
        return _redirect(request, reverse("report", args=[read_token(token)]))
    if request.htmx:  # type: ignore[attr-defined]
        return _fragments(request, form)
    if form.status == 200:
        return HttpResponseRedirect(f"{reverse('fill', args=[token])}?bewaard={_now()}#bar", status=303)
    return _page(request, token, form, saved.filling)


def _page(request: HttpRequest, token: str, form: SheetForm, filling: Filling) -> HttpResponse:
    context = {
        "form": form,
        "filling": filling,
        "token": token,
        "together": filling.mode is Mode.TOGETHER,
        "progress": progress(filling.checklist, filling.sheet),
        "open_items": render_open_items(filling.checklist, filling.sheet),
        "saved_at": _saved_at(request),
        "trouble": form.trouble(),
        **_links(request, token),
    }
    return render(request, "reflectie/fill/page.html", context, status=form.status)


def _now() -> str:
    return time_format(timezone.localtime(), "H:i")


def _saved_at(request: HttpRequest) -> str:
    """The time that the address carries after a save without JavaScript. It is in no database."""
    found = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", request.GET.get("bewaard", ""))
    return found[0] if found and request.method == "GET" else ""


def _fragments(request: HttpRequest, form: SheetForm) -> HttpResponse:
    """The parts of the page that a save changes. The controls stay as they are under the person's fingers."""
    touched = form.touched()
    has_factor = any((item := form.known[name].item) and item.words for name in touched)
    context = {
        "form": form,
        "redrawn": form.render_controls(),
        "states": [form.state(name, drawn=False) for name in touched],
        "progress": progress(form.checklist, form.sheet),
        "saved_at": _now() if form.status == 200 else "",
        "trouble": form.trouble(),
        "open_items": render_open_items(form.checklist, form.sheet, swap=True),
        "whirlpool": render_whirlpool(form.checklist, form.sheet, swap=True) if has_factor else "",
    }
    return render(request, "reflectie/fill/saved.html", context, status=form.status)


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url, status=303)


def _closed(request: HttpRequest, token: str, response: Response, form: SheetForm) -> HttpResponse:
    given = form.given()
    text = [_("Er kan niets meer bij. Wat eerder bewaard was, telt mee.")]
    if given:
        text.append(_("Wat je net invulde, is niet bewaard. Je vindt het hieronder."))
    context = {
        "heading": _("Deze reflectie is gesloten"),
        "text": " ".join(text),
        "given": given,
        "report_url": reverse("report", args=[read_token(token)]) if response.finished else "",
    }
    return render(request, "reflectie/closed.html", context, status=409)


def _links(request: HttpRequest, token: str) -> dict[str, Any]:
    """Both links, in full, with what they are for."""
    return {
        "own_url": request.build_absolute_uri(reverse("fill", args=[token])),
        "own_label": _("Jouw link: invullen, wijzigen en wissen"),
        "read_url": request.build_absolute_uri(reverse("report", args=[read_token(token)])),
        "read_label": _("Link om te delen: alleen lezen en de pdf"),
    }


@login_not_required
@require_safe
@gzip_page
def report(request: HttpRequest, token: str) -> HttpResponse:
    session = finished_session_or_404(token)
    found = load_report(session)
    own = own_token(request)
    own = own if own and read_token(own) == token else ""
    # The page says who is signed in, and is drawn again when that changes.
    marks = f"{'-own' if own else ''}{'-account' if request.user.is_authenticated else ''}"
    etag = f'"{pdf.fingerprint(found)}{marks}"'
    if not (response := get_conditional_response(request, etag=etag)):
        context = {"report": found, "pdf_url": reverse("report-pdf", args=[token]), "own_token": own}
        response = render(request, "reflectie/report/page.html", context | (_links(request, own) if own else {}))
    return _revalidated(response, etag)


@login_not_required
@require_safe
def report_pdf(request: HttpRequest, token: str) -> HttpResponse:
    session = finished_session_or_404(token)
    found = load_report(session)
    etag = f'"{pdf.fingerprint(found)}"'
    if not (response := get_conditional_response(request, etag=etag)):
        try:
            content = pdf.report_pdf(session.pk, found)
        except pdf.BusyError:
            return _busy(request)
        response = HttpResponse(content, content_type="application/pdf")
        name = f"zelfreflectie-samenwerking-{found.changed_on:%Y-%m-%d}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _revalidated(response, etag)


def _busy(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("Het is even druk"),
        "text": _("Er worden veel verslagen gemaakt. Probeer het over een halve minuut opnieuw."),
    }
    response = render(request, "reflectie/message.html", context, status=503)
    response["Retry-After"] = "30"
    return response


def _revalidated(response: HttpResponse | HttpResponseNotModified, etag: str) -> HttpResponse:
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, token: str) -> HttpResponse:
    response = response_or_404(token)
    if request.method != "POST":
        pdf_url = reverse("report-pdf", args=[read_token(token)]) if response.finished else ""
        return render(request, "reflectie/erase.html", {"token": token, "pdf_url": pdf_url})
    erase_session(response.session_id)
    page = render(request, "reflectie/erased.html")
    # Another reflection that this browser is in the middle of stays within reach.
    return forget(page) if own_token(request) == token else page
