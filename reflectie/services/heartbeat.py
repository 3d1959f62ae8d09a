"""Whether the worker runs, whether the machine's clock goes evenly, and whether the daily work was done."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from reflectie.models import DailyJob, Heartbeat, Session

from .clock import today

# Seconds between two signs of life; each is a write.
BEAT = 60
# Then it isn't only busy.
SILENT = timedelta(seconds=3 * BEAT)
# A night may be missed while the machine is being looked after.
LATE_DAYS = 2
# What the clock may be off by between two signs of life, and how long a worker that is started anew was away at most
# for the clock to be taken at its word.
LEAP, AWAY = timedelta(minutes=5), timedelta(hours=1)
# Whoever set a clock wrong, or started a machine whose clock is wrong, has so long to set it right before anything is
# done by the day. A machine that is off at night does its work some hours after it was started.
STEADY = timedelta(hours=3)
# How much later than it should a clock may be that was set back and is set right again: the machine may have been off.
MOST_AWAY = timedelta(days=31)
# The rows: its last sign of life; where the clock stood after its last leap, since which it goes evenly; and where it
# would have stood without that, until that was put right.
WORKER, EVENLY_SINCE, BEFORE = "worker", "steady", "before"


def beat(passed: timedelta | None = None) -> bool:
    """Note that the worker runs, and whether the machine's clock leapt since its last sign of life: whether it did.

    `passed` is how long ago that was by a clock that nobody sets; None for a worker that was just started. Where a
    clock that was wrong is set right, reflections that were changed meanwhile get today for their day: they would
    expire too early, or too late.
    """
    now = timezone.now()
    with transaction.atomic():
        signs = dict(Heartbeat.objects.values_list("name", "seen_at"))
        last = signs.get(WORKER)
        is_leap = (
            last is not None and not last + (passed or timedelta()) - LEAP <= now <= last + (passed or AWAY) + LEAP
        )
        if last is not None and is_leap:
            _note_leap(now, last, passed or timedelta(), signs)
        _note(WORKER, now)
    return is_leap


def _note(name: str, moment: datetime) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": moment})


def _note_leap(now: datetime, last: datetime, passed: timedelta, signs: dict[str, datetime]) -> None:
    _note(EVENLY_SINCE, now)
    if BEFORE in signs and EVENLY_SINCE in signs:
        leapt_to, before = signs[EVENLY_SINCE], signs[BEFORE]
        was_behind = leapt_to < before
        right = before + (last - leapt_to) + passed
        if right - LEAP <= now <= right + (MOST_AWAY if was_behind else LEAP):
            days = [timezone.localdate(moment) for moment in (leapt_to, last + LEAP)]
            # What a collaboration has expires by no such day.
            changed = Session.objects.filter(collaboration=None, changed_on__range=days)
            (changed if was_behind else changed.filter(changed_on__gt=today())).update(changed_on=today())
            Heartbeat.objects.filter(name=BEFORE).delete()
            return
    _note(BEFORE, last + passed)


def clock_is_steady() -> bool:
    """Whether the machine's clock went evenly for as long as it takes to notice that it is wrong (STEADY): what is done
    by the day waits until then. So it did where no worker ever ran. One query."""
    now = timezone.now()
    signs = dict(Heartbeat.objects.values_list("name", "seen_at"))
    if WORKER not in signs:
        return True
    is_even = signs[WORKER] - LEAP <= now <= signs[WORKER] + AWAY
    return is_even and (EVENLY_SINCE not in signs or now - signs[EVENLY_SINCE] >= STEADY)


def worker_is_silent() -> bool:
    """Whether the worker gave no sign of life for three minutes, or never: then no mail leaves, and nothing expires.
    A sign from the future, as a clock that was wrong leaves it, is none. One query."""
    now = timezone.now()
    return not Heartbeat.objects.filter(name=WORKER, seen_at__range=(now - SILENT, now + SILENT)).exists()


def is_late(*names: DailyJob.Name) -> bool:
    """Whether one of these daily jobs was last done two days ago or more; one of a day that is still to come, as a
    clock that was wrong leaves it, counts for nothing. Or never, where the database was made as long ago: each job has
    its hour, so that a site that is set up at night waits for the morning. One query, two where one was never done."""
    day = today()
    until = day - timedelta(days=LATE_DAYS)
    done = [last for last in DailyJob.objects.filter(name__in=names).values_list("done_on", flat=True) if last]
    if any(not until < last <= day for last in done):
        return True
    return len(done) < len(names) and not until < _made_on() <= day


def _made_on() -> date:
    """The day on which the database was made: that of its first migration."""
    return timezone.localdate(MigrationRecorder(connection).migration_qs.earliest("applied").applied)
