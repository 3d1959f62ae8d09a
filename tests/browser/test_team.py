"""In a real browser, as the people of concepts.md: with JavaScript and without, on a phone and on a wide screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reflectie.models import Response, Session
from reflectie.services.tokens import read_token
from tests.helpers.browser_steps import WHOLE, next_rubric, show_whole_sheet, text_of
from tests.helpers.factories import Reflection, make_reflection
from tests.helpers.watch import EVERY_LOOK, PHONE, open_downloads

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Given by turns: item 1 is helping, 2 not known, 3 hindering, and so on.
ANSWERS = ["hindering", "helping", "dont-know"]
VERDICT = "Zo zie jij het: × 5 hinderpalen, ? 5 blinde vlekken, + 3 sterktes en – 2 factoren spelen niet."


def kept(page: Page) -> Reflection:
    return Reflection(re.search(r"/invullen/([^/]+)/", page.url)[1])


def browser_storage(page: Page) -> str:
    return page.evaluate("JSON.stringify(localStorage)")


def until_nothing_is_kept(page: Page) -> None:
    for _ in range(50):
        if browser_storage(page) == "{}":
            return
        page.wait_for_timeout(100)
    pytest.fail(f"still kept: {browser_storage(page)}")


def choose(page: Page, item: str, value: str) -> None:
    """Choose, and wait until the server has it."""
    with page.expect_response(lambda response: response.request.method == "POST" and response.ok):
        page.check(f'input[name="{item}"][value="{value}"]')


@pytest.mark.parametrize("javascript", [True, False])
def test_journey_from_home_to_pdf(browser: Browser, site, tmp_path, checklist, javascript):
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))

    page.goto(site)
    page.get_by_role("button", name="Alleen").click()
    for part in checklist.dimensions:
        for item in part.items:
            page.check(f'input[name="{item.key}"][value="{ANSWERS[item.number % 3]}"]')
        if part.key == "goal":
            page.locator("#q-goal-shared summary", has_text="Notitie").click()
            page.fill("#c-goal-shared-note", "Ieder zegt iets anders.")
        next_rubric(page)
    page.get_by_role("link", name="Nog negen korte vragen (3 minuten)").click()
    page.fill("#c-goal-sentence", "Niemand valt tussen de mazen.")
    next_rubric(page)
    page.get_by_role("button", name="Bekijk het verslag").first.click()

    page.wait_for_url("**/rapport/**")
    expect(page.get_by_role("region", name="In het kort").get_by_role("paragraph").first).to_have_text(VERDICT)
    open_downloads(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download als pdf").click()
    download.value.save_as(tmp_path / "verslag.pdf")
    text = text_of(tmp_path / "verslag.pdf")
    for item in checklist:
        match ANSWERS[item.number % 3]:
            case "hindering":
                assert f"{item.hindering} " in text
            case "helping" if item.helping:
                assert f"{item.helping} " in text
    assert "Ieder zegt iets anders." in text
    assert "Niemand valt tussen de mazen." in text
    assert Response.objects.get().finished
    assert hosts == {site.removeprefix("http://")}
    assert {cookie["name"] for cookie in context.cookies()} == {"csrftoken", "reflectie"}
    context.close()


def test_each_answer_is_kept_as_it_is_given_and_found_again(own_page: Page, site):
    page = own_page
    page.goto(f"{site}/start/")
    page.get_by_role("button", name="Samen, op één scherm").click()

    choose(page, "goal-shared", "hindering")

    expect(page.locator("#saved")).to_have_text(re.compile(r"Bewaard om \d\d:\d\d"))
    expect(page.locator("#bar")).to_contain_text("1 van 15 beantwoord")
    address = page.url
    page.goto(site)
    page.get_by_role("link", name="Ga verder met je zelfreflectie").click()
    assert page.url == address
    expect(page.locator('input[name="goal-shared"][value="hindering"]')).to_be_checked()


def test_note_is_kept_while_it_is_being_typed(own_page: Page, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    own_page.locator("#q-goal-shared summary", has_text="Notitie").click()

    with own_page.expect_response(lambda response: response.request.method == "POST"):
        own_page.locator("#c-goal-shared-note").press_sequentially("Half zinnetje")

    assert dict(reflection.values) == {"goal-shared-note": "Half zinnetje"}
    expect(own_page.locator("#c-goal-shared-note")).to_be_focused()


def test_whirlpool_draws_itself_as_answers_come_in(own_page: Page, site):
    own_page.goto(site + make_reflection().fill_url + WHOLE)
    expect(own_page.locator("#arm-3")).to_have_class("arm open")

    choose(own_page, "context-financial", "hindering")

    expect(own_page.locator("#arm-3")).to_have_class("arm obstacle")
    expect(own_page.locator("#whirlpool-title")).to_contain_text("Speelt: Financiering.")


def test_offline_in_the_middle_loses_nothing(own_page: Page, context: BrowserContext, site):
    page = own_page
    reflection = make_reflection()
    page.goto(site + reflection.fill_url + WHOLE)
    choose(page, "goal-shared", "hindering")

    context.set_offline(True)
    page.check('input[name="goal-perspective"][value="helping"]')
    page.check('input[name="form-intensity"][value="dont-know"]')
    expect(page.locator("#saved")).to_contain_text("Geen verbinding.")
    assert "goal-perspective" in browser_storage(page)
    assert dict(reflection.values) == {"goal-shared": "hindering"}

    context.set_offline(False)
    expect(page.locator("#bar")).to_contain_text("3 van 15 beantwoord", timeout=15_000)
    expect(page.locator("#saved")).to_contain_text("Bewaard om")
    assert browser_storage(page) == "{}"
    assert dict(reflection.values) == {
        "goal-shared": "hindering",
        "goal-perspective": "helping",
        "form-intensity": "dont-know",
    }


def test_page_closed_while_offline_sends_its_answers_at_the_next_visit(own_page: Page, context: BrowserContext, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    context.set_offline(True)
    own_page.check('input[name="goal-perspective"][value="helping"]')
    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")
    own_page.close()
    context.set_offline(False)

    later = context.new_page()
    later.goto(site + reflection.fill_url + WHOLE)

    expect(later.locator("#bar")).to_contain_text("1 van 15 beantwoord")
    assert dict(reflection.values) == {"goal-perspective": "helping"}
    assert browser_storage(later) == "{}"


def test_finishing_while_offline_says_so_and_stays(own_page: Page, context: BrowserContext, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    context.set_offline(True)
    own_page.check('input[name="goal-perspective"][value="helping"]')

    own_page.get_by_role("button", name="Bekijk het verslag").first.click()

    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")
    context.set_offline(False)
    expect(own_page.locator("#bar")).to_contain_text("1 van 15 beantwoord", timeout=15_000)
    own_page.get_by_role("button", name="Bekijk het verslag").first.click()
    own_page.wait_for_url("**/rapport/**")
    assert browser_storage(own_page) == "{}"


def test_wipe_while_offline_is_sent_later(own_page: Page, context: BrowserContext, site):
    reflection = make_reflection({"goal-shared": "hindering"})
    own_page.goto(site + reflection.fill_url + WHOLE)
    context.set_offline(True)

    own_page.get_by_role("button", name="wis antwoord 2", exact=True).click()

    expect(own_page.locator("#saved")).to_contain_text("Geen verbinding.")
    expect(own_page.locator("#spoken")).to_contain_text("Geen verbinding.")
    context.set_offline(False)
    expect(own_page.locator("#bar")).to_contain_text("0 van 15 beantwoord", timeout=15_000)
    expect(own_page.locator("#spoken")).to_have_text("Alles is weer bewaard.")
    assert dict(reflection.values) == {}
    assert browser_storage(own_page) == "{}"


def test_answers_given_while_a_save_hangs_are_kept_at_once_and_all_arrive(own_page: Page, site):
    """The first save is held; meanwhile its question is wiped and answered anew, and others are answered."""
    page = own_page
    reflection = make_reflection({"goal-shared": "hindering"})
    held = []
    page.goto(site + reflection.fill_url + WHOLE)
    page.route("**/invullen/**", lambda route: route.continue_() if held else held.append(route))

    page.get_by_role("button", name="wis antwoord 2", exact=True).click()
    page.check('input[name="goal-shared"][value="helping"]')
    page.check('input[name="form-intensity"][value="dont-know"]')
    page.locator("#q-context-political summary", has_text="Notitie").click()
    page.fill("#c-context-political-note", "Onderweg")
    stored = browser_storage(page)
    assert [word in stored for word in ("helping", "dont-know", "Onderweg")] == [True, True, True]
    held[0].continue_()

    expect(page.locator("#bar")).to_contain_text("2 van 15 beantwoord")
    expect(page.locator("#c-context-political-note")).to_have_value("Onderweg")
    page.locator("#c-context-political-note").blur()
    until_nothing_is_kept(page)
    assert dict(reflection.values) == {
        "goal-shared": "helping",
        "form-intensity": "dont-know",
        "context-political-note": "Onderweg",
    }


def test_reply_that_got_lost_is_no_conflict_with_oneself(own_page: Page, site):
    page = own_page
    reflection = make_reflection()
    page.goto(site + reflection.fill_url + WHOLE)
    page.locator("#q-goal-shared summary", has_text="Notitie").click()

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/invullen/**", lose)
    page.fill("#c-goal-shared-note", "Met een é en meer")
    page.locator("#c-goal-shared-note").blur()
    expect(page.locator("#saved")).to_contain_text("Geen verbinding.")
    page.unroute("**/invullen/**")
    page.fill("#c-goal-shared-note", "Met een é en meer dan dat")
    page.locator("#c-goal-shared-note").blur()

    expect(page.locator("#saved")).to_contain_text("Bewaard om")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert dict(reflection.values) == {"goal-shared-note": "Met een é en meer dan dat"}


def test_a_server_that_is_busy_gets_the_same_again_in_a_moment(own_page: Page, site):
    page = own_page
    reflection = make_reflection()
    page.goto(site + reflection.fill_url + WHOLE)
    page.route("**/invullen/**", lambda route: route.fulfill(status=503, headers={"Retry-After": "5"}))
    page.locator('input[name="goal-shared"][value="helping"]').check(force=True)
    expect(page.locator("#saved")).to_have_text(
        "Bewaren lukt nu even niet. Wat je invult, blijft op dit toestel en gaat zo opnieuw mee."
    )
    assert page.evaluate("localStorage.length") == 1
    page.unroute("**/invullen/**")
    expect(page.locator("#saved")).to_contain_text("Bewaard om")
    until_nothing_is_kept(page)
    assert dict(reflection.values) == {"goal-shared": "helping"}


@pytest.mark.parametrize("javascript", [True, False])
def test_enter_in_a_field_or_on_a_choice_wipes_nothing_and_does_not_finish(browser: Browser, site, javascript):
    context = browser.new_context(java_script_enabled=javascript, viewport=PHONE)
    page = context.new_page()
    reflection = make_reflection({"goal-perspective": "helping"})
    page.goto(site + reflection.fill_url + WHOLE)
    show_whole_sheet(page)
    page.fill("#c-team-name", "Kernteam")

    with page.expect_response(lambda response: response.request.method == "POST"):
        page.press("#c-team-name", "Enter")
    page.wait_for_load_state()
    page.locator('input[name="form-intensity"]').first.focus()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Enter")
    page.wait_for_load_state()

    assert dict(reflection.values) == {"goal-perspective": "helping", "team-name": "Kernteam"}
    assert not reflection.response.finished
    context.close()


def test_enter_on_the_start_page_chooses_nothing(own_page: Page, site):
    own_page.goto(f"{site}/start/")
    own_page.locator("summary").click()
    own_page.get_by_label("Naam van het team").fill("Kernteam")

    own_page.get_by_label("Naam van het team").press("Enter")

    expect(own_page.get_by_text("Kies hoe je de checklist invult: samen of alleen.")).to_be_visible()
    expect(own_page.get_by_label("Naam van het team")).to_have_value("Kernteam")
    assert Session.objects.count() == 0


def test_erasing_takes_what_the_browser_kept(own_page: Page, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    own_page.locator("#q-goal-shared summary", has_text="Notitie").click()
    own_page.fill("#c-goal-shared-note", "n" * 2001)
    own_page.locator("#c-goal-shared-note").blur()
    expect(own_page.locator("#state-goal-shared").get_by_role("alert")).to_have_count(1)
    assert "nnn" in browser_storage(own_page)

    own_page.goto(site + reflection.erase_url)
    own_page.get_by_role("button", name="Ja, wis alles").click()

    expect(own_page.get_by_role("heading", name="Alles is gewist")).to_be_visible()
    until_nothing_is_kept(own_page)


@pytest.mark.parametrize(
    ("button", "stays"), [("Bewaar wat hier staat", "hindering"), ("Laat het andere staan", "helping")]
)
def test_two_tabs_settle_what_both_changed(context: BrowserContext, site, button, stays):
    reflection = make_reflection()
    first, second = context.new_page(), context.new_page()
    first.goto(site + reflection.fill_url + WHOLE)
    second.goto(site + reflection.fill_url + WHOLE)
    choose(first, "goal-shared", "helping")

    second.check('input[name="goal-shared"][value="hindering"]')
    expect(second.get_by_text("Hier is intussen iets anders bewaard.")).to_be_visible()
    assert dict(reflection.values) == {"goal-shared": "helping"}
    second.get_by_role("button", name=button).click()

    expect(second.get_by_text("Hier is intussen iets anders bewaard.")).to_have_count(0)
    expect(second.locator(f'input[name="goal-shared"][value="{stays}"]')).to_be_checked()
    assert dict(reflection.values) == {"goal-shared": stays}
    assert browser_storage(second) == "{}"


def test_expired_form_token_is_renewed_unseen(own_page: Page, context: BrowserContext, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    context.clear_cookies()

    choose(own_page, "goal-shared", "helping")

    expect(own_page.locator("#saved")).to_contain_text("Bewaard om")
    assert dict(reflection.values) == {"goal-shared": "helping"}


def test_refused_cookies_never_make_the_page_hammer(browser: Browser, site):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(site + make_reflection().fill_url + WHOLE)
    posts = []
    page.on("request", lambda request: request.method == "POST" and posts.append(request))
    # As the server answers a browser that takes no cookie at all.
    page.route("**/invullen/**", lambda route: route.fulfill(status=403, headers={"X-Form-Token": "x" * 64}))

    page.check('input[name="goal-shared"][value="helping"]')

    expect(page.locator("#saved")).to_contain_text("Bewaren lukt niet.")
    page.wait_for_timeout(1000)
    assert len(posts) == 3
    assert "goal-shared" in browser_storage(page)
    context.close()


def test_double_click_on_finish_makes_one_response(own_page: Page, site):
    own_page.goto(f"{site}/start/")
    own_page.get_by_role("button", name="Alleen ik").dblclick()
    own_page.wait_for_url("**/invullen/**")
    show_whole_sheet(own_page)
    own_page.check('input[name="goal-shared"][value="helping"]')
    expect(own_page.locator("#bar")).to_contain_text("1 van 15 beantwoord")
    own_page.get_by_role("button", name="Bekijk het verslag").first.dblclick()
    own_page.wait_for_url("**/rapport/**")

    assert Session.objects.count() == Response.objects.count() == 1


def test_error_stands_beside_the_field_and_goes_when_mended(own_page: Page, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    note = own_page.locator("#c-goal-shared-note")
    own_page.locator("#q-goal-shared summary", has_text="Notitie").click()
    note.fill("n" * 2001)
    note.blur()
    error = own_page.locator("#state-goal-shared").get_by_role("alert")
    expect(error).to_contain_text("Te lang: 2.001 tekens")
    expect(note).to_have_attribute("aria-invalid", "true")
    expect(note).to_have_value("n" * 2001)

    note.fill("kort genoeg")
    note.blur()

    expect(error).to_have_count(0)
    expect(note).to_have_attribute("aria-invalid", "false")
    assert dict(reflection.values) == {"goal-shared-note": "kort genoeg"}


def test_closed_meanwhile_shows_why_and_what_was_given(own_page: Page, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    Session.objects.update(stage="closed")

    own_page.locator('input[name="goal-shared"][value="helping"]').click()

    expect(own_page.get_by_role("heading", name="Deze reflectie is gesloten")).to_be_visible()
    expect(own_page.get_by_text("Gedeeld door alle partners")).to_be_visible()


def test_erased_meanwhile_leaves_nothing_in_the_browser(own_page: Page, site):
    reflection = make_reflection()
    own_page.goto(site + reflection.fill_url + WHOLE)
    Session.objects.all().delete()

    own_page.locator('input[name="goal-shared"][value="helping"]').click()

    expect(own_page.get_by_role("heading", name="Deze pagina is er niet")).to_be_visible()
    assert browser_storage(own_page) == "{}"


def test_everything_works_by_keyboard(own_page: Page, site):
    page = own_page
    page.goto(site)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.goto(f"{site}/start/")
    page.get_by_role("button", name="Alleen ik").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/invullen/**")
    reflection = kept(page)

    page.locator('input[name="goal-perspective"]').first.focus()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Space")
    expect(page.locator("#bar")).to_contain_text("1 van 15 beantwoord")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)
    assert dict(reflection.values) == {"goal-perspective": "helping"}
    expect(page.locator('input[name="goal-perspective"][value="helping"]')).to_be_focused()
    page.keyboard.press("Tab")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Enter")
    expect(page.locator("#bar")).to_contain_text("0 van 15 beantwoord")
    # The button went with the answer; the place on the page stays.
    expect(page.locator('#q-goal-perspective input[type="radio"]').first).to_be_focused()
    # On a phone it goes on by rubric.
    for heading in ("partners", "form", "coordination", "context"):
        page.get_by_role("link", name="Volgende rubriek: ").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{heading} > h2")).to_be_focused()
    page.get_by_role("button", name="Bekijk het verslag").first.focus()
    page.keyboard.press("Enter")
    # Nothing is answered any more, so it asks first.
    page.wait_for_url("**/invullen/**?leeg")
    page.get_by_role("button", name="Toch een leeg verslag").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rapport/**")


def test_focus_is_visible_on_everything_that_takes_it(own_page: Page, site):
    for path in ("/", "/start/", make_reflection().fill_url):
        own_page.goto(site + path)
        bare = own_page.evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, summary")]
                .filter((element) => element.checkVisibility({visibilityProperty: true}))
                .filter((element) => {
                    element.focus({focusVisible: true});
                    const seen = (it) => {
                        const style = getComputedStyle(it);
                        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                    };
                    return !seen(element) && !seen(element.closest(".choice") || element);
                }).map((element) => element.outerHTML.slice(0, 80))"""
        )
        assert bare == []


