"""The report as a page, by its link or for a collaboration's members; and the discussion about it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reflectie.domain.meeting.guide import LENGTHS
from reflectie.domain.questionnaire.answers import note_name
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import Report
from reflectie.forms.report.outcomes import OutcomeForm
from reflectie.services.optimistic_lock import ConflictError
from reflectie.services.questionnaire.sheets import delete_on_once_saved
from reflectie.services.report.outcomes import GOAL_SENTENCE, record_outcome, remove_text, text_digests
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.rounds import StageError
from reflectie.web.participant_cookie import session_draft_key
from reflectie.web.permissions import member_report_or_404
from reflectie.web.reflection_cookie import links
from reflectie.web.report_access import FROM_TALK, RECORDED, ReportAccess, from_talk
from reflectie.web.responses import conditional_page

PAGE = "reflectie/report/page.html"
ARTICLE = "reflectie/report/article.html"


def report(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    context = access.context
    if access.member is None:
        context |= {"reflection_token": access.own, "session_draft_key": session_draft_key(access.session)}
        context |= links(request, access.own) if access.own else {}
    # What has a link to fill in on it is nobody else's, and kept nowhere.
    shared = "" if access.own else ARTICLE
    return conditional_page(request, PAGE, load_report(access.session), context, access.seen_by, shared=shared)


def outcome(request: HttpRequest, access: ReportAccess, key: str) -> HttpResponse:
    """What the team makes of one item: recorded, changed, or wiped."""
    found = load_report(access.session)
    item = next((item for item in found.items if item.item.key == key), None)
    if item is None:
        raise Http404
    if request.method == "POST":
        return _record(request, access, found, item)
    if not access.may_talk:
        return HttpResponseRedirect(_place(request, access, key))
    return _outcome_page(request, access, found, item, OutcomeForm(item.item, kept=item.outcome))


def _record(request: HttpRequest, access: ReportAccess, found: Report, item: ItemReport) -> HttpResponse:
    form = OutcomeForm(item.item, request.POST)
    key = item.item.key
    if form.chose_theirs:
        return HttpResponseRedirect(_place(request, access, key), status=303)
    if not form.is_valid() and not form.removes:
        return _outcome_page(request, access, found, item, form, status=422)
    try:
        record_outcome(access.session, key, form.outcome, form.seen)
    except StageError:
        return _outcome_page(request, access, found, item, form, status=409, closed=True)
    except ConflictError as conflict:
        form.set_conflict(conflict.current)
        return _outcome_page(request, access, found, item, form, status=409)
    return HttpResponseRedirect(_place(request, access, key), status=303)


def _place(request: HttpRequest, access: ReportAccess, key: str) -> str:
    """Where the person came from: the talk as it is led, the item in the guide of that many minutes, or else in the
    report."""
    if from_talk(request):
        return f"{access.live_url}#{RECORDED}"
    if minutes := _from_guide(request):
        return f"{access.links.guide}?duur={minutes}#{key}"
    return f"{access.links.report}#{key}"


def _from_guide(request: HttpRequest) -> str:
    """The length of the guide that the person came from; empty when it wasn't a guide."""
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("duur", "")
    return asked if asked in map(str, LENGTHS) else ""


def _outcome_page(
    request: HttpRequest,
    access: ReportAccess,
    found: Report,
    item: ItemReport,
    form: OutcomeForm,
    *,
    status: int = 200,
    closed: bool = False,
) -> HttpResponse:
    context = {
        **access.context,
        "collaboration": access.session.collaboration,
        "report": found,
        "item": item,
        "form": form,
        "closed": closed,
        "delete_on": delete_on_once_saved(access.session),
        "back": _place(request, access, item.item.key),
        "minutes": _from_guide(request),
        "van": FROM_TALK if from_talk(request) else "",
    }
    return render(request, "reflectie/report/outcome.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks whether a text may go, and takes it out everywhere."""
    access = member_report_or_404(request, pk)
    if not access.is_coordinator:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    field, mark = given.get("veld", ""), given.get("merk", "")
    back = {"report_url": f"{reverse('session-report', args=[pk])}#{field.removesuffix('-note')}"}
    try:
        if request.method == "POST" and remove_text(access.session, field, mark):
            return HttpResponseRedirect(back["report_url"], status=303)
    except StageError:
        return _nothing_removed(
            request, _("Er wordt nog ingevuld. Wie de tekst schreef, kan die zelf nog wijzigen."), back
        )
    texts = [text for text in _texts(load_report(access.session), field) if mark in text_digests(text)]
    if not texts:
        return _nothing_removed(request, _("Die tekst staat niet meer in het verslag."), back)
    context = {"veld": field, "merk": mark, "text": texts[0], "times": len(texts), "session": access.session, **back}
    return render(request, "reflectie/report/remove.html", context)


def _texts(found: Report, field: str) -> list[str]:
    """Every text in the report that was typed in a field."""
    if field == GOAL_SENTENCE:
        return [sentence.text for sentence in found.goal_sentences]
    return [note.text for item, note in found.notes if note_name(item.item.key) == field]


def _nothing_removed(request: HttpRequest, text: str, context: dict[str, str]) -> HttpResponse:
    context = {"heading": _("Er is niets weggehaald"), "text": text, **context}
    return render(request, "reflectie/report/not_removed.html", context, status=409)
