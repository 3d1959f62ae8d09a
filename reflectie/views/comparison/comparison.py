"""Sessions set beside each other: chosen, as a table, over time, and one collaboration beside another.

The choice is in the address, so that it can be kept and handed to whoever may see the same sessions.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reflectie.domain.comparison.across_teams import compare_teams
from reflectie.domain.comparison.comparison import MAX_COMPARED, Comparison, Order
from reflectie.domain.comparison.history import MAX_IN_FULL, histories
from reflectie.forms.comparison.comparison import WantedForm
from reflectie.models import Session
from reflectie.presentation.findings import FINDINGS
from reflectie.services.comparison.comparisons import (
    comparable_collaborations,
    comparable_sessions,
    load_comparison,
    load_counted,
)
from reflectie.services.sharing import load_shared
from reflectie.web.permissions import compared_or_404, signed_in

# So many collaborations on a page to choose from, each with all of its sessions.
PAGE_SIZE = 20

View = Callable[[HttpRequest], HttpResponse]


def named_keys(request: HttpRequest) -> list[UUID]:
    """The sessions that the address names, each once, however many. What is no key is no session: 404."""
    try:
        return list(dict.fromkeys(UUID(text) for text in request.GET.getlist("sessie")))
    except ValueError as misshapen:
        raise Http404 from misshapen


def chosen_keys(request: HttpRequest) -> list[UUID]:
    """The sessions that the address names, each once: no more than can stand beside each other."""
    keys = named_keys(request)
    if len(keys) > MAX_COMPARED:
        raise Http404
    return keys


def comparison_or_404(request: HttpRequest) -> Comparison:
    """The comparison that the address asks for."""
    return load_comparison(compared_or_404(request, chosen_keys(request)))


def query_of(keys: Iterable[object]) -> str:
    """A choice of sessions, as an address holds it."""
    return urlencode([("sessie", key) for key in keys])


def as_many_as_fit(view: View) -> View:
    """Whoever chose nothing, or more than fits, is told so where sessions are chosen, and keeps the choice."""

    @wraps(view)
    def told(request: HttpRequest) -> HttpResponse:
        keys = named_keys(request)
        if 0 < len(keys) <= MAX_COMPARED:
            return view(request)
        return redirect(f"{reverse('compare')}?{urlencode({'vergelijk': 1})}&{query_of(keys)}")

    return told


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The sessions to choose from, with those chosen ticked. "Vergelijk" comes here too, so that what doesn't fit is
    said beside the choice; what fits goes on to the table."""
    keys = named_keys(request)
    chosen = compared_or_404(request, keys) if keys else []
    if "toon-alles" in request.GET:
        return redirect(f"{reverse('compare')}?{query_of(keys)}")
    goes_on = "vergelijk" in request.GET
    if goes_on and 0 < len(keys) <= MAX_COMPARED:
        return redirect(f"{reverse('compare-table')}?{query_of(keys)}")
    form = WantedForm(request.GET, list(comparable_collaborations(signed_in(request).pk)))
    context = {"form": form, "chosen": set(keys), "limit": MAX_COMPARED, **_found(request, form, chosen)}
    context["trouble"] = ("many" if keys else "none") if goes_on else ""
    context["over"] = len(keys) - MAX_COMPARED
    is_wrong = goes_on or not form.is_valid()
    return render(request, "reflectie/comparison/choose.html", context, status=422 if is_wrong else 200)


def _found(request: HttpRequest, form: WantedForm, chosen: list[Session]) -> dict[str, Any]:
    """What the search found, a page of it, and what was chosen that isn't on it."""
    sessions = list(comparable_sessions(signed_in(request).pk, form.wanted))
    groups = [list(group) for _, group in groupby(sessions, lambda session: session.collaboration_id)]
    page = Paginator(groups, PAGE_SIZE).get_page(request.GET.get("pagina"))
    shown = [session for group in page for session in group]
    keys = {session.pk for session in shown}
    beyond = [session for session in chosen if session.pk not in keys]
    counted = load_counted([*shown, *beyond])
    return {
        "page": page,
        "groups": [[(session, counted[session.pk]) for session in group] for group in page],
        "beyond": [(session, counted[session.pk]) for session in beyond],
        "found": len(sessions),
        # What fits on a page is there to tick; on a phone the search would push it out of sight.
        "is_open": form.narrows or page.has_other_pages(),
    }


@require_safe
@as_many_as_fit
def table(request: HttpRequest) -> HttpResponse:
    order = Order.HURT if request.GET.get("orde") == "knelt" else Order.DIMENSION
    context = {
        "order": order,
        "by_dimension": order is Order.DIMENSION,
        "unfolded": request.GET.get("open", ""),
        "meanings": [(found, said.meaning) for found, said in FINDINGS.items()],
    }
    # A script that has the page asks for the row alone.
    template = "row" if "rij" in request.GET else "table"
    return _page(request, f"reflectie/comparison/{template}.html", comparison_or_404(request), context)


@require_safe
@as_many_as_fit
def over_time(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    alone = [team for team, held in comparison.by_team if len(held) == 1]
    found = histories(comparison)
    context = {"histories": found, "in_full": len(found) <= MAX_IN_FULL, "alone": alone}
    return _page(request, "reflectie/comparison/history.html", comparison, context)


@require_safe
@as_many_as_fit
def beside(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    shared = {item.key: found for item, found in load_shared(signed_in(request).pk) or ()}
    context = {"beside": compare_teams(comparison), "shared": shared}
    return _page(request, "reflectie/comparison/across_teams.html", comparison, context)


def _page(request: HttpRequest, template: str, comparison: Comparison, context: dict[str, Any]) -> HttpResponse:
    query = query_of(session.key for session in comparison.sessions)
    page = request.resolver_match.url_name if request.resolver_match else ""
    return render(request, template, {"comparison": comparison, "query": query, "page_name": page, **context})
