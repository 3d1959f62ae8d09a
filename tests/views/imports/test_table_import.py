"""The pages on which paper of earlier years is brought in: who may, when, what they say, and that nothing is kept
before it is confirmed, or said of it anywhere else."""

import io
import re
import time
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.forms.imports.answer_file import MAX_BYTES
from reflectie.forms.imports.table_import import as_json
from reflectie.forms.questionnaire.paper import TOKEN_SECONDS
from reflectie.models import Response, Session
from reflectie.services import tokens
from reflectie.services.clock import today
from reflectie.services.imports import table_import
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.sheets import load_sheets
from reflectie.services.sessions import paper, rounds
from reflectie.views.imports import table_import as bringing
from tests.helpers.entered import XLSX, filled, grid, workbook_of
from tests.helpers.factories import fill_in, make_account, make_round, text_of
from tests.helpers.rounds import erased_before

pytestmark = pytest.mark.django_db
THEN = date(2023, 5, 11)
TABLE = "2 Gedeeld doel;Notitie bij 2;Organisatie\r\n1;Ieder zijn waarheid;De Brug\r\n2;;\r\n1;;Huis Linde\r\n"
GROUPS = (("Huis Linde", 0), ("De Brug", 0))
PLAN = {"planned_on": "2023-05-11", "mode": "anonymous", "grouping": "none"}


@pytest.fixture
def earlier(collaboration) -> Session:
    plan = {"grouping": Grouping.PARTNER, "groups": GROUPS, "questions": ("first",), "expected": None}
    return make_round(collaboration=collaboration, planned_on=THEN, earlier=True, **plan)


def url(session: Session, name: str = "import") -> str:
    return reverse(name, args=[session.pk])


def upload(client: Client, session: Session, content: str | bytes):
    """What somebody chose: a file, or one with these rows."""
    content = workbook_of(grid(content)) if isinstance(content, str) else content
    return client.post(url(session), {"file": SimpleUploadedFile("Joke en Piet.xlsx", content)})


def confirm(client: Client, session: Session, page):
    form = page.context["confirm"]
    return client.post(url(session), {name: form[name].value() for name in ("rows", "token")})


def kept(session: Session) -> list[dict]:
    responses = list(session.responses.all())
    sheets = load_sheets(responses) if responses else []
    return sorted((dict(sorted(sheet.values.items())) for sheet in sheets), key=str)


# --- a session of then


def make(client: Client, collaboration, **values):
    return client.post(reverse("session-earlier", args=[collaboration.pk]), PLAN | values)


def test_a_session_of_then_is_made_and_leads_to_its_table(coordinator, collaboration, mailoutbox):
    response = make(
        coordinator, collaboration, grouping="partner", partners="De Brug\nHuis Linde\n", questions=["first"]
    )
    session = collaboration.sessions.get()
    assert (response.status_code, response["Location"]) == (303, url(session))
    assert plans.plan_of(session) == plans.Plan(
        THEN, Mode.ANONYMOUS, ("first",), Grouping.PARTNER, (("De Brug", 0), ("Huis Linde", 0)), earlier=True
    )
    assert (session.code, mailoutbox) == (None, [])


def test_sending_the_form_twice_makes_one_session(coordinator, collaboration):
    key = coordinator.get(reverse("session-earlier", args=[collaboration.pk])).context["form"]["key"].value()
    for _ in range(2):
        make(coordinator, collaboration, key=str(key))
    assert collaboration.sessions.count() == 1


