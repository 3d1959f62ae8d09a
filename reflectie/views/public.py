"""What everybody may see: the home page, an example, how it works, and whether the server is well."""

import logging
from functools import partial

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from reflectie.counters import totals
from reflectie.domain.rules.suppression import FLOOR
from reflectie.exports.prometheus import PROMETHEUS, prometheus_text
from reflectie.forms.questionnaire.start import StartForm
from reflectie.pdf import documents
from reflectie.services.example import example_report
from reflectie.services.figures import site_figures
from reflectie.services.health import look_at_health
from reflectie.services.hosting.backups import backup_days
from reflectie.services.mail import host_sends_mail
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.views.report.report import ARTICLE, PAGE
from reflectie.web.middleware import cacheable
from reflectie.web.reflection_cookie import reflection_token
from reflectie.web.report_access import OF_EXAMPLE, ReportLinks
from reflectie.web.responses import conditional_file, conditional_page, dated_name, making
from reflectie.web.throttle import COUNTED_FOR

logger = logging.getLogger(__name__)


# Whoever has the page has a form to begin with, and is the only one who has that: it is kept nowhere.
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    found = example_report()
    context = {
        "checklist": found.checklist,
        "example": found,
        "start": StartForm(),
        "reflection_token": reflection_token(request),
        "retention_days": settings.RETENTION_DAYS,
    }
    return render(request, "reflectie/home.html", context)


@require_safe
def example(request: HttpRequest) -> HttpResponse:
    """What comes out, before anybody begins: a report that is nobody's."""
    context = {"links": ReportLinks(OF_EXAMPLE), "example": True}
    return conditional_page(request, PAGE, example_report(), context, "example", shared=ARTICLE)


@require_safe
def example_pdf(request: HttpRequest) -> HttpResponse:
    found = example_report()
    if "wacht" in request.GET and not documents.example_is_kept(found):
        return making(request, request.path, reverse("example"))
    make, name = partial(documents.example_pdf, found), dated_name("voorbeeld", found.changed_on)
    return conditional_file(request, documents.fingerprint(found), make, name)


@cacheable
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    context = {"retention_days": settings.RETENTION_DAYS, "floor": FLOOR}
    return render(request, "reflectie/help.html", context)


@cacheable
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "sources": published_checklist().sources,
        "retention_days": settings.RETENTION_DAYS,
        "fold_months": settings.FOLD_MONTHS,
        "floor": FLOOR,
        "activity_days": settings.ACTIVITY_DAYS,
        "counted_days": COUNTED_FOR.days,
        "sends_mail": host_sends_mail(),
        # PostgreSQL writes each change in files of its own first, and clears those when it likes.
        "database_keeps_journal": connection.vendor == "postgresql",
        "backup_days": backup_days(),
    }
    return render(request, "reflectie/about.html", context)


@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """How busy the site is, for Prometheus. Whoever hasn't METRICS_TOKEN doesn't learn that it is here."""
    if not _has_token(request, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(prometheus_text(totals(), site_figures()), content_type=PROMETHEUS)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served: 200 or 503. Whoever has READY_TOKEN reads why not, and what to look at."""
    health = look_at_health()
    if health.failure:
        logger.error("not ready: %s", health.failure.log)
    lines = [gettext("niet klaar") if health.failure else "ok"]
    if _has_token(request, settings.READY_TOKEN):
        lines += [problem.text for problem in (health.failure, *health.warnings) if problem]
    return HttpResponse(
        "\n".join(lines), status=503 if health.failure else 200, content_type="text/plain; charset=utf-8"
    )


def _has_token(request: HttpRequest, token: str) -> bool:
    # In a header, since addresses come to stand in the logs of whatever is in between.
    given = request.headers.get("Authorization", "")
    return bool(token) and constant_time_compare(given, f"Bearer {token}")
