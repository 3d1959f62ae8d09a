"""Sessions beside each other, as the database adds them up: the same figures as in each session's own report."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.comparison.comparison import Order
from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.figures import add_up
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.setup import Grouping, Mode, setup_of_session
from reflectie.models import Collaboration, Membership, Role, SessionTotals
from reflectie.services.comparison import comparisons
from reflectie.services.report.reports import load_report
from reflectie.web.permissions import compared_or_404, readable_sessions
from tests.helpers.compared import opened, team
from tests.helpers.factories import make_account

VALUES = ["hindering", "helping", "dont-know", ""]
KEYS = ["goal-shared", "partners-stable", "context-practical"]
sheets_of_a_round = st.lists(
    st.fixed_dictionaries(
        {key: st.sampled_from(VALUES) for key in KEYS}
        | {"intensity-needed": st.sampled_from(["", "refer", "inform", "act"])}
    ),
    max_size=7,
)


@given(sheets_of_a_round, st.sampled_from(list(Mode)))
def test_totals_give_the_figures_of_the_report(checklist: Checklist, sheets, mode):
    filled = [Sheet({name: value for name, value in sheet.items() if value}) for sheet in sheets]
    setup = setup_of_session(mode, ("intensity",), Grouping.NONE, ())
    totals = add_up(checklist, setup, filled).totals
    report = build_report(checklist, setup, filled, date(2026, 11, 1))
    assert people_of(totals) == report.counted
    assert [figure_of(item, totals) for item in checklist] == [(item.counts, item.finding) for item in report.items]


def answers(hindering: int, helping: int, key: str = "goal-shared"):
    return [{key: "hindering"}] * hindering + [{key: "helping"}] * helping


@pytest.mark.django_db
def test_comparison_has_what_each_report_has(fien):
    linde = team(fien, "Huis Linde")
    refer = [{"partners-stable": "hindering", "intensity-needed": "refer", "goal-shared": "helping"}] * 3
    sessions = [
        opened(linde, answers(4, 1), date(2025, 3, 1)),
        opened(linde, [*refer, {"goal-sentence": "Niemand valt erdoor."}, {"context-practical": "dont-know"}]),
        opened(linde, answers(1, 1), date(2025, 9, 1)),
        opened(linde, [{"goal-shared": "hindering", "participant": "An"}], date(2024, 3, 1), Mode.NAMED),
    ]
    found = comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))
    reports = {str(session.pk): load_report(session) for session in sessions}
    assert {s.key: s.counted for s in found.sessions} == {key: report.counted for key, report in reports.items()}
    assert {s.key: [(i.item.key, i.counts, i.finding) for i in s.items] for s in found.sessions} == {
        key: [(i.item.key, i.counts, i.finding) for i in report.items] for key, report in reports.items()
    }
    by_day = {s.day.year: s for s in found.sessions if s.mode is Mode.ANONYMOUS}
    assert by_day[2026].item("partners-stable").finding is Finding.ATTENTION
    assert [s.counted for s in found.sessions] == [1, 5, Withheld(Reason.TOO_FEW), 4]


@pytest.mark.django_db
@pytest.mark.parametrize("many", [2, 60])
@pytest.mark.parametrize(
    ("is_written", "queries"),
    # The sessions, what their answers add up to, agreements; unwritten: who counts, their answers, what is needed.
    [(True, 3), (False, 6)],
)
def test_comparison_takes_as_many_queries_at_many_sessions(fien, many, is_written, queries, django_assert_num_queries):
    collaboration = team(fien, "Huis Linde")
    for number in range(many):
        opened(collaboration, answers(2, 1), date(2020 + number % 6, 1, 1 + number % 20))
    if not is_written:
        SessionTotals.objects.all().delete()
    comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))
    with django_assert_num_queries(queries):
        comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))


@pytest.mark.django_db
def test_sessions_compare_the_same_before_what_they_add_up_to_is_written(fien):
    linde = team(fien, "Huis Linde")
    refer = [{"partners-stable": "hindering", "intensity-needed": "refer", "goal-shared": "helping"}] * 3
    opened(linde, answers(4, 1), date(2025, 3, 1))
    opened(linde, [*refer, {"context-practical": "dont-know"}, {}], date(2025, 6, 1))
    opened(linde, answers(1, 1), date(2025, 9, 1))
    opened(linde, [{"goal-shared": "hindering", "participant": "An"}], date(2024, 3, 1), Mode.NAMED)
    sessions = list(comparisons.comparable_sessions(fien.pk))
    written = [comparisons.load_counted(sessions), comparisons.load_comparison(sessions)]
    SessionTotals.objects.filter(session__in=sessions[1:3]).delete()
    assert [comparisons.load_counted(sessions), comparisons.load_comparison(sessions)] == written
    SessionTotals.objects.all().delete()
    assert [comparisons.load_counted(sessions), comparisons.load_comparison(sessions)] == written


@pytest.mark.django_db
def test_session_that_is_open_or_of_others_is_not_there_to_choose(fien):
    linde, elsewhere = team(fien, "Huis Linde"), team(make_account("omar@example.org"), "Elders")
    mine = opened(linde, answers(2, 1))
    opened(elsewhere, answers(2, 1))
    assert list(comparisons.comparable_sessions(fien.pk)) == [mine]
    Membership.objects.create(collaboration=elsewhere, user=fien, role=Role.COORDINATOR)
    assert [s.collaboration.name for s in comparisons.comparable_sessions(fien.pk)] == ["Elders", "Huis Linde"]
    assert list(comparisons.comparable_sessions(None)) == []


@pytest.mark.django_db
def test_nobody_finds_nothing_not_even_what_is_nobodys(finished):
    """A collaboration whose people were all erased, and a reflection without an account."""
    collaboration = Collaboration.objects.create(name="Huis Linde")
    request = RequestFactory().get("/vergelijken/")
    request.user = AnonymousUser()
    for session in (opened(collaboration, answers(3, 0)), finished.response.session):
        with pytest.raises(Http404):
            compared_or_404(request, [session.pk])
    with pytest.raises(Http404):
        next(readable_sessions(request))


@pytest.mark.django_db
def test_first_answers_that_come_in_while_others_are_counted_wait_for_the_next_look(fien, monkeypatch):
    session = opened(team(fien, "Huis Linde"), answers(3, 0))
    SessionTotals.objects.all().delete()
    monkeypatch.setattr(comparisons, "_people", lambda _sessions: {})
    assert comparisons.load_totals([session])[session.pk] == Totals(Mode.ANONYMOUS, 0)


@pytest.mark.django_db
def test_rows_stand_by_dimension_or_by_where_it_hurts_most(fien):
    linde = team(fien, "Huis Linde")
    for day in (1, 2):
        opened(linde, [{"goal-shared": "helping", "context-practical": "hindering"}] * 3, date(2026, 1, day))
    opened(linde, [{"partners-needed": "hindering", "context-practical": "hindering"}] * 3, date(2026, 1, 3))
    found = comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))
    keys = [row.item.key for row in found.in_order(Order.DIMENSION)]
    assert keys == [item.key for item in found.checklist]
    assert [row.item.key for row in found.in_order(Order.HURT)][:3] == [
        "context-practical",
        "partners-needed",
        "goal-perspective",
    ]
    [row] = [row for row in found.rows if row.item.key == "goal-shared"]
    assert [cell.finding for cell in row.cells] == [Finding.STRENGTH, Finding.STRENGTH, Finding.UNKNOWN]
    assert row.cells[2].counts == Counts(open=3)
