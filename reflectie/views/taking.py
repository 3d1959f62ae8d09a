"""Taking it out: a session and a comparison as spreadsheet, CSV and JSON, and all that somebody has as one ZIP."""

import hashlib
import hmac
from datetime import date
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from reflectie.access import member_report_or_404, readable_session_or_404, readable_sessions, signed_in
from reflectie.exports import CONTENT_TYPES, Format, comparison_file, everything_file, session_file
from reflectie.models import Session
from reflectie.store import load_report, today

from .comparing import comparison_or_404
from .made import revalidated


@login_not_required
@require_safe
def report_file(request: HttpRequest, token: str, wanted: Format) -> HttpResponse:
    return _send_session(request, readable_session_or_404(token), wanted)


@require_safe
def session_report_file(request: HttpRequest, pk: UUID, wanted: Format) -> HttpResponse:
    return _send_session(request, member_report_or_404(request, pk).session, wanted)


@require_safe
def compared_file(request: HttpRequest, wanted: Format) -> HttpResponse:
    comparison = comparison_or_404(request)
    day = max(session.day for session in comparison.sessions)
    return _send(request, comparison_file(comparison, wanted), "vergelijking", day, wanted)


@never_cache
@require_GET
def everything(request: HttpRequest) -> HttpResponseBase:
    content = everything_file(signed_in(request), readable_sessions(request))
    response = StreamingHttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="alles-samenwerking-{today():%Y-%m-%d}.zip"'
    return response


def _send_session(request: HttpRequest, session: Session, wanted: Format) -> HttpResponse:
    report = load_report(session)
    name = "reflectiesessie" if session.collaboration_id else "zelfreflectie"
    return _send(request, session_file(report, wanted), name, report.changed_on, wanted)


def _send(request: HttpRequest, content: bytes, name: str, day: date, wanted: Format) -> HttpResponse:
    # Of the file itself, as the same content gives the same bytes. Keyed, as that of a report is.
    etag = f'"{hmac.new(settings.SECRET_KEY.encode(), content, hashlib.sha256).hexdigest()}"'
    if not (response := get_conditional_response(request, etag=etag)):
        response = HttpResponse(content, content_type=CONTENT_TYPES[wanted])
        # Files lie about: their name says the day, and no collaboration or person.
        response["Content-Disposition"] = f'attachment; filename="{name}-samenwerking-{day:%Y-%m-%d}.{wanted}"'
    return revalidated(response, etag)
