"""What is the same for everybody who reads a page, drawn once for those who come within a minute: when a report opens,
all who took part open it.

It stays in this process alone and is let go of after that minute, also when nobody asks for a page; no file, table or
other process has it. What was erased isn't shown from it: the key has the fingerprint of what it was drawn from, told
anew from the database at each request, so that nobody asks any more for what was drawn with a text that went since.
"""

import time
from collections.abc import Callable, Hashable
from threading import Lock, Timer

from django.utils.safestring import SafeString

SECONDS = 60.0
# A report has some hundred thousand signs; one of hundreds of people with notes has millions, and is drawn each time.
MAX_KEPT = 16
MAX_SIGNS = 300_000


class Drawn:
    """The latest of what was drawn, each for a short time. For several threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        # The oldest first, with when it goes.
        self._kept: dict[Hashable, tuple[float, SafeString]] = {}
        self._timer: Timer | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
        """What was drawn under this key, or else what `draw` gives."""
        with self._lock:
            known = self._kept.get(key)
        if known:
            return known[1]
        # Two who come at once both draw it, rather than that one waits.
        shown = draw()
        if len(shown) <= MAX_SIGNS:
            with self._lock:
                self._keep(key, shown)
        return shown

    def _keep(self, key: Hashable, shown: SafeString) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (time.monotonic() + self._seconds, shown)
        if len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        if self._timer is None:
            self._wait(self._seconds)

    def _wait(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._let_go)
        self._timer.daemon = True
        self._timer.start()

    def _let_go(self) -> None:
        with self._lock:
            now = time.monotonic()
            self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
            self._timer = None
            if self._kept:
                self._wait(next(iter(self._kept.values()))[0] - now)


drawn = Drawn()
