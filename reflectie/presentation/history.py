"""A collaboration over time in words: what became of its items, and what was answered in each session."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.comparison.comparison import SessionFigures
from reflectie.domain.comparison.history import Change, ChangeKind, ComparableSeries, History, Interval
from reflectie.domain.questionnaire.checklist import Item
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld

from . import wording
from .comparison import bar_pieces
from .phrases import lower_first
from .report import group_text, only_answer, spread_parts

# What a course is coloured as: the finding that it leads to.
_COURSE_TONES = {
    ChangeKind.BECAME_STRENGTH: Finding.STRENGTH,
    ChangeKind.BECAME_CLEAR: Finding.STRENGTH,
    ChangeKind.LESS_HINDER: Finding.STRENGTH,
    ChangeKind.STAYS_STRENGTH: Finding.STRENGTH,
    ChangeKind.BECAME_OBSTACLE: Finding.OBSTACLE,
    ChangeKind.MORE_HINDER: Finding.OBSTACLE,
    ChangeKind.STAYS_OBSTACLE: Finding.OBSTACLE,
    ChangeKind.STAYS_SPLIT: Finding.SPLIT,
}


def course_tone(course: ChangeKind) -> str:
    """`{{ course|course_tone }}`: the finding in whose colour it stands."""
    return _COURSE_TONES.get(course, Finding.UNKNOWN).value


def participants_label(session: SessionFigures) -> str:
    """How many answered: "8 mensen"; of one sheet, how it was filled in; withheld, why."""
    if isinstance(session.counted, Withheld):
        return str(wording.REASONS[session.counted.reason])
    if not session.mode.is_round:
        return str(wording.MODES[session.mode])
    return ngettext("%s persoon", "%s mensen", session.counted) % session.counted


def said_of(item: Item, report: ItemReport | None, session: SessionFigures) -> str | Promise:
    """What was answered in one session: of a round the numbers, of one sheet the answer; else why there is none."""
    if report is None:
        return gettext("niet gevraagd")
    if isinstance(report.counts, Withheld):
        return wording.REASONS[report.counts.reason]
    if session.mode.is_round:
        return group_text(item, report)
    return next((lower_first(part.words) for part in spread_parts(report) if part.number), gettext("niet ingevuld"))


def first_and_later(change: Change, span: Interval) -> SafeString:
    """`{% first_and_later change span %}`: what was answered to an item in the first and in the latest session, of
    rounds as a bar before its words."""
    first = _side(gettext("Eerst"), change.item, change.then, span.earlier)
    later = _side(gettext("Later"), change.item, change.now, span.now)
    if said_of(change.item, change.then, span.earlier) == said_of(change.item, change.now, span.now):
        later, first = _side(gettext("Eerst en later"), change.item, change.now, span.now), SafeString("")
    return first + later


def _side(when: str, item: Item, report: ItemReport | None, session: SessionFigures) -> SafeString:
    bar = SafeString("")
    if report and isinstance(report.counts, Counts) and session.mode.is_round:
        bar = format_html(
            '<svg class="spread" viewBox="0 0 {} 4" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
            report.counts.counted,
            bar_pieces(report.counts),
        )
    said = said_of(item, report, session)
    return format_html('<span class="course-side"><b>{}:</b> {}<span>{}.</span></span>\n', when, bar, said)


def has_figures(history: History) -> bool:
    """Whether there is anything to draw."""
    return any(isinstance(session.counted, int) for session in history.sessions)


# How many items became what, in the order of a sentence.
_BECAME: dict[ChangeKind, Callable[[int], str]] = {
    ChangeKind.BECAME_STRENGTH: lambda n: ngettext("%s werd een sterkte", "%s werden een sterkte", n),
    ChangeKind.BECAME_CLEAR: lambda n: ngettext("%s speelt niet (meer)", "%s spelen niet (meer)", n),
    ChangeKind.BECAME_OBSTACLE: lambda n: ngettext("%s werd een hinderpaal", "%s werden een hinderpaal", n),
    ChangeKind.LESS_HINDER: lambda _n: gettext("bij %s zien er minder hinder"),
    ChangeKind.MORE_HINDER: lambda _n: gettext("bij %s zien er meer hinder"),
    ChangeKind.ANSWERED_OTHERWISE: lambda n: ngettext("%s kreeg een ander antwoord", "%s kregen een ander antwoord", n),
    ChangeKind.STAYS_OBSTACLE: lambda n: ngettext("%s bleef een hinderpaal", "%s bleven een hinderpaal", n),
    ChangeKind.STAYS_SPLIT: lambda n: ngettext("%s bleef verdeeld", "%s bleven verdeeld", n),
}


def became_line(strand: ComparableSeries) -> str:
    """What became of a collaboration's items from its first session to its latest, in one sentence."""
    found = dict(strand.overall.having(_BECAME))
    parts = [say(len(found[course])) % len(found[course]) for course, say in _BECAME.items() if course in found]
    items = len(strand.overall.changes)
    if not parts:
        return gettext("Van de %s stellingen en factoren verschoof er geen duidelijk.") % items
    told = {"items": items, "parts": get_text_list(parts, gettext("en"))}
    return gettext("Van de %(items)s stellingen en factoren, zoals mensen ze zien: %(parts)s.") % told


def change_text(change: Change, strand: ComparableSeries) -> str:
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
