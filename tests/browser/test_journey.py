"""Everything above one team, in one go: paper of years ago comes in and is talked about, what helped is shared, and a
facilitator of two collaborations finds it there, and takes the figures along."""

import csv
import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from reflectie.models import Membership, Role, Session
from tests.helpers.browser_steps import choose as choose_file
from tests.helpers.browser_steps import close_and_read, filled_in
from tests.helpers.compared import opened, team
from tests.helpers.factories import browser, make_account
from tests.helpers.taken import rows_of
from tests.helpers.watch import FACTS, Watch, download, pages_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY, NAME = "goal-shared", "Gedeeld doel"
NOTE = "Eén doel? Nee."
REASON = "We kenden elkaars zin niet."
AGREED = "We lezen elk overleg eerst ons doel."
THEN = date(2023, 5, 11)
# Of six, five say that the goal isn't shared.
FORMS = [["hinderend" if number else "helpend", "helpend", "speelt"] for number in range(6)]
# The sheets of a later session, with as many people.
SOLVED = [{KEY: "helping", "goal-perspective": "helping"}] * 5 + [{KEY: "dont-know"}]
HINDERED = [{KEY: "hindering", "context-financial": "helping"}] * 3
# Of every item and session, in the order of the page: the numbers behind a cell.
TABLE = """() => [...document.querySelectorAll(".finding-row")].map((row) => [
    row.querySelector("th button").textContent.trim(),
    [...row.nextElementSibling.querySelectorAll("li")].map((cell) => Object.fromEntries(
        [...cell.querySelectorAll(".tally > span")].map((part) => [
            part.querySelector(".key").className.replace("key key-", ""),
            Number(part.lastChild.textContent),
        ])
    )),
])"""


def bring_in(page: Page, collaboration, path: Path) -> None:
    page.goto(f"/samenwerkingen/{collaboration.pk}/")
    page.get_by_role("link", name="Voer een eerdere sessie op papier in").click()
    page.get_by_label("Wanneer was het?").fill(THEN.isoformat())
    page.get_by_label("Ieder een eigen formulier, zonder naam").check()
    page.get_by_role("button", name="Verder naar het invulblad").click()
    template = download(page, "Download het invulblad (xlsx)", path / "invulblad.xlsx")
    choose_file(page, filled_in(template, FORMS, NOTE))
    page.get_by_role("button", name="Ja, voer 6 formulieren in").click()
    expect(page.get_by_role("heading", name="6 formulieren zijn ingevoerd")).to_be_visible()


def talk_agree_and_conclude(page: Page) -> None:
    page.get_by_text("Antwoorden en notities").first.click()
    page.get_by_role("link", name=re.compile(f"Leg de uitkomst vast.*{NAME}")).last.click()
    page.get_by_label("Waarom?").fill(REASON)
    page.get_by_role("radio", name="Niet gedeeld door alle partners").check()
    page.get_by_role("button", name="Bewaar de uitkomst").click()
    expect(page.get_by_role("row").filter(has_text=REASON)).to_have_count(1)
    page.get_by_text("Bekijk het advies").click()
    page.get_by_role("link", name=re.compile(f"Maak hierover een afspraak.*{NAME}")).click()
    page.get_by_label("Wat gaan jullie doen?").fill(AGREED)
    page.get_by_role("button", name="Bewaar de afspraak").click()
    expect(page.get_by_role("heading", name=AGREED)).to_be_visible()
    page.get_by_role("link", name="Sessie van").click()
    page.get_by_role("link", name="Rond de sessie af").click()
    page.get_by_role("radio", name="Ja, we hebben elkaar nodig").check()
    page.get_by_role("radio", name="Herstellen").check()
    page.get_by_role("button", name="Rond af").click()
    expect(page.get_by_role("heading", name="Afgerond op")).to_be_visible()


def share(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Deel het met andere samenwerkingen")).click()
    page.get_by_role("radio", name="Met onze naam").first.check()
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_role("status")).to_have_text("Bewaard. Andere teams kunnen nu 1 zin van jullie lezen.")


def seen(page: Page, title: str) -> None:
    """What holds of every page of a comparison, with all of it opened."""
    expect(page).to_have_title(re.compile(f"^{title}( · .+)? · Samenwerking$"))
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('main details').forEach((part) => (part.open = true))")
    assert page.evaluate(FACTS) == {"headings": 1, "amber": 1, "wide": False, "language": "nl"}, page.url
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_snapshot()


