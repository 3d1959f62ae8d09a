"""How sheets that are brought in are shown before they are."""

from django import template

from reflectie.domain.findings import Counts

register = template.Library()


@register.filter
def spread_out(counts: Counts) -> tuple[int, int, int, int]:
    """The numbers of an item in the order of the table."""
    return counts.hindering, counts.helping, counts.dont_know, counts.open
