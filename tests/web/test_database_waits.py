"""A database that is locked keeps nobody waiting for long, and takes nothing from who typed."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse

from reflectie import backends
from reflectie.backends import limit_waiting, waited_too_long
from reflectie.concurrency import Places
from reflectie.models import Collaboration, Session
from reflectie.web import middleware
from tests.helpers.factories import HTMX, Reflection, browser, make_account, make_round
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "We hebben <er> al jaren & niet naar gekeken."
SEEN = {"seen-goal-shared": "", "seen-goal-shared-note": ""}


@pytest.fixture
def patience(monkeypatch) -> Iterator[float]:
    """Seconds that a request waits in these tests."""
    for name in ("SQLITE_LOCK_SECONDS", "POSTGRESQL_LOCK_SECONDS"):
        monkeypatch.setattr(backends, name, 0.3)
    quick = backends._POSTGRESQL.replace("lock_timeout = '2s'", "lock_timeout = '300ms'")
    monkeypatch.setattr(backends, "_POSTGRESQL", quick)
    limit_waiting(connection)
    yield 0.3
    connection.close()


@contextmanager
def somebody_else_holds(session: Session) -> Iterator[None]:
    """SQLite as a whole, PostgreSQL this row alone."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Session.objects.select_for_update().get(pk=session.pk)
            held.set()
            assert let_go.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    yield
    let_go.set()
    thread.join(10)


def fields() -> dict[str, str]:
    return {"goal-shared": "hindering", "goal-shared-note": NOTE, **SEEN, "save": "1"}


def test_a_save_that_waits_too_long_gives_back_all_that_was_typed(reflection: Reflection, patience: float, caplog):
    client = Client(enforce_csrf_checks=True)
    token = page_of(client.get(reflection.fill_url)).main.value("csrfmiddlewaretoken")
    start = time.monotonic()
    with somebody_else_holds(reflection.response.session):
        response = client.post(reflection.fill_url, {**fields(), "csrfmiddlewaretoken": token})
    assert time.monotonic() - start < 5
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "no-store" in response["Cache-Control"]
    page = page_of(response).main
    assert page.headings(1) == ["Nog niet bewaard"]
    assert page.value("goal-shared-note") == NOTE
    assert not any(record.exc_info for record in caplog.records)
    assert NOTE not in caplog.text
    assert not reflection.response.answers.exists()

    assert client.post(reflection.fill_url, page.sent()).status_code == 303
    page = page_of(client.get(reflection.fill_url))
    assert page.sent()["goal-shared"] == ["hindering"]
    assert page.value("goal-shared-note") == NOTE


