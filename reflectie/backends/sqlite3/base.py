import os
import threading
import time
from pathlib import Path
from weakref import WeakSet

from django.db.backends.sqlite3 import base

from reflectie.backends import KeepsNoPlace
from reflectie.concurrency import waiting

# Seconds. Longer than nearly every request takes: whoever waited in vain may read, as others do, and tries again.
READERS_END_SECONDS = 2


class _Readers:
    """The connections of this process that may only read. SQLite opens a file on a disk that may only be read so, and
    what connections of one process share stays so for as long as one of them is open, also once the disk may be
    written. So none of them outlives its request, and whoever comes once it may be written waits for the last of them.
    """

    def __init__(self) -> None:
        # Whoever forgets to close one keeps nobody waiting for ever.
        self._open: WeakSet[DatabaseWrapper] = WeakSet()
        self._ended = threading.Condition()

    def join(self, connection: "DatabaseWrapper", file: Path) -> bool:
        """Whether a connection that is opened now becomes one of them; it must `leave` then."""
        with self._ended:
            if os.access(file, os.W_OK):
                self._ended.wait_for(lambda: not self._open, READERS_END_SECONDS)
                if not self._open:
                    return False
            self._open.add(connection)
            return True

    def leave(self, connection: "DatabaseWrapper") -> None:
        with self._ended:
            self._open.discard(connection)
            self._ended.notify_all()


_readers = _Readers()


class DatabaseWrapper(KeepsNoPlace, base.DatabaseWrapper):
    def connect(self) -> None:
        file = Path(str(self.settings_dict["NAME"]))
        with waiting():
            only_reads = file.is_file() and _readers.join(self, file)
        try:
            super().connect()
        except BaseException:
            _readers.leave(self)
            raise
        if only_reads:
            self.close_at = time.monotonic()

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        _readers.leave(self)
