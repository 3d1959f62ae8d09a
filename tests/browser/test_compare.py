"""Choosing sessions and reading the table, in a real browser: on a phone, by keyboard, without JavaScript, and by a
colleague who was sent the address."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.models import Membership, Role
from tests.helpers.compared import choice, many, opened, team
from tests.helpers.factories import browser, make_account
from tests.helpers.watch import EVERY_LOOK, FACTS, Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHOOSE, TABLE = reverse("compare"), reverse("compare-table")
SHEETS = [{"goal-shared": "hindering", "partners-stable": "helping"}] * 3
SMALL = """() => [...document.querySelectorAll("main :is(button, .go, .quiet, .tabs a, .order a, .choice, summary)")]
    .filter((part) => part.checkVisibility() && part.getBoundingClientRect().height < 44)
    .map((part) => part.outerHTML)"""
# What of the table isn't beside or below the rest of the page: what scrolls by itself, and cells out of sight sideways.
SCROLLS = """() => {
    const parts = [document.querySelector(".matrix-region"), ...document.querySelectorAll(".matrix, .matrix *")];
    const scrolls = parts.filter((part) => /auto|scroll/.test(getComputedStyle(part).overflow));
    const cells = [...document.querySelectorAll(".finding-row td")].map((cell) => cell.getBoundingClientRect());
    return [...scrolls, ...cells.filter((cell) => cell.left < 0 || cell.right > innerWidth)].length;
}"""
SMALLEST_SIGN = """() => Math.min(...[...document.querySelectorAll(".finding-row .sign")]
    .map((sign) => Math.min(parseFloat(getComputedStyle(sign).fontSize), sign.getBoundingClientRect().width)))"""
# Each item's cells in lines, from left to right: how many stand in each.
LINES = """() => [...document.querySelectorAll(".finding-row")].map((row) => {
    const lines = new Map();
    for (const cell of row.querySelectorAll("td")) {
        const top = Math.round(cell.getBoundingClientRect().top);
        lines.set(top, (lines.get(top) ?? 0) + 1);
    }
    return [...lines.values()];
})"""


@pytest.fixture
def two(fien):
    """Two collaborations, with three sessions to choose from."""
    linde, brug = team(fien, "Huis Linde", region="Tienen"), team(fien, "De Brug", region="Leuven")
    return [
        opened(linde, SHEETS, date(2025, 3, 1)),
        opened(linde, [*SHEETS, {"goal-shared": "helping"}], date(2026, 3, 1)),
        opened(brug, SHEETS, date(2026, 1, 1)),
    ]


def axe(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()


def test_choose_compare_order_open_and_hand_on(watch: Watch, fien, two):
    page = watch.open(browser(fien))
    page.goto("/")
    page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Vergelijken").click()
    expect(page.locator("[data-count]")).to_have_text("Nog niets gekozen")
    assert page.evaluate(FACTS) == {"headings": 1, "amber": 1, "wide": False, "language": "nl"}
    axe(page)
    page.get_by_role("button", name="Kies alle 2 sessies van Huis Linde").click()
    page.get_by_label("1 januari 2026").check()
    expect(page.locator("[data-count]")).to_have_text("3 sessies gekozen")
    page.get_by_label("1 maart 2025").uncheck()
    page.get_by_text("Zoek in 3 sessies").click()
    page.get_by_label("Regio of thema").select_option("Leuven")
    page.get_by_role("button", name="Zoek", exact=True).click()
    # Nothing that was left empty is in the address, and what was ticked is.
    assert page.url.endswith(f"{CHOOSE}?label=Leuven&{choice(two[2], two[1])}")
    expect(page.get_by_role("group", name="Al gekozen").get_by_label("Huis Linde, 1 maart 2026")).to_be_checked()
    page.get_by_role("button", name="Vergelijk").click()

    assert page.url.endswith(f"{TABLE}?{choice(two[1], two[2])}")
    expect(page.get_by_text("Het vaakst een hinderpaal: gedeeld doel (in 2 van de 2 sessies)")).to_be_visible()
    assert page.evaluate(SCROLLS) == 0
    page.get_by_role("link", name="hinderpalen eerst").click()
    expect(page.get_by_role("grid", name="Alles in één tabel").get_by_role("button").first).to_have_text("Gedeeld doel")
    numbers = page.get_by_role("row", name="Antwoorden bij: Gedeeld doel")
    expect(numbers).to_be_hidden()
    page.get_by_role("row", name="Gedeeld doel").get_by_role("gridcell").nth(1).click()
    expect(numbers.get_by_role("listitem").nth(1)).to_contain_text("1 van 4 ziet het anders")
    axe(page)
    numbers.get_by_role("link", name="Verslag").nth(1).click()
    assert page.url.endswith(f"{reverse('session-report', args=[two[1].pk])}#goal-shared")
    page.go_back()
    address = page.url

    colleague = make_account("griet@example.org")
    for session in two[1:]:
        Membership.objects.create(collaboration=session.collaboration, user=colleague, role=Role.FACILITATOR)
    theirs = watch.open(browser(colleague))
    assert theirs.goto(address).status == 200
    expect(theirs.get_by_role("columnheader").get_by_role("link")).to_have_count(2)
    theirs.get_by_role("link", name="Wijzig de keuze").click()
    expect(theirs.locator("[data-count]")).to_have_text("2 sessies gekozen")
    assert watch.open(browser(make_account("omar@example.org"))).goto(address).status == 404


def test_going_back_finds_what_was_ticked(watch: Watch, fien, two):
    page = watch.open(browser(fien))
    page.goto(CHOOSE)
    page.get_by_label("1 maart 2025").check()
    page.get_by_label("1 januari 2026").check()
    page.get_by_role("button", name="Vergelijk").click()
    page.wait_for_url(f"**{TABLE}?*")
    page.go_back()
    expect(page.locator("[data-count]")).to_have_text("2 sessies gekozen")
    expect(page.locator("input:checked")).to_have_count(2)


def test_it_all_works_without_javascript(watch: Watch, fien, two):
    page = watch.open(browser(fien), javascript=False)
    page.goto(CHOOSE)
    page.get_by_role("button", name="Vergelijk").click()
    expect(page.get_by_role("alert")).to_have_text("Je koos nog geen sessie. Vink aan wat je wilt vergelijken.")
    page.get_by_label("1 maart 2025").check()
    page.get_by_text("Zoek in 3 sessies").click()
    page.get_by_label("Partner").fill("niemand")
    page.get_by_role("button", name="Zoek", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Geen sessie gevonden. Zoek ruimer.")
    page.get_by_role("button", name="Toon alles").click()
    expect(page.get_by_label("1 maart 2025")).to_be_checked()
    page.get_by_label("1 januari 2026").check()
    page.get_by_role("button", name="Vergelijk").click()
    numbers = page.get_by_role("row", name="Antwoorden bij: Gedeeld doel")
    expect(numbers).to_be_hidden()
    page.get_by_role("button", name="Gedeeld doel", expanded=False).click()
    expect(numbers).to_be_visible()
    expect(page.get_by_role("button", name="Gedeeld doel", expanded=True)).to_be_in_viewport()
    expect(page.get_by_text("Met de pijltjes")).to_be_hidden()


def focused(page: Page) -> str:
    return page.evaluate(
        "(() => { const c = document.activeElement; return c.matches('td') && "
        "[c.parentElement.querySelector('button').textContent.trim(), c.cellIndex].join(' ') })()"
    )


def test_cells_are_walked_by_keyboard(watch: Watch, fien):
    page = watch.open(browser(fien))
    page.goto(f"{TABLE}?{choice(*many(team(fien, 'Huis Linde'), 60, people=1))}")
    expect(page.locator("td[tabindex='0']")).to_have_count(1)
    page.locator("td[tabindex='0']").focus()
    for key, place in [
        ("ArrowRight", "Breedte van het doel 2"),
        ("ArrowDown", "Gedeeld doel 2"),
        ("ArrowLeft", "Gedeeld doel 1"),
        ("ArrowLeft", "Gedeeld doel 1"),
        ("End", "Gedeeld doel 60"),
        ("ArrowUp", "Breedte van het doel 60"),
        ("ArrowUp", "Breedte van het doel 60"),
    ]:
        page.keyboard.press(key)
        assert focused(page) == place
    # What has the focus is not under the items that stay, nor under the headings.
    assert page.evaluate(
        """() => {
            const cell = document.activeElement.getBoundingClientRect();
            const found = document.elementFromPoint(cell.left + cell.width / 2, cell.top + cell.height / 2);
            return document.activeElement.contains(found);
        }"""
    )
    page.keyboard.press("Home")
    assert focused(page) == "Breedte van het doel 1"
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="Antwoorden bij")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="Antwoorden bij")).to_have_count(0)


def test_headings_stay_in_sight_while_the_page_scrolls(watch: Watch, fien):
    page = watch.open(browser(fien))
    page.goto(f"{TABLE}?{choice(*many(team(fien, 'Huis Linde'), 10, people=1))}")
    page.set_viewport_size({"width": 1280, "height": 740})
    page.evaluate("document.querySelector('#context-practical').scrollIntoView()")
    assert 0 <= page.evaluate("document.querySelector('.session-head').getBoundingClientRect().top") < 120


@pytest.mark.parametrize(
    ("width", "lines"),
    [(360, {3: [3], 10: [10]}), (768, {3: [3], 10: [8, 2]}), (1024, {3: [3], 10: [10], 60: [60]}), (1920, {60: [60]})],
)
def test_the_table_never_scrolls_inside_the_page(watch: Watch, fien, width, lines):
    sessions = many(team(fien, "Huis Linde"), 60, people=1)
    page = watch.open(browser(fien))
    page.set_viewport_size({"width": width, "height": 740})
    for number in (3, 10, 60):
        page.goto(f"{TABLE}?{choice(*sessions[:number])}")
        assert page.evaluate(SCROLLS) == 0, number
        assert page.evaluate(FACTS)["wide"] is False
        # A finding is told by its sign, not by its colour alone, also where its word has no room.
        assert page.evaluate(SMALLEST_SIGN) >= 7, number
        if number in lines:
            assert page.evaluate(LINES) == [lines[number]] * 15, number


def test_strips_on_a_phone_are_a_table_to_a_screen_reader(watch: Watch, fien, two):
    page = watch.open(browser(fien))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{TABLE}?{choice(*two)}")
    row = page.get_by_role("row", name="Gedeeld doel").first
    expect(row.get_by_role("rowheader")).to_have_text("Gedeeld doel")
    expect(row.get_by_role("gridcell")).to_have_count(3)
    expect(row.get_by_role("gridcell").first).to_have_accessible_name("Structurele hinderpaal")


@EVERY_LOOK
def test_axe_finds_nothing_on_any_page(watch: Watch, fien, two, viewport, scheme):
    long = team(fien, "Wijkgezondheidscentrum" * 3, region="onafgebroken" * 4)
    sessions = many(long, 25, people=1)
    few = opened(long, SHEETS[:2])
    page = watch.open(browser(fien))
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path, status in [
        (CHOOSE, 200),
        (f"{CHOOSE}?van=gisteren&{choice(*two)}", 422),
        (f"{CHOOSE}?vergelijk=1", 422),
        (f"{TABLE}?{choice(*two[:2])}", 200),
        (f"{TABLE}?{choice(*two, few, *sessions)}", 200),
    ]:
        assert page.goto(path).status == status
        page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
        for place, button in enumerate(page.get_by_role("grid", name="Alles in één tabel").get_by_role("button").all()):
            button.click()
            expect(page.get_by_role("row", name="Antwoorden bij")).to_have_count(place + 1)
        assert page.evaluate(FACTS) == {"headings": 1, "amber": 1, "wide": False, "language": "nl"}, path
        assert page.evaluate(SMALL) == [], path
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_snapshot()
    assert found == {}


def test_who_has_nothing_to_compare_reads_what_it_will_do(watch: Watch, fien):
    page = watch.open(browser(fien))
    page.goto(CHOOSE)
    assert page.evaluate(FACTS) == {"headings": 1, "amber": 1, "wide": False, "language": "nl"}
    axe(page)
    page.get_by_role("link", name="Naar je samenwerkingen").click()
    expect(page).to_have_title("Je samenwerkingen · Samenwerking")
