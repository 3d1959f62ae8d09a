"""A team that doesn't agree, on a phone: four answers to tap, with and without JavaScript, and what the report says."""

import pytest
from playwright.sync_api import expect

from reflectie.domain.setup import Mode
from tests.helpers.browser_steps import show_whole_sheet
from tests.helpers.factories import make_reflection
from tests.helpers.watch import PHONE, Watch, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Of each answer to an item: how high it is, how far from the next one, and whether it sticks out.
CHOICES = """(key) => {
    const boxes = [...document.querySelectorAll(`#q-${key} .choices .choice`)]
        .map((choice) => choice.getBoundingClientRect());
    return {
        number: boxes.length,
        low: boxes.filter((box) => box.height < 44).length,
        beyond: boxes.filter((box) => box.left < 0 || box.right > innerWidth).length,
        touching: boxes.filter((box, place) => boxes.some((other, at) => at > place
            && other.top < box.bottom + 4 && box.top < other.bottom + 4
            && other.left < box.right + 4 && box.left < other.right + 4)).length,
    };
}"""
PAIR, FACTOR = "goal-shared", "context-practical"


@pytest.mark.parametrize("javascript", [True, False])
def test_team_on_a_phone_says_that_it_does_not_agree(watch: Watch, javascript):
    reflection = make_reflection(mode=Mode.TOGETHER)
    page = watch.open(javascript=javascript)
    page.goto(reflection.fill_url)
    expect(page.get_by_text("iedereen kijkt eerst twee minuten voor zichzelf")).to_be_visible()
    for width in (PHONE["width"], 700, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for key in (PAIR, FACTOR):
            found = page.evaluate(CHOICES, key)
            assert found == {"number": 4, "low": 0, "beyond": 0, "touching": 0}, (width, key)
    page.set_viewport_size(PHONE)
    show_whole_sheet(page)
    for key in (PAIR, FACTOR):
        page.locator(f"#q-{key}").get_by_text("We zijn het niet eens").click()
    if javascript:
        expect(page.get_by_text("2 van 15 beantwoord")).to_be_visible()
        # The arm in the whirlpool beside the questions.
        expect(page.locator("#whirlpool-title")).to_contain_text("Verdeeld: Praktisch.")
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    expect(page.get_by_role("link", name="Gedeeld doel Verdeeld")).to_be_visible()
    expect(page.locator(f"tr#{PAIR}")).to_contain_text("jullie zijn het niet eens")
    assert reflection.values == {PAIR: "disagree", FACTOR: "disagree"}
    if javascript:
        check(page, "Verslag")
