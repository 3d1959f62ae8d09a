"""The app as production serves it, on a free port, for as long as a `with` lasts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.request import urlopen

BASE_DIR = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    @property
    def workers(self) -> list[int]:
        return _children(self.pid)

    @property
    def presses(self) -> list[int]:
        """The processes that make PDFs: each worker has one at most."""
        return [child for worker in self.workers for child in _children(worker)]

    def cpu_seconds(self) -> float:
        """Time of the processor that the workers have used so far."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.workers]
        return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS


def _children(pid: int) -> list[int]:
    """Whichever of its threads started them."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def memory(pid: int) -> dict[str, float]:
    """MB that a process holds: RSS, of which others may share some; PSS, its part of it; and the most it ever held."""
    sizes = {}
    for file, names in (("smaps_rollup", ("Rss", "Pss")), ("status", ("VmHWM",))):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(tuple(f"{name}:" for name in names)):
                name, size = line.split()[:2]
                sizes[name.strip(":")] = int(size) / 1024
    return {"RSS": sizes["Rss"], "PSS": sizes["Pss"], "peak": sizes["VmHWM"]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(
    arguments: list[str],
    environment: dict[str, str] | None = None,
    log: IO[bytes] | None = None,
    *,
    answers: str = "/gereed/",
) -> Iterator[Server]:
    """A server of its own, once it answers at this address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "samenwerking/gunicorn.py", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    try:
        _wait_until_ready(port, process, answers)
        # gunicorn starts its workers one after another, up to a tenth of a second apart; the first answers already.
        time.sleep(1)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], answers: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped at its start, with {process.returncode}")
        try:
            with urlopen(f"http://127.0.0.1:{port}{answers}", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server doesn't answer")
