"""One session on the screen, as PDF, as spreadsheet, as CSV and as JSON, figure by figure, beside what plain queries
count in the database. What is withheld has no number on any of them."""

import io
import json
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from reflectie.domain.questionnaire.answers import Posted
from reflectie.domain.rules.findings import Counts, finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.exports import Format, comparison_file, session_file
from reflectie.models import Answer, Membership, Response, Role, Session
from reflectie.pdf import documents, renderer
from reflectie.presentation import wording
from reflectie.services import tokens
from reflectie.services.comparison import comparisons
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.sheets import save_fields
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from tests.helpers.compared import opened, team
from tests.helpers.factories import make_account
from tests.helpers.markup import markup_of, words_of
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round, fetched, make_collaboration
from tests.helpers.taken import (
    Figures,
    figures_of_comparison,
    figures_of_json,
    figures_of_rows,
    read_csv,
    read_xlsx,
    rows_of,
)

pytestmark = pytest.mark.django_db

VALUES = ("hindering", "helping", "helping", "hindering", "dont-know", "")
HOUSES = ("Huis Linde", "De Brug", "Thuiszorg", "OCMW")
# Who is of which house: of the last two are too few.
MEMBERS = (HOUSES[0],) * 4 + (HOUSES[1],) * 5 + (HOUSES[2],) * 2 + (HOUSES[3],) * 2


def sheet(checklist, number: int, **more):
    """Somebody's answers: each answers differently; one item is called hindering by all, one by the first house."""
    values = {item.key: VALUES[(number * 5 + item.number * number) % 6] for item in checklist}
    values |= {"goal-shared": "hindering", "partners-needed": "hindering" if number < 4 else "helping"}
    values |= {"first": ("goal-shared",), "intensity-needed": "act", "intensity-current": ("meetings",)}
    return {name: value for name, value in (values | more).items() if value}


@pytest.fixture
def grouped(checklist):
    sheets = [sheet(checklist, number, organisation=house) for number, house in enumerate(MEMBERS)]
    return discussed_round(make_collaboration(HOUSES), sheets, groups=HOUSES, expected=15)


@pytest.fixture
def named(checklist):
    sheets = [sheet(checklist, number, participant=f"Persoon {number}") for number in range(5)]
    return discussed_round(make_collaboration(), sheets, Mode.NAMED)


@pytest.fixture
def together(checklist):
    plan = plans.Plan(planned_on=date(2026, 11, 19), mode=Mode.TOGETHER, questions=OPTIONAL)
    session = rounds.plan_session(make_collaboration(), plan)
    posted = {name: Posted(value, "0") for name, value in sheet(checklist, 4).items()}
    save_fields(session, tokens.hash_token(tokens.new_token()), posted, finish=True, may_begin=True)
    return fetched(session)


@pytest.fixture
def few(checklist):
    return discussed_round(make_collaboration(), [sheet(checklist, number) for number in range(2)], expected=8)


ALL = pytest.mark.parametrize("name", ["grouped", "named", "together", "few"])
WITH_RESULTS = pytest.mark.parametrize("name", ["grouped", "named", "together"])


def taken(session: Session, wanted: Format) -> bytes:
    """As a member of its collaboration gets it."""
    user = make_account(f"{wanted}@example.org")
    Membership.objects.create(collaboration=session.collaboration, user=user, role=Role.FACILITATOR)
    client = Client()
    client.force_login(user)
    response = client.get(reverse("session-file", args=[session.pk, wanted]))
    assert response.status_code == 200
    return response.content


def screen(session: Session) -> str:
    user = make_account("screen@example.org")
    Membership.objects.create(collaboration=session.collaboration, user=user, role=Role.FACILITATOR)
    client = Client()
    client.force_login(user)
    return markup_of(client.get(reverse("session-report", args=[session.pk])))


def counted(session: Session, checklist, house: str = "") -> Figures:
    """What plain queries find of every item, among all or those of one house."""
    responses = Response.objects.filter(session=session)
    if house:
        responses = responses.filter(extras__organisation=house)
    people, found = responses.count(), {}
    for item in checklist:
        given = Answer.objects.filter(response__in=responses, item__key=item.key)
        hindering, helping = (given.filter(value=value).count() for value in ("hindering", "helping"))
        dont_know = given.filter(value="dont-know").count()
        counts = Counts(hindering, helping, dont_know, people - hindering - helping - dont_know)
        found[item.key, house] = (hindering, helping, counts.unsure, people, finding(item.kind, counts))
    return found


def rows_on_screen(page: str, checklist) -> dict[str, str]:
    """Of each item what stands in its row and those under it."""
    found = {}
    for item in checklist:
        [start] = re.finditer(f'<tr id="{item.key}"', page)
        found[item.key] = re.split(r'<tr id="|</table>', page[start.end() :])[0]
    return found


