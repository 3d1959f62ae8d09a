"""Anonymous is anonymous: what is left of a finished anonymous round, searched for anything that ties an answer to a
person or to an order of arrival. The rounds here are filled in through the pages, as participants do."""

import json
import random
import re
from itertools import pairwise, product
from uuid import uuid4

import pytest
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.exports import Format
from reflectie.models import Answer, Invitee, Membership, Response, Role, Session
from reflectie.services import tokens
from reflectie.services.sessions import rounds
from tests.helpers.anonymous_round import (
    COMPARED,
    INVITED,
    MADE,
    NOTED,
    PEOPLE,
    REACH,
    REPORT,
    SAID,
    TAKEN,
    Remains,
    hold_round,
    sentence,
    text_of,
)
from tests.helpers.factories import fill_in, make_account, make_collaboration, make_round
from tests.helpers.markup import words_of
from tests.helpers.permission_table import TABLE, address, parameters

pytestmark = pytest.mark.django_db

# The tables around answers. In these, nothing may point to a person or a moment.
AROUND_ANSWERS = (Response, Answer)


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table in the database, Django's own and the cache's included."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = cursor.fetchall()
    return found


def rows_in_order(model: type[models.Model], column: str) -> list[object]:
    """A column in the order in which the rows lie in the database, which is what a copy of its file shows."""
    place = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {column} FROM "{model._meta.db_table}" ORDER BY {place}')
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture
def closed_round(checklist):
    """Six people, each with a sentence of their own by which the row can be told; closed."""
    session = make_round(grouping=Grouping.LEVEL, groups=(("practice", 3), ("board", 3)))
    for number in range(6):
        values = {item.key: "helping" for item in checklist} | {
            "goal-shared": ["hindering", "helping"][number % 2],
            "goal-shared-note": f"Notitie {number}",
            "goal-sentence": f"Zin {number}",
            "level": "practice" if number < 3 else "board",
        }
        fill_in(session, values, finish=True)
    return rounds.close_round(session)


@pytest.mark.parametrize("model", AROUND_ANSWERS)
def test_no_column_around_an_answer_holds_a_moment_a_user_or_an_address(model):
    kinds = {type(field) for field in model._meta.get_fields() if not field.auto_created or field.concrete}

    assert not kinds & {models.DateTimeField, models.DateField, models.TimeField, models.GenericIPAddressField}
    assert not kinds & {models.AutoField, models.BigAutoField, models.EmailField}
    related = {field.related_model.__name__ for field in model._meta.get_fields() if field.related_model}
    assert related <= {"Session", "Response", "Answer", "Item"}


def test_closing_leaves_no_token_code_or_address(closed_round):
    session = Session.objects.get(pk=closed_round.pk)

    assert set(Response.objects.values_list("token_hash", flat=True)) == {None}
    assert session.code is None
    assert not Invitee.objects.exists()


def test_closing_gives_every_row_a_new_key(checklist):
    session = make_round()
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    before = {*Response.objects.values_list("pk", flat=True), *Answer.objects.values_list("pk", flat=True)}

    rounds.close_round(session)

    after = {*Response.objects.values_list("pk", flat=True), *Answer.objects.values_list("pk", flat=True)}
    assert len(after) == len(before) == 6
    assert not after & before


def test_closing_writes_the_rows_in_the_order_that_chance_gave(checklist, monkeypatch):
    """Chance is replaced by a known order here, so that it shows whether the rows really follow it."""
    if connection.vendor == "postgresql":
        # What other tests left is room that it fills first, wherever that is.
        with connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{Answer._meta.db_table}", "{Response._meta.db_table}"')
    session = make_round(questions=("goal-sentence",))
    for number in range(5):
        fill_in(session, {"goal-shared": "helping", "goal-shared-note": f"{number}", "goal-sentence": f"{number}"})

    def known_order(rows):
        rows.sort(
            key=lambda row: [3, 0, 4, 1, 2].index(
                int(row.extras["goal-sentence"] if hasattr(row, "extras") else row.note)
            )
        )

    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda _self, rows: known_order(rows))
    rounds.close_round(session)

    assert rows_in_order(Answer, "note") == ["3", "0", "4", "1", "2"]
    order = [re.search(r"\d", str(extras))[0] for extras in rows_in_order(Response, "extras")]
    assert order == ["3", "0", "4", "1", "2"]


