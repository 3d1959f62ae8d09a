"""Taking it out: a session and a comparison as spreadsheet, CSV and JSON, and all that somebody has as one ZIP."""

import hashlib
import hmac
import threading
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_safe

from reflectie.exports import CONTENT_TYPES, Format, comparison_file, everything_file, session_file
from reflectie.keys import lasting_key
from reflectie.services.clock import today
from reflectie.services.report.reports import load_report
from reflectie.web.errors import busy
from reflectie.web.permissions import readable_sessions, signed_in
from reflectie.web.report_access import ReportAccess
from reflectie.web.responses import conditional_file, dated_name, kind_of

from .comparison.comparison import comparison_or_404

# So many of a worker's threads, at most, follow the lines that a ZIP of everything is sent over.
LINES = threading.BoundedSemaphore(4)


def report_file(request: HttpRequest, access: ReportAccess, wanted: Format) -> HttpResponse:
    report = load_report(access.session)
    name = dated_name(kind_of(access.session), report.changed_on, wanted)
    return _send(request, session_file(report, wanted), name, wanted)


@require_safe
def compared_file(request: HttpRequest, wanted: Format) -> HttpResponse:
    comparison = comparison_or_404(request)
    name = dated_name("vergelijking", comparison.last_day, wanted)
    return _send(request, comparison_file(comparison, wanted), name, wanted)


class _Line:
    """What is made while it is sent, to one of a few: whoever reads slowly keeps a thread, since it waits for them."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._lines, self._is_open = parts, LINES, True

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._lines.release()


@require_GET
def everything(request: HttpRequest) -> HttpResponseBase:
    if not LINES.acquire(blocking=False):
        return busy(request)
    try:
        content = _Line(iter(everything_file(signed_in(request), readable_sessions(request))))
    except BaseException:
        LINES.release()
        raise
    response = StreamingHttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{dated_name("alles", today(), "zip")}"'
    return response


def _send(request: HttpRequest, content: bytes, name: str, wanted: Format) -> HttpResponse:
    # Of the file itself, as the same content gives the same bytes. Keyed, as that of a report is.
    mark = hmac.new(lasting_key().encode(), content, hashlib.sha256).hexdigest()
    return conditional_file(request, mark, lambda: content, name, CONTENT_TYPES[wanted])
