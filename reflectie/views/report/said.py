"""What a team said in its talk, on one page: what came of it, and what nobody named."""

from django.http import HttpRequest, HttpResponse

from reflectie.services.report.reports import load_report
from reflectie.web.report_access import ReportAccess
from reflectie.web.responses import conditional_page


def said(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    report = load_report(access.session)
    return conditional_page(request, "reflectie/report/said/page.html", report, access.context, access.seen_by)
