"""Individual answers erased long after the conclusion: the report keeps its figures, and no sheet is left."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from reflectie.domain.setup import Mode
from reflectie.models import Answer, MadePdf, Response, Session, SessionTotals
from reflectie.services import clock
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from reflectie.services.sessions.aggregation import aggregate_old_rounds
from tests.helpers.factories import CONCLUSION, text_of
from tests.helpers.rounds import discussed_round, fetched, make_collaboration, signed_in

HOUSES = ("Huis Linde", "De Brug")


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
    assert MadePdf.objects.count() == 0
    assert (Response.objects.count(), Answer.objects.count()) == (0, 0)
    assert aggregate_old_rounds(date(2026, 11, 22)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("is_written", [True, False])
@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_whoever_reads_while_a_round_is_folded_finds_its_figures(mode, is_written):
    session = concluded(date(2024, 11, 22), mode)
    if not is_written:
        SessionTotals.objects.all().delete()
        session = fetched(session)
    folded: list[int] = []

    def fold_first(execute, sql, *args):
        """Before whatever a reader asks of the answers."""
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
    groups = [name for name, size in zip(HOUSES, houses, strict=True) for _ in range(size)]
    sheets = [
        {"goal-shared": "helping", "organisation": group, "help-range": given_range}
        for group, given_range in zip(groups, reach, strict=True)
    ]
    session = discussed_round(make_collaboration(HOUSES), sheets, groups=HOUSES)
    rounds.conclude(session, CONCLUSION)
    Session.objects.filter(pk=session.pk).update(concluded_on=date(2024, 11, 22))
    before = reports.load_report(fetched(session)).ranges
    assert aggregate_old_rounds(date(2026, 11, 22)) == 1

    assert reports.load_report(fetched(session)).ranges == before
    assert len(before.bands) == bands
