"""A whole talk of an hour, as a room goes through it: the wall, who leads it and who takes over, three people who
follow on their phones, up to its conclusion and the sheet to take along. And the same of a team without an account, on
its one screen. The clock is moved on; everything else goes by what stands on the screens."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, StorageState, expect

from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Role, Session
from reflectie.services.meeting import talks
from reflectie.services.report.outcomes import load_outcome
from tests.helpers import following, leading
from tests.helpers.factories import make_reflection
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, signed_in
from tests.helpers.talk_room import (
    DISSENT,
    GOAL,
    HALF,
    KEY,
    MINORITY,
    NAME,
    NOTE,
    PARKED,
    RAISED,
    REASON,
    SENTENCE,
    SHEETS,
    SOON,
    STANCES,
    WHAT,
    WHEN,
    WHO,
    WHY,
    Hours,
    Room,
    look,
    words,
)
from tests.helpers.watch import WIDE, Watch, check, download, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    return Hours(monkeypatch)


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
    return Room(wall, [following.follow(watch.open(), session) for _ in range(3)])


# Nine browsers for a minute; what each of them does is tested by itself too.
@pytest.mark.slow
def test_a_whole_talk_from_its_wall_to_the_sheet_to_take_along(
    watch: Watch, hours: Hours, session: Session, facilitator: Client, coordinator: Client, tmp_path: Path
) -> None:
    remote = watch.open(facilitator)
    leading.begin(remote, session)
    room = come_in(watch, session)
    room.is_at("Welkom, en hoe we praten")
    room.sees("0 van 2 besproken")
    for screen in (room.wall, room.phones[0]):
        look(screen)
    hours.pass_by(4)
    room.sees("Nog 1 minuut")

    leading.go_on(remote, "Hebben we elkaar nodig?")
    room.is_at("Hebben we elkaar nodig?")
    room.knows_nothing_of_the_answers()
    leading.show_answers(remote)
    room.sees(SENTENCE)
    hours.pass_by(5)
    room.sees("De tijd voor dit deel is om.")

    leading.go_on(remote, "Wat ons draagt")
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
    leading.go_on(remote, NAME)
    room.is_at(NAME)
    room.sees("Een of meer partners domineren")
    room.knows_nothing_of_the_answers()
    leading.look_at_remote(remote)
    leading.be_quiet(remote)
    room.sees("Een stille minuut.")
    room.knows_nothing_of_the_answers()
    leading.speak(remote)
    room.no_longer_sees("Een stille minuut.")
    leading.show_answers(remote)
    room.sees(DISSENT)
    leading.hide_answers(remote)
    room.no_longer_sees(DISSENT)
    room.knows_nothing_of_the_answers()
    leading.show_answers(remote)
    room.sees(DISSENT)
    room.no_longer_sees(NOTE)
    leading.put_up(remote, NOTE)
    room.sees(NOTE)
    leading.take_down(remote, NOTE)
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
    leading.unfold(remote, "#uitkomst").get_by_label("Waarom?").fill(HALF)
    kept = remote.context.storage_state()
    remote.context.close()
    second = watch.open(coordinator)
    second.goto(reverse("session", args=[session.pk]))
    second.get_by_role("link", name="Leid het gesprek live").click()
    leading.leads_at(second, NAME)
    expect(leading.on_wall(second)).to_contain_text(DISSENT)
    room.is_at(NAME)
    room.sees(DISSENT)
    return Battery(kept, second)


def go_on_where_it_was(room: Room, second: Page, hours: Hours) -> None:
    """Somebody follows without network meanwhile, and everybody's page is loaded again."""
    lost = room.phones[2]
    following.lose_network(lost)
    leading.go_on(second, GOAL)
    still = Room(room.wall, room.phones[:2])
    still.is_at(GOAL)
    still.sees("1 van 2 besproken")
    expect(lost.get_by_role("heading", level=1)).to_have_text(words(NAME))
    still.loads_again()
    second.reload()
    leading.leads_at(second, GOAL)
    still.is_at(GOAL)
    still.knows_nothing_of_the_answers()
    leading.go_back(second, NAME)
    still.is_at(NAME)
    # Going back takes nothing away.
    still.sees(DISSENT)
    following.find_network(lost)
    room.is_at(NAME)
    room.loads_again()
    room.sees(DISSENT)
    hours.pass_by(2)


def charged_again(watch: Watch, battery: Battery, room: Room, second: Page, session: Session) -> None:
    """The first remote finds what was typed on it, and keeps it while the second one goes on."""
    following.forgive_lost_network(watch)
    first = watch.open(state=battery.state)
    first.goto(reverse("talk", args=[session.pk]))
    expect(first.get_by_label("Waarom?")).to_have_value(HALF)
    leading.jump(second, GOAL)
    leading.leads_at(first, GOAL)
    expect(first.get_by_text(f"Het gesprek is nu bij ‘{GOAL}’.")).to_be_visible()
    expect(first.get_by_label("Waarom?")).to_have_value(HALF)
    leading.go_back(second, NAME)
    leading.leads_at(first, NAME)
    leading.record_outcome(first)
    room.sees(REASON)
    room.sees(MINORITY)
    kept = load_outcome(session, KEY)
    assert kept
    assert (kept.reason, kept.minority) == (REASON, MINORITY)
    expect(leading.on_wall(second)).to_contain_text(REASON, timeout=SOON)
    leading.agree(second)
    for said in (WHEN, WHAT, WHO):
        room.sees(said)
        expect(leading.on_wall(first)).to_contain_text(said, timeout=SOON)
    first.context.close()


