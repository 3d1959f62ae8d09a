"""What is done once a day: when it is due, and what keeps it from erasing by a clock that is wrong."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reflectie.models import DailyJob, Session

from .accounts import erase_unconfirmed, unconfirmed_accounts
from .activity import erase_old_activities
from .collaborations.people import erase_old_invitations
from .erasure import compact_database, erase_expired, expired_reflections
from .meeting.talks import forget_talks
from .rate_counts import erase_old_counts
from .sessions.aggregation import aggregate_old_rounds, old_rounds, rounds_to_aggregate
from .sessions.report_notices import erase_old_notices
from .sessions.rounds import forget_times
from .sessions.totals import fill_totals

log = logging.getLogger(__name__)

# From which hour each is done: erasing while few are there, mail when people read, and not at night when it was missed.
# A backup after the erasing, so that what goes that night isn't kept once more.
HOURS = {
    DailyJob.Name.ERASE: (time(3, 15), time.max),
    DailyJob.Name.BACKUP: (time(4), time.max),
    DailyJob.Name.REMIND: (time(7, 30), time(21)),
}
# A server is off for a holiday; longer, and it may be the clock that is wrong.
MOST_DAYS = 31
# More than a third at once isn't a day's work. Of a small site it often is: what is up to FEW is never too much.
SHARE, FEW = 1 / 3, 20


class HeldBackError(Exception):
    """Nothing was erased: it would be more than a day's work. `is_new` unless it held back before."""

    def __init__(self, why: DailyJob.Held, *, is_new: bool) -> None:
        super().__init__(why)
        self.why = why
        self.is_new = is_new


@dataclass(frozen=True, slots=True)
class Erased:
    """What the daily erasing came to."""

    reflections: int
    accounts: int
    folded: int


def due_jobs(now: datetime) -> list[DailyJob.Name]:
    """The daily jobs that are to be done at this hour (local time), also when days were missed; none a second time on a
    day, nor one that held back today. One query.

    It asks the database alone: the folder of backups may be on a machine that doesn't answer.
    """
    last = {job.name: job for job in DailyJob.objects.all()}
    due = []
    for name, (begin, end) in HOURS.items():
        if name == DailyJob.Name.BACKUP and not settings.BACKUP_DIR:
            continue
        job = last.get(name)
        is_done = job is not None and now.date() in (job.done_on, job.held_on)
        if begin <= now.time() <= end and not is_done:
            due.append(name)
    return due


def held_back() -> DailyJob.Held | None:
    """Why the daily erasing does nothing until somebody says yes; None while it goes on. One query."""
    held = DailyJob.objects.filter(name=DailyJob.Name.ERASE).values_list("held", flat=True).first()
    return DailyJob.Held(held) if held else None


def held_back_text(why: DailyJob.Held) -> str:
    """What an administrator reads, on a page or in a mail, where the daily erasing did nothing."""
    held = _("Het dagelijkse wissen deed niets, en wacht op jou.")
    what = _("Kijk of de datum van de server klopt, en de instellingen RETENTION_DAYS en FOLD_MONTHS.")
    then = _("Is alles juist, doe dan op de server: .venv/bin/python manage.py delete_expired --yes")
    return f"{held} {why.label} {what} {then}"


# In the log, in English; on pages and in mails by the labels of the model.
HELD_BACK_LOG = {
    DailyJob.Held.JUMP: "the last time is more than a month ago, or the server's clock leapt ahead",
    DailyJob.Held.SHARE: "more than a third of what there is would go at once",
}


def held_back_log(why: DailyJob.Held) -> str:
    """What commands and the log say where the daily erasing did nothing."""
    return (
        f"The daily erasing did nothing, and waits for you: {HELD_BACK_LOG[why]}. "
        "See whether the server's date is right, and the settings RETENTION_DAYS and FOLD_MONTHS. "
        "If all is well: .venv/bin/python manage.py delete_expired --yes"
    )


