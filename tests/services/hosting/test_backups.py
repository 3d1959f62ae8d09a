"""Making backups: whole while others write, readable by one user, closed if asked, and kept no longer than promised."""

import json
import os
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as in_force
from django.core.management import CommandError, call_command, load_command_class
from django.db import connection, connections

from reflectie.domain.setup import Mode
from reflectie.models import Answer, DailyJob, MadePdf, Session
from reflectie.services import clock
from reflectie.services.hosting import backups, postgresql, scratch
from reflectie.services.hosting.backup_file import Manifest
from reflectie.services.hosting.errors import HostingError
from reflectie.services.hosting.restoring import check_backup
from reflectie.services.hosting.tally import TableTally
from reflectie.tasks import back_up_today
from tests.helpers.factories import at_once, fill_in, make_account, make_collaboration, make_reflection, make_round
from tests.helpers.own_database import environment_on_it, own_database, tallies

pytestmark = pytest.mark.usefixtures("db")


WHOLE = Manifest("1", "sqlite", "3", "2026-11-28", ("a.0001",), {}, "database.sqlite3", 9, "0", "0", ("0",))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def manifest_of(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("manifest.json"))


def some_people() -> None:
    make_account("an@example.org", password="een-lang-wachtwoord-van-an")
    make_reflection()
    fill_in(make_round(), {"goal-shared": "hindering"})


def test_backup_is_one_file_for_one_user_with_every_row_noted(tmp_path):
    some_people()
    umask = os.umask(0)
    try:
        made = backups.make_backup(tmp_path / "b.zip")
    finally:
        os.umask(umask)

    assert mode_of(made.file) == 0o600
    # Nothing else is left, not for a moment longer.
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert list(backups.work_place().glob(".samenwerking-scratch-*")) == []
    told = manifest_of(made.file)
    found = tallies()
    assert told["tables"] == {name: {"rows": t.rows, "checksum": t.checksum} for name, t in found.items()}
    assert told["tables"]["reflectie_answer"]["rows"] == 1
    assert (told["format"], told["engine"]) == (1, connection.vendor)
    assert "reflectie.0022_talk" in told["migrations"]
    assert check_backup(made.file).differences == ()


def test_manifest_names_nobody_and_gives_no_key_away(tmp_path, settings):
    some_people()
    settings.SECRET_KEY_FALLBACKS = ["vroeger-" * 8]
    file = backups.make_backup(tmp_path / "b.zip").file
    text = json.dumps(manifest_of(file))
    assert not [word for word in (settings.SECRET_KEY, "vroeger-", "example.org", "wachtwoord") if word in text]
    # Another salt each time: nobody tries keys out on all backups at once, and none tells that it is the same key.
    again = manifest_of(backups.make_backup(tmp_path / "again.zip").file)
    assert set(again["keys"]) & set(manifest_of(file)["keys"]) == set()
    assert len(again["keys"]) == 2


def test_a_changed_key_is_told_until_the_former_one_is_among_the_fallbacks(tmp_path, settings):
    file, former = backups.make_backup(tmp_path / "b.zip").file, settings.SECRET_KEY
    assert check_backup(file).missing_keys == 0
    settings.SECRET_KEY = "een-andere-sleutel-" * 4
    assert check_backup(file).missing_keys == 1
    settings.SECRET_KEY_FALLBACKS = [former]
    assert check_backup(file).missing_keys == 0


def test_file_that_is_there_stays_and_a_folder_that_is_not_there_is_said(tmp_path):
    (tmp_path / "b.zip").write_text("iets anders")
    with pytest.raises(CommandError, match=r"b\.zip is there already, and stays"):
        call_command("backup", str(tmp_path / "b.zip"))
    assert (tmp_path / "b.zip").read_text() == "iets anders"
    with pytest.raises(CommandError, match=r"folder of b\.zip is not there"):
        call_command("backup", str(tmp_path / "nergens" / "b.zip"))


def test_database_without_tables_is_no_backup_and_none_is_made(tmp_path):
    with own_database(str(tmp_path / "niets.sqlite3"), empty=True):
        with pytest.raises(CommandError, match="There is nothing to back up"):
            call_command("backup", str(tmp_path / "b.zip"))
        assert not (tmp_path / "niets.sqlite3").exists()
    assert not (tmp_path / "b.zip").exists()


