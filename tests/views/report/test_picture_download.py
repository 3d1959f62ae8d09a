"""A picture by itself: who may have it, when, and that it opens anywhere."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reflectie.models import Role
from reflectie.presentation.pictures.report import PICTURES
from reflectie.services import tokens
from reflectie.services.report import reports
from tests.helpers.rounds import closed_round, discussed_round, make_collaboration, open_round, signed_in

pytestmark = pytest.mark.django_db

HOSTILE = """<script>alert(1)</script>]]>&onbekend;"'/><!-- {{ x }}"""
HOUSES = (HOSTILE, "Wijk")
SVG = "{http://www.w3.org/2000/svg}"


def sheets(number):
    return [
        {
            "goal-shared": "helping" if place % 3 else "hindering",
            "context-political": "hindering",
            "goal-sentence": "Een geheime zin",
            "organisation": HOUSES[place % 2],
            "help-range": ("c", "k"),
            "intensity-needed": "act",
            "intensity-current": ("meetings",),
            "ips-meaning": "quality",
        }
        for place in range(number)
    ]


@pytest.fixture
def collaboration(content):
    return make_collaboration(HOUSES)


@pytest.fixture
def coordinator(collaboration):
    return signed_in("coordinator", collaboration)


@pytest.fixture
def session(collaboration):
    return discussed_round(collaboration, sheets(8), groups=HOUSES)


def by_session(session, name="draaikolk"):
    return reverse("session-picture", args=[session.pk, name])


def by_link(session, name="draaikolk"):
    return reverse("picture", args=[tokens.read_token(session.join_token), name])


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "niveaus"])
def test_picture_is_a_whole_file_with_all_it_needs(coordinator, client, session, name):
    for response in (coordinator.get(by_session(session, name)), client.get(by_link(session, name))):
        assert response.status_code == 200
        assert response["Content-Type"] == "image/svg+xml"
        assert response["Content-Disposition"] == f'attachment; filename="{name}-2026-11-19.svg"'
        text = response.content.decode()
        assert text.startswith("<?xml ")
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert {element.tag for element in root.iter()} <= {
            f"{SVG}{tag}" for tag in ("svg", "title", "rect", "g", "path", "text", "circle")
        }
        assert float(root.get("width")) > float(root.get("height")) / 2 > 100
        # Painted without a stylesheet.
        assert [
            e for e in root.iter() if e.tag in {f"{SVG}path", f"{SVG}text", f"{SVG}circle"} and not e.get("fill")
        ] == []
        words = [element.text for element in root.iter(f"{SVG}text")]
        assert "19 november 2026 · 8 antwoorden" in words
        assert len(root.findtext(f"{SVG}title")) > 20
        assert [word for word in ("style=", "href", "Een geheime zin", "Samen in Tienen") if word in text] == []


def test_picture_has_its_legend_with_names_as_they_were_typed(coordinator, session):
    root = ElementTree.fromstring(coordinator.get(by_session(session, "perspectieven")).content)
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert words.count("Wijk") == 1
    assert "".join(HOSTILE.split()) in "".join("".join(words).split())


def test_picture_is_for_members_and_for_who_has_the_link(coordinator, client, collaboration, session):
    facilitator, stranger = signed_in("facilitator", collaboration, Role.FACILITATOR), signed_in("stranger")
    assert coordinator.get(by_session(session)).status_code == 200
    assert facilitator.get(by_session(session)).status_code == 200
    assert stranger.get(by_session(session)).status_code == 404
    assert client.get(by_session(session)).status_code == 302
    assert stranger.get(by_link(session)).status_code == 200
    assert client.get(reverse("picture", args=["x" * 22, "draaikolk"])).status_code == 404


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_nobodys_before_the_report_is_opened(coordinator, client, collaboration, name):
    running = open_round(collaboration, sheets(8), groups=HOUSES)
    assert coordinator.get(by_session(running, name)).status_code == 404
    assert client.get(by_link(running, name)).status_code == 404
    closed = closed_round(collaboration, sheets(8), groups=HOUSES)
    assert client.get(by_link(closed, name)).status_code == 404


def test_picture_that_the_report_has_not_got_is_absent(coordinator, collaboration, session):
    # The groups are partners, not levels.
    assert coordinator.get(by_session(session, "niveaus")).status_code == 404
    assert coordinator.get(by_session(session, "iets-anders")).status_code == 404
    few = discussed_round(collaboration, sheets(2))
    assert [name for name in PICTURES if coordinator.get(by_session(few, name)).status_code != 404] == []


def test_picture_is_kept_by_the_browser_until_the_report_changes(coordinator, session):
    first = coordinator.get(by_session(session))
    assert first["Cache-Control"] == "private, no-cache"
    assert first["ETag"] != coordinator.get(by_session(session, "spreiding"))["ETag"]
    again = coordinator.get(by_session(session), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_page_leads_to_each_picture_it_has_and_the_pdf_to_none(coordinator, client, session):
    page = coordinator.get(reverse("session-report", args=[session.pk])).content.decode()
    shared = client.get(reverse("report", args=[tokens.read_token(session.join_token)])).content.decode()
    found = {name: (page.count(by_session(session, name)), shared.count(by_link(session, name))) for name in PICTURES}
    assert found == {name: (0, 0) if name == "niveaus" else (1, 1) for name in PICTURES}
    assert page.count('<span class="visually-hidden">: Hoe elke organisatie het ziet</span>') == 1
    assert "beeld/" not in render_to_string("reflectie/report/pdf.html", {"report": reports.load_report(session)})


def test_page_of_groups_too_small_says_why_and_draws_none(coordinator, collaboration):
    places = ("Huis",) * 4 + ("Wijk",) * 2 + ("Zorg",) * 2
    values = [{"goal-shared": "helping", "organisation": house} for house in places]
    session = discussed_round(collaboration, values, groups=("Huis", "Wijk", "Zorg"))
    page = coordinator.get(reverse("session-report", args=[session.pk])).content.decode()
    assert "Niet apart getoond:" in page
    assert 'id="perspectieven"' not in page
    assert coordinator.get(by_session(session, "perspectieven")).status_code == 404


def test_picture_asks_the_database_as_much_as_the_page(coordinator, client, session):
    pages = (coordinator, reverse("session-report", args=[session.pk]), by_session(session, "perspectieven"))
    shared = (
        client,
        reverse("report", args=[tokens.read_token(session.join_token)]),
        by_link(session, "perspectieven"),
    )
    for browser, page, picture in (pages, shared):
        # The checklist is read once in a process.
        browser.get(page)
        asked = []
        for url in (page, picture):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            asked.append(len(queries))
        assert asked[0] == asked[1] > 3
