"""What everybody looks at during a talk: the wall, by an address of its own, and the same on the phones of people who
took part.

Both ask again every second whether anything changed. What says that nothing did is one query, and nothing is drawn;
what did change is drawn once for all who ask. Nobody here has signed in, and nothing is changed here.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from reflectie.domain.meeting.guide import Phase
from reflectie.domain.meeting.talk import clock_of
from reflectie.domain.report.polls import Poll, PollWay
from reflectie.models import OPENED, Session
from reflectie.presentation.numbers import minutes_until
from reflectie.services.clock import now
from reflectie.services.meeting.talks import followed_state, load_talk, load_wall, state_of, wall_state
from reflectie.services.report.polls import load_polls
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.rounds import undo_until
from reflectie.services.tokens import read_token
from reflectie.views.questionnaire.participant import NOBODY, STOP_ASKING
from reflectie.web.drawn import drawn
from reflectie.web.permissions import followed_session_or_404, wall_session_or_404
from reflectie.web.wake_lock import may_stay_awake

State = Callable[[str], str | None]
Draw = Callable[[str], tuple[Session, SafeString]]


@may_stay_awake
@require_safe
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """The wall, for a beamer or a shared screen: nothing on it tells whose it is."""
    session, shown = _on_wall(token)
    context = {"shown": shown, "is_final": _is_final(session), "is_light": "licht" in request.GET}
    return _kept(render(request, "reflectie/meeting/wall/page.html", {**NOBODY, **context}))


@require_safe
def wall_now(request: HttpRequest, token: str) -> HttpResponse | HttpResponseNotModified:
    """What stands on the wall now, or that it is what the page has already."""
    return _now(request, token, wall_state, _on_wall)


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The same on a phone, by the link with which somebody took part."""
    session, shown = _on_phone(token)
    if session.stage not in OPENED:
        return HttpResponseRedirect(reverse("join", args=[token]))
    context = {
        "shown": shown,
        "session": session,
        "collaboration": session.collaboration,
        "join_url": reverse("join", args=[token]),
        "report_url": _report_url(token),
        "is_over": _is_over(session),
        "is_final": _is_final(session),
    }
    return _kept(render(request, "reflectie/meeting/follow/page.html", {**NOBODY, **context}))


@require_safe
def follow_now(request: HttpRequest, token: str) -> HttpResponse | HttpResponseNotModified:
    """As `wall_now`, for a phone."""
    return _now(request, token, followed_state, _on_phone)


def _now(request: HttpRequest, token: str, state: State, draw: Draw) -> HttpResponse | HttpResponseNotModified:
    found, seen = state(token), request.GET.get("gezien")
    # Of a talk that ended, the state doesn't tell whether it may go on still.
    if found is not None and seen == found != Session.Stage.CONCLUDED:
        return _kept(HttpResponse(status=204), found)
    if found is not None and (unchanged := get_conditional_response(request, etag=f'"{found}"')):
        return _kept(unchanged, found)
    is_polled = "HX-Request" in request.headers
    try:
        session, shown = draw(token)
    except Http404:
        if is_polled:
            # Its address was renewed: the page would show for as long as it stood there what it no longer may.
            return HttpResponse(status=404, headers={"HX-Refresh": "true"})
        raise
    drawn_state = state_of(session) or ""
    if is_polled and _is_final(session):
        return _kept(HttpResponse(shown, status=STOP_ASKING), drawn_state)
    if seen and seen == drawn_state:
        return _kept(HttpResponse(status=204), drawn_state)
    return _kept(HttpResponse(shown), drawn_state)


def _kept(response: HttpResponse, state: str | None = None) -> HttpResponse:
    if state is not None:
        response["ETag"] = f'"{state}"'
    response["Cache-Control"] = "private, no-cache"
    return response


def _is_over(session: Session) -> bool:
    return session.stage == Session.Stage.CONCLUDED


def _is_final(session: Session) -> bool:
    """Whether nothing comes any more: until then pages ask on, rarely, and come back by themselves."""
    return _is_over(session) and undo_until(session) is None


def _report_url(join_token: str) -> str:
    return reverse("report", args=[read_token(join_token)])


def _on_wall(token: str) -> tuple[Session, SafeString]:
    session = wall_session_or_404(token)
    return session, _live(session, "reflectie/meeting/wall/over.html", {})


def _on_phone(token: str) -> tuple[Session, SafeString]:
    session = followed_session_or_404(token)
    shown = _live(session, "reflectie/meeting/follow/still.html", {"report_url": _report_url(token)}, token)
    return session, shown


def _live(session: Session, otherwise: str, more: dict[str, str], join_token: str = "") -> SafeString:
    """The part of the page that changes: what is on now, or what stands there where no talk goes on. A phone, which has
    the link to take part, is led on to a poll that asks phones for as long as that goes on."""
    state = state_of(session)
    if _is_over(session) or state is None:
        content = render_to_string(otherwise, {**more, "is_over": _is_over(session)})
    else:
        content = _content(session, state)
    poll = _asked_of_phones(session) if join_token else None
    context = {
        "state": state or "",
        "content": content,
        "vote_url": reverse("poll-vote", args=[join_token]) if poll else "",
        "is_elsewhere": poll is not None and not _is_shown(session, poll),
    }
    return render_to_string("reflectie/meeting/wall/live.html", context)


def _asked_of_phones(session: Session) -> Poll | None:
    """The poll in which phones can vote, wherever the talk is by now. One query, none once it is over."""
    if _is_over(session):
        return None
    return next((poll for poll in load_polls(session) if poll.is_open and poll.way is PollWay.PHONES), None)


def _is_shown(session: Session, poll: Poll) -> bool:
    talk = load_talk(session)
    return talk is not None and talk.poll == poll.key


def _content(session: Session, state: str) -> SafeString:
    """Drawn once for all who come for the same state, in the same minute."""
    talk = load_talk(session)
    if talk is None or talk.place == Phase.EARLIER:
        # The state tells what becomes of earlier agreements, but not which session comes before this one.
        return _drawn(session)
    clock = clock_of(talk, now())
    minutes = [minutes_until(clock.now, until) for until in (clock.place_until, clock.quiet_until) if until]
    return drawn.get(("talk", session.pk, state, *minutes), lambda: _drawn(session))


def _drawn(session: Session) -> SafeString:
    report = load_report(session)
    context = {"wall": load_wall(session, report), "report": report}
    return render_to_string("reflectie/meeting/wall/content.html", context)
