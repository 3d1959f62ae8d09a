"""Individual answers folded into counts: the report keeps its figures, and nobody's sheet is left."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About
from reflectie.domain.rules.aggregation import aggregate
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.models import Answer, MadePdf, Response, Session
from reflectie.services import clock
from reflectie.services.questionnaire.sheets import load_sheets
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from reflectie.services.sessions.aggregation import aggregate_old_rounds
from tests.helpers.factories import CONCLUSION, text_of
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, signed_in

FIRST = ["goal-shared", "partners-needed", "form-intensity", "context-practical"]
FORMS = ["meetings", "procedures", "team"]
GROUPS = ("Huis Linde", "De Brug")

answer = st.sampled_from(["hindering", "helping", "dont-know", ""])
sheet = st.fixed_dictionaries(
    dict.fromkeys(("goal-shared", "partners-stable", "context-practical"), answer)
    | {
        "organisation": st.sampled_from(GROUPS),
        "goal-shared-note": st.sampled_from(["", "Wij horen het achteraf."]),
        "goal-sentence": st.sampled_from(["", "Niemand valt erdoor."]),
        "first": st.lists(st.sampled_from(FIRST), max_size=3, unique=True).map(tuple),
        "intensity-needed": st.sampled_from(["", "refer", "act"]),
        "intensity-current": st.lists(st.sampled_from(FORMS), max_size=2, unique=True).map(sorted).map(tuple),
        "help-range": st.sampled_from([(), ("a", "d"), ("b", "f"), ("z", "z")]),
        "ips-meaning": st.sampled_from(["", "quality", "community"]),
    }
).map(lambda values: Sheet({name: value for name, value in values.items() if value}))
modes = st.sampled_from([Mode.ANONYMOUS, Mode.NAMED])


def figures(checklist: Checklist, mode: Mode, sheets: list[Sheet]):
    """All numbers of a report."""
    setup = setup_of_session(mode, OPTIONAL, Grouping.PARTNER, GROUPS)
    report = build_report(checklist, setup, sheets, date(2026, 1, 1), about=About(folded_on=date(2026, 1, 1)))
    items = [(item.item.key, item.counts, item.finding, item.first, item.groups) for item in report.items]
    beside = (report.needed, report.forms, report.fits, report.meaning, report.ranges)
    return report.counted, items, report.groups, *beside


@given(st.lists(sheet, max_size=9), modes)
def test_folded_sheets_give_the_same_figures(checklist, sheets, mode):
    folded = aggregate(checklist, Grouping.PARTNER, sheets, mode)
    # How far help goes stands on sheets of its own.
    assert len(folded) == len(sheets) + sum(bool(sheet.several("help-range")) for sheet in sheets)
    assert figures(checklist, mode, folded) == figures(checklist, mode, sheets)


@given(st.lists(sheet, max_size=9), modes, st.randoms())
def test_folded_sheets_say_nothing_of_who_answered_what_together(checklist, sheets, mode, chance):
    """Answers to one item swapped between two people of one group, and sheets in another order: the same is left."""
    other = [dict(sheet.values) for sheet in sheets]
    for key in ("goal-shared", "partners-stable", "context-practical"):
        for group in GROUPS:
            members = [values for values in other if values["organisation"] == group and _keeps_one(values, key)]
            given_answers = [values.pop(key) for values in members]
            chance.shuffle(given_answers)
            for values, value in zip(members, given_answers, strict=True):
                values[key] = value
    chance.shuffle(other)
    swapped = [Sheet(values) for values in other]
    assert figures(checklist, mode, swapped) == figures(checklist, mode, sheets)
    kept = [aggregate(checklist, Grouping.PARTNER, of, mode) for of in (swapped, sheets)]
    assert kept[0] == kept[1]


def _keeps_one(values, key) -> bool:
    return key in values


@given(st.lists(sheet, max_size=9))
def test_folded_sheets_have_no_words_of_anybody(checklist, sheets):
    named = [Sheet({**s.values, "participant": "An"}) for s in sheets]
    folded = aggregate(checklist, Grouping.PARTNER, named, Mode.NAMED)
    kept = {name for folded_sheet in folded for name in folded_sheet.values}
    assert [name for name in kept if name.endswith("-note") or name in {"participant", "goal-sentence"}] == []


# --- kept


def concluded(day: date, mode: Mode = Mode.ANONYMOUS, people: int = 4) -> Session:
    collaboration = make_collaboration()
    sheets = [
        {
            "goal-shared": "hindering" if number else "helping",
            "context-practical": "helping" if number else "hindering",
            "goal-shared-note": f"Notitie van {number}",
            "goal-sentence": f"Doel van {number}",
            **({"participant": f"Persoon {number}"} if mode is Mode.NAMED else {}),
        }
        for number in range(people)
    ]
    session = discussed_round(collaboration, sheets, mode)
    rounds.conclude(session, CONCLUSION)
    Session.objects.filter(pk=session.pk).update(concluded_on=day)
    return fetched(session)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_round_concluded_two_years_ago_keeps_its_figures_alone(mode):
    session = concluded(date(2024, 11, 22), mode)
    before = reports.load_report(session)
    reports.keep_pdf(session.pk, "verslag", "sleutel", b"%PDF met notities")
    keys = set(Response.objects.values_list("pk", flat=True)) | set(Answer.objects.values_list("pk", flat=True))

    assert aggregate_old_rounds(date(2026, 11, 22)) == 1

    session = fetched(session)
    after = reports.load_report(session)
    assert [(i.item.key, i.counts, i.finding) for i in after.items] == [
        (i.item.key, i.counts, i.finding) for i in before.items
    ]
    assert (after.counted, after.folded_on) == (4, clock.today())
    assert ([note for _, note in after.notes], after.goal_sentences) == ([], ())
    assert {item.voices for item in after.items} == {()}
    assert len(before.notes) == 4
    # Whoever saw the goal otherwise isn't the one any more for whom time is short.
    sheets = [sheet.values for sheet in load_sheets(list(session.responses.all()))]
    assert {"goal-shared": "helping", "context-practical": "hindering"} not in sheets
    assert MadePdf.objects.count() == 0
    left = set(Response.objects.values_list("pk", flat=True)) | set(Answer.objects.values_list("pk", flat=True))
    assert keys & left == set()
    assert aggregate_old_rounds(date(2026, 11, 22)) == 0


@pytest.mark.django_db
def test_whoever_reads_while_a_round_is_folded_finds_its_figures():
    session = concluded(date(2024, 11, 22))
    folded: list[int] = []

    def fold_first(execute, sql, *args):
        """Between the two questions of a reader: for the sheets, and for what was answered on them."""
        if not folded and 'FROM "reflectie_answer"' in sql:
            folded.append(0)
            folded[0] = aggregate_old_rounds(date(2026, 11, 22))
        return execute(sql, *args)

    before = reports.load_report(session)
    with connection.execute_wrapper(fold_first):
        during = reports.load_report(session)
    assert folded == [1]
    assert [item.counts for item in during.items] == [item.counts for item in before.items]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "today", "folded"),
    [
        (date(2024, 11, 22), date(2026, 11, 21), 0),
        (date(2024, 11, 22), date(2026, 11, 22), 1),
        (date(2024, 2, 29), date(2026, 2, 28), 0),
        (date(2024, 2, 29), date(2026, 3, 1), 1),
        (date(2023, 12, 31), date(2025, 12, 31), 1),
        (date(2024, 1, 1), date(2025, 12, 31), 0),
    ],
)
def test_round_is_folded_on_the_day_two_years_later(day, today, folded):
    concluded(day)
    assert aggregate_old_rounds(today) == folded


@pytest.mark.django_db
def test_round_in_discussion_and_sheet_of_a_whole_team_stay(settings):
    talked = concluded(date(2020, 1, 1))
    Session.objects.filter(pk=talked.pk).update(stage=Session.Stage.DISCUSSION)
    together = concluded(date(2020, 1, 1))
    Session.objects.filter(pk=together.pk).update(mode=Mode.TOGETHER)
    kept = concluded(date(2020, 1, 1))
    settings.FOLD_MONTHS = 0
    assert aggregate_old_rounds(date(2026, 11, 22)) == 0
    settings.FOLD_MONTHS = 24
    assert aggregate_old_rounds(date(2026, 11, 22)) == 1
    assert list(Session.objects.exclude(folded_on=None)) == [kept]
    assert Answer.objects.exclude(note="").count() == 8


@pytest.mark.django_db
def test_daily_command_folds_and_the_report_says_so(capsys):
    session = concluded(date(2024, 1, 1))
    call_command("delete_expired")
    assert "1 rounds folded into counts" in capsys.readouterr().out
    client = signed_in("coordinator", session.collaboration)
    page = text_of(client.get(reverse("session-report", args=[session.pk])))
    assert "bewaren we alleen nog aantallen" in page
    assert "Notitie van" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("houses", "bands"), [((3, 3), 2), ((4, 2), 0)])
def test_round_folded_tells_as_much_of_how_far_help_goes_and_keeps_no_more(houses, bands):
    reach = [("a", "g"), ("c", "k"), ("f", "q"), ("b", "i"), ("d", "m"), ("h", "z")]
    groups = [name for name, size in zip(GROUPS, houses, strict=True) for _ in range(size)]
    sheets = [
        {"goal-shared": "helping", "organisation": group, "help-range": given_range}
        for group, given_range in zip(groups, reach, strict=True)
    ]
    session = discussed_round(make_collaboration(GROUPS), sheets, groups=GROUPS)
    rounds.conclude(session, CONCLUSION)
    Session.objects.filter(pk=session.pk).update(concluded_on=date(2024, 11, 22))
    before = reports.load_report(fetched(session)).ranges
    assert aggregate_old_rounds(date(2026, 11, 22)) == 1

    assert reports.load_report(fetched(session)).ranges == before
    assert len(before.bands) == bands
    kept = [sheet for sheet in load_sheets(list(session.responses.all())) if sheet.several("help-range")]
    assert len(kept) == 6
    assert {frozenset(sheet.values) for sheet in kept} == {
        frozenset({"help-range", "organisation"} if bands else {"help-range"})
    }
    # Made of what each band tells, its ends and what all share: nothing of what was given inside these.
    told = [("a", "g"), ("a", "q"), ("f", "q"), ("b", "i"), ("b", "z"), ("h", "z")]
    if bands:
        assert sorted(sheet.several("help-range") for sheet in kept) == sorted(told)
