"""Items of the checklist and their answers in words."""

from collections.abc import Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import OURS, Checklist, Item, Kind, Passage
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.outcomes import Choice
from reflectie.domain.rules.findings import Finding

from . import wording
from .numbers import example_number, example_numbers
from .phrases import lower_first


def examples_of(items: Sequence[Item]) -> str:
    """`{{ checklist.items|examples_of }}`: numbers of questions as somebody may write them down: "3 7 12"."""
    return " ".join(map(str, example_numbers(len(items))))


def example_of(items: Sequence[Item]) -> int:
    """`{{ checklist.items|example_of }}`: the number of one of them."""
    return example_number(len(items))


def answer(item: Item, value: str) -> str | Promise:
    """`{{ item|answer:"hindering" }}`: an answer in the item's own words; empty for an open item."""
    if not value:
        return ""
    if (known := wording.ANSWERS.get((item.kind, value))) is not None:
        return known
    return item.hindering if value == Value.HINDERING else item.helping


def choice_words(item: Item, choice: str) -> str | Promise:
    """`{{ item|choice_words:outcome.choice }}`: what the team made of an item, in the item's own words."""
    if (known := wording.CHOICES.get((item.kind, choice))) is not None:
        return known
    return item.hindering if choice == Choice.HINDERING else item.helping


# Between what an item is about and what is said of it. Not a colon: a wording may have one, and so may the sentence
# around it. The dash stays on the line of what comes before.
_DASH = "\N{NO-BREAK SPACE}\N{EN DASH} "


def obstacle_name(item: Item) -> str:
    """An item by what is wrong: "Gedeeld doel – niet gedeeld door alle partners"; a factor by its own name."""
    return item.hindering if item.kind is Kind.FACTOR else f"{item.short}{_DASH}{lower_first(item.hindering)}"


def item_name(item: Item) -> str:
    """An item without taking sides: "Gedeeld doel"; a factor is called by its own name."""
    return item.hindering if item.kind is Kind.FACTOR else item.short


def strength_name(item: Item) -> str:
    return f"{item.short}{_DASH}{lower_first(item.helping)}"


def words_as(item: Item, finding: str) -> str:
    """An item as a finding calls it: an obstacle by its hindering wording, a strength by its helping one."""
    if finding == Finding.STRENGTH:
        return strength_name(item)
    return obstacle_name(item) if finding == Finding.OBSTACLE else item_name(item)


def shorts(items: Iterable[ItemReport]) -> str:
    """`{{ report.strengths|shorts }}`: what items are about, in a line: "Gedeeld doel, gelijkwaardigheid"."""
    names = [found.item.short for found in items]
    return ", ".join([*names[:1], *map(lower_first, names[1:])])


def principles_of(checklist: Checklist, item: Item) -> str:
    """The principles an item's advice serves: "Principes: 7. Behandel elkaar gelijkwaardig; 8. ..."."""
    titles = [f"{number}. {checklist.principles[number - 1]}" for number in item.principles]
    return ngettext("Principe: %s.", "Principes: %s.", len(titles)) % "; ".join(titles)


def passage_numbers(passages: Sequence[Passage], rests_on: Sequence[Passage]) -> str:
    """On what a step rests, by the numbers of the report's list of passages: "(bron 1, 4)"; or that it is ours."""
    numbers = sorted(passages.index(passage) + 1 for passage in rests_on if passage.source != OURS)
    parts = [gettext("bron %s") % ", ".join(map(str, numbers))] if numbers else []
    parts += [gettext("eigen tip")] if any(passage.source == OURS for passage in rests_on) else []
    return f"({'; '.join(parts)})"


def rests_on(checklist: Checklist, passages: Sequence[Passage]) -> str:
    """Where a step rests on: "Movisie, 2.1 Een gezamenlijke ambitie en visie; UCLL, Principe 1; eigen tip"."""
    return "; ".join(passage_name(checklist, passage) for passage in passages)


def passage_name(checklist: Checklist, passage: Passage) -> str:
    """A passage in a source, or that something is ours."""
    if passage.source == OURS:
        return gettext("eigen tip")
    return f"{checklist.source(passage.source).name}, {passage.section}"
