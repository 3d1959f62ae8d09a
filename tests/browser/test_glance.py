"""A report on a phone: what is seen before anything is read, and what unfolds, by mouse, by keyboard and without
scripts."""

from datetime import date
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.services.report.agreements import add_agreement
from reflectie.services.report.outcomes import record_outcome
from reflectie.services.sessions import rounds
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.watch import EVERY_LOOK, PHONE, browse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUSES = ("Woonzorgcentrum", "Thuiszorg", "Buurtwerk")
# Five of the seven factors, and two statements, hinder; groups differ on two of these.
PLAYS = ("context-regulatory", "context-financial", "context-political", "context-organisational", "context-practical")


def sheet(place: int) -> dict:
    helps = "helping" if place % 3 == 0 else "hindering"
    return (
        dict.fromkeys(PLAYS, "hindering")
        | dict.fromkeys(("partners-needed", "partners-stable", "form-interprofessional"), "helping")
        | {"goal-shared": "hindering", "goal-perspective": helps, "coordination-equality": helps}
        | {"organisation": HOUSES[place % 3], "first": ("context-financial",), "context-personal": "helping"}
    )


@pytest.fixture
def collaboration(content):
    return make_collaboration(HOUSES)


@pytest.fixture
def session(collaboration):
    return discussed_round(collaboration, [sheet(place) for place in range(9)], groups=HOUSES)


@pytest.fixture
def page(browser, live_server, collaboration):
    opened = browse(browser, live_server, signed_in("coordinator", collaboration), viewport=PHONE).new_page()
    yield opened
    opened.context.close()


def top(page: Page, selector: str) -> float:
    return page.locator(selector).evaluate("e => e.getBoundingClientRect().top + scrollY")


def words(page: Page) -> int:
    """How many words are in sight."""
    return len(page.locator("main").evaluate("e => e.innerText").split())


def talked(session) -> None:
    record_outcome(session, "context-financial", Outcome(Choice.HINDERING), "")


def concluded(session) -> None:
    for n in range(5):
        made = Agreement("", f"We spreken af om dit samen te doen, en dat is nummer {n}.", "An", date(2027, 1, 15))
        add_agreement(session, made, uuid4())
    rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, "Geen van ons kan dit alleen.", date(2027, 6, 1)))


def test_before_the_talk_a_phone_shows_the_verdict_the_obstacles_and_then_the_whirlpool(page, session):
    page.goto(reverse("session-report", args=[session.pk]))
    expect(page.locator(".tile")).to_have_count(15)
    assert top(page, ".tile >> nth=14") < top(page, "#voorop") <= 740
    assert top(page, ".whirlpool") <= 1480
    assert words(page) <= 900
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize(
    ("happened", "in_order"),
    [(talked, [".tile >> nth=14", "#gesprek"]), (concluded, ["#afspraken", ".agreed-lines >> nth=0"])],
)
def test_what_matters_during_and_after_the_talk_is_in_the_first_screen(page, session, happened, in_order):
    """During the talk under the verdict; after it what the team said comes first, and the verdict after that."""
    happened(session)
    page.goto(reverse("session-report", args=[session.pk]))
    first, leads = (top(page, selector) for selector in in_order)
    assert first < leads <= 740
    assert leads < top(page, "#voorop") < top(page, ".whirlpool")
    assert (top(page, "#samenvatting") < leads) is (happened is talked)
    assert words(page) <= 900


def test_tile_opens_the_fold_in_which_its_statement_lies(page, session):
    page.goto(reverse("session-report", args=[session.pk]))
    statement = page.locator("#context-financial")
    expect(statement).to_be_hidden()
    page.get_by_role("link", name="Financiering Hinderpaal").click()
    expect(statement).to_be_visible()


def test_downloads_are_one_menu_by_keyboard(page, session):
    page.goto(reverse("session-report", args=[session.pk]))
    menu = page.locator(".take")
    expect(menu.get_by_role("link")).to_have_count(0)
    menu.locator("summary").first.press("Enter")
    names = ["Download als pdf", "Samenvatting (pdf, 1 bladzijde)", "Blad voor het bestuur (pdf, 1 bladzijde)"]
    names += ["Gespreksleidraad", "Werkblad ‘opnieuw opbouwen’"]
    assert [link.inner_text() for link in menu.get_by_role("link").all()] == names
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    for link in menu.get_by_role("link").all():
        assert link.bounding_box()["height"] >= 44


def test_downloads_unfold_without_scripts(browser, live_server, collaboration, session):
    client = signed_in("coordinator", collaboration)
    page = browse(browser, live_server, client, viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(reverse("session-report", args=[session.pk]))
    page.get_by_text("Om te downloaden en voor te bereiden").click()
    expect(page.get_by_role("link", name="Gespreksleidraad", exact=True)).to_be_visible()
    page.get_by_text("Cijfers downloaden (Excel, csv)").click()
    expect(page.get_by_role("link", name="rekenblad (xlsx)")).to_be_visible()
    page.context.close()


def test_where_groups_do_not_differ_is_folded_and_their_names_stand_beside_their_marks(page, session):
    page.goto(reverse("session-report", args=[session.pk]))
    section = page.get_by_role("region", name="Hoe elke organisatie het ziet")
    section.get_by_text("Bekijk alle stellingen naast elkaar").click()
    for name in HOUSES:
        expect(section.locator(".group").filter(has_text=name)).to_be_visible()
    alike = section.get_by_text("Hier verschillen de organisaties niet (10)")
    pictures = section.locator(".picture-part")
    assert [part.is_visible() for part in pictures.all()][:2] == [True, True]
    assert not pictures.nth(2).is_visible()
    alike.click()
    expect(pictures.nth(2)).to_be_visible()


@EVERY_LOOK
def test_axe_finds_nothing_in_a_report_that_is_concluded(
    browser, live_server, collaboration, session, viewport, scheme
):
    concluded(session)
    client = signed_in("coordinator", collaboration)
    page = browse(browser, live_server, client, viewport=viewport, color_scheme=scheme).new_page()
    page.goto(reverse("session-report", args=[session.pk]))
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_snapshot()
    page.context.close()
