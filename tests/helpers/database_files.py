"""What stands in the files of a test's database."""

import subprocess
from pathlib import Path

from django.db import connection


def on_disk() -> bytes:
    """All that a copy of the files would hold.

    Read by another process: one that opens a file and closes it again lets go of all locks that it has on that file,
    SQLite's too. The next process to end would then take itself for the last, and take away what ours still uses.
    """
    database = Path(connection.settings_dict["NAME"])
    files = sorted(database.parent.glob(f"{database.name}*"))
    return subprocess.run(["cat", *files], check=True, capture_output=True).stdout
