"""`./run`: the server with the worker beside it."""

import os
import signal
import subprocess
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from sqlite3 import connect

import pytest
from django.conf import settings

from benchmarks.server import free_port
from tests.helpers.working import wait_until


def children(pid: int) -> dict[str, int]:
    """The processes that a process started: what each runs, and its number."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(FileNotFoundError):
            command = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            found["worker" if "worker" in command else "server" if "gunicorn" in command else command[0]] = int(child)
    return found


@pytest.fixture
def running(tmp_path):
    """./run, once both the server and the worker are up; with the database it is on."""
    port, database = free_port(), tmp_path / "db.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "PORT": str(port), "WEB_CONCURRENCY": "1"}
    output = subprocess.DEVNULL
    process = subprocess.Popen(
        ["./run"], cwd=settings.BASE_DIR, env=environment, start_new_session=True, stdout=output, stderr=output
    )

    def serves() -> bool:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/gezond/", timeout=2) as answer:
            return answer.status == 200
        return False

    def works() -> bool:
        with closing(connect(database)) as kept:
            return kept.execute("SELECT count(*) FROM reflectie_heartbeat").fetchone() == (1,)

    try:
        wait_until(serves, 60)
        wait_until(works, 30)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_run_starts_a_worker_again_that_ended_and_stops_both_when_told(running, number):
    before = children(running.pid)
    os.kill(before["worker"], signal.SIGKILL)
    wait_until(lambda: children(running.pid).get("worker", before["worker"]) != before["worker"])
    after = children(running.pid)
    assert after["server"] == before["server"]
    wait_until(lambda: b"manage.py" in Path(f"/proc/{after['worker']}/cmdline").read_bytes())

    os.kill(running.pid, number)

    assert running.wait(timeout=20) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in after.values())


@pytest.mark.slow
def test_run_ends_with_the_server(running):
    found = children(running.pid)
    os.kill(found["server"], signal.SIGKILL)

    assert running.wait(timeout=20) == 128 + signal.SIGKILL
    assert not Path(f"/proc/{found['worker']}").exists()


def test_missing_key_is_said_in_one_line():
    """As after copying .env.example, which leaves it empty."""
    environment = {**os.environ, "SECRET_KEY": ""}
    told = subprocess.run(
        [settings.BASE_DIR / ".venv/bin/python", "manage.py", "migrate"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("✗ SECRET_KEY is missing.")
    assert told.stderr.count("\n") == 1
