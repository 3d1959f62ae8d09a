"""What a person sees when something is in the way."""

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import (
    REASON_BAD_ORIGIN,
    REASON_BAD_REFERER,
    REASON_INSECURE_REFERER,
    REASON_MALFORMED_REFERER,
    REASON_NO_CSRF_COOKIE,
    REASON_NO_REFERER,
    CsrfViewMiddleware,
    RejectRequest,
    get_token,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from reflectie.backends import cannot_write, waited_too_long
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import Setup
from reflectie.forms.questionnaire.sheet import SheetForm
from reflectie.models import Session
from reflectie.presentation.questionnaire import given_in_words
from reflectie.services.errors import NotFoundError
from reflectie.services.health import Problem, why_it_fails
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import setup_of, takes_answers

from .participant_cookie import owner_draft_key, session_draft_key
from .permissions import LinkRenewedError, joined_session_or_404, response_or_404

logger = logging.getLogger(__name__)

# Seconds after which it is worth another try: of a database that is busy, and of a disk on which somebody makes room.
AGAIN_AFTER, ROOM_AFTER = 5, 60

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Typed:
    """What a view is marked with in which people type: when sign-in, the form token or the database is in the way, the
    page that says so holds what was sent, to be sent again."""

    # The field without which nothing was typed: the page has other buttons too.
    field: str = ""
    # Who knows the address may fill in anyway. Elsewhere it is kept only when one of our own pages sent it: whoever is
    # signed in may do more, and another site should not get that done by one press on a page of ours.
    sent_by_anyone: bool = False


def keeps_typed(field: str = "", *, sent_by_anyone: bool = False) -> Callable[[View], View]:
    """Mark a view in which people type; never one that takes a password or a code, or that erases."""

    def mark(view: View) -> View:
        view.keeps_typed = Typed(field, sent_by_anyone)  # type: ignore[attr-defined]
        return view

    return mark


# Why no form from this window can be taken: it keeps no cookies, or it hides where forms come from (in-app browsers).
NO_COOKIES, HIDDEN = "cookies", "hidden"
_NOT_OURS = (
    REASON_BAD_ORIGIN.partition("%s")[0],
    REASON_NO_REFERER,
    REASON_BAD_REFERER.partition("%s")[0],
    REASON_MALFORMED_REFERER,
    REASON_INSECURE_REFERER,
)
# Sheets that are open to whoever has their address, by what fetches their session.
SHEETS: dict[str, Callable[[str], Session]] = {
    "fill": lambda token: response_or_404(token).session,
    "join-fill": joined_session_or_404,
}
# What our own pages put in a form: keys, marks, choices; and what was signed, with when.
_NO_WORDS = re.compile(r"[a-z0-9:_.-]*|[\w-]{16,64}|[\w-]+:\w+:[\w-]{43}")


class GoneMiddleware:
    """Whoever writes in what somebody else just erased is told that it isn't there; and whoever opens what is only
    there for a button, that it is. Django's answer to that is an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            response.content = render_to_string("405.html")
        return response

    def process_exception(self, _request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, NotFoundError):
            raise Http404 from exception


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form token expired or is missing. Nothing typed is lost: the page sends it again with a fresh one.

    Where it never comes, or the browser doesn't say that the form is ours, trying again helps nobody: then the page
    says what is the matter, and how to go on elsewhere.
    """
    is_kept = _is_typed(request)
    never = _why_never(reason)
    if request.headers.get("HX-Request") and is_kept:
        return _for_scripts(request, never)
    if never:
        return _elsewhere(request, never, is_kept=is_kept)
    if not is_kept:
        context = {
            "heading": _("Deze pagina stond te lang open"),
            "text": _("Ga een pagina terug, laad die opnieuw en probeer het nog een keer."),
            "again": request.get_full_path(),
        }
        return render(request, "reflectie/message.html", context, status=403)
    return _once_more(request, _("Deze pagina stond lang open. Alles wat je invulde, is er nog: bewaar het opnieuw."))


def _why_never(reason: str) -> str:
    """Why no form from this window can be taken, by Django's reason; "" where a fresh token may help."""
    if reason == REASON_NO_CSRF_COOKIE:
        return NO_COOKIES
    return HIDDEN if reason.startswith(_NOT_OURS) else ""


def _for_scripts(request: HttpRequest, never: str) -> HttpResponse:
    """A fresh token, also without cookies: a browser may have lost them, and take new ones."""
    trouble = {"X-Form-Trouble": never} if never else {}
    fresh = {} if never == HIDDEN else {"X-Form-Token": get_token(request)}
    return HttpResponse(status=403, headers=trouble | fresh)


def _elsewhere(request: HttpRequest, never: str, *, is_kept: bool) -> HttpResponse:
    """What is the matter with this window, the link to open in another, and what was typed, to take along."""
    context = {
        "never": never,
        "page_url": request.build_absolute_uri(),
        "given": _given(request),
        # Without cookies this may be a browser that lost them: what it may send again, it may try.
        "kept": _kept(request) if is_kept and never == NO_COOKIES else [],
    }
    return _without_database(request, "reflectie/elsewhere.html", context, status=403)


def _given(request: HttpRequest) -> list[tuple[Any, str]]:
    """What somebody typed, to read: of a sheet as on its page, of other forms the texts alone. Nothing of what another
    site may have put there: nobody should read its words on a page of ours."""
    match = request.resolver_match
    try:
        # Only who has the address of a sheet can have typed in it.
        if match and match.url_name in SHEETS:
            form = SheetForm(*_asked_in(SHEETS[match.url_name](match.kwargs["token"])), request.POST)
            return given_in_words(form.checklist, form.known, form.values)
    except (Http404, DatabaseError):
        return []
    if _mark_of(request) is None or not _came_from_us(request):
        return []
    return [("", value) for key, value in _kept(request) if "password" not in key and not _NO_WORDS.fullmatch(value)]


def _asked_in(session: Session) -> tuple[Checklist, Setup]:
    return load_checklist(session.checklist), setup_of(session)


def _came_from_us(request: HttpRequest) -> bool:
    """Whether a page of ours sent this: the browser says so, or it has the token that only our page has."""
    if _is_own(request):
        return True
    try:
        CsrfViewMiddleware(lambda _request: HttpResponse())._check_token(request)  # type: ignore[attr-defined]
    except RejectRequest:
        return False
    return True


def unreadable(_request: HttpRequest, exception: Exception) -> HttpResponse:
    """What no browser of ours sends; most often another host's name. Of that, what Django logs has a traceback for each
    scanner, and is left out (`settings.LOGGING`): a line is enough to find a missing name by."""
    if isinstance(exception, DisallowedHost):
        logger.warning("asked for under a name that isn't in ALLOWED_HOSTS")
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 (Django's name for it)
    """Somebody who signed in, at what only administrators may see."""
    return _without_database(request, "403.html", {}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What is absent or forbidden. A link that was renewed says so: what waits in the browser goes along under the new
    one, where what is of something erased is thrown away."""
    if isinstance(exception, LinkRenewedError):
        session = exception.session
        context = {
            # As a participant's pages are: nothing asks who is signed in.
            "user": None,
            "messages": (),
            "is_open": takes_answers(session),
            "owner": owner_draft_key(request, session),
            "session_draft_key": session_draft_key(session),
        }
        return render(request, "reflectie/questionnaire/join/renewed.html", context, status=404)
    return _without_database(request, "404.html", {}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke. Where that is what every request needs (database, counters, disk), the page and the log say so,
    and the status is 503; otherwise nothing is known here but that it broke. What fails outside a view may have waited
    too long as well, as when a session is kept."""
    error = sys.exc_info()[1]
    if error and waited_too_long(error):
        return busy(request)
    if error and cannot_write(error):
        return unwritable(request)
    if why := _why_it_fails():
        logger.error("can't serve %s (%s)", request.path, why.log)
    page = render_to_string("500.html", {"why": why.text if why else ""})
    return HttpResponse(page, status=503 if why else 500, headers={"Retry-After": str(ROOM_AFTER)} if why else {})


def _why_it_fails() -> Problem | None:
    try:
        return why_it_fails()
    except OSError:
        logger.exception("could not find out what is wrong")
        return None


def busy(request: HttpRequest) -> HttpResponse:
    """The database couldn't do it in time: it is to be tried again in a moment, and nothing typed is lost."""
    typed = _("Het is even druk. Alles wat je invulde, is er nog: wacht even en bewaar het opnieuw.")
    text = _("Dit lukte nu niet. Wacht even en probeer het dan opnieuw.")
    return _try_later(request, typed, _("Het is even druk"), text, AGAIN_AFTER)


def unwritable(request: HttpRequest) -> HttpResponse:
    """The disk is full or may only be read: somebody has to make room, and nothing typed is lost meanwhile. The page
    and the log say what is wrong, where that can be found out."""
    typed = _(
        "De site kan nu niets bewaren. Alles wat je invulde, is er nog: bewaar het over een paar minuten opnieuw."
    )
    heading = _("De site werkt even niet")
    text = _("Wat bewaard was, is er nog. Probeer het over een paar minuten opnieuw.")
    if request.method == "POST":
        heading = _("De site kan nu niets bewaren")
    why = None if _is_for_script(request) else _why_it_fails()
    if why:
        logger.error("can't serve %s (%s)", request.path, why.log)
    return _try_later(request, typed, heading, text, ROOM_AFTER, why)


def _try_later(
    request: HttpRequest, typed: str, heading: str, text: str, seconds: int, why: Problem | None = None
) -> HttpResponse:
    """Status 503: to a script without a word, with what was typed where something was, and elsewhere as a page that
    says so."""
    if _is_for_script(request):
        # Its page keeps what was given, says so, and sends it again by itself.
        response = HttpResponse(status=503)
    elif _is_typed(request):
        response = _once_more(request, typed, status=503, why=why)
    else:
        context = {"heading": heading, "text": text, "with_code": True, "why": why}
        response = _without_database(request, "reflectie/message.html", context, status=503)
    response["Retry-After"] = str(seconds)
    return response


def _is_for_script(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """What somebody typed who isn't signed in any more, to be sent once they are; None where nothing was typed."""
    if not _is_typed(request):
        return None
    text = _("Je bent intussen afgemeld. Meld je aan in een nieuw tabblad en kom terug: wat je invulde, is er nog.")
    return _once_more(request, text, sign_in=True)


def _mark_of(request: HttpRequest) -> Typed | None:
    return getattr(request.resolver_match and request.resolver_match.func, "keeps_typed", None)


def _is_typed(request: HttpRequest) -> bool:
    """Whether somebody typed it in a page of ours: a browser says so, and no other site can have it say so."""
    typed = _mark_of(request)
    if typed is None or request.method != "POST":
        return False
    if typed.sent_by_anyone:
        return True
    return _is_own(request) and bool(_kept(request)) and (not typed.field or typed.field in request.POST)


def _is_own(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _kept(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(key, value) for key, values in request.POST.lists() for value in values if key != "csrfmiddlewaretoken"]


def _once_more(
    request: HttpRequest, text: str, *, sign_in: bool = False, status: int = 403, why: Problem | None = None
) -> HttpResponse:
    context = {
        "heading": _("Nog niet bewaard"),
        "text": text,
        "kept": _kept(request),
        "sign_in": sign_in,
        "with_code": status == 503,
        "why": why,
    }
    return _without_database(request, "reflectie/retry.html", context, status=status)


def _without_database(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """A page, also where the database can't say who asks: then it is a page for whoever isn't signed in."""
    try:
        return render(request, template, context, status=status)
    except (DatabaseError, InterfaceError):
        return render(request, template, {**context, "user": None, "messages": ()}, status=status)
