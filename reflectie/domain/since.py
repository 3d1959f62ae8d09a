"""What changed since the collaboration's earlier session, item by item, with n and spread on both sides.

What one person answered differently is not called change (domain page, "Above one team").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import ItemReport, Report


class Shift(StrEnum):
    """In which direction an item moved."""

    TOWARDS_HELPING = "towards-helping"
    TOWARDS_HINDERING = "towards-hindering"
    # More know what to say of it, or fewer.
    CLEARER = "clearer"
    LESS_CLEAR = "less-clear"
    SAME = "same"


class NotCompared(StrEnum):
    """Why two figures can't be set beside each other."""

    MODE = "another-mode"
    TOO_FEW = "too-few-to-compare"
    VERSION = "not-in-both-versions"


@dataclass(frozen=True, slots=True)
class ItemShift:
    """One item of the later session with the same item earlier (by key; None where that version hasn't got it)."""

    earlier: ItemReport | None
    now: ItemReport
    shift: Shift | NotCompared


@dataclass(frozen=True, slots=True)
class Since:
    """The earlier session's report, and each item beside it. `reason` says why nothing can be compared at all."""

    earlier: Report
    reason: NotCompared | None
    items: tuple[ItemShift, ...]


def compare(earlier: Report, now: Report) -> Since:
    """Set a session beside an earlier one of the same collaboration."""
    return Since(earlier, None, ())
