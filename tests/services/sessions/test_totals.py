"""What closed sessions add up to: written at closing, filled in for old databases, counted again, and alone left."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reflectie.domain.questionnaire.answers import FieldValue
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import Mode
from reflectie.models import Answer, Response, Session, SessionTotals
from reflectie.services.erasure import erase_session
from reflectie.services.report.reports import load_report
from reflectie.services.sessions import rounds, totals
from reflectie.services.sessions.aggregation import aggregate_old_rounds
from tests.helpers.rounds import closed_round, discussed_round, fetched, make_collaboration, open_round

pytestmark = pytest.mark.django_db

HOUSES = ("Huis Linde", "De Brug", "Wijkteam")
REACH = [("a", "g"), ("c", "k"), ("f", "q"), ("b", "i"), ("d", "m"), ("h", "z"), ("a", "z")]


def people(houses: Sequence[int] = (4, 3)) -> list[dict[str, FieldValue]]:
    """So many people of each house; of some houses all see it alike, and everybody answers everything beside."""
    groups = [name for name, size in zip(HOUSES, houses, strict=False) for _ in range(size)]
    return [
        {
            "goal-shared": "hindering" if place % 3 else "helping",
            "partners-stable": "hindering",
            "context-practical": "dont-know" if place % 4 else "",
            "goal-shared-note": f"Notitie {place}",
            "goal-sentence": f"Doel {place}",
            "organisation": group,
            "first": ("goal-shared", "context-practical") if place % 2 else ("goal-shared",),
            "intensity-needed": "act" if place else "refer",
            "intensity-current": ("meetings", "team") if place % 2 else ("procedures",),
            "ips-meaning": "quality" if place % 2 else "community",
            "help-range": REACH[place % len(REACH)],
        }
        for place, group in enumerate(groups)
    ]


def by_name(sheets: Sequence[Mapping[str, FieldValue]]) -> list[dict[str, FieldValue]]:
    return [{**sheet, "participant": f"Persoon {place}"} for place, sheet in enumerate(sheets)]


ROUNDS = {
    "bands of groups": (people(), Mode.ANONYMOUS, HOUSES),
    "one group too small": (people((4, 1, 4)), Mode.ANONYMOUS, HOUSES),
    "some without a group": (
        [*people((4, 3)), *({"goal-shared": "helping"} for _ in range(3))],
        Mode.ANONYMOUS,
        HOUSES,
    ),
    "without groups": (people((5,)), Mode.ANONYMOUS, ()),
    "too few": (people((2,)), Mode.ANONYMOUS, ()),
    "too few said more": ([*people((2,)), {"goal-shared": "helping"}], Mode.ANONYMOUS, ()),
    "by name": (by_name(people((2, 1))), Mode.NAMED, HOUSES),
    "nobody": ([], Mode.NAMED, HOUSES),
    "together": ([{"goal-shared": "disagree", "context-practical": "helping"}], Mode.TOGETHER, ()),
}


@pytest.fixture(params=ROUNDS.values(), ids=ROUNDS)
def closed(request, content) -> Session:
    sheets, mode, groups = request.param
    return closed_round(make_collaboration(groups), sheets, mode, groups=groups)


def written(session: Session) -> str:
    """Its row, as the database has it."""
    fields = "counted, only_refers, counts, figures"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {fields} FROM reflectie_sessiontotals")
        return json.dumps(cursor.fetchall())


def test_closing_writes_what_the_sheets_add_up_to(closed):
    assert totals.load_figures(closed) == totals.count_figures(closed)
    assert totals.recount() == []


def test_row_has_no_text_and_no_name(closed):
    for word in ("Notitie", "Doel", "Persoon", *HOUSES):
        assert word not in written(closed)


def test_report_is_the_same_as_before_it_was_written(closed):
    Session.objects.filter(pk=closed.pk).update(stage=Session.Stage.DISCUSSION)
    now = load_report(fetched(closed))
    SessionTotals.objects.all().delete()
    before = load_report(fetched(closed))
    assert (now, now.key) == (before, before.key)


def test_open_round_has_none_and_a_session_takes_its_own_along(content):
    session = open_round(make_collaboration(), people((3,)))
    assert SessionTotals.objects.count() == 0
    rounds.close_round(session)
    assert SessionTotals.objects.count() == 1
    erase_session(session.pk)
    assert SessionTotals.objects.count() == 0


def test_of_too_few_not_even_their_number_is_written(content):
    closed_round(make_collaboration(), people((2,)))
    row = SessionTotals.objects.get()
    assert (row.counted, row.counts) == (0, "")


def test_what_a_report_withholds_of_a_group_is_not_written_either(content):
    """The only objector in a group that is shown: of that item the groups are withheld, and so they are kept."""
    groups = ["Huis Linde"] * 3 + ["De Brug"] * 2 + ["Wijkteam"] * 2
    sheets = [
        {"goal-shared": "helping" if place else "hindering", "organisation": group}
        for place, group in enumerate(groups)
    ]
    session = closed_round(make_collaboration(HOUSES), sheets, groups=HOUSES)
    figures = totals.load_figures(session)
    assert figures.sizes == (3, Withheld(Reason.SMALL_GROUP), Withheld(Reason.SMALL_GROUP))
    assert figures.groups["goal-shared"][0] == Withheld(Reason.SUBTRACTION)
    assert SessionTotals.objects.get().figures["groups"]["goal-shared"][0] == "subtraction"


def test_rounds_that_show_the_same_are_written_the_same_byte_for_byte(content):
    """Answers crossed between people of one group: what belonged together isn't kept."""
    first = people((3, 3))
    other = [dict(sheet) for sheet in reversed(first)]
    for group in HOUSES:
        members = [sheet for sheet in other if sheet["organisation"] == group]
        values = [sheet["goal-shared"] for sheet in members]
        for sheet, value in zip(members, values[1:] + values[:1], strict=True):
            sheet["goal-shared"] = value
    rows = []
    for sheets in (first, other):
        closed_round(make_collaboration(HOUSES), sheets, groups=HOUSES)
        rows.append(written(Session.objects.get()))
        Session.objects.all().delete()
    assert first != list(reversed(other))
    assert rows[0] == rows[1]


