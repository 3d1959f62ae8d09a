"""Mail coordinators that the agreed day of the next session comes near, and nobody planned it yet.

A timer runs it every day (README).
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.template.loader import render_to_string
from django.urls import reverse

from reflectie.models import Conclusion
from reflectie.store import Letter, due_reminders, remind_coordinators, today


class Command(BaseCommand):
    help = (
        "Mails the coordinators of each collaboration whose next session was agreed on for a day at most REMIND_DAYS "
        "from now, unless one was planned since. Each once; what the mail server refuses is tried again the next day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        day = today()
        for due in due_reminders(day):
            sent = remind_coordinators(due, _letter(due), day)
            if sent:
                # How many, and to whom never.
                self.stdout.write(f"{sent.count} mailed, {len(sent.failed)} not")


def _letter(due: Conclusion) -> Letter:
    collaboration = due.session.collaboration
    context = {
        "name": " ".join(str(collaboration).split()),
        "day": due.next_on,
        "url": settings.SITE_URL + reverse("session-new", args=[due.session.collaboration_id]),
    }
    return Letter.read(render_to_string("reflectie/mail/next.txt", context))
