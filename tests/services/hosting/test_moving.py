"""Moving to another database, of either kind: every row, compared, and nothing where it can't be all of it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as in_force_settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DataError, connection, connections

from reflectie.models import Answer, MadePdf, Session
from reflectie.services.hosting import moving
from reflectie.services.hosting.errors import HostingError
from reflectie.services.hosting.moving import ALIAS, move_to
from tests.helpers.factories import fill_in, make_account, make_collaboration, make_reflection, make_round
from tests.helpers.own_database import environment_on_it, other_database, tallies
from tests.helpers.rounds import discussed_round

pytestmark = pytest.mark.usefixtures("db")

Rows = dict[str, list[tuple]]


def some_people() -> None:
    """With what databases keep in different ways: bytes, JSON, times, days, yes and no, and letters of all kinds."""
    make_account("an@example.org", first_name="Zoë Ðœ 😀 'quote' \\ %s")
    make_reflection({"goal-shared": "hindering"})
    fill_in(make_round(collaboration=make_collaboration("Één “samen” — 100%")), {"goal-shared": "hindering"})
    session = discussed_round(make_collaboration(), [{"goal-shared": "helping"}] * 3)
    MadePdf.objects.create(session=session, key="verslag", content=bytes(range(256)) * 400)


def everything(alias: str = "default") -> Rows:
    """Every row of every model, as the models read it."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        rows = model._base_manager.using(alias).order_by("pk").values_list()
        found[model._meta.db_table] = [tuple(map(plain, row)) for row in rows]
    return found


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def at(address: str) -> Rows:
    with moving._target(address):
        return everything(ALIAS)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=in_force_settings.BASE_DIR,
        env={**environment_on_it(), **environment},
        capture_output=True,
        text=True,
    )


def test_every_row_moves_to_an_sqlite_file_and_back_and_reads_the_same(tmp_path):
    """On PostgreSQL both ways between the two; on SQLite from file to file."""
    some_people()
    before, file = everything(), tmp_path / "doel.sqlite3"
    assert (len(before["reflectie_answer"]) > 3, len(before["reflectie_madepdf"])) == (True, 1)
    highest = max(user[0] for user in before["auth_user"])
    connection.close()

    moved = move_to(f"sqlite:///{file}")

    assert moved.rows == {table: len(rows) for table, rows in before.items()}
    assert at(f"sqlite:///{file}") == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Where it was, it still is.
    assert everything() == before

    with other_database(str(tmp_path / "terug.sqlite3")) as address:
        done = run("move_to", DATABASE_URL=f"sqlite:///{file}", MOVE_TO=address)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"{sum(map(len, before.values())):>10}  rows moved, every one compared" in done.stdout
        assert address not in done.stdout
        with moving._target(address):
            assert everything(ALIAS) == before
            # The next number is one that nobody has.
            assert User.objects.db_manager(ALIAS).create(username="nieuw").pk > highest


def test_site_goes_on_where_it_was_moved_to(tmp_path):
    with other_database(str(tmp_path / "doel.sqlite3"), empty=False) as address:
        some_people()
        connection.close()
        move_to(address)
        done = run("write_totals", "--check", DATABASE_URL=address)
        assert (done.returncode, done.stdout) == (0, "every closed session adds up to what is written\n")
        done = run("check", DATABASE_URL=address)
        assert done.returncode == 0


def test_target_that_is_used_is_refused_and_stays(tmp_path):
    with other_database(str(tmp_path / "doel.sqlite3"), empty=False) as address:
        some_people()
        connection.close()
        move_to(address)
        before = at(address)
        User.objects.all().delete()
        connection.close()
        with pytest.raises(CommandError, match=r"There is something in the database to move to.*Nothing was moved\."):
            call_command("move_to", address)
        assert at(address) == before


