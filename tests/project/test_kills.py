"""Whatever is killed, stopped or started anew while twenty people save: what they were told is kept is kept, and once.

`./test -m slow -k kills -n 0 -s` does each ten times on both databases, and prints what it counted.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

from benchmarks.cluster import postgres
from benchmarks.savers import PATIENCE, PEOPLE, Crowd
from benchmarks.server import Server, free_port
from reflectie.domain.questionnaire.checklist import Checklist
from tests.helpers.working import MailServer, kill, start_worker, wait_until

pytestmark = pytest.mark.slow

# How often each thing is done, how many saves come between two of them, and how many mails are on their way.
TIMES, SAVES_BETWEEN, MAILS = 10, 100, 5
# For each of the two databases.
LEAST_ACKNOWLEDGED = 5_000

# What happens in the site's own database, in processes of their own: one JSON value on the last line.
PLAN = """
import json
from django.urls import reverse
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration
from reflectie.services.clock import today
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.sessions.rounds import plan_session
plan = Plan(today(), Mode.ANONYMOUS, expected=20)
collaboration = Collaboration.objects.create(name="Samen in de wijk")
sessions = [plan_session(collaboration, plan) for _ in range(2)]
print(json.dumps([reverse("join", args=[sessions[0].join_token]), str(sessions[1].pk)]))
"""
INVITE = """
import json
from reflectie.models import Session
from reflectie.services.mail import Letter
from reflectie.services.sessions.invitees import invite
session = Session.objects.get(pk={session!r})
invite(session, {addresses!r}, Letter("Vul jij ook in?", "Hier is de link."))
print(json.dumps(True))
"""
LOOK = """
import json
from reflectie.models import OutgoingMail, Response
sheets = [
    [[answer.item.key, answer.value, answer.note] for answer in response.answers.select_related("item")]
    for response in Response.objects.all()
]
print(json.dumps([sheets, OutgoingMail.objects.count()]))
"""


class Site:
    """Server, worker and mail server as they run for real, on a database of their own."""

    def __init__(self, database: str) -> None:
        self.mail = MailServer(delay=0.01)
        self.environment = {
            **os.environ,
            "DATABASE_URL": database,
            "EMAIL_URL": self.mail.url,
            "DEBUG": "false",
            "LOG_LEVEL": "CRITICAL",
        }
        for command in (["migrate"], ["createcachetable"], ["load_checklist"]):
            subprocess.run([sys.executable, "manage.py", *command, "-v0"], check=True, **self._where)
        self.join, self.invited_to = self.ask(PLAN)
        self.invited: list[str] = []
        self.port = free_port()
        self.start()
        self.worker = start_worker(self.environment, stderr=subprocess.DEVNULL)

    @property
    def _where(self) -> dict:
        return {"cwd": settings.BASE_DIR, "env": self.environment}

    def ask(self, code: str) -> object:
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, **self._where).stdout)

    def start(self) -> None:
        """Start the server, once nobody else has its port any more."""

        def is_served() -> bool:
            if self.process.poll() is not None:
                self._start_process()
            with suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/gezond/", timeout=1):
                return True
            return False

        self._start_process()
        wait_until(is_served, PATIENCE)

    def _start_process(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "samenwerking/gunicorn.py", "--log-level", "critical"]
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*command, *bind], start_new_session=True, **quiet, **self._where)

    @property
    def web_workers(self) -> list[int]:
        return Server(self.port, self.process.pid).workers

    def invite(self) -> None:
        """Have mail on its way."""
        fresh = [f"p{len(self.invited) + number}@example.org" for number in range(MAILS)]
        self.ask(INVITE.format(session=self.invited_to, addresses=fresh))
        self.invited += fresh

    # What is done to it

    def kill_web_worker(self) -> None:
        os.kill(wait_for_first(lambda: self.web_workers), signal.SIGKILL)

    def kill_master(self) -> None:
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE)
        self.start()

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def kill_worker(self) -> None:
        sent = len(self.mail.taken)
        self.invite()
        wait_until(lambda: len(self.mail.taken) > sent, PATIENCE)
        kill(self.worker)
        self.worker = start_worker(self.environment, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        kill(self.worker)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.mail.close()


def wait_for_first(find: Callable[[], list[int]]) -> int:
    wait_until(find)
    return find()[0]


def prove(site: Site, checklist: Checklist, kills: dict[str, Callable[[], None]]) -> None:
    crowd = Crowd(site.port, site.join, [item.key for item in checklist])
    crowd.start()
    crowd.wait_for(SAVES_BETWEEN)
    for name, do in kills.items():
        before = crowd.acknowledged
        for _ in range(TIMES):
            do()
            crowd.wait_for(SAVES_BETWEEN)
        print(f"{name}: {TIMES} times, {crowd.acknowledged - before} saves acknowledged meanwhile")
    crowd.wait_for(max(0, LEAST_ACKNOWLEDGED - crowd.acknowledged))
    crowd.end()
    # What a worker was killed with is due again after its lease.
    wait_until(lambda: site.ask(LOOK)[1] == 0, 3 * PATIENCE)

    sheets = site.ask(LOOK)[0]
    lost, twice = crowd.lost_and_twice(sheets)
    print(f"{crowd.acknowledged} saves acknowledged, {lost} lost, {twice} kept twice; sent again after {crowd.trouble}")
    print(f"{len(site.invited)} mails handed over, {len(set(site.mail.addresses))} came, {site.mail.twice} came twice")
    assert crowd.acknowledged >= LEAST_ACKNOWLEDGED
    assert set(site.mail.addresses) == set(site.invited)
    assert (lost, twice, len(sheets)) == (0, 0, PEOPLE)
    # One for each time that the worker was killed between the mail server's yes and its own note of it, at most.
    assert site.mail.twice <= TIMES


def usual_kills(site: Site) -> dict[str, Callable[[], None]]:
    return {
        "web worker, kill -9": site.kill_web_worker,
        "master, kill -9": site.kill_master,
        "worker, kill -9": site.kill_worker,
        "SIGTERM and start": site.stop,
        "SIGHUP": site.reload,
    }


@contextmanager
def running(database: str) -> Iterator[Site]:
    site = Site(database)
    try:
        yield site
    finally:
        site.end()


def test_kills_lose_nothing_that_was_acknowledged_on_sqlite(tmp_path: Path, checklist: Checklist, capsys):
    with capsys.disabled(), running(f"sqlite:///{tmp_path / 'db.sqlite3'}") as site:
        print("\nSQLite")
        prove(site, checklist, usual_kills(site))


def test_kills_lose_nothing_that_was_acknowledged_on_postgresql(tmp_path_factory, checklist: Checklist, capsys):
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    with capsys.disabled(), postgres(folder) as cluster, running(cluster.url) as site:
        print("\nPostgreSQL")
        prove(site, checklist, {**usual_kills(site), "PostgreSQL, kill -9": cluster.kill})
