"""Nobody else's slowness: who sends or reads slowly, a mail server that is silent and a database that is locked keep
nobody else waiting. `./test -m slow -k slowness` is the whole proof, with its figures."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from benchmarks.figures import quantile
from benchmarks.server import Server, serve
from reflectie.domain.checklist import Checklist

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


def crowd(server: Server, seconds: float, **job: Any) -> subprocess.Popen[str]:
    given = json.dumps({"port": server.port, "seconds": seconds, **job})
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.slowness"],
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
            found = dict(re.findall(r'name="([a-z-]+)" value="([a-z-]+)" checked', page))
            missing += [f"{url} {key}" for key, value in values.items() if found.get(key) != value]
    return missing


def say(name: str, result: dict[str, Any]) -> None:
    for kind, seconds in sorted(result["seconds"].items()):
        figures = ", ".join(f"p{part}: {1000 * quantile(seconds, part / 100):.0f}" for part in (50, 95, 99))
        print(f"{name:>10} {kind:>7}: {len(seconds)} times, {figures}, most: {1000 * max(seconds):.0f} ms", end=" ")
        print(result["statuses"][kind])


PEOPLE = {"savers": 20, "probes": 2}
STRANGERS = {"bodies": 40, "headers": 60, "readers": 60, "codes": 8}


@pytest.mark.slow
def test_slowness_of_strangers_keeps_nobody_waiting(tmp_path: Path, checklist: Checklist, capsys):
    items = [item.key for item in checklist]
    big = next((settings.STATIC_ROOT / "css").glob("bootstrap.min.*.css"))
    read = ["/", f"/static/css/{big.name}"]
    with silent_mail_server() as mail, capsys.disabled():
        environment = environment_with(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{mail}")
        with serve([], environment) as server:
            print()
            idle = result_of(crowd(server, 20, items=items, **PEOPLE), 60)
            say("idle", idle)

            strangers = crowd(server, 40, read=read, **STRANGERS)
            time.sleep(3)
            busy = result_of(crowd(server, 32, items=items, **PEOPLE), 80)
            told = result_of(strangers, 60)
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
    assert set(locked["statuses"]["save"]) == {"200", "503"}
    assert locked["unclear"] == {}
    # Whoever takes their time is let go in the end, and came back here.
    assert told["statuses"]["headers"]["opened"] > STRANGERS["headers"]
    # A mail that doesn't leave keeps nobody waiting, not even who asked for it.
    assert set(told["statuses"]["code"]) == {"302"}
    assert max(told["seconds"]["code"]) < 2
