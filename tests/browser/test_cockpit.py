"""A coordinator's pages around a session in a browser: the invitation is copied, a conclusion taken back, a
collaboration put in the archive and brought back."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.models import Collaboration, Session
from tests.helpers.agreed import FIRST, HINDERED, made
from tests.helpers.factories import fill_in
from tests.helpers.rounds import discussed_round, make_collaboration, open_round, signed_in
from tests.helpers.watch import WIDE, Watch, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ANSWER = {"goal-shared": "helping"}
LIVE = 15_000


@pytest.fixture
def collaboration(content) -> Collaboration:
    return make_collaboration(("Huis Linde", "De Brug"))


@pytest.fixture
def coordinator(collaboration) -> Client:
    return signed_in("coordinator", collaboration)


def go_to(page: Page, session: Session) -> None:
    page.goto(reverse("session", args=[session.pk]))


def test_round_is_seen_at_a_glance_and_its_invitation_copied_with_one_press(watch: Watch, collaboration, coordinator):
    session = open_round(collaboration, [], expected=4)
    page = watch.open(coordinator)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go_to(page, session)
    check(page, r"Samen in Tienen: Sessie van .*")
    cockpit = page.locator(".cockpit")
    expect(cockpit).to_match_aria_snapshot("""
        - paragraph:
          - strong: Nog niemand begon.
          - text: Jullie verwachten 4 mensen.
        - heading "Nodig mensen uit om in te vullen" [level=2]
        - paragraph
        - paragraph:
          - link "Nodig uit per e-mail"
          - link "Sluit de ronde"
        - paragraph
        - heading "Uitnodiging om zelf te versturen" [level=2]
        - textbox "Uitnodiging om zelf te versturen"
        - paragraph:
          - button "Kopieer de uitnodiging"
    """)

    page.get_by_role("button", name="Kopieer de uitnodiging").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Gekopieerd")).to_be_focused()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"/meedoen/{session.join_token}/" in copied
    assert f"typ de code {session.code[:3]} {session.code[3:]}." in copied
    assert copied == page.get_by_label("Uitnodiging om zelf te versturen").input_value()

    # It counts along by itself: who began, and who is done.
    done = page.locator(".round-bar-done")
    fill_in(session, ANSWER)
    expect(page.locator(".standing")).to_contain_text("Er is 1 mens begonnen.", timeout=LIVE)
    fill_in(session, ANSWER, finish=True)
    expect(page.locator(".standing")).to_contain_text("1 van de 4 is klaar. 1 ander is begonnen.", timeout=LIVE)
    expect(done).to_have_attribute("width", "1")
    for _ in range(2):
        fill_in(session, ANSWER, finish=True)
    expect(page.locator(".standing")).to_contain_text("3 van de 4 zijn klaar.", timeout=LIVE)
    page.reload()
    expect(page.locator("main .go")).to_have_text("Sluit de ronde")
    check(page, r"Samen in Tienen: Sessie van .*")


def test_on_a_desk_the_way_in_stands_beside_what_to_do(watch: Watch, collaboration, coordinator):
    session = open_round(collaboration, [], expected=4)
    page = watch.open(coordinator)
    go_to(page, session)

    def below() -> bool:
        share, step = page.locator(".share").bounding_box(), page.locator(".next").bounding_box()
        assert share
        assert step
        return share["y"] >= step["y"] + step["height"]

    assert below()
    page.set_viewport_size(WIDE)
    assert not below()


def test_without_javascript_the_invitation_is_there_to_select(watch: Watch, collaboration, coordinator):
    session = open_round(collaboration, [ANSWER], expected=4)
    page = watch.open(coordinator, javascript=False)
    go_to(page, session)

    assert f"/meedoen/{session.join_token}/" in page.get_by_label("Uitnodiging om zelf te versturen").input_value()
    expect(page.get_by_role("button", name="Kopieer de uitnodiging")).to_have_count(0)
    expect(page.locator(".standing")).to_contain_text("1 van de 4 is klaar.")
    expect(page.locator("main .go")).to_have_text("Nodig nog mensen uit")


@pytest.mark.parametrize("javascript", [True, False])
def test_conclusion_is_taken_back_and_made_again(watch: Watch, collaboration, coordinator, javascript):
    session = discussed_round(collaboration, HINDERED)
    made(session)
    page = watch.open(coordinator, javascript=javascript)
    go_to(page, session)
    page.get_by_role("link", name="Rond de sessie af").click()
    page.get_by_role("radio", name="Ja, we hebben elkaar nodig").check()
    page.get_by_role("radio", name="Herstellen").check()
    page.get_by_label("Waarom?").fill("Dat willen we allemaal")
    page.get_by_role("button", name="Rond af").click()
    expect(page.get_by_role("heading", name="Afgerond op")).to_be_visible()
    if javascript:
        check(page, r"Samen in Tienen: Sessie van .*")

    page.get_by_role("button", name="Toch niet afronden").click()

    expect(page.get_by_role("status")).to_contain_text("De sessie is weer in gesprek.")
    expect(page.get_by_label("Waarom?")).to_have_value("Dat willen we allemaal")
    if javascript:
        check(page, "De sessie afronden")
    page.get_by_role("radio", name="Hertekenen").check()
    page.get_by_role("button", name="Rond af").click()
    expect(page.get_by_role("link", name="Bouw opnieuw op")).to_be_visible()


def test_collaboration_goes_to_the_archive_and_comes_back(watch: Watch, collaboration, coordinator):
    made(discussed_round(collaboration, HINDERED))
    page = watch.open(coordinator)
    page.goto(reverse("collaborations"))
    page.get_by_role("link", name="Open afspraken").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(FIRST.what)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()
    page.get_by_role("link", name="Samen in Tienen").click()
    page.get_by_role("link", name="Kies je mails").click()
    check(page, "Mails die je krijgt")
    page.get_by_label("Op de dag waarop een afspraak klaar zou zijn").uncheck()
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_text("Je krijgt er een als je een ronde kunt sluiten.")).to_be_visible()

    page.get_by_role("link", name="Archiveer deze samenwerking").click()
    check(page, "Archief")
    page.get_by_role("button", name="Ja, naar het archief").click()
    check(page, "Samen in Tienen")
    page.goto(reverse("collaborations"))
    check(page, "Je samenwerkingen")
    page.get_by_role("link", name="Gearchiveerd (1)").click()
    page.get_by_role("link", name="Samen in Tienen").click()
    page.get_by_role("link", name="Haal uit het archief").click()
    page.get_by_role("button", name="Haal uit het archief").click()
    expect(page.get_by_role("status")).to_contain_text("De samenwerking staat weer bij de andere.")
    page.get_by_role("link", name="Je samenwerkingen").click()
    expect(page.get_by_role("link", name="Samen in Tienen")).to_be_visible()


def test_first_visits_say_what_comes_next(watch: Watch, content):
    page = watch.open(signed_in("an"))
    page.goto(reverse("collaborations"))
    steps = page.get_by_role("list", name="Zo begin je")
    now = steps.locator("[aria-current=step]")
    expect(now).to_contain_text("Maak een samenwerking")
    check(page, "Je samenwerkingen")
    page.get_by_role("link", name="Maak een samenwerking").click()
    page.get_by_label("Naam van de samenwerking").fill("Samen thuis")
    page.get_by_role("button", name="Maak de samenwerking").click()
    expect(now).to_contain_text("Plan een sessie")
    check(page, "Samen thuis")
    page.get_by_role("link", name="Plan een sessie").click()
    page.get_by_role("radio", name="Ieder voor zich, anoniem").check()
    page.get_by_label("Hoeveel mensen vullen in?").fill("4")
    page.get_by_role("button", name="Plan de sessie").click()
    expect(now).to_contain_text("Laat mensen invullen")
    check(page, r"Samen thuis: Sessie van .*")
    fill_in(Session.objects.get(), ANSWER)
    page.reload()
    expect(steps).to_have_count(0)
