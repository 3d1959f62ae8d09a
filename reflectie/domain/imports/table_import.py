"""Sheets from a table that somebody filled in by hand in a spreadsheet: forgiving in form, strict in what it says.

What can't be understood is an error, and one error is enough to take nothing: a cell that is passed over in silence
would be an answer that somebody gave and nobody counts.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from reflectie.domain.questionnaire.answers import MAX_LINES, Ask, Field, FieldValue, Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.rules.findings import Counts, count
from reflectie.domain.setup import ABOUT_YOU
from reflectie.domain.text import same_text, tidy

from .spreadsheet import Cell, unguarded, write_csv

# Many times what a team writes. Of the text, as a form posts it: with room beside it in what the app takes in at all.
MAX_BYTES = 500_000
# More than anybody mends in one go.
MAX_PROBLEMS = 100
# So much of what stands in a wrong cell is said again.
MAX_GIVEN = 40
DELIMITERS = ";,\t"
# What Excel and LibreOffice write where they took a text that begins with = or - for a sum.
_BROKEN_SUMS = frozenset(
    {"#naam?", "#name?", "#waarde!", "#value!", "#verw!", "#ref!", "#n/b", "#n/a", "#getal!", "#num!"}
)
_BROKEN_SUM = re.compile(r"(?:err|fout):\d{3}")
# What é, ë, è, ï, ê and ç become where Excel saved "CSV (MS-DOS)" or "CSV (Macintosh)": nobody writes these in a word.
_GARBLED = re.compile("[a-z][‚‰Š‹ˆ‡Ž]|[‚Ž]{2}[a-z]")


class Unreadable(StrEnum):
    """Why a file is no table at all."""

    EMPTY = "empty"
    SPREADSHEET = "spreadsheet"
    NO_TEXT = "no-text"
    TOO_BIG = "too-big"


class UnreadableError(Exception):
    """The file is no table; `args[0]` says why."""


class Wrong(StrEnum):
    """What is wrong with a table, or with one cell of it."""

    NO_HEADER = "no-header"
    UNKNOWN_COLUMN = "unknown-column"
    COLUMN_TWICE = "column-twice"
    NO_TITLE = "no-title"
    QUOTE = "quote"
    NO_SHEETS = "no-sheets"
    TOO_MANY_SHEETS = "too-many-sheets"
    WORD = "word"
    TOO_MANY = "too-many"
    TOO_LONG = "too-long"
    TOO_MANY_LINES = "too-many-lines"
    BROKEN_SUM = "broken-sum"
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where: the row as a spreadsheet numbers it, 0 for all of it; `number` is how many there are."""

    wrong: Wrong
    row: int = 0
    title: str = ""
    given: str = ""
    number: int = 0
    column: "Column | None" = None


@dataclass(frozen=True, eq=False)
class Column:
    """One column: what it fills in, and how the table says that.

    `words` has a word for each of the field's choices; `also` has others that are understood. Numbers and code names
    always are. Without a field it is the column of the sheets' numbers, of which nothing is kept.
    """

    title: str
    asked: Field | None = None
    words: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    # Whether choices are written as their numbers.
    by_number: bool = False

    @cached_property
    def said(self) -> dict[str, str]:
        """How the table says each choice."""
        if self.by_number and self.asked:
            return {choice: str(place) for place, choice in enumerate(self.asked.choices, start=1)}
        return dict(zip(self.asked.choices, self.words, strict=True)) if self.asked and self.words else {}

    @cached_property
    def explains(self) -> str:
        """With what the number of a row begins that explains the table."""
        return same_text(self.help)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Which choice each word, number and name stands for; where they clash, the word wins."""
        choices = self.asked.choices if self.asked else ()
        words = {same_text(word): choice for choice, word in zip(choices, self.words, strict=True)}
        numbers = {str(place): choice for place, choice in enumerate(choices, start=1)}
        names = {same_text(choice): choice for choice in choices}
        return names | numbers | {same_text(word): choice for word, choice in self.also.items()} | words


@dataclass(frozen=True, slots=True)
class Brought:
    """What a table came to: sheets, or what is wrong with it. Never both."""

    sheets: tuple[Sheet, ...] = ()
    problems: tuple[Problem, ...] = ()
    # The columns that the table left out.
    missing: tuple[Column, ...] = ()


class _BadCellError(Exception):
    def __init__(self, wrong: Wrong, number: int = 0) -> None:
        self.wrong, self.number = wrong, number


def read_text(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, UTF-16 or Windows-1252, whichever it is.

    Raises UnreadableError for what is no text or too big.
    """
    if not content.strip():
        raise UnreadableError(Unreadable.EMPTY)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableError(Unreadable.SPREADSHEET)
    if len(content) > MAX_BYTES:
        raise UnreadableError(Unreadable.TOO_BIG)
    text = _decode(content)
    if "\x00" in text:
        raise UnreadableError(Unreadable.NO_TEXT)
    # As a form sends it on: in another coding, or with longer line ends, it may be bigger than it came.
    if len(text.encode()) + text.count("\n") > MAX_BYTES:
        raise UnreadableError(Unreadable.TOO_BIG)
    return text


