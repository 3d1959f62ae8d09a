"""How the site is doing, for administrators."""

from django import template

from reflectie.store import Health, look_at_health

register = template.Library()


@register.simple_tag(name="health")
def health() -> Health:
    return look_at_health()
