"""Putting a backup back: all of it or nothing, older ones migrated, and nothing kept longer than was promised."""

import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings as in_force_settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as BrowserSession
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from reflectie.backends import schema
from reflectie.models import Answer, Collaboration, DailyJob, MadePdf, Session
from reflectie.services import clock, heartbeat
from reflectie.services.hosting import backups, postgresql, restoring
from reflectie.services.hosting.errors import HostingError, reason
from reflectie.services.hosting.restoring import check_backup, restore_backup
from tests.helpers.factories import browser, fill_in, make_account, make_collaboration, make_reflection, make_round
from tests.helpers.own_database import environment_on_it, in_force, own_database, tallies

pytestmark = pytest.mark.usefixtures("db")

DUMPS = in_force_settings.BASE_DIR / "tests" / "models" / "dumps"
# Who has an account on the site that is backed up.
THOSE = ["an@example.org", "els@example.org"]
# What migrating, erasing and signing out change.
AFTERWARDS = {"django_migrations", "django_session", "cache", "reflectie_dailyjob", "auth_permission", "auth_user"}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Of a site with people, a round that is open and a reflection."""
    browser(make_account("an@example.org"))
    make_reflection()
    fill_in(make_round(collaboration=make_collaboration()), {"goal-shared": "hindering"})
    return backups.make_backup(tmp_path / "b.zip").file


def name_of_database() -> str:
    return Path(str(connection.settings_dict["NAME"])).name


def erase_everything() -> None:
    Collaboration.objects.all().delete()
    Session.objects.all().delete()
    User.objects.all().delete()
    connection.close()


def accounts() -> list[str]:
    return sorted(re.sub(r"els\.\w+", "els", user.email) for user in User.objects.all())


def rewritten(file: Path, **changes: object) -> Path:
    """The same backup, with another manifest."""
    other = file.with_name("herschreven.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        new.writestr(manifest["member"], old.read(manifest["member"]))
        new.writestr("manifest.json", json.dumps({**manifest, **changes}))
    return other


def without(found: dict, names: set[str]) -> dict:
    return {name: value for name, value in found.items() if name not in names}


# --- back again


def test_backup_comes_back_on_an_empty_machine_row_by_row(backup, tmp_path, capsys):
    before = tallies()
    with own_database(str(tmp_path / "leeg.sqlite3"), empty=True):
        call_command("restore", str(backup))
        assert without(tallies(), AFTERWARDS) == without(before, AFTERWARDS)
        assert schema.what_does_not_fit() == ""
        assert (Answer.objects.count(), accounts()) == (1, THOSE)
        # Who signed out since would be signed in again.
        assert not BrowserSession.objects.exists()
        # And something new can be made, under a number that nobody has.
        make_account("bo@example.org")
        if connection.vendor == "sqlite":
            assert stat.S_IMODE(Path(connection.settings_dict["NAME"]).stat().st_mode) == 0o600
    told = capsys.readouterr().out
    assert "What people erased, took out or withdrew after that moment is back, unless it expired since." in told
    assert "SECRET_KEY" not in told
    assert "@" not in told


def test_installation_that_is_set_up_and_not_used_is_empty_too(backup, tmp_path):
    erase_everything()
    assert restore_backup(backup, None, clock.today()).held is None
    assert accounts() == THOSE


def test_used_installation_is_refused_and_replaced_only_with_its_name_typed(backup, monkeypatch, capsys):
    make_account("later@example.org")
    with pytest.raises(CommandError, match="There is something in this installation, and it stays"):
        call_command("restore", str(backup))
    for answer in ("ja", ""):
        monkeypatch.setattr("builtins.input", lambda _question, answer=answer: answer)
        with pytest.raises(CommandError, match="That is not the name of the database"):
            call_command("restore", str(backup), "--replace")
    with pytest.raises(CommandError, match="That is not the name of the database"):
        call_command("restore", str(backup), "--replace", "--word", "iets")
    assert accounts() == [*THOSE, "later@example.org"]
    connection.close()
    call_command("restore", str(backup), "--replace", "--word", name_of_database())
    assert accounts() == THOSE
    monkeypatch.setattr("builtins.input", lambda _question: name_of_database())
    call_command("restore", str(backup), "--replace")
    assert accounts() == THOSE


def test_what_expired_since_is_erased_and_what_was_erased_since_is_back(backup):
    reflection = Session.objects.get(collaboration=None)
    erase_everything()
    assert restore_backup(backup, None, clock.today() + timedelta(days=20)).erased.reflections == 0
    assert Session.objects.filter(pk=reflection.pk).exists()
    connection.close()
    restored = restore_backup(backup, None, clock.today() + timedelta(days=95), replace=True)
    assert restored.erased.reflections == 1
    assert not Session.objects.filter(pk=reflection.pk).exists()


def test_much_to_erase_is_asked_first_and_a_script_hears_of_it(tmp_path, monkeypatch):
    make_reflection()
    DailyJob.objects.create(name="erase", done_on=clock.today())
    file = backups.make_backup(tmp_path / "b.zip").file
    erase_everything()
    later = clock.today() + timedelta(days=100)
    monkeypatch.setattr("reflectie.management.commands.restore.today", lambda: later)
    with pytest.raises(CommandError, match="It is restored, but what expired since is still there") as raised:
        call_command("restore", str(file))
    assert raised.value.returncode == 3
    assert Session.objects.count() == 1
    connection.close()
    call_command("restore", str(file), "--yes", "--replace", "--word", name_of_database())
    assert Session.objects.count() == 0


def test_another_key_is_told_with_what_it_means(backup, settings, capsys):
    erase_everything()
    settings.SECRET_KEY = "een-andere-sleutel-" * 4
    call_command("restore", str(backup))
    told = capsys.readouterr().out
    assert "SECRET_KEY is another than when the backup was made" in told
    assert settings.SECRET_KEY not in told


def test_encrypted_backup_comes_back_with_its_key(backup, key, other_key):
    encrypted = backups.make_backup(backup.with_name("b.zip.age"), [key[0]]).file
    erase_everything()
    with pytest.raises(CommandError, match=r"the key doesn't fit\..* Nothing was restored\."):
        call_command("restore", str(encrypted), "--identity", str(other_key[1]))
    call_command("restore", str(encrypted), "--identity", str(key[1]))
    assert accounts() == THOSE


# --- other versions


@pytest.mark.parametrize("commit", ["ae32350", "130b663", "ef61adc"])
def test_backup_of_an_older_version_is_migrated(tmp_path, commit):
    script = (DUMPS / f"{commit}.{connection.vendor}.sql").read_text()
    with own_database(str(tmp_path / "oud.sqlite3"), empty=True):
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as made:
                made.executescript(script)
        else:
            with connection.cursor() as cursor:
                cursor.execute(script)
            connection.close()
        before = tallies()
        file = backups.make_backup(tmp_path / "oud.zip").file
    assert check_backup(file).differences == ()

    with own_database(str(tmp_path / "nieuw.sqlite3"), empty=True):
        restored = restore_backup(file, None, clock.today() + timedelta(days=100), confirmed=True)
        assert restored.manifest.tables == before
        assert schema.what_does_not_fit() == ""
        assert Session.objects.filter(collaboration=None).count() == 0
        kept = before["reflectie_session"].rows - restored.erased.reflections
        assert (Session.objects.count(), restored.erased.reflections >= 1) == (kept, True)


def test_backup_of_a_newer_version_is_refused(backup):
    migrations = [*json.loads(zipfile.ZipFile(backup).read("manifest.json"))["migrations"], "reflectie.9999_later"]
    newer = rewritten(backup, migrations=migrations, version="9.0")
    erase_everything()
    with pytest.raises(CommandError, match=r"a newer version \(9\.0\), with reflectie\.9999_later"):
        call_command("restore", str(newer))
    assert User.objects.count() == 0


def test_backup_of_another_kind_of_database_is_refused(backup):
    other = rewritten(backup, engine={"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor])
    with pytest.raises(HostingError, match=r"The backup was made on .*, and this is .*move_to"):
        restore_backup(other, None, clock.today(), replace=True)
    assert accounts() == THOSE


# --- files that are not whole


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_cut_file_is_refused(backup, share):
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    for do in (lambda: check_backup(backup), lambda: restore_backup(backup, None, clock.today(), replace=True)):
        with pytest.raises(HostingError, match="damaged or not whole"):
            do()
    assert accounts() == THOSE


def test_changed_byte_is_found_wherever_it_is_or_changes_nothing(backup):
    content = bytearray(backup.read_bytes())
    step = len(content) // 60
    places = [*range(0, len(content), step), *range(len(content) - 300, len(content), 11)]
    outcomes = []
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 0x55
        backup.write_bytes(changed)
        try:
            # A day or a name in the ZIP's own list may be another: then all that is in it is still the same.
            assert check_backup(backup).differences == ()
            outcomes.append("whole")
        except HostingError:
            outcomes.append("refused")
    assert outcomes.count("refused") > len(places) * 0.7


def test_row_that_is_another_is_named_by_its_table(backup, capsys):
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    tables = manifest["tables"]
    tables["reflectie_answer"]["checksum"] = "0" * 64
    tables["auth_user"]["rows"] += 1
    tables["reflectie_weg"] = {"rows": 1, "checksum": "0" * 64}
    other = rewritten(backup, tables=tables)
    told = "auth_user: 3 rows expected, 2 found\nreflectie_answer: as many rows .1., with something else in them\n"
    with pytest.raises(CommandError, match=f"(?s)not whole:\n{told}reflectie_weg: is not there"):
        call_command("check_backup", str(other))
    with pytest.raises(HostingError, match="What came out of the backup is not what went in"):
        restore_backup(other, None, clock.today(), replace=True)
    assert (accounts(), Answer.objects.count()) == (THOSE, 1)


def test_check_says_what_it_found_and_leaves_everything_as_it_was(backup, capsys):
    before = tallies()
    call_command("check_backup", str(backup))
    told = capsys.readouterr().out
    assert re.search(r"\n +1  reflectie_answer\n", told)
    assert re.search(r"\n +\d+  rows in \d+ tables: every one as it was\n", told)
    assert tallies() == before
    with pytest.raises(CommandError, match="is not there"):
        call_command("check_backup", str(backup.with_name("geen")))


def repacked(file: Path, change: Callable[[dict[str, bytes], zipfile.ZipFile], None]) -> Path:
    """The same backup, with something done to what is in it before it is written."""
    other = file.with_name("herpakt.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        members = {name: old.read(name) for name in old.namelist()}
        change(members, new)
        for name, content in members.items():
            new.writestr(name, content)
    return other


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_zip_with_anything_but_a_database_and_its_manifest_is_refused(backup):
    def more(_members, new):
        new.writestr("../../elders", "meer")

    def twice(members, new):
        new.writestr("manifest.json", members["manifest.json"].replace(b"made_at", b"made_on"))

    def large(members, _new):
        [name] = members.keys() - {"manifest.json"}
        members[name] += bytes(50_000_000)

    def other_kind(members, new):
        new.writestr("manifest.json", members.pop("manifest.json"), zipfile.ZIP_LZMA)

    def long_manifest(members, _new):
        members["manifest.json"] += b" " * 1_000_000

    for change in (more, twice, large, other_kind, long_manifest):
        with pytest.raises(HostingError, match="damaged or not whole"):
            check_backup(repacked(backup, change))
    assert check_backup(repacked(backup, lambda *_: None)).differences == ()


def test_what_is_no_file_is_refused_and_not_waited_for(backup, tmp_path):
    os.mkfifo(tmp_path / "pijp.zip")
    for path in (tmp_path / "pijp.zip", tmp_path):
        with pytest.raises(HostingError, match="is not there, is no file, or may not be read"):
            check_backup(path)


def test_one_value_that_changes_on_its_way_is_noticed(backup, monkeypatch):
    """Of a row that came back, not of what the file says of itself."""
    change = "UPDATE auth_user SET email = 'iemand@example.org' WHERE email = 'an@example.org'"
    if connection.vendor == "sqlite":
        usual = restoring.open_backup

        def changed(*args: object) -> object:
            opened = usual(*args)
            with closing(sqlite3.connect(opened.database)) as database:
                database.execute(change)
                database.commit()
            return opened

        monkeypatch.setattr(restoring, "open_backup", changed)
    else:
        load = postgresql.load

        def load_changed(database, source):
            load(database, source)
            with database.cursor() as cursor:
                cursor.execute(change)

        monkeypatch.setattr(postgresql, "load", load_changed)
    told = "auth_user: as many rows (2), with something else in them"
    assert check_backup(backup).differences == (told,)
    with pytest.raises(HostingError, match=re.escape(told)):
        restore_backup(backup, None, clock.today(), replace=True)
    assert accounts() == THOSE


# --- what stands there stays when anything fails


def test_failure_at_any_step_leaves_the_database_as_it_was(backup, monkeypatch):
    make_account("later@example.org")
    before = tallies()
    connection.close()

    def fail(*_args: object, **_more: object) -> None:
        raise CommandError('duplicate key "an@example.org"')

    for name in ("_refuse_different", "_bring_up_to", "call_command", "erase_daily"):
        with monkeypatch.context() as patch:
            patch.setattr(restoring, name, fail)
            with pytest.raises(HostingError, match="could not take it: duplicate key …"):
                restore_backup(backup, None, clock.today(), replace=True)
        assert tallies() == before, name
    assert schema.what_does_not_fit() == ""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a server's disk is elsewhere")
def test_full_disk_while_restoring_leaves_nothing(backup, small_disk):
    with in_force(str(small_disk / "db.sqlite3")):
        with pytest.raises(HostingError, match="There is no room on the disk"):
            restore_backup(backup, None, clock.today())
        assert list(small_disk.iterdir()) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of a file")
def test_what_a_file_that_was_taken_away_left_beside_it_is_not_mixed_in(backup, tmp_path):
    """Of a server that was killed: SQLite would go on with that second file in the database that comes instead."""
    file = tmp_path / "machine" / "db.sqlite3"
    file.parent.mkdir()
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode=WAL'); c.execute('UPDATE auth_user SET first_name = ?', ['van vroeger' * 99])\n"
        "c.execute('DELETE FROM reflectie_answer'); os._exit(9)"
    )
    with zipfile.ZipFile(backup) as archive:
        file.write_bytes(archive.read("database.sqlite3"))
    assert subprocess.run([sys.executable, "-c", code, str(file)]).returncode == 9
    assert file.with_name("db.sqlite3-wal").stat().st_size > 0
    file.unlink()
    with in_force(str(file)):
        restore_backup(backup, None, clock.today())
        assert (Answer.objects.count(), accounts()) == (1, THOSE)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of a file")
def test_where_the_address_leads_to_a_link_the_file_itself_is_replaced(backup, tmp_path):
    """Not the link: what stood there before would stay, and the site would be on another disk."""
    file, link = tmp_path / "schijf" / "db.sqlite3", tmp_path / "link.sqlite3"
    file.parent.mkdir()
    link.symlink_to(file)
    with closing(sqlite3.connect(file)):
        pass
    with in_force(str(link)):
        restore_backup(backup, None, clock.today())
        assert accounts() == THOSE
    assert link.is_symlink()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM auth_user").fetchone() == (2,)


def test_running_site_is_not_replaced(backup):
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'samenwerking.settings'; django.setup()\n"
        "from django.db import connection; connection.ensure_connection()\n"
        "cursor = connection.cursor(); cursor.execute('SELECT count(*) FROM auth_user'); print(flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=in_force_settings.BASE_DIR,
        env=environment_on_it(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        server.stdout.readline()
        with pytest.raises(HostingError, match=r"Somebody has the database open.*stop the server and the worker first"):
            restore_backup(backup, None, clock.today(), replace=True)
        server.stdin.close()
    assert restore_backup(backup, None, clock.today(), replace=True).held is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_command_that_is_told_to_stop_leaves_nothing_and_everything_as_it_was(backup, monkeypatch, request, number):
    """SIGHUP as a connection that broke sends it."""
    # As in a process of its own: what ran here before may have taken the signal.
    request.addfinalizer(partial(signal.signal, number, signal.signal(number, signal.SIG_DFL)))
    make_account("later@example.org")
    before = tallies()
    connection.close()
    monkeypatch.setattr(restoring, "erase_daily", lambda *_args, **_more: os.kill(os.getpid(), number))
    with pytest.raises(SystemExit) as ended:
        call_command("restore", str(backup), "--replace", "--word", name_of_database())
    assert ended.value.code == 128 + number
    assert tallies() == before
    assert list(backups.work_place().glob(".samenwerking-scratch-*")) == []
    assert schema.what_was_broken_off() == ""
    assert signal.getsignal(number) == signal.SIG_DFL


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_tables_that_a_killed_restore_put_aside_come_back_the_next_time(backup):
    make_account("later@example.org")
    before = tallies()
    connection.close()
    kill_while_restoring(backup)
    # Whoever tries again without --replace is told that the site is used.
    with pytest.raises(HostingError, match="There is something in this installation"):
        restore_backup(backup, None, clock.today())
    assert tallies() == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_site_that_was_started_after_a_killed_restore_keeps_what_it_has(backup):
    connection.close()
    kill_while_restoring(backup)
    heartbeat.beat()
    make_account("later@example.org")
    connection.close()
    for do in (lambda: restore_backup(backup, None, clock.today()), lambda: postgresql.bring_back(connection)):
        with pytest.raises(HostingError, match="A restore was broken off, and the site was started since"):
            do()
    assert accounts() == [*THOSE, "later@example.org"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_no_server_and_no_worker_starts_on_what_a_killed_restore_left(backup):
    """As after a power cut: whoever signed out would be signed in, and what expired would be shown."""
    schema.refuse_misfit()
    kill_while_restoring(backup)
    with pytest.raises(ImproperlyConfigured, match="A restore was broken off"):
        schema.refuse_misfit()
    with pytest.raises(CommandError, match="A restore was broken off"):
        call_command("worker")
    restore_backup(backup, None, clock.today(), replace=True)
    schema.refuse_misfit()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_backup_of_another_schema_is_refused_and_leaves_nothing_in_either(backup):
    usual = connection.settings_dict["OPTIONS"]
    with own_database(str(backup.with_name("elders.sqlite3")), empty=True):
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA van_ons")
        connection.close()
        connection.settings_dict["OPTIONS"] = {**usual, "options": "-c search_path=van_ons"}
        try:
            for do in (lambda: check_backup(backup), lambda: restore_backup(backup, None, clock.today())):
                with pytest.raises(HostingError, match="made in another schema than van_ons"):
                    do()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'van_ons', 'before_restore')"
                )
                assert cursor.fetchone() == (0,)
        finally:
            connection.close()
            connection.settings_dict["OPTIONS"] = usual


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
@pytest.mark.parametrize("name", ["x=y", "een \"naam\" 'é'", "n" * 59 + "lang"])
def test_database_may_be_called_anything(backup, name):
    usual = str(connection.settings_dict["NAME"])

    def on_server(statement: str) -> None:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)

    quoted = connection.ops.quote_name(name) if '"' not in name else '"' + name.replace('"', '""') + '"'
    on_server(f"CREATE DATABASE {quoted} TEMPLATE template0")
    try:
        with in_force(name):
            restore_backup(backup, None, clock.today())
            assert accounts() == THOSE
            connection.close()
            assert check_backup(backups.make_backup(backup.with_name("c.zip")).file).differences == ()
    finally:
        on_server(f"DROP DATABASE {quoted}")
    assert connection.settings_dict["NAME"] == usual


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_check_drops_no_database_but_what_checks_made(backup):
    """What an earlier one left that was killed goes; whatever else is called so stays."""
    left, of_somebody = (f"samenwerking_check_{os.getpid()}_{name}" for name in ("left", "somebodys"))
    own = f"{connection.settings_dict['NAME']}_scratch"
    with connection.cursor() as cursor:
        for name in (left, of_somebody, own):
            cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f"COMMENT ON DATABASE \"{left}\" IS '{postgresql._CHECK}'")
    try:
        assert check_backup(backup).differences == ()
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [[left, of_somebody, own]])
            assert {name for (name,) in cursor.fetchall()} == {of_somebody, own}
    finally:
        with connection.cursor() as cursor:
            for name in (left, of_somebody, own):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_server_that_writes_files_and_numbers_in_another_way_has_the_same_rows(backup):
    MadePdf.objects.create(session=Session.objects.first(), key="verslag", content=b"\x00\xff\\")
    before = backups.make_backup(backup.with_name("bytes.zip")).file
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET bytea_output = 'escape'")
    connection.close()
    manifest = json.loads(zipfile.ZipFile(before).read("manifest.json"))
    assert asdict(tallies()["reflectie_madepdf"]) == manifest["tables"]["reflectie_madepdf"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_whoever_is_connected_as_another_user_is_somebody_too(backup):
    """Of others the server says less to whoever isn't its administrator."""
    name = f"gast_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name}")
    try:
        other = connection.copy()
        with connection.cursor() as cursor, other.cursor():
            cursor.execute(f"SET ROLE {name}")
            found = postgresql.others_connected(connection)
            cursor.execute("RESET ROLE")
        other.close()
        assert found == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP ROLE {name}")


def kill_while_restoring(backup: Path) -> None:
    """A process that ends at once when the backup's tables have just come in the place of the others."""
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'samenwerking.settings'; django.setup()\n"
        "from django.db import connection\n"
        "from reflectie.services.hosting import postgresql\n"
        "aside = postgresql.set_aside(connection); aside.__enter__(); postgresql.load(connection, sys.argv[1])\n"
        "os._exit(9)"
    )
    with zipfile.ZipFile(backup) as archive:
        dump = archive.extract("database.pgdump", backup.parent)
    command = [sys.executable, "-c", code, dump]
    assert subprocess.run(command, cwd=in_force_settings.BASE_DIR, env=environment_on_it()).returncode == 9


def test_what_a_database_says_is_told_without_what_it_quotes() -> None:
    said = 'ERROR:  value "geheim" of an@example.org\nDETAIL:  Key (email)=(bo@example.org) exists.'
    assert reason(said) == "ERROR:  value … of …"
