"""PDFs are made by a process of their own, one at a time on the whole machine.

In a web worker, half a second of layout would hold up every other request of that worker: Python runs one thread at a
time. Another process with a low priority takes only what pages leave. It is started at the first PDF, kept for the
next, started anew when it ended or hung, and ends with the process that it works for.
"""

import atexit
import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from django.conf import settings

from reflectie.concurrency import MAX_CONCURRENT_REQUESTS
from reflectie.counters import count

# Seconds that somebody waits for others' PDFs before they are asked to come back.
TIMEOUT = 20
# Seconds between two looks whether another process's PDF is ready.
LOOK_EVERY = 0.02
# As much less of the processor as pages get: a quarter, where they want all of it.
NICENESS = 5


class BusyError(Exception):
    """Others' PDFs took too long, or too many wait for them: nothing was made."""


class PdfWorkerError(Exception):
    """The PDF could not be made: with what the process said, or that it ended."""


def _open_lock(path: str, _flags: int) -> int:
    # Only to be read: a lock needs no more, and the file opens on a disk that is full or may only be read.
    return os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)


class PdfWorker:
    """The process that makes PDFs, for one process that asks for them."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        # Whoever waits keeps a thread of the web server. Some are left for pages: one is made while another is sent.
        self._places = threading.BoundedSemaphore(max(1, settings.WEB_THREADS - 2 * MAX_CONCURRENT_REQUESTS))
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._made_at = 0.0

    @contextmanager
    def acquire(self, timeout: float | None = None) -> Iterator[None]:
        """Wait until no PDF is being made on this machine; others wait for as long as this lasts. Raises BusyError."""
        with self.turn(timeout) as until, self.alone(until):
            yield

    @contextmanager
    def turn(self, timeout: float | None = None) -> Iterator[float]:
        """Wait until this process makes none; until when there is time to wait. Raises BusyError."""
        until = time.monotonic() + (TIMEOUT if timeout is None else timeout)
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            if not self._turn.acquire(timeout=max(0, until - time.monotonic())):
                raise BusyError
            try:
                yield until
            finally:
                self._turn.release()
        finally:
            self._places.release()

    @contextmanager
    def alone(self, until: float) -> Iterator[None]:
        """Wait until no other process makes one, for who has the turn in this one. Raises BusyError."""
        # Other processes look now and then; who made one just now lets them go first.
        time.sleep(max(0, self._made_at + 2 * LOOK_EVERY - time.monotonic()))
        with open(settings.VAR_DIR / "pdf.lock", opener=_open_lock) as lock:
            while True:
                try:
                    # Given back when the file is closed, also by a process that is killed.
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise BusyError from None
                    time.sleep(LOOK_EVERY)
            yield

    def make(self, xhtml: str) -> bytes:
        """A page of ours as PDF/UA-1, for who has the turn. Raises PdfWorkerError."""
        try:
            line = self._open_line()
            line.send_bytes(xhtml.encode())
            failure, content = line.recv()
        except (EOFError, OSError) as ended:
            self.stop()
            count("pdfs", "failed")
            raise PdfWorkerError("the process that makes PDFs ended") from ended
        self._made_at = time.monotonic()
        if failure:
            count("pdfs", "failed")
            raise PdfWorkerError(failure)
        count("pdfs", "made")
        return bytes(content)

    def _open_line(self) -> Connection:
        """The line to the process, which is started unless it runs."""
        if self._line is None or self._process is None or self._process.poll() is not None:
            self.stop()
            self._line, other_end = Pipe()
            with other_end:
                self._process = subprocess.Popen(  # noqa: S603 (our own module, with a number)
                    [sys.executable, "-m", "reflectie.pdf.renderer", str(other_end.fileno())],
                    cwd=settings.BASE_DIR,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[other_end.fileno()],
                )
            # Less than ours, whatever that is: a server with a low priority may not give a higher one.
            os.setpriority(os.PRIO_PROCESS, self._process.pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS))
        return self._line

    def stop(self) -> None:
        """End the process, if there is one. The next PDF starts another."""
        line, process, self._line, self._process = self._line, self._process, None, None
        if line:
            line.close()
        if process:
            process.kill()
            process.wait()


pdf_worker = PdfWorker()
atexit.register(pdf_worker.stop)
