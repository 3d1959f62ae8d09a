"""On a slow line, by an impatient hand, or where a script never comes: nothing lost, nothing made twice."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from reflectie.domain.setup import Mode
from reflectie.models import Collaboration
from tests.helpers.browser_steps import WHOLE
from tests.helpers.factories import Reflection, browser, fill_in, make_reflection, make_round
from tests.helpers.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def until_saved(reflection: Reflection, page: Page, values: dict[str, str]) -> None:
    for _ in range(40):
        if dict(reflection.values) == values:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"kept: {dict(reflection.values)}")


def test_answer_given_before_the_scripts_are_there_is_saved(own_page: Page, site):
    reflection = make_reflection({"goal-shared": "hindering"})
    late = []
    own_page.route("**/questionnaire*.js", lambda route: late.append(route))
    own_page.goto(site + reflection.fill_url, wait_until="commit")
    own_page.check('input[name="goal-shared"][value="helping"]')
    own_page.fill("#c-team-name", "Kernteam")

    late[0].continue_()

    until_saved(reflection, own_page, {"goal-shared": "helping", "team-name": "Kernteam"})
    expect(own_page.locator("#saved")).to_contain_text("Bewaard om")


def test_answer_is_sent_again_where_the_browser_keeps_nothing(own_page: Page, context: BrowserContext, site):
    reflection = make_reflection()
    own_page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }")
    own_page.clock.install()
    own_page.goto(site + reflection.fill_url + WHOLE)
    context.set_offline(True)
    own_page.check('input[name="goal-shared"][value="helping"]')
    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")

    context.set_offline(False)
    own_page.clock.run_for(5_000)

    until_saved(reflection, own_page, {"goal-shared": "helping"})
    expect(own_page.locator("#saved")).to_contain_text("Bewaard om")


@pytest.mark.parametrize("missing", ["htmx", "questionnaire"])
def test_page_is_one_form_when_one_of_its_scripts_never_comes(own_page: Page, site, missing):
    """A wiped answer is the proof: with half of the scripts it came back, or the button did nothing."""
    reflection = make_reflection({"goal-shared": "hindering"})
    own_page.route(re.compile(rf"/{missing}[^/]*\.js$"), lambda route: route.abort())
    own_page.goto(site + reflection.fill_url + WHOLE)
    own_page.check('input[name="form-intensity"][value="helping"]')
    own_page.get_by_role("button", name="wis antwoord 2", exact=True).click()
    own_page.wait_for_url("**/invullen/*/?bewaard=*")
    assert dict(reflection.values) == {"form-intensity": "helping"}
    reminder = own_page.get_by_role("button", name="Bewaar en ga later verder")
    expect(reminder).to_have_count(1)

    own_page.get_by_role("button", name="Bekijk het verslag").first.click()

    own_page.wait_for_url("**/rapport/**")
    assert dict(reflection.values) == {"form-intensity": "helping"}
    assert own_page.evaluate("localStorage.length") == 0


def test_page_says_that_all_is_gone_only_when_it_is(own_page: Page, site):
    session = make_round(Mode.ANONYMOUS)
    code = fill_in(session, {"goal-shared": "helping"})
    own_page.goto(site + reverse("join-continue", args=[session.join_token]))
    own_page.get_by_label("Jouw code").fill(code)
    own_page.get_by_role("button", name="Ga verder").click()
    own_page.evaluate("localStorage.setItem('reflectie:' + sheet.dataset.keepAs, '{}')")
    own_page.locator(".own-code > summary").click()
    own_page.get_by_role("link", name="Alles intrekken").click()
    # Whose page has the script too: held up there, it would never get to its button.
    wipe = own_page.get_by_role("button", name="Ja, wis mijn antwoorden")
    expect(wipe).to_be_visible()
    late = []
    own_page.route("**/cleanup*.js", lambda route: late.append(route))
    with own_page.expect_request("**/cleanup*.js"):
        wipe.click(no_wait_after=True)
    gone = own_page.get_by_role("heading", name="Je antwoorden zijn weg")
    own_page.wait_for_timeout(300)
    assert gone.is_visible() is False

    late[0].continue_()

    expect(gone).to_be_visible()
    assert own_page.evaluate("localStorage.length") == 0


def press_twice(page: Page, name: str) -> list[str]:
    """Press twice on a line so slow that the page still stands there; where each press that counted went."""
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    with page.expect_event("domcontentloaded"):
        page.get_by_role("button", name=name, exact=True).click(click_count=2, delay=60, no_wait_after=True)
    return posts


def test_pressed_twice_a_form_is_sent_once(watch: Watch, an):
    page = watch.open(browser(an))
    page.goto(reverse("collaboration-new"))
    page.get_by_label("Naam").fill("Samen in Tienen")

    assert len(press_twice(page, "Maak de samenwerking")) == 1

    expect(page.get_by_role("heading", name="Samen in Tienen")).to_be_visible()
    assert Collaboration.objects.count() == 1


def test_what_is_typed_survives_signing_out_and_in_again_elsewhere(watch: Watch, an):
    page = watch.open(browser(an))
    page.goto(reverse("collaboration-new"))
    page.get_by_label("Naam").fill("Samen in Tienen")
    kept = page.context.cookies()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Maak de samenwerking").click()
    expect(page.locator("main")).to_contain_text("Je bent intussen afgemeld.")
    assert page.get_by_role("link", name="Meld je aan").get_attribute("target") == "_blank"

    # Whoever signs in gets another session, and another form token.
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    other = {"name": settings.CSRF_COOKIE_NAME, "value": "A" * 32, "url": page.url}
    page.context.add_cookies([*(one for one in kept if one["name"] == settings.SESSION_COOKIE_NAME), other])
    page.get_by_role("button", name="Bewaar nog een keer").click()
    expect(page.locator("main")).to_contain_text("Deze pagina stond lang open.")
    page.get_by_role("button", name="Bewaar nog een keer").click()

    expect(page.get_by_role("heading", name="Samen in Tienen")).to_be_visible()
    assert Collaboration.objects.count() == 1


def test_what_another_site_sends_is_offered_to_nobody(an):
    client = Client(enforce_csrf_checks=True)
    client.force_login(an)
    given = {"name": "Van elders"}

    own = client.post(reverse("collaboration-new"), given, headers={"Origin": "http://testserver"})
    unknown = client.post(reverse("collaboration-new"), given)
    others = client.post(reverse("collaboration-new"), given, headers={"Origin": "https://elders.example"})

    assert [page.status_code for page in (own, unknown, others)] == [403, 403, 403]
    assert ["Van elders" in page.text for page in (own, unknown, others)] == [True, False, False]
    assert Collaboration.objects.count() == 0