def test_chance_is_the_machines_own(closed_round):
    """A seeded generator could be wound back; this one can't be."""
    assert random.SystemRandom().getstate.__qualname__.startswith("SystemRandom")
    with pytest.raises(NotImplementedError):
        random.SystemRandom().getstate()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a hidden row version is PostgreSQL's")
def test_hidden_row_versions_are_all_alike(closed_round):
    for model in AROUND_ANSWERS:
        assert len(set(rows_in_order(model, "xmin"))) == 1


# --- a whole round through the pages

AROUND = ("session", "response", "answer", "outcome", "agreement", "conclusion", "madepdf")
AROUND = tuple(f"reflectie_{name}" for name in AROUND)
CLOCK = re.compile(r"(?<![\d.])(?:[01]?\d|2[0-3])[:.][0-5]\d(?![\d.])")
OPENED = ("discussion", "concluded")
_held: list[Remains] = []


@pytest.fixture
def remains(content) -> Remains:
    """Held once for all tests: none changes what it left."""
    if not _held:
        with transaction.atomic():
            _held.append(hold_round())
            transaction.set_rollback(True)
    return _held[0]


def text_of_row(row: dict[str, object]) -> str:
    return " ".join(
        bytes(value).decode("latin-1") if isinstance(value, bytes) else str(value) for value in row.values()
    )


def secrets_of(remains: Remains) -> list[str]:
    """Whatever could tie an answer to a person, in each way in which it could be written."""
    keys = [form for key in remains.old_keys for form in (key, key.replace("-", ""))]
    grouped = ["-".join(code[at : at + 4] for at in (0, 4, 8)) for code in remains.codes.values()]
    return [*remains.codes.values(), *grouped, *remains.hashes, *remains.addresses, *remains.browsers, *keys]


def found_in(text: str, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if secret in text]


def test_the_round_was_held_and_its_report_has_everybodys_words(remains):
    """What the tests below don't find was there to be found."""
    assert len(remains.codes) == len(remains.hashes) == 7
    assert len(set(remains.codes.values())) == 7
    assert [len(remains.tables[f"reflectie_{name}"]) for name in ("response", "answer")] == [6, 6 * 15]
    assert {page.stage for page in remains.pages} == {"open", "closed", *OPENED}
    assert sorted({page.status for page in remains.pages}) == [200, 302, 303, 404, 409, 422]
    assert len(remains.reports()) == 2 * 2 * (2 + 6)
    for page in remains.reports():
        assert [word for word in PEOPLE if f"De {word} zegt" in page.text] == list(PEOPLE), page.url
    held = Remains(codes=remains.codes, hashes=remains.hashes, old_keys=remains.old_keys)
    own = [page for page in remains.pages if page.stage == "open" and page.url.endswith("/invullen/")]
    assert found_in(" ".join(page.headers + page.text for page in own), secrets_of(held))


def test_no_table_holds_a_code_a_hash_an_address_or_a_key_from_before(remains):
    secrets = [*secrets_of(remains), "genodigde@", "taxus"]

    found = {table: found_in(" ".join(map(text_of_row, rows)), secrets) for table, rows in remains.tables.items()}

    assert {table: hits for table, hits in found.items() if hits} == {}


def test_a_key_stands_in_its_own_rows_alone(remains):
    bare = [key.replace("-", "") for key in remains.new_keys]
    written = [*remains.new_keys, *bare]

    tables = {table: " ".join(map(text_of_row, rows)) for table, rows in remains.tables.items()}
    holding = {table for table, told in tables.items() if found_in(told, written)}

    assert len(remains.new_keys) == 6 * 16
    assert holding == {"reflectie_response", "reflectie_answer"}
    everywhere = " ".join([*(page.headers + page.text for page in remains.pages), *remains.lines])
    assert found_in(everywhere, written) == []


def test_no_table_around_answers_holds_a_user_or_a_clock_time(remains):
    assert all(remains.tables[table] for table in AROUND)
    for table in AROUND:
        for row in remains.tables[table]:
            told = text_of_row({name: value for name, value in row.items() if name != "content"})
            assert "734911" not in told, table
            assert CLOCK.findall(told) == [], table


