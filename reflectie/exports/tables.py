"""The one shape from which spreadsheets and CSV are written: long rows, one figure, answer or text in each.

A report and a comparison come in as the screen gets them, so that what is withheld has no number here either: its cells
are empty, and the column `niet_getoond` says why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reflectie.domain.comparison.comparison import Comparison, SessionFigures
from reflectie.domain.imports.spreadsheet import Cell
from reflectie.domain.questionnaire.answers import HELP_RANGE
from reflectie.domain.questionnaire.checklist import Dimension, Item, all_items
from reflectie.domain.questionnaire.help_range import LETTERS
from reflectie.domain.report.agreements import Agreement, Conclusion
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.report.items import GroupView, ItemReport, Note, Tally
from reflectie.domain.report.polls import Poll, PollCounts, Stance
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Shown, Withheld
from reflectie.domain.rules.turnout import turnout_of
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode
from reflectie.domain.text import without_invisible
from reflectie.presentation import wording
from reflectie.presentation.items import answer, choice_words
from reflectie.presentation.polls import poll_about, poll_name, poll_text
from reflectie.presentation.questionnaire import QUESTIONS
from reflectie.presentation.ranges import band_name, band_parts, letters_text, stretch_text
from reflectie.presentation.report import group_name

from .columns import LOW_TURNOUT, SORTS, RowType

# By the name of the column; one that is absent is empty.
Row = Mapping[str, Cell]
# By the key of an item, what stands in every row about it.
Items = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one shape: what a sheet with them is called, and which columns it has."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


_SESSION = ("sort", "session", "collaboration", "day", "mode", "version")
_ITEM = ("dimension_key", "dimension", "item_key", "item")
FIGURES = (
    *_SESSION, *_ITEM, "group", "hindering", "helping", "dont_know", "open", "unsure", "counted", "expected",
    "finding_key", "finding", "withheld", "first", "session_name", "divided",
)  # fmt: skip
ANSWERS = (*_SESSION, *_ITEM, "group", "question", "answer", "number", "who", "withheld", "session_name")
TEXTS = (
    *_SESSION, *_ITEM, "who", "answer", "text", "reason", "due", "state", "principle", "number", "session_name",
    "trigger",
)  # fmt: skip


def session_tables(report: Report) -> tuple[Table, ...]:
    """A session: its figures; then what people answered and wrote, where there is any of it."""
    about = _about(1, report.collaboration, report.title, report.mode, report.checklist.version)
    items, words = _items(all_items([report.checklist])), _words()
    tables = [
        Table(_("Cijfers"), FIGURES, _rows(about, _session_figures(report, items), words)),
        Table(_("Antwoorden"), ANSWERS, _rows(about, _answers(report, items), words)),
        Table(_("Teksten"), TEXTS, _rows(about, _texts(report, items), words)),
    ]
    return tuple(table for table in tables if table.rows)


def comparison_tables(comparison: Comparison) -> tuple[Table, ...]:
    """Sessions beside each other, numbered as they stand: their figures; and what was decided, where anything was."""
    items, words = _items(comparison.dimensions), _words()
    figures: list[Row] = []
    decided: list[Row] = []
    for place, session in enumerate(comparison.sessions):
        about = _about(place + 1, session.team.name, session.title, session.mode, session.version)
        figures += _rows(about, _compared_figures(comparison, place, items), words)
        decided += _rows(about, _decided(session, items), words)
    tables = [Table(_("Cijfers"), FIGURES, tuple(figures)), Table(_("Teksten"), TEXTS, tuple(decided))]
    return tuple(table for table in tables if table.rows)


def _about(number: int, collaboration: str, title: SessionTitle, mode: Mode, version: int) -> Row:
    """What stands in every row of a session."""
    return {
        "session": number,
        "collaboration": collaboration,
        "day": title.day,
        "mode": str(wording.MODES[mode]),
        "version": version,
        "session_name": wording.which_session(title),
    }


def _items(parts: Sequence[tuple[Dimension, tuple[Item, ...]]]) -> Items:
    names = {dimension.key: dimension.name for dimension, _held in parts}
    return {
        item.key: {
            "dimension_key": item.dimension,
            "dimension": names[item.dimension],
            "item_key": item.key,
            "item": item.short,
        }
        for _dimension, held in parts
        for item in held
    }


def _words() -> Mapping[Cell, str]:
    """What the sorts of rows and the findings are called, looked up once for a thousand rows."""
    findings = {**wording.FINDINGS, LOW_TURNOUT: wording.LOW_TURNOUT}
    return {
        **{sort: str(words) for sort, (words, _meaning) in SORTS.items()},
        **{found: str(words) for found, words in findings.items()},
    }


def _rows(about: Row, rows: Iterable[Row], words: Mapping[Cell, str]) -> tuple[Row, ...]:
    return tuple(
        {**about, **row, "sort": words[row["sort"]], "finding": words.get(row.get("finding_key"))}
        for row in map(_clean, rows)
    )


def _clean(row: Row) -> Row:
    # What nobody can see was taken out when it was typed; a file must open whatever happens.
    return {name: without_invisible(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def words_why(figure: Withheld | NotCompared) -> str:
    """Why there is no number, as the screen says it."""
    return str(wording.WORDS[figure.reason if isinstance(figure, Withheld) else figure])


# --- figures


def _session_figures(report: Report, items: Items) -> Iterator[Row]:
    yield _people(report.counted, report.expected)
    expected = {turnout.group: turnout.expected for turnout in report.group_turnouts}
    for name, size in report.groups:
        yield {**_people(size, expected.get(name)), "group": str(group_name(report, name))}
    names_first = any(item.first for item in report.items)
    for item in report.items:
        about = items[item.item.key]
        figure = _figure(item.counts, item.finding)
        # Where nobody is shown to have named anything, too few may have; that is no zero.
        if names_first:
            figure["first"] = item.first
        yield {**about, **figure}
        for view in item.groups:
            yield {**about, **_group_figure(view), "group": str(group_name(report, view.name))}


def _compared_figures(comparison: Comparison, place: int, items: Items) -> Iterator[Row]:
    session = comparison.sessions[place]
    yield _people(session.counted, session.expected)
    for row in comparison.rows:
        cell = row.cells[place]
        yield {**items[row.item.key], **_figure(cell.counts, cell.finding)}


def _people(counted: int | Withheld, expected: int | None) -> Row:
    if isinstance(counted, Withheld):
        return {"sort": RowType.PEOPLE, "withheld": words_why(counted)}
    row: dict[str, Cell] = {"sort": RowType.PEOPLE, "counted": counted, "expected": expected}
    if (turnout := turnout_of(counted, expected)) and turnout.is_low:
        row |= {"finding_key": LOW_TURNOUT}
    return row


def _figure(counts: Shown | NotCompared, found: Finding | None) -> dict[str, Cell]:
    if not isinstance(counts, Counts):
        return {"sort": RowType.FIGURE, "withheld": words_why(counts)}
    return {
        "sort": RowType.FIGURE,
        "hindering": counts.hindering,
        "helping": counts.helping,
        "dont_know": counts.dont_know,
        "open": counts.open,
        "divided": counts.divided,
        "unsure": counts.unsure,
        "counted": counts.counted,
        "finding_key": found,
    }


def _group_figure(view: GroupView) -> Row:
    """Of a group, who doesn't know and who left it open are one number, as the floor asks. A team that answers together
    has no groups, so that none of them is divided."""
    whole = _figure(view.counts, view.finding)
    return {name: cell for name, cell in whole.items() if name not in {"dont_know", "open", "divided"}}


# --- answers


def _answers(report: Report, items: Items) -> Iterator[Row]:
    for item in report.items:
        for value, names in item.voices:
            given = str(answer(item.item, value)) or _("Opengelaten")
            for who in names:
                row = {"sort": RowType.ANSWER, "answer": given, "who": who or _("zonder naam")}
                yield {**items[item.item.key], **row}
    for question, tally in _questions(report):
        yield from _tally(question, tally)
    yield from _ranges(report)
    for question, choices in _one_by_one(report):
        for choice in choices:
            yield {"sort": RowType.ANSWER, "question": question, "answer": str(wording.WORDS[choice])}


def _questions(report: Report) -> tuple[tuple[str, Tally | Withheld], ...]:
    """What was asked beside the checklist and counted, with how many chose what."""
    return (
        (_("Wat is nodig?"), report.needed),
        (_("Hoe werken jullie nu samen?"), report.forms),
        (_("Past de vorm bij wat nodig is?"), report.fits),
        (_("Wat staat centraal in jouw organisatie?"), report.meaning),
    )


def _tally(question: str, tally: Tally | Withheld) -> Iterator[Row]:
    about = {"sort": RowType.TALLY, "question": question}
    if isinstance(tally, Withheld):
        yield {**about, "withheld": words_why(tally)}
        return
    for choice, number in tally.numbers:
        yield {**about, "answer": str(wording.WORDS[choice]), "number": number}


def _ranges(report: Report) -> Iterator[Row]:
    """How far help goes: what each answered, by name or on one sheet; else how many help where. Of a group there are
    three numbers: all of them, none, and between these two none that is told."""
    question, ranges = {"question": str(QUESTIONS[HELP_RANGE].title)}, report.ranges
    if isinstance(ranges, Withheld):
        yield {**question, "sort": RowType.TALLY, "withheld": words_why(ranges)}
    elif ranges and report.mode is not Mode.ANONYMOUS and ranges.bands:
        for band in ranges.bands:
            who = band_name(report, band) or None
            yield {**question, "sort": RowType.ANSWER, "answer": stretch_text(band.some[0], band.some[-1]), "who": who}
    elif ranges:
        for letter, number in zip(LETTERS, ranges.counts, strict=False):
            yield {**question, "sort": RowType.TALLY, "answer": letter, "number": number}
        for band in ranges.bands:
            for who, letters, among in band_parts(band):
                said = {"answer": f"{letters_text(letters)}: {who}", "number": among}
                yield {**question, "sort": RowType.TALLY, "group": band_name(report, band), **said}


def _one_by_one(report: Report) -> Iterator[tuple[str, Sequence[str]]]:
    for view in report.intensities:
        yield _("Wat is nodig?"), [view.needed] if view.needed else []
        yield _("Hoe werken jullie nu samen?"), view.forms
        yield _("Past de vorm bij wat nodig is?"), [view.fit] if view.fit else []
    yield _("Wat staat centraal in jouw organisatie?"), report.meanings
    yield _("Vanuit welke rol?"), report.levels


# --- texts


def _texts(report: Report, items: Items) -> Iterator[Row]:
    yield from (_written(RowType.SENTENCE, sentence) for sentence in report.goal_sentences)
    if report.removed_sentences:
        yield {"sort": RowType.REMOVED, "number": report.removed_sentences}
    for item in report.items:
        yield from ({**items[item.item.key], **row} for row in _item_texts(item))
    yield from _decided(report, items)
    for topic in report.parked:
        yield {"sort": RowType.PARKED, "text": topic.text}
    for poll in report.polls:
        yield from _polled(report, poll)


def _polled(report: Report, poll: Poll) -> Iterator[Row]:
    """Of a poll, how many stand where; or why that isn't shown, without a number."""
    about: Row = {"sort": RowType.POLL, "text": poll_about(report, poll), "reason": poll_name(poll)}
    counts = poll.counts
    if not isinstance(counts, PollCounts):
        yield {**about, "answer": poll_text(poll)}
        return
    numbers = {Stance.BEHIND: counts.behind, Stance.LIVE_WITH: counts.live_with, Stance.OBJECTION: counts.objection}
    for stance, number in numbers.items():
        yield {**about, "answer": str(wording.STANCES[stance]), "number": number}


