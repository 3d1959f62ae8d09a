"""A participant: on a phone, without an account. Reads what others will see, answers, and can change or withdraw it.

Nothing here asks who is signed in: pages get nobody and no messages, so that no row of the session table is read.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.rules.disclosures import Round, disclosures, in_front
from reflectie.domain.setup import Grouping, Mode
from reflectie.exports import participant_calendar_file
from reflectie.forms.questionnaire.join import PersonalCodeForm, ReportNoticeForm, SessionCodeForm
from reflectie.models import OPENED, Response, Session
from reflectie.services.clock import today
from reflectie.services.mail import host_sends_mail
from reflectie.services.meeting.talks import followed_state
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.plans import PlanChangedError
from reflectie.services.questionnaire.sheets import filling_of, find_response, find_sheet, takes_answers
from reflectie.services.sessions.report_notices import TooManyNoticesError, forget_notice
from reflectie.services.sessions.rounds import StageError, ask_for_mail, withdraw
from reflectie.services.tokens import PERSONAL_CODE, hash_token, new_code, read_token
from reflectie.web.errors import keeps_typed
from reflectie.web.participant_cookie import (
    forget_code,
    in_groups,
    is_same_person,
    owner_draft_key,
    participant_code,
    participant_hashes,
    remember_code,
    session_draft_key,
    shared_draft_key,
    sheet_draft_key,
)
from reflectie.web.permissions import joined_session_or_404, progress_or_404
from reflectie.web.throttle import TooOften, try_code, try_notice

from .sheet import SheetContext, refuse, save_sheet, show_sheet

# Instead of what the context processors would ask the session table for.
NOBODY: dict[str, Any] = {"user": None, "messages": ()}
# htmx stops asking at this status, and still shows what came with it.
STOP_ASKING = 286


def _render(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"reflectie/questionnaire/join/{name}.html", {**NOBODY, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    form = SessionCodeForm(request.POST if request.method == "POST" else None)
    if form.is_possible:
        attempt = try_code(request, "code")
        if isinstance(attempt, TooOften):
            return _blocked(request, attempt)
        if form.is_valid():
            attempt.went_well()
            return _to("join", form.join_token)
    return _render(request, "code", {"form": form}, status=422 if form.is_bound else 200)


def _blocked(request: HttpRequest, full: TooOften) -> HttpResponse:
    response = _render(request, "blocked", {"again": full.words}, status=429)
    response["Retry-After"] = str(full.seconds)
    return response


def _to(route: str, token: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(route, args=[token]), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    session = joined_session_or_404(token)
    is_open = takes_answers(session)
    if request.method == "POST":
        return _begin(request, session, token) if is_open else _to("join", token)
    response = _own_response(request, session, token)
    context = {**_page_of(request, session, token), "response": response}
    is_round = context["is_round"]
    finished = response is not None and response.finished
    # Of a sheet that a team fills in together, finishing opens the report.
    if session.stage in OPENED or (finished and not is_open and not is_round):
        # While people talk they come to follow it; from there the report is one link away.
        is_talking = session.stage == Session.Stage.DISCUSSION and followed_state(token)
        return HttpResponseRedirect(reverse("join-talk", args=[token]) if is_talking else context["report_url"])
    if is_open and not (finished and is_round):
        return _render(request, "join", context)
    return _after(request, session, token, context)


def _after(
    request: HttpRequest, session: Session, token: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The page of whoever is done, while the round is open or until its report is."""
    is_open = takes_answers(session)
    day, is_talk = _day_of(session)
    context |= {
        "standing": progress_or_404(token),
        "shared_url": request.build_absolute_uri(reverse("join", args=[token])),
        "day": day if day and day >= today() else None,
        "is_talk": is_talk,
    }
    if is_open and host_sends_mail():
        context.setdefault("notice_form", ReportNoticeForm())
        context["noticed"] = request.GET.get("mail", "")
    return _render(request, "thanks" if is_open else "waiting", context, status=status)


