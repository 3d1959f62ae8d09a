"""A whole talk of an hour, as a room goes through it: the wall, who leads it and who takes over, three people who
follow on their phones, up to its conclusion and the sheet to take along. And the same of a team without an account, on
its one screen. The clock is moved on; everything else goes by what stands on the screens."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from wsgiref import handlers

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, StorageState, expect

from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Role, Session
from reflectie.services import clock
from reflectie.services.meeting import talks
from reflectie.services.report.outcomes import load_outcome
from tests.helpers.factories import make_reflection
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, signed_in
from tests.helpers.watch import WIDE, Watch, check, download, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY, NAME = "coordination-equality", "Gelijkwaardigheid"
GOAL = "Gedeeld doel"
NOTE = "Het ziekenhuis beslist."
SENTENCE = "Iedereen krijgt binnen een week antwoord."
SHEETS = [
    {KEY: value, f"{KEY}-note": note, "goal-shared": "hindering", "goal-sentence": SENTENCE, "first": (KEY,)}
    for value, note in (("hindering", NOTE), ("hindering", ""), ("helping", ""))
]
DISSENT = "1 van 3 ziet het anders"
HALF, REASON = "Wie betaalt, beslist", "Wie betaalt, beslist. Dat zien we nu allemaal."
MINORITY = "Eén van ons vindt dat het meevalt."
WHAT, TRIGGER, WHO = "We zitten om de beurt voor", "Als we volgende maand overleggen", "Joke"
WHEN = "Wanneer: als we volgende maand overleggen"
PARKED = "Het contract met de stad"
RAISED = "Wie belt er in het weekend?"
STANCES = "2 staan erachter, 1 kan ermee leven, 0 hebben een bezwaar"
WHY = "We hebben elkaar nodig, en het lukt alleen gelijk."
# What takes a step to come to another screen, on a machine that does other things too. Nothing is timed here.
SOON = 10_000
OFFLINE = "Geen verbinding. Dit scherm komt vanzelf terug."


class Hours:
    """The server's clock, that tests move on: what it reckons with, and what its answers tell browsers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        now, told = timezone.now, handlers.format_date_time
        monkeypatch.setattr(timezone, "now", lambda: now() + self.ahead)
        monkeypatch.setattr(handlers, "format_date_time", lambda at: told(at + self.ahead.total_seconds()))

    def pass_by(self, minutes: int) -> None:
        self.ahead += timedelta(minutes=minutes)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(monkeypatch)


# --- what everybody sees


@dataclass
class Room:
    """Whoever looks on: the wall, and the phones of those who took part."""

    wall: Page
    phones: list[Page]

    @property
    def screens(self) -> list[Page]:
        return [self.wall, *self.phones]

    def is_at(self, title: str) -> None:
        for screen in self.screens:
            expect(screen.get_by_role("heading", level=1)).to_have_text(words(title), timeout=SOON)

    def sees(self, text: str) -> None:
        for screen in self.screens:
            expect(screen.get_by_role("main")).to_contain_text(text, timeout=SOON)

    def no_longer_sees(self, text: str) -> None:
        for screen in self.screens:
            expect(screen.get_by_role("main")).not_to_contain_text(text, timeout=SOON)

    def knows_nothing_of_the_answers(self) -> None:
        """Not on the screen, and not in what was sent either: it would anchor."""
        for screen in self.screens:
            expect(screen.locator(".spread, .talk-finding, .talk-sentences")).to_have_count(0)
            for source in (screen.content(), screen.request.get(screen.url).text()):
                assert not re.search(f"{DISSENT}|{SENTENCE}|{NOTE}|Structurele hinderpaal|Verdeeld beeld", source)

    def loads_again(self) -> None:
        for screen in self.screens:
            screen.reload()


def words(title: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(title)}\s*$")


