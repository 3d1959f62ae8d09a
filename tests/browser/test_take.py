"""What is taken along, in a real browser, by a team without an account; an agreement made by keyboard alone; and every
page of the talk in the dark and on a wide screen."""

import base64
import re
from xml.etree import ElementTree as ET

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.domain.meeting.guide import deal_cards
from reflectie.domain.report.agreements import State
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.pdf import documents, duration
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from tests.helpers.agreed import FIRST, HINDERED, KEY, changed, made
from tests.helpers.factories import CONCLUSION, make_reflection
from tests.helpers.rounds import discussed_round, make_collaboration, signed_in
from tests.helpers.watch import EVERY_LOOK, FACTS, Watch, check, download, open_downloads, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is pressed is large enough for a thumb, unless it stands in a sentence.
SMALL = """() => [...document.querySelectorAll(
        "main button, main :is(.go, .quiet, .lengths a, .contents a, .take a), main :is(.to-agree, .talk-row) a," +
        "main :is(.agenda-do, .agreement-line) a"
    )].filter((part) => part.getBoundingClientRect().height < 44).map((part) => part.outerHTML)"""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_pdf_that_takes_long_shows_that_it_is_being_made_and_comes_by_itself(
    watch: Watch, every_answer, tmp_path, monkeypatch, javascript
):
    # Of one sheet none is, however long its notes.
    monkeypatch.setattr(duration, "LONG", 0.1)
    reflection = make_reflection(every_answer, mode=Mode.TOGETHER, finished=True)
    page = watch.open(javascript=javascript)
    page.goto(reflection.report_url)
    open_downloads(page)
    said = page.locator("#pdf-duurt")
    expect(said).to_have_text("De eerste keer duurt dat even.")
    link = page.get_by_role("link", name="Download als pdf")
    with page.expect_download() as started:
        if javascript:
            # Nothing is made before the page was seen to say so.
            with documents.pdf_worker.acquire(timeout=60):
                link.click()
                expect(said).to_have_text("We maken de pdf. Dat duurt even.")
                expect(link).to_have_attribute("aria-busy", "true")
        else:
            link.click()
    started.value.save_as(tmp_path / "1.pdf")
    if javascript:
        expect(said).to_have_text("De pdf is gedownload.")
        expect(link).not_to_have_attribute("aria-busy", "true")
        assert Axe().run(page).violations_count == 0
    else:
        expect(page.get_by_role("heading", name="We maken de pdf")).to_be_visible()
    assert started.value.suggested_filename.startswith("zelfreflectie-samenwerking-")
    assert pages_of((tmp_path / "1.pdf").read_bytes())


@pytest.mark.parametrize("javascript", [True, False])
def test_a_team_without_an_account_takes_everything_along(watch: Watch, every_answer, tmp_path, javascript):
    reflection = make_reflection(every_answer, mode=Mode.TOGETHER, finished=True)
    page = watch.open(javascript=javascript)
    page.goto(reflection.report_url)
    open_downloads(page)
    [_summary] = pages_of(download(page, "Samenvatting (pdf, 1 bladzijde)", tmp_path / "1.pdf"))
    picture = download(page, re.compile("Download als afbeelding.*Welke factoren spelen"), tmp_path / "1.svg")
    page.get_by_role("link", name="Gespreksleidraad", exact=True).click()
    if javascript:
        check(page, "Gespreksleidraad")
    [guide, *_more] = pages_of(download(page, "Download als pdf", tmp_path / "2.pdf"))
    assert "Gespreksleidraad, 90 minuten" in guide
    dealt = deal_cards(reports.load_report(reflection.response.session))
    assert len(pages_of(download(page, "Kaarten om af te drukken", tmp_path / "3.pdf"))) == len(dealt)
    page.get_by_role("link", name="Terug naar het verslag").click()
    open_downloads(page)
    page.get_by_role("link", name="Werkblad ‘opnieuw opbouwen’").click()
    if javascript:
        check(page, "Opnieuw opbouwen")
    [worksheet, *_more] = pages_of(download(page, "Download als pdf", tmp_path / "4.pdf"))
    assert "Opnieuw opbouwen" in worksheet

    assert (ET.fromstring(picture).tag, len(picture) > 1000) == (f"{SVG}svg", True)
    assert page.context.cookies() == []
    if javascript:
        page.goto("about:blank")
        page.set_content(f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(picture).decode()}">')
        image = page.locator("img")
        assert image.evaluate("async (image) => (await image.decode(), image.naturalWidth > 300)")


