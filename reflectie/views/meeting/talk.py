"""The remote of a talk: what is on, every step, and what comes of it. For members, and for a team without an account,
which has wall and remote on its one screen."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from reflectie.domain.meeting.guide import Phase, build_guide
from reflectie.domain.meeting.talk import MOST_PARTS, FullAgendaError, Talk, UnknownPlaceError, clock_of
from reflectie.domain.meeting.wall import GOAL_SHARED
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import Report
from reflectie.domain.text import tidy
from reflectie.forms.meeting.steps import AddForm, BeginForm, RaiseForm, step_of
from reflectie.forms.report.agreements import AgreementForm
from reflectie.forms.report.outcomes import OutcomeForm
from reflectie.forms.report.parked import ParkForm
from reflectie.models import Session
from reflectie.presentation.remote import agenda_of
from reflectie.services.clock import now, today
from reflectie.services.meeting.talks import (
    NoTalkError,
    change_talk,
    load_talk,
    load_wall,
    renew_wall,
    start_talk,
    state_of,
    stop_talk,
    wall_token,
)
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import delete_on_once_saved
from reflectie.services.report.polls import load_polls
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.rounds import StageError
from reflectie.services.tokens import hash_token
from reflectie.web.participant_cookie import session_draft_key
from reflectie.web.permissions import signed_in
from reflectie.web.report_access import ReportAccess

# What the page can say of a press that changed nothing.
NOT_LIVE, NOT_THERE = "not-live", "not-there"
# Where on the page a press leads: what changed should be in sight.
PLACES = {"note": "notities", "renew": "muur", "show-clock": "muur", "hide-clock": "muur"}
IN_AGENDA = {"up", "down", "shorter", "longer", "leave-out", "add", "raise"}


@dataclass(frozen=True, slots=True)
class Said:
    """What goes along with the page after a press: forms with what was typed in them, and why nothing changed."""

    add: AddForm | None = None
    raised: RaiseForm | None = None
    begin: BeginForm | None = None
    why: str = ""


def talk(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    """The remote; before a talk begins, what it is and how to begin."""
    if not access.may_talk:
        return _not_now(request, access)
    if request.method == "POST":
        return _press(request, access)
    return _page(request, access, Said())


def talk_state(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    """What changed on the remote since `gezien`; nothing (204) as long as it is the same."""
    if not access.may_talk:
        return _not_now(request, access)
    state = state_of(access.session)
    if state is None:
        return HttpResponse(status=409)
    if state == request.GET.get("gezien", ""):
        return HttpResponse(status=204)
    return _page(request, access, Said(), parts=True)


def _not_now(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    """Before the report is everybody's there is nothing to lead; after the talk it says so."""
    if access.session.stage != Session.Stage.CONCLUDED:
        raise Http404
    return _over(request, access)


