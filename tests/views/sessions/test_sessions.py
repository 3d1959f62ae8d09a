"""A coordinator's session, by person and by stage: what each sees, and what each step says and does."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from reflectie.domain.questionnaire.answers import Posted
from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Invitee, Session
from reflectie.services import clock, tokens
from reflectie.services.questionnaire import plans, sheets
from reflectie.services.sessions import rounds
from tests.helpers.factories import (
    CONCLUDING,
    browser,
    fill_in,
    make_collaboration,
    make_reflection,
    make_round,
)
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.session_pages import ANSWER, at, put

pytestmark = pytest.mark.django_db

PAGES = ["", "wijzigen/", "link/", "scherm/", "uitnodigen/", "sluiten/", "openen/", "afronden/", "wissen/"]


@pytest.fixture
def session(collaboration):
    """An open anonymous round."""
    return make_round(collaboration=collaboration)


def go(response):
    return page_of(response).next_steps()


def day(date):
    return date_format(date, "j F Y")


# --- who may


@pytest.mark.parametrize("rest", PAGES)
def test_pages_are_absent_for_a_stranger_and_another_collaborations_coordinator(session, rest):
    other = make_collaboration("Elders")

    client = browser(other.memberships.get().user)
    assert (client.get(at(session, rest)).status_code, client.post(at(session, rest)).status_code) in {
        (404, 404),
        (404, 405),
    }
    assert Client().get(at(session, rest)).status_code == 302


@pytest.mark.parametrize("rest", PAGES)
def test_pages_a_facilitator_reads_and_changes_nothing(session, facilitator, rest):
    expected = {"": (200, 405), "scherm/": (200, 405)}.get(rest, (404, 404))

    assert (facilitator.get(at(session, rest)).status_code, facilitator.post(at(session, rest)).status_code) == expected
    assert Session.objects.get().stage == "open"


def test_planning_is_the_coordinators_alone(collaboration, coordinator, facilitator):
    url = f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/"

    assert (coordinator.get(url).status_code, facilitator.get(url).status_code) == (200, 404)
    assert facilitator.post(url, {"mode": "named"}).status_code == 404


@pytest.mark.parametrize("rest", [page for page in PAGES if page not in {"openen/", "afronden/"}])
def test_pages_are_kept_by_no_browser(session, coordinator, rest):
    assert "no-store" in coordinator.get(at(session, rest))["Cache-Control"]


# --- the session's page


def test_page_open_shows_link_code_and_standing(session, coordinator, facilitator):
    for _ in range(3):
        fill_in(session, ANSWER)
    fill_in(session, ANSWER, finish=True)
    for client in (coordinator, facilitator):
        response = client.get(at(session))
        assert f'value="http://testserver/meedoen/{session.join_token}/"' in markup_of(response)
        assert f"{session.code[:3]} {session.code[3:]}" in page_of(response).words
        assert "Scan de QR-code, of ga naar testserver/meedoen en typ" in page_of(response).words
        assert "<title>QR-code met de link om mee te doen</title>" in markup_of(response)
        assert f'hx-get="/meedoen/{session.join_token}/stand/?open" hx-trigger="every 5s"' in markup_of(response)
        assert "1 van de 6 is klaar. 3 anderen zijn begonnen." in page_of(response).words
        assert go(response) == ["Nodig nog mensen uit" if client is coordinator else "Toon op groot scherm"]
        assert at(session, "scherm/") in page_of(response).addresses()
        page = page_of(response).main
        assert page.current() == ["Nu: Open De ronde is open."]
        # Stages that are over and those that come sound otherwise, as they look.
        assert len([item for item in page.items() if item.startswith("Komt nog: ")]) == 3


def test_page_open_offers_a_facilitator_nothing_to_change(session, coordinator, facilitator):
    Session.objects.update(paper_by="Mieke")
    changes = [at(session, rest) for rest in ("wijzigen/", "link/", "uitnodigen/", "sluiten/", "wissen/", "papier/")]

    assert [url for url in changes if f'"{url}"' in markup_of(coordinator.get(at(session)))] == changes
    assert [url for url in changes if f'"{url}"' in markup_of(facilitator.get(at(session)))] == []


@pytest.mark.parametrize(
    ("finished", "button", "heading"),
    [
        (0, "Nodig uit per e-mail", "Nodig mensen uit om in te vullen"),
        (2, "Nodig nog mensen uit", "De ronde is open"),
        (3, "Sluit de ronde", "Je kunt wachten of de ronde sluiten"),
        (6, "Sluit de ronde", "Zoveel mensen als je verwachtte, zijn klaar"),
    ],
)
def test_page_open_says_to_close_once_three_are_done(session, coordinator, finished, button, heading):
    for _ in range(finished):
        fill_in(session, ANSWER, finish=True)
    response = coordinator.get(at(session))

    assert go(response) == [button]
    assert heading in page_of(response).main.headings(2)
    # Closing is there all the time, in the second place until then.
    assert at(session, "sluiten/") in page_of(response).addresses()


def test_page_open_with_two_expected_by_name_says_to_close_once_both_are_done(collaboration, coordinator):
    session = make_round(Mode.NAMED, collaboration=collaboration, expected=2)
    for _ in range(2):
        assert go(coordinator.get(at(session))) != ["Sluit de ronde"]
        fill_in(session, ANSWER, finish=True)

    assert go(coordinator.get(at(session))) == ["Sluit de ronde"]


@pytest.mark.parametrize(("reminded", "button"), [(False, "Stuur een herinnering"), (True, "Nodig nog mensen uit")])
def test_page_open_says_to_remind_whom_was_invited(session, coordinator, reminded, button):
    Invitee.objects.create(session=session, email="bo@example.org")
    Session.objects.update(reminded=reminded)

    assert go(coordinator.get(at(session))) == [button]


def test_page_open_has_the_invitation_as_text_to_take_along(session, coordinator, facilitator):
    Session.objects.update(closes_on=clock.today())
    for client in (coordinator, facilitator):
        field = page_of(client.get(at(session))).field("Uitnodiging om zelf te versturen")
        assert f"http://testserver/meedoen/{session.join_token}/" in field.value.splitlines()
        assert f"en typ de code {session.code[:3]} {session.code[3:]}." in field.value
        assert "‘Samen in Tienen’" in field.value
        assert f"Je kunt antwoorden tot en met {day(clock.today())}. Je antwoordt anoniem." in field.value
    collaboration = session.collaboration
    collaboration.name = "</textarea><b>R&D"
    collaboration.save()
    response = coordinator.get(at(session))
    assert "‘</textarea><b>R&D’" in page_of(response).field("Uitnodiging om zelf te versturen").value
    assert "<b>R" not in markup_of(response)


@pytest.mark.parametrize(
    ("expected", "begun", "finished", "cells"),
    [(6, 3, 2, (6, 2, 3)), (6, 0, 0, (6, 0, 0)), (2, 3, 3, (3, 3, 3)), (None, 3, 2, None)],
)
def test_bar_shows_how_many_began_and_are_done_and_no_more(session, coordinator, expected, begun, finished, cells):
    for number in range(begun):
        fill_in(session, ANSWER, finish=number < finished)
    Session.objects.update(expected=expected)
    page = coordinator.get(at(session)).content.decode()
    live = coordinator.get(f"/meedoen/{session.join_token}/stand/?open").content.decode()

    for shown in (page, live):
        widths = re.findall(r'<rect class="round-bar-(all|done|begun)"[^>]*? width="(\d+)"', shown)
        assert {name: int(width) for name, width in widths} == (
            dict(zip(("all", "done", "begun"), cells, strict=True)) if cells else {}
        )
    # Who takes part is shown what they were shown before.
    assert "round-bar" not in coordinator.get(f"/meedoen/{session.join_token}/stand/").content.decode()


def test_page_of_a_first_session_says_where_its_coordinator_is(session, coordinator, facilitator, collaboration):
    assert "Nu: Laat mensen invullen" in page_of(coordinator.get(at(session))).main.current()
    assert "Laat mensen invullen" not in markup_of(facilitator.get(at(session)))
    second = make_round(collaboration=collaboration)
    assert "Laat mensen invullen" not in markup_of(coordinator.get(at(second)))
    fill_in(session, ANSWER)
    assert "Laat mensen invullen" not in markup_of(coordinator.get(at(session)))


def test_page_past_its_closing_date_says_so_and_to_close(session, coordinator, facilitator):
    late = clock.today() - timedelta(1)
    put(session, "open", closes_on=late)
    response = coordinator.get(at(session))

    assert f"{day(late)} was de laatste dag om te antwoorden" in markup_of(response)
    assert "De laatste dag om te antwoorden is voorbij." in markup_of(response)
    assert "Antwoorden komen binnen" not in markup_of(response)
    assert go(response) == ["Sluit de ronde"]
    assert session.code not in page_of(response).words.replace(" ", "")
    assert "Niemand is klaar. Er zijn 3 mensen begonnen." in page_of(response).words
    assert "hx-get" not in markup_of(response)
    assert go(facilitator.get(at(session))) == []


@pytest.mark.parametrize("prepares", [True, False])
def test_page_closed_says_who_reads_first(session, coordinator, facilitator, prepares):
    put(session, "closed", facilitator_prepares=prepares)
    mine, theirs = coordinator.get(at(session)), facilitator.get(at(session))

    assert go(mine) == ["Open het verslag voor iedereen"]
    assert ("De begeleider leest het verslag eerst" in markup_of(mine)) is prepares
    assert go(theirs) == (["Lees het verslag"] if prepares else [])
    assert "De antwoorden van 3 mensen tellen mee." in markup_of(mine)
    assert at(session, "verslag/") not in markup_of(mine)


def test_page_closed_without_results_says_so(session, coordinator):
    fill_in(session, ANSWER)
    rounds.close_round(session, without_results=True)

    assert "Er waren te weinig antwoorden om anoniem te blijven." in markup_of(coordinator.get(at(session)))


@pytest.mark.parametrize(
    ("stage", "button", "own"),
    [
        ("discussion", "Leid het gesprek live", "afronden/"),
        ("concluded", "Lees het verslag", "/samenwerkingen/"),
    ],
)
def test_page_once_opened_leads_on_and_to_the_report(session, coordinator, facilitator, stage, button, own):
    put(session, stage)
    for client in (coordinator, facilitator):
        response = client.get(at(session))
        assert go(response) == [button]
        assert at(session, "verslag/") in markup_of(response)
        assert at(session, "verslag.pdf") in markup_of(response)
        assert at(session, "samenvatting.pdf") in markup_of(response)
        assert (at(session, "gespreksleidraad/") in markup_of(response)) is (stage == "discussion")
    assert own in markup_of(coordinator.get(at(session)))
    assert at(session, "afronden/") not in markup_of(facilitator.get(at(session)))


def test_page_of_a_sheet_filled_in_together(collaboration, coordinator):
    session = make_round(Mode.TOGETHER, collaboration=collaboration)
    assert go(coordinator.get(at(session))) == ["Begin met invullen"]
    post = {"goal-shared": Posted("helping", "")}
    token_hash = tokens.hash_token(session.join_token)
    sheets.save_fields(session, token_hash, post, may_begin=True)
    assert go(coordinator.get(at(session))) == ["Vul verder in"]
    sheets.save_fields(session, token_hash, {}, finish=True)

    response = coordinator.get(at(session))
    assert go(response) == ["Ga verder naar het gesprek"]
    assert at(session, "verslag/") in markup_of(response)
    assert "<strong>Gesloten</strong>" not in markup_of(response)
    assert coordinator.post(at(session, "sluiten/")).status_code == 303
    assert Session.objects.get().stage == "discussion"


def test_page_of_an_adopted_reflection_stands_and_has_no_plan_to_change(collaboration, coordinator):
    reflection = make_reflection(ANSWER, finished=True)
    session = rounds.adopt(reflection.response.session, reflection.token, collaboration)

    response = coordinator.get(at(session))
    assert f"Zelfreflectie van {day(session.changed_on)}" in markup_of(response)
    assert at(session, "wijzigen/") not in markup_of(response)
    assert coordinator.get(at(session, "wijzigen/")).status_code == 404


@pytest.mark.parametrize("people", [3, 40])
def test_page_takes_a_fixed_number_of_queries(session, coordinator, people, django_assert_num_queries):
    for _ in range(people):
        fill_in(session, ANSWER)
    # Who is signed in (2), the session with the role, how it stands, how many were invited, the session before it.
    with django_assert_num_queries(6):
        coordinator.get(at(session))
    # Who is signed in (2), the session with the role, how it stands.
    with django_assert_num_queries(4):
        coordinator.get(at(session, "scherm/"))
    # And how many count, how many were invited.
    with django_assert_num_queries(6):
        coordinator.get(at(session, "sluiten/"))


# --- the big screen


def test_screen_has_the_three_ways_in_and_no_site_around_it(session, facilitator):
    response = facilitator.get(at(session, "scherm/"))

    assert "testserver/meedoen" in page_of(response).words
    assert f"{session.code[:3]} {session.code[3:]}" in page_of(response).words
    assert "<svg" in markup_of(response)
    assert "site-head" not in markup_of(response)


def test_screen_of_a_closed_round_shows_no_way_in(session, coordinator):
    code = session.code
    put(session, "closed")
    response = coordinator.get(at(session, "scherm/"))

    assert "Deze ronde is gesloten" in markup_of(response)
    assert [sign for sign in (f"{code[:3]} {code[3:]}", "<svg", "hx-get") if sign in markup_of(response)] == []


# --- the link


def test_link_is_renewed_after_asking(session, coordinator):
    before = (session.join_token, session.code)
    asked = coordinator.get(at(session, "link/"))
    assert f"De link en de code {session.code[:3]} {session.code[3:]} werken dan niet meer." in page_of(asked).words
    assert Session.objects.values_list("join_token", "code").get() == before

    assert coordinator.post(at(session, "link/")).status_code == 303
    after = Session.objects.values_list("join_token", "code").get()
    assert (after[0] == before[0], after[1] == before[1]) == (False, False)


# --- closing


def test_close_asks_with_this_rounds_numbers(session, coordinator):
    for finish in (True, True, False, False):
        fill_in(session, ANSWER, finish=finish)
    fill_in(session, {"goal-sentence": "Alleen een zin"})
    Invitee.objects.create(session=session, email="bo@example.org")
    response = coordinator.get(at(session, "sluiten/"))

    assert page_of(response).facts() == [
        ("begonnen", "5"),
        ("klaar", "2"),
        # Not how many count: that one of five gave no answer to a statement is nobody's business while they answer.
        ("verwacht", "6"),
    ]
    assert "Het e-mailadres dat je uitnodigde, wordt gewist." in markup_of(response)
    assert go(response) == ["Ja, sluit de ronde"]
    assert Session.objects.get().stage == "open"
    assert coordinator.post(at(session, "sluiten/")).status_code == 303
    assert Session.objects.get().stage == "closed"


@pytest.mark.parametrize("prepares", [True, False])
def test_close_says_what_small_groups_and_the_facilitator_mean(collaboration, coordinator, prepares):
    groups = {"grouping": Grouping.LEVEL, "groups": (("practice", 3), ("board", 3))}
    session = put(make_round(collaboration=collaboration, facilitator_prepares=prepares, **groups), "open")
    page = markup_of(coordinator.get(at(session, "sluiten/")))

    assert "Een groep met minder dan 3 antwoorden krijgt geen eigen cijfers" in page
    assert ("De begeleider kan het verslag lezen." in page) is prepares


def test_close_with_too_few_offers_two_ways_and_closes_nothing(session, coordinator):
    put(session, "open", 2)
    for response, status in (
        (coordinator.get(at(session, "sluiten/")), 200),
        (coordinator.post(at(session, "sluiten/")), 422),
    ):
        assert response.status_code == status
        assert "Te weinig antwoorden om anoniem te blijven" in markup_of(response)
        assert "De ronde sluit. De antwoorden van 2 mensen worden gewist, voorgoed." in markup_of(response)
        assert go(response) == ["Houd de ronde open"]
    assert (Session.objects.get().stage, session.responses.count()) == ("open", 2)


def test_close_with_too_few_without_results_erases_them(session, coordinator):
    put(session, "open", 2)

    assert coordinator.post(at(session, "sluiten/"), {"without": "1"}).status_code == 303
    assert (Session.objects.get().stage, session.responses.count()) == ("closed", 0)


def test_close_with_too_few_keeps_open_until_a_later_day(session, coordinator):
    session = put(session, "open", 2, closes_on=clock.today())
    plan, later = plans.plan_of(session), clock.today() + timedelta(7)
    past = {"keep": "1", "closes_on": (clock.today() - timedelta(1)).isoformat()}
    wrong = coordinator.post(at(session, "sluiten/"), past)

    assert wrong.status_code == 422
    assert "Deze dag is al voorbij. Kies vandaag of later." in markup_of(wrong)
    assert f'value="{past["closes_on"]}"' in markup_of(wrong)
    assert coordinator.post(at(session, "sluiten/"), {"keep": "1", "closes_on": later.isoformat()}).status_code == 303
    assert plans.plan_of(Session.objects.get()) == replace(plan, closes_on=later)


def test_close_by_name_closes_with_one(collaboration, coordinator):
    session = put(make_round(Mode.NAMED, collaboration=collaboration), "open", 1)

    assert "Te weinig" not in markup_of(coordinator.get(at(session, "sluiten/")))
    assert coordinator.post(at(session, "sluiten/")).status_code == 303


# --- opening up, concluding


def test_open_asks_and_opens(session, coordinator):
    put(session, "closed", 4)
    response = coordinator.get(at(session, "openen/"))

    assert "het verslag, met de antwoorden van 4 mensen." in markup_of(response)
    assert Session.objects.get().stage == "closed"
    assert coordinator.post(at(session, "openen/")).status_code == 303
    assert Session.objects.get().stage == "discussion"


def test_conclude_asks_and_concludes(session, coordinator):
    put(session, "discussion")
    response = coordinator.get(at(session, "afronden/"))

    assert "Jullie legden nog bij geen enkel punt vast" in markup_of(response)
    assert "Je kunt het nog 10 minuten terugnemen." in markup_of(response)
    assert coordinator.post(at(session, "afronden/"), CONCLUDING).status_code == 303
    assert Session.objects.get().stage == "concluded"


@pytest.mark.parametrize(
    ("rest", "stage", "said"),
    [
        ("sluiten/", "open", "Sluiten is voorgoed. Je kunt de ronde daarna niet weer openen."),
        ("openen/", "closed", "Openen is voorgoed. Het verslag gaat daarna niet weer dicht."),
    ],
)
def test_closing_and_opening_say_that_they_are_for_good(session, coordinator, rest, stage, said):
    put(session, stage)

    assert said in page_of(coordinator.get(at(session, rest))).words


def test_conclusion_is_taken_back_with_what_was_filled_in(session, coordinator, facilitator):
    put(session, "discussion")
    coordinator.post(at(session, "afronden/"), {**CONCLUDING, "reason": "Omdat het moet"})
    page = page_of(coordinator.get(at(session)))
    assert "Je kunt het afronden nog 10 minuten terugnemen, tot " in page.words
    assert "Toch niet afronden" in page.main.buttons()
    assert "Toch niet afronden" not in page_of(facilitator.get(at(session))).main.buttons()

    again = coordinator.post(at(session, "afronden/terug/"))

    assert (again.status_code, Session.objects.get().stage) == (200, "discussion")
    form = page_of(again).main
    assert form.field("Waarom? (hoeft niet)").value == "Omdat het moet"
    assert [choice.split()[0] for choice in form.chosen()] == ["Ja,", "Herstellen"]
    assert "De sessie is weer in gesprek." in form.words
    assert coordinator.post(at(session, "afronden/"), CONCLUDING).status_code == 303


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 10), (1, 10), (61, 9), (599, 1), (600, None), (100_000, None)])
def test_conclusion_can_be_taken_back_for_ten_minutes(session, coordinator, monkeypatch, seconds, minutes):
    put(session, "discussion")
    then = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: then)
    coordinator.post(at(session, "afronden/"), CONCLUDING)
    monkeypatch.setattr(timezone, "now", lambda: then + timedelta(seconds=seconds))
    words = page_of(coordinator.get(at(session))).words
    said = [int(number) for number in re.findall(r"afronden nog (\d+) minu", words)]
    assert said == ([minutes] if minutes else [])

    response = coordinator.post(at(session, "afronden/terug/"))

    assert response.status_code == (200 if minutes else 409)
    assert Session.objects.get().stage == ("discussion" if minutes else "concluded")
    if not minutes:
        assert "Die zijn voorbij: het besluit staat vast." in page_of(response).words


def test_conclusion_taken_back_by_two_people_says_so_to_the_second(session, coordinator):
    put(session, "discussion")
    coordinator.post(at(session, "afronden/"), CONCLUDING)
    assert coordinator.post(at(session, "afronden/terug/")).status_code == 200

    second = coordinator.post(at(session, "afronden/terug/"))

    assert second.status_code == 409
    assert "De sessie is nu in gesprek." in markup_of(second)


STEPS = {"sluiten/": "open", "openen/": "closed", "afronden/": "discussion", "link/": "open", "uitnodigen/": "open"}


@pytest.mark.parametrize("rest", STEPS)
@pytest.mark.parametrize("stage", Session.Stage.values)
def test_step_that_somebody_else_took_leads_back_friendly(session, coordinator, rest, stage):
    put(session, stage)
    expected = 200 if STEPS[rest] == stage else 409
    response = coordinator.get(at(session, rest))

    assert response.status_code == expected
    if expected == 409:
        assert coordinator.post(at(session, rest)).status_code == 409
        assert at(session) in page_of(response).addresses()
        assert Session.objects.get().stage == stage


def test_step_taken_between_page_and_button_leads_back_friendly(session, coordinator, monkeypatch):
    put(session, "open")
    taken = rounds.close_round

    def close(found, **kwargs):
        taken(found, **kwargs)
        return taken(found, **kwargs)

    monkeypatch.setattr("reflectie.views.sessions.stages.close_round", close)
    response = coordinator.post(at(session, "sluiten/"))

    assert response.status_code == 409
    assert "De sessie is nu gesloten." in markup_of(response)


# --- erasing


def test_erase_asks_and_erases_this_session_alone(session, collaboration, coordinator):
    put(session, "open", 2)
    other = make_round(collaboration=collaboration)
    response = coordinator.get(at(session, "wissen/"))

    assert "We wissen dan de antwoorden van 2 mensen" in markup_of(response)
    assert Session.objects.count() == 2
    gone = coordinator.post(at(session, "wissen/"))
    assert (gone.status_code, gone["Location"]) == (303, f"/samenwerkingen/{collaboration.pk}/")
    assert Session.objects.get() == other
    assert coordinator.get(at(session)).status_code == 404
