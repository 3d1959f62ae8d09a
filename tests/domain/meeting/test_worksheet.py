"""The worksheet "opnieuw opbouwen": every principle, with what the findings put under it."""

from datetime import date

import pytest

from reflectie.domain.meeting.worksheet import build_worksheet
from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from tests.helpers.factories import FROZEN, GUIDANCE

CHECKLIST = read_checklist(FROZEN, GUIDANCE)


def make(number: int = 3, mode: Mode = Mode.ANONYMOUS, **values: str) -> Report:
    """A report of people who all answered the same: helping, unless something else is given."""
    answers = {item.key: "helping" for item in CHECKLIST} | {key.replace("_", "-"): v for key, v in values.items()}
    setup = setup_of_session(mode, OPTIONAL, Grouping.NONE, ())
    return build_report(CHECKLIST, setup, [Sheet(dict(answers))] * number, date(2026, 11, 19))


def keys(items) -> list[str]:
    return [item.item.key for item in items]


def test_worksheet_has_the_ten_principles_each_with_its_question():
    sheets = build_worksheet(make())

    assert [(sheet.number, sheet.title) for sheet in sheets] == list(enumerate(GUIDANCE["principles"], start=1))
    assert [sheet.rebuilding.question for sheet in sheets] == [words["question"] for words in GUIDANCE["rebuilding"]]


def test_worksheet_puts_an_item_under_its_first_principle_and_refers_to_it_elsewhere():
    sheets = build_worksheet(make(goal_perspective="hindering", context_financial="dont-know"))

    assert [(s.number, keys(s.again)) for s in sheets if s.again] == [
        (1, ["goal-perspective"]),
        (8, ["context-financial"]),
    ]
    found = [(s.number, [(r.item.key, r.principle) for r in s.elsewhere]) for s in sheets if s.elsewhere]
    assert found == [
        (2, [("goal-perspective", 1)]),
        (5, [("partners-needed", 4)]),
        (6, [("partners-superfluous", 5)]),
        (9, [("form-intensity", 6)]),
        (10, [("context-financial", 8)]),
    ]


def test_worksheet_holds_every_finding_but_a_factor_that_is_not_at_play():
    mixed = {"goal_shared": "hindering", "partners_needed": "", "context_practical": "hindering"}
    sheets = build_worksheet(make(**mixed))

    assert [key for sheet in sheets for key in keys(sheet.again)] == [
        "goal-shared",
        "partners-needed",
        "context-practical",
    ]
    pairs = [item.key for item in CHECKLIST if item.helping]
    carried = [key for sheet in sheets for key in keys(sheet.carries)]
    assert sorted(carried) == sorted(key for key in pairs if key not in {"goal-shared", "partners-needed"})


def test_worksheet_asks_to_look_again_at_a_split_and_at_a_point_of_attention():
    setup = setup_of_session(Mode.NAMED, OPTIONAL, Grouping.NONE, ())
    sheets = [
        Sheet({"partners-stable": "hindering", "intensity-needed": "refer", "goal-shared": value})
        for value in ("hindering", "helping")
    ]
    found = build_worksheet(build_report(CHECKLIST, setup, sheets, date(2026, 11, 19)))

    again = {item.item.key: item.finding for sheet in found for item in sheet.again}
    assert (again["goal-shared"], again["partners-stable"]) == ("split", "attention")


@pytest.mark.parametrize("report", [make(2), make(0, Mode.NAMED)], ids=["too few", "nobody"])
def test_worksheet_without_results_has_its_questions_alone(report):
    sheets = build_worksheet(report)

    assert [(sheet.again, sheet.carries, sheet.elsewhere) for sheet in sheets] == [((), (), ())] * 10
    assert len({sheet.rebuilding.question for sheet in sheets}) == 10
