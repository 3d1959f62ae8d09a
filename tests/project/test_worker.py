"""The worker as it runs for real: a process of its own, on the tests' database, with a mail server to talk to."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from reflectie.management.commands import worker as command
from reflectie.models import DailyJob, Heartbeat, Invitee, OutgoingMail, Session
from reflectie.services import clock, daily, heartbeat, mail, queue
from reflectie.services.hosting import backups
from reflectie.services.sessions import invitees
from tests.helpers.factories import browser, make_account, make_collaboration, make_reflection, make_round
from tests.helpers.working import MailServer, environment_of_worker, kill, start_worker, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("queued")]

LETTER = mail.Letter("Vul jij ook in?", "Hier is de link.\n", "an@example.org")


@pytest.fixture
def mail_server():
    server = MailServer()
    yield server
    server.close()


def test_worker_sends_at_once_erases_what_it_sent_and_ends_when_told(mail_server):
    session = make_round()
    with worker(environment_of_worker(mail_server), stderr=subprocess.PIPE, text=True) as process:
        wait_until(Heartbeat.objects.exists)
        assert not heartbeat.worker_is_silent()
        invitees.invite(session, ["weigert@example.org", "bo@example.org"], LETTER)
        took = wait_until(lambda: mail_server.taken)
        wait_until(lambda: not OutgoingMail.objects.exists())
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=15)

    [(address, message)] = mail_server.taken
    assert (address, message["To"], message["Reply-To"]) == ("bo@example.org", "bo@example.org", "an@example.org")
    assert message.get_payload() == "Hier is de link.\r\n"
    # Woken by the task: the worker's own clock looks every quarter of a minute.
    assert took < 10
    assert (process.returncode, "@" in said) == (0, False)
    assert set(session.invitees.values_list("email", "unreached")) == {
        ("weigert@example.org", True),
        ("bo@example.org", False),
    }
    queue.forget_tasks()
    assert not DBTaskResult.objects.exclude(status="READY").exists()


def test_worker_that_was_away_catches_up_on_the_daily_work_and_on_mail(mail_server):
    old = make_reflection()
    Session.objects.filter(pk=old.response.session_id).update(changed_on=clock.today() - timedelta(days=95))
    DailyJob.objects.create(name="erase", done_on=clock.today() - timedelta(days=5))
    invitees.invite(make_round(), ["bo@example.org"], LETTER)
    # As a worker leaves it that was killed before it came to this one.
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    is_time = "erase" in daily.due_jobs(timezone.localtime())

    with worker(environment_of_worker(mail_server)):
        wait_until(lambda: mail_server.taken)
        if is_time:
            wait_until(lambda: DailyJob.objects.filter(name="erase", done_on=clock.today()).exists())

    assert mail_server.addresses == ["bo@example.org"]
    assert Session.objects.filter(collaboration=None).exists() == (not is_time)


def test_worker_makes_the_backup_of_the_day_where_a_host_asks(mail_server, tmp_path, settings):
    settings.BACKUP_DIR = str(tmp_path)
    is_time = "backup" in daily.due_jobs(timezone.localtime())
    with worker({**environment_of_worker(mail_server), "BACKUP_DIR": str(tmp_path)}) as process:
        if is_time:
            wait_until(DailyJob.objects.filter(name="backup", done_on=clock.today()).exists, 40)
        else:
            wait_until(Heartbeat.objects.exists)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
    assert [path.name for path in tmp_path.iterdir()] == (
        [backups.daily_file(tmp_path, clock.today(), []).name] if is_time else []
    )


@pytest.mark.slow
def test_nothing_is_lost_and_at_most_one_is_sent_twice_when_the_worker_is_killed_while_sending():
    """Ten times: forty mails, and the worker is killed in the middle of them."""
    server = MailServer(delay=0.02)
    environment = environment_of_worker(server)
    kills, mails = 10, 40
    # Nothing waits for a minute here: what was being sent is due as soon as it may be.
    for round_ in range(kills):
        session = make_round()
        invitees.invite(session, [f"p{round_}-{number}@example.org" for number in range(mails)], LETTER)
        before = len(server.taken)
        process = start_worker(environment)
        wait_until(lambda before=before: len(server.taken) > before + mails // 2)
        kill(process)
        assert OutgoingMail.objects.exists()
        OutgoingMail.objects.update(due_at=timezone.now())
    with worker(environment):
        wait_until(lambda: not OutgoingMail.objects.exists(), 60)
    server.close()

    print(f"{kills} kills: {kills * mails} handed over, {len(set(server.addresses))} came, {server.twice} twice")
    assert len(set(server.addresses)) == kills * mails
    assert server.twice <= kills
    assert not Invitee.objects.filter(unreached=True).exists()


@task
def fails() -> None:
    raise ValueError("wat Bo antwoordde, aan bo@example.org")


def test_a_task_that_fails_leaves_its_kind_of_trouble_and_no_more(caplog):
    fails.enqueue()
    call_command("db_worker", batch=True, startup_delay=False, reload=False, verbosity=0)

    assert DBTaskResult.objects.values_list("status", "exception_class_path", "traceback", "args_kwargs").get() == (
        "FAILED",
        "builtins.ValueError",
        "",
        {"args": [], "kwargs": {}},
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connections to lose")
def test_a_worker_that_loses_its_connections_goes_on(mail_server):
    """As when PostgreSQL is started anew."""
    with worker(environment_of_worker(mail_server)) as process:
        wait_until(Heartbeat.objects.exists)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        invitees.invite(make_round(), ["bo@example.org"], LETTER)
        wait_until(lambda: mail_server.taken)
        assert process.poll() is None


def test_a_silent_mail_server_keeps_nobody_waiting_and_holds_no_lock(mail_server, client, settings):
    mail_server.silent = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(mail_server.url.rpartition(":")[2])
    make_account("an@example.org")
    coordinator = browser(make_round(collaboration=make_collaboration()).collaboration.memberships.get().user)
    session = Session.objects.get()

    def took(step: Callable[[], object]) -> float:
        begin = time.monotonic()
        assert step().status_code in (302, 303)
        return time.monotonic() - begin

    with worker(environment_of_worker(mail_server)):
        wait_until(Heartbeat.objects.exists)
        code = took(lambda: client.post(reverse("account_login"), {"login": "an@example.org"}))
        wait_until(lambda: DBTaskResult.objects.filter(status="RUNNING").exists())
        addresses = {"addresses": "\n".join(f"p{number}@example.org" for number in range(50))}
        invitations = took(lambda: coordinator.post(reverse("session-invite", args=[session.pk]), addresses))

    # Whoever waits for this mail server waits EMAIL_TIMEOUT.
    assert max(code, invitations) < settings.EMAIL_TIMEOUT / 2
    assert OutgoingMail.objects.count() == 51


def test_a_worker_does_not_start_where_code_and_database_do_not_fit(tmp_path):
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    ended = subprocess.run(
        [sys.executable, "manage.py", "worker"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "The database lacks migrations of this version" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_check_says_whether_a_worker_gave_a_sign_of_life(capsys):
    with pytest.raises(CommandError, match="No worker gave a sign of life"):
        call_command("worker", "--check")
    heartbeat.beat()
    call_command("worker", "--check")
    Heartbeat.objects.update(seen_at=timezone.now() - heartbeat.SILENT - timedelta(seconds=1))
    with pytest.raises(CommandError, match="No worker gave a sign of life"):
        call_command("worker", "--check")
    assert capsys.readouterr().out == ""


def test_check_of_a_database_that_is_not_there_fails_and_repeats_nothing_of_it():
    ended = subprocess.run(
        [sys.executable, "manage.py", "worker", "--check"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": "sqlite:////nowhere/secret-name/db.sqlite3"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stderr) == (1, "CommandError: The database can't be read.\n")


class Moved:
    """The worker's clock in this process, and the machine's, which can be moved."""

    def __init__(self, monkeypatch) -> None:
        self._patch, self._now, self._time = monkeypatch, timezone.now, time.time
        self.clock = command.Clock()

    def by(self, ahead: timedelta) -> None:
        self._patch.setattr(timezone, "now", lambda: self._now() + ahead)
        self._patch.setattr(command.time, "time", lambda: self._time() + ahead.total_seconds())


@pytest.mark.parametrize("ahead", [timedelta(hours=25), timedelta(hours=-25)])
def test_worker_sees_a_leap_at_once_and_begins_nothing_of_the_day(monkeypatch, caplog, ahead):
    moved = Moved(monkeypatch)
    moved.clock.look()
    DBTaskResult.objects.all().delete()
    DailyJob.objects.all().delete()
    assert heartbeat.clock_is_steady()
    moved.by(ahead)
    moved.clock.look()
    assert "the clock leapt" in caplog.text
    assert not heartbeat.clock_is_steady()
    assert not DBTaskResult.objects.exists()


def test_what_could_not_be_begun_is_begun_at_the_next_look(monkeypatch, caplog):
    monkeypatch.setattr(command, "due_jobs", lambda _now: ["erase"])
    clock = command.Clock()

    def full(_task: object) -> None:
        raise OSError(errno.ENOSPC, "")

    with monkeypatch.context() as patch:
        patch.setattr(command, "enqueue_once", full)
        clock.look()
    assert "nothing can be written" in caplog.text
    assert "Traceback" not in caplog.text
    assert not DBTaskResult.objects.exists()

    clock._next_look = 0.0
    clock.look()
    assert DBTaskResult.objects.values_list("task_path", flat=True).get() == "reflectie.tasks.erase_today"
