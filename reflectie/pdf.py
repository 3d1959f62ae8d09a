"""Report -> XHTML -> PDF. The only module that knows WeasyPrint."""

import gc
import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import cssselect2
import weasyprint
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from .domain.report import Report
from .store import keep_pdf, kept_pdf

# No such host exists, so an address that was left relative by mistake can't lead anywhere.
BASE_URL = "https://samenwerking.invalid/"
STATIC = f"{BASE_URL}static/"

# Pango's fonts may not be shared by threads that draw at once; and one PDF at a time leaves room for others' pages.
_one_at_a_time = threading.Lock()
# Seconds that somebody waits for others' PDFs before they are asked to come back.
PATIENCE = 20


class Kind(StrEnum):
    """What is made of a report, by the name of its file."""

    REPORT = "verslag"
    SUMMARY = "samenvatting"
    GUIDE = "gespreksleidraad"
    CARDS = "kaarten"
    WORKSHEET = "opnieuw-opbouwen"


class BusyError(Exception):
    """Others' PDFs took too long: nothing was made."""


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Hands WeasyPrint our own static files and `data:` addresses. No network, no other file of this machine."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix(STATIC)
        # `find` refuses a name that climbs out of the static folders.
        found = finders.find(name) if name != url else None
        if not found or not Path(found).is_file():
            raise ForbiddenAddressError(url)
        return URLFetcherResponse(url, Path(found).read_bytes())


class ForbiddenAddressError(FatalURLFetchingError):  # type: ignore[misc]
    """Something in the report pointed outside our own files. Our templates are wrong: nothing a person types can."""


class ParsedHtml(weasyprint.HTML):  # type: ignore[misc]
    """A document parsed by expat: our templates are well-formed, and the HTML parser takes ten times as long."""

    def __init__(self, xhtml: str) -> None:
        self.base_url = BASE_URL
        self.url_fetcher = OwnFilesOnly()
        self.media_type = "print"
        root = ElementTree.fromstring(xhtml)  # noqa: S314 (our own templates; nothing in them is unescaped)
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


@cache
def _style() -> tuple[weasyprint.CSS, FontConfiguration]:
    """Stylesheet and typeface, read once in a process."""
    fonts = FontConfiguration()
    css = weasyprint.CSS(url=f"{STATIC}css/pdf.css", url_fetcher=OwnFilesOnly(), font_config=fonts)
    return css, fonts


@cache
def _made_with() -> bytes:
    """What every PDF is made with: when a template, the stylesheet or WeasyPrint changes, so does this."""
    mark = hashlib.sha256(weasyprint.VERSION.encode())
    folders = [settings.BASE_DIR / "templates" / "reflectie", settings.BASE_DIR / "static" / "css"]
    for path in sorted(path for folder in folders for path in folder.rglob("*.*")):
        mark.update(path.read_bytes())
    return mark.digest()


def fingerprint(report: Report) -> str:
    """A key of everything a report's page and PDF are made from: answers, content, language, templates, library."""
    mark = hashlib.sha256(_made_with())
    mark.update(repr((get_language(), report.key)).encode())
    return mark.hexdigest()


def report_pdf(session_id: UUID, report: Report, kind: Kind = Kind.REPORT) -> bytes:
    """What is made of a report as PDF/UA-1, made once and kept until something in it changes. Raises BusyError."""
    key = fingerprint(report)
    if (content := kept_pdf(session_id, kind, key)) is not None:
        return content
    with _turn():
        # Somebody who asked for the same one may have had it made while we waited.
        if (content := kept_pdf(session_id, kind, key)) is None:
            content = make_pdf(report)
            keep_pdf(session_id, kind, key, content, report)
        return content


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn to make a PDF. Raises BusyError."""
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise BusyError
    try:
        yield
    finally:
        _one_at_a_time.release()


def make_pdf(report: Report) -> bytes:
    """The report as PDF/UA-1, about half a second's work for five pages. Not for two threads at once."""
    return render_pdf(render_to_string("reflectie/report/pdf.html", {"report": report}))


class PaperForm:
    """The blank form of a session, on paper. Not kept: it takes a third of a second, and few ask for it."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self._xhtml = render_to_string("reflectie/paper/form.html", dict(context))

    @property
    def fingerprint(self) -> str:
        """A key of everything the form is made from."""
        return hashlib.sha256(_made_with() + self._xhtml.encode()).hexdigest()

    def make(self) -> bytes:
        """The form as PDF/UA-1. Raises BusyError."""
        with _turn():
            return render_pdf(self._xhtml)


def render_pdf(xhtml: str, **options: Any) -> bytes:
    """A page of ours as PDF. Not for two threads at once."""
    # What a render leaves behind holds Pango's objects in circles. Whichever thread the collector happens to run in
    # would free them, perhaps in the middle of another render: so it rests meanwhile, and runs here, afterwards.
    gc.disable()
    try:
        return _render(xhtml, **options)
    finally:
        gc.collect()
        gc.enable()


def _render(xhtml: str, **options: Any) -> bytes:
    css, fonts = _style()
    return bytes(ParsedHtml(xhtml).write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1", **options))
