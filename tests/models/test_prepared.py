"""Queries that are put together once give what Django gives, each time with the values that are asked."""

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reflectie.models import Answer, Response, Session
from reflectie.models.prepared import Prepared
from tests.helpers.factories import make_reflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def sessions(content) -> list[Session]:
    for value in ("helping", "hindering"):
        make_reflection().save({"goal-shared": value}, finish=value == "helping")
    return list(Session.objects.all())


def by_key() -> Prepared:
    queryset = Session.objects.select_for_update(of=("self",)).select_related("checklist", "collaboration")
    return Prepared(lambda key: queryset.filter(pk=key), Session._meta.get_field("id"))


def columns_of(instance) -> dict[str, object]:
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def test_each_time_it_finds_what_is_asked_with_what_hangs_on_it(sessions, django_assert_num_queries):
    prepared = by_key()
    with transaction.atomic():
        for session in [*sessions, *sessions]:
            with django_assert_num_queries(1):
                [found] = prepared.ask(session.pk)
                assert (found.checklist.version, found.collaboration) == (1, None)
            assert columns_of(found) == columns_of(session)
        assert prepared.ask(uuid4()) == []


def test_what_it_found_may_be_changed_and_saved(sessions):
    prepared = by_key()
    with transaction.atomic():
        [found] = prepared.ask(sessions[0].pk)
        found.name = "Anders"
        found.save(update_fields=["name"])
        assert [each.name for each in prepared.ask(sessions[0].pk)] == ["Anders"]
        assert [each.name for each in prepared.ask(sessions[1].pk)] == [""]


def test_its_sql_is_what_django_puts_together(sessions):
    prepared = by_key()
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        prepared.ask(sessions[0].pk)
        prepared.ask(sessions[1].pk)
        for session in sessions:
            queryset = Session.objects.select_for_update(of=("self",)).select_related("checklist", "collaboration")
            list(queryset.filter(pk=session.pk))
    own, django = captured.captured_queries[:2], captured.captured_queries[2:]
    assert [query["sql"] for query in own] == [query["sql"] for query in django]


def test_values_come_in_rows_in_the_order_in_which_they_are_named(sessions):
    names = ("answers__value", "finished", "id")
    prepared = Prepared(
        lambda session, token_hash: Response.objects.filter(session=session, token_hash=token_hash).values_list(*names),
        Response._meta.get_field("session"),
        Response._meta.get_field("token_hash"),
    )
    for response in Response.objects.all():
        [(value, finished, key)] = prepared.ask(response.session_id, response.token_hash)
        assert (value, finished, key) == (response.answers.get().value, response.finished, response.pk)
    assert Answer.objects.values("value").distinct().count() == 2


def test_what_does_not_differ_stays_and_a_day_is_a_value_like_any_other(sessions):
    day = Session._meta.get_field("changed_on")
    prepared = Prepared(
        lambda first, last: Session.objects.filter(stage="open", changed_on__gte=first, changed_on__lte=last)[:1],
        day,
        day,
    )
    Session.objects.filter(pk=sessions[0].pk).update(changed_on=date(2026, 3, 2))
    Session.objects.filter(pk=sessions[1].pk).update(changed_on=date(2026, 3, 9))
    for days, found in [((2, 8), sessions[:1]), ((3, 9), sessions[1:]), ((3, 8), [])]:
        assert prepared.ask(*(date(2026, 3, number) for number in days)) == found
    assert len(prepared.ask(date(2026, 3, 1), date(2026, 3, 31))) == 1
    Session.objects.update(stage="closed")
    assert prepared.ask(date(2026, 3, 1), date(2026, 3, 31)) == []


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_each_get_their_own(sessions):
    prepared = Prepared(lambda key: Session.objects.filter(pk=key), Session._meta.get_field("id"))
    wrong: list[object] = []

    def ask(session: Session) -> None:
        for _ in range(50):
            wrong.extend(found for found in prepared.ask(session.pk) if found != session)
        connection.close()

    threads = [threading.Thread(target=ask, args=[session]) for session in [*sessions, *sessions]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert prepared.ask(sessions[0].pk) == sessions[:1]
