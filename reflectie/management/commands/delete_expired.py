"""Erase what nobody keeps up: reflections, invitations, unconfirmed accounts, old sign-ins, old answers of one's own.

A timer runs it every day (README).
"""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from reflectie.store import erase_expired, erase_old_invitations, erase_unconfirmed, fold_old, leave_no_trace


class Command(BaseCommand):
    help = (
        "Erases reflections without an account, drafts too, whose last change is RETENTION_DAYS ago or more; "
        "answers of rounds that were concluded FOLD_MONTHS ago or more, of which the counts stay; "
        "invitations that are too old to be taken; accounts that nobody confirmed within a week; and sign-ins that "
        "ended."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        number = erase_expired(today)
        erase_old_invitations(today)
        self.stdout.write(f"{number} erased")
        if unconfirmed := erase_unconfirmed(today):
            self.stdout.write(f"{unconfirmed} unconfirmed accounts erased")
        if folded := fold_old(today):
            self.stdout.write(f"{folded} rounds folded into counts")
        call_command("clearsessions")
        # However large the database is: at this hour hardly anybody waits for it.
        leave_no_trace(limit=None)
