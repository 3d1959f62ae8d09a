"""What leaves as a file for other programmes."""

from .calendar import calendar_file

__all__ = ["calendar_file"]
