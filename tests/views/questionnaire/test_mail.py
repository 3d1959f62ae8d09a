"""After the questions: the link, a day for the calendar, and one mail when the report opens."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import Mode
from reflectie.models import ReportNotice, Session
from reflectie.services.clock import today
from reflectie.services.sessions import rounds
from reflectie.services.tokens import read_token
from reflectie.web import throttle
from tests.helpers.factories import browser, fill_in, make_round
from tests.helpers.page import page_of
from tests.helpers.participants import begin, give, text_of, url

pytestmark = pytest.mark.django_db

ADDRESS = "noor@example.org"
OFFER = "Wil je een mail als het verslag opent?"


def done(session: Session) -> Client:
    """Somebody who answered and is done."""
    client = begin(session)
    give(client, session, {"goal-shared": "helping"}, finish=True)
    return client


def ask(client: Client, session: Session, email: str = ADDRESS, **extra: str):
    return client.post(url("join-mail", session), {"email": email, **extra})


def test_whoever_is_done_leaves_an_address_and_gets_one_mail_when_the_report_opens(caplog):
    session = make_round()
    client = done(session)
    for _ in range(2):
        fill_in(session, {"goal-shared": "hindering"}, finish=True)
    asked = ask(client, session)
    assert asked["Location"] == url("join", session) + "?mail=gevraagd#mail"
    assert "Je krijgt één mail zodra het verslag opent." in text_of(client.get(asked["Location"]))
    rounds.close_round(session)
    assert mail.outbox == []
    coordinator = browser(session.collaboration.memberships.get().user)

    coordinator.post(reverse("session-open", args=[session.pk]))

    [message] = mail.outbox
    report_url = "http://testserver" + reverse("report", args=[read_token(session.join_token)])
    assert message.to == [ADDRESS]
    assert report_url in message.body
    assert "Het is de enige: we hebben je adres nu gewist." in message.body
    assert "hindering" not in message.body
    assert "helping" not in message.body
    assert client.get(report_url).status_code == 200
    assert not ReportNotice.objects.exists()
    assert ADDRESS not in caplog.text


def test_the_answer_is_the_same_whether_or_not_the_address_was_there():
    session = make_round()
    client, other = done(session), done(session)

    first, again = ask(client, session), ask(other, session, " Noor@Example.org ")

    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    pages = [text_of(client.get(answer["Location"])) for answer in (first, again)]
    assert pages[0] == pages[1]
    assert list(ReportNotice.objects.values_list("email", flat=True)) == [ADDRESS]


@pytest.mark.parametrize("was_there", [True, False])
def test_an_address_is_erased_on_request_and_the_answer_tells_nothing(was_there):
    session = make_round()
    client = done(session)
    if was_there:
        ask(client, session)

    answer = ask(client, session, forget="1")

    assert answer["Location"] == url("join", session) + "?mail=gewist#mail"
    assert not ReportNotice.objects.exists()


@pytest.mark.parametrize(("typed", "said"), [("", "Vul je e-mailadres in."), ("noor@", "Dit is geen e-mailadres.")])
def test_a_bad_address_is_said_beside_the_field_and_stays_there(typed, said):
    session = make_round()

    answer = ask(done(session), session, typed)

    field = page_of(answer).named("email")
    assert answer.status_code == 422
    assert said in field.description or said in text_of(answer)
    assert field.value == typed
    assert not ReportNotice.objects.exists()


def test_only_whoever_is_done_may_ask():
    session = make_round()
    begun = begin(session)
    give(begun, session, {"goal-shared": "helping"})

    for client in (Client(), begun):
        assert ask(client, session)["Location"] == url("join", session)
    assert not ReportNotice.objects.exists()


def test_a_host_without_a_mail_server_offers_none_and_promises_none(settings):
    session = make_round()
    client = done(session)
    assert OFFER in text_of(client.get(url("join", session)))
    assert "Eén mail, als je dat wilt:" in text_of(Client().get(url("join", session)))
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    assert OFFER not in text_of(client.get(url("join", session)))
    assert "Eén mail, als je dat wilt:" not in text_of(Client().get(url("join", session)))
    ask(client, session)
    assert not ReportNotice.objects.exists()


def test_too_many_in_one_session_wait_and_another_session_does_not(monkeypatch):
    monkeypatch.setattr(throttle, "NOTICES", (throttle.Limit(2, throttle.HOUR),))
    session, other = make_round(), make_round()
    client = done(session)
    for number in range(2):
        assert ask(client, session, f"{number}@example.org").status_code == 303

    answer = ask(client, session)

    assert answer.status_code == 422
    assert "Er vroegen net heel veel mensen een mail." in text_of(answer)
    assert ask(done(other), other).status_code == 303


def test_closed_meanwhile_is_said(monkeypatch):
    session = make_round()
    client = done(session)

    def close_first(session, email):
        raise rounds.StageError

    monkeypatch.setattr("reflectie.views.questionnaire.participant.ask_for_mail", close_first)

    assert "De ronde is intussen gesloten." in text_of(ask(client, session))


def test_the_whole_promise_says_what_becomes_of_the_address():
    told = text_of(Client().get(url("join", make_round())))

    assert "Het adres staat los van de antwoorden, zonder tijdstip" in told


@pytest.mark.parametrize(
    ("days", "closes", "said", "what"),
    [
        (20, None, "Jullie komen samen op", "Gesprek over jullie zelfreflectie"),
        (20, 10, "Jullie komen samen op", "Gesprek over jullie zelfreflectie"),
        (10, 20, "De laatste dag om te antwoorden is", "Laatste dag om te antwoorden"),
    ],
)
def test_the_page_says_which_day_and_a_calendar_takes_it(days, closes, said, what):
    planned_on = today() + timedelta(days=days)
    closes_on = today() + timedelta(days=closes) if closes else None
    session = make_round(planned_on=planned_on, closes_on=closes_on)
    day = max(planned_on, closes_on or planned_on)
    client = done(session)

    page = page_of(client.get(url("join", session)))
    calendar = client.get(page.link("Zet die dag in je agenda").address)

    assert f"{said} " in page.main.words
    assert f"{day.day} " in page.main.words
    assert calendar["Content-Type"] == "text/calendar; charset=utf-8"
    text = calendar.content.decode().replace("\r\n ", "")
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in text
    assert what in text
    assert url("join", session) in text


def test_a_day_that_is_past_is_offered_to_nobody():
    session = make_round(planned_on=date(2025, 1, 1))

    assert "Zet die dag in je agenda" not in text_of(done(session).get(url("join", session)))


def test_calendar_is_the_same_whoever_answers_and_of_a_round_alone(client):
    session = make_round()
    before = client.get(url("join-calendar", session)).content
    fill_in(session, {"goal-shared": "helping"}, finish=True)

    assert client.get(url("join-calendar", session)).content == before
    assert client.get(url("join-calendar", make_round(Mode.TOGETHER))).status_code == 404


@pytest.mark.parametrize("stage", ["open", "closed"])
def test_link_to_come_back_by_stands_there_to_copy(stage):
    session = make_round()
    client = done(session)
    for _ in range(2):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    if stage == "closed":
        rounds.close_round(session)

    page = page_of(client.get(url("join", session)))

    assert page.field("Link naar deze pagina").value == "http://testserver" + url("join", session)


def test_withdrawing_says_that_a_mail_still_comes():
    session = make_round()
    client = done(session)
    ask(client, session)

    gone = client.post(url("join-withdraw", session))

    assert "wij weten niet welk adres van jou is" in text_of(gone)
    assert ReportNotice.objects.count() == 1
