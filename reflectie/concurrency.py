"""How many pages a worker makes at a time, in which order, and that nobody keeps a place while the database keeps them
waiting."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from reflectie.counters import CELLS, add, count

# So many pages at a time are made by a worker, and the second only beside one that takes longer than PATIENCE. Two that
# are quick would wait for the same processor, and a save for its share of it while it holds the database: with two at a
# time, saves waited for each other ten times as long as one takes.
MAX_CONCURRENT_REQUESTS = 2
# Whoever takes so many seconds gets company. Whoever the database keeps waiting for as long (another's lock, a disk, a
# network) has lost the place. Longer than nearly everything takes, so that it stays at one at a time.
PATIENCE = 0.1
LOOK_EVERY = 0.05

# So many at a time may wait for the database, each with a thread; who comes after them is asked to come back.
MOST_WAITING = 12

# How the server is doing is answered without a place, and by threads of its own (`samenwerking/worker.py`).
HEALTH = ("/gezond/", "/gereed/", "/meten/")

_WAITED, _KEPT = CELLS["place_wait_seconds",], CELLS["place_seconds",]

_here = threading.local()


class _Place:
    """Of one request."""

    def __init__(self) -> None:
        self.given = threading.Event()
        self.began = 0.0
        self.waits_since: float | None = None
        self.is_lost = False


class Places:
    """Those of one worker."""

    def __init__(self, number: int = MAX_CONCURRENT_REQUESTS) -> None:
        self._free = number
        self._lock = threading.Lock()
        self._taken: set[_Place] = set()
        self._line: deque[_Place] = deque()

    @property
    def waiting(self) -> int:
        """How many lost theirs and still wait for the database."""
        return sum(place.is_lost for place in tuple(self._taken))

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a place, until all who came before have one, and keep it as long as this lasts and nothing waits."""
        place, came = _Place(), time.monotonic()
        with self._lock:
            self._line.append(place)
            self._let_in()
        while not place.given.wait(LOOK_EVERY):
            # Who needs a place looks for it: no thread has to watch.
            with self._lock:
                self._take_from_who_waits()
                self._let_in()
        _here.places, _here.place = self, place
        try:
            yield
        finally:
            _here.places = _here.place = None
            with self._lock:
                self._taken.discard(place)
                if not place.is_lost:
                    self._free += 1
                self._let_in()
            add((_WAITED, place.began - came), (_KEPT, time.monotonic() - place.began))

    def _let_in(self) -> None:
        """Whoever is first in line, where nobody makes a page, or those who do take long and there is a place."""
        now = time.monotonic()
        while (
            self._line and self._free > 0 and all(each.is_lost or now - each.began > PATIENCE for each in self._taken)
        ):
            place = self._line.popleft()
            place.began = now
            self._free -= 1
            self._taken.add(place)
            place.given.set()

    def _take_from_who_waits(self) -> None:
        now = time.monotonic()
        for place in self._taken:
            since = place.waits_since
            if not place.is_lost and since is not None and now - since > PATIENCE:
                place.is_lost = True
                self._free += 1
                count("places_lost")

    def come_back(self, place: _Place) -> None:
        """It goes on at once, since it may hold what others wait for; the next ones wait for it."""
        with self._lock:
            place.waits_since = None
            if place.is_lost:
                place.is_lost = False
                self._free -= 1


def too_many_wait() -> bool:
    """Whether one more who may wait for the database would be one too many for this worker."""
    places: Places | None = getattr(_here, "places", None)
    return places is not None and places.waiting >= MOST_WAITING


@contextmanager
def waiting() -> Iterator[None]:
    """Around whatever may wait for the database. Where no place was taken, as in a command, it does nothing."""
    place: _Place | None = getattr(_here, "place", None)
    if place is None or place.waits_since is not None:
        yield
        return
    place.waits_since = time.monotonic()
    try:
        yield
    finally:
        _here.places.come_back(place)
