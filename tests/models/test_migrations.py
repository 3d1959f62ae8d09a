"""An update keeps what people made with the version before: sessions, outcomes, and a PDF that is simply made again."""

import copy
from collections import Counter
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from reflectie.domain.questionnaire.answers import fields_for
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import Mode
from reflectie.models import Answer, Checklist, Collaboration, MadePdf, Session
from reflectie.services.clock import today
from reflectie.services.questionnaire import checklists
from reflectie.services.questionnaire.sheets import setup_of
from reflectie.services.report import outcomes, reports
from reflectie.services.sessions import rounds
from tests.helpers.factories import FROZEN, GUIDANCE, make_reflection, text_of
from tests.helpers.rounds import DAY, closed_round, discussed_round, fetched, make_collaboration, open_round, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

# What these migrate with never changes (`test_stored_databases.py`): before a release is often enough. Every run takes
# a database of each version through all of them.
landed = pytest.mark.slow

HINDERED = [{"goal-shared": "hindering"} for _ in range(3)]
TALKED = Outcome(Choice.HELPING, "We lazen het doel samen.", "Eén partner ziet het anders.")


def migrate(name: str = ""):
    """The database as it was after a migration, or is after the last; and its models of then."""
    executor = MigrationExecutor(connection)
    targets = [("reflectie", name)] if name else [n for n in executor.loader.graph.leaf_nodes() if n[0] == "reflectie"]
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def talked_about() -> Session:
    session = discussed_round(make_collaboration(), HINDERED)
    outcomes.record_outcome(session, "goal-shared", TALKED, "0")
    return session


@landed
def test_migration_of_the_report_keeps_outcomes_and_lets_go_of_pdfs(talked_about):
    try:
        before = migrate("0002_teams")
        before.get_model("reflectie", "MadePdf").objects.create(
            session_id=talked_about.pk, key="sleutel", content=b"%PDF van toen"
        )
        before.get_model("reflectie", "Session").objects.update(stage="concluded", concluded_on=DAY)
    finally:
        migrate()

    session = Session.objects.select_related("checklist", "collaboration").get()
    report = reports.load_report(session)
    assert (report.counted, report.conclusion, report.agreements) == (3, None, ())
    assert {item.item.key: item.outcome for item in report.items if item.outcome} == {"goal-shared": TALKED}
    # Nothing is kept of what was made then, and what is made now is.
    assert MadePdf.objects.count() == 0
    assert reports.kept_pdf(session.pk, "verslag", "sleutel") is None
    reports.keep_pdf(session.pk, "verslag", "nu", b"%PDF", report)
    assert reports.final_key(session.pk, "verslag") == "nu"


@landed
def test_migration_of_names_lets_go_of_what_no_session_ends_with(talked_about):
    try:
        before = migrate("0010_limits_and_former_coordinators")
        for kind in ("verslag", "samenvatting", "kaarten", "gespreksleidraad-90"):
            before.get_model("reflectie", "MadePdf").objects.create(
                session_id=talked_about.pk, kind=kind, key="sleutel", content=b"%PDF", final=True
            )
    finally:
        migrate()
    assert set(MadePdf.objects.filter(final=True).values_list("kind", flat=True)) == {"verslag", "samenvatting"}
    assert list(Session.objects.values_list("name", "number")) == [("", 0)]


def test_migrated_session_that_ended_without_a_conclusion_has_its_pages(talked_about):
    Session.objects.update(stage=Session.Stage.CONCLUDED, concluded_on=DAY)
    coordinator = signed_in("coordinator", talked_about.collaboration)
    for name in ("session", "session-report", "session-guide", "session-rebuild", "agreements"):
        assert (name, coordinator.get(reverse(name, args=[talked_about.pk])).status_code) == (name, 200)
    assert coordinator.get(reverse("collaboration", args=[talked_about.collaboration_id])).status_code == 200
    assert coordinator.get(reverse("session-next", args=[talked_about.pk])).status_code == 404
    assert TALKED.reason in text_of(coordinator.get(reverse("session-report", args=[talked_about.pk])))


@landed
def test_migration_of_comparing_shares_and_counts_nothing_of_what_was_before(talked_about):
    try:
        before = migrate("0003_report")
        collaboration = before.get_model("reflectie", "Collaboration").objects.get()
        before.get_model("reflectie", "Agreement").objects.create(session_id=talked_about.pk, what="We bellen elkaar.")
    finally:
        migrate()

    session = Session.objects.select_related("checklist", "collaboration").get()
    assert (session.collaboration.pk, session.collaboration.name) == (collaboration.pk, collaboration.name)
    # Of who answered then, nobody was told that findings count in signals; and nothing was shared, released or made up.
    assert (session.told_of_signals, session.collaboration.signals_from, session.collaboration.invented) == (
        False,
        None,
        False,
    )
    assert [agreement.sharing for agreement in session.agreements.all()] == [""]
    assert not Answer.objects.filter(released=True).exists()
    report = reports.load_report(session)
    assert (report.counted, [agreement.what for agreement in report.agreements]) == (3, ["We bellen elkaar."])


