"""The project's addresses, and beside them views that answer with bytes made before: nothing can be faster than these
behind the same server, middleware, decorators and cookies."""

from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.pdf.documents import pdf_worker
from reflectie.web.reflection_cookie import remember
from samenwerking.urls import urlpatterns as own_urls

# Every PDF that is made leaves a mark, whichever process asked for it.
MADE = settings.WORK_DIR / "made"
_make = pdf_worker.make


def counted(xhtml: str) -> bytes:
    with MADE.open("ab") as marks:
        marks.write(b".")
    return _make(xhtml)


pdf_worker.make = counted  # type: ignore[method-assign]


@cache
def _bytes(name: str) -> bytes:
    return (settings.WORK_DIR / name).read_bytes()


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def empty(_request: HttpRequest) -> HttpResponse:
    """All that every request costs, whatever it is for."""
    return HttpResponse("leeg")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    get_token(request)
    return remember(HttpResponse(_bytes(name)), "ceiling-ceiling-ceiling")


@login_not_required
@require_safe
def report(request: HttpRequest, name: str) -> HttpResponse:
    return _revalidated(request, name, "text/html")


@login_not_required
@require_safe
def pdf(request: HttpRequest, name: str) -> HttpResponse:
    return _revalidated(request, name, "application/pdf")


def _revalidated(request: HttpRequest, name: str, content_type: str) -> HttpResponse:
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(_bytes(name), content_type=content_type)
    response["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


urlpatterns = [
    *own_urls,
    path("ceiling/empty", empty),
    path("ceiling/page/<slug:name>", page),
    path("ceiling/report/<slug:name>", report),
    path("ceiling/pdf/<slug:name>", pdf),
]
