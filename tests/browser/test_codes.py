"""Every wrong turn on the way in, in a real browser: each comes out, with the invitation still in hand."""

import re
import time

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from reflectie.models import Membership, Role
from reflectie.services.collaborations import people
from reflectie.web import throttle
from reflectie.web.throttle import Limit
from tests.helpers.accounts import ADDRESS, CODE, PASSWORD
from tests.helpers.factories import make_account, make_collaboration
from tests.helpers.watch import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MISTYPED = "vergist@example.org"
NEW = "an.nieuw@example.org"
WRONG = "BBBB-BBBB"
# None of these pages has a script of its own but the one that keeps a form from being sent twice.
SCRIPTS = pytest.mark.parametrize(
    "javascript", [pytest.param(True, id="scripts"), pytest.param(False, id="no scripts", marks=pytest.mark.slow)]
)


class Way:
    """Somebody on the way in: where they ask a code, and what they do there."""

    def __init__(self, page: Page, site: str, route: str, label: str, button: str, right: str = ADDRESS) -> None:
        self.page, self.site, self.label, self.button, self.right = page, site, label, button, right
        self.begin = f"{site}{reverse(route)}"

    def ask(self, address: str, page: Page | None = None) -> None:
        page = page or self.page
        page.get_by_label(self.label).fill(address)
        page.get_by_role("button", name=self.button, exact=True).click()
        expect(page.get_by_role("heading", name="Vul de code in")).to_be_visible()
        expect(page.get_by_role("main").get_by_text(address, exact=True)).to_be_visible()

    def give(self, code: str) -> None:
        self.page.get_by_label("Code").fill(code)
        self.page.get_by_role("button", name="Ga verder").click()

    def code(self) -> str:
        return CODE.search(mail.outbox[-1].body)[1]

    def is_at_begin(self, page: Page | None = None) -> None:
        expect(page or self.page).to_have_url(re.compile(re.escape(self.begin)))
        expect((page or self.page).get_by_label(self.label)).to_be_visible()


@pytest.fixture
def javascript() -> bool:
    """Nothing on these pages needs scripts: two of the ways are tried without, too."""
    return True


@pytest.fixture
def clock(monkeypatch):
    real, passed = time.time, [0]
    monkeypatch.setattr(time, "time", lambda: real() + passed[0])
    return lambda minutes: passed.__setitem__(0, passed[0] + int(minutes * 60))


@pytest.fixture
def page(browser: Browser, javascript, monkeypatch):
    """Somebody who takes so many wrong turns that one mailbox gets more than three mails a minute."""
    monkeypatch.setattr(throttle, "MAILS_TO_ONE", (Limit(50, 60),))
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def link(site) -> str:
    token = people.invite_member(make_collaboration("Samen in Tienen"), ADDRESS, Role.FACILITATOR).token
    return site + reverse("invitation", args=[token])


def take_every_wrong_turn(way: Way, clock) -> None:
    """From where a code is asked for to the page of a code that came, past all that can go wrong on the way."""
    page = way.page
    # A mistyped address: the button for it, and the browser's own back button.
    way.ask(MISTYPED)
    page.get_by_role("link", name="Neem een ander adres").click()
    way.is_at_begin()
    way.ask(MISTYPED)
    page.go_back()
    way.is_at_begin()
    # A wrong code, three times.
    way.ask(way.right)
    for _ in range(3):
        way.give(WRONG)
    expect(page.get_by_role("status")).to_have_text("Het ging te vaak mis. Vraag een nieuwe code.")
    way.is_at_begin()
    # One that is too old; then one that is sent again, late.
    way.ask(way.right)
    code = way.code()
    clock(16)
    way.give(code)


def take_the_late_turns(way: Way, clock) -> None:
    page = way.page
    way.is_at_begin()
    way.ask(way.right)
    if page.get_by_role("button", name="Stuur de mail opnieuw").count():
        clock(14)
        page.get_by_role("button", name="Stuur de mail opnieuw").click()
        expect(page.get_by_role("status")).to_contain_text("Een code van daarvoor geldt niet meer.")
        clock(14)
    # Another tab begins again, and its code is taken in the first.
    other = page.context.new_page()
    other.goto(way.begin)
    way.ask(way.right, other)
    other.close()


def take_part(page: Page, address: str = ADDRESS) -> None:
    expect(page.get_by_role("heading", name="Je bent uitgenodigd")).to_be_visible()
    page.get_by_role("button", name="Ja, ik werk mee").click()
    expect(page.get_by_role("heading", name="Samen in Tienen")).to_be_visible()
    assert Membership.objects.get(user__email=address).role == "facilitator"


def turn_by_the_header(way: Way) -> None:
    """Whoever presses Aanmelden on the way finds it, and the way back to the code."""
    page = way.page
    page.get_by_role("link", name="Aanmelden", exact=True).click()
    expect(page.get_by_role("heading", name="Aanmelden")).to_be_visible()
    page.get_by_role("link", name="Vul die in").click()
    expect(page.get_by_role("heading", name="Vul de code in")).to_be_visible()


@SCRIPTS
def test_signing_up_past_every_wrong_turn(page, site, link, clock, javascript):
    page.goto(link)
    page.get_by_role("button", name="Maak een account").click()
    way = Way(page, site, "account_signup", "E-mailadres", "Ga verder")
    take_every_wrong_turn(way, clock)
    expect(page.get_by_role("status")).to_have_text("Deze code geldt niet meer. Vraag een nieuwe.")
    take_the_late_turns(way, clock)
    turn_by_the_header(way)
    way.give(way.code())

    take_part(page)


