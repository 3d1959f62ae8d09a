"""Answers from a table that somebody filled in, a row for each form on paper: strict in what it says.

What can't be understood is an error, and one error is enough to take nothing: a cell that is passed over in silence
would be an answer that somebody gave and nobody counts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import zip_longest

from reflectie.domain.questionnaire.answers import MAX_LINES, Ask, Field, FieldValue, Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.questionnaire.help_range import is_turned
from reflectie.domain.rules.findings import Counts, count
from reflectie.domain.setup import ABOUT_YOU
from reflectie.domain.text import same_text, tidy

# More than anybody mends in one go.
MAX_PROBLEMS = 100
# So much of what stands in a wrong cell is said again.
MAX_GIVEN = 40
# The titles stand in one of the first rows.
MAX_ABOVE = 10
# With what the first cell of a sheet begins that says of which session a file is; its key follows.
SESSION_MARK = "samenwerking-invulblad:"


class Wrong(StrEnum):
    """What is wrong with a table, or with one cell of it."""

    NO_HEADER = "no-header"
    UNKNOWN_COLUMN = "unknown-column"
    COLUMN_TWICE = "column-twice"
    NO_TITLE = "no-title"
    NO_SHEETS = "no-sheets"
    TOO_MANY_SHEETS = "too-many-sheets"
    WORD = "word"
    TOO_MANY = "too-many"
    TOO_LONG = "too-long"
    TOO_MANY_LINES = "too-many-lines"
    NO_ANSWER = "no-answer"
    # Of from and to one is missing, or they stand the wrong way round.
    HALF_RANGE = "half-range"
    TURNED_RANGE = "turned-range"
    # What a file may have in a cell where a text should be.
    FORMULA = "formula"
    BROKEN_SUM = "broken-sum"
    MERGED = "merged"
    # Until 0.8: in a CSV alone.
    QUOTE = "quote"


# A cell of a table: its text, or why it has none. Of a table the first row is row 1, as a spreadsheet numbers it.
Cell = str | Wrong
Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class TableProblem:
    """What is wrong and where, as a spreadsheet says it: row 0 is all of the table, a column has letters. `number` is
    how many there are."""

    wrong: Wrong
    row: int = 0
    letters: str = ""
    given: str = ""
    number: int = 0
    column: "ImportColumn | None" = None


@dataclass(frozen=True, eq=False)
class ImportColumn:
    """One column: what it fills in, and what its cells may say.

    `words` has a word for each choice, in the order in which a list offers them, and `also` what may stand there
    instead; a text has none. Several columns may each hold a choice of one field. Without a field it is the column of
    the forms' numbers, of which nothing is kept.
    """

    title: str
    asked: Field | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    # What the column is part of; it stands above the first of them.
    part: str = ""
    # Of a range: whether it is its first letter (0) or its last (1).
    place: int = 0
    # Until 0.8: what stands between several choices in one cell of a CSV, as a pattern.
    separator: str = ""

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Which choice each text stands for, as texts are compared; where they clash, the word wins."""
        return {same_text(text): choice for text, choice in [*self.also.items(), *self.words.items()]}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a table came to: sheets, or what is wrong with it. Never both."""

    sheets: tuple[Sheet, ...] = ()
    problems: tuple[TableProblem, ...] = ()
    # Fields that the table has no column for.
    missing: tuple[Field, ...] = ()


class _BadCellError(Exception):
    def __init__(self, wrong: Wrong, number: int = 0) -> None:
        self.wrong, self.number = wrong, number


def has_titles(rows: Rows, columns: Sequence[ImportColumn]) -> bool:
    """Whether these are rows of a table with such columns, rather than something else in the same file."""
    return _find_header(rows, _by_title(columns)) is not None


def read_table(rows: Rows, columns: Sequence[ImportColumn], most: int) -> ImportResult:
    """The sheets in a table, at most `most`; or everything that is wrong with it, MAX_PROBLEMS of it. Never raises.

    Columns stand in any order and may be left out. Passed over are rows above the titles, those without an answer, and
    the one that explains the columns.
    """
    known = _by_title(columns)
    header = _find_header(rows, known)
    if header is None:
        return ImportResult(problems=(TableProblem(Wrong.NO_HEADER),))
    heads, problems = _read_header(header, rows[header], known)
    sheets = []
    if not problems:
        for number, cells in enumerate(rows[header + 1 :], start=header + 2):
            sheet, wrong = _read_row(number, cells, heads)
            problems += wrong
            sheets += [sheet] if sheet else []
            if len(problems) >= MAX_PROBLEMS:
                break
    if not problems and not 0 < len(sheets) <= most:
        problems = [TableProblem(Wrong.TOO_MANY_SHEETS if sheets else Wrong.NO_SHEETS, number=most if sheets else 0)]
    if problems:
        return ImportResult(problems=tuple(problems[:MAX_PROBLEMS]))
    there = {head.asked.name for head in heads if head and head.asked}
    asked = {column.asked.name: column.asked for column in columns if column.asked}
    return ImportResult(tuple(sheets), missing=tuple(one for name, one in asked.items() if name not in there))


def _by_title(columns: Sequence[ImportColumn]) -> dict[str, ImportColumn]:
    return {same_text(column.title): column for column in columns}


def _find_header(rows: Rows, known: Mapping[str, ImportColumn]) -> int | None:
    for place, cells in enumerate(rows[:MAX_ABOVE]):
        heads = [known.get(same_text(cell)) for cell in cells]
        if any(head and head.asked and head.asked.item for head in heads):
            return place
    return None


def _read_header(
    place: int, titles: Sequence[Cell], known: Mapping[str, ImportColumn]
) -> tuple[list[ImportColumn | None], list[TableProblem]]:
    """The column of each place, None for one without a title."""
    heads: list[ImportColumn | None] = []
    problems = []
    for number, title in enumerate(titles):
        head = None if isinstance(title, Wrong) else known.get(same_text(title))
        where = (place + 1, column_letters(number))
        if isinstance(title, Wrong):
            problems.append(TableProblem(title, *where))
        elif head is None and title.strip():
            problems.append(TableProblem(Wrong.UNKNOWN_COLUMN, *where, _short(title)))
        elif head and head in heads:
            problems.append(TableProblem(Wrong.COLUMN_TWICE, *where, column=head))
        heads.append(head)
        if len(problems) >= MAX_PROBLEMS:
            break
    return heads, problems


def _read_row(
    row: int, cells: Sequence[Cell], heads: Sequence[ImportColumn | None]
) -> tuple[Sheet | None, list[TableProblem]]:
    if _explains(cells, heads):
        return None, []
    values: dict[str, FieldValue] = {}
    problems = []
    for place, cell in enumerate(cells):
        head = heads[place] if place < len(heads) else None
        try:
            if (value := _read_cell(head, cell)) and head and head.asked:
                values[head.asked.name] = _with_others(head.asked, value, values.get(head.asked.name, ()))
        except _BadCellError as bad:
            given = "" if isinstance(cell, Wrong) else _short(cell)
            problems.append(TableProblem(bad.wrong, row, column_letters(place), given, bad.number, head))
            if len(problems) >= MAX_PROBLEMS:
                break
    problems = problems or list(_check_ranges(row, values, heads))
    if values and not problems and not set(values) - set(ABOUT_YOU):
        problems.append(TableProblem(Wrong.NO_ANSWER, row))
    return (Sheet(values) if values else None), problems


def _check_ranges(
    row: int, values: Mapping[str, FieldValue], heads: Sequence[ImportColumn | None]
) -> Iterator[TableProblem]:
    """What is wrong with from and to once both were read, at the column of the last letter, or the one there is."""
    found = {head.asked.name: (at, head) for at, head in enumerate(heads) if head and head.asked}
    for name, (at, head) in found.items():
        value = values.get(name)
        if not head.asked or head.asked.ask is not Ask.RANGE or not isinstance(value, tuple):
            continue
        first, last = value
        if not first or not last:
            yield TableProblem(Wrong.HALF_RANGE, row, column_letters(at), first or last, column=head)
        elif is_turned(first, last):
            yield TableProblem(Wrong.TURNED_RANGE, row, column_letters(at), last, column=head)


def _explains(cells: Sequence[Cell], heads: Sequence[ImportColumn | None]) -> bool:
    """Whether a row explains the columns, as it was handed out. Not when there is an answer in it: then somebody began
    to fill in on that row."""
    explains = False
    for text, head in zip(map(same_text, cells), heads, strict=False):
        if head and text in head.meanings:
            return False
        # A text may well be what a column of texts explains.
        explains |= bool(head and text and (head.words or not head.asked) and text == same_text(head.help))
    return explains


def _read_cell(head: ImportColumn | None, cell: Cell) -> FieldValue:
    if isinstance(cell, Wrong):
        raise _BadCellError(cell)
    if head is None:
        if cell.strip():
            raise _BadCellError(Wrong.NO_TITLE)
        return ""
    if not head.asked:
        return ""
    if head.asked.ask is Ask.TEXT:
        return _read_text(head.asked, cell)
    pieces = re.split(head.separator, cell) if head.separator else [cell]
    chosen = [_choice(head, piece) for piece in pieces if same_text(piece)]
    if head.asked.ask is Ask.MANY:
        return tuple(chosen)
    if head.asked.ask is Ask.RANGE and chosen:
        return ("", chosen[0]) if head.place else (chosen[0], "")
    return chosen[0] if chosen else ""


def _read_text(asked: Field, cell: str) -> str:
    text = tidy(cell, one_line=asked.one_line)
    if len(text) > asked.limit:
        raise _BadCellError(Wrong.TOO_LONG, len(text))
    if (lines := text.count("\n") + 1) > MAX_LINES:
        raise _BadCellError(Wrong.TOO_MANY_LINES, lines)
    return text


def _choice(column: ImportColumn, text: str) -> str:
    found = column.meanings.get(same_text(text))
    if found is None:
        raise _BadCellError(Wrong.WORD)
    return found


def _with_others(asked: Field, value: FieldValue, others: FieldValue) -> FieldValue:
    """A value with what other columns of the row say for the same field."""
    if asked.ask is Ask.RANGE:
        return tuple(here or before for here, before in zip_longest(value, others, fillvalue=""))
    if asked.ask is not Ask.MANY:
        return value
    chosen = {*others, *value}
    if len(chosen) > asked.limit:
        raise _BadCellError(Wrong.TOO_MANY, len(chosen))
    return tuple(choice for choice in asked.choices if choice in chosen)


def column_letters(place: int) -> str:
    """How a spreadsheet calls the column at a place: 0 is A, 26 is AA."""
    above, here = divmod(place, 26)
    return (column_letters(above - 1) if above else "") + chr(ord("A") + here)


def column_place(letters: str) -> int:
    """At which place a spreadsheet has the column that it calls so: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1


def _short(text: str) -> str:
    text = tidy(text, one_line=True)
    return text if len(text) <= MAX_GIVEN else f"{text[:MAX_GIVEN]}…"


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What sheets come to before they are taken in: a column that shifted shows here at once. Numbers alone."""

    sheets: int
    # Those with a text or a choice, and no answer to the checklist.
    without_answer: int
    items: Mapping[str, Counts]
    notes: int


def preview_of(checklist: Checklist, sheets: Sequence[Sheet]) -> ImportPreview:
    """How the answers fall, item by key; left open counts over every sheet."""
    return ImportPreview(
        sheets=len(sheets),
        without_answer=sum(not sheet.answered(checklist) for sheet in sheets),
        items={item.key: count(sheet.text(item.key) for sheet in sheets) for item in checklist},
        notes=sum(bool(sheet.note(item)) for sheet in sheets for item in checklist),
    )
