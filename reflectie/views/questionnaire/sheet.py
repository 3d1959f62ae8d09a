"""The sheet's page and its saving: the same for who holds a link of their own and for who takes part in a round."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from reflectie.domain.setup import Mode
from reflectie.forms.questionnaire.sheet import SheetForm, progress, render_open_items, render_whirlpool
from reflectie.models import Response, Session
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.sheets import (
    Filling,
    SessionClosedError,
    SessionFullError,
    load_filling,
    save_fields,
    setup_of,
)

# In the address of a sheet: its page asks whether one is done without any answer; in what that page sends: one is sure.
ASKS, SURE = "leeg", "toch"


@dataclass(frozen=True)
class Place:
    """Where a sheet is filled in: its session, what opens it, and what differs by who fills it in."""

    session: Session
    response: Response | None
    token_hash: str
    url: str
    # Where finishing leads, and what the button says.
    finish_url: str
    finish_label: str | Promise
    # What stands above the questions: a template, and what it needs.
    intro: str
    context: dict[str, Any] = field(default_factory=dict)
    # Whether a first answer may make the sheet.
    may_begin: bool = False
    # What the browser keeps unsent answers under: no two people's on one device.
    keep_as: str = ""
    # With what the marks begin of whoever may see what is kept so; nothing where nobody may.
    owner: str = ""


def show_sheet(request: HttpRequest, place: Place) -> HttpResponse:
    """The page to fill in, or, when the session takes no more answers, what to do instead."""
    filling = load_filling(place.session, place.response)
    form = SheetForm(filling.checklist, filling.setup)
    if not filling.is_open:
        return show_closed(request, place, form)
    form.sheet = filling.sheet
    if ASKS in request.GET and not filling.finished and not filling.sheet.answered(filling.checklist):
        return _ask_whether_empty(request, place, filling)
    return _page(request, place, form, filling)


def _ask_whether_empty(request: HttpRequest, place: Place, filling: Filling) -> HttpResponse:
    """Somebody pressed the last button without a single answer: what that comes to, before it does."""
    context = {
        "place": place,
        "begun": filling.begun,
        "mode": filling.setup.mode.value,
        "is_round": filling.setup.mode.is_round,
        "total": len(filling.checklist.items),
        "sure": SURE,
        **place.context,
    }
    return render(request, "reflectie/questionnaire/empty.html", context)


def save_sheet(request: HttpRequest, place: Place) -> HttpResponse:
    """One changed answer, sent by itself, or the whole page: what is valid is saved, what isn't comes back."""
    form = SheetForm(load_checklist(place.session.checklist), setup_of(place.session), request.POST)
    posted = form.posted()
    finish = "finish" in request.POST and not form.errors
    try:
        saved = save_fields(
            place.session,
            place.token_hash,
            posted,
            finish=finish,
            even_empty=SURE in request.POST,
            may_begin=place.may_begin,
        )
    except SessionClosedError:
        return show_closed(request, place, form)
    except SessionFullError:
        text = _("Er zijn al heel veel bladen begonnen, meer dan er mensen zijn. Zeg het aan de coördinator.")
        return refuse(request, place, form, _("Deze ronde is vol"), text)
    form.settle(saved)
    if form.status == 200 and finish:
        return _redirect(request, place.finish_url if saved.filling.finished else f"{place.url}?{ASKS}")
    if request.htmx:  # type: ignore[attr-defined]
        return _fragments(request, form, saved.filling)
    if form.status == 200:
        return HttpResponseRedirect(f"{place.url}?bewaard={_now()}#bar", status=303)
    return _page(request, place, form, saved.filling)


def _page(request: HttpRequest, place: Place, form: SheetForm, filling: Filling) -> HttpResponse:
    context = {
        "form": form,
        "filling": filling,
        "place": place,
        "together": filling.setup.mode is Mode.TOGETHER,
        "progress": progress(filling.checklist, filling.sheet),
        "open_items": render_open_items(filling.checklist, filling.sheet, is_round=filling.setup.mode.is_round),
        "saved_at": _saved_at(request),
        "trouble": form.trouble(),
        "begun": filling.begun,
        **place.context,
    }
    return render(request, "reflectie/questionnaire/page.html", context, status=form.status)


def _now() -> str:
    return time_format(timezone.localtime(), "H:i")


def _saved_at(request: HttpRequest) -> str:
    """The time that the address carries after a save without JavaScript. It is in no database."""
    found = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", request.GET.get("bewaard", ""))
    return found[0] if found and request.method == "GET" else ""


def _fragments(request: HttpRequest, form: SheetForm, filling: Filling) -> HttpResponse:
    """The parts of the page that a save changes. The controls stay as they are under the person's fingers."""
    touched = form.touched()
    has_factor = any((item := form.known[name].item) and item.words for name in touched)
    context = {
        "form": form,
        "begun": filling.begun,
        "redrawn": form.render_controls(),
        "states": [form.state(name, drawn=False) for name in touched],
        "progress": progress(form.checklist, form.sheet),
        "saved_at": _now() if form.status == 200 else "",
        "trouble": form.trouble(),
        "open_items": render_open_items(form.checklist, form.sheet, is_round=form.setup.mode.is_round, swap=True),
        "whirlpool": render_whirlpool(form.checklist, form.sheet, swap=True) if has_factor else "",
    }
    return render(request, "reflectie/questionnaire/saved.html", context, status=form.status)


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url, status=303)


def show_closed(request: HttpRequest, place: Place, form: SheetForm) -> HttpResponse:
    """The session takes no more answers."""
    is_round = Mode(place.session.mode).is_round
    heading = _("De ronde is gesloten") if is_round else _("Deze reflectie is gesloten")
    return refuse(request, place, form, heading, _("Er kan niets meer bij. Wat eerder bewaard was, telt mee."))


def refuse(
    request: HttpRequest, place: Place, form: SheetForm, heading: str, text: str, *, forget: str | None = None
) -> HttpResponse:
    """Nothing of what was posted is saved, and the page says why. What was typed stays in sight, unless somebody else
    may be looking by now: then what the browser keeps under the mark `forget` goes."""
    context = {
        "heading": heading,
        "text": text,
        "is_shown": forget is None,
        "given": form.given(),
        "owner": place.owner,
        "forget": forget,
        **place.context,
    }
    return render(request, "reflectie/questionnaire/closed.html", context, status=409)