def choose_by_label(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name="Vergelijken").click()
    page.get_by_text("Zoek in ").click()
    page.get_by_label("Regio of thema").select_option("Tienen")
    page.get_by_role("button", name="Zoek", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("3 sessies gevonden.")
    seen(page, "Vergelijken")
    page.get_by_role("button", name="Kies alle 2 sessies van Huis Linde").click()
    page.get_by_label("1 januari 2026").check()
    page.get_by_role("button", name="Vergelijk").click()


def numbers(page: Page) -> dict[tuple[str, int], tuple[int, int, int]]:
    """The table's, by item and session, once all of it is there."""
    page.wait_for_load_state()
    found = {}
    for name, cells in page.evaluate(TABLE):
        for place, parts in enumerate(cells, start=1):
            unsure = parts.pop("dont-know", 0) + parts.pop("open", 0)
            found[name, place] = (parts.pop("hindering", 0), parts.pop("helping", 0), unsure)
            assert parts == {}
    return found


def numbers_in(spreadsheet: bytes) -> dict[tuple[str, int], tuple[int, int, int]]:
    return {
        (row["stelling"], row["sessie"]): (row["hinderend"], row["helpend"], row["weet_niet_of_open"])
        for row in rows_of(spreadsheet, "Cijfers")
        if row["soort"] == "cijfer"
    }


def compare(page: Page) -> None:
    """The table, one collaboration's years, and both beside each other."""
    seen(page, "Alles in één tabel · Vergelijken")
    shared = page.get_by_role("row").filter(has=page.get_by_role("button", name=NAME)).get_by_role("gridcell")
    # Collaborations stand by name.
    expect(shared).to_have_text([re.compile("Hinderpaal"), re.compile("Hinderpaal"), re.compile("Sterkte")])
    page.get_by_role("link", name="Over de tijd").click()
    seen(page, "Over de tijd · Vergelijken")
    expect(page.get_by_role("main")).to_contain_text("Werd een sterkte")
    expect(page.get_by_role("row", name=AGREED)).to_contain_text("werd een sterkte")
    page.get_by_role("link", name="Naast elkaar").click()
    seen(page, "Naast elkaar · Vergelijken")
    obstacle = page.locator(f"#hinderpaal-{KEY}")
    expect(obstacle.get_by_role("heading", name="Hier lukte het: Huis Linde")).to_be_visible()
    # What was agreed then, and what was shared of it.
    agreed, shared = obstacle.get_by_role("listitem").filter(has_text=AGREED).all()
    expect(agreed).not_to_contain_text("Huis Linde")
    expect(shared.get_by_text("Huis Linde", exact=True)).to_be_visible()


def take_along(page: Page, path: Path) -> None:
    text = " ".join(pages_of(download(page, "Download als pdf", path / "1.pdf")))
    told = [name for name in ("Huis Linde", "De Brug", "11 mei 2023", "Zorgpunt", "Elders") if name in text]
    assert told == ["Huis Linde", "De Brug", "11 mei 2023"]
    spreadsheet = download(page, "Rekenblad (xlsx)", path / "1.xlsx")
    page.get_by_role("link", name="Tabel").click()
    shown = numbers(page)
    assert (len(shown), shown[NAME, 2], shown[NAME, 3]) == (45, (5, 1, 0), (0, 5, 1))
    assert numbers_in(spreadsheet) == shown


def take_everything(page: Page, path: Path) -> None:
    page.goto("/account/")
    page.get_by_role("link", name="Neem je gegevens en verslagen mee").click()
    with zipfile.ZipFile(io.BytesIO(download(page, "Download alles (zip)", path / "1.zip"))) as archive:
        assert archive.testzip() is None
        listed = archive.read("inhoud.csv").decode("utf-8-sig")
        folders = {name.rpartition("/")[0] for name in archive.namelist()} - {""}
    found = list(csv.DictReader(io.StringIO(listed, newline=""), delimiter=";"))
    assert {row["map"] for row in found} == folders
    # Also what they chose not to compare; nothing of a collaboration in which they have no role.
    names = sorted(row["samenwerking"] for row in found)
    assert names == ["De Brug", "Huis Linde", "Huis Linde", "Zorgpunt"]


def test_paper_of_then_helps_another_team_now(watch: Watch, fien, tmp_path):
    linde, brug = (team(fien, name, region="Tienen") for name in ("Huis Linde", "De Brug"))
    els, omar = make_account("els@example.org"), make_account("omar@example.org")
    Membership.objects.create(collaboration=linde, user=els, role=Role.COORDINATOR)
    Membership.objects.create(collaboration=brug, user=omar, role=Role.COORDINATOR)
    opened(brug, HINDERED, date(2026, 1, 1))
    opened(team(fien, "Zorgpunt", region="Leuven"), HINDERED)
    opened(team(omar, "Elders", Role.COORDINATOR, region="Tienen"), HINDERED)

    coordinator = watch.open(browser(els))
    bring_in(coordinator, linde, tmp_path)
    close_and_read(coordinator)
    talk_agree_and_conclude(coordinator)
    share(coordinator)
    assert Session.objects.get(planned_on=THEN).stage == Session.Stage.CONCLUDED
    opened(linde, SOLVED)

    facilitator = watch.open(browser(fien))
    choose_by_label(facilitator)
    compare(facilitator)
    take_along(facilitator, tmp_path)
    take_everything(facilitator, tmp_path)
