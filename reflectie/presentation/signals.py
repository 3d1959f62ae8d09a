"""Words and pictures of signals."""

from django import template
from django.utils.functional import Promise

from reflectie.presentation import wording
from reflectie.presentation.pictures import Dots, draw_dots

register = template.Library()


@register.filter
def moved_by(mover: str) -> str | Promise:
    """`{{ signal.item.mover|moved_by }}`: who can set it in motion, for somebody outside the team."""
    return wording.MOVERS_FROM_OUTSIDE[mover]


@register.simple_tag
def dots(number: int, of: int) -> Dots:
    return draw_dots(number, of)
