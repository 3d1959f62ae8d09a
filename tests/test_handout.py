"""What a comparison comes to on paper: what recurs, what moved, and how its sessions fall over tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from printed import CHECKLIST, COMPARISONS, compared, figures, newer

from reflectie.domain.comparison import MAX_COMPARED, Comparison, SessionFigures, Team, set_beside
from reflectie.domain.findings import Counts, Finding
from reflectie.domain.handout import MOST_BESIDE, build_handout
from reflectie.domain.report import ItemReport
from reflectie.domain.setup import Mode
from reflectie.domain.since import NotCompared, Shift
from reflectie.domain.totals import Totals, figure_of, people_of

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
    return build_handout(set_beside([CHECKLIST], sessions))


def recurring(handout, found: Finding) -> list[tuple[str, int, int, int, int]]:
    groups = [group.items for group in handout.recurring if group.finding is found]
    return [(one.row.item.key, one.sessions, one.of, one.teams, one.of_teams) for items in groups for one in items]


# --- what recurs


def test_what_comes_out_alike_in_two_sessions_recurs_and_what_did_once_does_not():
    handout = handout_of(
        answered(LINDE, 1, goal_shared=6, partners_needed=0, goal_perspective=6),
        answered(LINDE, 2, goal_shared=5, partners_needed=1),
        answered(BRUG, 3, goal_shared=0, partners_needed=0),
    )
    assert recurring(handout, Finding.OBSTACLE) == [("goal-shared", 2, 3, 1, 2)]
    assert recurring(handout, Finding.STRENGTH) == [("partners-needed", 3, 3, 2, 2)]


def test_what_recurs_most_stands_first_and_after_three_the_rest():
    keys = ("goal_shared", "partners_needed", "goal_perspective", "context_political")
    often = [answered(LINDE, n, **dict.fromkeys(keys[: n + 1], 6)) for n in range(1, 5)]
    [group] = [g for g in handout_of(*often).recurring if g.finding is Finding.OBSTACLE]
    assert [one.row.item.key for one in group.front] == ["goal-shared", "partners-needed", "goal-perspective"]
    assert [(one.row.item.key, one.sessions) for one in group.rest] == [("context-political", 2)]


def test_session_that_is_withheld_or_has_another_version_is_not_among_those_that_could():
    other = figures(3, LINDE, 6, checklist=newer())
    few = answered(LINDE, 4, people=2, goal_perspective=2)
    both = [answered(LINDE, n, goal_perspective=6) for n in (1, 2)]
    handout = build_handout(set_beside([CHECKLIST, newer()], [*both, other, few]))
    assert ("goal-perspective", 2, 2, 1, 1) in recurring(handout, Finding.OBSTACLE)


def test_nothing_recurs_in_one_session_nor_can_be_said_to():
    for sessions in ([answered(LINDE, 1, goal_shared=6)], [answered(LINDE, 1), answered(BRUG, 2, people=2)]):
        handout = handout_of(*sessions)
        assert (recurring(handout, Finding.OBSTACLE), handout.drifts, handout.may_recur) == ([], (), False)
    assert handout_of(answered(LINDE, 1), answered(BRUG, 2)).may_recur


# --- what moved


def test_collaboration_with_two_sessions_has_a_drift_and_one_with_one_has_none():
    handout = handout_of(
        answered(LINDE, 1, goal_shared=6), answered(LINDE, 2, goal_shared=0), answered(BRUG, 3, goal_shared=6)
    )
    [drift] = handout.drifts
    [moved] = drift.moved
    assert (drift.team, drift.reason, moved.shift) == (LINDE, None, Shift.TOWARDS_HELPING)
    assert [item.item.key for item in moved.items] == ["goal-shared"]


def test_drift_begins_with_the_first_session_that_the_last_can_be_compared_with():
    named = answered(LINDE, 1, Mode.NAMED, goal_shared=0)
    first, between, last = (answered(LINDE, n, goal_shared=6 - n) for n in (2, 3, 4))
    [drift] = handout_of(named, first, between, last).drifts
    assert (drift.earlier, drift.now) == (first, last)


@pytest.mark.parametrize(
    ("earlier", "reason"),
    [(answered(LINDE, 1, Mode.NAMED), NotCompared.MODE), (answered(LINDE, 1, people=2), NotCompared.TOO_FEW)],
)
def test_drift_without_anything_to_compare_says_why(earlier, reason):
    [drift] = handout_of(earlier, answered(LINDE, 2)).drifts
    assert (drift.reason, drift.items, drift.moved) == (reason, (), ())


# --- tables


def tables_of(comparison: Comparison) -> list[list[SessionFigures]]:
    return [list(sheet.sessions) for sheet in build_handout(comparison).sheets]


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
        ([8], [8]),
        ([9], [5, 4]),
        ([4, 4], [8]),
        ([1] * 9, [5, 4]),
        ([1] * 25, [7, 7, 7, 4]),
        ([6, 3, 5], [6, 8]),
        ([1] * 60, [8] * 7 + [4]),
    ],
)
def test_tables_are_as_few_and_as_equal_as_can_be(sizes, tables):
    assert sorted(map(len, tables_of(compared(sizes)))) == sorted(tables)


def test_each_table_has_every_item_with_the_cells_of_its_sessions():
    comparison = COMPARISONS["twenty-five"]
    for sheet in build_handout(comparison).sheets:
        rows = [row for _, rows in sheet.parts for row in rows]
        assert [row.item for row in rows] == [row.item for row in comparison.rows]
        assert all([cell.session for cell in row.cells] == list(sheet.sessions) for row in rows)


def test_three_sessions_stand_upright_and_four_on_their_side():
    assert [build_handout(compared([n])).is_upright for n in (1, 3, 4, 9)] == [True, True, False, False]
