"""Fourteen paper forms of 2023, found in a folder: from the collaboration's page to a report with their numbers."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Collaboration, Session
from reflectie.services.questionnaire import plans
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from tests.helpers.browser_steps import choose, close_and_read, filled_in
from tests.helpers.entered import workbook_of
from tests.helpers.factories import make_collaboration
from tests.helpers.watch import EVERY_LOOK, Watch, check, download

pytestmark = pytest.mark.browser
# Of fourteen, ten say that the goal isn't shared; all that the pair on breadth helps.
FORMS = [["1" if number <= 10 else "2", "helpend", "speelt"] for number in range(1, 15)]


def coordinator_of(collaboration: Collaboration) -> Client:
    client = Client()
    client.force_login(collaboration.memberships.get().user)
    return client


def import_answers(page: Page, collaboration: Collaboration, path: Path, look) -> None:
    page.goto(f"/samenwerkingen/{collaboration.pk}/")
    page.get_by_role("link", name="Voer een eerdere sessie op papier in").click()
    look(page, "Een eerdere sessie invoeren")
    page.get_by_role("button", name="Verder naar het invulblad").click()
    expect(page.get_by_role("link", name="Kies een dag.")).to_be_visible()
    look(page, "Een eerdere sessie invoeren")
    page.get_by_label("Wanneer was het?").fill("2023-05-11")
    page.get_by_label("Ieder een eigen formulier, zonder naam").check()
    page.get_by_role("button", name="Verder naar het invulblad").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Formulieren invoeren vanuit Excel")
    look(page, "Formulieren invoeren")

    template = download(page, "Download het invulblad (xlsx)", path / "invulblad.xlsx")
    wrong = [*FORMS[:2], ["misschien", "2", "soms"], *FORMS[3:]]
    choose(page, filled_in(template, wrong, "Eén doel? Nee."))
    expect(page.get_by_role("alert")).to_contain_text("Er kloppen 2 dingen nog niet")
    expect(page.get_by_role("alert")).to_contain_text("Rij 6, kolom D (‘2 Gedeeld doel’): ‘misschien’ ken ik niet.")
    look(page, "Formulieren invoeren")

    choose(page, filled_in(template, FORMS, "Eén doel? Nee."))
    expect(page.get_by_role("heading", level=1)).to_have_text("Klopt dit?")
    expect(page.get_by_role("row", name="2 Gedeeld doel 10 4 0 0")).to_be_visible()
    look(page, "Klopt dit\\?")
    page.get_by_role("button", name="Ja, voer 14 formulieren in").click()
    expect(page.get_by_role("heading", name="14 formulieren zijn ingevoerd")).to_be_visible()


def figures() -> tuple[object, ...]:
    session = Session.objects.select_related("checklist", "collaboration").get()
    report = reports.load_report(session)
    items = {item.item.key: item for part in report.dimensions for item in part.items}
    shared, broad, past = (items[key].counts for key in ("goal-shared", "goal-perspective", "context-historical"))
    return (
        session.planned_on, report.counted, (shared.hindering, shared.helping), broad.helping, past.hindering,
        session.told_of_signals,
    )  # fmt: skip


@EVERY_LOOK
def test_forms_of_then_become_a_report(watch: Watch, content, tmp_path, viewport, scheme):
    collaboration = make_collaboration()
    watch.viewport = viewport
    page = watch.open(coordinator_of(collaboration))
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    import_answers(page, collaboration, tmp_path, check)
    check(page, "Samen in Tienen: Sessie van 11 mei 2023")
    close_and_read(page)
    assert figures() == (date(2023, 5, 11), 14, (10, 4), 14, 14, False)


def test_it_goes_the_same_without_javascript(watch: Watch, content, tmp_path):
    collaboration = make_collaboration()
    page = watch.open(coordinator_of(collaboration), javascript=False)
    import_answers(page, collaboration, tmp_path, lambda page, title: None)
    close_and_read(page)
    assert figures() == (date(2023, 5, 11), 14, (10, 4), 14, 14, False)


def test_a_wrong_import_goes_and_comes_anew_by_keyboard(watch: Watch, content):
    collaboration = make_collaboration()
    plan = plans.Plan(date(2023, 5, 11), Mode.ANONYMOUS, (), Grouping.NONE, earlier=True)
    session = rounds.plan_session(collaboration, plan)
    page = watch.open(coordinator_of(collaboration))
    page.goto(f"/sessies/{session.pk}/invoeren/")
    choose(page, workbook_of([["2 Gedeeld doel"], ["1"], ["1"]]))
    page.get_by_role("button", name="Ja, voer 2 formulieren in").press("Enter")
    expect(page.get_by_role("heading", name="2 formulieren zijn ingevoerd")).to_be_visible()
    page.get_by_role("link", name="Haal ze weer weg").press("Enter")
    check(page, "Formulieren weghalen")
    page.get_by_role("button", name="Ja, haal ze weg").press("Enter")
    expect(page.get_by_role("heading", name="Voer de formulieren van toen in")).to_be_visible()
    assert session.responses.count() == 0
