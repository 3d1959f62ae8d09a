"""The sheet's page and its saving: the same for who holds a link of their own and for who takes part in a round."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from reflectie.domain.setup import Mode
from reflectie.forms.questionnaire.sheet import SheetForm
from reflectie.models import Session
from reflectie.presentation.questionnaire import given_in_words
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import (
    Filling,
    SessionClosedError,
    SessionFullError,
    save_fields,
    setup_of,
)

from .sheet_page import SheetPage

# In the address of a sheet: its page asks whether one is done without any answer; in what that page sends: one is sure.
ASKS, SURE = "leeg", "toch"


@dataclass(frozen=True)
class SheetContext:
    """Where a sheet is filled in: its session, what opens it, and what differs by who fills it in."""

    session: Session
    token_hash: str
    url: str
    # Where finishing leads, and what the button says.
    finish_url: str
    finish_label: str | Promise
    # What stands above the questions: a template, and what all of its pages need. Most saves draw none of them.
    intro: str
    context: Callable[[], dict[str, Any]]
    # Whether a first answer may make the sheet.
    may_begin: bool = False
    # What the browser keeps unsent answers under: no two people's on one device.
    draft_key: str = ""

    def read_form(self, data: QueryDict | None = None) -> SheetForm:
        """What was sent of the sheet, read and checked."""
        return SheetForm(load_checklist(self.session.checklist), setup_of(self.session), data)


def show_sheet(request: HttpRequest, sheet: SheetContext, filling: Filling) -> HttpResponse:
    """The page to fill in, or, when the session takes no more answers, what to do instead."""
    form = sheet.read_form()
    if not filling.is_open:
        return show_closed(request, sheet, form)
    if ASKS in request.GET and not filling.finished and not filling.sheet.answered(filling.checklist):
        return _ask_whether_empty(request, sheet, filling)
    return _whole_page(request, sheet, SheetPage(form, filling.sheet), filling)


def _ask_whether_empty(request: HttpRequest, sheet: SheetContext, filling: Filling) -> HttpResponse:
    """Somebody pressed the last button without a single answer: what that comes to, before it does."""
    context = {
        "place": sheet,
        "begun": filling.begun,
        "mode": filling.setup.mode.value,
        "is_round": filling.setup.mode.is_round,
        "total": len(filling.checklist.items),
        "sure": SURE,
        **sheet.context(),
    }
    return render(request, "reflectie/questionnaire/empty.html", context)


def save_sheet(request: HttpRequest, sheet: SheetContext) -> HttpResponse:
    """One changed answer, sent by itself, or the whole page: what is valid is saved, what isn't comes back."""
    form = sheet.read_form(request.POST)
    finish = "finish" in request.POST and not form.errors
    try:
        saved = save_fields(
            sheet.session,
            sheet.token_hash,
            form.posted,
            finish=finish,
            even_empty=SURE in request.POST,
            may_begin=sheet.may_begin,
        )
    except SessionClosedError:
        return show_closed(request, sheet, form)
    except SessionFullError:
        text = _("Er zijn al heel veel bladen begonnen, meer dan er mensen zijn. Zeg het aan de coördinator.")
        return refuse(request, sheet, form, _("Deze ronde is vol"), text)
    page = SheetPage(form, saved.filling.sheet, saved.conflicts)
    if page.status == 200 and finish:
        return _redirect(request, sheet.finish_url if saved.filling.finished else f"{sheet.url}?{ASKS}")
    if request.htmx:  # type: ignore[attr-defined]
        return _fragments(page, saved.filling)
    if page.status == 200:
        return HttpResponseRedirect(f"{sheet.url}?bewaard={_now()}#bar", status=303)
    return _whole_page(request, sheet, page, saved.filling)


def _whole_page(request: HttpRequest, sheet: SheetContext, page: SheetPage, filling: Filling) -> HttpResponse:
    context = {
        **_parts(page, filling),
        "filling": filling,
        "place": sheet,
        "together": filling.setup.mode is Mode.TOGETHER,
        "begins": not filling.sheet.answered(filling.checklist),
        "open_items": page.render_open_items(),
        "finish": page.neighbours(filling.checklist.dimensions[-1].key),
        "last": page.neighbours(page.rubrics[-1][0]),
        "saved_at": _saved_at(request),
        **sheet.context(),
        # Where finishing leads is the report of a sheet that is the only one.
        "report_url": sheet.finish_url if filling.finished and not filling.setup.mode.is_round else "",
    }
    return render(request, "reflectie/questionnaire/page.html", context, status=page.status)


def _parts(page: SheetPage, filling: Filling) -> dict[str, Any]:
    """What the whole page shows, and what changes on it with each save."""
    return {
        "form": page.form,
        "page": page,
        "progress": page.progress(),
        "trouble": page.trouble(),
        "begun": filling.begun,
    }


def _now() -> str:
    return time_format(timezone.localtime(), "H:i")


def _saved_at(request: HttpRequest) -> str:
    """The time that the address carries after a save without JavaScript. It is in no database."""
    found = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", request.GET.get("bewaard", ""))
    return found[0] if found and request.method == "GET" else ""


def _fragments(page: SheetPage, filling: Filling) -> HttpResponse:
    """The parts of the page that a save changes. The controls stay as they are under the person's fingers."""
    context = {
        **_parts(page, filling),
        "redrawn": page.render_controls(),
        "states": page.states(),
        "open_items": page.render_open_items(swap=True),
        "saved_at": _now() if page.status == 200 else "",
        "whirlpool": page.render_new_whirlpool(),
    }
    # Nothing in it asks who is there, as whole pages do.
    return HttpResponse(render_to_string("reflectie/questionnaire/saved.html", context), status=page.status)


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url, status=303)


def show_closed(request: HttpRequest, sheet: SheetContext, form: SheetForm) -> HttpResponse:
    """The session takes no more answers."""
    is_round = Mode(sheet.session.mode).is_round
    heading = _("De ronde is gesloten") if is_round else _("Deze reflectie is gesloten")
    return refuse(request, sheet, form, heading, _("Er kan niets meer bij. Wat eerder bewaard was, telt mee."))


def refuse(
    request: HttpRequest, sheet: SheetContext, form: SheetForm, heading: str, text: str, *, forget: str | None = None
) -> HttpResponse:
    """Nothing of what was posted is saved, and the page says why. What was typed stays in sight, unless somebody else
    may be looking by now: then what the browser keeps under the mark `forget` goes."""
    context = {
        "heading": heading,
        "text": text,
        "is_shown": forget is None,
        "given": given_in_words(form.checklist, form.known, form.values),
        "forget": forget,
        **sheet.context(),
    }
    return render(request, "reflectie/questionnaire/closed.html", context, status=409)
