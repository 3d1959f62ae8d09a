"""The parking lot of a talk: what has to wait, put on and taken off."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reflectie.domain.report.agreements import MAX_PARKED
from reflectie.forms.report.parked import ParkForm
from reflectie.models import OPENED, Session
from reflectie.services.report.parked import TooManyParkedError, load_parked, park, unpark
from reflectie.services.sessions.rounds import StageError
from reflectie.web.errors import keeps_typed
from reflectie.web.permissions import member_report_or_404


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
def parked(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = member_report_or_404(request, pk).session
    if session.stage not in OPENED:
        raise Http404
    if request.method != "POST":
        return _page(request, session, ParkForm())
    if "off" in request.POST:
        return _take_off(request, session)
    form = ParkForm(request.POST)
    if not form.is_valid():
        return _page(request, session, form, status=422)
    try:
        park(session, form.cleaned_data["text"], form.cleaned_data["key"])
    except StageError:
        return _page(request, session, form, status=409)
    except TooManyParkedError:
        form.add_error(None, _("Er staan al %s onderwerpen. Haal er eerst een weg.") % MAX_PARKED)
        return _page(request, session, form, status=422)
    messages.success(request, _("Het staat op de parkeerplaats."))
    return HttpResponseRedirect(reverse("parked", args=[pk]), status=303)


def _take_off(request: HttpRequest, session: Session) -> HttpResponse:
    try:
        unpark(session, UUID(request.POST["off"]))
    except ValueError:
        # No key of ours: nothing stands there by that name.
        pass
    except StageError:
        return _page(request, session, ParkForm(), status=409)
    messages.success(request, _("Het is van de parkeerplaats."))
    return HttpResponseRedirect(reverse("parked", args=[session.pk]), status=303)


def _page(request: HttpRequest, session: Session, form: ParkForm, status: int = 200) -> HttpResponse:
    context = {
        "session": session,
        "collaboration": session.collaboration,
        "form": form,
        "parked": load_parked(session),
        "may_change": session.stage == Session.Stage.DISCUSSION,
        "too_late": status == 409,
        # Which one somebody asked to take off, to be sure of it.
        "asked": request.GET.get("weg", ""),
    }
    return render(request, "reflectie/report/parked.html", context, status=status)
