"""The page of a parking lot: what a talk puts off, put on and taken off."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from reflectie.domain.report.agreements import MAX_AGREEMENT, MAX_PARKED
from reflectie.models import Session
from reflectie.services.report.parked import load_parked, park
from tests.helpers.agreed import HINDERED, conclude
from tests.helpers.page import page_of
from tests.helpers.rounds import DAY, discussed_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, HINDERED)


def url(session: Session) -> str:
    return reverse("parked", args=[session.pk])


def texts(session: Session) -> list[str]:
    return [topic.text for topic in load_parked(session)]


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_page_puts_a_topic_on_and_shows_it(who, session, request):
    client = request.getfixturevalue(who)
    response = client.post(url(session), {"text": "  De   vergoedingen. ", "key": str(uuid4())})
    assert (response.status_code, response["Location"]) == (303, url(session))
    page = page_of(client.get(url(session)))
    assert (texts(session), [card.words for card in page.cards()]) == (
        ["De vergoedingen."],
        ["De vergoedingen. Haal weg: De vergoedingen."],
    )
    assert page.next_steps() == ["Zet erbij"]


def test_page_sent_twice_puts_one_on(coordinator, session):
    data = {"text": "De vergoedingen.", "key": str(uuid4())}
    assert [coordinator.post(url(session), data).status_code for _ in range(2)] == [303, 303]
    assert texts(session) == ["De vergoedingen."]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Schrijf wat moet wachten."), ("a" * (MAX_AGREEMENT + 1), f"Te lang: {MAX_AGREEMENT + 1} tekens")],
)
def test_page_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(coordinator, session, typed, said):
    response = coordinator.post(url(session), {"text": typed, "key": str(uuid4())})
    field = page_of(response).field("Wat moet wachten?")
    assert (response.status_code, said in field.description, field.value) == (422, True, typed)
    assert texts(session) == []


def test_page_that_is_full_says_so_and_keeps_what_was_typed(coordinator, session):
    for number in range(MAX_PARKED):
        park(session, f"Nummer {number}", uuid4())
    response = coordinator.post(url(session), {"text": "Nog een", "key": str(uuid4())})
    page = page_of(response)
    assert (response.status_code, page.field("Wat moet wachten?").value) == (422, "Nog een")
    assert f"Er staan al {MAX_PARKED} onderwerpen." in page.words


def test_taking_off_takes_two_steps_and_leaves_the_others(coordinator, session):
    first, second = (park(session, text, uuid4()) for text in ("Een", "Twee"))
    way = page_of(coordinator.get(url(session))).links("Een")[0].address
    asked = page_of(coordinator.get(f"{url(session)}{way}"))
    assert texts(session) == ["Een", "Twee"]
    assert asked.buttons() == ["Ja, haal weg: Een", "Zet erbij"]
    assert asked.link("Laat staan").address == url(session)
    response = coordinator.post(url(session), {"off": first.key})
    assert (response.status_code, texts(session)) == (303, ["Twee"])
    assert second.key in [topic.key for topic in load_parked(session)]


@pytest.mark.parametrize("key", ["x", "", "00000000-0000-4000-8000-000000000000"])
def test_taking_off_what_is_not_there_changes_nothing(coordinator, session, key):
    park(session, "Een", uuid4())
    assert coordinator.post(url(session), {"off": key}).status_code == 303
    assert texts(session) == ["Een"]


def test_topic_of_another_session_stays(coordinator, collaboration, session):
    elsewhere = discussed_round(collaboration, HINDERED)
    kept = park(elsewhere, "Een", uuid4())
    coordinator.post(url(session), {"off": kept.key})
    assert texts(elsewhere) == ["Een"]


def test_page_after_the_talk_shows_what_waits_and_keeps_what_comes_too_late(coordinator, session):
    kept = park(session, "Een", uuid4())
    session = conclude(session)
    page = page_of(coordinator.get(url(session)))
    assert ([card.words for card in page.cards()], page.buttons()) == (["Een"], [])
    late = coordinator.post(url(session), {"text": "Te laat", "key": str(uuid4())})
    assert (late.status_code, page_of(late).field("Wat moet wachten?").value) == (409, "Te laat")
    assert "Nog niet bewaard" in page_of(late).words
    assert coordinator.post(url(session), {"off": kept.key}).status_code == 409
    assert texts(session) == ["Een"]


def test_next_session_and_its_guide_have_what_waits(coordinator, collaboration, session):
    park(session, "De vergoedingen.", uuid4())
    session = conclude(session)
    Session.objects.filter(pk=session.pk).update(planned_on=DAY - timedelta(365))
    later = discussed_round(collaboration, HINDERED)
    shown = page_of(coordinator.get(reverse("session", args=[later.pk]))).part("Op de parkeerplaats van vorige keer")
    assert shown.items() == ["De vergoedingen."]
    part = page_of(coordinator.get(reverse("session-guide", args=[later.pk]))).part("Wat van vorige keer wacht")
    assert (part.headings(3), part.items()) == (["Op de parkeerplaats van vorige keer"], ["De vergoedingen."])


def test_guide_closes_with_what_its_own_talk_put_off(coordinator, session):
    park(session, "De vergoedingen.", uuid4())
    page = page_of(coordinator.get(reverse("session-guide", args=[session.pk])))
    assert page.part("Afronden").items() == ["De vergoedingen."]


@pytest.mark.parametrize("number", [1, 30])
def test_page_takes_a_fixed_number_of_queries(coordinator, session, number, django_assert_num_queries):
    for place in range(number):
        park(session, f"Nummer {place}", uuid4())
    # Who is signed in (2), the session with the role, and its topics.
    with django_assert_num_queries(4):
        assert coordinator.get(url(session)).status_code == 200
