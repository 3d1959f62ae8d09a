"""A worker as it runs for real, on the tests' own database, and a mail server for it to talk to. For tests with
`transaction=True`, and `queued`."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

from django.conf import settings
from django.db import connection

from tests.helpers.database_addresses import address_of


class MailServer:
    """Takes mail on a port of its own, each mail after `delay` seconds; refuses addresses that begin with "weigert"
    for good and those with "later" for now; says nothing at all while it is `silent`."""

    def __init__(self, *, delay: float = 0.0, silent: bool = False) -> None:
        self.delay, self.silent = delay, silent
        # What it said yes to; a sender that is killed at that moment may not know.
        self.taken: list[tuple[str, Message]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in list(self.taken)]

    @property
    def twice(self) -> int:
        """How many mails came more than was needed."""
        return sum(number - 1 for number in Counter(self.addresses).values())

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[line], daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        # Whoever talks may be killed at any word.
        try:
            with line, line.makefile("rwb", buffering=0) as stream:
                self._serve(stream)
        except OSError:
            pass

    def _serve(self, stream) -> None:
        if self.silent:
            stream.read()
            return
        stream.write(b"220 here\r\n")
        address = ""
        while command := stream.readline().decode():
            word = command[:4].upper()
            if word == "RCPT":
                address = re.search(r"<(.*)>", command)[1]
                refusal = {"weigert": b"550 no such box\r\n", "later": b"451 come back\r\n"}
                answer = next((said for name, said in refusal.items() if address.startswith(name)), b"250 ok\r\n")
                stream.write(answer)
            elif word == "DATA":
                stream.write(b"354 go on\r\n")
                lines = []
                while (said := stream.readline()) not in (b".\r\n", b""):
                    lines.append(said)
                if not said:
                    return
                time.sleep(self.delay)
                self.taken.append((address, message_from_bytes(b"".join(lines))))
                stream.write(b"250 taken\r\n")
            else:
                stream.write(b"250 ok\r\n" if word != "QUIT" else b"221 bye\r\n")


def environment_of_worker(mail: MailServer | None = None) -> dict[str, str]:
    """Settings for a process on the database of this test."""
    return {**os.environ, "DATABASE_URL": address_of(connection), "EMAIL_URL": mail.url if mail else "dummymail://"}


def start_worker(environment: dict[str, str], **more) -> subprocess.Popen:
    command = [sys.executable, "manage.py", "worker"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, **more)


def kill(process: subprocess.Popen) -> None:
    """End a process and its children without a warning."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


@contextmanager
def worker(environment: dict[str, str], **more) -> Iterator[subprocess.Popen]:
    process = start_worker(environment, **more)
    try:
        yield process
    finally:
        kill(process)


def wait_until(happens: Callable[[], object], seconds: float = 20) -> float:
    """Wait for something; after how many seconds it came."""
    begin = time.monotonic()
    while not happens():
        assert time.monotonic() - begin < seconds, "it didn't happen"
        time.sleep(0.02)
    return time.monotonic() - begin