def _day_of(session: Session) -> tuple[date | None, bool]:
    """The day to keep in mind, and whether it is that of the talk: otherwise the last one on which answers are taken.
    Where that comes after the day of the session, no talk is on that day."""
    planned, closes = session.planned_on, session.closes_on
    is_talk = not (planned and closes and closes > planned)
    return (planned if is_talk else closes), is_talk


@require_safe
def session_day(request: HttpRequest, token: str) -> HttpResponse:
    """That day, for a calendar."""
    session = joined_session_or_404(token)
    day, is_talk = _day_of(session)
    if day is None or not Mode(session.mode).is_round or session.stage in OPENED:
        raise Http404
    url = request.build_absolute_uri(reverse("join", args=[token]))
    content = participant_calendar_file(session, day, url, is_talk=is_talk)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="zelfreflectie-{day:%Y-%m-%d}.ics"'
    return response


@keeps_typed("email", sent_by_anyone=True)
@require_http_methods(["GET", "HEAD", "POST"])
def report_notice(request: HttpRequest, token: str) -> HttpResponse:
    """One mail when the report opens, for whoever is done; or no mail after all. The answer is the same whether or not
    the address was there."""
    session = joined_session_or_404(token)
    response = _own_response(request, session, token)
    may_ask = response is not None and response.finished and Mode(session.mode).is_round and takes_answers(session)
    if request.method != "POST" or not may_ask or not host_sends_mail():
        return _to("join", token)
    form = ReportNoticeForm(request.POST)
    if form.is_valid() and _take_address(request, session, form):
        said = "gewist" if "forget" in request.POST else "gevraagd"
        return HttpResponseRedirect(f"{reverse('join', args=[token])}?mail={said}#mail", status=303)
    return _after(request, session, token, _page_of(request, session, token) | {"notice_form": form}, status=422)


def _take_address(request: HttpRequest, session: Session, form: ReportNoticeForm) -> bool:
    """Keep or erase the address; where that can't be, the form says so."""
    email = form.cleaned_data["email"]
    if "forget" in request.POST:
        forget_notice(session, email)
        return True
    attempt = try_notice(request, session.pk.hex)
    if isinstance(attempt, TooOften):
        form.add_error("email", f"{_('Er vroegen net heel veel mensen een mail.')} {attempt.words}")
        return False
    try:
        ask_for_mail(session, email)
    except StageError:
        form.add_error("email", _("De ronde is intussen gesloten. Kijk op deze link wanneer het verslag opent."))
    except TooManyNoticesError:
        form.add_error("email", _("Er vroegen al heel veel mensen een mail. Kijk op deze link of het verslag open is."))
    return form.is_valid()


def _page_of(request: HttpRequest, session: Session, token: str) -> dict[str, Any]:
    """What the pages before and after the questions tell: what others will see, and what they show of the session."""
    told = disclosures(round_of(session))
    return {
        **_context(request, session, token),
        "checklist": load_checklist(session.checklist),
        "promises": told,
        "front": in_front(told),
        "groups": [name for name, _expected in session.groups],
    }


def _begin(request: HttpRequest, session: Session, token: str) -> HttpResponse:
    """A code for whoever has none yet. Pressing twice, or in a second tab, leaves it as it is."""
    page = _to("join-fill", token)
    if not Mode(session.mode).is_round or participant_code(request, session):
        return page
    return remember_code(page, session, new_code(PERSONAL_CODE))


def _context(request: HttpRequest, session: Session, token: str) -> dict[str, Any]:
    """What every page of a participant shows: the session, the code on this browser and what was given under it."""
    mode = Mode(session.mode)
    code = participant_code(request, session) if mode.is_round else ""
    return {
        **_about(session, token),
        "mode": mode.value,
        "is_round": mode.is_round,
        "code": in_groups(code),
        "session_draft_key": session_draft_key(session),
        "owner": owner_draft_key(request, session),
        "join_url": reverse("join", args=[token]),
        "fill_url": reverse("join-fill", args=[token]),
        "report_url": reverse("report", args=[read_token(token)]),
    }


