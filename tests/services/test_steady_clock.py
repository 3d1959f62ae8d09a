"""A clock that stands wrong for a while: nothing is done by its day, and what was kept meanwhile isn't erased early."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from reflectie import tasks
from reflectie.models import DailyJob, Heartbeat, Session
from reflectie.services import clock, heartbeat
from reflectie.services.heartbeat import AWAY, BEAT, STEADY, beat, clock_is_steady
from tests.helpers.factories import make_sessions

pytestmark = pytest.mark.django_db

ERASE = DailyJob.Name.ERASE
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEAR = 365 * DAY
# On a day on which the hour changes, at noon.
BEGIN = timezone.make_aware(datetime(2027, 3, 28, 12))


class Machine:
    """Its clock, and the one that nobody sets."""

    def __init__(self, monkeypatch) -> None:
        self._patch, self.off, self._passed, self._beaten = monkeypatch, timedelta(), timedelta(), timedelta()
        self._tell()

    def _tell(self) -> None:
        told = BEGIN + self._passed + self.off
        self._patch.setattr(timezone, "now", lambda: told)

    def set(self, off: timedelta) -> None:
        """Set its clock this far from what is right."""
        self.off = off
        self._tell()

    def run(self, length: timedelta) -> bool:
        """The worker goes on for so long; whether it saw the clock leap."""
        leapt = []
        until = self._passed + length
        while self._passed < until:
            step = min(until - self._passed, max(timedelta(seconds=BEAT), length / 10))
            self._passed += step
            self._tell()
            leapt.append(beat(self._passed - self._beaten))
            self._beaten = self._passed
        return any(leapt)

    def stand_still(self, length: timedelta) -> bool:
        """Off, and started anew; whether the worker took that for a leap."""
        self._passed += length
        self._tell()
        self._beaten = self._passed
        return beat()


@pytest.fixture
def machine(monkeypatch) -> Machine:
    machine = Machine(monkeypatch)
    assert not beat()
    return machine


def saved() -> Session:
    """A reflection that somebody begins now."""
    [session] = make_sessions({"changed_on": clock.today()})
    return session


def left() -> int:
    return Session.objects.filter(collaboration=None).count()


def night() -> None:
    DailyJob.objects.update_or_create(name=ERASE, defaults={"done_on": clock.today() - DAY, "held": ""})
    tasks.erase_today.enqueue()


def test_a_clock_that_goes_on_is_steady_over_a_change_of_the_hour(machine):
    assert clock_is_steady()
    assert not machine.run(3 * DAY)
    assert clock_is_steady()


def test_no_worker_no_doubt():
    assert not Heartbeat.objects.exists()
    assert clock_is_steady()


@pytest.mark.parametrize("off", [25 * HOUR, 91 * DAY, 2 * YEAR, -HOUR, -DAY, -YEAR])
def test_after_a_leap_what_is_done_by_the_day_waits(machine, off):
    machine.set(off)
    # Before the worker's next look too.
    assert not clock_is_steady() or abs(off) <= AWAY
    assert machine.run(2 * MINUTE)
    assert not clock_is_steady()
    machine.run(STEADY)
    assert clock_is_steady()


@pytest.mark.parametrize(("off", "is_even"), [(MINUTE, True), (-MINUTE, True), (4 * MINUTE, True), (6 * MINUTE, False)])
def test_a_clock_that_is_put_right_by_little_did_not_leap(machine, off, is_even):
    machine.set(off)
    assert machine.run(2 * MINUTE) is not is_even


@pytest.mark.parametrize(("length", "is_even"), [(MINUTE, True), (HOUR, True), (2 * HOUR, False), (DAY, False)])
def test_after_a_start_the_clock_is_believed_where_the_worker_was_hardly_away(machine, length, is_even):
    assert machine.stand_still(length) is not is_even
    assert clock_is_steady() is is_even


def test_a_worker_that_is_started_anew_does_not_forget_a_leap(machine):
    machine.set(25 * HOUR)
    machine.run(2 * MINUTE)
    machine.stand_still(MINUTE)
    assert not clock_is_steady()


@pytest.mark.parametrize("off", [25 * HOUR, 30 * DAY, 91 * DAY, 2 * YEAR])
def test_a_clock_that_is_ahead_for_two_hours_erases_nothing(machine, off):
    saved()
    for days in (89, 62):
        Session.objects.filter(pk=saved().pk).update(changed_on=clock.today() - timedelta(days=days))
    machine.set(off)
    machine.run(2 * HOUR)
    night()
    assert left() == 3

    machine.set(timedelta())
    machine.run(MINUTE)
    machine.run(STEADY)
    night()
    assert left() == 3
    assert DailyJob.objects.values_list("done_on", "held").get() == (clock.today(), "")


@pytest.mark.parametrize("off", [25 * HOUR, 91 * DAY, 2 * YEAR, -HOUR, -DAY, -91 * DAY, -YEAR, -2 * YEAR])
def test_what_was_kept_while_the_clock_was_wrong_is_kept_as_long_as_any_other(machine, off):
    machine.run(MINUTE)
    machine.set(off)
    machine.run(10 * MINUTE)
    session = saved()
    assert session.changed_on == (BEGIN + off + 11 * MINUTE).astimezone(timezone.get_current_timezone()).date()
    machine.run(10 * MINUTE)
    machine.set(timedelta())
    machine.run(MINUTE)

    session.refresh_from_db()
    assert session.changed_on == clock.today()
    machine.run(STEADY)
    night()
    assert left() == 1


def test_a_machine_that_was_started_with_a_clock_of_long_ago_is_the_same(machine):
    machine.set(-YEAR)
    machine.stand_still(2 * DAY)
    session = saved()
    machine.run(MINUTE)
    machine.set(timedelta())
    machine.run(MINUTE)
    session.refresh_from_db()
    assert session.changed_on == clock.today()


@pytest.mark.parametrize("steps", [(YEAR,), (YEAR, 0 * DAY), (-DAY, YEAR)])
def test_a_clock_that_was_set_ahead_changes_no_day(machine, steps):
    """Nothing is kept longer because of it."""
    Session.objects.filter(pk=saved().pk).update(changed_on=clock.today() - 10 * DAY)
    for off in steps:
        machine.set(off)
        machine.run(2 * MINUTE)
    assert Session.objects.get().changed_on == BEGIN.date() - 10 * DAY


def test_reminders_and_backups_wait_too(machine, monkeypatch, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    monkeypatch.setattr(tasks, "remind_all", lambda: pytest.fail("the clock may be wrong"))
    monkeypatch.setattr(tasks, "make_daily", lambda *_: pytest.fail("the clock may be wrong"))
    machine.set(25 * HOUR)
    machine.run(2 * MINUTE)
    tasks.remind_today.enqueue()
    tasks.back_up_today.enqueue()
    assert not DailyJob.objects.exists()


def test_work_of_a_day_that_is_still_to_come_does_not_hide_that_it_is_late():
    for name in DailyJob.Name:
        DailyJob.objects.create(name=name, done_on=clock.today() + YEAR)
    assert heartbeat.is_late(*DailyJob.Name)
