"""The mail to coordinators that the agreed day of the next session comes near."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from reflectie.models import Conclusion as ConclusionRow
from reflectie.models import OutgoingMail, Role
from reflectie.services import clock, erasure
from reflectie.services import mail as store_mail
from reflectie.services.collaborations import collaborations
from reflectie.services.mail import Letter, deliver_mail
from reflectie.services.sessions import reminders
from tests.helpers.factories import add_member, at_once, make_account, make_round
from tests.helpers.reminders import concluded, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def address_of_the_site(settings):
    settings.SITE_URL = "https://samen.example.org"


def test_reminder_goes_to_each_coordinator_once_with_the_link_to_plan(collaboration, guide):
    add_member(collaboration, "bea@example.org", Role.COORDINATOR)
    concluded(collaboration)

    assert run() == ["an@example.org", "bea@example.org"]

    [first, _] = mail.outbox
    day = clock.today() + timedelta(7)
    assert first.subject == "Plan jullie volgende sessie: Samen in Tienen"
    assert f"https://samen.example.org{reverse('session-new', args=[collaboration.pk])}" in first.body.split()
    assert f" op {day.day} " in first.body
    assert str(day.year) in first.body
    assert "Een reden" not in first.body
    assert run() == []


@pytest.mark.parametrize(("days", "mailed"), [(8, 0), (7, 1), (1, 1), (0, 1), (-1, 0), (None, 0)])
def test_reminder_goes_from_a_week_before_until_the_day_itself(collaboration, days, mailed):
    concluded(collaboration, days)
    assert len(run()) == mailed


def test_reminder_days_are_a_setting(collaboration, settings):
    concluded(collaboration, 14)
    assert run() == []
    settings.REMIND_DAYS = 14
    assert run() == ["an@example.org"]


@pytest.mark.parametrize(("planned", "mailed"), [(-181, 1), (-180, 1), (-179, 0), (3, 0), (60, 0)])
def test_reminder_is_not_sent_once_a_session_after_the_conclusion_was_planned(collaboration, planned, mailed):
    concluded(collaboration)
    make_round(collaboration=collaboration, planned_on=clock.today() + timedelta(planned))
    make_round(collaboration=collaborations.create_collaboration(make_account("bo@example.org"), name="Elders"))
    assert len(run()) == mailed


def test_reminder_goes_to_nobody_who_left_or_may_not_come_in(collaboration, an):
    concluded(collaboration)
    an.is_active = False
    an.save()
    assert run() == []
    # Whoever takes over is mailed still.
    add_member(collaboration, "bea@example.org", Role.COORDINATOR)
    assert run() == ["bea@example.org"]


def give_up() -> None:
    """A day goes by, in which the worker tries again until it gives up."""
    for _ in range(len(store_mail.PAUSES) + 1):
        OutgoingMail.objects.update(due_at=timezone.now())
        deliver_mail.enqueue()


@pytest.mark.parametrize(
    "error",
    [smtplib.SMTPRecipientsRefused({}), smtplib.SMTPServerDisconnected(), OSError(), ValueError("an@example.org")],
    ids=["refused", "disconnected", "down", "odd"],
)
def test_reminder_that_fails_is_tried_again_the_next_day_and_fails_no_others(collaboration, moody, error, caplog):
    other = collaborations.create_collaboration(make_account("bo@example.org"), name="Elders")
    for each in (collaboration, other):
        concluded(each)
    moody.errors = {"an@example.org": error}

    assert run() == ["bo@example.org"]
    give_up()
    assert not OutgoingMail.objects.exists()
    assert "an@example.org" not in caplog.text

    moody.errors = {}
    assert run() == ["an@example.org"]
    assert run() == []


def test_reminder_that_waits_is_not_handed_over_again(collaboration, moody):
    concluded(collaboration)
    moody.errors = {"an@example.org": OSError()}
    assert run() == []
    moody.errors = {}
    assert run() == []
    give_up()
    assert [message.to for message in mail.outbox] == [["an@example.org"]]


@pytest.mark.parametrize("first", ["an@example.org", "bea@example.org"])
def test_reminder_that_reached_one_coordinator_is_not_sent_twice(collaboration, moody, first):
    add_member(collaboration, "bea@example.org", Role.COORDINATOR)
    concluded(collaboration)
    moody.errors = {first: smtplib.SMTPRecipientsRefused({})}
    assert len(run()) == 1
    moody.errors = {}
    assert run() == []


@pytest.mark.django_db(transaction=True)
def test_two_timers_at_once_send_it_once(collaboration):
    concluded(collaboration)
    [due] = reminders.due_reminders(clock.today())
    found = at_once(*[lambda: reminders.remind_coordinators(due, Letter("Kort", "Tekst"), clock.today())] * 3)
    assert [len(mail.outbox), sorted(found)] == [1, [0, 0, 1]]


def test_reminder_of_a_session_that_was_erased_meanwhile_is_not_sent(collaboration):
    session = concluded(collaboration)
    [due] = reminders.due_reminders(clock.today())
    erasure.erase_session(session.pk)
    assert reminders.remind_coordinators(due, Letter("Kort", "Tekst"), clock.today()) == 0
    assert (mail.outbox, ConclusionRow.objects.count()) == ([], 0)


@pytest.mark.parametrize("number", [1, 5])
def test_finding_whom_to_remind_takes_one_query(content, number, django_assert_num_queries):
    for place in range(number):
        concluded(collaborations.create_collaboration(make_account(f"{place}@example.org"), name=f"Nummer {place}"))
    with django_assert_num_queries(1):
        due = reminders.due_reminders(clock.today())
        assert sorted(found.session.collaboration.name for found in due) == [f"Nummer {n}" for n in range(number)]


def test_what_the_command_says_holds_no_address(collaboration, capsys):
    concluded(collaboration)
    call_command("send_reminders")
    assert capsys.readouterr().out == "1 mails handed over\n"
