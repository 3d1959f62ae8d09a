"""A disk that is full, and one that may only be read, while twenty people save: what they were told is kept is kept,
and once; everybody else gets a page that says so; and all goes on by itself once there is room.

`./test -m slow -k disks -n 0 -s` does so as root, on disks of its own (`mount`), and prints what it counted.
"""

import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from benchmarks.cluster import postgres
from benchmarks.savers import PATIENCE, PEOPLE, Crowd
from reflectie.domain.questionnaire.checklist import Checklist
from tests.helpers.page import page_of
from tests.helpers.served_site import LOOK, Site, running
from tests.helpers.visitors import Reflector, Reply, Visitor
from tests.helpers.working import kill, wait_until

pytestmark = pytest.mark.slow

# How many saves come before and after, and how many are refused meanwhile.
SAVES_BETWEEN, REFUSED = 300, 60
READY_TOKEN = "only-for-this-test-Sk3vXw9QpLm72RzTdYc5HnGf8JaEu4"
NOTE = "Dit typte iemand op een volle schijf."
EMPTY_BUT_FOR = 4096

# Somebody who signed in, and every file that they can take along.
SIGN_IN = """
import json
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from reflectie.models import Collaboration, Role, Session
from reflectie.services.sample_data import give_role, make_account
user = make_account("an@example.org")
client = Client()
client.force_login(user)
concluded = Session.objects.filter(stage=Session.Stage.CONCLUDED, folded_on=None).order_by("planned_on").last()
give_role(concluded.collaboration, user, Role.COORDINATOR)
give_role(Collaboration.objects.get(name="Samen in de wijk"), user, Role.COORDINATOR)
compared = "?" + "&".join(f"sessie={one.pk}" for one in concluded.collaboration.sessions.exclude(stage="open")[:2])
key = [concluded.pk]
print(json.dumps([
    client.cookies["sessionid"].value,
    [reverse("session", args=key), reverse("session-report", args=key), reverse("collaborations"), reverse("signals")],
    [reverse("session-file", args=[*key, wanted]) for wanted in ("xlsx", "csv", "json")] + [reverse("everything")],
    reverse("session-document", args=[*key, "gespreksleidraad"]),
]))
"""


# A reflection that expired while the daily work wasn't done yet.
EXPIRE = """
import json
from datetime import timedelta
from reflectie.models import DailyJob, Session
from reflectie.services.clock import today
old = Session.objects.filter(collaboration=None, responses__answers=None)
print(json.dumps(Session.objects.filter(pk__in=old.values("pk")).update(changed_on=today() - timedelta(days=100))))
DailyJob.objects.update(done_on=today() - timedelta(days=1))
"""
LEFT = """
import json
from datetime import timedelta
from reflectie.models import MadePdf, OutgoingMail, Session
from reflectie.services.clock import today
print(json.dumps({
    "mails": OutgoingMail.objects.count(),
    "pages to print": MadePdf.objects.filter(content=b"").count(),
    "expired": Session.objects.filter(changed_on=today() - timedelta(days=100)).count(),
}))
"""
# Of what is counted in memory, with a file on the disk beside it.
COUNT = """
from reflectie.counters import _Table
_Table(__import__("pathlib").Path({place!r}) / "counters").row[0] += 1
"""


