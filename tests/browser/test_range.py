"""From where to where help goes, chosen in a real browser: by keyboard, on a phone, and with a line that goes."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.helpers.browser_steps import WHOLE
from tests.helpers.factories import make_reflection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HALF = "Kies ook een letter bij ‘tot’, of laat allebei leeg. Nog niet bewaard."
TURNED = "Van d tot b kan niet: b komt voor d. Nog niet bewaard. Wissel ze om."


@pytest.fixture
def question(own_page: Page) -> Locator:
    return own_page.locator("#q-help-range")


def choose(question: Locator, end: str, letter: str) -> None:
    question.get_by_label(end, exact=True).select_option(letter)


def band(question: Locator) -> str:
    return "".join(question.locator(".range-band .is-on").all_inner_texts())


def saved(page: Page):
    return page.expect_response(lambda response: response.request.method == "POST" and response.ok)


def test_band_follows_two_choices_made_by_keyboard(own_page: Page, question, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    assert band(question) == ""

    question.get_by_label("Van", exact=True).focus()
    own_page.keyboard.press("b")
    # The other is still to come: nothing is wrong yet.
    own_page.keyboard.press("Tab")
    expect(question.locator(".error")).to_have_count(0)
    with saved(own_page):
        own_page.keyboard.press("e")

    assert band(question) == "bcde"
    assert reflection.values["help-range"] == ("b", "e")
    expect(own_page.locator("#saved")).to_have_text(re.compile(r"Bewaard om \d\d:\d\d"))
    with saved(own_page):
        choose(question, "Tot", "z")
    assert band(question) == "bcdefghijklmnopqrstuvwxyz"
    assert own_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    own_page.reload()
    assert band(question) == "bcdefghijklmnopqrstuvwxyz"
    assert own_page.evaluate("JSON.stringify(localStorage)") == "{}"


def test_one_of_the_two_is_told_to_whoever_goes_on_and_is_not_lost(own_page: Page, question, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    choose(question, "Van", "d")
    question.get_by_label("Van", exact=True).focus()

    own_page.locator("#c-goal-sentence").focus()

    expect(question.locator(".error")).to_have_text(HALF)
    expect(question.get_by_label("Tot", exact=True)).to_have_attribute("aria-invalid", "true")
    assert "help-range" not in reflection.values
    # Gone from the page, it is there again.
    own_page.reload()
    expect(question.get_by_label("Van", exact=True)).to_have_value("d")
    expect(question.locator(".error")).to_have_text(HALF)
    choose(question, "Tot", "b")
    expect(question.locator(".error")).to_have_text(TURNED)
    assert band(question) == ""
    with saved(own_page):
        choose(question, "Van", "a")
    expect(question.locator(".error")).to_have_count(0)
    assert reflection.values["help-range"] == ("a", "b")


def test_chosen_offline_it_is_sent_later(own_page: Page, context: BrowserContext, question, site):
    reflection = make_reflection({"help-range": ("a", "z")})
    own_page.goto(site + reflection.fill_url + WHOLE)
    context.set_offline(True)
    choose(question, "Tot", "k")
    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")
    own_page.close()
    context.set_offline(False)

    later = context.new_page()
    later.goto(site + reflection.fill_url + WHOLE)

    expect(later.locator("#saved")).to_contain_text("Bewaard om")
    assert band(later.locator("#q-help-range")) == "abcdefghijk"
    assert reflection.values["help-range"] == ("a", "k")


def test_both_emptied_wipe_the_answer(own_page: Page, question, site):
    reflection = make_reflection({"help-range": ("a", "k")})
    own_page.goto(site + reflection.fill_url + WHOLE)
    choose(question, "Van", "")
    with saved(own_page):
        choose(question, "Tot", "")
    assert band(question) == ""
    assert "help-range" not in reflection.values