@pytest.mark.parametrize(
    ("values", "field", "error"),
    [
        ({"planned_on": ""}, "planned_on", "Kies een dag."),
        ({"planned_on": str(today())}, "planned_on", "Deze dag is nog niet voorbij. Kies een dag voor vandaag."),
        ({"planned_on": "1923-05-11"}, "planned_on", "Dit is meer dan 30 jaar geleden. Klopt het jaar?"),
        ({"mode": ""}, "mode", "Kies hoe jullie invulden."),
        ({"mode": "alone"}, "mode", "Kies een van de mogelijkheden."),
        (
            {"grouping": "partner", "partners": "De Brug\nde brug"},
            "partners",
            "Noem minstens twee partners, of vergelijk geen groepen.",
        ),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(coordinator, collaboration, values, field, error):
    response = make(coordinator, collaboration, **({"partners": "Nog\nvan toen"} | values))
    assert (response.status_code, response.context["form"].errors) == (422, {field: [error]})
    assert ({"partners": "Nog\nvan toen"} | values)["partners"].split("\n")[0] in response.content.decode()
    assert not Session.objects.exists()


def test_together_asks_for_no_groups(coordinator, collaboration):
    make(coordinator, collaboration, mode="together", grouping="partner", partners="")
    assert plans.plan_of(collaboration.sessions.get()).groups == ()


# --- who, and when


@pytest.mark.parametrize("name", ["import", "import-template"])
def test_only_a_coordinator_brings_in(coordinator, facilitator, other, earlier, name):
    found = [client.get(url(earlier, name)).status_code for client in (coordinator, facilitator, other, Client())]
    assert found == [200, 404, 404, 302]
    assert upload(facilitator, earlier, TABLE).status_code == 404


def test_only_a_coordinator_makes_a_session_of_then(facilitator, other, collaboration):
    assert [make(client, collaboration).status_code for client in (facilitator, other)] == [404, 404]
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("paper_by", "mode", "status"), [("Els", "named", 200), ("", "named", 404), ("", "together", 404)]
)
def test_a_round_of_today_takes_a_table_where_it_takes_paper(coordinator, collaboration, paper_by, mode, status):
    session = make_round(Mode(mode), collaboration=collaboration, paper_by=paper_by)
    assert [coordinator.get(url(session, name)).status_code for name in ("import", "import-template")] == [status] * 2


def test_after_closing_nothing_is_brought_in(coordinator, earlier):
    page = upload(coordinator, earlier, TABLE)
    table_import.import_answers(earlier, tokens.new_token(), [Sheet({"goal-shared": "helping"})] * 3)
    rounds.close_round(earlier)
    for response in (
        confirm(coordinator, earlier, page),
        coordinator.get(url(earlier)),
        upload(coordinator, earlier, TABLE),
    ):
        assert (response.status_code, "Dit kan nu niet" in text_of(response)) == (409, True)
    assert len(kept(earlier)) == 3


@pytest.mark.parametrize(
    "name", ["session-edit", "session-link", "session-screen", "session-invite", "paper", "paper-form"]
)
def test_nobody_is_asked_to_take_part_in_a_session_of_then(coordinator, earlier, name):
    assert coordinator.get(url(earlier, name)).status_code == 404


def test_its_link_leads_to_no_sheet(coordinator, earlier):
    stranger = Client()
    link = reverse("join", args=[earlier.join_token])
    assert "Begin" not in text_of(stranger.get(link))
    stranger.post(link)
    assert stranger.get(reverse("join-fill", args=[earlier.join_token])).status_code == 303
    assert not earlier.responses.exists()


def test_the_pages_of_a_session_of_then_say_how_it_stands(coordinator, facilitator, collaboration, earlier):
    listed = text_of(coordinator.get(reverse("collaboration", args=[collaboration.pk])))
    assert "11 mei 2023 ieder voor zich, anoniem · nog geen formulier ingevoerd Wordt ingevoerd" in listed
    empty = text_of(coordinator.get(url(earlier, "session")))
    assert "Voer de formulieren van toen in" in empty
    assert "Alleen de link" not in empty
    table_import.import_answers(earlier, tokens.new_token(), [Sheet({"goal-shared": "helping"})] * 3)
    assert "3 formulieren zijn ingevoerd" in text_of(coordinator.get(url(earlier, "session")))
    assert "Sluit de ronde" not in text_of(facilitator.get(url(earlier, "session")))


# --- the template


def test_the_template_opens_in_a_spreadsheet_and_reads_back(coordinator, earlier):
    response = coordinator.get(url(earlier, "import-template"))
    assert response["Content-Type"] == XLSX
    assert response["Content-Disposition"] == 'attachment; filename="invulblad.xlsx"'
    book = load_workbook(io.BytesIO(response.content))
    _parts, titles, explained, *rows = book["Formulieren"].iter_rows(values_only=True)
    assert (titles[:3], titles[-1]) == (("Blad", "Organisatie", "1 Breedte van het doel"), "Eerst iets aan doen 3")
    assert (explained[0], len(rows)) == ("uitleg", 300)
    lists = [[cell for cell in column if cell] for column in book["Keuzes"].iter_cols(values_only=True)]
    assert lists[1] == ["Huis Linde", "De Brug"]
    told = [cell for row in book["Uitleg"].iter_rows(values_only=True) for cell in row if cell]
    assert told[:2] == ["Invulblad", "Samen in Tienen: 11 mei 2023"]
    found = upload(coordinator, earlier, response.content)
    assert found.context["problems"] == [("", "Onder de kopjes staat nog niets ingevuld.")]


def test_the_template_has_a_row_for_each_paper_form(coordinator, collaboration):
    session = paper.set_paper_count(make_round(collaboration=collaboration, paper_by="Els"), 7)
    paper.add_paper_sheet(session, tokens.new_token(), Sheet({"goal-shared": "helping"}))
    content = coordinator.get(url(session, "import-template")).content
    assert load_workbook(io.BytesIO(content))["Formulieren"].max_row == 3 + 6


def test_the_template_of_another_session_is_told_apart(coordinator, collaboration, earlier):
    other = make_round(collaboration=collaboration, paper_by="Els")
    response = upload(coordinator, other, coordinator.get(url(earlier, "import-template")).content)
    [found] = response.context["form"].errors["file"]
    assert (response.status_code, found[:46]) == (422, "Dit is het invulblad van een andere sessie. Is")


def test_a_csv_that_was_handed_out_before_is_brought_in(coordinator, earlier):
    confirm(coordinator, earlier, upload(coordinator, earlier, TABLE.encode()))
    assert len(kept(earlier)) == 3


# --- looked over, and brought in


def test_what_is_looked_over_is_not_kept(coordinator, earlier):
    response = upload(coordinator, earlier, TABLE)
    assert (response.status_code, kept(earlier)) == (200, [])
    page = text_of(response)
    assert "We lezen 3 formulieren met 1 notitie." in page
    assert "2 Gedeeld doel 2 1 0 0" in page
    assert "3 Nodige partners 0 0 0 3" in page
    assert "15 vragen staan niet in je bestand" in page
    assert "Joke en Piet" not in response.content.decode()
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_columns_that_are_not_in_the_table_are_named_but_for_the_notes(coordinator, collaboration):
    plan = {"questions": ("goal-sentence",), "expected": None}
    session = make_round(Mode.NAMED, collaboration=collaboration, planned_on=THEN, earlier=True, **plan)
    missing = upload(coordinator, session, "2 Gedeeld doel\r\n1\r\n").context["missing"]
    assert "2 Gedeeld doel" not in missing
    assert (missing[0], missing[-1], len(missing)) == ("Naam", "Doel in één zin", 1 + 14 + 1)


def test_what_is_confirmed_is_in_and_told(coordinator, earlier):
    response = confirm(coordinator, earlier, upload(coordinator, earlier, TABLE))
    assert (response.status_code, response["Location"]) == (303, url(earlier, "session"))
    assert "3 formulieren ingevoerd." in text_of(coordinator.get(response["Location"]))
    assert kept(earlier) == [
        {"goal-shared": "helping"},
        {"goal-shared": "hindering", "goal-shared-note": "Ieder zijn waarheid", "organisation": "De Brug"},
        {"goal-shared": "hindering", "organisation": "Huis Linde"},
    ]


def test_pressing_twice_brings_in_once(coordinator, earlier):
    page = upload(coordinator, earlier, TABLE)
    assert [confirm(coordinator, earlier, page).status_code for _ in range(2)] == [303, 303]
    assert len(kept(earlier)) == 3


def test_who_brings_in_what_is_erased_meanwhile_finds_nothing(coordinator, earlier, monkeypatch):
    page = upload(coordinator, earlier, TABLE)
    monkeypatch.setattr(bringing, "import_answers", erased_before(table_import.import_answers))
    assert confirm(coordinator, earlier, page).status_code == 404


def test_a_note_with_code_in_it_stays_text(coordinator, earlier):
    note = '"><script>alert(1)</script>&amp;'
    response = upload(coordinator, earlier, workbook_of([["2 Gedeeld doel", "Notitie bij 2"], ["1", note]]))
    assert "<script>alert" not in response.content.decode()
    confirm(coordinator, earlier, response)
    assert kept(earlier) == [{"goal-shared": "hindering", "goal-shared-note": note}]


def test_what_is_sent_on_is_read_anew(coordinator, earlier):
    page = upload(coordinator, earlier, TABLE)
    token = page.context["confirm"]["token"].value()
    rows = as_json(grid(TABLE.replace("\n2;", "\nmisschien;")))
    response = coordinator.post(url(earlier), {"rows": rows, "token": token})
    assert (response.status_code, kept(earlier)) == (422, [])
    assert response.context["problems"][0][0] == "Rij 3, kolom A (‘2 Gedeeld doel’)"


@pytest.mark.parametrize("rows", ["", "x", "{}", "[1]", '["x"]', "[" * 100_000, '[["2 Gedeeld doel"],[{"a":[1]}]]'])
def test_what_no_page_of_ours_sends_on_brings_nothing_in(coordinator, earlier, rows):
    token = upload(coordinator, earlier, TABLE).context["confirm"]["token"].value()
    response = coordinator.post(url(earlier), {"rows": rows, "token": token})
    assert (response.status_code, kept(earlier), len(response.context["problems"])) == (422, [], 1)


@pytest.mark.parametrize("token", ["", "made up", "old", "of another session"])
def test_a_page_that_was_open_too_long_shows_what_it_had_once_more(
    coordinator, collaboration, earlier, token, monkeypatch
):
    page = upload(coordinator, earlier, TABLE)
    if token == "old":
        token = page.context["confirm"]["token"].value()
        later = time.time() + TOKEN_SECONDS + 9
        monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    elif token:
        token = TimestampSigner(salt="bringing:elsewhere").sign(token)
    response = coordinator.post(url(earlier), {"rows": as_json(grid(TABLE)), "token": token})
    assert (response.status_code, kept(earlier)) == (422, [])
    assert "We lezen 3 formulieren" in text_of(response)
    assert confirm(coordinator, earlier, response).status_code == 303
    assert len(kept(earlier)) == 3


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (b"", "Dit bestand is leeg."),
        (b"\xd0\xcf\x11\xe0xls", "Dit is een oud Excel-bestand (.xls), of er zit een wachtwoord op."),
        (b"\x00\x01", "Dit bestand kunnen we niet lezen."),
        (b"x" * (MAX_BYTES + 1), "Dit bestand is te groot."),
        # Bigger than is held in memory: it is let go while it comes in.
        (b"x" * 3_000_000, "Dit bestand is te groot."),
        # Small as a file, and more than a form sends on.
        (workbook_of([["2 Gedeeld doel", "Notitie bij 2"], *[["1", "x" * 2000]] * 290]), "Dit bestand is te groot."),
    ],
)
def test_a_file_that_is_no_table_is_told_at_the_field(coordinator, earlier, file, error):
    response = upload(coordinator, earlier, file)
    [found] = response.context["form"].errors["file"]
    assert (response.status_code, str(found)[: len(error)]) == (422, error)


