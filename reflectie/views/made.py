"""What goes with things that are made on request: revalidated by the browser, or asked for again when it is busy."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _


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
