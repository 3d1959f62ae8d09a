"""The site as it runs for real, server, worker and mail server, on a database of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

from django.conf import settings

from benchmarks.savers import PATIENCE
from benchmarks.server import Server, free_port
from tests.helpers.working import MailServer, kill, start_worker, wait_until

# How many mails are on their way at a time.
MAILS = 5

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

    def __init__(self, database: str, log: Path | None, environment: dict[str, str]) -> None:
        self._log = log or Path(os.devnull)
        self.mail = MailServer(delay=0.01)
        self.environment = {
            **os.environ,
            "DATABASE_URL": database,
            "EMAIL_URL": self.mail.url,
            "DEBUG": "false",
            "LOG_LEVEL": "WARNING" if log else "CRITICAL",
            **environment,
        }
        for command in (["migrate"], ["createcachetable"], ["load_checklist"]):
            subprocess.run([sys.executable, "manage.py", *command, "-v0"], check=True, **self._where)
        self.join, self.invited_to = self.ask(PLAN)
        self.invited: list[str] = []
        self.port = free_port()
        self.start()
        self.start_worker()

    @property
    def _where(self) -> dict:
        return {"cwd": settings.BASE_DIR, "env": self.environment}

    def ask(self, code: str) -> object:
        done = self.manage("shell", "-v0", "-c", code)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command beside the site, however it ends."""
        run = [sys.executable, "manage.py", *command]
        return subprocess.run(run, check=False, capture_output=True, text=True, **self._where)

    def start_worker(self) -> None:
        with self._log.open("a") as log:
            self.worker = start_worker(self.environment, stderr=log)

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
        with self._log.open("a") as log:
            out = {"stdout": subprocess.DEVNULL, "stderr": log}
            self.process = subprocess.Popen([*command, *bind], start_new_session=True, **out, **self._where)

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
        self.start_worker()

    def end(self) -> None:
        kill(self.worker)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.mail.close()


def wait_for_first(find: Callable[[], list[int]]) -> int:
    wait_until(find)
    return find()[0]


@contextmanager
def running(database: str, log: Path | None = None, **environment: str) -> Iterator[Site]:
    """A site on this database, with these settings; what its processes say goes into `log`, or nowhere."""
    site = Site(database, log, environment)
    try:
        yield site
    finally:
        site.end()
