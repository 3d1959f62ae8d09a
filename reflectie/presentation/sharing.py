"""How collaborations beside each other are shown, and what they share."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise

from reflectie.domain.comparison.across_teams import Beside, ItemBeside, Seen
from reflectie.domain.questionnaire.checklist import Item, Kind
from reflectie.domain.rules.findings import Finding
from reflectie.domain.sharing import Shared
from reflectie.presentation import wording

from .report import lower_first

register = template.Library()


@register.filter
def sharing_word(name: str) -> str | Promise:
    """`{{ lesson.sharing|sharing_word }}`: whether and how a thing is shared."""
    return wording.SHARINGS[name]


# Between what an item is about and what is said of it. Not a colon: a wording may have one, and so may the sentence
# around it. The dash stays on the line of what comes before.
_DASH = "\N{NO-BREAK SPACE}\N{EN DASH} "


@register.filter
def obstacle_name(item: Item) -> str:
    """An item by what is wrong: "Gedeeld doel – niet gedeeld door alle partners"; a factor by its own name."""
    return item.hindering if item.kind is Kind.FACTOR else f"{item.short}{_DASH}{lower_first(item.hindering)}"


@register.filter
def item_name(item: Item) -> str:
    """An item without taking sides: "Gedeeld doel"; a factor is called by its own name."""
    return item.hindering if item.kind is Kind.FACTOR else item.short


@register.filter
def strength_name(item: Item) -> str:
    return f"{item.short}{_DASH}{lower_first(item.helping)}"


@register.filter
def recurring(beside: Beside, finding: str) -> tuple[ItemBeside, ...]:
    """`{{ beside|recurring:"split" }}`: the items that have this finding in several collaborations."""
    return beside.recurring(Finding(finding))


@register.filter
def having(row: ItemBeside, finding: str) -> tuple[Seen, ...]:
    """`{{ row|having:"split" }}`: the collaborations in which an item has this finding."""
    return row.having(Finding(finding))


@register.filter
def shared_on(shared: Mapping[str, tuple[Shared, ...]], key: str) -> tuple[Shared, ...]:
    """`{{ shared|shared_on:key }}`: what was shared on an item."""
    return shared.get(key, ())