def test_database_of_something_else_is_refused_and_stays(tmp_path):
    with other_database(str(tmp_path / "doel.sqlite3")) as address:
        with moving._target(address) as target, target.cursor() as cursor:
            cursor.execute("CREATE TABLE van_iemand (a integer)")
        with pytest.raises(HostingError, match="has tables of something else"):
            move_to(address)
        with moving._target(address) as target, target.cursor() as cursor:
            assert target.introspection.table_names(cursor) == ["van_iemand"]


def test_failure_in_the_middle_leaves_nothing_there_and_everything_here(tmp_path, monkeypatch):
    usual = moving._tally

    def differs(model):
        return moving.TableTally(0, "") if model is Answer else usual(model)

    monkeypatch.setattr(moving, "_tally", differs)
    with other_database(str(tmp_path / "doel.sqlite3"), empty=False) as address:
        some_people()
        before = tallies()
        connection.close()
        with pytest.raises(HostingError, match="reflectie_answer: what arrived is not what was read"):
            move_to(address)
        with moving._target(address):
            assert not Session.objects.using(ALIAS).exists()
            assert not User.objects.using(ALIAS).exists()
        assert ALIAS not in connections.databases
    assert tallies() == before


@pytest.mark.parametrize(
    "address",
    ["", "geen-adres", "mysql://an:geheim@127.0.0.1/x", "postgres://an:geheim@[/x", "postgres://an:geheim@b:c/x"],
)
def test_what_is_no_address_is_refused_without_repeating_it(address, capsys, monkeypatch):
    monkeypatch.delenv("MOVE_TO", raising=False)
    with pytest.raises(CommandError) as raised:
        call_command("move_to", address)
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize("address", ["sqlite://:memory:", "sqlite://", "sqlite:///file:x?mode=memory"])
def test_database_in_memory_is_refused_since_all_would_be_gone(address, tmp_path, monkeypatch):
    with pytest.raises(HostingError, match="in memory is gone"):
        move_to(address)
    assert not Path(":memory:").exists()


def test_file_that_can_not_be_made_is_said_and_one_that_is_there_is_closed_for_others(tmp_path):
    with pytest.raises(HostingError, match="see whether its folder is there"):
        move_to(f"sqlite:///{tmp_path}/nergens/doel.sqlite3")
    (tmp_path / "doel.sqlite3").touch(0o644)
    connection.close()
    move_to(f"sqlite:///{tmp_path}/doel.sqlite3")
    assert stat.S_IMODE((tmp_path / "doel.sqlite3").stat().st_mode) == 0o600


def test_server_that_is_not_there_is_said_without_the_password():
    with pytest.raises(CommandError, match="could not take it") as raised:
        call_command("move_to", "postgres://an:geheim@127.0.0.1:9/x")
    assert "geheim" not in str(raised.value)


def test_row_that_does_not_fit_is_told_with_its_table_and_without_what_is_in_it(tmp_path, monkeypatch):
    def refuse(_model: object, _target: object) -> None:
        raise DataError('value too long: "an@example.org"')

    monkeypatch.setattr(moving, "_move", refuse)
    connection.close()
    with (
        other_database(str(tmp_path / "doel.sqlite3")) as address,
        pytest.raises(HostingError, match=r"^The table \w+ could not take it: value too long: …\.$"),
    ):
        move_to(address)


def test_running_site_is_not_moved(tmp_path):
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'samenwerking.settings'; django.setup()\n"
        "from django.db import connection; cursor = connection.cursor(); cursor.execute('SELECT 1 FROM auth_user')\n"
        "print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=in_force_settings.BASE_DIR,
        env=environment_on_it(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        server.stdout.readline()
        with (
            other_database(str(tmp_path / "doel.sqlite3")) as address,
            pytest.raises(HostingError, match=r"Somebody has the database open.*stop the server and the worker"),
        ):
            move_to(address)
        server.stdin.close()
    assert not Path(tmp_path / "doel.sqlite3").exists()
