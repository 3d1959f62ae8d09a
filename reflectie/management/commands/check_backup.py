"""Look whether a backup can be restored, without restoring it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reflectie.management.interruption import tidied_up
from reflectie.services.hosting.errors import HostingError
from reflectie.services.hosting.restoring import check_backup


class Command(BaseCommand):
    help = (
        "Restores a backup into a database that is made for it and taken away again, and compares every row with what "
        "was noted when the backup was made. Leaves the site's own database alone. Fails when anything differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the file with the key of a closed backup")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with tidied_up():
                checked = check_backup(options["file"], options["identity"])
        except HostingError as error:
            raise CommandError(str(error)) from error
        told = checked.manifest
        self.stdout.write(f"made at {told.made_at} by version {told.version} on {told.engine} {told.engine_version}")
        if checked.differences:
            raise CommandError("The backup is not whole:\n" + "\n".join(checked.differences))
        for table, tally in sorted(told.tables.items()):
            self.stdout.write(f"{tally.rows:>10}  {table}")
        rows = sum(tally.rows for tally in told.tables.values())
        self.stdout.write(f"{rows:>10}  rows in {len(told.tables)} tables: every one as it was")
        if checked.missing_keys:
            self.stdout.write("Not with the SECRET_KEY of here: it was made under another one.")
