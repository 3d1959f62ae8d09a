"""Signals: obstacles that recur across collaborations, for everybody with an account; who takes part; which notes may
be quoted."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reflectie.domain.questionnaire.answers import note_name
from reflectie.domain.signals import ALL, counts_from
from reflectie.domain.text import same_text
from reflectie.models import OPENED, Role, Session
from reflectie.pdf import documents
from reflectie.services.clock import today
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.rounds import StageError
from reflectie.services.signals import load_signals, release_note, released_notes, set_signals_opt_in
from reflectie.web.permissions import COORDINATOR, MEMBERS, membership_or_404, session_or_404
from reflectie.web.responses import conditional_file

# A year as people write it.
YEAR_SIGNS = 4


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address asks of what is published: a year, the last one unless it is named, and a label."""
    published = load_signals()
    asked = request.GET.get("jaar", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) == YEAR_SIGNS):
        raise Http404
    year = int(asked) if asked else next(iter(published.years), 0)
    label = same_text(request.GET.get("label", ALL))
    names = published.years[year].names if year in published.years else {}
    return {
        "found": published.of(published_checklist(), year, label),
        "year": year,
        "label": label,
        "years": list(published.years),
        "names": names,
        "partition": settings.SIGNAL_LABEL,
        "invented": published.invented,
    }


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "reflectie/signals/page.html", _asked(request))


@require_safe
def signals_pdf(request: HttpRequest) -> HttpResponse:
    context = _asked(request)
    if context["found"] is None:
        raise Http404
    made = documents.UncachedPdf("reflectie/signals/pdf.html", context)
    return conditional_file(request, made.fingerprint, made.make, f"signaal-{context['year']}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
def collaboration_signals(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether a collaboration takes part: switched by its coordinators, read by its facilitators too."""
    membership = membership_or_404(request, pk, COORDINATOR if request.method == "POST" else MEMBERS)
    collaboration = membership.collaboration
    if request.method == "POST":
        on = request.POST.get("meedoen") == "ja"
        set_signals_opt_in(collaboration, on=on)
        messages.success(request, _("Deze samenwerking doet mee.") if on else _("Deze samenwerking doet niet mee."))
        return HttpResponseRedirect(reverse("collaboration-signals", args=[pk]), status=303)
    since = collaboration.signals_from
    context = {
        "collaboration": collaboration,
        "is_coordinator": membership.role == Role.COORDINATOR,
        "from": counts_from(since or today()),
        "counts": since is not None and counts_from(since) <= today(),
        "partition": settings.SIGNAL_LABEL,
        "own_label": getattr(collaboration, settings.SIGNAL_LABEL),
    }
    return render(request, "reflectie/signals/collaboration.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def quotes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The notes of a session, to release one by one."""
    session = session_or_404(request, pk, COORDINATOR).session
    if session.stage not in OPENED or not session.told_of_signals:
        raise Http404
    if request.method == "POST":
        return _release(request, session)
    released = released_notes(session)
    found: dict[str, list[tuple[str, bool]]] = {}
    report = load_report(session)
    for item, note in report.notes:
        texts = found.setdefault(item.item.key, [])
        # Who wrote it stands in the report of a round by name, and never here. The same words stand once.
        line = (note.text, (note_name(item.item.key), note.text) in released)
        if line not in texts:
            texts.append(line)
    context = {
        "session": session,
        "collaboration": session.collaboration,
        "items": [(report.checklist.by_key[key], texts) for key, texts in found.items()],
        "number": len(released),
    }
    return render(request, "reflectie/signals/quotes.html", context)


def _release(request: HttpRequest, session: Session) -> HttpResponse:
    field, mark = request.POST.get("veld", ""), request.POST.get("merk", "")
    try:
        found = release_note(session, field, mark, release=request.POST.get("vrijgeven") == "ja")
    except StageError as closed:
        raise Http404 from closed
    if not found:
        messages.warning(request, _("Die notitie staat niet meer in het verslag."))
    place = f"#notitie-{mark}" if found else ""
    return HttpResponseRedirect(f"{reverse('quotes', args=[session.pk])}{place}", status=303)
