"""Sessions set beside each other: chosen, as a table, over time, and one collaboration beside another.

The choice is in the address, so that it can be kept and handed to whoever may see the same sessions.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from reflectie.access import compared_or_404, signed_in
from reflectie.domain.beside import set_teams_beside
from reflectie.domain.comparison import MAX_COMPARED, Comparison
from reflectie.domain.trends import histories
from reflectie.store import load_comparison, load_shared

# So many collaborations over time stand on one page with everything; of more, each has a page of its own for that.
MAX_IN_FULL = 3


def chosen_keys(request: HttpRequest) -> list[UUID]:
    """The sessions that the address names, each once. What is no key is no session: 404."""
    try:
        keys = list(dict.fromkeys(UUID(text) for text in request.GET.getlist("sessie")))
    except ValueError as misshapen:
        raise Http404 from misshapen
    if len(keys) > MAX_COMPARED:
        raise Http404
    return keys


def comparison_or_404(request: HttpRequest) -> Comparison:
    """The comparison that the address asks for."""
    return load_comparison(compared_or_404(request, chosen_keys(request)))


@never_cache
@require_safe
@gzip_page
def table(request: HttpRequest) -> HttpResponse:
    return _page(request, "reflectie/comparing/table.html", comparison_or_404(request), {})


@never_cache
@require_safe
@gzip_page
def over_time(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    alone = [team for team, held in comparison.by_team if len(held) == 1]
    found = histories(comparison)
    context = {"histories": found, "in_full": len(found) <= MAX_IN_FULL, "alone": alone}
    return _page(request, "reflectie/comparing/time.html", comparison, context)


@never_cache
@require_safe
@gzip_page
def beside(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    shared = {item.key: found for item, found in load_shared(signed_in(request).pk) or ()}
    context = {"beside": set_teams_beside(comparison), "shared": shared}
    return _page(request, "reflectie/comparing/beside.html", comparison, context)


def _page(request: HttpRequest, template: str, comparison: Comparison, context: dict[str, Any]) -> HttpResponse:
    query = urlencode([("sessie", session.key) for session in comparison.sessions])
    page = request.resolver_match.url_name if request.resolver_match else ""
    return render(request, template, {"comparison": comparison, "query": query, "page_name": page, **context})
