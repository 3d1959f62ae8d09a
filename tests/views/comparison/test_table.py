"""The table of a comparison: what each session's answers to each item add up to, and the numbers behind that."""

import gzip
import json
import re
from copy import deepcopy
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import Mode
from reflectie.models import Checklist, Collaboration, Session
from reflectie.services.questionnaire import checklists
from tests.helpers.compared import choice, many, opened, team
from tests.helpers.factories import FROZEN, GUIDANCE, browser, text_of
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of

TABLE = reverse("compare-table")
REFER = {"partners-stable": "hindering", "intensity-needed": "refer"}

# So begins the row that unfolds.
NUMBERS = "Antwoorden bij: "

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(fien) -> Client:
    return browser(fien)


@pytest.fixture
def linde(fien) -> Collaboration:
    return team(fien, "Huis Linde")


def shared(hindering: int, helping: int, **more):
    return [{"goal-shared": "hindering", **more}] * hindering + [{"goal-shared": "helping", **more}] * helping


def body(page) -> list[list[str]]:
    """What each row says to a screen reader: without signs and short words."""
    _teams, _sessions, *rows = page_of(page).rows()
    return rows


def groups(page) -> list[str]:
    """What stands over the rows of a part of the checklist."""
    return [row[0] for row in body(page) if len(row) == 1]


def found(page) -> list[list[str]]:
    """The rows with what was found on each item."""
    return [row for row in body(page) if len(row) > 1 and not row[0].startswith(NUMBERS)]


def findings(page) -> dict[str, list[str]]:
    return {name: values for name, *values in found(page)}


def unfolded(page) -> list[list[str]]:
    """The rows with the numbers of an item."""
    return [row for row in body(page) if row[0].startswith(NUMBERS)]


def numbers(page, name: str) -> list[str]:
    [row] = [row for row in unfolded(page) if row[0].startswith(f"{NUMBERS}{name}")]
    return row


def headings(page) -> list[str]:
    (_what, *teams), sessions = page_of(page).rows()[:2]
    return teams + sessions


def test_each_cell_has_the_finding_of_the_sessions_own_report(client, fien, linde):
    brug = team(fien, "De Brug")
    sessions = [
        opened(brug, shared(4, 1), date(2025, 5, 1)),
        opened(linde, [*shared(2, 1), REFER, REFER, REFER], date(2025, 3, 1)),
        opened(linde, shared(0, 5), date(2026, 3, 1), Mode.NAMED),
        opened(linde, shared(1, 1), date(2026, 9, 1)),
    ]
    page = client.get(f"{TABLE}?{choice(*sessions)}")
    assert headings(page) == [
        "De Brug",
        "Huis Linde",
        "1 mei 2025 5 mensen, anoniem",
        "1 maart 2025 6 mensen, anoniem",
        "1 maart 2026 5 mensen, op naam",
        "1 september 2026 te weinig mensen, anoniem",
    ]
    assert findings(page)["Gedeeld doel"] == [
        "Structurele hinderpaal",
        "Structurele hinderpaal",
        "Sterkte",
        "te weinig mensen",
    ]
    assert findings(page)["Vaste of wisselende groep"] == [
        "Blinde vlek",
        "Aandachtspunt",
        "Blinde vlek",
        "te weinig mensen",
    ]
    assert len(findings(page)) == 15
    signs = re.findall(
        r'class="is-([a-z]+)(?: is-first)?"><span class="sign" aria-hidden="true">(.)</span>',
        markup_of(page).partition('id="goal-shared"')[2],
    )
    assert signs[:3] == [("obstacle", "×"), ("obstacle", "×"), ("strength", "+")]


def test_a_row_unfolds_to_the_numbers_of_every_session(client, linde):
    two = [opened(linde, shared(3, 1), date(2025, 3, 1)), opened(linde, shared(1, 1), date(2026, 3, 1))]
    page = client.get(f"{TABLE}?{choice(*two)}")
    assert numbers(page, "Gedeeld doel") == [
        "Antwoorden bij: Gedeeld doel Niet gedeeld door alle partners Gedeeld door alle partners",
        "1 maart 2025 Niet gedeeld door alle partners: 3 Gedeeld door alle partners: 1 1 van 4 ziet het anders Verslag"
        " 1 maart 2026 te weinig mensen Verslag",
    ]
    assert numbers(page, "Praktisch")[1].startswith(
        "1 maart 2025 Speelt: 0 Opengelaten: 4 Speelt niet: 0 4 van 4: weet ik niet of opengelaten Verslag 1 maart 2026"
    )
    address = reverse("session-report", args=[two[0].pk])
    assert f"{address}#goal-shared" in [link.address for link in page_of(page).links("Verslag")]
    assert "goal-shared" in page_of(client.get(address)).anchors()
    hindering = '<path class="spread-hindering" d="M0 0h3v4h-3z"/>'
    bar = re.findall(r'viewBox="0 0 4 4"[^>]*>(.*?)</svg>', markup_of(page))[1]
    assert bar == f'{hindering}<path class="spread-helping" d="M3 0h1v4h-1z"/>'


