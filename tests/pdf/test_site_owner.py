"""Whose site it is, on paper: at the foot of each page, with the logo in front of a report, and no page more for it."""

import re

import page as pdf_checker
import pytest
from django.conf import settings as site_settings

from reflectie.pdf import documents
from reflectie.pdf.documents import DocumentKind
from tests.helpers.pdf_checkers import errors_of, texts
from tests.helpers.readback import FOOTER_TOP, made_of, pages_of, read_pdf, squeezed
from tests.helpers.round_report import REPORTS

# As long as it may be.
NAME = "Eerstelijnszone en zorgraad van Hageland, Getestreek & de hele wijde omgeving <3"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><circle cx="15" cy="15" r="9"/></svg>'
# Cut along the lines: nothing stands beside them.
WITHOUT_FOOT = {DocumentKind.CARDS}


@pytest.fixture
def owned(settings, tmp_path):
    (tmp_path / "logo.svg").write_text(LOGO)
    settings.OWNER_NAME, settings.OWNER_LOGO = NAME, str(tmp_path / "logo.svg")


def made(kind: DocumentKind) -> bytes:
    return made_of(documents.write(REPORTS["seven"], documents.Document(kind)))


def feet(content: bytes) -> list[str]:
    """What stands at the foot of each page."""
    return [squeezed("".join(text for y, _, _, text in page if y < FOOTER_TOP)) for page in pages_of(read_pdf(content))]


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if kind not in WITHOUT_FOOT])
def test_each_page_ends_with_whose_site_it_is(owned, kind):
    assert len(NAME) == 80
    found = feet(made(kind))
    assert [squeezed(NAME) in foot for foot in found] == [True] * len(found)


@pytest.mark.parametrize("kind", DocumentKind)
def test_name_and_logo_take_no_page_more(settings, owned, kind):
    pages = len(read_pdf(made(kind)).pages)
    settings.OWNER_NAME = settings.OWNER_LOGO = ""
    assert len(read_pdf(made(kind)).pages) == pages


@pytest.mark.parametrize("kind", [DocumentKind.REPORT, DocumentKind.SUMMARY])
def test_pdf_of_an_owner_holds_to_pdf_ua(owned, kind, tmp_path):
    content = made(kind)
    report = pdf_checker.validate_pdf_bytes(content, profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    (tmp_path / "made.pdf").write_bytes(content)
    assert errors_of(tmp_path / "made.pdf") == []
    assert read_pdf(content).metadata.author == NAME


def test_logo_in_front_of_a_report_is_named(owned):
    assert [picture.get("/Alt") for picture in texts(read_pdf(made(DocumentKind.REPORT)), "Figure")][:1] == [NAME]


def test_without_an_owner_the_author_is_the_app(settings):
    assert read_pdf(made(DocumentKind.BOARD)).metadata.author == "Samenwerking"


def test_what_is_kept_is_made_again_for_another_owner(settings, owned):
    keys = {documents.fingerprint(REPORTS["seven"])}
    settings.OWNER_LOGO = ""
    keys.add(documents.fingerprint(REPORTS["seven"]))
    settings.OWNER_NAME = "Een ander"
    keys.add(documents.fingerprint(REPORTS["seven"]))
    assert len(keys) == 3


def test_every_page_that_becomes_a_pdf_names_its_owner():
    pages = [path.read_text() for path in (site_settings.BASE_DIR / "templates").rglob("*.html")]
    bodies = [page for page in pages if "pdf_author" in page]
    assert len(bodies) == 10
    assert all(re.search(r"<body [^>]*\{% named_at_foot %\}>", page) for page in bodies)
