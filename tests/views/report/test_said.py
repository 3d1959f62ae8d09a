"""The page of what a team said in its talk: for its members and whoever reads by the link, during and after it."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, State
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.versions import etag
from reflectie.models import Session
from reflectie.services import tokens
from reflectie.services.report.agreements import change_agreement
from reflectie.services.report.outcomes import record_outcome
from reflectie.services.report.parked import park
from reflectie.services.report.reports import load_report
from reflectie.services.sessions import rounds
from tests.helpers.agreed import HINDERED, changed, made, pk
from tests.helpers.page import Part, page_of
from tests.helpers.rounds import closed_round, discussed_round, fetched, open_round, signed_in

pytestmark = pytest.mark.django_db

# All three find that the goal isn't shared and that there is no money; they differ on who is needed.
SHEETS = [sheet | {"partners-needed": ("hindering", "helping")[n % 2]} for n, sheet in enumerate(HINDERED * 2)]
TODAY, BEHIND = "Wat jullie vandaag zeiden", "Wat jullie in het gesprek zeiden"


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, SHEETS)


@pytest.fixture
def talked(session) -> Session:
    """A session in which something of everything was said."""
    reason, minority = "We bedoelen niet hetzelfde.", "De kleinste partner ziet dat anders."
    record_outcome(session, "goal-shared", Outcome(Choice.DIVIDED, reason, minority), "")
    made(
        session, Agreement("", "We vragen geld.", "An", date(2027, 1, 15), "context-financial", trigger="Als we bellen")
    )
    dropped = made(session, Agreement("", "Dit lieten we los."))
    change_agreement(session, pk(dropped), changed(dropped, state=State.DROPPED, reason="Nee."), etag(dropped))
    park(session, "De vergoedingen.", uuid4())
    return session


def of_members(session: Session) -> str:
    return reverse("session-said", args=[session.pk])


def by_link(session: Session) -> str:
    return reverse("said", args=[tokens.read_token(session.join_token)])


def conclude(session: Session) -> Session:
    rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, "Geen van ons kan dit alleen.", date(2027, 6, 1)))
    return fetched(session)


def chapters(page: Part) -> list[str]:
    return page.headings(2)


def test_page_is_there_for_members_and_whoever_holds_the_link(coordinator, facilitator, reader, session):
    clients = (coordinator, facilitator, signed_in("omar"), reader)
    assert [client.get(of_members(session)).status_code for client in clients] == [200, 200, 404, 302]
    assert [client.get(by_link(session)).status_code for client in clients] == [200] * 4


def test_page_before_opening_is_nobodys(coordinator, facilitator, reader, collaboration):
    for before in (open_round(collaboration, SHEETS), closed_round(collaboration, SHEETS)):
        got = [client.get(of_members(before)).status_code for client in (coordinator, facilitator)]
        assert (got, reader.get(by_link(before)).status_code) == ([404, 404], 404)


def test_page_during_the_talk_has_all_that_was_said_and_what_nobody_named(coordinator, talked):
    page = page_of(coordinator.get(of_members(talked)))
    assert page.headings(1) == [TODAY]
    assert chapters(page) == [
        *["Wat jullie afspraken", "Wat het gesprek opleverde"],
        *["Op de parkeerplaats", "Hier kwam het niet van"],
    ]
    assert page.part("Wat jullie afspraken").items() == [
        "We vragen geld. Wanneer: als we bellen Nog te doen · An · 15 januari 2027"
    ]
    made_of = page.part("Wat het gesprek opleverde")
    assert made_of.headings(3) == ["Gedeeld doel"]
    for words in (
        "We blijven verdeeld",
        "We bedoelen niet hetzelfde.",
        "Een minderheid: De kleinste partner ziet dat anders.",
        "Wie kan dit aanpakken? Wijzelf.",
    ):
        assert words in made_of.words
    assert page.part("Op de parkeerplaats").items() == ["De vergoedingen."]
    left = page.part("Hier kwam het niet van").items()
    # The split; not the goal of which something was recorded, nor the money about which something was agreed.
    assert left[0] == "Nodige partners ± Verdeeld beeld"
    assert [words for words in left if words.startswith(("Gedeeld doel", "Financiële"))] == []
    assert "Dit lieten we los." not in page.words
    assert page.next_steps() == ["Rond de sessie af"]


def test_page_after_the_talk_begins_with_the_decision(coordinator, reader, talked):
    session = conclude(talked)
    for page in (page_of(coordinator.get(of_members(session))), page_of(reader.get(by_link(session)))):
        assert (page.headings(1), chapters(page)[0]) == ([BEHIND], "Wat jullie besloten")
        assert "Geen van ons kan dit alleen." in page.part("Wat jullie besloten").words
        assert page.next_steps() == ["Download als pdf"]


def test_page_of_a_talk_in_which_nothing_was_said_yet_says_so_and_names_nothing_that_is_left(
    coordinator, reader, session
):
    page = page_of(coordinator.get(of_members(session)))
    assert "Er is nog niets vastgelegd." in page.words
    assert chapters(page) == ["Op de parkeerplaats"]
    assert chapters(page_of(reader.get(by_link(session)))) == []


def test_reader_by_the_link_gets_no_way_to_change_anything(reader, talked):
    page = page_of(reader.get(by_link(talked)))
    assert page.part("Op de parkeerplaats").links() == []
    inside = [address for address in page.main.addresses() if address.startswith("/sessies/")]
    assert inside == []


def test_page_of_a_talk_with_too_few_answers_has_what_was_said_and_no_finding(coordinator, collaboration):
    session = discussed_round(collaboration, SHEETS[:2])
    record_outcome(session, "goal-shared", Outcome(Choice.DIVIDED), "")
    page = page_of(coordinator.get(of_members(session)))
    assert "We blijven verdeeld" in page.words
    assert "Hier kwam het niet van" not in page.words


def test_page_is_reached_from_the_session_the_guide_and_the_report(coordinator, talked):
    def ways(route: str, name: str) -> list[str]:
        page = page_of(coordinator.get(reverse(route, args=[talked.pk])))
        return [link.address for link in page.links(name)]

    sheet = reverse("session-document", args=[talked.pk, "vandaag"])
    assert ways("session", TODAY) == ways("session-guide", TODAY) == [of_members(talked)]
    assert ways("session-report", TODAY) == [sheet]
    session = conclude(talked)
    assert ways("session", BEHIND) == [of_members(session)]
    assert ways("session-report", BEHIND) == [of_members(session), sheet]


def test_report_before_anything_was_said_has_no_sheet_of_it(coordinator, session):
    page = page_of(coordinator.get(reverse("session-report", args=[session.pk])))
    assert page.links("vandaag zeiden") == []


def test_report_after_the_talk_begins_with_what_was_said_and_says_none_of_it_twice(coordinator, talked):
    session = conclude(talked)
    page = page_of(coordinator.get(reverse("session-report", args=[session.pk])))
    assert chapters(page)[:2] == ["Wat jullie besloten", "In het kort"]
    said = page.part("Wat jullie besloten")
    assert [fold.summary for fold in said.folded()] == [
        "Waarover elke afspraak gaat",
        "Wat het gesprek opleverde (1)",
        "Op de parkeerplaats (1)",
        "Hier kwam het niet van (13)",
        "Wat we aan anderen vragen",
    ]
    for words in ("De vergoedingen.", "Geen van ons kan dit alleen.", "We bedoelen niet hetzelfde."):
        assert page.words.count(words) == 1


def test_page_is_not_drawn_anew_until_something_is_said(coordinator, talked):
    seen = coordinator.get(of_members(talked))["ETag"]
    assert coordinator.get(of_members(talked), headers={"If-None-Match": seen}).status_code == 304
    park(talked, "Nog iets.", uuid4())
    assert coordinator.get(of_members(talked), headers={"If-None-Match": seen}).status_code == 200


@pytest.mark.parametrize("number", [1, 15])
def test_page_takes_a_fixed_number_of_queries(coordinator, reader, session, number, django_assert_num_queries):
    keys = [item.item.key for item in load_report(session).items]
    for place in range(number):
        record_outcome(session, keys[place], Outcome(Choice.HINDERING), "")
        made(session, Agreement("", f"Nummer {place}"))
        park(session, f"Nummer {place}", uuid4())
    coordinator.get(of_members(session))
    # Who is signed in (2), the session with the role, and the report (8).
    with django_assert_num_queries(12):
        coordinator.get(of_members(session))
    with django_assert_num_queries(10):
        reader.get(by_link(session))
