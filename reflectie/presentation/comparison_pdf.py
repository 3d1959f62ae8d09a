"""Words for a comparison on paper."""

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.comparison.across_teams import ItemAcrossTeams
from reflectie.domain.comparison.comparison import Cell, Comparison, SessionFigures
from reflectie.domain.comparison.document import ComparisonDocument
from reflectie.domain.questionnaire.checklist import Item, Kind
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Mode

from . import wording
from .findings import FINDINGS
from .report import only_answer

BOTH = 2


def comparison_title(comparison: Comparison) -> str:
    """What a comparison is called: by its collaboration, or by how many. A file's title has no space around it."""
    teams = comparison.by_team
    if len(teams) == 1:
        return teams[0][0].name
    return gettext("%(n)s samenwerkingen naast elkaar") % {"n": len(teams)}


def people(session: SessionFigures) -> str:
    """How many were counted, at the head of a column: "7 antwoorden". Of one sheet for all there is no number."""
    if isinstance(session.counted, Withheld) or not session.mode.is_round:
        return response_count(session)
    said = ngettext("%s antwoord", "%s antwoorden", session.counted) % session.counted
    return gettext("%s, op naam") % said if session.mode is Mode.NAMED else said


def response_count(session: SessionFigures) -> str:
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


def table_word(finding: str) -> str | Promise:
    """`{{ finding|table_word }}`: a finding in a narrow column. The legend has it whole."""
    return FINDINGS[Finding(finding)].column


def finding_definition(finding: Finding) -> str | Promise:
    """`{{ finding|finding_definition }}`: when a finding is called so."""
    return FINDINGS[finding].sentence


def why_not(cell: Cell) -> str:
    """In a cell without a figure, why there is none."""
    if isinstance(cell.counts, Withheld):
        return str(wording.REASONS[cell.counts.reason])
    return gettext("niet gevraagd")


def numbers(item: Item, cell: Cell) -> str:
    """Behind a cell: how many call it hindering, helping, don't know and left it open: "5/2/1/0". Of one sheet
    the answer itself."""
    if not isinstance(cell.counts, Counts):
        return why_not(cell)
    if not cell.session.mode.is_round:
        return only_answer(item, cell.counts)
    found = cell.counts
    return f"{found.hindering}/{found.helping}/{found.dont_know}/{found.open}"


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


def recurring_line(handout: ComparisonDocument) -> str:
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


def recurrence_text(row: ItemAcrossTeams, finding: Finding) -> str:
    """In how many collaborations, of those whose version has the item."""
    having = len(row.having(finding))
    if having == len(row.seen) == BOTH:
        return gettext("in beide samenwerkingen")
    return gettext("in %(n)s van %(of)s samenwerkingen") % {"n": having, "of": len(row.seen)}


def any_elsewhere(rows: Iterable[ItemAcrossTeams]) -> bool:
    """Whether any of these obstacles was solved somewhere, or never was one there."""
    return any(row.solved or row.fine for row in rows)


def period(comparison: Comparison) -> str:
    """From the first day to the last: "3 maart 2024 tot 19 november 2026"."""
    days = sorted({session.day for session in comparison.sessions})
    first, last = _day(days[0]), _day(days[-1])
    return first if first == last else gettext("%(first)s tot %(last)s") % {"first": first, "last": last}


def _day(day: date) -> str:
    return date_format(day, "j F Y")
