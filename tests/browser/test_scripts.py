"""Each script of a page in turn blocked, cut off, unreadable or too new for the browser: then the page is the page
without JavaScript, and says nothing that only holds with it."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect

from reflectie.services.sessions import rounds
from tests.helpers.browser_steps import WHOLE
from tests.helpers.compared import choice, opened, team
from tests.helpers.factories import browser, fill_in, make_reflection, make_round
from tests.helpers.paper import make_session, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def cut_off(route: Route) -> None:
    text = route.fetch().text()
    route.fulfill(body=text[: len(text) // 2], content_type="text/javascript")


BREAKS: dict[str, Callable[[Route], None]] = {
    "blocked": lambda route: route.abort(),
    "cut off": cut_off,
    "unreadable": lambda route: route.fulfill(body="<html>Even geduld</html>", content_type="text/javascript"),
    "too new": lambda route: route.fulfill(body="throw new SyntaxError()", content_type="text/javascript"),
}


def without(page: Page, script: str, how: str) -> None:
    page.route(re.compile(rf"/{script}[^/]*\.js$"), BREAKS[how])


# What was reported.
SEEN = ("questionnaire", "cut off")


def signed_in(context: BrowserContext, site: str, client: Client) -> Page:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    return context.new_page()


# To a page all of these are one thing: no script. In every run each page meets one of them, and the sheet two.
ways = pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[] if how == "blocked" else [pytest.mark.slow]) for how in BREAKS]
)


@pytest.mark.parametrize(
    ("script", "how"),
    [
        pytest.param(script, how, marks=[] if how == "blocked" or (script, how) == SEEN else [pytest.mark.slow])
        for script in ("htmx", "questionnaire", "cleanup", "copy", "submit_once")
        for how in BREAKS
    ],
)
def test_answers_are_saved_by_a_button_or_by_the_script_and_never_by_neither(page: Page, site, script, how):
    reflection = make_reflection({"goal-shared": "hindering"})
    without(page, script, how)
    page.goto(site + reflection.fill_url + WHOLE)
    button = page.get_by_role("button", name="Bewaar en ga later verder")
    reminder = page.locator("#saved", has_text="Vergeet onderaan niet te bewaren")
    page.check('input[name="form-intensity"][value="helping"]')

    if script in ("copy", "submit_once"):
        expect(page.locator("#saved")).to_contain_text("Bewaard om")
        expect(button).to_have_count(0)
    else:
        expect(reminder).to_be_visible()
        page.wait_for_timeout(200)
        assert dict(reflection.values) == {"goal-shared": "hindering"}
        button.click()
        expect(page.locator("#saved")).to_contain_text("Bewaard om")
    assert dict(reflection.values) == {"goal-shared": "hindering", "form-intensity": "helping"}
    # A button for a link is there where it can copy it.
    page.get_by_text("Later verder? Kopieer je link").click()
    assert page.locator("[data-copy]:visible").count() in ((0,) if script == "copy" else (0, 1))
    expect(page.locator("#own-link")).to_have_value(re.compile("/invullen/"))


def test_a_script_that_fails_half_way_leaves_the_buttons(page: Page, site):
    reflection = make_reflection()
    page.add_init_script("delete Element.prototype.toggleAttribute; delete Array.prototype.filter")
    page.goto(site + reflection.fill_url + WHOLE)
    page.check('input[name="form-intensity"][value="helping"]')
    page.get_by_role("button", name="Bewaar en ga later verder").click()
    page.wait_for_url("**?bewaard=*")
    assert dict(reflection.values) == {"form-intensity": "helping"}


@ways
def test_waiting_page_says_to_load_it_again_where_it_cannot_renew_itself(page: Page, site, how):
    session = make_round()
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    rounds.close_round(session)
    hint = page.get_by_text("Laad deze pagina opnieuw om te zien hoe het staat.")
    page.goto(site + reverse("join", args=[session.join_token]))
    expect(hint).to_be_hidden()

    without(page, "htmx", how)
    page.reload()

    expect(hint).to_be_visible()


@ways
def test_plan_shows_every_part_where_no_script_hides_what_does_not_apply(
    context: BrowserContext, site, coordinator, collaboration, how
):
    page = signed_in(context, site, coordinator)
    to = reverse("session-new", args=[collaboration.pk])
    page.goto(site + to)
    assert page.locator("form.plan [data-when]:visible").count() < page.locator("form.plan [data-when]").count()

    without(page, "plan", how)
    page.goto(site + to)

    assert page.locator("form.plan [data-when]:visible").count() == page.locator("form.plan [data-when]").count() > 1


@ways
def test_paper_is_typed_over_and_saved_by_its_button(context: BrowserContext, site, how):
    session = make_session(sheets=3)
    page = signed_in(context, site, sign_in(session))
    without(page, "paper", how)
    page.goto(site + reverse("paper", args=[session.pk]))
    expect(page.get_by_text("Enter op een lege regel bewaart het formulier.")).to_be_hidden()
    page.fill('.keyed[name="goal-shared"]', "1")

    page.get_by_role("button", name="Bewaar dit formulier").click()

    expect(page.locator("main")).to_contain_text("1 van 3 ingetypt")


@ways
def test_table_of_a_comparison_opens_a_row_and_promises_no_arrows(context: BrowserContext, site, fien, how):
    linde = team(fien, "Huis Linde")
    sessions = [opened(linde, [{"goal-shared": "hindering"}] * 3) for _ in range(2)]
    to = f"{reverse('compare-table')}?{choice(*sessions)}"
    page = signed_in(context, site, browser(fien))
    page.goto(site + to)
    keys = page.get_by_text("Met de pijltjes ga je van cel naar cel.")
    expect(keys).to_be_visible()

    without(page, "comparison", how)
    page.goto(site + to)

    expect(keys).to_be_hidden()
    page.get_by_role("table", name="Alles in één tabel").get_by_role("button").first.click()
    expect(page.get_by_role("row", name="Antwoorden bij")).to_have_count(1)


def test_copying_that_the_browser_refuses_leaves_the_link_to_copy_by_hand(page: Page, site):
    reflection = make_reflection()
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    page.goto(site + reflection.fill_url + WHOLE)
    page.get_by_text("Later verder? Kopieer je link").click()
    button = page.get_by_role("button", name="Kopieer")
    button.click()

    expect(button).to_have_count(0)
    assert page.evaluate("getSelection().toString()") or page.evaluate("document.activeElement.id") == "own-link"
