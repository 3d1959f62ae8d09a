"""Sessions beside each other in words, and the cells of their table: up to 900."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.comparison.across_teams import AcrossTeams, ItemAcrossTeams, Occurrence
from reflectie.domain.comparison.comparison import FEWEST_RECURRING, Cell, Comparison, Order, Row, SessionFigures
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import Dimension, Item
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.rules.turnout import LOW_ABOVE
from reflectie.domain.setup import Mode
from reflectie.domain.sharing import Shared

from . import wording
from .items import item_name
from .numbers import share_in_words
from .phrases import as_name, lower_first, session_title
from .report import AnswerPart, dissent_text, spread_parts

# So many findings are named above the table, of each kind.
NAMED = 3


# So many sessions fit beside each other, with all of their numbers; of more, those of a row come when it is unfolded:
# a page with all of them has twenty thousand elements, which is slow on a phone.
AT_HAND = 7


# The pieces of a bar, from left to right.
_PIECES = (Value.HINDERING, "split", "unsure", "open", Value.HELPING)


def people_text(mode: str, counted: int | Withheld) -> str:
    """How many people a session's figures stand for; of one sheet there is no number to tell."""
    if isinstance(counted, Withheld):
        return str(wording.REASONS[counted.reason])
    if not Mode(mode).is_round:
        return ""
    return ngettext("%s mens", "%s mensen", counted) % counted


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell, with what unfolds beneath it. `finding` and `parts` are empty where `why` says why there is none."""

    session: SessionFigures
    # Where this item stands in the session's own report.
    address: str
    # Whether it is the first of its collaboration's.
    starts_team: bool
    finding: Finding | None = None
    why: str | Promise = ""
    parts: Sequence[AnswerPart] = ()
    length: str = ""
    bar: SafeString | None = None
    dissent: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    item: Item
    dimension: str
    # A cell for each session: what is found, or why nothing is.
    findings: SafeString
    # What unfolds: nothing yet where it is left to be fetched.
    cells: list[CellView]
    # The answers that anybody gave, whose signs stand beneath the cells.
    answers: list[AnswerPart]
    is_open: bool


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows of one dimension; in another order there is one group, without."""

    dimension: Dimension | None
    rows: list[RowView]


def table_groups(comparison: Comparison, order: Order, unfolded: str) -> list[RowGroup]:
    """The table's rows in this order, with the numbers of the unfolded one; of few sessions, with those of all."""
    names = {item.key: dimension.name for dimension, items in comparison.dimensions for item in items}
    is_light = len(comparison.sessions) <= AT_HAND
    marks = {
        (found, starts): _mark(found, in_full=is_light, starts_team=starts)
        for found in Finding
        for starts in (False, True)
    }
    # Where another collaboration begins, a line stands between.
    starts = {held[0].key for _, held in comparison.by_team}
    views = [
        _row(row, names[row.item.key], marks, starts, is_open=row.item.key == unfolded, is_at_hand=is_light)
        for row in comparison.in_order(order)
    ]
    if order is Order.HURT:
        return [RowGroup(None, views)]
    by_key = {view.item.key: view for view in views}
    return [RowGroup(dimension, [by_key[item.key] for item in items]) for dimension, items in comparison.dimensions]


def _mark(found: Finding, *, in_full: bool, starts_team: bool) -> SafeString:
    context = {"finding": found, "in_full": in_full, "starts_team": starts_team}
    return render_to_string("reflectie/comparison/mark.html", context)


def _row(
    row: Row,
    dimension: str,
    marks: Mapping[tuple[Finding, bool], SafeString],
    starts: Container[str],
    *,
    is_open: bool,
    is_at_hand: bool,
) -> RowView:
    placed = [(cell, cell.session.key in starts) for cell in row.cells]
    findings = [marks[cell.finding, first] if cell.finding else _absent(cell, first) for cell, first in placed]
    cells = [_cell(cell, row.item, first) for cell, first in placed] if is_open or is_at_hand else []
    answers = {part.value: part for view in cells for part in view.parts}
    known = ("hindering", "disagree", "dont-know", "open", "helping")
    in_order = [answers[value] for value in known if value in answers]
    return RowView(row.item, dimension, SafeString("".join(findings)), cells, in_order, is_open)


