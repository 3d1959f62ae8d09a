"""Words and pictures of signals."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.checklist import Mover
from reflectie.domain.pictures import Dots, draw_dots

register = template.Library()

# As who makes policy calls them; in a report the same people are "wij".
_MOVERS: dict[str, Promise] = {
    Mover.GOVERNMENT: _("overheid of financier"),
    Mover.ORGANISATIONS: _("de organisaties"),
    Mover.OURSELVES: _("de teams zelf"),
}


@register.filter
def moved_by(mover: str) -> str | Promise:
    """`{{ signal.item.mover|moved_by }}`: who can set it in motion, for somebody outside the team."""
    return _MOVERS[mover]


@register.simple_tag
def dots(number: int, of: int) -> Dots:
    return draw_dots(number, of)
