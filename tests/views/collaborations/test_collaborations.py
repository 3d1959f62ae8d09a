"""The pages of collaborations, by person: coordinator, facilitator, member of another collaboration, stranger."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Membership, Role, Session
from reflectie.services import clock
from reflectie.services.collaborations import collaborations
from tests.helpers.factories import browser, fill_in, make_account, make_reflection, make_round, rows, text_of
from tests.helpers.factories import collaboration_url as url
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

DETAILS = {"name": "Samen in Tienen", "region": "Tienen", "theme": "Ontslag", "partners": "Huis Linde\nDe Brug"}


# --- who may

PAGES = {
    # Route -> person -> (GET, POST without anything).
    "collaboration": {"coordinator": (200, 405), "facilitator": (200, 405), "other": (404, 405)},
    "collaboration-edit": {"coordinator": (200, 422), "facilitator": (404, 404), "other": (404, 404)},
    "collaboration-erase": {"coordinator": (200, 422), "facilitator": (404, 404), "other": (404, 404)},
    "members": {"coordinator": (200, 404), "facilitator": (200, 404), "other": (404, 404)},
}


@pytest.mark.parametrize(("name", "who"), [(name, who) for name, people in PAGES.items() for who in people])
def test_pages_of_a_collaboration_by_person(request, collaboration, name, who):
    client, address = request.getfixturevalue(who), url(name, collaboration)

    assert (client.get(address).status_code, client.post(address).status_code) == PAGES[name][who]


@pytest.mark.parametrize("name", ["collaborations", "collaboration-new", *PAGES, "adopt"])
def test_a_stranger_is_sent_to_sign_in_and_back(client, collaboration, name):
    arguments = {"adopt": [make_reflection().token], "collaborations": [], "collaboration-new": []}
    address = reverse(name, args=arguments.get(name, [collaboration.pk]))

    for response in (client.get(address), client.post(address)):
        assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={address}")


# --- the list


def test_without_a_collaboration_the_list_says_what_to_do_first(other):
    Collaboration.objects.all().delete()
    page = other.get("/samenwerkingen/")

    assert rows(page) == []
    assert page_of(page).main.current() == ["Nu: Maak een samenwerking"]
    assert page_of(page).next_steps() == ["Maak een samenwerking"]
    assert page_of(page).link("Maak een samenwerking").address == reverse("collaboration-new")


def test_the_list_says_how_each_stands(coordinator, an, collaboration, guide):
    led = collaborations.create_collaboration(guide.user, name="Zorgzaam")
    Membership.objects.create(collaboration=led, user=an, role=Role.FACILITATOR)
    make_round(collaboration=collaboration, planned_on=date(2026, 3, 1))
    latest = make_round(Mode.NAMED, collaboration=collaboration, planned_on=date(2026, 11, 20))
    Session.objects.filter(pk=latest.pk).update(stage=Session.Stage.DISCUSSION)
    make_round(collaboration=led, planned_on=date(2026, 12, 1), closes_on=clock.today() - timedelta(days=1))

    assert rows(coordinator.get("/samenwerkingen/")) == [
        "Samen in Tienen Regio: Tienen In gesprek 20 november 2026 ieder voor zich, op naam"
        " · 1 eerdere sessie nog open",
        "Zorgzaam Je bent begeleider Sluitingsdag voorbij 1 december 2026 ieder voor zich, anoniem",
    ]


def test_the_list_can_be_searched_and_says_when_nothing_is_found(coordinator, an, collaboration):
    collaborations.create_collaboration(an, name="Iets anders", region="Gent")

    assert rows(coordinator.get("/samenwerkingen/?zoek=linde+samen")) == [
        "Samen in Tienen Regio: Tienen Er is nog geen sessie"
    ]
    nothing = coordinator.get("/samenwerkingen/?zoek=<b>")
    assert rows(nothing) == []
    assert "Geen samenwerking gevonden voor ‘&lt;b&gt;’." in text_of(nothing)


@pytest.mark.parametrize("zoek", ["a " * 3000, "\x00", "%", "_", "'", "é" * 500])
def test_a_search_for_odd_signs_is_a_search_like_any_other(coordinator, zoek):
    assert coordinator.get("/samenwerkingen/", {"zoek": zoek}).status_code == 200


def test_the_list_comes_in_pages_that_keep_the_search(coordinator, an, collaboration):
    for number in range(30):
        collaborations.create_collaboration(an, name=f"Team {number:02}")

    first, last = (coordinator.get("/samenwerkingen/", {"zoek": "team", "pagina": page}) for page in (1, "laatste"))
    second = coordinator.get("/samenwerkingen/?zoek=team&pagina=2")
    assert [row.split()[1] for row in rows(first)] == [f"{number:02}" for number in range(25)]
    assert "?zoek=team&pagina=2" in page_of(first).addresses()
    assert rows(last) == rows(first)
    assert [row.split()[1] for row in rows(second)] == [f"{number:02}" for number in range(25, 30)]
    assert "Pagina 2 van 2" in text_of(second)
    assert rows(coordinator.get("/samenwerkingen/?zoek=team&pagina=99")) == rows(second)


@pytest.mark.parametrize("number", [3, 60])
def test_the_list_takes_six_queries_however_long(coordinator, an, django_assert_num_queries, number):
    for place in range(number):
        made = collaborations.create_collaboration(an, name=f"Team {place}", partners=["Brug"])
        make_round(collaboration=made)

    # The browser's session, its user, how many there are, one page of them, how these stand, how many are put away.
    with django_assert_num_queries(6):
        coordinator.get("/samenwerkingen/")
    with django_assert_num_queries(6):
        coordinator.get("/samenwerkingen/?zoek=team+brug&pagina=2")


# --- making and changing


def test_making_one_leads_to_its_page(other):
    response = other.post(reverse("collaboration-new"), DETAILS)

    made = Collaboration.objects.get(name="Samen in Tienen")
    assert (response.status_code, response["Location"]) == (303, url("collaboration", made))
    assert (made.region, made.theme) == ("Tienen", "Ontslag")
    assert [partner.name for partner in made.partners.all()] == ["Huis Linde", "De Brug"]


def test_partners_are_read_one_a_line_and_merged(other):
    partners = "  Huis   Linde \r\n\r\n\r\nDe Brug\nhuis linde\n"
    other.post(reverse("collaboration-new"), {"name": "A", "partners": partners})

    assert [partner.name for partner in Collaboration.objects.get(name="A").partners.all()] == ["Huis Linde", "De Brug"]


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("name", " ", "Geef de samenwerking een naam."),
        ("name", "x" * 121, "Te lang: 121 tekens, en er passen er 120."),
        ("region", "x" * 61, "Te lang: 61 tekens, en er passen er 60."),
        ("theme", "x" * 61, "Te lang: 61 tekens, en er passen er 60."),
        ("partners", "De Brug\n" + "x" * 121, "Deze naam is te lang, er passen 120 tekens: xxx"),
        ("partners", "\n".join(f"Huis {number}" for number in range(61)), "Te veel regels: 61, en er passen er 60."),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_lost(
    coordinator, collaboration, field, text, message
):
    for address in (reverse("collaboration-new"), url("collaboration-edit", collaboration)):
        response = coordinator.post(address, {**DETAILS, "theme": "Blijft staan", field: text})

        page = page_of(response)
        assert response.status_code == 422
        assert page.at(f"error_1_id_{field}").words.startswith(message)
        assert message in page.named(field).description
        assert page.value(field).split() == text.split()
        assert field == "theme" or page.value("theme") == "Blijft staan"
    assert Collaboration.objects.get().name == "Samen in Tienen"


def test_changing_shows_what_is_kept_and_keeps_what_is_given(coordinator, collaboration):
    address = url("collaboration-edit", collaboration)
    assert page_of(coordinator.get(address)).value("partners") == "Huis Linde\nDe Brug"

    response = coordinator.post(address, {"name": "Nieuw", "partners": "Anker"})

    kept = Collaboration.objects.get()
    assert (response.status_code, response["Location"]) == (303, url("collaboration", collaboration))
    assert (kept.name, kept.region) == ("Nieuw", "")
    assert [partner.name for partner in kept.partners.all()] == ["Anker"]


# --- the page


def test_the_page_shows_sessions_newest_first(coordinator, collaboration):
    make_round(collaboration=collaboration, planned_on=date(2026, 3, 1), expected=None)
    new = make_round(collaboration=collaboration, planned_on=date(2026, 11, 20), expected=6)
    fill_in(new, {"goal-shared": "helping"})

    page = coordinator.get(url("collaboration", collaboration))

    assert rows(page) == [
        "20 november 2026 ieder voor zich, anoniem · 1 van de 6 begon Open",
        "1 maart 2026 ieder voor zich, anoniem · nog niemand begon Open",
    ]
    assert page_of(page).next_steps() == ["Naar de laatste sessie"]
    assert page_of(page).link("Naar de laatste sessie").address == reverse("session", args=[new.pk])
    assert url("session-new", collaboration) in page_of(page).addresses()


def test_a_facilitator_finds_the_sessions_and_opened_reports_and_nothing_to_change(facilitator, collaboration):
    running = make_round(collaboration=collaboration, planned_on=date(2026, 3, 1))
    opened = make_round(collaboration=collaboration, planned_on=date(2026, 4, 1))
    Session.objects.filter(pk=opened.pk).update(stage=Session.Stage.DISCUSSION)

    page = facilitator.get(url("collaboration", collaboration))

    assert rows(page) == [
        "1 april 2026 ieder voor zich, anoniem · te weinig mensen In gesprek Lees het verslag van 1 april 2026",
        "1 maart 2026 ieder voor zich, anoniem · nog niemand begon Open Het verslag is nog niet open",
    ]
    addresses = page_of(page).addresses()
    links = {address for address in addresses if re.match("/(sessies|samenwerkingen)/.", address)}
    sessions = {reverse("session", args=[session.pk]) for session in (running, opened)}
    about = {url("members", collaboration), url("collaboration-signals", collaboration)}
    assert links == {*about, reverse("session-report", args=[opened.pk]), *sessions}


@pytest.mark.parametrize("stage", Session.Stage)
def test_the_one_next_thing_is_the_latest_session_until_it_is_concluded(coordinator, collaboration, stage):
    latest = make_round(collaboration=collaboration, planned_on=date(2026, 4, 1))
    Session.objects.filter(pk=latest.pk).update(stage=stage)

    page = page_of(coordinator.get(url("collaboration", collaboration)))

    concluded = stage == Session.Stage.CONCLUDED
    expected = url("session-new", collaboration) if concluded else reverse("session", args=[latest.pk])
    assert [page.link(name).address for name in page.next_steps()] == [expected]


@pytest.mark.parametrize("prepares", [True, False])
def test_before_opening_a_report_is_the_facilitators_only_where_that_was_said(
    coordinator, facilitator, collaboration, prepares
):
    session = make_round(collaboration=collaboration, facilitator_prepares=prepares)
    Session.objects.filter(pk=session.pk).update(stage=Session.Stage.CLOSED)
    link = reverse("session-report", args=[session.pk])

    assert (link in facilitator.get(url("collaboration", collaboration)).content.decode()) is prepares
    assert link not in coordinator.get(url("collaboration", collaboration)).content.decode()


@pytest.mark.parametrize("number", [3, 60])
def test_the_page_takes_six_queries_however_many_sessions(
    coordinator, collaboration, django_assert_num_queries, number
):
    for _ in range(number):
        make_round(Mode.TOGETHER, collaboration=collaboration, expected=None)

    # The browser's session, its user, the role with the collaboration, its partners, its sessions, what is to be done.
    with django_assert_num_queries(6):
        coordinator.get(url("collaboration", collaboration))


# --- erasing


def test_erasing_asks_for_the_name(coordinator, collaboration):
    make_round(collaboration=collaboration)
    address = url("collaboration-erase", collaboration)
    assert "Ook de sessie gaat weg" in text_of(coordinator.get(address))

    wrong = coordinator.post(address, {"typed": "Samen in Leuven"})
    assert wrong.status_code == 422
    assert "Dit is niet dezelfde naam. Er is nog niets gewist." in text_of(wrong)
    assert 'value="Samen in Leuven"' in wrong.content.decode()
    assert Collaboration.objects.count() == 1

    right = coordinator.post(address, {"typed": " samen in  tienen"}, follow=True)
    assert right.redirect_chain == [("/samenwerkingen/", 303)]
    assert "De samenwerking is gewist" in text_of(right)
    assert (Collaboration.objects.count(), Session.objects.count()) == (0, 0)


# --- the admin


def test_the_admin_sees_roles_and_no_sessions(collaboration, guide):
    make_round(collaboration=collaboration, paper_by="Fien")
    client = browser(make_account("beheer@example.org", is_staff=True, is_superuser=True))

    assert "Samen in Tienen" in text_of(client.get("/beheer/reflectie/collaboration/"))
    page = text_of(client.get(f"/beheer/reflectie/collaboration/{collaboration.pk}/change/"))
    assert "an@example.org" in page
    assert "begeleider" in page
    assert "ieder voor zich" not in page
    assert client.get("/beheer/reflectie/session/").status_code == 404
    assert client.post(f"/beheer/reflectie/collaboration/{collaboration.pk}/delete/").status_code == 403
