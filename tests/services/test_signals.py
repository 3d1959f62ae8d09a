"""Which sessions count in signals, as the database chooses them; who takes part; and what is released."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reflectie.domain.setup import Mode
from reflectie.domain.signals import ALL, NotPublished, SignalFigures
from reflectie.models import Answer, Collaboration, Session, SessionTotals
from reflectie.services import signals
from reflectie.services.collaborations import collaborations
from reflectie.services.comparison import comparisons
from reflectie.services.errors import NotFoundError
from reflectie.services.report import outcomes
from reflectie.services.sessions import rounds, totals
from tests.helpers.factories import CONCLUSION, make_round
from tests.helpers.rounds import make_collaboration, open_round
from tests.helpers.signalled import CLEAR, HINDERED, KEY, NOTED, TODAY, held, several, taking_part

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(monkeypatch):
    def set_day(to: date) -> None:
        monkeypatch.setattr("reflectie.services.signals.today", lambda: to)

    set_day(TODAY)
    return set_day


def counted(year: int = 2026, label: str = ALL) -> tuple[int, int | NotPublished] | None:
    """How many count and in how many it is an obstacle."""
    published = signals.load_signals().years.get(year)
    figures: SignalFigures | None = published.figures.get(label) if published else None
    return (figures.counted, figures.numbers.get(KEY, NotPublished.FEW)) if figures else None


def test_obstacle_of_three_that_take_part_is_a_signal():
    several(2)
    assert counted() is None
    held(taking_part())
    assert counted() == (3, 3)
    held(taking_part(), CLEAR)
    assert counted() == (4, 3)


def test_collaboration_takes_no_part_until_somebody_switches_it_on(day):
    several(3)
    quiet = Collaboration.objects.create(name="Stil")
    held(quiet)
    assert (quiet.signals_from, counted()) == (None, (3, 3))
    signals.set_signals_opt_in(quiet, on=True)
    assert Collaboration.objects.get(pk=quiet.pk).signals_from == TODAY
    assert counted() == (3, 3)
    day(date(2026, 12, 31))
    assert counted() == (3, 3)
    day(date(2027, 1, 1))
    assert counted() == (4, 4)


def test_switching_off_works_at_once_and_for_every_year():
    first, *_others = several(4)
    for collaboration in Collaboration.objects.all():
        held(collaboration, day=date(2025, 3, 1))
    assert (counted(2025), counted(2026)) == ((4, 4), (4, 4))
    signals.set_signals_opt_in(first, on=False)
    assert (counted(2025), counted(2026)) == ((3, 3), (3, 3))
    # Switched on again, it counts from the next quarter, as if it were new.
    signals.set_signals_opt_in(first, on=True)
    assert counted(2026) == (3, 3)


def test_switching_on_twice_keeps_the_first_day(day):
    first, *_ = several(3)
    signals.set_signals_opt_in(first, on=True)
    assert Collaboration.objects.get(pk=first.pk).signals_from == date(2025, 1, 1)
    with pytest.raises(NotFoundError):
        signals.set_signals_opt_in(Collaboration(name="Weg"), on=True)


def test_only_sessions_of_which_participants_were_told_count():
    several(3)
    held(taking_part(), told=False)
    assert counted() == (3, 3)
    Session.objects.update(told_of_signals=True)
    assert counted() == (4, 4)


def test_new_session_is_told_of_signals_and_one_that_is_adopted_is_not(reflection):
    assert make_round(collaboration=make_collaboration()).told_of_signals is True
    session = reflection.response.session
    rounds.adopt(session, reflection.token, make_collaboration())
    assert Session.objects.get(pk=session.pk).told_of_signals is False
    assert Session(mode=Mode.ANONYMOUS).told_of_signals is False


@pytest.mark.parametrize(("stage", "expected"), [("open", 3), ("closed", 3), ("discussion", 4), ("concluded", 4)])
def test_session_counts_once_its_report_is_open(stage, expected):
    several(3)
    session = held(taking_part())
    Session.objects.filter(pk=session.pk).update(stage=stage)
    assert counted() == (expected, expected)


def test_last_session_of_a_year_counts_and_of_each_year_one():
    several(2)
    third = taking_part()
    held(third, HINDERED, date(2026, 2, 1))
    held(third, CLEAR, date(2026, 8, 1))
    held(third, HINDERED, date(2025, 8, 1))
    assert counted() == (3, NotPublished.FEW)
    # One that isn't opened up yet leaves the one before it standing.
    Session.objects.filter(collaboration=third, planned_on=date(2026, 8, 1)).update(stage="closed")
    assert counted() == (3, 3)
    assert counted(2025) is None


def test_round_with_too_few_answers_leaves_the_one_before_it_standing():
    several(2)
    third = taking_part()
    held(third, HINDERED, date(2026, 2, 1))
    withheld = held(third, HINDERED[:2], date(2026, 8, 1))
    assert comparisons.load_totals([withheld])[withheld.pk].are_withheld
    assert counted() == (3, 3)


@pytest.mark.parametrize("mode", [Mode.NAMED, Mode.TOGETHER])
def test_every_way_of_filling_in_counts_as_one(mode):
    several(2)
    third = taking_part()
    sheets = [{KEY: "hindering", **({"participant": "An"} if mode is Mode.NAMED else {})}]
    if mode is Mode.NAMED:
        held(third, sheets, mode=mode)
    else:
        session = open_round(third, sheets, mode)
        rounds.close_round(session)
        Session.objects.filter(pk=session.pk).update(planned_on=date(2026, 5, 1), changed_on=date(2026, 5, 1))
    assert counted() == (3, 3)


@pytest.mark.parametrize(
    ("planned", "opened_on", "before", "after"),
    [
        (date(2026, 11, 10), date(2026, 11, 10), date(2026, 12, 31), date(2027, 1, 1)),
        # Held in one quarter and opened up in the next.
        (date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1)),
        (date(2026, 6, 30), date(2026, 6, 30), date(2026, 6, 30), date(2026, 7, 1)),
        # Dated later than it was held.
        (date(2026, 10, 1), date(2026, 5, 1), date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_session_counts_from_the_quarter_after_it_was_opened_up(day, planned, opened_on, before, after):
    for collaboration in several(3):
        Session.objects.filter(collaboration=collaboration).update(
            planned_on=date(2026, 1, 5), changed_on=date(2026, 1, 5)
        )
    held(taking_part(), day=planned, opened_on=opened_on)
    day(before)
    assert counted() == (3, 3)
    day(after)
    assert counted() == (4, 4)


def test_day_of_opening_up_is_kept_and_concluding_leaves_it(monkeypatch):
    session = open_round(taking_part(), HINDERED)
    monkeypatch.setattr("reflectie.services.sessions.rounds.today", lambda: date(2026, 3, 31))
    session = rounds.close_round(session)
    assert session.changed_on == date(2026, 3, 31)
    monkeypatch.setattr("reflectie.services.sessions.rounds.today", lambda: date(2026, 4, 1))
    session = rounds.open_report(session)
    monkeypatch.setattr("reflectie.services.sessions.rounds.today", lambda: date(2026, 7, 1))
    rounds.conclude(session, CONCLUSION)
    kept = Session.objects.get(pk=session.pk)
    assert (kept.changed_on, kept.concluded_on) == (date(2026, 4, 1), date(2026, 7, 1))


def relabelled(collaboration: Collaboration, region: str, theme: str = "") -> Collaboration:
    return collaborations.change_collaboration(collaboration, name="Zelfde", region=region, theme=theme, partners=[])


def test_nobody_goes_from_label_to_label_to_subtract_their_own_from_each(day, monkeypatch):
    """With one that knows its own, a label of two others would be shown: at once, and the next one a minute later."""
    monkeypatch.setattr("reflectie.services.collaborations.collaborations.today", lambda: TODAY)
    several(4, region="Tienen")
    several(2, region="Leuven")
    several(3, region="Gent")
    mine = Collaboration.objects.filter(region="Tienen").first()
    # Leuven is too small to be shown, and takes the next smallest with it.
    assert (counted(label="tienen"), counted(label="leuven")) == ((4, 4), None)
    # A better way of writing the same label changes nothing, nor does what divides nobody.
    relabelled(mine, " tienen", "Wonen")
    assert counted() == (9, 9)

    relabelled(mine, "Leuven")

    assert (counted(), counted(label="leuven")) == ((8, 8), None)
    day(date(2027, 1, 1))
    assert (counted(), counted(label="leuven")) == ((9, 9), (3, 3))


def test_invented_ones_count_only_among_themselves():
    several(4, invented=True)
    published = signals.load_signals()
    assert (counted(), published.invented) == ((4, 4), True)
    real = Collaboration.objects.create(name="Echt")
    assert counted() == (4, 4)
    signals.set_signals_opt_in(real, on=True)
    assert (counted(), signals.load_signals().invented) == (None, False)
    several(3)
    assert (counted(), signals.load_signals().invented) == ((3, 3), False)


@pytest.mark.parametrize(("partition", "label"), [("region", "oost"), ("theme", "jeugd")])
def test_label_is_the_one_that_is_set(settings, partition, label):
    settings.SIGNAL_LABEL = partition
    several(3, region="Oost", theme="Jeugd")
    several(3, CLEAR, region="West", theme="Ouderen")
    assert sorted(signals.load_signals().years[2026].figures) == sorted(
        {"region": ["", "oost", "west"], "theme": ["", "jeugd", "ouderen"]}[partition]
    )
    assert counted(label=label) == (3, 3)
    assert counted(label="oost jeugd") is None


@pytest.mark.parametrize("many", [3, 60])
@pytest.mark.parametrize(
    ("unwritten", "queries"),
    # The sessions with what their answers add up to, their checklists, what was released; of those of which that isn't
    # written: who they are, who counts, their answers, what is needed.
    [(0, 3), (2, 7)],
)
def test_signals_take_as_many_queries_at_many_collaborations(many, unwritten, queries, django_assert_num_queries):
    several(many, NOTED)
    Answer.objects.exclude(note="").update(released=True)
    written = signals.load_signals()
    SessionTotals.objects.filter(pk__in=SessionTotals.objects.values("pk")[:unwritten]).delete()
    with django_assert_num_queries(queries):
        published = signals.load_signals()
    assert published == written
    assert (published.years[2026].figures[ALL].counted, published.years[2026].quotes) == (many, {KEY: ["Geen geld."]})


@pytest.mark.parametrize("meanwhile", [totals.fill_totals, lambda: None], ids=["written", "not"])
def test_what_is_written_while_signals_are_counted_changes_none_of_them(meanwhile):
    several(4, NOTED)
    published = signals.load_signals()
    SessionTotals.objects.filter(pk__in=SessionTotals.objects.values("pk")[:2]).delete()
    asked: list[str] = []

    def after_the_choice(execute, sql, *rest):
        asked.append(sql)
        if len(asked) == 2:
            meanwhile()
        return execute(sql, *rest)

    with connection.execute_wrapper(after_the_choice):
        assert signals.load_signals() == published
    assert len(asked) > 2


# --- Quotes


def released(year: int = 2026) -> dict[str, list[str]]:
    return {key: list(texts) for key, texts in signals.load_signals().years[year].quotes.items()}


def test_note_is_quoted_once_it_is_released_and_until_that_is_taken_back():
    several(2)
    session = held(taking_part(), NOTED)
    mark = outcomes.text_digest("Geen geld.")
    assert released() == {}
    assert signals.release_note(session, f"{KEY}-note", mark, release=True) == 1
    assert (released(), signals.released_notes(session)) == ({KEY: ["Geen geld."]}, {(f"{KEY}-note", "Geen geld.")})
    assert signals.release_note(session, f"{KEY}-note", mark, release=False) == 1
    assert (released(), signals.released_notes(session)) == ({}, set())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a table this small from end to end")
def test_released_notes_are_found_without_reading_all_answers():
    with CaptureQueriesContext(connection) as asked:
        signals.load_signals()
    [sql] = [query["sql"] for query in asked if '"released"' in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = [step for *_, step in cursor.fetchall()]
    assert "answer_released" in steps[0]


def test_removed_note_is_a_quote_no_more():
    several(2)
    session = held(taking_part(), NOTED)
    signals.release_note(session, f"{KEY}-note", outcomes.text_digest("Geen geld."), release=True)
    assert released() == {KEY: ["Geen geld."]}
    outcomes.remove_text(session, f"{KEY}-note", outcomes.text_digest("Geen geld."))
    assert (released(), signals.released_notes(session)) == ({}, set())


def test_released_note_of_a_session_that_does_not_count_is_no_quote():
    several(3)
    quiet = Collaboration.objects.create(name="Stil")
    third = taking_part()
    for session in (held(quiet, NOTED), held(third, NOTED, date(2026, 1, 5)), held(third, HINDERED)):
        signals.release_note(session, f"{KEY}-note", outcomes.text_digest("Geen geld."), release=True)
    assert (counted(), released()) == ((4, 4), {})


@pytest.mark.parametrize("change", [{"stage": "open"}, {"stage": "closed"}, {"told_of_signals": False}])
def test_nothing_is_released_before_the_report_is_open_or_where_nobody_was_told(change):
    session = held(taking_part(), NOTED)
    Session.objects.filter(pk=session.pk).update(**change)
    with pytest.raises(rounds.StageError):
        signals.release_note(session, f"{KEY}-note", outcomes.text_digest("Geen geld."), release=True)
    assert not Answer.objects.filter(released=True).exists()


def test_only_the_note_that_is_meant_is_released():
    other = {"goal-shared": "hindering", "goal-shared-note": "Geen geld."}
    session = held(taking_part(), [*NOTED, other])
    elsewhere = held(taking_part(), NOTED)
    mark = outcomes.text_digest("Geen geld.")
    assert signals.release_note(session, "goal-shared-note", mark, release=True) == 1
    assert signals.released_notes(session) == {("goal-shared-note", "Geen geld.")}
    assert signals.released_notes(elsewhere) == set()
    assert signals.release_note(session, "goal-shared", mark, release=True) == 0
    assert signals.release_note(session, f"{KEY}-note", "0" * 16, release=True) == 0
    session.delete()
    with pytest.raises(NotFoundError):
        signals.release_note(Session(pk=elsewhere.pk.__class__(int=1)), f"{KEY}-note", mark, release=True)
