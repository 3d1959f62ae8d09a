"""What is made of a report to print and hand around."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from reflectie.pdf import documents
from reflectie.services.report.reports import load_report
from reflectie.views.meeting.guide import minutes_asked
from reflectie.web.report_access import ReportAccess
from reflectie.web.responses import conditional_file, dated_name, kind_of, making


def document(
    request: HttpRequest, access: ReportAccess, kind: documents.DocumentKind = documents.DocumentKind.REPORT
) -> HttpResponse:
    session, found = access.session, load_report(access.session)
    # How long the talk takes is asked of a guide alone, and kept apart for that alone.
    wanted = documents.Document(kind, minutes_asked(request))
    if "wacht" in request.GET and not documents.is_kept(session.pk, found, wanted):
        return making(request, request.path, access.links.report)
    mark = documents.pdf_key(session, found, wanted)
    name = kind_of(session) if kind is documents.DocumentKind.REPORT else wanted.name
    make = partial(documents.report_pdf, session.pk, found, wanted)
    return conditional_file(request, mark, make, dated_name(name, found.changed_on))
