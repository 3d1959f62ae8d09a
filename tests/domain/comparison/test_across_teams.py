"""Several collaborations beside each other, without a database: what recurs, who solved it, and what is never said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from reflectie.domain.comparison.across_teams import AcrossTeams, compare_teams
from reflectie.domain.comparison.comparison import SessionFigures, Team, build_comparison
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.agreements import Agreement, State
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.setup import Mode

GOAL, TIME, NEEDED = "goal-shared", "context-practical", "partners-needed"
HINDERED, HELPED, DIVIDED = Counts(hindering=5), Counts(helping=5), Counts(hindering=3, helping=2)
THEN, NOW = date(2025, 3, 1), date(2026, 3, 1)


@pytest.fixture
def held(checklist: Checklist):
    """Makes a session of a collaboration, with these counts; everything else was left open."""

    def make(
        name: str,
        day: date = NOW,
        counts: Mapping[str, Counts] | None = None,
        *,
        mode: Mode = Mode.ANONYMOUS,
        counted: int = 5,
        agreements: tuple[Agreement, ...] = (),
    ) -> SessionFigures:
        totals = Totals(mode, counted, counts or {})
        items = tuple(ItemReport(item, *figure_of(item, totals), notes=(), first=0) for item in checklist)
        return SessionFigures(
            key=f"{name} {day} {mode}",
            team=Team(name, name),
            day=day,
            mode=mode,
            version=checklist.version,
            counted=people_of(totals),
            expected=None,
            items=items,
            agreements=agreements,
        )

    return make


@pytest.fixture
def beside(checklist: Checklist):
    def make(*sessions: SessionFigures) -> AcrossTeams:
        return compare_teams(build_comparison([checklist], sessions))

    return make


def names(seen) -> list[str]:
    return [one.session.team.name for one in seen]


def on(found: AcrossTeams, key: str):
    [row] = [row for row in found.items if row.item.key == key]
    return row


def test_obstacle_recurs_from_two_collaborations_on_and_those_of_most_come_first(held, beside):
    found = beside(
        held("Noord", counts={GOAL: HINDERED, TIME: HINDERED}),
        held("Linde", counts={GOAL: HINDERED, TIME: HINDERED, NEEDED: HINDERED}),
        held("Brug", counts={TIME: HINDERED, GOAL: HELPED, NEEDED: DIVIDED}),
    )
    assert [(row.item.key, names(row.obstacles), len(row.seen)) for row in found.obstacles] == [
        (TIME, ["Brug", "Linde", "Noord"], 3),
        (GOAL, ["Linde", "Noord"], 3),
    ]
    assert names(on(found, GOAL).fine) == ["Brug"]
    assert [row.item.key for row in found.elsewhere] == []


def test_equally_many_stand_in_the_order_of_the_checklist(held, beside):
    counts = {TIME: HINDERED, NEEDED: HINDERED, GOAL: HINDERED}
    found = beside(held("Noord", counts=counts), held("Linde", counts=counts))
    assert [row.item.key for row in found.obstacles] == [GOAL, NEEDED, TIME]


def test_obstacle_of_one_is_worth_telling_where_another_knows_it_otherwise(held, beside):
    found = beside(
        held("Noord", counts={GOAL: HINDERED, TIME: HINDERED, NEEDED: HINDERED}),
        held("Linde", counts={GOAL: HELPED, TIME: HELPED, NEEDED: DIVIDED}),
    )
    assert found.obstacles == ()
    assert [(row.item.key, names(row.fine)) for row in found.elsewhere] == [(GOAL, ["Linde"]), (TIME, ["Linde"])]
    assert on(found, TIME).fine[0].report.finding is Finding.CLEAR


def test_strengths_splits_and_blind_spots_recur_too(held, beside):
    counts = {GOAL: HELPED, NEEDED: DIVIDED, TIME: HELPED}
    found = beside(held("Noord", counts=counts), held("Linde", counts=counts))
    assert [row.item.key for row in found.recurring(Finding.STRENGTH)] == [GOAL]
    assert [row.item.key for row in found.recurring(Finding.SPLIT)] == [NEEDED]
    assert len(found.recurring(Finding.UNKNOWN)) == 12


def test_latest_session_of_each_speaks(held, beside):
    found = beside(
        held("Linde", THEN, {GOAL: HINDERED}), held("Linde", NOW, {GOAL: HELPED}), held("Noord", THEN, {GOAL: HINDERED})
    )
    assert [(session.team.name, session.day) for session in found.sessions] == [("Linde", NOW), ("Noord", THEN)]
    assert names(on(found, GOAL).obstacles) == ["Noord"]


def test_what_was_an_obstacle_and_moved_was_solved_with_what_was_agreed_then(held, beside):
    agreed = (
        Agreement("1", "We schrijven het doel op.", item=GOAL, state=State.DONE),
        Agreement("2", "We bellen.", item=GOAL, state=State.DROPPED, reason="Geen tijd."),
        Agreement("3", "We zoeken een huisarts.", item=NEEDED),
    )
    found = beside(
        held("Linde", THEN, {GOAL: HINDERED}, agreements=agreed),
        held("Linde", NOW, {GOAL: HELPED}),
        held("Noord", counts={GOAL: HINDERED}),
        held("Brug", counts={GOAL: HELPED}),
    )
    [solved] = on(found, GOAL).solved
    assert (solved.session.team.name, solved.earlier.session.day) == ("Linde", THEN)
    assert [agreement.key for agreement in solved.earlier.agreed] == ["1"]
    assert names(on(found, GOAL).fine) == ["Brug"]


@pytest.mark.parametrize(
    ("then", "now", "mode"),
    [
        # One of three people turns an obstacle into a strength of those who chose, with the others not knowing.
        ((3, {GOAL: Counts(hindering=2, helping=1)}), (3, {GOAL: Counts(hindering=1, helping=2)}), Mode.ANONYMOUS),
        ((1, {GOAL: Counts(hindering=1)}), (1, {GOAL: Counts(helping=1)}), Mode.TOGETHER),
        ((1, {GOAL: Counts(hindering=1)}), (1, {GOAL: Counts(helping=1)}), Mode.NAMED),
        ((5, {GOAL: DIVIDED}), (5, {GOAL: HELPED}), Mode.ANONYMOUS),
    ],
    ids=["one-of-three", "together", "one-by-name", "no-obstacle-then"],
)
def test_other_answer_of_one_is_never_called_solved(held, beside, then, now, mode):
    found = beside(
        held("Linde", THEN, then[1], mode=mode, counted=then[0]),
        held("Linde", NOW, now[1], mode=mode, counted=now[0]),
        held("Noord", counts={GOAL: HINDERED}),
    )
    assert on(found, GOAL).solved == ()


def test_another_way_of_filling_in_is_never_called_solved(held, beside):
    found = beside(
        held("Linde", THEN, {GOAL: HINDERED}, mode=Mode.NAMED),
        held("Linde", NOW, {GOAL: HELPED}),
        held("Noord", counts={GOAL: HINDERED}),
    )
    assert (on(found, GOAL).solved, names(on(found, GOAL).fine)) == ((), ["Linde"])


def test_session_without_figures_is_named_and_an_earlier_one_speaks(held, beside):
    found = beside(
        held("Linde", THEN, {GOAL: HINDERED}),
        held("Linde", NOW, counted=2),
        held("Brug", NOW, counted=1),
        held("Brug", THEN, counted=0),
        held("Noord", THEN, counted=2),
        held("Noord", NOW, {GOAL: HINDERED}),
    )
    assert [(session.team.name, session.day) for session in found.sessions] == [("Linde", THEN), ("Noord", NOW)]
    assert [(session.team.name, session.day) for session in found.without] == [
        ("Brug", THEN),
        ("Brug", NOW),
        ("Linde", NOW),
    ]
    assert [session.counted for session in found.without] == [Withheld(Reason.TOO_FEW)] * 3
    assert found.is_enough


def test_round_by_name_that_nobody_answered_has_no_figures_either(held, beside):
    found = beside(held("Linde", mode=Mode.NAMED, counted=0), held("Noord", counts={GOAL: HINDERED}))
    assert (names(found.items[0].seen), found.is_enough) == (["Noord"], False)


def test_item_that_a_version_has_not_got_is_missing_with_its_session(held, beside):
    linde = held("Linde", counts={GOAL: HINDERED})
    older = replace(linde, version=0, items=tuple(item for item in linde.items if item.item.key != TIME))
    found = beside(older, held("Noord", counts={GOAL: HINDERED, TIME: HINDERED}))
    assert (on(found, TIME).missing, names(on(found, TIME).seen)) == ((older,), ["Noord"])
    assert (on(found, GOAL).missing, len(on(found, GOAL).seen), found.other_versions) == ((), 2, True)


def test_one_collaboration_is_not_enough(held, beside):
    found = beside(held("Linde", THEN, {GOAL: HINDERED}), held("Linde", NOW, {GOAL: HINDERED}))
    assert (found.is_enough, found.obstacles) == (False, ())
