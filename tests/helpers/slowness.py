"""Strangers who take their time, and people who meanwhile do what they came for: a process of its own for each, that
reads a job from standard input, and tells how it went. Bounded in number and in seconds.
"""

import asyncio
import json
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from benchmarks.client import Browser
from benchmarks.load import VALUES, UnexpectedError, hidden, sheet

# Seconds between two bytes, or two mouthfuls, of somebody slow; between two saves of a person; between two probes.
BYTE_EVERY, SAVE_EVERY, PROBE_EVERY = 1.0, 0.5, 0.2
# What a slow reader takes at a time.
MOUTHFUL = 100


class Slowness:
    def __init__(self, job: dict[str, Any]) -> None:
        self.port, self.job = job["port"], job
        self.until = time.monotonic() + job["seconds"]
        self.seconds: dict[str, list[float]] = {}
        self.statuses: dict[str, Counter[str]] = {}
        self.kept: dict[str, dict[str, str]] = {}
        self.unclear: Counter[str] = Counter()

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.until

    async def run(self) -> dict[str, Any]:
        kinds: dict[str, Callable[[int], Coroutine[Any, Any, None]]] = {
            "headers": self.slow_headers,
            "bodies": self.slow_body,
            "readers": self.slow_reader,
            "codes": self.ask_code,
            "savers": self.save,
            "probes": self.probe,
            "stuck": self.save_where_it_is_locked,
        }
        await asyncio.gather(*(kinds[kind](number) for kind in kinds for number in range(self.job.get(kind, 0))))
        statuses = {kind: dict(count) for kind, count in self.statuses.items()}
        return {"seconds": self.seconds, "statuses": statuses, "kept": self.kept, "unclear": dict(self.unclear)}

    def count(self, kind: str, status: object) -> None:
        self.statuses.setdefault(kind, Counter())[str(status)] += 1

    # Strangers

    async def _again_and_again(self, kind: str, head: bytes, rest: bytes) -> None:
        """Send a beginning at once and the rest byte by byte; whoever is thrown out comes back."""
        while self.goes_on:
            with suppress(OSError):
                _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                self.count(kind, "opened")
                writer.write(head)
                for byte in rest:
                    if not self.goes_on or writer.is_closing():
                        break
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(BYTE_EVERY)
                writer.close()
            await asyncio.sleep(0.1)

    async def slow_headers(self, _number: int) -> None:
        await self._again_and_again("headers", b"GET / HTTP/1.1\r\n", b"X-Slow: " + b"x" * 500)

    async def slow_body(self, _number: int) -> None:
        head = b"POST /start/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        await self._again_and_again("bodies", head + b"Content-Length: 500\r\n\r\n", b"x" * 500)

    async def slow_reader(self, number: int) -> None:
        path = self.job["read"][number % len(self.job["read"])]
        loop = asyncio.get_running_loop()
        while self.goes_on:
            with suppress(OSError), socket.socket() as line:
                # Before connecting, or the machine takes it all in for us.
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                line.setblocking(False)
                await loop.sock_connect(line, ("127.0.0.1", self.port))
                self.count("readers", "opened")
                await loop.sock_sendall(line, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                while self.goes_on and await loop.sock_recv(line, MOUTHFUL):
                    await asyncio.sleep(BYTE_EVERY)
            await asyncio.sleep(0.1)

    async def ask_code(self, number: int) -> None:
        """Somebody wants to sign in: a mail must be sent."""
        browser = Browser(self.port)
        page = (await browser.get("/account/aanmelden/code/")).text
        token = hidden(page, "csrfmiddlewaretoken")
        fields = [("csrfmiddlewaretoken", token), ("email", f"iemand{number}@example.org")]
        await self._timed("code", browser.post("/account/aanmelden/code/", fields))
        browser.close()

    # People

    async def _timed(self, kind: str, asking: Coroutine[Any, Any, Any]) -> Any:
        start = time.perf_counter()
        try:
            reply = await asking
        except (OSError, TimeoutError) as error:
            self.count(kind, type(error).__name__)
            return None
        finally:
            self.seconds.setdefault(kind, []).append(time.perf_counter() - start)
        self.count(kind, reply.status)
        return reply

    async def probe(self, _number: int) -> None:
        while self.goes_on:
            for kind, path in (("health", "/gezond/"), ("home", "/")):
                # Somebody new each time: either worker may answer.
                browser = Browser(self.port)
                await self._timed(kind, browser.get(path))
                browser.close()
            await asyncio.sleep(PROBE_EVERY)

    async def save(self, number: int) -> None:
        """One sheet after another, each answer by itself, as htmx sends it. What isn't acknowledged is sent again."""
        await asyncio.sleep(SAVE_EVERY * number / max(1, self.job["savers"]))
        browser = Browser(self.port)
        while self.goes_on:
            browser.forget()
            try:
                url, token = await self._open_sheet(browser)
            except (OSError, TimeoutError, UnexpectedError):
                browser.close()
                await asyncio.sleep(SAVE_EVERY)
                continue
            kept = self.kept[url] = {}
            for place, key in enumerate(self.job["items"]):
                value = VALUES[(number + place) % 3]
                fields = [*sheet({key: False, f"{key}-note": True}, {key: value}, {}), ("csrfmiddlewaretoken", token)]
                start = time.monotonic()
                while self.goes_on:
                    reply = await self._timed("save", browser.post(url, fields, HX_Request="true"))
                    if reply is not None and reply.status == 200:
                        kept[key] = value
                        break
                    if reply is None:
                        browser.close()
                    else:
                        self.look_at(reply)
                    await asyncio.sleep(SAVE_EVERY)
                await asyncio.sleep(max(0, start + SAVE_EVERY - time.monotonic()))
        browser.close()

    async def save_where_it_is_locked(self, number: int) -> None:
        """Somebody whose sheet is held by somebody else, and who tries again and again."""
        browser, url, key = Browser(self.port), self.job["locked"], self.job["items"][0]
        token = hidden((await browser.get(url)).text, "csrfmiddlewaretoken")
        fields = [*sheet({key: False, f"{key}-note": True}, {key: VALUES[0]}, {}), ("csrfmiddlewaretoken", token)]
        while self.goes_on:
            reply = await self._timed("stuck", browser.post(url, fields, HX_Request="true"))
            if reply is None:
                browser.close()
            await asyncio.sleep(SAVE_EVERY)

    async def _open_sheet(self, browser: Browser) -> tuple[str, str]:
        start = (await browser.get("/start/")).text
        fields = [(name, hidden(start, name)) for name in ("csrfmiddlewaretoken", "token")]
        fields += [("collaboration_name", ""), ("team_name", ""), ("mode", "alone")]
        begun = await self._timed("begin", browser.post("/start/", fields))
        if begun is None or begun.status != 303:
            if begun is not None:
                self.look_at(begun)
            raise UnexpectedError("no sheet")
        url = begun.headers["location"]
        return url, hidden((await browser.get(url)).text, "csrfmiddlewaretoken")

    def look_at(self, reply: Any) -> None:
        """Who wasn't served is told when to come back, and without scripts keeps what was typed."""
        is_clear = reply.status == 503 and "retry-after" in reply.headers
        if reply.text and is_clear:
            is_clear = "Nog niet bewaard" in reply.text and bool(re.search(r'name="mode" value="alone"', reply.text))
        if not is_clear:
            self.unclear[f"{reply.status}: {reply.text[:200]}"] += 1


if __name__ == "__main__":
    json.dump(asyncio.run(Slowness(json.load(sys.stdin)).run()), sys.stdout)
