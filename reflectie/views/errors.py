"""What a person sees when something is in the way."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from reflectie.store import why_it_fails

logger = logging.getLogger(__name__)

# Here a form that got too old is sent again as it was: whoever knows the address may fill in anyway.
KEPT_FOR = {"start", "fill", "join-fill"}
# Here people with an account type. It is sent again too, but only what one of our own pages sent: who is signed in may
# do more than fill in, and another site should not get that done by one press on a page of ours.
TYPED_IN = {
    "collaboration-new",
    "collaboration-edit",
    "session-new",
    "session-edit",
    "session-earlier",
    "session-invite",
    "session-conclude",
    "import",
    "paper",
    "outcome",
    "agreements",
    "agreement",
    "lessons",
    "lesson",
}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form token expired or is missing. Nothing typed is lost: the page sends it again with a fresh one."""
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        name = ""
    if name not in KEPT_FOR and not _is_typed(request, name):
        context = {
            "heading": _("Deze pagina stond te lang open"),
            "text": _("Ga een pagina terug, laad die opnieuw en probeer het nog een keer."),
        }
        return render(request, "reflectie/message.html", context, status=403)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"X-Form-Token": get_token(request)})
    return _once_more(request, _("Deze pagina stond lang open. Alles wat je invulde, is er nog: bewaar het opnieuw."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. Where that is what every request needs (database, counters, disk), the page and the log say so,
    and the status is 503; otherwise nothing is known here but that it broke."""
    why = ""
    try:
        why = why_it_fails()
    except OSError:
        logger.exception("Could not find out what is wrong")
    if why:
        logger.error("Can't serve %s: %s", request.path, why)
    page = render_to_string("500.html", {"why": why})
    return HttpResponse(page, status=503 if why else 500, headers={"Retry-After": "60"} if why else {})


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """What somebody typed who isn't signed in any more, to be sent once they are; None where nothing was typed."""
    if not request.resolver_match or not _is_typed(request, request.resolver_match.url_name):
        return None
    text = _("Je bent intussen afgemeld. Meld je aan in een nieuw tabblad en kom terug: wat je invulde, is er nog.")
    return _once_more(request, text, sign_in=True)


def _is_typed(request: HttpRequest, name: str | None) -> bool:
    """Whether somebody typed it in a page of ours: a browser says so, and no other site can have it say so."""
    is_own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return name in TYPED_IN and is_own and bool(_kept(request))


def _kept(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(key, value) for key, values in request.POST.lists() for value in values if key != "csrfmiddlewaretoken"]


def _once_more(request: HttpRequest, text: str, *, sign_in: bool = False) -> HttpResponse:
    context = {"heading": _("Nog niet bewaard"), "text": text, "kept": _kept(request), "sign_in": sign_in}
    response = render(request, "reflectie/retry.html", context, status=403)
    add_never_cache_headers(response)
    return response
