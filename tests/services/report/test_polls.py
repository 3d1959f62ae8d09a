"""Polls of support as services keep them: opened, voted in, closed and let go of, also by two people at once."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection

from reflectie.domain.report.agreements import Agreement, Decision, State
from reflectie.domain.report.polls import Poll, PollCounts, PollWay, Stance
from reflectie.domain.report.report import Moment
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Poll as PollRow
from reflectie.models import PollVote, Session, Talk
from reflectie.services import clock, erasure
from reflectie.services.errors import NotFoundError
from reflectie.services.report import agreements, polls, reports
from reflectie.services.report.polls import (
    cancel_poll,
    close_poll,
    count_votes,
    find_stance,
    load_polls,
    open_poll,
    record_hands,
    vote,
)
from reflectie.services.sessions import aggregation, rounds
from reflectie.services.sessions.rounds import StageError
from reflectie.services.tokens import hash_token, new_token
from tests.helpers.agreed import HINDERED, changed, conclude, made, pk
from tests.helpers.database_files import on_disk
from tests.helpers.factories import at_once, make_reflection
from tests.helpers.rounds import closed_round, discussed_round, fetched, open_round

pytestmark = pytest.mark.django_db

BEHIND, LIVE_WITH, OBJECTION = Stance
COUNTS = PollCounts(4, 1, 2)


@pytest.fixture
def session(collaboration) -> Session:
    return discussed_round(collaboration, HINDERED)


def begun(session: Session, thing: str = Decision.REPAIR) -> Poll:
    return open_poll(session, thing, uuid4())


def key(poll: Poll) -> UUID:
    return UUID(poll.key)


def voted(session: Session, poll: Poll, *stances: Stance) -> list[str]:
    """Votes from as many phones; their tokens."""
    tokens = [new_token() for _ in stances]
    for token, stance in zip(tokens, stances, strict=True):
        vote(session, key(poll), token, stance)
    return tokens


def by_hands(session: Session, thing: str = Decision.REPAIR, counts: PollCounts = COUNTS) -> Poll:
    return record_hands(session, thing, counts, uuid4())


def only(session: Session) -> Poll:
    [poll] = load_polls(session)
    return poll


# --- By phones


def test_a_poll_by_phones_goes_on_until_it_is_closed_and_then_has_counts_alone(session):
    poll = begun(session)
    assert (poll.way, poll.decision, poll.is_open, poll.nth) == (PollWay.PHONES, Decision.REPAIR, True, 1)
    voted(session, poll, BEHIND, OBJECTION, BEHIND, LIVE_WITH)
    assert count_votes(poll) == 4

    close_poll(session, key(poll))

    assert only(session) == replace(poll, counts=PollCounts(2, 1, 1))
    assert PollVote.objects.count() == 0


@pytest.mark.parametrize("stances", [(), (BEHIND,), (BEHIND, OBJECTION)])
def test_of_fewer_than_three_phones_is_kept_that_it_was_held(session, stances):
    poll = begun(session)
    voted(session, poll, *stances)
    close_poll(session, key(poll))

    assert only(session).counts == Withheld(Reason.TOO_FEW)
    row = PollRow.objects.get()
    assert (row.is_open, row.behind, row.live_with, row.objection) == (False, None, None, None)
    assert PollVote.objects.count() == 0


def test_a_phone_has_one_vote_and_may_change_it(session):
    poll = begun(session)
    [mine, *_] = voted(session, poll, BEHIND, BEHIND, BEHIND)
    vote(session, key(poll), mine, OBJECTION)

    assert (count_votes(poll), find_stance(poll, mine), find_stance(poll, new_token())) == (3, OBJECTION, None)
    close_poll(session, key(poll))
    assert only(session).counts == PollCounts(2, 0, 1)


def test_a_token_is_kept_as_a_hash_and_stands_in_no_file_once_the_poll_is_closed(session):
    poll = begun(session)
    mine, *_ = voted(session, poll, BEHIND, BEHIND, BEHIND)
    assert PollVote.objects.filter(token_hash=hash_token(mine)).count() == 1
    assert PollVote.objects.filter(token_hash=mine).count() == 0
    close_poll(session, key(poll))
    assert PollVote.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ends", [close_poll, cancel_poll, lambda session, _: conclude(session)])
def test_votes_are_gone_from_the_files_whatever_the_end(collaboration, ends):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL writes its files anew in the daily work")
    session = discussed_round(collaboration, HINDERED)
    poll = begun(session)
    hashes = [hash_token(token) for token in voted(session, poll, BEHIND, OBJECTION, BEHIND)]
    assert [name for name in hashes if name.encode() in on_disk()] == hashes

    ends(session, key(poll))

    assert [name for name in hashes if name.encode() in on_disk()] == []


def test_a_vote_after_closing_is_refused_and_counts_nowhere(session):
    poll = begun(session)
    mine, *_ = voted(session, poll, BEHIND, BEHIND, BEHIND)
    close_poll(session, key(poll))
    for token in (mine, new_token()):
        with pytest.raises(polls.PollClosedError):
            vote(session, key(poll), token, OBJECTION)
    assert (only(session).counts, PollVote.objects.count()) == (PollCounts(3, 0, 0), 0)


def test_a_vote_in_a_poll_that_was_cancelled_or_is_of_another_session_is_refused(collaboration, session):
    poll, elsewhere = begun(session), discussed_round(collaboration, HINDERED)
    with pytest.raises(polls.PollGoneError):
        vote(elsewhere, key(poll), new_token(), BEHIND)
    cancel_poll(session, key(poll))
    with pytest.raises(polls.PollGoneError):
        vote(session, key(poll), new_token(), BEHIND)
    assert PollVote.objects.count() == 0


def test_a_poll_takes_no_more_phones_than_fit_and_those_that_voted_still_change(session, monkeypatch):
    monkeypatch.setattr(polls, "MAX_VOTES", 2)
    poll = begun(session)
    mine, _ = voted(session, poll, BEHIND, BEHIND)
    with pytest.raises(polls.PollFullError):
        vote(session, key(poll), new_token(), OBJECTION)
    vote(session, key(poll), mine, LIVE_WITH)
    assert (count_votes(poll), find_stance(poll, mine)) == (2, LIVE_WITH)


def test_sent_twice_it_is_one_poll_and_closed_or_cancelled_twice_once(session):
    form = uuid4()
    poll = open_poll(session, Decision.STOP, form)
    assert open_poll(session, Decision.STOP, form) == poll
    close_poll(session, key(poll))
    close_poll(session, key(poll))
    other = begun(session, Decision.STOP)
    cancel_poll(session, key(other))
    cancel_poll(session, key(other))
    with pytest.raises(polls.PollGoneError):
        close_poll(session, key(other))
    with pytest.raises(polls.PollClosedError):
        cancel_poll(session, key(poll))
    assert [kept.key for kept in load_polls(session)] == [poll.key]


def test_one_poll_goes_on_at_a_time(session):
    begun(session)
    with pytest.raises(polls.PollGoesOnError):
        begun(session, Decision.STOP)
    with pytest.raises(polls.PollGoesOnError):
        by_hands(session, Decision.STOP)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_begin_at_once_one_goes_on(collaboration):
    session = discussed_round(collaboration, HINDERED)
    results = at_once(*[lambda: begun(session)] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Poll", *["PollGoesOnError"] * 3]
    assert PollRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_vote_lands_after_the_counting(collaboration):
    session = discussed_round(collaboration, HINDERED)
    poll = begun(session)
    voted(session, poll, BEHIND, BEHIND, BEHIND)
    votes = [lambda: vote(session, key(poll), new_token(), OBJECTION)] * 4
    results = at_once(*votes[:2], lambda: close_poll(session, key(poll)), *votes[2:])

    refused = sum(isinstance(result, polls.PollClosedError) for result in results)
    assert [result for result in results if not (result is None or isinstance(result, polls.PollClosedError))] == []
    assert (only(session).counts, PollVote.objects.count()) == (PollCounts(3, 0, 4 - refused), 0)


# --- By hands, and both


def test_hands_are_kept_and_closed_at_once_however_few(session):
    few = by_hands(session, counts=PollCounts(1, 0, 1))
    assert (few.way, few.counts, few.is_open) == (PollWay.HANDS, PollCounts(1, 0, 1), False)
    assert only(session) == few


def test_hands_sent_twice_are_one_poll_and_other_counts_another(session):
    form = uuid4()
    first = record_hands(session, Decision.STOP, COUNTS, form)
    assert record_hands(session, Decision.STOP, COUNTS, form) == first
    assert record_hands(session, Decision.STOP, PollCounts(0, 0, 7), form).nth == 2
    assert [poll.nth for poll in load_polls(session)] == [1, 2]


def test_a_thing_that_was_asked_in_one_way_is_asked_in_no_other(session):
    by_hands(session, Decision.STOP)
    with pytest.raises(polls.OtherWayError):
        begun(session, Decision.STOP)
    close_poll(session, key(begun(session, Decision.REPAIR)))
    with pytest.raises(polls.OtherWayError):
        by_hands(session, Decision.REPAIR)
    by_hands(session, Decision.STOP)
    begun(session, Decision.REPAIR)
    assert [(poll.decision, poll.way, poll.nth) for poll in load_polls(session)] == [
        ("stop", "hands", 1),
        ("repair", "phones", 1),
        ("stop", "hands", 2),
        ("repair", "phones", 2),
    ]


def test_after_a_cancelled_poll_hands_may_follow(session):
    cancel_poll(session, key(begun(session)))
    by_hands(session)
    assert only(session).way is PollWay.HANDS


def test_who_filled_in_together_has_hands_alone(collaboration):
    # Closing opens its report.
    session = closed_round(collaboration, HINDERED[:1], Mode.TOGETHER)
    with pytest.raises(polls.OtherWayError):
        begun(session)
    by_hands(session)
    assert only(session).counts == COUNTS


def test_a_team_without_an_account_has_hands_and_its_clock_begins_again():
    session = make_reflection({"goal-shared": "helping"}, mode=Mode.TOGETHER, finished=True).response.session
    Session.objects.update(changed_on=date(2026, 1, 1))
    by_hands(session)
    kept = Session.objects.select_related("checklist").get()
    assert kept.changed_on != date(2026, 1, 1)
    assert reports.load_report(kept).polls == load_polls(session)
    assert [poll.counts for poll in load_polls(session)] == [COUNTS]


@pytest.mark.parametrize("alone", [True, False])
def test_a_reflection_that_is_not_talked_about_has_none(alone):
    mode = Mode.ALONE if alone else Mode.TOGETHER
    session = make_reflection({"goal-shared": "helping"}, mode=mode, finished=alone).response.session
    with pytest.raises(StageError):
        by_hands(session)


# --- Agreements


def test_a_poll_on_an_agreement_says_so_and_when_it_was_reworded_since(session):
    kept = made(session)
    by_hands(session, kept.key)
    assert (only(session).agreement, only(session).decision, only(session).is_reworded) == (kept.key, None, False)
    words = PollRow.objects.get().words
    assert len(words) == 16
    assert words != made_words(session)

    busy = changed(kept, state=State.BUSY)
    agreements.change_agreement(session, pk(kept), busy, etag(kept))
    assert not only(session).is_reworded
    agreements.change_agreement(session, pk(kept), changed(busy, who="Iemand anders"), etag(busy))
    assert only(session).is_reworded
    # What named the former words is gone: nobody tries out which they were.
    assert PollRow.objects.get().words == ""
    by_hands(session, kept.key)
    assert [poll.is_reworded for poll in load_polls(session)] == [True, False]


def made_words(session: Session) -> str:
    """What names an agreement with other words."""
    other = made(session, Agreement("", "Iets anders"))
    by_hands(session, other.key)
    words = PollRow.objects.get(agreement=other.key).words
    agreements.remove_agreement(session, pk(other), etag(other))
    return words


def test_polls_go_with_their_agreement_and_votes_too(session):
    kept = made(session)
    poll = begun(session, kept.key)
    voted(session, poll, BEHIND)
    agreements.remove_agreement(session, pk(kept), etag(kept))
    assert (load_polls(session), PollVote.objects.count()) == ((), 0)
    with pytest.raises(polls.PollGoneError):
        vote(session, key(poll), new_token(), BEHIND)


def test_what_is_not_there_is_not_polled(collaboration, session):
    elsewhere = made(discussed_round(collaboration, HINDERED))
    for thing in ("", "iets", str(uuid4()), elsewhere.key):
        with pytest.raises(polls.NothingToPollError):
            begun(session, thing)
    assert load_polls(session) == ()


def test_a_session_has_no_more_polls_than_fit(session, monkeypatch):
    monkeypatch.setattr(polls, "MAX_POLLS", 2)
    by_hands(session)
    by_hands(session)
    with pytest.raises(polls.TooManyPollsError):
        by_hands(session)


# --- The session


def test_polls_are_held_during_the_talk_alone(collaboration):
    for session in (open_round(collaboration, HINDERED), closed_round(collaboration, HINDERED)):
        with pytest.raises(StageError):
            begun(session)
        with pytest.raises(StageError):
            by_hands(session)


def test_concluding_cancels_the_poll_that_goes_on_and_keeps_the_others(session):
    first = by_hands(session, Decision.STOP)
    poll = begun(session)
    voted(session, poll, BEHIND, BEHIND, BEHIND)
    conclude(session)

    assert (load_polls(session), PollVote.objects.count()) == ((first,), 0)
    for step in (lambda: vote(session, key(poll), new_token(), BEHIND), lambda: close_poll(session, key(poll))):
        with pytest.raises(StageError):
            step()


def test_a_conclusion_that_is_taken_back_leaves_it_cancelled(session):
    begun(session)
    rounds.conclude(session, rounds.Conclusion(rounds.Needed.YES, Decision.STOP))
    rounds.undo_conclusion(session)
    assert load_polls(session) == ()


def test_an_erased_session_has_none_and_takes_none(session):
    poll = begun(session)
    voted(session, poll, BEHIND)
    erasure.erase_session(session.pk)
    assert (PollRow.objects.count(), PollVote.objects.count()) == (0, 0)
    for step in (lambda: begun(session), lambda: vote(session, key(poll), new_token(), BEHIND)):
        with pytest.raises(NotFoundError):
            step()


def test_counts_stay_when_answers_are_folded(session):
    by_hands(session)
    poll = begun(session, Decision.STOP)
    voted(session, poll, BEHIND, BEHIND, OBJECTION)
    close_poll(session, key(poll))
    conclude(session)
    Session.objects.update(concluded_on=date(2020, 1, 1))
    assert aggregation.aggregate_old_rounds(clock.today()) == 1
    kept = fetched(session)
    assert kept.folded_on is not None
    assert [poll.counts for poll in reports.load_report(kept).polls] == [COUNTS, PollCounts(2, 0, 1)]


def test_the_wall_is_told_of_every_step_and_of_no_vote(session):
    Talk.objects.create(session=session, minutes=60, agenda=[], place="start")

    def version() -> int:
        return Talk.objects.get().version

    poll = begun(session)
    assert version() == 1
    voted(session, poll, BEHIND, BEHIND, BEHIND)
    assert version() == 1
    close_poll(session, key(poll))
    assert version() == 2
    assert str(Talk.objects.get().poll_id) == poll.key
    cancel_poll(session, key(begun(session)))
    assert version() == 4
    by_hands(session, Decision.STOP)
    assert version() == 5


def test_how_it_came_out_is_on_the_wall_wherever_the_talk_is_by_then(session):
    row = Talk.objects.create(session=session, minutes=60, agenda=[], place="start")
    poll = begun(session)
    voted(session, poll, BEHIND, BEHIND, BEHIND)
    Talk.objects.filter(pk=row.pk).update(poll=None)
    close_poll(session, key(poll))
    assert str(Talk.objects.get().poll_id) == poll.key


# --- The report


def test_a_report_has_the_polls_that_closed_and_is_another_by_them(session):
    kept = made(session)
    before = reports.load_report(session)
    poll = begun(session, kept.key)
    voted(session, poll, BEHIND, BEHIND, BEHIND)
    assert reports.load_report(session).key == before.key

    close_poll(session, key(poll))
    by_hands(session)

    report = reports.load_report(session)
    assert report.key != before.key
    assert [poll.counts for poll in report.polls_on(report.agreements[0])] == [PollCounts(3, 0, 0)]
    assert [poll.counts for poll in report.decision_polls] == [COUNTS]


def test_a_poll_begins_the_talk(session):
    assert reports.load_report(session).moment is Moment.BEFORE
    by_hands(session)
    assert reports.load_report(session).moment is Moment.DURING


def test_queries_are_as_many_at_one_vote_as_at_thirty(session, django_assert_num_queries):
    poll = begun(session)
    for number in (1, 29):
        tokens = voted(session, poll, *[BEHIND] * number)
        with django_assert_num_queries(1):
            load_polls(session)
        with django_assert_num_queries(1):
            count_votes(poll)
        with django_assert_num_queries(1):
            find_stance(poll, tokens[0])
        # A savepoint and its end, the session, the poll, and the vote.
        with django_assert_num_queries(5):
            vote(session, key(poll), tokens[0], OBJECTION)
        # And before it is a new one, how many there are.
        with django_assert_num_queries(7):
            vote(session, key(poll), new_token(), OBJECTION)
    assert count_votes(poll) == 32
