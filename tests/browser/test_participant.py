"""Taking part in a real browser: on one's own phone and on a tablet that goes round, online and off."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Response, Session
from reflectie.services.sessions import rounds
from tests.helpers.browser_steps import next_rubric, show_whole_sheet
from tests.helpers.factories import fill_in, make_round
from tests.helpers.watch import EVERY_LOOK, PHONE, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# After which a page that waits asks how things stand, in milliseconds on the browser's clock, which a test may turn on.
LOOKS_AGAIN = 5_000


def url(site: str, name: str, session: Session) -> str:
    return site + reverse(name, args=[session.join_token])


def begin(page: Page, site: str, session: Session) -> None:
    page.goto(url(site, "join", session))
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/invullen/")
    show_whole_sheet(page)


def open_own_code(page: Page) -> None:
    page.locator(".own-code > summary").click()


def choose(page: Page, item: str, value: str) -> None:
    """Choose, and wait until the server has it."""
    with page.expect_response(lambda response: response.request.method == "POST" and response.ok):
        page.check(f'input[name="{item}"][value="{value}"]')


def browser_storage(page: Page) -> str:
    return page.evaluate("JSON.stringify(localStorage)")


def until_nothing_is_kept(page: Page) -> None:
    for _ in range(50):
        if browser_storage(page) == "{}":
            return
        page.wait_for_timeout(100)
    pytest.fail(f"still kept: {browser_storage(page)}")


def answers(session: Session) -> list[dict[str, str]]:
    return sorted(
        (dict(response.answers.values_list("item__key", "value")) for response in session.responses.all()), key=str
    )


def give_offline(page: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    page.check('input[name="form-intensity"][value="helping"]')
    expect(page.locator("#saved")).to_contain_text("Geen verbinding.")
    context.set_offline(False)


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize("javascript", [True, False])
def test_from_short_code_to_thanks_and_on_to_the_report(browser: Browser, site, checklist, javascript, mode):
    session = make_round(mode, expected=4, questions=())
    for _ in range(2):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()

    page.goto(site)
    page.get_by_label("Doe mee met een code").fill(session.code.lower())
    page.get_by_role("button", name="Doe mee").click()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/invullen/")
    if mode is Mode.NAMED:
        next_rubric(page)
    for part in checklist.dimensions:
        for item in part.items:
            page.check(f'input[name="{item.key}"][value="helping"]')
        next_rubric(page)
    if mode is Mode.NAMED:
        page.get_by_role("button", name="Klaar").first.click()
        # On a phone this opens the rubric in which the name is asked.
        expect(page.locator("#state-participant").get_by_role("alert")).to_contain_text("Vul je naam in")
        page.fill("#c-participant", "Noor")
        show_whole_sheet(page)
    page.get_by_role("button", name="Klaar").first.click()

    expect(page.get_by_role("heading", name="Bedankt, je antwoorden zijn binnen")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("3 van de 4 zijn klaar.")
    assert {item.key: "helping" for item in checklist} in answers(session)
    rounds.close_round(session)
    page.reload()
    expect(page.get_by_role("heading", name="De ronde is gesloten")).to_be_visible()
    rounds.open_report(session)
    page.reload()
    page.wait_for_url("**/rapport/**")
    assert {cookie["name"] for cookie in context.cookies()} <= {"csrftoken", f"deelnemer-{session.pk.hex[:12]}"}
    context.close()


def test_waiting_page_turns_to_the_report_by_itself(own_page: Page, site):
    session = make_round(expected=3)
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    rounds.close_round(session)
    own_page.clock.install()
    own_page.goto(url(site, "join", session))
    expect(own_page.get_by_role("status")).to_contain_text("Het verslag is nog niet open.")

    rounds.open_report(session)
    own_page.clock.run_for(LOOKS_AGAIN)

    own_page.get_by_role("status").get_by_role("link", name="Naar het verslag").click()
    own_page.wait_for_url("**/rapport/**")


def test_polling_stops_once_the_report_is_open(own_page: Page, site):
    session = make_round(expected=3)
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    rounds.close_round(session)
    own_page.clock.install()
    own_page.goto(url(site, "join", session))
    asked = []
    own_page.on("request", lambda request: "/stand/" in request.url and asked.append(request))
    with own_page.expect_response("**/stand/**"):
        own_page.clock.run_for(LOOKS_AGAIN)
    rounds.open_report(session)
    own_page.clock.run_for(LOOKS_AGAIN)
    expect(own_page.get_by_role("status")).to_contain_text("Het verslag is open.")
    before = len(asked)
    assert before >= 2

    own_page.clock.run_for(5 * LOOKS_AGAIN)
    own_page.wait_for_timeout(200)

    assert len(asked) == before


def test_double_click_on_begin_and_a_second_tab_make_one_response(context: BrowserContext, site):
    session = make_round()
    first, second = context.new_page(), context.new_page()
    first.goto(url(site, "join", session))
    second.goto(url(site, "join", session))
    first.get_by_role("button", name="Begin").dblclick()
    first.wait_for_url("**/invullen/")
    second.get_by_role("button", name="Begin").click()
    second.wait_for_url("**/invullen/")
    for page in (first, second):
        show_whole_sheet(page)

    choose(first, "goal-shared", "helping")
    choose(second, "form-intensity", "hindering")
    first.go_back()
    first.go_forward()
    choose(first, "goal-perspective", "helping")

    assert answers(session) == [
        {"goal-perspective": "helping", "goal-shared": "helping", "form-intensity": "hindering"},
    ]


def test_own_code_goes_on_in_another_browser(browser: Browser, site):
    session = make_round()
    phone, laptop = browser.new_context(viewport=PHONE), browser.new_context(viewport=WIDE)
    page, other = phone.new_page(), laptop.new_page()
    begin(page, site, session)
    choose(page, "goal-shared", "helping")

    other.goto(url(site, "join", session))
    other.get_by_role("link", name="Ik begon al op een ander toestel").click()
    other.get_by_label("Jouw code").fill(page.locator(".personal-code strong").inner_text())
    other.get_by_role("button", name="Ga verder").click()

    expect(other.locator('input[name="goal-shared"][value="helping"]')).to_be_checked()
    choose(other, "form-intensity", "hindering")
    assert answers(session) == [{"goal-shared": "helping", "form-intensity": "hindering"}]
    phone.close()
    laptop.close()


def test_offline_answers_arrive_and_finishing_leaves_nothing_in_the_browser(
    own_page: Page, context: BrowserContext, site
):
    session = make_round()
    begin(own_page, site, session)
    give_offline(own_page, context)

    expect(own_page.locator("#bar")).to_contain_text("1 van 15 beantwoord", timeout=15_000)
    own_page.get_by_role("button", name="Klaar").first.click()

    expect(own_page.get_by_role("heading", name="Bedankt")).to_be_visible()
    assert answers(session) == [{"form-intensity": "helping"}]
    until_nothing_is_kept(own_page)


def test_a_slip_in_the_address_throws_nothing_away_that_waits(own_page: Page, site):
    session = make_round()
    begin(own_page, site, session)
    own_page.route("**/invullen/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    own_page.check('input[name="goal-shared"][value="helping"]')
    own_page.wait_for_function("localStorage.length === 1")

    own_page.goto(url(site, "join-fill", session) + "x/")

    expect(own_page.get_by_role("heading", name="Deze pagina is er niet")).to_be_visible()
    assert "goal-shared" in browser_storage(own_page)
    Session.objects.all().delete()
    own_page.goto(url(site, "join-fill", session))
    expect(own_page.get_by_role("heading", name="Deze pagina is er niet")).to_be_visible()
    until_nothing_is_kept(own_page)


@pytest.mark.parametrize("javascript", [True, False])
def test_tablet_handed_on_shows_nothing_of_the_first(browser: Browser, site, javascript):
    session = make_round()
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    begin(page, site, session)
    page.check('input[name="goal-shared"][value="hindering"]')
    show_whole_sheet(page)
    code = page.locator(".personal-code strong").inner_text()
    page.get_by_role("button", name="Klaar").first.click()
    expect(page.get_by_role("heading", name="Bedankt")).to_be_visible()

    page.get_by_role("button", name="Nieuwe deelnemer op dit toestel").click()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()

    for _ in range(4):
        page.go_back()
        assert code not in page.content()
        assert page.locator("input:checked").count() == 0
    page.goto(url(site, "join", session))
    page.get_by_role("button", name="Begin").click()
    page.check('input[name="goal-shared"][value="helping"]')
    show_whole_sheet(page)
    page.get_by_role("button", name="Klaar").first.click()
    expect(page.get_by_role("heading", name="Bedankt")).to_be_visible()
    assert code not in page.content()
    assert answers(session) == [{"goal-shared": "helping"}, {"goal-shared": "hindering"}]
    if javascript:
        assert browser_storage(page) == "{}"
    context.close()


def test_unsent_answers_are_not_thrown_away_unseen(own_page: Page, context: BrowserContext, site):
    session = make_round()
    begin(own_page, site, session)
    choose(own_page, "goal-shared", "helping")
    own_page.route("**/invullen/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    own_page.check('input[name="form-intensity"][value="helping"]')
    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")
    open_own_code(own_page)
    own_page.get_by_role("link", name="Nieuwe deelnemer op dit toestel").click()
    button = own_page.get_by_role("button", name="Nieuwe deelnemer op dit toestel")

    button.click()
    expect(own_page.get_by_text("Op dit toestel staan nog antwoorden die niet bewaard zijn.")).to_be_visible()
    own_page.unroute("**/invullen/")
    own_page.get_by_role("link", name="Terug naar de vragen").click()
    expect(own_page.locator("#bar")).to_contain_text("2 van 15 beantwoord")
    until_nothing_is_kept(own_page)
    open_own_code(own_page)
    own_page.get_by_role("link", name="Nieuwe deelnemer op dit toestel").click()
    button.click()

    expect(own_page.get_by_role("button", name="Begin")).to_be_visible()
    assert answers(session) == [{"goal-shared": "helping", "form-intensity": "helping"}]


def test_second_press_throws_unsent_answers_away(own_page: Page, site):
    session = make_round()
    begin(own_page, site, session)
    own_page.route("**/invullen/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    own_page.check('input[name="form-intensity"][value="helping"]')
    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")
    late = []
    own_page.route("**/participant*.js", lambda route: late.append(route))
    open_own_code(own_page)
    own_page.get_by_role("link", name="Nieuwe deelnemer op dit toestel").click()
    button = own_page.get_by_role("button", name="Nieuwe deelnemer op dit toestel")

    # On a bad line the script comes late; pressed before it, the answers would be thrown away at once.
    with pytest.raises(PlaywrightTimeout):
        button.click(timeout=1000)
    own_page.unroute("**/participant*.js")
    late[0].continue_()
    button.click()
    expect(own_page.get_by_role("alert")).to_be_visible()
    button.click()

    expect(own_page.get_by_role("button", name="Begin")).to_be_visible()
    assert browser_storage(own_page) == "{}"
    begin(own_page, site, session)
    expect(own_page.locator("input:checked")).to_have_count(0)


@pytest.mark.parametrize("hears", [True, False], ids=["tab that hears of it", "tab that doesn't"])
def test_tab_left_open_by_the_first_saves_and_shows_nothing_for_the_second(context: BrowserContext, site, hears):
    session = make_round()
    if not hears:
        context.add_init_script("delete window.BroadcastChannel")
    first, second = context.new_page(), context.new_page()
    begin(first, site, session)
    choose(first, "goal-shared", "hindering")
    second.goto(url(site, "join-new", session))
    second.get_by_role("button", name="Nieuwe deelnemer op dit toestel").click()
    second.get_by_role("button", name="Begin").click()
    choose(second, "goal-shared", "helping")

    if not hears:
        # The sheet may be gone before anybody could see it ticked.
        first.click('input[name="form-intensity"][value="helping"]')

    expect(first.get_by_role("heading", name="Dit blad is hier niet meer open")).to_be_visible()
    # Who looks now may be the next.
    assert "Samenwerkingsvorm matcht benodigde intensiteit" not in first.locator("main").inner_text()
    assert first.locator("main input").count() == 0
    until_nothing_is_kept(first)
    assert answers(session) == [{"goal-shared": "helping"}, {"goal-shared": "hindering"}]


@pytest.mark.parametrize("javascript", [True, False])
def test_closing_in_the_middle_keeps_what_was_typed_in_sight(browser: Browser, site, javascript):
    session = make_round()
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    begin(page, site, session)
    rounds.close_round(session)

    page.locator("#q-goal-shared summary", has_text="Notitie").click()
    page.fill("#c-goal-shared-note", "Net te laat")
    if javascript:
        page.locator("#c-goal-shared-note").blur()
    else:
        page.get_by_role("button", name="Klaar").first.click()

    expect(page.get_by_role("heading", name="De ronde is gesloten")).to_be_visible()
    expect(page.get_by_text("Net te laat")).to_be_visible()
    page.get_by_role("link", name="Naar de ronde").click()
    expect(page.get_by_text("Het verslag opent voor iedereen tegelijk")).to_be_visible()
    if javascript:
        assert browser_storage(page) == "{}"
    assert Response.objects.count() == 3
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_withdrawing_leaves_nothing_anywhere(browser: Browser, site, javascript):
    session = make_round()
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    begin(page, site, session)
    page.check('input[name="goal-shared"][value="hindering"]')
    page.get_by_role("button", name="Klaar").first.click()
    page.get_by_role("link", name="Trek alles in").click()
    page.get_by_role("button", name="Ja, wis mijn antwoorden").click()

    expect(page.get_by_role("heading", name="Je antwoorden zijn weg")).to_be_visible()
    assert Response.objects.count() == 0
    if javascript:
        until_nothing_is_kept(page)
    page.goto(url(site, "join-fill", session))
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    context.close()


@EVERY_LOOK
def test_axe_finds_nothing_on_any_page(browser: Browser, site, viewport, scheme):
    context = browser.new_context(viewport=viewport, color_scheme=scheme, locale="nl-BE", reduced_motion="reduce")
    page = context.new_page()
    session = make_round(
        grouping=Grouping.PARTNER,
        groups=(("OCMW Tienen", 3), ("Huis van het Kind", 3)),
        facilitator_prepares=True,
        paper_by="Griet",
    )
    found: dict[str, str] = {}

    def check(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))
        results = Axe().run(page)
        if results.violations_count:
            found[heading] = results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], heading
        assert page.locator(".go:visible").count() <= 1, heading
        small = page.evaluate(
            """() => [...document.querySelectorAll("main button, main .actions a, main .links a, main .back a")]
                .filter((element) => !element.matches(".visually-hidden"))
                .filter((element) => element.getBoundingClientRect().height < 44).map((element) => element.outerHTML)"""
        )
        assert small == []

    page.goto(f"{site}/meedoen/")
    check("Doe mee met een code")
    page.get_by_label("Code").fill("AAAAAA")
    page.get_by_role("button", name="Doe mee").click()
    expect(page.get_by_label("Code")).to_have_accessible_description(re.compile("Deze code kennen we niet"))
    check("Doe mee met een code")
    page.goto(url(site, "join-continue", session))
    check("Ga verder met je eigen code")
    page.goto(url(site, "join", session))
    check("Waarom loopt onze samenwerking structureel stroef")
    page.get_by_role("button", name="Begin").click()
    check("Waarom loopt onze samenwerking structureel stroef")
    show_whole_sheet(page)
    choose(page, "goal-shared", "helping")
    page.goto(url(site, "join", session))
    check("Waarom loopt onze samenwerking structureel stroef")
    page.goto(url(site, "join-new", session))
    page.evaluate("document.querySelector('.new-person .trouble').hidden = false")
    check("Geef je dit toestel door")
    page.goto(url(site, "join-withdraw", session))
    check("Je antwoorden intrekken")
    page.goto(url(site, "join-fill", session))
    open_own_code(page)
    check("Waarom loopt onze samenwerking structureel stroef")
    show_whole_sheet(page)
    check("Waarom loopt onze samenwerking structureel stroef")
    page.get_by_role("button", name="Klaar").first.click()
    page.wait_for_url(url(site, "join", session))
    page.get_by_text("Lees nog eens wat anderen zien").click()
    check("Bedankt")
    for _ in range(2):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    rounds.close_round(session)
    page.reload()
    check("De ronde is gesloten")
    page.goto(url(site, "join-withdraw", session))
    check("Intrekken kan niet meer")
    page.goto(url(site, "join", make_round(Mode.TOGETHER)))
    check("Waarom loopt onze samenwerking structureel stroef")
    context.close()
    assert found == {}
