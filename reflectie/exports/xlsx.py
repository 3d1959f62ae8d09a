"""A session and a comparison as workbooks: a sheet to read, sheets of raw rows, and a codebook."""

from django.utils.translation import gettext as _

from reflectie.domain.comparison.comparison import Comparison
from reflectie.domain.questionnaire.checklist import all_items
from reflectie.domain.report.report import Report

from .codebook import codebook
from .columns import COLUMNS
from .readable import write_comparison, write_report
from .tables import Table, comparison_tables, session_tables
from .workbook import Book

# Columns with what people wrote: to be read whole.
WRITTEN = {"text", "reason"}


def session_xlsx(report: Report) -> bytes:
    """A session's report."""
    book = Book(_("Reflectiesessie"), report.changed_on)
    write_report(book, report)
    tables = session_tables(report)
    _write_tables(book, tables)
    _write_codebook(book, list(codebook(tables, report.checklist, all_items([report.checklist]))))
    return book.content()


def comparison_xlsx(comparison: Comparison) -> bytes:
    """Sessions beside each other."""
    book = Book(_("Vergelijking"), comparison.last_day)
    write_comparison(book, comparison)
    tables = comparison_tables(comparison)
    _write_tables(book, tables)
    _write_codebook(book, list(codebook(tables, comparison.checklist, comparison.dimensions)))
    return book.content()


def _write_tables(book: Book, tables: tuple[Table, ...]) -> None:
    for table in tables:
        page = book.page(table.name)
        headings = [str(COLUMNS[name].heading) for name in table.columns]
        # Beside each heading the button of the filter needs room.
        page.columns([max(COLUMNS[n].width, len(h) + 4) for n, h in zip(table.columns, headings, strict=True)])
        page.line([(heading, "head") for heading in headings])
        styles = [(name, "raw-text" if name in WRITTEN else "raw") for name in table.columns]
        for row in table.rows:
            page.line([(row.get(name), style) for name, style in styles])
        page.sheet.freeze_panes(1, 0)
        page.sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        page.sheet.repeat_rows(0)
        page.sheet.fit_to_pages(1, 0)


def _write_codebook(book: Book, parts: list[tuple[str, list[tuple[str, str]]]]) -> None:
    page = book.page(_("Codeboek"))
    page.columns((34, 100))
    for name, lines in parts:
        page.across(name, "head")
        for called, meaning in lines:
            page.line([(called, "cell"), (meaning, "cell")])
    page.sheet.fit_to_pages(1, 0)
