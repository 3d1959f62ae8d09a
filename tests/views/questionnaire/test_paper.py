"""Paper forms typed over: who may, when, what it makes, and that nobody opens one again."""

from datetime import date, timedelta

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse

from reflectie.domain.questionnaire.answers import Posted, Sheet
from reflectie.domain.setup import Mode
from reflectie.forms.questionnaire.paper import TOKEN_SECONDS
from reflectie.models import Answer, Response, Role, Session
from reflectie.services.clock import today
from reflectie.services.questionnaire.sheets import find_response, save_fields
from reflectie.services.report import reports
from reflectie.services.sessions import paper as paper_service
from reflectie.services.sessions import rounds
from reflectie.services.sessions.paper import NoPaperLeftError, PaperCountError, add_paper_sheet, set_paper_count
from reflectie.services.tokens import hash_personal_code, hash_token, new_token
from reflectie.views.questionnaire import paper
from tests.helpers.factories import at_once
from tests.helpers.paper import address, fresh, kept, make_session, sign_in, typed
from tests.helpers.rounds import erased_before

pytestmark = pytest.mark.django_db


def page_token(client: Client, session: Session) -> str:
    return client.get(address(session)).context["form"]["token"].value()


def post(client: Client, session: Session, values: dict[str, str], token: str = ""):
    return client.post(address(session), values | {"token": token or page_token(client, session)})


# --- in services


def test_a_sheet_is_in_finished_and_counted():
    session = make_session()
    after = add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    assert (after.paper_typed, fresh(session).paper_typed) == (1, 1)
    assert kept(session) == [{"goal-shared": "hindering"}]
    assert session.responses.get().finished is True


def test_the_same_token_twice_is_one_sheet_whatever_came_with_it():
    session, token = make_session(), new_token()
    add_paper_sheet(session, token, Sheet({"goal-shared": "hindering"}))
    after = add_paper_sheet(session, token, Sheet({"goal-shared": "helping"}))
    assert (after.paper_typed, kept(session)) == (1, [{"goal-shared": "hindering"}])


def test_the_last_sheet_sent_twice_is_no_sheet_too_many():
    session, token = make_session(sheets=1), new_token()
    for _ in range(2):
        assert add_paper_sheet(session, token, Sheet({"goal-shared": "hindering"})).paper_typed == 1


def test_no_more_sheets_than_there_are_forms():
    session = make_session(sheets=1)
    add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    with pytest.raises(NoPaperLeftError):
        add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    assert (len(kept(session)), fresh(session).paper_typed) == (1, 1)


def test_no_sheet_before_it_is_said_how_many_there_are():
    session = make_session(sheets=None)
    with pytest.raises(NoPaperLeftError):
        add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    assert kept(session) == []


@pytest.mark.parametrize(("number", "fits"), [(0, False), (1, False), (2, True), (300, True), (301, False)])
def test_the_number_can_be_corrected_but_not_below_what_was_typed(number, fits):
    session = make_session()
    for _ in range(2):
        add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    if fits:
        set_paper_count(session, number)
    else:
        with pytest.raises(PaperCountError):
            set_paper_count(session, number)
    assert fresh(session).paper_sheets == (number if fits else 8)


def test_a_closed_round_takes_no_paper():
    session = make_session(mode=Mode.NAMED)
    rounds.close_round(session)
    with pytest.raises(rounds.StageError):
        add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    with pytest.raises(rounds.StageError):
        set_paper_count(session, 3)
    # How many forms there were is no longer kept either.
    assert (kept(session), fresh(session).paper_sheets) == ([], None)


@pytest.mark.parametrize("plan", [{"paper_by": ""}, {"mode": Mode.TOGETHER}, {"closes_on": date(2026, 1, 1)}])
def test_a_session_without_paper_or_past_its_last_day_takes_none(plan):
    session = make_session(sheets=None, **plan)
    with pytest.raises(rounds.StageError):
        set_paper_count(session, 3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False])
