"""Paper of earlier years: the session it was of, the table to fill in, and bringing that in: looked over, then all of
it or nothing. Between the two pages the text is only in the coordinator's browser."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.imports.table_import import MAX_PROBLEMS, ImportColumn, ImportResult, Rows, preview_of, read_table
from reflectie.domain.questionnaire.answers import Sheet, fields_for, is_note
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import Mode
from reflectie.exports import CONTENT_TYPES, Format, answers_file
from reflectie.forms.imports.answer_file import MAX_BYTES
from reflectie.forms.imports.table_import import (
    ConfirmForm,
    EarlierForm,
    UploadForm,
    columns_for,
    csv_columns_for,
    name_of,
    place_of,
    said,
    say,
    too_many,
)
from reflectie.models import Session
from reflectie.presentation.wording import session_words
from reflectie.services.imports.table_import import (
    TooManySheetsError,
    delete_imported,
    import_answers,
    room_for,
    takes_sheets,
)
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import setup_of
from reflectie.services.report.reports import title_of
from reflectie.services.sessions.paper import MAX_SHEETS, takes_paper
from reflectie.services.sessions.rounds import StageError, plan_session
from reflectie.views.sessions.stages import finish_step, overtaken, too_late
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import COORDINATOR, membership_or_404, session_or_404
from reflectie.web.throttle import makes_within_limits

FORM = ["GET", "HEAD", "POST"]
# So many sheets are shown as they were read.
SHOWN = 3


@keeps_typed()
@require_http_methods(FORM)
def earlier(request: HttpRequest, pk: UUID) -> HttpResponse:
    collaboration = membership_or_404(request, pk, COORDINATOR).collaboration
    partners = list(collaboration.partners.values_list("name", flat=True))
    form = EarlierForm(partners, request.POST if request.method == "POST" else None)
    if form.is_valid() and makes_within_limits(request, form):
        session = plan_session(collaboration, form.to_plan(), form.cleaned_data["key"])
        return HttpResponseRedirect(reverse("import", args=[session.pk]), status=303)
    context = {"form": form, "collaboration": collaboration}
    return render(request, "reflectie/imports/earlier.html", context, status=422 if form.is_bound else 200)


def _session(request: HttpRequest, pk: UUID) -> Session:
    session = session_or_404(request, pk, COORDINATOR).session
    if not session.earlier and not takes_paper(session):
        raise Http404
    return session


def _columns(session: Session) -> tuple[ImportColumn, ...]:
    asked = load_checklist(session.checklist), setup_of(session)
    return (*columns_for(*asked), *csv_columns_for(*asked))


@require_safe
def template(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    if not takes_sheets(session):
        return too_late(request, session)
    columns = columns_for(load_checklist(session.checklist), setup_of(session))
    # Rows that stay empty are passed over.
    rows = min(session.paper_sheets or MAX_SHEETS, room_for(session))
    title = title_of(session)
    called = f"{session.collaboration}: {session_words(title)}"
    content = answers_file(columns, rows, called, title.day, str(session.pk))
    response = HttpResponse(content, content_type=CONTENT_TYPES[Format.XLSX])
    response["Content-Disposition"] = 'attachment; filename="invulblad.xlsx"'
    return response


@keeps_typed()
@require_http_methods(FORM)
def bring(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    if not takes_sheets(session):
        return too_late(request, session)
    if "weg" in request.GET and session.earlier:
        return _take_out(request, session)
    if request.method != "POST":
        return _page(request, session)
    return _confirm(request, session) if "rows" in request.POST else _upload(request, session)


def _upload(request: HttpRequest, session: Session) -> HttpResponse:
    is_gone = not request.FILES and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES
    form = UploadForm(_columns(session), session, request.POST, request.FILES, is_gone=is_gone)
    if not form.is_valid():
        return _page(request, session, form, status=422)
    return _look_over(request, session, _read(session, form.rows), form.rows)


def _read(session: Session, rows: Rows) -> ImportResult:
    return read_table(rows, _columns(session), MAX_SHEETS)


def _look_over(
    request: HttpRequest, session: Session, brought: ImportResult, rows: Rows, trouble: Sequence[str] = ()
) -> HttpResponse:
    """What the table comes to, or all that is wrong with it. `trouble` is why it wasn't brought in."""
    if brought.problems:
        return _wrong(request, session, brought)
    if len(brought.sheets) > (room := room_for(session)):
        return _full(request, session, room)
    checklist = load_checklist(session.checklist)
    overview = preview_of(checklist, brought.sheets)
    # In a round nobody answers that they don't agree; that number stands last.
    shown = 5 if session.mode == Mode.TOGETHER else 4
    context = _context(session) | {
        "overview": overview,
        "dimensions": [
            (part, [(item, astuple(overview.items[item.key])[:shown]) for item in part.items])
            for part in checklist.dimensions
        ],
        # A note left out is no answer left out.
        "missing": [name_of(asked) for asked in brought.missing if not is_note(asked)],
        "first": _first(brought, checklist, session),
        "first_sheets": min(SHOWN, overview.sheets),
        "confirm": ConfirmForm(session, rows=rows),
        "trouble": trouble,
    }
    return render(request, "reflectie/imports/preview.html", context, status=422 if trouble else 200)


