"""Paper forms in a real browser: a whole form by keyboard alone, and nothing of it left behind."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reflectie.domain.setup import Mode
from reflectie.models import Session
from tests.helpers.paper import address, fresh, kept, make_session, sign_in
from tests.helpers.watch import EVERY_LOOK, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in_here(context: BrowserContext, session: Session, site: str) -> None:
    cookie = sign_in(session).cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def test_a_form_is_typed_in_sixteen_keys(context: BrowserContext, page: Page, site, checklist):
    session = make_session(mode=Mode.ANONYMOUS, grouping="none", groups=(), questions=())
    sign_in_here(context, session, site)
    page.goto(site + address(session))
    keys = Keys(page)
    for expected in (1, 2):
        keys.press(*"121212312312331", "Enter")
        expect(page.get_by_role("status").first).to_have_text(f"{expected} van 8 ingetypt")
        expect(page.locator("input[name=goal-perspective]")).to_be_focused()
        expect(page.locator("input[name=goal-perspective]")).to_have_value("")
    assert keys.pressed == 32
    assert len(kept(session)) == 2
    assert kept(session)[0]["context-practical"] == "hindering"


def test_a_form_with_all_questions_takes_less_than_forty_seconds(context: BrowserContext, page: Page, site, checklist):
    session = make_session()
    sign_in_here(context, session, site)
    page.goto(site + address(session))
    keys = Keys(page)
    sentence, note = "Niemand valt tussen de mazen.", "7: We bellen te weinig."
    started = time.monotonic()
    keys.press("2", *"12312312312", "Enter", *"123", *"3 7 12", "Enter", *sentence, "Enter", *"a d", "Enter")
    keys.press(*"3", *"2 6", "Enter", "1")
    keys.press(*note, "Enter", "Enter")
    expect(page.get_by_role("status").first).to_have_text("1 van 8 ingetypt")
    # At ten keys a second, with what the pages took.
    assert keys.pressed * 0.1 + (time.monotonic() - started) < 40
    assert keys.pressed <= 90
    (sheet,) = kept(session)
    assert "context-political" not in sheet
    assert sheet["context-practical"] == "dont-know"
    assert sheet["first"] == ("partners-needed", "form-intensity", "context-political")
    assert (sheet["goal-sentence"], sheet["form-intensity-note"]) == (sentence, "We bellen te weinig.")
    assert sheet["help-range"] == ("a", "d")
    assert (sheet["intensity-needed"], sheet["intensity-current"]) == ("act", ("procedures", "meetings"))
    assert (sheet["organisation"], sheet["ips-meaning"]) == ("Thuiszorg De Brug", "quality")


def test_a_key_that_means_nothing_stays_and_is_typed_over(context: BrowserContext, page: Page, site):
    session = make_session(grouping="none", groups=())
    sign_in_here(context, session, site)
    page.goto(site + address(session))
    first = page.locator("input[name=goal-perspective]")
    page.keyboard.press("7")
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("status").filter(has_text="toets")).to_have_text("Die toets kan hier niet.")
    page.keyboard.press("2")
    expect(first).to_have_value("2")
    expect(first).to_have_attribute("aria-invalid", "false")
    expect(page.locator("input[name=goal-shared]")).to_be_focused()
    expect(page.locator(".key-row .is-chosen")).to_have_text("Vanuit integraal perspectief vastgelegd")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("1")
    expect(first).to_have_value("1")


def test_the_back_button_shows_nothing_of_the_last_form(context: BrowserContext, page: Page, site):
    session = make_session(grouping="none", groups=(), questions=())
    sign_in_here(context, session, site)
    page.goto(site + address(session))
    page.keyboard.type("121212312312331")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_have_text("1 van 8 ingetypt")
    page.goto(f"{site}/over/")
    for _ in range(2):
        page.go_back()
        if "/papier/" in page.url:
            expect(page.locator("input[name=goal-perspective]")).to_have_value("")
            assert {field.input_value() for field in page.locator(".keyed").all()} == {""}
            assert "1 van 8 ingetypt" in page.content()


def test_without_javascript_tab_works_and_enter_saves_nothing_by_accident(browser: Browser, site):
    session = make_session(grouping="none", groups=(), questions=())
    context = browser.new_context(java_script_enabled=False, locale="nl-BE", viewport=WIDE)
    sign_in_here(context, session, site)
    page = context.new_page()
    page.goto(site + address(session))
    expect(page.locator("[autofocus]")).to_be_focused()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nog niet bewaard.")
    assert fresh(session).paper_typed == 0
    for _ in range(14):
        page.keyboard.press("Tab")
        page.keyboard.press("2")
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").first).to_have_text("1 van 8 ingetypt")
    assert list(kept(session)[0].values()).count("helping") == 14
    context.close()


@EVERY_LOOK
def test_pages_have_no_faults_that_axe_finds_and_fit(context: BrowserContext, page: Page, site, scheme, viewport):
    session = make_session(sheets=None)
    sign_in_here(context, session, site)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(viewport)
    faults = {}

    def check(name: str) -> None:
        faults[name] = [violation["id"] for violation in Axe().run(page).response["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name

    page.goto(site + address(session))
    check("count")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Formulier intypen")
    check("entry")
    page.keyboard.press("1")
    page.fill("[name=notes]", "zonder nummer")
    page.get_by_role("button", name="Bewaar dit formulier").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=notes]")).to_be_focused()
    check("entry with faults")
    assert faults == {"count": [], "entry": [], "entry with faults": []}
