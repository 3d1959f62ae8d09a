"""What day it is."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """The day it is where the app's people are."""
    return timezone.localdate()