def test_nobody_got_a_row_in_the_session_table_by_taking_part(remains):
    """Three signed in beforehand; one of them took part on that same phone. Their rows stay as they were."""
    before, after = remains.sessions

    assert len(before) == 3
    assert before == after == remains.tables["django_session"]


def test_counts_are_of_failed_codes_and_the_coordinators_mailings_alone_and_hold_no_address(remains):
    rows = remains.tables["reflectie_ratecount"]

    # One of each kind of code that was mistyped. Of the mailing as a whole four limits, and two for who was mailed; of
    # taking part, and of codes that were right, nothing.
    assert [row["number"] for row in rows] == [1] * (2 + 4 + 2)
    assert found_in(" ".join(map(text_of_row, rows)), secrets_of(remains)) == []
    assert remains.tables["cache"] == []


def test_no_page_tells_others_a_code_a_hash_a_key_or_an_address(remains):
    for page in remains.pages:
        known = {remains.codes.get(page.who, "")} if page.stage == "open" else set()
        grouped = {"-".join(code[at : at + 4] for at in (0, 4, 8)) for code in known}
        found = set(found_in(page.headers + page.text, secrets_of(remains))) - known - grouped
        # The browser's own cookie comes with the page on which it is made or given up.
        assert found == set(), (page.who, page.stage, page.url)


def test_pages_after_closing_say_no_user_and_no_code(remains):
    everybody, later = {"coordinator", "facilitator", *PEOPLE}, {"closed", *OPENED}
    before, pages = remains.seen_by(*PEOPLE, stages=("open",)), remains.seen_by(*everybody, stages=tuple(later))
    # While it is open, each reads their own code under these words.
    assert {page.who for page in before if "Jouw code" in page.text} == set(PEOPLE)
    assert {(page.who, page.stage) for page in pages if page.status == 200} == set(product(everybody, later))
    for page in pages:
        assert "734911" not in page.text.replace("account734911", ""), page.url
        assert "Jouw code" not in page.text, page.url


def test_no_report_holds_a_clock_time_or_a_date_of_change(remains):
    for page in remains.reports():
        assert CLOCK.findall(words_of(page.text)) == [], page.url
        assert "Last-Modified" not in page.headers


def test_logs_of_everything_tell_nobody_and_no_answer(remains):
    logged = "\n".join(remains.lines)
    words = [f"De {word} zegt" for word in (*PEOPLE, "taxus")]
    people = ["734911", "genodigde@", "203.0.113"]

    assert "gunicorn.access" in logged
    assert "/meedoen/…/invullen/" in logged
    assert "Not Found: /rapport/…" in logged
    assert "GET /rapport/…/beeld/perspectieven.svg" in logged
    assert found_in(logged, [*secrets_of(remains), *remains.links, *words, *people, *SAID, "esdoorn"]) == []


def test_what_is_made_of_a_report_is_there_for_all_and_ties_nothing_to_anybody(remains):
    """Cards, worksheet, summaries, pictures, calendar file: without the words of any one person, or who is who. The
    guide has the first of the notes that the report shows, in its order."""
    addresses = {page.url for page in remains.pages if page.status == 200 and page.stage in OPENED}
    # Nobody was asked what these two pictures are of.
    absent = {name for _, name in MADE if name and not any(f"/{name}." in address for address in addresses)}
    assert absent == {"intensiteit", "betekenissen"}
    made = [
        page
        for page in remains.pages
        if page.status == 200
        and re.search(r"\.svg$|\.ics$|leidraad|opbouwen|kaarten|samenvatting|bestuur|vandaag", page.url)
    ]
    assert {page.stage for page in made} == set(OPENED)
    assert {page.who for page in made} == {"coordinator", "facilitator", *PEOPLE}
    report = remains.reports()[0]
    for page in made:
        for key in NOTED:
            words = order_in(page.text, key)
            assert words == (order_in(report.text, key)[: len(words)] if "leidraad" in page.url else []), page.url
        assert "734911" not in page.text.replace("account734911", ""), page.url
        assert "Last-Modified" not in page.headers
        assert not any(word in page.headers for word in ("Tienen", "esdoorn", *PEOPLE)), page.url
    assert any(order_in(page.text, "goal-shared") for page in made if "leidraad" in page.url)


