"""What a person sees when something is in the way."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

# Here a form that got too old is sent again as it was: whoever knows the address may fill in anyway.
KEPT_FOR = {"start", "fill", "join-fill"}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form token expired or is missing. Nothing typed is lost: the page sends it again with a fresh one."""
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        name = ""
    context: dict[str, Any]
    if name not in KEPT_FOR:
        context = {
            "heading": _("Deze pagina stond te lang open"),
            "text": _("Ga een pagina terug, laad die opnieuw en probeer het nog een keer."),
        }
        return render(request, "reflectie/message.html", context, status=403)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"X-Form-Token": get_token(request)})
    kept = [(key, value) for key, values in request.POST.lists() for value in values if key != "csrfmiddlewaretoken"]
    context = {
        "heading": _("Nog niet bewaard"),
        "text": _("Deze pagina stond lang open. Alles wat je invulde, is er nog: bewaar het opnieuw."),
        "kept": kept,
    }
    response = render(request, "reflectie/retry.html", context, status=403)
    add_never_cache_headers(response)
    return response