class Disk:
    """A file system of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    @property
    def free(self) -> int:
        return shutil.disk_usage(self.place).free

    def fill(self) -> None:
        """Leave no room at all."""
        with self._ballast.open("ab", buffering=0) as file:
            piece = 1 << 20
            while piece >= EMPTY_BUT_FOR:
                try:
                    if file.write(bytes(piece)) < piece:
                        piece //= 2
                except OSError:
                    piece //= 2

    def make_room(self) -> None:
        self._ballast.unlink()

    def remount(self, how: str) -> bool:
        command = ["mount", "-o", f"remount,{how}", self.place]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[Disk]:
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(place)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs to mount a disk of its own: {done.stderr.strip()}")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def small_disk(place: Path, size: str):
    return mounted(place, "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs")


def refusal(reply: Reply) -> tuple[int, list[str], str]:
    """Of a page that says that something is in the way: status, heading, and what was typed."""
    page = page_of(reply.text)
    return reply.status, page.headings(1), page.main.value("goal-shared-note") or ""


def begin(site: Site, checklist: Checklist) -> tuple[Crowd, Reflector, Visitor, dict]:
    """Twenty people who save, a team, and somebody with an account who can take everything along."""
    assert not site.manage("demo", "--beside").returncode
    session, *found = site.ask(SIGN_IN)
    team, reader = Reflector(site.port), Visitor(site.port)
    reader.cookies["sessionid"] = session
    assert team.save("Nog ruimte genoeg.").status == 303
    # A disk is full, or may only be read, for longer than a restart takes.
    crowd = Crowd(site.port, site.join, [item.key for item in checklist], 3 * PATIENCE)
    crowd.start()
    crowd.wait_for(SAVES_BETWEEN)
    assert crowd.trouble == {}
    return crowd, team, reader, dict(zip(("pages", "files", "pdf"), found, strict=True))


def fill_until_refused(disk: Disk, crowd: Crowd, empty_caches: Callable[[], None]) -> None:
    start = time.monotonic()
    until = sum(crowd.trouble.values()) + REFUSED
    while sum(crowd.trouble.values()) < until:
        empty_caches()
        disk.fill()
        time.sleep(0.2)
        assert time.monotonic() - start < PATIENCE, "nothing was refused"
    print(f"full: {disk.free} bytes free")


def end(site: Site, crowd: Crowd, team: Reflector) -> None:
    """What became of all that was acknowledged, and of what was refused meanwhile."""
    acknowledged = crowd.acknowledged
    crowd.wait_for(SAVES_BETWEEN)
    crowd.end()
    assert team.save(NOTE).status == 303
    assert team.shown() == NOTE
    sheets = [answers for answers in site.ask(LOOK)[0] if answers and answers[0][2].startswith("persoon")]
    lost, twice = crowd.lost_and_twice(sheets)
    print(f"going on: {crowd.acknowledged - acknowledged} saves more, without a restart")
    print(f"{crowd.acknowledged} saves acknowledged, {lost} lost, {twice} kept twice; sent again after {crowd.trouble}")
    assert (lost, twice, len(sheets)) == (0, 0, PEOPLE)


def prove_saves(
    site: Site, disk: Disk, checklist: Checklist, empty_caches: Callable[[], None], make_room: Callable[[], None]
) -> None:
    """Twenty people save while the disk is filled and gets room again; what else goes on is the database's own."""
    crowd, team, _reader, _paths = begin(site, checklist)
    fill_until_refused(disk, crowd, empty_caches)
    said = refusal(team.save(NOTE))
    print(f"a save: {said}")
    crowd.wait_for_refusals(REFUSED)
    make_room()
    end(site, crowd, team)
    assert said == (503, ["Nog niet bewaard"], NOTE)
    assert set(crowd.trouble) == {"503"}
    assert (site.worker.poll(), site.process.poll()) == (None, None)


def prove_full(site: Site, disk: Disk, log: Path, checklist: Checklist, empty_caches: Callable[[], None]) -> None:
    """Twenty people save while the disk is filled and gets room again."""
    crowd, team, reader, paths = begin(site, checklist)
    Reflector(site.port)
    assert site.ask(EXPIRE) == 1
    site.mail.delay = 0.5
    site.invite()

    fill_until_refused(disk, crowd, empty_caches)
    read = {path: reader(path).status for path in paths["pages"]}
    taken = {path: reader(path).status for path in paths["files"]}
    made = reader(paths["pdf"])
    said = refusal(team.save(NOTE))
    ready = reader("/gereed/", Authorization=f"Bearer {READY_TOKEN}").text
    backup = site.manage("backup", str(disk.place / "backup.zip"))
    erasing = site.manage("delete_expired")
    counting = site.manage("shell", "-v0", "-c", COUNT.format(place=str(disk.place)))
    crowd.wait_for_refusals(REFUSED)
    waiting = site.ask(LEFT)
    print(f"pages {sorted(set(read.values()))}, files {sorted(set(taken.values()))}, PDF {made.status}; a save: {said}")
    print(f"/gereed/: {ready.splitlines()}")
    print(f"backup: {backup.stderr.strip()}")
    print(f"erasing: {erasing.stderr.strip().splitlines()[-1]}")
    print(f"waiting meanwhile: {waiting}")
    assert (site.worker.poll(), site.process.poll()) == (None, None)
    # One that is started now looks at the clock anew, and finds that it can begin nothing.
    kill(site.worker)
    site.start_worker()
    wait_until(lambda: "so nothing is begun" in log.read_text(), PATIENCE)

    disk.make_room()
    end(site, crowd, team)
    seconds = wait_until(lambda: set(site.ask(LEFT).values()) == {0}, 2 * PATIENCE)
    twice = site.mail.twice
    print(f"the worker did what waited {seconds:.0f} s later; {len(site.invited)} mails, {twice} came twice")
    assert set(read.values()) == set(taken.values()) == {200}
    assert said == (503, ["Nog niet bewaard"], NOTE)
    assert set(crowd.trouble) == {"503"}
    assert (waiting["expired"], set(site.mail.addresses), twice <= 1) == (1, set(site.invited), True)
    assert backup.returncode == erasing.returncode == counting.returncode == 1
    assert "there is no room on the disk" in backup.stderr.lower() or "disk is full" in backup.stderr
    assert "No space left" in counting.stderr
    assert not [*disk.place.glob("backup*"), *disk.place.glob(".backup*")]
    assert "De schijf is vol: er kan niets bewaard worden." in ready
    assert reader(paths["pdf"]).content.startswith(b"%PDF")
    assert site.manage("backup", str(disk.place / "backup.zip")).returncode == 0
    written = log.read_text()
    assert "nothing can be written" in written
    assert not re.search(r"persoon \d|volle schijf|@example", written)


