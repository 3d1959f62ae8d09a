"""A gunicorn worker in which waitress reads and writes: gunicorn keeps what it is good at (starting, stopping and
starting anew), waitress reads whole requests before a thread is taken, and sends answers without one.

`docs/decisions/0002-server.md` says why, and which tests hold it.
"""

import logging
import os
import resource
import time
from typing import Any

from django.template.loader import render_to_string
from gunicorn.workers import base
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import InternalServerError, RequestEntityTooLarge, RequestHeaderFieldsTooLarge

from reflectie.concurrency import HEALTH
from reflectie.counters import OTHER, PAGE, count
from reflectie.request_id import REQUEST_ID_HEADER, begin_request, request_id

log = logging.getLogger(__name__)

# Seconds that a connection may stay open before a request begins on it, and that the headers of one may take.
IDLE_SECONDS, HEADER_SECONDS = 15, 10
# A body or an answer gets these seconds, and as many more as its bytes take on a very bad line. Who is slower holds a
# place in a table and some memory, no thread; in the end the connection is closed.
BODY_SECONDS, ANSWER_SECONDS = 20, 30
BYTES_A_SECOND = 10_000
# Of an address with all its headers. An address may hold a choice of many sessions (`/vergelijken/`): one of more than
# fits must still arrive, to be told so.
MAX_HEADER_BYTES = 32_768
# More than any form or table takes: what is too big for the app gets the app's own words.
MAX_BODY_BYTES = 4_000_000
# What one worker holds of bodies and answers that are on their way, all together. Beyond that, those who take longest
# are let go.
MAX_HELD_BYTES = 100_000_000
# Connections of one worker.
MAX_CONNECTIONS = 1000
# Nothing that somebody answered or reads is put in a file on its way, however big.
NEVER = 2**62
# What is made while it is sent (a ZIP of everything) stops being made while so much of it waits for a slow line.
MAX_WAITING_BYTES = 500_000
# A worker that stops lets answers that are being made take gunicorn's `graceful_timeout`; a line gets this long.
STOP_SECONDS = 5
# And open connections this long, for a request that is on its way: it is answered, and told that it was the last.
LINGER_SECONDS = 1


