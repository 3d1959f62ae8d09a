"""`/gereed/` fails where requests can't be served, warns whoever may know, and what fails says what fails."""

import logging
import os
import sqlite3
import time
from collections import namedtuple
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from reflectie.models import DailyJob
from reflectie.services import clock, daily, health, heartbeat
from reflectie.services.health import why_it_fails
from reflectie.web.logs import SecretScrubbingFilter
from tests.helpers.factories import make_reflection
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

TOKEN = "een-lang-en-willekeurig-geheim"
NO_TABLE = "De cache is niet bereikbaar: de tabel ‘cache’ ontbreekt, of CACHE_URL klopt niet."
NO_TABLE_LOG = "the cache can't be reached: the table 'cache' is missing, or CACHE_URL is wrong"
Disk = namedtuple("Disk", "free")


@pytest.fixture
def knowing(settings) -> Client:
    """Somebody who has the token."""
    settings.READY_TOKEN = TOKEN
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def no_cache_table(settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "geen_tabel"}}


@pytest.fixture
def administrator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("beheerder", "beheerder@example.org"))
    return client


@pytest.fixture(autouse=True)
def work_goes_on() -> None:
    """The worker runs, and did today's work."""
    heartbeat.beat()
    for name in DailyJob.Name:
        daily.finish_job(name, clock.today())


def told(client: Client) -> tuple[int, list[str]]:
    reply = client.get("/gereed/")
    return reply.status_code, reply.content.decode().splitlines()


def test_ready_takes_a_handful_of_queries(client, django_assert_max_num_queries):
    client.get("/gereed/")
    with django_assert_max_num_queries(9 if connection.vendor == "sqlite" else 18):
        assert told(client) == (200, ["ok"])


def test_ready_fails_without_the_table_of_the_cache(client, knowing, no_cache_table, caplog):
    assert told(client) == (503, ["niet klaar"])
    assert told(knowing) == (503, ["niet klaar", NO_TABLE])
    assert f"not ready: {NO_TABLE_LOG}" in caplog.text


def test_ready_fails_without_a_database(client, knowing, monkeypatch):
    def refuse() -> None:
        raise OperationalError("could not connect to 10.0.0.1 as somebody")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert told(client) == (503, ["niet klaar"])
    assert told(knowing) == (503, ["niet klaar", "De databank is niet bereikbaar."])


def test_ready_fails_while_migrations_are_pending(client, knowing, monkeypatch):
    monkeypatch.setattr(health, "migrations_that_differ", lambda: (["reflectie.0099_later"], []))
    assert told(client) == (503, ["niet klaar"])
    status, [_, why] = told(knowing)
    assert (status, "reflectie.0099_later" in why) == (503, True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of ours")
def test_ready_fails_where_the_file_can_not_be_written(knowing, monkeypatch):
    monkeypatch.setattr(health.os, "access", lambda path, mode: False)
    assert told(knowing)[1][1].startswith("De databank kan niet beschreven worden")


@pytest.mark.parametrize(
    ("free", "warning"),
    [
        (400_000_000, "De schijf is bijna vol: er is nog 400 MB vrij."),
        (1_000, "De schijf is vol: er kan niets bewaard worden."),
    ],
)
def test_disk_is_a_warning_for_who_may_know(client, knowing, monkeypatch, administrator, free, warning):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Disk(600_000_000))
    assert told(knowing) == (200, ["ok"])
    assert "messagelist" not in administrator.get("/beheer/").content.decode()
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Disk(free))
    assert told(client) == (200, ["ok"])
    assert told(knowing) == (200, ["ok", warning])
    assert warning in page_of(administrator.get("/beheer/")).told("warning")


