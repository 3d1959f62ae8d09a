"""Sessions beside each other, and what is taken along, tell nothing beside the figures that each report shows: whatever
else people answered, every page and file is the same to the last byte. And who may not, sees that nothing is there."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reflectie.domain.questionnaire.answers import FieldValue
from reflectie.domain.setup import Mode
from reflectie.exports import Format
from reflectie.models import Answer, Collaboration, Item, Lesson, Membership, Response, Role, Session
from reflectie.pdf import documents
from reflectie.services.sessions.totals import write_totals
from tests.helpers.anonymous_round import text_of
from tests.helpers.compared import choice, opened, team
from tests.helpers.possible_worlds import World
from tests.helpers.signalled import CLEAR, NOTED, TODAY, held, taking_part
from tests.helpers.withheld_reports import SIZES, VALUES, VARIED

pytestmark = pytest.mark.django_db

Sheets = Sequence[Mapping[str, FieldValue]]
PAGES = ("compare", "compare-table", "compare-time", "compare-beside", "compare-pdf")
FILE = "/vergelijken/vergelijking.xlsx"


@pytest.fixture(autouse=True)
def unprinted(monkeypatch):
    """Of a PDF the page it is made from: the same page makes the same PDF."""
    monkeypatch.setattr(documents.UncachedPdf, "make", lambda form: form.xhtml.encode())
    monkeypatch.setattr(
        documents,
        "report_pdf",
        lambda _key, report, document=documents.REPORT: documents.write(report, document).encode(),
    )


@pytest.fixture
def client(fien) -> Client:
    browser = Client()
    browser.force_login(fien)
    return browser


def answered(session: Session, sheets: Sheets) -> None:
    """Other answers in the same session, with all else as it was."""
    session.responses.all().delete()
    items = {item.key: item for item in Item.objects.filter(dimension__checklist=session.checklist)}
    for values in sheets:
        extras = {name: value for name, value in values.items() if name.removesuffix("-note") not in items}
        response = Response.objects.create(session=session, finished=True, extras=extras)
        for key, item in items.items():
            value, note = values.get(key, ""), values.get(f"{key}-note", "")
            if value or note:
                Answer.objects.create(response=response, item=item, value=value, note=note)
    write_totals(session)


def addresses(*sessions: Session) -> list[str]:
    chosen = f"?{choice(*sessions)}"
    pages = [f"{reverse(route)}{chosen}" for route in PAGES] + [f"{reverse('compare-table')}{chosen}&orde=knelt"]
    return pages + [f"{reverse('compare-file', args=[wanted])}{chosen}" for wanted in Format]


def of_session(session: Session) -> list[str]:
    files = [reverse("session-file", args=[session.pk, wanted]) for wanted in Format]
    return [*files, reverse("everything")]


def seen(client: Client, urls: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Status, mark, length and every byte, but for the form token that each page has of its own; of a ZIP all that is
    in it, as it says when it was written."""
    found = {}
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        content = response.getvalue()
        content = text_of(content).encode() if url == reverse("everything") else content
        content = re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", content)
        headers = {name: response.get(name) for name in ("ETag", "Content-Disposition", "Last-Modified")}
        found[url] = (headers, len(content), content)
    return found


def differing(client: Client, urls: Sequence[str], fill: Callable[[int], None]) -> set[str]:
    """The addresses that aren't the same for the two ways of filling in."""
    fill(0)
    first = seen(client, urls)
    fill(1)
    second = seen(client, urls)
    return {url for url in urls if first[url] != second[url]}


def year(session: Session, years: int) -> None:
    Session.objects.filter(pk=session.pk).update(planned_on=date(2026 - years, 5, 1))


def people(word: str, turn: int) -> Sheets:
    """Eight people with the same totals each time; other words, groups, names and priorities."""
    found = []
    for number in range(8):
        value = "hindering" if (number + turn) % 8 < 4 else "helping"
        values = dict.fromkeys(VARIED, value) | {
            "goal-shared-note": f"{word} {number}",
            "participant": f"{word}{number}",
        }
        values |= {"goal-sentence": f"{word} zin", "organisation": f"{word} huis", "first": (VARIED[turn],)}
        values |= {"ips-meaning": ("quality", "community")[turn], "intensity-needed": ("act", "inform")[turn]}
        found.append(values)
    return found


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_beside_each_other_only_totals_count(fien, client, mode):
    linde, brug = team(fien, "Huis Linde"), team(fien, "De Brug")
    sessions = [opened(linde, people("appel", 0), mode=mode) for _ in range(2)] + [opened(brug, people("appel", 0))]
    year(sessions[0], 1)

    def fill(turn: int) -> None:
        for session in sessions:
            answered(session, people(("appel", "peer")[turn], turn))

    urls = addresses(*sessions)
    assert differing(client, urls, fill) == set()
    assert [url for url in urls if re.search(rb"appel|peer", client.get(url).getvalue())] == []