def test_signing_up_with_an_address_that_has_an_account(page, site, link, clock):
    make_account(ADDRESS)
    page.goto(link)
    page.get_by_role("button", name="Maak een account").click()
    Way(page, site, "account_signup", "E-mailadres", "Ga verder").ask(ADDRESS)
    page.get_by_role("button", name="Stuur de mail opnieuw").click()
    assert [message.subject for message in mail.outbox] == ["Je hebt al een account"] * 2

    page.goto(re.search(r"^http\S+/aanmelden/$", mail.outbox[-1].body, re.MULTILINE)[0])
    way = Way(page, site, "account_login", "E-mailadres", "Aanmelden")
    way.ask(ADDRESS)
    way.give(way.code())

    take_part(page)


def test_signing_in_with_an_address_without_an_account(page, site, link, clock):
    page.goto(link)
    page.get_by_role("button", name="Ik heb al een account").click()
    Way(page, site, "account_login", "E-mailadres", "Aanmelden").ask(ADDRESS)
    assert mail.outbox[-1].subject == "Er is geen account met dit adres"

    page.goto(re.search(r"^http\S+/registreren/$", mail.outbox[-1].body, re.MULTILINE)[0])
    way = Way(page, site, "account_signup", "E-mailadres", "Ga verder")
    way.ask(ADDRESS)
    way.give(way.code())

    take_part(page)


def test_signing_in_by_a_code_past_every_wrong_turn(page, site, link, clock):
    make_account(ADDRESS)
    page.goto(link)
    page.get_by_role("button", name="Ik heb al een account").click()
    way = Way(page, site, "account_login", "E-mailadres", "Aanmelden")
    take_every_wrong_turn(way, clock)
    expect(page.get_by_role("status")).to_have_text("Deze code geldt niet meer. Vraag een nieuwe.")
    take_the_late_turns(way, clock)
    turn_by_the_header(way)
    way.give(way.code())

    take_part(page)


def test_a_forgotten_password_past_every_wrong_turn(page, site, link, clock):
    make_account(ADDRESS, password="een ander rijtje woorden")
    page.goto(link)
    page.get_by_role("button", name="Ik heb al een account").click()
    page.goto(site + reverse("account_reset_password"))
    way = Way(page, site, "account_reset_password", "E-mailadres", "Stuur mij een code")
    take_every_wrong_turn(way, clock)
    expect(page.get_by_role("status")).to_have_text("Deze code geldt niet meer. Vraag een nieuwe.")
    take_the_late_turns(way, clock)
    way.give(way.code())
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.locator("main").get_by_role("link", name=re.compile("[Aa]an")).click()
    page.get_by_label("E-mailadres").fill(ADDRESS)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()

    take_part(page)


def test_another_address_past_every_wrong_turn(page, site, link, clock):
    make_account(ADDRESS)
    page.goto(site + reverse("account_login"))
    way = Way(page, site, "account_login", "E-mailadres", "Aanmelden")
    way.ask(ADDRESS)
    way.give(way.code())
    page.get_by_role("link", name="Account").click()
    page.get_by_role("link", name="Wijzig je e-mailadres").click()
    way = Way(page, site, "account_email", "Nieuw e-mailadres", "Stuur mij een code", NEW)
    take_every_wrong_turn(way, clock)
    # So long after signing in it asks first who one is, and keeps what it had to say.
    expect(page.get_by_role("status")).to_have_text("Deze code geldt niet meer. Vraag een nieuwe.")
    show_who_one_is(way)
    way.is_at_begin()
    way.ask(NEW)
    clock(14)
    page.get_by_role("button", name="Stuur de mail opnieuw").click()
    clock(14)
    way.give(way.code())
    expect(page.get_by_role("status")).to_contain_text("Je e-mailadres is bevestigd.")

    page.goto(link)
    take_part(page, NEW)


def show_who_one_is(way: Way) -> None:
    expect(way.page.get_by_role("heading", name="Ben jij het?")).to_be_visible()
    way.page.get_by_role("button", name="Stuur mij een code").click()
    way.give(way.code())


@SCRIPTS
def test_accepting_an_invitation_past_every_wrong_turn(page, site, link, clock, javascript):
    """With the wrong account, in a second tab, after signing out, and after both entrances were tried."""
    make_account(ADDRESS)
    make_account("bo@example.org")
    page.goto(link)
    page.get_by_role("button", name="Maak een account").click()
    page.get_by_role("link", name="Meld je aan").click()
    page.get_by_role("link", name="Maak er een").click()
    page.go_back()
    # The wrong account, which looks and signs out.
    way = Way(page, site, "account_login", "E-mailadres", "Aanmelden")
    way.ask("bo@example.org")
    way.give(way.code())
    expect(page.get_by_role("heading", name="Je bent uitgenodigd")).to_be_visible()
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Meld mij af", exact=True).click()
    page.goto(link)
    page.get_by_role("button", name="Ik heb al een account").click()
    way.ask(MISTYPED)
    page.get_by_role("link", name="Neem een ander adres").click()
    way.ask(ADDRESS)
    # A second tab opens the link again, and signs in there: the first follows.
    other = page.context.new_page()
    other.goto(link)
    other.get_by_role("button", name="Ik heb al een account").click()
    way.ask(ADDRESS, other)
    other.get_by_label("Code").fill(way.code())
    other.get_by_role("button", name="Ga verder").click()
    expect(other.get_by_role("heading", name="Je bent uitgenodigd")).to_be_visible()
    other.close()
    way.give(way.code())
    # The form of the first tab was drawn for who wasn't signed in.
    page.get_by_role("link", name="Open de pagina opnieuw").click()

    take_part(page)
