"""A whole round in real browsers: a coordinator, three participants on their phones and a facilitator, from signing in
to the PDF. Everything goes by what stands on the screen, as for people."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reflectie.domain.setup import Mode
from reflectie.models import Response, Session
from tests.helpers.browser_steps import show_whole_sheet, submit_code, text_of, unfold
from tests.helpers.watch import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Noor Peeters", "Sam Maes", "Lou Claes")
NOTES = ("Ieder zegt iets anders.", "Wij weten het wel.", "Vraag het eens aan de mensen zelf.")
SENTENCE = "Niemand valt tussen de mazen."
REASON = "We bedoelen er niet hetzelfde mee."
AGREED = "We lezen elke maand het doel opnieuw."
# By turns; of three people, two choose what the third doesn't.
WAYS = (("hindering", "helping"), ("hindering", "helping"), ("helping", "helping"))
TAGS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # What passes is counted, not described node by node.
    "resultTypes": ["violations"],
}
LIVE = 15_000


class People:
    """Everybody's browser, and what went wrong in any of them."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.contexts: list[BrowserContext] = []
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.faults: dict[str, object] = {}
        self.checked: list[str] = []
        self.scheme: Literal["light", "dark"] = "light"

    def phone(self, *, javascript: bool = True) -> Page:
        context = self.browser.new_context(
            java_script_enabled=javascript, locale="nl-BE", viewport=PHONE, reduced_motion="reduce"
        )
        context.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        context.on("console", lambda line: line.type == "error" and self.errors.append(line.text))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.contexts.append(context)
        return context.new_page()

    def check(self, page: Page, name: str) -> None:
        """What axe finds on a phone with everything opened that can be; and nothing sticks out. Of a page that is
        there: axe finds nothing on one that is just being left."""
        page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
        page.emulate_media(color_scheme=self.scheme)
        found = Axe().run(page, options=TAGS)
        if found.violations_count:
            self.faults[name] = found.generate_snapshot()
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            self.faults[f"{name}, width"] = page.url
        self.checked.append(name)


@pytest.fixture
def people(browser: Browser, live_server) -> Iterator[People]:
    found = People(browser, live_server.url)
    yield found
    for context in found.contexts:
        context.close()


def sign_up(page: Page, address: str) -> None:
    page.get_by_label("E-mailadres").fill(address)
    page.get_by_role("button", name="Ga verder").click()
    submit_code(page)


def make_collaboration(people: People, page: Page) -> None:
    page.goto(people.site)
    page.get_by_role("link", name="Aanmelden").click()
    page.get_by_role("link", name="Maak er een").click()
    sign_up(page, "greet@example.org")
    page.get_by_role("navigation").get_by_role("link", name="Samenwerkingen").click()
    page.wait_for_url("**/samenwerkingen/")
    people.check(page, "no collaborations yet")
    page.get_by_role("link", name="Maak een samenwerking").click()
    page.wait_for_url("**/samenwerkingen/nieuw/")
    people.check(page, "new collaboration")
    page.get_by_label("Naam van de samenwerking").fill("Samen in Tienen")
    page.get_by_label("Partners (hoeft niet)").fill("Huis Linde\nDe Brug")
    page.get_by_role("button", name="Maak de samenwerking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Samen in Tienen")
    people.check(page, "collaboration")


def invite_facilitator(people: People, coordinator: Page) -> Page:
    coordinator.get_by_role("link", name="Coördinatoren en begeleiders").click()
    coordinator.get_by_label("E-mailadres").fill("fien@example.org")
    coordinator.get_by_label("Begeleider").check()
    coordinator.get_by_role("button", name="Verstuur de uitnodiging").click()
    expect(coordinator.get_by_role("status")).to_have_text("We versturen nu de uitnodiging.")
    people.check(coordinator, "members")
    coordinator.get_by_role("link", name="Samen in Tienen").click()
    facilitator = people.phone()
    facilitator.goto(re.search(r"http\S+/uitnodiging/\S+", mail.outbox[-1].body)[0])
    people.check(facilitator, "invitation")
    facilitator.get_by_role("button", name="Maak een account").click()
    sign_up(facilitator, "fien@example.org")
    facilitator.get_by_role("button", name="Ja, ik werk mee").click()
    expect(facilitator.get_by_role("status")).to_contain_text("Welkom. Je hoort er nu bij.")
    return facilitator


def plan(people: People, page: Page, mode: Mode) -> None:
    page.get_by_role("link", name="Plan een sessie").click()
    way = "Ieder voor zich, anoniem" if mode is Mode.ANONYMOUS else "Ieder voor zich, op naam"
    page.get_by_role("radio", name=way).check()
    page.get_by_label("Hoeveel mensen vullen in?").fill("3")
    if mode is Mode.ANONYMOUS:
        page.get_by_role("checkbox", name="De begeleider bereidt het gesprek voor").check()
    people.check(page, "plan")
    page.get_by_role("button", name="Plan de sessie").click()
    expect(page.get_by_role("heading", name="Nodig mensen uit om in te vullen")).to_be_visible()
    people.check(page, "open session")


