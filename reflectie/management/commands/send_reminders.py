"""Hand the worker the daily mails for coordinators: the day of the next session comes near and nobody planned it, a
round can be closed, the day of an agreement is here.

The worker does so every day; this is for by hand, and twice is once.
"""

from typing import Any

from django.core.management.base import BaseCommand

from reflectie.tasks import remind_all


class Command(BaseCommand):
    help = (
        "Hands a mail to the worker for the coordinators of each collaboration whose next session was agreed on for a "
        "day at most REMIND_DAYS from now, unless one was planned since (what reaches nobody is tried again the next "
        "day), whose round can be closed, or who agreed on something for today. Each once. The worker does so by "
        "itself every day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        # How many, and to whom never.
        self.stdout.write(f"{remind_all()} mails handed over")
