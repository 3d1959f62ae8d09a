"""Sheets brought in: all or none, once, in no order, only where they belong; and sessions of earlier years, in
which nobody is asked to take part."""

from datetime import date, timedelta

import pytest
from django.utils.formats import date_format

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.models import Answer, MadePdf, Response, Session
from reflectie.models import Conclusion as ConclusionRow
from reflectie.presentation.report import report_line
from reflectie.services import tokens
from reflectie.services.clock import today
from reflectie.services.collaborations import collaborations
from reflectie.services.erasure import erase_session
from reflectie.services.errors import NotFoundError
from reflectie.services.imports import table_import
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.sheets import SessionClosedError, find_response, load_sheets, takes_answers
from reflectie.services.report import reports
from reflectie.services.sessions import paper, reminders, rounds
from tests.helpers.factories import at_once, fill_in, make_collaboration, make_round

pytestmark = pytest.mark.django_db
THEN = date(2023, 5, 11)
HINDERED = Sheet({"goal-shared": "hindering"})
HELPED = Sheet({"goal-shared": "helping", "goal-shared-note": "Sinds kort", "organisation": "De Brug"})


def make_earlier(mode: Mode = Mode.ANONYMOUS, **plan) -> Session:
    return make_round(mode, planned_on=THEN, expected=None, earlier=True, **plan)


def make_paper(**plan) -> Session:
    return make_round(paper_by="Els", **plan)


def in_order(sheets) -> list[dict]:
    return sorted((dict(sorted(sheet.values.items())) for sheet in sheets), key=str)


def kept(session: Session) -> list[dict]:
    responses = list(session.responses.all())
    sheets = load_sheets(responses) if responses else []
    return in_order(sheets)


def fresh(session: Session) -> Session:
    return Session.objects.select_related("checklist", "collaboration").get(pk=session.pk)


# --- a session of earlier years


def test_a_session_of_earlier_years_has_no_way_in():
    session = make_earlier()
    assert (session.earlier, session.code, session.told_of_signals) == (True, None, False)
    assert takes_answers(session) is False
    with pytest.raises(SessionClosedError):
        fill_in(session, {"goal-shared": "hindering"})
    assert kept(session) == []


def test_a_new_link_brings_no_code_back():
    assert rounds.renew_link(make_earlier()).code is None


def test_the_next_session_does_not_begin_as_paper_went_then():
    collaboration = make_collaboration()
    make_earlier(collaboration=collaboration)
    assert rounds.last_plan(collaboration) is None
    make_round(collaboration=collaboration, planned_on=THEN - timedelta(days=1))
    last = rounds.last_plan(collaboration)
    assert last is not None
    assert (last.earlier, last.planned_on) == (False, THEN - timedelta(days=1))


def test_a_session_of_earlier_years_is_not_counted_as_open():
    collaboration = make_collaboration()
    make_earlier(collaboration=collaboration)
    assert collaborations.latest_sessions([collaboration])[collaboration.pk].open_sessions == 0
    make_round(collaboration=collaboration)
    assert collaborations.latest_sessions([collaboration])[collaboration.pk].open_sessions == 1


def test_a_session_of_earlier_years_is_not_the_one_that_was_agreed_on():
    """Concluded, with a next day; then paper of a day after that conclusion turns up."""
    day = today() + timedelta(days=5)
    collaboration = make_collaboration()
    session = rounds.close_round(make_round(Mode.NAMED, collaboration=collaboration, planned_on=THEN))
    rounds.open_report(session)
    rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, next_on=day))
    Session.objects.filter(pk=session.pk).update(concluded_on=today() - timedelta(days=30))
    # Long past the minutes in which it could be taken back.
    ConclusionRow.objects.update(recorded_at=None)
    make_round(collaboration=collaboration, planned_on=today() - timedelta(days=3), earlier=True)
    assert reminders.agreed_day(collaboration) == day
    assert len(reminders.due_reminders(today())) == 1
    # It could be withheld: a session that is planned, not brought in, is the one that was agreed on.
    make_round(collaboration=collaboration, planned_on=today() - timedelta(days=3))
    assert reminders.agreed_day(collaboration) is None


