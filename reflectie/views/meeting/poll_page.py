"""Polls of support, for who leads the talk: what to ask about, by phone or by hands, and what came of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reflectie.domain.report.agreements import Agreement
from reflectie.domain.report.polls import Poll, PollCounts, PollWay, shows_difference, way_asked
from reflectie.domain.rules.suppression import FLOOR
from reflectie.domain.setup import Mode
from reflectie.forms.report.polls import CorrectionForm, HandsForm, PhonesForm
from reflectie.models import Session
from reflectie.presentation.polls import PollTopic, poll_topics, topic_of
from reflectie.services.optimistic_lock import ConflictError
from reflectie.services.report import polls as services
from reflectie.services.report.reports import load_agreements
from reflectie.services.sessions.rounds import StageError
from reflectie.web.report_access import FROM_TALK, ReportAccess, from_talk, recorded_or_404

_GONE = gettext_lazy("Deze peiling is er niet meer. Iemand brak ze af, of haalde de afspraak weg.")


def polls(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    recorded_or_404(access)
    if "stand" in request.GET:
        return _count_now(request, access.session)
    if request.method != "POST":
        return _page(request, access)
    step = _STEPS.get(request.POST.get("step", ""))
    return step(request, access) if step else _refused(request, access)


def _refused(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    """A form in which something is missing that no page leaves out."""
    return _page(request, access, why=_("Er ontbrak iets. Kies opnieuw waarover je wilt peilen."), status=422)


def _count_now(request: HttpRequest, session: Session) -> HttpResponse:
    """How many voted so far: a fragment. Once the poll is over, the page is told to load itself again."""
    going_on = _going_on(services.load_polls(session))
    if going_on is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "reflectie/meeting/poll/count.html", {"voted": services.count_votes(going_on)})


def _going_on(polls: tuple[Poll, ...]) -> Poll | None:
    return next((poll for poll in polls if poll.is_open), None)


def _begin(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    form, thing = PhonesForm(request.POST), request.POST.get("over", "")
    if not form.is_valid():
        return _refused(request, access)
    return _do(request, access, lambda: services.open_poll(access.session, thing, form.cleaned_data["key"]))


def _record(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    form, thing = HandsForm(request.POST), request.POST.get("over", "")
    if not form.is_valid():
        return _page(request, access, hands=form, status=422)
    key = form.cleaned_data["key"]
    return _do(request, access, lambda: services.record_hands(access.session, thing, form.counts, key), hands=form)


def _correct(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    poll, counts = _counted(services.load_polls(access.session), request.POST.get("poll", ""))
    if poll is None or counts is None:
        return _page(request, access, why=_GONE, status=409)
    form = CorrectionForm(request.POST, kept=counts)
    if form.chose_theirs:
        return HttpResponseRedirect(_back(request, access), status=303)
    if not form.is_valid():
        return _page(request, access, correction=form, status=422)
    key = UUID(poll.key)
    try:
        return _do(
            request,
            access,
            lambda: services.correct_hands(access.session, key, form.counts, form.seen),
            correction=form,
        )
    except ConflictError as conflict:
        form.set_conflict(conflict.current)
        return _page(request, access, correction=form, status=409)


def _counted(held: tuple[Poll, ...], key: str) -> tuple[Poll | None, PollCounts | None]:
    """A poll of which hands were counted, with what was counted."""
    for poll in held:
        if poll.key == key and poll.way is PollWay.HANDS and isinstance(poll.counts, PollCounts):
            return poll, poll.counts
    return None, None


def _close(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    return _do(request, access, lambda: services.close_poll(access.session, _key(request)))


def _cancel(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    return _do(request, access, lambda: services.cancel_poll(access.session, _key(request)))


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("poll", ""))
    except ValueError:
        raise services.PollGoneError from None


_STEPS = {"open": _begin, "hands": _record, "correct": _correct, "close": _close, "cancel": _cancel}


def _do(
    request: HttpRequest,
    access: ReportAccess,
    step: Callable[[], object],
    hands: HandsForm | None = None,
    correction: CorrectionForm | None = None,
) -> HttpResponse:
    concluded = False
    try:
        step()
    except StageError:
        concluded = True
        why = _("Het gesprek is afgerond. Er kan niets meer gepeild worden.")
    except services.PollGoesOnError:
        why = _("Er loopt al een peiling. Sluit die eerst, of breek ze af.")
    except services.OtherWayError:
        why = _("Zo kan het hierover niet: jullie peilden dit al op een andere manier. Lees hieronder hoe het wel kan.")
    except services.NothingToPollError:
        why = _("Deze afspraak is er niet meer. Kies iets anders om over te peilen.")
    except services.TooManyPollsError:
        why = _("Jullie hielden al heel veel peilingen. Er kan geen meer bij.")
    except services.PollGoneError:
        why = str(_GONE)
    except services.PollClosedError:
        why = _("Iemand sloot deze peiling al. De uitslag staat hieronder.")
    else:
        return HttpResponseRedirect(_back(request, access), status=303)
    return _page(request, access, hands=hands, correction=correction, why=why, concluded=concluded, status=409)


def _back(request: HttpRequest, access: ReportAccess) -> str:
    """The polls, which go on leading back to where the talk is led for who came from there."""
    url = reverse(access.talk.polls, args=[access.talk.key]) if access.talk else ""
    return f"{url}?van={FROM_TALK}" if from_talk(request) else url


def _page(
    request: HttpRequest,
    access: ReportAccess,
    *,
    hands: HandsForm | None = None,
    correction: CorrectionForm | None = None,
    why: str | Promise = "",
    concluded: bool = False,
    status: int = 200,
) -> HttpResponse:
    session = access.session
    given = request.POST if request.method == "POST" else request.GET
    agreements, held = load_agreements(session), services.load_polls(session)
    topics, going_on = poll_topics(agreements, held), _going_on(held)
    may_ask = access.may_talk and not (going_on or concluded)
    topic = next((topic for topic in topics if topic.thing == given.get("over")), None)
    # What was typed stands there still, whatever came between.
    topic = topic if may_ask or hands else None
    may_correct = access.may_talk and not concluded
    wrong, counts = _counted(held, given.get("poll", "")) if may_correct or correction else (None, None)
    context = {
        **access.context,
        "collaboration": session.collaboration,
        "van": FROM_TALK if from_talk(request) else "",
        "topics": topics,
        "poll": going_on,
        "topic": topic,
        "may_ask": may_ask,
        "may_correct": may_correct,
        "why": why,
        "refused": status == 422 or (correction is not None and correction.has_conflict),
        **(_asked(session, held, topic, hands) if topic else {}),
        **(_corrected(wrong, agreements, correction or CorrectionForm(kept=counts)) if wrong and counts else {}),
        **(_so_far(request, session, going_on, topic_of(going_on, agreements)) if going_on else {}),
    }
    return render(request, "reflectie/meeting/poll/page.html", context, status=status)


def _asked(session: Session, held: tuple[Poll, ...], topic: PollTopic, hands: HandsForm | None) -> dict[str, Any]:
    """In which ways a topic can be asked about."""
    has_phones, before = Mode(session.mode).is_round, way_asked(held, topic.thing)
    return {
        "has_phones": has_phones,
        "by_phones": has_phones and before is not PollWay.HANDS,
        "by_hands": before is not PollWay.PHONES,
        "hands": hands or HandsForm(initial={"key": uuid4()}),
        "key": uuid4(),
        "difference": shows_difference(held, topic.thing),
    }


def _corrected(poll: Poll, agreements: tuple[Agreement, ...], form: CorrectionForm) -> dict[str, Any]:
    """What was counted of hands, to be typed anew."""
    return {"wrong": poll, "wrong_about": topic_of(poll, agreements), "form": form}


def _so_far(request: HttpRequest, session: Session, poll: Poll, about: PollTopic) -> dict[str, Any]:
    """How the poll that goes on stands, and which of its two ends is asked about."""
    voted = services.count_votes(poll)
    return {
        "about": about,
        "voted": voted,
        "too_few": voted < FLOOR,
        "step": request.GET.get("stap", ""),
        "vote_url": request.build_absolute_uri(reverse("poll-vote", args=[session.join_token])),
    }
