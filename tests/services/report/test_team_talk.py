"""What a team without an account records of its talk: kept with its reflection, and gone with it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from reflectie.domain.report.agreements import Agreement, State
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import Moment
from reflectie.domain.rules.findings import Finding
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Agreement as AgreementRow
from reflectie.models import MadePdf, Session, Talk
from reflectie.models import Outcome as OutcomeRow
from reflectie.services import clock
from reflectie.services.erasure import erase_expired, erase_reflection
from reflectie.services.errors import NotFoundError
from reflectie.services.report import agreements, reports
from reflectie.services.report.outcomes import record_outcome
from reflectie.services.sessions import rounds
from tests.helpers.agreed import FIRST, OTHER, made, pk
from tests.helpers.conflicts import met_by
from tests.helpers.factories import Reflection, make_collaboration, make_reflection

pytestmark = pytest.mark.django_db

KEY = "goal-shared"
OUTCOME = Outcome(Choice.HELPING, "We lazen het doel samen.", "Eén partner ziet het anders.")


def team(**more) -> Reflection:
    return make_reflection({KEY: "hindering", "goal-perspective": "helping"}, mode=Mode.TOGETHER, finished=True, **more)


def session_of(reflection: Reflection) -> Session:
    return Session.objects.select_related("checklist", "collaboration", "totals").get(pk=reflection.response.session_id)


@pytest.fixture
def reflection(content) -> Reflection:
    return team()


@pytest.fixture
def session(reflection) -> Session:
    return session_of(reflection)


def recorded(session: Session) -> tuple[int, int]:
    """How many outcomes and agreements it has."""
    return session.outcomes.count(), session.agreements.count()


def record_both(session: Session) -> Agreement:
    record_outcome(session, KEY, OUTCOME, etag(None))
    return made(session)


# --- what the report has of it


def test_report_has_what_was_recorded_and_moves_on_with_it(session):
    moments = [reports.load_report(session).moment]
    record_outcome(session, KEY, OUTCOME, etag(None))
    moments.append(reports.load_report(session).moment)
    agreed = made(session)
    found = reports.load_report(session)

    assert [*moments, found.moment] == [Moment.BEFORE, Moment.DURING, Moment.AFTER]
    assert [(item.item.key, item.outcome) for item in found.talked_about] == [(KEY, OUTCOME)]
    assert found.agreements == (agreed,)


def test_report_asks_no_more_of_who_filled_in_alone(session, django_assert_num_queries):
    alone = session_of(make_reflection({KEY: "hindering"}, finished=True))
    record_both(session)
    reports.load_report(session)

    with django_assert_num_queries(2):
        assert reports.load_report(alone).talked_about == ()
    with django_assert_num_queries(6):
        assert len(reports.load_report(session).talked_about) == 1


def test_report_takes_as_many_queries_however_much_was_recorded(session, django_assert_num_queries):
    for item in reports.load_report(session).items:
        record_outcome(session, item.item.key, OUTCOME, etag(None))
    for number in range(12):
        made(session, replace(FIRST, what=f"Stap {number}"))

    with django_assert_num_queries(6):
        found = reports.load_report(session)
    assert (len(found.talked_about), len(found.agreements)) == (15, 12)


def test_answers_that_change_after_the_talk_change_the_finding_and_leave_the_outcome_beside_it(reflection, session):
    record_outcome(session, KEY, Outcome(Choice.HINDERING, "Ieder zijn doel."), etag(None))

    def item():
        return next(item for item in reports.load_report(session_of(reflection)).items if item.item.key == KEY)

    before = item()
    reflection.save({KEY: "helping"})
    after = item()

    assert (before.finding, before.contradiction) == (Finding.OBSTACLE, False)
    assert (after.finding, after.contradiction) == (Finding.STRENGTH, True)
    assert after.outcome == before.outcome == Outcome(Choice.HINDERING, "Ieder zijn doel.")


# --- who may


@pytest.mark.parametrize(
    ("mode", "finished"), [(Mode.ALONE, True), (Mode.TOGETHER, False), (Mode.ALONE, False)], ids=str
)
def test_nothing_is_recorded_alone_or_before_the_sheet_is_finished(content, mode, finished):
    session = session_of(make_reflection({KEY: "hindering"}, mode=mode, finished=finished))
    kept = AgreementRow.objects.create(session=session, what="Stond er al")

    with pytest.raises(rounds.StageError):
        record_outcome(session, KEY, OUTCOME, etag(None))
    with pytest.raises(rounds.StageError):
        agreements.add_agreement(session, FIRST, uuid4())
    with pytest.raises(rounds.StageError):
        agreements.change_agreement(session, kept.pk, FIRST, etag(reports.agreement_of(kept)))
    with pytest.raises(rounds.StageError):
        agreements.remove_agreement(session, kept.pk, etag(reports.agreement_of(kept)))

    assert recorded(session) == (0, 1)


@pytest.mark.parametrize("stage", ["open", "discussion", "concluded"])
def test_nothing_is_recorded_by_who_was_let_in_before_a_collaboration_took_it_in(reflection, session, stage):
    agreed = record_both(session)
    rounds.adopt(session, reflection.token, make_collaboration())
    Session.objects.filter(pk=session.pk).update(stage=stage)
    wanted = replace(agreed, state=State.DONE)

    for step in (
        lambda: record_outcome(session, KEY, None, etag(OUTCOME)),
        lambda: agreements.add_agreement(session, OTHER, uuid4()),
        lambda: agreements.change_agreement(session, pk(agreed), wanted, etag(agreed)),
        lambda: agreements.remove_agreement(session, pk(agreed), etag(agreed)),
    ):
        with pytest.raises(rounds.StageError):
            step()

    assert reports.load_agreements(session) == (agreed,)
    assert recorded(session) == (1, 1)


def test_two_tabs_that_record_differently_come_upon_a_conflict(session):
    agreed = record_both(session)
    changed = agreements.change_agreement(session, pk(agreed), replace(agreed, who="Els"), etag(agreed))

    assert met_by(record_outcome, session, KEY, Outcome(Choice.DIVIDED), etag(None)) == OUTCOME
    other = replace(agreed, who="Omar")
    assert met_by(agreements.change_agreement, session, pk(agreed), other, etag(agreed)) == changed
    assert met_by(agreements.remove_agreement, session, pk(agreed), etag(agreed)) == changed


# --- how long


def test_recording_starts_the_clock_of_erasing_again_and_looking_does_not(session, monkeypatch):
    long_since, today = date(2026, 9, 1), date(2026, 10, 1)
    Session.objects.filter(pk=session.pk).update(changed_on=long_since)
    monkeypatch.setattr("reflectie.services.sessions.talking.today", lambda: today)
    days = []

    def last_change() -> None:
        days.append(Session.objects.get(pk=session.pk).changed_on)
        Session.objects.filter(pk=session.pk).update(changed_on=long_since)

    reports.load_report(session)
    last_change()
    record_outcome(session, KEY, OUTCOME, etag(None))
    last_change()
    record_outcome(session, KEY, OUTCOME, etag(None))
    last_change()
    agreed = made(session)
    last_change()
    agreements.change_agreement(session, pk(agreed), replace(agreed, state=State.DONE), etag(agreed))
    last_change()
    agreements.remove_agreement(session, pk(agreed), etag(replace(agreed, state=State.DONE)))
    last_change()

    # What says the same again is no change.
    assert days == [long_since, today, long_since, today, today, today]


def test_recording_draws_a_wall_anew(session):
    wall = Talk.objects.create(session=session, minutes=60, agenda=[], place="welcome")
    record_both(session)
    assert Talk.objects.get(pk=wall.pk).version == wall.version + 2


@pytest.mark.parametrize("how", ["by its link", "expired"])
def test_what_was_recorded_goes_with_the_reflection_and_with_no_other(session, how):
    stays = session_of(team())
    for each in (session, stays):
        record_both(each)

    if how == "expired":
        Session.objects.filter(pk=session.pk).update(changed_on=clock.today() - timedelta(90))
        assert erase_expired(clock.today()) == 1
    else:
        assert erase_reflection(session.pk)

    left = [row.session_id for table in (OutcomeRow, AgreementRow) for row in table.objects.all()]
    assert left == [stays.pk, stays.pk]
    with pytest.raises(NotFoundError):
        record_outcome(session, KEY, None, etag(OUTCOME))


def test_a_collaboration_that_takes_it_in_has_what_was_recorded_and_goes_on_in_its_discussion(reflection, session):
    agreed = record_both(session)
    rounds.adopt(session, reflection.token, make_collaboration())
    Session.objects.filter(pk=session.pk).update(stage=Session.Stage.DISCUSSION)

    found = reports.load_report(session_of(reflection))
    assert [(item.item.key, item.outcome) for item in found.talked_about] == [(KEY, OUTCOME)]
    assert (found.agreements, found.moment, found.delete_on) == ((agreed,), Moment.DURING, None)
    member = session_of(reflection)
    assert agreements.change_agreement(member, pk(agreed), replace(agreed, who="Els"), etag(agreed)).who == "Els"


# --- PDFs


def steps(session: Session) -> dict[str, object]:
    """What takes words back, or changes them; in this order."""
    agreed = record_both(session)
    reworded, done = replace(agreed, what="Iets anders"), replace(agreed, what="Iets anders", state=State.DONE)
    return {
        "outcome": lambda: record_outcome(session, KEY, Outcome(Choice.DIVIDED), etag(OUTCOME)),
        "reworded": lambda: agreements.change_agreement(session, pk(agreed), reworded, etag(agreed)),
        "done": lambda: agreements.change_agreement(session, pk(agreed), done, etag(reworded)),
        "removed": lambda: agreements.remove_agreement(session, pk(agreed), etag(done)),
    }


def test_pdfs_that_were_made_go_with_each_change_and_those_of_other_teams_stay(session):
    others = session_of(team())
    reports.keep_pdf(others.pk, "verslag", "key", b"%PDF")
    left = {}
    for name, step in steps(session).items():
        reports.keep_pdf(session.pk, "verslag", "key", b"%PDF")
        step()
        left[name] = [pdf.session_id for pdf in MadePdf.objects.all()]

    assert left == {name: [others.pk] for name in ("outcome", "reworded", "done", "removed")}


def test_a_new_agreement_is_in_no_pdf_of_before(session):
    before = reports.load_report(session).key
    made(session)
    assert reports.load_report(session).key != before