def test_what_was_brought_in_is_counted_closed_and_reported():
    session = make_earlier()
    table_import.import_answers(session, tokens.new_token(), [HINDERED] * 4 + [HELPED])
    assert rounds.count_responses(session) == 5
    session = fresh(rounds.open_report(rounds.close_round(session)))
    report = reports.load_report(session)
    item = next(item for part in report.dimensions for item in part.items if item.notes)
    assert (item.counts.hindering, item.counts.helping, [note.text for note in item.notes]) == (4, 1, ["Sinds kort"])
    assert report_line(report).startswith(f"Zo zagen jullie het op {date_format(THEN, 'j F Y')}: ")


# --- all or nothing, once


def test_sheets_are_in_finished_and_open_for_nobody():
    session = make_earlier(grouping=Grouping.PARTNER, groups=(("De Brug", 0), ("Huis Linde", 0)))
    token = tokens.new_token()
    table_import.import_answers(session, token, [HINDERED, HELPED])
    assert kept(session) == in_order([HINDERED, HELPED])
    assert set(session.responses.values_list("finished", flat=True)) == {True}
    assert not session.responses.filter(token_hash=tokens.hash_token(token)).exists()
    assert find_response(session, tokens.hash_personal_code(session.pk, token)) is None


def test_the_same_page_sent_twice_brings_in_once():
    session, token = make_earlier(), tokens.new_token()
    for sheets in ([HINDERED] * 3, [HELPED] * 7):
        table_import.import_answers(session, token, sheets)
    assert kept(session) == [dict(HINDERED.values)] * 3
    table_import.import_answers(session, tokens.new_token(), [HELPED])
    assert len(kept(session)) == 4