def test_backup_while_others_write_is_of_one_moment(tmp_path):
    """Each round of writing makes three rows that belong together; no backup may have some of them."""
    make_round(collaboration=make_collaboration())
    stop = threading.Event()
    written = []

    def write() -> None:
        try:
            while not stop.is_set():
                fill_in(make_round(Mode.NAMED), {"goal-shared": "hindering", "goal-perspective": "helping"})
                written.append(1)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    made = []
    try:
        while len(made) < 3:
            made.append(backups.make_backup(tmp_path / f"{len(made)}.zip").file)
    finally:
        stop.set()
        for writer in writers:
            writer.join()

    assert len(written) > 3
    assert [check_backup(file).differences for file in made] == [()] * 3
    counts = [manifest_of(file)["tables"] for file in made]
    assert [each["reflectie_answer"]["rows"] == 2 * each["reflectie_response"]["rows"] for each in counts] == [True] * 3
    assert counts[0]["reflectie_answer"]["rows"] < counts[-1]["reflectie_answer"]["rows"] <= Answer.objects.count()


# --- closed


def test_closed_backup_opens_with_its_key_alone_and_never_stands_open(tmp_path, key, other_key):
    some_people()
    file = backups.make_backup(tmp_path / "b.zip.age", [key[0]]).file
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"manifest.json" not in content
    assert mode_of(file) == 0o600
    assert check_backup(file, key[1]).differences == ()
    with pytest.raises(HostingError, match="the key doesn't fit"):
        check_backup(file, other_key[1])
    with pytest.raises(HostingError, match="--identity"):
        check_backup(file)
    with pytest.raises(HostingError, match="the file with the key can't be read"):
        check_backup(file, tmp_path / "geen")
    file.write_bytes(content[:-100])
    with pytest.raises(HostingError, match="damaged or not whole"):
        check_backup(file, key[1])


def test_recipient_that_is_no_key_leaves_no_file_and_is_not_repeated(tmp_path, key):
    secret = next(line for line in key[1].read_text().splitlines() if line.startswith("AGE-SECRET-KEY"))
    with pytest.raises(HostingError, match="no public key of age") as raised:
        backups.make_backup(tmp_path / "b.zip.age", [secret])
    assert secret not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir() if "b.zip" in path.name] == []


def test_without_age_closing_is_refused_and_says_what_to_install(tmp_path, key, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql.shutil, "which", lambda name: None)
    with pytest.raises(HostingError, match="apt-get install age"):
        backups.make_backup(tmp_path / "b.zip.age", [key[0]])
    assert not (tmp_path / "b.zip.age").exists()


# --- what can be in the way