def begin(page: Page, mode: Mode) -> None:
    told = "aantallen, geen namen" if mode is Mode.ANONYMOUS else "je naam bij al je antwoorden"
    expect(page.locator(".front").get_by_text(told)).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/invullen/")
    show_whole_sheet(page)


def answer(page: Page, checklist, place: int, mode: Mode) -> None:
    for item in checklist:
        page.check(f'input[name="{item.key}"][value="{WAYS[place][item.number % 2]}"]')
    page.locator("#q-goal-shared summary", has_text="Notitie").click()
    page.fill("#c-goal-shared-note", NOTES[place])
    page.fill("#c-goal-sentence", SENTENCE)
    if mode is Mode.NAMED:
        page.fill("#c-participant", NAMES[place])


def finish(page: Page) -> None:
    page.get_by_role("button", name="Klaar").first.click()
    expect(page.get_by_role("heading", name="Bedankt, je antwoorden zijn binnen")).to_be_visible()


def answers_come_in(people: People, coordinator: Page, mode: Mode, checklist) -> list[Page]:
    """By the link, by the code, and without JavaScript. The coordinator's page counts along by itself."""
    link = coordinator.get_by_label("Alleen de link").input_value()
    code = coordinator.locator(".share .code").inner_text()
    standing = coordinator.locator(".standing")
    by_link, by_code, without = people.phone(), people.phone(), people.phone(javascript=False)

    by_link.goto(link)
    people.check(by_link, "before the first question")
    begin(by_link, mode)
    expect(standing).to_contain_text("Nog niemand begon. Jullie verwachten 3 mensen.")
    by_link.check('input[name="goal-shared"][value="helping"]')
    expect(standing).to_contain_text("Er is 1 mens begonnen.", timeout=LIVE)
    answer(by_link, checklist, 0, mode)
    people.check(by_link, "sheet")
    finish(by_link)
    people.check(by_link, "thanks")
    expect(standing).to_contain_text("1 van de 3 is klaar.", timeout=LIVE)

    by_code.goto(f"{people.site}/meedoen/")
    people.check(by_code, "code")
    by_code.get_by_label("Code").fill(code)
    by_code.get_by_role("button", name="Doe mee").click()
    begin(by_code, mode)
    answer(by_code, checklist, 1, mode)
    finish(by_code)

    without.goto(link)
    begin(without, mode)
    answer(without, checklist, 2, mode)
    finish(without)
    expect(standing).to_contain_text("3 van de 3 zijn klaar.", timeout=LIVE)
    assert Response.objects.count() == 3
    return [by_link, by_code, without]


def close(people: People, coordinator: Page, facilitator: Page, phones: list[Page], mode: Mode) -> None:
    coordinator.reload()
    coordinator.get_by_role("link", name="Sluit de ronde").click()
    coordinator.wait_for_url("**/sluiten/")
    people.check(coordinator, "closing")
    coordinator.get_by_role("button", name="Ja, sluit de ronde").click()
    expect(coordinator.get_by_text("De antwoorden van 3 mensen tellen mee.")).to_be_visible()
    people.check(coordinator, "closed session")
    for phone in phones:
        phone.reload()
        expect(phone.get_by_role("heading", name="De ronde is gesloten")).to_be_visible()
    people.check(phones[0], "waiting")
    facilitator.reload()
    early = facilitator.get_by_role("link", name="Lees het verslag")
    expect(early).to_have_count(1 if mode is Mode.ANONYMOUS else 0)
    if mode is Mode.ANONYMOUS:
        early.click()
        expect(facilitator.get_by_role("region", name="In het kort")).to_be_visible()
        facilitator.go_back()


def report_of(page: Page) -> tuple[str, list[str], list[str]]:
    """What the report says: its conclusion, its findings with who answered what, and the notes."""
    unfold(page)
    spreads = page.locator(".spread-words").all_inner_texts()
    return page.locator(".verdict").inner_text(), spreads, page.locator(".note-row .note-text").all_inner_texts()