def look(page: Page) -> None:
    """What axe finds on a page that is no page of a menu."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def look_at_remote(page: Page) -> None:
    check(page, "Leid het gesprek")
    # It unfolds all there is.
    page.reload()


# --- who leads


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


# --- who follows


def follow(page: Page, session: Session) -> Page:
    page.goto(reverse("join-talk", args=[session.join_token]))
    return page


def vote(phone: Page, stance: str, over: str) -> None:
    """From what the phone follows, by the button that comes with the poll."""
    link = phone.get_by_role("link", name="Zeg waar jij staat")
    expect(link).to_be_visible(timeout=SOON)
    link.click()
    expect(phone.get_by_role("main")).to_contain_text(over)
    phone.get_by_label(stance).check()
    phone.get_by_role("button", name="Stem", exact=True).click()
    expect(phone.get_by_text(f"Jij koos: {stance}.")).to_be_visible()


def think_again(phone: Page, stance: str) -> None:
    phone.get_by_label(stance).check()
    phone.get_by_role("button", name="Wijzig mijn stem").click()
    expect(phone.get_by_text(f"Jij koos: {stance}.")).to_be_visible()


def follow_again(phone: Page) -> None:
    phone.get_by_role("link", name="Terug naar het gesprek").click()


def lose_network(phone: Page) -> None:
    phone.context.set_offline(True)
    expect(phone.get_by_text(OFFLINE)).to_be_visible(timeout=SOON * 2)


def find_network(phone: Page) -> None:
    phone.context.set_offline(False)
    expect(phone.get_by_text(OFFLINE)).to_be_hidden(timeout=SOON * 2)


def forgive_lost_network(watch: Watch) -> None:
    """What a browser says itself of each request that failed; everything else is an error still."""
    watch.errors[:] = [error for error in watch.errors if not re.search("ERR_INTERNET_DISCONNECTED|htmx:", error)]


# --- the talk of a round


@pytest.fixture
def collaboration(content) -> Collaboration:
    return make_collaboration(("Huis Linde", "De Brug"))


@pytest.fixture
def session(hours: Hours, collaboration: Collaboration) -> Session:
    return discussed_round(collaboration, SHEETS)


@pytest.fixture
def facilitator(session: Session, collaboration: Collaboration) -> Client:
    return signed_in("facilitator", collaboration, Role.FACILITATOR)


@pytest.fixture
def coordinator(session: Session, collaboration: Collaboration) -> Client:
    return signed_in("coordinator", collaboration)


def come_in(watch: Watch, session: Session) -> Room:
    """A beamer on the wall's own address, and three people who kept their link."""
    wall = watch.open()
    wall.set_viewport_size({"width": 1024, "height": 768})
    wall.goto(reverse("wall", args=[talks.wall_token(fetched(session))]))
    return Room(wall, [follow(watch.open(), session) for _ in range(3)])


# Nine browsers for a minute; what each of them does is tested by itself too.
@pytest.mark.slow
def test_a_whole_talk_from_its_wall_to_the_sheet_to_take_along(
    watch: Watch, hours: Hours, session: Session, facilitator: Client, coordinator: Client, tmp_path: Path
) -> None:
    remote = watch.open(facilitator)
    begin(remote, session)
    room = come_in(watch, session)
    room.is_at("Welkom, en hoe we praten")
    room.sees("0 van 2 besproken")
    for screen in (room.wall, room.phones[0]):
        look(screen)
    hours.pass_by(4)
    room.sees("Nog 1 minuut")

    go_on(remote, "Hebben we elkaar nodig?")
    room.is_at("Hebben we elkaar nodig?")
    room.knows_nothing_of_the_answers()
    show_answers(remote)
    room.sees(SENTENCE)
    hours.pass_by(5)
    room.sees("De tijd voor dit deel is om.")

    go_on(remote, "Wat ons draagt")
    talk_of_what_came_first(room, remote)
    battery = taken_over(watch, room, remote, coordinator, session, hours)
    second = battery.second
    go_on_where_it_was(room, second, hours)
    charged_again(watch, battery, room, second, session)

    raise_and_park(room, second, hours)
    decide(room, second, hours)
    end(room, second, session, tmp_path)


def talk_of_what_came_first(room: Room, remote: Page) -> None:
    """A quiet minute, the answers shown by accident and taken back, then for good; a note up and down."""
    go_on(remote, NAME)
    room.is_at(NAME)
    room.sees("Een of meer partners domineren")
    room.knows_nothing_of_the_answers()
    look_at_remote(remote)
    be_quiet(remote)
    room.sees("Een stille minuut.")
    room.knows_nothing_of_the_answers()
    speak(remote)
    room.no_longer_sees("Een stille minuut.")
    show_answers(remote)
    room.sees(DISSENT)
    hide_answers(remote)
    room.no_longer_sees(DISSENT)
    room.knows_nothing_of_the_answers()
    show_answers(remote)
    room.sees(DISSENT)
    room.no_longer_sees(NOTE)
    put_up(remote, NOTE)
    room.sees(NOTE)
    take_down(remote, NOTE)
    room.no_longer_sees(NOTE)
    for screen in (room.wall, room.phones[0]):
        look(screen)


@dataclass
class Battery:
    """A remote that went dark with something typed on it, and who took over from it."""

    state: StorageState
    second: Page


