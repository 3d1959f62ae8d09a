import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from reflectie.models import Session
from tests.helpers.factories import make_round
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db


def test_home_says_what_it_is_and_where_to_begin(client):
    page = page_of(client.get("/"))

    assert "Waarom loopt onze samenwerking structureel stroef?" in page.words
    assert reverse("example") in page.addresses()
    assert "Na 90 dagen zonder wijziging wissen we alles." in page.words


def test_home_for_a_stranger_sets_no_cookie_but_that_of_its_forms(client):
    assert list(client.get("/").cookies) == [settings.CSRF_COOKIE_NAME]
    assert dict(client.get("/over/").cookies) == {}


def test_home_has_every_way_in(client, coordinator):
    page = page_of(client.get("/"))

    assert page.buttons() == [
        "Samen, op één scherm Een half uur, zonder account",
        "Alleen Vijf minuten, zonder account",
        "Doe mee",
    ]
    assert page.link("Ieder op de eigen telefoon Met een account plan je een sessie").address == "/account/registreren/"
    assert page.field("Doe mee met een code").name == "code"
    signed_in = page_of(coordinator.get("/"))
    assert signed_in.link("Ieder op de eigen telefoon Plan een sessie voor je team").address == "/samenwerkingen/"


@pytest.mark.parametrize("mode", ["together", "alone"])
def test_one_press_on_home_begins_and_twice_is_one(client, mode):
    sent = {"token": page_of(client.get("/")).value("token"), "mode": mode}
    begun = [client.post("/start/", sent) for _ in range(2)]

    assert [response.status_code for response in begun] == [303, 303]
    assert begun[0]["Location"] == begun[1]["Location"]
    assert page_of(client.get(begun[0]["Location"])).title == "Zelfreflectie invullen · Samenwerking"
    assert list(Session.objects.values_list("mode", flat=True)) == [mode]


def test_code_typed_on_home_leads_to_the_round_and_a_wrong_one_stays_typed(client, collaboration):
    session = make_round(collaboration=collaboration)

    assert client.post("/meedoen/", {"code": session.code})["Location"] == reverse("join", args=[session.join_token])
    wrong = client.post("/meedoen/", {"code": "XXX"})
    assert (wrong.status_code, page_of(wrong).value("code")) == (422, "XXX")


def test_menu_leads_to_signals_for_who_may_see_them(client, coordinator, facilitator):
    def menu(person):
        page = page_of(person.get("/hulp/"))
        shown = [link.words for link in page.links()]
        # After the way past it, and the wordmark; before what the page itself says.
        return shown[2 : shown.index("Je doet mee")], page.current()

    signed_in = ["Samenwerkingen", "Vergelijken", "Signalen", "Hulp", "Account"]
    assert menu(coordinator) == menu(facilitator) == (signed_in, ["Hulp"])
    assert menu(client) == (["Over deze zelfreflectie", "Hulp", "Aanmelden"], ["Hulp"])
    assert coordinator.get("/signalen/").status_code == facilitator.get("/signalen/").status_code == 200


def test_help_answers_by_who_asks_and_leads_on(client):
    page = page_of(client.get("/hulp/"))

    assert page.headings(2) == [
        "Je doet mee aan een sessie",
        "Je vult zelf in, alleen of met je team",
        "Je coördineert",
        "Je begeleidt",
    ]
    assert len(page.headings(3)) > 15
    assert "Na 90 dagen zonder wijziging wissen we alles." in page.words
    assert {address.partition("#")[0] for address in page.main.addresses()} == {"", "/", "/voorbeeld/", "/over/"}
    anchors = {address[1:] for address in page.main.addresses() if address.startswith("#")}
    assert anchors == {"deelnemer", "team", "coordinator", "begeleider"} & set(page.anchors())


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


@pytest.mark.parametrize(
    ("folder", "days", "told"),
    [
        ("", 14, None),
        ("/x", 14, "en wissen ze na 14 dagen. De laatste blijft tot er een nieuwere is."),
        ("/x", 1, "en wissen ze na één dag. De laatste blijft tot er een nieuwere is."),
    ],
)
def test_about_says_how_long_a_backup_is_kept_where_the_site_makes_them(client, settings, folder, days, told):
    settings.BACKUP_DIR, settings.BACKUP_KEEP_DAYS = folder, days
    page = client.get("/over/").content.decode()
    assert "Een reservekopie houdt wat er stond toen die gemaakt werd, tot die zelf gewist wordt." in page
    assert (f"We maken er elke nacht een, {told}" in page) == ("We maken er elke nacht een" in page) == bool(told)


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
