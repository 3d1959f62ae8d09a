"""The demonstration: something of everything, plainly invented, and gone without a trace in one step."""

import re
from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from reflectie.domain.comparison.across_teams import compare_teams
from reflectie.domain.questionnaire.answers import Ask, fields_for
from reflectie.domain.questionnaire.checklist import PatternKey
from reflectie.domain.report.agreements import Decision, Needed, State
from reflectie.domain.report.changes import Shift, compare_items
from reflectie.domain.report.outcomes import contradicts
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.setup import Grouping, Mode
from reflectie.domain.sharing import Sharing
from reflectie.models import Agreement, Answer, Collaboration, Conclusion, Lesson, Membership, Role, Session
from reflectie.services import clock
from reflectie.services.collaborations import collaborations, people
from reflectie.services.comparison import comparisons
from reflectie.services.questionnaire import checklists, sheets
from reflectie.services.report.reports import load_report
from reflectie.services.sessions import aggregation, reminders, rounds
from reflectie.services.signals import load_signals
from tests.helpers.factories import make_account
from tests.helpers.rounds import closed_round, make_collaboration

pytestmark = pytest.mark.django_db

NAMES = ["Goed omringd oud worden (verzonnen)", "Jong en op weg (verzonnen)", "Terug naar huis (verzonnen)"]
ADDRESSES = ["demo-coordinator@example.org", "demo-facilitator@example.org"]


def run(*options: str) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def rows() -> dict[str, Counter]:
    """Every row of every table."""
    return {model._meta.label: Counter(map(repr, model._base_manager.values_list())) for model in apps.get_models()}


@pytest.fixture
def demo(content) -> str:
    return run()


def reports():
    opened = Session.objects.select_related("checklist", "collaboration").exclude(stage__in=["open", "closed"])
    return [load_report(session) for session in opened.order_by("planned_on")]


def test_three_collaborations_plainly_invented_with_sessions_over_two_years(demo):
    found = Collaboration.objects.order_by("name")
    assert [each.name for each in found] == NAMES
    assert all(each.invented and each.signals_from for each in found)
    assert Membership.objects.count() == 6
    assert Session.objects.filter(told_of_signals=False).count() == 0
    days = sorted(Session.objects.values_list("planned_on", flat=True))
    assert timedelta(weeks=103) < clock.today() - days[0] < timedelta(weeks=106)
    assert {day.weekday() for day in days} == {1}
    assert days[-1] <= clock.today()
    # Nobody concludes, and nothing changes, before the day itself; what is open still takes answers.
    done = Session.objects.exclude(stage="open")
    assert all(session.changed_on == session.planned_on for session in done)
    assert sheets.takes_answers(Session.objects.get(stage="open"))


def test_it_has_every_mode_stage_grouping_decision_and_state(demo):
    def kinds(model, field):
        return {str(value) for value in model.objects.values_list(field, flat=True)}

    assert kinds(Session, "mode") == {Mode.ANONYMOUS, Mode.NAMED, Mode.TOGETHER}
    assert kinds(Session, "stage") == set(Session.Stage.values)
    assert kinds(Session, "grouping") == set(Grouping)
    assert kinds(Session, "blanked") == {"True", "False"}
    assert kinds(Conclusion, "decision") == set(Decision)
    assert kinds(Conclusion, "needed") == {Needed.YES, Needed.DIVIDED}
    assert kinds(Agreement, "state") == set(State)
    assert kinds(Agreement, "sharing") == set(Sharing)
    assert kinds(Lesson, "sharing") == {Sharing.NAMED, Sharing.UNNAMED}
    # One in which somebody else is still busy.
    standing = rounds.load_progress(Session.objects.get(stage="open").join_token)
    assert (standing.begun, standing.finished, standing.expected) == (3, 2, 10)


def test_one_talk_is_in_its_middle_with_a_trigger_and_something_parked(demo):
    report = load_report(Session.objects.select_related("checklist", "collaboration").get(stage="discussion"))
    assert [agreement.trigger for agreement in report.agreements if agreement.trigger] == [
        "als we op vrijdag de week overlopen"
    ]
    assert [topic.text for topic in report.parked] == ["Wie betaalt de wagen voor de nacht?"]


