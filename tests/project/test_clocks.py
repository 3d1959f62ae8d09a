"""A server whose clock leaps ahead and back, and is set right: nothing is erased, mailed or backed up by a day that it
isn't, links and sessions go on, and the next day all is done once.

`./test -m slow -k clocks -n 0 -s` does so with the real server and worker, under Debian's libfaketime.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.served_site import Site, running
from tests.helpers.visitors import Reflector, Visitor
from tests.helpers.working import kill, wait_until

pytestmark = pytest.mark.slow

LIBRARY = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Noon on the day before summer time begins.
BEGIN = datetime(2027, 3, 27, 12, tzinfo=ZoneInfo("Europe/Brussels"))
AHEAD = {"25 hours": 25 * HOUR, "91 days": 91 * DAY, "24 months": 731 * DAY}
BEHIND = {"an hour": -HOUR, "a day": -DAY, "a year": -365 * DAY}
NOTE = "Met een klok die fout staat."
LEAPT = "the daily work waits for 3 hours"

# What the site has: reflections that expire tomorrow and in a month, a round whose last day was yesterday, of which its
# coordinator is mailed once, and one that was concluded 23 months ago.
PREPARE = """
import json
from datetime import timedelta
from django.test import Client
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Role, Session
from reflectie.services.clock import today
from reflectie.services.sample_data import give_role, make_account
account = make_account("an@example.org")
give_role(Collaboration.objects.get(), account, Role.COORDINATOR)
reflections = Session.objects.filter(collaboration=None).order_by("pk")
for session, days in zip(reflections, (89, 60), strict=True):
    Session.objects.filter(pk=session.pk).update(changed_on=today() - timedelta(days=days))
rounds = list(Session.objects.exclude(collaboration=None).order_by("pk"))
Session.objects.filter(pk=rounds[0].pk).update(closes_on=today() - timedelta(days=1))
Session.objects.filter(pk=rounds[1].pk).update(stage="concluded", concluded_on=today() - timedelta(days=23 * 30))
client = Client()
client.force_login(account)
print(json.dumps(client.cookies["sessionid"].value))
"""
LOOK = """
import json
from reflectie.models import DailyJob, Session
print(json.dumps({
    "days": sorted(str(day) for day in Session.objects.filter(collaboration=None).values_list("changed_on", flat=True)),
    "folded": Session.objects.exclude(folded_on=None).count(),
    "done": {job.name: [str(job.done_on), job.held] for job in DailyJob.objects.all()},
}))
"""
# Hours go by, evenly: as the worker would have noted it, once a minute.
LATER = """
import json
from datetime import timedelta
from django.db.models import F
from reflectie.models import Heartbeat
print(json.dumps(Heartbeat.objects.filter(name="worker").update(seen_at=F("seen_at") + timedelta(hours={hours}))))
"""


# libfaketime 0.9.10 takes the clock that nobody sets for the one that it moves: where Python sleeps until
# a moment of it.
SLEEP = """
import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""


class FakeClock:
    """The clock of all processes of a site, which goes on from wherever it is set."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(SLEEP)
        self._file = folder / "clock"
        self._off = BEGIN.timestamp() - time.time()
        self.set(timedelta())
        self.environment = {
            "LD_PRELOAD": str(LIBRARY[0]) if LIBRARY else "",
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "PYTHONPATH": str(folder),
            "FAKETIME_NO_CACHE": "1",
            # What passed is told from what the clock says.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # gunicorn keeps a sign of life of each worker in the time of a file.
            "NO_FAKE_STAT": "1",
        }

    def set(self, wrong: timedelta) -> None:
        """This far from what is right."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{self._off + wrong.total_seconds():+.0f}\n")
        fresh.replace(self._file)

    def pass_by(self, length: timedelta) -> None:
        self._off += length.total_seconds()
        self.set(timedelta())


class Watched:
    """A site, its clock, and what is looked at after each leap."""

    def __init__(self, site: Site, clock: FakeClock, log: Path, backups: Path) -> None:
        self.site, self.clock, self._log, self._backups = site, clock, log, backups

    @property
    def leaps(self) -> int:
        return self._log.read_text().count(LEAPT)

    def leap(self, wrong: timedelta) -> None:
        before = self.leaps
        self.clock.set(wrong)
        wait_until(lambda: self.leaps > before)

    def look(self) -> dict:
        return {
            **self.site.ask(LOOK),
            "backups": sorted(path.name for path in self._backups.iterdir()),
            "mails": len(self.site.mail.taken),
        }

    def later(self, hours: int) -> None:
        kill(self.site.worker)
        self.clock.pass_by(hours * HOUR)
        assert self.site.ask(LATER.format(hours=hours))
        self.site.start_worker()


@pytest.mark.skipif(not LIBRARY, reason="needs the Debian package libfaketime")
def test_clocks_that_leap_erase_nothing_and_send_nothing_twice(tmp_path: Path, capsys):
    log, backups = tmp_path / "log", tmp_path / "backups"
    backups.mkdir()
    clock = FakeClock(tmp_path / "clock")
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    with capsys.disabled(), running(database, log, BACKUP_DIR=str(backups), **clock.environment) as site:
        watched = Watched(site, clock, log, backups)
        # The worker of the beginning had nothing to do yet.
        kill(site.worker)
        teams = [Reflector(site.port), Reflector(site.port)]
        session = site.ask(PREPARE)
        site.start_worker()
        wait_until(lambda: len(watched.look()["done"]) == 3 and site.mail.taken, 60)
        begin = watched.look()
        print(f"\n{BEGIN:%d %B %Y, %H:%M}: {begin}")
        assert begin["backups"] == ["samenwerking-2027-03-27.zip"]
        assert begin["mails"] == 1

        meanwhile = []
        for name, wrong in {**AHEAD, **BEHIND}.items():
            watched.leap(wrong)
            # A team that begins now, another that goes on, and somebody who signed in before.
            team, member = Reflector(site.port), Visitor(site.port)
            member.cookies["sessionid"] = session
            assert team.save(NOTE).status == 303
            pages = [each(each.url).status for each in (team, *teams)], member("/samenwerkingen/").status
            found = watched.look()
            watched.leap(timedelta())
            same = all(found[key] == begin[key] for key in ("folded", "done", "backups", "mails"))
            print(f"{name} {'ahead' if wrong > timedelta() else 'behind'}: pages {pages}, nothing done: {same}")
            meanwhile.append(team)
            # A sign-in ends by itself after some weeks, also where these never were.
            assert pages == ([200] * 3, 302 if wrong > 30 * DAY else 200)
            assert same
            assert set(begin["days"]) <= set(found["days"])

        after = watched.look()
        print(f"set right: {after}")
        assert after["days"] == [*begin["days"], *["2027-03-27"] * len(meanwhile)]
        member = Visitor(site.port)
        member.cookies["sessionid"] = session
        assert member("/samenwerkingen/").status == 200
        assert [team.shown() for team in meanwhile] == [NOTE] * len(meanwhile)

        # The day on which the hour changed.
        watched.later(24)
        done = {name: ["2027-03-28", ""] for name in ("backup", "erase", "remind")}
        wait_until(lambda: watched.look()["done"] == done and len(watched.look()["backups"]) == 2, 60)
        night = watched.look()
        print(f"a day later: {night}")
        assert (night["days"], night["mails"], night["folded"]) == (after["days"][1:], 1, 0)
        assert sorted(team(team.url).status for team in teams) == [200, 404]
        assert [team.shown() for team in meanwhile] == [NOTE] * len(meanwhile)
