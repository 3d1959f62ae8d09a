"""The window of an app, in a real browser: it keeps no cookies, or hides where its forms come from."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from reflectie.models import Session
from tests.helpers.browser_steps import WHOLE, show_whole_sheet
from tests.helpers.factories import make_reflection
from tests.helpers.watch import EVERY_LOOK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def hide_origin(page: Page) -> None:
    """As a browser does that sends no word on where it comes from: forms then say `Origin: null`."""

    def quiet(route: Route) -> None:
        if route.request.method != "GET" or route.request.resource_type != "document":
            route.continue_()
            return
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "referrer-policy": "no-referrer"})

    page.route("**/*", quiet)


def lose_cookies(page: Page) -> None:
    """As a browser does that keeps none: whatever htmx sends is answered as the server answers it then."""

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
        elif "hx-request" in route.request.headers:
            route.fulfill(status=403, headers={"X-Form-Token": "x" * 64, "X-Form-Trouble": "cookies"})
        else:
            page.context.clear_cookies()
            route.continue_()

    page.route("**/*", refuse)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_window_that_hides_its_origin_gives_the_link_and_what_was_typed(browser: Browser, site, javascript):
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    hide_origin(page)
    page.goto(f"{site}/start/")
    page.locator("main details summary").first.click()
    page.get_by_label("Naam van de samenwerking").fill("Samen in Tienen")
    page.locator("main button[name=mode]").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Dit venster verbergt waar je formulier vandaan komt")
    expect(page.locator("#page-link")).to_have_value(f"{site}/start/")
    expect(page.get_by_role("definition")).to_have_text("Samen in Tienen")
    assert Session.objects.count() == 0
    context.close()


def test_a_sheet_without_cookies_says_so_keeps_what_is_typed_and_leads_on(browser: Browser, site):
    reflection = make_reflection()
    context = browser.new_context(locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    page.goto(site + reflection.fill_url + WHOLE)
    lose_cookies(page)
    page.check('input[name="goal-shared"][value="helping"]')
    show_whole_sheet(page)
    expect(page.locator("#saved")).to_contain_text("Bewaren lukt niet in dit venster.")
    page.get_by_role("button", name="Bekijk het verslag").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Dit venster houdt geen cookies bij")
    expect(page.get_by_role("definition")).to_have_text("Gedeeld door alle partners")
    expect(page.locator("#page-link")).to_have_value(site + reflection.fill_url)
    # Elsewhere the link opens the same sheet.
    other = browser.new_context(locale="nl-BE").new_page()
    other.goto(page.locator("#page-link").input_value())
    expect(other.locator("#sheet")).to_be_visible()
    other.context.close()
    context.close()


@EVERY_LOOK
def test_axe_finds_nothing_on_the_page_that_leads_elsewhere(browser: Browser, site, viewport, scheme):
    context = browser.new_context(locale="nl-BE", viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.goto(site + make_reflection().fill_url + WHOLE)
    lose_cookies(page)
    page.check('input[name="goal-shared"][value="helping"]')
    expect(page.locator("#saved")).to_contain_text("Bewaren lukt niet in dit venster.")
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    expect(page.locator("#page-link")).to_be_visible()

    results = Axe().run(page)

    assert results.violations_count == 0, results.generate_snapshot()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()
