"""Whose site it is: the logo, the statements that public bodies owe, and what machines ask before they come."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from reflectie.services.accounts import UNCONFIRMED_DAYS
from reflectie.services.clock import today
from reflectie.services.collaborations.people import INVITATION_DAYS
from reflectie.services.hosting.backups import backup_days
from reflectie.services.mail import host_sends_mail
from reflectie.services.sessions.report_notices import MAIL_DAYS
from reflectie.site_owner import contact_address, site_owner
from reflectie.web.middleware import cacheable
from reflectie.web.throttle import BROWSER_AGE, COUNTED_FOR, DAY

# When the statement was drawn up, by what the tests measured then: a change of what it says changes this too.
ACCESSIBILITY_REVIEWED_ON = date(2026, 11, 30)
# The standard asks for less than a year: whoever reads it later asks again.
SECURITY_EXPIRES = timedelta(days=90)
# Nothing here for who has no account, so that nobody needs to come by. Addresses with a secret in them aren't listed:
# a search engine that may not read such a page doesn't read either that it should forget the address.
FOR_NOBODY = ("account", "beheer", "samenwerkingen", "sessies", "vergelijken", "afspraken", "delen", "signalen")


@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    """The host's own file, as it was read at the start. It can do nothing by itself, also opened alone."""
    found = site_owner().logo
    if found is None:
        raise Http404
    etag = f'"{found.digest}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(found.content, found.content_type)
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@cacheable
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    context = {"reviewed_on": ACCESSIBILITY_REVIEWED_ON, "version": settings.VERSION}
    return render(request, "reflectie/accessibility.html", context)


@cacheable
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Each term is the one that the code keeps to."""
    context = {
        "retention_days": settings.RETENTION_DAYS,
        "fold_months": settings.FOLD_MONTHS,
        "activity_days": settings.ACTIVITY_DAYS,
        "unconfirmed_days": UNCONFIRMED_DAYS,
        "invitation_days": INVITATION_DAYS,
        "report_mail_days": MAIL_DAYS,
        "code_minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        "counted_days": COUNTED_FOR.days,
        "browser_days": BROWSER_AGE.days,
        "session_days": settings.SESSION_COOKIE_AGE // DAY,
        "form_days": settings.CSRF_COOKIE_AGE // DAY,
        "backup_days": backup_days(),
        "sends_mail": host_sends_mail(),
    }
    return render(request, "reflectie/privacy.html", context)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a vulnerability in this site (RFC 9116); absent until the host named somebody."""
    contact = contact_address(site_owner().security_contact)
    if not contact:
        raise Http404
    expires = datetime.combine(today() + SECURITY_EXPIRES, time(), timezone.get_current_timezone())
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: nl, en",
        f"Canonical: {request.build_absolute_uri()}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@cacheable
@require_safe
def robots_txt(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: /{first}/" for first in FOR_NOBODY), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
