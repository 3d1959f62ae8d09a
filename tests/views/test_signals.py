"""The pages of signals: read by everybody with an account, switched on by coordinators; and quotes they release."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import Mode
from reflectie.models import Answer, Collaboration, Membership, Role, Session
from reflectie.pdf import documents
from reflectie.services.report import outcomes
from reflectie.services.sessions import rounds
from tests.helpers.factories import browser, collaboration_url, make_account, make_round, text_of
from tests.helpers.page import page_of
from tests.helpers.rounds import make_collaboration, open_round, signed_in
from tests.helpers.signalled import CLEAR, HINDERED, KEY, NOTED, TODAY, held, several, taking_part

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch):
    for place in ("services.signals", "views.signals"):
        monkeypatch.setattr(f"reflectie.{place}.today", lambda: TODAY)


@pytest.fixture
def reader(content) -> Client:
    """Somebody with an account and no role in any of them."""
    return browser(make_account("lien@example.org"))


def page(client: Client, name: str = "signals", query: str = "") -> str:
    response = client.get(f"{reverse(name)}?{query}")
    assert response.status_code == 200
    return text_of(response)


def years(client: Client, query: str = "") -> dict[str, list[str]]:
    """What the list of all items says of this year and the year before, by item."""
    _head, *rows = page_of(client.get(f"{reverse('signals')}?{query}")).rows()
    return {name: values for name, *values in rows}


# --- What is read


def test_signals_begin_with_a_sentence(reader):
    several(4)
    held(taking_part(), CLEAR)
    text = page(reader)
    line = "Bij 4 daarvan zien mensen ‘Financiële remmende factoren’ als een structurele hinderpaal."
    assert f"In 2026 telden tot nu 5 samenwerkingen mee. {line}" in text
    assert "Stand tot en met 30 september 2026." in text
    assert "4 van de 5 samenwerkingen" in text
    assert "Een signaal sinds 2026" in text
    assert years(reader)["Financiële remmende factoren"] == ["4 van 5", "geen cijfer"]
    assert "Wie kan dit aanpakken? Overheid of financier" in text
    assert "UCLL, Principe 10" in text


@pytest.mark.parametrize("many", [0, 1, 2])
def test_too_few_look_like_nobody(reader, many):
    several(many)
    text = page(reader)
    assert "Er doen nog te weinig samenwerkingen mee." in text
    assert "telden" not in text
    assert reader.get(reverse("signals-pdf")).status_code == 404


def test_year_and_label_are_chosen_in_the_address(reader):
    for collaboration in [*several(3, region="Oost"), *several(3, CLEAR, region="West")]:
        held(collaboration, HINDERED, date(2025, 5, 1))
    assert "In 2025 telden 6 samenwerkingen mee. Bij 6 daarvan" in page(reader, query="jaar=2025")
    assert "telden tot nu 3 samenwerkingen mee in Oost. Bij 3 daarvan" in page(reader, query="jaar=2026&label=%20OOST")
    west = page(reader, query="jaar=2026&label=west")
    assert "in West. Geen enkele hinderpaal kwam bij 3 of meer terug." in west
    assert years(reader, query="jaar=2026")["Financiële remmende factoren"] == ["3 van 6", "6 van 6"]
    for query in ("jaar=2024", "jaar=2026&label=zuid"):
        text = page(reader, query=query)
        assert "Hiervoor telden minder dan 3 samenwerkingen mee." in text
        assert reader.get(f"{reverse('signals-pdf')}?{query}").status_code == 404


@pytest.mark.parametrize("year", ["nu", "²025", "20256", "-001"])
def test_what_is_no_year_is_not_there(reader, year):
    assert reader.get(reverse("signals"), {"jaar": year}).status_code == 404


def test_label_of_fewer_than_three_is_not_offered(reader):
    several(4, region="Oost")
    several(3, region="West")
    held(taking_part(region="Zuid"), CLEAR)
    held(taking_part(region="Noord"), CLEAR)
    text = page(reader)
    assert ("Oost" in text, "Zuid" in text, "Noord" in text) == (True, False, False)


def test_nothing_on_the_page_names_a_collaboration_or_a_day(reader):
    several(3, NOTED)
    Answer.objects.exclude(note="").update(released=True)
    text = page(reader)
    assert "Geen geld." in text
    assert ("Samenwerking 0" in text, "1 mei 2026" in text) == (False, False)


def test_quote_is_not_shown_beside_a_label(reader):
    several(3, NOTED, region="Oost")
    several(3, HINDERED, region="West")
    Answer.objects.exclude(note="").update(released=True)
    assert "Geen geld." in page(reader)
    assert "Geen geld." not in page(reader, query="label=oost")


def test_invented_example_says_so_until_a_real_one_takes_part(reader):
    several(3, invented=True)
    assert "Verzonnen voorbeeld" in page(reader)
    assert b"Verzonnen" in pdf_page(reader)
    several(3)
    assert "Verzonnen voorbeeld" not in page(reader)
    assert b"Verzonnen" not in pdf_page(reader)


def pdf_page(client: Client, made: list[bytes] | None = None) -> bytes:
    """What the PDF is made from."""
    found: list[bytes] = made if made is not None else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            documents.UncachedPdf, "make", lambda self: found.append(self.xhtml.encode()) or self.xhtml.encode()
        )
        response = client.get(reverse("signals-pdf"))
    assert response.status_code == 200
    return response.content


def test_pdf_is_revalidated_and_not_kept(reader):
    several(3)
    first = reader.get(reverse("signals-pdf"))
    assert first.content.startswith(b"%PDF-")
    assert first["Content-Disposition"] == 'attachment; filename="signaal-2026.pdf"'
    assert first["Cache-Control"] == "private, no-cache"
    again = reader.get(reverse("signals-pdf"), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    held(taking_part(), CLEAR)
    assert reader.get(reverse("signals-pdf"), headers={"if-none-match": first["ETag"]}).status_code == 200


def test_pdf_waits_its_turn(reader, monkeypatch):
    def busy(_self: documents.UncachedPdf) -> bytes:
        raise documents.BusyError

    several(3)
    monkeypatch.setattr(documents.UncachedPdf, "make", busy)
    assert reader.get(reverse("signals-pdf")).status_code == 503


@pytest.mark.parametrize("name", ["signals", "signals-pdf"])
def test_signals_ask_for_an_account(client, name):
    response = client.get(reverse(name))
    assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("many", [3, 60])
def test_page_takes_as_many_queries_at_many_collaborations(reader, many, django_assert_num_queries):
    several(many, NOTED)
    Answer.objects.exclude(note="").update(released=True)
    page(reader)
    # Who is signed in (2), what is published (3), and the checklist in whose words.
    with django_assert_num_queries(6):
        page(reader)


# --- Who takes part


@pytest.fixture
def chosen(coordinator, collaboration) -> str:
    return collaboration_url("collaboration-signals", collaboration)


def is_on(collaboration: Collaboration) -> date | None:
    return Collaboration.objects.get(pk=collaboration.pk).signals_from


def test_coordinator_switches_on_and_off(coordinator, collaboration, chosen):
    assert is_on(collaboration) is None
    assert "Deze samenwerking doet niet mee." in text_of(coordinator.get(chosen))
    response = coordinator.post(chosen, {"meedoen": "ja"})
    assert (response.status_code, response["Location"], is_on(collaboration)) == (303, chosen, TODAY)
    text = text_of(coordinator.get(chosen))
    assert "Deze samenwerking doet mee. Ze telt vanaf 1 januari 2027." in text
    coordinator.post(chosen, {"meedoen": "nee"})
    assert is_on(collaboration) is None


def test_nothing_but_yes_switches_on(coordinator, collaboration, chosen):
    coordinator.get(f"{chosen}?meedoen=ja")
    coordinator.post(chosen, {})
    assert is_on(collaboration) is None


def test_page_says_what_leaves_and_who_sees_it(coordinator, collaboration, chosen):
    text = text_of(coordinator.get(chosen))
    for told in (
        "Jullie regio ‘Tienen’",
        "Iedereen met een account op deze site, en iedereen die de pdf krijgt.",
        "Uitzetten kan altijd en werkt meteen, voor alle jaren.",
        "De naam van jullie samenwerking",
        "dan weet iedereen dat ook van jullie.",
    ):
        assert told in text


@pytest.mark.parametrize(("region", "from_then"), [("TIENEN", False), ("Leuven", True)])
def test_another_label_counts_from_the_next_quarter_and_is_told_so(
    coordinator, collaboration, chosen, monkeypatch, region, from_then
):
    monkeypatch.setattr("reflectie.services.collaborations.collaborations.today", lambda: TODAY)
    Collaboration.objects.filter(pk=collaboration.pk).update(signals_from=date(2026, 1, 5))
    url = collaboration_url("collaboration-edit", collaboration)
    response = coordinator.post(url, {"name": "Samen", "region": region}, follow=True)
    told = "In signalen telt deze samenwerking weer mee vanaf 1 januari 2027." in text_of(response)
    assert (response.status_code, told, is_on(collaboration) == TODAY) == (200, from_then, from_then)


def test_facilitator_reads_and_does_not_choose(facilitator, collaboration, chosen):
    response = facilitator.get(chosen)
    assert (response.status_code, b'name="meedoen"' in response.content) == (200, False)
    assert facilitator.post(chosen, {"meedoen": "ja"}).status_code == 404
    assert is_on(collaboration) is None


def test_others_find_nothing_there(other, chosen):
    assert (other.get(chosen).status_code, other.post(chosen, {"meedoen": "ja"}).status_code) == (404, 404)


def test_collaboration_links_to_its_choice(coordinator, collaboration, chosen):
    assert chosen in coordinator.get(collaboration_url("collaboration", collaboration)).content.decode()
    assert reverse("signals") in coordinator.get(reverse("collaborations")).content.decode()


# --- What is told beforehand


TOLD = "Daar staat nooit bij om wie het gaat."


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED, Mode.TOGETHER])
@pytest.mark.parametrize("told", [True, False])
def test_participants_read_of_signals_where_they_may_be(client, mode, told):
    session = make_round(mode)
    Session.objects.filter(pk=session.pk).update(told_of_signals=told)
    text = text_of(client.get(reverse("join", args=[session.join_token])))
    assert (TOLD in text) is told


# --- Quotes


@pytest.fixture
def session(content) -> Session:
    return held(taking_part(), NOTED)


def quotes_url(session: Session) -> str:
    return reverse("quotes", args=[session.pk])


def release(client: Client, session: Session, value: str = "ja", text: str = "Geen geld."):
    data = {"veld": f"{KEY}-note", "merk": outcomes.text_digest(text), "vrijgeven": value}
    return client.post(quotes_url(session), data)


def test_coordinator_releases_a_note_and_takes_it_back(session):
    client = signed_in("els", session.collaboration)
    assert "Er is nog niets vrijgegeven." in text_of(client.get(quotes_url(session)))
    response = release(client, session)
    assert response["Location"] == f"{quotes_url(session)}#notitie-{outcomes.text_digest('Geen geld.')}"
    text = text_of(client.get(quotes_url(session)))
    assert ("1 notitie is vrijgegeven." in text, "Neem terug" in text) == (True, True)
    release(client, session, "nee")
    assert not Answer.objects.filter(released=True).exists()


def test_note_that_is_gone_is_not_released(session):
    client = signed_in("els", session.collaboration)
    response = client.post(quotes_url(session), {"veld": "x", "merk": "#weg", "vrijgeven": "ja"}, follow=True)
    assert response.redirect_chain == [(quotes_url(session), 303)]
    assert "Die notitie staat niet meer in het verslag." in text_of(response)


def test_names_of_a_round_by_name_are_never_there(content):
    sheets = [{**NOTED[0], "participant": "Joke Janssens"}, {**HINDERED[0], "participant": "An"}]
    session = held(taking_part(), sheets, mode=Mode.NAMED)
    client = signed_in("els", session.collaboration)
    assert "Joke Janssens" in text_of(client.get(reverse("session-report", args=[session.pk])))
    text = text_of(client.get(quotes_url(session)))
    assert ("Geen geld." in text, "Joke Janssens" in text) == (True, False)


def test_only_a_coordinator_releases(session, other):
    facilitator = signed_in("bert", session.collaboration, Role.FACILITATOR)
    for client in (facilitator, other):
        assert client.get(quotes_url(session)).status_code == 404
        assert release(client, session).status_code == 404
    assert not Answer.objects.filter(released=True).exists()


@pytest.mark.parametrize("change", [{"stage": "open"}, {"stage": "closed"}, {"told_of_signals": False}])
def test_there_is_nothing_to_release_before_or_where_nobody_was_told(session, change):
    client = signed_in("els", session.collaboration)
    assert quotes_url(session) in client.get(reverse("session", args=[session.pk])).content.decode()
    Session.objects.filter(pk=session.pk).update(**change)
    assert client.get(quotes_url(session)).status_code == 404
    assert release(client, session).status_code == 404
    assert quotes_url(session) not in client.get(reverse("session", args=[session.pk])).content.decode()


def test_notes_of_a_round_with_too_few_answers_are_not_there(content):
    collaboration = make_collaboration()
    session = rounds.open_report(rounds.close_round(open_round(collaboration, NOTED[:2]), without_results=True))
    client = signed_in("els", collaboration)
    assert "In deze sessie staan geen notities." in text_of(client.get(quotes_url(session)))
    assert Membership.objects.filter(collaboration=collaboration).count() == 1