def _decided(session: Report | SessionFigures, items: Items) -> Iterator[Row]:
    for made in session.agreements:
        yield {**(items[made.item] if made.item else {}), **_agreed(made)}
    yield from _concluded(session.conclusion)


def _written(sort: RowType, note: Note) -> Row:
    return {"sort": sort, "who": note.who, "text": note.text}


def _item_texts(item: ItemReport) -> Iterator[Row]:
    yield from (_written(RowType.NOTE, note) for note in item.notes)
    if item.removed:
        yield {"sort": RowType.REMOVED, "number": item.removed}
    if outcome := item.outcome:
        choice = str(choice_words(item.item, outcome.choice)) if outcome.choice else None
        mover = str(wording.MOVERS[outcome.mover]) if outcome.mover else None
        yield {"sort": RowType.OUTCOME, "answer": choice, "text": outcome.reason, "who": mover}
        if outcome.minority:
            yield {"sort": RowType.MINORITY, "text": outcome.minority}


def _agreed(made: Agreement) -> Row:
    return {
        "sort": RowType.AGREEMENT,
        "who": made.who,
        "text": made.what,
        "reason": made.reason,
        "due": made.due_on,
        "state": str(wording.STATES[made.state]),
        "principle": made.principle or None,
        "trigger": made.trigger,
    }


def _concluded(conclusion: Conclusion | None) -> Iterator[Row]:
    if conclusion is None:
        return
    yield {"sort": RowType.NEED, "answer": str(wording.NEEDED[conclusion.needed])}
    decision = str(wording.DECISIONS[conclusion.decision])
    yield {"sort": RowType.DECISION, "answer": decision, "text": conclusion.reason, "due": conclusion.next_on}
