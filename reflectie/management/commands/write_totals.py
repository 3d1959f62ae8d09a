"""Write what the answers of sessions add up to that closed before this was kept; or count it all again.

`./run` does so after `migrate`. Until it is done their answers are counted at each look, as they were.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reflectie.services.sessions.totals import fill_totals, recount


class Command(BaseCommand):
    help = (
        "Writes what the answers of closed sessions add up to, where that isn't written yet. It can be broken off: "
        "started again, it goes on where it was. With --check it writes nothing, counts again wherever answers are "
        "still there, and fails when something else is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="count again, and compare with what is written")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            if filled := fill_totals():
                self.stdout.write(f"{filled} closed sessions added up")
            return
        if wrong := recount():
            raise CommandError(f"{len(wrong)} closed sessions add up to something else: {', '.join(map(str, wrong))}")
        self.stdout.write("every closed session adds up to what is written")
