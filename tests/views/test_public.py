import pytest
from django.db import connection
from django.urls import reverse

from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db


def test_home_says_what_it_is_and_where_to_begin(client):
    page = page_of(client.get("/"))

    assert "Waarom loopt onze samenwerking structureel stroef?" in page.words
    assert reverse("start") in page.addresses()
    assert "Na 90 dagen zonder wijziging wissen we alles." in page.words


def test_home_for_a_stranger_sets_no_cookie(client):
    assert dict(client.get("/").cookies) == {}


def test_home_for_an_owner_leads_back_to_the_reflection(owner, finished):
    assert finished.fill_url in page_of(owner.get("/")).addresses()
    assert "no-store" in owner.get("/")["Cache-Control"]


def test_home_takes_one_query_for_a_stranger(client, django_assert_num_queries):
    client.get("/")

    with django_assert_num_queries(1):
        client.get("/")


def test_about_names_all_five_sources(client, checklist):
    page = client.get("/over/").content.decode()

    assert len(checklist.sources) == 5
    for source in checklist.sources:
        assert source.reference.replace("&", "&amp;") in page


def test_about_says_what_holds_for_a_session_and_what_anonymous_cannot(client):
    page = client.get("/over/").content.decode()

    for words in (
        "Na 90 dagen zonder wijziging",
        "Onder 3 antwoorden toont het niets",
        "Sessies en verslagen blijven zolang de samenwerking bestaat.",
        "Een reservekopie van de site die gemaakt is terwijl een ronde open was",
        "Wie je woorden kent, kan je notities herkennen.",
        "De volgende nacht is het ook uit de bestanden van de databank weg.",
    ):
        assert words in page, words
    # SQLite's second file is emptied together with the first.
    assert ("In het logboek waarmee de databank zich na een storing herstelt" in page) == (
        connection.vendor == "postgresql"
    )


def test_alive_answers_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/gezond/").content == b"ok"