def round_of(session: Session) -> Round:
    """What of a session decides what is promised."""
    return Round(
        mode=Mode(session.mode),
        grouping=Grouping(session.grouping),
        groups=len(session.groups),
        expected=session.expected,
        closes=session.closes_on is not None,
        facilitator_prepares=session.facilitator_prepares,
        paper=bool(session.paper_by),
        typist=session.told_of_typist,
        fold_months=settings.FOLD_MONTHS,
        signals=session.told_of_signals,
        mail=host_sends_mail(),
    )


def _own_hashes(request: HttpRequest, session: Session, token: str, code: str) -> list[str]:
    """What opens the sheet: in a round the person's code, otherwise the link that everybody has."""
    return participant_hashes(request, session, code) if Mode(session.mode).is_round else [hash_token(token)]


def _about(session: Session, token: str) -> dict[str, Any]:
    """What every page says: of which session it is."""
    return {"session": session, "collaboration": session.collaboration, "token": token}


def _own_response(request: HttpRequest, session: Session, token: str) -> Response | None:
    code = participant_code(request, session)
    if Mode(session.mode).is_round and not code:
        return None
    return find_response(session, *_own_hashes(request, session, token, code))


@keeps_typed(sent_by_anyone=True)
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, token: str) -> HttpResponse:
    session = joined_session_or_404(token)
    code = participant_code(request, session)
    is_round = Mode(session.mode).is_round
    posts = request.method == "POST"
    # Whoever comes back to what wasn't saved in time.
    is_late = not takes_answers(session) and "niet-bewaard" in request.GET
    if not posts and not is_late and (not takes_answers(session) or (is_round and not code)):
        return _to("join", token)
    hashes = _own_hashes(request, session, token, code)
    if posts:
        # It is found under the lock. Only where keys were changed it may be kept under another than the first.
        response, filling = (find_response(session, *hashes) if len(hashes) > 1 else None), None
    else:
        response, kept = find_sheet(session, *hashes) if code or not is_round else (None, Sheet({}))
        filling = filling_of(session, response, kept)
    sheet = _sheet_context(request, session, token, _kept_hash(response) or hashes[0])
    # This page may have been drawn for somebody who used this device before: their answers are nobody else's.
    mark = request.POST.get("keep-as", "")
    if posts and is_round and (not code or mark != sheet.draft_key):
        refused = _other_promise if code and is_same_person(mark, sheet.draft_key) else _other_person
        return refused(request, sheet)
    try:
        return show_sheet(request, sheet, filling) if filling else save_sheet(request, sheet)
    except PlanChangedError:
        return _other_promise(request, sheet)


def _sheet_context(request: HttpRequest, session: Session, token: str, token_hash: str) -> SheetContext:
    is_round = Mode(session.mode).is_round
    report_url = "" if is_round else reverse("report", args=[read_token(token)])
    return SheetContext(
        session=session,
        token_hash=token_hash,
        url=reverse("join-fill", args=[token]),
        finish_url=report_url or reverse("join", args=[token]),
        finish_label=_("Klaar") if is_round else _("Bekijk het verslag"),
        intro="reflectie/questionnaire/join/intro.html",
        context=lambda: {**NOBODY, **_context(request, session, token)},
        # A page that showed a sheet makes no other: it was withdrawn, on another device or in another tab.
        may_begin="begun" not in request.POST,
        draft_key=sheet_draft_key(session, token_hash) if is_round else shared_draft_key(session),
    )


def _kept_hash(response: Response | None) -> str:
    """Under which a sheet is kept, whatever secret key was in force when it was begun."""
    return (response.token_hash or "") if response else ""


def _other_person(request: HttpRequest, sheet: SheetContext) -> HttpResponse:
    heading = _("Dit blad is hier niet meer open")
    text = _(
        "Op dit toestel is een nieuwe deelnemer begonnen, of je code is hier gewist. "
        "Wat je net invulde, is niet bewaard."
    )
    # Whoever looks now may be the next: nothing of the one before is shown, or stays.
    return refuse(request, sheet, sheet.read_form(request.POST), heading, text, forget=request.POST.get("keep-as", ""))


def _other_promise(request: HttpRequest, sheet: SheetContext) -> HttpResponse:
    """The plan may change until the first answer: who read the earlier one hasn't agreed to this one."""
    heading = _("De ronde is intussen gewijzigd")
    text = _("De coördinator paste aan wat gevraagd wordt of wat anderen te zien krijgen. Lees dat eerst opnieuw.")
    return refuse(request, sheet, sheet.read_form(request.POST), heading, text)


