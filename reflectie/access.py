"""Who may: every view fetches through here. What is absent and what is forbidden look alike (404)."""

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest

from .models import Response, Session
from .store import hash_token


def signed_in(request: HttpRequest) -> User:
    """Whoever signed in. Strangers were sent to do so before any view was asked; a view marked public has none."""
    if isinstance(request.user, User):
        return request.user
    raise Http404


def response_or_404(token: str) -> Response:
    """The answer sheet that a link to fill in opens, with its session and checklist. One query."""
    responses = Response.objects.select_related("session__checklist")
    try:
        return responses.get(token_hash=hash_token(token))
    except Response.DoesNotExist as absent:
        raise Http404 from absent


def finished_session_or_404(read_token: str) -> Session:
    """The session whose report a link to read opens, with its checklist. One query.

    Before the sheet is finished the report is nobody's but its giver's, so the link doesn't open anything yet.
    """
    sessions = Session.objects.select_related("checklist")
    session = sessions.filter(read_hash=hash_token(read_token), responses__finished=True).first()
    if session is None:
        raise Http404
    return session