def test_two_at_once_with_one_form_left_make_one_response(same):
    session = make_session(sheets=1)
    tokens = [new_token()] * 2 if same else [new_token(), new_token()]

    def add(token: str) -> object:
        try:
            return add_paper_sheet(session, token, Sheet({"goal-shared": "hindering"})).paper_typed
        except NoPaperLeftError:
            return "full"

    outcomes = at_once(*(lambda token=token: add(token) for token in tokens))
    assert sorted(map(str, outcomes)) == (["1", "1"] if same else ["1", "full"])
    assert (len(kept(session)), fresh(session).paper_typed) == (1, 1)


# --- who may, and when


@pytest.mark.parametrize(("role", "expected"), [(Role.COORDINATOR, (200, 200)), (Role.FACILITATOR, (200, 404))])
def test_who_has_a_role_prints_and_a_coordinator_types(role, expected):
    session = make_session()
    client = sign_in(session, role)
    assert (
        client.get(address(session, "paper-form")).status_code,
        client.get(address(session)).status_code,
    ) == expected
    assert client.post(address(session), {"number": "4"}).status_code == (303 if expected[1] == 200 else 404)


def test_others_find_neither():
    session = make_session()
    client = sign_in(make_session(), name="member of another")
    for name in ("paper-form", "paper"):
        assert client.get(address(session, name)).status_code == 404
        assert client.post(address(session, name), {"number": "4"}).status_code in {404, 405}
    assert fresh(session).paper_sheets == 8


@pytest.mark.parametrize("plan", [{"paper_by": ""}, {"mode": Mode.TOGETHER}])
def test_without_paper_there_is_no_form_and_no_entry(plan):
    session = make_session(sheets=None, **plan)
    client = sign_in(session)
    assert [client.get(address(session, name)).status_code for name in ("paper-form", "paper")] == [404, 404]


@pytest.mark.parametrize("stage", ["closed", "discussion", "concluded"])
def test_after_closing_there_is_no_form_and_entry_says_why(stage):
    session = make_session()
    Session.objects.filter(pk=session.pk).update(stage=stage)
    client = sign_in(session)
    assert client.get(address(session, "paper-form")).status_code == 404
    for page in (client.get(address(session)), client.post(address(session), {"number": "4"})):
        assert (page.status_code, "De ronde is gesloten." in page.text) == (409, True)


def test_past_the_last_day_the_page_says_how_to_go_on(checklist):
    session = make_session(mode=Mode.NAMED)
    client = sign_in(session)
    token = page_token(client, session)
    Session.objects.filter(pk=session.pk).update(closes_on=today() - timedelta(days=1))
    for page in (client.get(address(session)), post(client, session, typed(checklist), token)):
        assert (page.status_code, "verzet dan eerst die dag" in page.text) == (409, True)
    assert kept(session) == []


