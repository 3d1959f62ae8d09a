"""Make a backup while the app runs; the worker does so every day where BACKUP_DIR is set."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reflectie.management.interruption import tidied_up
from reflectie.services.clock import today
from reflectie.services.hosting.backups import Made, make_backup, make_daily
from reflectie.services.hosting.errors import HostingError


class Command(BaseCommand):
    help = (
        "Makes a backup of the database in one file, while the app runs. Only this user can read the file. SECRET_KEY "
        "is not in it: keep that elsewhere. Look with manage.py check_backup whether it can be restored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("file", nargs="?", type=Path, help="the file to make; one that is there stays as it is")
        where.add_argument(
            "--daily",
            metavar="FOLDER",
            type=Path,
            help="make today's in this folder, unless it is there, and erase those there that are too old",
        )
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            metavar="KEY",
            help="close it with age, for whoever has the key of this public key (age1…); may be given more than once. "
            "Without it BACKUP_RECIPIENT counts",
        )
        parser.add_argument(
            "--keep-days",
            type=int,
            default=settings.BACKUP_KEEP_DAYS,
            metavar="DAYS",
            help="with --daily: how many days each is kept (BACKUP_KEEP_DAYS: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        recipients = options["recipient"] or settings.BACKUP_RECIPIENT
        if options["keep_days"] < 1:
            raise CommandError("--keep-days must be 1 or more.")
        try:
            with tidied_up():
                if options["file"]:
                    self._tell(make_backup(options["file"], recipients))
                    return
                made, erased = make_daily(options["daily"], today(), recipients, options["keep_days"])
        except HostingError as error:
            raise CommandError(str(error)) from error
        if made:
            self._tell(made)
        else:
            self.stdout.write("today's backup is there already")
        self.stdout.write(f"{erased} old backups erased")

    def _tell(self, made: Made) -> None:
        self.stdout.write(f"{made.file.name}: {made.rows} rows, {made.size / 1e6:.1f} MB")
