"""Databases made with earlier versions come to this one with every row; a server refuses one that doesn't fit.

`dumps/` has what those versions made themselves, each under the commit it was made at: 130b663 has a `0004_comparing`
that was edited a few minutes later. All in them is invented. Help and advice are left out; `load_checklist` brings
them.
"""

import hashlib
import html
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.test import Client

from reflectie.backends import schema
from reflectie.domain.setup import Mode
from reflectie.domain.text import search_key, sort_key
from reflectie.models import Agreement, Answer, Collaboration, Lesson, Outcome, Partner, Session
from reflectie.services.questionnaire.checklists import forget_checklists
from reflectie.services.tokens import hash_token, read_token
from tests.helpers.factories import browser
from tests.helpers.own_database import in_force

DUMPS = Path(__file__).parent / "dumps"
# The last two are 0.5.0 and 0.6.0; each version before these has one too.
COMMITS = ["ae32350", "6a99165", "130b663", "7b3aba7", "ef61adc", "d7b475d", "296a173"]
# What migrations and Django itself write anew, or add to.
NOT_PEOPLES = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
# 0003 lets go of PDFs, which are made again.
LET_GO = {"reflectie_madepdf": {"ae32350"}}
# A column that came later, and what every row gets: nothing was shared, released or said of what was before.
FILLED_IN = {
    "reflectie_dailyjob": {"told_on": None},
    "reflectie_session": {
        "collaboration_id": None,
        "join_token": None,
        "code": None,
        "planned_on": None,
        "closes_on": None,
        "concluded_on": None,
        "folded_on": None,
        "expected": None,
        "questions": "[]",
        "grouping": "none",
        "groups": "[]",
        "blanked": False,
        "facilitator_prepares": False,
        "paper_by": "",
        "paper_sheets": None,
        "paper_typed": 0,
        "removed": "{}",
        "reminded": False,
        "told_of_signals": False,
        "earlier": False,
        "told_of_typist": False,
        "name": "",
        "number": 0,
        "coordinators_mailed": False,
    },
    "reflectie_response": {"typed": False},
    "reflectie_invitee": {"unreached": False},
    "reflectie_invitation": {"unreached": False, "by_administrator": False},
    "reflectie_membership": {"appointed_on": None, "mail_when_done": True, "mail_when_due": True},
    "reflectie_conclusion": {"reminder_arrived": False, "recorded_at": None},
    "reflectie_madepdf": {"page": ""},
    "reflectie_answer": {"released": False},
    "reflectie_collaboration": {"invented": False, "signals_from": None, "archived_on": None},
    "reflectie_agreement": {"sharing": "", "coordinators_mailed": False, "trigger": ""},
}
# And what is worked out of the row itself.
WORKED_OUT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "reflectie_collaboration": lambda row: {
        "search_key": search_key(f"{row['name']} {row['region']} {row['theme']}"),
        "sort_key": sort_key(row["name"]).encode(),
    },
    "reflectie_partner": lambda row: {"search_key": search_key(row["name"])},
}
ROUNDS = [mode for mode in Mode if mode.is_round]
Rows = dict[str, dict[Any, dict[str, Any]]]


def load(commit: str, change: str = "") -> BaseDatabaseWrapper:
    """A database of its own, beside the tests' one, as it was made at a commit; `change` is SQL that runs after."""
    name = f"{connection.settings_dict['NAME']}-dump"
    script = (DUMPS / f"{commit}.{connection.vendor}.sql").read_text()
    if connection.vendor == "sqlite":
        with sqlite3.connect(name) as made:
            made.executescript(script)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections.databases["stored"] = {**connection.settings_dict, "NAME": name}
    stored = connections["stored"]
    with stored.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(script)
            cursor.execute("SET search_path TO public")
        if change:
            cursor.execute(change)
    return stored