def test_what_is_taken_along_has_everybodys_words_in_the_order_of_the_report(remains):
    """Workbook, CSV, JSON and ZIP: of who may read the report, and of nobody before it opens."""
    taken = [page for page in remains.pages if page.status == 200 and TAKEN.search(page.url)]
    before = [page for page in taken if page.stage not in OPENED]
    assert {page.url for page in before} == {"/account/alles.zip"}
    assert [page.url for page in before if any(f"De {word} zegt" in page.text for word in (*PEOPLE, "taxus"))] == []
    opened = [page for page in taken if page.stage in OPENED]
    # Three formats, for eight people, at two stages; and the ZIP of two.
    assert len(opened) == 2 * (3 * 8 + 2)
    report = remains.reports()[0]
    for page in opened:
        found = {key: order_in(page.text, key) for key in NOTED}
        copies = len(found["goal-shared"]) // len(PEOPLE)
        assert found == {key: order_in(report.text, key)[: len(PEOPLE)] * copies for key in NOTED}, page.url
        assert "734911" not in page.text.replace("account734911", ""), page.url
        assert "Last-Modified" not in page.headers
        assert not any(word in page.headers for word in ("Tienen", "esdoorn", *PEOPLE)), page.url


def test_beside_other_sessions_stand_totals_and_nobodys_words(remains):
    urls = [reverse(route) for route in COMPARED] + [f"/vergelijken/vergelijking.{kind}" for kind in Format]
    outside = [reverse("shared"), reverse("signals")]
    found = [page for page in remains.pages if page.status == 200 and page.url.partition("?")[0] in [*urls, *outside]]
    opened = [page for page in found if page.stage in OPENED]
    assert {page.url.partition("?")[0] for page in opened} == {*urls, *outside}
    assert {page.url.partition("?")[0] for page in found if page not in opened} == {*outside}
    # A sentence that was shared without a name is there, beside the same words of the conclusion elsewhere.
    assert [page for page in opened if page.url == reverse("shared") and SAID[3] in page.text]
    for page in opened:
        words = [word for word in (*PEOPLE, "taxus") if f"De {word} zegt" in page.text or sentence(word) in page.text]
        assert words == [], page.url
        assert not any(word in page.headers for word in ("Tienen", "esdoorn", *PEOPLE)), page.url


def test_folded_into_counts_nobodys_words_are_left_on_any_page_in_any_file_or_table(remains):
    """The totals stay; what anybody wrote, and every row of an answer from before, is gone."""
    words = [text for word in PEOPLE for text in (f"De {word} zegt", sentence(word))]
    pages = [page for page in remains.folded_pages if page.status == 200]
    assert {page.url for page in pages if REPORT.search(page.url) or TAKEN.search(page.url)} == {
        page.url for page in remains.pages if page.status == 200 and (REPORT.search(page.url) or TAKEN.search(page.url))
    }
    assert [(page.url, found_in(page.text, words)) for page in pages if found_in(page.text, words)] == []
    keys = [form for key in remains.new_keys for form in (key, key.replace("-", ""))]
    told = {table: " ".join(map(text_of_row, rows)) for table, rows in remains.folded_tables.items()}
    assert {table: found for table in told if (found := found_in(told[table], [*keys, *words]))} == {}
    assert [remains.folded_tables[f"reflectie_{table}"] for table in ("response", "answer")] == [[], []]
    figures = {
        tuple(line for line in page.text.splitlines() if line.startswith('"cijfer"'))
        for page in [*remains.pages, *pages]
        if page.status == 200 and page.url.endswith("/verslag.csv")
    }
    assert len(figures) == 1
    assert len(figures.pop()) == 15 * 3