def test_disks_that_are_full_lose_nothing_on_sqlite(tmp_path: Path, checklist: Checklist, capsys):
    log = tmp_path / "log"
    with capsys.disabled(), small_disk(tmp_path / "disk", "48m") as disk:
        print("\nSQLite, disk full")
        file, temporary = disk.place / "db.sqlite3", disk.place / "tmp"
        temporary.mkdir()

        def empty_wal() -> None:
            """What the second file has room for would be written there first."""
            with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=1)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        with running(f"sqlite:///{file}", log, READY_TOKEN=READY_TOKEN, TMPDIR=str(temporary)) as site:
            prove_full(site, disk, log, checklist, empty_wal)
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_disks_that_are_full_lose_nothing_on_postgresql(tmp_path_factory, checklist: Checklist, capsys):
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    log = tmp_path_factory.mktemp("log") / "log"
    with capsys.disabled(), small_disk(folder / "disk", "192m") as disk, postgres(disk.place) as cluster:
        print("\nPostgreSQL, disk full")

        def next_file() -> None:
            """What its log (WAL) has room for would be written there first."""
            with (
                suppress(psycopg.Error),
                psycopg.connect(f"host={disk.place} user=samenwerking dbname=postgres", autocommit=True) as database,
            ):
                database.execute("SELECT pg_switch_wal()")

        def make_room() -> None:
            disk.make_room()
            if not cluster.is_running:
                # Without room for its own log (WAL) it gives up: whoever runs it starts it again.
                print("PostgreSQL had stopped, and is started again")
                cluster.start()

        with running(cluster.url, log) as site:
            prove_saves(site, disk, checklist, next_file, make_room)
        assert not re.search(r"persoon \d|volle schijf|@example", log.read_text())


def test_disks_that_may_only_be_read_are_read(tmp_path: Path, checklist: Checklist, capsys):
    log, image = tmp_path / "log", tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    with capsys.disabled(), mounted(tmp_path / "disk", "-o", "loop", str(image)) as disk:
        print("\nSQLite, a disk that fails while it is served, so that it may only be read")
        with running(f"sqlite:///{disk.place / 'db.sqlite3'}", log, READY_TOKEN=READY_TOKEN) as site:
            crowd, team, reader, paths = begin(site, checklist)
            # As the system does by itself where a disk fails.
            assert disk.remount("abort")
            crowd.wait_for_refusals(REFUSED)
            read = {path: reader(path).status for path in (*paths["pages"], *paths["files"], paths["pdf"])}
            said = refusal(team.save(NOTE))
            ready = reader("/gereed/", Authorization=f"Bearer {READY_TOKEN}")
            crowd.is_over.set()
            print(f"pages, files and a PDF {sorted(set(read.values()))}; a save: {said}")
            print(f"/gereed/: {ready.status}, {ready.text.splitlines()}; refused: {crowd.trouble}")
            assert set(read.values()) == {200}
            assert said == (503, ["Nog niet bewaard"], NOTE)
            assert set(crowd.trouble) == {"503"}
            assert ready.status == 503
            assert "of de schijf alleen gelezen mag worden" in ready.text
            assert (site.worker.poll(), site.process.poll()) == (None, None)
            assert team.shown() == team.kept


def test_disks_that_may_be_written_again_take_saves_without_a_restart(tmp_path: Path, checklist: Checklist, capsys):
    log = tmp_path / "log"
    with capsys.disabled(), small_disk(tmp_path / "disk", "64m") as disk:
        print("\nSQLite, served from a disk that may only be read")
        with running(f"sqlite:///{disk.place / 'db.sqlite3'}", log, READY_TOKEN=READY_TOKEN) as site:
            crowd, team, reader, paths = begin(site, checklist)
            kill(site.worker)
            kill(site.process)
            # Once the last of them has let go of its files.
            wait_until(lambda: disk.remount("ro"))
            site.start()
            site.start_worker()
            crowd.wait_for_refusals(REFUSED)
            read = {path: reader(path).status for path in (*paths["pages"], *paths["files"], paths["pdf"])}
            said = refusal(team.save(NOTE))
            print(f"pages, files and a PDF {sorted(set(read.values()))}; a save: {said}")
            assert set(read.values()) == {200}
            assert said == (503, ["Nog niet bewaard"], NOTE)
            assert site.worker.poll() is None
            refused = crowd.trouble["503"]
            assert disk.remount("rw")
            end(site, crowd, team)
            print(f"refused meanwhile: {refused}, and {crowd.trouble['503'] - refused} while it became writable")