def _over(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    context = {**access.context, "collaboration": access.session.collaboration, "typed": _typed(request)}
    return render(request, "reflectie/meeting/remote/over.html", context, status=409)


def _typed(request: HttpRequest) -> str:
    """What somebody wanted to talk about, where there is no agenda to put it on."""
    return tidy(request.POST.get("title", ""), one_line=True)


def _press(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    try:
        wrong = _take(request, access)
    except StageError:
        return _over(request, access)
    except NoTalkError:
        return _page(request, access, Said(why=NOT_LIVE), status=409)
    except UnknownPlaceError:
        return _page(request, access, Said(why=NOT_THERE), status=409)
    if wrong:
        return _page(request, access, wrong, status=422)
    step = request.POST.get("step", "")
    if step == "stop":
        return HttpResponseRedirect(_left_at(access), status=303)
    if request.headers.get("HX-Request"):
        return _page(request, access, Said(), parts=True)
    return HttpResponseRedirect(f"{access.live_url}{_shown_after(step, request.POST)}", status=303)


def _shown_after(step: str, posted: QueryDict) -> str:
    """Where on the page whoever pressed goes on: what changed is in sight."""
    if step in IN_AGENDA:
        return f"?{urlencode({'agenda': posted.get('to', '')})}#agenda"
    return f"#{PLACES[step]}" if step in PLACES else ""


def _left_at(access: ReportAccess) -> str:
    return reverse("session", args=[access.session.pk]) if access.member else access.links.report


def _take(request: HttpRequest, access: ReportAccess) -> Said | None:
    """Take the step that was asked; what is wrong with it, where a form is. Raises as `change_talk` does."""
    posted, session = request.POST, access.session
    match posted.get("step", "begin"):
        case "begin":
            return _begin(session, BeginForm(posted))
        case "stop":
            stop_talk(session)
        case "renew":
            renew_wall(session)
        case "add":
            # What is on the agenda already is no mistake here: the step knows, and leaves it where it is.
            add = AddForm(load_checklist(session.checklist), (), posted)
            return _into_agenda(session, add, Said(add=add))
        case "raise":
            raised = RaiseForm(posted)
            return _into_agenda(session, raised, Said(raised=raised))
        case _:
            change_talk(session, step_of(posted, now()))
    return None


def _begin(session: Session, form: BeginForm) -> Said | None:
    if not form.is_valid():
        if load_talk(session):
            # No button on the page of a talk that goes on says nothing.
            raise UnknownPlaceError
        return Said(begin=form)
    start_talk(session, int(form.cleaned_data["minutes"]))
    return None


def _into_agenda(session: Session, form: AddForm | RaiseForm, wrong: Said) -> Said | None:
    if not form.is_valid():
        return wrong
    try:
        change_talk(session, form.step)
    except FullAgendaError:
        form.add_error(
            next(iter(form.fields)), _("Er staan al %s onderdelen op de agenda. Haal er eerst een af.") % MOST_PARTS
        )
        return wrong
    return None


def _page(
    request: HttpRequest, access: ReportAccess, said: Said, *, status: int = 200, parts: bool = False
) -> HttpResponse:
    session = access.session
    report, live = load_report(session), load_talk(session)
    context = {
        **access.context,
        "collaboration": session.collaboration,
        "report": report,
        "said": said,
        "is_team": access.member is None,
        "delete_on": delete_on_once_saved(session),
    }
    if live is None:
        context |= {"begin": said.begin or BeginForm(), "typed": _typed(request)}
        return render(request, "reflectie/meeting/remote/begin.html", context, status=status)
    parts = parts or "HX-Request" in request.headers
    context |= _around(request, access, report, live) | _forms(report, live, said) | {"swap": parts}
    template = "parts" if parts else "page"
    return render(request, f"reflectie/meeting/remote/{template}.html", context, status=status)


def _around(request: HttpRequest, access: ReportAccess, report: Report, live: Talk) -> dict[str, Any]:
    lines = agenda_of(report, live)
    at = live.at(live.place)
    topic = lines[at].topic
    found = topic.item if topic else None
    token = wall_token(access.session)
    return {
        "live": live,
        "clock": clock_of(live, now()),
        "wall": load_wall(access.session, report),
        # Also one that isn't on the wall any more: it goes on, until somebody closes it.
        "has_open_poll": any(poll.is_open for poll in load_polls(access.session)),
        # Of what comes before the talk; how long it takes is the talk's own, maybe as another release had it.
        "guide": build_guide(report),
        "lines": lines,
        "on": lines[at],
        "before": lines[at - 1] if at else None,
        "after": lines[at + 1] if at + 1 < len(lines) else None,
        "item": found,
        "shows_answers": _can_show(report, live, found),
        "seen": state_of(access.session),
        "wall_token": token,
        "wall_url": request.build_absolute_uri(reverse("wall", args=[token])) if token else "",
        "draft_key": f"gesprek-{session_draft_key(access.session)}-{_person(request, access)}",
        "opened": request.GET.get("agenda"),
        "today": today(),
    }


def _can_show(report: Report, live: Talk, found: ItemReport | None) -> bool:
    """Whether there is something to show of a round: of a sheet that was filled in together everybody knows it, and
    nothing is to be shown of too few."""
    if not report.mode.is_round:
        return False
    has_sentences = bool(report.goal_sentences) and live.place in {Phase.NEED, GOAL_SHARED}
    has_strengths = bool(report.strengths) and live.place == Phase.STRENGTHS
    return has_sentences or has_strengths or bool(found and found.finding and report.counted)


def _person(request: HttpRequest, access: ReportAccess) -> str:
    """Tells apart what a browser keeps for people who sign in to it after each other. It opens nothing."""
    return hash_token(str(signed_in(request).pk))[:12] if access.member else "team"


def _forms(report: Report, live: Talk, said: Said) -> dict[str, Any]:
    found = next((item for item in report.items if item.item.key == live.place), None)
    return {
        "outcome_form": OutcomeForm(found.item, kept=found.outcome) if found else None,
        "agreement_form": AgreementForm(report, about=live.place),
        "add_form": said.add or AddForm(report.checklist, (part.place for part in live.agenda)),
        "raise_form": said.raised or RaiseForm(),
        # Beside other forms with a key.
        "park_form": ParkForm(auto_id="parked_%s"),
    }
