"""What changed since the collaboration's earlier session, item by item, with n and spread on both sides.

What one person answered differently is not called change (concepts.md, "Above one team"). That is why counts are
compared, and not findings: one of three people turns two thirds into one third, and an obstacle into a split.

Of two anonymous rounds nothing is shown here that their own reports don't show to the same people: the totals of every
item, which participants read beforehand, and no names, notes or groups. Groups are not set beside each other: what
closing blanked in one round could be worked out from the other. Safe enough, not more than that: where one person came
or went between two rounds and nobody else thought otherwise, the difference of two totals is that person's answer. No
rule about two reports prevents it, as each is in people's hands; `docs/privacy/limits.md` has it.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from reflectie.domain.questionnaire.checklist import Item
from reflectie.domain.rules.findings import STRENGTH_FROM, Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Mode

from .items import ItemReport

# One person never makes a change; two who answer otherwise are no accident of one day.
FEWEST_MOVED = 2
# Nor do two among sixty. A fifth is what the findings themselves put up with: so many may see a strength otherwise.
SHARE_MOVED = 1 - STRENGTH_FROM
# Of each direction so many stand in front, the largest first; the rest is folded. A stuck team reads it in a minute.
IN_FRONT = 3


class Shift(StrEnum):
    """In which direction an item moved."""

    TOWARDS_HELPING = "towards-helping"
    TOWARDS_HINDERING = "towards-hindering"
    # More know what to say of it, or fewer.
    CLEARER = "clearer"
    LESS_CLEAR = "less-clear"
    SAME = "same"
    # One sheet then and one now, with another answer. No change: that asks for more than one answer on either side.
    OTHER_ANSWER = "other-answer"


class NotCompared(StrEnum):
    """Why two figures can't be set beside each other."""

    MODE = "another-mode"
    TOO_FEW = "too-few-to-compare"
    VERSION = "not-in-both-versions"


# What a team wants to see first: what it gained, what it lost, what became clear.
MOVED = (Shift.TOWARDS_HELPING, Shift.TOWARDS_HINDERING, Shift.CLEARER, Shift.LESS_CLEAR, Shift.OTHER_ANSWER)


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item then and now, by key; None on the side where that version of the checklist hasn't got it."""

    item: Item
    earlier: ItemReport | None
    now: ItemReport | None
    shift: Shift | NotCompared
    # How far it moved: the difference between the two shares, 0 to 1.
    size: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The items that moved in one direction, the furthest first."""

    shift: Shift
    items: tuple[ItemChange, ...]

    @property
    def front(self) -> tuple[ItemChange, ...]:
        return self.items[:IN_FRONT]

    @property
    def rest(self) -> tuple[ItemChange, ...]:
        return self.items[IN_FRONT:]


class Figures(Protocol):
    """What of a session is set beside another: a report has it, and so has a session in a comparison."""

    @property
    def mode(self) -> Mode: ...

    @property
    def counted(self) -> int | Withheld: ...

    @property
    def items(self) -> tuple[ItemReport, ...]: ...


def compare_items(earlier: Figures, now: Figures) -> tuple[NotCompared | None, tuple[ItemChange, ...]]:
    """Set a session's items beside those of an earlier one: why that can't be done at all, or how each item moved.

    People answer differently by name, anonymously and together, so that another way of filling in is never compared.
    Nor is a report that is withheld, or a round with so few that no change could be told from one person's answer. Of
    one sheet for a whole team (or one person) another answer is worth showing, as just that: OTHER_ANSWER.
    """
    if reason := why_not_compared(earlier, now):
        return reason, ()
    then = {item.item.key: item for item in earlier.items}
    keys = {item.item.key for item in now.items}
    items = [_shift(then.get(item.item.key), item, is_round=now.mode.is_round) for item in now.items]
    gone = [
        ItemChange(item.item, item, None, NotCompared.VERSION) for item in earlier.items if item.item.key not in keys
    ]
    return None, (*items, *gone)


def why_not_compared(earlier: Figures, now: Figures) -> NotCompared | None:
    """Why two sessions can't be set beside each other at all; None where they can."""
    if earlier.mode is not now.mode:
        return NotCompared.MODE
    fewest = FEWEST_MOVED if now.mode.is_round else 1
    numbers = (earlier.counted, now.counted)
    return None if all(isinstance(n, int) and n >= fewest for n in numbers) else NotCompared.TOO_FEW


def _shift(earlier: ItemReport | None, now: ItemReport, *, is_round: bool) -> ItemChange:
    if earlier is None:
        return ItemChange(now.item, None, now, NotCompared.VERSION)
    if not (isinstance(earlier.counts, Counts) and isinstance(now.counts, Counts)):
        return ItemChange(now.item, earlier, now, NotCompared.TOO_FEW)
    if not is_round:
        other = Shift.SAME if earlier.counts == now.counts else Shift.OTHER_ANSWER
        return ItemChange(now.item, earlier, now, other)
    blind = (earlier.finding is Finding.UNKNOWN, now.finding is Finding.UNKNOWN)
    return ItemChange(now.item, earlier, now, *shift_between(earlier.counts, now.counts, blind))


def shift_between(earlier: Counts, now: Counts, blind: tuple[bool, bool]) -> tuple[Shift | NotCompared, Fraction]:
    """How one item of a round moved, and how far. `blind` says whether it was a blind spot then, and is one now. Each
    side has one counted answer sheet at least.

    Where it was or is, what counts first is whether more know: the few who did choose say little about the whole. Then
    the share hindering among those who chose. Fewer than two who chose on a side are too few to tell change from one
    person's answer, unless it is a blind spot on both: then it is still one.
    """
    if any(blind):
        knowing = _moved((earlier.unsure, earlier.counted), (now.unsure, now.counted))
        if knowing:
            return (Shift.CLEARER if knowing < 0 else Shift.LESS_CLEAR), abs(knowing)
    if min(earlier.chose, now.chose) < FEWEST_MOVED:
        return (Shift.SAME if all(blind) else NotCompared.TOO_FEW), Fraction(0)
    hindering = _moved((earlier.hindering, earlier.chose), (now.hindering, now.chose))
    if not hindering:
        return Shift.SAME, hindering
    return (Shift.TOWARDS_HELPING if hindering < 0 else Shift.TOWARDS_HINDERING), abs(hindering)


def _moved(earlier: tuple[int, int], now: tuple[int, int]) -> Fraction:
    """How far a share (so many, of so many) moved; 0 when that is less than two people of the smaller side, or than
    the share that is worth calling change."""
    by = Fraction(*now) - Fraction(*earlier)
    fewest = min(earlier[1], now[1])
    return by if abs(by) * fewest >= FEWEST_MOVED and abs(by) >= SHARE_MOVED else Fraction(0)
