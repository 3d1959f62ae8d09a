"""How the site is doing, for administrators."""

from typing import Any

from django import template

from reflectie.services.accounts import twins
from reflectie.services.collaborations.people import without_coordinator
from reflectie.services.health import Health, look_at_health

register = template.Library()


@register.simple_tag(name="health")
def health() -> Health:
    return look_at_health()


@register.simple_tag
def health_of_accounts() -> dict[str, Any]:
    """What only an administrator can put right: collaborations that nobody coordinates, and accounts that are one
    mailbox. Three queries. Not part of health: it keeps no request from being served, and names people."""
    return {"without_coordinator": without_coordinator().count(), "twins": twins()}
