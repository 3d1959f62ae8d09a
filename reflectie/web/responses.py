"""What goes with things that are made on request: revalidated by the browser, or asked for again when it is busy."""

import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _

from reflectie.counters import count
from reflectie.domain.report.report import Report
from reflectie.models import Session
from reflectie.pdf import documents

from .drawn import drawn

log = logging.getLogger(__name__)

PDF = "application/pdf"


def _busy(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("Het is even druk"),
        "text": _("Er worden veel verslagen gemaakt. Probeer het over een halve minuut opnieuw."),
        "with_code": True,
    }
    response = render(request, "reflectie/message.html", context, status=503)
    response["Retry-After"] = "30"
    return response


def _not_made(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("De pdf is niet gemaakt"),
        "text": _("Er ging iets mis bij ons. Probeer het over enkele minuten opnieuw."),
        "with_code": True,
    }
    return render(request, "reflectie/message.html", context, status=503)


def making(request: HttpRequest, pdf: str, back: str) -> HttpResponse:
    """The page of whoever has no scripts, while a PDF that takes long is made: it goes on to the PDF by itself, and
    keeps no thread waiting for that."""
    context = {
        "heading": _("We maken de pdf"),
        "text": _("Dat duurt even. Je krijgt hem vanzelf, als download. Daarna kun je terug."),
        "pdf": pdf,
        "back": back,
    }
    return render(request, "reflectie/making.html", context)


def conditional_file(
    request: HttpRequest, mark: str, make: Callable[[], bytes | str], name: str, content_type: str = PDF
) -> HttpResponse:
    """A file to keep, under this name. `mark` is a key of all it is made from: it isn't made for who has it already."""
    headers = {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{name}"'}
    return _revalidated(request, mark, lambda: HttpResponse(make(), headers=headers))


def dated_name(what: str, day: date, ending: str = "pdf") -> str:
    """What a file is called. Files lie about: it says the day, and no collaboration or person."""
    return f"{what}-samenwerking-{day:%Y-%m-%d}.{ending}"


def kind_of(session: Session) -> str:
    """What a session is, in the names of its files."""
    return "reflectiesessie" if session.collaboration_id else "zelfreflectie"


def conditional_page(
    request: HttpRequest,
    template: str,
    report: Report,
    context: dict[str, Any],
    seen_by: str,
    *,
    shared: str = "",
) -> HttpResponse:
    """A page about a report. `seen_by` tells apart what different people see beside it. `shared` is the template of
    what is the same for all who see it so, on the page as `shared`: drawn once for those who come about then."""
    # The page's head says who is signed in, and is drawn again when that changes.
    marks = [documents.fingerprint(report), seen_by, "account" if request.user.is_authenticated else ""]
    mark = "-".join(mark for mark in marks if mark)
    shown = {"report": report, **context}

    def page() -> HttpResponse:
        if not shared:
            return render(request, template, shown)
        # Drawn without the request, so that nothing of who asks is in it.
        key = (request.get_host(), request.path, mark)
        return render(request, template, {**shown, "shared": drawn.get(key, lambda: render_to_string(shared, shown))})

    return _revalidated(request, mark, page)


def _revalidated(request: HttpRequest, mark: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    etag = f'"{mark}"'
    if not (response := get_conditional_response(request, etag=etag)):
        try:
            response = make()
        except documents.BusyError:
            count("pdfs", "refused")
            return _busy(request)
        except documents.PdfWorkerError:
            log.exception("a PDF was not made")
            return _not_made(request)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response