@pytest.mark.skipif(connection.vendor != "sqlite", reason="it is counted in rows that nobody else holds")
def test_a_start_that_waits_too_long_gives_back_the_names(reflection: Reflection, patience: float):
    """Counting comes first there, and is what waits."""
    client = Client()
    token = client.get("/start/").context["form"]["token"].value()
    with somebody_else_holds(reflection.response.session):
        response = client.post("/start/", {"token": token, "mode": "together", "team_name": "Team <Noord>"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    page = page_of(response).main
    assert page.headings(1) == ["Nog niet bewaard"]
    assert (page.value("team_name"), page.value("token")) == ("Team <Noord>", token)


def test_a_save_that_waits_for_less_long_is_kept(reflection: Reflection):
    limit_waiting(connection)
    held, answers = threading.Event(), []

    def save() -> None:
        limit_waiting(connection)
        held.wait(10)
        answers.append(Client().post(reflection.fill_url, fields()))
        connection.close()

    thread = threading.Thread(target=save)
    thread.start()
    with somebody_else_holds(reflection.response.session):
        held.set()
        # Several tries of SQLite's own.
        time.sleep(0.5)
        assert answers == []
    thread.join(10)
    connection.close()
    assert [response.status_code for response in answers] == [303]


def test_a_save_by_htmx_is_told_to_come_back(reflection: Reflection, patience: float):
    with somebody_else_holds(reflection.response.session):
        response = Client().post(reflection.fill_url, fields(), headers=HTMX)
    assert (response.status_code, response["Retry-After"], response.content) == (503, "5", b"")


def test_what_a_coordinator_typed_is_kept_too(coordinator: Client, collaboration: Collaboration, patience: float):
    session = make_round(collaboration=collaboration)
    typed = {"name": "Een nieuwe <naam>"}
    with hold_everything(session):
        url = reverse("collaboration-edit", args=[collaboration.pk])
        response = coordinator.post(url, typed, headers={"origin": "http://testserver"})
        # Another site may have sent this one: nothing of it is shown.
        foreign = coordinator.post(url, typed, headers={"origin": "http://elders.example"})
    assert (response.status_code, foreign.status_code) == (503, 503)
    assert 'name="name" value="Een nieuwe &lt;naam&gt;"' in markup_of(response)
    assert "Een nieuwe" not in markup_of(foreign)
    assert "Het is even druk" in markup_of(foreign)


@pytest.mark.parametrize(
    ("route", "typed"),
    [
        ("start", {"mode": "alone", "team_name": "Ploeg <Zuid>"}),
        ("collaboration-new", {"name": "Ploeg <Zuid>"}),
        ("session-invite", {"addresses": "an@example.org", "unreached": "Ploeg <Zuid>"}),
    ],
)
def test_what_is_counted_first_is_kept_too(
    coordinator: Client, collaboration: Collaboration, patience: float, route: str, typed: dict[str, str]
):
    session = make_round(collaboration=collaboration)
    url = reverse(route, args=[session.pk] if route == "session-invite" else [])
    if route == "start":
        typed = {**typed, "token": coordinator.get(url).context["form"]["token"].value()}
    with hold_everything(session):
        response = coordinator.post(url, typed, headers={"origin": "http://testserver"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Ploeg &lt;Zuid&gt;" in markup_of(response)


def hold_everything(session: Session):
    if connection.vendor != "sqlite":
        pytest.skip("one lock for everybody is SQLite's")
    return somebody_else_holds(session)


def test_pages_are_read_while_somebody_else_holds_the_lock(reflection: Reflection, patience: float):
    with somebody_else_holds(reflection.response.session):
        for path in ("/", "/start/", "/gezond/", reflection.fill_url, "/account/aanmelden/"):
            assert Client().get(path).status_code == 200


def test_who_comes_when_too_many_wait_is_asked_to_come_back(reflection: Reflection, monkeypatch):
    monkeypatch.setattr(middleware, "too_many_wait", lambda: True)
    response = Client().post(reflection.fill_url, fields())
    assert response.status_code == 503
    assert "Nog niet bewaard" in markup_of(response)
    assert Client().get(reflection.fill_url).status_code == 200


def test_a_page_for_who_waits_needs_no_database(reflection: Reflection):
    def gone(*_args: object, **_more: object) -> None:
        raise OperationalError from sqlite_error(sqlite3.SQLITE_BUSY)

    client = browser(make_account())
    with connection.execute_wrapper(gone):
        response = client.post(reflection.fill_url, fields())
    assert response.status_code == 503
    assert "Nog niet bewaard" in markup_of(response)


def test_whether_it_is_ready_is_no_for_an_answer_when_the_database_is_not_there():
    def gone(*_args: object, **_more: object) -> None:
        raise OperationalError from psycopg.OperationalError("connection refused")

    with connection.execute_wrapper(gone):
        assert Client().get("/gereed/").status_code == 503
        assert Client().get("/gezond/").status_code == 200


def test_what_waits_too_long_outside_a_view_is_told_the_same(monkeypatch):
    def gone(*_args: object, **_more: object) -> None:
        raise OperationalError from sqlite_error(sqlite3.SQLITE_BUSY)

    monkeypatch.setattr("django.contrib.auth.middleware.AuthenticationMiddleware.process_request", gone)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 503
    assert "Het is even druk" in markup_of(response)


def sqlite_error(number: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = number
    return error


class FromPostgresError(Exception):
    def __init__(self, state: str | None) -> None:
        self.sqlstate = state


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (OperationalError(), sqlite_error(sqlite3.SQLITE_BUSY), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_LOCKED), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_FULL), False),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_ERROR), False),
        (OperationalError(), FromPostgresError("55P03"), True),
        (OperationalError(), FromPostgresError("57014"), True),
        (DatabaseError(), FromPostgresError("25P03"), True),
        (OperationalError(), FromPostgresError("08006"), True),
        (OperationalError(), psycopg.OperationalError("connection refused"), True),
        (DatabaseError(), psycopg.ProgrammingError("no result"), False),
        (IntegrityError(), FromPostgresError("23505"), False),
        (DatabaseError(), FromPostgresError("42P01"), False),
        (InterfaceError(), None, False),
        (ValueError(), sqlite_error(sqlite3.SQLITE_BUSY), False),
    ],
)
def test_what_may_work_later_is_told_from_what_is_wrong(error: Exception, cause: Exception | None, expected: bool):
    error.__cause__ = cause
    assert waited_too_long(error) is expected


def test_a_request_waits_for_less_long_than_a_command():
    def limits() -> list[str]:
        with connection.cursor() as cursor:
            names = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]
            queries = ["PRAGMA busy_timeout"] if connection.vendor == "sqlite" else [f"SHOW {name}" for name in names]
            found = []
            for query in queries:
                cursor.execute(query)
                found.append(str(cursor.fetchone()[0]))
            return found

    connection.close()
    assert limits() == (["20000"] if connection.vendor == "sqlite" else ["0", "0", "0"])
    limit_waiting(connection)
    assert limits() == (["100"] if connection.vendor == "sqlite" else ["2s", "20s", "15s"])
    connection.close()


@pytest.mark.parametrize("way", ["query", "begin", "commit"])
def test_every_way_to_wait_for_the_database_gives_the_place_away(reflection: Reflection, way: str, monkeypatch):
    """Seen from the places: while the database is at it, somebody else gets in."""
    places = Places(1)
    entered: list[str] = []

    def somebody_else() -> None:
        with places.one():
            entered.append(way)

    def slow(*_args: object, **_more: object) -> None:
        thread = threading.Thread(target=somebody_else)
        thread.start()
        thread.join(10)

    with places.one():
        if way == "commit":
            real = BaseDatabaseWrapper._commit
            monkeypatch.setattr(BaseDatabaseWrapper, "_commit", lambda self: slow() or real(self))
            with transaction.atomic():
                Collaboration.objects.update(name="Elders")
        else:
            with connection.execute_wrapper(lambda execute, *call: slow() or execute(*call)):
                if way == "query":
                    Session.objects.first()
                else:
                    with transaction.atomic():
                        list(Session.objects.select_for_update())
    assert entered[:1] == [way]
