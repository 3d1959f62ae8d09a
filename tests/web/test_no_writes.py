"""A disk that is full or may only be read: pages go on where they can, and a save gets a page that says so and gives
back all that was typed. `tests/project/test_disks.py` does it with a real disk."""

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from reflectie.backends import cannot_write, waited_too_long
from reflectie.backends.sqlite3 import base as sqlite_backend
from reflectie.models import Answer, MadePdf
from reflectie.pdf import documents
from reflectie.pdf.worker import pdf_worker
from tests.helpers.factories import HTMX, Reflection, browser, make_account, make_reflection, make_round
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "We hebben <er> al jaren & niet naar gekeken."


@pytest.fixture
def no_writes() -> Iterator[Callable[[], None]]:
    """Has the database refuse every write, as it does on a disk that may only be read; and take them again."""
    refuse, take = (
        ("PRAGMA query_only = 1", "PRAGMA query_only = 0")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    )

    def turn(on: bool = True) -> None:
        with connection.cursor() as cursor:
            cursor.execute(refuse if on else take)

    yield turn
    turn(False)


def fields() -> dict[str, str]:
    seen = {"seen-goal-shared": "", "seen-goal-shared-note": ""}
    return {"goal-shared": "hindering", "goal-shared-note": NOTE, **seen, "save": "1"}


def test_a_save_gets_back_all_that_was_typed_and_is_taken_once_there_is_room(reflection: Reflection, no_writes, caplog):
    client = Client(enforce_csrf_checks=True)
    token = page_of(client.get(reflection.fill_url)).main.value("csrfmiddlewaretoken")
    no_writes()
    response = client.post(reflection.fill_url, {**fields(), "csrfmiddlewaretoken": token})

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "no-store" in response["Cache-Control"]
    page = page_of(response).main
    assert page.headings(1) == ["Nog niet bewaard"]
    assert "De site kan nu niets bewaren. Alles wat je invulde, is er nog" in page.words
    assert page.value("goal-shared-note") == NOTE
    assert "nothing can be written" in caplog.text
    assert NOTE not in caplog.text
    assert not any(record.exc_info for record in caplog.records)
    assert not Answer.objects.exists()

    no_writes(False)
    assert client.post(reflection.fill_url, page.sent()).status_code == 303
    assert Answer.objects.get().note == NOTE


def test_a_script_gets_the_bare_status_and_keeps_what_was_given(reflection: Reflection, no_writes):
    no_writes()
    response = Client().post(reflection.fill_url, fields(), headers=HTMX)
    assert (response.status_code, response.content, response["Retry-After"]) == (503, b"", "60")


def test_pages_are_read_meanwhile(reflection: Reflection, no_writes):
    person = browser(make_account())
    reading = make_reflection(finished=True)
    no_writes()
    for path in ("/", "/start/", "/over/", "/gezond/", reflection.fill_url, reading.report_url, "/meedoen/"):
        assert Client().get(path).status_code == 200, path
    assert person.get(reverse("collaborations")).status_code == 200


@pytest.mark.parametrize("what", ["start", "code", "sign in", "plan"])
def test_every_other_form_says_that_nothing_can_be_kept(what: str, no_writes):
    client, heading = Client(headers={"origin": "http://testserver"}), "De site kan nu niets bewaren"
    if what == "start":
        token = client.get("/start/").context["form"]["token"].value()
        path, sent, heading = "/start/", {"token": token, "mode": "alone"}, "Nog niet bewaard"
    elif what == "code":
        path, sent = "/meedoen/", {"code": "ACDEFG"}
    elif what == "sign in":
        path, sent = reverse("account_login"), {"login": "an@example.org", "password": "fout"}
    else:
        session = make_round()
        client.force_login(session.collaboration.memberships.get().user)
        path = reverse("session-close", args=[session.pk])
        sent = page_of(client.get(path)).main.sent()
    no_writes()
    client.raise_request_exception = False
    response = client.post(path, sent)

    assert (response.status_code, page_of(response).headings(1)) == (503, [heading])


def test_a_pdf_that_cannot_be_kept_is_sent_all_the_same(no_writes, monkeypatch, caplog):
    monkeypatch.setattr(pdf_worker, "make", lambda _page: b"%PDF 1")
    reflection = make_reflection(finished=True)
    no_writes()
    response = Client().get(reflection.pdf_url)

    assert (response.status_code, response.content) == (200, b"%PDF 1")
    assert "a PDF was not kept" in caplog.text
    no_writes(False)
    assert not MadePdf.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="it is SQLite that opens a file for reading alone")
