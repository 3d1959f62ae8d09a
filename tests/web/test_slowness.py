"""Nobody else's slowness: who sends or reads slowly, a mail server that is silent and a database that is locked keep
nobody else waiting. `./test -m slow -k slowness` is the whole proof, with its figures."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.figures import quantile
from benchmarks.server import Server, serve
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.models import Session
from tests.helpers.factories import Reflection

# Twice as long as without strangers, and no less than a machine that does something else for a moment.
TIMES, LEAST_SECONDS = 2, 0.15


def manage(environment: dict[str, str], *command: str) -> None:
    everything = {**os.environ, **environment}
    subprocess.run([sys.executable, "manage.py", *command], check=True, cwd=settings.BASE_DIR, env=everything)


@contextmanager
def silent_mail_server() -> Iterator[int]:
    """Takes every connection, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        lines = []

        def take() -> None:
            try:
                while True:
                    lines.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        for line in lines:
            line.close()


def environment_with(folder: Path, **more: str) -> dict[str, str]:
    environment = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "LOG_LEVEL": "ERROR", **more}
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "createcachetable")
    manage(environment, "load_checklist")
    return environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def log(folder: Path) -> Path:
    """All that the server says."""
    return folder / "log"


@pytest.fixture(scope="module")
def server(folder: Path, log: Path) -> Iterator[Server]:
    """One worker with two threads, so that there is little to take."""
    environment = environment_with(folder, WEB_CONCURRENCY="1", WEB_THREADS="2", LOG_LEVEL="INFO")
    with log.open("wb") as lines, serve([], environment, lines) as found:
        yield found


@pytest.fixture(scope="module")
def guarded(server: Server, folder: Path) -> Iterator[Server]:
    """As it is without a proxy where https is asked."""
    more = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "PLAIN_HTTP": "false", "WEB_CONCURRENCY": "1"}
    with serve([], more) as found:
        yield found


@pytest.fixture(scope="module")
def behind_proxy(server: Server, folder: Path) -> Iterator[Server]:
    more = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "PLAIN_HTTP": "false", "BEHIND_PROXY": "true"}
    with serve([], {**more, "WEB_CONCURRENCY": "1"}) as found:
        yield found


def crowd(server: Server, seconds: float, **job: Any) -> subprocess.Popen[str]:
    given = json.dumps({"port": server.port, "seconds": seconds, **job})
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.slowness"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(given)
    process.stdin.close()
    process.stdin = None
    return process


def result_of(process: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    output, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0
    return json.loads(output)


def lost(server: Server, kept: dict[str, dict[str, str]]) -> list[str]:
    """What was acknowledged and isn't there any more, by asking for each sheet."""
    missing = []
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        for url, values in kept.items():
            connection.request("GET", url)
            page = connection.getresponse().read().decode()
            found = dict(re.findall(r'name="([a-z-]+)" value="([a-z-]+)"\s+checked', page))
            missing += [f"{url} {key}" for key, value in values.items() if found.get(key) != value]
    return missing


def together(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Several results as one."""
    seconds: dict[str, list[float]] = {}
    statuses: dict[str, Counter[str]] = {}
    kept: dict[str, dict[str, str]] = {}
    for result in results:
        for kind, some in result["seconds"].items():
            seconds.setdefault(kind, []).extend(some)
        for kind, count in result["statuses"].items():
            statuses.setdefault(kind, Counter()).update(count)
        kept |= result["kept"]
    return {"seconds": seconds, "statuses": {kind: dict(count) for kind, count in statuses.items()}, "kept": kept}


def say(name: str, result: dict[str, Any]) -> None:
    for kind, seconds in sorted(result["seconds"].items()):
        figures = ", ".join(f"p{part}: {1000 * quantile(seconds, part / 100):.0f}" for part in (50, 95, 99))
        print(f"{name:>10} {kind:>7}: {len(seconds)} times, {figures}, most: {1000 * max(seconds):.0f} ms", end=" ")
        print(result["statuses"][kind])


def raw(server: Server, content: bytes, seconds: float = 5) -> bytes:
    """All that comes back on a connection of its own."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as line:
        line.sendall(content)
        found = b""
        while part := line.recv(65536):
            found += part
        return found


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]).encode()


