"""Erase what nobody keeps up: reflections, invitations, unconfirmed accounts, old sign-ins, old answers of one's own.

The worker does so every day; this is for by hand: after a restore, or to say yes where it held back.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reflectie.services.daily import HeldBackError, held_back_log
from reflectie.tasks import erase_or_ask


class Command(BaseCommand):
    help = (
        "Erases reflections without an account, drafts too, whose last change is RETENTION_DAYS ago or more; "
        "answers of rounds that were concluded FOLD_MONTHS ago or more, of which the counts stay; "
        "invitations that are too old to be taken; accounts that nobody confirmed within a week; sign-ins that ended; "
        "and counts of what was done too often. Erases nothing when that would be more than a day's work, unless told "
        "--yes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="the clock is right, and all of it may go")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            erased = erase_or_ask(confirmed=options["yes"])
        except HeldBackError as held:
            raise CommandError(held_back_log(held.why)) from held
        self.stdout.write(f"{erased.reflections} erased")
        if erased.accounts:
            self.stdout.write(f"{erased.accounts} unconfirmed accounts erased")
        if erased.folded:
            self.stdout.write(f"{erased.folded} rounds folded into counts")