@pytest.mark.parametrize(("may_write", "is_kept"), [(True, True), (False, False)])
def test_a_connection_for_reading_alone_is_not_kept(monkeypatch, may_write: bool, is_kept: bool):
    connection.close()
    file = str(connection.settings_dict["NAME"])
    monkeypatch.setattr(os, "access", lambda path, _mode: may_write or str(path) != file)
    assert Client().get("/over/").status_code == 200
    connection.ensure_connection()
    connection.close_if_unusable_or_obsolete()
    assert (connection.connection is not None) is is_kept


@pytest.mark.skipif(connection.vendor != "sqlite", reason="it is SQLite that opens a file for reading alone")
@pytest.mark.parametrize("ends", [True, False])
def test_whoever_comes_once_it_may_be_written_waits_for_the_last_that_may_only_read(tmp_path, monkeypatch, ends: bool):
    monkeypatch.setattr(sqlite_backend, "READERS_END_SECONDS", 5 if ends else 0.1)
    file, may_write = tmp_path / "db.sqlite3", False
    file.touch()
    monkeypatch.setattr(os, "access", lambda path, _mode: may_write or path != file)
    first, second = (connection.copy() for _ in range(2))
    for one in (first, second):
        one.settings_dict = {**one.settings_dict, "NAME": str(file)}
        # It is ended by another thread than the one that began it, in this test alone.
        one.inc_thread_sharing()
    first.connect()
    may_write = True
    if ends:
        threading.Timer(0.2, first.close).start()
    second.connect()
    began_after_the_last = first.connection is None
    second.close_if_unusable_or_obsolete()
    is_kept = second.connection is not None
    for one in (first, second):
        one.close()
    assert (began_after_the_last, is_kept) == (ends, ends)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="another database has a disk of its own")
@pytest.mark.parametrize(("number", "status"), [(errno.EROFS, 503), (errno.EIO, 503), (errno.ENOSPC, 200)])
def test_a_disk_that_failed_is_not_ready_and_one_that_is_full_still_shows_pages(monkeypatch, number: int, status: int):
    def refuse(**_: object) -> None:
        raise OSError(number, "")

    monkeypatch.setattr("reflectie.services.health.TemporaryFile", refuse)
    assert Client().get("/gereed/").status_code == status


def test_the_lock_of_the_pdfs_is_one_where_nothing_may_be_written(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    (tmp_path / "pdf.lock").touch()
    opened = os.open

    def read_only(path: str, flags: int, *more: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC):
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", read_only)
    with documents.pdf_worker.acquire(timeout=1):
        pass


def test_a_file_that_has_no_room_is_told_as_such(monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(documents, "report_pdf", full)
    response = Client(raise_request_exception=False).get(make_reflection(finished=True).pdf_url)
    assert (response.status_code, page_of(response).headings(1)) == (503, ["De site werkt even niet"])


def test_what_cannot_be_written_outside_a_view_is_told_the_same(monkeypatch):
    def full(*_: object) -> None:
        raise OperationalError from sqlite_error(sqlite3.SQLITE_FULL)

    monkeypatch.setattr("django.contrib.auth.middleware.AuthenticationMiddleware.process_request", full)
    response = Client(raise_request_exception=False).get("/")
    assert (response.status_code, page_of(response).headings(1)) == (503, ["De site werkt even niet"])


def sqlite_error(number: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = number
    return error


class FromPostgresError(Exception):
    def __init__(self, state: str) -> None:
        self.sqlstate = state


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (OperationalError(), sqlite_error(sqlite3.SQLITE_FULL), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_READONLY), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_IOERR_SHMSIZE), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_CANTOPEN), True),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_BUSY), False),
        (OperationalError(), sqlite_error(sqlite3.SQLITE_ERROR), False),
        (OperationalError(), FromPostgresError("53100"), True),
        (DatabaseError(), FromPostgresError("25006"), True),
        (OperationalError(), FromPostgresError("58030"), True),
        (OperationalError(), FromPostgresError("55P03"), False),
        (IntegrityError(), FromPostgresError("23505"), False),
        (OperationalError(), None, False),
        (OSError(errno.ENOSPC, ""), None, True),
        (OSError(errno.EROFS, ""), None, True),
        (OSError(errno.ENOENT, ""), None, False),
        (ValueError(), sqlite_error(sqlite3.SQLITE_FULL), False),
    ],
)
def test_what_a_disk_refuses_is_told_from_what_is_wrong(error: Exception, cause: Exception | None, expected: bool):
    error.__cause__ = cause
    assert (cannot_write(error), cannot_write(error) and waited_too_long(error)) == (expected, False)