class Task(WSGITask):  # type: ignore[misc]
    def build_response_header(self) -> bytes:
        if self.channel.server.is_stopping:
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class Refusal(ErrorTask):  # type: ignore[misc]
    """What can't be read as a request, and what broke outside the app, gets the page that the app has for it."""

    def execute(self) -> None:
        error = self.request.error
        is_ours = isinstance(error, InternalServerError)
        # What broke was a request already, under whose name the log has it.
        if not is_ours:
            begin_request()
            log.warning("could not be read as a request: %s", error.reason)
            count("requests", PAGE, OTHER, f"{error.code // 100}xx")
        is_too_much = isinstance(error, RequestEntityTooLarge | RequestHeaderFieldsTooLarge)
        body = render_to_string("500.html" if is_ours else "400.html", {"is_too_much": is_too_much}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            (REQUEST_ID_HEADER, request_id()),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, with a deadline for each thing that somebody else must do."""

    task_class = Task
    error_task_class = Refusal

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.waits_since = self.began = time.monotonic()
        self.sends_since: float | None = None
        self.sent = 0
        super().__init__(*args, **kwargs)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.began = time.monotonic()
        return bool(super().received(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        number = int(super().send(data, do_close))
        self.sent += number
        return number

    def service(self) -> None:
        super().service()
        self.waits_since = time.monotonic()

    @property
    def held_bytes(self) -> int:
        """Of a body that isn't whole yet, and of an answer that isn't read yet."""
        return int(self.total_outbufs_len + (self.request.body_bytes_received if self.request else 0))

    def is_overdue(self, now: float) -> bool:
        """Whether the other side took too long over what it is at."""
        if self.total_outbufs_len:
            if self.sends_since is None:
                self.sends_since, self.sent = now, 0
            return now - self.sends_since > ANSWER_SECONDS + self.sent / BYTES_A_SECOND
        self.sends_since = None
        if self.requests:
            return False
        if self.request is None:
            return now - self.waits_since > IDLE_SECONDS
        if not self.request.headers_finished:
            return now - self.began > HEADER_SECONDS
        size = self.request.content_length or self.request.body_bytes_received
        return bool(now - self.began > BODY_SECONDS + size / BYTES_A_SECOND)

    @property
    def is_at_work(self) -> bool:
        return bool(self.requests)

    @property
    def is_on_its_way(self) -> bool:
        return bool(self.request or self.total_outbufs_len)


class Serving:
    """For a server of waitress: who is overdue, and which threads a request gets."""

    channel_class = Channel
    is_stopping = False
    active_channels: dict[int, Channel]

    def __init__(self, *args: Any, health: dict[str, ThreadedTaskDispatcher], **kwargs: Any) -> None:
        self.health = health
        super().__init__(*args, **kwargs)

    def add_task(self, channel: Channel) -> None:
        request = channel.requests[0]
        path = "" if request.error else request.path
        self.health.get(path, self.task_dispatcher).add_task(channel)  # type: ignore[attr-defined]

    def maintenance(self, _now: float) -> None:
        now = time.monotonic()
        channels = list(self.active_channels.values())
        for channel in channels:
            if channel.is_overdue(now):
                channel.will_close = True
        total = sum(channel.held_bytes for channel in channels)
        for channel in sorted(channels, key=lambda each: each.began):
            if total <= MAX_HELD_BYTES:
                break
            if channel.held_bytes:
                total -= channel.held_bytes
                channel.will_close = True


class TcpServer(Serving, TcpWSGIServer):  # type: ignore[misc]
    pass


class UnixServer(Serving, UnixWSGIServer):  # type: ignore[misc]
    pass


class Worker(base.Worker):  # type: ignore[misc]
    """Named in `gunicorn.py`."""

    servers: list[Any]

    def run(self) -> None:
        _allow_connections()
        self.map: dict[int, Any] = {}
        # Whatever else is going on, these answer, and don't wait for each other.
        dispatcher, *for_health = [_threads(number) for number in (self.cfg.threads, *[1] * len(HEALTH))]
        health = dict(zip(HEALTH, for_health, strict=True))
        settings = _settings()
        self.servers = [self._serve(each.sock, settings, dispatcher, health) for each in self.sockets]
        while self.alive and self.ppid == os.getppid():
            self._look()
        self._finish()
        for each in (dispatcher, *for_health):
            each.set_thread_count(0)
        wasyncore.close_all(self.map, ignore_all=True)

    def _serve(self, sock: Any, settings: Adjustments, dispatcher: ThreadedTaskDispatcher, health: Any) -> Any:
        name = sock.getsockname()
        kind = TcpServer if isinstance(name, tuple) else UnixServer
        about = (sock.family, sock.type, sock.proto, name)
        return kind(
            self.wsgi,
            self.map,
            _sock=sock,
            dispatcher=dispatcher,
            adj=settings,
            sockinfo=about,
            bind_socket=False,
            health=health,
        )

    def _look(self, seconds: float = 1) -> None:
        self.notify()
        wasyncore.poll2(seconds, self.map)

    def _finish(self) -> None:
        """Let those whose answer is being made, or is on its way, have it."""
        for server in self.servers:
            server.is_stopping = True
            server.accepting = False
            server.del_channel()
            server.socket.close()
        start = time.monotonic()
        while (passed := time.monotonic() - start) < self.cfg.graceful_timeout:
            channels = [channel for server in self.servers for channel in server.active_channels.values()]
            is_needed = (
                any(each.is_at_work for each in channels)
                or (passed < STOP_SECONDS and any(each.is_on_its_way for each in channels))
                or (passed < LINGER_SECONDS and channels)
            )
            if not is_needed:
                return
            for server in self.servers:
                server.maintenance(0)
            self._look(0.1)

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        for server in getattr(self, "servers", []):
            server.pull_trigger()


def _threads(number: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(number)
    return dispatcher


def _settings() -> Adjustments:
    return Adjustments(
        # Who says which scheme and address a visitor has is for Django to judge (`BEHIND_PROXY`); nothing is taken from
        # headers here, and none is dropped.
        clear_untrusted_proxy_headers=False,
        ident="",
        inbuf_overflow=NEVER,
        outbuf_overflow=NEVER,
        outbuf_high_watermark=MAX_WAITING_BYTES,
        recv_bytes=65_536,
        connection_limit=MAX_CONNECTIONS,
        cleanup_interval=1,
        log_socket_errors=False,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=MAX_BODY_BYTES,
    )


def _allow_connections() -> None:
    """As many open files as connections, and room for databases, if the machine lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
