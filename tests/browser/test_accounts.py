"""Accounts in a real browser: the whole way by keyboard and mouse, and what axe says of each page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as BrowserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.helpers.accounts import PASSWORD, app_code
from tests.helpers.browser_steps import submit_code
from tests.helpers.factories import make_account
from tests.helpers.watch import EVERY_LOOK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, site: str, address: str) -> None:
    page.goto(f"{site}{reverse('account_login')}")
    page.get_by_label("E-mailadres").fill(address)
    page.get_by_role("button", name="Aanmelden").click()
    submit_code(page)
    page.wait_for_url(f"{site}{reverse('collaborations')}")
    page.get_by_role("link", name="Account").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_journey_from_signing_up_to_closing(browser: Browser, site, javascript):
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    page.goto(site)
    page.get_by_role("link", name="Aanmelden").click()
    page.get_by_role("link", name="Maak er een").click()
    page.get_by_label("E-mailadres").fill("an@example.org")
    page.get_by_role("button", name="Ga verder").click()
    submit_code(page)

    expect(page.get_by_role("status")).to_have_text("Je e-mailadres is bevestigd.")
    page.get_by_role("link", name="Account").click()
    page.get_by_role("link", name="Zet de tweede stap aan").click()
    page.get_by_role("link", name="Zet de tweede stap aan").click()
    secret = page.locator(".secret").inner_text()
    picture = page.get_by_role("img", name="QR-code voor de app")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_role("button", name="Zet de tweede stap aan").click()
    expect(page.get_by_role("heading", name="Je noodcodes")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download ze").click()
    assert download.value.suggested_filename == "noodcodes.txt"
    page.get_by_role("link", name="Terug naar je account").click()
    page.get_by_role("link", name="Zeg je account op").click()
    page.get_by_role("button", name="Ja, zeg mijn account op").click()

    expect(page.get_by_role("status")).to_have_text("Je account is opgezegd. Alles wat erin stond, is gewist.")
    expect(page.get_by_role("link", name="Aanmelden")).to_be_visible()
    assert User.objects.count() == 0
    context.close()


def check(page: Page, width: int, found: dict) -> None:
    results = Axe().run(page)
    if results.violations_count:
        found[page.url] = results.generate_snapshot()
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .quiet, main .go, header a, .rows a, .links a")]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
            .map((element) => element.outerHTML.slice(0, 80))"""
    )
    assert small == [], page.url


@EVERY_LOOK
def test_axe_finds_nothing_on_any_account_page(browser: Browser, site, viewport, scheme):
    make_account("een-behoorlijk-lang-adres.van-iemand@een-organisatie.example.org")
    context: BrowserContext = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    found: dict = {}

    def visit(*routes: str) -> None:
        for route in routes:
            page.goto(site + reverse(route))
            check(page, viewport["width"], found)

    visit("account_login", "account_signup", "account_request_login_code", "account_reset_password")
    page.goto(site + reverse("account_login"))
    page.get_by_label("E-mailadres").fill("bo@example.org")
    page.get_by_label("Wachtwoord").fill("fout")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, viewport["width"], found)
    sign_in(page, site, "een-behoorlijk-lang-adres.van-iemand@een-organisatie.example.org")
    visit("account", "account_name", "account_data", "account_close", "account_email", "mfa_index", "mfa_activate_totp")
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_label("Code").press("Enter")
    expect(page.locator(".invalid-feedback")).to_be_visible()
    check(page, viewport["width"], found)
    page.get_by_label("Code").fill(app_code(secret))
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_role("heading", name="Je noodcodes")).to_be_visible()
    check(page, viewport["width"], found)
    visit("mfa_index", "mfa_reauthenticate", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "account_logout")
    visit("account_reauthenticate_code", "account_set_password")
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill("anders")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    check(page, viewport["width"], found)
    context.close()
    assert found == {}


def test_wrong_code_is_told_beside_the_field_and_read_with_it(page: Page, site):
    make_account("an@example.org")
    page.goto(f"{site}{reverse('account_login')}")
    page.get_by_label("E-mailadres").fill("an@example.org")
    page.get_by_label("E-mailadres").press("Enter")
    page.get_by_label("Code").fill("BBBB-BBBB")
    page.get_by_label("Code").press("Enter")

    expect(page).to_have_title(re.compile("^Fout: "))
    field = page.get_by_label("Code")
    expect(field).to_have_attribute("aria-invalid", "true")
    told = field.get_attribute("aria-describedby").split()
    assert any("Deze code klopt niet" in page.locator(f"#{part}").inner_text() for part in told)


@pytest.mark.parametrize("javascript", [True, False])
def test_journey_at_a_browser_that_was_left_open(browser: Browser, site, javascript):
    """It asks a code by mail before another address counts, keeps what was typed, and can be forgotten."""
    account = make_account("an@example.org")
    client = Client()
    client.force_login(account)
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    page = context.new_page()
    found: dict = {}
    page.goto(site + reverse("account"))
    page.get_by_role("link", name="Wijzig je e-mailadres").click()
    expect(page.get_by_role("heading", name="Ben jij het?")).to_be_visible()
    if javascript:
        check(page, PHONE["width"], found)
    page.get_by_role("button", name="Stuur mij een code").click()
    page.get_by_label("Code").fill("BBBB-BBBB")
    page.get_by_role("button", name="Ga verder").click()
    expect(page.get_by_label("Code")).to_have_accessible_description(re.compile("Deze code klopt niet"))
    if javascript:
        check(page, PHONE["width"], found)
    page.get_by_role("button", name="Stuur een nieuwe code").click()
    submit_code(page)
    page.get_by_label("Nieuw e-mailadres").fill("an.nieuw@example.org")
    # The page stood open for longer than that counts.
    for row in BrowserSession.objects.all():
        state = row.get_decoded()
        for record in state.get("account_authentication_methods", []):
            record["at"] -= 3600
        BrowserSession.objects.filter(pk=row.pk).update(session_data=SessionStore().encode(state))
    page.get_by_role("button", name="Stuur mij een code").click()
    expect(page.get_by_role("heading", name="Ben jij het?")).to_be_visible()
    page.get_by_role("button", name="Stuur mij een code").click()
    submit_code(page)
    # What was typed before is done now.
    expect(page.locator("main")).to_contain_text("an.nieuw@example.org")
    assert mail.outbox[-1].to == ["an.nieuw@example.org"]
    submit_code(page)
    page.goto(site + reverse("account"))
    expect(page.locator("main")).to_contain_text("an.nieuw@example.org")
    page.get_by_role("button", name="Meld mij af en vergeet deze browser").click()
    expect(page.get_by_role("link", name="Aanmelden")).to_be_visible()
    context.close()
    assert found == {}
