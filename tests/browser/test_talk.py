"""From the report to what a team does next, in a real browser: the talk, the agreements, the conclusion, the next
session. Everything goes by what stands on the screen, as for people."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from playwright.sync_api import Page, expect

from reflectie.domain.meeting.guide import CARDS_ON_A_PAGE, deal_cards
from reflectie.domain.report.agreements import Agreement, State
from reflectie.domain.versions import etag
from reflectie.models import Collaboration, Role, Session
from reflectie.services import clock
from reflectie.services.questionnaire import checklists
from reflectie.services.report import agreements, reports
from reflectie.services.sessions import rounds
from tests.helpers.agreed import FIRST, HINDERED, KEY, changed, made, pk
from tests.helpers.factories import CONCLUSION, FROZEN, GUIDANCE
from tests.helpers.rounds import DAY, discussed_round, fetched, make_collaboration, open_round, signed_in
from tests.helpers.watch import Watch, check, download, open_downloads, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHAT = "We schrijven het doel in één zin."
NEXT = clock.today() + timedelta(180)


@pytest.fixture
def collaboration(content) -> Collaboration:
    return make_collaboration(("Huis Linde", "De Brug"))


@pytest.fixture
def session(collaboration) -> Session:
    """A round in discussion, with two obstacles."""
    return discussed_round(collaboration, HINDERED)


@pytest.fixture
def coordinator(collaboration) -> Client:
    return signed_in("coordinator", collaboration)


@pytest.fixture
def facilitator(collaboration) -> Client:
    return signed_in("facilitator", collaboration, Role.FACILITATOR)


def url(name: str, session: Session, *more: object) -> str:
    return reverse(name, args=[session.pk, *more])


def concluded(session: Session, day: date = DAY) -> Session:
    """The session as it is after it was concluded, planned on another day."""
    Session.objects.filter(pk=session.pk).update(planned_on=day)
    rounds.conclude(session, CONCLUSION)
    return fetched(session)


# --- the report and its talk


def test_contents_lead_to_each_part_of_the_report(watch: Watch, session, coordinator):
    page = watch.open(coordinator)
    page.goto(url("session-report", session))
    check(page, r"Samen in Tienen: verslag van \d+ \w+ \d{4}")
    links = page.get_by_role("navigation", name="Op deze pagina").get_by_role("link").all()
    assert len(links) >= 5
    for link in links:
        link.click()
        expect(page.locator(f"{link.get_attribute('href')}:target")).to_be_in_viewport()


@pytest.mark.parametrize("javascript", [True, False])
def test_who_can_move_it_is_settled_in_the_talk_and_the_advice_moves_along(
    watch: Watch, session, coordinator, javascript
):
    page = watch.open(coordinator, javascript=javascript)
    page.goto(url("session-report", session))
    turn = page.locator(f"#advies-{KEY}").locator("xpath=preceding::h3[1]")
    expect(turn).to_have_text("Wie kan dit aanpakken? Wijzelf")
    page.get_by_text("Antwoorden en notities").first.click()
    page.get_by_role("link", name=re.compile("Leg de uitkomst vast.*Gedeeld doel")).last.click()
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    expect(page.get_by_label("wijzelf (voorstel)")).to_be_checked()
    page.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(page).to_have_title(
        "Fout: Gedeeld doel: uitkomst van het gesprek · 19 november 2026 · Samen in Tienen · Samenwerking"
    )
    expect(page.get_by_role("alert")).to_be_focused()
    if javascript:
        check(page, "Gedeeld doel: uitkomst van het gesprek")
    page.get_by_label("overheid of financier").check()
    page.get_by_label("Waarom?").fill("De subsidie schrijft het doel voor.")
    page.get_by_role("button", name="Bewaar de uitkomst").click()

    expect(page.locator(f"#{KEY}:target")).to_be_in_viewport()
    expect(turn).to_have_text("Wie kan dit aanpakken? Overheid of financier")
    expect(page.get_by_role("row").filter(has_text="De subsidie schrijft het doel voor.")).to_have_count(1)
    if javascript:
        check(page, r"Samen in Tienen: verslag van \d+ \w+ \d{4}")


# --- agreements


@pytest.mark.parametrize("javascript", [True, False])
def test_an_agreement_is_made_changed_and_dropped(watch: Watch, session, coordinator, javascript):
    page = watch.open(coordinator, javascript=javascript)
    seen: Callable[[Page, str], None] = check if javascript else lambda page, title: None
    page.goto(url("session-report", session))
    page.get_by_role("link", name=re.compile("Maak hierover een afspraak.*Gedeeld doel")).click()
    expect(page.get_by_label("Waar gaat het over?")).to_have_value(KEY)
    seen(page, "Afspraken")

    page.get_by_label("Wie zorgt ervoor?").fill("Joke")
    page.get_by_label("Wanneer klaar?").fill("2020-01-01")
    page.get_by_role("button", name="Bewaar de afspraak").click()
    expect(page.get_by_role("alert").first).to_be_focused()
    expect(page.get_by_label("Wat gaan jullie doen?")).to_have_accessible_description(
        re.compile("Schrijf wat jullie gaan doen.")
    )
    expect(page.get_by_label("Wanneer klaar?")).to_have_accessible_description(re.compile("Deze dag is al voorbij."))
    kept = [page.get_by_label(name).input_value() for name in ("Wie zorgt", "Wanneer klaar?", "Waar gaat het over?")]
    assert kept == ["Joke", "2020-01-01", KEY]
    seen(page, "Afspraken")
    page.get_by_label("Wat gaan jullie doen?").fill("Het doel.")
    page.get_by_label("Wanneer klaar?").fill(NEXT.isoformat())
    page.get_by_role("button", name="Bewaar de afspraak").click()
    expect(page.get_by_role("status")).to_have_text("De afspraak staat erbij.")
    page.get_by_role("link", name=re.compile("Wijzig.*Het doel.")).click()
    seen(page, "Afspraak")

    page.get_by_label("Wat gaan jullie doen?").fill(WHAT)
    page.get_by_label("Bezig").check()
    page.get_by_role("button", name="Bewaar").click()
    line = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=WHAT))
    expect(line.get_by_text("Bezig", exact=True)).to_be_visible()

    line.get_by_role("link").click()
    page.get_by_label("Losgelaten", exact=True).check()
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_label("Losgelaten? Waarom?")).to_have_accessible_description(re.compile("Schrijf in één zin"))
    expect(page.get_by_label("Losgelaten", exact=True)).to_be_checked()
    seen(page, "Afspraak")
    page.get_by_label("Losgelaten? Waarom?").fill("Het bestuur wacht.")
    page.get_by_role("button", name="Bewaar").click()
    expect(line.get_by_text("Losgelaten", exact=True)).to_be_visible()
    expect(line).to_contain_text("Waarom: Het bestuur wacht.")
    seen(page, "Afspraken")
    parts = {"who": "Joke", "due_on": NEXT, "state": State.DROPPED, "reason": "Het bestuur wacht.", "principle": 3}
    expected = changed(Agreement("", WHAT, item=KEY), **parts)
    assert [etag(found) for found in reports.load_agreements(session)] == [etag(expected)]


@pytest.mark.parametrize("javascript", [True, False])
def test_two_people_change_one_agreement_and_the_later_one_chooses(
    watch: Watch, session, coordinator, facilitator, javascript
):
    agreement = made(session)
    first, second = (watch.open(client, javascript=javascript) for client in (coordinator, facilitator))
    for page, what in ((first, "Van de coördinator."), (second, "Van de begeleider.")):
        page.goto(url("agreements", session))
        page.get_by_role("link", name=re.compile("^Wijzig")).click()
        page.get_by_label("Wat gaan jullie doen?").fill(what)
    first.get_by_role("button", name="Bewaar").click()
    expect(first.get_by_role("heading", name="Van de coördinator.")).to_be_visible()

    second.get_by_role("button", name="Bewaar").click()

    expect(second.get_by_role("alert")).to_contain_text("Van de coördinator.")
    expect(second.get_by_role("alert")).to_be_focused()
    expect(second.get_by_label("Wat gaan jullie doen?")).to_have_value("Van de begeleider.")
    if javascript:
        check(second, "Afspraak")
    second.get_by_label("Wat gaan jullie doen?").fill("Van ons samen.")
    second.get_by_role("button", name="Bewaar die van mij").click()
    expect(second.get_by_role("heading", name="Van ons samen.")).to_be_visible()
    assert agreements.load_agreement(session, pk(agreement)) == changed(agreement, what="Van ons samen.")


# --- what is taken along to the talk


def test_guide_cards_summary_and_worksheet_are_taken_along(watch: Watch, session, coordinator, tmp_path):
    page = watch.open(coordinator)
    page.goto(url("session-report", session))
    open_downloads(page)
    [summary] = pages_of(download(page, "Samenvatting (pdf, 1 bladzijde)", tmp_path / "samenvatting.pdf"))
    page.get_by_role("link", name="Gespreksleidraad", exact=True).click()
    page.get_by_role("link", name="60 minuten").click()
    expect(page.get_by_role("link", name="60 minuten")).to_have_attribute("aria-current", "page")
    check(page, "Gespreksleidraad")
    guide = pages_of(download(page, "Download als pdf", tmp_path / "leidraad.pdf"))
    cards = pages_of(download(page, "Kaarten om af te drukken", tmp_path / "kaarten.pdf"))
    page.get_by_role("link", name=re.compile("Gebruik het werkblad")).click()
    check(page, "Opnieuw opbouwen")
    worksheet = pages_of(download(page, "Download als pdf", tmp_path / "werkblad.pdf"))

    assert "niet gedeeld door alle partners" in summary
    assert "Gespreksleidraad, 60 minuten" in guide[0]
    dealt = deal_cards(reports.load_report(session))
    assert ([len(side) <= CARDS_ON_A_PAGE for side in dealt], len(cards)) == ([True] * len(dealt), len(dealt))
    text = " ".join(worksheet)
    assert [f" {number}. " in text for number in range(1, 11)] == [True] * 10


# --- the conclusion


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_session_is_concluded_by_keyboard_and_the_next_one_planned(watch: Watch, session, coordinator, tmp_path):
    page = watch.open(coordinator)
    page.goto(url("session", session))
    page.get_by_role("link", name="Rond de sessie af").focus()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("De sessie afronden")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    check(page, "De sessie afronden")
    page.get_by_role("radio", name="Herstellen").focus()
    press(page, "Space", "Tab")
    page.keyboard.type("Het loont.")
    page.get_by_role("button", name="Rond af").focus()
    press(page, "Enter")
    expect(page).to_have_title("Fout: De sessie afronden · 19 november 2026 · Samen in Tienen · Samenwerking")
    expect(page.get_by_role("alert").first).to_be_focused()
    question = page.get_by_role("group", name="Heb je elkaar nodig om het doel te bereiken?")
    expect(question).to_have_accessible_description(re.compile("Kies of jullie elkaar nodig hebben."))
    expect(page.get_by_role("radio", name="Herstellen")).to_be_checked()
    expect(page.get_by_label("Waarom?")).to_have_value("Het loont.")
    check(page, "De sessie afronden")
    question.get_by_role("radio").first.focus()
    press(page, "Space")
    page.get_by_label("Wanneer is de volgende sessie?").fill(NEXT.isoformat())
    page.get_by_role("button", name="Rond af").focus()
    press(page, "Enter")

    expect(page.get_by_role("heading", name="Afgerond op")).to_be_visible()
    expect(page.get_by_role("definition").get_by_text("Herstellen", exact=True)).to_be_visible()
    check(page, r"Samen in Tienen: Sessie van .*")
    [event] = Calendar.from_ical(download(page, "Zet in je agenda", tmp_path / "volgende.ics")).walk("VEVENT")
    assert event.decoded("dtstart") == NEXT
    page.get_by_role("link", name="Plan de volgende sessie").click()
    expect(page.locator("#id_planned_on")).to_have_value(NEXT.isoformat())


def test_a_concluded_session_keeps_its_pdf_while_its_page_shows_how_an_agreement_stands(
    watch: Watch, session, coordinator, tmp_path
):
    made(session)
    session = concluded(session)
    page = watch.open(coordinator)
    page.goto(url("session-report", session))
    ended = download(page, "Download als pdf", tmp_path / "1.pdf")
    newer = GUIDANCE | {"revision": GUIDANCE["revision"] + 1}
    checklists.publish_checklist(FROZEN, [newer], clock.today())
    page.goto(url("agreements", session))
    check(page, "Afspraken")
    page.get_by_role("link", name=re.compile("Hoe staat het ermee")).click()
    expect(page.get_by_label("Wat gaan jullie doen?")).to_have_count(0)
    check(page, "Afspraak")
    page.get_by_label("Gedaan").check()
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_role("link", name="Naar het verslag").click()

    expect(page.get_by_role("listitem").filter(has_text=FIRST.what).first).to_contain_text("Gedaan")
    assert download(page, "Download als pdf", tmp_path / "2.pdf") == ended


# --- the session after it


def test_next_session_opens_with_what_was_agreed_and_its_report_says_what_changed(
    watch: Watch, collaboration, session, coordinator
):
    made(session)
    concluded(session, DAY - timedelta(365))
    helped = [sheet | {KEY: "helping"} for sheet in HINDERED]
    later = open_round(collaboration, helped)
    page = watch.open(coordinator)
    page.goto(url("session", later))
    earlier = page.locator("details").filter(has_text="De afspraak van vorige keer")
    earlier.locator("summary").click()
    expect(earlier.get_by_text("Nog te doen", exact=True)).to_be_visible()
    earlier.get_by_role("link", name=re.compile("Hoe staat het ermee")).click()
    page.get_by_label("Gedaan").check()
    page.get_by_role("button", name="Bewaar").click()
    page.wait_for_url(f"**{url('session', later)}")
    earlier.locator("summary").click()
    expect(earlier.get_by_text("Gedaan", exact=True)).to_be_visible()
    check(page, r"Samen in Tienen: Sessie van .*")

    rounds.open_report(rounds.close_round(later))
    page.goto(url("session-report", later))
    since = page.get_by_role("region", name="Sinds vorige keer")
    expect(since.get_by_role("listitem").first).to_contain_text(FIRST.what)
    expect(since.get_by_role("listitem").first).to_contain_text("Gedaan")
    moved = since.locator(".since-moved")
    expect(moved.get_by_role("heading", level=3)).to_have_text("Hier zien jullie minder hinder dan toen")
    expect(moved.get_by_role("heading", level=4)).to_have_text("Gedeeld doel")
    expect(moved.locator(".spread-words")).to_contain_text("toen 3, nu 0")
    check(page, r"Samen in Tienen: verslag van \d+ \w+ \d{4}")


def test_who_redraws_gets_the_worksheet_and_a_facilitator_helps_without_concluding(
    watch: Watch, session, coordinator, facilitator
):
    made(session)
    guide, page = watch.open(facilitator), watch.open(coordinator)
    guide.goto(url("session", session))
    expect(guide.get_by_role("link", name="Rond de sessie af")).to_have_count(0)
    assert guide.request.get(url("session-conclude", session)).status == 404
    guide.get_by_role("link", name="Afspraken (1)").click()
    guide.get_by_role("link", name=re.compile("^Wijzig")).click()
    guide.get_by_label("Bezig").check()
    guide.get_by_role("button", name="Bewaar").click()
    line = guide.get_by_role("listitem").filter(has=guide.get_by_role("heading", name=FIRST.what))
    expect(line.get_by_text("Bezig", exact=True)).to_be_visible()
    guide.goto(url("session-guide", session))
    check(guide, "Gespreksleidraad")

    page.goto(url("session-conclude", session))
    page.get_by_role("radio", name="Daar zijn we verdeeld over").check()
    page.get_by_role("radio", name="Hertekenen").check()
    page.get_by_role("button", name="Rond af").click()
    page.get_by_role("link", name="Bouw opnieuw op").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Opnieuw opbouwen")
    principles = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=2))
    expect(principles).to_have_count(10)
