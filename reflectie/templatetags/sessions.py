"""How a round is shown."""

from django import template

from reflectie.presentation import sessions

register = template.Library()

register.filter(sessions.spaced)
register.filter(sessions.explained)
register.filter(sessions.took_part)
register.filter(sessions.titled)
register.filter(sessions.as_bar)

register.simple_tag(sessions.qr)
