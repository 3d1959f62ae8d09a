"""What leaves as a file for other programmes: made of the same objects as the screen, so that what is withheld there
has no number here either."""

from enum import StrEnum

from reflectie.domain.comparison.comparison import Comparison
from reflectie.domain.report.report import Report

from .answer_workbook import answers_file
from .archive import everything_file
from .as_csv import csv_file
from .as_json import comparison_json, session_json
from .calendar import calendar_file, participant_calendar_file
from .tables import comparison_tables, session_tables
from .xlsx import comparison_xlsx, session_xlsx

__all__ = [
    "CONTENT_TYPES",
    "Format",
    "answers_file",
    "calendar_file",
    "comparison_file",
    "everything_file",
    "participant_calendar_file",
    "session_file",
]


class Format(StrEnum):
    """What a session and a comparison can be taken along as, besides PDF."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
}


def session_file(report: Report, wanted: Format) -> bytes:
    """A session's report in this format. The same report gives the same bytes."""
    match wanted:
        case Format.XLSX:
            return session_xlsx(report)
        case Format.CSV:
            return csv_file(session_tables(report))
        case Format.JSON:
            return session_json(report)


def comparison_file(comparison: Comparison, wanted: Format) -> bytes:
    """A comparison in this format. The same comparison gives the same bytes."""
    match wanted:
        case Format.XLSX:
            return comparison_xlsx(comparison)
        case Format.CSV:
            return csv_file(comparison_tables(comparison))
        case Format.JSON:
            return comparison_json(comparison)
