"""A poll of support in a real browser: begun by who leads the talk, voted in on phones, closed, read in the report."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.models import Collaboration, Role, Session
from tests.helpers.agreed import FIRST, HINDERED, made
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.watch import Watch, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def collaboration(content) -> Collaboration:
    return make_collaboration(("Huis Linde", "De Brug"))


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, HINDERED)


@pytest.fixture
def facilitator(collaboration) -> Client:
    return signed_in("facilitator", collaboration, Role.FACILITATOR)


def looked_at(page: Page, title: str, javascript: bool) -> None:
    """What holds of every page; without scripts axe can't look."""
    if javascript:
        check(page, title)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_poll_by_phones_from_its_question_to_the_report(watch: Watch, session, facilitator, javascript):
    made(session)
    remote = watch.open(facilitator, javascript=javascript)
    remote.goto(reverse("polls", args=[session.pk]))
    looked_at(remote, "Peilingen", javascript)
    remote.get_by_role("link", name=re.compile(f"Peil.*{FIRST.what}")).click()
    looked_at(remote, "Peilingen", javascript)
    remote.get_by_role("button", name="Begin de peiling").click()
    expect(remote.get_by_text("0 toestellen stemden al")).to_be_visible()

    phones = [watch.open(javascript=javascript) for _ in range(3)]
    for phone, stance in zip(phones, ("Ik sta erachter", "Ik kan ermee leven", "Ik heb een bezwaar"), strict=True):
        phone.goto(reverse("poll-vote", args=[session.join_token]))
        expect(phone.get_by_text(FIRST.what)).to_be_visible()
        looked_at(phone, "Peiling", javascript)
        phone.get_by_role("button", name="Stem").click()
        expect(phone.get_by_role("alert")).to_have_text("Kies een van de drie.")
        looked_at(phone, "Peiling", javascript)
        for choice in phone.get_by_role("radio").all():
            expect(choice.locator("xpath=ancestor::label")).to_have_css("min-height", "64px")
        phone.get_by_label(stance).check()
        phone.get_by_role("button", name="Stem").click()
        expect(phone.get_by_text(f"Jij koos: {stance}.")).to_be_visible()
        expect(phone.get_by_label(stance)).to_be_checked()
    looked_at(phones[0], "Peiling", javascript)
    phones[2].get_by_label("Ik kan ermee leven").check()
    phones[2].get_by_role("button", name="Wijzig mijn stem").click()
    expect(phones[2].get_by_text("Jij koos: Ik kan ermee leven.")).to_be_visible()

    if not javascript:
        remote.get_by_role("link", name="Kijk opnieuw").click()
    expect(remote.get_by_text("3 toestellen stemden al")).to_be_visible(timeout=15_000)
    looked_at(remote, "Peilingen", javascript)
    remote.get_by_role("link", name="Sluit de peiling").click()
    looked_at(remote, "Peilingen", javascript)
    remote.get_by_role("button", name="Ja, sluit en toon").click()
    result = "Peiling met telefoons: 1 staat erachter, 2 kunnen ermee leven, 0 hebben een bezwaar"
    expect(remote.get_by_role("listitem").filter(has_text=FIRST.what)).to_contain_text(result)
    looked_at(remote, "Peilingen", javascript)

    phones[0].get_by_label("Ik heb een bezwaar").check()
    phones[0].get_by_role("button", name="Wijzig mijn stem").click()
    expect(phones[0].get_by_role("alert")).to_contain_text("Wat je eerder koos, telt wel mee.")
    looked_at(phones[0], "Peiling", javascript)
    expect(phones[0].locator("main")).to_contain_text("1 staat erachter")
    phones[0].get_by_role("link", name="Naar het verslag").click()
    expect(phones[0].locator("main")).to_contain_text(result)


@pytest.mark.parametrize("javascript", [True, False])
def test_hands_are_typed_and_a_wrong_number_is_told_beside_its_field(watch: Watch, session, facilitator, javascript):
    page = watch.open(facilitator, javascript=javascript)
    page.goto(f"{reverse('polls', args=[session.pk])}?over=repair")
    page.get_by_label("Ik sta erachter").fill("5")
    page.get_by_label("Ik kan ermee leven").fill("-1")
    page.get_by_role("button", name="Bewaar de uitslag").click()
    expect(page.get_by_label("Ik kan ermee leven")).to_have_accessible_description(re.compile("niet minder zijn dan 0"))
    expect(page.get_by_label("Ik heb een bezwaar")).to_have_accessible_description(re.compile("Typ dan 0"))
    expect(page.get_by_label("Ik sta erachter")).to_have_value("5")
    looked_at(page, "Peilingen", javascript)
    page.get_by_label("Ik kan ermee leven").fill("1")
    page.get_by_label("Ik heb een bezwaar").fill("0")
    page.get_by_role("button", name="Bewaar de uitslag").click()
    line = page.get_by_role("listitem").filter(has_text="Herstellen")
    expect(line).to_contain_text("5 staan erachter, 1 kan ermee leven, 0 hebben een bezwaar")
    page.get_by_role("link", name=re.compile("Peil opnieuw.*Herstellen")).click()
    expect(page.get_by_role("button", name="Begin de peiling")).to_have_count(0)
    looked_at(page, "Peilingen", javascript)
