"""What everybody may see: the home page, how it works, and whether the server is well."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from reflectie.domain.build import draw_whirlpool
from reflectie.domain.privacy import FLOOR
from reflectie.domain.sheet import Sheet, Value
from reflectie.store import published_checklist

from .own import own_token


@login_not_required
@require_safe
@gzip_page
def home(request: HttpRequest) -> HttpResponse:
    checklist = published_checklist()
    context = {
        "arms": draw_whirlpool(checklist, [Sheet({item.key: Value.HINDERING for item in checklist.factors})]),
        "own_token": own_token(request),
        "retention_days": settings.RETENTION_DAYS,
    }
    response = render(request, "reflectie/home.html", context)
    patch_vary_headers(response, ["Cookie"])
    if context["own_token"]:
        add_never_cache_headers(response)
    return response


@login_not_required
@require_safe
@gzip_page
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "sources": published_checklist().sources,
        "retention_days": settings.RETENTION_DAYS,
        "fold_months": settings.FOLD_MONTHS,
        "floor": FLOOR,
        # PostgreSQL writes each change in files of its own first, and clears those when it likes.
        "database_keeps_journal": connection.vendor == "postgresql",
    }
    return render(request, "reflectie/about.html", context)


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """The process answers, and so does its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
