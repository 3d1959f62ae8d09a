"""A browser's part of HTTP/1.1, no more: connections that stay open, cookies, gzip, and the time each answer took."""

import asyncio
import gzip
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode

# Longer than the database waits for its lock.
PATIENCE = 30


@dataclass(slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    raw: bytes
    seconds: float

    @property
    def content(self) -> bytes:
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    @property
    def text(self) -> str:
        return self.content.decode()


class Browser:
    """One connection, one cookie jar and one address, as a proxy tells it: of one address few reflections are taken.
    Anything that isn't a whole answer is an OSError."""

    def __init__(self, port: int, patience: float = PATIENCE) -> None:
        self.port, self.patience = port, patience
        self.forget()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, **headers: str) -> Reply:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, fields: list[tuple[str, str]], **headers: str) -> Reply:
        return await self._ask("POST", path, urlencode(fields).encode(), headers)

    def close(self) -> None:
        if self._writer:
            self._writer.close()
        self._reader = self._writer = None

    def forget(self) -> None:
        """The next person at the same connection."""
        self.cookies: dict[str, str] = {}
        self.address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"

    async def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        start = time.perf_counter()
        reply = await asyncio.wait_for(self._exchange(method, path, body, headers), self.patience)
        reply.seconds = time.perf_counter() - start
        return reply

    async def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        if self._reader is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self._reader
        assert self._writer
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept-Encoding: gzip"]
        lines.append(f"X-Forwarded-For: {self.address}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if body is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b""))
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            found: dict[str, str] = {}
            for line in head[1:-2]:
                name, _, value = line.partition(": ")
                if name.lower() == "set-cookie":
                    cookie, _, content = value.partition(";")[0].partition("=")
                    self.cookies[cookie] = content
                else:
                    found[name.lower()] = value
            status = int(head[0].split(" ")[1])
            has_body = status not in (204, 304)
            raw = await self._reader.readexactly(int(found["content-length"])) if has_body else b""
        except (asyncio.IncompleteReadError, KeyError) as error:
            self.close()
            raise OSError(f"no whole answer to {method} {path}") from error
        if found.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, found, raw, 0)


async def get_once(port: int, path: str, **headers: str) -> Reply:
    """Somebody new, who has all the time."""
    browser = Browser(port, 300)
    try:
        return await browser.get(path, **headers)
    finally:
        browser.close()
