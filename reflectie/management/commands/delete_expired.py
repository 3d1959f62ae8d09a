"""Erase reflections that nobody changed for RETENTION_DAYS. A timer runs it every day (README)."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reflectie.store import erase_expired


class Command(BaseCommand):
    help = "Erases reflections without an account, drafts too, whose last change is RETENTION_DAYS ago or more."

    def handle(self, *args: Any, **options: Any) -> None:
        number = erase_expired(timezone.localdate())
        self.stdout.write(f"{number} erased")