def post(path: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode() + body


def test_a_few_slow_strangers_hold_no_thread_and_no_place(server: Server, checklist: Checklist):
    """Three times as many of each as there are threads."""
    big = next((settings.STATIC_ROOT / "css").glob("pdf.*.css"))
    strangers = crowd(server, 5, read=[f"/static/css/{big.name}"], bodies=6, headers=6, readers=6)
    time.sleep(1.5)
    people = result_of(crowd(server, 2, items=[item.key for item in checklist], savers=2, probes=1), 30)
    told = result_of(strangers, 30)
    assert told["statuses"] == {kind: {"opened": 6} for kind in ("bodies", "headers", "readers")}
    for kind in ("health", "home", "save", "begin"):
        assert set(people["statuses"][kind]) <= {"200", "303"}
        assert max(people["seconds"][kind]) < 5, kind
    assert lost(server, people["kept"]) == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (post("/start/", "Content-Length: -5"), 400),
        (post("/start/", "Content-Length: abc"), 400),
        (post("/start/", "Content-Length: 5", "Content-Length: 6", body=b"a=b&cd"), 400),
        (post("/start/", "Content-Length: 99999999"), 413),
        (post("/start/", f"Content-Length: {10**30}"), 413),
        (post("/start/", "Transfer-Encoding: chunked", body=b"zz\r\n"), 400),
        (post("/start/", "Transfer-Encoding: gzip", "Content-Length: 0"), 501),
        (get("/", "Cookie: a\0b"), 400),
        (get("/", "Geen kop"), 400),
        (b"GET\r\n\r\n", 400),
        (b"\xff\xfe / HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\r\n\r\n", 400),
        (get("/" + "x" * 40_000), 431),
        (get("/", "X: " + "x" * 40_000), 431),
        (post("/start/", "Content-Type: text/plain; charset=rot13", "Content-Length: 3", body=b"a=b"), 400),
        (get("/", "Content-Type: text/plain; charset*=nonsense''abc"), 400),
    ],
    ids=range(16),
)
def test_what_is_no_request_is_refused_in_our_look(server: Server, log: Path, content: bytes, status: int):
    head, _, page = raw(server, content).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == str(status).encode()
    assert b"text/html" in head
    assert "<title>Dit lukte niet · Samenwerking</title>" in page.decode()
    assert "Traceback" not in log.read_text()


def test_a_long_address_arrives_to_be_told(server: Server):
    """More than a hundred sessions in one address: the page itself says what is wrong with it."""
    path = "/vergelijken/?" + "&".join(["sessie=6f6d5a0e-2f7c-4a53-9a50-1b7bba2f3a10"] * 200)
    assert len(path) > 8190
    assert raw(server, get(path)).startswith(b"HTTP/1.1 302 ")


def test_a_connection_is_kept_for_the_next_request(server: Server):
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        lines = set()
        for path in ("/gezond/", "/", "/nergens/", "/gezond/"):
            connection.request("GET", path)
            connection.getresponse().read()
            assert connection.sock
            lines.add(connection.sock.getsockname())
        assert len(lines) == 1


def test_nothing_that_was_asked_stands_in_a_log(server: Server, log: Path):
    token = "kVq3Zx9_-wLrT8bNpYc2Fg"
    for path in (f"/invullen/{token}/", f"/rapport/{token}.pdf"):
        assert b" 404 " in raw(server, get(path)).partition(b"\r\n")[0]
    assert "127.0.0.1" not in log.read_text()
    assert token not in log.read_text()


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Forwarded-Proto: https"],
        ["X-Forwarded-Ssl: on"],
        ["X-Forwarded-Protocol: ssl"],
        ["X-Forwarded-Proto: https", "X-Forwarded-Ssl: on", "X-Forwarded-Protocol: ssl", "Forwarded: proto=https"],
    ],
)
def test_a_server_without_a_proxy_takes_no_scheme_from_headers(guarded: Server, headers: list[str]):
    assert raw(guarded, get("/over/", *headers)).startswith(b"HTTP/1.1 301 ")


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script-Name", "PATH_INFO", "X-Script-Name", "REMOTE_USER"])
def test_a_server_takes_no_place_in_the_site_from_headers(server: Server, name: str):
    plain, asked = raw(server, get("/nergens/")), raw(server, get("/nergens/", f"{name}: /elders"))
    assert b' href="/over/"' in asked
    assert b"elders" not in asked
    assert plain.partition(b"<body")[2] == asked.partition(b"<body")[2]


