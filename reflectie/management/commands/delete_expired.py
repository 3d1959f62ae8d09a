"""Erase what is kept no longer: reflections that nobody changed for RETENTION_DAYS, and addresses of people who were
invited and never came. A timer runs it every day (README)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reflectie.store import erase_expired, erase_old_invitations


class Command(BaseCommand):
    help = (
        "Erases reflections without an account, drafts too, whose last change is RETENTION_DAYS ago or more, and "
        "invitations that are too old to be taken."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        number = erase_expired(today)
        erase_old_invitations(today)
        self.stdout.write(f"{number} erased")