def on_screen(page: str, checklist) -> Figures:
    """The figures that a round's page shows of each item."""
    found: Figures = {}
    for key, row in rows_on_screen(page, checklist).items():
        numbers = {k: int(n) for k, n in re.findall(r'key-([a-z-]+)".*?<strong>(\d+)</strong>', row)}
        [badge] = re.findall(r'class="finding is-([a-z]+)"', row)
        unsure = numbers.get("dont-know", 0) + numbers.get("open", 0)
        found[key, ""] = (numbers["hindering"], numbers["helping"], unsure, sum(numbers.values()), badge)
    return found


@ALL
def test_spreadsheet_csv_and_json_have_the_same_figures(name, request):
    session = request.getfixturevalue(name)
    by_json = figures_of_json(taken(session, Format.JSON))
    assert figures_of_rows(rows_of(taken(session, Format.XLSX), "Cijfers")) == by_json
    assert figures_of_rows(read_csv(taken(session, Format.CSV))) == by_json
    assert len([key for key, group in by_json if not group]) == 15


@WITH_RESULTS
def test_files_have_what_the_database_counts(name, request, checklist):
    session = request.getfixturevalue(name)
    found = figures_of_rows(read_csv(taken(session, Format.CSV)))
    assert {place: figure for place, figure in found.items() if not place[1]} == counted(session, checklist)


def test_groups_have_what_the_database_counts_or_the_reason_why_not(grouped, checklist):
    found = figures_of_rows(read_csv(taken(grouped, Format.CSV)))
    shown = {place: figure for place, figure in found.items() if place[1] and not isinstance(figure, str)}
    kept = counted(grouped, checklist, HOUSES[0]) | counted(grouped, checklist, HOUSES[1])
    assert {place: kept[place] for place in shown} == shown
    withheld = {place: figure for place, figure in found.items() if isinstance(figure, str)}
    assert {figure for (_key, house), figure in withheld.items() if house in HOUSES[2:]} == {
        "om een kleine groep te beschermen"
    }
    # Some items are withheld for those that are shown elsewhere.
    assert {figure for (_key, house), figure in withheld.items() if house in HOUSES[:2]} == {
        "anders is uit te rekenen wat iemand antwoordde"
    }
    assert len([house for _key, house in shown if house == HOUSES[0]]) > 3
    rows = read_csv(session_file(reports.load_report(grouped), Format.CSV))[:5]
    sizes = ["13", "4", "5", *["om een kleine groep te beschermen"] * 2]
    told = {row["groep"]: row["geteld"] or row["niet_getoond"] for row in rows}
    assert told == dict(zip(["", *HOUSES], sizes, strict=True))


@pytest.mark.parametrize("name", ["grouped", "named"])
def test_screen_has_the_figures_of_the_files(name, request, checklist):
    session = request.getfixturevalue(name)
    found = figures_of_json(taken(session, Format.JSON))
    assert on_screen(screen(session), checklist) == {place: f for place, f in found.items() if not place[1]}


def test_screen_shows_of_each_group_what_the_files_have(grouped):
    page, found = screen(grouped), figures_of_json(taken(grouped, Format.JSON))
    [_heads, *lines] = page_of(page).rows("In cijfers")
    cells = [line for _item, *line in lines]
    keys = list(dict.fromkeys(key for key, _group in found))
    told = {(key, house): [*map(int, re.findall(r"\d+", text))] for key, line in zip(keys, cells, strict=True)
            for house, text in zip(HOUSES, line, strict=False)}  # fmt: skip
    expected = {}
    for place in told:
        figure = found[place]
        # Nobody who doesn't know, and nobody who left it open, isn't mentioned.
        expected[place] = [] if isinstance(figure, str) else [*figure[:2], *([figure[2]] if figure[2] else [])]
    assert told == expected
    assert len(told) == 30


def test_screen_of_one_sheet_has_the_findings_of_the_files(together, checklist):
    rows, found = rows_on_screen(screen(together), checklist), figures_of_json(taken(together, Format.JSON))
    badges = {key: re.findall(r'class="finding is-([a-z]+)"', row) for key, row in rows.items()}
    assert badges == {key: [figure[4]] for (key, _group), figure in found.items()}
    assert {figure[3] for figure in found.values()} == {1}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", ["grouped", "named"])