def test_other_totals_are_seen_everywhere_but_in_the_choice(fien, client):
    """What the tests here don't find, they would."""
    session, other = (opened(team(fien, name), people("appel", 0)) for name in ("Huis Linde", "De Brug"))

    def fill(turn: int) -> None:
        for each in (session, other):
            answered(each, [dict.fromkeys(VARIED, "hindering")] * (4 + turn))

    urls = [*addresses(session, other), *of_session(session)]
    unlike = differing(client, urls, fill)
    # Over time there is nothing to see of one session each.
    assert {url for url in urls if url not in unlike} == {
        url for url in urls if url.startswith(reverse("compare-time"))
    }


def few(number: int) -> Sheets:
    return [dict.fromkeys(VARIED, ("hindering", "helping")[number % 2]) | {"goal-shared-note": "Alleen ik"}] * number


def test_of_a_round_with_too_few_nothing_is_to_be_seen_not_even_how_few(fien, client):
    """Closing empties it: here its answers are put back, and still nothing shows them."""
    linde = team(fien, "Huis Linde")
    sessions = [opened(linde, few(2)), opened(linde, people("appel", 0)), opened(team(fien, "De Brug"), few(2))]
    year(sessions[0], 1)

    def fill(turn: int) -> None:
        for session in (sessions[0], sessions[2]):
            answered(session, few(1 + turn))

    assert differing(client, addresses(*sessions), fill) == set()
    assert differing(client, addresses(sessions[0]), fill) == set()
    # Nor in its own report, and what is taken along of that.
    assert differing(client, of_session(sessions[0]), fill) == set()


def rows_of(world: World, shown: Sequence[str]) -> Sheets:
    found: list[Mapping[str, FieldValue]] = []
    for name, spread in world.items():
        for value, number in zip(VALUES, spread, strict=True):
            group = {"organisation": name} if name in shown else {}
            found += [{"partners-needed": "helping", **dict.fromkeys(VARIED, value), **group}] * number
    return found


def test_files_of_a_session_tell_nothing_of_groups_that_are_withheld(fien, client, withheld):
    shown = [name for name, size in SIZES.items() if size > 2]
    session = opened(team(fien, "Huis Linde"), rows_of(withheld[0], shown), groups=tuple(SIZES))
    Session.objects.filter(pk=session.pk).update(blanked=True)
    session.refresh_from_db()

    def fill(turn: int) -> None:
        answered(session, rows_of(withheld[turn], shown))

    urls = [*of_session(session), reverse("session-report", args=[session.pk]), *addresses(session)]
    assert differing(client, urls, fill) == set()


def test_a_workbook_holds_nothing_that_is_not_on_its_sheets(fien, client):
    session = opened(team(fien, "Huis Linde"), people("appel", 0), mode=Mode.NAMED)
    for url in (reverse("session-file", args=[session.pk, "xlsx"]), f"{FILE}?{choice(session)}"):
        content = client.get(url).getvalue()
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheets = list(book)
        assert len(sheets) >= 3
        assert {sheet.sheet_state for sheet in sheets} == {"visible"}
        lines = [
            line
            for sheet in sheets
            for held in (sheet.row_dimensions, sheet.column_dimensions)
            for line in held.items()
        ]
        assert [name for name, line in lines if line.hidden] == []
        cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
        assert [cell.value for cell in cells if cell.data_type == "f" or cell.comment or cell.hyperlink] == []
        assert (book.properties.creator, book.properties.lastModifiedBy) == ("Samenwerking", "Samenwerking")
        assert list(book.custom_doc_props.props) == []
        assert {book.properties.created, book.properties.modified} == {datetime(2026, 11, 19)}
        assert "fien" not in text_of(content)


# --- outside the collaboration


