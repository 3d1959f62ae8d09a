"""The first page: every way in at first sight, and how few presses lie between it and a report."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.factories import make_round
from tests.helpers.watch import EVERY_LOOK, PHONE, WIDE, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# How far down each of these ends, without scrolling.
ENDS = """() => [...document.querySelectorAll(".hero h1, .hero .lead, .way-in")]
    .map((it) => Math.ceil(it.getBoundingClientRect().bottom))"""
SIZES = """() => [...document.querySelectorAll(".way-in")].map((it) => Math.round(it.getBoundingClientRect().width))"""


@pytest.mark.parametrize("way", ["Alleen", "Samen, op één scherm"])
@pytest.mark.parametrize("javascript", [True, False])
def test_two_presses_and_the_answers_lead_from_home_to_the_report(watch, checklist, way, javascript):
    page = watch.open(javascript=javascript)
    # On a phone the rubrics lie between, one by one.
    page.set_viewport_size(WIDE)
    presses = 0

    def press(name: str) -> None:
        nonlocal presses
        presses += 1
        page.get_by_role("button", name=re.compile(f"^{name}")).first.click()

    page.goto("/")
    press(way)
    for item in checklist:
        page.check(f'input[name="{item.key}"][value="helping"]')
    press("Bekijk het verslag")
    expect(page.get_by_role("heading", name="In het kort")).to_be_visible()
    assert presses == 2


@pytest.mark.parametrize("javascript", [True, False])
def test_code_on_home_leads_into_the_round_with_the_keyboard_alone(watch, collaboration, javascript):
    session = make_round(collaboration=collaboration)
    page = watch.open(javascript=javascript)
    page.goto("/")
    page.get_by_label("Doe mee met een code").focus()
    page.keyboard.type(session.code.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Begin")).to_be_visible()


def test_own_phones_ask_for_an_account_and_say_so(watch):
    page = watch.open()
    page.goto("/")
    page.get_by_role("link", name="Ieder op de eigen telefoon Met een account").click()
    expect(page.get_by_role("heading", name="Een account maken")).to_be_visible()


def test_first_screen_of_a_phone_has_the_title_a_sentence_and_every_way_in(watch):
    page = watch.open()
    page.goto("/")
    ends = page.evaluate(ENDS)

    assert len(ends) == 6
    assert max(ends) <= PHONE["height"]
    assert len(set(page.evaluate(SIZES))) == 1


@EVERY_LOOK
@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Waarom loopt onze samenwerking structureel stroef\\?"),
        ("/voorbeeld/", "Goed omringd oud worden .* verslag van .*"),
        ("/hulp/", "Hulp"),
        ("/over/", "Over deze zelfreflectie"),
    ],
)
def test_public_pages_are_for_everybody(watch, viewport, scheme, path, title):
    page = watch.open()
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    check(page, title)


def test_from_home_to_the_example_and_its_pdf_and_back_to_begin(watch, tmp_path):
    page: Page = watch.open()
    page.goto("/")
    page.get_by_role("link", name="Bekijk een voorbeeld").click()
    expect(page.get_by_text("Verzonnen voorbeeld: dit team bestaat niet.")).to_be_visible()
    page.get_by_text("Om te downloaden en voor te bereiden").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download als pdf").click()
    assert download.value.suggested_filename.startswith("voorbeeld-samenwerking-")
    # It says so wherever one has read to.
    page.get_by_text("Op deze pagina").click()
    page.get_by_role("link", name="Alle stellingen").click()
    expect(page.get_by_text("Verzonnen voorbeeld: dit team bestaat niet.")).to_be_in_viewport()
    page.get_by_role("link", name="Begin met je eigen samenwerking").click()
    expect(page.get_by_role("button", name="Alleen")).to_be_visible()
