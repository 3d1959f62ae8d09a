"""XHTML -> PDF, in whichever process asks; the app asks in one of its own (`pdf/worker.py`). Alone in knowing
WeasyPrint."""

import gc
import logging.config
import re
import resource
import signal
import struct
import sys
import traceback
from contextlib import suppress
from functools import cache
from math import inf
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary
from xml.etree import ElementTree

import cssselect2
import pydyf
import weasyprint
from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from weasyprint.css.properties import INITIAL_VALUES
from weasyprint.draw import text as drawn_text
from weasyprint.matrix import Matrix
from weasyprint.svg import TAGS
from weasyprint.svg.text import Style, TextBox
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import split_first_line
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# No such host exists, so an address that was left relative by mistake can't lead anywhere.
BASE_URL = "https://samenwerking.invalid/"
STATIC = f"{BASE_URL}static/"
STYLESHEETS = ("css/pdf.css", "css/pdf-comparison.css", "css/pdf-signals.css")
# A link's flag.
PRINTED = 4
# A glyph, and no text beside it.
_UNMAPPED = re.compile(rb"^(<[0-9a-f]+> )<>$")
# A glyph as Pango gives it: which, how wide, and where it is moved to.
_GLYPH = struct.Struct("=Iiii4x")
# Of each font, by size and glyph: how it stands in a PDF.
_KNOWN: WeakKeyDictionary[Any, dict[float, dict[tuple[int, ...], str]]] = WeakKeyDictionary()
# Seconds after which a PDF won't come any more: the longest report takes a few.
LIMIT = 60


class StaticFilesFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Hands WeasyPrint our own static files and `data:` addresses. No network, no other file of this machine."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix(STATIC)
        # `find` refuses a name that climbs out of the static folders.
        found = FileSystemFinder().find(name) if name != url else None
        if not found or not Path(found).is_file():
            raise ForbiddenAddressError(url)
        return URLFetcherResponse(url, Path(found).read_bytes())


class ForbiddenAddressError(FatalURLFetchingError):  # type: ignore[misc]
    """Something in the report pointed outside our own files. Our templates are wrong: nothing a person types can."""


class ParsedHtml(weasyprint.HTML):  # type: ignore[misc]
    """A document parsed by expat: our templates are well-formed, and the HTML parser takes ten times as long."""

    def __init__(self, xhtml: str) -> None:
        self.base_url = BASE_URL
        self.url_fetcher = StaticFilesFetcher()
        self.media_type = "print"
        root = ElementTree.fromstring(xhtml)  # noqa: S314 (our own templates; nothing in them is unescaped)
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def _draw_line(stream: Any, box: Any, overflow: str, ellipsis: str, matrix: Matrix) -> list[Any]:
    """A line of text, with what a PDF says for each glyph worked out once. WeasyPrint does so each time one is there,
    a sixth of the time of a report with long notes; it still draws what isn't usual or comes for the first time."""
    usual = overflow != "ellipsis" and ellipsis == "none" and box.text.strip()
    fonts, glyphs = _shaped(stream, box.pango_layout) if usual else (set(), [])
    # One of letters alone: emoji are pictures.
    if len(fonts) != 1 or any(font.bitmap or font.png or font.svg or font.colr for font, _ in fonts):
        return list(_draw_first_line(stream, box, overflow, ellipsis, matrix))
    [(font, size)] = fonts
    known = _KNOWN.setdefault(font, {}).setdefault(size, {})
    parts = [known.get(glyph, "") for glyph in glyphs]
    if "" in parts:
        _draw_first_line(stream, box, overflow, ellipsis, matrix)
        for number, width, *moved in glyphs:
            if number in font.widths and not any(moved):
                kerning = int(font.widths[number] - width * 1000 * FROM_UNITS / size)
                known[number, width, *moved] = f"{number:04x}" + (f">{kerning}<" if kerning else "")
    else:
        stream.set_text_matrix(*matrix.values)
        stream.set_font_size(font.hash, size)
        stream.show_text(f"<{''.join(parts)}>")
    return []


def _shaped(stream: Any, layout: Any) -> tuple[set[tuple[Any, float]], list[tuple[int, ...]]]:
    """The fonts of a line, each with its size, and its glyphs."""
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    run = layout.get_first_line()[0].runs
    fonts: set[tuple[Any, float]] = set()
    glyphs: list[tuple[int, ...]] = []
    while run != ffi.NULL:
        fonts.add(stream.add_font(run.data.item.analysis.font))
        shaped = run.data.glyphs
        glyphs += _GLYPH.iter_unpack(ffi.buffer(shaped.glyphs, shaped.num_glyphs * _GLYPH.size))
        run = run.next
    return fonts, glyphs


