"""What every measurement works with: a server that runs, a crowd that asks it, and the figures noted so far. Figure and
ceiling take turns, so that a busy moment of the machine falls on both."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from benchmarks.client import Reply, get_once
from benchmarks.figures import Figure, quantile
from benchmarks.server import Server, serve

AT_ONCE = 20
# A fill-in takes seventeen requests or more; nobody waits longer than this for a measurement.
SECONDS = 40
Part = Callable[["Run"], None]


class Run:
    """`smoke` does everything a few times: whether it still works, and no figure that means something."""

    def __init__(self, rounds: int = 1, *, smoke: bool = False) -> None:
        self.rounds, self.smoke = 1 if smoke else rounds, smoke
        self.figures: list[Figure] = []
        # A part that broke off, and whatever went wrong in one that went on.
        self.failures: list[str] = []
        self.part = self.heading = ""
        self.stack = ExitStack()
        self.first_workers: list[int] = []

    def measure(self, parts: Mapping[str, Part]) -> None:
        """Each part by itself: one that fails leaves the others their figures."""
        with self.stack:
            for self.part, work in parts.items():
                print(f"… {self.part}", file=sys.stderr, flush=True)
                try:
                    work(self)
                except Exception as error:
                    traceback.print_exc()
                    self.failures.append(f"{self.part}: {type(error).__name__}: {error}")

    @cached_property
    def server(self) -> Server:
        """Started by the first part that asks for it."""
        server = self.stack.enter_context(serve([]))
        self.first_workers = server.workers
        return server

    def number(self, usual: int) -> int:
        """How many of something that is done `usual` times."""
        return max(usual // 20, 5) if self.smoke else usual

    def in_turns(
        self, times: int, clock: Callable[[], float] = time.perf_counter, **work: Callable[[], object]
    ) -> dict[str, list[float]]:
        """Milliseconds that each took, in `times` turns of every round; a first turn isn't counted. Each turn begins
        with another, so that nobody always comes after the same neighbour."""
        took: dict[str, list[float]] = {name: [] for name in work}
        order = list(work)
        for _ in range(2 if self.smoke else times * self.rounds + 1):
            for name in order:
                start = clock()
                work[name]()
                took[name].append((clock() - start) * 1000)
            order.append(order.pop(0))
        return {name: each[1:] for name, each in took.items()}

    def add(self, name: str, value: float, unit: str = "", **more: Any) -> None:
        """A name that begins with spaces belongs to the last one that doesn't."""
        if not name.startswith(" "):
            self.heading = name
        key = name if name == self.heading else f"{self.heading}: {name.strip()}"
        figure = Figure(key, name, value, unit, self.part, **more)
        if any(figure.key == other.key for other in self.figures):
            raise ValueError(f"two figures are called {figure.key}")
        self.figures.append(figure)
        if figure.aim == "0" and not figure.met:
            self.failures.append(f"{figure.key}: {value:.0f}")

    def beside(self, name: str, own: list[float], top: list[float], unit: str = "ms", **more: Any) -> None:
        """A figure beside its ceiling: the median of what was measured in turns."""
        ratio = statistics.median(a / b for a, b in zip(own, top, strict=True))
        self.add(name, statistics.median(own), unit, ceiling=statistics.median(top), ratio=ratio, **more)

    def rates(self, name: str, number: int, job: dict[str, Any], top: dict[str, Any], aim: str = "") -> list[Any]:
        """How many a second a crowd gets, beside another that asks for the ceiling; what became of the first."""
        number = self.number(number)
        for warm in (job, top):
            self.load(**warm, number=self.number(number // 10))
        turns = [(self.load(**top, number=number * 2), self.load(**job, number=number)) for _ in range(self.rounds)]
        tops, owns = map(list, zip(*turns, strict=True))
        cpu, ceiling_cpu = (statistics.median(each["cpu_ms"] for each in side) for side in (owns, tops))
        rates = ([each["rate"] for each in side] for side in (owns, tops))
        self.beside(name, *rates, "/s", aim=aim, more={"cpu_ms": cpu, "ceiling_cpu_ms": ceiling_cpu})
        for share, most in ((0.5, ""), (0.95, ""), (0.99, "≤ 200 ms")) if "save" in owns[0]["seconds"] else ():
            waits = ([quantile(each["seconds"]["save"], share) * 1000 for each in side] for side in (owns, tops))
            self.beside(f"  a save, p{share * 100:.0f}", *waits, aim=most)
        return owns

    def crowd(self, server: Server, **job: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin
        process.stdin.write(json.dumps({"port": server.port, "at_once": AT_ONCE, "seconds": SECONDS, **job}) + "\n")
        process.stdin.flush()
        return process

    def load(self, server: Server | None = None, **job: Any) -> dict[str, Any]:
        """What a crowd met, with the milliseconds of the server's processors that one turn took."""
        server = server or self.server
        before = server.cpu_seconds()
        with self.crowd(server, **job) as process:
            result: dict[str, Any] = json.loads(process.communicate(timeout=SECONDS * 3)[0])
        result["cpu_ms"] = (server.cpu_seconds() - before) * 1000 / max(result["done"], 1)
        result["rate"] = result["done"] / result["elapsed"]
        if result["errors"]:
            self.failures.append(f"{self.part}: errors: {result['errors']}")
        return result

    def ask(self, path: str, status: int = 200, **headers: str) -> Reply:
        reply = asyncio.run(get_once(self.server.port, path, **headers))
        if reply.status != status:
            raise RuntimeError(f"status {reply.status} for {path.partition('?')[0]}")
        return reply

    def ceiling(self, kind: str, name: str, path: str) -> str:
        """The address of a view that answers with what `path` answers with now."""
        Path(settings.WORK_DIR / name).write_bytes(self.ask(path).content)
        return f"/ceiling/{kind}/{name}"


def session_cookie(user: User) -> str:
    """The cookie of a browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
