"""The site as it is served for real: gunicorn, hashed and compressed static files, a database of its own."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from benchmarks.server import free_port
from tests.helpers.page import page_of

pytestmark = pytest.mark.browser

# A page that a phone on a weak connection loads in seconds.
MOST_BYTES = 120_000
MOST_REQUESTS = 12


@dataclass
class Server:
    process: subprocess.Popen
    port: int
    environment: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, fields: dict[str, str] | None = None, cookie: str = "") -> tuple[int, Message, str]:
        """One request, a POST when it has fields: status, headers and text of the reply."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET" if fields is None else "POST", path, urlencode(fields or {}), headers)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read().decode()


def manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], check=True, cwd=settings.BASE_DIR, env=environment)


def start(environment: dict[str, str], port: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "gunicorn", "-c", "samenwerking/gunicorn.py", "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    for _ in range(100):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/gereed/", timeout=1).close()
            return process
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    raise AssertionError("the server didn't start")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
    }
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "createcachetable")
    manage(environment, "load_checklist")
    port = free_port()
    served = Server(start(environment, port), port, environment)
    yield served
    os.killpg(served.process.pid, signal.SIGKILL)
    served.process.wait()


def test_fill_page_on_a_cold_cache_is_light(browser: Browser, server: Server):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{server.url}/start/")
    page.get_by_role("button", name="Alleen ik").click()
    page.wait_for_url("**/invullen/**")
    address = page.url
    context.close()

    cold = browser.new_context(viewport={"width": 360, "height": 740})
    page = cold.new_page()
    loaded = []
    page.on("requestfinished", lambda request: loaded.append(request))
    page.goto(address, wait_until="networkidle")
    sizes = [request.sizes() for request in loaded]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    encodings = {request.url: request.response().headers.get("content-encoding", "none") for request in loaded}
    caching = {
        request.url: request.response().headers["cache-control"] for request in loaded if "/static/" in request.url
    }
    cold.close()

    assert 5 < len(loaded) <= MOST_REQUESTS
    assert 50_000 < weight < MOST_BYTES
    assert {
        url: coding for url, coding in encodings.items() if not url.endswith((".woff2", ".svg")) and coding == "none"
    } == {}
    assert set(caching.values()) == {"max-age=315360000, public, immutable"}


def test_participants_leave_no_row_in_the_session_table(browser: Browser, server: Server, tmp_path: Path):
    page = browser.new_page()
    page.goto(f"{server.url}/start/")
    page.get_by_role("button", name="Alleen ik").click()
    page.check('input[name="goal-shared"][value="helping"]')
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    page.wait_for_url("**/rapport/**")
    page.close()

    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        count = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("django_session", "reflectie_response")
        }

    assert count == {"django_session": 0, "reflectie_response": 1}


@pytest.mark.slow
def test_every_acknowledged_answer_survives_a_kill(server: Server, checklist):
    """Answers are saved one by one while the server is killed without warning, five times over."""
    _, headers, page = server.ask("/start/")
    cookie = headers["Set-Cookie"].split(";")[0]
    fields = {name: page_of(page).main.value(name) for name in ("csrfmiddlewaretoken", "token")}
    _, headers, _ = server.ask("/start/", {**fields, "mode": "alone"}, cookie)
    path = headers["Location"]
    acknowledged = {}
    for killing in range(5):
        for item in checklist.items[killing * 3 : killing * 3 + 3]:
            given = {item.key: "hindering", f"seen-{item.key}": "", "save": "1"}
            status, _, _ = server.ask(path, {**given, "csrfmiddlewaretoken": fields["csrfmiddlewaretoken"]}, cookie)
            assert status == 303
            acknowledged[item.key] = "hindering"
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server.process = start(server.environment, server.port)
        _, _, page = server.ask(path)
        assert {field.name: field.value for field in page_of(page).fields() if field.is_checked} == acknowledged