def test_no_file_is_asked_for(coordinator, earlier):
    response = coordinator.post(url(earlier), {})
    assert (response.status_code, response.context["form"].errors) == (422, {"file": ["Kies eerst een bestand."]})


def test_all_errors_stand_there_at_once_and_nothing_is_kept(coordinator, earlier):
    response = upload(coordinator, earlier, "2 Gedeeld doel;Organisatie\r\nmisschien;De Kring\r\n1;De Brug\r\n4;\r\n")
    page = text_of(response)
    assert (response.status_code, kept(earlier)) == (422, [])
    assert "Er kloppen 3 dingen nog niet Er is niets ingevoerd en niets bewaard." in page
    assert (
        "Rij 2, kolom A (‘2 Gedeeld doel’): ‘misschien’ ken ik niet. Kies ‘hinderend’, ‘helpend’ of ‘weet niet’, "
        "of laat leeg."
    ) in page
    assert (
        "Rij 2, kolom B (‘Organisatie’): ‘De Kring’ ken ik niet. Kies ‘Huis Linde’ of ‘De Brug’, of laat leeg." in page
    )
    assert "Rij 4, kolom A (‘2 Gedeeld doel’): ‘4’ ken ik niet." in page


def test_more_sheets_than_paper_forms_are_refused_with_a_way_out(coordinator, collaboration):
    session = paper.set_paper_count(make_round(collaboration=collaboration, paper_by="Els"), 2)
    response = upload(coordinator, session, "2 Gedeeld doel\r\n1\r\n2\r\n1\r\n")
    assert (response.status_code, kept(session)) == (422, [])
    assert "Er passen nog 2 bladen bij." in text_of(response)
    assert f"{url(session, 'paper')}?aantal" in response.content.decode()


