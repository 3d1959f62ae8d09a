"""The report of a round on screen: for its members and for who has the link; and what it costs the database."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.models import Role
from reflectie.services import tokens
from reflectie.services.report import outcomes, reports
from reflectie.services.sessions import rounds
from tests.helpers.agreed import FIRST, changed, made
from tests.helpers.factories import CONCLUSION
from tests.helpers.page import page_of
from tests.helpers.rounds import DAY, discussed_round, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

HOUSES = ("Huis", "Wijk")


def sheets(number, **more):
    """Two of three call the goal not shared; who writes, and where from, differs."""
    return [
        {
            "goal-shared": "helping" if place % 3 == 2 else "hindering",
            "goal-shared-note": f"Notitie {place}",
            "goal-sentence": f"Zin {place}",
            "organisation": HOUSES[place % 2],
            "participant": f"Persoon {place}",
            **more,
        }
        for place in range(number)
    ]


def without_groups(number):
    return [{name: value for name, value in values.items() if name != "organisation"} for values in sheets(number)]


@pytest.fixture
def collaboration(content):
    return make_collaboration(HOUSES)


@pytest.fixture
def coordinator(collaboration):
    return signed_in("coordinator", collaboration)


@pytest.fixture
def session(collaboration):
    return discussed_round(collaboration, sheets(9), groups=HOUSES, expected=12)


def report_url(session):
    return reverse("session-report", args=[session.pk])


def pdf_url(session):
    return reverse("session-pdf", args=[session.pk])


def link_url(session):
    return reverse("report", args=[tokens.read_token(session.join_token)])


def seen(response):
    """The page's words, as a reader has them."""
    return page_of(response).words


def test_members_read_the_round_as_whoever_has_the_link_does(coordinator, client, session):
    for response in (coordinator.get(report_url(session)), client.get(link_url(session))):
        text = seen(response)
        assert response.status_code == 200
        for words in (
            "Datum 19 november 2026",
            "ieder voor zich, anoniem",
            "Antwoorden 9 van de 12 mensen",
            "Huis: 5 (3 verwacht); Wijk: 4 (3 verwacht)",
            "9 van de 12 mensen antwoordden · 19 november 2026",
            "Zo zien jullie het: × 1 hinderpaal",
            "3 van 9 zien het anders.",
            "6 Niet gedeeld door alle partners + 3 Gedeeld door alle partners",
            "Waar jullie het meest verschillen",
            "Bedoelen we hetzelfde?",
        ):
            assert words in text
        assert [text.count(f"Notitie {place} ") for place in range(9)] == [1] * 9
        assert "Persoon 0" not in text


def test_members_find_the_way_to_the_talk_and_others_do_not(coordinator, client, session):
    assert "Leg de uitkomst vast" in seen(coordinator.get(report_url(session)))
    assert "Leg de uitkomst vast" not in seen(client.get(link_url(session)))
    assert coordinator.get(report_url(session))["ETag"] != client.get(link_url(session))["ETag"]


def test_report_is_another_to_a_cache_for_each_role_and_stage(coordinator, collaboration, session):
    facilitator = signed_in("facilitator", collaboration, Role.FACILITATOR)
    etags = {coordinator.get(report_url(session))["ETag"], facilitator.get(report_url(session))["ETag"]}
    again = coordinator.get(
        report_url(session), headers={"If-None-Match": coordinator.get(report_url(session))["ETag"]}
    )
    rounds.conclude(session, CONCLUSION)
    etags |= {coordinator.get(report_url(session))["ETag"], facilitator.get(report_url(session))["ETag"]}
    assert (len(etags), again.status_code) == (4, 304)
    assert "private" in again["Cache-Control"]


def test_report_by_its_link_is_another_to_a_cache_once_somebody_signs_in(coordinator, client, session):
    assert "Aanmelden" in seen(client.get(link_url(session)))
    assert "Aanmelden" not in seen(coordinator.get(link_url(session)))
    assert coordinator.get(link_url(session))["ETag"] != client.get(link_url(session))["ETag"]


def test_report_changes_for_everybody_once_an_outcome_is_recorded(coordinator, client, session):
    before = client.get(link_url(session))
    outcomes.record_outcome(session, "goal-shared", Outcome(Choice.HELPING, "We lazen samen.", "Huis niet"), "0")
    after = client.get(link_url(session), headers={"If-None-Match": before["ETag"]})
    text = seen(after)
    assert after.status_code == 200
    assert "Uit het gesprek Gedeeld door alle partners We lazen samen. Wat een minderheid vindt Huis niet" in text
    assert "Uit de antwoorden × Structurele hinderpaal Het gesprek kwam anders uit dan de antwoorden." in text


