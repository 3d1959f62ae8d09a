"""The cookie with which a browser finds its own reflection again, until it is closed, and the links of a reflection."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from reflectie.services.tokens import read_token

COOKIE = "reflectie"


def reflection_token(request: HttpRequest) -> str:
    """The link to fill in that this browser used last, or nothing."""
    return str(request.get_signed_cookie(COOKIE, default="", salt=COOKIE))


def remember(response: HttpResponse, token: str) -> HttpResponse:
    """No expiry: on a device that is shared, closing the browser is enough."""
    response.set_signed_cookie(
        COOKIE, token, salt=COOKIE, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def links(request: HttpRequest, token: str) -> dict[str, Any]:
    """Both links, in full, with what they are for."""
    return {
        "own_url": request.build_absolute_uri(reverse("fill", args=[token])),
        "own_label": _("Jouw link: invullen, wijzigen en wissen"),
        "read_url": request.build_absolute_uri(reverse("report", args=[read_token(token)])),
        "read_label": _("Link om te delen: alleen lezen en de pdf"),
    }
