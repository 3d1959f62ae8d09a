"""Browsers of people in tests, that nothing may go wrong in unseen, and what holds of every page."""

import io
import re
from pathlib import Path

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, ViewportSize, expect

PHONE: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 800}
# Every run looks on a phone in the dark; on a phone in the light the journeys look. The rest takes minutes of axe, and
# found nothing yet that these two didn't: it is among the proofs by hand.
EVERY_LOOK = pytest.mark.parametrize(
    ("viewport", "scheme"),
    [
        pytest.param(PHONE, "dark", id="phone-dark"),
        pytest.param(WIDE, "light", id="wide-light", marks=pytest.mark.slow),
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
        pytest.param(WIDE, "dark", id="wide-dark", marks=pytest.mark.slow),
    ],
)

FACTS = """() => ({
    headings: document.querySelectorAll("h1").length,
    amber: document.querySelectorAll("main .go").length,
    wide: document.documentElement.scrollWidth > innerWidth,
    language: document.documentElement.lang,
})"""


class Watch:
    """Browsers of people, and what went wrong in any of them."""

    def __init__(self, browser: Browser, site: str, viewport: ViewportSize) -> None:
        self.browser, self.site, self.viewport = browser, site, viewport
        self.errors: list[str] = []
        self.contexts: list[BrowserContext] = []

    def open(self, client: Client | None = None, *, javascript: bool = True, state: StorageState | None = None) -> Page:
        """A browser in which the same person is signed in, or nobody; with what one kept before (`state`), if given."""
        context = self.browser.new_context(
            locale="nl-BE",
            base_url=self.site,
            viewport=self.viewport,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            storage_state=state,
        )
        if client:
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.site}])
        # An answer of 404, 409 or 422 is told there too: it is no fault of a script.
        context.on("console", lambda line: "status of 4" not in line.text and self.complain(line))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.contexts.append(context)
        return context.new_page()

    def complain(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.errors.append(line.text)


def check(page: Page, title: str) -> None:
    """What holds of every page: its title and heading, one thing to do, the way past the menu, and what axe finds with
    everything opened that can be."""
    expect(page).to_have_title(re.compile(f"^(Fout: )?{title}( · .+)? · Samenwerking$"))
    # Its title comes before its end.
    page.wait_for_load_state()
    assert page.evaluate(FACTS) == {"headings": 1, "amber": 1, "wide": False, "language": "nl"}, page.url
    page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def open_downloads(page: Page) -> None:
    """Unfold what can be downloaded from a report."""
    page.get_by_text("Om te downloaden en voor te bereiden").click()


def download(page: Page, name: str | re.Pattern[str], path: Path) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=name).click()
    started.value.save_as(path)
    return path.read_bytes()


def pages_of(content: bytes) -> list[str]:
    assert content.startswith(b"%PDF-")
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def browse(browser: Browser, live_server, client: Client, **more) -> BrowserContext:
    """A browser in which the same person is signed in."""
    context = browser.new_context(locale="nl-BE", base_url=live_server.url, reduced_motion="reduce", **more)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return context
