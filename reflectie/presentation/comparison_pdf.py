"""Words for a comparison on paper."""

from collections.abc import Callable, Iterable
from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.comparison.across_teams import ItemBeside
from reflectie.domain.comparison.comparison import Cell, Comparison, SessionFigures
from reflectie.domain.comparison.document import Handout
from reflectie.domain.comparison.history import Change, Course, History, Strand
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import Item, Kind
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Mode
from reflectie.presentation import wording

from .report import answer, lower_first
from .sharing import item_name, obstacle_name, strength_name

register = template.Library()

BOTH = 2


@register.filter
def people(session: SessionFigures) -> str:
    """How many were counted, at the head of a column: "7 antwoorden". Of one sheet for all there is no number."""
    if isinstance(session.counted, Withheld) or not session.mode.is_round:
        return counted_of(session)
    said = ngettext("%s antwoord", "%s antwoorden", session.counted) % session.counted
    return gettext("%s, op naam") % said if session.mode is Mode.NAMED else said


@register.filter
def counted_of(session: SessionFigures) -> str:
    """How many were counted, and of how many that were expected: "7 van 9"."""
    if isinstance(session.counted, Withheld):
        return str(wording.REASONS[session.counted.reason])
    if not session.mode.is_round:
        return gettext("samen") if session.mode is Mode.TOGETHER else gettext("één persoon")
    numbers = {"n": session.counted, "expected": session.expected}
    if not session.expected:
        return str(session.counted)
    if session.counted > session.expected:
        return gettext("%(n)s (%(expected)s verwacht)") % numbers
    return gettext("%(n)s van %(expected)s") % numbers


@register.filter
def short_word(finding: str) -> str:
    """A finding in a narrow column. The legend has it whole."""
    short = {Finding.OBSTACLE: gettext("Hinderpaal"), Finding.SPLIT: gettext("Verdeeld")}
    return short.get(Finding(finding)) or str(wording.FINDINGS[finding])


@register.filter
def means(finding: Finding) -> str:
    """When a finding is called so, by the thresholds of `domain/rules/findings.py`."""
    return {
        Finding.OBSTACLE: gettext("Van wie koos, ziet minstens twee derde hinder."),
        Finding.SPLIT: gettext("Mensen zien het verschillend. Dat is geen gemiddelde, maar iets om over te praten."),
        Finding.UNKNOWN: gettext("Meer dan de helft weet het niet, of liet het open."),
        Finding.STRENGTH: gettext("Van wie koos, ziet minstens vier op de vijf het als helpend."),
        Finding.CLEAR: gettext("Van wie koos, zegt minstens vier op de vijf dat deze factor niet speelt."),
        Finding.ATTENTION: gettext("De samenstelling wisselt, en partners verwijzen alleen door. Past ad hoc hier?"),
    }[finding]


@register.filter
def why_not(cell: Cell) -> str:
    """In a cell without a figure, why there is none."""
    if isinstance(cell.counts, Withheld):
        return str(wording.REASONS[cell.counts.reason])
    return gettext("niet gevraagd")


@register.simple_tag
def numbers(item: Item, cell: Cell) -> str:
    """Behind a cell: how many call it hindering, helping, don't know and left it open: "5 / 2 / 1 / 0". Of one sheet
    the answer itself."""
    if not isinstance(cell.counts, Counts):
        return why_not(cell)
    if not cell.session.mode.is_round:
        return only_answer(item, cell.counts)
    found = cell.counts
    return f"{found.hindering} / {found.helping} / {found.dont_know} / {found.open}"


@register.simple_tag
def spread_line(item: Item, cell: Cell) -> str:
    """The same in words, where there is room: "5 hinderend, 2 helpend, 1 weet niet"."""
    if not isinstance(cell.counts, Counts):
        return ""
    found, is_factor = cell.counts, item.kind is Kind.FACTOR
    if not cell.session.mode.is_round:
        return only_answer(item, found)
    hindering = gettext("%s speelt") if is_factor else gettext("%s hinderend")
    helping = gettext("%s speelt niet") if is_factor else gettext("%s helpend")
    parts = [hindering % found.hindering, helping % found.helping]
    parts += [gettext("%s weet niet") % found.dont_know] if found.dont_know else []
    parts += [gettext("%s open") % found.open] if found.open else []
    return ", ".join(parts)


def only_answer(item: Item, counts: Counts) -> str:
    """The answer of a session that has one sheet, or none."""
    if counts.chose and item.kind is Kind.PAIR:
        return gettext("hinderend") if counts.hindering else gettext("helpend")
    if counts.chose:
        return lower_first(answer(item, Value.HINDERING if counts.hindering else Value.HELPING))
    return gettext("weet niet") if counts.dont_know else gettext("open")


