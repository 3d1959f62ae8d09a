"""Around everything else: a name for each request, and what is counted of it."""

from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from reflectie.concurrency import HEALTH
from reflectie.counters import CELLS, EDGES, KINDS, METHODS, OTHER, PAGE, PDF, STATIC, STATUSES, SUM, add, edge_of
from reflectie.request_id import REQUEST_ID_HEADER, begin_request, request_id

Handler = Callable[[HttpRequest], HttpResponseBase]

# Answers that say the name: those on whose page it stands, for whoever asks for help. No other does: what is absent
# and what is forbidden stay the same to the letter, and so does a page that is kept.
NAMED = (400, 413)


def is_named(status: int) -> bool:
    return status >= 500 or status in NAMED


# Where each kind of request is counted, and where the first of its seconds.
_REQUESTS = {
    (kind, method, status): CELLS["requests", kind, method, STATUSES[status - 2]]
    for kind in KINDS
    for method in METHODS
    for status in (2, 3, 4, 5)
}
_SECONDS = {kind: CELLS["request_seconds", kind, str(EDGES[0])] for kind in KINDS}


def watch_requests(get_response: Handler) -> Handler:
    static = settings.STATIC_URL

    def middleware(request: HttpRequest) -> HttpResponseBase:
        begin_request()
        start = perf_counter()
        response = get_response(request)
        status, path = response.status_code, request.path_info
        if is_named(status):
            response[REQUEST_ID_HEADER] = request_id()
        if path not in HEALTH:
            kind = PDF if path.endswith(".pdf") else STATIC if path.startswith(static) else PAGE
            _count(kind, request.method, status, perf_counter() - start)
        return response

    return middleware


def _count(kind: str, method: str | None, status: int, seconds: float) -> None:
    try:
        number = _REQUESTS[kind, method or OTHER, status // 100]
    except KeyError:
        number = _REQUESTS[kind, OTHER, min(max(status // 100, 2), 5)]
    first = _SECONDS[kind]
    add((number, 1), (first + edge_of(seconds), 1), (first + SUM, seconds))