def test_a_form_that_was_typed_in_meanwhile_leaves_no_room(coordinator, collaboration):
    session = paper.set_paper_count(make_round(collaboration=collaboration, paper_by="Els"), 1)
    page = upload(coordinator, session, "2 Gedeeld doel\r\n1\r\n")
    paper.add_paper_sheet(session, tokens.new_token(), Sheet({"goal-shared": "helping"}))
    response = confirm(coordinator, session, page)
    assert (response.status_code, len(kept(session))) == (422, 1)
    assert "Er kan geen blad meer bij." in text_of(response)


def test_sheets_come_beside_those_of_phones(coordinator, collaboration):
    session = make_round(collaboration=collaboration, paper_by="Els")
    fill_in(session, {"goal-shared": "dont-know"})
    confirm(coordinator, session, upload(coordinator, session, "2 Gedeeld doel\r\n1\r\n2\r\n"))
    session.refresh_from_db()
    assert (session.paper_sheets, session.paper_typed, len(kept(session))) == (2, 2, 3)
    assert coordinator.get(f"{url(session)}?weg").status_code == 200
    assert coordinator.post(f"{url(session)}?weg").status_code == 422
    assert len(kept(session)) == 3


def test_a_wrong_import_is_taken_out_after_asking(coordinator, earlier):
    confirm(coordinator, earlier, upload(coordinator, earlier, TABLE))
    asked = coordinator.get(f"{url(earlier)}?weg")
    assert ("alle 3 formulieren" in text_of(asked), len(kept(earlier))) == (True, 3)
    assert coordinator.post(f"{url(earlier)}?weg")["Location"] == url(earlier, "session")
    assert kept(earlier) == []