def _absent(cell: Cell, starts_team: bool) -> SafeString:
    classes = "is-absent is-first" if starts_team else "is-absent"
    return format_html('<td class="{}"><span class="sign" aria-hidden="true">…</span>{}</td>', classes, _why(cell))


def _why(cell: Cell) -> str | Promise:
    """Why there is no figure; empty where there is one."""
    if isinstance(cell.counts, Withheld):
        return wording.REASONS[cell.counts.reason]
    return gettext("niet in deze versie") if isinstance(cell.counts, NotCompared) else ""


def _cell(cell: Cell, item: Item, starts_team: bool) -> CellView:
    address = f"{reverse('session-report', args=[cell.session.key])}#{item.key}"
    counts, report = cell.counts, cell.session.item(item.key)
    if not isinstance(counts, Counts) or report is None:
        return CellView(cell.session, address, starts_team, why=_why(cell))
    return CellView(
        cell.session,
        address,
        starts_team,
        finding=cell.finding,
        parts=spread_parts(report),
        length=str(counts.counted),
        bar=bar_pieces(counts),
        dissent=dissent_text(report) if cell.session.mode.is_round else _said_together(cell.session.mode, counts),
    )


def _said_together(mode: Mode, counts: Counts) -> str:
    """Of one sheet there is nobody to differ, unless it says so: whose it is says how to read its numbers."""
    if counts.divided:
        return gettext("het team is het niet eens")
    return gettext("samen gekozen") if mode is Mode.TOGETHER else gettext("gekozen door één persoon")


def bar_pieces(counts: Counts) -> SafeString:
    """The spread as pieces of a bar, each as long as there are answers."""
    numbers = [counts.hindering, counts.divided, counts.dont_know, counts.open, counts.helping]
    lefts = accumulate(numbers, initial=0)
    pieces = [(name, left, n, n) for name, left, n in zip(_PIECES, lefts, numbers, strict=False) if n]
    return format_html_join("", '<path class="spread-{}" d="M{} 0h{}v4h-{}z"/>', pieces)


def recurring_text(comparison: Comparison) -> list[str]:
    """What stands in the table, in a sentence or two: what recurs. It says how it is seen, and ranks nobody."""
    rows = comparison.in_order(Order.HURT)
    obstacles = _named(rows, Finding.OBSTACLE)
    strengths = _named(sorted(rows, key=lambda row: -len(row.having(Finding.STRENGTH))), Finding.STRENGTH)
    if len(comparison.sessions) < FEWEST_RECURRING:
        return [gettext("Er staat één sessie. Kies er nog een om te vergelijken.")]
    if not obstacles:
        sentences = [gettext("Geen hinderpaal komt in meer dan één sessie voor.")]
    else:
        sentences = [gettext("Het vaakst een hinderpaal: %s.") % get_text_list(obstacles, gettext("en"))]
    if strengths:
        sentences.append(gettext("Het vaakst een sterkte: %s.") % get_text_list(strengths, gettext("en")))
    return sentences


def _named(rows: Sequence[Row], found: Finding) -> list[str]:
    named = []
    for row in rows[:NAMED]:
        # Where there is no figure, nothing is said of it.
        number, total = len(row.having(found)), sum(1 for cell in row.cells if cell.finding)
        if number >= FEWEST_RECURRING:
            told = {"item": lower_first(item_name(row.item)), "n": number, "total": total}
            # Above the table it says how many were chosen: where that is another number, why.
            if total < len(row.cells):
                named.append(gettext("%(item)s (in %(n)s van de %(total)s sessies met cijfers)") % told)
            else:
                named.append(gettext("%(item)s (in %(n)s van de %(total)s sessies)") % told)
    return named