def test_a_sentence_without_a_name_is_the_same_whose_ever_it_is(fien, client):
    """To somebody who knows neither: in words, order, headers and length."""
    team(fien, "De Eigen")
    mine, theirs = (opened(Collaboration.objects.create(name=name, region="Zee"), few(4)) for name in ("Aa", "Bee"))
    item = Item.objects.get(key="goal-shared")
    for number in range(6):
        Lesson.objects.create(session=mine, item=item, text=f"Genoemd {number}", sharing="named")
    lesson = Lesson.objects.create(session=mine, item=item, text="We schreven het samen op.", sharing="unnamed")

    def fill(turn: int) -> None:
        Lesson.objects.filter(pk=lesson.pk).update(session=(mine, theirs)[turn])

    urls = [
        reverse("shared"),
        f"{reverse('shared')}?stelling=goal-shared",
        addresses(opened(team(fien, "C"), few(4)))[4],
    ]
    assert differing(client, urls, fill) == set()
    assert "We schreven het samen op." in client.get(urls[1]).content.decode()
    assert str(lesson.pk) not in client.get(urls[1]).content.decode()


def test_who_has_an_obstacle_and_whose_quote_it_is_changes_nothing_in_a_signal(client, monkeypatch):
    monkeypatch.setattr("reflectie.services.signals.today", lambda: TODAY)
    # Of four with a label that is shown and two whose label is hidden among those without; three have it.
    held_by = [held(taking_part(region=region)) for region in ("Tienen",) * 4 + ("Leuven",) * 2 + ("",) * 2]

    def fill(turn: int) -> None:
        order = held_by if turn else [*held_by[3::-1], *held_by[:3:-1]]
        for place, session in enumerate(order):
            answered(session, NOTED if place in {0, 1, 4, 5, 6} else CLEAR)
        Answer.objects.filter(response__session=order[0], note__gt="").update(released=True)

    urls = [f"{reverse(name)}{query}" for name in ("signals", "signals-pdf") for query in ("", "?label=tienen")]
    fill(0)
    assert [b"Geen geld." in client.get(url).getvalue() for url in urls] == [True, False, True, False]
    assert differing(client, urls, fill) == set()


# --- who may


def test_a_session_that_is_not_theirs_looks_like_one_that_never_was(fien, client):
    own, foreign = opened(team(fien, "Huis Linde"), few(4)), opened(Collaboration.objects.create(name="Vreemd"), few(4))
    left = opened(team(fien, "Weg"), few(4))
    Membership.objects.filter(collaboration=left.collaboration).delete()
    absent = Session(pk=uuid4())
    for with_own in ((), (own,)):
        asked = [[*addresses(*with_own, each)] for each in (absent, foreign, left)]
        for never, not_theirs, not_any_more in zip(*asked, strict=True):
            responses = [client.get(url) for url in (never, not_theirs, not_any_more)]
            assert {response.status_code for response in responses} == {404}, never
            told = {re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", r.content) for r in responses}
            assert len(told) == 1, never
            assert len({str(sorted(response.headers.items())) for response in responses}) == 1, never
    assert "Weg" not in text_of(client.get(reverse("everything")).getvalue())


def test_a_role_lost_while_the_archive_is_written_ends_it_there(fien, client):
    sessions = [opened(team(fien, name), people(name, 0)) for name in ("Aalst", "Brugge")]
    response = client.get(reverse("everything"))
    parts = iter(response.streaming_content)
    held = b""
    while b"verslag.json" not in held:
        held += next(parts)
    Membership.objects.filter(collaboration=sessions[1].collaboration).delete()
    text = text_of(held + b"".join(parts))
    assert ("Aalst 0" in text, "Brugge 0" in text) == (True, False)


@pytest.fixture
def leading(fien) -> Session:
    session = opened(team(fien, "Huis Linde", Role.COORDINATOR), people("appel", 0), date(2026, 5, 1))
    Session.objects.filter(pk=session.pk).update(told_of_signals=True)
    return session


def about(session: Session) -> list[str]:
    urls = [reverse(name, args=[session.pk]) for name in ("lessons", "quotes")]
    urls += [reverse(name, args=[session.collaboration_id]) for name in ("collaboration-signals", "session-earlier")]
    return urls


def test_looking_writes_nothing(client, leading):
    outside = [reverse(name) for name in ("shared", "signals", "everything")]
    for url in [*addresses(leading), *of_session(leading), *about(leading), *outside]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).getvalue()
        wrote = [query["sql"] for query in asked if re.match(r"(?i)\s*(insert|update|delete)", query["sql"])]
        assert wrote == [], url


def test_nothing_is_written_without_a_form_of_ours(fien, leading):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(fien)
    posted = {"meedoen": "ja", "vrijgeven": "ja", "text": "x", "item": "goal-shared", "sharing": "named"}
    for url in [*about(leading), reverse("import", args=[leading.pk])]:
        assert stranger.post(url, posted).status_code == 403, url
