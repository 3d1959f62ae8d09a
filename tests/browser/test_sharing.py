"""Sharing in a real browser: a coordinator shares, somebody of another collaboration finds it by obstacle, and what is
taken back is gone; and every page of it in the dark and on a wide screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.models import Lesson, Role, Session
from reflectie.services.comparison import comparisons
from reflectie.services.questionnaire import checklists
from tests.helpers.agreed import FIRST, HINDERED, KEY, made
from tests.helpers.compared import opened, team
from tests.helpers.factories import browser, make_account
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.watch import EVERY_LOOK, FACTS, Watch, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "We hingen het doel op in de gang."
SMALL = """() => [...document.querySelectorAll(
        "main button, main summary, main :is(.go, .quiet, .as-link), main .choice, main select, main .beside-solved a"
    )].filter((part) => part.offsetParent && part.getBoundingClientRect().height < 44).map((part) => part.outerHTML)"""


@pytest.fixture
def session(content) -> Session:
    return discussed_round(make_collaboration(), HINDERED)


@pytest.fixture
def fien(content) -> Client:
    """Facilitates two other collaborations, with rounds in which the goal isn't shared."""
    user = make_account("fien@example.org")
    for name in ("Huis Linde", "De Brug"):
        opened(team(user, name), HINDERED)
    return browser(user)


def beside_url(client: Client) -> str:
    keys = [session.pk for session in comparisons.comparable_sessions(int(client.session["_auth_user_id"]))]
    return f"{reverse('compare-beside')}?" + "&".join(f"sessie={key}" for key in keys)


def choose(page: Page, name: str, nth: int) -> None:
    page.get_by_role("radio", name=name).nth(nth).check()


@pytest.mark.parametrize("javascript", [True, False])
def test_what_one_shares_another_finds_by_obstacle_until_it_is_taken_back(watch: Watch, session, fien, javascript):
    made(session)
    here = watch.open(signed_in("coordinator", session.collaboration), javascript=javascript)
    there = watch.open(fien, javascript=javascript)
    here.goto(reverse("session", args=[session.pk]))
    here.get_by_role("link", name="Deel het met andere samenwerkingen").click()
    if javascript:
        check(here, "Delen")
    choose(here, "Zonder naam", 0)
    here.get_by_label("Wat hielp?").fill(WORDS)
    here.get_by_role("button", name="Bewaar").click()
    expect(here.get_by_label("Bij welke stelling hoort het?")).to_have_accessible_description(
        re.compile("Kies bij welke stelling het hoort.")
    )
    expect(here.get_by_label("Wat hielp?")).to_have_value(WORDS)
    here.get_by_label("Bij welke stelling hoort het?").select_option(KEY)
    choose(here, "Met onze naam", 1)
    here.get_by_role("button", name="Bewaar").click()
    expect(here.get_by_role("status")).to_have_text("Bewaard. Andere teams kunnen nu 2 zinnen van jullie lezen.")

    there.goto(beside_url(fien))
    obstacle = there.locator(f"#hinderpaal-{KEY}")
    expect(obstacle.locator(".found-text")).to_have_text([WORDS, FIRST.what])
    # Both stand there already.
    expect(obstacle.get_by_role("link", name="Bekijk alle")).to_have_count(0)
    there.goto(f"{reverse('shared')}?stelling={KEY}")
    expect(there.locator(".found")).to_have_count(2)
    expect(there.locator(".found").first).to_contain_text("Samen in Tienen")
    expect(there.locator(".found").last).to_contain_text("zonder naam")
    if javascript:
        check(there, "Gedeeld doel · Wat samenwerkingen delen")
    there.get_by_label("Welke stelling?").select_option("context-financial")
    there.get_by_role("button", name="Toon").click()
    expect(there.locator("main")).to_contain_text("Hierover deelde nog niemand iets.")

    for thing in range(2):
        choose(here, "Niet delen", thing)
    here.get_by_role("button", name="Bewaar").click()
    expect(here.get_by_role("status")).to_have_text("Bewaard. Jullie delen niets.")
    there.goto(reverse("shared"))
    expect(there.locator("main")).to_contain_text("Nog niemand deelde iets.")
    there.goto(beside_url(fien))
    expect(there.locator(".found")).to_have_count(0)


def test_lesson_is_changed_and_taken_out_by_whoever_wrote_it(watch: Watch, session):
    item = checklists.item_ids(session.checklist_id)[KEY]
    Lesson.objects.create(session=session, item_id=item, text=WORDS, sharing="unnamed")
    page = watch.open(signed_in("coordinator", session.collaboration))
    page.goto(reverse("shared"))
    page.get_by_role("link", name=re.compile("Wijzig of neem terug")).click()
    page.get_by_role("link", name=re.compile("Wijzig of haal weg")).click()
    check(page, "Les")
    page.get_by_label("Wat hielp?").fill("")
    page.get_by_role("button", name="Bewaar").click()
    check(page, "Les")
    page.get_by_role("button", name="Haal de les weg").click()
    expect(page.get_by_role("status")).to_have_text("Bewaard. Jullie delen niets.")
    assert Lesson.objects.count() == 0


@EVERY_LOOK
def test_axe_finds_nothing_on_any_page(watch: Watch, session, fien, viewport, scheme):
    made(session)
    item = checklists.item_ids(session.checklist_id)[KEY]
    for sharing in ("unnamed", "named"):
        Lesson.objects.create(session=session, item_id=item, text="onafgebroken" * 25, sharing=sharing)
    collaboration = session.collaboration
    collaboration.invented, collaboration.region = True, "lang" * 15
    collaboration.save()
    lesson = Lesson.objects.first()
    sharing = reverse("lessons", args=[session.pk])
    people = {
        signed_in("coordinator", collaboration): [
            sharing,
            reverse("lesson", args=[session.pk, lesson.pk]),
            reverse("shared"),
        ],
        signed_in("facilitator", collaboration, Role.FACILITATOR): [sharing],
        fien: [reverse("shared"), f"{reverse('shared')}?stelling={KEY}", beside_url(fien)],
        signed_in("stranger"): [reverse("shared")],
    }
    found = {}
    for client, paths in people.items():
        page = watch.open(client)
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        for path in paths:
            assert page.goto(path).status == 200
            page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
            facts = page.evaluate(FACTS)
            assert (facts["headings"], facts["wide"]) == (1, False), path
            assert page.evaluate(SMALL) == [], path
            results = Axe().run(page)
            if results.violations_count:
                found[path] = results.generate_snapshot()
    assert found == {}