# --- Databases of before


def unwritten(number: int = 3) -> list[Session]:
    collaboration = make_collaboration()
    sessions = [discussed_round(collaboration, people((3,))) for _ in range(number)]
    SessionTotals.objects.all().delete()
    return sessions


def test_command_writes_what_is_missing_and_goes_on_where_it_was(content, monkeypatch, capsys):
    unwritten()
    open_round(make_collaboration(), people((3,)))
    real, done = totals.write_totals, []

    def broken_off(session):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(session.pk)
        real(session)

    monkeypatch.setattr(totals, "write_totals", broken_off)
    with pytest.raises(KeyboardInterrupt):
        call_command("write_totals")
    assert SessionTotals.objects.count() == 2
    monkeypatch.setattr(totals, "write_totals", real)
    call_command("write_totals")
    call_command("write_totals")
    assert capsys.readouterr().out == "1 closed sessions added up\n"
    assert SessionTotals.objects.count() == 3


def test_session_erased_or_written_meanwhile_is_passed_over(content, monkeypatch):
    first, second, third = sorted(unwritten(), key=lambda session: session.pk)
    real = totals.lock_session

    def others_first(session):
        if session.pk == first.pk:
            erase_session(first.pk)
        if session.pk == second.pk:
            totals.write_totals(second)
        return real(session)

    monkeypatch.setattr(totals, "lock_session", others_first)
    assert totals.fill_totals() == 1
    assert set(SessionTotals.objects.values_list("pk", flat=True)) == {second.pk, third.pk}


def test_sheets_that_were_nobodys_go_by_the_day_after_their_figures_were_written(content):
    """Before, aggregating wrote sheets in the place of answers: what these add up to is what they were made of. While
    figures are written, servers of the version before may still read them."""
    [session] = unwritten(1)
    Session.objects.filter(pk=session.pk).update(folded_on=date(2026, 1, 1), stage=Session.Stage.CONCLUDED)
    Answer.objects.update(note="")
    before = load_report(fetched(session))
    aggregate_old_rounds(date(2026, 11, 29))
    assert Response.objects.count() == 3
    totals.fill_totals()
    assert load_report(fetched(session)) == before
    aggregate_old_rounds(date(2026, 11, 29))
    assert (Response.objects.count(), Answer.objects.count()) == (0, 0)
    after = load_report(fetched(session))
    assert [(i.counts, i.finding, i.first) for i in after.items] == [
        (i.counts, i.finding, i.first) for i in before.items
    ]
    assert (after.counted, after.fits, after.ranges) == (before.counted, before.fits, before.ranges)


def test_check_counts_again_and_names_what_adds_up_to_something_else(content, capsys):
    first, second = (discussed_round(make_collaboration(), people((3,))) for _ in range(2))
    call_command("write_totals", "--check")
    assert capsys.readouterr().out == "every closed session adds up to what is written\n"
    Answer.objects.filter(response__session=second, item__key="goal-shared").delete()
    with pytest.raises(CommandError, match=f"1 closed sessions add up to something else: {second.pk}"):
        call_command("write_totals", "--check")
    Session.objects.filter(pk=second.pk).update(folded_on=date(2026, 1, 1))
    assert totals.recount() == []
    assert first.pk != second.pk
