"""The PDFs of a session: from the report to XHTML, made once, and kept."""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache as remember
from importlib.metadata import version
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.utils.translation import get_language

from reflectie.counters import count
from reflectie.domain.meeting.guide import USUAL_LENGTH, build_guide, deal_cards
from reflectie.domain.meeting.worksheet import build_worksheet
from reflectie.domain.report.report import Report
from reflectie.keys import lasting_key
from reflectie.models import FINAL_PDFS, Session
from reflectie.services.report.reports import (
    final_key,
    fix_pages,
    fixed_page,
    forget_page,
    has_pdf,
    keep_pdf,
    keep_printed,
    kept_pdf,
    load_report,
    waiting_pages,
)
from reflectie.site_owner import site_owner

from .fonts import covered
from .worker import BusyError, PdfWorkerError, pdf_worker

log = logging.getLogger(__name__)

__all__ = [
    "BusyError",
    "Document",
    "DocumentKind",
    "PdfWorkerError",
    "UncachedPdf",
    "example_is_kept",
    "example_pdf",
    "fingerprint",
    "fix_final",
    "is_kept",
    "pdf_key",
    "print_final",
    "report_pdf",
    "write",
]

# Seconds that the worker waits for others' PDFs: nobody waits for it.
LONG_TIMEOUT = 120
# Seconds before a PDF that failed is tried again.
AGAIN_AFTER = 5 * 60
# Seconds for which the PDF of the example is kept; it changes with its day, once a week.
EXAMPLE_LASTS = 8 * 24 * 3600


class DocumentKind(StrEnum):
    """What is made of a report, by the name of its file."""

    REPORT = "verslag"
    SUMMARY = "samenvatting"
    BOARD = "bestuur"
    SAID = "vandaag"
    GUIDE = "gespreksleidraad"
    CARDS = "kaarten"
    WORKSHEET = "opnieuw-opbouwen"


# The page that each is made from, and what it shows of a report.
PAGES: Mapping[DocumentKind, tuple[str, Callable[[Report, int], Mapping[str, Any]]]] = {
    DocumentKind.REPORT: ("reflectie/report/pdf.html", lambda _report, _minutes: {}),
    DocumentKind.SUMMARY: ("reflectie/report/summary_pdf.html", lambda _report, _minutes: {}),
    DocumentKind.BOARD: ("reflectie/report/board_pdf.html", lambda _report, _minutes: {}),
    DocumentKind.SAID: ("reflectie/report/said/pdf.html", lambda _report, _minutes: {}),
    DocumentKind.GUIDE: ("reflectie/meeting/pdf.html", lambda report, minutes: {"guide": build_guide(report, minutes)}),
    DocumentKind.CARDS: ("reflectie/meeting/cards.html", lambda report, _minutes: {"pages": deal_cards(report)}),
    DocumentKind.WORKSHEET: (
        "reflectie/meeting/worksheet/pdf.html",
        lambda report, _minutes: {"sheets": build_worksheet(report)},
    ),
}


@dataclass(frozen=True, slots=True)
class Document:
    """One of the PDFs of a session."""

    kind: DocumentKind
    # How long the talk takes that a guide is for.
    minutes: int = USUAL_LENGTH

    @property
    def name(self) -> str:
        """Under which it is kept."""
        return f"{self.kind}-{self.minutes}" if self.kind is DocumentKind.GUIDE else self.kind


REPORT = Document(DocumentKind.REPORT)
FINAL = tuple(Document(DocumentKind(name)) for name in FINAL_PDFS)


@remember
def _made_with() -> bytes:
    """What pages and PDFs are made with: when a template, a word, a stylesheet, WeasyPrint or what the fonts of this
    machine can print changes, so does this."""
    mark = hashlib.sha256(version("weasyprint").encode())
    mark.update(repr(covered()).encode())
    # Half of the words stand in the code, and what goes around a page in the other templates.
    kinds = {"templates": "*.*", "static": "*.*", "reflectie": "*.py"}
    for path in sorted(path for folder, kind in kinds.items() for path in (settings.BASE_DIR / folder).rglob(kind)):
        mark.update(path.read_bytes())
    return mark.digest()


def fingerprint(report: Report) -> str:
    """A key of everything a report's page and PDFs are made from: answers, content, language, whose site it is,
    templates, library."""
    # Keyed: it leaves in every ETag, and without the key a reader could try out what an earlier report withholds.
    mark = hmac.new(lasting_key().encode(), _made_with(), "sha256")
    mark.update(repr((get_language(), site_owner().printed, report.key)).encode())
    return mark.hexdigest()


def pdf_key(session: Session, report: Report, document: Document = REPORT) -> str:
    """The key of the PDF that `report_pdf` gives: of what the report is now, or of the one the session ended with."""
    ended = session.stage == Session.Stage.CONCLUDED
    return (final_key(session.pk, document.name) if ended else None) or fingerprint(report)


def is_kept(session_id: UUID, report: Report, document: Document = REPORT) -> bool:
    """Whether `report_pdf` has it at hand."""
    return has_pdf(session_id, document.name, fingerprint(report))


def report_pdf(session_id: UUID, report: Report, document: Document = REPORT, timeout: float | None = None) -> bytes:
    """What is made of a report as PDF/UA-1, made once and kept until something in it changes.

    Raises BusyError, and PdfWorkerError when it can't be made.
    """
    key = fingerprint(report)
    if (content := kept_pdf(session_id, document.name, key)) is not None:
        count("pdfs", "kept")
        return content
    with pdf_worker.turn(timeout) as until:
        # Somebody who asked for the same one may have had it made while we waited, here or in another process.
        if (content := kept_pdf(session_id, document.name, key)) is not None:
            return content
        with pdf_worker.alone(until):
            if (content := kept_pdf(session_id, document.name, key)) is not None:
                return content
            ended_with = fixed_page(session_id, document.name)
            content = _make_of(session_id, ended_with or write(report, document))
            # Where the database can't keep it, as with its disk full, whoever asked gets it all the same.
            try:
                if ended_with:
                    keep_printed(session_id, document.name, ended_with, content)
                else:
                    keep_pdf(session_id, document.name, key, content, report)
            except DatabaseError:
                log.exception("a PDF was not kept")
            return content


