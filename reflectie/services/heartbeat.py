"""Whether the worker runs, and whether the daily work was done."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from reflectie.models import DailyJob, Heartbeat

from .clock import today

# Seconds between two signs of life; each is a write.
BEAT = 60
# Then it isn't only busy.
SILENT = timedelta(seconds=3 * BEAT)
# A night may be missed while the machine is being looked after.
LATE_DAYS = 2


def beat() -> None:
    """Note that the worker runs."""
    with transaction.atomic():
        Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})


def worker_is_silent() -> bool:
    """Whether the worker gave no sign of life for three minutes, or never: then no mail leaves, and nothing expires.
    A sign from the future, as a clock that was wrong leaves it, is none. One query."""
    now = timezone.now()
    return not Heartbeat.objects.filter(seen_at__range=(now - SILENT, now + SILENT)).exists()


def is_late(*names: DailyJob.Name) -> bool:
    """Whether one of these daily jobs was last done two days ago or more, or never. One query."""
    recent = DailyJob.objects.filter(name__in=names, done_on__gt=today() - timedelta(days=LATE_DAYS))
    return recent.count() < len(names)