def test_logs_say_nothing_of_what_was_brought_in(coordinator, earlier, caplog):
    caplog.set_level("DEBUG")
    upload(coordinator, earlier, "2 Gedeeld doel\r\nZeldzaamwoord\r\n")
    confirm(coordinator, earlier, upload(coordinator, earlier, TABLE))
    said = " ".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert "Unprocessable Entity" in said
    assert [word for word in ("Zeldzaamwoord", "waarheid", "Joke") if word in said] == []


@pytest.mark.parametrize("number", [3, 60])
def test_pages_ask_the_database_as_often_for_many_sheets(coordinator, earlier, number):
    table = "2 Gedeeld doel;Organisatie\r\n" + "1;De Brug\r\n" * number
    upload(coordinator, earlier, table)
    with CaptureQueriesContext(connection) as looking_over:
        page = upload(coordinator, earlier, table)
    with CaptureQueriesContext(connection) as bringing_in:
        confirm(coordinator, earlier, page)
    with CaptureQueriesContext(connection) as reading:
        coordinator.get(url(earlier))
    assert [len(queries) for queries in (looking_over, bringing_in, reading)] == [5, 14, 5]
    assert Response.objects.count() == number


def test_two_coordinators_each_bring_in_their_part(coordinator, collaboration, earlier):
    from reflectie.models import Membership, Role

    colleague = make_account("bo@example.org")
    Membership.objects.create(collaboration=collaboration, user=colleague, role=Role.COORDINATOR)
    second = Client()
    second.force_login(colleague)
    pages = [upload(client, earlier, TABLE) for client in (coordinator, second)]
    for client, page in zip((coordinator, second), pages, strict=True):
        confirm(client, earlier, page)
    assert "Deze komen erbij." not in text_of(pages[1])
    again = text_of(upload(coordinator, earlier, TABLE))
    assert "Er waren al 6 formulieren ingevoerd. Deze komen erbij." in again
    assert len(kept(earlier)) == 6
    assert "Er zijn al 6 formulieren ingevoerd." in text_of(coordinator.get(url(earlier)))