def raise_and_park(room: Room, second: Page, hours: Hours) -> None:
    leading.bring_up(second, RAISED)
    leading.go_on(second, RAISED)
    room.is_at(RAISED)
    room.sees("1 van 3 besproken")
    leading.park(second)
    leading.look_at_parking(second)
    leading.leads_at(second, RAISED)
    hours.pass_by(8)
    leading.go_on(second, GOAL)
    room.is_at(GOAL)
    room.knows_nothing_of_the_answers()
    leading.show_answers(second)
    room.sees(SENTENCE)
    hours.pass_by(15)
    room.sees("De tijd voor dit onderwerp is om.")


def decide(room: Room, second: Page, hours: Hours) -> None:
    """A poll by phones, of which nothing is seen before it closes."""
    leading.go_on(second, "Besluit en afspraken")
    room.is_at("Besluit en afspraken")
    room.sees(PARKED)
    room.sees(WHAT)
    hours.pass_by(5)
    leading.ask_about(second, "Herstellen")
    second.get_by_role("button", name="Begin de peiling").click()
    room.is_at("Hoe sta je hierin?")
    room.sees("We kiezen voor herstellen.")
    look(room.wall)
    for phone, stance in zip(room.phones, ("Ik sta erachter", "Ik sta erachter", "Ik heb een bezwaar"), strict=True):
        following.vote(phone, stance, "Herstellen")
    following.think_again(room.phones[2], "Ik kan ermee leven")
    room.phones[2].reload()
    expect(room.phones[2].get_by_text("Jij koos: Ik kan ermee leven.")).to_be_visible()
    look(room.phones[2])
    for phone in room.phones:
        following.follow_again(phone)
    room.is_at("Hoe sta je hierin?")
    room.no_longer_sees("Peiling met telefoons")
    second.get_by_role("link", name="Terug naar het gesprek").click()
    leading.look_at_remote(second)
    second.get_by_role("link", name="Er loopt een peiling").click()
    leading.close_poll(second, 3)
    room.is_at("Zo staan jullie hierin")
    room.sees(f"Peiling met telefoons: {STANCES}")
    look(room.wall)
    second.get_by_role("link", name="Terug naar het gesprek").click()
    leading.leads_at(second, "Besluit en afspraken")
    second.get_by_role("button", name="Haal de uitslag van de muur").click()
    room.is_at("Besluit en afspraken")
    hours.pass_by(10)
    leading.go_on(second, "Afronden")
    room.is_at("Afronden")


def end(room: Room, second: Page, session: Session, tmp_path: Path) -> None:
    leading.conclude(second)
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
    leading.leads_at(team, "Welkom, en hoe we praten")
    leading.go_on(team, "Hebben we elkaar nodig?")
    leading.jump(team, NAME)
    leading.look_at_remote(team)
    expect(leading.on_wall(team)).to_contain_text("Structurele hinderpaal")
    leading.be_quiet(team)
    expect(leading.on_wall(team)).not_to_contain_text("Structurele hinderpaal")
    leading.speak(team)

    leading.unfold(team, "#uitkomst").get_by_label("Waarom?").fill(HALF)
    team.reload()
    leading.leads_at(team, NAME)
    expect(team.get_by_label("Waarom?")).to_have_value(HALF)
    leading.record_outcome(team)
    leading.agree(team)
    leading.park(team)
    leading.look_at_parking(team)
    # Nobody presses anything: its clock goes on by itself.
    expect(team.get_by_text("De tijd is om")).to_have_count(0)
    hours.pass_by(50)
    team.clock.fast_forward("50:00")
    expect(team.get_by_text("De tijd is om")).to_be_visible(timeout=SOON)

    leading.jump(team, "Besluit en afspraken")
    expect(leading.on_wall(team)).to_contain_text(WHAT)
    leading.ask_about(team, WHAT)
    leading.raise_hands(team)
    expect(leading.on_wall(team)).to_contain_text(f"Peiling met handen: {STANCES}")
    leading.look_at_remote(team)
    team.get_by_role("button", name="Haal de uitslag weg").click()
    expect(leading.on_wall(team)).to_contain_text("Alle drie zijn goede keuzes.")
    leading.go_on(team, "Afronden")
    team.get_by_role("link", name="Naar het verslag").first.click()

    other = watch.open()
    other.goto(read_url)
    for page in (team, other):
        page.get_by_role("link", name="Wat jullie vandaag zeiden").first.click()
        read_what_was_said(page, tmp_path)
        expect(page.get_by_role("main")).to_contain_text(f"Peiling met handen: {STANCES}")
