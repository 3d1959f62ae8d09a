"""The daily work: when it is due, that twice is once, and that a clock that is wrong erases nothing."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from reflectie import tasks
from reflectie.management.commands import worker
from reflectie.models import Collaboration, DailyJob, Heartbeat, OutgoingMail, Session, SessionTotals
from reflectie.services import clock, daily, heartbeat
from tests.helpers.factories import browser, make_account, make_collaboration, make_sessions
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round

pytestmark = pytest.mark.django_db

ERASE, REMIND, BACKUP = DailyJob.Name.ERASE, DailyJob.Name.REMIND, DailyJob.Name.BACKUP


def reflections(old: int, young: int = 0) -> None:
    """So many that expire today, and so many that were changed yesterday."""
    ages = [90] * old + [1] * young
    make_sessions(*({"changed_on": clock.today() - timedelta(days=age)} for age in ages))


def rounds_concluded(old: int, young: int) -> None:
    session = discussed_round(make_collaboration(), [{"goal-shared": "helping"}] * 3)
    days = [clock.today() - timedelta(days=366 * years) for years in [3] * old + [0] * young]
    alike = {name: getattr(session, name) for name in ("collaboration", "mode", "planned_on", "changed_on")}
    make_sessions(*({**alike, "stage": Session.Stage.CONCLUDED, "concluded_on": day} for day in days))


def done(name: DailyJob.Name, days_ago: int) -> None:
    DailyJob.objects.update_or_create(name=name, defaults={"done_on": clock.today() - timedelta(days=days_ago)})


def left() -> int:
    return Session.objects.filter(collaboration=None).count()


# --- when


@pytest.mark.parametrize(
    ("hour", "due"),
    [
        ((0, 30), []),
        ((3, 15), [ERASE]),
        ((7, 29), [ERASE]),
        ((7, 30), [ERASE, REMIND]),
        ((20, 59), [ERASE, REMIND]),
        ((23, 50), [ERASE]),
    ],
)
def test_erasing_is_done_at_night_and_mail_goes_when_people_read(hour, due):
    assert daily.due_jobs(datetime(2026, 11, 28, *hour)) == due


@pytest.mark.parametrize(("hour", "due"), [((3, 59), False), ((4, 0), True), ((23, 0), True)])
def test_backup_is_made_once_a_day_after_the_erasing_where_a_host_asks(settings, hour, due):
    now = datetime(2026, 11, 28, *hour)
    settings.BACKUP_DIR = ""
    assert BACKUP not in daily.due_jobs(now)
    settings.BACKUP_DIR = "/srv/backups"
    assert (BACKUP in daily.due_jobs(now)) == due
    daily.finish_job(BACKUP, now.date())
    assert BACKUP not in daily.due_jobs(now)
    assert (BACKUP in daily.due_jobs(now + timedelta(days=1))) == due


@pytest.mark.parametrize(
    ("days_ago", "due"), [(0, []), (1, [ERASE, REMIND]), (5, [ERASE, REMIND]), (-300, [ERASE, REMIND])]
)
def test_a_job_is_done_once_a_day_and_missed_days_are_made_good(days_ago, due):
    """Also after the clock went back."""
    noon = datetime.combine(clock.today(), datetime.min.time()) + timedelta(hours=12)
    for name in (ERASE, REMIND):
        done(name, days_ago)
    assert daily.due_jobs(noon) == due


def test_what_held_back_is_not_tried_again_the_same_day():
    DailyJob.objects.create(name=ERASE, held_on=clock.today(), held="jump")
    noon = datetime.combine(clock.today(), datetime.min.time()) + timedelta(hours=12)
    assert daily.due_jobs(noon) == [REMIND]
    assert daily.due_jobs(noon + timedelta(days=1)) == [ERASE, REMIND]


def test_the_daily_tasks_do_their_work_and_note_it(client):
    reflections(1, 1)
    client.force_login(make_account())
    BrowserSession.objects.update(expire_date=timezone.now() - timedelta(days=1))
    tasks.erase_today.enqueue()
    tasks.remind_today.enqueue()

    assert (left(), BrowserSession.objects.count()) == (1, 0)
    assert set(DailyJob.objects.values_list("name", "done_on", "held")) == {
        (ERASE, clock.today(), ""),
        (REMIND, clock.today(), ""),
    }


def test_a_second_run_on_a_day_does_no_harm(capsys):
    reflections(1, 1)
    for _ in range(2):
        tasks.erase_today.enqueue()
        call_command("delete_expired")
        tasks.remind_today.enqueue()
        call_command("send_reminders")
    assert left() == 1
    assert capsys.readouterr().out == "0 erased\n0 mails handed over\n" * 2


# --- a clock that is wrong


def test_a_clock_a_year_ahead_erases_nothing_and_asks(caplog, mailoutbox):
    make_account("beheer@example.org", is_superuser=True, is_staff=True)
    make_account("an@example.org")
    reflections(15)
    done(ERASE, 365)

    tasks.erase_today.enqueue()
    tasks.erase_today.enqueue()

    assert left() == 15
    assert DailyJob.objects.values_list("done_on", "held_on", "held").get() == (
        clock.today() - timedelta(days=365),
        clock.today(),
        "jump",
    )
    assert "delete_expired --yes" in caplog.text
    [sent] = mailoutbox
    assert (sent.to, sent.subject) == (["beheer@example.org"], "Het dagelijkse wissen wacht op jou")
    assert "of de klok van de server sprong vooruit" in sent.body


def test_what_people_erased_leaves_the_files_also_while_it_holds_back(monkeypatch, django_capture_on_commit_callbacks):
    written = []
    monkeypatch.setattr("reflectie.services.daily.compact_database", lambda limit: written.append(limit))
    reflections(2)
    done(ERASE, 365)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(daily.HeldBackError):
        daily.erase_daily(clock.today())

    assert (left(), written) == (2, [None])


@pytest.mark.parametrize(("days_ago", "is_held"), [(1, False), (31, False), (32, True), (-365, False)])
def test_a_month_without_the_daily_work_is_too_long_and_a_clock_that_goes_back_is_not(days_ago, is_held):
    reflections(2)
    done(ERASE, days_ago)
    tasks.erase_today.enqueue()
    assert (left(), daily.held_back()) == ((2, "jump") if is_held else (0, None))


def test_after_a_jump_with_nothing_to_erase_it_goes_on():
    reflections(0, 3)
    done(ERASE, 365)
    tasks.erase_today.enqueue()
    assert (left(), daily.held_back(), DailyJob.objects.get().done_on) == (3, None, clock.today())


def test_after_a_jump_an_account_that_nobody_confirmed_is_held_back_too():
    account = make_account(last_login=None, date_joined=timezone.now() - timedelta(days=20))
    account.emailaddress_set.update(verified=False)
    done(ERASE, 365)
    tasks.erase_today.enqueue()
    assert (User.objects.count(), daily.held_back()) == (1, "jump")


@pytest.mark.parametrize(
    ("old", "young", "is_held"), [(2, 0, False), (20, 0, False), (21, 0, True), (21, 41, True), (21, 42, False)]
)
def test_more_than_a_third_at_once_is_held_back_unless_it_is_few(old, young, is_held):
    reflections(old, young)
    done(ERASE, 1)
    tasks.erase_today.enqueue()
    assert (left() - young, daily.held_back()) == ((old, "share") if is_held else (0, None))


@pytest.mark.parametrize(("old", "young", "is_held"), [(2, 0, False), (21, 10, True)])
def test_folding_more_than_a_third_at_once_is_held_back_too(old, young, is_held):
    rounds_concluded(old, young)
    done(ERASE, 1)
    tasks.erase_today.enqueue()
    folded = Session.objects.exclude(folded_on=None).count()
    assert (folded, daily.held_back()) == ((0, "share") if is_held else (old, None))


def test_the_command_holds_back_too_and_takes_yes(capsys, mailoutbox):
    make_account("beheer@example.org", is_superuser=True, is_staff=True)
    reflections(30)
    for _ in range(2):
        with pytest.raises(CommandError, match=r"delete_expired --yes"):
            call_command("delete_expired")
    assert (left(), daily.held_back(), len(mailoutbox)) == (30, "share", 1)

    call_command("delete_expired", "--yes")

    assert capsys.readouterr().out == "30 erased\n"
    assert (left(), daily.held_back()) == (0, None)
    assert DailyJob.objects.get().done_on == clock.today()


def test_once_the_clock_is_right_again_it_goes_on_by_itself():
    reflections(1, 30)
    done(ERASE, 1)
    year = timedelta(days=365)
    with pytest.raises(daily.HeldBackError):
        daily.erase_daily(clock.today() + year)
    assert left() == 31
    assert daily.erase_daily(clock.today()).reflections == 1
    assert daily.held_back() is None


def test_while_it_holds_back_no_reminder_goes(monkeypatch):
    monkeypatch.setattr(tasks, "remind_all", lambda: pytest.fail("the clock may be wrong"))
    DailyJob.objects.create(name=ERASE, held_on=clock.today(), held="jump")
    tasks.remind_today.enqueue()
    assert not DailyJob.objects.filter(name=REMIND).exists()


# --- work that isn't done


@pytest.fixture
def told(mailoutbox, settings):
    """What administrators are mailed where these jobs aren't done."""
    settings.BACKUP_DIR = "/srv/backups/van-niemand"
    make_account("beheer@example.org", is_superuser=True, is_staff=True)
    make_account("an@example.org")

    def tell(*undone: DailyJob.Name) -> list[str]:
        mailoutbox.clear()
        tasks.tell_administrators(undone)
        assert all(sent.to == ["beheer@example.org"] for sent in mailoutbox)
        assert not any("/srv" in sent.body or "BACKUP" in sent.body for sent in mailoutbox)
        return [sent.body.splitlines()[2] for sent in mailoutbox]

    return tell