def _decode(content: bytes) -> str:
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for coding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if coding != "cp1252" or not _GARBLED.search(text):
            return text
    raise UnreadableError(Unreadable.NO_TEXT)


def write_table(columns: Sequence[Column], sheets: Sequence[Sheet] = (), *, empty: int = 0) -> str:
    """The table with these sheets, then rows for as many empty ones; under the header a row that explains it."""
    lines: list[list[Cell]] = [[column.title for column in columns], [column.help for column in columns]]
    for number, sheet in enumerate([*sheets, *[Sheet({})] * empty], start=1):
        lines.append([_cell(column, sheet) if column.asked else number for column in columns])
    return write_csv(lines)


def _cell(column: Column, sheet: Sheet) -> str:
    name = column.asked.name if column.asked else ""
    words = column.said
    if chosen := sheet.several(name):
        return (" " if column.by_number else ", ").join(words[choice] for choice in chosen)
    return words.get(sheet.text(name), sheet.text(name))


def read_table(text: str, columns: Sequence[Column], most: int) -> Brought:
    """The sheets in a table, at most `most`; or everything that is wrong with it, MAX_PROBLEMS of it. Never raises.

    Separated by semicolons, commas or tabs. Columns stand in any order and may be left out; rows without an answer and
    those that explain (their number says so, as in `help`) are passed over.
    """
    known = {same_text(name): column for column in columns for name in _names(column)}
    try:
        rows = _split(text, known)
    except _BadCellError as error:
        return Brought(problems=(Problem(error.wrong, row=error.number),))
    heads, problems = _read_header(rows, known)
    sheets = []
    if not problems:
        for row, cells in rows[1:]:
            sheet, wrong = _read_row(row, cells, heads)
            problems += wrong
            sheets += [sheet] if sheet else []
            if len(problems) >= MAX_PROBLEMS:
                break
    if not problems and not 0 < len(sheets) <= most:
        problems = [Problem(Wrong.TOO_MANY_SHEETS if sheets else Wrong.NO_SHEETS, number=most if sheets else 0)]
    if problems:
        return Brought(problems=tuple(problems[:MAX_PROBLEMS]))
    there = {id(head) for head in heads}
    return Brought(tuple(sheets), missing=tuple(one for one in columns if one.asked and id(one) not in there))


def _names(column: Column) -> tuple[str, ...]:
    return (column.title, column.asked.name) if column.asked else (column.title,)


def _split(text: str, known: Mapping[str, Column]) -> list[tuple[int, list[str]]]:
    """The rows with something in them, each with its number in a spreadsheet. The header comes first."""
    text = text.removeprefix("\ufeff")
    if told := re.match(r"(?i)\"?sep=([;,\t])\"?(\r\n?|\n)", text):
        # A line for the spreadsheet itself, which doesn't show it.
        return list(_rows(text[told.end() :], told[1]))
    return list(_rows(text, max(DELIMITERS, key=lambda delimiter: _recognised(text, delimiter, known))))


def _recognised(text: str, delimiter: str, known: Mapping[str, Column]) -> int:
    try:
        _, cells = next(_rows(text, delimiter), (0, []))
    except _BadCellError:
        return -1
    return sum(same_text(cell) in known for cell in cells)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    row = 0
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if any(cell.strip() for cell in cells):
                yield row, cells
    except csv.Error as error:
        # Read on, an open quotation mark would take the sheets after it into one note.
        raise _BadCellError(Wrong.QUOTE, row + 1) from error


def _read_header(
    rows: Sequence[tuple[int, list[str]]], known: Mapping[str, Column]
) -> tuple[list[Column | None], list[Problem]]:
    """The column of each place, None for one without a title."""
    row, titles = rows[0] if rows else (1, [])
    heads = [known.get(same_text(title)) for title in titles]
    if not any(head and head.asked and head.asked.item for head in heads):
        return heads, [Problem(Wrong.NO_HEADER, row)]
    problems = []
    before: set[Column] = set()
    for place, (title, head) in enumerate(zip(titles, heads, strict=True)):
        if head is None and title.strip():
            problems.append(Problem(Wrong.UNKNOWN_COLUMN, row, _letters(place), _short(title)))
        elif head and head in before:
            problems.append(Problem(Wrong.COLUMN_TWICE, row, head.title))
        before |= {head} if head else set()
        if len(problems) >= MAX_PROBLEMS:
            break
    return heads, problems


