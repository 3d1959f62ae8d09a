"""Taking part once begun: by mode and by stage, on one's own device or a shared one."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session as SessionRow
from django.test import Client
from django.urls import reverse

from reflectie.domain.questionnaire.answers import digest, note_name
from reflectie.domain.setup import Grouping, Mode
from reflectie.models import RateCount, Response, Session
from reflectie.services import clock, erasure, tokens
from reflectie.services.questionnaire import plans
from reflectie.services.sessions import rounds
from reflectie.views.questionnaire import participant
from reflectie.web.participant_cookie import cookie_name, in_groups, sheet_draft_key
from reflectie.web.throttle import LIMIT
from tests.helpers.factories import HTMX, fill_in, make_account, make_collaboration, make_round
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.participants import answers, begin, code_of, draft_key, finish_all, give, text_of, url
from tests.helpers.rounds import erased_before

pytestmark = pytest.mark.django_db

ROUNDS = [Mode.ANONYMOUS, Mode.NAMED]


# --- filling in and finishing


def test_finishing_leads_to_thanks_with_the_standing_and_the_code():
    session = make_round(expected=6)
    finish_all(session, 2)
    client = begin(session)

    response = give(client, session, {"goal-shared": "helping"}, finish=True)
    assert (response.status_code, response["Location"]) == (303, url("join", session))

    thanks = client.get(url("join", session))
    assert "Bedankt, je antwoorden zijn binnen" in text_of(thanks)
    assert "3 van de 6 zijn klaar. 3 deelnemers begonnen." in text_of(thanks)
    assert in_groups(code_of(client, session)) in text_of(thanks)
    for route in ("join-fill", "join-withdraw", "join-new", "join-standing"):
        assert url(route, session) in markup_of(thanks)


def test_finishing_by_name_asks_for_a_name_beside_that_question():
    session = make_round(Mode.NAMED)
    client = begin(session)

    refused = give(client, session, {"goal-shared": "helping", "participant": "  "}, finish=True)

    assert refused.status_code == 422
    assert "Vul je naam in" in page_of(refused).at("state-participant").words
    response = session.responses.get()
    assert (response.finished, answers(session)) == (False, [{"goal-shared": "helping"}])
    assert give(client, session, {"participant": "Noor"}, finish=True).status_code == 303
    assert session.responses.get().finished
    assert session.responses.get().extras == {"participant": "Noor"}


def test_saving_by_name_can_wait_with_the_name():
    session = make_round(Mode.NAMED)

    assert give(begin(session), session, {"goal-shared": "helping", "participant": ""}).status_code == 303


def test_anonymous_round_asks_for_no_name():
    pages = {}
    for mode in (Mode.NAMED, Mode.ANONYMOUS):
        session = make_round(mode)
        pages[mode] = markup_of(begin(session).get(url("join-fill", session)))

    assert [mode for mode, page in pages.items() if 'name="goal-shared"' in page] == [Mode.NAMED, Mode.ANONYMOUS]
    assert [mode for mode, page in pages.items() if 'name="participant"' in page] == [Mode.NAMED]


def test_together_everybody_with_the_link_has_the_same_sheet_and_finishing_opens_the_report():
    session = make_round(Mode.TOGETHER)
    first, second = Client(), Client()
    give(first, session, {"goal-shared": "helping"})
    response = give(second, session, {"form-intensity": "hindering"}, finish=True)

    report = reverse("report", args=[tokens.read_token(session.join_token)])
    assert (response.status_code, response["Location"]) == (303, report)
    assert Client().get(report).status_code == 200
    assert answers(session) == [{"goal-shared": "helping", "form-intensity": "hindering"}]
    assert report in markup_of(first.get(url("join", session)))


def test_adopted_reflection_goes_on_by_both_its_links(finished):
    response = finished.response
    session = rounds.adopt(response.session, finished.token, make_collaboration())

    give(Client(), session, {"goal-shared": "hindering"}, seen="")

    assert 'value="hindering" checked' in markup_of(Client().get(url("join-fill", session)))
    assert session.responses.count() == 1


def test_renewed_link_takes_along_who_was_filling_in():
    session = make_round()
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    old = url("join", session)

    session = rounds.renew_link(session)

    assert client.get(old).status_code == 404
    assert 'value="helping" checked' in markup_of(client.get(url("join-fill", session)))


def test_renewed_link_says_so_until_the_session_is_erased():
    session = make_round()
    client = begin(session)
    old, sheet = url("join", session), url("join-fill", session)
    mark = draft_key(client, session)
    session = rounds.renew_link(session)

    for asked in (client.get(old), client.get(sheet), client.post(sheet, {"keep-as": mark}), Client().get(old)):
        assert (asked.status_code, "Deze link is vernieuwd" in asked.text) == (404, True)
        # What waits in the browser is left alone, and nothing leads to the new link.
        assert ("data-waits" in asked.text, "data-kept" in asked.text) == (True, False)
        assert session.join_token not in asked.text

    finish_all(session, 3)
    rounds.close_round(session)
    assert f'data-kept="{mark.rpartition("-")[0]}-"' in client.get(old).text
    assert 'data-kept=""' in Client().get(old).text
    erasure.erase_session(session.pk)
    assert "Deze link is vernieuwd" not in client.get(old).text


def test_sheet_that_was_withdrawn_elsewhere_is_not_begun_again_by_a_page_that_showed_it():
    session = make_round()
    client = begin(session)
    give(client, session, {"goal-shared": "helping"})
    page = client.get(url("join-fill", session)).text
    assert '<input type="hidden" name="begun" value="1">' in page
    Response.objects.all().delete()

    late = {
        "form-intensity": "helping",
        "seen-form-intensity": "0",
        "keep-as": draft_key(client, session),
        "begun": "1",
    }

    assert client.post(url("join-fill", session), late).status_code == 404
    assert not Response.objects.exists()


# --- going on elsewhere


def test_own_code_opens_the_answers_on_another_device():
    session = make_round()
    give(client := begin(session), session, {"goal-shared": "helping"})
    other = Client()

    response = other.post(url("join-continue", session), {"code": in_groups(code_of(client, session)).lower()})

    assert (response.status_code, response["Location"]) == (303, url("join-fill", session))
    assert 'value="helping" checked' in markup_of(other.get(url("join-fill", session)))


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", "Vul de code in."),
        ("ACDE", "Een persoonlijke code heeft 12 tekens"),
        ("ACDE-FGHJ-KMNP", "Onder deze code is in deze sessie niets begonnen."),
    ],
)
def test_own_code_that_opens_nothing_says_so(client, typed, error):
    response = client.post(url("join-continue", make_round()), {"code": typed})

    assert response.status_code == 422
    assert error in text_of(response)
    assert set(client.cookies) == {"csrftoken"}


def test_code_without_a_first_answer_opens_nothing(client):
    session = make_round()
    code = code_of(begin(session), session)

    assert client.post(url("join-continue", session), {"code": code}).status_code == 422


def test_own_code_of_one_session_opens_nothing_in_another(client):
    one, other = make_round(), make_round()
    code = fill_in(one, {"goal-shared": "helping"})
    fill_in(other, {"goal-shared": "helping"})

    assert client.post(url("join-continue", other), {"code": code}).status_code == 422


def test_too_many_wrong_own_codes_wait_and_leave_the_short_code_open(client):
    session = make_round()
    code = fill_in(session, {"goal-shared": "helping"})
    for _ in range(LIMIT):
        client.post(url("join-continue", session), {"code": "ACDE-FGHJ-KMNP"})

    assert client.post(url("join-continue", session), {"code": code}).status_code == 429
    assert client.post(reverse("join-code"), {"code": session.code}).status_code == 303


# --- withdrawing


def test_withdrawing_takes_a_confirmation_and_leaves_nothing():
    session = make_round()
    finish_all(session, 1)
    give(client := begin(session), session, {"goal-shared": "hindering"}, finish=True)
    mark = draft_key(client, session)

    assert client.get(url("join-withdraw", session)).status_code == 200
    assert session.responses.count() == 2
    gone = client.post(url("join-withdraw", session))

    assert "Je antwoorden zijn weg" in text_of(gone)
    assert f'data-forget="{mark}"' in markup_of(gone)
    assert gone["Clear-Site-Data"] == '"cache"'
    assert client.cookies[cookie_name(session)].value == ""
    assert answers(session) == [{"goal-shared": "helping"}]
    assert ">Begin<" in markup_of(client.get(url("join", session)))


def test_withdrawing_from_what_is_erased_meanwhile_finds_nothing(monkeypatch):
    session = make_round()
    client = begin(session)
    monkeypatch.setattr(participant, "withdraw", erased_before(rounds.withdraw))
    assert client.post(url("join-withdraw", session)).status_code == 404


def test_withdrawing_without_a_code_here_asks_for_it(client):
    session = make_round()

    assert client.get(url("join-withdraw", session))["Location"] == url("join-continue", session)
    assert client.post(url("join-withdraw", session))["Location"] == url("join-continue", session)


@pytest.mark.parametrize("mode", ROUNDS)
def test_withdrawing_after_closing_says_why_it_cannot(mode):
    session = make_round(mode)
    finish_all(session, 3)
    give(client := begin(session), session, {"goal-shared": "hindering"})
    rounds.close_round(session)

    for response in (client.get(url("join-withdraw", session)), client.post(url("join-withdraw", session))):
        assert response.status_code == 409
        assert "Intrekken kan niet meer" in text_of(response)
    assert ("niemand weet nog welke van jou zijn" in text_of(response)) == (mode is Mode.ANONYMOUS)
    assert session.responses.count() == 4


# --- what was promised


@pytest.mark.parametrize("change", [{"mode": Mode.NAMED}, {"facilitator_prepares": True}, {"questions": ()}])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_nothing_is_saved_under_another_promise_than_was_read(change, headers):
    session = make_round()
    client = begin(session)
    mark = draft_key(client, session)
    rounds.change_plan(session, replace(plans.plan_of(session), **change))
    data = {"goal-shared": "hindering", "seen-goal-shared": "0", "keep-as": mark}

    response = client.post(url("join-fill", session), data, headers=headers)

    assert response.status_code == 409
    assert "De ronde is intussen gewijzigd" in text_of(response)
    assert "Niet gedeeld door alle partners" in text_of(response)
    assert session.responses.count() == 0
    give(client, session, {"goal-shared": "hindering"})
    assert answers(session) == [{"goal-shared": "hindering"}]


def test_another_closing_date_breaks_no_promise():
    session = make_round()
    client = begin(session)
    mark = draft_key(client, session)
    rounds.change_plan(session, replace(plans.plan_of(session), closes_on=clock.today(), expected=12))

    assert give(client, session, {"goal-shared": "hindering"}, mark=mark).status_code == 303


# --- a device that goes round


def test_new_participant_leaves_nothing_of_the_first():
    session = make_round()
    client = begin(session)
    give(client, session, {"goal-shared": "hindering"}, finish=True)
    first = code_of(client, session)

    response = client.post(url("join-new", session))

    assert (response.status_code, response["Location"]) == (303, url("join", session))
    assert response["Clear-Site-Data"] == '"cache"'
    intro = client.get(url("join", session))
    assert ">Begin<" in markup_of(intro)
    assert in_groups(first) not in markup_of(intro)
    give(begin(session, client), session, {"goal-shared": "helping"})
    assert code_of(client, session) != first
    assert answers(session) == [{"goal-shared": "helping"}, {"goal-shared": "hindering"}]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_sheet_left_open_by_the_first_saves_nothing_under_the_second(headers):
    session = make_round()
    client = begin(session)
    mark = draft_key(client, session)
    give(client, session, {"goal-shared": "hindering"})
    client.post(url("join-new", session))
    late = {"form-intensity": "helping", "seen-form-intensity": "0", "keep-as": mark}

    between = client.post(url("join-fill", session), late, headers=headers)
    begin(session, client)
    after = client.post(url("join-fill", session), late, headers=headers)

    for response in (between, after):
        assert response.status_code == 409
        assert "Wat je net invulde, is niet bewaard." in text_of(response)
        assert "hx-swap-oob" not in markup_of(response)
        # Who looks now may be the next: what the first gave isn't on the page, and goes from the browser.
        assert "Samenwerkingsvorm matcht benodigde intensiteit" not in text_of(response)
        assert f'data-forget="{mark}"' in markup_of(response)
    assert answers(session) == [{"goal-shared": "hindering"}]


def test_marks_in_the_browser_differ_by_person_and_open_nothing():
    session = make_round()
    marks = [draft_key(begin(session), session) for _ in range(2)]
    code = fill_in(session, {"goal-shared": "helping"})
    token_hash = tokens.hash_personal_code(session.pk, code)

    assert marks[0] != marks[1]
    assert sheet_draft_key(session, token_hash).partition("-")[2] not in token_hash


# --- by stage


@pytest.mark.parametrize("mode", ROUNDS)
def test_closed_round_waits_for_its_report(client, mode):
    session = make_round(mode)
    finish_all(session, 3)
    begin(session, client)
    rounds.close_round(session)

    waiting = client.get(url("join", session))

    assert waiting.status_code == 200
    assert "opent voor iedereen tegelijk, op deze link" in text_of(waiting)
    assert url("join-standing", session) in markup_of(waiting)
    for route in ("join", "join-fill", "join-continue", "join-new"):
        response = client.get(url(route, session), follow=True)
        assert "De ronde is gesloten" in text_of(response), route
    assert client.post(url("join", session), follow=True).redirect_chain == [(url("join", session), 303)]


@pytest.mark.parametrize("stage", [Session.Stage.DISCUSSION, Session.Stage.CONCLUDED])
@pytest.mark.parametrize("mode", [*ROUNDS, Mode.TOGETHER])
def test_opened_round_leads_to_its_report(client, mode, stage):
    session = make_round(mode)
    Session.objects.filter(pk=session.pk).update(stage=stage)

    response = client.get(url("join", session))

    report = reverse("report", args=[tokens.read_token(session.join_token)])
    assert (response.status_code, response["Location"]) == (302, report)


def test_past_its_closing_date_a_round_waits_even_for_who_finished():
    session = make_round(closes_on=date.today())
    give(client := begin(session), session, {"goal-shared": "helping"}, finish=True)
    Session.objects.filter(pk=session.pk).update(closes_on=date.today() - timedelta(days=2))

    waiting = client.get(url("join", session))

    assert "De ronde is gesloten" in text_of(waiting)
    assert url("join-withdraw", session) in markup_of(waiting)
    assert "Je antwoorden zijn weg" in text_of(client.post(url("join-withdraw", session)))
    assert session.responses.count() == 0


def test_answer_after_closing_is_refused_and_stays_in_sight():
    session = make_round()
    finish_all(session, 3)
    give(client := begin(session), session, {"goal-shared": "helping"})
    mark = draft_key(client, session)
    rounds.close_round(session)

    late = give(client, session, {"goal-shared-note": "Te laat getypt"}, mark=mark)

    assert late.status_code == 409
    assert "De ronde is gesloten" in text_of(late)
    assert "Te laat getypt" in text_of(late)
    # The page shows all that the browser still kept of this person, and then keeps it no longer.
    assert f'data-kept="{mark.rpartition("-")[0]}-"' in markup_of(late)
    assert url("join", session) in markup_of(late)


@pytest.mark.parametrize("route", ["join", "join-fill", "join-standing", "join-continue", "join-withdraw", "join-new"])
def test_link_that_never_was_opens_nothing(client, route):
    address = reverse(route, args=["A" * 22])

    assert (client.get(address).status_code, client.post(address).status_code) == (
        404,
        405 if route == "join-standing" else 404,
    )


# --- the standing


def test_standing_is_one_query_and_unchanged_costs_no_page(client, django_assert_num_queries):
    session = make_round(expected=6)
    for number in (3, 200):
        finish_all(session, number - session.responses.count())
        with django_assert_num_queries(1):
            first = client.get(url("join-standing", session))
        with django_assert_num_queries(1):
            again = client.get(url("join-standing", session), headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert {part.strip() for part in first["Cache-Control"].split(",")} == {"private", "no-cache"}
        done = "3 van de 6 zijn klaar." if number == 3 else "200 deelnemers zijn klaar, 6 verwacht."
        assert f"{done} {number} deelnemers begonnen." in page_of(first).words
    fill_in(session, {"goal-shared": "helping"})
    assert client.get(url("join-standing", session), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_standing_stops_asking_once_the_report_is_open(client):
    session = make_round()
    finish_all(session, 3)
    assert client.get(url("join-standing", session), headers=HTMX).status_code == 200
    rounds.close_round(session)
    closed = client.get(url("join-standing", session), headers=HTMX)
    rounds.open_report(session)
    opened = client.get(url("join-standing", session), headers=HTMX)

    assert (closed.status_code, opened.status_code) == (200, 286)
    assert "Het verslag is nog niet open." in markup_of(closed)
    assert reverse("report", args=[tokens.read_token(session.join_token)]) in markup_of(opened)
    assert client.get(url("join-standing", session)).status_code == 200


def test_standing_tells_a_page_that_shows_the_code_to_load_again_once_closed(client):
    session = make_round()
    finish_all(session, 3)
    shown = url("join-standing", session) + "?open"
    before = client.get(shown, headers=HTMX)
    rounds.close_round(session)
    after = client.get(shown, headers={**HTMX, "If-None-Match": before["ETag"]})

    assert "HX-Refresh" not in before
    assert (after.status_code, after["HX-Refresh"]) == (200, "true")
    assert "HX-Refresh" not in client.get(url("join-standing", session), headers=HTMX)


# --- what it costs, and what it leaves


def test_pages_take_as_many_queries_at_three_responses_as_at_two_hundred(django_assert_num_queries):
    session = make_round()
    client = begin(session)
    give(client, session, {"goal-shared": "helping"}, finish=True)
    mark = draft_key(client, session)
    seen = ""
    for number, value in ((3, "hindering"), (200, "helping")):
        finish_all(session, number - session.responses.count())
        with django_assert_num_queries(1):
            Client().get(url("join", session))
        with django_assert_num_queries(3):
            client.get(url("join", session))
        with django_assert_num_queries(2):
            client.get(url("join-fill", session))
        data = {"form-intensity": value, "seen-form-intensity": digest(seen), "keep-as": mark}
        # Found; savepoint, locked, one's own sheet, written, PDF gone, savepoint released.
        with django_assert_num_queries(7):
            assert client.post(url("join-fill", session), data, headers=HTMX).status_code == 200
        seen = value


def test_signed_in_or_not_no_page_asks_who_it_is(django_assert_num_queries):
    session = make_round()
    client = Client()
    client.force_login(make_account())
    begin(session, client).get(url("join-fill", session))

    with django_assert_num_queries(2):
        client.get(url("join", session))
    with django_assert_num_queries(2):
        client.get(url("join-fill", session))
    for route, queries in (("join-new", 1), ("join-continue", 1), ("join-withdraw", 1), ("join-standing", 1)):
        with django_assert_num_queries(queries):
            assert client.get(url(route, session)).status_code == 200
    with django_assert_num_queries(0):
        client.get(reverse("join-code"))


def test_taking_part_makes_no_session_row_and_no_cookie_but_its_own():
    session = make_round()
    client = begin(session)
    give(client, session, {"goal-shared": "helping"}, finish=True)
    client.get(url("join", session))
    client.post(url("join-continue", session), {"code": "ACDE"})
    client.get(url("join-new", session))

    assert SessionRow.objects.count() == 0
    assert set(client.cookies) == {cookie_name(session), "csrftoken"}


@pytest.mark.parametrize("route", ["join", "join-fill", "join-continue", "join-withdraw", "join-new"])
def test_no_page_is_kept_by_the_browser_or_found_by_search_engines(route):
    session = make_round()

    response = begin(session).get(url(route, session))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"


def test_expired_form_token_sends_the_sheet_again():
    session = make_round()
    client = Client(enforce_csrf_checks=True)
    token = page_of(client.get(url("join", session))).main.value("csrfmiddlewaretoken")
    client.post(url("join", session), {"csrfmiddlewaretoken": token})
    mark = draft_key(client, session)

    refused = client.post(
        url("join-fill", session), {"goal-shared": "helping", "seen-goal-shared": "0", "keep-as": mark}
    )

    kept = page_of(refused).main.sent()
    assert refused.status_code == 403
    assert client.post(url("join-fill", session), kept).status_code == 303
    assert answers(session) == [{"goal-shared": "helping"}]


def test_no_address_carries_a_participants_code_or_mark():
    session = make_round()
    client = begin(session)
    page = markup_of(client.get(url("join-fill", session)))
    code, mark = code_of(client, session), draft_key(client, session)
    addresses = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', page)

    assert addresses
    assert [address for address in addresses if code in address or mark in address or in_groups(code) in address] == []
    assert Response.objects.count() == 0


def test_partner_with_a_name_that_means_something_here_keeps_its_name(client):
    session = make_round(Mode.NAMED, grouping=Grouping.PARTNER, groups=(("team", 3), ("network", 3)))
    url = reverse("join", args=[session.join_token])
    page = page_of(client.get(client.post(url)["Location"]))

    assert "Eén team" not in page.part("Over jou").words
    assert page.field("team").value == "team"


def test_page_that_asks_by_a_link_that_was_renewed_is_told_to_load_itself_again(client):
    session = make_round()
    old = url("join-standing", session)
    rounds.renew_link(session)

    polled = client.get(old, headers=HTMX)

    assert (polled.status_code, polled["HX-Refresh"]) == (404, "true")
    assert client.get(old).status_code == 404


def test_sheets_of_a_round_are_not_begun_without_end_and_what_was_given_stays(monkeypatch):
    monkeypatch.setattr("reflectie.services.questionnaire.sheets.MAX_BEGUN", 2)
    session = make_round()
    first, second, third = [begin(session) for _ in range(3)]
    assert [give(client, session, {"goal-shared": "helping"}).status_code for client in (first, second)] == [303, 303]

    refused = give(third, session, {note_name("goal-shared"): "Samen eten helpt."})

    assert refused.status_code == 409
    assert "Deze ronde is vol" in text_of(refused)
    assert "Samen eten helpt." in text_of(refused)
    assert session.responses.count() == 2
    # Who had begun goes on.
    assert give(first, session, {"goal-shared": "hindering"}, seen=digest("helping")).status_code == 303


def test_taking_part_leaves_no_count_of_where_from():
    session = make_round()
    client = Client()
    assert client.post(reverse("join-code"), {"code": session.code}).status_code == 303
    client = begin(session)
    give(client, session, {"goal-shared": "helping"}, finish=True)
    led = Client().post(url("join-continue", session), {"code": code_of(client, session)})

    assert led.status_code == 303
    assert not RateCount.objects.exists()


@pytest.mark.parametrize("query", ["", "?open"])
def test_standing_that_a_page_shows_already_is_sent_no_more(client, query):
    """Swapped every five seconds for the same, it would be read out every five seconds."""
    session = make_round()
    shown = client.get(url("join-standing", session) + query, headers=HTMX)
    mark = page_of(shown).value("gezien")
    again = url("join-standing", session) + f"{query or '?'}&gezien={mark}"
    assert client.get(again, headers=HTMX).status_code == 204
    fill_in(session, {"goal-shared": "helping"})
    assert client.get(again, headers=HTMX).status_code == 200
    for step in (rounds.close_round, rounds.open_report):
        step(Session.objects.get(pk=session.pk), **({"without_results": True} if step is rounds.close_round else {}))
        changed = client.get(again, headers=HTMX)
    assert changed.status_code == 286


@pytest.mark.parametrize("name", ["join", "session", "session-screen"])
def test_pages_that_ask_how_it_stands_say_what_they_show(client, coordinator, collaboration, name):
    session = make_round(collaboration=collaboration)
    key = session.join_token if name == "join" else session.pk
    fill_in(session, {"goal-shared": "helping"}, finish=True)
    if name == "join":
        session = rounds.change_plan(session, replace(plans.plan_of(session), closes_on=date(2026, 11, 1)))
    page = markup_of((client if name == "join" else coordinator).get(reverse(name, args=[key])))
    [asking] = re.findall(r'<div class="standing"[^>]*hx-include="find input"[^>]*>.*?</div>', page, re.DOTALL)
    assert f'name="gezien" value="{rounds.load_progress(session.join_token).mark}"' in asking