def test_what_is_withheld_has_no_number(client, linde):
    few = opened(linde, shared(1, 1), date(2026, 3, 1))
    page = client.get(f"{TABLE}?{choice(few)}")
    values = [value for row in body(page) for value in row[1:]]
    assert set(values) == {"te weinig mensen", "1 maart 2026 te weinig mensen Verslag"}
    assert "Er staat één sessie." in text_of(page)


def test_rows_stand_by_dimension_or_by_where_it_hurts_most(client, linde):
    sheets = [{"goal-shared": "helping", "context-practical": "hindering"}] * 3
    more = [{"partners-needed": "hindering", "context-practical": "hindering"}] * 3
    query = choice(*(opened(linde, sheets, date(2026, 1, day)) for day in (1, 2)), opened(linde, more))
    by_dimension = client.get(f"{TABLE}?{query}")
    assert list(findings(by_dimension))[:3] == ["Breedte van het doel", "Gedeeld doel", "Nodige partners"]
    assert groups(by_dimension) == [
        "Doel van de samenwerking",
        "Samenstelling van de samenwerking",
        "Vorm van de samenwerking",
        "Coördinatie van de samenwerking",
        "Context van de samenwerking",
    ]
    by_hurt = client.get(f"{TABLE}?{query}&orde=knelt")
    named = [name.split(" Context")[0].split(" Samenstelling")[0] for name in findings(by_hurt)]
    assert named[:2] == ["Praktisch", "Nodige partners"]
    assert groups(by_hurt) == []
    # The order is part of the address, and so is the choice.
    order = page_of(by_hurt).link("hinderpalen eerst")
    assert (order.address, order.is_current) == (f"?{query}&orde=knelt", True)


def test_above_the_table_stands_what_recurs(client, linde):
    sheets = [{"goal-shared": "hindering", "partners-stable": "helping", "context-practical": "hindering"}] * 3
    once = [{"goal-shared": "hindering", "coordination-equality": "hindering"}] * 3
    sessions = [opened(linde, sheets, date(2025, month, 1)) for month in (1, 2)] + [opened(linde, once)]
    few = opened(linde, shared(1, 1))
    text = text_of(client.get(f"{TABLE}?{choice(*sessions, few)}"))
    assert (
        "Het vaakst een hinderpaal: gedeeld doel (in 3 van de 3 sessies met cijfers) en praktische remmende factoren "
        "(in 2 van de 3 sessies met cijfers)."
    ) in text
    assert "Het vaakst een sterkte: vaste of wisselende groep (in 2 van de 3 sessies met cijfers)." in text
    alone = text_of(client.get(f"{TABLE}?{choice(sessions[0], few)}"))
    assert "Geen hinderpaal komt in meer dan één sessie voor." in alone


@pytest.mark.parametrize(
    ("modes", "said"),
    [
        ([Mode.ANONYMOUS, Mode.ANONYMOUS], ""),
        ([Mode.ANONYMOUS, Mode.NAMED], "Let op: sommige sessies zijn anoniem ingevuld, andere op naam."),
        ([Mode.ANONYMOUS, Mode.TOGETHER], "Let op: niet elke sessie is op dezelfde manier ingevuld."),
    ],
)
def test_it_says_when_ways_of_filling_in_differ(client, linde, modes, said):
    sessions = [opened(linde, shared(3, 0), mode=modes[0])]
    if modes[1] is Mode.TOGETHER:
        [sheet] = many(linde, 1, people=1)
        Session.objects.filter(pk=sheet.pk).update(mode=Mode.TOGETHER)
    else:
        sheet = opened(linde, shared(3, 0), mode=modes[1])
    text = text_of(client.get(f"{TABLE}?{choice(*sessions, sheet)}"))
    assert re.findall(r"Let op: [^.]*\.", text) == ([said] if said else [])


