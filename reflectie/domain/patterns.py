"""Patterns across items (domain page, "From answers to findings"): each a rule here, and in the guidance its wording as
a question, how we looked, and the source it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import ItemReport, Report


class PatternKey(StrEnum):
    """In the order in which they are shown: first what most changes how the rest is read."""

    AROUND_US = "around-us"
    WITHIN_US = "within-us"
    DOMINATION = "domination"
    OPPOSITE_GROUPS = "opposite-groups"
    GOAL_MEANINGS = "goal-meanings"
    FORM_CONTRADICTS = "form-contradicts"
    TOO_LIGHT = "too-light"
    TOO_HEAVY = "too-heavy"
    BLIND_DIMENSION = "blind-dimension"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that shows, with the items it was seen in and, where there are such, the names it is about: groups or a
    dimension's key."""

    key: PatternKey
    items: tuple[ItemReport, ...]
    names: tuple[str, ...] = ()


def find_patterns(report: Report) -> tuple[Pattern, ...]:
    """The patterns that show in a report, in the order of PatternKey. Only from figures that the report shows: what is
    withheld gives no pattern away."""
    return ()
