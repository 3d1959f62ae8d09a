"""How the site is doing, for administrators."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from reflectie.services.health import health_of_accounts, look_at_health
from reflectie.site_owner import missing_details

register = template.Library()

register.simple_tag(look_at_health, name="health")
register.simple_tag(health_of_accounts)


@register.simple_tag
def site_details() -> dict[str, Any]:
    """Which version this is, and what the host left empty of whose site it is."""
    meanings = {
        "OWNER_NAME": _("wie de site aanbiedt"),
        "OWNER_CONTACT": _("waar mensen terechtkunnen met een vraag"),
        "CONTROLLER": _("verwerkingsverantwoordelijke; zolang dit leeg is, wie de site aanbiedt"),
        "LEGAL_GROUND": _("de rechtsgrond"),
        "PRIVACY_EMAIL": _("e-mailadres voor vragen over gegevens"),
        "DATA_PROTECTION_OFFICER": _("functionaris voor gegevensbescherming"),
        "COMPLAINT_AUTHORITY": _("toezichthouder voor privacy"),
        "COMPLAINT_URL": _("pagina van die toezichthouder"),
        "ACCESSIBILITY_CONTACT": _("waar mensen melden wat niet toegankelijk is"),
        "ACCESSIBILITY_AUTHORITY": _("instantie voor klachten over toegankelijkheid"),
        "ACCESSIBILITY_URL": _("pagina van die instantie"),
        "SECURITY_CONTACT": _("waar iemand een lek in de beveiliging meldt (security.txt)"),
    }
    return {"version": settings.VERSION, "missing": [(name, meanings[name]) for name in missing_details()]}
