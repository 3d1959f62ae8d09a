"""The end of a session: what the team decides, the day of the next one, and that day in a calendar."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.models import Collaboration, Session
from reflectie.services import clock, tokens
from reflectie.services.questionnaire import plans
from reflectie.services.report import reports
from reflectie.services.sessions import reminders, rounds
from tests.helpers.factories import CONCLUDING, at_once
from tests.helpers.markup import markup_of
from tests.helpers.page import Part, page_of
from tests.helpers.rounds import DAY, discussed_round, fetched, make_collaboration, signed_in

pytestmark = pytest.mark.django_db

HINDERED = [{"goal-shared": "hindering"} for _ in range(3)]


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, HINDERED)


def soon(days: int = 180) -> date:
    return clock.today() + timedelta(days)


def decided(**parts) -> Conclusion:
    first = {"needed": Needed.YES, "decision": Decision.REPAIR, "reason": "We zijn er bijna.", "next_on": soon()}
    return Conclusion(**first | parts)


def url(session: Session) -> str:
    return reverse("session-conclude", args=[session.pk])


def session_page(client: Client, session: Session) -> Part:
    return page_of(client.get(reverse("session", args=[session.pk])))


# --- in services


def test_conclude_keeps_the_decision_and_the_day(session):
    assert reports.load_conclusion(session) is None
    concluded = rounds.conclude(session, decided())
    assert (concluded.stage, concluded.concluded_on) == ("concluded", clock.today())
    assert reports.load_conclusion(session) == reports.load_report(fetched(session)).conclusion == decided()


@pytest.mark.django_db(transaction=True)
def test_two_people_concluding_at_once_one_decides_and_the_other_is_told(session):
    conclusions = [decided(reason=name) for name in ("An", "Bea", "Cis")]
    found = at_once(*(lambda c=c: rounds.conclude(session, c) for c in conclusions))
    assert sorted(isinstance(result, rounds.StageError) for result in found) == [False, True, True]
    assert reports.load_conclusion(session) in conclusions


# --- the page


def test_page_asks_first_whether_they_need_each_other_and_has_nothing_chosen(coordinator, session):
    page = page_of(coordinator.get(url(session)))
    needed, decision = (page.part(asked) for asked in ("Heb je elkaar nodig om het doel", "Wat doen jullie?"))
    assert [choice.value for choice in needed.fields()] == [*Needed]
    assert [choice.value for choice in decision.fields()] == [*Decision]
    assert [choice.value for choice in page.fields() if choice.type == "radio"] == [*Needed, *Decision]
    assert page.chosen() == []
    assert page.next_steps() == ["Rond af"]


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("needed", Needed)
def test_page_concludes_whatever_the_team_decides(coordinator, session, needed, decision, queued):
    data = {"needed": needed, "decision": decision, "reason": " In één zin. ", "next_on": soon().isoformat()}
    response = coordinator.post(url(session), data)
    assert (response.status_code, response["Location"]) == (303, reverse("session", args=[session.pk]))
    assert reports.load_conclusion(session) == Conclusion(needed, decision, "In één zin.", soon())


def test_page_takes_a_conclusion_without_reason_and_day(coordinator, session, queued):
    assert coordinator.post(url(session), CONCLUDING).status_code == 303
    assert reports.load_conclusion(session) == Conclusion(Needed.YES, Decision.REPAIR)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"needed": ""}, "Kies of jullie elkaar nodig hebben."),
        ({"decision": ""}, "Kies of jullie herstellen, hertekenen of stoppen."),
        ({"decision": "forget"}, "Kies een van de mogelijkheden."),
        ({"reason": "a" * 301}, "Te lang: 301 tekens"),
        ({"next_on": "2020-01-01"}, "Deze dag is al voorbij."),
        ({"next_on": "2206-01-01"}, "Klopt het jaar?"),
        ({"next_on": "ooit"}, "Geef een dag, zoals 31/12/2026."),
    ],
)
def test_page_says_what_is_wrong_and_keeps_what_was_given(coordinator, session, parts, said):
    data = {"needed": "divided-on-need", "decision": "stop", "reason": "Getypt & wel", "next_on": "2027-01-01", **parts}
    response = coordinator.post(url(session), data)
    page = page_of(response)
    assert response.status_code == 422
    # In front, with a link, and beside its field.
    assert page.words.count(said) == 2
    assert page.part("Dit lukte nog niet").links(said)
    known = {"divided-on-need", "stop"}
    given = [data[name] for name in ("needed", "decision")]
    assert [choice.value for choice in page.fields() if choice.is_checked] == [each for each in given if each in known]
    assert page.field("Waarom?").value == data["reason"]
    assert (fetched(session).stage, reports.load_conclusion(session)) == ("discussion", None)


def test_page_is_the_coordinators_alone(coordinator, facilitator, session, queued):
    for client in (facilitator, signed_in("elsewhere", make_collaboration())):
        assert [client.get(url(session)).status_code, client.post(url(session), CONCLUDING).status_code] == [404, 404]
    assert fetched(session).stage == "discussion"
    coordinator.post(url(session), CONCLUDING)
    again = coordinator.post(url(session), {**CONCLUDING, "decision": "stop"})
    assert (again.status_code, reports.load_conclusion(session)) == (409, Conclusion(Needed.YES, Decision.REPAIR))


# --- afterwards


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_session_says_what_was_decided_and_where_it_goes_on(who, session, collaboration, request):
    client = request.getfixturevalue(who)
    rounds.conclude(session, decided(reason="We & jij"))
    page = session_page(client, session)
    facts = [fact for _term, fact in page.facts()]
    assert facts[:3] == ["Ja, we hebben elkaar nodig", "Herstellen", "We & jij"]
    links = page.addresses()
    assert reverse("session-next", args=[session.pk]) in links
    assert (reverse("session-new", args=[collaboration.pk]) in " ".join(links)) is (who == "coordinator")
    assert page.next_steps() == ["Lees het verslag"]


def test_session_without_a_next_day_offers_no_calendar(coordinator, session):
    rounds.conclude(session, decided(next_on=None))
    assert "agenda" not in markup_of(coordinator.get(reverse("session", args=[session.pk])))
    assert coordinator.get(reverse("session-next", args=[session.pk])).status_code == 404


@pytest.mark.parametrize(
    ("decision", "words"), [("repair", "Herstellen"), ("redesign", "Hertekenen"), ("stop", "Stoppen")]
)
def test_report_tells_everybody_the_decision(client, session, decision, words):
    link = reverse("report", args=[tokens.read_token(session.join_token or "")])
    half_a_year, ask_first = "Vul over een half jaar opnieuw in", "Vraag eerst: heb je elkaar nodig"
    before = markup_of(client.get(link))
    assert (half_a_year in before, ask_first in before) == (True, True)
    rounds.conclude(session, decided(decision=Decision(decision), next_on=None))
    after = client.get(link)
    page = markup_of(after)
    ending = page_of(after).part("Wat jullie besloten")
    assert ending.words.startswith(f"Wat jullie besloten {words}. Ja, we hebben elkaar nodig.")
    assert "We zijn er bijna." in ending.words
    # Whoever stops doesn't fill in again.
    assert (half_a_year in page, ask_first in page) == (decision != "stop", False)


def test_report_is_another_once_concluded(client, session):
    link = reverse("report", args=[tokens.read_token(session.join_token or "")])
    before = client.get(link)["ETag"]
    rounds.conclude(session, decided())
    assert client.get(link, headers={"If-None-Match": before}).status_code == 200


def test_report_says_on_which_day_it_was_seen_so_once_concluded(client, session):
    link = reverse("report", args=[tokens.read_token(session.join_token or "")])
    found = ": 1 hinderpaal en 14 blinde vlekken."
    assert f"Zo zien jullie het{found}" in page_of(client.get(link)).part("In het kort").heard
    rounds.conclude(session, decided())
    page = page_of(client.get(link))
    assert f"Zo zagen jullie het{found}" in page.part("In het kort").heard
    assert "mensen antwoordden · 19 november 2026" in page.words
    assert f"Zo zien jullie het{found}" not in page.words


# --- the next session


def first_day(client: Client, collaboration: Collaboration) -> str:
    return page_of(client.get(reverse("session-new", args=[collaboration.pk]))).field("Dag van de sessie").value


def test_planning_starts_from_the_agreed_day_and_the_last_plan(coordinator, collaboration, session):
    assert first_day(coordinator, collaboration) == clock.today().isoformat()
    rounds.conclude(session, decided())
    assert first_day(coordinator, collaboration) == soon().isoformat()
    page = markup_of(coordinator.get(reverse("session-new", args=[collaboration.pk])))
    assert "We hebben je keuzes van de vorige keer ingevuld." in page


def test_planning_after_the_agreed_day_or_once_planned_starts_from_today(coordinator, collaboration, session):
    rounds.conclude(session, decided(next_on=clock.today()))
    session.conclusion.next_on = soon(-1)
    session.conclusion.save()
    assert first_day(coordinator, collaboration) == clock.today().isoformat()
    session.conclusion.next_on = soon()
    session.conclusion.save()
    assert first_day(coordinator, collaboration) == soon().isoformat()
    rounds.plan_session(collaboration, plans.Plan(planned_on=soon(170), mode="anonymous"))
    assert first_day(coordinator, collaboration) == clock.today().isoformat()


def test_agreed_day_is_the_collaborations_own(collaboration, session):
    rounds.conclude(session, decided())
    assert reminders.agreed_day(collaboration) == soon()
    assert reminders.agreed_day(make_collaboration()) is None


def calendar(client: Client, session: Session) -> tuple[Calendar, bytes, str]:
    response = client.get(reverse("session-next", args=[session.pk]))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content), response.content, response["Content-Disposition"]


@pytest.mark.parametrize("who", ["coordinator", "facilitator"])
def test_calendar_file_is_a_whole_day_with_an_alarm_a_week_before(who, session, request):
    day = soon()
    rounds.conclude(session, decided(next_on=day))
    Collaboration.objects.update(name="Samen; in, Tienen\nen \\ verder")

    found, content, name = calendar(request.getfixturevalue(who), session)

    [event] = found.walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (day, day + timedelta(1))
    assert str(event["summary"]) == "Reflectiesessie: Samen; in, Tienen en \\ verder"
    assert str(event["uid"]) == f"volgende-sessie-{session.pk}"
    assert event.decoded("dtstamp").date() == clock.today()
    assert str(event["url"]) == f"http://testserver{reverse('session', args=[session.pk])}"
    [alarm] = found.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(days=-7)
    assert name == f'attachment; filename="reflectiesessie-{day:%Y-%m-%d}.ics"'
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_calendar_file_asked_for_twice_is_the_same_without_a_clock(coordinator, session):
    rounds.conclude(session, decided(next_on=date(2027, 6, 1)))
    Session.objects.update(concluded_on=DAY)
    first, again = calendar(coordinator, session)[1], calendar(coordinator, session)[1]
    assert first == again
    assert b"DTSTAMP:20261119T000000Z" in first
    assert b"DTSTART;VALUE=DATE:20270601" in first


def test_calendar_file_is_the_members_alone(session):
    rounds.conclude(session, decided())
    address = reverse("session-next", args=[session.pk])
    assert [who.get(address).status_code for who in (signed_in("elsewhere", make_collaboration()), Client())] == [
        404,
        302,
    ]