def test_how_far_help_goes_is_told_of_a_group_and_of_nobody_in_it(remains):
    """Of each group where all, not all or none of them help, and on no page, in no picture and no file how many do: of
    three, one's own would be told by a number."""
    made = [
        page
        for page in remains.pages
        if page.status == 200
        and (TAKEN.search(page.url) or REPORT.search(page.url) or page.url.endswith("a-tot-z.svg"))
    ]
    told = [page for page in made if "alles.zip" not in page.url and page.stage in OPENED]
    assert {page.url.rpartition(".")[2] for page in told} >= {"svg", "csv", "json", "xlsx", "pdf"}
    words = {
        "Uitvoering (3 mensen): iedereen f tot g, niet iedereen a tot e en h tot q, niemand r tot z.",
        "Bestuur (3 mensen): iedereen h tot i, niet iedereen b tot g en j tot z, niemand a.",
    }
    shown = [page for page in told if page.url.endswith((".svg", "/"))]
    assert shown
    for page in shown:
        assert found_in(" ".join(page.text.split()), sorted(words)) == sorted(words), page.url
    for page in told:
        first_to_last = [f"van {first} tot {last}" for first, last in REACH]
        assert found_in(page.text, first_to_last) == [], page.url
        if page.url.endswith(".json"):
            ranges = json.loads(page.text)["beside"]["help_range"]
            assert ranges == {
                "people": 6,
                "bands": [
                    {"name": "practice", "people": 3, "some": "abcdefghijklmnopq", "every": "fg"},
                    {"name": "board", "people": 3, "some": "bcdefghijklmnopqrstuvwxyz", "every": "hi"},
                ],
                "letters": [],
            }
    # Folded, the same is told, and only what that is made of is left.
    folded = [page for page in remains.folded_pages if page.status == 200 and page.url.endswith(".json")]
    assert {json.dumps(json.loads(page.text)["beside"]["help_range"]) for page in folded} == {json.dumps(ranges)}
    [row] = remains.folded_tables["reflectie_sessiontotals"]
    kept = json.loads(row["figures"])["ranges"]
    assert kept["bands"] == [[0, 3, "abcdefghijklmnopq", "fg"], [1, 3, "bcdefghijklmnopqrstuvwxyz", "hi"]]


def test_what_was_agreed_points_to_nobody_who_answered(remains):
    [agreement], [conclusion] = (remains.tables[f"reflectie_{name}"] for name in ("agreement", "conclusion"))

    assert set(agreement) == {
        *("id", "session_id", "position", "what", "who", "due_on"),
        *("item_id", "principle", "state", "reason", "trigger", "sharing", "coordinators_mailed"),
    }
    assert set(conclusion) == {
        *("session_id", "needed", "decision", "reason", "next_on", "reminded", "reminder_arrived", "recorded_at")
    }
    assert conclusion["recorded_at"] is None
    keys = [form for key in remains.new_keys for form in (key, key.replace("-", ""))]
    assert found_in(text_of_row(agreement) + text_of_row(conclusion), [*keys, *secrets_of(remains)]) == []


def test_the_reminder_goes_to_the_coordinator_alone_and_says_nothing_of_what_was_said(remains):
    to_coordinator = [text for to, text in remains.mails if to == ["account734911001@example.org"]]

    assert len(to_coordinator) == 1
    assert {address for to, _ in remains.mails for address in to} == {"account734911001@example.org", INVITED}
    assert found_in(to_coordinator[0], [*secrets_of(remains), *remains.links, *PEOPLE, *SAID]) == []


def order_in(text: str, key: str) -> list[str]:
    return re.findall(rf"De (\w+) zegt iets over {key}\.", text)


def test_notes_stand_in_another_order_than_they_came_and_in_the_same_one_in_every_print(remains):
    for key in NOTED:
        orders = {tuple(order_in(page.text, key)) for page in remains.reports()}
        assert len(orders) == 1, key
        assert sorted(orders.pop()) == sorted(PEOPLE), key
    together = [order_in(remains.reports()[0].text, key) for key in NOTED]
    assert list(PEOPLE) not in together
    assert list(reversed(PEOPLE)) not in together


def test_order_in_one_field_does_not_tell_the_order_in_another(remains):
    text = remains.reports()[0].text
    orders = [order_in(text, key) for key in NOTED]
    sentences = re.findall(r"Het doel volgens de (\w+)\.", text)[:6]

    assert sorted(sentences) == sorted(PEOPLE)
    assert len({tuple(order) for order in [*orders, sentences]}) == len(NOTED) + 1
    # Nor is it the same order turned or shifted: nobody keeps their place beside the same neighbour.
    neighbours = [frozenset(pairwise(order)) for order in orders]
    assert frozenset.intersection(*neighbours) == frozenset()