@register.simple_tag
def recurring_line(handout: Handout) -> str:
    """What recurs between collaborations, in one sentence. It says how it is seen, never how a collaboration is."""
    found = {group.finding: len(group.front) + len(group.rest) for group in handout.recurring}
    obstacles, strengths = found.get(Finding.OBSTACLE, 0), found.get(Finding.STRENGTH, 0)
    splits, blind = found.get(Finding.SPLIT, 0), found.get(Finding.UNKNOWN, 0)
    none = gettext("geen")
    parts = [
        ngettext("%s structurele hinderpaal", "%s structurele hinderpalen", obstacles) % (obstacles or none),
        ngettext("%s sterkte", "%s sterktes", strengths) % (strengths or none),
    ]
    parts += [ngettext("%s verdeeld beeld", "%s verdeelde beelden", splits) % splits] if splits else []
    parts += [ngettext("%s blinde vlek", "%s blinde vlekken", blind) % blind] if blind else []
    return gettext("In meer dan één samenwerking zien mensen: %s.") % get_text_list(parts, gettext("en"))


@register.simple_tag
def recurrence_text(row: ItemBeside, finding: Finding) -> str:
    """In how many collaborations, of those whose version has the item."""
    having = len(row.having(finding))
    if having == len(row.seen) == BOTH:
        return gettext("in beide samenwerkingen")
    return gettext("in %(n)s van %(of)s samenwerkingen") % {"n": having, "of": len(row.seen)}


# How many items became what, in the order of a sentence.
_BECAME: dict[Course, Callable[[int], str]] = {
    Course.BECAME_STRENGTH: lambda n: ngettext("%s werd een sterkte", "%s werden een sterkte", n),
    Course.BECAME_CLEAR: lambda n: ngettext("%s speelt niet (meer)", "%s spelen niet (meer)", n),
    Course.BECAME_OBSTACLE: lambda n: ngettext("%s werd een hinderpaal", "%s werden een hinderpaal", n),
    Course.LESS_HINDER: lambda _n: gettext("bij %s zien er minder hinder"),
    Course.MORE_HINDER: lambda _n: gettext("bij %s zien er meer hinder"),
    Course.ANSWERED_OTHERWISE: lambda n: ngettext("%s kreeg een ander antwoord", "%s kregen een ander antwoord", n),
    Course.STAYS_OBSTACLE: lambda n: ngettext("%s bleef een hinderpaal", "%s bleven een hinderpaal", n),
    Course.STAYS_SPLIT: lambda n: ngettext("%s bleef verdeeld", "%s bleven verdeeld", n),
}


@register.simple_tag
def became_line(strand: Strand) -> str:
    """What became of a collaboration's items from its first session to its latest, in one sentence."""
    found = dict(strand.overall.having(_BECAME))
    parts = [say(len(found[course])) % len(found[course]) for course, say in _BECAME.items() if course in found]
    items = len(strand.overall.changes)
    if not parts:
        return gettext("Van de %s stellingen en factoren verschoof er geen duidelijk.") % items
    told = {"items": items, "parts": get_text_list(parts, gettext("en"))}
    return gettext("Van de %(items)s stellingen en factoren, zoals mensen ze zien: %(parts)s.") % told


@register.filter
def any_elsewhere(rows: Iterable[ItemBeside]) -> bool:
    """Whether any of these obstacles was solved somewhere, or never was one there."""
    return any(row.solved or row.fine for row in rows)


@register.filter
def words_as(item: Item, finding: str) -> str:
    """An item as a finding calls it: an obstacle by its hindering wording, a strength by its helping one."""
    if finding == Finding.STRENGTH:
        return strength_name(item)
    return obstacle_name(item) if finding == Finding.OBSTACLE else item_name(item)


@register.filter
def has_figures(history: History) -> bool:
    """Whether there is anything to draw."""
    return any(isinstance(session.counted, int) for session in history.sessions)


@register.simple_tag
def change_text(change: Change, strand: Strand) -> str:
    """An item that moved or stays, with the numbers on both sides: "Gedeeld doel (eerst 5 van 7, later 1 van 8)"."""
    name, sides = change.item.short, [side.counts for side in (change.then, change.now) if side]
    then, now = (side for side in sides if isinstance(side, Counts))
    if not strand.is_round:
        texts = only_answer(change.item, then), only_answer(change.item, now)
    elif Finding.UNKNOWN in {side.finding for side in (change.then, change.now) if side}:
        texts = _of(then.unsure, then.counted), _of(now.unsure, now.counted)
        told = {"item": name, "then": texts[0], "now": texts[1]}
        return gettext("%(item)s (weet niet: eerst %(then)s, later %(now)s)") % told
    else:
        texts = _of(then.hindering, then.chose), _of(now.hindering, now.chose)
    return gettext("%(item)s (eerst %(then)s, later %(now)s)") % {"item": name, "then": texts[0], "now": texts[1]}


def _of(number: int, total: int) -> str:
    return gettext("%(n)s van %(all)s") % {"n": number, "all": total}


@register.simple_tag
def period(comparison: Comparison) -> str:
    """From the first day to the last: "3 maart 2024 tot 19 november 2026"."""
    days = sorted({session.day for session in comparison.sessions})
    first, last = _day(days[0]), _day(days[-1])
    return first if first == last else gettext("%(first)s tot %(last)s") % {"first": first, "last": last}


def _day(day: date) -> str:
    return date_format(day, "j F Y")
