"""Closing a backup with `age`, and opening it again.

`age` is Debian's package, not a library: it closes while it reads, so that the open ZIP never stands on a disk, and
whoever restores without this app needs the same program.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from .errors import HostingError
from .scratch import NO_ROOM, new_file

_CLOSED_BY_AGE = b"age-encryption.org/"
_NO_AGE = "The program age is not installed, which opens and closes backups: apt-get install age"


@contextmanager
def closed_for(file: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Where to write what comes into the file: there, or through age for these public keys. Raises HostingError where
    age can't."""
    if not recipients:
        yield file
        return
    options = [word for recipient in recipients for word in ("--recipient", recipient)]
    with _age(["--encrypt", *options], stdin=subprocess.PIPE, stdout=file) as process:
        assert process.stdin is not None
        # An age that gave up says why, below.
        with suppress(BrokenPipeError), process.stdin:
            yield process.stdin
        _finish(process, "The backup could not be closed")


def opened(file: Path, folder: Path, identity: Path | None) -> Path:
    """The file itself, or what age makes of it in a folder, with the key in `identity`. Raises HostingError where it
    can't be read or opened."""
    try:
        # Whoever opens a pipe waits for somebody to write into it.
        if not file.is_file():
            raise FileNotFoundError
        with file.open("rb") as source:
            is_closed = source.read(len(_CLOSED_BY_AGE)) == _CLOSED_BY_AGE
    except OSError as error:
        raise HostingError(f"{file.name} is not there, is no file, or may not be read.") from error
    if not is_closed:
        return file
    if identity is None:
        raise HostingError("The backup is closed. Name the file with the key that it was closed for: --identity FILE")
    target = folder / "opened.zip"
    with (
        os.fdopen(new_file(target), "wb") as sink,
        _age(["--decrypt", "--identity", str(identity), str(file)], stdout=sink) as process,
    ):
        _finish(process, "The backup could not be opened")
    return target


@contextmanager
def _age(options: Sequence[str], **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("age")
    if program is None:
        raise HostingError(_NO_AGE)
    with subprocess.Popen([program, *options], stderr=subprocess.PIPE, **streams) as process:  # noqa: S603
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _finish(process: subprocess.Popen[bytes], what: str) -> None:
    assert process.stderr is not None
    said = process.stderr.read()
    if process.wait():
        raise HostingError(_why_age_failed(said, what))


def _why_age_failed(said: bytes, what: str) -> str:
    """In our words: age's own may quote a key."""
    text = said.decode(errors="replace").lower()
    if "no space" in text:
        return NO_ROOM.format("no space left")
    if "no identity matched" in text:
        return f"{what}: the key doesn't fit. Name the file with the one that it was closed for."
    if "recipient" in text:
        return f"{what}: a recipient is no public key of age (age1…)."
    if any(word in text for word in ("no such file", "identit", "is a directory", "permission denied")):
        return f"{what}: the file with the key can't be read, or has no key of age in it."
    return f"{what}: it is damaged or not whole."
