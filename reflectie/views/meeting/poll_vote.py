"""A poll of support on a phone: whoever has the link to take part says where they stand, and may change it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reflectie.domain.report.polls import Poll, Stance, shows_difference
from reflectie.domain.setup import Mode
from reflectie.forms.report.polls import VoteForm
from reflectie.models import OPENED, Session
from reflectie.presentation.polls import topic_of
from reflectie.services.report import polls as services
from reflectie.services.report.reports import load_agreements
from reflectie.services.sessions.rounds import StageError
from reflectie.services.tokens import read_token
from reflectie.views.questionnaire.participant import NOBODY
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import joined_session_or_404
from reflectie.web.poll_cookie import ballot_of, posted_ballot, remember_voter, voter_token


@keeps_typed("stance", sent_by_anyone=True)
@require_http_methods(["GET", "HEAD", "POST"])
def vote_page(request: HttpRequest, token: str) -> HttpResponse:
    session = joined_session_or_404(token)
    if not Mode(session.mode).is_round or session.stage not in OPENED:
        return HttpResponseRedirect(reverse("join", args=[token]), status=303)
    return _vote(request, session, token) if request.method == "POST" else _page(request, session, token)


def _vote(request: HttpRequest, session: Session, token: str) -> HttpResponse:
    key, form = request.POST.get("poll", ""), VoteForm(request.POST)
    try:
        services.check_goes_on(session, key)
        if not form.is_valid():
            return _page(request, session, token, form=form, status=422)
        ballot = posted_ballot(request, key)
        services.vote(session, UUID(key), ballot, Stance(form.cleaned_data["stance"]))
    except services.PollClosedError:
        why = _("Deze peiling is gesloten. Wat je net koos, telt niet meer mee.")
        if voter_token(request, key):
            why = f"{why} {_('Wat je eerder koos, telt wel mee.')}"
    except services.PollGoneError:
        why = _("Deze peiling is afgebroken. Van wat iemand koos, is niets bewaard.")
    except StageError:
        why = _("Het gesprek is afgerond. Wat je net koos, telt niet mee.")
    except services.PollFullError:
        why = _("Er stemden al heel veel toestellen. Er kan geen meer bij. Zeg het aan wie het gesprek leidt.")
    else:
        back = HttpResponseRedirect(reverse("poll-vote", args=[token]), status=303)
        return remember_voter(back, key, ballot)
    return _page(request, session, token, why=why, status=409)


def _page(
    request: HttpRequest,
    session: Session,
    token: str,
    *,
    form: VoteForm | None = None,
    why: str = "",
    status: int = 200,
) -> HttpResponse:
    held = services.load_polls(session)
    context = {
        **NOBODY,
        "session": session,
        "collaboration": session.collaboration,
        "why": why,
        "report_url": reverse("report", args=[read_token(token)]),
        **vote_context(request, session, token, held, form),
    }
    last = held[-1] if held and not context["poll"] else None
    if last:
        context |= {"last": last, "about": topic_of(last, load_agreements(session) if last.agreement else ())}
    return render(request, "reflectie/meeting/poll/phone.html", context, status=status)


def vote_context(
    request: HttpRequest, session: Session, token: str, held: tuple[Poll, ...], form: VoteForm | None = None
) -> dict[str, Any]:
    """What `meeting/poll/vote.html` shows: the poll that goes on, of all that were held, and where this phone stands in
    it; `poll` is None where none goes on. `token` is the link to take part. Two queries at most."""
    poll = next((poll for poll in held if poll.is_open), None)
    if poll is None:
        return {"poll": None}
    ballot = ballot_of(request, poll)
    stance = services.find_stance(poll, ballot) if voter_token(request, poll.key) else None
    return {
        "poll": poll,
        "about": topic_of(poll, load_agreements(session) if poll.agreement else ()),
        "ballot": ballot,
        "stance": stance,
        "vote_form": form or VoteForm(initial={"stance": stance}),
        "vote_url": reverse("poll-vote", args=[token]),
        "difference": shows_difference(held, poll.thing),
    }
