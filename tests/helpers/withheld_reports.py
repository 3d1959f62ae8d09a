"""Pairs of rounds that their reports must not tell apart, for tests."""

from collections.abc import Mapping
from datetime import date

import pytest

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About, Report
from reflectie.domain.rules.suppression import Withheld, groups_to_suppress
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from tests.helpers.possible_worlds import NONE, World, worlds

DAY = date(2026, 11, 20)


# Answered alike by each person; between them, what patterns look at.
VARIED = ("goal-shared", "form-intensity", "coordination-equality", "context-financial")


VALUES = ("hindering", "helping", "dont-know", "")


# Two groups that are shown, and two that aren't, with whom one objector in group or remainder may be.
SIZES = {"a": 4, "b": 4, "c": 2, "d": 2}


TOTAL = (1, 11, 0, 0)


def report_of(checklist: Checklist, sizes: Mapping[str, int], world: World, *, turned: bool = False) -> Report:
    """The report of a round in which the groups answered so; `turned` has its rows the other way round."""
    named = {name: size for name, size in sizes.items() if name and size}
    blanked = groups_to_suppress(named, sizes.get(NONE, 0))
    sheets = []
    for name, spread in world.items():
        group = {"organisation": name} if name and name not in blanked else {}
        for value, number in zip(VALUES, spread, strict=True):
            answers = dict.fromkeys(VARIED, value) if value else {}
            sheets += [Sheet({"partners-needed": "helping", **answers, **group})] * number
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, tuple(named))
    about = About(collaboration="Samen", blanked=bool(blanked))
    return build_report(checklist, setup, sheets[::-1] if turned else sheets, DAY, about=about)


@pytest.fixture
def withheld(checklist) -> list[World]:
    """Two rounds with the same totals, of which the groups are withheld: the objector is in another."""
    one = World(a=(1, 3, 0, 0), **{name: (0, SIZES[name], 0, 0) for name in "bcd"})
    found = [
        world
        for world in worlds(SIZES, TOTAL)
        if all(isinstance(view.counts, Withheld) for view in item(report_of(checklist, SIZES, world)).groups)
    ]
    assert one in found
    other = next(world for world in found if world["a"] != one["a"])
    return [one, other]


def item(report: Report, key: str = "goal-shared"):
    return next(found for found in report.items if found.item.key == key)