def _make_of(session_id: UUID | str, page: str) -> bytes:
    """A page of a session, or of the example, as PDF, unless one of it failed a moment ago: that may have taken a
    minute, in which nobody got anything, and whoever pressed again and again would keep all others waiting. Raises
    BusyError and PdfWorkerError."""
    failed = f"pdf-failed:{session_id}"
    if _recall(failed):
        raise BusyError
    try:
        return pdf_worker.make(page)
    except PdfWorkerError:
        _note(failed, True, AGAIN_AFTER)
        raise


def _recall(key: str) -> Any:
    """What the cache has; nothing where it is on a machine that is away: a PDF can be made without it. The database
    goes for all else too, so what it says is said."""
    try:
        return cache.get(key)
    except DatabaseError:
        raise
    except Exception as error:  # of a library that isn't installed everywhere
        log.warning("a PDF is made without the cache: %s", type(error).__name__)
        return None


def _note(key: str, value: object, seconds: int) -> None:
    """Let the cache have it, if it can."""
    try:
        cache.set(key, value, seconds)
    except DatabaseError:
        raise
    except Exception as error:
        log.warning("the cache didn't take what a PDF came to: %s", type(error).__name__)


def example_is_kept(report: Report) -> bool:
    """Whether `example_pdf` has it at hand."""
    return _kept_example(report) is not None


def example_pdf(report: Report) -> bytes:
    """The report that is nobody's as PDF/UA-1, made once and kept in the cache: it belongs to no session.

    Raises BusyError, and PdfWorkerError when it can't be made.
    """
    if (content := _kept_example(report)) is not None:
        count("pdfs", "kept")
        return content
    with pdf_worker.turn() as until:
        # As for a session's: somebody may have had it made while we waited.
        if (content := _kept_example(report)) is not None:
            return content
        with pdf_worker.alone(until):
            if (content := _kept_example(report)) is not None:
                return content
            template, _more = PAGES[DocumentKind.REPORT]
            content = _make_of("example", render_page(template, {"report": report, "example": True}))
            _note(_example_key(report), content, EXAMPLE_LASTS)
            return content


def _example_key(report: Report) -> str:
    return f"example-pdf:{fingerprint(report)}"


def _kept_example(report: Report) -> bytes | None:
    content: bytes | None = _recall(_example_key(report))
    return content


def fix_final(session: Session) -> None:
    """Fix what a session ends with as it is concluded: the pages, of which the worker makes the PDFs a moment later, or
    whoever asks for them before that. As far as it goes: what fails is made when it is first asked for."""
    try:
        report = load_report(session)
        pages = {document.name: write(report, document) for document in FINAL}
        fix_pages(session.pk, pages, fingerprint(report), report)
    except Exception:
        # The session was concluded, and whoever did so should see that.
        log.exception("what a session ended with was not kept")


def print_final() -> None:
    """Make the PDFs with which sessions ended, of the pages that wait for it. What would take too long waits for the
    next time; what can't be made is tried again when somebody asks for it."""
    try:
        for session_id, name in waiting_pages():
            with pdf_worker.acquire(LONG_TIMEOUT):
                _print_one(session_id, name)
    except BusyError:
        log.info("what a session ended with is made later: others' PDFs were being made")


def _print_one(session_id: UUID, name: str) -> None:
    page = fixed_page(session_id, name)
    if page is None:
        # Somebody asked for it meanwhile.
        return
    try:
        keep_printed(session_id, name, page, _make_of(session_id, page))
    except PdfWorkerError:
        log.exception("what a session ended with could not be made")
        forget_page(session_id, name)


# How a template is laid out: line ends right after an element begins, and right before it ends. What people typed
# begins and ends with neither.
_BEGINS = re.compile(r"(<[a-z](?:[^<>]*[^<>/])?>)\s*\n\s*")
_ENDS = re.compile(r"\s*\n\s*(?=</)")


def render_page(template: str, context: Mapping[str, Any]) -> str:
    """The XHTML of a template, without the white space at the edges of its elements: WeasyPrint counts that in how wide
    they would be, and then breaks a line too early."""
    return _ENDS.sub("", _BEGINS.sub(r"\1", render_to_string(template, dict(context))))


def write(report: Report, document: Document = REPORT) -> str:
    """The page that a PDF is made from."""
    template, more = PAGES[document.kind]
    return render_page(template, {"report": report, **more(report, document.minutes)})


class UncachedPdf:
    """A PDF that isn't kept: few ask for it, and nothing of it lives on when a session, or a word in it, is erased."""

    def __init__(self, template: str, context: Mapping[str, Any]) -> None:
        self.xhtml = render_page(template, context)

    @property
    def fingerprint(self) -> str:
        """A key of everything the PDF is made from."""
        # Keyed, as that of a report is: it leaves in an ETag.
        mark = hmac.new(lasting_key().encode(), _made_with() + self.xhtml.encode(), "sha256")
        return mark.hexdigest()

    def make(self) -> bytes:
        """The page as PDF/UA-1. Raises BusyError, PdfWorkerError."""
        with pdf_worker.acquire():
            return pdf_worker.make(self.xhtml)
