"""Joining a session: by its code or link, what one reads beforehand, and beginning once."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import Grouping, Mode
from reflectie.services import tokens
from reflectie.services.sessions import rounds
from reflectie.web.participant_cookie import cookie_name, in_groups
from reflectie.web.throttle import LIMIT
from tests.helpers.factories import HTMX, at_once, fill_in, make_round
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.participants import answers, begin, code_of, draft_key, finish_all, give, text_of, url

pytestmark = pytest.mark.django_db


# --- by code


@pytest.mark.parametrize(
    "write", [str, str.lower, lambda code: f" {code[:3]}-{code[3:]} ", lambda code: " ".join(code)]
)
def test_code_as_people_write_it_leads_to_the_session(client, write):
    session = make_round()

    response = client.post(reverse("join-code"), {"code": write(session.code)})

    assert (response.status_code, response["Location"]) == (303, url("join", session))


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Vul de code in."),
        ("AAAAAA", "Deze code kennen we niet"),
        ("O0O0O0", "Deze tekens staan nooit in zo’n code: O, 0."),
        ("ACDE-FGHJ-KMNP", "Dit lijkt je persoonlijke code."),
        ("A" * 61, "Zo lang is geen code."),
    ],
)
def test_wrong_code_says_so_beside_the_field_and_stays(client, typed, error):
    response = client.post(reverse("join-code"), {"code": typed})

    page = markup_of(response)
    assert response.status_code == 422
    assert error in text_of(response)
    assert f'value="{typed}"' in page
    assert 'aria-invalid="true"' in page


def test_code_of_a_closed_round_is_unknown(client):
    session = make_round()
    finish_all(session, 3)
    code = session.code
    rounds.close_round(session)

    assert client.post(reverse("join-code"), {"code": code}).status_code == 422


def test_too_many_wrong_codes_wait_while_the_link_works(client):
    session = make_round()
    for _ in range(LIMIT):
        assert client.post(reverse("join-code"), {"code": "AAAAAA"}).status_code == 422

    blocked = client.post(reverse("join-code"), {"code": session.code})

    assert blocked.status_code == 429
    assert 540 < int(blocked["Retry-After"]) <= 600
    assert "over 10 minuten opnieuw" in text_of(blocked)
    assert "Die werkt altijd, ook nu." in text_of(blocked)
    assert client.get(url("join", session)).status_code == 200


def test_forty_people_with_the_right_code_from_one_address_all_get_in():
    session = make_round()

    assert {Client().post(reverse("join-code"), {"code": session.code}).status_code for _ in range(40)} == {303}


def test_home_page_leads_to_the_code(client):
    home = client.get("/")
    assert page_of(home).field("Doe mee met een code").name == "code"
    assert f'action="{reverse("join-code")}"' in home.text


# --- beforehand


def test_anonymous_round_is_told_in_its_own_numbers(client):
    session = make_round(
        expected=7,
        grouping=Grouping.PARTNER,
        groups=(("OCMW Tienen", 4), ("Huis van het Kind", 3)),
        closes_on=date.today() + timedelta(days=300),
        facilitator_prepares=True,
        paper_by="Griet",
    )

    told = text_of(client.get(url("join", session)))

    for words in (
        "niet wie. We verwachten 7 mensen.",
        "dan weet ook iedereen wat jij antwoordde",
        "OCMW Tienen, Huis van het Kind.",
        "Een groep van minder dan 3 mensen tonen we niet apart",
        "Wat je typt, woord voor woord: door elkaar, zonder naam en zonder groep.",
        "Je antwoorden tellen mee vanaf je eerste antwoord op de checklist, ook zonder ‘Klaar’.",
        "Tellen er minder dan 3 mensen mee, dan toont het verslag geen antwoorden",
        "Ook later: een volgend verslag zet de aantallen van nu ernaast, zonder namen.",
        "geen naam, geen adres en geen tijdstip",
        "Griet typt je antwoorden over",
        "De begeleider leest eerst.",
        "Daarna voor iedereen tegelijk: het verslag opent op deze link. De coördinator kiest wanneer.",
    ):
        assert words in told, words
    assert f"tot en met {session.closes_on.day} " in told


def test_round_by_name_says_so_and_promises_no_floor(client):
    told = text_of(client.get(url("join", make_round(Mode.NAMED))))

    assert "iedereen ziet wie wat antwoordde" in told
    assert "Je naam staat erbij." in told
    assert "een volgend verslag zet de aantallen van nu ernaast, zonder namen." in told
    for words in ("minder dan", "niet wie.", "zonder naam", "De begeleider", "papier", "tot en met"):
        assert words not in told


def test_levels_are_told_by_their_words(client):
    session = make_round(grouping=Grouping.LEVEL, groups=(("practice", 3), ("board", 3)))

    told = text_of(client.get(url("join", session)))
    assert "Antwoorden per rol: uitvoering, bestuur. Bij elke groep die we tonen, staat hoeveel mensen" in told


def test_sheet_for_all_has_a_short_introduction_and_no_code(client):
    session = make_round(Mode.TOGETHER)

    told = text_of(client.get(url("join", session)))

    assert "Jullie vullen samen één blad in" in told
    assert "Dit zien anderen straks" not in told
    assert cookie_name(session) not in begin(session).cookies


@pytest.mark.parametrize(("mode", "majority"), [(Mode.ANONYMOUS, True), (Mode.NAMED, True), (Mode.TOGETHER, False)])
def test_open_question_is_a_blind_spot_at_once_only_where_there_is_one_sheet(mode, majority):
    session = make_round(mode)

    told = text_of(begin(session).get(url("join-fill", session)))

    assert ("Laat meer dan de helft van jullie een vraag open, ‘Weet ik niet’ inbegrepen?" in told) is majority
    assert ("In het verslag zijn dat dan blinde vlekken." in told) is not majority


# --- beginning, and never twice


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_beginning_keeps_a_code_in_a_cookie_and_makes_no_response(mode):
    session = make_round(mode)

    client = begin(session)

    cookie = client.cookies[cookie_name(session)]
    code = code_of(client, session)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["expires"], cookie["max-age"]) == (
        True,
        "Lax",
        "/meedoen/",
        "",
        "",
    )
    assert len(code) == tokens.PERSONAL_CODE
    assert in_groups(code) in markup_of(client.get(url("join-fill", session)))
    assert session.responses.count() == 0


def test_cookie_that_somebody_made_up_opens_nothing():
    session = make_round()
    code = fill_in(session, {"goal-shared": "helping"})
    client = Client()
    client.cookies[cookie_name(session)] = code

    assert client.get(url("join-fill", session))["Location"] == url("join", session)


def test_opening_the_sheet_without_having_begun_leads_to_what_others_will_see(client):
    session = make_round()

    response = client.get(url("join-fill", session))

    assert (response.status_code, response["Location"]) == (303, url("join", session))


def test_beginning_twice_and_a_second_tab_make_one_response():
    session = make_round()
    client = begin(session)
    code = code_of(client, session)
    begin(session, client)
    tab = draft_key(client, session)
    give(client, session, {"goal-shared": "helping"}, mark=tab)
    begin(session, client)
    give(client, session, {"form-intensity": "hindering"}, mark=tab)

    assert code_of(client, session) == code
    assert answers(session) == [{"goal-shared": "helping", "form-intensity": "hindering"}]


@pytest.mark.django_db(transaction=True)
def test_two_first_answers_at_once_make_one_response():
    for _ in range(5):
        session = make_round()
        client = begin(session)
        mark = draft_key(client, session)

        def answer(item: str, session=session, mark=mark, cookies=client.cookies) -> int:
            other = Client()
            other.cookies = cookies
            data = {item: "helping", f"seen-{item}": "0", "keep-as": mark}
            return other.post(url("join-fill", session), data, headers=HTMX).status_code

        assert at_once(lambda a=answer: a("goal-shared"), lambda a=answer: a("form-intensity")) == [200, 200]
        assert answers(session) == [{"goal-shared": "helping", "form-intensity": "helping"}]


def test_intro_offers_to_go_on_to_whoever_began_here(client):
    session = make_round()
    assert ">Begin<" in markup_of(client.get(url("join", session)))

    give(begin(session, client), session, {"goal-shared": "helping"})

    page = markup_of(client.get(url("join", session)))
    assert ">Ga verder<" in page
    assert ">Begin<" not in page
