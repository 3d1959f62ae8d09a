"""What a comparison comes to on paper: what recurs, what moved, and how its sessions fall over tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reflectie.domain.comparison.comparison import MAX_COMPARED, Comparison, SessionFigures, Team, build_comparison
from reflectie.domain.comparison.document import MOST_BESIDE, build_comparison_document
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.setup import Mode
from tests.helpers.printed import CHECKLIST, COMPARISONS, compared, figures

LINDE, BRUG, PLAN = Team("1", "Huis Linde"), Team("2", "De Brug"), Team("3", "Eén plan")


def answered(team: Team, number: int, mode: Mode = Mode.ANONYMOUS, people: int = 6, **hindering: int) -> SessionFigures:
    """A session in which so many call an item hindering (its key with underscores), the rest helping; all other items
    are left open."""
    counts = {key.replace("_", "-"): Counts(hindering=n, helping=people - n) for key, n in hindering.items()}
    totals = Totals(mode, people, counts)
    items = tuple(ItemReport(item, *figure_of(item, totals), notes=(), first=0) for item in CHECKLIST)
    made = figures(number, team, people, mode)
    return SessionFigures(made.key, team, made.day, mode, 1, people_of(totals), people, items)


def handout_of(*sessions: SessionFigures):
    return build_comparison_document(build_comparison([CHECKLIST], sessions))


# --- what recurs, and what became of it: the rules stand in beside.py and trends.py


def test_what_recurs_in_two_collaborations_stands_in_front_and_after_three_the_rest():
    keys = ("goal_shared", "partners_needed", "goal_perspective", "context_political")
    handout = handout_of(*(answered(team, n, **dict.fromkeys(keys, 6)) for n, team in enumerate((LINDE, BRUG, PLAN))))
    [group] = [group for group in handout.recurring if group.finding is Finding.OBSTACLE]
    assert [row.item.key for row in group.front] == ["goal-perspective", "goal-shared", "partners-needed"]
    assert [row.item.key for row in group.rest] == ["context-political"]


def test_one_collaboration_has_nothing_beside_it_and_is_told_what_became_of_its_items():
    first, last = answered(LINDE, 1, goal_shared=6), answered(LINDE, 2, goal_shared=0)
    handout = handout_of(first, last)
    assert (handout.beside, handout.recurring) == (None, ())
    assert (handout.only.overall.earlier, handout.only.overall.now) == (first, last)
    assert [history.team for history in handout.histories] == [LINDE]


def test_several_collaborations_stand_beside_each_other_with_the_history_of_those_that_have_one():
    handout = handout_of(answered(LINDE, 1), answered(LINDE, 2), answered(BRUG, 3))
    assert [session.team for session in handout.beside.sessions] == [BRUG, LINDE]
    assert ([history.team for history in handout.histories], handout.only) == ([LINDE], None)


def test_nothing_can_be_said_of_one_session_nor_of_what_is_withheld():
    for sessions in (
        [answered(LINDE, 1)],
        [answered(LINDE, 1, people=2), answered(LINDE, 2)],
        [answered(LINDE, 1), answered(BRUG, 2, people=2)],
    ):
        handout = handout_of(*sessions)
        assert (handout.beside, handout.recurring, handout.only) == (None, (), None)


@pytest.mark.parametrize(
    ("sizes", "in_full"), [([2], True), ([60], True), ([2, 2, 2], True), ([2] * 4, False), ([10, 11], False)]
)
def test_pictures_are_of_few_collaborations_with_few_sessions(sizes, in_full):
    assert build_comparison_document(compared(sizes)).in_full is in_full


# --- tables


def tables_of(comparison: Comparison) -> list[list[SessionFigures]]:
    return [list(sheet.sessions) for sheet in build_comparison_document(comparison).sheets]


# Histories of sixty sessions are made too: that takes as long as it takes.
@settings(deadline=None)
@given(st.lists(st.integers(1, 14), min_size=1, max_size=20).filter(lambda sizes: sum(sizes) <= MAX_COMPARED))
def test_every_session_stands_in_one_table_and_a_collaboration_in_one_where_it_fits(sizes):
    comparison = compared(sizes)
    tables = tables_of(comparison)
    assert [session for table in tables for session in table] == list(comparison.sessions)
    assert max(len(table) for table in tables) <= MOST_BESIDE
    for team, held in comparison.by_team:
        parts = [table for table in tables if team in {session.team for session in table}]
        assert len(parts) <= -(-len(held) // 4), "four and more of a collaboration in each table that has some"
        if len(held) <= 4:
            assert len(parts) == 1


@pytest.mark.parametrize(
    ("sizes", "tables"),
    [
        ([2], [2]),
        ([7], [7]),
        ([8], [4, 4]),
        ([4, 3], [7]),
        ([1] * 9, [5, 4]),
        ([1] * 25, [7, 7, 7, 4]),
        ([6, 3, 4], [6, 7]),
        ([1] * 60, [7] * 8 + [4]),
    ],
)
def test_tables_are_as_few_and_as_equal_as_can_be(sizes, tables):
    assert sorted(map(len, tables_of(compared(sizes)))) == sorted(tables)


def test_each_table_has_every_item_with_the_cells_of_its_sessions():
    comparison = COMPARISONS["twenty-five"]
    sheets = build_comparison_document(comparison).sheets
    assert len(sheets) > 1
    for sheet in sheets:
        rows = [row for _, rows in sheet.parts for row in rows]
        assert [row.item for row in rows] == [row.item for row in comparison.rows]
        assert all([cell.session for cell in row.cells] == list(sheet.sessions) for row in rows)


def test_three_sessions_stand_upright_and_four_on_their_side():
    assert [build_comparison_document(compared([n])).is_upright for n in (1, 3, 4, 9)] == [True, True, False, False]