def test_full_disk_leaves_nothing_and_says_so(tmp_path):
    """As a process that may write no more than some kilobytes in a file."""
    some_people()
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'samenwerking.settings'; django.setup()\n"
        "from django.core.management import execute_from_command_line\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "execute_from_command_line(['manage.py', 'backup', sys.argv[1]])"
    )
    done = subprocess.run(
        # -B: a compiled module that was cut off would be read by every later process.
        [sys.executable, "-B", "-c", code, str(tmp_path / "b.zip")],
        cwd=in_force.BASE_DIR,
        env=environment_on_it(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: ")
    assert [path.name for path in tmp_path.iterdir() if "b.zip" in path.name or ".backup" in path.name] == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_disk_that_is_full_for_real(small_disk, key, is_closed):
    some_people()
    # What doesn't get any smaller in a ZIP.
    MadePdf.objects.create(session=Session.objects.first(), key="verslag", content=os.urandom(100_000))
    connection.close()
    with pytest.raises(HostingError, match="There is no room on the disk"):
        backups.make_backup(small_disk / "b.zip", [key[0]] if is_closed else [])
    assert list(small_disk.iterdir()) == []


def test_disk_that_fills_up_while_the_file_is_written(tmp_path, monkeypatch):
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(HostingError, match=r"There is no room on the disk.*No space left"):
        backups.make_backup(tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir() if "b.zip" in path.name] == []


def kill_while_writing(file: Path) -> None:
    """A process that ends at once when the copy of the database stands on the disk, and the backup has begun."""
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'samenwerking.settings'; django.setup()\n"
        "from pathlib import Path; from django.conf import settings; settings.VAR_DIR = Path(sys.argv[2])\n"
        "from reflectie.services.hosting import backup_file, backups\n"
        "backup_file._write_zip = lambda sink, *_: (sink.write(b'half'), os._exit(9))\n"
        "backups.make_backup(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, str(file), str(backups.work_place())]
    assert subprocess.run(command, cwd=in_force.BASE_DIR, env=environment_on_it()).returncode == 9


def as_of_long_ago(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (0, 0))


def folders() -> list[Path]:
    return sorted(backups.work_place().glob(".samenwerking-scratch-*"))


def test_copy_that_a_killed_backup_left_goes_with_the_daily_erasing_and_with_the_next_backup(tmp_path, settings):
    """In clear, also where closing was asked: it held what people erase afterwards."""
    some_people()
    settings.BACKUP_DIR = str(tmp_path)
    for clear in (lambda: call_command("delete_expired"), lambda: backups.make_backup(tmp_path / "b.zip")):
        connection.close()
        kill_while_writing(tmp_path / "samenwerking-2026-11-28.zip")
        [folder], [partial] = folders(), list(tmp_path.glob(".samenwerking-2026-*.part"))
        assert (folder / backups.MEMBERS[connection.vendor]).stat().st_size > 1000
        assert [mode_of(path) for path in (folder, partial)] == [0o700, 0o600]
        as_of_long_ago(folder, partial)
        clear()
        assert folders() == []
    # What it never finished goes where daily backups are, with that of the next day too.
    backups.make_daily(tmp_path, date(2026, 11, 29), [], 14)
    assert list(tmp_path.glob(".samenwerking-2026-*.part")) == []


def test_what_another_is_at_work_in_and_what_is_not_ours_stays(tmp_path):
    of_somebody = tmp_path / ".samenwerking-scratch-van-iemand"
    of_somebody.mkdir()
    (of_somebody / "brief.txt").write_text("van iemand")
    with scratch.scratch(tmp_path) as at_work, scratch.partial_file(tmp_path / "b.zip"):
        [partial] = tmp_path.glob(".b.zip.*")
        as_of_long_ago(at_work, partial, of_somebody)
        scratch.erase_left_folders(tmp_path)
        scratch.erase_left_partials(tmp_path, "b.zip")
        assert (at_work.exists(), partial.exists(), (of_somebody / "brief.txt").exists()) == (True, True, True)
    assert (at_work.exists(), partial.exists(), (tmp_path / "b.zip").exists()) == (False, False, True)


def test_link_that_leads_nowhere_is_something_that_is_there(tmp_path):
    (tmp_path / "b.zip").symlink_to(tmp_path / "elders.zip")
    with pytest.raises(HostingError, match=r"b\.zip is there already, and stays"):
        backups.make_backup(tmp_path / "b.zip")
    assert (tmp_path / "b.zip").is_symlink()


def test_name_that_was_taken_meanwhile_is_not_written_over(tmp_path):
    def write() -> None:
        with scratch.partial_file(tmp_path / "b.zip") as file:
            file.write(b"van ons")
            (tmp_path / "b.zip").write_text("van iemand")

    with pytest.raises(HostingError, match=r"b\.zip is there already"):
        write()
    assert (tmp_path / "b.zip").read_text() == "van iemand"
    assert list(tmp_path.glob(".b.zip*")) == []


def test_what_does_not_fit_is_refused_before_the_disk_is_full_for_the_site(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _place: SimpleNamespace(free=1000))
    scratch.refuse_without_room(tmp_path, 1000)
    with pytest.raises(HostingError, match="There is no room on the disk"):
        scratch.refuse_without_room(tmp_path, 1001)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of a file")
def test_database_that_is_damaged_is_said_in_one_line(tmp_path):
    some_people()
    connection.close()
    file = Path(connection.settings_dict["NAME"])
    call_command("backup", str(tmp_path / "heel.zip"))
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\x55" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"^The database could not "):
        call_command("backup", str(tmp_path / "b.zip"))
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of a server")
def test_server_that_is_not_there_is_said_in_one_line(tmp_path, monkeypatch):
    file = backups.make_backup(tmp_path / "b.zip").file
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "9")
        for name, path in (("backup", tmp_path / "x.zip"), ("check_backup", file), ("restore", file)):
            with pytest.raises(CommandError, match=r"^The database could not take it: "):
                call_command(name, str(path))
        connection.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_programs_get_what_the_address_says_by_the_names_that_they_know(monkeypatch):
    given = {"dbname": "x", "password": "p@ss:w/rd%", "channel_binding": "require", "connect_timeout": 5}
    monkeypatch.setattr(connection, "get_connection_params", lambda: given)
    found = postgresql._environment(connection)
    assert found["PGDATABASE"] == "x"
    assert found["PGPASSWORD"] == "p@ss:w/rd%"
    assert found["PGCHANNELBINDING"] == "require"
    assert found["PGCONNECT_TIMEOUT"] == "5"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_without_a_program_that_is_new_enough_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql, "_DEBIAN", tmp_path)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    monkeypatch.setattr(postgresql.shutil, "which", lambda name: str(old))
    with pytest.raises(HostingError, match=r"pg_dump of PostgreSQL \d+ or newer is not on this machine: apt-get"):
        backups.make_backup(tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


# --- every day


def test_what_only_looks_like_a_backup_keeps_nothing_from_going_and_stays(tmp_path):
    (tmp_path / "samenwerking-2026-02-30.zip").write_text("een dag die er niet is")
    (tmp_path / "samenwerking-2026-01-01.zip").mkdir()
    assert daily(tmp_path, date(2026, 11, 28)) == (True, 0)
    assert daily(tmp_path, date(2026, 12, 28)) == (True, 1)
    assert (tmp_path / "samenwerking-2026-02-30.zip").exists()
    assert (tmp_path / "samenwerking-2026-01-01.zip").exists()


def test_one_of_a_day_to_come_is_no_newer_one_and_is_told(tmp_path, monkeypatch, caplog):
    """As a clock that was a year ahead leaves it: it would pass for the last one for a year."""
    today = clock.today()
    daily(tmp_path, today - timedelta(days=20))
    assert "still to come" not in caplog.text
    (tmp_path / f"samenwerking-{today + timedelta(days=365)}.zip").touch()
    # The last real one stays, until there is a newer real one.
    monkeypatch.setattr(backups, "make_backup", lambda *_: None)
    assert daily(tmp_path, today)[1] == 0
    assert "1 backups bear a day that is still to come" in caplog.text
    assert len(list(tmp_path.glob("samenwerking-*.zip"))) == 2


def test_while_the_erasing_doubts_the_clock_no_backup_goes(tmp_path):
    for day in (1, 2):
        daily(tmp_path, date(2026, 11, day))
    later = date(2027, 11, 2)
    for held, erased in ((DailyJob.Held.JUMP, 0), (DailyJob.Held.SHARE, 2)):
        DailyJob.objects.update_or_create(name=DailyJob.Name.ERASE, defaults={"held": held})
        assert daily(tmp_path, later)[1] == erased


def test_old_one_that_can_not_be_erased_is_told_and_the_others_go(tmp_path, monkeypatch):
    for day in (1, 2, 3, 4):
        (tmp_path / f"samenwerking-2026-11-0{day}.zip").touch()
    usual = Path.unlink

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "samenwerking-2026-11-02.zip":
            raise PermissionError(13, "Permission denied")
        usual(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(HostingError, match=r"can't be erased: samenwerking-2026-11-02\.zip\. See whose they are"):
        daily(tmp_path, date(2026, 11, 28))
    left = sorted(path.name for path in tmp_path.glob("samenwerking-*.zip"))
    assert left == ["samenwerking-2026-11-02.zip", "samenwerking-2026-11-28.zip"]


def daily(folder: Path, day: date, keep: int = 14) -> tuple[bool, int]:
    made, erased = backups.make_daily(folder, day, [], keep)
    return made is not None, erased


def test_daily_backups_are_kept_as_long_as_promised_and_no_longer(tmp_path):
    first = date(2026, 11, 1)
    (tmp_path / "samenwerking-oud.zip").write_text("van iemand")
    (tmp_path / "andere-2020-01-01.zip").write_text("van iemand")
    told = [daily(tmp_path, first + timedelta(days=number)) for number in (0, 0, 1, 13, 14, 15)]
    assert told == [(True, 0), (False, 0), (True, 0), (True, 0), (True, 1), (True, 1)]
    assert sorted(path.name for path in tmp_path.glob("*-20*.zip")) == [
        "andere-2020-01-01.zip",
        "samenwerking-2026-11-14.zip",
        "samenwerking-2026-11-15.zip",
        "samenwerking-2026-11-16.zip",
    ]
    assert (tmp_path / "samenwerking-oud.zip").exists()


def test_old_ones_go_also_when_making_one_fails_but_for_the_last(tmp_path, monkeypatch):
    for day in (1, 2):
        daily(tmp_path, date(2026, 11, day))

    def fail(*_args: object) -> None:
        raise HostingError("er is iets")

    monkeypatch.setattr(backups, "make_backup", fail)
    with pytest.raises(HostingError, match="er is iets"):
        daily(tmp_path, date(2026, 11, 30))
    assert [path.name for path in tmp_path.glob("samenwerking-*.zip")] == ["samenwerking-2026-11-02.zip"]


def test_command_makes_todays_and_a_second_time_says_that_it_is_there(tmp_path, capsys, key):
    folder = tmp_path / "elke dag"
    folder.mkdir()
    call_command("backup", "--daily", str(folder), "--recipient", key[0])
    call_command("backup", "--daily", str(folder), "--recipient", key[0])
    [file] = folder.iterdir()
    assert file.name == f"samenwerking-{clock.today().isoformat()}.zip.age"
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == ["0 old backups erased", "today's backup is there already", "0 old backups erased"]
    with pytest.raises(CommandError, match="folder for daily backups is not there"):
        call_command("backup", "--daily", str(tmp_path / "weg"))
    with pytest.raises(CommandError, match="1 or more"):
        call_command("backup", "--daily", str(folder), "--keep-days", "0")


def test_worker_says_in_the_log_that_it_failed_and_notes_what_it_made(tmp_path, settings, caplog):
    folder = tmp_path / "elke dag"
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENT, settings.BACKUP_KEEP_DAYS = str(folder), [], 14
    back_up_today.enqueue()
    assert "the daily backup went wrong: The folder for daily backups is not there" in caplog.text
    assert not DailyJob.objects.exists()
    folder.mkdir()
    back_up_today.enqueue()
    assert DailyJob.objects.values_list("name", "done_on").get() == ("backup", clock.today())
    # As after a restore: it is there already, and noted.
    DailyJob.objects.all().delete()
    back_up_today.enqueue()
    assert (DailyJob.objects.count(), len(list(folder.iterdir()))) == (1, 1)
    assert Session.objects.count() == 0


@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(116, "Stale file handle")])
def test_folder_that_can_not_be_read_is_said_without_its_name(tmp_path, settings, caplog, monkeypatch, error):
    settings.BACKUP_DIR = str(tmp_path)
    monkeypatch.setattr(backups, "_daily_files", lambda folder: (_ for _ in ()).throw(error))
    back_up_today.enqueue()
    assert "the daily backup went wrong: The folder for daily backups is not there, or may not be read" in caplog.text
    assert str(tmp_path) not in caplog.text


