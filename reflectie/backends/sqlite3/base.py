import os
import threading
import time
from pathlib import Path

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
        self._count = 0
        self._ended = threading.Condition()

    def joined(self, file: Path) -> bool:
        """Whether a connection that is opened now becomes one of them; it must `leave` then."""
        with self._ended:
            if os.access(file, os.W_OK):
                self._ended.wait_for(lambda: not self._count, READERS_END_SECONDS)
                if not self._count:
                    return False
            self._count += 1
            return True

    def leave(self) -> None:
        with self._ended:
            self._count -= 1
            self._ended.notify_all()


_readers = _Readers()


class DatabaseWrapper(KeepsNoPlace, base.DatabaseWrapper):
    _only_reads = False

    def connect(self) -> None:
        file = Path(str(self.settings_dict["NAME"]))
        with waiting():
            self._only_reads = file.is_file() and _readers.joined(file)
        try:
            super().connect()
        except BaseException:
            self._leave()
            raise
        if self._only_reads:
            self.close_at = time.monotonic()

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        self._leave()

    def _leave(self) -> None:
        if self._only_reads:
            self._only_reads = False
            _readers.leave()
