"""What goes with things that are made on request: revalidated by the browser, or asked for again when it is busy."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _

from reflectie import pdf
from reflectie.domain.report import Report


def busy(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("Het is even druk"),
        "text": _("Er worden veel verslagen gemaakt. Probeer het over een halve minuut opnieuw."),
    }
    response = render(request, "reflectie/message.html", context, status=503)
    response["Retry-After"] = "30"
    return response


def revalidated(response: HttpResponse | HttpResponseNotModified, etag: str) -> HttpResponse:
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def page_of(request: HttpRequest, template: str, report: Report, context: dict[str, Any], seen_by: str) -> HttpResponse:
    """A page about a report. `seen_by` tells apart what different people see beside it."""
    # The page's head says who is signed in, and is drawn again when that changes.
    marks = [pdf.fingerprint(report), seen_by, "account" if request.user.is_authenticated else ""]
    etag = f'"{"-".join(mark for mark in marks if mark)}"'
    if not (response := get_conditional_response(request, etag=etag)):
        response = render(request, template, {"report": report, **context})
    return revalidated(response, etag)
