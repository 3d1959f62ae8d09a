"""A comparison as PDF, read back figure by figure, held to PDF/UA, and sent to whom it may concern."""

import logging
import re
from datetime import date
from functools import cache
from itertools import pairwise

import page as pdf_checker
import pytest
from django.conf import settings
from django.template.defaultfilters import date as date_words
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from reflectie.domain.comparison.across_teams import compare_teams
from reflectie.domain.comparison.comparison import Cell, Comparison, Row
from reflectie.domain.comparison.document import build_comparison_document
from reflectie.domain.comparison.history import Change, histories
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.models import Role
from reflectie.pdf import documents
from reflectie.presentation.report import group_text
from reflectie.presentation.wording import COURSES, session_words
from reflectie.services.comparison import comparisons
from tests.helpers.compared import opened, team
from tests.helpers.factories import make_account
from tests.helpers.pdf_checkers import LEVELS, errors_of, texts
from tests.helpers.printed import COMPARISONS, LONG, compared
from tests.helpers.readback import bookmarks, elements, lines_of, made_of, read_pdf, squeezed, text_of, whole_page


def case(name, *more):
    """A case of a comparison. The two of sixty sessions take as long as all others together: a proof by hand."""
    return pytest.param(name, *more, marks=pytest.mark.slow if name.startswith("sixty") else ())


EACH = pytest.mark.parametrize("name", [case(name) for name in COMPARISONS])
# The two longest are built alike.
TAGGED = pytest.mark.parametrize("name", [case(name) for name in COMPARISONS if name != "sixty apart"])
UPRIGHT = {"two", "two of two", "too few"}
ON_ITS_SIDE = [case(name) for name in COMPARISONS if name not in UPRIGHT]
# As small as a page on a table in a meeting may be, in points.
SMALLEST = 7.5
SHORT = {
    "obstacle": "× Hinderpaal",
    "split": "± Verdeeld",
    "unknown": "? Blinde vlek",
    "strength": "+ Sterkte",
    "clear": "– Speelt niet",
    "attention": "! Aandachtspunt",
}
LONGER = SHORT | {"obstacle": "× Structurele hinderpaal", "split": "± Verdeeld beeld"}


def page_of(comparison: Comparison) -> documents.UncachedPdf:
    context = {"comparison": comparison, "handout": build_comparison_document(comparison)}
    return documents.UncachedPdf("reflectie/comparison/pdf.html", context)


# Without a database: whatever makes the PDF gets all it needs in the page.
@cache
def made(name: str) -> bytes:
    return made_of(page_of(COMPARISONS[name]).xhtml)


def read(name: str) -> PdfReader:
    return read_pdf(made(name))


def lines_in(name: str) -> list[list[tuple[float, float, bool, str]]]:
    """What stands on each page."""
    return [lines_of(read(name), number) for number in range(len(read(name).pages))]


def text_in(name: str) -> str:
    return squeezed("".join(text for lines in lines_in(name) for _, _, _, text in lines))


def only(cell: Cell, row: Row) -> str:
    """The answer of a session that has one sheet."""
    found = cell.counts
    hindering, helping = ("speelt", "speelt niet") if row.item.words else ("hinderend", "helpend")
    if found.chose:
        return hindering if found.hindering else helping
    return "weet niet" if found.dont_know else "open"


def word_in(cell: Cell, words: dict[str, str]) -> str:
    if cell.finding:
        return words[cell.finding]
    return "te weinig mensen" if isinstance(cell.counts, Withheld) else "niet gevraagd"


def numbers_in(cell: Cell, row: Row) -> str:
    if not isinstance(cell.counts, Counts):
        return word_in(cell, SHORT)
    if not cell.session.mode.is_round:
        return only(cell, row)
    found = cell.counts
    return f"{found.hindering}/{found.helping}/{found.dont_know}/{found.open}"


def both_in(cell: Cell, row: Row) -> str:
    return word_in(cell, SHORT) + (numbers_in(cell, row) if cell.finding else "")


