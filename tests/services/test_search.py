"""Found and put in order as people expect, and alike on every database: whatever capitals and accents a name is written
with, and however its row was written."""

import ast
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.build import build_report
from reflectie.domain.rules.findings import Finding
from reflectie.domain.setup import Grouping, Mode, setup_of_session
from reflectie.domain.signals import Entry, publish
from reflectie.domain.text import search_key, search_words, sort_key
from reflectie.models import Collaboration, Partner, Role
from reflectie.services import accounts
from reflectie.services.collaborations import collaborations, people
from reflectie.services.comparison import comparisons
from tests.helpers.compared import opened, team
from tests.helpers.factories import add_member, browser, make_account, make_collaboration, rows, sign_in_now

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2] / "reflectie"
DAY = date(2026, 12, 31)
# In the order in which a person puts them.
NAMES = [
    "‘Aan tafel’",
    "Ægir",
    "Één lijn",
    "eerste lijn",
    "Élan",
    "Emmaüs",
    "Łódź",
    "Lokeren",
    "Ørsted",
    "Óscar",
    "Sint-Truiden",
    "Sint Zita",
    "’t Veld",
    "Wijk 2",
    "wijk 10",
    "Žižkov",
    "Zorg",
    "東京",
]


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("Één lijn", "één"),
        ("Één lijn", "een LIJN"),
        ("Cliënten centraal", "clienten"),
        ("Clienten centraal", "cliënten"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("Straße", "STRASSE"),
        ("Cafe\u0301", "café"),
        ("İstanbul", "istanbul"),
        ("Huis ’t Veld", "'t veld"),
        ("Sint Truiden", "sint-truiden"),
        ("Sint–Truiden", "sint truiden"),
        ("ﬁetsen", "fiets"),
        ("東京の会", "東京"),
        ("हिन्दी समूह", "समूह"),
    ],
)
def test_text_is_found_however_it_is_written(kept: str, asked: str) -> None:
    assert search_words(asked)
    assert all(word in search_key(kept) for word in search_words(asked))


@pytest.mark.parametrize(("kept", "asked"), [("Zorg", "zorgen"), ("か", "が"), ("भ", "भा"), ("Een", "twee")])
def test_text_is_not_found_by_other_words(kept: str, asked: str) -> None:
    assert not all(word in search_key(kept) for word in search_words(asked))


def test_names_come_in_the_order_of_a_person() -> None:
    assert sorted(set(NAMES), key=sort_key) == NAMES
    assert sorted(["!", "?", ""], key=sort_key) == ["", "!", "?"]


def listed(page) -> list[str]:
    return [name for row in rows(page) for name in NAMES if row.startswith(name)]


def test_list_comes_in_order_and_finds(coordinator, an, collaboration):
    Collaboration.objects.all().delete()
    for name in reversed(NAMES):
        collaborations.create_collaboration(an, name=name, region="Één", partners=["Cliëntenraad", "Łuk"])

    assert listed(coordinator.get("/samenwerkingen/")) == NAMES
    for asked in ("een", "ÉÉN", "clienten luk"):
        assert listed(coordinator.get("/samenwerkingen/", {"zoek": asked})) == NAMES, asked
    assert listed(coordinator.get("/samenwerkingen/", {"zoek": "een lodz"})) == ["Łódź"]
    assert rows(coordinator.get("/samenwerkingen/", {"zoek": "een twee"})) == []


def test_sessions_to_compare_come_in_order_and_are_found(fien):
    for name in reversed(NAMES):
        found = team(fien, name, region="Één", theme="één" if name == "Zorg" else "")
        Partner.objects.create(collaboration=found, name="Cliëntenraad")
        opened(found, [{"goal-shared": "helping"}] * 3)
    client = browser(fien)

    def found(**query: str) -> list[str]:
        page = client.get(reverse("compare"), query)
        return [session.collaboration.name for group in page.context["groups"] for session, _ in group]

    assert found() == found(label="één") == found(label="Één") == found(partner="clientenraad") == NAMES
    assert found(partner="clientenbond") == []
    options = client.get(reverse("compare")).context["form"].fields["collaboration"].choices
    assert [label for _, label in options][1:] == NAMES
    keys = [str(session.pk) for session in comparisons.comparable_sessions(fien.pk)]
    table = client.get(reverse("compare-table"), {"sessie": keys[::-1]}).context["comparison"]
    assert [held.team.name for held in table.sessions] == NAMES


def test_what_is_taken_along_comes_in_order(an, facilitator):
    Collaboration.objects.all().delete()
    for name in reversed(NAMES):
        collaborations.create_collaboration(an, name=name)

    assert [each["collaboration"] for each in accounts.account_data(an)["memberships"]] == NAMES
    assert [each.name for each in people.owned_alone(an)] == NAMES


