import os
import time
from pathlib import Path

from django.db.backends.sqlite3 import base

from reflectie.backends import KeepsNoPlace


class DatabaseWrapper(KeepsNoPlace, base.DatabaseWrapper):
    def connect(self) -> None:
        super().connect()
        file = Path(str(self.settings_dict["NAME"]))
        if file.is_file() and not os.access(file, os.W_OK):
            # SQLite opened it for reading alone, and a process stays at that for as long as it has one such connection.
            # So none is kept beyond its request: once the file may be written, nobody needs to start the site anew.
            self.close_at = time.monotonic()