def test_behind_a_proxy_django_takes_the_one_header_that_it_was_told_of(behind_proxy: Server):
    assert raw(behind_proxy, get("/over/", "X-Forwarded-Proto: https")).startswith(b"HTTP/1.1 200 ")
    for header in ("X-Forwarded-Proto: http", "X-Forwarded-Ssl: on", "X-Forwarded-Protocol: ssl", "X: y"):
        assert raw(behind_proxy, get("/over/", header)).startswith(b"HTTP/1.1 301 ")


def test_a_worker_that_stops_finishes_what_it_is_at(tmp_path: Path):
    """While the database is locked, so that there is something to be at: what was asked is answered, and kept."""
    with serve([], environment_with(tmp_path)) as server:
        url, cookie, token = begin(server)
        body = urlencode({"goal-shared": "hindering", "seen-goal-shared": "", "csrfmiddlewaretoken": token})
        kind = "Content-Type: application/x-www-form-urlencoded"
        asked = post(url, kind, f"Content-Length: {len(body)}", f"Cookie: {cookie}", body=body.encode())
        with closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            with ThreadPoolExecutor(1) as threads:
                answer = threads.submit(raw, server, asked, 20)
                time.sleep(1)
                # New workers start while the old ones stop.
                os.kill(server.pid, signal.SIGHUP)
                time.sleep(1.5)
                assert raw(server, get("/gezond/")).endswith(b"ok")
                database.execute("ROLLBACK")
                head = answer.result(20)
        assert head.startswith(b"HTTP/1.1 303 ")
        assert b"Connection: close" in head
        assert lost(server, {url: {"goal-shared": "hindering"}}) == []

        for worker in server.workers:
            os.kill(worker, signal.SIGKILL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError):
                if raw(server, get("/gezond/")).endswith(b"ok"):
                    break
            time.sleep(0.1)
        assert lost(server, {url: {"goal-shared": "hindering"}}) == []


