import re

import pytest
from django.core.signing import TimestampSigner

from reflectie.forms.questionnaire.start import START_TOKEN_SECONDS, StartForm
from reflectie.models import Response, Session
from reflectie.services.tokens import hash_token
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db


def start(client, **fields):
    token = page_of(client.get("/start/")).value("token")
    return client.post("/start/", {"token": token, "mode": "alone", **fields}), token


@pytest.mark.parametrize("mode", ["alone", "together"])
def test_start_opens_a_sheet_in_the_chosen_way(client, mode):
    response, _ = start(client, mode=mode)

    assert response.status_code == 303
    assert re.fullmatch(r"/invullen/[A-Za-z0-9_-]{22}/", response["Location"])
    assert Session.objects.get().mode == mode


def test_start_keeps_the_names(client):
    start(client, collaboration_name=" Samen  in de wijk ", team_name="Kernteam")

    assert Response.objects.get().extras == {"collaboration-name": "Samen in de wijk", "team-name": "Kernteam"}


def test_start_get_writes_nothing(client):
    client.get("/start/")

    assert Session.objects.count() == 0


def test_start_sent_twice_makes_one_and_leads_to_it_both_times(client):
    first, token = start(client)
    second = client.post("/start/", {"token": token, "mode": "alone"})

    assert second["Location"] == first["Location"]
    assert Session.objects.count() == 1


def test_start_with_a_forged_token_asks_again_and_keeps_the_names(client):
    response = client.post("/start/", {"token": "zelfbedacht:1:x", "mode": "alone", "team_name": "Kernteam"})

    page = page_of(response)
    assert response.status_code == 422
    assert "Deze pagina stond te lang open. Kies nog een keer." in page.words
    assert page.value("team_name") == "Kernteam"
    assert Session.objects.count() == 0
    again = client.post("/start/", {"token": page.value("token"), "mode": "alone"})
    assert again.status_code == 303


def test_start_with_an_expired_token_asks_again(client, monkeypatch):
    import time

    late = time.time() - START_TOKEN_SECONDS - 1
    with monkeypatch.context() as then:
        then.setattr(time, "time", lambda: late)
        old = StartForm()._signer.sign("x" * 22)

    assert client.post("/start/", {"token": old, "mode": "alone"}).status_code == 422


def test_start_takes_no_token_signed_for_something_else(client):
    other = TimestampSigner(salt="anders").sign("x" * 22)

    assert client.post("/start/", {"token": other, "mode": "alone"}).status_code == 422


@pytest.mark.parametrize("mode", ["", "iedereen"])
def test_start_without_a_known_way_says_what_to_do(client, mode):
    response, _ = start(client, mode=mode, team_name="Kernteam")

    assert response.status_code == 422
    assert "Kies hoe je de checklist invult: samen of alleen." in response.content.decode()
    assert 'value="Kernteam"' in response.content.decode()


def test_start_with_a_name_that_is_too_long_says_so_beside_the_field(client):
    response, _ = start(client, team_name="x" * 121)

    page = response.content.decode()
    assert response.status_code == 422
    assert "Te lang: 121 tekens, en er passen er 120." in page
    assert "x" * 121 in page


def test_start_keeps_the_link_only_as_a_hash(client):
    response, _ = start(client)

    token = response["Location"].split("/")[2]
    assert Response.objects.get().token_hash == hash_token(token)


def test_start_takes_a_fixed_number_of_queries(client, django_assert_num_queries):
    token = page_of(client.get("/start/")).value("token")

    # Counted for two limits with a savepoint around them, savepoint, the session sought, the checklist, session and
    # response made with a savepoint around the first.
    with django_assert_num_queries(12):
        client.post("/start/", {"token": token, "mode": "alone"})
