"""What a team said in its talk, in words: for the page, the sheet of paper and the files."""

from collections.abc import Iterator

from django.utils.translation import gettext

from reflectie.domain.report.report import Report

from .layout import first_of, last_of

# Lines under the title that fit on the sheet in its usual letter, and how many of the widest signs go in one: of the
# page, and of the first and second column of what was agreed.
SHEET_LINES = 28
LINE, CELL, NARROW_CELL = 36, 22, 10


def said_title(report: Report) -> str:
    """What the page and the sheet are called: "today" as long as the talk goes on."""
    if report.conclusion:
        return gettext("Wat jullie in het gesprek zeiden")
    return gettext("Wat jullie vandaag zeiden")


def fills_said(report: Report) -> bool:
    """Whether the sheet needs a smaller letter to stay one, told from how many lines stand on it."""
    return sum(_lines_on_sheet(report)) > SHEET_LINES


def _lines_on_sheet(report: Report) -> Iterator[int]:
    """How many lines each part takes in the usual letter, its heading included; of the widest signs."""
    if report.conclusion:
        yield 3 + _lines(report.conclusion.reason, LINE)
    if agreed := first_of(report.standing_agreements, "said agreements"):
        yield 2 + sum(
            max(_lines(made.what, CELL) + bool(made.trigger), _lines(made.who, NARROW_CELL)) for made in agreed
        )
    if report.polls:
        yield 1 + 2 * len(last_of(report.polls, "said polls"))
    if made_of := first_of(report.talked_about, "said outcomes"):
        outcomes = [item.outcome for item in made_of if item.outcome]
        yield 2 + sum(max(2, 1 + _lines(made.reason, LINE) + _lines(made.minority, LINE)) for made in outcomes)
    if report.parked:
        yield 1 + len(first_of(report.parked, "said parked"))
    if report.not_reached:
        yield 3


def _lines(text: str, signs: int) -> int:
    """Lines of a text that is cut off after two."""
    return min(-(-len(text) // signs), 2)
