"""What is made of a report to print and hand around: for a collaboration's members, and for who has the link."""

from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reflectie import pdf
from reflectie.access import member_report_or_404, readable_session_or_404
from reflectie.models import Session
from reflectie.store import load_report

from .guide import minutes_asked
from .made import dated_name, kind_of, made_file


@login_not_required
@require_safe
def report_pdf(request: HttpRequest, token: str) -> HttpResponse:
    return _send(request, readable_session_or_404(token), pdf.REPORT)


@login_not_required
@require_safe
def document(request: HttpRequest, token: str, kind: pdf.Kind) -> HttpResponse:
    return _send(request, readable_session_or_404(token), _wanted(request, kind))


@require_safe
def session_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _send(request, member_report_or_404(request, pk).session, pdf.REPORT)


@require_safe
def session_document(request: HttpRequest, pk: UUID, kind: pdf.Kind) -> HttpResponse:
    return _send(request, member_report_or_404(request, pk).session, _wanted(request, kind))


def _wanted(request: HttpRequest, kind: pdf.Kind) -> pdf.Document:
    return pdf.Document(kind, minutes_asked(request))


def _send(request: HttpRequest, session: Session, wanted: pdf.Document) -> HttpResponse:
    found = load_report(session)
    mark = pdf.pdf_key(session, found, wanted)
    name = kind_of(session) if wanted.kind is pdf.Kind.REPORT else wanted.name
    make = partial(pdf.report_pdf, session.pk, found, wanted)
    return made_file(request, mark, make, dated_name(name, found.changed_on))
