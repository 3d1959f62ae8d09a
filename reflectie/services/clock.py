"""What day and what time it is."""

from datetime import date, datetime

from django.utils import timezone


def today() -> date:
    """The day it is where the app's people are."""
    return timezone.localdate()


def now() -> datetime:
    """The moment it is, with its time zone."""
    return timezone.now()