def pages(finished: Reflection) -> list[str]:
    full = dict.fromkeys(["goal-shared-note", "partners-needed-note"], "Een notitie")
    open_sheet = make_reflection({"goal-shared": "hindering", "context-financial": "dont-know", **full})
    empty = make_reflection(finished=True)
    return [
        "/",
        "/over/",
        "/start/",
        make_reflection().fill_url,
        open_sheet.fill_url,
        finished.fill_url,
        finished.report_url,
        empty.report_url,
        finished.erase_url,
        "/invullen/bestaat-niet-of-niet-meer/",
        "/beheer/login/",
    ]


@EVERY_LOOK
def test_axe_finds_nothing_on_any_page(browser: Browser, site, finished, viewport, scheme):
    context = browser.new_context(viewport=viewport, color_scheme=scheme, locale="nl-BE", reduced_motion="reduce")
    page = context.new_page()
    found = {}
    for path in pages(finished):
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_snapshot()
        # Nothing sticks out sideways.
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
    context.close()
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_something_went_wrong(browser: Browser, site, scheme):
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, locale="nl-BE", reduced_motion="reduce")
    first, second = context.new_page(), context.new_page()
    reflection = make_reflection()
    first.goto(site + reflection.fill_url + WHOLE)
    second.goto(site + reflection.fill_url + WHOLE)
    choose(first, "goal-shared", "helping")
    second.check('input[name="goal-shared"][value="hindering"]')
    show_whole_sheet(second)
    second.locator("#q-form-intensity summary", has_text="Notitie").click()
    second.fill("#c-form-intensity-note", "n" * 2001)
    second.locator("#c-form-intensity-note").blur()
    expect(second.get_by_role("alert")).to_have_count(2)
    expect(second.get_by_role("alert").first).to_contain_text("Hier is intussen iets anders bewaard.")
    expect(second.get_by_role("alert").last).to_contain_text("Te lang")
    assert Axe().run(second).generate_snapshot() == Axe().run(first).generate_snapshot()
    assert Axe().run(first).violations_count == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_something_went_wrong_without_javascript(browser: Browser, site, scheme):
    plain = browser.new_context(viewport=PHONE, color_scheme=scheme, java_script_enabled=False)
    # Axe itself needs a script: it is given the page as it came, without ours.
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce")
    page, shown = plain.new_page(), context.new_page()
    shown.route("**/*.js", lambda route: route.abort())
    reflection = make_reflection()

    def check(heading: str) -> None:
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        shown.goto(site + "/over/")
        shown.set_content(page.content().replace('="/static/', f'="{site}/static/'))
        assert Axe().run(shown).violations_count == 0

    page.goto(site + reflection.fill_url + WHOLE)
    reflection.save({"goal-shared": "helping"})
    page.check('input[name="goal-shared"][value="hindering"]')
    page.locator("#q-form-intensity summary", has_text="Notitie").click()
    page.fill("#c-form-intensity-note", "n" * 2001)
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    check("Nog niet alles is bewaard")
    Session.objects.update(stage="closed")
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    check("Deze reflectie is gesloten")
    plain.close()
    context.close()


def test_touch_targets_are_44_pixels_high(own_page: Page, site):
    own_page.goto(site + make_reflection({"goal-shared": "helping"}).fill_url + WHOLE)

    small = own_page.evaluate(
        """() => [...document.querySelectorAll("main button, summary, label.choice, .bar-next, header a")]
            .filter((element) => !element.matches(".visually-hidden"))
            .filter((element) => element.checkVisibility({visibilityProperty: true}))
            .filter((element) => element.getBoundingClientRect().height < 44)
            .map((element) => element.outerHTML.slice(0, 80))"""
    )

    assert small == []


def test_report_can_be_shared_by_a_button(own_page: Page, context: BrowserContext, site, finished):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    own_page.goto(site + finished.fill_url + WHOLE)
    own_page.goto(site + finished.report_url)
    own_page.get_by_text("Delen, later wijzigen of wissen").click()

    own_page.get_by_role("button", name="Kopieer").first.click()

    expect(own_page.get_by_role("button", name="Gekopieerd")).to_have_count(1)
    copied = own_page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site}/rapport/{read_token(finished.token)}/"
