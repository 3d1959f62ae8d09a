"""What a team takes into the meeting: the conversation guide, and the worksheet "opnieuw opbouwen"."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reflectie.domain.meeting.guide import LENGTHS, USUAL_LENGTH, build_guide
from reflectie.domain.meeting.worksheet import build_worksheet
from reflectie.domain.report.report import Report
from reflectie.models import Session
from reflectie.services.report.reports import load_report
from reflectie.web.permissions import SessionAccess, member_report_or_404, readable_session_or_404
from reflectie.web.responses import page_of


@require_safe
def guide(request: HttpRequest, token: str) -> HttpResponse:
    """The conversation guide, for whoever holds the link to read."""
    return _guide(request, load_report(readable_session_or_404(token)), {"token": token}, "reader")


@require_safe
def session_guide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The conversation guide, for a collaboration's members."""
    access = member_report_or_404(request, pk)
    return _guide(request, load_report(access.session), *_seen_by(access))


@require_safe
def rebuild(request: HttpRequest, token: str) -> HttpResponse:
    """The worksheet, for whoever holds the link to read."""
    return _rebuild(request, load_report(readable_session_or_404(token)), {"token": token}, "reader")


@require_safe
def session_rebuild(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The worksheet, for a collaboration's members."""
    access = member_report_or_404(request, pk)
    return _rebuild(request, load_report(access.session), *_seen_by(access))


def _seen_by(access: SessionAccess) -> tuple[dict[str, Any], str]:
    """What a member's page has beside a reader's, and a mark that tells such pages apart."""
    stage = access.session.stage
    talks = stage == Session.Stage.DISCUSSION
    context = {"session": access.session, "may_talk": talks, "may_conclude": talks and access.is_coordinator}
    return context, f"{access.role}-{stage}"


def _guide(request: HttpRequest, report: Report, context: dict[str, Any], seen_by: str) -> HttpResponse:
    minutes = minutes_asked(request)
    context = {"guide": build_guide(report, minutes), "lengths": LENGTHS, **context}
    return page_of(request, "reflectie/meeting/page.html", report, context, f"{minutes}-{seen_by}")


def _rebuild(request: HttpRequest, report: Report, context: dict[str, Any], seen_by: str) -> HttpResponse:
    context = {"sheets": build_worksheet(report), **context}
    return page_of(request, "reflectie/meeting/worksheet/page.html", report, context, seen_by)


def minutes_asked(request: HttpRequest) -> int:
    """How long the meeting takes, by the address; the usual length when it says nothing that we have an agenda for."""
    asked = request.GET.get("duur", "")
    return next((minutes for minutes in LENGTHS if str(minutes) == asked), USUAL_LENGTH)
