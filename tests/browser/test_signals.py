"""Signals in a real browser: a coordinator takes part and releases a note, a facilitator reads it and takes it along;
and every page of it in the light, in the dark and on a wide screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from reflectie.models import Collaboration, Role, Session
from tests.helpers.rounds import signed_in
from tests.helpers.signalled import HINDERED, KEY, NOTED, TODAY, held, several, taking_part
from tests.helpers.watch import EVERY_LOOK, FACTS, Watch, check, download, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def day(monkeypatch):
    for place in ("services.signals", "views.signals"):
        monkeypatch.setattr(f"reflectie.{place}.today", lambda: TODAY)


@pytest.fixture
def session(content) -> Session:
    """Four others take part, this one doesn't yet."""
    several(4, region="Oost-Brabant")
    return held(Collaboration.objects.create(name="Huis Linde", region="Hageland"), NOTED)


@pytest.mark.parametrize("javascript", [True, False])
def test_coordinator_takes_part_and_facilitator_takes_it_along(watch: Watch, session, tmp_path, javascript):
    collaboration = session.collaboration
    page = watch.open(signed_in("els", collaboration), javascript=javascript)
    page.goto(reverse("collaboration", args=[collaboration.pk]))
    page.get_by_role("link", name="Lees wat dat betekent en kies").click()
    if javascript:
        check(page, "Meedoen aan signalen")
    page.get_by_role("button", name="Doe mee").click()
    expect(page.get_by_role("status")).to_have_text("Deze samenwerking doet mee.")
    expect(page.get_by_role("button", name="Doe niet meer mee")).to_be_visible()
    page.goto(reverse("session", args=[session.pk]))
    page.get_by_role("link", name="Geef notities vrij voor signalen").click()
    if javascript:
        check(page, "Notities vrijgeven")
    page.get_by_role("button", name="Geef vrij").click()
    expect(page.get_by_text("1 notitie is vrijgegeven.")).to_be_visible()

    # A quarter later.
    Collaboration.objects.filter(pk=collaboration.pk).update(signals_from="2026-09-30")
    page = watch.open(signed_in("bert", collaboration, Role.FACILITATOR), javascript=javascript)
    page.goto(reverse("collaborations"))
    page.get_by_role("link", name="Bekijk de signalen").click()
    if javascript:
        check(page, "Signalen")
    expect(page.get_by_text("In 2026 telden tot nu 5 samenwerkingen mee. Bij 5 daarvan")).to_be_visible()
    expect(page.locator(f"#{KEY} .quote")).to_have_text("Geen geld.")
    [first, second] = pages_of(download(page, "Download als pdf", tmp_path / "1.pdf"))
    assert ("5 van 5" in first, "Geen geld." in second) == (True, True)


@EVERY_LOOK
def test_axe_finds_nothing_on_any_page_of_signals(watch: Watch, session, viewport, scheme):
    several(3, [{"goal-shared": "hindering", "goal-shared-note": "onafgebroken" * 20}, *HINDERED], region="lang" * 15)
    Collaboration.objects.update(signals_from="2026-01-01")
    quiet = held(taking_part(region="Hageland"), NOTED)
    held(taking_part(region="Hageland"), HINDERED)
    page = watch.open(signed_in("els", session.collaboration))
    signed_in("els", quiet.collaboration, Role.FACILITATOR)
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    # What to do next is amber; where there is nothing to do, nothing is.
    paths = {
        reverse("signals"): 1,
        reverse("signals") + "?label=" + "lang" * 15: 1,
        f"{reverse('signals')}?jaar=2020": 0,
        reverse("collaboration-signals", args=[session.collaboration_id]): 0,
        reverse("collaboration-signals", args=[quiet.collaboration_id]): 0,
        reverse("quotes", args=[session.pk]): 1,
    }
    found = {}
    for path, amber in paths.items():
        assert page.goto(path).status == 200
        page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
        assert page.evaluate(FACTS) == {"headings": 1, "amber": amber, "wide": False, "language": "nl"}, path
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_snapshot()
    assert found == {}
