"""Paper: the blank form to print, and the page on which filled-in forms are typed over once all of them are in."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.rules.disclosures import disclosures
from reflectie.forms.questionnaire.paper import PaperCountForm, PaperSheetForm, paper_questions
from reflectie.models import Session
from reflectie.pdf import documents
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import setup_of, takes_answers
from reflectie.services.sessions.paper import (
    NoPaperLeftError,
    PaperCountError,
    add_paper_sheet,
    set_paper_count,
    takes_paper,
)
from reflectie.services.sessions.rounds import StageError
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, MEMBERS, session_or_404
from reflectie.web.responses import conditional_file

from .participant import round_of


def _session(request: HttpRequest, pk: UUID, roles: tuple[str, ...]) -> Session:
    session = session_or_404(request, pk, roles).session
    if not takes_paper(session):
        raise Http404
    return session


@require_safe
def paper_form(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk, MEMBERS)
    if session.stage != Session.Stage.OPEN:
        raise Http404
    checklist, setup = load_checklist(session.checklist), setup_of(session)
    context = {
        "session": session,
        "checklist": checklist,
        "questions": paper_questions(checklist, setup),
        "promises": disclosures(round_of(session)),
    }
    form = documents.UncachedPdf("reflectie/questionnaire/paper/form.html", context)
    return conditional_file(request, form.fingerprint, form.make, "formulier-zelfreflectie.pdf")


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk, COORDINATOR)
    if request.method == "POST":
        return _save_count(request, session) if "number" in request.POST else _save_sheet(request, session)
    if not takes_answers(session):
        return _closed(request, session)
    if session.paper_sheets is None or "aantal" in request.GET:
        return _count_page(request, session, PaperCountForm(session))
    if session.paper_typed >= session.paper_sheets:
        return render(request, "reflectie/questionnaire/paper/done.html", {"session": session})
    return _entry_page(request, session, _sheet_form(session))


def _save_count(request: HttpRequest, session: Session) -> HttpResponse:
    form = PaperCountForm(session, request.POST)
    if not form.is_valid():
        return _count_page(request, session, form)
    try:
        set_paper_count(session, form.cleaned_data["number"])
    except PaperCountError:
        form.add_error("number", _("Er zijn intussen meer formulieren ingetypt. Het aantal kan niet lager zijn."))
        return _count_page(request, session, form)
    except StageError:
        return _closed(request, session)
    return HttpResponseRedirect(reverse("paper", args=[session.pk]), status=303)


def _save_sheet(request: HttpRequest, session: Session) -> HttpResponse:
    form = PaperSheetForm(session, load_checklist(session.checklist), setup_of(session), request.POST)
    if not form.is_valid():
        return _entry_page(request, session, form)
    try:
        add_paper_sheet(session, form.cleaned_data["token"], form.sheet)
    except NoPaperLeftError:
        return _entry_page(request, session, form, is_full=True)
    except StageError:
        return _closed(request, session)
    return HttpResponseRedirect(reverse("paper", args=[session.pk]), status=303)


def _sheet_form(session: Session) -> PaperSheetForm:
    return PaperSheetForm(session, load_checklist(session.checklist), setup_of(session))


def _count_page(request: HttpRequest, session: Session, form: PaperCountForm) -> HttpResponse:
    context = {"session": session, "form": form}
    return render(request, "reflectie/questionnaire/paper/count.html", context, status=422 if form.errors else 200)


def _entry_page(request: HttpRequest, session: Session, form: PaperSheetForm, *, is_full: bool = False) -> HttpResponse:
    checklist = load_checklist(session.checklist)
    context = {"session": session, "checklist": checklist, "form": form, "is_full": is_full}
    status = 409 if is_full else 422 if form.errors else 200
    return render(request, "reflectie/questionnaire/paper/entry.html", context, status=status)


def _closed(request: HttpRequest, session: Session) -> HttpResponse:
    return render(request, "reflectie/questionnaire/paper/closed.html", {"session": session}, status=409)
