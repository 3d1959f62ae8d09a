"""What the processes of this machine count: one small file that each of them has in memory, with a row of numbers for
each process, to which it alone adds.

A row outlives its process, and the next one adds to it: what is counted never goes down, and nothing has to be cleared
away. Who reads adds up the rows. Nothing is written to a disk that anybody waits for, and no database is asked. Only
with METRICS_TOKEN is anything counted.
"""

import fcntl
import hashlib
import logging
import mmap
import os
import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"

# Upper edges of what takes seconds; what takes longer has a place of its own.
EDGES = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
PAGE, PDF, STATIC = "page", "pdf", "static"
METHODS = ("GET", "POST", "other")
STATUSES = ("2xx", "3xx", "4xx", "5xx")


@dataclass(frozen=True, slots=True)
class Family:
    """Numbers of one kind, told apart by labels. Each label has a few values, all known beforehand: none that a visitor
    could make up, and none that names a team, a person or an address."""

    name: str
    kind: str
    about: str
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def cells(self) -> Iterator[tuple[str, ...]]:
        for values in product(*(values for _label, values in self.labels)):
            if self.kind == HISTOGRAM:
                yield from ((self.name, *values, str(edge)) for edge in (*EDGES, "+Inf", "sum"))
            else:
                yield (self.name, *values)


FAMILIES = (
    Family(
        "requests",
        COUNTER,
        "Requests that were answered; health checks and this page are left out.",
        (("kind", (PAGE, PDF, STATIC)), ("method", METHODS), ("status", STATUSES)),
    ),
    Family(
        "request_seconds",
        HISTOGRAM,
        "Seconds from when a whole request was read until its answer was made, waiting for a place included.",
        (("kind", (PAGE, PDF, STATIC)),),
    ),
    Family("saves", COUNTER, "Answers sent to be kept.", (("result", ("kept", "conflict", "refused")),)),
    Family("pdfs", COUNTER, "PDFs that were asked for.", (("result", ("made", "kept", "refused", "failed")),)),
    Family("mails", COUNTER, "Tries to send a mail.", (("result", ("sent", "failed", "given_up")),)),
    Family(
        "erased",
        COUNTER,
        "What was erased, by people or because its time was over; folded rounds keep their figures.",
        (("kind", ("reflection", "session", "collaboration", "account", "folded")),),
    ),
    Family("places_taken", GAUGE, "Requests that are being made now, of which a worker makes one or two at a time."),
    Family("places_queued", GAUGE, "Requests that wait for a place."),
    Family("places_lost", GAUGE, "Requests that gave up their place, since the database keeps them waiting."),
    Family("place_wait_seconds", COUNTER, "Seconds that requests waited for a place, all together."),
)
CELLS = {cell: number for number, cell in enumerate(cell for family in FAMILIES for cell in family.cells())}
_GAUGES = [CELLS[cell] for family in FAMILIES if family.kind == GAUGE for cell in family.cells()]

# More processes than this count for nothing.
ROWS = 64
_ROW, _BYTES = len(CELLS), len(CELLS) * ROWS * 8


class _Table:
    """The file as this process has it."""

    def __init__(self, path: Path) -> None:
        # Never closed while the process lives: closing it would give the row away.
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self.file, _BYTES)
        self.numbers = memoryview(mmap.mmap(self.file, _BYTES)).cast("d")
        self.start = self._free_row() * _ROW
        for number in _GAUGES:
            # As a process left it that was killed.
            self.numbers[self.start + number] = 0

    def _free_row(self) -> int:
        for row in range(ROWS):
            try:
                # The system's lock on one byte: gone with the process, however it ends.
                fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, row)
            except OSError:
                continue
            return row
        raise OSError("too many processes count")


_lock = threading.Lock()
_table: _Table | None = None
_is_broken = False


def _forget() -> None:
    """In a process that was split off: it gets a row of its own."""
    global _lock, _table, _is_broken
    _lock, _table, _is_broken = threading.Lock(), None, False


os.register_at_fork(after_in_child=_forget)


def counters_file() -> Path:
    """Another version that counts other things has another file, and so begins at nothing."""
    mark = hashlib.sha256(repr(list(CELLS)).encode()).hexdigest()[:8]
    return Path(settings.VAR_DIR) / f"counters-{mark}"


def _opened() -> _Table | None:
    """For who has the lock. Whatever is wrong with a file, nobody's request fails of it."""
    global _table, _is_broken
    if _table is None and not _is_broken:
        path = counters_file()
        try:
            _table = _Table(path)
            for earlier in path.parent.glob("counters-????????"):
                if earlier != path:
                    earlier.unlink(missing_ok=True)
        except OSError:
            _is_broken = True
            log.exception("nothing is counted by this process")
    return _table


def count(name: str, *labels: str, amount: float = 1) -> None:
    """Add to a counter."""
    if settings.METRICS_TOKEN:
        with _lock:
            if table := _opened():
                table.numbers[table.start + CELLS[name, *labels]] += amount


def observe(name: str, *labels: str, seconds: float) -> None:
    """Add to a histogram what took so long."""
    if settings.METRICS_TOKEN:
        with _lock:
            if table := _opened():
                first = table.start + CELLS[name, *labels, str(EDGES[0])]
                table.numbers[first + bisect_left(EDGES, seconds)] += 1
                table.numbers[first + len(EDGES) + 1] += seconds


def level(**now: float) -> None:
    """Say where gauges of this process stand, by their names."""
    if settings.METRICS_TOKEN:
        with _lock:
            if table := _opened():
                for name, number in now.items():
                    table.numbers[table.start + CELLS[name,]] = number


def totals() -> dict[tuple[str, ...], float]:
    """What all processes of this machine counted, together; {} where the file can't be read."""
    with _lock:
        table = _opened()
    if table is None:
        return {}
    numbers = table.numbers.tolist()
    return {cell: sum(numbers[number::_ROW]) for cell, number in CELLS.items()}
