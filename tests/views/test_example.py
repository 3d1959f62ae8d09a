"""The example of a report: for everybody, of nobody, and the same as any report."""

import io
from urllib.parse import urlsplit

import pypdf
import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from reflectie.models import Checklist, Dimension, Guidance, Item
from reflectie.pdf import documents
from reflectie.services.example import example_report
from tests.helpers.page import page_of
from tests.helpers.pdf_checkers import errors_of

pytestmark = pytest.mark.django_db

# What `load_checklist` wrote; of anything else the example has nothing.
CONTENT = {Checklist, Dimension, Guidance, Item}


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """The pages of which a PDF was made."""
    pages: list[str] = []
    make = documents.pdf_worker.make

    def watched(page: str) -> bytes:
        pages.append(page)
        return make(page)

    monkeypatch.setattr(documents.pdf_worker, "make", watched)
    return pages


def test_example_is_a_whole_report_that_says_it_is_invented(client: Client) -> None:
    page = page_of(client.get("/voorbeeld/"))
    report = example_report()

    assert page.headings(1) == ["Goed omringd oud worden (verzonnen voorbeeld)"]
    assert page.words.count("Verzonnen voorbeeld: dit team bestaat niet.") == 1
    assert {"In het kort", "Waar je kunt beginnen", "Zo zien jullie het"} <= set(page.headings(2))
    assert report.counted == 9
    assert (len(report.strengths), len(report.obstacles), len(report.splits), len(report.blind_spots)) == (2, 8, 1, 2)
    assert page.next_steps() == ["Begin met je eigen samenwerking"]


def test_every_address_on_the_example_is_there_for_a_stranger(client: Client) -> None:
    page = page_of(client.get("/voorbeeld/"))
    anchors, found = set(page.anchors()), {}
    for address in page.addresses():
        path, anchor = urlsplit(address).path, urlsplit(address).fragment
        found[address] = client.get(path).status_code if path else 200 if anchor in anchors else 404

    assert {address for address, status in found.items() if status != 200} == set()
    assert {reverse("example-pdf"), reverse("home"), "#advies"} <= found.keys()
    assert not [address for address in found if address.startswith(("/rapport", "/sessies", "/samenwerkingen"))]


def test_example_is_no_row_of_anything(client: Client) -> None:
    assert [client.get(path).status_code for path in ("/voorbeeld/", "/voorbeeld.pdf", "/")] == [200, 200, 200]
    kept = {model for model in apps.get_app_config("reflectie").get_models() if model.objects.exists()}
    assert kept == CONTENT


def test_example_takes_one_query(client: Client, django_assert_num_queries) -> None:
    client.get("/voorbeeld/")
    with django_assert_num_queries(1):
        client.get("/voorbeeld/")


@pytest.mark.parametrize("path", ["/voorbeeld/", "/voorbeeld.pdf"])
def test_who_has_the_example_gets_it_once(client: Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first["Cache-Control"] == "private, no-cache"
    assert client.post(path).status_code == 405


def test_pdf_of_the_example_says_on_every_page_that_it_is_invented(client: Client, tmp_path) -> None:
    response = client.get("/voorbeeld.pdf")
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.content)).pages]

    assert response["Content-Disposition"].startswith('attachment; filename="voorbeeld-samenwerking-')
    assert len(pages) > 5
    assert [number for number, text in enumerate(pages, 1) if "verzonnen voorbeeld" not in text] == []
    assert "Verzonnen voorbeeld: dit team bestaat niet." in pages[0]
    (tmp_path / "example.pdf").write_bytes(response.content)
    assert errors_of(tmp_path / "example.pdf") == []


def test_pdf_of_the_example_is_made_once_for_everybody(client: Client, made: list[str]) -> None:
    assert page_of(client.get("/voorbeeld.pdf?wacht")).headings(1) == ["We maken de pdf"]
    first = client.get("/voorbeeld.pdf").content

    assert first.startswith(b"%PDF-")
    assert Client().get("/voorbeeld.pdf").content == client.get("/voorbeeld.pdf?wacht").content == first
    assert len(made) == 1


def test_pdf_of_the_example_that_fails_says_so_and_isnt_tried_again_at_once(client: Client, monkeypatch) -> None:
    def fails(_page: str) -> bytes:
        raise documents.PdfWorkerError

    monkeypatch.setattr(documents.pdf_worker, "make", fails)
    assert page_of(client.get("/voorbeeld.pdf")).headings(1) == ["De pdf is niet gemaakt"]
    assert page_of(client.get("/voorbeeld.pdf")).headings(1) == ["Het is even druk"]


def test_a_real_report_says_nothing_of_an_example(owner: Client, finished) -> None:
    page = page_of(owner.get(finished.report_url))
    assert "erzonnen" not in page.words
    assert "Download als afbeelding (svg)" in page.words