def test_pdf_has_the_figures_of_the_files(name, request, checklist):
    session = request.getfixturevalue(name)
    content = renderer.render_pdf(documents.write(reports.load_report(session)))
    text = squeezed(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    parts = json.loads(taken(session, Format.JSON))["items"]
    missing = [part["key"] for part in parts if not _stands_in(part, text)]
    assert missing == []


def _stands_in(part, text: str) -> bool:
    """Whether an item's numbers stand in the text in their order, each before its words and, by name, before who."""
    counts, names = part["counts"], {voice["answer"]: voice["names"] for voice in part["voices"]}
    is_factor = part["kind"] == "factor"
    words = {"hindering": "Speelt" if is_factor else part["hindering"], "dont-know": "Weet ik niet"}
    words |= {"open": "Opengelaten", "helping": "Speelt niet" if is_factor else part["helping"]}
    said = []
    for value, answer in words.items():
        if (number := counts[value.replace("-", "_")]) or value in {"hindering", "helping"}:
            who = f": {', '.join(names[value])}" if value in names else ""
            said.append(re.escape(squeezed(f"{number} {answer}{who}")))
    start = re.escape(squeezed(part["hindering"] if is_factor else part["short"]))
    # Between them stand a sign before each number, an item's wordings, and by name the finding.
    between = ".{0,160}?" if names else "[^0-9]{0,300}?"
    return re.search(start + between + ".?".join(said), text) is not None


def test_too_few_leave_no_number_of_answers_anywhere(few, checklist):
    found = figures_of_json(taken(few, Format.JSON))
    assert set(found.values()) == {"te weinig mensen"}
    told = json.loads(taken_json := session_file(reports.load_report(few), Format.JSON))
    assert (told["counted"], told["expected"]) == ({"withheld": "too-few"}, None)
    assert [item["first"] for item in told["items"]] == [None] * 15
    assert b'"number"' not in taken_json
    rows = read_csv(taken(few, Format.CSV))
    numbers = (
        "hinderend",
        "helpend",
        "weet_niet",
        "open",
        "weet_niet_of_open",
        "geteld",
        "verwacht",
        "eerst",
        "aantal",
    )
    assert [[row[name] for name in numbers] for row in rows] == [[""] * len(numbers)] * 16
    assert {row["niet_getoond"] for row in rows} == {"te weinig mensen"}
    book = read_xlsx(taken(few, Format.XLSX))
    assert book.sheetnames == ["Verslag", "Cijfers", "Codeboek"]
    # On the sheet to read no number but that of each item.
    cells = [cell.value for line in book["Verslag"].iter_rows() for cell in line]
    assert [cell for cell in cells if isinstance(cell, int)] == list(range(1, 16))
    assert str(wording.REASONS[Reason.TOO_FEW]) == "te weinig mensen"
    assert words_of(screen(few)).count("te weinig mensen") == 1


@ALL
def test_sheet_to_read_has_the_figures_of_the_raw_rows(name, request):
    session = request.getfixturevalue(name)
    content = taken(session, Format.XLSX)
    lines = [line for line in read_xlsx(content)["Verslag"].iter_rows(values_only=True) if isinstance(line[0], int)]
    raw = [row for row in rows_of(content, "Cijfers") if row["soort"] == "cijfer" and "groep" not in row]
    divided = ["niet_eens"] if name == "together" else []
    names = ("hinderend", "helpend", "weet_niet", *divided, "open", "geteld", "eerst")
    assert [line[3 : 3 + len(names)] for line in lines] == [tuple(row.get(name) for name in names) for row in raw]
    told = [row.get("bevinding") or f"Niet getoond: {row['niet_getoond']}" for row in raw]
    assert [line[2] if line[2].startswith("Niet") else line[2][2:] for line in lines] == told


def test_comparison_has_the_same_figures_in_every_file(checklist):
    fien = make_account("fien@example.org")
    linde, brug = team(fien, "Huis Linde"), team(fien, "De Brug")
    many = [sheet(checklist, number) for number in range(6)]
    opened(linde, many, date(2025, 3, 1))
    opened(linde, many[:2], date(2026, 3, 1))
    opened(brug, [one | {"participant": "An"} for one in many[:3]], date(2026, 3, 2), Mode.NAMED)
    comparison = comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))
    shown = [
        {
            (item.item.key, ""): (
                str(wording.REASONS[item.counts.reason])
                if isinstance(item.counts, Withheld)
                else (item.counts.hindering, item.counts.helping, item.counts.unsure, item.counts.counted, item.finding)
            )
            for item in session.items
        }
        for session in comparison.sessions
    ]
    xlsx, csv_rows = comparison_file(comparison, Format.XLSX), read_csv(comparison_file(comparison, Format.CSV))
    assert figures_of_comparison(comparison_file(comparison, Format.JSON)) == shown
    assert [figures_of_rows(rows_of(xlsx, "Cijfers"), number) for number in (1, 2, 3)] == shown
    assert [figures_of_rows(csv_rows, number) for number in (1, 2, 3)] == shown
    # What the sheet to read says of each, in words and numbers.
    lines = [line for line in read_xlsx(xlsx)["Vergelijking"].iter_rows(values_only=True) if isinstance(line[0], int)]
    for place, figures in enumerate(shown):
        for line, figure in zip(lines, figures.values(), strict=True):
            cell = line[2 + place]
            if isinstance(figure, str):
                assert cell == f"Niet getoond: {figure}"
            else:
                numbers = [*figure[:2], *([figure[2]] if figure[2] else [])]
                assert [*map(int, re.findall(r"\d+", cell))] == numbers
                assert str(wording.FINDINGS[figure[4]]) in cell
    assert sum(isinstance(figure, str) for figure in shown[2].values()) == 15
