"""What people with an account did in a collaboration, for its coordinators."""

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reflectie.services.activity import activities_of, sessions_of_activities
from reflectie.web.permissions import COORDINATOR, membership_or_404

PAGE_SIZE = 50


@require_safe
def activity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The activity log, the latest first, by day."""
    collaboration = membership_or_404(request, pk, COORDINATOR).collaboration
    page = Paginator(activities_of(collaboration.pk), PAGE_SIZE).get_page(request.GET.get("pagina"))
    found = list(page)
    sessions = sessions_of_activities(found)
    context = {
        "collaboration": collaboration,
        "page": page,
        "activities": [(each, sessions.get(each.session_id) if each.session_id else None) for each in found],
        "kept_days": settings.ACTIVITY_DAYS,
    }
    return render(request, "reflectie/collaborations/activity.html", context)
