"""Who follows a talk on a phone, step by step in a real browser, for tests."""

import re

from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.models import Session
from tests.helpers.talk_room import OFFLINE, SOON
from tests.helpers.watch import Watch


def follow(page: Page, session: Session) -> Page:
    page.goto(reverse("join-talk", args=[session.join_token]))
    return page


def vote(phone: Page, stance: str, over: str) -> None:
    """From what the phone follows, by the button that comes with the poll."""
    link = phone.get_by_role("link", name="Zeg waar jij staat")
    expect(link).to_be_visible(timeout=SOON)
    link.click()
    expect(phone.get_by_role("main")).to_contain_text(over)
    phone.get_by_label(stance).check()
    phone.get_by_role("button", name="Stem", exact=True).click()
    expect(phone.get_by_text(f"Jij koos: {stance}.")).to_be_visible()


def think_again(phone: Page, stance: str) -> None:
    phone.get_by_label(stance).check()
    phone.get_by_role("button", name="Wijzig mijn stem").click()
    expect(phone.get_by_text(f"Jij koos: {stance}.")).to_be_visible()


def follow_again(phone: Page) -> None:
    phone.get_by_role("link", name="Terug naar het gesprek").click()


def lose_network(phone: Page) -> None:
    phone.context.set_offline(True)
    expect(phone.get_by_text(OFFLINE)).to_be_visible(timeout=SOON * 2)


def find_network(phone: Page) -> None:
    phone.context.set_offline(False)
    expect(phone.get_by_text(OFFLINE)).to_be_hidden(timeout=SOON * 2)


def forgive_lost_network(watch: Watch) -> None:
    """What a browser says itself of each request that failed; everything else is an error still."""
    watch.errors[:] = [error for error in watch.errors if not re.search("ERR_INTERNET_DISCONNECTED|htmx:", error)]