def begin(server: Server) -> tuple[str, str, str]:
    """A sheet: its address, its cookies and its form token."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/start/")
        reply = connection.getresponse()
        cookie = (reply.getheader("Set-Cookie") or "").partition(";")[0]
        found = dict(re.findall(r'name="(csrfmiddlewaretoken|token)" value="([^"]+)"', reply.read().decode()))
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/start/", urlencode({**found, "mode": "alone"}), headers)
        reply = connection.getresponse()
        reply.read()
        return reply.getheader("Location") or "", cookie, found["csrfmiddlewaretoken"]


PEOPLE = {"savers": 20, "probes": 2}
ROUNDS = 3
STRANGERS = {"bodies": 40, "headers": 60, "readers": 60, "codes": 8}


@pytest.mark.slow
def test_slowness_of_strangers_keeps_nobody_waiting(tmp_path: Path, checklist: Checklist, capsys):
    items = [item.key for item in checklist]
    big = next((settings.STATIC_ROOT / "css").glob("pdf.*.css"))
    read = ["/", f"/static/css/{big.name}"]
    with silent_mail_server() as mail, capsys.disabled():
        # Each of the people has an address of their own, as `benchmarks.client` tells it.
        environment = environment_with(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{mail}", BEHIND_PROXY="true")
        with (tmp_path / "log").open("wb") as log, serve([], environment, log) as server:
            print()
            idle, busy, told = [], [], []
            # In turn, so that a busy moment of the machine falls on both.
            for _ in range(ROUNDS):
                idle.append(result_of(crowd(server, 8, items=items, **PEOPLE), 60))
                strangers = crowd(server, 18, read=read, **STRANGERS)
                time.sleep(3)
                busy.append(result_of(crowd(server, 12, items=items, **PEOPLE), 80))
                told.append(result_of(strangers, 60))
            idle, busy, told = together(idle), together(busy), together(told)
            say("idle", idle)
            say("strangers", busy)
            for kind, count in told["statuses"].items():
                print(f"{'':>10} {kind:>7}: {count}")

            people = crowd(server, 40, items=items, **PEOPLE)
            time.sleep(3)
            with closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)) as database:
                database.execute("BEGIN EXCLUSIVE")
                time.sleep(30)
                database.execute("ROLLBACK")
            locked = result_of(people, 60)
            say("locked", locked)
            kept = {**idle["kept"], **busy["kept"], **locked["kept"]}
            acknowledged = sum(map(len, kept.values()))
            missing = lost(server, kept)
            print(f"{'':>10} {acknowledged} acknowledged, {len(missing)} lost")

    assert acknowledged > 1000
    assert missing == []
    for kind in ("save", "health", "home"):
        assert set(busy["statuses"][kind]) == {"200"}
        limit = max(TIMES * quantile(idle["seconds"][kind], 0.95), LEAST_SECONDS)
        assert quantile(busy["seconds"][kind], 0.95) <= limit, kind
    assert set(locked["statuses"]["health"]) == set(locked["statuses"]["home"]) == {"200"}
    assert max(locked["seconds"]["health"]) < 1
    assert max(locked["seconds"]["home"]) < 2
    assert set(locked["statuses"]["save"]) == {"200", "503"}
    assert locked["unclear"] == {}
    # Whoever takes their time is let go in the end, and came back here.
    assert told["statuses"]["headers"]["opened"] > ROUNDS * STRANGERS["headers"]
    # A mail that doesn't leave keeps nobody waiting, not even who asked for it.
    assert set(told["statuses"]["code"]) == {"302"}
    assert max(told["seconds"]["code"]) < 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="SQLite has no lock on a row")
def test_slowness_of_who_holds_a_row_keeps_nobody_else_waiting(
    reflection: Reflection, checklist: Checklist, tmp_path: Path, capsys
):
    """`DATABASE_URL=postgres://… ./test -m slow -k slowness`: twelve people on a sheet that somebody holds for 20 s."""
    items = [item.key for item in checklist]
    name = connection.settings_dict["NAME"]
    database = re.sub(r"[^/]+?(\?|$)", rf"{name}\1", os.environ["DATABASE_URL"], count=1)
    environment = {"DATABASE_URL": database, "BEHIND_PROXY": "true"}
    call_command("createcachetable")
    with capsys.disabled(), (tmp_path / "log").open("wb") as log, serve([], environment, log) as server:
        print()
        idle = result_of(crowd(server, 15, items=items, **PEOPLE), 60)
        say("idle", idle)
        with transaction.atomic():
            Session.objects.select_for_update().get(pk=reflection.response.session.pk)
            job = {**PEOPLE, "stuck": 12, "locked": reflection.fill_url}
            busy = result_of(crowd(server, 20, items=items, **job), 80)
        say("row held", busy)
        kept = {**idle["kept"], **busy["kept"]}
        acknowledged, missing = sum(map(len, kept.values())), lost(server, kept)
        print(f"{'':>10} {acknowledged} acknowledged, {len(missing)} lost")
    assert acknowledged > 500
    assert missing == []
    for kind in ("save", "health", "home"):
        assert set(busy["statuses"][kind]) == {"200"}
        limit = max(TIMES * quantile(idle["seconds"][kind], 0.95), LEAST_SECONDS)
        assert quantile(busy["seconds"][kind], 0.95) <= limit, kind
    assert set(busy["statuses"]["stuck"]) == {"503"}
    assert max(busy["seconds"]["stuck"]) < 5
