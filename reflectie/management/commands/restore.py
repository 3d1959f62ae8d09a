"""Put a backup back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from reflectie.management.interruption import tidied_up
from reflectie.services.clock import today
from reflectie.services.daily import held_back_log
from reflectie.services.hosting.errors import HostingError
from reflectie.services.hosting.restoring import Restored, restore_backup

# It was restored, and something must be done before anybody gets in: for a script that goes on after this.
MUST_ERASE = 3
_OTHER_KEY = (
    "SECRET_KEY is another than when the backup was made, and the former one isn't in SECRET_KEY_FALLBACKS. Personal "
    "codes of rounds that are open don't work any more: people start over, and count twice. Put the former key in "
    "SECRET_KEY_FALLBACKS, if you have it. Accounts, passwords and second steps go on."
)
_IS_BACK = (
    "What people erased, took out or withdrew after that moment is back, unless it expired since. Do you know of "
    "something? Erase it again. Passwords and roles are those of then too. Everybody signs in again."
)


class Command(BaseCommand):
    help = (
        "Puts a backup back into an empty installation, or with --replace in the place of what is there. Stop the "
        "server and the worker first. One of an older version is migrated; what expired since is erased. When anything "
        "fails, the database that was there stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the file with the key of a closed backup")
        parser.add_argument("--replace", action="store_true", help="in the place of what is there, which is gone then")
        parser.add_argument("--word", help="with --replace: the database's name, for when nobody is there to type it")
        parser.add_argument(
            "--yes", action="store_true", help="the clock is right: erase what expired, also when that is much"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["replace"]:
            self._ask(options["word"])
        try:
            with tidied_up():
                restored = restore_backup(
                    options["file"], options["identity"], today(), replace=options["replace"], confirmed=options["yes"]
                )
        except HostingError as error:
            raise CommandError(f"{error} Nothing was restored.") from error
        self._tell(restored)

    def _ask(self, word: str | None) -> None:
        name = Path(str(connection.settings_dict["NAME"])).name
        if word is None:
            question = f"Everything in {name} will be gone. Type its name to put the backup in its place: "
            try:
                word = input(question)
            except EOFError:
                word = ""
        if word != name:
            raise CommandError(f"That is not the name of the database ({name}). Nothing was restored.")

    def _tell(self, restored: Restored) -> None:
        rows = sum(tally.rows for tally in restored.manifest.tables.values())
        self.stdout.write(f"restored: {rows} rows, as they were at {restored.manifest.made_at}")
        self.stdout.write(_IS_BACK)
        if restored.missing_keys:
            self.stdout.write(_OTHER_KEY)
        if restored.held:
            raise CommandError(
                f"It is restored, but what expired since is still there. {held_back_log(restored.held.why)} "
                "Do so before anybody gets in.",
                returncode=MUST_ERASE,
            )
        if restored.erased:
            self.stdout.write(f"{restored.erased.reflections} erased that expired since")
        self.stdout.write("Now start the server and the worker.")