def test_content_of_a_first_revision_is_followed_by_the_second(talked_about):
    first = copy.deepcopy(GUIDANCE)
    first["revision"] = GUIDANCE["revision"] - 1
    first["items"]["goal-shared"]["question"] = "Een vraag van toen?"
    row = Checklist.objects.get()
    row.guidance.update(content=first)
    row.revision = first["revision"]
    row.save(update_fields=["revision"])
    checklists.forget_checklists()

    assert checklists.publish_checklist(FROZEN, [GUIDANCE], DAY)
    assert not checklists.publish_checklist(FROZEN, [GUIDANCE], DAY)

    session = Session.objects.select_related("checklist", "collaboration").get()
    report = reports.load_report(session)
    assert (report.checklist.version, report.checklist.revision) == (1, GUIDANCE["revision"])
    question = report.checklist.by_key["goal-shared"].question
    assert question == GUIDANCE["items"]["goal-shared"]["question"] != "Een vraag van toen?"


# --- names and labels as they were typed once, tidied

CAFE, LOOSE, LINDE = "Café Zorg", "Cafe\u0301 Zorg", "Huis Linde"
QUOTE, CURLED = "Huis 't Veld", "Huis ’t Veld"


def tidied() -> None:
    try:
        migrate("0010_limits_and_former_coordinators")
    finally:
        migrate()


def by_group(*names: str, size: int = 3) -> list[dict[str, str]]:
    """Sheets of so many in each group, that in each say otherwise."""
    values = ["hindering", "helping", "dont-know"]
    return [
        {"goal-shared": values[place % 3], "organisation": name}
        for place, name in enumerate(names)
        for _ in range(size)
    ]


def figures(session: Session) -> list[tuple[str, object, object]]:
    """What its report says of each group: its name, how many, and of one item."""
    report = reports.load_report(fetched(session))
    item = next(item for item in report.items if item.item.key == "goal-shared")
    return [(name, size, view.counts) for (name, size), view in zip(report.groups, item.groups, strict=True)]


def chosen(session: Session) -> Counter[str]:
    return Counter(response.extras.get("organisation", "") for response in session.responses.all())


@landed
def test_open_round_has_one_group_of_names_that_look_alike_and_every_answer_in_it():
    names = (CAFE, LOOSE, f"{QUOTE}\u200b", CURLED, LINDE)
    session = open_round(make_collaboration(), by_group(*names), groups=names)
    untouched = dict(session.responses.values_list("pk", "token_hash"))
    tidied()

    session = fetched(session)
    assert session.groups == [[CAFE, 6], [QUOTE, 6], [LINDE, 3]]
    assert chosen(session) == {CAFE: 6, QUOTE: 6, LINDE: 3}
    # Whoever was filling in goes on, and may choose it again.
    assert dict(session.responses.values_list("pk", "token_hash")) == untouched
    assert fields_for(checklists.load_checklist(session.checklist), setup_of(session))["organisation"].choices == (
        CAFE,
        QUOTE,
        LINDE,
    )
    rounds.close_round(session)
    assert [(name, size) for name, size, _counts in figures(session)] == [(CAFE, 6), (QUOTE, 6), (LINDE, 3)]


@landed
def test_open_round_of_groups_that_all_look_alike_keeps_two():
    session = open_round(make_collaboration(), by_group(CAFE, LOOSE), groups=(CAFE, LOOSE))
    tidied()
    assert fetched(session).groups == [[CAFE, 3], [f"{CAFE} (2)", 3]]
    assert chosen(session) == {CAFE: 3, f"{CAFE} (2)": 3}


@landed
@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
@pytest.mark.parametrize("make", [closed_round, discussed_round])
def test_closed_round_keeps_its_groups_and_figures_under_other_names(make, mode):
    """One of two that look alike is too small: together with the other it would be shown."""
    names = (LOOSE, f"{CAFE}\u200b", f"{LINDE} ", "\u3164")
    sheets = by_group(LOOSE, f"{LINDE} ", "\u3164", size=4) + by_group(f"{CAFE}\u200b", size=2)
    session = make(make_collaboration(), sheets, mode, groups=names)
    before = figures(session)
    assert [name for name, _size, _counts in before] == list(names)
    assert (Withheld(Reason.SMALL_GROUP) in [size for _name, size, _counts in before]) == (mode is Mode.ANONYMOUS)
    tidied()

    renamed = (CAFE, f"{CAFE} (2)", LINDE, "Zonder naam")
    assert figures(session) == [(name, *rest) for name, (_old, *rest) in zip(renamed, before, strict=True)]


