"""Sessions over time in a real browser: what axe says, on a phone and wide, in the light and in the dark; and without
JavaScript."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from reflectie.domain.setup import Mode
from reflectie.models import Agreement, Collaboration, Item, Session
from tests.helpers.compared import opened, team
from tests.helpers.factories import browser
from tests.helpers.watch import EVERY_LOOK, FACTS, Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEYS = ("goal-shared", "partners-needed", "context-practical", "context-political")
SMALL = """() => [...document.querySelectorAll("main summary, main a")]
    .filter((part) => !part.closest("li, .crumbs, .compare-what") && part.getBoundingClientRect().height < 44)
    .map((part) => part.outerHTML)"""


def years(collaboration: Collaboration) -> list[Session]:
    """Four that can be compared, one that is withheld, and one by name; with what was agreed."""
    found = []
    for year, hindering in enumerate((8, 7, 5, 3, 1, 1)):
        mode, people = (Mode.NAMED, 4) if year == 3 else (Mode.ANONYMOUS, 2 if year == 1 else 9)
        sheets = [
            {key: "hindering" if (place + turn) % 9 < hindering else "helping" for turn, key in enumerate(KEYS)}
            | {"participant": f"Persoon {place}"}
            for place in range(people)
        ]
        found.append(opened(collaboration, sheets, date(2020 + year, 3, 1), mode))
    item = Item.objects.filter(key=KEYS[0]).first()
    Agreement.objects.create(session=found[0], position=0, what="onafgebroken" * 20, item=item, state="done")
    Agreement.objects.create(session=found[4], position=0, what="We bellen.", who="lang" * 20)
    return found


def address(*sessions: Session) -> str:
    return f"{reverse('compare-time')}?" + "&".join(f"sessie={session.pk}" for session in sessions)


def faults(page: Page) -> tuple[dict[str, object], str]:
    """What is wrong with the page, with everything opened that can be."""
    page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
    facts = page.evaluate(FACTS)
    results = Axe().run(page)
    return {name: facts[name] for name in ("headings", "wide")}, results.generate_snapshot()


@EVERY_LOOK
def test_axe_finds_nothing_over_time(watch: Watch, fien, viewport, scheme):
    linde, brug = team(fien, "Huis Linde"), team(fien, "Wijkgezondheidscentrum en huisartsenwachtpost De Brug")
    six, two = years(linde), [opened(brug, [{KEYS[0]: "hindering"}] * 3, date(year, 1, 1)) for year in (2024, 2025)]
    page = watch.open(browser(fien))
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    for path in (address(*six), address(*six, *two), address(six[0])):
        page.goto(path)
        assert faults(page) == ({"headings": 1, "wide": False}, ""), path
        assert page.evaluate(SMALL) == [], path


@pytest.mark.parametrize("javascript", [True, False])
def test_everything_is_there_with_and_without_javascript(watch: Watch, fien, javascript):
    sessions = years(team(fien, "Huis Linde"))
    page = watch.open(browser(fien), javascript=javascript)
    page.goto(address(*sessions))
    expect(page.get_by_role("heading", name="Werd een sterkte")).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(15 + 5)
    expect(page.get_by_role("img", name="Gedeeld doel. 1 maart 2020: structurele hinderpaal")).to_be_visible()
    table = page.locator(".trend-rows").first
    expect(table).to_be_hidden()
    page.get_by_text("De getallen: Doel van de samenwerking").click()
    expect(table).to_be_visible()
    page.get_by_role("link", name="Wijzig de keuze").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vergelijken")