@pytest.fixture
def clean_up(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For tests with a stored database, and of the usual one nothing: Django's own test cases know no others."""
    with django_db_blocker.unblock():
        yield
        _remove()


def _remove() -> None:
    name = connections.databases.pop("stored")["NAME"]
    connections["stored"].close()
    del connections["stored"]
    if connection.vendor == "sqlite":
        for path in Path(name).parent.glob(f"{Path(name).name}*"):
            path.unlink()
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def rows_of(database: BaseDatabaseWrapper) -> Rows:
    """Every row of every table, by its key, as the database has it."""
    rows: Rows = {}
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            rows[table] = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return rows


def is_same(value: Any, expected: Any) -> bool:
    # SQLite has no booleans, and JSON is text there.
    return value == expected or (isinstance(expected, str) and value == {"[]": [], "{}": {}}.get(expected))


@pytest.mark.parametrize("commit", COMMITS)
def test_database_of_an_earlier_version_comes_along_row_by_row(clean_up: None, commit: str) -> None:
    stored = load(commit)
    before = rows_of(stored)
    assert len(before["reflectie_answer"]) >= 10

    call_command("migrate", database="stored", verbosity=0)

    after = rows_of(stored)
    for table in before.keys() - NOT_PEOPLES:
        if commit in LET_GO.get(table, ()):
            assert after[table] == {}
            continue
        assert before[table].keys() <= after[table].keys(), table
        for key, row in before[table].items():
            now = after[table][key]
            assert {name: now[name] for name in row} == row, table
            came = {name: value for name, value in now.items() if name not in row}
            filled = FILLED_IN.get(table, {}) | (WORKED_OUT[table](row) if table in WORKED_OUT else {})
            assert {name: value for name, value in came.items() if not is_same(value, filled[name])} == {}, table
    assert schema.what_does_not_fit(stored) == ""
    # The models read them all, with every column.
    assert len(list(Session.objects.using("stored"))) == len(before["reflectie_session"])
    assert len(list(Answer.objects.using("stored"))) == len(before["reflectie_answer"])


# What somebody wrote, and where: each stands on a page of whoever may read it.
WRITTEN: dict[type[Model], tuple[str, ...]] = {
    Agreement: ("what", "who", "reason"),
    Answer: ("note",),
    Collaboration: ("name",),
    Lesson: ("text",),
    Outcome: ("reason", "minority"),
    Partner: ("name",),
    Session: ("name",),
}
# Nothing to read there, or files that other tests open; each takes long, or ends the visit.
NOT_ASKED = re.compile(r"afmelden|\.(pdf|zip|xlsx|ics|svg|png)\b|/taal/|^/static/|^/beheer/")


def crawl(client: Client, *starts: str) -> dict[str, str]:
    """The text of each page that can be reached by links from these addresses."""
    pages: dict[str, str] = {}
    waiting = list(starts)
    while waiting:
        address = waiting.pop()
        if address in pages or NOT_ASKED.search(address):
            continue
        reply = client.get(address, follow=True)
        assert reply.status_code == 200, address
        # Files are sent while they are made.
        pages[address] = "" if reply.streaming else reply.content.decode()
        links = re.findall(r'href="(/[^"#]*)', pages[address]) if "html" in reply["Content-Type"] else []
        waiting += [html.unescape(link) for link in links]
    return pages


# Of the two in between, whose pages are those of the one after, only the rows are compared. The latest each
# time; those before it, a minute, before a release.
@pytest.mark.parametrize(
    "commit",
    [
        *(pytest.param(commit, marks=pytest.mark.slow) for commit in ("ae32350", "6a99165", "ef61adc", "d7b475d")),
        "296a173",
    ],
)
def test_every_page_on_a_database_of_an_earlier_version_opens_and_has_what_people_wrote(
    clean_up: None, commit: str
) -> None:
    stored = load(commit)
    call_command("migrate", database="stored", verbosity=0)
    stored.close()
    with in_force(stored.settings_dict["NAME"]):
        call_command("createcachetable", verbosity=0)
        call_command("load_checklist", stdout=StringIO())
        call_command("write_totals", stdout=StringIO())
        forget_checklists()
        tokens = [read_token(f"verzonnen-link-{number}-abcdefgh") for number in range(2)]
        # A report is there once its sheet is finished.
        hashes = Session.objects.filter(responses__finished=True).values_list("read_hash", flat=True)
        reports = [f"/rapport/{token}/" for token in tokens if hash_token(token) in hashes]
        assert reports
        pages = crawl(Client(), "/", *reports)
        for user in User.objects.filter(memberships__isnull=False).distinct():
            pages |= crawl(browser(user), "/samenwerkingen/")
        read = html.unescape(" ".join(" ".join(pages.values()).split()))
        # Of an open round nobody reads answers.
        answers = Answer.objects.exclude(response__session__stage="open", response__session__mode__in=ROUNDS)
        rows = [row for model in WRITTEN if model is not Answer for row in model.objects.all()] + list(answers)
        texts = {" ".join(getattr(row, name).split()) for row in rows for name in WRITTEN[type(row)]} - {""}
        assert {text for text in texts if text not in read} == set()
        assert (len(pages) > 10, len(texts) > 0) == (True, True)
    forget_checklists()


def test_columns_of_both_edited_migrations_come_back_with_what_is_in_the_others(clean_up: None) -> None:
    """No commit that can still be run has the first edited one, 0002; so that column is taken out here."""
    stored = load("130b663", "ALTER TABLE reflectie_session DROP COLUMN blanked")
    call_command("migrate", database="stored", verbosity=0)
    assert schema.missing_columns(stored) == []
    assert set(Session.objects.using("stored").values_list("blanked", "earlier")) == {(False, False)}


def test_what_edited_migrations_had_already_stays(clean_up: None) -> None:
    stored = load("7b3aba7")
    marked = {"blanked": 1, "earlier": 1}
    assert {name: sum(row[name] for row in rows_of(stored)["reflectie_session"].values()) for name in marked} == marked
    call_command("migrate", database="stored", verbosity=0)
    assert {name: Session.objects.using("stored").filter(**{name: True}).count() for name in marked} == marked


def test_names_of_an_earlier_version_are_tidied_and_sheets_find_their_group(clean_up: None) -> None:
    stored = load("ef61adc", "UPDATE reflectie_partner SET name = name || '\u200b'")
    with stored.cursor() as cursor:
        cursor.execute(
            "UPDATE reflectie_session SET grouping = 'partner', "
            """groups = '[["De Linde\u200b", 3], ["Het Huis\u200b", 3]]' WHERE stage = 'concluded'"""
        )
        cursor.execute(
            """UPDATE reflectie_response SET extras = '{"organisation": "De Linde\u200b"}' WHERE session_id IN """
            "(SELECT id FROM reflectie_session WHERE stage = 'concluded')"
        )
    call_command("migrate", database="stored", verbosity=0)
    assert set(Partner.objects.using("stored").values_list("name", flat=True)) == {"De Linde", "Het Huis"}
    session = Session.objects.using("stored").get(stage="concluded")
    assert session.groups == [["De Linde", 3], ["Het Huis", 3]]
    assert [sheet.extras for sheet in session.responses.all()] == [{"organisation": "De Linde"}] * 4


def test_migrate_says_so_when_a_column_is_missing_after_it(clean_up: None) -> None:
    stored = load("ef61adc")
    call_command("migrate", database="stored", verbosity=0)
    with stored.cursor() as cursor:
        cursor.execute("ALTER TABLE reflectie_session DROP COLUMN reminded")
    with pytest.raises(CommandError, match=r"lacks what this version needs: reflectie_session\.reminded\."):
        call_command("migrate", database="stored", verbosity=0)


def test_what_does_not_fit_names_a_missing_column_an_open_migration_and_a_newer_one(clean_up: None) -> None:
    stored = load("6a99165")
    assert "lacks migrations of this version: " in (told := schema.what_does_not_fit(stored))
    assert " reflectie.00" in told
    call_command("migrate", database="stored", verbosity=0)
    assert schema.what_does_not_fit(stored) == ""
    with stored.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('reflectie', '9999_later', '2030-01-01')"
        )
    assert "a newer version: reflectie.9999_later." in schema.what_does_not_fit(stored)
    with stored.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
        cursor.execute("DROP TABLE reflectie_lesson")
    assert "reflectie_lesson.id, reflectie_lesson.item_id" in schema.what_does_not_fit(stored)