def test_it_has_every_finding_a_withheld_report_patterns_and_a_contradiction(demo):
    found = reports()
    items = [(report, item) for report in found for item in report.items]
    assert {item.finding for _, item in items} == {*Finding, None}
    assert [report.counted for report in found if report.is_withheld] == [Withheld("too-few")]
    patterns = {pattern.key for report in found for pattern in report.patterns}
    assert patterns == set(PatternKey) - {
        *[PatternKey.WITHIN_US, PatternKey.NEARLY_EVERYTHING, PatternKey.INTEGRAL_AD_HOC]
    }
    assert sum(bool(item.outcome and contradicts(item.finding, item.outcome)) for _, item in items) == 2


def test_over_time_it_shows_change_and_what_only_one_person_answered_otherwise(demo):
    by_team = dict.fromkeys(NAMES)
    coordinator = User.objects.get(email=ADDRESSES[0])
    for team, sessions in comparisons.load_comparison(list(comparisons.comparable_sessions(coordinator.pk))).by_team:
        by_team[team.name] = [s for s in sessions if s.mode.is_round and not isinstance(s.counted, Withheld)]
    better, divided, around = (
        [
            {shift.item.key: (shift.shift, shift.earlier.finding, shift.now.finding) for shift in compared}
            for _, compared in map(compare_items, sessions[:-1], sessions[1:])
        ]
        for sessions in by_team.values()
    )
    helping, hindering = Shift.TOWARDS_HELPING, Shift.TOWARDS_HINDERING
    assert [step["goal-shared"] for step in better] == [
        (helping, Finding.OBSTACLE, Finding.SPLIT),
        (helping, Finding.SPLIT, Finding.STRENGTH),
    ]
    assert better[0]["form-intensity"] == (Shift.CLEARER, Finding.UNKNOWN, Finding.SPLIT)
    # Six of eight, then five of eight: one person, and the finding flips.
    assert better[0]["context-regulatory"] == (Shift.SAME, Finding.OBSTACLE, Finding.SPLIT)
    stay = [key for key, (_, then, now) in divided[0].items() if then is now is Finding.SPLIT]
    assert stay == [
        "goal-perspective",
        "goal-shared",
        "form-interprofessional",
        "context-organisational",
        "context-personal",
    ]
    assert divided[0]["partners-needed"] == (Shift.SAME, Finding.OBSTACLE, Finding.SPLIT)
    assert divided[0]["partners-superfluous"] == (hindering, Finding.SPLIT, Finding.OBSTACLE)
    assert around[0]["context-political"] == (hindering, Finding.SPLIT, Finding.OBSTACLE)
    assert around[1]["context-historical"][0] is Shift.LESS_CLEAR


def test_what_one_overcame_hinders_another_and_the_agreement_stands_beside_it(demo):
    facilitator = User.objects.get(email=ADDRESSES[1])
    beside = compare_teams(comparisons.load_comparison(list(comparisons.comparable_sessions(facilitator.pk))))
    found = {
        row.item.key: [(seen.session.team.name, [each.what for each in seen.earlier.agreed]) for seen in row.solved]
        for row in beside.solved
    }
    assert found == {
        "coordination-equality": [
            (NAMES[0], ["Elke maand zit een andere partner het overleg voor, en maakt de agenda."])
        ],
        "context-organisational": [
            (NAMES[0], ["Wie meedoet, krijgt het overleg in het rooster. Wie vervangt, weet dat op voorhand."])
        ],
    }


# A signal counts from the next quarter on, and of each year the last session: the day it is made may not matter.
@pytest.mark.parametrize(
    "day",
    [
        date(2027, 1, 1),
        date(2027, 3, 31),
        date(2027, 4, 1),
        date(2027, 7, 1),
        date(2027, 8, 15),
        date(2027, 12, 31),
        date(2028, 2, 29),
    ],
    ids=str,
)
def test_signals_show_something_whenever_it_is_made(content, monkeypatch, day):
    monkeypatch.setattr("reflectie.services.clock.timezone.localdate", lambda: day)
    run()
    published = load_signals()
    year = max(published.years)
    for label in published.years[year].figures:
        signals = published.of(checklists.published_checklist(), year, label)
        keys = {signal.item.key for signal in signals.signals}
        assert {"context-financial", "context-practical"} <= keys
        assert (signals.counted, signals.invented) == (3, True)
    assert set(published.years[year].figures) == {"", "lindestreek"}
    assert any(published.years[year].quotes.values())
    assert Session.objects.filter(planned_on__gt=day).count() == 0
    assert aggregation.aggregate_old_rounds(day) == 0


