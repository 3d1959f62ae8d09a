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
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

log = logging.getLogger(__name__)

COUNTER, HISTOGRAM = "counter", "histogram"

# Upper edges of what takes seconds; what takes longer has a place of its own.
EDGES = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
KINDS = PAGE, PDF, STATIC = "page", "pdf", "static"
OTHER = "other"
METHODS = ("GET", "POST", OTHER)
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
        (("kind", KINDS), ("method", METHODS), ("status", STATUSES)),
    ),
    Family(
        "request_seconds",
        HISTOGRAM,
        "Seconds from when a whole request was read until its answer was made, waiting for a place included.",
        (("kind", KINDS),),
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
    Family("place_seconds", COUNTER, "Seconds that requests kept a place; one each second is one place, always taken."),
    Family("place_wait_seconds", COUNTER, "Seconds that requests waited for a place."),
    Family("places_lost", COUNTER, "Requests that lost their place, since the database kept them waiting."),
)
CELLS = {cell: number for number, cell in enumerate(cell for family in FAMILIES for cell in family.cells())}

# More processes than this count for nothing.
ROWS = 64
_ROW, _BYTES = len(CELLS), len(CELLS) * ROWS * 8


class _Table:
    """The file as this process has it."""

    def __init__(self, path: Path) -> None:
        # Never closed while the process lives: closing it would give the row away.
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Given room at once: where the disk is full, writing to a page that has none yet would end the process.
        os.posix_fallocate(self.file, 0, _BYTES)
        os.ftruncate(self.file, _BYTES)
        self.numbers = memoryview(mmap.mmap(self.file, _BYTES)).cast("d")
        start = self._free_row() * _ROW
        self.row = self.numbers[start : start + _ROW]

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
# None until something is counted, or read; and where nothing is, which is known then.
_table: _Table | None = None
_is_off = False


def _forget() -> None:
    """In a process that was split off, which gets a row of its own, and where a test has other settings."""
    global _lock, _table, _is_off
    _lock, _table, _is_off = threading.Lock(), None, False


os.register_at_fork(after_in_child=_forget)


@receiver(setting_changed)
def _set_anew(*, setting: str, **_: Any) -> None:
    if setting in ("METRICS_TOKEN", "VAR_DIR"):
        _forget()


def counters_file() -> Path:
    """Another version that counts other things has another file, and so begins at nothing."""
    mark = hashlib.sha256(repr(list(CELLS)).encode()).hexdigest()[:8]
    return Path(settings.VAR_DIR) / f"counters-{mark}"


def _open() -> _Table | None:
    """Whatever is wrong with the file, nobody's request fails of it."""
    global _table, _is_off
    with _lock:
        if _table is None and not _is_off:
            path = counters_file()
            try:
                _table = _Table(path) if settings.METRICS_TOKEN else None
                for earlier in path.parent.glob("counters-????????") if _table else ():
                    if earlier != path:
                        earlier.unlink(missing_ok=True)
            except OSError:
                log.exception("nothing is counted by this process")
            _is_off = _table is None
        return _table


def add(*amounts: tuple[int, float]) -> None:
    """Add to cells, by their numbers in CELLS. Costs a microsecond or two, and nothing where nothing is counted."""
    table = _table
    if table is None and (_is_off or (table := _open()) is None):
        return
    row = table.row
    with _lock:
        for number, amount in amounts:
            row[number] += amount


def count(name: str, *labels: str, amount: float = 1) -> None:
    """Add to a counter."""
    add((CELLS[name, *labels], amount))


def edge_of(seconds: float) -> int:
    """How far from the first cell of a histogram what took so long is counted."""
    return bisect_left(EDGES, seconds)


# How far from the first cell of a histogram the seconds themselves are added up.
SUM = len(EDGES) + 1


def totals() -> dict[tuple[str, ...], float]:
    """What all processes of this machine counted, together; {} where nothing is."""
    table = _open()
    if table is None:
        return {}
    numbers = table.numbers.tolist()
    return {cell: sum(numbers[number::_ROW]) for cell, number in CELLS.items()}