def line_in(cell: Cell, row: Row) -> str:
    found = cell.counts
    if not isinstance(found, Counts):
        return word_in(cell, LONGER)
    names = ("speelt", "speelt niet") if row.item.words else ("hinderend", "helpend")
    parts = [f"{found.hindering} {names[0]}", f"{found.helping} {names[1]}"]
    parts += [f"{found.dont_know} weet niet"] * bool(found.dont_know) + [f"{found.open} open"] * bool(found.open)
    return f"{word_in(cell, LONGER)} {', '.join(parts)}"


# --- what stands in it


@pytest.mark.parametrize("name", ON_ITS_SIDE)
def test_pdf_has_every_finding_and_the_numbers_behind_it_row_by_row(name):
    text = text_in(name)
    expected = [
        row.item.short + "".join(both_in(cell, row) for cell in row.cells)
        for sheet in build_comparison_document(COMPARISONS[name]).sheets
        for row in (row for _, rows in sheet.parts for row in rows)
    ]
    assert [row for row in expected if squeezed(row) not in text] == []
    assert len(expected) >= 15


@pytest.mark.parametrize("name", ["two", "two of two", "too few"])
def test_pdf_of_two_sessions_has_words_and_numbers_in_one_cell(name):
    text = text_in(name)
    rows = [row.item.short + "".join(line_in(cell, row) for cell in row.cells) for row in COMPARISONS[name].rows]
    assert [row for row in rows if squeezed(row) not in text] == []
    assert len(rows) == 15
    assert squeezed("Na elke bevinding vier getallen") not in text


@EACH
def test_pdf_says_of_every_session_whose_it_is_when_how_and_how_many(name):
    comparison, text = COMPARISONS[name], text_in(name)
    ways = {
        "anonymous": "ieder voor zich, anoniem",
        "named": "ieder voor zich, op naam",
        "together": "samen, op één scherm",
    }
    for session in comparison.sessions:
        if isinstance(session.counted, Withheld):
            counted = "te weinig mensen"
        else:
            counted = f"{session.counted} van {session.expected}" if session.mode.is_round else "samen"
        version = str(session.version) if len(comparison.versions) > 1 else ""
        decision = "herstellen" if session.conclusion else "nog geen"
        line = f"{date_words(session.day, 'j F Y')} {counted} {ways[session.mode]} {version} {decision}"
        if name in UPRIGHT:
            line = f"{date_words(session.day, 'j F Y')} {counted}, {ways[session.mode]}"
            assert squeezed(f"Besluit: {decision}") in text
        assert squeezed(line) in text
    assert [t.name for t, _ in comparison.by_team if squeezed(t.name) not in text] == []


@EACH
def test_pdf_says_what_recurs_where_and_who_solved_it_as_the_page_does(name):
    text, beside = text_in(name), compare_teams(COMPARISONS[name])
    assert (squeezed("Naast elkaar Van elk van de") in text) is beside.is_enough
    # Of two, what both see as an obstacle stands in short.
    recurring = beside.obstacles if len(beside.sessions) > 2 else ()
    for row in (*recurring, *beside.elsewhere) if beside.is_enough else ():
        seen = ", ".join(one.session.team.name for one in row.obstacles[:6])
        assert squeezed(f"{len(row.obstacles)} van {len(row.seen)} {seen}") in text
        for one in row.solved[:3]:
            days = [date_words(day, "j F Y") for day in (one.earlier.session.day, one.session.day)]
            then, now = (
                squeezed(group_text(row.item, found.report)) if found.session.mode.is_round else ""
                for found in (one.earlier, one)
            )
            assert f"{squeezed(one.session.team.name)}Op{squeezed(days[0])}nogeenhinderpaal({then}" in text
            assert f"op{squeezed(days[1])}nietmeer({now}" in text
            assert [a.what for a in one.earlier.agreed if squeezed(a.what) not in text] == []
    for found in ("strength", "split", "unknown") if len(beside.sessions) > 2 else ():
        for row in beside.recurring(Finding(found)):
            assert squeezed(f"In {len(row.having(Finding(found)))} van de {len(row.seen)}:") in text


