"""What people do in a real browser, step by step, for tests."""

import io
from pathlib import Path

import pypdf
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from tests.helpers.accounts import CODE
from tests.helpers.entered import XLSX, filled

# Behind the address of a sheet: all of it on one page, also on a phone, as whoever wants that asks.
WHOLE = "#alles"


def submit_code(page: Page) -> None:
    page.get_by_label("Code").fill(CODE.search(mail.outbox[-1].body)[1])
    page.get_by_label("Code").press("Enter")


def next_rubric(page: Page) -> None:
    """On to the next rubric, where a phone shows one at a time."""
    on = page.get_by_role("link", name="Volgende rubriek: ")
    if on.count():
        follow(page, on)


def follow(page: Page, link: Locator) -> None:
    """To another rubric, whose heading gets the focus."""
    to = link.get_attribute("href")
    link.click()
    expect(page.locator(f"{to} > h2")).to_be_focused()


def show_whole_sheet(page: Page) -> None:
    """Everything on one page, as whoever wants that asks on a phone; elsewhere it is so already."""
    link = page.get_by_role("link", name="Alles op één pagina")
    if link.count():
        link.click()
        expect(link).to_have_count(0)


def unfold(page: Page) -> None:
    """Open all that is folded, as whoever reads everything does."""
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def filled_in(template: bytes, forms: list[list[str]], note: str) -> bytes:
    """The template as a colleague gives it back."""
    rows = [
        {"2 Gedeeld doel": shared, "1 Breedte van het doel": breadth, "9 Historisch": historical}
        for shared, breadth, historical in forms
    ]
    rows[0]["Notitie bij 2"] = note
    return filled(template, rows)


def choose(page: Page, content: bytes) -> None:
    page.get_by_label("Bewaar het en kies het hier").set_input_files(
        {"name": "invulblad.xlsx", "mimeType": XLSX, "buffer": content}
    )
    page.get_by_role("button", name="Kijk het na").click()


def close_and_read(page: Page) -> None:
    page.get_by_role("link", name="Sluit de ronde").click()
    page.get_by_role("button", name="Ja, sluit de ronde").click()
    page.get_by_role("link", name="Open het verslag voor iedereen").click()
    page.get_by_role("button", name="Ja, open").click()
    page.get_by_role("link", name="Naar het verslag").click()
    expect(page.get_by_role("main")).to_contain_text("Eén doel? Nee.")


def text_of(path: Path) -> str:
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())
