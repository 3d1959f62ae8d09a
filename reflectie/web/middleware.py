"""What holds of every response (caches, compression, search engines), who must sign in, and how many pages are made at
a time."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from gzip import GzipFile
from io import BytesIO
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.module_loading import import_string

from reflectie.backends import cannot_write, waited_too_long
from reflectie.concurrency import HEALTH, Places, too_many_wait
from reflectie.services.activity import acting

from .secret_addresses import SECRET

Handler = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# Whoever puts a link of a team on a public page should not put its answers in a search engine.
NOT_INDEXED = ("/start/", *(f"/{first}/" for first in SECRET))
COMPRESSED = {"text/html", "image/svg+xml"}
# Less is not worth it. The level takes six tenths of the time that Django's takes (6), for a twentieth more bytes.
COMPRESSED_BYTES, COMPRESSION_LEVEL = 200, 4
GZIP = re.compile(r"\bgzip\b")
# Here stand emergency codes and the secret of a second step, beside what an address may put on the page.
NOT_COMPRESSED = ("/account/", "/beheer/")

log = logging.getLogger(__name__)


def limit_concurrent_requests(get_response: Handler) -> Callable[[HttpRequest], HttpResponseBase]:
    """Most threads of a worker are there to wait for PDFs, which have a line of their own (`pdf/worker.py`)."""
    places = Places()

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.endswith(".pdf") or request.path_info in HEALTH:
            return get_response(request)
        with places.one():
            response: HttpResponseBase = get_response(request)
        if isinstance(response, StreamingHttpResponse):
            # What is made while it is sent takes a turn for each part; while it waits for a slow line, it has none.
            response.streaming_content = _in_turn(iter(response), places)
        return response

    return middleware


def _in_turn(parts: Iterator[bytes], places: Places) -> Iterator[bytes]:
    while True:
        with places.one():
            part = next(parts, None)
        if part is None:
            return
        yield part


# What a form of ours is sent as, and in which coding.
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
CODINGS = {"", "utf-8", "utf8"}


class Request(WSGIRequest):
    """Django's own reads the coding while it is made, where nothing catches what goes wrong. Here `readable` does."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (LookupError, ValueError, TooManyFieldsSent):
            self._encoding = None
            self.content_type, self.content_params = "", {"charset": "unknown"}


def readable(get_response: Handler) -> Handler:
    """Reads address, cookies and form before anything else does. What no browser of ours sends is a page that says so,
    where every reader further on would fail in a way of its own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            is_readable = _is_readable(request)
        except (RequestDataTooBig, TooManyFieldsSent):
            return _refused(is_too_much=True)
        except (BadRequest, SuspiciousOperation, MultiPartParserError, LookupError, ValueError):
            is_readable = False
        return get_response(request) if is_readable else _refused()

    return middleware


def _is_readable(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    has_body = length != "0"
    if not (length.isascii() and length.isdigit()):
        return False
    # Also on a GET: the address is read in the coding that is named here.
    if (request.content_params or {}).get("charset", "").lower() not in CODINGS:
        return False
    if has_body and request.method == "POST" and request.content_type not in FORM_TYPES:
        return False
    # Read once, and remembered. A cookie may hold this sign in disguise, and no database takes it as a key.
    _ = request.GET, request.POST
    return not any("\0" in value for value in request.COOKIES.values())


def _refused(*, is_too_much: bool = False) -> HttpResponse:
    page = render_to_string("400.html", {"is_too_much": is_too_much})
    return HttpResponseBadRequest(page, headers={"Cache-Control": "no-store"})


def cacheable(view: View) -> View:
    """A view of which a browser may keep what it answers, as it would by itself."""
    view.cacheable = True  # type: ignore[attr-defined]
    return view


def keep_nowhere(response: HttpResponseBase) -> None:
    """No cache keeps this. By `Cache-Control` alone: `Expires` has the clock in it, by which what is absent would be
    told from what is forbidden, a second later."""
    patch_cache_control(response, max_age=0, no_cache=True, no_store=True, must_revalidate=True, private=True)


def response_headers(get_response: Handler) -> Handler:
    """No cache keeps a response, unless its view says otherwise: by a Cache-Control of its own, or `@cacheable`. And
    no search engine has a team's own pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        view = request.resolver_match and request.resolver_match.func
        is_cacheable = response.status_code == 200 and getattr(view, "cacheable", False)
        if not is_cacheable and not response.has_header("Cache-Control"):
            keep_nowhere(response)
        if request.path_info.startswith(NOT_INDEXED):
            response["X-Robots-Tag"] = "noindex"
        return response

    return middleware


def compress_pages(get_response: Handler) -> Handler:
    """Pages and pictures leave compressed; files are as they are. Nor are pages on which a secret of an account may
    stand (docs/decisions/0022-rules-for-every-response.md).

    As Django's own does it, but for the level, which it has no setting for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        content_type = response.get("Content-Type", "").partition(";")[0]
        if content_type not in COMPRESSED or request.path_info.startswith(NOT_COMPRESSED):
            return response
        if len(response.content) < COMPRESSED_BYTES:
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return response
        response.content = _compressed(response.content)
        response["Content-Length"], response["Content-Encoding"] = str(len(response.content)), "gzip"
        if response.get("ETag", "").startswith('"'):
            # Other bytes than the ones it names, that say the same.
            response["ETag"] = f"W/{response['ETag']}"
        return response

    return middleware


def _compressed(content: bytes) -> bytes:
    """With a name of random length before it: how long it is doesn't tell what is in it (BREACH)."""
    target = BytesIO()
    with GzipFile("a" * secrets.randbelow(100), "wb", COMPRESSION_LEVEL, target, mtime=0) as file:
        file.write(content)
    return target.getvalue()


def name_who_acts(get_response: Handler) -> Handler:
    """Whoever signed in does what is logged meanwhile (`services/activity.py`). Asked only then: a public view has no
    need to know."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with acting(lambda: request.user.pk):
            return get_response(request)

    return middleware


class LoginRequiredByDefault(LoginRequiredMiddleware):
    """Django's own asks first who it is. A public view has no need to know, and is polled every few seconds."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None:
            return None
        # What somebody typed isn't lost.
        typed: HttpResponse | None = import_string(settings.SIGNED_OUT_VIEW)(request)
        return typed or refused


class DatabaseTroubleMiddleware:
    """Whoever would wait too long for the database, or finds its disk full or read only, is told so, and keeps what
    they typed. The last in the row: within it is the view alone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        return self._told(request, settings.BUSY_VIEW) if request.method == "POST" and too_many_wait() else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        why = type(exception.__cause__ or exception).__name__
        if waited_too_long(exception):
            log.warning("the database took too long: %s", why)
            return self._told(request, settings.BUSY_VIEW)
        if cannot_write(exception):
            log.error("nothing can be written: %s", why)
            return self._told(request, settings.UNWRITABLE_VIEW)
        return None

    def _told(self, request: HttpRequest, view: str) -> HttpResponse:
        response: HttpResponse = import_string(view)(request)
        return response