def shares_of(change: Change) -> str:
    """What stands behind an item that moved: so many, of so many."""
    then, now = change.then.counts, change.now.counts
    if Finding.UNKNOWN in {change.then.finding, change.now.finding}:
        return f"weet niet: eerst {then.unsure} van {then.counted}, later {now.unsure} van {now.counted}"
    return f"eerst {then.hindering} van {then.chose}, later {now.hindering} van {now.chose}"


@EACH
def test_pdf_says_what_became_of_each_item_with_the_numbers_on_both_sides_as_the_page_does(name):
    text, said = text_in(name), 0
    for history in histories(COMPARISONS[name]):
        for strand in (strand for strand in history.strands if strand.is_round):
            for course, changes in (*strand.overall.moved, *strand.overall.in_the_way):
                items = "; ".join(f"{change.item.short} ({shares_of(change)})" for change in changes)
                assert squeezed(f"{COURSES[course]}: {items}.") in text
                said += 1
    assert bool(said) is (name in {"two", "six", "seven", "everything", "twenty-five", "sixty"})


@pytest.mark.parametrize(
    ("name", "pictured"), [("two", 1), ("six", 1), ("seven", 2), ("twenty-five", 0), case("sixty", 0)]
)
def test_pdf_has_pictures_and_agreements_of_so_many_collaborations_that_it_stays_short(name, pictured):
    text = text_in(name)
    assert text.count(squeezed("Elke stelling in beeld")) == pictured
    assert text.count(squeezed("De draaikolk, sessie na sessie")) == pictured
    assert text.count(squeezed("Afspraken, naast wat er veranderde")) == pictured


def test_who_does_it_and_why_not_stand_in_the_pdf_of_one_collaboration_alone():
    alone, several = text_in("six"), text_in("seven")
    assert squeezed("We schrijven het doel op (4).") in several
    for private in ("An & Bo", "Joke", "Waarom: Duur"):
        assert squeezed(private) in alone
        assert squeezed(private) not in several


def test_pdf_of_sessions_with_too_few_has_no_number_of_their_answers():
    text = text_in("too few")
    assert text.count(squeezed("te weinig mensen")) >= 2 * 15
    assert text.count(squeezed("Deze sessies kunnen we niet met elkaar vergelijken.")) == 2
    # Nor that there are none: nobody may know.
    assert squeezed("hinderpalen") not in text
    assert re.findall(r"\d+(?:hinderend|helpend|speelt|weetniet|open|antwoord)", text) == []


def test_pdf_of_what_was_made_up_says_so_on_every_page():
    reader = read("everything")
    invented = [whole_page(reader, n).count(squeezed("Verzonnen voorbeeld")) for n in range(len(reader.pages))]
    assert invented == [3, *[1] * 7]
    assert "erzonnen" not in text_in("two")


@pytest.mark.parametrize(("name", "versions"), [("two", "1"), ("everything", "1, 2")])
def test_pdf_names_its_source_and_versions_at_the_foot_of_every_page(name, versions):
    reader = read(name)
    for number in range(len(reader.pages)):
        assert squeezed(f"Stellingen van UCLL, checklist versie {versions}, herziening") in whole_page(reader, number)


# --- how it falls over pages


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("two", 3),
        ("two of two", 2),
        ("too few", 2),
        ("six", 5),
        ("seven", 8),
        ("everything", 8),
        ("twenty-five", 8),
        case("sixty", 16),
        case("sixty apart", 11),
    ],
)
def test_pdf_is_as_long_as_it_needs_to_be(name, pages):
    assert len(read(name).pages) == pages