@pytest.mark.django_db
def test_server_refuses_a_database_that_does_not_fit_and_starts_with_one_that_does(monkeypatch) -> None:
    monkeypatch.setattr(schema.connections, "close_all", lambda: None)
    schema.refuse_misfit()
    monkeypatch.setattr(schema, "missing_columns", lambda database: ["reflectie_session.earlier"])
    with pytest.raises(ImproperlyConfigured, match=r"reflectie_session\.earlier\. Run \./run --setup and"):
        schema.refuse_misfit()


def test_real_server_refuses_an_old_database_until_it_is_set_up(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the same start on every database")
    name = tmp_path / "db.sqlite3"
    with sqlite3.connect(name) as made:
        made.executescript((DUMPS / "130b663.sqlite.sql").read_text())
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{name}"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
        )

    refused = run("-c", "import samenwerking.wsgi")
    assert refused.returncode == 1
    assert "The database lacks migrations of this version" in refused.stderr
    # Whoever has a link to a report reads it: this is what gave an error in such a database.
    told = run(
        "-c",
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'samenwerking.settings'; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0); call_command('load_checklist', stdout=open(os.devnull, 'w'))\n"
        "import samenwerking.wsgi; from django.test import Client; from reflectie.services.tokens import read_token\n"
        "address = '/rapport/' + read_token('verzonnen-link-0-abcdefgh') + '/'\n"
        "look = lambda: Client(SERVER_NAME='127.0.0.1').get(address)\n"
        "before = look(); call_command('write_totals'); call_command('write_totals', '--check')\n"
        "print(before.status_code, look().content == before.content)",
    )
    added_up = "every closed session adds up to what is written"
    assert told.stdout.splitlines()[-2:] == [added_up, "200 True"], told.stderr
    assert told.returncode == 0


