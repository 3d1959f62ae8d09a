"""The worksheet "opnieuw opbouwen", for a team that chooses to redraw: the ten principles, with what the findings ask
to look at again and what already carries (concepts.md, "From findings to advice")."""

from dataclasses import dataclass

from reflectie.domain.questionnaire.checklist import Item, Rebuilding
from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Finding

# What asks for another look when a collaboration is built up again. A factor that isn't at play asks nothing.
AGAIN = {Finding.OBSTACLE, Finding.SPLIT, Finding.UNKNOWN, Finding.ATTENTION}


@dataclass(frozen=True, slots=True)
class Reference:
    """An item that stands in full under an earlier principle."""

    item: Item
    principle: int


@dataclass(frozen=True, slots=True)
class PrincipleSheet:
    """One of the ten principles (`number` from 1): its question, what to look at again, what already carries, and what
    stands elsewhere."""

    number: int
    title: str
    rebuilding: Rebuilding
    again: tuple[ItemReport, ...]
    carries: tuple[ItemReport, ...]
    elsewhere: tuple[Reference, ...]


def build_worksheet(report: Report) -> tuple[PrincipleSheet, ...]:
    """A sheet for each principle, in their order. Every item that says something stands in full under the earliest of
    its principles and is referred to under the others. Without results the sheets have their questions alone."""
    known = [] if report.is_withheld or not report.counted else list(report.items)
    again = [item for item in known if item.finding in AGAIN]
    carries = [item for item in known if item.finding is Finding.STRENGTH]
    return tuple(
        PrincipleSheet(
            number,
            title,
            rebuilding,
            tuple(item for item in again if min(item.item.principles) == number),
            tuple(item for item in carries if min(item.item.principles) == number),
            tuple(
                Reference(item.item, min(item.item.principles))
                for item in (*again, *carries)
                if number in item.item.principles and min(item.item.principles) != number
            ),
        )
        for number, (title, rebuilding) in enumerate(
            zip(report.checklist.principles, report.checklist.rebuilding, strict=True), start=1
        )
    )