def test_every_comparison_has_its_length_tested():
    [mark] = [m for m in test_pdf_is_as_long_as_it_needs_to_be.pytestmark if m.name == "parametrize"]
    assert {(found.values if hasattr(found, "values") else found)[0] for found in mark.args[1]} == set(COMPARISONS)


@pytest.mark.parametrize("name", ON_ITS_SIDE)
def test_every_table_is_whole_on_a_page_on_its_side_with_its_headers(name):
    reader, sheets = read(name), list(build_comparison_document(COMPARISONS[name]).sheets)
    sideways = [n for n, page in enumerate(reader.pages) if page.mediabox.width > page.mediabox.height]
    assert sideways == list(range(len(reader.pages) - len(sideways), len(reader.pages)))
    for number in sideways:
        lines = [text.strip() for _, _, _, text in lines_in(name)[number]]
        first = sheets[0].parts[0][1][0].item.short
        here = [sheets.pop(0) for line in lines if line == first]
        shorts = [row.item.short for sheet in here for _, rows in sheet.parts for row in rows]
        assert here
        assert [line for line in lines if line in shorts] == shorts
        # In one piece: a date that breaks off is read wrong.
        days = [date_words(session.day, "j F Y") for sheet in here for session in sheet.sessions]
        assert [line for line in lines if line in days] == days
    assert sheets == []


@pytest.mark.parametrize(
    "more", [{"name": "Voor de zomer, met de hele ploeg van de wijk"}, {"nth": 12}], ids=["name", "place"]
)
@pytest.mark.parametrize("size", [3, 6])
def test_what_a_session_is_called_stays_in_its_column(size, more):
    """On more lines where one is too narrow: two beside each other would be printed over one another."""
    comparison = compared([size], **more)
    reader = read_pdf(made_of(page_of(comparison).xhtml))
    pages = [lines_of(reader, number) for number in range(len(reader.pages))]
    [table] = [lines for lines in pages if any(text == "Stelling per stelling" for *_, text in lines)]
    said = [session_words(session.title) for session in comparison.sessions]
    assert all(squeezed(called) in squeezed("".join(text for *_, text in table)) for called in said)
    on_one_line = {text.strip() for *_, text in table}
    assert on_one_line.isdisjoint({more["name"]} if "name" in more else said)


@EACH
def test_nothing_in_a_table_is_too_small_to_read(name):
    sizes = [size for lines in lines_in(name) for _, size, _, _ in lines]
    assert len(sizes) > 50
    assert round(min(sizes), 2) >= SMALLEST


# --- for somebody who hears it