def tab_to(page: Page, name: str) -> None:
    """Go on by Tab alone, until what has this name is reached."""
    for _ in range(40):
        page.keyboard.press("Tab")
        told = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent")
        if " ".join(told.split()) == name:
            return
    pytest.fail(f"not reached: {name}")


def test_an_agreement_is_made_by_keyboard_alone(watch: Watch, content):
    collaboration = make_collaboration()
    session = discussed_round(collaboration, HINDERED)
    page = watch.open(signed_in("coordinator", collaboration))
    page.goto(reverse("agreements", args=[session.pk]))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, "Wie zorgt ervoor? (hoeft niet)")
    page.keyboard.type("Joke")
    tab_to(page, "Bewaar de afspraak")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_focused()
    tab_to(page, "Wat gaan jullie doen?")
    page.keyboard.type("We bellen.")
    tab_to(page, "Waar gaat het over? (hoeft niet)")
    page.keyboard.type("Niet gedeeld")
    tab_to(page, "Bewaar de afspraak")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We bellen.")).to_be_visible()
    tab_to(page, "Wijzig: We bellen.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Een afspraak wijzigen")
    tab_to(page, "Nog te doen")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Bewaar")
    page.keyboard.press("Enter")

    line = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="We bellen."))
    expect(line.get_by_text("Bezig", exact=True)).to_be_visible()
    expected = changed(FIRST, what="We bellen.", due_on=None, state=State.BUSY, principle=3)
    assert [etag(found) for found in reports.load_agreements(session)] == [etag(expected)]


# On a phone in the light the other journeys look.
@EVERY_LOOK
def test_axe_finds_nothing_on_any_page_of_the_talk(watch: Watch, checklist, every_answer, viewport, scheme):
    collaboration = make_collaboration(("Huis Linde", "Wijkgezondheidscentrum en huisartsenwachtpost De Brug"))
    session = discussed_round(collaboration, HINDERED)
    long = made(session, changed(FIRST, what="onafgebroken" * 20, who="lang" * 20))
    ended = discussed_round(collaboration, HINDERED)
    ended_with = made(ended, changed(FIRST, state=State.DROPPED, reason="reden" * 30))
    rounds.conclude(ended, CONCLUSION)
    reflection = make_reflection(every_answer, finished=True)
    paths = [reverse(name, args=[session.pk]) for name in ("session", "agreements", "session-conclude")]
    for one in (session, ended):
        paths += [reverse(name, args=[one.pk]) for name in ("session-guide", "session-rebuild", "session-report")]
    paths += [f"{reverse('agreements', args=[session.pk])}?bij={KEY}", reverse("agreements", args=[ended.pk])]
    paths += [reverse("agreement", args=[one.pk, made.key]) for one, made in ((session, long), (ended, ended_with))]
    paths += [reverse(name, args=[reflection.read_token]) for name in ("report", "guide", "rebuild")]
    page = watch.open(signed_in("coordinator", collaboration))
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    found = {}
    for path in paths:
        assert page.goto(path).status == 200
        page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
        assert page.evaluate(FACTS) == {"headings": 1, "amber": 1, "wide": False, "language": "nl"}, path
        assert page.evaluate(SMALL) == [], path
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_snapshot()
    assert found == {}