def open_and_read(people: People, coordinator: Page, facilitator: Page, phones: list[Page]) -> None:
    coordinator.get_by_role("link", name="Open het verslag voor iedereen").click()
    coordinator.wait_for_url("**/openen/")
    people.check(coordinator, "opening")
    coordinator.get_by_role("button", name="Ja, open het verslag").click()
    expect(coordinator.get_by_role("heading", name="Jullie praten over het verslag")).to_be_visible()
    people.check(coordinator, "session in discussion")
    by_link, by_code, without = phones
    without.reload()
    for phone in (by_link, by_code):
        phone.get_by_role("status").get_by_role("link", name="Naar het verslag").click(timeout=LIVE)
    coordinator.get_by_role("link", name="Naar het verslag").click()
    facilitator.reload()
    facilitator.get_by_role("link", name="Lees het verslag").click()
    for page in (*phones, coordinator, facilitator):
        page.wait_for_selector(".verdict")
    people.check(by_link, "report by the link")
    people.check(coordinator, "coordinator's report")
    # What is folded on one phone and opened on another is the same text.
    said = by_link.locator("article").text_content()
    assert [phone.locator("article").text_content() for phone in phones] == [said] * 3
    verdict, spreads, notes = report_of(by_link)
    assert len(spreads) >= 15
    assert sorted(notes) == sorted(NOTES)
    assert [report_of(page) for page in (coordinator, facilitator)] == [(verdict, spreads, notes)] * 2


def talk_and_conclude(people: People, coordinator: Page, facilitator: Page, phones: list[Page]) -> None:
    unfold(facilitator)
    facilitator.get_by_role("link", name="Leg de uitkomst vast").first.click()
    facilitator.wait_for_url("**/gesprek/**")
    people.check(facilitator, "outcome")
    facilitator.get_by_role("radio", name="We blijven verdeeld").check()
    facilitator.get_by_label("Waarom?").fill(REASON)
    facilitator.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(facilitator.get_by_text(REASON)).to_be_visible()
    people.check(facilitator, "report with an outcome")
    for page in (coordinator, *phones):
        page.reload()
        unfold(page)
        expect(page.get_by_text(REASON)).to_be_visible()
    coordinator.get_by_role("link", name="Naar de sessie").click()
    coordinator.get_by_role("link", name="Maak een afspraak").click()
    coordinator.get_by_label("Wat gaan jullie doen?").fill(AGREED)
    coordinator.get_by_role("button", name="Bewaar de afspraak").click()
    expect(coordinator.get_by_role("heading", name=AGREED)).to_be_visible()
    people.check(coordinator, "agreements")
    coordinator.get_by_role("link", name="Wijzig").click()
    coordinator.wait_for_url("**/afspraken/*/")
    people.check(coordinator, "agreement")
    coordinator.get_by_role("link", name="Sessie van").click()
    coordinator.get_by_role("link", name="Rond de sessie af").click()
    coordinator.wait_for_url("**/afronden/")
    people.check(coordinator, "concluding")
    coordinator.get_by_role("radio", name="Ja, we hebben elkaar nodig").check()
    coordinator.get_by_role("radio", name="Herstellen").check()
    coordinator.get_by_role("button", name="Rond af").click()
    expect(coordinator.get_by_role("heading", name="Afgerond op")).to_be_visible()
    people.check(coordinator, "concluded session")


def download(page: Page, name: str, path: Path) -> str:
    with page.expect_download() as started:
        page.get_by_role("link", name=name).click()
    started.value.save_as(path)
    return text_of(path)


# By name takes the same pages as anonymously; nearly a minute of them.
@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, pytest.param(Mode.NAMED, marks=pytest.mark.slow)])
def test_round_from_signing_in_to_pdf(people: People, checklist, tmp_path, mode):
    # Both ways take the same pages: in one they are looked at by day, in the other by night.
    people.scheme = "dark" if mode is Mode.NAMED else "light"
    coordinator = people.phone()
    make_collaboration(people, coordinator)
    facilitator = invite_facilitator(people, coordinator)
    plan(people, coordinator, mode)
    phones = answers_come_in(people, coordinator, mode, checklist)
    close(people, coordinator, facilitator, phones, mode)
    open_and_read(people, coordinator, facilitator, phones)
    talk_and_conclude(people, coordinator, facilitator, phones)

    texts = [download(page, "Download als pdf", tmp_path / "verslag.pdf") for page in (phones[0], phones[2])]
    texts.append(download(coordinator, "heel het verslag", tmp_path / "sessie.pdf"))
    assert len(set(texts)) == 1
    assert [note in texts[0] for note in (*NOTES, SENTENCE, REASON, AGREED)] == [True] * 6
    assert [name in texts[0] for name in NAMES] == [mode is Mode.NAMED] * 3
    assert Session.objects.get().stage == Session.Stage.CONCLUDED
    assert people.faults == {}
    assert people.errors == []
    assert people.hosts == {people.site.removeprefix("http://")}
    for phone in phones:
        assert {cookie["name"].partition("-")[0] for cookie in phone.context.cookies()} == {"csrftoken", "deelnemer"}