def test_late_backup_is_a_warning_for_who_may_know(client, knowing, administrator, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    assert told(knowing) == (200, ["ok"])
    DailyJob.objects.filter(name="backup").update(done_on=clock.today() - timedelta(days=1))
    assert told(knowing) == (200, ["ok"])
    DailyJob.objects.filter(name="backup").update(done_on=clock.today() - timedelta(days=2))
    warning = (
        "De dagelijkse reservekopie bleef uit. Kijk in het logboek waarom, en of BACKUP_DIR beschreven kan worden."
    )
    assert told(client) == (200, ["ok"])
    assert told(knowing) == (200, ["ok", warning])
    assert warning in page_of(administrator.get("/beheer/")).told("warning")


def test_folder_of_backups_that_hangs_keeps_nobody_waiting(knowing, administrator, settings, monkeypatch):
    """As one on another machine that doesn't answer: whoever looks at it waits for ever, so nobody looks."""
    settings.BACKUP_DIR, settings.METRICS_TOKEN = "/srv/backups", TOKEN
    looked = []

    def watched(name: str) -> None:
        usual = getattr(os, name)

        def look(path=".", *args, **options):
            looked.extend([name] if str(path).startswith("/srv/backups") else [])
            return usual(path, *args, **options)

        monkeypatch.setattr(os, name, look)

    for name in ("stat", "lstat", "listdir", "scandir", "open", "access"):
        watched(name)
    Path(settings.BACKUP_DIR).exists()
    assert looked != []
    looked.clear()

    assert told(knowing) == (200, ["ok"])
    assert administrator.get("/beheer/").status_code == 200
    assert 'daily_job_age_days{job="backup"} 0' in knowing.get("/meten/").content.decode()
    assert "backup" in daily.due_jobs(datetime(2026, 11, 28, 4))
    assert why_it_fails() is None
    assert looked == []


def test_failure_is_shown_to_administrators(administrator, no_cache_table):
    assert NO_TABLE in page_of(administrator.get("/beheer/")).told("error")


@pytest.mark.parametrize("given", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}"])
def test_without_the_right_token_nothing_is_told(settings, monkeypatch, given):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Disk(1_000))
    for token in (TOKEN, ""):
        settings.READY_TOKEN = token
        assert told(Client(headers={"authorization": given})) == (200, ["ok"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="one lock for the whole database")
def test_ready_answers_at_once_while_the_file_is_locked(client):
    client.get("/gereed/")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        assert told(client) == (200, ["ok"])
        # Whoever waits for the lock waits 20 seconds here.
        assert time.monotonic() - start < 10
        other.execute("ROLLBACK")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a lock on one table")
def test_ready_answers_soon_while_a_table_is_locked(client):
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE cache IN ACCESS EXCLUSIVE MODE")
        start = time.monotonic()
        assert told(client) == (503, ["niet klaar"])
        assert time.monotonic() - start < 10
        other.rollback()
        assert told(client) == (200, ["ok"])
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_page_and_log_say_that_the_table_of_the_cache_is_missing(client, no_cache_table, caplog):
    reflection = make_reflection(finished=True)
    client.raise_request_exception = False
    reply = client.get(reflection.pdf_url)
    assert (reply.status_code, reply["Retry-After"]) == (503, "60")
    page = reply.content.decode()
    assert "De site werkt even niet" in page
    assert NO_TABLE in page
    assert f"can't serve /rapport/… ({NO_TABLE_LOG})" in "".join(map(scrubbed, caplog.records))


def scrubbed(record: logging.LogRecord) -> str:
    """As the log writes it."""
    SecretScrubbingFilter().filter(record)
    return record.getMessage()


def test_page_and_log_say_that_the_disk_is_full(client, monkeypatch, caplog):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Disk(1_000))

    def fail(*args, **kwargs) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("reflectie.views.public.published_checklist", fail)
    client.raise_request_exception = False
    reply = client.get("/over/")
    assert reply.status_code == 503
    assert "De schijf is vol: er kan niets bewaard worden." in reply.content.decode()
    assert "the disk is full" in caplog.text


def test_page_of_another_error_says_no_more_than_it_knows(client, monkeypatch):
    def fail(*args, **kwargs) -> None:
        raise ValueError

    monkeypatch.setattr("reflectie.views.public.published_checklist", fail)
    client.raise_request_exception = False
    reply = client.get("/over/")
    assert (reply.status_code, "Retry-After" in reply) == (500, False)
    assert "Er ging iets mis bij ons" in reply.content.decode()