def test_the_form_is_a_pdf_that_the_browser_may_keep_until_it_changes():
    session = make_session()
    client = sign_in(session)
    form = client.get(address(session, "paper-form"))
    assert (form["Content-Type"], form.content[:5]) == ("application/pdf", b"%PDF-")
    assert form["Content-Disposition"] == 'attachment; filename="formulier-zelfreflectie.pdf"'
    assert set(form["Cache-Control"].split(", ")) == {"private", "no-cache"}
    again = client.get(address(session, "paper-form"), headers={"If-None-Match": form["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Session.objects.filter(pk=session.pk).update(paper_by="Ilse")
    assert client.get(address(session, "paper-form"), headers={"If-None-Match": form["ETag"]}).status_code == 200


# --- how many there are


def test_entry_starts_with_how_many_there_are():
    session = make_session(sheets=None)
    client = sign_in(session)
    page = client.get(address(session))
    assert "Begin pas als alle formulieren binnen zijn." in page.text
    assert "Schud de stapel eerst door elkaar." in page.text
    assert "Els van het CAW" in page.text
    assert "kan niet meer worden geopend of gewijzigd" in page.text
    assert 'name="goal-shared"' not in page.text
    assert client.post(address(session), {"number": "8"}).status_code == 303
    assert "0 van 8 ingetypt" in client.get(address(session)).text


@pytest.mark.parametrize("number", ["", "0", "301", "-3", "acht", "1.5"])
def test_a_number_that_does_not_fit_comes_back(number):
    session = make_session(sheets=None)
    page = sign_in(session).post(address(session), {"number": number})
    assert page.status_code == 422
    assert f'value="{number}"' in page.text or number == ""
    assert len(page.context["form"]["number"].errors) == 1
    assert fresh(session).paper_sheets is None


def test_the_number_is_not_lowered_below_what_was_typed(checklist):
    session = make_session()
    client = sign_in(session)
    for _ in range(2):
        assert post(client, session, typed(checklist)).status_code == 303
    assert 'value="8"' in client.get(address(session) + "?aantal").text
    page = client.post(address(session), {"number": "1"})
    assert (page.status_code, "Er zijn er al 2 ingetypt." in page.text) == (422, True)
    assert client.post(address(session), {"number": "2"}).status_code == 303
    assert "Alle formulieren zijn ingetypt" in client.get(address(session)).text


# --- a sheet


@pytest.mark.parametrize("step", ["set_paper_count", "add_paper_sheet"])
def test_who_types_in_a_session_that_is_erased_meanwhile_finds_nothing(checklist, monkeypatch, step):
    session = make_session()
    client = sign_in(session)
    values = {"number": "9"} if step == "set_paper_count" else typed(checklist) | {"token": page_token(client, session)}
    monkeypatch.setattr(paper, step, erased_before(getattr(paper_service, step)))
    assert client.post(address(session), values).status_code == 404


def test_a_whole_form_is_kept_as_it_was_typed(checklist):
    session = make_session()
    client = sign_in(session)
    beside = {
        "organisation": "2",
        "first": "12 3,7",
        "goal-sentence": "Niemand valt  tussen de mazen.",
        "help-range": "A - d",
        "intensity-needed": "3",
        "intensity-current": "6 2",
        "ips-meaning": "1",
        "notes": "7: We bellen te weinig.\n\n 15 :Te ver.\n7: En te laat.",
    }
    page = post(client, session, typed(checklist, "12312312312 1 3") | beside)
    assert (page.status_code, page["Location"]) == (303, address(session))
    words = {"1": "hindering", "2": "helping", "3": "dont-know"}
    expected = {item.key: words[key] for item, key in zip(checklist, "12312312312 1 3", strict=True) if key != " "}
    assert kept(session) == [
        expected
        | {
            "organisation": "Thuiszorg De Brug",
            "first": ("partners-needed", "form-intensity", "context-political"),
            "goal-sentence": "Niemand valt tussen de mazen.",
            "help-range": ("a", "d"),
            "intensity-needed": "act",
            "intensity-current": ("procedures", "meetings"),
            "ips-meaning": "quality",
            "form-intensity-note": "We bellen te weinig.\nEn te laat.",
            "context-practical-note": "Te ver.",
        }
    ]


def test_by_name_the_name_is_typed_too(checklist):
    session = make_session(mode=Mode.NAMED)
    assert post(sign_in(session), session, typed(checklist) | {"participant": "Mia"}).status_code == 303
    assert kept(session)[0]["participant"] == "Mia"


def test_after_saving_the_page_is_empty_and_never_kept(checklist):
    session = make_session()
    client = sign_in(session)
    post(client, session, typed(checklist, "1" * 15) | {"goal-sentence": "Alleen van mij."})
    page = client.get(address(session))
    assert "1 van 8 ingetypt" in page.text
    assert "Alleen van mij." not in page.text
    assert {bound.value() for bound in page.context["form"] if bound.name != "token"} == {None}
    assert {"no-store", "private"} <= set(page["Cache-Control"].split(", "))
    first = page.context["form"]["organisation"]
    assert page.text.count("autofocus") == 1
    assert "autofocus" in str(first)


def test_a_double_submit_makes_one_response(checklist):
    session = make_session()
    client = sign_in(session)
    token = page_token(client, session)
    assert [post(client, session, typed(checklist), token).status_code for _ in range(2)] == [303, 303]
    assert (len(kept(session)), fresh(session).paper_typed) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("goal-shared", "4", "Typ een cijfer van 1 tot en met 3, of laat leeg."),
        ("goal-shared", "x", "Typ een cijfer van 1 tot en met 3, of laat leeg."),
        ("goal-shared", "²", "Typ een cijfer van 1 tot en met 3, of laat leeg."),
        ("organisation", "3", "Typ een cijfer van 1 tot en met 2, of laat leeg."),
        ("first", "3 16", "Typ cijfers van 1 tot en met 15 met spaties ertussen"),
        ("first", "3 7 12 1", "Hoogstens 3. Op het formulier staan er 4: neem de eerste 3."),
        ("intensity-current", "12", "Typ cijfers van 1 tot en met 11"),
        ("notes", "zonder nummer", "Begin elke regel met het nummer van de vraag"),
        ("notes", "16: hoort nergens bij", "Begin elke regel met het nummer van de vraag"),
        ("notes", "7: " + "x" * 2001, "De notitie bij 7 is te lang: 2001 tekens"),
        ("goal-sentence", "x" * 301, "Te lang: 301 tekens"),
    ],
)
def test_what_is_wrong_comes_back_beside_its_field(checklist, field, value, words):
    session = make_session()
    client = sign_in(session)
    page = post(client, session, typed(checklist) | {"goal-perspective": "2", field: value})
    assert page.status_code == 422
    form = page.context["form"]
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]
    assert (form[field].value(), form["goal-perspective"].value()) == (value, "2")
    # The field says that it is wrong, points to what is said about it, and has the focus.
    drawn = str(form[field])
    assert 'aria-invalid="true"' in drawn
    assert "autofocus" in drawn
    assert f"id_{field}_error" in drawn
    assert f'id="id_{field}_error"' in page.text
    assert kept(session) == []


