"""A conclusion that is taken back: for ten minutes, with all that it set in motion."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.models import Conclusion as ConclusionRow
from reflectie.models import MadePdf, Session
from reflectie.pdf import documents
from reflectie.services import clock
from reflectie.services.daily import erase_daily
from reflectie.services.sessions import aggregation, reminders, rounds
from tests.helpers.factories import at_once
from tests.helpers.reminders import run
from tests.helpers.rounds import discussed_round

pytestmark = pytest.mark.django_db
MADE = Conclusion(Needed.NO, Decision.REDESIGN, "Een reden")


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, [{"goal-shared": "helping"}] * 3)


@pytest.fixture
def clock_at(monkeypatch):
    """Puts the clock so many seconds after the conclusion."""
    then = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: then)
    return lambda seconds: monkeypatch.setattr(timezone, "now", lambda: then + timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "is_possible"), [(0, True), (599, True), (600, False), (601, False)])
def test_conclusion_is_taken_back_within_ten_minutes(session, clock_at, seconds, is_possible):
    session = rounds.conclude(session, MADE)
    clock_at(seconds)

    assert (rounds.undo_until(session) is not None) is is_possible
    if is_possible:
        assert rounds.undo_conclusion(session) == MADE
    else:
        with pytest.raises(rounds.TooLateError):
            rounds.undo_conclusion(session)
    kept = Session.objects.get(pk=session.pk)
    assert (kept.stage, kept.concluded_on, ConclusionRow.objects.count()) == (
        ("discussion", None, 0) if is_possible else ("concluded", clock.today(), 1)
    )


def test_conclusion_from_before_the_time_was_kept_stands(session):
    session = rounds.conclude(session, MADE)
    ConclusionRow.objects.update(recorded_at=None)

    assert rounds.undo_until(session) is None
    with pytest.raises(rounds.TooLateError):
        rounds.undo_conclusion(session)


def test_time_of_a_conclusion_is_erased_with_the_daily_work_once_it_stands(session, clock_at):
    rounds.conclude(session, MADE)
    for seconds, is_kept in ((599, True), (600, False)):
        clock_at(seconds)
        erase_daily(clock.today())
        assert (ConclusionRow.objects.get().recorded_at is not None) is is_kept


def test_only_a_conclusion_is_taken_back(session):
    with pytest.raises(rounds.StageError):
        rounds.undo_conclusion(session)
    assert rounds.undo_until(session) is None


def test_until_when_is_not_asked_from_the_day_after(session, django_assert_num_queries):
    session = rounds.conclude(session, MADE)
    with django_assert_num_queries(1):
        rounds.undo_until(session)
    session.concluded_on = clock.today() - timedelta(2)
    with django_assert_num_queries(0):
        assert rounds.undo_until(session) is None


def test_pdfs_with_which_it_ended_go_and_those_of_the_next_end_come(session, monkeypatch):
    documents.fix_final(rounds.conclude(session, MADE))
    assert MadePdf.objects.filter(final=True).count() == len(documents.FINAL)
    ended = documents.final_key(session.pk, "verslag")
    rounds.undo_conclusion(session)
    assert not MadePdf.objects.exists()
    # Whoever was about to keep them comes too late.
    documents.fix_final(Session.objects.get(pk=session.pk))
    assert not MadePdf.objects.exists()

    documents.fix_final(rounds.conclude(session, Conclusion(Needed.YES, Decision.STOP)))
    assert documents.final_key(session.pk, "verslag") not in {None, ended}


def test_nobody_is_mailed_of_a_next_session_while_it_can_be_taken_back(session, collaboration, an, clock_at):
    session = rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, "", clock.today() + timedelta(1)))
    Session.objects.filter(pk=session.pk).update(planned_on=clock.today() - timedelta(1))
    clock_at(599)
    assert run() == []
    clock_at(600)
    assert run() == ["an@example.org"]


def test_mail_and_day_of_the_next_session_go_with_it(session, collaboration):
    session = rounds.conclude(session, Conclusion(Needed.YES, Decision.REPAIR, "", clock.today() + timedelta(1)))
    assert reminders.agreed_day(collaboration) == clock.today() + timedelta(1)
    rounds.undo_conclusion(session)

    assert reminders.agreed_day(collaboration) is None
    assert (run(), mail.outbox) == ([], [])


def test_its_answers_are_folded_by_the_day_of_the_last_conclusion(session, settings):
    session = rounds.conclude(session, MADE)
    later = clock.today() + timedelta(days=40 * settings.FOLD_MONTHS)
    assert aggregation.old_rounds(later).count() == 1
    rounds.undo_conclusion(session)

    assert aggregation.old_rounds(later).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_take_it_back_once(session):
    session = rounds.conclude(session, MADE)

    def undo() -> object:
        try:
            return rounds.undo_conclusion(session)
        except rounds.StageError:
            return "taken back already"

    found = at_once(undo, undo, undo)

    assert found.count(MADE) == 1
    assert found.count("taken back already") == 2
    assert Session.objects.get(pk=session.pk).stage == "discussion"


@pytest.mark.django_db(transaction=True)
def test_taking_back_and_concluding_again_at_once_leaves_one_of_the_two(session):
    session = rounds.conclude(session, MADE)

    def again() -> object:
        try:
            return rounds.conclude(session, MADE).stage
        except rounds.StageError:
            return "not in discussion"

    at_once(lambda: rounds.undo_conclusion(session), again)
    kept = Session.objects.get(pk=session.pk)
    assert (kept.stage, ConclusionRow.objects.count()) in {("discussion", 0), ("concluded", 1)}
    assert (kept.concluded_on is None) == (kept.stage == "discussion")