NOT_MADE = (
    "De dagelijkse reservekopie van vandaag is er nog niet. "
    "Kijk ook of de map voor reservekopieën bereikbaar is, en of er nog plaats is."
)


def test_administrators_are_mailed_once_a_day_and_once_it_is_done_again(told, monkeypatch, caplog, mailoutbox):
    assert told() == []
    assert told(BACKUP) == [NOT_MADE]
    assert mailoutbox[0].subject == "Dagelijks werk van de site lukt niet"
    assert "daily work is not done: backup" in caplog.text
    assert told(BACKUP) == told() == []
    day = clock.today()
    monkeypatch.setattr(tasks, "today", lambda: day + timedelta(days=1))
    assert told(BACKUP) == [NOT_MADE]

    daily.finish_job(BACKUP, day + timedelta(days=1))
    assert told() == ["De dagelijkse reservekopie is weer gemaakt. Je hoeft niets te doen."]
    assert mailoutbox[0].subject == "Dagelijks werk van de site lukt weer"
    assert told() == []


def test_each_job_has_its_own_words_and_is_told_by_itself(told):
    failing, again = told(*DailyJob.Name), []
    for name in DailyJob.Name:
        daily.finish_job(name, clock.today())
        again += told()
    assert (len(set(failing)), len(set(again))) == (3, 3)
    assert told() == []


