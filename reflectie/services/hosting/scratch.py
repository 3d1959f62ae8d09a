"""Files and folders for a while: what a backup or a restore has on the disk until it is done.

Each is locked by whoever made it, and the lock goes with that process however it ends: so what was left by one that was
killed is told from what another is at work in, whatever the clock says.
"""

import errno
import fcntl
import glob
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from .errors import HostingError

NO_ROOM = "There is no room on the disk, or no more may be written: {}."
# Nobody else gives a folder this name, and one without our lock in it is left alone.
_PREFIX, _LOCK = ".samenwerking-scratch-", "lock"
# Seconds in which a process locks what it just made.
_MOMENT = 60


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """A folder for a while, which only this user can look into; what an earlier one left that was killed, goes too.
    A full disk becomes a HostingError."""
    erase_left_folders(place)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    except OSError as error:
        raise HostingError(NO_ROOM.format(error.strerror)) from error
    try:
        with os.fdopen(new_file(folder / _LOCK), "wb") as lock:
            _hold(lock)
            yield folder
    except OSError as error:
        raise HostingError(NO_ROOM.format(error.strerror or type(error).__name__)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def partial_file(target: Path) -> Iterator[IO[bytes]]:
    """A file to write, readable by this user alone, which gets its name once it is whole and on the disk, and goes when
    anything fails. A file that has that name by then stays, and raises HostingError."""
    erase_left_partials(target.parent, glob.escape(target.name))
    # Another process may be making one of the same name.
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(new_file(partial), "wb") as file:
            _hold(file)
            yield file
            file.flush()
            os.fsync(file.fileno())
            refuse_taken(target)
            partial.rename(target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def refuse_taken(target: Path) -> None:
    """Raises HostingError where something has this name: a link that leads nowhere, too."""
    if os.path.lexists(target):
        raise HostingError(f"{target.name} is there already, and stays as it is. Choose another name.")


def erase_left_folders(place: Path) -> None:
    """Erase the folders for a while of processes that were killed: there is a copy of the database in them."""
    for folder in place.glob(f"{_PREFIX}*"):
        if _is_left(folder, folder / _LOCK):
            shutil.rmtree(folder, ignore_errors=True)


def erase_left_partials(folder: Path, names: str) -> None:
    """Erase what was never finished of files whose names fit a pattern, by processes that were killed."""
    for partial in folder.glob(f".{names}.????????.part"):
        if _is_left(partial, partial):
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def new_file(path: Path) -> int:
    """A new file, readable by this user alone; its number for the system."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


def sync_folder(folder: Path) -> None:
    """What was renamed in it is so after a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_without_room(place: Path, size: int) -> None:
    """Raises HostingError where so many bytes don't fit, before the disk is full for the site too."""
    if shutil.disk_usage(place).free < size:
        raise HostingError(NO_ROOM.format(os.strerror(errno.ENOSPC)))


def _hold(file: IO[bytes]) -> None:
    # Some disks of other machines know no locks: then what is left there stays until somebody erases it.
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_left(path: Path, lock: Path) -> bool:
    try:
        if abs(time.time() - path.stat().st_mtime) < _MOMENT:
            return False
        with lock.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