def test_a_database_that_fails_half_way_has_nothing(monkeypatch):
    session = make_earlier()
    monkeypatch.setattr(Answer.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        table_import.import_answers(session, tokens.new_token(), [HINDERED] * 3)
    assert (Response.objects.count(), Answer.objects.count()) == (0, 0)


def test_rows_say_nothing_of_the_order_of_the_table():
    """Which came first, and which carries the mark of the page, is chance."""
    firsts, marked = set(), set()
    sheets = [Sheet({"goal-shared-note": str(number)}) for number in range(3)]
    for _ in range(40):
        session = make_earlier()
        table_import.import_answers(session, tokens.new_token(), sheets)
        firsts.add(_notes(session)[0])
        marked.add(Answer.objects.get(response__session=session, response__token_hash__isnull=False).note)
    assert (firsts, marked) == ({"0", "1", "2"}, {"0", "1", "2"})


def _notes(session: Session) -> list[str]:
    return [answer.note for answer in Answer.objects.filter(response__session=session).order_by()]


def test_more_than_fit_is_none_at_all():
    session = make_earlier()
    table_import.import_answers(session, tokens.new_token(), [HINDERED] * 299)
    with pytest.raises(table_import.TooManySheetsError) as error:
        table_import.import_answers(session, tokens.new_token(), [HINDERED] * 2)
    assert (error.value.args[0], session.responses.count()) == (1, 299)


def test_a_team_that_answered_together_has_one_sheet():
    session = make_earlier(Mode.TOGETHER)
    with pytest.raises(table_import.TooManySheetsError):
        table_import.import_answers(session, tokens.new_token(), [HINDERED] * 2)
    table_import.import_answers(session, tokens.new_token(), [HINDERED])
    with pytest.raises(table_import.TooManySheetsError):
        table_import.import_answers(session, tokens.new_token(), [HELPED])
    assert kept(session) == [dict(HINDERED.values)]


@pytest.mark.parametrize("take", ["close", "late", "no paper", "together", "planned otherwise"])
def test_a_session_that_takes_no_sheets_gets_none(take):
    session = make_paper()
    if take == "close":
        for _ in range(3):
            fill_in(session, {"goal-shared": "helping"})
        rounds.close_round(session)
    elif take == "late":
        Session.objects.filter(pk=session.pk).update(closes_on=today() - timedelta(days=1))
    elif take == "no paper":
        Session.objects.filter(pk=session.pk).update(paper_by="")
    elif take == "together":
        Session.objects.filter(pk=session.pk).update(mode=Mode.TOGETHER)
    else:
        Session.objects.filter(pk=session.pk).update(questions=["first"])
    before = kept(session)
    with pytest.raises(rounds.StageError):
        table_import.import_answers(session, tokens.new_token(), [HINDERED])
    assert kept(session) == before


def test_an_erased_session_takes_none():
    session = make_earlier()
    erase_session(session.pk)
    with pytest.raises(NotFoundError):
        table_import.import_answers(session, tokens.new_token(), [HINDERED])


# --- a round of today with paper


def test_sheets_of_a_round_are_counted_as_paper_beside_what_came_by_phone():
    session = make_paper()
    code = fill_in(session, {"goal-shared": "dont-know"})
    after = table_import.import_answers(session, tokens.new_token(), [HINDERED] * 2)
    assert (after.paper_sheets, after.paper_typed, len(kept(session))) == (2, 2, 3)
    # Who answered on a phone still has their sheet to themselves, and can take it back.
    assert rounds.withdraw(session, tokens.hash_personal_code(session.pk, code)) is True
    assert kept(session) == [dict(HINDERED.values)] * 2


def test_no_more_sheets_than_there_are_paper_forms():
    session = paper.set_paper_count(make_paper(), 3)
    session = paper.add_paper_sheet(session, tokens.new_token(), HELPED)
    with pytest.raises(table_import.TooManySheetsError) as error:
        table_import.import_answers(session, tokens.new_token(), [HINDERED] * 3)
    assert error.value.args[0] == 2
    after = table_import.import_answers(session, tokens.new_token(), [HINDERED] * 2)
    assert (after.paper_sheets, after.paper_typed, len(kept(session))) == (3, 3, 3)


# --- taken out again


def test_a_wrong_import_is_taken_out_and_brought_in_anew():
    session, token = make_earlier(), tokens.new_token()
    table_import.import_answers(session, token, [HELPED] * 3)
    MadePdf.objects.create(session=session, kind="report", key="x", content=b"x")
    assert table_import.delete_imported(session) == 3
    assert (kept(session), Answer.objects.count(), MadePdf.objects.count()) == ([], 0, 0)
    table_import.import_answers(session, token, [HINDERED])
    assert kept(session) == [dict(HINDERED.values)]


def test_nothing_is_taken_out_of_a_round_of_today_or_one_that_is_closed():
    round_of_today = make_paper()
    fill_in(round_of_today, {"goal-shared": "dont-know"})
    table_import.import_answers(round_of_today, tokens.new_token(), [HINDERED])
    closed = make_earlier()
    table_import.import_answers(closed, tokens.new_token(), [HINDERED] * 3)
    rounds.close_round(closed)
    for session in (round_of_today, closed):
        before = kept(session)
        with pytest.raises(rounds.StageError):
            table_import.delete_imported(session)
        assert kept(session) == before != []


# --- at the same time


@pytest.mark.django_db(transaction=True)
def test_closing_and_bringing_in_at_once_leave_all_or_none():
    session = make_earlier(Mode.NAMED)

    def bring() -> object:
        try:
            return table_import.import_answers(session, tokens.new_token(), [HINDERED] * 20).pk
        except rounds.StageError:
            return "closed"

    brought, closed = at_once(bring, lambda: rounds.close_round(session).stage)
    assert closed == "closed"
    assert len(kept(session)) == (0 if brought == "closed" else 20)
    assert not session.responses.exclude(token_hash=None).exists()


@pytest.mark.django_db(transaction=True)
def test_one_page_sent_twice_at_once_brings_in_once():
    session, token = make_earlier(), tokens.new_token()
    results = at_once(*[lambda: table_import.import_answers(session, token, [HINDERED] * 5).pk] * 2)
    assert (results, len(kept(session))) == ([session.pk] * 2, 5)


def test_a_plan_of_earlier_years_reads_back_as_it_was_made():
    plan = plans.Plan(
        THEN, Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, (("De Brug", 0), ("Huis Linde", 0)), earlier=True
    )
    session = rounds.plan_session(make_collaboration(), plan)
    assert plans.plan_of(fresh(session)) == plan
