"""What everybody may see: the home page, how it works, and whether the server is well."""

import logging

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from reflectie.domain.questionnaire.answers import Sheet, Value
from reflectie.domain.report.build import whirlpool_of
from reflectie.domain.rules.suppression import FLOOR
from reflectie.services.health import look_at_health
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.web.middleware import cacheable, keep_nowhere
from reflectie.web.reflection_cookie import reflection_token

logger = logging.getLogger(__name__)


@cacheable
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    checklist = published_checklist()
    context = {
        "checklist": checklist,
        "arms": whirlpool_of(checklist, [Sheet({item.key: Value.HINDERING for item in checklist.factors})]),
        "reflection_token": reflection_token(request),
        "retention_days": settings.RETENTION_DAYS,
    }
    response = render(request, "reflectie/home.html", context)
    patch_vary_headers(response, ["Cookie"])
    if context["reflection_token"]:
        keep_nowhere(response)
    return response


@cacheable
@require_safe
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


@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served: 200 or 503. Whoever has READY_TOKEN reads why not, and what to look at."""
    health = look_at_health()
    if health.failure:
        logger.error("not ready: %s", health.failure.log)
    lines = [gettext("niet klaar") if health.failure else "ok"]
    if _has_ready_token(request):
        lines += [problem.text for problem in (health.failure, *health.warnings) if problem]
    return HttpResponse(
        "\n".join(lines), status=503 if health.failure else 200, content_type="text/plain; charset=utf-8"
    )


def _has_ready_token(request: HttpRequest) -> bool:
    # In a header, since addresses come to stand in the logs of whatever is in between.
    given = request.headers.get("Authorization", "")
    return bool(settings.READY_TOKEN) and constant_time_compare(given, f"Bearer {settings.READY_TOKEN}")
