"""A team whose collaboration is stuck, without an account: start, fill in, erase. Its report stands in
`views/report/report.py`."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reflectie.domain.setup import Mode
from reflectie.forms.questionnaire.start import StartForm
from reflectie.models import Response
from reflectie.services.erasure import erase_reflection
from reflectie.services.questionnaire.sheets import load_filling, start_reflection
from reflectie.services.tokens import hash_token, read_token
from reflectie.web.errors import keeps_typed
from reflectie.web.participant_cookie import person_draft_key, session_draft_key, shared_draft_key
from reflectie.web.permissions import response_or_404
from reflectie.web.reflection_cookie import forget, links, reflection_token, remember
from reflectie.web.throttle import Attempt, TooOften, try_reflection

from .sheet import SheetContext, save_sheet, show_sheet


@keeps_typed(sent_by_anyone=True)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    form = StartForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        attempt = try_reflection(request)
        if not isinstance(attempt, TooOften):
            return _begin(form, attempt)
        form.add_error("mode", f"{_('Hier begonnen net al heel veel zelfreflecties.')} {attempt.words}")
        status = 429
    context = {"form": form, "retention_days": settings.RETENTION_DAYS}
    return render(request, "reflectie/questionnaire/start.html", context, status=status)


def _begin(form: StartForm, attempt: Attempt) -> HttpResponse:
    token = form.cleaned_data["token"]
    names = {
        "collaboration-name": form.cleaned_data["collaboration_name"],
        "team-name": form.cleaned_data["team_name"],
    }
    if not start_reflection(token, Mode(form.cleaned_data["mode"]), names):
        # Sent twice is one.
        attempt.went_well()
    return HttpResponseRedirect(reverse("fill", args=[token]), status=303)


@keeps_typed(sent_by_anyone=True)
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, token: str) -> HttpResponse:
    response = response_or_404(token)
    sheet = _sheet_context(request, token, response)
    if request.method == "POST":
        return save_sheet(request, sheet)
    page = show_sheet(request, sheet, load_filling(response.session, response))
    return remember(page, token) if page.status_code == 200 else page


def _sheet_context(request: HttpRequest, token: str, response: Response) -> SheetContext:
    report_url = reverse("report", args=[read_token(token)])
    return SheetContext(
        session=response.session,
        token_hash=hash_token(token),
        url=reverse("fill", args=[token]),
        finish_url=report_url,
        finish_label=_("Bekijk het verslag"),
        intro="reflectie/questionnaire/own_intro.html",
        draft_key=shared_draft_key(response.session),
        context=lambda: {
            "owner": person_draft_key(shared_draft_key(response.session)),
            "token": token,
            "session_draft_key": session_draft_key(response.session),
            "report_url": report_url if response.finished else "",
            **links(request, token),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, token: str) -> HttpResponse:
    response = response_or_404(token)
    if response.session.collaboration_id is not None:
        # A collaboration has it now, and its coordinator is who erases it.
        raise Http404
    if request.method != "POST":
        pdf_url = reverse("report-pdf", args=[read_token(token)]) if response.finished else ""
        return render(request, "reflectie/questionnaire/erase.html", {"token": token, "pdf_url": pdf_url})
    if not erase_reflection(response.session_id):
        raise Http404
    page = render(request, "reflectie/questionnaire/erased.html", {"forget": f"{session_draft_key(response.session)}-"})
    # Another reflection that this browser is in the middle of stays within reach.
    return forget(page) if reflection_token(request) == token else page
