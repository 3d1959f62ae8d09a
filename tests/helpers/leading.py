"""Who leads a talk, step by step in a real browser, for tests: each step waits for what it came to."""

import re
from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from reflectie.models import Session
from reflectie.services import clock
from tests.helpers.talk_room import MINORITY, PARKED, REASON, SOON, TRIGGER, WHAT, WHO, WHY, words
from tests.helpers.watch import check


def look_at_remote(page: Page) -> None:
    check(page, "Leid het gesprek")
    # It unfolds all there is.
    page.reload()


def begin(page: Page, session: Session) -> None:
    """In two presses from the session's page."""
    page.goto(reverse("session", args=[session.pk]))
    page.get_by_role("link", name="Leid het gesprek live").click()
    check(page, "Leid het gesprek")
    page.get_by_text("60 minuten").click()
    page.get_by_role("button", name="Begin het gesprek").click()
    leads_at(page, "Welkom, en hoe we praten")


def leads_at(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words(title), timeout=SOON)


def go_on(page: Page, to: str) -> None:
    page.get_by_role("button", name="Volgende").click()
    leads_at(page, to)


def go_back(page: Page, to: str) -> None:
    page.get_by_role("button", name="Vorige").click()
    leads_at(page, to)


def jump(page: Page, to: str) -> None:
    unfold(page, "#agenda-delen")
    page.get_by_role("button", name=re.compile(f"Ga hierheen.*{re.escape(to)}")).click()
    leads_at(page, to)


def unfold(page: Page, fold: str) -> Locator:
    part = page.locator(fold)
    if part.get_attribute("open") is None:
        part.locator("> summary").click()
    return part


def on_wall(page: Page) -> Locator:
    """What everybody sees, as it stands on the remote."""
    return page.get_by_role("region", name=re.compile("Op de muur|Op tafel"))


def show_answers(page: Page) -> None:
    expect(page.get_by_role("button", name="Ja, toon aan iedereen")).to_be_hidden()
    page.get_by_text("Toon de antwoorden").click()
    page.get_by_role("button", name="Ja, toon aan iedereen").click()
    expect(page.get_by_role("button", name="Verberg weer")).to_be_visible()


def hide_answers(page: Page) -> None:
    page.get_by_role("button", name="Verberg weer").click()
    expect(page.get_by_text("Toon de antwoorden")).to_be_visible()


def be_quiet(page: Page) -> None:
    page.get_by_role("button", name="Stille minuut", exact=True).click()
    expect(page.get_by_role("button", name="Einde stille minuut")).to_be_visible()


def speak(page: Page) -> None:
    page.get_by_role("button", name="Einde stille minuut").click()
    expect(page.get_by_role("button", name="Stille minuut", exact=True)).to_be_visible()


def put_up(page: Page, note: str) -> None:
    page.get_by_role("button", name=re.compile(f"Zet op de muur.*{note}")).click()
    expect(page.get_by_role("button", name=re.compile(f"Haal van de muur.*{note}"))).to_be_visible()


def take_down(page: Page, note: str) -> None:
    page.get_by_role("button", name=re.compile(f"Haal van de muur.*{note}")).click()
    expect(page.get_by_role("button", name=re.compile(f"Zet op de muur.*{note}"))).to_be_visible()


def bring_up(page: Page, topic: str) -> None:
    unfold(page, "#erbij-meer")
    page.get_by_label("Een ander onderwerp, in je eigen woorden").fill(topic)
    page.get_by_role("button", name=re.compile("Zet op de agenda.*een ander")).click()
    expect(page.locator("#druk-volgende")).to_contain_text(topic)


def record_outcome(page: Page) -> None:
    record = unfold(page, "#uitkomst")
    record.get_by_label("We blijven verdeeld").check()
    record.get_by_label("Waarom?").fill(REASON)
    record.get_by_label("Ziet iemand het anders?").fill(MINORITY)
    record.get_by_label("Onze organisaties").check()
    record.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(on_wall(page)).to_contain_text(REASON)


def agree(page: Page) -> None:
    made = unfold(page, "#afspraak")
    made.get_by_label("Wat gaan jullie doen?").fill(WHAT)
    made.get_by_label("Wanneer doen jullie dat?").fill(TRIGGER)
    made.get_by_label("Wie zorgt ervoor?").fill(WHO)
    made.get_by_label("Wanneer klaar?").fill((clock.today() + timedelta(100)).isoformat())
    made.get_by_role("button", name="Bewaar de afspraak").click()
    expect(on_wall(page)).to_contain_text(WHAT)


def park(page: Page) -> None:
    parking = unfold(page, "#parkeren")
    parking.get_by_label("Wat moet wachten?").fill(PARKED)
    parking.get_by_role("button", name="Zet op de parkeerplaats").click()
    expect(page.locator("#parkeren > summary")).to_contain_text("(1)")


def look_at_parking(page: Page) -> None:
    """All that waits, on its own page, and back to where the talk is led."""
    page.locator("#parkeren > summary").click()
    page.get_by_role("link", name="Haal iets van de parkeerplaats").click()
    expect(page.get_by_role("heading", name=PARKED)).to_be_visible()
    check(page, "Parkeerplaats")
    page.get_by_role("link", name="Terug naar het gesprek").click()


def ask_about(page: Page, thing: str) -> None:
    page.get_by_role("link", name="Peil het draagvlak").click()
    check(page, "Peilingen")
    page.get_by_role("link", name=re.compile(f"^Peil.*{thing}")).click()
    check(page, "Peilingen")


def close_poll(page: Page, voted: int) -> None:
    expect(page.get_by_text(f"{voted} toestellen stemden al")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Sluit de peiling").click()
    check(page, "Peilingen")
    page.get_by_role("button", name="Ja, sluit en toon").click()


def conclude(page: Page) -> None:
    page.get_by_role("link", name="Rond de sessie af").first.click()
    check(page, "De sessie afronden")
    page.get_by_role("group", name="Heb je elkaar nodig").get_by_role("radio").first.check()
    page.get_by_role("radio", name="Herstellen").check()
    page.get_by_label("Waarom?").fill(WHY)
    page.get_by_role("button", name="Rond af").click()
    expect(page.get_by_role("heading", name="Afgerond op")).to_be_visible()


def raise_hands(page: Page) -> None:
    """Counted by who types it; nobody has a phone to vote with."""
    expect(page.get_by_role("button", name="Begin de peiling")).to_have_count(0)
    for stance, count in (("Ik sta erachter", 2), ("Ik kan ermee leven", 1), ("Ik heb een bezwaar", 0)):
        page.get_by_label(stance).fill(f"{count}")
    page.get_by_role("button", name="Bewaar de uitslag").click()
    page.get_by_role("link", name="Terug naar het gesprek").click()
    leads_at(page, "Besluit en afspraken")
