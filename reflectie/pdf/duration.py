"""Whether a PDF takes so long that whoever asks should know it beforehand, by what it is made of."""

from reflectie.domain.comparison.comparison import Comparison
from reflectie.domain.report.report import Report

# Seconds of a processor that nobody else uses (docs/decisions/0010-pdfs.md).
LONG = 1.0
ONE_SHEET, ROUND, EACH_SIGN = 0.3, 0.9, 8e-6
COMPARISON, EACH_SESSION = 0.75, 0.04


def report_takes_long(report: Report) -> bool:
    """Of the whole report: texts of people take the most. Somebody may have had it made before, and then it takes no
    time; a page that asked for that would differ from hour to hour under one key."""
    texts = [note.text for _, note in report.notes] + [sentence.text for sentence in report.goal_sentences]
    seconds = (ROUND if report.mode.is_round else ONE_SHEET) + EACH_SIGN * sum(map(len, texts))
    return seconds > LONG and not report.is_withheld


def comparison_takes_long(comparison: Comparison) -> bool:
    return COMPARISON + EACH_SESSION * len(comparison.sessions) > LONG