@landed
def test_a_choice_that_is_no_group_of_its_session_does_not_become_one():
    session = open_round(make_collaboration(), by_group(CAFE, LINDE), groups=(CAFE, LINDE))
    stray = session.responses.first()
    stray.extras = {"organisation": f"{LINDE}\u200b"}
    stray.save()
    tidied()
    stray.refresh_from_db()
    assert stray.extras == {"organisation": f"{LINDE}\u200b"}


@landed
def test_names_of_nothing_get_words_where_something_hangs_on_them_and_go_where_nothing_does():
    collaboration = make_collaboration(["\u200b", CAFE, LOOSE, f"\u2068{LINDE}\u2069"])
    collaboration.name, collaboration.theme = "\u2800", "\u00ad"
    collaboration.save()
    sheet = {"goal-shared": "helping", "participant": "\u3164", "goal-sentence": "Laat\u200b staan"}
    session = open_round(collaboration, [sheet, sheet | {"participant": " An\u202e\nPeeters "}], Mode.NAMED)
    Session.objects.update(paper_by="\u200b")
    person = User.objects.create(username="x", first_name="An\r\n\r\nBEVESTIG", last_name="\u202eneto")
    tidied()

    collaboration.refresh_from_db()
    person.refresh_from_db()
    assert (collaboration.name, collaboration.theme, fetched(session).paper_by) == ("Zonder naam", "", "Zonder naam")
    assert [partner.name for partner in collaboration.partners.all()] == [CAFE, LINDE]
    assert person.get_full_name() == "An BEVESTIG neto"
    named = sorted(response.extras.get("participant", "") for response in session.responses.all())
    assert named == ["", "An Peeters"]
    # What people wrote is theirs.
    assert {response.extras["goal-sentence"] for response in session.responses.all()} == {"Laat\u200b staan"}


@landed
def test_names_that_grow_by_tidying_still_fit():
    collaboration = make_collaboration(["\u0958" * 120])
    tidied()
    assert len(collaboration.partners.get().name) == 120


@landed
def test_labels_of_two_ways_of_writing_are_one_and_the_rarer_counts_from_the_next_quarter():
    then = date(2026, 1, 2)
    labels = ["Leuven – Oost", "Leuven – Oost", "leuven - oost", "Leuven - Oost\u200b", "Aalst", "aalst", "", "\u2800"]
    rows = [Collaboration.objects.create(name="Huis", region=label, signals_from=then) for label in labels]
    aside = Collaboration.objects.create(name="Huis", region="Leuven-Oost")
    tidied()

    for row in [*rows, aside]:
        row.refresh_from_db()
    assert [row.region for row in rows] == [*labels[:3], "Leuven - Oost", "Aalst", "aalst", "", ""]
    now = today()
    assert [row.signals_from for row in rows] == [then, then, now, now, then, then, then, now]
    assert aside.signals_from is None


@landed
def test_tidying_names_twice_changes_nothing():
    names = (LOOSE, CAFE, LINDE)
    session = closed_round(make_collaboration(names), by_group(*names), groups=names)
    tidied()
    once = (fetched(session).groups, chosen(session), list(session.collaboration.partners.values_list("name")))
    tidied()
    assert once == (fetched(session).groups, chosen(session), list(session.collaboration.partners.values_list("name")))


# --- an answer that came in


@landed
def test_migration_that_brought_the_answer_of_a_divided_team_can_be_taken_back():
    reflection = make_reflection(
        {"goal-shared": "disagree", "goal-shared-note": "De een wel, de ander niet.", "context-practical": "disagree"},
        mode=Mode.TOGETHER,
    )
    reflection.save({"partners-needed": "helping"})
    try:
        before = migrate("0015_former_links")
        kept = {
            answer.item.key: (answer.value, answer.note)
            for answer in before.get_model("reflectie", "Answer").objects.select_related("item")
        }
        assert kept == {"goal-shared": ("", "De een wel, de ander niet."), "partners-needed": ("helping", "")}
        with pytest.raises(IntegrityError), transaction.atomic():
            before.get_model("reflectie", "Answer").objects.update(value="disagree")
    finally:
        migrate()
    assert reflection.values == {"goal-shared-note": "De een wel, de ander niet.", "partners-needed": "helping"}
    reflection.save({"goal-shared": "disagree"})
    assert reflection.values["goal-shared"] == "disagree"
