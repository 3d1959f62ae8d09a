"""A comparison as PDF, to take to a meeting."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from reflectie.domain.comparison.document import build_handout
from reflectie.pdf import documents
from reflectie.web.responses import dated_name, made_file

from .comparison import comparison_or_404


@require_safe
def comparison_pdf(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    context = {"comparison": comparison, "handout": build_handout(comparison)}
    wanted = documents.Unkept("reflectie/comparison/pdf.html", context)
    return made_file(request, wanted.fingerprint, wanted.make, dated_name("vergelijking", comparison.last_day))
