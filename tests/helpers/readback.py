"""PDFs in tests: made once, and read once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdfium2 import PdfDocument, PdfPage
from pypdfium2.raw import FPDF_PAGEOBJ_TEXT

from reflectie.pdf import renderer

# Everything below this, in points from the foot of a page, is the footer.
FOOTER_TOP = 48
HEADING_SIZE = 11

# Height from the foot, size, bold, text.
Piece = tuple[float, float, bool, str]


class Heard(logging.Handler):
    """What is worth a warning, by who said it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.worries: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.worries.append((record.name, record.getMessage()))


@contextmanager
def listening() -> Iterator[list[tuple[str, str]]]:
    """What the libraries warn of meanwhile, and a word of each that shows they were heard. In the app they stay silent:
    what they say quotes what people typed."""
    root, weasyprint, heard = logging.getLogger(), logging.getLogger("weasyprint"), Heard()
    level = weasyprint.level
    root.addHandler(heard)
    weasyprint.setLevel(logging.WARNING)
    try:
        for library in (weasyprint, logging.getLogger("fontTools")):
            library.warning("control")
        yield heard.worries
    finally:
        weasyprint.setLevel(level)
        root.removeHandler(heard)


CONTROLS = (("weasyprint", "control"), ("fontTools", "control"))


@cache
def set_once(xhtml: str) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """A page as PDF, as the app makes it, and what was warned of; once in a process, as nothing else goes into it."""
    with listening() as worries:
        content = renderer.render_pdf(xhtml)
    return content, tuple(worries)


def made_of(xhtml: str) -> bytes:
    return set_once(xhtml)[0]


def worries_of(xhtml: str) -> list[tuple[str, str]]:
    """What was warned of while the page was made, less the word that shows that it would have been heard."""
    worries = set_once(xhtml)[1]
    assert worries[:2] == CONTROLS
    return list(worries[2:])


@cache
def read_pdf(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def squeezed(text: str) -> str:
    """Without white space: where a line ends is up to the layout."""
    return "".join(text.split())


def text_of(reader: PdfReader) -> str:
    """The body's text: footers stand between the halves of a sentence that goes on overleaf."""
    return squeezed("".join(text for number in range(len(reader.pages)) for _, _, _, text in lines_of(reader, number)))


def text_down(reader: PdfReader) -> str:
    """The body's text from the top of each page to its foot: what stands beside a picture is drawn last."""
    pages = [sorted(lines_of(reader, n), key=lambda line: -round(line[0])) for n in range(len(reader.pages))]
    return squeezed("".join(line[3] for page in pages for line in page))


@cache
def pages_of(reader: PdfReader) -> list[tuple[Piece, ...]]:
    """Pieces of text on each page, in the order in which they are drawn. By PDFium: pypdf takes ten times as long."""
    with PdfDocument(reader.stream.getvalue()) as drawn:
        return [tuple(pieces_on(page)) for page in drawn]


def pieces_on(page: PdfPage) -> Iterator[Piece]:
    """Pieces of text; the letters of a picture, which are drawn one by one, as the words that they are."""
    held: Piece | None = None
    begun = 0.0
    for piece in page.get_objects([FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage()):
        matrix, text, bold = piece.get_matrix(), piece.extract(), "Bold" in piece.get_font().get_base_name()
        found = (matrix.f, piece.get_font_size() * abs(matrix.d), bold, text)
        letter = text.strip()
        if not letter:
            continue
        is_next = len(letter) == 1 and letter.isalpha() and 0 < matrix.e - begun < 1.25 * found[1]
        if held and held[:3] == found[:3] and is_next:
            held = (*held[:3], held[3] + text)
        else:
            if held:
                yield held
            held = found
        begun = matrix.e
    if held:
        yield held


def pieces_of(reader: PdfReader, number: int) -> tuple[Piece, ...]:
    """Pieces of text on a page in reading order, its footer too."""
    return pages_of(reader)[number]


def lines_of(reader: PdfReader, number: int) -> list[Piece]:
    """Pieces of text on a page above its footer."""
    return [piece for piece in pieces_of(reader, number) if piece[0] > FOOTER_TOP]


def whole_page(reader: PdfReader, number: int) -> str:
    """All that stands on a page, its footer too."""
    return squeezed("".join(piece[3] for piece in pieces_of(reader, number)))


def elements(reader: PdfReader) -> Iterator[Any]:
    """Every element of the structure tree."""

    def below(element: Any) -> Iterator[Any]:
        kids = element.get("/K", [])
        kids = kids.get_object() if hasattr(kids, "get_object") else kids
        for kid in kids if isinstance(kids, list) else [kids]:
            child = kid.get_object()
            if isinstance(child, dict) and "/S" in child:
                yield child
                yield from below(child)

    yield from below(reader.trailer["/Root"]["/StructTreeRoot"].get_object())


def bookmarks(reader: PdfReader) -> list[tuple[int, str]]:
    """Titles of the bookmarks, with how deep they stand."""

    def below(outline: list[Any], depth: int) -> Iterator[tuple[int, str]]:
        for entry in outline:
            if isinstance(entry, list):
                yield from below(entry, depth + 1)
            else:
                yield depth, str(entry.title)

    return list(below(reader.outline, 1))