def _first(brought: ImportResult, checklist: Checklist, session: Session) -> list[tuple[str, list[str]]]:
    """The first few sheets, a line for each question to which one of them says something."""
    sheets: Sequence[Sheet] = brought.sheets[:SHOWN]
    asked = fields_for(checklist, setup_of(session)).values()
    lines = [(name_of(one), [said(checklist, one, sheet) for sheet in sheets]) for one in asked]
    return [(name, cells) for name, cells in lines if any(cells)]


def _confirm(request: HttpRequest, session: Session) -> HttpResponse:
    form = ConfirmForm(session, request.POST)
    is_fine = form.is_valid()
    rows = form.cleaned_data.get("rows", [])
    brought = _read(session, rows)
    if not is_fine or brought.problems:
        return _look_over(request, session, brought, rows, [str(error) for error in form.errors.get("token", ())])
    try:
        import_answers(session, form.cleaned_data["token"], brought.sheets)
    except TooManySheetsError as error:
        return _full(request, session, error.args[0])
    except StageError:
        return overtaken(request, session)
    number = len(brought.sheets)
    messages.success(request, ngettext("%s formulier ingevoerd.", "%s formulieren ingevoerd.", number) % number)
    return HttpResponseRedirect(reverse("session", args=[session.pk]), status=303)


def _wrong(request: HttpRequest, session: Session, brought: ImportResult) -> HttpResponse:
    example = next(column.title for column in _columns(session) if column.asked and column.asked.item)
    problems = [(place_of(problem), say(problem, example)) for problem in brought.problems]
    return _page(request, session, status=422, problems=problems, more=len(problems) >= MAX_PROBLEMS)


def _full(request: HttpRequest, session: Session, room: int) -> HttpResponse:
    return _page(request, session, status=422, problems=[("", too_many(room))], is_full=True)


def _context(session: Session) -> dict[str, Any]:
    there = session.responses.count() if session.earlier else session.paper_typed
    return {"session": session, "collaboration": session.collaboration, "there": there}


def _page(
    request: HttpRequest, session: Session, form: UploadForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    form = form or UploadForm(_columns(session), session)
    context = _context(session) | {"form": form, "room": room_for(session), **more}
    return render(request, "reflectie/imports/page.html", context, status=status)


def _take_out(request: HttpRequest, session: Session) -> HttpResponse:
    if request.method == "POST":
        return finish_step(request, session, lambda: delete_imported(session))
    return render(request, "reflectie/imports/take_out.html", _context(session))