def test_job_that_waits_for_the_erasing_is_not_told_beside_it(told):
    DailyJob.objects.create(name=ERASE, held_on=clock.today(), held="jump")
    assert told(REMIND) == []
    assert told(BACKUP) == [NOT_MADE]


def test_nothing_to_say_takes_one_query(content, django_assert_num_queries):
    done(ERASE, 0)
    with django_assert_num_queries(1):
        tasks.tell_administrators([])


@pytest.mark.usefixtures("queued")
def test_worker_tells_of_what_is_due_for_an_hour_whatever_keeps_it(told, settings, monkeypatch, mailoutbox):
    """A task that waits behind one that never ends doesn't fail."""
    passed = [0.0]
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: 10_000 + passed[0], time=lambda: 0.0))
    # By the machine's own clock no time passes, and it doesn't leap.
    monkeypatch.setattr(worker, "_uptime", lambda: 0.0)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    done(ERASE, 0)
    four = timezone.localtime().replace(hour=4, minute=30)
    monkeypatch.setattr(worker, "timezone", SimpleNamespace(localtime=lambda: four))
    watch = worker.Clock()

    def mails(after: float) -> int:
        passed[0] += after
        watch.look()
        return OutgoingMail.objects.count()

    assert [mails(0), mails(3500), mails(200), mails(3600)] == [0, 0, 1, 1]
    assert DBTaskResult.objects.filter(queue_name="backup").count() == 1
    daily.finish_job(BACKUP, clock.today())
    assert mails(20) == 2


