"""All pages in a real browser, in the light and in the dark: what can be read, where the focus is seen, what regions
are called, and what fits. Pages come from the same process, without a server: there are a hundred and more."""

import json
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import override_settings
from playwright.sync_api import Browser, Page, Route

from tests.helpers.pages import Shown, every_page
from tests.helpers.permission_table import World, undone

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.slow]

AT_STAGES = ("session", "session-report", "join")
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
# A name reserved for tests (RFC 2606).
SITE = "http://samenwerking.test"

# Of everything that takes the focus, and is there: where no ring is seen, or one that is no lighter or darker than what
# is around it (WCAG 2.2, 1.4.11: three to one).
FAINT_RINGS = """() => {
    const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const light = (colour) => {
        const [r, g, b] = numbers(colour).map((part) => part / 255)
            .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let it = element; it; it = it.parentElement) {
            const colour = getComputedStyle(it).backgroundColor;
            if (numbers(colour)[3] !== 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const takers = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    return [...document.querySelectorAll(takers)]
        .filter((element) => element.checkVisibility({visibilityProperty: true}) && !element.disabled)
        .filter((element) => element.tabIndex >= 0 && !element.closest(".visually-hidden"))
        .map((element) => {
            element.focus({focusVisible: true});
            const rings = [element, element.closest(".choice")].filter(Boolean).map((it) => {
                const style = getComputedStyle(it);
                if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return 0;
                const inside = parseFloat(style.outlineOffset) < 0;
                return ratio(style.outlineColor, behind(inside ? it : it.parentElement));
            });
            return [Math.max(...rings), element.outerHTML.slice(0, 90)];
        })
        .filter(([found]) => found < 3);
}"""
# Whatever takes the focus is something, and is called something.
NAMELESS = """() => [...document.querySelectorAll("[tabindex]")]
    .filter((element) => element.matches("[tabindex='0']") || element.matches("td[tabindex]"))
    .filter((element) => {
        const table = element.closest("table");
        const cell = element.matches("td") && table?.getAttribute("role") === "grid";
        const named = element.hasAttribute("role") && (element.ariaLabel || element.getAttribute("aria-labelledby"));
        return !(cell || named || element.matches("a, button, input, select, textarea, summary"));
    })
    .map((element) => element.outerHTML.slice(0, 90))"""
# What WCAG 2.2 (1.4.12) says that people may set.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
# How wide a page is that is too wide, and three of the things that end past the window.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
        .filter((it) => it.getBoundingClientRect().right > innerWidth + 1)
        .filter((it) => !it.parentElement.closest("[role=region]"))
        .slice(-3).map((it) => it.outerHTML.slice(0, 110))]"""


@pytest.fixture(scope="module")
def shown(worlds: dict[str, World], django_db_blocker) -> list[Shown]:
    """Each page once; of those that differ most from stage to stage, at every stage."""
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}}
    with django_db_blocker.unblock(), undone(), override_settings(STORAGES=plain):
        pages = every_page(worlds)
        found = {
            (page.route, page.status, page.is_sent, page.stage * (page.route in AT_STAGES)): page for page in pages
        }
    assert len(found) > 80
    return list(found.values())


@pytest.fixture
def reading(browser: Browser, shown) -> Iterator[Page]:
    context = browser.new_context(locale="nl-BE", reduced_motion="reduce")
    context.route("**/*", answer)
    yield context.new_page()
    context.close()


PAGES: dict[str, str] = {}


def answer(route: Route) -> None:
    path = urlsplit(route.request.url).path
    if path in PAGES:
        route.fulfill(body=PAGES[path], content_type="text/html; charset=utf-8")
        return
    if not path.startswith("/static/"):
        # What a live page asks again and again: here is no server, and without a connection a page stays as it is.
        route.abort()
    elif file := finders.find(path.removeprefix("/static/")):
        route.fulfill(body=Path(file).read_bytes(), content_type=guess_type(path)[0] or "font/woff2")
    else:
        route.fulfill(status=404, body="")


def open_page(page: Page, shown: Shown) -> None:
    PAGES.clear()
    PAGES["/page/"] = shown.html
    page.goto(f"{SITE}/page/", wait_until="load")
    # What is folded is a part of the page too.
    page.evaluate("document.querySelectorAll('details').forEach((it) => (it.open = true))")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_the_focus_is_seen(reading: Page, shown, scheme, width):
    reading.emulate_media(color_scheme=scheme)
    reading.set_viewport_size({"width": width, "height": 900})
    axe, wrong = Axe(), {}
    for page in shown:
        open_page(reading, page)
        found = [
            (fault["id"], [node["html"][:110] for node in fault["nodes"]][:3])
            for fault in axe.run(reading).response["violations"]
        ]
        found += reading.evaluate(NAMELESS) + reading.evaluate(FAINT_RINGS)
        if found:
            wrong[str(page)] = found
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_pages_fit_at_320_pixels_with_the_spacing_that_people_may_set(reading: Page, shown):
    reading.set_viewport_size({"width": 320, "height": 700})
    wrong = {}
    for page in shown:
        open_page(reading, page)
        reading.add_style_tag(content=SPACED)
        if found := reading.evaluate(TOO_WIDE):
            wrong[str(page)] = found
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_pages_fit_a_phone_with_letters_twice_as_large(reading: Page, shown):
    reading.set_viewport_size({"width": 360, "height": 740})
    # As somebody sets it in the browser: `html` in a stylesheet would leave the media queries as they are.
    reading.context.new_cdp_session(reading).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    wrong = {}
    for page in shown:
        open_page(reading, page)
        assert reading.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
        if found := reading.evaluate(TOO_WIDE):
            wrong[str(page)] = found
    assert wrong == {}, json.dumps(wrong, indent=1)
