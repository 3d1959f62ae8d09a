"""What is erased is gone from the database's own files: whoever copies them afterwards finds no trace of it."""

import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from reflectie.models import Answer, MadePdf, Response, Role, Session
from reflectie.pdf import documents
from reflectie.services import accounts, erasure
from reflectie.services.clock import today
from reflectie.services.collaborations import people
from reflectie.services.erasure import erase_session
from reflectie.services.report import outcomes, reports
from reflectie.services.sessions import aggregation
from reflectie.services.sessions.rounds import close_round, conclude, open_report, withdraw
from tests.helpers.database_files import on_disk
from tests.helpers.factories import CONCLUSION, FROZEN
from tests.helpers.rounds import fetched, make_collaboration, open_round

NOTE = "Zeg-dit-niet-verder-"


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running() -> Session:
    """A round of three, each with a note, that came in one after the other."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps all of it in files of ours")
    sheets = [{"goal-shared": "helping", "goal-shared-note": f"{NOTE}{number}"} for number in range(3)]
    return open_round(make_collaboration(), sheets)


def codes(session: Session) -> list[str]:
    return list(session.responses.values_list("token_hash", flat=True))


def test_of_an_open_round_the_files_have_everything(running: Session) -> None:
    assert all(code.encode() in on_disk() for code in codes(running))
    assert on_disk().count(NOTE.encode()) >= 3


def test_closing_leaves_no_code_and_no_earlier_order_in_the_files(running: Session) -> None:
    before = codes(running)
    close_round(running)
    kept = on_disk()
    assert not any(code.encode() in kept for code in before)
    # Once each, where they stand now: an earlier copy would have them in the order in which they came.
    assert kept.count(NOTE.encode()) == 3


def test_a_withdrawn_sheet_is_gone_from_the_files(running: Session) -> None:
    gone = running.responses.filter(answers__note=f"{NOTE}1").get()
    assert withdraw(running, gone.token_hash or "")
    kept = on_disk()
    assert (gone.token_hash or "-").encode() not in kept
    assert f"{NOTE}1".encode() not in kept
    assert f"{NOTE}2".encode() in kept


def test_answers_erased_for_being_too_few_are_gone_from_the_files(running: Session) -> None:
    withdraw(running, codes(running)[0])
    close_round(running, without_results=True)
    assert NOTE.encode() not in on_disk()


def test_an_erased_session_is_gone_from_the_files(running: Session) -> None:
    close_round(running)
    reports.keep_pdf(running.pk, "verslag", "key", NOTE.encode())
    erase_session(running.pk)
    assert NOTE.encode() not in on_disk()


def test_removed_space_is_overwritten_whatever_the_librarys_own_habit(running: Session) -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert "secure_delete=ON" in connection.settings_dict["OPTIONS"]["init_command"]


def test_a_text_that_was_removed_is_gone_from_the_files(running: Session) -> None:
    close_round(running)
    assert outcomes.remove_text(running, "goal-shared-note", outcomes.text_digest(f"{NOTE}1")) == 1
    kept = on_disk()
    assert f"{NOTE}1".encode() not in kept
    assert f"{NOTE}2".encode() in kept


def test_a_text_that_was_removed_while_a_pdf_was_made_does_not_live_on_in_it(running: Session) -> None:
    close_round(running)
    session = fetched(open_report(running))
    report = reports.load_report(session)
    outcomes.remove_text(session, "goal-shared-note", outcomes.text_digest(f"{NOTE}1"))
    documents.report_pdf(session.pk, report)
    assert not MadePdf.objects.exists()
    documents.report_pdf(session.pk, reports.load_report(fetched(session)))
    assert MadePdf.objects.exists()


def test_closing_forgets_the_day_of_the_last_answer(running: Session) -> None:
    Session.objects.update(changed_on=date(2026, 10, 1))
    assert close_round(running).changed_on == today()


def test_folding_leaves_no_note_no_row_and_no_pdf_from_before_in_the_files(running: Session) -> None:
    session = open_report(close_round(running))
    conclude(session, CONCLUSION)
    reports.keep_pdf(session.pk, "verslag", "sleutel", f"%PDF {NOTE}".encode())
    Session.objects.filter(pk=session.pk).update(concluded_on=date(2024, 1, 1))
    keys = [key.hex for key in session.responses.values_list("pk", flat=True)]
    assert all(key.encode() in on_disk() for key in keys)

    assert aggregation.aggregate_old_rounds(date(2026, 11, 22)) == 1

    kept = on_disk()
    assert [key for key in (*keys, NOTE) if key.encode() in kept] == []
    assert session.responses.count() == 0


def keys_in(content: bytes) -> set[bytes]:
    """Whatever looks like the key of a row, also where one stands against another."""
    runs = re.findall(rb"[0-9a-f]{32,}", content)
    return {run[start : start + 32] for run in runs for start in range(len(run) - 31)}


def traces() -> tuple[set[bytes], set[bytes]]:
    """The keys of sheets and answers that there are, and the first word of each note."""
    rows = list(Answer.objects.values_list("pk", "note"))
    keys = [*(key for key, _ in rows), *Response.objects.values_list("pk", flat=True)]
    return {key.hex.encode() for key in keys}, {note.split()[0].encode() for _, note in rows}


def rounds_of_eight(number: int, seed: int) -> list[Session]:
    """Rounds beside each other, of which every item of every sheet has a note: more than a page of the file holds."""
    chance = Random(seed)
    names = [item["key"] for dimension in FROZEN["dimensions"] for item in dimension["items"]]
    rounds = []
    for place in range(number):
        sheets = [
            {
                name: value
                for key in names
                for name, value in (
                    (key, "helping"),
                    (f"{key}-note", f"{NOTE}{place}-{person}-{key}. {'x' * chance.randint(0, 300)}"),
                )
            }
            for person in range(8)
        ]
        rounds.append(open_round(make_collaboration(), sheets))
    chance.shuffle(rounds)
    return rounds


def left_behind(rounds: list[Session], look_after: int = 1) -> tuple[int, int]:
    """How many keys and notes of rows that are gone stand in the files, while these rounds are closed and erased."""
    keys, notes = traces()
    found_keys, found_notes = set(), set()
    for step in (close_round, lambda session: erase_session(session.pk)):
        for number, session in enumerate(rounds, 1):
            step(session)
            if number % look_after == 0:
                live_keys, live_notes = traces()
                keys |= live_keys
                content = on_disk()
                found_keys |= keys_in(content) & (keys - live_keys)
                found_notes |= set(re.findall(rb"%b[\w-]+\." % NOTE.encode(), content)) & (notes - live_notes)
    assert len(keys) > len(rounds) * 8 * 15
    assert not Session.objects.filter(pk__in=[session.pk for session in rounds]).exists()
    return len(found_keys), len(found_notes)


def test_rows_that_moved_between_pages_leave_no_copy_behind(running: Session) -> None:
    assert left_behind(rounds_of_eight(24, seed=1), look_after=3) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_rows_that_moved_between_pages_leave_no_copy_behind_in_forty_rounds(running: Session, seed: int) -> None:
    assert left_behind(rounds_of_eight(40, seed), look_after=4) == (0, 0)


def size_of_log() -> int:
    name = Path(f"{connection.settings_dict['NAME']}-wal")
    return name.stat().st_size if name.exists() else 0


def free_pages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA freelist_count")
        return cursor.fetchone()[0]


def erase_much(session: Session) -> None:
    reports.keep_pdf(session.pk, "verslag", "key", bytes(200_000))
    erase_session(session.pk)


def test_file_is_written_anew_after_erasing(running: Session) -> None:
    erase_much(running)
    assert (free_pages(), size_of_log()) == (0, 0)


def test_large_file_is_left_for_the_daily_work_and_its_log_is_not(running: Session, monkeypatch) -> None:
    monkeypatch.setattr(erasure.compact_database, "__defaults__", (1000,))
    erase_much(running)
    assert free_pages() > 40
    assert size_of_log() == 0
    call_command("delete_expired")
    assert (free_pages(), size_of_log()) == (0, 0)


def test_full_disk_leaves_the_file_as_it_is_and_is_logged(running: Session, monkeypatch, caplog) -> None:
    monkeypatch.setattr(erasure.shutil, "disk_usage", lambda path: SimpleNamespace(free=100_000))
    erase_much(running)
    assert free_pages() > 40
    assert size_of_log() == 0
    assert "The disk is too full to write the database anew" in caplog.text


def test_somebody_else_who_writes_fails_no_erasing_and_is_logged(running: Session, monkeypatch, caplog) -> None:
    monkeypatch.setattr(erasure, "PATIENCE_MS", 50)
    somebody_else = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    reports.keep_pdf(running.pk, "verslag", "key", bytes(200_000))
    with transaction.atomic():
        running.made_pdfs.all().delete()
    somebody_else.execute("BEGIN IMMEDIATE")
    try:
        assert not erasure.compact_database()
    finally:
        somebody_else.execute("ROLLBACK")
        somebody_else.close()
    assert "The database could not be written anew: database is locked" in caplog.text
    with connection.cursor() as cursor:
        # Whoever saves after it is as patient as before.
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
    assert erasure.compact_database()
    assert free_pages() == 0


def test_erasing_waits_two_seconds_at_most_for_somebody_who_reads_on(running: Session) -> None:
    """In milliseconds, at each step that others can hold up; whoever saves beside it waits for it."""
    waits = []

    def look(execute, sql, *more):
        if sql.startswith(("PRAGMA wal_checkpoint", "VACUUM")):
            waits.append((sql.split("(")[0], connection.connection.execute("PRAGMA busy_timeout").fetchone()))
        return execute(sql, *more)

    with connection.execute_wrapper(look):
        withdraw(running, codes(running)[0])

    empty, anew = ("PRAGMA wal_checkpoint", (2000,)), ("VACUUM", (2000,))
    assert waits == [empty, anew, empty]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps each table in files of its own")
def test_daily_work_writes_the_tables_anew_on_postgresql() -> None:
    def files() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_filenode('reflectie_answer'), pg_relation_filenode('auth_user')")
            return cursor.fetchone()

    before = files()
    assert not erasure.compact_database()
    assert files() == before
    call_command("delete_expired")
    assert not set(files()) & set(before)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL locks a table by itself")
def test_table_that_somebody_holds_keeps_no_other_as_it_is_on_postgresql(monkeypatch, caplog) -> None:
    def file_of(table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_filenode(%s)", [table])
            return cursor.fetchone()[0]

    monkeypatch.setattr(erasure, "PATIENCE_MS", 50)
    before = {table: file_of(table) for table in ("auth_user", "reflectie_answer")}
    somebody_else = connection.copy()
    try:
        somebody_else.set_autocommit(False)
        with somebody_else.cursor() as cursor:
            cursor.execute("LOCK TABLE auth_user IN ACCESS SHARE MODE")
        assert not erasure.compact_database(None)
    finally:
        somebody_else.rollback()
        somebody_else.close()

    assert [table for table, file in before.items() if file_of(table) == file] == ["auth_user"]
    assert "VACUUM FULL of the table auth_user couldn't be done" in caplog.text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps dead rows until a vacuum")
def test_erased_rows_are_cleared_at_once_on_postgresql_while_somebody_reads() -> None:
    def dead_and_file() -> tuple[int, int]:
        with connection.cursor() as cursor:
            # Rows that a scan of the whole file meets, beside those that are there.
            cursor.execute("SELECT dead_tuple_count FROM pgstattuple('reflectie_answer')")
            [dead] = cursor.fetchone()
            cursor.execute("SELECT pg_relation_filenode('reflectie_answer')")
            return dead, cursor.fetchone()[0]

    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
    except ProgrammingError:
        pytest.skip("only an administrator of PostgreSQL may look at dead rows")
    session = open_round(make_collaboration(), [{"goal-shared": "helping", "goal-shared-note": NOTE}] * 30)
    before = dead_and_file()[1]
    somebody_else = connection.copy()
    try:
        somebody_else.set_autocommit(False)
        with somebody_else.cursor() as cursor:
            cursor.execute("LOCK TABLE reflectie_answer IN ACCESS SHARE MODE")
        asked: list[str] = []

        def listen(execute, sql, *more):
            asked.append(sql)
            return execute(sql, *more)

        with connection.execute_wrapper(listen):
            erase_session(session.pk)
    finally:
        somebody_else.rollback()
        somebody_else.close()

    assert 'VACUUM (INDEX_CLEANUP ON) "reflectie_answer"' in asked
    assert not any("FULL" in sql for sql in asked)
    assert dead_and_file() == (0, before)


def test_closed_account_is_gone_from_the_files(running: Session) -> None:
    user = User.objects.create_user("weg", "zeg-dit-niet-verder@example.org", first_name="Zegditnietverder")
    EmailAddress.objects.create(user=user, email=user.email, verified=True)
    assert b"zeg-dit-niet-verder@" in on_disk()
    accounts.close_account(user)
    assert b"zeg-dit-niet-verder@" not in on_disk()
    assert b"Zegditnietverder" not in on_disk()


def test_withdrawn_and_old_invitations_are_gone_from_the_files(running: Session) -> None:
    collaboration = running.collaboration
    for address in ("ingetrokken@example.org", "vergeten@example.org"):
        people.invite_member(collaboration, address, Role.FACILITATOR)
    assert [address in on_disk() for address in (b"ingetrokken@", b"vergeten@")] == [True, True]
    people.withdraw_invitation(collaboration, collaboration.invitations.get(email="ingetrokken@example.org").pk)
    assert b"ingetrokken@" not in on_disk()
    people.erase_old_invitations(today() + timedelta(days=40))
    assert b"vergeten@" not in on_disk()


def test_account_that_nobody_confirmed_is_gone_from_the_files(running: Session) -> None:
    user = User.objects.create_user("weg", "nooit-bevestigd@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=False)
    assert accounts.erase_unconfirmed(today() + timedelta(days=8)) == 1
    assert b"nooit-bevestigd@" not in on_disk()