def test_rows_lie_in_another_order_than_they_came(remains):
    answers = remains.tables["reflectie_answer"]
    owners = [row["response_id"] for row in answers]

    # One person's answers don't lie together, nor in the checklist's order.
    assert sum(one == next_one for one, next_one in pairwise(owners)) < len(owners) / 2
    assert len(set(owners)) == 6


# --- before the report opens


# What is about sessions without naming one in its path.
BESIDE = ("compare", "shared", "signals", "everything")
NO_KEY = uuid4()


def masked(text: str) -> str:
    # Each round of asking signs in anew.
    text = re.sub(r'("last_sign_in": ")[^"]*', r"\1", text)
    return re.sub(r'(name="(?:csrfmiddlewaretoken|key|keep-as)" value=")[^"]*', r"\1", text)


def pages_of_others(session: Session, users: dict[str, object]) -> dict[tuple[str, str], str]:
    """Every page about a session, for everybody but who answered."""
    found = {}
    for who, user in users.items():
        client = Client()
        if user:
            client.force_login(user)
        for route in TABLE:
            names = parameters(route)
            if "pk" in names or route.startswith(("join", "report", *BESIDE)):
                of_collaboration = route.startswith(("collab", "member", "session-new", "session-earlier"))
                about = session.collaboration_id if of_collaboration else session.pk
                token = tokens.read_token(session.join_token) if route.startswith("report") else session.join_token
                key = NO_KEY if route in {"agreement", "lesson"} else "goal-shared"
                chosen = f"?sessie={session.pk}" if route.startswith("compare") else ""
                response = client.get(address(route, pk=about, token=token, key=key) + chosen)
                found[who, route] = f"{response.status_code} {masked(text_of(response.getvalue()))}"
    return found


@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_before_opening_no_page_depends_on_what_was_answered(checklist, mode):
    """Two rounds in which as many began and finished, with all answers different: nobody sees any difference."""
    collaboration = make_collaboration()
    users = {
        "stranger": None,
        "coordinator": collaboration.members.get(),
        "facilitator": make_account("fien@example.org"),
    }
    Membership.objects.create(collaboration=collaboration, user=users["facilitator"], role=Role.FACILITATOR)
    session = make_round(mode, collaboration=collaboration, questions=OPTIONAL, expected=5)

    def seen(value: str, text: str) -> list[dict[tuple[str, str], str]]:
        values = {item.key: value for item in checklist}
        values |= {"goal-shared-note": text, "goal-sentence": text, "intensity-needed": "act"}
        values |= {"participant": text} if mode is Mode.NAMED else {}
        with transaction.atomic():
            for number in range(5):
                fill_in(session, values, finish=number < 4)
            pages = [pages_of_others(session, users)]
            rounds.close_round(session)
            pages.append(pages_of_others(session, users))
            rounds.open_report(session)
            browser = Client()
            browser.force_login(users["coordinator"])
            opened = browser.get(reverse("session-report", args=[session.pk])).content.decode()
            transaction.set_rollback(True)
        assert text in opened
        return pages

    first, second = seen("hindering", "Zo staat het er"), seen("helping", "Heel iets anders")

    assert all("4 van de 5 zijn klaar" in pages["coordinator", "session"] for pages in (first[0], second[0]))
    for one, other in zip(first, second, strict=True):
        assert one.keys() == other.keys()
        assert [key for key in one if one[key] != other[key]] == []


def test_of_the_votes_by_phone_counts_alone_are_left(remains):
    [poll] = remains.tables["reflectie_poll"]
    counts = [poll[name] for name in ("behind", "live_with", "objection")]
    assert (sum(counts), poll["is_open"]) == (len(PEOPLE), 0)
    assert remains.tables["reflectie_pollvote"] == []
    kept = json.dumps(remains.tables, default=str)
    secrets = {secret for ballot in remains.ballots for secret in (ballot, tokens.hash_token(ballot))}
    assert (len(secrets), [secret for secret in secrets if secret in kept]) == (2 * len(PEOPLE), [])
    lines = "\n".join(remains.lines)
    assert [secret for secret in secrets if secret in lines] == []
    # A page has the token under which whoever looks at it votes, and nobody else's.
    for page in remains.pages:
        seen = {ballot for ballot in remains.ballots if ballot in page.text}
        assert seen <= ({remains.ballots[PEOPLE.index(page.who)]} if page.who in PEOPLE else set()), page.url