def _read_row(row: int, cells: Sequence[str], heads: Sequence[Column | None]) -> tuple[Sheet | None, list[Problem]]:
    if _explains(cells, heads):
        return None, []
    values: dict[str, FieldValue] = {}
    problems = []
    for place, cell in enumerate(cells):
        head = heads[place] if place < len(heads) else None
        if head and head.asked:
            try:
                values[head.asked.name] = _read_cell(head, head.asked, cell)
            except _BadCellError as bad:
                problems.append(Problem(bad.wrong, row, head.title, _short(cell), bad.number, head))
        elif not head and cell.strip():
            problems.append(Problem(Wrong.NO_TITLE, row, _letters(place), _short(cell)))
        if len(problems) >= MAX_PROBLEMS:
            break
    filled = {name: value for name, value in values.items() if value}
    if filled and not problems and not set(filled) - set(ABOUT_YOU):
        problems.append(Problem(Wrong.NO_ANSWER, row))
    return (Sheet(filled) if filled else None), problems


def _explains(cells: Sequence[str], heads: Sequence[Column | None]) -> bool:
    """Whether a row explains the table: its number says so or, where that was taken out, what stands in it. Not when
    there is an answer in it: then somebody began to fill in on that row."""
    explains = False
    for cell, head in zip(map(same_text, cells), heads, strict=False):
        if head and head.asked and cell in head.meanings:
            return False
        if head and head.help and (head.said or not head.asked):
            explains |= cell.startswith(head.explains)
    return explains


def _read_cell(column: Column, asked: Field, cell: str) -> FieldValue:
    cell = unguarded(cell)
    match asked.ask:
        case Ask.TEXT:
            return _read_words(asked, cell)
        case Ask.ONE:
            return _choice(column, cell) if same_text(cell) else ""
        case Ask.MANY:
            return _choices(column, asked, cell)


def _read_words(asked: Field, cell: str) -> str:
    text = tidy(cell, one_line=asked.one_line)
    if text.casefold() in _BROKEN_SUMS or _BROKEN_SUM.fullmatch(text.casefold()):
        raise _BadCellError(Wrong.BROKEN_SUM)
    if len(text) > asked.limit:
        raise _BadCellError(Wrong.TOO_LONG, len(text))
    if (lines := text.count("\n") + 1) > MAX_LINES:
        raise _BadCellError(Wrong.TOO_MANY_LINES, lines)
    return text


def _choice(column: Column, word: str) -> str:
    found = column.meanings.get(same_text(word)) or column.meanings.get(same_text(word).lstrip("'"))
    if found is None:
        raise _BadCellError(Wrong.WORD)
    return found


def _choices(column: Column, asked: Field, cell: str) -> tuple[str, ...]:
    """Several choices: words with commas between them, or numbers with spaces."""
    chosen: set[str] = set()
    for piece in re.split(r"[,;\r\n]+", cell):
        is_numbers = re.fullmatch(r"[\d\s]+", piece)
        chosen |= {_choice(column, word) for word in (piece.split() if is_numbers else [piece]) if same_text(word)}
    if len(chosen) > asked.limit:
        raise _BadCellError(Wrong.TOO_MANY, len(chosen))
    return tuple(choice for choice in asked.choices if choice in chosen)


def _letters(place: int) -> str:
    """How a spreadsheet calls the column at a place: 0 is A, 26 is AA."""
    above, here = divmod(place, 26)
    return (_letters(above - 1) if above else "") + chr(ord("A") + here)


def _short(text: str) -> str:
    text = tidy(text, one_line=True)
    return text if len(text) <= MAX_GIVEN else f"{text[:MAX_GIVEN]}…"


@dataclass(frozen=True, slots=True)
class Overview:
    """What sheets come to before they are taken in: a column that shifted shows here at once. Numbers alone."""

    sheets: int
    # Those with a text or a choice, and no answer to the checklist.
    without_answer: int
    items: Mapping[str, Counts]
    notes: int


def look_over(checklist: Checklist, sheets: Sequence[Sheet]) -> Overview:
    """How the answers fall, item by key; left open counts over every sheet."""
    return Overview(
        sheets=len(sheets),
        without_answer=sum(not sheet.answered(checklist) for sheet in sheets),
        items={item.key: count(sheet.text(item.key) for sheet in sheets) for item in checklist},
        notes=sum(bool(sheet.note(item)) for sheet in sheets for item in checklist),
    )
