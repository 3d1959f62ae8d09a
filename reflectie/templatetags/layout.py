"""How much is shown, as filters: see `presentation/layout.py`."""

from django import template

from reflectie.presentation import layout

register = template.Library()

register.filter(layout.first_of)
register.filter(layout.named_of)
register.filter(layout.rest_of)
register.filter(layout.last_of)
register.filter(layout.is_longer)
register.filter(layout.finding_columns)


@register.filter
def shown(place: str) -> int:
    """`{{ "latest steps"|shown }}`: how many that is."""
    return layout.SHOWN[place]
