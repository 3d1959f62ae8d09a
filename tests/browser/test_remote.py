"""A talk that is led from a phone, in a real browser: the whole agenda, what others do meanwhile, and what is typed."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Response, Route, expect

from reflectie.domain.meeting import talk as steps
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Collaboration, Role, Session
from reflectie.services import clock
from reflectie.services.meeting import talks
from reflectie.services.report.outcomes import load_outcome, record_outcome
from reflectie.services.sessions import rounds
from tests.helpers.factories import CONCLUSION, make_reflection
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, signed_in
from tests.helpers.watch import WIDE, Watch, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY = "coordination-equality"
NAME = "Gelijkwaardigheid"
SHEETS = [
    {KEY: value, f"{KEY}-note": f"Notitie {n}", "goal-shared": "hindering", "first": (KEY,)}
    for n, value in enumerate(["hindering", "hindering", "helping"])
]
# Nobody waits longer for what another did.
SOON = 4000


@pytest.fixture
def collaboration(content) -> Collaboration:
    return make_collaboration()


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, SHEETS)


@pytest.fixture
def facilitator(collaboration) -> Client:
    return signed_in("facilitator", collaboration, Role.FACILITATOR)


@pytest.fixture
def coordinator(collaboration) -> Client:
    return signed_in("coordinator", collaboration)


@pytest.fixture
def leading(watch: Watch, facilitator, session) -> Page:
    """The remote of a talk that has come to a topic."""
    talks.start_talk(session, 60)
    elsewhere(session, KEY)
    return opened(watch, facilitator, session)


def opened(watch: Watch, client: Client, session: Session, *, javascript: bool = True) -> Page:
    page = watch.open(client, javascript=javascript)
    page.goto(reverse("talk", args=[session.pk]))
    return page


def elsewhere(session: Session, place: str) -> None:
    """Somebody else puts on another part."""
    talks.change_talk(session, lambda talk: steps.go_to(talk, place, clock.now()))


def place(session: Session) -> str:
    talk = talks.load_talk(fetched(session))
    assert talk
    return talk.place


def unfold(page: Page, summary: str) -> None:
    page.locator("summary", has_text=summary).click()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("javascript", [True, False])
def test_talk_begins_in_two_presses_and_goes_through_its_whole_agenda(watch: Watch, session, facilitator, javascript):
    page = watch.open(facilitator, javascript=javascript)
    page.goto(reverse("session", args=[session.pk]))
    page.get_by_role("link", name="Leid het gesprek live").click()
    if javascript:
        check(page, "Leid het gesprek")
    page.get_by_role("button", name="Begin het gesprek").click()
    heading(page, "Welkom, en hoe we praten")
    talk = talks.load_talk(fetched(session))
    assert (talk and talk.minutes) == 90
    for part in talk.agenda[1:]:
        page.get_by_role("button", name="Volgende").click()
        expect(page.locator("#plaats")).to_have_attribute("data-place", part.place)
        if javascript and part.is_topic:
            check(page, "Leid het gesprek")
    assert place(session) == "close"
    expect(page.get_by_role("button", name="Volgende")).to_have_count(0)
    page.get_by_role("button", name="Vorige").click()
    heading(page, "Besluit en afspraken")


@pytest.mark.parametrize("javascript", [True, False])
def test_answers_are_shown_by_two_presses_and_taken_back(watch: Watch, session, facilitator, javascript):
    talks.start_talk(session, 60)
    elsewhere(session, KEY)
    page = opened(watch, facilitator, session, javascript=javascript)
    on_wall = page.get_by_role("region", name="Op de muur")
    expect(page.get_by_role("button", name="Ja, toon aan iedereen")).to_be_hidden()
    expect(on_wall).not_to_contain_text("1 van 3 ziet het anders")
    unfold(page, "Toon de antwoorden")
    page.get_by_role("button", name="Ja, toon aan iedereen").click()
    expect(on_wall).to_contain_text("1 van 3 ziet het anders")
    page.get_by_role("button", name="Verberg weer").click()
    expect(on_wall).not_to_contain_text("1 van 3 ziet het anders")
    page.get_by_role("button", name="Stille minuut").click()
    expect(on_wall).to_contain_text("Een stille minuut.")
    page.get_by_role("button", name=re.compile("Zet op de muur.*Notitie 1")).click()
    expect(page.get_by_role("button", name=re.compile("Haal van de muur.*Notitie 1"))).to_be_visible()
    page.get_by_role("button", name="Einde stille minuut").click()
    expect(on_wall).to_contain_text("Notitie 1")


@pytest.mark.parametrize("javascript", [True, False])
def test_agenda_is_changed_on_the_way(watch: Watch, session, facilitator, javascript):
    talks.start_talk(session, 60)
    page = opened(watch, facilitator, session, javascript=javascript)
    unfold(page, "onderdelen: spring, wissel, verleng")
    parts = page.locator(".remote-parts > li")
    before = parts.count()
    page.locator("#pas-strengths > summary").click()
    page.get_by_role("button", name=re.compile("Haal van de agenda.*Wat ons draagt")).click()
    expect(parts).to_have_count(before - 1)
    expect(page.locator("#agenda-delen")).to_have_attribute("open", "")
    unfold(page, "Zet iets op de agenda")
    page.get_by_label("Een ander onderwerp, in je eigen woorden").fill("x" * 301)
    page.get_by_role("button", name=re.compile("Zet op de agenda.*een ander")).click()
    field = page.get_by_label("Een ander onderwerp, in je eigen woorden")
    expect(field).to_have_value("x" * 301)
    expect(page.locator("#erbij")).to_contain_text("Te lang: 301 tekens")
    field.fill("Wie belt er?")
    page.get_by_role("button", name=re.compile("Zet op de agenda.*een ander")).click()
    expect(parts).to_have_count(before)
    expect(parts.nth(1)).to_contain_text("Wie belt er?")
    if javascript:
        check(page, "Leid het gesprek")


@pytest.mark.parametrize("javascript", [True, False])
def test_outcome_and_agreement_are_typed_here_and_stand_here(watch: Watch, session, facilitator, javascript):
    talks.start_talk(session, 60)
    elsewhere(session, KEY)
    page = opened(watch, facilitator, session, javascript=javascript)
    record = page.get_by_role("region", name="Vastleggen")
    unfold(page, "Leg de uitkomst vast")
    page.get_by_label("We blijven verdeeld").check()
    page.get_by_label("Waarom?").fill("We zien het anders.")
    page.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(record).to_contain_text("We zien het anders.")
    unfold(page, "Maak een afspraak")
    page.get_by_label("Wat gaan jullie doen?").fill("We bellen elke week")
    page.get_by_role("button", name="Bewaar de afspraak").click()
    expect(record.get_by_role("heading", name="We bellen elke week")).to_be_visible()
    expect(page.get_by_role("region", name="Op de muur")).to_contain_text("We bellen elke week")
    # Nothing is put back of what was kept.
    expect(page.locator("#afspraak")).not_to_have_attribute("open", "")
    if javascript:
        assert page.evaluate("localStorage.length") == 0
        check(page, "Leid het gesprek")


def test_laptop_has_it_all(watch: Watch, session, leading):
    leading.set_viewport_size(WIDE)
    check(leading, "Leid het gesprek")


def test_step_of_somebody_else_is_followed(watch: Watch, leading, session):
    elsewhere(session, "decision")
    expect(leading.get_by_role("heading", level=1)).to_have_text("Besluit en afspraken", timeout=SOON)
    expect(leading.get_by_role("region", name="Op de muur")).to_contain_text("Alle drie zijn goede keuzes.")
    expect(leading.locator("#uitkomst")).to_have_count(0)


def test_press_that_is_answered_late_is_shown_though_others_asked_meanwhile(watch: Watch, leading, session):
    held, told = [], []

    def is_told(response: Response) -> bool:
        return "/stand/" in response.url and response.status == 200

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append((route, route.fetch()))
        else:
            route.continue_()

    leading.route("**/gesprek/", hold)
    after = leading.locator("#druk-volgende").get_attribute("value") or ""
    leading.get_by_role("button", name="Volgende").click()
    # What is asked every second is answered first.
    while not held or not told:
        with leading.expect_response(is_told) as answered:
            pass
        told.append(answered.value)
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(leading.locator("#plaats")).to_have_attribute("data-place", after)


def test_typed_text_survives_the_step_of_somebody_else(watch: Watch, leading, session):
    unfold(leading, "Leg de uitkomst vast")
    reason = leading.get_by_label("Waarom?")
    reason.press_sequentially("Half een zi")
    elsewhere(session, "decision")
    expect(leading.get_by_role("heading", level=1)).to_have_text("Besluit en afspraken", timeout=SOON)
    expect(leading.get_by_text("Het gesprek is nu bij ‘Besluit en afspraken’.")).to_be_visible()
    expect(reason).to_be_focused()
    reason.press_sequentially("n")
    expect(reason).to_have_value("Half een zin")
    # It can still be kept where it belongs.
    leading.get_by_label("We blijven verdeeld").check()
    leading.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(leading.get_by_role("heading", level=1)).to_have_text("Besluit en afspraken")
    kept = load_outcome(session, KEY)
    assert kept
    assert kept.reason == "Half een zin"


def test_typed_text_survives_a_refresh_and_ones_own_step(watch: Watch, leading, session):
    unfold(leading, "Leg de uitkomst vast")
    leading.get_by_label("Waarom?").fill("Nog niet klaar")
    leading.reload()
    expect(leading.get_by_label("Waarom?")).to_have_value("Nog niet klaar")
    leading.get_by_role("button", name="+ 2 minuten").first.click()
    expect(leading.get_by_text("Nog 17 minuten").first).to_be_visible()
    expect(leading.get_by_label("Waarom?")).to_have_value("Nog niet klaar")
    leading.get_by_role("button", name="Volgende").click()
    expect(leading.locator("#plaats")).not_to_have_attribute("data-place", KEY)
    expect(leading.get_by_text(f"Nog niet bewaard bij: {NAME}.")).to_be_visible()
    expect(leading.get_by_label("Waarom?")).to_have_value("")
    leading.get_by_role("button", name="Vorige").click()
    expect(leading.get_by_label("Waarom?")).to_have_value("Nog niet klaar")


def test_typed_text_over_what_somebody_else_recorded_meets_it(watch: Watch, leading, session):
    unfold(leading, "Leg de uitkomst vast")
    leading.get_by_label("We blijven verdeeld").check()
    record_outcome(session, KEY, Outcome(Choice.HELPING, "Van de ander"), etag(None))
    leading.reload()
    expect(leading.get_by_label("We blijven verdeeld")).to_be_checked()
    leading.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(leading.get_by_role("alert")).to_contain_text("Van de ander")
    leading.get_by_role("button", name="Bewaar die van mij").click()
    expect(leading.get_by_role("heading", level=1)).to_have_text(NAME)
    kept = load_outcome(session, KEY)
    assert (kept and kept.choice) == Choice.DIVIDED


def test_without_network_it_says_so_and_keeps_what_was_typed(watch: Watch, leading, session):
    unfold(leading, "Leg de uitkomst vast")
    leading.get_by_label("We blijven verdeeld").check()
    leading.get_by_label("Waarom?").fill("In de kelder getypt")
    leading.context.set_offline(True)
    leading.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(leading.get_by_role("alert")).to_contain_text("Dat kwam niet aan.")
    leading.get_by_role("button", name="Volgende").click()
    expect(leading.get_by_text("Geen verbinding. Wat je typt, blijft hier staan.")).to_be_visible(timeout=10_000)
    assert place(session) == KEY
    leading.context.set_offline(False)
    expect(leading.get_by_text("Geen verbinding. Wat je typt, blijft hier staan.")).to_be_hidden(timeout=10_000)
    expect(leading.get_by_label("Waarom?")).to_have_value("In de kelder getypt")
    leading.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(leading.get_by_role("region", name="Vastleggen")).to_contain_text("In de kelder getypt")
    watch.errors.clear()


def test_concluding_meanwhile_ends_it_and_leaves_what_was_typed_in_sight(watch: Watch, leading, session):
    unfold(leading, "Leg de uitkomst vast")
    leading.get_by_label("Waarom?").fill("Nog niet klaar")
    rounds.conclude(session, CONCLUSION)
    expect(leading.get_by_role("alert")).to_contain_text("Dit gesprek wordt hier niet meer geleid.", timeout=SOON)
    expect(leading.get_by_label("Waarom?")).to_have_value("Nog niet klaar")


def test_nothing_typed_and_it_ends_by_itself(watch: Watch, leading, session):
    talks.stop_talk(session)
    expect(leading.get_by_role("button", name="Begin het gesprek")).to_be_visible(timeout=SOON)


def test_keys_and_a_clicker_go_on_and_back_but_not_in_a_field(watch: Watch, leading, session):
    after = leading.locator("#druk-volgende").get_attribute("value")
    leading.keyboard.press("PageDown")
    expect(leading.locator("#plaats")).to_have_attribute("data-place", after or "")
    leading.keyboard.press("ArrowLeft")
    expect(leading.locator("#plaats")).to_have_attribute("data-place", KEY)
    unfold(leading, "Leg de uitkomst vast")
    leading.get_by_label("Waarom?").focus()
    leading.keyboard.press("ArrowRight")
    leading.keyboard.press("PageDown")
    leading.get_by_label("We blijven verdeeld").focus()
    leading.keyboard.press("ArrowLeft")
    assert place(session) == KEY


def test_keys_on_the_wall_in_another_tab_lead_too(watch: Watch, leading, session):
    with leading.context.expect_page() as opening:
        leading.get_by_role("link", name="Open de muur").click()
    wall = opening.value
    wall.wait_for_load_state("load")
    after = leading.locator("#druk-volgende").get_attribute("value")
    wall.keyboard.press("ArrowRight")
    expect(leading.locator("#plaats")).to_have_attribute("data-place", after or "")
    assert place(session) == after


def test_two_remotes_and_the_coordinator_takes_over(watch: Watch, leading, coordinator, session):
    second = opened(watch, coordinator, session)
    heading(second, NAME)
    second.get_by_role("button", name="Vorige").click()
    expect(leading.locator("#plaats")).not_to_have_attribute("data-place", KEY, timeout=SOON)
    leading.get_by_role("button", name="Volgende").click()
    heading(second, NAME)
    second.get_by_role("link", name="Rond de sessie af").first.click()
    expect(second.get_by_role("heading", level=1)).to_be_visible()


def test_who_signs_out_leaves_nothing_that_was_typed(watch: Watch, leading, session):
    unfold(leading, "Leg de uitkomst vast")
    leading.get_by_label("Waarom?").fill("Nog niet klaar")
    assert leading.evaluate("Object.keys(localStorage).length") == 1
    leading.goto(reverse("account_logout"))
    leading.get_by_role("button", name="Meld mij af", exact=True).click()
    expect(leading.get_by_role("link", name="Aanmelden")).to_be_visible()
    assert leading.evaluate("Object.keys(localStorage).length") == 0


@pytest.fixture(params=[True, False])
def team(request, watch: Watch, content) -> Page:
    """The one screen of a team without an account, at its report."""
    reflection = make_reflection({KEY: "hindering"}, mode=Mode.TOGETHER, finished=True)
    page = watch.open(javascript=request.param)
    page.goto(reflection.fill_url)
    page.goto(reflection.report_url)
    return page


def test_team_without_an_account_talks_on_its_one_screen(team: Page):
    team.get_by_role("link", name="Praat erover, op dit scherm").click()
    team.get_by_role("button", name="Begin het gesprek").click()
    unfold(team, "onderdelen: spring, wissel, verleng")
    team.get_by_role("button", name=re.compile(f"Ga hierheen.*{NAME}")).click()
    heading(team, NAME)
    expect(team.get_by_role("region", name="Op tafel")).to_contain_text("Structurele hinderpaal")
    expect(team.get_by_role("region", name="Vastleggen")).to_contain_text("leest iedereen met jullie leeslink")
    unfold(team, "Leg de uitkomst vast")
    team.get_by_label("We blijven verdeeld").check()
    team.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(team.get_by_role("region", name="Vastleggen")).to_contain_text("Wijzig de uitkomst")
    team.get_by_role("button", name="Volgende").click()
    assert Axe().run(team).violations_count == 0 if team.evaluate("'htmx' in window") else True
