"""The workbook in which a coordinator fills in forms on paper: a row for each, with lists to choose from."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_range_abs

from reflectie.domain.imports.table_import import SESSION_MARK, ImportColumn
from reflectie.domain.questionnaire.answers import Ask

from .workbook import Book, Page

NUMBER_WIDTH, LIST_WIDTH, TEXT_WIDTH = 8, 25, 34
# What Excel takes in the title and the text of a message beside a cell.
MAX_TITLE, MAX_MESSAGE = 32, 255
# Whose, what they are called, and what they stand for; then the forms.
HEADER_ROWS = 3


def answers_file(columns: Sequence[ImportColumn], forms: int, called: str, day: date, session: str) -> bytes:
    """A workbook with these columns, and a number for each of so many forms; what it is for is called so, and `session`
    is the key by which it is known when it comes back. The same of each gives the same bytes."""
    book = Book(_("Invulblad"), day)
    page, explained, lists = (book.page(name) for name in (_("Formulieren"), _("Uitleg"), _("Keuzes")))
    _write_header(page, columns)
    for number in range(1, forms + 1):
        page.sheet.write_number(HEADER_ROWS + number - 1, 0, number, book.format("count"))
    lists.sheet.write_string(0, 0, f"{SESSION_MARK}{session}")
    _check_cells(page, lists, columns, HEADER_ROWS + max(forms, 1) - 1)
    # Against slips alone: there is no password on it.
    page.sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True, "sort": True})
    _explain(explained, called, forms)
    lists.sheet.hide()
    return book.content()


def _write_header(page: Page, columns: Sequence[ImportColumn]) -> None:
    page.columns([_width(column) for column in columns], "entry")
    parts = ["", *(column.part for column in columns)]
    page.line([("" if part == before else part, "band") for before, part in pairwise(parts)])
    page.line([(column.title, "head") for column in columns])
    page.line([(column.help, "cell") for column in columns])
    page.sheet.freeze_panes(HEADER_ROWS, 1)
    page.sheet.repeat_rows(0, HEADER_ROWS - 1)
    page.sheet.repeat_columns(0)


def _width(column: ImportColumn) -> int:
    if not column.asked:
        return NUMBER_WIDTH
    return TEXT_WIDTH if column.asked.ask is Ask.TEXT else LIST_WIDTH


def _check_cells(page: Page, lists: Page, columns: Sequence[ImportColumn], last: int) -> None:
    """What may stand in each column down to the last row, and a message beside its cells. Lists stand on a sheet of
    their own: in the cells themselves Excel takes no commas, and no more than 255 signs."""
    places: dict[tuple[str, ...], str] = {}
    for place, column in enumerate(columns):
        if not column.asked:
            continue
        nothing_said = _("Kies uit de lijst, of laat leeg.") if column.words else _("Typ over wat er staat.")
        rules: dict[str, str | int] = {
            "input_title": Truncator(column.title).chars(MAX_TITLE),
            "input_message": Truncator(column.help or nothing_said).chars(MAX_MESSAGE),
            "error_title": _("Dit past hier niet"),
        }
        if column.words:
            words = (*column.words, *column.also)
            if words not in places:
                at = len(places) + 1
                for row, word in enumerate(words):
                    lists.sheet.write_string(row, at, word)
                places[words] = f"={lists.sheet.get_name()}!{xl_range_abs(0, at, len(words) - 1, at)}"
            rules |= {"validate": "list", "source": places[words], "error_message": _("Kies iets uit de lijst.")}
        else:
            message = _("Deze tekst is te lang. Er passen %s tekens.") % column.asked.limit
            rules |= {"validate": "length", "criteria": "<=", "value": column.asked.limit, "error_message": message}
        page.sheet.data_validation(HEADER_ROWS, place, last, place, rules)


def _explain(page: Page, called: str, forms: int) -> None:
    page.columns((4, 100))
    page.across(_("Invulblad"), "title")
    page.across(called, "plain")
    page.space()
    steps = (
        *([_("Schud eerst de stapel papier.")] if forms > 1 else []),
        _("Ga onderaan naar het blad ‘Formulieren’. Elk papieren formulier is één rij."),
        _(
            "Klik op een cel en kies uit de lijst wat op het papier is aangekruist. Bij de vragen van de checklist mag "
            "je ook een cijfer typen. Welk, staat boven de kolom. Is er niets aangekruist? Laat de cel dan leeg."
        ),
        _("Neem notities over zoals ze er staan. Schrijf geen namen van cliënten."),
        _("Kolommen en rijen die je niet nodig hebt, laat je leeg. Verander niets aan de kopjes."),
        _(
            "Bewaar het bestand, en kies het op de pagina waar je het downloadde. Vraagt je programma hoe? Kies dan "
            "‘Excel-werkmap (.xlsx)’. Je ziet eerst wat erin staat. Daarna pas voer je het in."
        ),
        _("Wis het bestand daarna van je computer: daar staan de antwoorden nog in."),
    )
    for number, step in enumerate(steps, start=1):
        page.line([(number, "count"), (step, "plain")])
    page.sheet.protect()