def test_two_at_once_of_one_name_leave_a_whole_file(tmp_path):
    some_people()
    connection.close()
    done = at_once(*[lambda: backups.make_backup(tmp_path / "b.zip")] * 3)
    assert any(isinstance(each, backups.Made) for each in done)
    assert check_backup(tmp_path / "b.zip").differences == ()
    assert [path.name for path in tmp_path.iterdir() if "b.zip" in path.name] == ["b.zip"]


@pytest.mark.parametrize("name", ["backup", "check_backup", "restore", "move_to"])
def test_each_command_says_what_it_does(name):
    with pytest.raises(SystemExit) as ended:
        call_command(name, "--help")
    assert ended.value.code == 0
    assert len(load_command_class("reflectie", name).help) > 100


def test_manifest_that_is_none_or_of_a_newer_format_is_refused():
    for text in (b"", b"[]", b'"x"', b"{}", b'{"format": 1}', b'{"format": "1"}', b"\xff"):
        with pytest.raises(HostingError, match="manifest can't be read"):
            Manifest.read(text)
    whole = {**json.loads(WHOLE.write()), "tables": {"t": {"rows": 1, "checksum": "0"}}}
    assert Manifest.read(json.dumps(whole).encode()).tables == {"t": TableTally(1, "0")}
    odd = [
        {"migrations": [1]},
        {"keys": [None]},
        {"engine": ["sqlite"]},
        {"member": 5},
        {"key_salt": 5},
        {"size": "9"},
        {"size": -1},
        {"size": True},
        {"tables": {"t": {"rows": "1", "checksum": "0"}}},
        {"tables": {"t": {"rows": 1, "checksum": 0}}},
        # What a terminal takes as an order.
        {"version": "\x1b[2J"},
        {"tables": {"\x1b[2J": {"rows": 1, "checksum": "0"}}},
        {"more": "than there is"},
    ]
    for change in odd:
        with pytest.raises(HostingError, match="manifest can't be read"):
            Manifest.read(json.dumps({**whole, **change}).encode())
    with pytest.raises(HostingError, match="newer version of the app"):
        Manifest.read(b'{"format": 2}')