@require_safe
def standing(request: HttpRequest, token: str) -> HttpResponse | HttpResponseNotModified:
    """How many began and finished: a fragment that many pages ask for every few seconds.

    A page that shows the code asks with `?open`: once the round is closed it is told to load itself again. So is any
    page whose link was renewed meanwhile: it would show the old one for as long as it stood there.
    """
    try:
        found = progress_or_404(token)
    except Http404:
        if _polled(request):
            return HttpResponse(status=404, headers={"HX-Refresh": "true"})
        raise
    is_over = found.stage in OPENED
    etag = f'"{found.mark}"'
    response = get_conditional_response(request, etag=etag)
    if request.GET.get("gezien") == found.mark and not is_over:
        # What is on the page stays as it is: swapped for the same, it would be read out again and again.
        response = HttpResponse(status=204)
    elif not response:
        context = {"standing": found, "report_url": reverse("report", args=[read_token(token)]) if is_over else ""}
        if found.stage == Session.Stage.DISCUSSION:
            # Whether or not it has begun: this is the last answer that the page gets, and that one waits by itself.
            context["talk_url"] = reverse("join-talk", args=[token])
        status = STOP_ASKING if is_over and _polled(request) else 200
        if "open" in request.GET:
            response = render(request, "reflectie/sessions/standing_now.html", {**NOBODY, **context}, status=status)
        else:
            response = _render(request, "standing", context, status=status)
    response["ETag"] = etag
    if "open" in request.GET and not found.is_open:
        response["HX-Refresh"] = "true"
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _polled(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Go on where one began elsewhere, or after the browser lost its cookie, with one's own code."""
    session = joined_session_or_404(token)
    if not takes_answers(session) or not Mode(session.mode).is_round:
        return _to("join", token)
    form = PersonalCodeForm(session, request.POST if request.method == "POST" else None)
    if form.is_possible:
        attempt = try_code(request, "personal-code")
        if isinstance(attempt, TooOften):
            return _blocked(request, attempt)
        if form.is_valid():
            attempt.went_well()
            return remember_code(_to("join-fill", token), session, form.cleaned_data["code"])
    return _render(request, "continue", {**_about(session, token), "form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_answers(request: HttpRequest, token: str) -> HttpResponse:
    """Erase one's answers, as long as anybody can tell which they are."""
    session = joined_session_or_404(token)
    code = participant_code(request, session)
    if not Mode(session.mode).is_round:
        return _to("join", token)
    if session.stage != Session.Stage.OPEN:
        return _too_late(request, session, token)
    if not code:
        return _to("join-continue", token)
    context = {
        **_about(session, token),
        "session_draft_key": session_draft_key(session),
        "owner": owner_draft_key(request, session),
    }
    if request.method != "POST":
        return _render(request, "withdraw", context)
    hashes = participant_hashes(request, session, code)
    token_hash = _kept_hash(find_response(session, *hashes)) or hashes[0]
    try:
        withdraw(session, *hashes)
    except StageError:
        return _too_late(request, session, token)
    context |= {"sends_mail": host_sends_mail(), "owner": "", "forget": sheet_draft_key(session, token_hash)}
    return forget_code(_render(request, "withdrawn", context), session)


def _too_late(request: HttpRequest, session: Session, token: str) -> HttpResponse:
    return _render(request, "too_late", {**_about(session, token), "mode": session.mode}, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def switch_participant(request: HttpRequest, token: str) -> HttpResponse:
    """A device that goes round: nothing of who used it before stays."""
    session = joined_session_or_404(token)
    if request.method == "POST":
        return forget_code(_to("join", token), session)
    if not Mode(session.mode).is_round or not takes_answers(session):
        return _to("join", token)
    context = {
        **_about(session, token),
        "session_draft_key": session_draft_key(session),
        "owner": owner_draft_key(request, session),
        "code": in_groups(participant_code(request, session)),
    }
    return _render(request, "new", context)