def test_a_round_with_every_question_can_be_brought_in(coordinator, collaboration):
    session = make_round(Mode.NAMED, collaboration=collaboration, planned_on=THEN, earlier=True, questions=OPTIONAL)
    response = coordinator.get(url(session, "import-template"))
    titles = [cell.value for cell in load_workbook(io.BytesIO(response.content))["Formulieren"][2]]
    assert titles[:2] == ["Blad", "Naam"]
    assert titles[-20:-9] == [
        "Notitie bij 15", "Eerst iets aan doen 1", "Eerst iets aan doen 2", "Eerst iets aan doen 3",
        "Doel in één zin", "Hulp van", "Hulp tot", "Wat nodig is",
        "Nu: Geen vaste vorm", "Nu: Procedures", "Nu: Zorgpaden",
    ]  # fmt: skip
    assert titles[-2:] == ["Nu: Netwerk", "Wat centraal staat"]
    row = {title: "1" for title in titles if re.match(r"\d", title)} | {
        "Naam": "Joke",
        "Eerst iets aan doen 1": "7 Vorm en intensiteit",
        "Eerst iets aan doen 3": "3 Nodige partners",
        "Doel in één zin": "Samen één loket",
        "Hulp van": "a",
        "Hulp tot": "d",
        "Wat nodig is": "Informatie delen",
        "Nu: Procedures": "x",
        "Nu: Partnerschap": "x",
        "Wat centraal staat": "De gemeenschap",
    }
    confirm(coordinator, session, upload(coordinator, session, filled(response.content, [row])))
    [values] = kept(session)
    assert {
        name: value for name, value in values.items() if not re.match("(context|coord|form|goal-p|goal-sh|part)", name)
    } == {
        "first": ("partners-needed", "form-intensity"),
        "goal-sentence": "Samen één loket",
        "help-range": ("a", "d"),
        "intensity-needed": "inform",
        "intensity-current": ("procedures", "partnership"),
        "ips-meaning": "community",
    }
    assert (values["participant"], values["context-practical"]) == ("Joke", "hindering")
    assert THEN + timedelta(1) > session.planned_on


def test_one_form_of_a_team_may_say_that_it_did_not_agree(coordinator, collaboration):
    plan = {"questions": (), "expected": None, "mode": Mode.TOGETHER}
    session = make_round(collaboration=collaboration, planned_on=THEN, earlier=True, **plan)
    assert "Jullie waren het niet eens 4 of niet eens" in text_of(coordinator.get(url(session)))
    template = coordinator.get(url(session, "import-template")).content
    lists = load_workbook(io.BytesIO(template))["Keuzes"].iter_cols(values_only=True)
    assert ("hinderend", "helpend", "weet niet", "niet eens") in [cells[:4] for cells in lists]
    form = {"2 Gedeeld doel": "niet eens", "15 Praktisch": "4", "3 Nodige partners": "helpend"}
    page = upload(coordinator, session, filled(template, [form]))
    assert "2 Gedeeld doel 0 0 0 0 1" in text_of(page)
    confirm(coordinator, session, page)
    assert kept(session) == [{"context-practical": "disagree", "goal-shared": "disagree", "partners-needed": "helping"}]


@pytest.mark.parametrize("given", ["niet eens", "4"])
def test_a_form_of_one_person_can_not_say_so(coordinator, earlier, given):
    assert "niet eens" not in text_of(coordinator.get(url(earlier)))
    template = coordinator.get(url(earlier, "import-template")).content
    page = upload(coordinator, earlier, filled(template, [{"2 Gedeeld doel": given}]))
    [(_where, wrong)] = page.context["problems"]
    assert wrong == f"‘{given}’ ken ik niet. Kies ‘hinderend’, ‘helpend’ of ‘weet niet’, of laat leeg."
