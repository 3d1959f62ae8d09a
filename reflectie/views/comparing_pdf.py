"""A comparison as PDF, to take to a meeting."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from reflectie import pdf
from reflectie.domain.handout import build_handout

from .comparing import comparison_or_404
from .made import busy, revalidated


@require_safe
def comparison_pdf(request: HttpRequest) -> HttpResponse:
    comparison = comparison_or_404(request)
    context = {"comparison": comparison, "handout": build_handout(comparison)}
    wanted = pdf.Unkept("reflectie/comparing/pdf.html", context)
    etag = f'"{wanted.fingerprint}"'
    if not (response := get_conditional_response(request, etag=etag)):
        try:
            response = HttpResponse(wanted.make(), content_type="application/pdf")
        except pdf.BusyError:
            return busy(request)
        # Files lie about: their name says the latest day, and no collaboration or person.
        last = max(session.day for session in comparison.sessions)
        response["Content-Disposition"] = f'attachment; filename="vergelijking-samenwerking-{last:%Y-%m-%d}.pdf"'
    return revalidated(response, etag)