def test_invisible_signs_go_without_a_word(checklist):
    session = make_session()
    values = typed(checklist) | {"goal-sentence": "Sa\u202emen", "goal-shared": "\u200b2\u2069", "first": "1\u202c 3"}
    assert post(sign_in(session), session, values).status_code == 303
    (sheet,) = kept(session)
    assert (sheet["goal-sentence"], sheet["goal-shared"]) == ("Samen", "helping")


def test_what_comes_back_with_an_error_elsewhere_is_clean(checklist):
    session = make_session()
    page = post(sign_in(session), session, typed(checklist) | {"goal-sentence": "Sa\u202emen", "goal-shared": "9"})
    assert (page.status_code, page.context["form"]["goal-sentence"].value()) == (422, "Samen")


def test_an_empty_form_is_not_taken():
    session = make_session()
    page = post(sign_in(session), session, {"organisation": "1", "save": "1"})
    assert (page.status_code, "Er is niets ingetypt." in page.text) == (422, True)
    assert (kept(session), fresh(session).paper_typed) == ([], 0)


def test_enter_without_javascript_keeps_nothing_yet(checklist):
    session = make_session()
    client = sign_in(session)
    values = typed(checklist)
    del values["save"]
    page = post(client, session, values)
    assert (page.status_code, "Nog niet bewaard." in page.text) == (422, True)
    assert page.context["form"]["goal-shared"].value() == "2"
    assert kept(session) == []
    # The same page goes in by its button.
    token = page.context["form"]["token"].value()
    assert post(client, session, typed(checklist), token).status_code == 303