def erase_daily(day: date, *, confirmed: bool = False) -> Erased:
    """Erase what nobody keeps up, and old answers of which the figures stay; twice on a day is once.

    Raises HeldBackError, and erases nothing at all, when this is more than MOST_DAYS after the last time and anything
    would go, or when more than SHARE of the reflections or rounds would go at once: a clock a year ahead would erase
    everything. Unless it was `confirmed`. A clock that goes back erases nothing, as nothing is old then.
    What people erased themselves leaves the database's files either way, and counts of what was tried, times of
    conclusions and where talks were go: none is missed by anybody.
    """
    # However large the database is: at this hour hardly anybody waits for it.
    write_anew = partial(transaction.on_commit, partial(compact_database, limit=None), robust=True)
    erase_old_counts()
    forget_times()
    forget_talks(day)
    if not confirmed and (why := _doubt(day)):
        is_new = _hold(day, why)
        write_anew()
        raise HeldBackError(why, is_new=is_new)
    erased = Erased(erase_expired(day), erase_unconfirmed(day), aggregate_old_rounds(day))
    erase_old_invitations(day)
    erase_old_notices(day)
    erase_old_activities(day)
    SessionStore.clear_expired()
    finish_job(DailyJob.Name.ERASE, day)
    # After all that the pages promise. Nothing to do after the first time: what closes since writes its own.
    fill_totals()
    write_anew()
    return erased


def _doubt(day: date) -> DailyJob.Held | None:
    amounts = [
        (expired_reflections(day).count(), Session.objects.filter(collaboration=None).count()),
        (old_rounds(day).count(), rounds_to_aggregate().count()),
    ]
    last = DailyJob.objects.filter(name=DailyJob.Name.ERASE).values_list("done_on", flat=True).first()
    if last and day - last > timedelta(days=MOST_DAYS):
        anything = any(number for number, _all in amounts) or unconfirmed_accounts(day).exists()
        return DailyJob.Held.JUMP if anything else None
    if any(number > max(FEW, SHARE * all_there) for number, all_there in amounts):
        return DailyJob.Held.SHARE
    return None


def _hold(day: date, why: DailyJob.Held) -> bool:
    """Note that it held back; whether it did so for the first time."""
    with transaction.atomic():
        job, _made = DailyJob.objects.select_for_update().get_or_create(name=DailyJob.Name.ERASE)
        is_new = not job.held
        job.held, job.held_on = why, day
        job.save()
    return is_new


def finish_job(name: DailyJob.Name, day: date) -> None:
    """Note that a daily job was done for this day."""
    with transaction.atomic():
        DailyJob.objects.update_or_create(name=name, defaults={"done_on": day, "held_on": None, "held": ""})


# --- work that isn't done


def tell_undone(undone: Collection[DailyJob.Name], day: date, mail: Callable[[str, str], None]) -> None:
    """Mail administrators (`mail(kind, text)`) of each of these jobs, which were due for long and aren't done: once on
    a day, whoever asks. And of others that they were told of, once these are done again. What failed, and where, is
    for the log. One query where there is nothing to say."""
    if DailyJob.Name.REMIND in undone and held_back():
        # It waits for the erasing, and administrators were asked about that.
        undone = set(undone) - {DailyJob.Name.REMIND}
    again = list(DailyJob.objects.filter(told_on__lte=F("done_on")))
    if not (undone or again):
        return
    with transaction.atomic():
        for job in again:
            if DailyJob.objects.filter(pk=job.pk).exclude(told_on=None).update(told_on=None):
                mail("done_again", done_again_text(DailyJob.Name(job.name)))
        for name in sorted(undone):
            DailyJob.objects.get_or_create(name=name)
            if DailyJob.objects.filter(name=name).exclude(told_on=day).update(told_on=day):
                log.error("daily work is not done: %s", name.value)
                mail("undone", undone_text(name))


def undone_text(name: DailyJob.Name) -> str:
    """What an administrator reads in a mail where a daily job isn't done."""
    no_backup = _("De dagelijkse reservekopie van vandaag is er nog niet.")
    folder = _("Kijk ook of de map voor reservekopieën bereikbaar is, en of er nog plaats is.")
    return {
        DailyJob.Name.ERASE: _("Het dagelijkse wissen is vandaag nog niet gelukt. Wat oud is, staat er dus nog."),
        DailyJob.Name.REMIND: _("De dagelijkse mails aan coördinatoren zijn vandaag nog niet klaargezet."),
        DailyJob.Name.BACKUP: f"{no_backup} {folder}",
    }[name]


def done_again_text(name: DailyJob.Name) -> str:
    """What an administrator reads in a mail once a daily job is done again."""
    return {
        DailyJob.Name.ERASE: _("Het dagelijkse wissen is weer gelukt."),
        DailyJob.Name.REMIND: _("De dagelijkse mails aan coördinatoren zijn weer klaargezet."),
        DailyJob.Name.BACKUP: _("De dagelijkse reservekopie is weer gemaakt."),
    }[name]
