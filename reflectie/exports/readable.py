"""The sheet of a workbook that people read and print: a session, or sessions beside each other."""

import textwrap
from collections.abc import Mapping

from django.utils.translation import gettext as _

from reflectie.domain.comparison.comparison import Cell as Compared
from reflectie.domain.comparison.comparison import Comparison
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Mode
from reflectie.presentation import wording
from reflectie.presentation.items import answer, choice_words
from reflectie.presentation.polls import poll_about, poll_name, poll_text
from reflectie.presentation.report import (
    agreement_about,
    counted_text,
    dissent_text,
    group_name,
    group_sizes,
    group_text,
    nothing_said,
    only_answer,
    report_line,
    trigger_text,
    turnout_lines,
)

from .tables import words_why
from .workbook import Book, Page, Styled

# Number, statement, finding, five counts, named first, what it says, what the talk made of it.
REPORT_WIDTHS = (5, 38, 24, 12, 9, 11, 8, 8, 7, 28, 38)
# Number, what, who, when, how it stands, what it is about.
DECIDED_WIDTHS = (5, 56, 28, 16, 34, 44)
# So much of a text from the talk, and of its lines: no row is high enough for two of the longest.
MAX_SAID, MAX_SAID_LINES = 320, 4
# So many sessions stand on one page across; more go on to a next.
SESSIONS_ACROSS = 8
# A finding and its counts take three lines in it, so that all of the checklist goes on one page.
SESSION_WIDTH = 24


def write_report(book: Book, report: Report) -> None:
    """A session: what is known of it, every finding and what came of the talk; then what was concluded and agreed."""
    page = book.page(_("Verslag"))
    page.columns((*REPORT_WIDTHS[:6], 8, *REPORT_WIDTHS[6:]) if _may_disagree(report) else REPORT_WIDTHS)
    _title(page, report)
    _facts(page, report)
    page.space()
    if report.is_withheld:
        page.across(_("Te weinig antwoorden voor een resultaat. Loop de stellingen samen langs."), "verdict")
    elif report.counted:
        page.across(report_line(report), "verdict")
        for line in turnout_lines(report):
            page.across(line, "plain")
    else:
        page.across(nothing_said(report), "verdict")
    _findings(page, report)
    page.space()
    if report.notes or report.goal_sentences:
        page.across(_("Wat mensen schreven, staat op het blad ‘Teksten’."), "plain")
    page.across(_version(report), "plain")
    page.sheet.fit_to_pages(1, 0)
    if report.agreements or report.conclusion or report.parked or report.polls:
        _write_decided(book, report)


def _title(page: Page, report: Report) -> None:
    question = _("Waarom loopt onze samenwerking structureel stroef?")
    page.across(report.collaboration or question, "title")
    if report.collaboration:
        page.across(question, "plain")


def _facts(page: Page, report: Report) -> None:
    if report.team:
        page.fact(_("Team"), report.team)
    when = _("Gepland op") if report.is_ahead else _("Datum")
    page.fact(_("Laatst gewijzigd") if report.delete_on else when, report.changed_on)
    if which := wording.which_session(report.title):
        page.fact(_("Sessie"), which)
    page.fact(_("Ingevuld"), str(wording.MODES[report.mode]))
    if report.mode.is_round:
        page.fact(_("Antwoorden"), counted_text(report))
    for level in report.levels:
        page.fact(_("Rol"), str(wording.LEVELS[level]))
    if report.partners:
        page.fact(_("Partners"), ", ".join(report.partners))
    for group, words in group_sizes(report):
        page.fact(_("Antwoorden per groep"), f"{group_name(report, group)}: {words}" if group else words)


def _version(report: Report) -> str:
    version = {"version": report.checklist.version, "revision": report.checklist.revision}
    text = _("Checklist versie %(version)s. Uitleg en advies: herziening %(revision)s.") % version
    return text + " " + _("De stellingen staan er zoals in het boekje van UCLL.")


def _findings(page: Page, report: Report) -> None:
    names = [_("Nr."), _("Stelling of factor"), _("Bevinding"), _("Hinderend"), _("Helpend"), _("Weet niet")]
    names += [_("Niet eens")] if _may_disagree(report) else []
    names += [_("Open"), _("Geteld"), _("Eerst"), _("Vraag") if report.is_withheld else _("Hoe het gezien wordt")]
    page.sheet.repeat_rows(page.row)
    page.line([(name, "head") for name in [*names, _("Uit het gesprek")]])
    names_first = any(item.first for item in report.items)
    for part in report.dimensions:
        page.across(part.dimension.name, "band")
        for item in part.items:
            page.line(_finding(report, item, names_first=names_first))


