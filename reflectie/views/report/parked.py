"""The parking lot of a talk: what has to wait, put on and taken off."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reflectie.domain.report.agreements import MAX_PARKED
from reflectie.forms.report.parked import ParkForm
from reflectie.services.questionnaire.sheets import delete_on_once_saved
from reflectie.services.report.parked import TooManyParkedError, load_parked, park, unpark
from reflectie.services.sessions.rounds import StageError
from reflectie.web.report_access import FROM_TALK, RECORDED, ReportAccess, from_talk, recorded_or_404

from .done import lead_back, what_was_done

ON, OFF = "erop", "eraf"
DONE = {ON: gettext_lazy("Het staat op de parkeerplaats."), OFF: gettext_lazy("Het is van de parkeerplaats.")}


def parked(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    recorded_or_404(access)
    if request.method != "POST":
        return _page(request, access, ParkForm())
    if "off" in request.POST:
        return _take_off(request, access)
    form = ParkForm(request.POST)
    if not form.is_valid():
        return _page(request, access, form, status=422)
    try:
        park(access.session, form.cleaned_data["text"], form.cleaned_data["key"])
    except StageError:
        return _page(request, access, form, status=409)
    except TooManyParkedError:
        form.add_error(None, _("Er staan al %s onderwerpen. Haal er eerst een weg.") % MAX_PARKED)
        return _page(request, access, form, status=422)
    return lead_back(request, access, _back(request, access), ON, DONE)


def _take_off(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    try:
        unpark(access.session, UUID(request.POST["off"]))
    except ValueError:
        # No key of ours: nothing stands there by that name.
        pass
    except StageError:
        return _page(request, access, ParkForm(), status=409)
    return lead_back(request, access, _back(request, access), OFF, DONE)


def _own_url(access: ReportAccess) -> str:
    return reverse(access.talk.parked, args=[access.talk.key]) if access.talk else ""


def _back(request: HttpRequest, access: ReportAccess) -> str:
    """Where the talk is led, for who came from there; else the list."""
    return f"{access.live_url}#{RECORDED}" if from_talk(request) else _own_url(access)


def _page(request: HttpRequest, access: ReportAccess, form: ParkForm, status: int = 200) -> HttpResponse:
    context = {
        **access.context,
        "collaboration": access.session.collaboration,
        "form": form,
        "parked": load_parked(access.session),
        "may_change": access.may_talk,
        "too_late": status == 409,
        # Which one somebody asked to take off, to be sure of it.
        "asked": request.GET.get("weg", ""),
        "van": FROM_TALK if from_talk(request) else "",
        "delete_on": delete_on_once_saved(access.session),
        **what_was_done(request, access, DONE, status),
    }
    return render(request, "reflectie/report/parked.html", context, status=status)
