"""Who did what in a collaboration: logged with what was done, of whoever has an account, and gone in time."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.models import Activity, Collaboration, Role, Session
from reflectie.services.accounts import close_account
from reflectie.services.activity import acting, activities_of, erase_old_activities, log_activity
from reflectie.services.clock import today
from reflectie.services.collaborations.collaborations import erase_collaboration
from reflectie.services.collaborations.people import change_role, remove_member
from reflectie.services.erasure import erase_session
from reflectie.services.imports import table_import
from reflectie.services.report.outcomes import remove_text, text_digest
from reflectie.services.sessions import rounds
from reflectie.services.tokens import new_token
from tests.helpers.factories import add_member, make_account, make_collaboration, make_round
from tests.helpers.rounds import open_round

ACTION = Activity.Action
KEY = "coordination-equality"
SHEETS = [{KEY: "hindering", f"{KEY}-note": f"Notitie {n}"} for n in range(3)]


def actions(collaboration: Collaboration) -> list[str]:
    return [activity.action for activity in activities_of(collaboration.pk)]


@pytest.fixture
def session(db: None) -> Session:
    return open_round(make_collaboration(), SHEETS)


def test_steps_of_a_session_are_logged_with_who_took_them(session: Session) -> None:
    an = make_account()
    with acting(lambda: an.pk):
        closed = rounds.close_round(session)
        opened = rounds.open_report(closed)
        remove_text(opened, f"{KEY}-note", text_digest("Notitie 1"))
        concluded = rounds.conclude(opened, Conclusion(Needed.YES, Decision.REPAIR))
        rounds.undo_conclusion(concluded)
    assert session.collaboration
    found = list(activities_of(session.collaboration.pk))
    assert [each.action for each in found] == [
        ACTION.REOPENED,
        ACTION.CONCLUDED,
        ACTION.TEXT_REMOVED,
        ACTION.OPENED,
        ACTION.CLOSED,
    ]
    assert {(each.user_id, each.session_id, each.on) for each in found} == {(an.pk, session.pk, today())}


def test_another_name_and_an_import_that_was_taken_out_are_logged(session: Session, checklist: None) -> None:
    an = make_account()
    earlier = make_round(planned_on=date(2023, 5, 11), expected=None, earlier=True)
    with acting(lambda: an.pk):
        rounds.rename_session(session, "Na de fusie")
        rounds.rename_session(session, "Na de fusie")
        table_import.import_answers(earlier, new_token(), [Sheet({KEY: "hindering"})])
        table_import.delete_imported(earlier)
    assert session.collaboration
    assert earlier.collaboration
    assert actions(session.collaboration) == [ACTION.RENAMED]
    assert actions(earlier.collaboration) == [ACTION.IMPORT_ERASED, ACTION.BROUGHT_IN]
    assert not any("fusie" in str(row) for row in Activity.objects.values())


def test_nothing_typed_stands_in_the_log(session: Session) -> None:
    an = make_account()
    with acting(lambda: an.pk):
        remove_text(rounds.close_round(session), f"{KEY}-note", text_digest("Notitie 1"))
    rows = [str(row) for row in Activity.objects.values()]
    assert len(rows) == 2
    assert not any("Notitie" in row for row in rows)


def test_what_nobody_with_an_account_does_is_not_logged(session: Session) -> None:
    rounds.close_round(session)
    with acting(lambda: None):
        rounds.open_report(session)
    assert not Activity.objects.exists()


def test_step_that_failed_leaves_nothing(session: Session) -> None:
    who = make_account()
    with acting(lambda: who.pk), pytest.raises(rounds.StageError):
        rounds.open_report(session)
    assert not Activity.objects.exists()


def test_roles_say_whose_they_were(db: None) -> None:
    collaboration = make_collaboration()
    an = add_member(collaboration, "an@example.org", Role.COORDINATOR)
    fien = add_member(collaboration, "fien@example.org", Role.FACILITATOR)
    with acting(lambda: an.user_id):
        change_role(collaboration, fien.pk, Role.COORDINATOR)
        remove_member(collaboration, an.pk)
    left, changed = activities_of(collaboration.pk)
    assert (changed.action, changed.about_id, changed.role) == (ACTION.ROLE_CHANGED, fien.user_id, Role.COORDINATOR)
    assert (left.action, left.about_id, left.user_id) == (ACTION.REMOVED, an.user_id, an.user_id)


def test_log_outlives_a_session_and_an_account_but_not_its_collaboration(session: Session) -> None:
    collaboration = session.collaboration
    assert collaboration
    an = make_account()
    with acting(lambda: an.pk):
        rounds.close_round(session)
        erase_session(session.pk)
    close_account(an)
    assert [(each.action, each.user_id, each.session_id) for each in activities_of(collaboration.pk)] == [
        (ACTION.SESSION_ERASED, None, None),
        (ACTION.CLOSED, None, None),
    ]
    erase_collaboration(collaboration.pk)
    assert not Activity.objects.exists()


def test_log_is_kept_for_a_set_time(session: Session) -> None:
    assert session.collaboration_id
    who = make_account()
    with acting(lambda: who.pk):
        log_activity(ACTION.CLOSED, session.collaboration_id)
    kept = settings.ACTIVITY_DAYS
    assert erase_old_activities(today() + timedelta(days=kept - 1)) == 0
    assert erase_old_activities(today() + timedelta(days=kept)) == 1


def test_reflection_of_nobody_has_no_log(db: None) -> None:
    who = make_account()
    with acting(lambda: who.pk):
        log_activity(ACTION.CLOSED, None)
    assert not Activity.objects.exists()


def test_log_is_read_in_one_query(session: Session, django_assert_num_queries) -> None:
    who = make_account(f"{uuid4()}@example.org")
    with acting(lambda: who.pk):
        for _time in range(5):
            log_activity(ACTION.CLOSED, session.collaboration_id, session=session)
    assert session.collaboration_id
    with django_assert_num_queries(1):
        assert {str(each.user) for each in activities_of(session.collaboration_id)} != {"None"}
