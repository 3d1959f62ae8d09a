"""Rounds as services keep them: planned, changed, closed in each way, opened up and concluded, and nothing left that
ties."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from django.db import connection

from reflectie.domain.questionnaire.answers import Posted
from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Answer, Invitee, Response, Session
from reflectie.services import tokens
from reflectie.services.clock import today
from reflectie.services.erasure import erase_expired, erase_session
from reflectie.services.errors import NotFoundError
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.questionnaire.sheets import (
    SessionClosedError,
    find_response,
    load_filling,
    load_sheets,
    save_fields,
    takes_answers,
)
from reflectie.services.sessions import rounds
from tests.helpers.factories import CONCLUSION, at_once, fill_in, make_collaboration, make_reflection, make_round

pytestmark = pytest.mark.django_db

ANSWER = {"goal-shared": "helping"}
PLAN = Plan(date(2026, 11, 20), Mode.ANONYMOUS, ("first",), expected=6)


def fill_for(session, count, values=ANSWER, **kwargs):
    return [fill_in(session, values, **kwargs) for _ in range(count)]


def fresh(session):
    return Session.objects.get(pk=session.pk)


def closed(mode=Mode.ANONYMOUS, people=3, **plan):
    session = make_round(mode, **plan)
    fill_for(session, people)
    return rounds.close_round(session)


# --- planning


def test_plan_session_has_a_link_a_code_and_its_plan():
    plan = replace(
        PLAN,
        grouping=Grouping.LEVEL,
        groups=(("practice", 3), ("board", 3)),
        closes_on=date(2026, 12, 1),
        paper_by="An",
    )
    session = fresh(rounds.plan_session(make_collaboration(), plan))

    assert plans.plan_of(session) == plan
    assert (session.stage, len(session.join_token), len(session.code)) == ("open", 22, tokens.SHORT_CODE)
    assert session.read_hash == tokens.hash_token(tokens.read_token(session.join_token))
    assert rounds.find_by_code(session.code) == session.join_token


def test_plan_session_sent_twice_with_one_key_makes_one():
    collaboration = make_collaboration()
    key = uuid4()
    first = rounds.plan_session(collaboration, PLAN, key)
    again = rounds.plan_session(collaboration, PLAN, key)

    assert (again.pk, again.join_token) == (first.pk, first.join_token)
    assert Session.objects.count() == 1


def test_plan_session_with_one_key_and_another_plan_is_another():
    """As a browser sends it that goes back to the form as it was left."""
    collaboration = make_collaboration()
    key = uuid4()
    first = rounds.plan_session(collaboration, PLAN, key)
    later = replace(PLAN, planned_on=PLAN.planned_on + timedelta(7))
    second = rounds.plan_session(collaboration, later, key)

    assert first.pk != second.pk
    assert [plans.plan_of(fresh(session)) for session in (first, second)] == [PLAN, later]


def test_plan_session_with_another_collaborations_key_gives_nothing_away():
    key = uuid4()
    first = rounds.plan_session(make_collaboration(), PLAN, key)
    other = make_collaboration("Elders")

    assert rounds.plan_session(other, PLAN, key).pk != first.pk
    assert other.sessions.count() == 1


def test_last_plan_is_the_latest_that_was_planned():
    collaboration = make_collaboration()
    assert rounds.last_plan(collaboration) is None
    for day, mode in ((3, Mode.NAMED), (9, Mode.TOGETHER), (5, Mode.ANONYMOUS)):
        rounds.plan_session(collaboration, replace(PLAN, planned_on=date(2026, 11, day), mode=mode))
    reflection = make_reflection()
    rounds.adopt(reflection.response.session, reflection.token, collaboration)

    assert rounds.last_plan(collaboration).mode is Mode.TOGETHER


@pytest.mark.parametrize(
    "change",
    [
        {"mode": Mode.NAMED},
        {"questions": ("first", "goal-sentence")},
        {"grouping": Grouping.LEVEL},
        {"groups": (("board", 3),)},
        {"facilitator_prepares": True},
        {"paper_by": "Mieke"},
    ],
)
def test_change_plan_keeps_the_promise_from_the_first_answer_on(change):
    session = rounds.plan_session(make_collaboration(), PLAN)
    changed = replace(PLAN, **change)
    assert plans.plan_of(rounds.change_plan(session, changed)) == changed
    rounds.change_plan(session, PLAN)
    fill_in(session, ANSWER)

    with pytest.raises(rounds.BegunError):
        rounds.change_plan(session, changed)
    assert plans.plan_of(fresh(session)) == PLAN


def test_change_plan_moves_days_and_numbers_after_the_first_answer_too():
    session = rounds.plan_session(make_collaboration(), PLAN)
    fill_in(session, ANSWER)
    changed = replace(PLAN, planned_on=date(2026, 12, 5), closes_on=date(2026, 12, 4), expected=9)

    rounds.change_plan(session, changed)

    assert plans.plan_of(fresh(session)) == changed


def test_change_plan_once_closed_is_refused():
    with pytest.raises(rounds.StageError):
        rounds.change_plan(closed(), PLAN)


# --- the link


def test_renew_link_old_link_and_code_stop_and_answers_stay():
    session = make_round()
    code = fill_in(session, ANSWER)
    before = fresh(session)
    rounds.renew_link(session)
    after = fresh(session)

    assert (rounds.load_progress(before.join_token), rounds.find_by_code(before.code)) == (None, None)
    assert rounds.find_by_code(after.code) == after.join_token
    assert after.read_hash == tokens.hash_token(tokens.read_token(after.join_token)) != before.read_hash
    assert find_response(after, tokens.hash_personal_code(session.pk, code)) is not None


def test_code_that_another_session_has_is_drawn_again(monkeypatch):
    first = make_round()
    drawn = iter([first.code, "DRAWN2", first.code, "DRAWN4"])
    monkeypatch.setattr("reflectie.services.sessions.rounds.new_code", lambda length: next(drawn))

    second = make_round()
    planned = fresh(second)
    rounds.renew_link(second)
    renewed = fresh(second)

    assert (planned.code, renewed.code) == ("DRAWN2", "DRAWN4")
    assert rounds.find_by_code(first.code) == first.join_token
    assert rounds.find_by_code("DRAWN4") == renewed.join_token != planned.join_token


def test_renew_link_of_a_sheet_filled_in_together_moves_the_sheet_along():
    session = make_round(Mode.TOGETHER)
    token_hash = tokens.hash_token(session.join_token)
    save_fields(session, token_hash, {"goal-shared": Posted("helping", "")}, may_begin=True)
    renewed = rounds.renew_link(session)

    assert find_response(session, token_hash) is None
    assert find_response(renewed, tokens.hash_token(renewed.join_token)) is not None


def test_renew_link_once_closed_is_refused():
    with pytest.raises(rounds.StageError):
        rounds.renew_link(closed())


# --- while it runs


def test_load_standing_counts_begun_and_finished(django_assert_num_queries):
    session = make_round(expected=8)
    fill_for(session, 2)
    fill_for(session, 3, finish=True)

    with django_assert_num_queries(1):
        standing = rounds.load_progress(session.join_token)

    assert standing == rounds.RoundProgress(session.pk, "open", True, 5, 3, 8)


def test_count_responses_counts_those_with_an_answer_to_the_checklist():
    session = make_round()
    fill_for(session, 2)
    fill_in(session, {"goal-shared-note": "Alleen een notitie"})
    fill_in(session, {"goal-sentence": "Alleen een zin"}, finish=True)

    assert (rounds.count_responses(session), session.responses.count()) == (2, 4)


@pytest.mark.parametrize(("days", "takes"), [(-1, False), (0, True), (1, True)])
def test_closing_date_closes_without_a_timer(days, takes):
    session = make_round(closes_on=today() + timedelta(days))

    assert takes_answers(session) is takes
    assert rounds.load_progress(session.join_token).is_open is takes
    if takes:
        fill_in(session, ANSWER)
    else:
        with pytest.raises(SessionClosedError):
            fill_in(session, ANSWER)
    assert session.responses.count() == takes


def test_withdraw_erases_one_persons_answers_and_no_others():
    session = make_round()
    mine, other = fill_for(session, 2)
    mine, other = (tokens.hash_personal_code(session.pk, code) for code in (mine, other))

    assert (rounds.withdraw(session, mine), rounds.withdraw(session, mine)) == (True, False)
    assert list(session.responses.values_list("token_hash", flat=True)) == [other]
    assert Answer.objects.count() == 1


def test_withdraw_once_closed_is_refused():
    session = make_round()
    codes = fill_for(session, 3)
    rounds.close_round(session)

    with pytest.raises(rounds.StageError):
        rounds.withdraw(session, tokens.hash_personal_code(session.pk, codes[0]))
    assert session.responses.count() == 3


# --- closing


@pytest.mark.parametrize(
    ("mode", "people", "stage"),
    [
        (Mode.ANONYMOUS, 3, "closed"),
        (Mode.NAMED, 1, "closed"),
        (Mode.NAMED, 0, "closed"),
        (Mode.TOGETHER, 1, "discussion"),
    ],
)
def test_close_round_in_each_way(mode, people, stage):
    session = closed(mode, people)

    assert (fresh(session).stage, fresh(session).code) == (stage, None)
    assert session.responses.count() == people
    assert not takes_answers(fresh(session))


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_close_round_writes_every_row_anew_without_a_token(mode):
    session = make_round(mode)
    sheets = [
        {"goal-shared": "hindering", "goal-shared-note": "Nee"},
        {"goal-shared": "helping"},
        {"first": ("goal-shared",), "partners-needed": "dont-know"},
    ]
    for values in sheets:
        fill_in(session, values, finish=True)
    before = set(Response.objects.values_list("pk", flat=True)) | set(Answer.objects.values_list("pk", flat=True))
    given = Counter(str(sorted(sheet.values.items())) for sheet in load_sheets(list(session.responses.all())))

    rounds.close_round(session)

    after = list(session.responses.all())
    assert Counter(str(sorted(sheet.values.items())) for sheet in load_sheets(after)) == given
    assert [response.token_hash for response in after] == [None] * 3
    assert [response.finished for response in after] == [True] * 3
    assert not before & ({response.pk for response in after} | set(Answer.objects.values_list("pk", flat=True)))


def test_close_round_leaves_no_order_of_arrival():
    """Rows lie in the order in which they are written; over many rounds the last comer lies anywhere."""
    places = Counter()
    for _ in range(12):
        session = make_round(collaboration=make_collaboration())
        for number in range(4):
            fill_in(session, {"goal-shared": "helping", "goal-sentence": str(number)})
        rounds.close_round(session)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extras FROM reflectie_response WHERE session_id = %s"
                + (" ORDER BY rowid" if connection.vendor == "sqlite" else ""),
                [session.pk.hex if connection.vendor == "sqlite" else session.pk],
            )
            rows = [str(row[0]) for row in cursor.fetchall()]
        places[next(place for place, row in enumerate(rows) if '"3"' in row)] += 1

    # All twelve at the end happens once in seventeen million rounds of testing.
    assert places[3] < 12


@pytest.mark.parametrize("people", [0, 1, 2])
def test_close_round_anonymous_with_too_few_stays_open(people):
    session = make_round()
    fill_for(session, people)
    # Somebody who answered nothing in the checklist doesn't make it three.
    fill_in(session, {"goal-sentence": "Alleen een zin"})

    with pytest.raises(rounds.TooFewError):
        rounds.close_round(session)
    assert (fresh(session).stage, fresh(session).code) == ("open", session.code)
    assert session.responses.count() == people + 1


def test_close_round_without_results_erases_the_answers():
    session = make_round()
    fill_for(session, 2)

    rounds.close_round(session, without_results=True)

    assert fresh(session).stage == "closed"
    assert (Response.objects.count(), Answer.objects.count()) == (0, 0)


def test_close_round_without_results_keeps_them_when_a_third_came_meanwhile():
    session = make_round()
    fill_for(session, 3)

    rounds.close_round(session, without_results=True)

    assert session.responses.count() == 3


def test_close_round_erases_the_invited_addresses_of_this_session_alone():
    session, other = make_round(), make_round(collaboration=make_collaboration("Elders"))
    for one in (session, other):
        Invitee.objects.create(session=one, email="bo@example.org")
    fill_for(session, 3)

    rounds.close_round(session)

    assert list(Invitee.objects.values_list("session", flat=True)) == [other.pk]


def test_close_round_anonymous_blanks_groups_that_are_too_small():
    levels = ["practice"] * 4 + ["board"] * 3 + ["funder"] * 2 + ["client"]
    session = make_round(grouping=Grouping.LEVEL, groups=(("practice", 4), ("board", 3), ("funder", 3), ("client", 3)))
    for level in levels:
        fill_in(session, ANSWER | {"level": level})

    rounds.close_round(session)

    kept = Counter(response.extras.get("level", "") for response in session.responses.all())
    # Of the two funders and the client, the client would know both others: the board goes along.
    assert kept == {"practice": 4, "": 6}


def test_close_round_by_name_keeps_every_group():
    session = make_round(Mode.NAMED, grouping=Grouping.LEVEL, groups=(("practice", 1), ("board", 1)))
    for level in ("practice", "board"):
        fill_in(session, ANSWER | {"level": level})

    rounds.close_round(session)

    assert sorted(response.extras["level"] for response in session.responses.all()) == ["board", "practice"]


def test_close_round_past_its_closing_date_closes():
    session = make_round()
    fill_for(session, 3)
    Session.objects.update(closes_on=today() - timedelta(1))

    assert rounds.close_round(session).stage == "closed"


# --- forwards only

STEPS = {
    "close": rounds.close_round,
    "open": rounds.open_report,
    "conclude": lambda session: rounds.conclude(session, CONCLUSION),
}
ORDER = ["open", "closed", "discussion", "concluded"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("stage", ORDER)
def test_step_goes_from_its_own_stage_and_no_other(step, stage):
    session = make_round()
    fill_for(session, 3)
    Session.objects.update(stage=stage)
    place = list(STEPS).index(step)

    if ORDER[place] == stage:
        assert STEPS[step](session).stage == ORDER[place + 1]
    else:
        with pytest.raises(rounds.StageError):
            STEPS[step](session)
    assert fresh(session).stage == (ORDER[place + 1] if ORDER[place] == stage else stage)


def test_conclude_keeps_the_day():
    session = rounds.open_report(closed())
    assert session.concluded_on is None

    assert rounds.conclude(session, CONCLUSION).concluded_on == today()


def test_step_of_an_erased_session_says_so():
    session = make_round()
    erase_session(session.pk)

    for step in STEPS.values():
        with pytest.raises(NotFoundError):
            step(session)


# --- adopting


def test_adopt_ends_the_clock_and_leaves_both_links_working():
    reflection = make_reflection(ANSWER, finished=True)
    collaboration = make_collaboration()

    session = fresh(rounds.adopt(reflection.response.session, reflection.token, collaboration))

    assert (session.collaboration, session.join_token) == (collaboration, reflection.token)
    assert session.read_hash == tokens.hash_token(reflection.read_token)
    assert load_filling(session, reflection.response).delete_on is None
    assert erase_expired(today() + timedelta(1000)) == 0


def test_adopt_a_second_time_is_refused():
    reflection = make_reflection(ANSWER)
    rounds.adopt(reflection.response.session, reflection.token, make_collaboration())

    with pytest.raises(rounds.AdoptedError):
        rounds.adopt(reflection.response.session, reflection.token, make_collaboration("Elders"))


# --- at the same moment


@pytest.mark.django_db(transaction=True)
def test_close_and_save_at_once_leave_the_answer_in_or_refused(content):
    """Whoever comes first: the answer is in and counted, or refused; never half, and never after closing."""
    outcomes = set()
    for turn in range(12):
        session = make_round(collaboration=make_collaboration(f"Ronde {turn}"))
        fill_for(session, 3)
        other = fresh(session)
        started = threading.Event()

        def late(session=session, turn=turn, started=started):
            if turn % 3 == 1:
                started.wait(0.004 * turn)
            return fill_in(session, ANSWER, finish=True)

        saved, done = at_once(late, lambda session=other: rounds.close_round(session))
        assert isinstance(done, Session)
        is_in = isinstance(saved, str)
        assert is_in or isinstance(saved, SessionClosedError)
        outcomes.add(is_in)
        kept = Session.objects.get(pk=session.pk)
        assert (kept.stage, kept.responses.count(), rounds.count_responses(kept)) == ("closed", 3 + is_in, 3 + is_in)
        assert set(kept.responses.values_list("token_hash", flat=True)) == {None}
    assert outcomes


@pytest.mark.django_db(transaction=True)
def test_two_closings_at_once_are_one(content):
    session = make_round()
    fill_for(session, 3)
    results = at_once(lambda: rounds.close_round(session), lambda: rounds.close_round(session))

    assert sorted(type(result).__name__ for result in results) == ["Session", "StageError"]
    assert session.responses.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_plans_at_once_with_one_key_are_one(content):
    collaboration = make_collaboration()
    key = uuid4()
    results = at_once(*[lambda: rounds.plan_session(collaboration, PLAN, key).join_token] * 2)

    assert results == [Session.objects.get().join_token] * 2


def test_closing_forgets_in_which_order_somebody_answered():
    session = make_round()
    for fields in permutations({"goal-sentence": "Zin", "intensity-needed": "refer", "ips-meaning": "process"}.items()):
        token_hash = tokens.hash_token(tokens.new_token())
        for name, value in (("goal-shared", "helping"), *fields):
            save_fields(session, token_hash, {name: Posted(value, "0")}, may_begin=True)
    rounds.close_round(session)
    orders = {tuple(response.extras) for response in session.responses.all()}
    # Which order that is, is the database's affair: PostgreSQL has one of its own.
    assert [sorted(order) for order in orders] == [["goal-sentence", "intensity-needed", "ips-meaning"]]