# Of what has landed: somebody's database was made with it. Whatever has to change gets a migration of its own.
LANDED = {
    "0001_start": "196bb6cb548e5a32",
    "0002_teams": "9899f392cfaeb053",
    "0003_report": "48763616fea9ea8b",
    "0004_comparing": "9efb9dc1a5bc4096",
    "0005_folding": "bfed44b24e565b6f",
    "0006_released": "460b1e01e02ddfd5",
    "0007_mend_columns": "32df46ec116106df",
    "0008_typed_sheets": "8c636ae9e8d46c73",
    "0009_outgoing_mail": "b451455fbcdc9529",
    "0010_limits_and_former_coordinators": "e9628aaa8b1e9ee1",
    "0011_tidy_names": "4d0649d1e58e953f",
    "0012_normal_addresses": "c5c819332664c7dd",
    "0013_search_and_sort_keys": "b517d278621958b6",
    "0014_session_name": "df8da9ef9581576a",
    "0015_former_links": "386de9dd02d80d8f",
    "0016_disagree": "a647a7e6288cf64d",
    "0017_session_totals": "8c22b9614657e73c",
    "0018_report_notice": "2a2f3adbac34885d",
    "0019_archive": "50a033f0e8061698",
    "0020_conclusion_time": "5b6dd6b6d7c18fa2",
    "0021_coordinator_mails": "22a3c4908f778b7d",
    "0022_talk": "c4a8eb34c5bbc71a",
    "0023_activity": "8b5ca68382cf4ac6",
}


def test_landed_migrations_are_not_edited() -> None:
    folder = Path(apps.get_app_config("reflectie").path) / "migrations"
    hashes = {name: hashlib.sha256((folder / f"{name}.py").read_bytes()).hexdigest()[:16] for name in LANDED}
    assert hashes == LANDED
