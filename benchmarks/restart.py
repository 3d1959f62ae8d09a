"""What people meet while the server is started anew: `python -m benchmarks.restart`.

Once as it was, with a server that opens its own port, and once with a port that something else keeps open, as systemd
does by `deploy/systemd/samenwerking.socket`. Twenty people ask for pages all the while, half of them over connections
that they keep, as a browser does, half over a new one each time, as most proxies do.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.server import BASE_DIR, free_port

PEOPLE, PAUSE = 20, 0.1
# Seconds of load before and after; and that somebody waits for a page before giving up.
AROUND, PATIENCE = 2.0, 60
PAGE = "/hulp/"


@dataclass
class Met:
    """What people met."""

    statuses: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    # Seconds that the old one took to stop, and from then until the new one answered.
    stopping: float = 0.0
    starting: float = 0.0

    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: str, seconds: float) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, seconds)

    def told(self) -> str:
        found = ", ".join(f"{name} {number}" for name, number in sorted(self.statuses.items()))
        return f"{found}; slowest {self.slowest:.1f} s (stopping {self.stopping:.1f}, beginning {self.starting:.1f})"


class Line:
    """One person's way to the server. A connection that was closed while nothing was asked is opened again, once: so do
    browsers, and no page was lost."""

    def __init__(self, port: int, *, keeps: bool) -> None:
        self.port, self.keeps = port, keeps
        self.connection: HTTPConnection | None = None

    def ask(self) -> str:
        was_open = self.connection is not None
        try:
            return self._ask()
        except ConnectionRefusedError:
            self.close()
            return "refused"
        except (OSError, HTTPException) as error:
            self.close()
            if was_open and not isinstance(error, TimeoutError):
                return self.ask()
            return type(error).__name__

    def _ask(self) -> str:
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.connection.request("GET", PAGE)
        reply = self.connection.getresponse()
        reply.read()
        if not self.keeps or reply.will_close:
            self.close()
        return str(reply.status)

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


def ask_until(done: threading.Event, port: int, met: Met, *, keeps: bool) -> None:
    line = Line(port, keeps=keeps)
    while not done.is_set():
        start = time.monotonic()
        status = line.ask()
        met.note(status, time.monotonic() - start)
        time.sleep(PAUSE)
    line.close()


def start_server(environment: dict[str, str], port: int, listener: socket.socket | None) -> "subprocess.Popen[bytes]":
    """gunicorn, as the unit starts it: with a socket of ours in its third file, or to open a port of its own."""
    command = [sys.executable, "-m", "gunicorn", "-c", "samenwerking/gunicorn.py", "--log-level", "warning"]
    if listener is None:
        command += ["--bind", f"127.0.0.1:{port}"]
    else:
        # What is said of a socket names the process that it is for: the shell becomes that.
        command = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh", *command]
    return subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        pass_fds=[3] if listener else [],
        preexec_fn=(lambda: os.dup2(listener.fileno(), 3)) if listener else None,
    )


def wait_until_it_answers(port: int) -> float:
    """Seconds until then."""
    start = time.monotonic()
    while time.monotonic() - start < PATIENCE:
        line = Line(port, keeps=False)
        if line.ask() == "200":
            return time.monotonic() - start
        time.sleep(0.05)
    raise RuntimeError("the server doesn't answer")


def restart(environment: dict[str, str], *, held: bool, times: int = 1) -> Met:
    """People ask while the server is stopped and started anew, `times` times; `held` by a socket that stays open."""
    port, met, done = free_port(), Met(), threading.Event()
    listener = socket.create_server(("127.0.0.1", port), backlog=2048) if held else None
    process = start_server(environment, port, listener)
    try:
        wait_until_it_answers(port)
        with ThreadPoolExecutor(PEOPLE) as people:
            asked = [people.submit(ask_until, done, port, met, keeps=bool(n % 2)) for n in range(PEOPLE)]
            try:
                for _ in range(times):
                    time.sleep(AROUND)
                    process, stopping, starting = _start_anew(process, environment, port, listener)
                    met.stopping, met.starting = max(met.stopping, stopping), max(met.starting, starting)
                time.sleep(AROUND)
            finally:
                done.set()
            for each in asked:
                each.result()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        if listener:
            listener.close()
    return met


def _start_anew(
    process: "subprocess.Popen[bytes]", environment: dict[str, str], port: int, listener: socket.socket | None
) -> tuple["subprocess.Popen[bytes]", float, float]:
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    stopped = time.monotonic()
    process = start_server(environment, port, listener)
    return process, stopped - start, wait_until_it_answers(port)


@contextmanager
def empty_site() -> Iterator[dict[str, str]]:
    """Settings of a site of its own, with the content in it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}",
            "SECRET_KEY": "only-for-this-measurement-bSk3vXw9QpLm72RzTdYc5HnGf8JaEu4WqKx",
            "PLAIN_HTTP": "true",
            "LOG_LEVEL": "ERROR",
        }
        for command in (["migrate", "--verbosity", "0"], ["createcachetable"], ["load_checklist"]):
            subprocess.run([sys.executable, "manage.py", *command], check=True, cwd=BASE_DIR, env=environment)
        yield environment


def main() -> None:
    about = "Counts who is refused, and how long others wait, while a server is started anew under twenty people."
    argparse.ArgumentParser(prog="python -m benchmarks.restart", description=about).parse_args()
    with empty_site() as environment:
        print("a port of its own:", restart(environment, held=False).told())
        print("a socket that stays open:", restart(environment, held=True).told())


if __name__ == "__main__":
    main()
