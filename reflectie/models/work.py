"""What the worker does: mail that waits to be sent, the daily jobs, and its sign of life.

The queue's own rows (`django_tasks_db`) only wake the worker; what is to be done stands here, so that a task that is
lost, or done twice, changes nothing (docs/decisions/0001-task-queue.md).
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .collaboration import Invitation
from .session import Conclusion, Session


class OutgoingMail(models.Model):
    """A mail that waits to be sent to one address. Erased once it is, and with whatever it belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    to = models.EmailField()
    subject = models.TextField()
    text = models.TextField()
    # Where an answer to it goes; empty for nowhere.
    reply_to = models.EmailField(blank=True)
    # From then on it helps nobody any more: a code that isn't taken.
    expires_at = models.DateTimeField(null=True, blank=True)
    # Not before this: while it is being sent, and after it failed.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    # What it belongs to, if anything: there it is said that it didn't arrive.
    session = models.ForeignKey(Session, models.CASCADE, related_name="mails", null=True, blank=True)
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="mails", null=True, blank=True)
    conclusion = models.ForeignKey(Conclusion, models.CASCADE, related_name="mails", null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", null=True, blank=True)

    def __str__(self) -> str:
        return f"Mail {self.id}"


class DailyJob(models.Model):
    """Something that is done once a day, and when it was done last."""

    class Name(models.TextChoices):
        ERASE = "erase"
        REMIND = "remind"
        # Only where a host asks for it.
        BACKUP = "backup"

    class Held(models.TextChoices):
        """Why it did nothing, and asks first."""

        JUMP = "jump", _("De vorige keer is meer dan een maand geleden, of de klok van de server sprong vooruit.")
        SHARE = "share", _("In één keer zou meer dan een derde verdwijnen van wat er is.")

    name = models.CharField(primary_key=True, max_length=10, choices=Name.choices)
    done_on = models.DateField(null=True, blank=True)
    # The last day on which it held back, since it was done.
    held_on = models.DateField(null=True, blank=True)
    held = models.CharField(max_length=10, blank=True)
    # The last day on which administrators were mailed that it isn't done; empty once they were told that it is again.
    told_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Daily job {self.name}"


class Heartbeat(models.Model):
    """The worker's last sign of life, and what it saw of the machine's clock: a row for each
    (`services/heartbeat.py`)."""

    name = models.CharField(primary_key=True, max_length=10, default="worker")
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Heartbeat of the {self.name}"