def not_alike(comparison: Comparison) -> list[tuple[Item, str]]:
    """The items that some version of the checklist hasn't, with these versions: what can't be compared there."""
    missing = []
    for row in comparison.rows:
        without = sorted({cell.session.version for cell in row.cells if isinstance(cell.counts, NotCompared)})
        if without:
            missing.append((row.item, get_text_list([str(version) for version in without], gettext("en"))))
    return missing


def low_turnouts(comparison: Comparison) -> str:
    """In which sessions less than half of those who were expected answered; nothing where there is none."""
    low = comparison.with_low_turnout
    if not low:
        return ""
    named = len(comparison.by_team) > 1
    told = []
    for session in low:
        words = wording.session_words(session.title)
        name = f"{session.team.name}, {words}" if named else words
        told.append(f"{name} ({_of(session)})")
    said = ngettext(
        "Let op: in deze sessie antwoordde minder dan %(share)s van wie verwacht werd: %(sessions)s.",
        "Let op: in deze sessies antwoordde minder dan %(share)s van wie verwacht werd: %(sessions)s.",
        len(low),
    )
    return said % {"share": share_in_words(1 - LOW_ABOVE), "sessions": "; ".join(told)}


def _of(session: SessionFigures) -> str:
    return gettext("%(n)s van %(expected)s") % {"n": session.counted, "expected": session.expected}


def unlike_modes(comparison: Comparison) -> str:
    """What to keep in mind where sessions were filled in in different ways; nothing where they weren't."""
    if len(comparison.modes) == 1:
        return ""
    if all(mode.is_round for mode in comparison.modes):
        return gettext("Let op: sommige sessies zijn anoniem ingevuld, andere op naam. Dat kan de antwoorden kleuren.")
    return gettext(
        "Let op: niet elke sessie is op dezelfde manier ingevuld. Wat een team samen op één blad zet, of één persoon, "
        "is één antwoord: dat is iets anders dan de antwoorden van velen."
    )


def recurring(beside: AcrossTeams, finding: str) -> tuple[ItemAcrossTeams, ...]:
    """`{{ beside|recurring:"split" }}`: the items that have this finding in several collaborations."""
    return beside.recurring(Finding(finding))


def having(row: ItemAcrossTeams, finding: str) -> tuple[Occurrence, ...]:
    """`{{ row|having:"split" }}`: the collaborations in which an item has this finding."""
    return row.having(Finding(finding))


def shared_on(shared: Mapping[str, tuple[Shared, ...]], key: str) -> tuple[Shared, ...]:
    """`{{ shared|shared_on:key }}`: what was shared on an item."""
    return shared.get(key, ())


def team_rows(seen: Sequence[Occurrence], *, with_findings: bool = False) -> SafeString:
    """`{% team_rows row.seen %}`: what was answered to an item in each collaboration, as the rows of a table: up to 300
    of them on a page, which took a third of its time as a template."""
    divided = f' <span class="small">{escape(gettext("(niet eens)"))}</span>'
    return SafeString("".join(_team_row(one, divided, with_finding=with_findings) for one in seen))


def _team_row(one: Occurrence, divided: str, *, with_finding: bool) -> str:
    counts, found = one.report.counts, one.report.finding
    if not isinstance(counts, Counts):
        raise TypeError("a session that speaks has the counts of its items")
    which: str = conditional_escape(session_title(one.session))
    if with_finding and found:
        which += f'</span> <span class="small">{wording.SIGNS[found]} {escape(str(wording.FINDINGS[found]))}'
    unsure, all_of_them = counts.unsure, f"{counts.counted}{divided if counts.divided else ''}"
    return (
        f'<tr><th scope="row"><span class="own-words">{as_name(one.session.team.name)}</span>'
        f' <span class="small">{which}</span></th><td>{counts.hindering}</td>\n'
        f"<td>{counts.helping}</td><td>{unsure}</td><td>{all_of_them}</td></tr>\n"
    )