# --- whether it is done


@pytest.mark.parametrize(("erased", "reminded", "late"), [(0, 0, False), (1, 1, False), (2, 0, True), (0, 2, True)])
def test_daily_work_is_late_when_a_whole_day_was_missed(erased, reminded, late):
    done(ERASE, erased)
    done(REMIND, reminded)
    assert heartbeat.is_late(ERASE, REMIND) is late


def set_up(days: int) -> None:
    """As if the database was made so many days ago."""
    MigrationRecorder.Migration.objects.update(applied=timezone.now() - timedelta(days=days))


def test_daily_work_that_was_never_done_is_late():
    set_up(2)
    assert heartbeat.is_late(ERASE, REMIND)
    done(ERASE, 0)
    assert heartbeat.is_late(ERASE, REMIND)
    assert not heartbeat.is_late(ERASE)
    done(REMIND, 0)
    assert not heartbeat.is_late(ERASE, REMIND)


def test_site_that_was_set_up_today_waits_for_the_hour_of_its_work(django_assert_num_queries):
    """Set up at ten in the evening, it said at once that its work was left, and to look in a log that had nothing."""
    set_up(1)
    with django_assert_num_queries(2):
        assert not heartbeat.is_late(ERASE, REMIND)
    done(ERASE, 2)
    assert heartbeat.is_late(ERASE, REMIND)


@pytest.mark.parametrize(("minutes", "silent"), [(0, False), (2, False), (4, True), (-60, True)])
def test_worker_is_silent_after_three_minutes_or_when_its_clock_was_wrong(minutes, silent):
    assert heartbeat.worker_is_silent()
    heartbeat.beat()
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(minutes=minutes))
    assert heartbeat.worker_is_silent() is silent


@pytest.fixture
def administrator(client):
    return browser(make_account("beheer@example.org", is_superuser=True, is_staff=True))


def warnings(client) -> list[str]:
    return page_of(client.get(reverse("admin:index"))).told("warning")


def test_administrators_read_that_the_worker_is_silent_or_work_is_late_or_held_back(administrator):
    set_up(2)
    [silent] = warnings(administrator)
    assert "De worker draait niet" in silent

    heartbeat.beat()
    [late] = warnings(administrator)
    assert "Het dagelijkse werk (wissen en herinneren) bleef liggen." in late

    for name in (ERASE, REMIND):
        done(name, 0)
    assert warnings(administrator) == []

    DailyJob.objects.filter(name=ERASE).update(held="share")
    [held] = warnings(administrator)
    assert "delete_expired --yes" in held


def test_the_rows_of_the_queue_are_no_administrators_business(administrator):
    page = administrator.get(reverse("admin:index")).content.decode()
    assert "django_tasks" not in page
    assert str(Collaboration._meta.verbose_name_plural) in page.lower()


def test_daily_work_writes_what_a_session_adds_up_to_that_closed_before_that_was_kept(content):
    session = discussed_round(make_collaboration(), [{"goal-shared": "helping"}] * 3)
    SessionTotals.objects.all().delete()
    done(ERASE, 1)
    tasks.erase_today.enqueue()
    assert SessionTotals.objects.get().pk == session.pk
