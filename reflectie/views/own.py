"""The cookie with which a browser finds its own reflection again, until it is closed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "reflectie"


def own_token(request: HttpRequest) -> str:
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