def _finding(report: Report, item: ItemReport, *, names_first: bool) -> list[Styled]:
    counts, said = item.counts, (_said(item), "cell")
    start: list[Styled] = [(item.item.number, "count"), (_asked(item), "cell")]
    if not isinstance(counts, Counts):
        empty: list[Styled] = [(None, "count")] * 6
        return [*start, (_("Niet getoond: %s") % words_why(counts), "cell"), *empty, (item.item.question, "cell"), said]
    divided = [counts.divided] if _may_disagree(report) else []
    numbers = (counts.hindering, counts.helping, counts.dont_know, *divided, counts.open, counts.counted)
    first = item.first if names_first else None
    seen = dissent_text(item) if report.mode.is_round else _chosen(item)
    return [*start, _badge(item.finding), *((n, "count") for n in (*numbers, first)), (seen, "cell"), said]


def _may_disagree(report: Report) -> bool:
    """Whether "we zijn het niet eens" is one of the answers, and has a column."""
    return report.mode is Mode.TOGETHER


def _asked(item: ItemReport) -> str:
    asked = item.item
    return f"{asked.hindering}\n{asked.words}" if asked.words else f"{asked.short}\n{asked.hindering} ↔ {asked.helping}"


def _badge(found: Finding | None) -> Styled:
    return (f"{wording.SIGNS[found]} {wording.FINDINGS[found]}", found) if found else (None, "cell")


def _chosen(item: ItemReport) -> str:
    """Of one sheet: the answer in words."""
    counts = item.counts
    assert isinstance(counts, Counts)
    given = [value for value, number in (("hindering", counts.hindering), ("helping", counts.helping)) if number]
    given += ["disagree"] if counts.divided else []
    given += ["dont-know"] if counts.dont_know else []
    return str(answer(item.item, given[0])) if given else _("Opengelaten")


def _said(item: ItemReport) -> str:
    outcome = item.outcome
    if outcome is None:
        return ""
    lines = [str(choice_words(item.item, outcome.choice)) if outcome.choice else "", _begin(outcome.reason)]
    if outcome.minority:
        lines.append(_("Wat een minderheid vindt: %s") % _begin(outcome.minority))
    if outcome.mover:
        lines.append(_("Wie kan dit aanpakken? %s") % wording.MOVERS[outcome.mover])
    if item.contradiction:
        lines.append(_("Het gesprek kwam anders uit dan de antwoorden."))
    return "\n".join(line for line in lines if line)


def _begin(text: str) -> str:
    """A text, or how a long one begins: it is whole where all texts are."""
    if len(text) <= MAX_SAID and text.count("\n") < MAX_SAID_LINES:
        return text
    more = _("(lees verder op het blad ‘Teksten’)")
    return f"{textwrap.shorten(text, MAX_SAID, placeholder='…')} {more}"


def _write_decided(book: Book, report: Report) -> None:
    """A sheet of its own: printed under the findings, agreements would go on under their headings."""
    page = book.page(_("Afspraken"))
    page.columns(DECIDED_WIDTHS)
    _title(page, report)
    _conclusion(page, report)
    _agreements(page, report)
    _polls(page, report)
    _parked(page, report)
    page.sheet.fit_to_pages(1, 0)


def _conclusion(page: Page, report: Report) -> None:
    made = report.conclusion
    if made is None:
        return
    page.space()
    page.across(_("Besluit"), "verdict")
    page.fact(_("Heb je elkaar nodig om het doel te bereiken?"), str(wording.NEEDED[made.needed]))
    page.fact(_("Jullie besluit"), str(wording.DECISIONS[made.decision]))
    if made.reason:
        page.fact(_("Waarom"), made.reason)
    if made.next_on:
        page.fact(_("Volgende sessie"), made.next_on)


