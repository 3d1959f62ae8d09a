"""A comparison as PDF, to take to a meeting."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from reflectie.domain.comparison.document import build_comparison_document
from reflectie.pdf import documents
from reflectie.web.responses import conditional_file, dated_name, making

from .comparison import comparison_or_404, query_of


@require_safe
def comparison_pdf(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    if "wacht" in request.GET:
        query = query_of(session.key for session in comparison.sessions)
        return making(request, f"{request.path}?{query}", f"{reverse('compare-table')}?{query}")
    context = {"comparison": comparison, "handout": build_comparison_document(comparison)}
    wanted = documents.UncachedPdf("reflectie/comparison/pdf.html", context)
    return conditional_file(request, wanted.fingerprint, wanted.make, dated_name("vergelijking", comparison.last_day))
