"""A team without an account, from its first question to what it agreed on: on one phone, and read on another."""

import re

import pytest
from playwright.sync_api import Page, expect

from reflectie.models import Session
from tests.helpers.browser_steps import next_rubric
from tests.helpers.watch import Watch, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY, NAME = "goal-shared", "Gedeeld doel"
REASON, MINORITY = "We lazen samen het doel.", "Eén van ons leest er iets anders in."
WHAT, WHO = "We schrijven het doel in één zin.", "Joke"
KEPT = re.compile(r"leest iedereen met jullie leeslink .* dan wissen we alles op \d+ \w+ \d{4}")


def fill_in_together(page: Page, checklist) -> None:
    page.goto("/start/")
    page.get_by_role("button", name="Samen, op één scherm").click()
    for part in checklist.dimensions:
        for item in part.items:
            page.check(f'input[name="{item.key}"][value="{"hindering" if item.key == KEY else "helping"}"]')
        next_rubric(page)
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    page.wait_for_url("**/rapport/**")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_team_records_its_talk_and_another_browser_reads_it_until_it_is_erased(watch: Watch, checklist, javascript):
    page, other = watch.open(javascript=javascript), watch.open(javascript=javascript)

    def look(seen: Page, title: str) -> None:
        if javascript:
            check(seen, title)

    fill_in_together(page, checklist)
    read_url = page.url
    page.get_by_role("link", name="Gespreksleidraad").click()
    page.get_by_role("link", name=re.compile(f"Leg de uitkomst vast.*{NAME}")).click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, f"{NAME}: uitkomst van het gesprek")
    page.get_by_role("radio", name="Gedeeld door alle partners", exact=True).check()
    page.get_by_label("Waarom?").fill(REASON)
    page.get_by_label("Ziet iemand het anders?").fill(MINORITY)
    page.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(page.locator(f"#{KEY}:target")).to_contain_text(REASON)
    look(page, "Gespreksleidraad")

    page.get_by_role("link", name=re.compile(f"Maak hierover een afspraak.*{NAME}")).click()
    expect(page.get_by_text(KEPT)).to_be_visible()
    expect(page.get_by_label("Waar gaat het over?")).to_have_value(KEY)
    page.get_by_label("Wat gaan jullie doen?").fill(WHAT)
    page.get_by_label("Wie zorgt ervoor?").fill(WHO)
    page.get_by_role("button", name="Bewaar de afspraak").click()
    expect(page.get_by_role("status")).to_have_text("De afspraak staat erbij.")
    look(page, "Afspraken")
    page.get_by_role("link", name=re.compile(f"Wijzig.*{WHAT}")).click()
    look(page, "Afspraak")
    page.get_by_label("Bezig").check()
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_role("listitem").get_by_text("Bezig", exact=True)).to_be_visible()

    page.get_by_role("link", name="Naar het verslag").click()
    expect(page.get_by_role("link", name="Maak nog een afspraak")).to_be_visible()
    look(page, "Verslag")

    other.goto(read_url)
    agreed = other.get_by_role("region", name="Wat jullie afspraken")
    expect(agreed).to_contain_text(WHAT)
    expect(agreed).to_contain_text(WHO)
    expect(other.get_by_role("link", name=re.compile("Leg de uitkomst vast|Wijzig|[Mm]aak .*afspraak"))).to_have_count(
        0
    )
    other.get_by_text("Antwoorden en notities").first.click()
    row = other.get_by_role("row").filter(has_text=REASON)
    expect(row).to_contain_text(MINORITY)
    expect(row).to_contain_text("Het gesprek kwam anders uit dan de antwoorden.")
    look(other, "Verslag")

    page.reload()
    page.get_by_text("Delen, later wijzigen of wissen").click()
    page.get_by_role("link", name="Nu al wissen").click()
    expect(page.get_by_text("wat jullie van het gesprek vastlegden")).to_be_visible()
    page.get_by_role("button", name="Ja, wis alles").click()
    expect(page.get_by_role("heading", name="Alles is gewist")).to_be_visible()
    assert other.goto(read_url).status == 404
    assert not Session.objects.exists()
