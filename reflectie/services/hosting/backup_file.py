"""The file that a backup is: a ZIP of the database and a manifest, closed with `age` if asked.

Both are what any machine can open without this app: `age --decrypt`, then `unzip`, then the database's own program.
`age` is Debian's package, not a library: it closes while it reads, so that the open ZIP never stands on a disk, and
whoever restores without this app needs the same program.
"""

import hashlib
import json
import os
import secrets
import shutil
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from .errors import HostingError
from .tally import TableTally

FORMAT = 1
MANIFEST = "manifest.json"
_CLOSED_BY_AGE = b"age-encryption.org/"
_PIECE = 1 << 20
# Seconds; no backup, check or restore takes as long.
_LONGEST = 24 * 3600
# A manifest of ours is some kilobytes. Whatever says more is none.
_MOST_MANIFEST_BYTES = 1_000_000
# What reading a ZIP may say of one that was cut or changed.
_NOT_WHOLE = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, EOFError, RuntimeError)
_BROKEN = "The file is damaged or not whole: {}. Take another backup."
_NO_AGE = "The program age is not installed, which opens and closes backups: apt-get install age"
_NO_ROOM = "There is no room on the disk, or no more may be written: {}."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. Of people it has nothing but how many rows there are."""

    # Of the app that made it, and of its database.
    version: str
    engine: str
    engine_version: str
    # A day and a time, with its zone (ISO 8601).
    made_at: str
    # "app.name" of each that the database had had.
    migrations: tuple[str, ...]
    tables: Mapping[str, TableTally]
    # Where the database is in the ZIP, how long it is, and its SHA-256.
    member: str
    size: int
    checksum: str
    # What stands for the keys in force, so that another can be told from them; slow to compute, so none can be guessed.
    key_salt: str
    keys: tuple[str, ...]

    def write(self) -> str:
        """As it stands in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        """Of what stands in a file. Raises HostingError where that is no manifest, or one of a newer format."""
        try:
            found = json.loads(text)
            made_with = found.pop("format")
            if made_with > FORMAT:
                raise HostingError("The backup was made by a newer version of the app. Use that version to restore it.")
            found["tables"] = {name: TableTally(**tally) for name, tally in found["tables"].items()}
            return cls(**{**found, "migrations": tuple(found["migrations"]), "keys": tuple(found["keys"])})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HostingError(_BROKEN.format("its manifest can't be read")) from error


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """A folder for a while, which only this user can look into; what an earlier one left that was killed, goes too.
    A full disk becomes a HostingError."""
    for left in place.glob(".backup-*"):
        if is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=place))
    except OSError as error:
        raise HostingError(_NO_ROOM.format(error.strerror)) from error
    try:
        yield folder
    except OSError as error:
        raise HostingError(_NO_ROOM.format(error.strerror or type(error).__name__)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_left(path: Path) -> bool:
    """Whether a file or folder for a while was left by a process that was killed: others may be at work now."""
    return time.time() - path.stat().st_mtime > _LONGEST


def checksum_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal signs."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_backup(target: Path, database: Path, manifest: Manifest, recipients: Sequence[str] = ()) -> None:
    """Write a backup, readable by this user alone; closed for these recipients (public keys of age), if any.

    Until it is whole and on the disk it has another name, which goes when anything fails. A file that has the name
    already stays, and raises HostingError, as does a full disk.
    """
    if target.exists():
        raise HostingError(f"{target.name} is there already, and stays as it is. Choose another name.")
    # Another process may be making one of the same name.
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(_new(partial), "wb") as file:
            with _closed(file, recipients) as sink:
                _write_zip(sink, database, manifest)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise HostingError(_NO_ROOM.format(error.strerror)) from error
    finally:
        partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """What was renamed in it is so after a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_zip(sink: IO[bytes], database: Path, manifest: Manifest) -> None:
    # pg_dump compressed its own already.
    kind = zipfile.ZIP_DEFLATED if manifest.engine == "sqlite" else zipfile.ZIP_STORED
    with zipfile.ZipFile(sink, "w", kind) as archive:
        archive.write(database, manifest.member)
        archive.writestr(MANIFEST, manifest.write(), zipfile.ZIP_DEFLATED)


@contextmanager
def _closed(file: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Where to write what comes into the file: there, or through age."""
    if not recipients:
        yield file
        return
    options = [word for recipient in recipients for word in ("--recipient", recipient)]
    with _age(["--encrypt", *options], stdin=subprocess.PIPE, stdout=file) as process:
        assert process.stdin is not None
        # An age that gave up says why, below.
        with suppress(BrokenPipeError), process.stdin:
            yield process.stdin
        said = _said(process)
        if process.wait():
            raise HostingError(_why_age_failed(said, "The backup could not be closed"))


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


def _said(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stderr is not None
    return process.stderr.read()


def _why_age_failed(said: bytes, what: str) -> str:
    """In our words: age's own may quote a key."""
    text = said.decode(errors="replace").lower()
    if "no space" in text:
        return _NO_ROOM.format("no space left")
    if "no identity matched" in text:
        return f"{what}: the key doesn't fit. Name the file with the one that it was closed for."
    if "recipient" in text:
        return f"{what}: a recipient is no public key of age (age1…)."
    if any(word in text for word in ("no such file", "identit", "is a directory", "permission denied")):
        return f"{what}: the file with the key can't be read, or has no key of age in it."
    return f"{what}: it is damaged or not whole."


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup whose manifest was read and whose database stands beside it, for as long as the folder is there."""

    manifest: Manifest
    database: Path


def open_backup(file: Path, folder: Path, identity: Path | None = None) -> OpenedBackup:
    """Open a backup into a folder: with the key in `identity` where it is closed. Every checksum is compared.

    Raises HostingError when it can't be read, was cut or changed, or is of a newer format.
    """
    try:
        with zipfile.ZipFile(_opened(file, folder, identity)) as archive:
            if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST_BYTES:
                raise HostingError(_BROKEN.format("its manifest can't be read"))
            manifest = Manifest.read(archive.read(MANIFEST))
            database = folder / "database"
            with archive.open(manifest.member) as source, os.fdopen(_new(database), "wb") as target:
                shutil.copyfileobj(source, target, _PIECE)
    except _NOT_WHOLE as error:
        raise HostingError(_BROKEN.format("it is no whole backup of this app")) from error
    if (database.stat().st_size, checksum_of(database)) != (manifest.size, manifest.checksum):
        raise HostingError(_BROKEN.format("the database in it is not the one that was put there"))
    return OpenedBackup(manifest, database)


def _new(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


def _opened(file: Path, folder: Path, identity: Path | None) -> Path:
    """The ZIP: the file itself, or what age makes of it."""
    try:
        with file.open("rb") as source:
            is_closed = source.read(len(_CLOSED_BY_AGE)) == _CLOSED_BY_AGE
    except OSError as error:
        raise HostingError(f"{file.name} is not there, is no file, or may not be read.") from error
    if not is_closed:
        return file
    if identity is None:
        raise HostingError("The backup is closed. Name the file with the key that it was closed for: --identity FILE")
    opened = folder / "opened.zip"
    with (
        os.fdopen(_new(opened), "wb") as target,
        _age(["--decrypt", "--identity", str(identity), str(file)], stdout=target) as process,
    ):
        said = _said(process)
        if process.wait():
            raise HostingError(_why_age_failed(said, "The backup could not be opened"))
    return opened
