"""A sheet on a phone, one rubric at a time: on and back, by a link, offline, by keyboard; and the pages around it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Session
from reflectie.services.sessions import rounds
from tests.helpers.browser_steps import follow, next_rubric, show_whole_sheet
from tests.helpers.factories import fill_in, make_reflection, make_round
from tests.helpers.watch import PHONE, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# So much may a thumb have to scroll.
MOST_PIXELS = 4000
ALL_GROUPS = {
    "grouping": Grouping.PARTNER,
    "groups": (("Huis Linde", 3), ("De Brug", 3)),
    "facilitator_prepares": True,
    "paper_by": "Griet",
}


@pytest.fixture
def phone(browser: Browser):
    context = browser.new_context(viewport=PHONE, locale="nl-BE", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def small(phone: BrowserContext) -> Page:
    page = phone.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


def in_sight(page: Page) -> list[str]:
    """Which rubrics can be seen."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".dimension")]
            .filter((part) => part.checkVisibility({contentVisibilityAuto: true}) && part.offsetHeight > 0)
            .map((part) => part.id)"""
    )


def heading(page: Page) -> str:
    """What has the focus, as a screen reader says it."""
    return page.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ').trim()")


def test_one_rubric_at_a_time_and_none_is_endless(small: Page, site, checklist):
    for mode in (Mode.ALONE, Mode.TOGETHER):
        small.goto(site + make_reflection(mode=mode).fill_url)
        seen = []
        for part in checklist.dimensions:
            assert in_sight(small) == [part.key]
            assert small.evaluate("document.documentElement.scrollHeight") <= MOST_PIXELS, (mode, part.key)
            expect(small.locator("#rubric-now")).to_have_text(re.compile(rf"Rubriek {len(seen) + 1} van 5"))
            assert Axe().run(small).violations_count == 0, part.key
            seen.append(part.key)
            next_rubric(small)
        follow(small, small.get_by_role("link", name=re.compile(r"^Nog \w+ korte vragen \(\d+ minuten\)")))
        for part in ("erbij", "samen"):
            assert in_sight(small) == [part]
            assert small.evaluate("document.documentElement.scrollHeight") <= MOST_PIXELS, (mode, part)
            next_rubric(small)
        assert small.get_by_role("button", name="Bekijk het verslag").count() == 1


def test_back_button_goes_to_the_rubric_before_and_the_heading_gets_the_focus(small: Page, site):
    small.goto(site + make_reflection().fill_url)
    next_rubric(small)
    assert heading(small) == "Samenstelling van de samenwerking Rubriek 2 van 5"
    next_rubric(small)
    assert in_sight(small) == ["form"]

    small.go_back()
    expect(small.locator("#rubric-now")).to_have_text("Rubriek 2 van 5")
    assert heading(small) == "Samenstelling van de samenwerking Rubriek 2 van 5"
    small.go_back()
    expect(small.locator("#rubric-now")).to_have_text("Rubriek 1 van 5")
    assert small.evaluate("scrollY") == 0
    small.go_forward()
    expect(small.locator("#rubric-now")).to_have_text("Rubriek 2 van 5")
    small.reload()
    assert in_sight(small) == ["partners"]
    follow(small, small.get_by_role("link", name="Vorige rubriek: Doel"))
    assert in_sight(small) == ["goal"]
    # Said once: by the heading, and by nothing beside it.
    expect(small.locator("#spoken")).to_have_text("")


def test_a_link_to_a_question_opens_its_rubric(small: Page, site):
    reflection = make_reflection({"goal-perspective": "helping", "goal-shared": "helping"})
    small.goto(site + reflection.fill_url)
    small.get_by_role("link", name="Volgende open vraag").click()
    expect(small.locator("#q-partners-needed")).to_be_focused()
    assert in_sight(small) == ["partners"]
    expect(small.locator("#q-partners-needed")).to_be_in_viewport()

    other = small.context.new_page()
    other.goto(site + reflection.fill_url + "#q-context-political")
    assert in_sight(other) == ["context"]
    expect(other.locator("#q-context-political")).to_be_in_viewport()
    # The same link once more, from another rubric that was found by a search.
    found = small.locator("#q-form-intensity")
    found.evaluate("(question) => question.dispatchEvent(new Event('beforematch', {bubbles: true}))")
    assert in_sight(small) == ["form"]
    small.get_by_role("link", name="Volgende open vraag").click()
    expect(small.locator("#q-partners-needed")).to_be_focused()
    assert in_sight(small) == ["partners"]


def test_a_search_in_the_page_finds_what_is_in_other_rubrics(small: Page, site):
    small.goto(site + make_reflection().fill_url)

    others = small.evaluate("[...document.querySelectorAll('[data-rubric][hidden]')].map((part) => part.hidden)")
    # Four more of the checklist, the card below it, two parts beside it, and their end.
    assert others == ["until-found"] * 8
    # A screen reader meets the one that is there.
    expect(small.get_by_role("region")).to_have_count(1)


def test_a_mistake_in_another_rubric_is_brought_in_sight(small: Page, site):
    session = make_round(Mode.NAMED)
    small.goto(site + reverse("join", args=[session.join_token]))
    small.get_by_role("button", name="Begin").click()
    small.wait_for_url("**/invullen/")
    small.goto(small.url + "#context")
    small.get_by_role("button", name="Klaar").click()

    expect(small.locator("#state-participant").get_by_role("alert")).to_contain_text("Vul je naam in")
    assert in_sight(small) == ["over-jou"]
    expect(small.locator("#c-participant")).to_be_focused()


def test_conflict_in_another_rubric_is_a_link_away(small: Page, site):
    reflection = make_reflection()
    small.goto(site + reflection.fill_url)
    reflection.save({"goal-shared": "helping"})
    small.context.set_offline(True)
    small.check('input[name="goal-shared"][value="hindering"]')
    expect(small.locator("#saved")).to_contain_text("Geen verbinding.")
    next_rubric(small)
    small.context.set_offline(False)

    small.locator("#saved").get_by_role("link", name="Gedeeld doel").click(timeout=15_000)

    expect(small.locator("#q-goal-shared")).to_be_focused()
    assert in_sight(small) == ["goal"]
    expect(small.get_by_role("alert")).to_contain_text("Hier is intussen iets anders bewaard.")


def test_offline_in_the_middle_loses_nothing_over_rubrics(small: Page, site):
    reflection = make_reflection()
    small.goto(site + reflection.fill_url)
    small.check('input[name="goal-shared"][value="hindering"]')
    expect(small.locator("#bar")).to_contain_text("1 van 15 beantwoord")
    small.context.set_offline(True)
    next_rubric(small)
    small.check('input[name="partners-needed"][value="helping"]')
    expect(small.locator("#saved")).to_contain_text("Geen verbinding.")
    next_rubric(small)
    small.check('input[name="form-intensity"][value="dont-know"]')
    small.go_back()
    expect(small.locator("#rubric-now")).to_have_text("Rubriek 2 van 5")
    small.context.set_offline(False)

    expect(small.locator("#bar")).to_contain_text("3 van 15 beantwoord", timeout=15_000)
    assert dict(reflection.values) == {
        "goal-shared": "hindering",
        "partners-needed": "helping",
        "form-intensity": "dont-know",
    }


def test_everything_on_one_page_for_who_wants_it_and_back(small: Page, site, checklist):
    small.goto(site + make_reflection().fill_url)
    next_rubric(small)
    show_whole_sheet(small)
    assert in_sight(small) == [*(part.key for part in checklist.dimensions), "erbij", "samen"]
    # A link to a question leaves it so.
    small.get_by_role("link", name="Volgende open vraag").click()
    assert len(in_sight(small)) == 7

    follow(small, small.get_by_role("link", name="Toon één rubriek tegelijk"))

    assert in_sight(small) == ["goal"]


def test_a_wide_screen_paper_and_a_page_without_scripts_show_all(browser: Browser, small: Page, site):
    path = site + make_reflection().fill_url
    small.goto(path)
    assert len(in_sight(small)) == 1
    small.emulate_media(media="print")
    assert len(in_sight(small)) == 7
    small.emulate_media(media="screen")
    expect(small.locator("#partners")).to_be_hidden()
    small.set_viewport_size(WIDE)
    expect(small.locator("#partners")).to_be_visible()
    assert len(in_sight(small)) == 7
    expect(small.get_by_role("navigation", name="Rubrieken")).to_have_count(0)

    plain = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    plain.goto(path)
    expect(plain.locator(".dimension:visible")).to_have_count(7)
    expect(plain.get_by_role("navigation", name="Rubrieken")).to_have_count(0)
    expect(plain.get_by_role("button", name="Bekijk het verslag")).to_have_count(2)
    expect(plain.get_by_role("button", name="Bewaar en ga later verder")).to_have_count(1)
    plain.context.close()


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
def test_keys_choose_only_with_the_focus_on_a_choice(browser: Browser, site, viewport):
    reflection = make_reflection(mode=Mode.TOGETHER)
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    page.goto(site + reflection.fill_url)
    hint = page.get_by_text("Kies met de toetsen 1 tot 4.")
    page.keyboard.press("2")
    expect(page.locator("input:checked")).to_have_count(0)
    page.locator("#q-goal-shared summary", has_text="Notitie").click()
    page.locator("#c-goal-shared-note").press("1")
    expect(page.locator("#c-goal-shared-note")).to_have_value("1")
    expect(page.locator("input:checked")).to_have_count(0)
    page.locator("#c-goal-shared-note").fill("")
    expect(hint).to_have_count(0)

    page.locator('input[name="goal-perspective"]').first.focus()
    expect(hint).to_be_visible()
    with page.expect_response(lambda response: response.request.method == "POST" and response.ok):
        page.keyboard.press("2")
    expect(page.locator('input[name="goal-perspective"][value="helping"]')).to_be_focused()
    page.keyboard.press("9")
    page.keyboard.press("Control+1")
    with page.expect_response(lambda response: response.request.method == "POST" and response.ok):
        page.keyboard.press("4")
    assert Axe().run(page).violations_count == 0

    assert dict(reflection.values) == {"goal-perspective": "disagree"}
    # Who taps or clicks isn't told of keys.
    page.locator("#q-goal-shared").get_by_text("Gedeeld door alle partners", exact=True).click()
    expect(hint).to_have_count(0)
    context.close()


# --- beforehand, and afterwards


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize("plan", [{}, ALL_GROUPS], ids=["plain", "with all"])
def test_begin_is_in_sight_below_three_lines(browser: Browser, site, mode, plan, scheme):
    context = browser.new_context(viewport=PHONE, color_scheme=scheme, locale="nl-BE", reduced_motion="reduce")
    page = context.new_page()
    page.goto(site + reverse("join", args=[make_round(mode, **plan).join_token]))

    box = page.get_by_role("button", name="Begin").bounding_box()
    assert box["y"] + box["height"] <= PHONE["height"]
    expect(page.locator(".front > li")).to_have_count(3)
    whole = page.get_by_role("heading", name="Dit zien anderen straks")
    expect(whole).to_be_hidden()
    assert Axe().run(page).violations_count == 0
    page.emulate_media(media="print")
    expect(whole).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_text("Alles lezen").click()
    expect(whole).to_be_visible()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_lines_of_a_plain_round_end_above_begin_without_its_sticking(small: Page, site):
    for mode in (Mode.ANONYMOUS, Mode.NAMED):
        small.goto(site + reverse("join", args=[make_round(mode).join_token]))
        small.locator(".begin").evaluate("(part) => { part.style.position = 'static'; }")
        box = small.get_by_role("button", name="Begin").bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"], mode


@pytest.mark.parametrize("javascript", [True, False])
def test_one_mail_with_a_link_to_the_report(browser: Browser, site, javascript):
    session = make_round(expected=3)
    for _ in range(2):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE", viewport=PHONE)
    page = context.new_page()
    page.goto(site + reverse("join", args=[session.join_token]))
    page.get_by_role("button", name="Begin").click()
    page.check('input[name="goal-shared"][value="helping"]')
    show_whole_sheet(page)
    page.get_by_role("button", name="Klaar").first.click()
    expect(page.get_by_label("Link naar deze pagina")).to_have_value(re.compile("/meedoen/"))
    page.get_by_label("Je e-mailadres").fill("noor@")
    page.get_by_role("button", name="Stuur mij die mail").click()
    expect(page.get_by_label("Je e-mailadres")).to_have_accessible_description(re.compile("Dit is geen e-mailadres"))
    expect(page).to_have_title(re.compile("^Fout: "))
    if javascript:
        assert Axe().run(page).violations_count == 0

    page.get_by_label("Je e-mailadres").fill("noor@example.org")
    page.get_by_role("button", name="Stuur mij die mail").click()

    expect(page.get_by_text("Je krijgt één mail zodra het verslag opent.")).to_be_visible()
    expect(page.get_by_label("Je e-mailadres")).to_have_value("")
    assert "noor" not in page.url
    if javascript:
        assert Axe().run(page).violations_count == 0
        assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    assert list(session.report_notices.values_list("email", flat=True)) == ["noor@example.org"]
    assert mail.outbox == []
    assert Session.objects.get(pk=session.pk).stage == "open"
    rounds.close_round(session)
    context.close()
