"""The activity log as a page: what each sentence says, and to whom."""

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.models import Activity, Collaboration, Role
from reflectie.presentation.activity import OF_THEMSELVES, SENTENCES
from reflectie.services.activity import acting, log_activity
from tests.helpers.factories import add_member, browser, make_account, text_of
from tests.helpers.rounds import make_collaboration, open_round

ACTION = Activity.Action


@pytest.fixture
def collaboration(db: None) -> Collaboration:
    return make_collaboration()


@pytest.fixture
def an(collaboration: Collaboration) -> Client:
    return browser(add_member(collaboration, "an@example.org", Role.COORDINATOR).user)


def page_of(client: Client, collaboration: Collaboration, **query: str) -> str:
    return text_of(client.get(reverse("collaboration-activity", args=[collaboration.pk]), query))


def test_every_act_has_a_sentence() -> None:
    assert set(SENTENCES) == set(ACTION)
    assert set(OF_THEMSELVES) <= set(ACTION)


def test_coordinator_reads_who_did_what(collaboration: Collaboration, an: Client) -> None:
    session = open_round(collaboration, [{"goal-shared": "hindering"}] * 3)
    assert "Hier deed nog niemand iets" in page_of(an, collaboration)
    an.post(reverse("session-close", args=[session.pk]))
    an.post(reverse("session-open", args=[session.pk]))
    page = page_of(an, collaboration)
    assert "an@example.org sloot de ronde. ( sessie: 19 november 2026 )" in page
    assert "an@example.org opende het verslag voor iedereen." in page


def test_names_of_people_stand_for_themselves(collaboration: Collaboration, an: Client) -> None:
    fien = make_account("fien@example.org", first_name="{role} <b>Fien</b>")
    with acting(lambda: fien.pk):
        log_activity(ACTION.JOINED, collaboration.pk, role=Role.FACILITATOR)
    assert "{role} &lt;b&gt;Fien&lt;/b&gt; werd begeleider." in page_of(an, collaboration)


def test_whoever_sees_to_the_site_stays_unnamed(collaboration: Collaboration, an: Client) -> None:
    who = make_account("beheer@example.org")
    with acting(lambda: who.pk):
        log_activity(ACTION.APPOINTED, collaboration.pk, role=Role.COORDINATOR)
    page = page_of(an, collaboration)
    assert "Een beheerder van de site nodigde iemand uit als coördinator." in page
    assert "beheer@example.org" not in page


def test_long_log_has_pages_and_the_same_queries(
    collaboration: Collaboration, an: Client, django_assert_num_queries
) -> None:
    session = open_round(collaboration, [])
    who = make_account("fien@example.org")
    with acting(lambda: who.pk):
        log_activity(ACTION.PLANNED, collaboration.pk, session=session)
    address = reverse("collaboration-activity", args=[collaboration.pk])
    with django_assert_num_queries(6):
        an.get(address)
    who = make_account("omar@example.org")
    with acting(lambda: who.pk):
        for _time in range(60):
            log_activity(ACTION.REPLANNED, collaboration.pk, session=session)
    with django_assert_num_queries(6):
        assert "Pagina 1 van 2" in text_of(an.get(address))
    assert "plande de sessie" in page_of(an, collaboration, pagina="2")


def test_session_that_is_erased_while_the_page_is_made_is_left_out(
    collaboration: Collaboration, an: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_round(collaboration, [{"goal-shared": "hindering"}] * 3)
    an.post(reverse("session-close", args=[session.pk]))
    monkeypatch.setattr("reflectie.views.collaborations.activity.sessions_of_activities", lambda _found: {})
    assert "sloot de ronde." in page_of(an, collaboration)