def taken_over(watch: Watch, room: Room, remote: Page, coordinator: Client, session: Session, hours: Hours) -> Battery:
    hours.pass_by(6)
    unfold(remote, "#uitkomst").get_by_label("Waarom?").fill(HALF)
    kept = remote.context.storage_state()
    remote.context.close()
    second = watch.open(coordinator)
    second.goto(reverse("session", args=[session.pk]))
    second.get_by_role("link", name="Leid het gesprek live").click()
    leads_at(second, NAME)
    expect(on_wall(second)).to_contain_text(DISSENT)
    room.is_at(NAME)
    room.sees(DISSENT)
    return Battery(kept, second)


def go_on_where_it_was(room: Room, second: Page, hours: Hours) -> None:
    """Somebody follows without network meanwhile, and everybody's page is loaded again."""
    lost = room.phones[2]
    lose_network(lost)
    go_on(second, GOAL)
    still = Room(room.wall, room.phones[:2])
    still.is_at(GOAL)
    still.sees("1 van 2 besproken")
    expect(lost.get_by_role("heading", level=1)).to_have_text(words(NAME))
    still.loads_again()
    second.reload()
    leads_at(second, GOAL)
    still.is_at(GOAL)
    still.knows_nothing_of_the_answers()
    go_back(second, NAME)
    still.is_at(NAME)
    # Going back takes nothing away.
    still.sees(DISSENT)
    find_network(lost)
    room.is_at(NAME)
    room.loads_again()
    room.sees(DISSENT)
    hours.pass_by(2)


def charged_again(watch: Watch, battery: Battery, room: Room, second: Page, session: Session) -> None:
    """The first remote finds what was typed on it, and keeps it while the second one goes on."""
    forgive_lost_network(watch)
    first = watch.open(state=battery.state)
    first.goto(reverse("talk", args=[session.pk]))
    expect(first.get_by_label("Waarom?")).to_have_value(HALF)
    jump(second, GOAL)
    leads_at(first, GOAL)
    expect(first.get_by_text(f"Het gesprek is nu bij ‘{GOAL}’.")).to_be_visible()
    expect(first.get_by_label("Waarom?")).to_have_value(HALF)
    go_back(second, NAME)
    leads_at(first, NAME)
    record_outcome(first)
    room.sees(REASON)
    room.sees(MINORITY)
    kept = load_outcome(session, KEY)
    assert kept
    assert (kept.reason, kept.minority) == (REASON, MINORITY)
    expect(on_wall(second)).to_contain_text(REASON, timeout=SOON)
    agree(second)
    for said in (WHEN, WHAT, WHO):
        room.sees(said)
        expect(on_wall(first)).to_contain_text(said, timeout=SOON)
    first.context.close()


def raise_and_park(room: Room, second: Page, hours: Hours) -> None:
    bring_up(second, RAISED)
    go_on(second, RAISED)
    room.is_at(RAISED)
    room.sees("1 van 3 besproken")
    park(second)
    look_at_parking(second)
    leads_at(second, RAISED)
    hours.pass_by(8)
    go_on(second, GOAL)
    room.is_at(GOAL)
    room.knows_nothing_of_the_answers()
    show_answers(second)
    room.sees(SENTENCE)
    hours.pass_by(15)
    room.sees("De tijd voor dit onderwerp is om.")


def decide(room: Room, second: Page, hours: Hours) -> None:
    """A poll by phones, of which nothing is seen before it closes."""
    go_on(second, "Besluit en afspraken")
    room.is_at("Besluit en afspraken")
    room.sees(PARKED)
    room.sees(WHAT)
    hours.pass_by(5)
    ask_about(second, "Herstellen")
    second.get_by_role("button", name="Begin de peiling").click()
    room.is_at("Hoe sta je hierin?")
    room.sees("We kiezen voor herstellen.")
    look(room.wall)
    for phone, stance in zip(room.phones, ("Ik sta erachter", "Ik sta erachter", "Ik heb een bezwaar"), strict=True):
        vote(phone, stance, "Herstellen")
    think_again(room.phones[2], "Ik kan ermee leven")
    room.phones[2].reload()
    expect(room.phones[2].get_by_text("Jij koos: Ik kan ermee leven.")).to_be_visible()
    look(room.phones[2])
    for phone in room.phones:
        follow_again(phone)
    room.is_at("Hoe sta je hierin?")
    room.no_longer_sees("Peiling met telefoons")
    second.get_by_role("link", name="Terug naar het gesprek").click()
    look_at_remote(second)
    second.get_by_role("link", name="Er loopt een peiling").click()
    close_poll(second, 3)
    room.is_at("Zo staan jullie hierin")
    room.sees(f"Peiling met telefoons: {STANCES}")
    look(room.wall)
    second.get_by_role("link", name="Terug naar het gesprek").click()
    leads_at(second, "Besluit en afspraken")
    second.get_by_role("button", name="Haal de uitslag van de muur").click()
    room.is_at("Besluit en afspraken")
    hours.pass_by(10)
    go_on(second, "Afronden")
    room.is_at("Afronden")


