"""How a round is shown, and what people did in a collaboration."""

from django import template

from reflectie.presentation import activity, sessions

register = template.Library()

register.filter(sessions.spaced)
register.filter(sessions.explained)
register.filter(sessions.took_part)
register.filter(sessions.titled)
register.filter(sessions.as_bar)
register.filter(activity.activity_sentence)

register.simple_tag(sessions.qr)
