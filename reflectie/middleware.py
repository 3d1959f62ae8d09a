"""Headers that Django and django-csp don't set, who must sign in, and how many pages are made at a time."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from .addresses import SECRET

Handler = Callable[[HttpRequest], HttpResponse]

# Nothing here needs any of it; a script that slipped in, or a frame, doesn't get it either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "bluetooth",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
# Whoever puts a link of a team on a public page should not put its answers in a search engine.
NOT_INDEXED = ("/start/", *(f"/{first}/" for first in SECRET))

# So many pages at a time are made by a worker. More would only wait for the same processor, and a save among them for
# its share of it while it holds the database: with 24 at a time, one save in a hundred took seconds.
PAGES_AT_ONCE = 2


def pages_in_turn(get_response: Handler) -> Callable[[HttpRequest], HttpResponseBase]:
    """Most threads of a worker are there to wait for PDFs, which have a line of their own (`press.py`)."""
    turns = threading.Semaphore(PAGES_AT_ONCE)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.endswith(".pdf"):
            return get_response(request)
        with turns:
            response: HttpResponseBase = get_response(request)
        if isinstance(response, StreamingHttpResponse):
            # What is made while it is sent takes a turn for each part; while it waits for a slow line, it has none.
            response.streaming_content = _in_turn(iter(response), turns)
        return response

    return middleware


def _in_turn(parts: Iterator[bytes], turns: threading.Semaphore) -> Iterator[bytes]:
    while True:
        with turns:
            part = next(parts, None)
        if part is None:
            return
        yield part


def permissions_policy(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if request.path_info.startswith(NOT_INDEXED):
            response["X-Robots-Tag"] = "noindex"
        return response

    return middleware


class SignedInByDefault(LoginRequiredMiddleware):
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
