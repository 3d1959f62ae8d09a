"""What a team takes into the meeting: the conversation guide, and the worksheet "opnieuw opbouwen"."""

from django.http import HttpRequest, HttpResponse

from reflectie.domain.meeting.guide import LENGTHS, USUAL_LENGTH, build_guide
from reflectie.domain.meeting.worksheet import build_worksheet
from reflectie.services.report.reports import load_report
from reflectie.web.report_access import ReportAccess
from reflectie.web.responses import conditional_page


def guide(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    """The conversation guide."""
    report, minutes = load_report(access.session), minutes_asked(request)
    context = {"guide": build_guide(report, minutes), "lengths": LENGTHS, **access.context}
    return conditional_page(request, "reflectie/meeting/page.html", report, context, f"{minutes}-{access.seen_by}")


def rebuild(request: HttpRequest, access: ReportAccess) -> HttpResponse:
    """The worksheet."""
    report = load_report(access.session)
    context = {"sheets": build_worksheet(report), **access.context}
    return conditional_page(request, "reflectie/meeting/worksheet/page.html", report, context, access.seen_by)


def minutes_asked(request: HttpRequest) -> int:
    """How long the meeting takes, by the address; the usual length when it says nothing that we have an agenda for."""
    asked = request.GET.get("duur", "")
    return next((minutes for minutes in LENGTHS if str(minutes) == asked), USUAL_LENGTH)
