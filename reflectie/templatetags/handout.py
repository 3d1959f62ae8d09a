"""Words for a comparison on paper."""

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie import wording
from reflectie.domain.checklist import Item, Kind
from reflectie.domain.comparison import Cell, Comparison, SessionFigures
from reflectie.domain.findings import Counts, Finding
from reflectie.domain.handout import Drift, Handout, Recurrence
from reflectie.domain.privacy import Withheld
from reflectie.domain.setup import Mode
from reflectie.domain.sheet import Value
from reflectie.domain.since import ItemShift, Shift

from .reflectie import answer, lower_first

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
    """When a finding is called so, by the thresholds of `domain/findings.py`."""
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
        return _only(item, cell.counts)
    found = cell.counts
    return f"{found.hindering} / {found.helping} / {found.dont_know} / {found.open}"


@register.simple_tag
def spread_line(item: Item, cell: Cell) -> str:
    """The same in words, where there is room: "5 hinderend, 2 helpend, 1 weet niet"."""
    if not isinstance(cell.counts, Counts):
        return ""
    found, is_factor = cell.counts, item.kind is Kind.FACTOR
    if not cell.session.mode.is_round:
        return _only(item, found)
    hindering = gettext("%s speelt") if is_factor else gettext("%s hinderend")
    helping = gettext("%s speelt niet") if is_factor else gettext("%s helpend")
    parts = [hindering % found.hindering, helping % found.helping]
    parts += [gettext("%s weet niet") % found.dont_know] if found.dont_know else []
    parts += [gettext("%s open") % found.open] if found.open else []
    return ", ".join(parts)


def _only(item: Item, counts: Counts) -> str:
    """The answer of a session that has one sheet, or none."""
    if counts.chose and item.kind is Kind.PAIR:
        return gettext("hinderend") if counts.hindering else gettext("helpend")
    if counts.chose:
        return lower_first(answer(item, Value.HINDERING if counts.hindering else Value.HELPING))
    return gettext("weet niet") if counts.dont_know else gettext("open")


@register.simple_tag
def recurring_line(handout: Handout) -> str:
    """What recurs, in one sentence. It says how it is seen, never how a collaboration is."""
    found = {group.finding: len(group.items) for group in handout.recurring}
    obstacles, strengths = found.get(Finding.OBSTACLE, 0), found.get(Finding.STRENGTH, 0)
    splits, blind = found.get(Finding.SPLIT, 0), found.get(Finding.UNKNOWN, 0)
    none = gettext("geen")
    parts = [
        ngettext("%s structurele hinderpaal", "%s structurele hinderpalen", obstacles) % (obstacles or none),
        ngettext("%s sterkte", "%s sterktes", strengths) % (strengths or none),
    ]
    parts += [ngettext("%s verdeeld beeld", "%s verdeelde beelden", splits) % splits] if splits else []
    parts += [ngettext("%s blinde vlek", "%s blinde vlekken", blind) % blind] if blind else []
    return gettext("In meer dan één sessie zien mensen: %s.") % get_text_list(parts, gettext("en"))


@register.simple_tag
def recurrence_text(found: Recurrence) -> str:
    """In how many sessions, and where there are several collaborations, in how many of those."""
    if found.sessions == found.of == BOTH:
        return gettext("in beide sessies")
    numbers = {"n": found.sessions, "of": found.of, "teams": found.teams, "all": found.of_teams}
    if found.of_teams == 1:
        return gettext("in %(n)s van %(of)s sessies") % numbers
    return gettext("in %(n)s van %(of)s sessies, bij %(teams)s van %(all)s samenwerkingen") % numbers


@register.filter
def words_as(item: Item, finding: str) -> str:
    """An item as a finding calls it: an obstacle by its hindering wording, a strength by its helping one."""
    if finding == Finding.STRENGTH:
        return item.helping
    return item.hindering if finding == Finding.OBSTACLE else item.short


# How it is seen by whom was asked then and now: two groups of people, that need not be the same.
_SHIFTS = {
    Shift.TOWARDS_HELPING: lambda: gettext("Minder hinder gezien"),
    Shift.TOWARDS_HINDERING: lambda: gettext("Meer hinder gezien"),
    Shift.CLEARER: lambda: gettext("Minder mensen weten het niet"),
    Shift.LESS_CLEAR: lambda: gettext("Meer mensen weten het niet"),
    Shift.OTHER_ANSWER: lambda: gettext("Ander antwoord"),
}


@register.filter
def shift_label(shift: Shift) -> str:
    return _SHIFTS[shift]()


@register.simple_tag
def moved_text(moved: ItemShift) -> str:
    """What moved, with the numbers on both sides: "Gedeeld doel (toen 5 van 7, nu 1 van 8)"."""
    sides = [side.counts for side in (moved.earlier, moved.now) if side and isinstance(side.counts, Counts)]
    if moved.shift is Shift.OTHER_ANSWER:
        then, now = (_only(moved.item, counts) for counts in sides)
    else:
        is_hinder = moved.shift in {Shift.TOWARDS_HELPING, Shift.TOWARDS_HINDERING}
        shares = [(side.hindering, side.chose) if is_hinder else (side.unsure, side.counted) for side in sides]
        then, now = (gettext("%(n)s van %(all)s") % {"n": n, "all": total} for n, total in shares)
    return gettext("%(item)s (toen %(then)s, nu %(now)s)") % {"item": moved.item.short, "then": then, "now": now}


@register.simple_tag
def not_moved_text(drift: Drift) -> str:
    """What of a collaboration didn't move, or can't be compared."""
    parts = []
    if not drift.moved:
        same = gettext("De antwoorden zijn dezelfde.") if drift.is_one_sheet else gettext("Niets verschoof duidelijk.")
        parts.append(same)
    if few := drift.too_few:
        text = ngettext(
            "Bij %s stelling kozen te weinig mensen iets.", "Bij %s stellingen kozen te weinig mensen iets.", few
        )
        parts.append(text % few)
    if apart := drift.not_in_both:
        text = ngettext(
            "%s stelling staat niet in beide versies van de checklist.",
            "%s stellingen staan niet in beide versies van de checklist.",
            apart,
        )
        parts.append(text % apart)
    return " ".join(parts)


@register.simple_tag
def period(comparison: Comparison) -> str:
    """From the first day to the last: "3 maart 2024 tot 19 november 2026"."""
    days = sorted({session.day for session in comparison.sessions})
    first, last = _day(days[0]), _day(days[-1])
    return first if first == last else gettext("%(first)s tot %(last)s") % {"first": first, "last": last}


def _day(day: date) -> str:
    return date_format(day, "j F Y")