def test_people_come_by_role_and_name(coordinator, collaboration):
    for number, name in enumerate(["Zoë", "Élodie", "eva"]):
        member = add_member(collaboration, f"{number}@example.org", Role.FACILITATOR)
        User.objects.filter(pk=member.user_id).update(first_name=name)

    page = coordinator.get(reverse("members", args=[collaboration.pk]))

    assert [name for _, name in page.context["people"]] == ["an@example.org", "Élodie", "eva", "Zoë"]


@pytest.mark.parametrize(
    ("route", "asked"),
    [("auth/user", "elodie"), ("auth/user", "ÉLODIE 1@example"), ("reflectie/collaboration", "een LIJN")],
)
def test_administrator_finds(client, route, asked):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    for number, name in enumerate(["Zoë", "Élodie"]):
        make_account(f"{number}@example.org", first_name=name)
    make_collaboration("Één lijn")
    make_collaboration("Andere lijn")

    page = client.get(f"/beheer/{route}/", {"q": asked}).context["cl"]

    assert [str(getattr(row, "first_name", row)) for row in page.result_list] == [
        "Élodie" if "user" in route else "Één lijn"
    ]


def test_administrator_sees_collaborations_in_order(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    for name in reversed(NAMES):
        make_collaboration(name)

    page = client.get("/beheer/reflectie/collaboration/").context["cl"]

    assert [row.name for row in page.result_list] == NAMES


def keys_are_right() -> None:
    for row in Collaboration.objects.all():
        assert row.search_key == search_key(f"{row.name} {row.region} {row.theme}")
        assert bytes(row.sort_key) == sort_key(row.name).encode()
    for row in Partner.objects.all():
        assert row.search_key == search_key(row.name)


def test_keys_follow_whatever_way_a_row_is_written(an):
    made = collaborations.create_collaboration(an, name="Één", region="Łódź", partners=["Cliënten", "Élan"])
    keys_are_right()
    collaborations.change_collaboration(made, name="Twéé", region="", theme="Žižkov", partners=["Ærø"])
    keys_are_right()
    made.refresh_from_db()
    made.name = "Dríé"
    made.save(update_fields=["name"])
    made.partners.get_or_create(name="Ó", defaults={"position": 1})
    Collaboration.objects.update_or_create(pk=made.pk, defaults={"region": "Één"})
    keys_are_right()
    assert Collaboration.objects.get().search_key == "drie een zizkov"


def fields_written(tree: ast.AST) -> set[str]:
    """What a module writes past `save`: the names that `update` and `bulk_update` are given."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    updates = [call for call in calls if call.func.attr == "update"]
    by_name = {word.arg or "" for call in updates for word in call.keywords}
    bulk = [argument for call in calls if call.func.attr == "bulk_update" for argument in ast.walk(call)]
    return by_name | {node.value for node in bulk if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("path", [*(ROOT / "services").rglob("*.py"), ROOT / "admin.py"], ids=lambda path: path.stem)
def test_nothing_is_written_that_leaves_a_key_as_it_was(path):
    """`update` and `bulk_update` work out no key; `save`, `create` and `bulk_create` do."""
    assert fields_written(ast.parse(path.read_text())) & {"name", "region", "theme"} == set()


def test_write_that_leaves_a_key_as_it_was_is_seen():
    for write in ('rows.update(name="x")', 'rows.bulk_update(all, ["region"])', 'rows.filter(pk=1).update(theme="")'):
        assert fields_written(ast.parse(write)) & {"name", "region", "theme"}


def test_rows_of_before_get_their_keys():
    Collaboration.objects.bulk_create(Collaboration(name=name, region="Één") for name in NAMES)
    collaboration = Collaboration.objects.first()
    Partner.objects.bulk_create(Partner(collaboration=collaboration, name=name) for name in NAMES)
    Collaboration.objects.update(search_key="", sort_key=b"")
    Partner.objects.update(search_key="")
    migration = import_module("reflectie.migrations.0013_search_and_sort_keys")

    migration.work_out_keys(apps, connection.schema_editor())

    keys_are_right()
    assert [row.name for row in Collaboration.objects.order_by("sort_key")] == NAMES


def test_people_and_notes_of_a_report_by_name_come_in_order(checklist):
    sheets = [Sheet({"participant": name, "goal-shared": "helping", "goal-shared-note": name}) for name in NAMES[::-1]]
    setup = setup_of_session(Mode.NAMED, (), Grouping.NONE, ())

    items = build_report(checklist, setup, sheets, DAY).items
    item = next(item for item in items if item.item.key == "goal-shared")

    assert [names for value, names in item.voices if value == "helping"] == [tuple(NAMES)]
    assert [note.who for note in item.notes] == NAMES


def test_labels_of_signals_come_in_order():
    labels = ["Één", "Emmaüs", "Zorg"]
    entries = [Entry(2026, label, {"goal-shared": Finding.OBSTACLE}) for label in labels[::-1] for _ in range(3)]

    assert list(publish(entries, DAY).years[2026].names.values()) == labels