def test_three_obstacles_recur_in_all_three_and_quotes_of_each_are_released(demo):
    latest = {}
    for session in Session.objects.filter(stage="concluded").select_related("checklist", "collaboration"):
        report = load_report(session)
        if not report.is_withheld and session.mode != Mode.TOGETHER:
            hindering = {item.item.key for item in report.items if item.finding is Finding.OBSTACLE}
            latest.setdefault(session.collaboration.name, set()).update(hindering)
    assert set.intersection(*latest.values()) == {"context-regulatory", "context-financial", "context-practical"}
    quoted = Answer.objects.filter(released=True).values_list("response__session__collaboration__name", flat=True)
    assert set(quoted) == set(NAMES)


def test_every_sheet_holds_what_the_form_would_take(demo):
    checklist, asked = checklists.published_checklist(), set()
    for session in Session.objects.select_related("checklist", "collaboration"):
        fields = fields_for(checklist, sheets.setup_of(session))
        for sheet in sheets.load_sheets(list(session.responses.all())):
            for name, value in sheet.values.items():
                field = fields[name]
                asked.add(field.ask)
                given = value if isinstance(value, tuple) else (value,)
                if field.ask is Ask.TEXT:
                    assert len(value) <= field.limit
                else:
                    assert set(given) <= set(field.choices)
                    assert len(given) <= field.limit
    assert asked == set(Ask)


def test_who_signs_in_with_what_was_told_sees_them(demo, client):
    assert re.findall(r"demo-\w+@example\.org", demo) == ADDRESSES
    [password] = re.findall(r"\S+$", demo.splitlines()[-2])
    for address in ADDRESSES:
        client.logout()
        client.post(reverse("account_login"), {"login": address, "password": password})
        page = client.get(reverse("collaborations")).content.decode()
        assert [name for name in NAMES if name in page] == NAMES


def test_nobody_is_mailed_about_it(demo):
    assert Conclusion.objects.exclude(next_on=None).exists()
    assert list(reminders.due_reminders(clock.today() - timedelta(days=3))) == []
    assert not Conclusion.objects.filter(reminded=False).exists()


def test_made_twice_it_stays_as_it_is(demo):
    before = rows()
    assert run() == (
        "The demonstration is there already, and stays as it is. If you lost the password, take it away with "
        "manage.py demo --remove and make it again.\n"
    )
    assert rows() == before


def test_it_stands_beside_real_collaborations_only_when_that_is_meant_and_goes_without_a_trace(client):
    closed_round(make_collaboration(["Huis Linde"]), [{"goal-shared": "helping"}] * 3)
    Membership.objects.create(collaboration=Collaboration.objects.get(), user=make_account(), role=Role.COORDINATOR)
    before = rows()
    with pytest.raises(CommandError, match=r"^There are real collaborations here"):
        run()
    assert rows() == before
    run("--beside")
    assert Collaboration.objects.count() == 4
    # Somebody looked around, and tried what a new one would be.
    coordinator = User.objects.get(email=ADDRESSES[0])
    client.force_login(coordinator)
    collaborations.create_collaboration(coordinator, name="Even proberen")
    assert run("--remove") == "Collaborations taken away: 4, with all that belonged to the demonstration.\n"
    assert rows() == before
    assert run("--remove") == "Collaborations taken away: 0, with all that belonged to the demonstration.\n"


def test_what_a_real_person_takes_part_in_does_not_go_with_it(demo):
    shared = collaborations.create_collaboration(User.objects.get(email=ADDRESSES[0]), name="Wij samen")
    other = Membership.objects.create(collaboration=shared, user=make_account(), role=Role.FACILITATOR)
    before = rows()
    with pytest.raises(CommandError, match=r"^Somebody else takes part"):
        run("--remove")
    assert rows() == before
    people.change_role(shared, other.pk, Role.COORDINATOR)
    run("--remove")
    assert [each.name for each in Collaboration.objects.all()] == ["Wij samen"]
    assert list(User.objects.values_list("email", flat=True)) == ["an@example.org"]
