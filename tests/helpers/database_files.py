"""What stands in the files of a test's database."""

from pathlib import Path

from django.db import connection


def on_disk() -> bytes:
    """All that a copy of the files would hold."""
    database = Path(connection.settings_dict["NAME"])
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))
