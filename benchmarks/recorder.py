"""What every measurement works with: a server that runs, a crowd that asks it, and the figures noted so far."""

import http.client
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from benchmarks.figures import Figure
from benchmarks.server import Server
from reflectie.services.questionnaire.checklists import published_checklist

AT_ONCE = 20
# A fill-in takes seventeen requests or more; nobody waits longer than this for a measurement.
SECONDS = 40


class Recorder:
    """`smoke` does everything a few times: whether it still works, and no figure that means something."""

    server: Server

    def __init__(self, rounds: int, arguments: str, workers: int, threads: int, *, smoke: bool = False) -> None:
        self.rounds, self.workers, self.threads, self.smoke = rounds, workers, threads, smoke
        self.arguments = shlex.split(arguments)
        self.figures: list[Figure] = []
        # A part that broke off, and whatever went wrong in one that went on.
        self.failures: list[str] = []
        self.part = self.heading = ""
        self.checklist = published_checklist()
        self.items = [item.key for item in self.checklist]

    def say(self, text: str) -> None:
        print(f"… {text}", file=sys.stderr, flush=True)

    def number(self, usual: int) -> int:
        """How many of something that is done `usual` times."""
        return max(usual // 20, 5) if self.smoke else usual

    def turns(self, usual: int) -> int:
        """How often figure and ceiling take turns."""
        return 1 if self.smoke else usual

    def add(self, name: str, value: float, unit: str, **more: Any) -> None:
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

    def load(self, kind: str, **job: Any) -> dict[str, Any]:
        """What a crowd met, with the time of the server's processors that one turn took."""
        before = self.server.cpu_seconds()
        job = {"kind": kind, "port": self.server.port, "at_once": AT_ONCE, "seconds": SECONDS, **job}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"],
            input=json.dumps(job),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=SECONDS * 3,
        )
        result: dict[str, Any] = json.loads(done.stdout)
        result["cpu"] = (self.server.cpu_seconds() - before) / max(result.get("done", 1), 1)
        result["rate"] = result.get("done", 0) / result.get("elapsed", 1)
        if result.get("errors"):
            self.say(f"errors: {result['errors']}")
            self.failures.append(f"{self.part}: errors: {result['errors']}")
        return result

    def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes, float]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            start = time.perf_counter()
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            body = response.read()
            seconds = time.perf_counter() - start
            return response.status, {k.lower(): v for k, v in response.getheaders()}, body, seconds
        finally:
            connection.close()

    def ceiling(self, kind: str, name: str, path: str) -> str:
        """The address of a view that answers with what `path` answers with now."""
        status, _, body, _ = self.ask(path)
        if status != 200:
            raise RuntimeError(f"status {status} for a page that should be there")
        Path(settings.WORK_DIR / name).write_bytes(body)
        return f"/ceiling/{kind}/{name}"
