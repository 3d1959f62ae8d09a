"""How an item then and now is shown."""

from dataclasses import dataclass

from django.utils.functional import Promise

from reflectie.domain.report.changes import ItemChange
from reflectie.domain.report.items import ItemReport

from .report import spread_parts


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """One answer to an item, and how many gave it on either side."""

    value: str
    sign: str
    words: str | Promise
    then: int
    now: int


def then_and_now(shift: ItemChange) -> list[ThenAndNow]:
    """The answers to an item in the order of its bars. No names: those stand in each session's own report."""
    sides = [spread_parts(side) if isinstance(side, ItemReport) else [] for side in (shift.earlier, shift.now)]
    then, now = ({part.value: part for part in parts} for parts in sides)
    parts = {**then, **now}
    return [
        ThenAndNow(
            value,
            parts[value].sign,
            parts[value].words,
            then[value].number if value in then else 0,
            now[value].number if value in now else 0,
        )
        for value in ("hindering", "disagree", "dont-know", "open", "helping")
        if value in parts
    ]
