"""Move everything to another database: from SQLite to PostgreSQL, or back."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reflectie.management.interruption import tidied_up
from reflectie.services.hosting.errors import HostingError
from reflectie.services.hosting.moving import move_to

VARIABLE = "MOVE_TO"


class Command(BaseCommand):
    help = (
        "Copies everything into another database, empty, row by row, and compares each. Stop the server and the worker "
        "first. The database that is in force stays as it is: set DATABASE_URL to the other one, start, and erase the "
        "former one once all is well."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "database_url",
            nargs="?",
            metavar="DATABASE_URL",
            help=f"where to, as the setting has it. Without it the variable {VARIABLE} counts: a password that stands "
            "there isn't in the list of processes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["database_url"] or os.environ.get(VARIABLE)
        if not address:
            raise CommandError(f"Say where to: manage.py move_to DATABASE_URL, or set {VARIABLE}.")
        try:
            with tidied_up():
                moved = move_to(address, self._tell)
        except HostingError as error:
            raise CommandError(f"{error} Nothing was moved.") from error
        self.stdout.write(f"{sum(moved.rows.values()):>10}  rows moved, every one compared")
        self.stdout.write("Now set DATABASE_URL to the other database, and start the server and the worker.")

    def _tell(self, table: str, rows: int) -> None:
        if rows:
            self.stdout.write(f"{rows:>10}  {table}")