def test_outcome_page_has_the_groups_of_the_item_that_is_talked_about(coordinator, session):
    text = seen(coordinator.get(reverse("outcome", args=[session.pk, "goal-shared"])))
    assert "Huis: ± Verdeeld beeld 3 hinderend, 2 helpend Wijk: × Structurele hinderpaal 3 hinderend, 1 helpend" in text


def test_outcome_page_withholds_small_groups_without_a_number(coordinator, collaboration):
    answers = [given | {"organisation": HOUSES[place > 4]} for place, given in enumerate(sheets(7))]
    session = discussed_round(collaboration, answers, groups=HOUSES)
    text = seen(coordinator.get(reverse("outcome", args=[session.pk, "goal-shared"])))
    assert "Verdeeld beeld" not in text
    assert [house for house in HOUSES if f"{house}:" in text] == []


def test_report_by_name_says_who_said_what(coordinator, collaboration):
    session = discussed_round(collaboration, sheets(4), Mode.NAMED)
    text = seen(coordinator.get(report_url(session)))
    assert "3 Niet gedeeld door alle partners: Persoon 0, Persoon 1, Persoon 3" in text
    assert "Persoon 2 Notitie 2" in text
    assert "Persoon 2 Zin 2" in text


def test_report_of_too_few_says_so_and_invites_to_talk(coordinator, client, collaboration):
    session = discussed_round(collaboration, sheets(2))
    for response in (coordinator.get(report_url(session)), client.get(link_url(session))):
        text = seen(response)
        assert "Te weinig antwoorden voor een resultaat" in text
        assert "Antwoorden te weinig mensen" in text
        assert "Waar jullie het meest verschillen" not in text
        assert [word for word in ("Notitie", "Zin 0", "hinderpaal") if word in text] == []
    assert "Leg de uitkomst vast" in seen(coordinator.get(report_url(session)))


def test_report_where_all_agree_asks_for_an_example(coordinator, collaboration):
    session = discussed_round(collaboration, [{"goal-shared": "helping"}] * 3)
    assert "Wie iets koos, koos hetzelfde." in seen(coordinator.get(report_url(session)))


def test_pdf_of_a_session_has_a_name_without_people(coordinator, session):
    response = coordinator.get(pdf_url(session))
    assert response["Content-Type"] == "application/pdf"
    name = f"reflectiesessie-samenwerking-{DAY:%Y-%m-%d}.pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert "Notitie 0" in text
    assert "Leg de uitkomst vast" not in text


def test_pdf_forgets_a_text_that_was_taken_out(coordinator, session):
    coordinator.get(pdf_url(session))
    outcomes.remove_text(session, "goal-shared-note", outcomes.text_digest("Notitie 0"))
    content = coordinator.get(pdf_url(session)).content
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    assert "Notitie 0" not in text
    assert "1 notitie is verwijderd door de coördinator." in text


@pytest.mark.parametrize("number", [3, 200])
def test_queries_are_as_many_at_three_answers_as_at_two_hundred(
    coordinator, client, collaboration, django_assert_num_queries, monkeypatch, number
):
    session = discussed_round(collaboration, without_groups(number))
    # Drawing is measured elsewhere; here it is what the database is asked.
    monkeypatch.setattr("reflectie.pdf.documents.pdf_worker.make", lambda xhtml: b"%PDF")
    for url in (report_url(session), pdf_url(session)):
        coordinator.get(url)

    with django_assert_num_queries(9):
        reports.load_report(session)
    with django_assert_num_queries(12):
        assert coordinator.get(report_url(session)).status_code == 200
    with django_assert_num_queries(13):
        assert coordinator.get(pdf_url(session)).content == b"%PDF"
    with django_assert_num_queries(10):
        assert client.get(link_url(session)).status_code == 200


def test_no_browser_translates_the_names_of_people_and_partners(collaboration):
    """Of who answered what, who wrote it, who does what was agreed, and which partners there are."""
    session = discussed_round(collaboration, sheets(4), Mode.NAMED, groups=HOUSES)
    made(session, changed(FIRST, who="Persoon Joke"))
    page = signed_in("els", collaboration).get(report_url(session)).content.decode()
    shown = re.sub(r"<title>.*?</title>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    people = re.findall(r"(<[^<>]*>|[^<>])(Persoon \w+)", shown)
    assert {name for _before, name in people} == {*(f"Persoon {place}" for place in range(4)), "Persoon Joke"}
    assert {before for before, _name in people} == {'<bdi translate="no">'}
    facts = re.search(r'<p class="report-facts">.*?</p>', page, re.DOTALL)[0]
    assert facts.count('<bdi translate="no">Huis</bdi>') == facts.count("Huis") == 2
