"""Around everything else: a name for each request, and what is counted of it."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reflectie.concurrency import HEALTH
from reflectie.counters import METHODS, PAGE, PDF, STATIC, STATUSES, count, observe
from reflectie.request_id import begin_request

Handler = Callable[[HttpRequest], HttpResponseBase]

# Answers that say the name: those on whose page it stands, for whoever asks for help. No other does: what is absent
# and what is forbidden stay the same to the letter, and so does a page that is kept.
REQUEST_ID_HEADER = "X-Request-Id"
NAMED = (400, 413)


def is_named(status: int) -> bool:
    return status >= 500 or status in NAMED


def watch_requests(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        name, start = begin_request(), time.perf_counter()
        response = get_response(request)
        if is_named(response.status_code):
            response[REQUEST_ID_HEADER] = name
        if settings.METRICS_TOKEN and request.path_info not in HEALTH:
            _count(request, response.status_code, time.perf_counter() - start)
        return response

    return middleware


def _count(request: HttpRequest, status: int, seconds: float) -> None:
    kind = _kind(request.path_info)
    method = request.method if request.method in METHODS else METHODS[-1]
    number = f"{status // 100}xx"
    count("requests", kind, method or METHODS[-1], number if number in STATUSES else STATUSES[-1])
    observe("request_seconds", kind, seconds=seconds)


def _kind(path: str) -> str:
    if path.endswith(".pdf"):
        return PDF
    return STATIC if path.startswith(settings.STATIC_URL) else PAGE