def end(room: Room, second: Page, session: Session, tmp_path: Path) -> None:
    conclude(second)
    expect(room.wall.get_by_role("heading", level=1)).to_have_text("Dit gesprek is afgerond", timeout=SOON)
    look(room.wall)
    look(room.phones[0])
    for phone in room.phones:
        phone.get_by_role("link", name="Lees wat jullie zeiden").click()
        expect(phone.get_by_role("main")).to_contain_text(WHAT)
    second.get_by_role("link", name="Wat jullie in het gesprek zeiden").click()
    read_what_was_said(second, tmp_path)
    for said in (WHY, f"Peiling met telefoons: {STANCES}"):
        expect(second.get_by_role("main")).to_contain_text(said)


SAID = (REASON, MINORITY, WHAT, WHEN, WHO, PARKED)


def read_what_was_said(page: Page, tmp_path: Path) -> None:
    """All that was typed, on the page and on the one sheet of its PDF."""
    check(page, ".*Wat jullie .* zeiden.*")
    for said in SAID:
        expect(page.get_by_role("main")).to_contain_text(said)
    [sheet] = pages_of(download(page, "Download als pdf", tmp_path / "gezegd.pdf"))
    for said in SAID:
        assert said in sheet


# --- the talk of a team without an account


@pytest.fixture
def team(watch: Watch, hours: Hours, content) -> Page:
    """The one screen of a team that filled in together, at its report."""
    reflection = make_reflection(
        {KEY: "hindering", "goal-shared": "helping", "partners-needed": "disagree"}, mode=Mode.TOGETHER, finished=True
    )
    page = watch.open()
    page.clock.install()
    page.set_viewport_size(WIDE)
    page.goto(reflection.fill_url)
    page.goto(reflection.report_url)
    return page


def test_a_whole_talk_of_a_team_without_an_account_on_its_one_screen(
    watch: Watch, hours: Hours, team: Page, tmp_path: Path
) -> None:
    read_url = team.url
    team.get_by_role("link", name="Praat erover, op dit scherm").click()
    check(team, "Leid het gesprek")
    expect(team.get_by_text("leest iedereen met jullie leeslink")).to_be_visible()
    team.get_by_text("60 minuten").click()
    team.get_by_role("button", name="Begin het gesprek").click()
    leads_at(team, "Welkom, en hoe we praten")
    go_on(team, "Hebben we elkaar nodig?")
    jump(team, NAME)
    look_at_remote(team)
    expect(on_wall(team)).to_contain_text("Structurele hinderpaal")
    be_quiet(team)
    expect(on_wall(team)).not_to_contain_text("Structurele hinderpaal")
    speak(team)

    unfold(team, "#uitkomst").get_by_label("Waarom?").fill(HALF)
    team.reload()
    leads_at(team, NAME)
    expect(team.get_by_label("Waarom?")).to_have_value(HALF)
    record_outcome(team)
    agree(team)
    park(team)
    look_at_parking(team)
    # Nobody presses anything: its clock goes on by itself.
    expect(team.get_by_text("De tijd is om")).to_have_count(0)
    hours.pass_by(50)
    team.clock.fast_forward("50:00")
    expect(team.get_by_text("De tijd is om")).to_be_visible(timeout=SOON)

    jump(team, "Besluit en afspraken")
    expect(on_wall(team)).to_contain_text(WHAT)
    ask_about(team, WHAT)
    raise_hands(team)
    expect(on_wall(team)).to_contain_text(f"Peiling met handen: {STANCES}")
    look_at_remote(team)
    team.get_by_role("button", name="Haal de uitslag weg").click()
    expect(on_wall(team)).to_contain_text("Alle drie zijn goede keuzes.")
    go_on(team, "Afronden")
    team.get_by_role("link", name="Naar het verslag").first.click()

    other = watch.open()
    other.goto(read_url)
    for page in (team, other):
        page.get_by_role("link", name="Wat jullie vandaag zeiden").first.click()
        read_what_was_said(page, tmp_path)
        expect(page.get_by_role("main")).to_contain_text(f"Peiling met handen: {STANCES}")


def raise_hands(page: Page) -> None:
    """Counted by who types it; nobody has a phone to vote with."""
    expect(page.get_by_role("button", name="Begin de peiling")).to_have_count(0)
    for stance, count in (("Ik sta erachter", 2), ("Ik kan ermee leven", 1), ("Ik heb een bezwaar", 0)):
        page.get_by_label(stance).fill(f"{count}")
    page.get_by_role("button", name="Bewaar de uitslag").click()
    page.get_by_role("link", name="Terug naar het gesprek").click()
    leads_at(page, "Besluit en afspraken")