@pytest.mark.parametrize("old", ["expired", "forged", "another session"])
def test_an_old_token_keeps_what_was_typed_and_the_next_try_goes_in(checklist, monkeypatch, old):
    session = make_session()
    client = sign_in(session)
    token = page_token(client, session)
    if old == "expired":
        monkeypatch.setattr("reflectie.forms.questionnaire.paper.TOKEN_SECONDS", -1)
    elif old == "forged":
        token += "x"
    else:
        token = TimestampSigner(salt=f"paper:{make_session().pk}").sign(new_token())
    page = post(client, session, typed(checklist, "3" * 15), token)
    assert (page.status_code, "Deze pagina stond te lang open." in page.text) == (422, True)
    form = page.context["form"]
    assert (form["goal-shared"].value(), kept(session)) == ("3", [])
    monkeypatch.setattr("reflectie.forms.questionnaire.paper.TOKEN_SECONDS", TOKEN_SECONDS)
    assert post(client, session, typed(checklist, "3" * 15), form["token"].value()).status_code == 303


def test_a_form_too_many_keeps_what_was_typed(checklist):
    session = make_session(sheets=1)
    client = sign_in(session)
    tokens = [page_token(client, session), page_token(client, session)]
    assert post(client, session, typed(checklist), tokens[0]).status_code == 303
    page = post(client, session, typed(checklist, "3" * 15), tokens[1])
    assert (page.status_code, "Alle formulieren staan er al in." in page.text) == (409, True)
    assert page.context["form"]["goal-shared"].value() == "3"
    assert client.post(address(session), {"number": "2"}).status_code == 303
    assert post(client, session, typed(checklist, "3" * 15), tokens[1]).status_code == 303
    assert len(kept(session)) == 2


# --- never opened again, and counted like any other


def test_nothing_opens_a_sheet_that_is_in(checklist):
    session = make_session()
    client = sign_in(session)
    signed = page_token(client, session)
    bare = signed.split(":")[0]
    post(client, session, typed(checklist), signed)
    response = Response.objects.get()
    assert find_response(session, hash_token(bare)) is None
    assert find_response(session, hash_personal_code(session.pk, bare)) is None
    assert client.get(reverse("fill", args=[bare])).status_code == 404
    assert rounds.withdraw(session, hash_token(bare)) is False
    assert response.token_hash not in {hash_token(bare), hash_token(signed)}


def test_typed_sheets_count_in_the_same_report_as_those_from_a_screen(checklist):
    session = make_session(sheets=2)
    client = sign_in(session)
    posted = {item.key: Posted("helping", "") for item in checklist}
    for code in ("one", "two", "three"):
        save_fields(session, hash_personal_code(session.pk, code), posted, finish=True, may_begin=True)
    for _ in range(2):
        assert post(client, session, typed(checklist, "1" * 15) | {"notes": "2: Op papier."}).status_code == 303
    report = reports.load_report(rounds.close_round(session))
    assert report.counted == 5
    item = next(item for part in report.dimensions for item in part.items if item.item.key == "goal-shared")
    assert (item.counts.hindering, item.counts.helping) == (2, 3)
    assert [note.text for note in item.notes] == ["Op papier.", "Op papier."]
    assert set(session.responses.values_list("token_hash", "finished")) == {(None, True)}


def test_query_counts_do_not_grow_with_what_was_typed(checklist, django_assert_num_queries):
    session = make_session(sheets=40)
    client = sign_in(session)
    for _ in range(2):
        post(client, session, typed(checklist))
    with django_assert_num_queries(3):
        client.get(address(session))
    for _ in range(20):
        add_paper_sheet(session, new_token(), Sheet({"goal-shared": "hindering"}))
    with django_assert_num_queries(3):
        client.get(address(session))
    assert Answer.objects.count() == 50