def _draw_label(svg: Any, node: Any, font_size: float) -> None:
    """The words of a picture, a line at a time. WeasyPrint lays out and draws each letter by itself: that took a tenth
    of a report's time, lost its kerning, and left no words to search for."""
    if not node.text:
        return
    style = Style(INITIAL_VALUES, font_size=font_size, font_weight=int(node.get("font-weight", 400)))
    style["font_family"] = [name.strip("\"' ") for name in node.get("font-family", "sans-serif").split(",")]
    style.font_config = svg.font_config
    layout, _, _, width, _, _ = split_first_line(node.text, style, svg.context, inf, 0)
    x, y = svg.point(node.get("x"), node.get("y"), font_size)
    x -= width * {"start": 0, "middle": 0.5, "end": 1}[node.get("text-anchor", "start")]
    layout.reactivate(style)
    svg.stream.push_state()
    fill_stroke = svg.set_graphical_state(node, font_size)
    svg.stream.begin_text()
    svg.fill_stroke(*fill_stroke, text=True)
    emojis = _draw_line(svg.stream, TextBox(layout, style), "none", "none", Matrix(d=-1, e=x, f=y))
    svg.stream.end_text()
    svg.stream.pop_state()
    drawn_text.draw_emojis(svg.stream, style, x, y, emojis)


class PageReferences:
    """Where each page of a PDF stands, one at a time: a tuple of all of them is made anew for every element that the
    tags have, which takes a tenth of a long report's time."""

    def __init__(self, pages: Any) -> None:
        self.numbers = pages["Kids"]

    def __getitem__(self, page: int) -> bytes:
        return f"{self.numbers[3 * page]} 0 R".encode()


_draw_first_line = drawn_text.draw_first_line
drawn_text.draw_first_line = _draw_line
TAGS["text"] = _draw_label
pydyf.PDF.page_references = property(lambda pdf: PageReferences(pdf.pages))


@cache
def _style() -> tuple[list[weasyprint.CSS], FontConfiguration]:
    """Stylesheets and typeface, read once in a process."""
    fonts = FontConfiguration()
    fetcher = StaticFilesFetcher()
    return [
        weasyprint.CSS(url=f"{STATIC}{name}", url_fetcher=fetcher, font_config=fonts) for name in STYLESHEETS
    ], fonts


def render_pdf(xhtml: str, **options: Any) -> bytes:
    """A page of ours as PDF/UA-1. Not for two threads at once: Pango's fonts may not be shared."""
    css, fonts = _style()
    options = {"pdf_variant": "pdf/ua-1", "finisher": _finish, **options}
    # Hardly anything can be freed before the end; looking for it meanwhile takes a tenth of the time.
    gc.disable()
    try:
        return bytes(ParsedHtml(xhtml).write_pdf(stylesheets=css, font_config=fonts, **options))
    finally:
        gc.enable()


def _finish(_document: Any, made: Any) -> None:
    """Say of each table header what it heads, which WeasyPrint leaves to the cells; print links as they show; and say
    of each glyph what it stands for, also of the second one of a letter, as in Hindi and Tamil: for nothing more."""

    def parent(element: Any) -> Any:
        return made.objects[int(element["P"].split()[0])]

    for found in made.objects:
        if isinstance(found, dict) and found.get("S") == "/TH":
            heads_column = parent(parent(found)).get("S") == "/THead"
            found["A"]["Scope"] = "/Column" if heads_column else "/Row"
        elif isinstance(found, dict) and found.get("Subtype") == "/Link":
            found["F"] = PRINTED
        elif b"endcmap" in getattr(found, "stream", ()):
            found.stream = [_UNMAPPED.sub(rb"\1<200b>", line) for line in found.stream]


def serve(line: Connection) -> None:
    """Make whatever comes over the line, until it is closed at the other end: its process ended."""
    # What stops a server goes to all of its processes. This one ends when nobody can ask for anything any more.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            line.send(_answer(line.recv_bytes().decode()))
            # Of what was made and is sent, while nobody waits.
            gc.collect()


def _answer(xhtml: str) -> tuple[str, bytes]:
    """What went wrong, or else the PDF."""
    # Ends this process by itself when it hangs, even in a library and with nobody left to end it.
    signal.alarm(LIMIT)
    try:
        return "", render_pdf(xhtml)
    except (Exception, FatalURLFetchingError) as error:
        return _told(error), b""
    finally:
        signal.alarm(0)


def _told(error: BaseException) -> str:
    """Where it went wrong, and each kind of error. Never what they say: it goes to the log, and may quote somebody."""
    lines = []
    found: BaseException | None = error
    while found:
        lines += [*traceback.format_tb(found.__traceback__), f"{type(found).__qualname__}\n"]
        found = found.__cause__ or found.__context__
    return "".join(lines)


if __name__ == "__main__":
    # Fonts and layout are libraries in C. Should one of them crash, what people wrote stays out of a file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.config.dictConfig(settings.LOGGING)
    serve(Connection(int(sys.argv[1])))
