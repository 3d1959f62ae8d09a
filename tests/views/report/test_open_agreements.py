"""All that is still to be done, in all of somebody's collaborations."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from reflectie.domain.report.agreements import State
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Collaboration, Membership, Role, Session
from reflectie.services import clock
from reflectie.services.collaborations import collaborations
from tests.helpers.agreed import FIRST, OTHER, changed, conclude, made
from tests.helpers.factories import make_account
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round

pytestmark = pytest.mark.django_db
SHEETS = [{"goal-shared": "helping"}] * 3


@pytest.fixture
def url():
    return reverse("open-agreements")


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, SHEETS)


def other_of(user, role: Role, name: str = "Elders") -> Session:
    collaboration = collaborations.create_collaboration(make_account("bo@example.org"), name=name)
    Membership.objects.create(collaboration=collaboration, user=user, role=role)
    return discussed_round(collaboration, SHEETS)


def listed(response) -> list[str]:
    return page_of(response).main.headings(2)


def test_list_has_what_is_to_be_done_by_day_with_whose_it_is(coordinator, session, an, url):
    today = clock.today()
    made(session, changed(FIRST, what="Zonder dag", due_on=None))
    made(session, changed(FIRST, what="Gedaan", state=State.DONE))
    made(session, changed(FIRST, what="Losgelaten", state=State.DROPPED, reason="Geen tijd"))
    made(session, changed(FIRST, what="Morgen", due_on=today + timedelta(1), state=State.BUSY))
    conclude(session)
    late = made(other_of(an, Role.FACILITATOR), changed(OTHER, what="Gisteren", due_on=today - timedelta(1)))
    response = coordinator.get(url)

    assert listed(response) == ["Gisteren", "Morgen", "Zonder dag"]
    first, second, third = [card.words for card in page_of(response).cards()]
    day = date_format(today - timedelta(1), "j F Y")
    assert first.startswith(f"Gisteren Te laat: klaar op {day} · Els Elders Nog te doen")
    assert "Te laat" not in second + third
    assert "Samen in Tienen" in second
    assert "Bezig" in second
    assert "geen dag afgesproken · Joke" in third
    row = AgreementRow.objects.get(pk=late.key)
    link = page_of(response).link("Gisteren")
    assert link.address == f"{reverse('agreement', args=[row.session_id, late.key])}?van=afspraken"
    # And back again, with another state.
    sent = page_of(coordinator.get(link.address)).main.sent()
    posted = {name: values[-1] for name, values in sent.items()} | {"state": "done"}
    back = coordinator.post(link.address.split("?")[0], posted)
    assert (back.status_code, back["Location"]) == (303, url)
    assert listed(coordinator.get(url)) == ["Morgen", "Zonder dag"]


def test_list_has_nothing_of_collaborations_of_others_or_put_away(coordinator, other, session, an, url):
    made(session)
    made(other_of(make_account("cy@example.org"), Role.COORDINATOR), OTHER)
    assert listed(coordinator.get(url)) == [FIRST.what]
    assert "Er staan geen afspraken open." in page_of(other.get(url)).words
    Collaboration.objects.update(archived_on=clock.today())
    assert listed(coordinator.get(url)) == []


def test_list_says_when_nothing_is_open_and_the_overview_leads_to_it(coordinator, url):
    assert "Er staan geen afspraken open." in page_of(coordinator.get(url)).words
    assert page_of(coordinator.get(reverse("collaborations"))).link("Open afspraken").address == url


@pytest.mark.parametrize("number", [1, 60])
def test_list_takes_a_fixed_number_of_queries_and_comes_in_pages(
    coordinator, session, url, number, django_assert_num_queries
):
    rows = [AgreementRow(session=session, what=f"Nummer {place:02}", position=place) for place in range(number)]
    AgreementRow.objects.bulk_create(rows)
    # Who is signed in (2), how many there are, one page of them.
    with django_assert_num_queries(4):
        response = coordinator.get(url)
    assert len(listed(response)) == min(number, 50)
    if number > 50:
        assert "?pagina=2" in page_of(response).addresses()
        assert listed(coordinator.get(url, {"pagina": 2})) == [f"Nummer {place}" for place in range(50, 60)]
