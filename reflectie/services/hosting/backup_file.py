"""The file that a backup is: a ZIP of the database and a manifest, closed with `age` if asked (`closing.py`).

Both are what any machine can open without this app: `age --decrypt`, then `unzip`, then the database's own program.
"""

import hashlib
import json
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from .closing import closed_for, opened
from .errors import HostingError
from .scratch import NO_ROOM, new_file, partial_file, refuse_taken, refuse_without_room
from .tally import TableTally

FORMAT = 1
MANIFEST = "manifest.json"
_PIECE = 1 << 20
# A manifest of ours is some kilobytes. Whatever says more is none.
_MOST_MANIFEST_BYTES = 1_000_000
# What reading a ZIP may say of one that was cut or changed.
_NOT_WHOLE = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, EOFError, RuntimeError)
_BROKEN = "The file is damaged or not whole: {}. Take another backup."


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
            manifest = cls(**{**found, "migrations": tuple(found["migrations"]), "keys": tuple(found["keys"])})
            manifest._refuse_odd()
            return manifest
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HostingError(_BROKEN.format("its manifest can't be read")) from error

    def _refuse_odd(self) -> None:
        """Raises ValueError where a word is something else, or would do more on a terminal than be read, or a number is
        none."""
        tallies = self.tables.values()
        words = [
            self.version,
            self.engine,
            self.engine_version,
            self.made_at,
            self.member,
            self.checksum,
            self.key_salt,
        ]
        words += [*self.migrations, *self.keys, *self.tables, *(tally.checksum for tally in tallies)]
        numbers = [self.size, *(tally.rows for tally in tallies)]
        if not all(isinstance(word, str) and word.isprintable() for word in words):
            raise ValueError
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError


def checksum_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal signs."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_backup(target: Path, database: Path, manifest: Manifest, recipients: Sequence[str] = ()) -> None:
    """Write a backup, readable by this user alone; closed for these recipients (public keys of age), if any.

    Until it is whole and on the disk it has another name, which goes when anything fails. A file that has the name
    already stays, and raises HostingError, as does a full disk.
    """
    refuse_taken(target)
    try:
        with partial_file(target) as file, closed_for(file, recipients) as sink:
            _write_zip(sink, database, manifest)
    except OSError as error:
        raise HostingError(NO_ROOM.format(error.strerror)) from error


def _write_zip(sink: IO[bytes], database: Path, manifest: Manifest) -> None:
    # pg_dump compressed its own already.
    kind = zipfile.ZIP_DEFLATED if manifest.engine == "sqlite" else zipfile.ZIP_STORED
    with zipfile.ZipFile(sink, "w", kind) as archive:
        archive.write(database, manifest.member)
        archive.writestr(MANIFEST, manifest.write(), zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """A backup whose manifest was read and whose database stands beside it, for as long as the folder is there."""

    manifest: Manifest
    database: Path


def open_backup(file: Path, folder: Path, identity: Path | None = None) -> OpenedBackup:
    """Open a backup into a folder: with the key in `identity` where it is closed. Every checksum is compared.

    Raises HostingError when it can't be read, was cut or changed, is of a newer format, or there is no room for what is
    in it.
    """
    try:
        with zipfile.ZipFile(opened(file, folder, identity)) as archive:
            manifest = _manifest_in(archive)
            database = folder / "database"
            refuse_without_room(folder, manifest.size)
            with archive.open(manifest.member) as source, os.fdopen(new_file(database), "wb") as target:
                shutil.copyfileobj(source, target, _PIECE)
    except _NOT_WHOLE as error:
        raise HostingError(_BROKEN.format("it is no whole backup of this app")) from error
    if checksum_of(database) != manifest.checksum:
        raise HostingError(_BROKEN.format("the database in it is not the one that was put there"))
    return OpenedBackup(manifest, database)


def _manifest_in(archive: zipfile.ZipFile) -> Manifest:
    """Of a ZIP with what we put in one and nothing else: no name twice, and nothing that unpacks to more than it
    says."""
    if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST_BYTES:
        raise HostingError(_BROKEN.format("its manifest can't be read"))
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in archive.infolist()):
        raise ValueError
    manifest = Manifest.read(archive.read(MANIFEST))
    if sorted(archive.namelist()) != sorted([MANIFEST, manifest.member]):
        raise HostingError(_BROKEN.format("there is something else in it than a database and its manifest"))
    if archive.getinfo(manifest.member).file_size != manifest.size:
        raise HostingError(_BROKEN.format("the database in it is not the one that was put there"))
    return manifest
