"""The cookie with which a phone finds its vote again: one for each poll, holding a random token that is nothing else's.

It ends with the browser, and tells nothing once the poll is closed: what it opened is erased then.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from reflectie.domain.report.polls import Poll
from reflectie.services.tokens import new_token

from .participant_cookie import PATH

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def _name(key: str) -> str:
    return f"peiling-{key.replace('-', '')[:12]}"


def voter_token(request: HttpRequest, key: str) -> str:
    """The token under which this browser voted in a poll, or nothing."""
    name = _name(key)
    return str(request.get_signed_cookie(name, default="", salt=name))


def ballot_of(request: HttpRequest, poll: Poll) -> str:
    """Under what a form votes: this browser's token, or else a fresh one. It stands in the form, so that pressing twice
    before a cookie is there is one vote."""
    return voter_token(request, poll.key) or new_token()


def posted_ballot(request: HttpRequest, key: str) -> str:
    """Under what a posted form votes. What the browser voted under goes before what stands in a form."""
    posted = request.POST.get("ballot", "")
    return voter_token(request, key) or (posted if TOKEN.fullmatch(posted) else new_token())


def remember_voter(response: HttpResponse, key: str, token: str) -> HttpResponse:
    name = _name(key)
    response.set_signed_cookie(
        name, token, salt=name, path=PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response
