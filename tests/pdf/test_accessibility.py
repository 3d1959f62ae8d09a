"""Every PDF for somebody who hears it: the structure tree read back, and two independent checkers without an error.

`page` holds a file to PDF/UA-1; `outloud` also to what a conforming file can still get wrong, such as headers that head
nothing and pictures with the name of a file for a text.
"""

from functools import cache
from itertools import pairwise

import page as pdf_checker
import pytest
from pypdf import PdfReader

from reflectie.pdf import documents, renderer
from tests.helpers.pdf_checkers import LEVELS, errors_of, texts
from tests.helpers.readback import bookmarks, elements, made_of, read_pdf
from tests.helpers.reflection_report import SHEETS
from tests.helpers.reflection_report import make_report as make_own
from tests.helpers.round_report import REPORTS

WHO = {
    "one": make_own(SHEETS["everything"]),
    "one, nothing answered": make_own(SHEETS["nothing ticked"]),
    "one, long notes": make_own(SHEETS["long notes"]),
    "seven": REPORTS["seven"],
    "seven by name": REPORTS["named"],
    "sixty, long notes": REPORTS["sixty"],
    "sixty by name": REPORTS["sixty named"],
    "too few": REPORTS["too few"],
}
WITH_TABLES = (
    documents.DocumentKind.REPORT,
    documents.DocumentKind.SUMMARY,
    documents.DocumentKind.BOARD,
    documents.DocumentKind.GUIDE,
)
WITH_PICTURES = (documents.DocumentKind.REPORT, documents.DocumentKind.SUMMARY)
# Notes stand in the whole report alone.
SHORT = ("one", "seven", "sixty by name", "too few")
EACH = [
    (who, kind) for kind in documents.DocumentKind for who in (WHO if kind is documents.DocumentKind.REPORT else SHORT)
]
EVERY = pytest.mark.parametrize(("who", "kind"), EACH, ids=[f"{kind}: {who}" for who, kind in EACH])


@cache
def made(who: str, kind: documents.DocumentKind) -> bytes:
    return made_of(documents.write(WHO[who], documents.Document(kind)))


def read(who: str, kind: documents.DocumentKind) -> PdfReader:
    return read_pdf(made(who, kind))


@EVERY
def test_pdf_holds_to_pdf_ua_1_by_a_first_checker(who, kind):
    report = pdf_checker.validate_pdf_bytes(made(who, kind), profile=pdf_checker.ValidationProfile.PDF_UA_1)

    assert report.rules.total > 100
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


@EVERY
def test_pdf_has_no_error_by_a_checker_that_reads_it_aloud(who, kind, tmp_path):
    path = tmp_path / "made.pdf"
    path.write_bytes(made(who, kind))

    assert errors_of(path) == []


def test_pdf_with_more_headers_than_cells_is_an_error_to_the_second_checker(tmp_path):
    rows = '<tr><th scope="row">a</th><td>b</td></tr>' * 2
    table = f'<table><thead><tr><th scope="col">x</th><th scope="col">y</th></tr></thead><tbody>{rows}</tbody></table>'
    path = tmp_path / "made.pdf"
    path.write_bytes(
        renderer.render_pdf(f'<html lang="nl"><head><title>x</title></head><body><h1>x</h1>{table}</body></html>')
    )

    assert errors_of(path) == ["TBL-010"]


@EVERY
def test_pdf_has_a_language_a_title_and_one_main_heading(who, kind):
    reader = read(who, kind)
    root = reader.trailer["/Root"]

    assert (root["/Lang"], bool(reader.metadata.title), len(texts(reader, "H1"))) == ("nl", True, 1)
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"]) is True


@EVERY
def test_pdf_headings_skip_no_level_and_are_its_bookmarks(who, kind):
    reader = read(who, kind)
    found = [int(str(element["/S"])[2:]) for element in elements(reader) if str(element["/S"])[1:] in LEVELS]
    depths = [depth for depth, _ in bookmarks(reader)]

    assert found[0] == 1
    assert [(a, b) for a, b in pairwise(found) if b > a + 1] == []
    # A heading that falls apart over two pages is two elements and one bookmark.
    assert 0 < len(depths) <= len(found)


@EVERY
def test_pdf_every_table_header_says_what_it_heads(who, kind):
    headers = texts(read(who, kind), "TH")
    # On the sheet of what was said they stand where anything was.
    has_said = kind is documents.DocumentKind.SAID and WHO[who].has_said
    assert bool(headers) == (kind in WITH_TABLES or has_said)
    for header in headers:
        row = header["/P"].get_object()
        in_head = row["/P"].get_object()["/S"] == "/THead"
        attributes = header["/A"].get_object()
        assert attributes["/Scope"] == ("/Column" if in_head else "/Row")


@EVERY
def test_pdf_every_picture_has_words(who, kind):
    figures = texts(read(who, kind), "Figure")
    assert bool(figures) == (kind in WITH_PICTURES and who != "too few")
    # Of a round, each item has its own in the whole report.
    assert len(figures) > 15 or not (kind is documents.DocumentKind.REPORT and WHO[who].groups and who != "too few")
    for figure in figures:
        assert len(str(figure.get("/Alt", "")).split()) > 3
