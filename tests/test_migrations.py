"""An update keeps what people made with the version before: sessions, outcomes, and a PDF that is simply made again."""

import copy

import pytest
from conftest import FROZEN, GUIDANCE, text_of
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from rounds import DAY, discussed_round, make_collaboration, signed_in

from reflectie import store
from reflectie.domain.talk import Choice, Outcome
from reflectie.models import Answer, Checklist, MadePdf, Session

pytestmark = pytest.mark.django_db(transaction=True)

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
    store.record_outcome(session, "goal-shared", TALKED, "0")
    return session


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
    report = store.load_report(session)
    assert (report.counted, report.conclusion, report.agreements) == (3, None, ())
    assert {item.item.key: item.outcome for item in report.items if item.outcome} == {"goal-shared": TALKED}
    # Nothing is kept of what was made then, and what is made now is.
    assert MadePdf.objects.count() == 0
    assert store.kept_pdf(session.pk, "verslag", "sleutel") is None
    store.keep_pdf(session.pk, "verslag", "nu", b"%PDF", report)
    assert store.final_key(session.pk, "verslag") == "nu"


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
    report = store.load_report(session)
    assert (report.counted, [agreement.what for agreement in report.agreements]) == (3, ["We bellen elkaar."])


def test_content_of_a_first_revision_is_followed_by_the_second(talked_about):
    first = copy.deepcopy(GUIDANCE)
    first["revision"] = GUIDANCE["revision"] - 1
    first["items"]["goal-shared"]["question"] = "Een vraag van toen?"
    row = Checklist.objects.get()
    row.guidance.update(content=first)
    row.revision = first["revision"]
    row.save(update_fields=["revision"])
    store.forget_checklists()

    assert store.publish_checklist(FROZEN, [GUIDANCE], DAY)
    assert not store.publish_checklist(FROZEN, [GUIDANCE], DAY)

    session = Session.objects.select_related("checklist", "collaboration").get()
    report = store.load_report(session)
    assert (report.checklist.version, report.checklist.revision) == (1, GUIDANCE["revision"])
    question = report.checklist.by_key["goal-shared"].question
    assert question == GUIDANCE["items"]["goal-shared"]["question"] != "Een vraag van toen?"
