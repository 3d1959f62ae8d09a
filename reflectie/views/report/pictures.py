"""The pictures of a report, one by one, to put on a slide."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from reflectie.domain.report.report import Report
from reflectie.pdf import documents
from reflectie.presentation.pictures.report import Picture, find_picture
from reflectie.presentation.pictures.slide import make_slide
from reflectie.presentation.wording import session_words
from reflectie.services.report.reports import load_report
from reflectie.web.report_access import ReportAccess
from reflectie.web.responses import conditional_file


def picture(request: HttpRequest, access: ReportAccess, name: str) -> HttpResponse:
    report = load_report(access.session)
    if (found := find_picture(report, name)) is None:
        raise Http404
    mark, file = f"{documents.fingerprint(report)}-{name}", f"{name}-{report.changed_on:%Y-%m-%d}.svg"
    return conditional_file(request, mark, partial(_draw, report, found), file, "image/svg+xml")


def _draw(report: Report, found: Picture) -> str:
    facts = session_words(report.title)
    if report.mode.is_round and isinstance(report.counted, int):
        facts += " · " + ngettext("%s antwoord", "%s antwoorden", report.counted) % report.counted
    slide = make_slide(found.heading, facts, found.reading, [part.drawing for part in found.front], found.legend)
    return render_to_string("reflectie/pictures/download.svg", {"slide": slide, "picture": found, "report": report})