def test_versions_of_the_checklist_are_compared_by_item(client, linde):
    first = opened(linde, shared(3, 0), date(2025, 1, 1))
    newer, guidance = deepcopy(FROZEN), deepcopy(GUIDANCE)
    newer["version"] = guidance["version"] = 2
    [item] = [item for group in newer["dimensions"] for item in group["items"] if item["key"] == "partners-superfluous"]
    item["key"] = "partners-added"
    text = json.dumps(guidance).replace("partners-superfluous", "partners-added")
    checklists.publish_checklist(newer, [json.loads(text)], date(2026, 1, 1))
    second = opened(linde, shared(0, 3), date(2026, 5, 1))
    assert Checklist.objects.count() == 2
    page = client.get(f"{TABLE}?{choice(first, second)}")
    assert headings(page)[1:] == ["1 januari 2025 3 mensen, anoniem versie 1", "1 mei 2026 3 mensen, anoniem versie 2"]
    assert findings(page)["Gedeeld doel"] == ["Structurele hinderpaal", "Sterkte"]
    assert [values for _name, *values in found(page) if "niet in deze versie" in values] == [
        ["niet in deze versie", "Blinde vlek"],
        ["Blinde vlek", "niet in deze versie"],
    ]
    said = text_of(page)
    assert "Bijdrage van elke partner (niet in versie 1)" in said
    assert "Bijdrage van elke partner (niet in versie 2)" in said


@pytest.mark.parametrize(("number", "people"), [(2, 3), (60, 3)])
def test_the_table_takes_as_many_queries_at_many_sessions(client, linde, number, people, django_assert_num_queries):
    address = f"{TABLE}?{choice(*many(linde, number, people))}"
    client.get(address)
    # Who is signed in (2), the sessions, what their answers add up to, agreements.
    with django_assert_num_queries(5):
        page = client.get(address)
    assert {len(values) for values in findings(page).values()} == {number}


def test_sixty_sessions_stay_a_light_page(client, linde):
    sessions = many(linde, 60, people=7)
    page = client.get(f"{TABLE}?{choice(*sessions)}", headers={"accept-encoding": "gzip"})
    html = gzip.decompress(page.content)
    assert html.count(b"<td") > 900
    assert len(html) < 200_000
    assert len(page.content) < 20_000
    # What a phone has to lay out: two parts a cell, and what stands around them.
    assert len(re.findall(rb"<[a-z]", html)) < 3_000


@pytest.mark.parametrize("order", ["", "&orde=knelt"])
def test_of_many_sessions_a_rows_numbers_are_asked_for(client, linde, order):
    first, *others = [opened(linde, shared(3, 1), date(2025, 1, day)) for day in range(1, 9)]
    address = f"{TABLE}?{choice(first, *others)}{order}"
    folded = client.get(address)
    assert (len(findings(folded)), unfolded(folded)) == (15, [])
    opened_up = client.get(f"{address}&open=goal-shared")
    assert findings(opened_up) == findings(folded)
    [row] = unfolded(opened_up)
    assert len(row) == 2
    assert row[1].count("Niet gedeeld door alle partners: 3") == 8
    # A script asks for nothing more than that row.
    alone = client.get(f"{address}&open=goal-shared&rij=")
    assert page_of(alone).rows() == [row]
    assert markup_of(alone) in markup_of(opened_up)
    # One that is unfolded folds again, and there is none for what isn't asked about.
    assert [(button.name, button.value) for button in page_of(opened_up).expanded()] == [("open", "")]
    assert client.get(f"{address}&open=nothing&rij=").content.strip() == b""


def test_numbers_say_whose_they_are_where_several_collaborations_stand(client, fien, linde):
    brug = team(fien, "De Brug")
    page = client.get(f"{TABLE}?{choice(opened(brug, shared(3, 1)), opened(linde, shared(0, 3)))}")
    told = numbers(page, "Gedeeld doel")[1]
    assert re.findall(r"(De Brug|Huis Linde), \d+ \w+ \d{4} Niet gedeeld", told) == ["De Brug", "Huis Linde"]


def test_a_name_that_somebody_typed_stays_a_name(client, fien):
    hostile = team(fien, '<script>alert("x")</script>')
    page = client.get(f"{TABLE}?{choice(opened(hostile, shared(3, 0)))}")
    assert (b"<script>alert" in page.content, b"&lt;script&gt;alert" in page.content) == (False, True)


def test_what_was_made_up_says_so(client, linde):
    session = opened(linde, shared(3, 0))
    address = f"{TABLE}?{choice(session)}"
    assert "Verzonnen voorbeeld" not in text_of(client.get(address))
    Collaboration.objects.update(invented=True)
    assert "Verzonnen voorbeeld" in text_of(client.get(address))
