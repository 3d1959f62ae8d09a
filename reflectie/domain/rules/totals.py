"""What the answers of one session add up to: one place, for its report and for every comparison it stands in.

A report counts sheets as long as they can change, and reads what they added up to once they can't; a comparison reads
the same. All of it comes through here, so that no figure can be shown in one and withheld in the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reflectie.domain.questionnaire.checklist import Checklist, Item
from reflectie.domain.questionnaire.intensity import Intensity
from reflectie.domain.setup import Mode

from .findings import Counts, Finding, finding
from .suppression import Reason, Shown, Withheld, enough


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of one session before any rule was applied: they never leave this floor as they are.

    `counted` is how many responses have an answer to the checklist, `counts` how those answered each item by its key
    (one that is absent was left open by all), `only_refers` whether all who said what is needed, said that partners
    only refer (`say_only_refer`).
    """

    mode: Mode
    counted: int
    counts: Mapping[str, Counts] = field(default_factory=dict)
    only_refers: bool = False

    @property
    def are_withheld(self) -> bool:
        """Whether an anonymous round has too few for any result (concepts.md, "Anonymous is anonymous")."""
        return self.mode is Mode.ANONYMOUS and not enough(self.counted)


def say_only_refer(mode: Mode, needed: Mapping[str, int]) -> bool:
    """Whether all who said what is needed, said that partners only refer; False where too few said so to tell.
    `needed` has how many of all responses called which intensity needed."""
    may_tell = mode is not Mode.ANONYMOUS or enough(sum(needed.values()))
    return may_tell and {name for name, number in needed.items() if number} == {Intensity.REFER}


def people_of(totals: Totals) -> int | Withheld:
    """How many responses count, or that they are too few."""
    return Withheld(Reason.TOO_FEW) if totals.are_withheld else totals.counted


def figure_of(item: Item, totals: Totals) -> tuple[Shown, Finding | None]:
    """How an item was answered and what that adds up to; both withheld where too few answered at all.

    `partners-stable` hindering while only doorverwijzen is needed is a point of attention, no obstacle (concepts.md,
    "From answers to findings").
    """
    if totals.are_withheld:
        return Withheld(Reason.TOO_FEW), None
    counts = totals.counts.get(item.key) or Counts(open=totals.counted)
    found = finding(item.kind, counts)
    if item.key == "partners-stable" and found is Finding.OBSTACLE and totals.only_refers:
        found = Finding.ATTENTION
    return counts, found


def figures_of(checklist: Checklist, totals: Totals) -> Mapping[str, tuple[Shown, Finding | None]]:
    """The figure of every item, by its key."""
    return {item.key: figure_of(item, totals) for item in checklist}
