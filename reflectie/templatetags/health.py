"""How the site is doing, for administrators."""

from django import template

from reflectie.services.health import health_of_accounts, look_at_health

register = template.Library()

register.simple_tag(look_at_health, name="health")
register.simple_tag(health_of_accounts)
