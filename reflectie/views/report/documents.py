"""What is made of a report to print and hand around: for a collaboration's members, and for who has the link."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reflectie.models import Session
from reflectie.pdf import documents
from reflectie.services.report.reports import load_report
from reflectie.views.meeting.guide import minutes_asked
from reflectie.web.permissions import member_report_or_404, readable_session_or_404
from reflectie.web.responses import dated_name, kind_of, made_file


@require_safe
def report_pdf(request: HttpRequest, token: str) -> HttpResponse:
    return _send(request, readable_session_or_404(token), documents.REPORT)


@require_safe
def document(request: HttpRequest, token: str, kind: documents.Kind) -> HttpResponse:
    return _send(request, readable_session_or_404(token), _wanted(request, kind))


@require_safe
def session_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _send(request, member_report_or_404(request, pk).session, documents.REPORT)


@require_safe
def session_document(request: HttpRequest, pk: UUID, kind: documents.Kind) -> HttpResponse:
    return _send(request, member_report_or_404(request, pk).session, _wanted(request, kind))


def _wanted(request: HttpRequest, kind: documents.Kind) -> documents.Document:
    return documents.Document(kind, minutes_asked(request))


def _send(request: HttpRequest, session: Session, wanted: documents.Document) -> HttpResponse:
    found = load_report(session)
    mark = documents.pdf_key(session, found, wanted)
    name = kind_of(session) if wanted.kind is documents.Kind.REPORT else wanted.name
    make = partial(documents.report_pdf, session.pk, found, wanted)
    return made_file(request, mark, make, dated_name(name, found.changed_on))