def _agreements(page: Page, report: Report) -> None:
    if not report.agreements:
        return
    page.space()
    page.across(_("Afspraken"), "verdict")
    heads = [_("Nr."), _("Wat gaan we doen?"), _("Wie?"), _("Wanneer klaar?"), _("Hoe staat het ermee?"), _("Waarover")]
    page.sheet.repeat_rows(page.row)
    page.line([(head, "head") for head in heads])
    for number, made in enumerate(report.agreements, start=1):
        state = f"{wording.SIGNS[made.state]} {wording.STATES[made.state]}"
        stands = f"{state}\n{made.reason}" if made.reason else state
        what = f"{made.what}\n{trigger_text(made)}" if made.trigger else made.what
        start: list[Styled] = [(number, "count"), (what, "cell"), (made.who, "cell"), (made.due_on, "cell")]
        page.line([*start, (stands, "cell"), (agreement_about(report.checklist, made), "cell")])


def _polls(page: Page, report: Report) -> None:
    if not report.polls:
        return
    page.space()
    page.across(_("Hoeveel draagvlak er was"), "verdict")
    for poll in report.polls:
        page.across(f"{poll_name(poll)}, {poll_about(report, poll)}: {poll_text(poll)}", "plain")


def _parked(page: Page, report: Report) -> None:
    if not report.parked:
        return
    page.space()
    page.across(_("Op de parkeerplaats"), "verdict")
    for topic in report.parked:
        page.across(topic.text, "plain")


def write_comparison(book: Book, comparison: Comparison) -> None:
    """Sessions beside each other: every item, and in each session what the answers add up to, with how many."""
    sessions = comparison.sessions
    page = book.page(_("Vergelijking"))
    page.columns((5, 34, *[SESSION_WIDTH] * len(sessions)))
    page.line([("", "title"), (_("Vergelijking"), "title"), *([("", "title")] * len(sessions))])
    if comparison.invented:
        invented = _("Verzonnen voorbeeld: hier staan gegevens bij die niet echt zijn.")
        page.line([("", "raw"), (invented, "raw"), *([("", "raw")] * len(sessions))])
    heading = page.row
    _session_heads(page, comparison)
    page.sheet.freeze_panes(page.row, 2)
    page.sheet.repeat_rows(heading, heading + 1)
    page.sheet.repeat_columns(0, 1)
    rows = {row.item.key: row for row in comparison.rows}
    badges = {found: _badge(found) for found in (*Finding, None)}
    for dimension, items in comparison.dimensions:
        page.line([("", "band"), (dimension.name, "band"), *([("", "band")] * len(sessions))])
        for item in items:
            cells = [_compared(cell, item.key, badges) for cell in rows[item.key].cells]
            page.line([(item.number, "count"), (item.short, "cell"), *cells])
    if len(sessions) <= SESSIONS_ACROSS:
        page.sheet.fit_to_pages(1, 0)
    else:
        page.sheet.set_print_scale(60)


def _session_heads(page: Page, comparison: Comparison) -> None:
    sessions = comparison.sessions
    page.line([("", "head"), (_("Samenwerking"), "head"), *((session.team.name, "head") for session in sessions)])
    page.line([("", "head"), (_("Datum"), "head"), *((session.day, "head") for session in sessions)])
    if any(which := [wording.which_session(session.title) for session in sessions]):
        page.line([("", "cell"), (_("Sessie"), "cell"), *((words, "cell") for words in which)])
    modes = [(str(wording.MODES[session.mode]), "cell") for session in sessions]
    page.line([("", "cell"), (_("Ingevuld"), "cell"), *modes])
    counted = [(words_why(s.counted) if isinstance(s.counted, Withheld) else s.counted, "count") for s in sessions]
    page.line([("", "cell"), (_("Antwoordbladen"), "cell"), *counted])
    if any(session.turnout for session in sessions):
        expected = [(s.expected if s.turnout else None, "count") for s in sessions]
        page.line([("", "cell"), (_("Verwacht"), "cell"), *expected])
    if any(session.conclusion for session in sessions):
        made = [str(wording.DECISIONS[s.conclusion.decision]) if s.conclusion else "" for s in sessions]
        page.line([("", "cell"), (_("Besluit"), "cell"), *((words, "cell") for words in made)])


def _compared(cell: Compared, key: str, badges: Mapping[Finding | None, Styled]) -> Styled:
    if not isinstance(cell.counts, Counts):
        return (_("Niet getoond: %s") % words_why(cell.counts)), "cell"
    report = cell.session.item(key)
    assert report is not None
    badge, style = badges[cell.finding]
    said = group_text(report.item, report) if cell.session.mode.is_round else only_answer(report.item, cell.counts)
    return f"{badge}\n{said}", style
