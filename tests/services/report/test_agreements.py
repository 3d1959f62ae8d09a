"""Agreements as services keep them: made, changed and removed, also by two people at once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from reflectie.domain.report.agreements import MAX_AGREEMENTS, State
from reflectie.domain.versions import etag
from reflectie.models import Agreement as AgreementRow
from reflectie.models import MadePdf, Session
from reflectie.services import erasure
from reflectie.services.errors import NotFoundError
from reflectie.services.report import agreements, reports
from reflectie.services.sessions import rounds
from tests.helpers.agreed import FIRST, HINDERED, OTHER, changed, conclude, made, pk
from tests.helpers.conflicts import all_met, met_by
from tests.helpers.factories import CONCLUSION, at_once
from tests.helpers.rounds import DAY, closed_round, discussed_round, fetched, make_collaboration, open_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(collaboration) -> Session:
    """A round in discussion, with two obstacles."""
    return discussed_round(collaboration, HINDERED)


def test_add_agreement_keeps_every_part_in_the_order_of_making(session):
    first, other = made(session), made(session, OTHER)
    assert reports.load_agreements(session) == (first, other)
    assert changed(first, key="") == FIRST
    assert agreements.load_agreement(session, pk(first)) == first


def test_add_agreement_sent_twice_makes_one_and_other_words_make_another(session):
    key = uuid4()
    assert agreements.add_agreement(session, FIRST, key) == agreements.add_agreement(session, FIRST, key)
    agreements.add_agreement(session, OTHER, key)
    assert [kept.what for kept in reports.load_agreements(session)] == [FIRST.what, OTHER.what]


def test_add_agreement_with_the_key_of_another_session_is_one_of_its_own(collaboration, session):
    key, elsewhere = uuid4(), discussed_round(collaboration, HINDERED)
    agreements.add_agreement(session, FIRST, key)
    agreements.add_agreement(elsewhere, FIRST, key)
    assert [len(reports.load_agreements(each)) for each in (session, elsewhere)] == [1, 1]


def test_add_agreement_after_one_was_removed_comes_last(session):
    first, second = made(session), made(session, OTHER)
    agreements.remove_agreement(session, pk(first), etag(first))
    third = made(session, changed(OTHER, what="Derde"))
    assert reports.load_agreements(session) == (second, third)


def test_add_agreement_takes_no_more_than_fit(session):
    for number in range(MAX_AGREEMENTS):
        made(session, changed(OTHER, what=f"Nummer {number}"))
    with pytest.raises(agreements.TooManyAgreementsError):
        made(session)
    assert len(reports.load_agreements(session)) == MAX_AGREEMENTS


def test_add_agreement_about_an_unknown_item_raises(session):
    with pytest.raises(KeyError):
        made(session, changed(FIRST, item="goal-unknown"))


def test_agreements_change_in_words_during_the_discussion_alone(collaboration, session):
    kept = made(session)
    conclude(session)
    with pytest.raises(rounds.StageError):
        agreements.change_agreement(session, pk(kept), changed(kept, what="Anders"), etag(kept))
    with pytest.raises(rounds.StageError):
        agreements.remove_agreement(session, pk(kept), etag(kept))
    for other in (open_round(collaboration, []), closed_round(collaboration, HINDERED), session):
        with pytest.raises(rounds.StageError):
            made(other, OTHER)
    assert reports.load_agreements(session) == (kept,)


def test_change_agreement_sets_the_state_also_after_the_conclusion(session):
    kept = made(session)
    busy = changed(kept, state=State.BUSY)
    assert agreements.change_agreement(session, pk(kept), busy, etag(kept)) == busy
    conclude(session)
    dropped = changed(kept, state=State.DROPPED, reason="Geen tijd.")
    assert agreements.change_agreement(session, pk(kept), dropped, etag(busy)) == dropped
    assert reports.load_agreements(session) == (dropped,)


def test_change_agreement_over_somebody_elses_is_a_conflict_and_writes_nothing(session):
    kept = made(session)
    theirs, mine = changed(kept, who="Bert"), changed(kept, who="An")
    agreements.change_agreement(session, pk(kept), theirs, etag(kept))
    assert met_by(agreements.change_agreement, session, pk(kept), mine, etag(kept)) == theirs
    assert met_by(agreements.remove_agreement, session, pk(kept), etag(kept)) == theirs
    assert reports.load_agreements(session) == (theirs,)


def test_change_agreement_that_was_removed_is_a_conflict_and_removing_it_again_is_not(session):
    kept = made(session)
    agreements.remove_agreement(session, pk(kept), etag(kept))
    assert met_by(agreements.change_agreement, session, pk(kept), changed(kept, who="An"), etag(kept)) is None
    agreements.remove_agreement(session, pk(kept), etag(kept))
    assert reports.load_agreements(session) == ()


def test_change_agreement_left_alone_keeps_what_somebody_else_made_of_it(session):
    kept = made(session)
    theirs = changed(kept, who="Bert")
    agreements.change_agreement(session, pk(kept), theirs, etag(kept))
    assert agreements.change_agreement(session, pk(kept), kept, etag(kept)) == theirs


def test_change_agreement_of_another_session_finds_nothing(collaboration, session):
    kept, elsewhere = made(session), discussed_round(collaboration, HINDERED)
    assert met_by(agreements.change_agreement, elsewhere, pk(kept), OTHER, etag(kept)) is None
    agreements.remove_agreement(elsewhere, pk(kept), etag(kept))
    assert reports.load_agreements(session) == (kept,)


def test_writes_in_an_erased_session_say_so(session):
    kept = made(session)
    erasure.erase_session(session.pk)
    for write in (
        lambda: made(session),
        lambda: agreements.change_agreement(session, pk(kept), OTHER, etag(kept)),
        lambda: agreements.remove_agreement(session, pk(kept), etag(kept)),
    ):
        with pytest.raises(NotFoundError):
            write()
    assert AgreementRow.objects.count() == 0


@pytest.mark.parametrize("how", ["change", "remove"])
def test_words_taken_back_live_on_in_no_pdf_but_the_last_one_of_a_session(collaboration, session, how):
    kept, later, ended = made(session), discussed_round(collaboration, []), discussed_round(collaboration, [])
    conclude(ended)
    elsewhere = discussed_round(make_collaboration(), [])
    for each in (session, later, ended, elsewhere):
        reports.keep_pdf(each.pk, "verslag", "key", b"%PDF")
    assert MadePdf.objects.count() == 4
    if how == "change":
        agreements.change_agreement(session, pk(kept), changed(kept, what="Anders"), etag(kept))
    else:
        agreements.remove_agreement(session, pk(kept), etag(kept))
    assert set(MadePdf.objects.values_list("session", "final")) == {(ended.pk, True), (elsewhere.pk, False)}


@pytest.mark.django_db(transaction=True)
def test_two_people_changing_at_once_one_is_kept_and_the_other_is_told(session):
    kept = made(session)
    versions = [changed(kept, who=name) for name in ("An", "Bea", "Cis", "Dre")]
    found = at_once(
        *(lambda v=v: agreements.change_agreement(session, pk(kept), v, etag(kept)) for v in versions),
    )
    [now] = reports.load_agreements(session)
    assert now in versions
    assert all_met(found) == [now] * 3
    assert [result for result in found if not isinstance(result, Exception)] == [now]


@pytest.mark.django_db(transaction=True)
def test_one_agreement_sent_by_several_requests_at_once_is_one(session):
    key = uuid4()
    found = at_once(*[lambda: agreements.add_agreement(session, FIRST, key)] * 4)
    assert set(found) == set(reports.load_agreements(session))
    assert len(reports.load_agreements(session)) == 1


@pytest.mark.django_db(transaction=True)
def test_concluding_and_adding_at_once_is_either_in_or_refused(session):
    result, _ = at_once(lambda: made(session), lambda: rounds.conclude(session, CONCLUSION))
    expected = () if isinstance(result, rounds.StageError) else (result,)
    assert reports.load_agreements(session) == expected
    assert fetched(session).stage == "concluded"


def test_open_agreements_are_those_to_do_of_the_latest_concluded_session(collaboration, session):
    assert agreements.open_agreements(collaboration) == (None, ())
    before = discussed_round(collaboration, HINDERED)
    made(before, changed(OTHER, what="Van vroeger"))
    conclude(before)
    Session.objects.filter(pk=before.pk).update(concluded_on=DAY - timedelta(400))
    first, busy = made(session), made(session, OTHER)
    agreements.change_agreement(session, pk(busy), changed(busy, state=State.BUSY), etag(busy))
    done = made(session, changed(OTHER, what="Klaar"))
    agreements.change_agreement(session, pk(done), changed(done, state=State.DONE), etag(done))
    conclude(session)
    assert agreements.open_agreements(collaboration) == (session.pk, (first, changed(busy, state=State.BUSY)))
