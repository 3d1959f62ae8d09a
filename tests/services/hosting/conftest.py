"""Fixtures of backups: a site with a database of its own, that may be replaced."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.own_database import own_database


@pytest.fixture
def db(django_db_setup: None, django_db_blocker: Any, tmp_path: Path, settings: Any) -> Iterator[None]:
    """In the place of pytest's own, which knows no second database: a copy of the usual one, migrated and with the
    checklist, on which a test may do as it likes; and a `var/` of its own."""
    settings.VAR_DIR = tmp_path
    with django_db_blocker.unblock(), own_database(str(tmp_path / "site.sqlite3")):
        yield


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, Path]:
    """Of age: the public key that encrypts, and the file with the one that decrypts."""
    return make_key(tmp_path / "key.txt")


@pytest.fixture
def other_key(tmp_path: Path) -> tuple[str, Path]:
    return make_key(tmp_path / "other.txt")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kilobytes, where the machine lets us make one."""
    folder = tmp_path / "schijf"
    folder.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True
        ).returncode
    ):
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def make_key(file: Path) -> tuple[str, Path]:
    subprocess.run(["age-keygen", "--output", str(file)], check=True, capture_output=True)
    told = subprocess.run(["age-keygen", "-y", str(file)], check=True, capture_output=True, text=True).stdout
    return told.strip(), file