@TAGGED
def test_pdf_holds_to_pdf_ua_1_by_both_checkers(name, tmp_path):
    report = pdf_checker.validate_pdf_bytes(made(name), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    path = tmp_path / "made.pdf"
    path.write_bytes(made(name))
    assert errors_of(path) == []


@TAGGED
def test_pdf_has_a_language_a_title_and_headings_that_skip_no_level(name):
    reader = read(name)
    found = [int(str(element["/S"])[2:]) for element in elements(reader) if str(element["/S"])[1:] in LEVELS]
    assert (reader.trailer["/Root"]["/Lang"], bool(reader.metadata.title), found.count(1)) == ("nl", True, 1)
    assert [(a, b) for a, b in pairwise(found) if b > a + 1] == []
    assert len(bookmarks(reader)) == len(found)


@TAGGED
def test_every_table_header_says_what_it_heads(name):
    headers = texts(read(name), "TH")
    for header in headers:
        in_head = header["/P"].get_object()["/P"].get_object()["/S"] == "/THead"
        assert header["/A"].get_object()["/Scope"] == ("/Column" if in_head else "/Row")
    assert len(headers) > 20


def test_bookmarks_lead_to_every_table():
    titles = [title for _, title in bookmarks(read("twenty-five"))]
    tables = [f"Tabel {n} van 4, vanaf {name}" for n, name in enumerate(("Buurtnetwerk Zuid", "Huis Linde"), 1)]
    assert [title for title in titles if title in tables] == tables
    assert [title for title in titles if LONG in title and title.startswith("Tabel 3")] != []


# --- sent


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(*sessions) -> str:
    return f"{reverse('compare-pdf')}?{'&'.join(f'sessie={session.pk}' for session in sessions)}"


def answers(hindering: int, helping: int) -> list[dict[str, str]]:
    return [{"goal-shared": "hindering"}] * hindering + [{"goal-shared": "helping"}] * helping


@pytest.mark.django_db
def test_pdf_is_sent_with_a_name_without_names_and_says_when_it_changed(fien, caplog):
    linde = team(fien, "Huis Linde", Role.COORDINATOR)
    sessions = [opened(linde, answers(5, 1), date(2025, 3, 1)), opened(linde, answers(0, 6), date(2026, 4, 2))]
    client = client_of(fien)
    with caplog.at_level(logging.WARNING):
        response = client.get(address(*sessions))
    assert (response.status_code, response["Content-Type"], caplog.records) == (200, "application/pdf", [])
    assert response["Content-Disposition"] == 'attachment; filename="vergelijking-samenwerking-2026-04-02.pdf"'
    assert response["Cache-Control"] == "private, no-cache"
    text = text_of(read_pdf(response.content))
    comparison = comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))
    rows = [row.item.short + "".join(line_in(cell, row) for cell in row.cells) for row in comparison.rows]
    assert [row for row in rows if squeezed(row) not in text] == []
    assert squeezed("Gedeeld doel (eerst 5 van 6, later 0 van 6)") in text
    again = client.get(address(*reversed(sessions)), headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    linde.name = "Huis Esdoorn"
    linde.save()
    assert client.get(address(*sessions), headers={"if-none-match": response["ETag"]}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.FACILITATOR])
def test_pdf_is_for_who_has_a_role_in_every_collaboration_of_it(fien, role, monkeypatch):
    monkeypatch.setattr(documents.UncachedPdf, "make", lambda _self: b"%PDF")
    omar, stranger = make_account("omar@example.org"), make_account("sam@example.org")
    mine, other = opened(team(fien, "Huis Linde", role), answers(2, 1)), opened(team(omar, "De Brug"), answers(2, 1))
    wanted = {"mine": address(mine), "both": address(mine, other), "none": reverse("compare-pdf")}
    seen = {
        (name, what): client_of(user).get(url).status_code
        for name, user in (("fien", fien), ("stranger", stranger))
        for what, url in wanted.items()
    }
    assert [who for who, status in seen.items() if status == 200] == [("fien", "mine")]
    assert set(seen.values()) == {200, 404}
    nobody = Client().get(wanted["mine"])
    assert (nobody.status_code, nobody["Location"].partition("?")[0]) == (302, reverse(settings.LOGIN_URL))
    assert client_of(fien).post(wanted["mine"]).status_code == 405


@pytest.mark.django_db
def test_pdf_that_others_keep_waiting_is_asked_for_again_later(fien, monkeypatch):
    def busy(_self):
        raise documents.BusyError

    monkeypatch.setattr(documents.UncachedPdf, "make", busy)
    response = client_of(fien).get(address(opened(team(fien, "Huis Linde"), answers(2, 1))))
    assert (response.status_code, response["Retry-After"]) == (503, "30")


@pytest.mark.django_db
@pytest.mark.parametrize("many", [2, 60])
def test_pdf_takes_as_many_queries_at_many_sessions(fien, many, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(documents.UncachedPdf, "make", lambda _self: b"%PDF")
    linde = team(fien, "Huis Linde")
    sessions = [opened(linde, answers(2, 1), date(2020 + n % 6, 1 + n % 12, 1 + n % 28)) for n in range(many)]
    client = client_of(fien)
    client.get(address(*sessions))
    # Who asks (two), the sessions, what their answers add up to, agreements.
    with django_assert_num_queries(5):
        client.get(address(*sessions))
