"""Mail that waits for the worker: sent once, late, never, or erased before that."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from reflectie.models import Heartbeat, Invitee, OutgoingMail, Role, Session
from reflectie.services import accounts, erasure, heartbeat
from reflectie.services import mail as post
from reflectie.services.collaborations import collaborations, people
from reflectie.services.mail import Letter, hand_over, mail_is_due
from reflectie.services.sessions import invitees, rounds
from tests.helpers.factories import add_member, at_once, fill_in, make_account, make_round

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queued")]

LETTER = Letter("Vul jij ook in?", "Hier is de link.\n", "an@example.org")
AN, BO, CY = "an@example.org", "bo@example.org", "cy@example.org"
REFUSED = smtplib.SMTPRecipientsRefused({BO: (550, b"no such user")})
LATER = smtplib.SMTPRecipientsRefused({BO: (451, b"greylisted")})


@pytest.fixture
def session(content) -> Session:
    return make_round()


def deliver() -> list[str]:
    """What the worker does when it is woken; who got a mail by it."""
    mail.outbox.clear()
    post.deliver_mail.call()
    return sorted(message.to[0] for message in mail.outbox)


def wait(pause: timedelta) -> None:
    """Some time goes by for what waits."""
    for waiting in OutgoingMail.objects.all():
        waiting.due_at -= pause
        if waiting.expires_at:
            waiting.expires_at -= pause
        waiting.save()


def unreached(session: Session) -> list[str]:
    return sorted(session.invitees.filter(unreached=True).values_list("email", flat=True))


def test_paragraphs_of_a_letter_are_one_empty_line_apart():
    letter = Letter.read("\nDag van\tsessie\n\nDag,\n\n\n\nTot dan.\nAn\n\n\nSamenwerking\n")
    assert (letter.subject, letter.text) == ("Dag van sessie", "Dag,\n\nTot dan.\nAn\n\nSamenwerking\n")


# --- handed over


def test_mail_is_handed_over_with_what_causes_it_and_wakes_the_worker_without_a_word(session):
    invitees.invite(session, [AN, BO], LETTER)

    assert DBTaskResult.objects.values_list("task_path", "queue_name", "args_kwargs").get() == (
        "reflectie.services.mail.deliver_mail",
        "mail",
        {"args": [], "kwargs": {}},
    )


def test_mail_to_nobody_wakes_nobody(session):
    hand_over(LETTER, [])
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize(("ahead", "sent"), [(timedelta(hours=12), []), (timedelta(hours=25), [AN])])
def test_a_clock_that_ran_ahead_puts_no_mail_off_for_longer_than_a_pause(session, ahead, sent):
    invitees.invite(session, [AN], LETTER)
    OutgoingMail.objects.update(due_at=timezone.now() + ahead)
    assert (post.mail_is_due(), deliver()) == (bool(sent), sent)


def test_handing_over_says_in_the_log_that_no_worker_runs(session, caplog):
    heartbeat.beat()
    hand_over(LETTER, [AN])
    assert caplog.text == ""
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(minutes=4))
    hand_over(LETTER, [AN])
    assert "no worker runs" in caplog.text
    assert AN not in caplog.text


# --- sent


def test_deliver_sends_each_on_its_own_over_one_connection_and_erases_it(session, moody):
    invitees.invite(session, [AN, BO, CY], LETTER)

    assert deliver() == [AN, BO, CY]
    assert [(len(message.to), message.cc, message.bcc, message.reply_to) for message in mail.outbox] == [
        (1, [], [], [AN])
    ] * 3
    assert moody.opened == 3  # asked before each; a connection that is open stays so
    assert not OutgoingMail.objects.exists()
    assert deliver() == []


def test_deliver_sends_codes_first(session):
    invitees.invite(session, [AN, BO], LETTER)
    hand_over(Letter("Je code", "ABCD"), [CY], expires_at=timezone.now() + timedelta(minutes=15))

    deliver()
    assert mail.outbox[0].to == [CY]


def test_deliver_looks_up_now_and_then_whether_it_is_to_stop(session, monkeypatch):
    monkeypatch.setattr(post, "SECONDS", -1)
    invitees.invite(session, [AN, BO], LETTER)
    DBTaskResult.objects.all().delete()

    assert deliver() == []
    assert DBTaskResult.objects.count() == 1


def test_a_mail_that_is_sent_again_is_known_by_its_message_id(session, settings):
    settings.DEFAULT_FROM_EMAIL = "Samenwerking <samen@example.org>"
    invitees.invite(session, [AN], LETTER)
    key = OutgoingMail.objects.get().pk
    # Killed after the server said yes.
    again = OutgoingMail.objects.get()
    deliver()
    [first] = mail.outbox
    again.save(force_insert=True)
    deliver()
    [second] = mail.outbox

    assert first.message()["Message-ID"] == second.message()["Message-ID"] == f"<{key.hex}@example.org>"


def test_mail_that_a_killed_worker_was_sending_is_sent_again_and_not_by_two_at_once(session):
    invitees.invite(session, [AN], LETTER)
    assert post._claim() is not None

    assert (post._claim(), deliver(), mail_is_due()) == (None, [], False)
    wait(post.LEASE)
    assert mail_is_due()
    assert deliver() == [AN]


def test_mail_whose_task_was_lost_with_a_killed_worker_is_seen(session):
    invitees.invite(session, [AN], LETTER)
    DBTaskResult.objects.all().delete()

    assert not mail_is_due()
    wait(post.OVERDUE)
    assert mail_is_due()


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once(content):
    invitees.invite(make_round(), [f"p{number}@example.org" for number in range(20)], LETTER)
    at_once(post.deliver_mail.call, post.deliver_mail.call)
    assert sorted(message.to[0] for message in mail.outbox) == sorted(f"p{number}@example.org" for number in range(20))


# --- not sent


def test_a_code_is_not_sent_after_it_expired(content):
    account = make_account()
    hand_over(Letter("Je code", "ABCD"), [account], expires_at=timezone.now() + timedelta(minutes=15))
    wait(timedelta(minutes=16))

    assert mail_is_due()
    assert deliver() == []
    assert not OutgoingMail.objects.exists()


def test_a_code_that_expires_while_the_server_takes_its_time_is_not_sent(content, moody, monkeypatch):
    hand_over(Letter("Je code", "ABCD"), [AN], expires_at=timezone.now() + timedelta(minutes=15))

    def open_slowly(_connection):
        wait(timedelta(minutes=16))

    monkeypatch.setattr(moody, "open", open_slowly)
    assert deliver() == []


def erase_account(_session, account, _invited):
    accounts.close_account(account)


def erase_invitation(_session, _account, invited):
    people.withdraw_invitation(*invited)


def erase_session(session, *_):
    erasure.erase_session(session.pk)


def erase_collaboration(session, *_):
    collaborations.erase_collaboration(session.collaboration_id)


def close_round(session, *_):
    rounds.close_round(session, without_results=True)


@pytest.mark.parametrize(
    ("erase", "left"),
    [
        (erase_account, {BO, CY}),
        (erase_invitation, {AN, BO}),
        (erase_session, {AN, CY}),
        (erase_collaboration, {AN}),
        (close_round, {AN, CY}),
    ],
)
@pytest.mark.parametrize("is_late", [False, True])
def test_erasing_erases_mail_that_waits_also_when_the_worker_is_about_to_send_it(
    session, moody, monkeypatch, erase, left, is_late
):
    account = make_account(AN)
    hand_over(Letter("Je code", "ABCD"), [account], expires_at=timezone.now() + timedelta(minutes=15))
    invitees.invite(session, [BO], LETTER)
    people.invite_member(session.collaboration, CY, Role.FACILITATOR, lambda _: LETTER)
    invited = (session.collaboration, session.collaboration.invitations.get().pk)
    assert OutgoingMail.objects.count() == 3
    steps = [lambda: erase(session, account, invited)]
    if is_late:
        monkeypatch.setattr(moody, "open", lambda _connection: steps and steps.pop()())
    else:
        steps.pop()()
        assert set(OutgoingMail.objects.values_list("to", flat=True)) == left

    assert set(deliver()) == left
    assert not OutgoingMail.objects.exists()


def test_a_new_link_is_what_waiting_mail_leads_to(session):
    old = session.join_token
    invitees.invite(session, [BO], Letter("Vul in", f"https://samen.example.org/meedoen/{old}/"))
    session = rounds.renew_link(session)

    deliver()
    assert mail.outbox[0].body == f"https://samen.example.org/meedoen/{session.join_token}/"


def test_an_invitation_that_is_renewed_sends_the_link_that_works_alone(session):
    for _ in range(2):
        people.invite_member(session.collaboration, BO, Role.FACILITATOR, lambda new: Letter("Werk mee", new.token))

    deliver()
    [sent] = mail.outbox
    assert people.find_invitation(sent.body) is not None


# --- failed


@pytest.mark.parametrize(
    "error",
    [REFUSED, smtplib.SMTPDataError(554, b"spam"), UnicodeEncodeError("idna", BO, 0, 1, "label too long")],
    ids=["refused", "data", "letters"],
)
def test_mail_that_is_refused_for_good_is_erased_and_shows_where_they_were_invited(session, moody, error, caplog):
    heartbeat.beat()
    moody.errors = {BO: error}
    invitees.invite(session, [AN, BO, CY], LETTER)

    assert deliver() == [AN, CY]
    assert (OutgoingMail.objects.count(), unreached(session)) == (0, [BO])
    assert caplog.messages == [f"a mail was given up after 1 tries: {type(error).__name__}"]
    assert "example.org" not in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        LATER,
        smtplib.SMTPDataError(451, b"busy"),
        smtplib.SMTPServerDisconnected(BO),
        smtplib.SMTPSenderRefused(550, b"who?", AN),
        TimeoutError(),
        ValueError(BO),
    ],
    ids=["greylisted", "data", "hangs-up", "sender", "silent", "odd"],
)
def test_mail_that_fails_for_now_is_tried_again_with_growing_pauses_and_fails_no_others(session, moody, error, caplog):
    heartbeat.beat()
    moody.errors = {BO: error}
    invitees.invite(session, [AN, BO, CY], LETTER)

    assert deliver() == [AN, CY]
    for pause in post.PAUSES:
        assert unreached(session) == []
        wait(pause - timedelta(seconds=5))
        assert (mail_is_due(), deliver(), OutgoingMail.objects.get().tries) == (
            False,
            [],
            post.PAUSES.index(pause) + 1,
        )
        wait(timedelta(seconds=5))
        assert (mail_is_due(), deliver()) == (True, [])
    assert (OutgoingMail.objects.count(), unreached(session)) == (0, [BO])
    assert sum(post.PAUSES, timedelta()) > timedelta(hours=20)
    assert "example.org" not in caplog.text


def test_mail_that_failed_for_now_arrives_in_the_end(session, moody):
    moody.errors = {BO: LATER}
    invitees.invite(session, [BO], LETTER)
    deliver()
    moody.errors = {}
    wait(post.PAUSES[0])

    assert deliver() == [BO]
    assert unreached(session) == []


def test_while_the_server_is_down_it_is_asked_once_for_all_that_waits(session, moody):
    moody.down = ConnectionRefusedError()
    invitees.invite(session, [AN, BO, CY], LETTER)

    assert deliver() == deliver() == []
    assert moody.opened == 1
    assert set(OutgoingMail.objects.values_list("tries", flat=True)) == {1}
    # What comes meanwhile isn't held up by what failed.
    moody.down = None
    hand_over(Letter("Je code", "ABCD"), ["di@example.org"])
    assert deliver() == ["di@example.org"]
    wait(post.PAUSES[0])
    assert deliver() == [AN, BO, CY]


def test_giving_up_after_the_round_closed_keeps_no_address(session, moody, monkeypatch):
    """The round is closed while the server refuses the address."""
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    invitees.invite(session, [BO], LETTER)

    def close(_connection, _messages):
        rounds.close_round(session)
        raise REFUSED

    monkeypatch.setattr(moody, "send_messages", close)
    assert deliver() == []
    assert (OutgoingMail.objects.count(), Invitee.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["renew", "withdraw"])
def test_giving_up_and_what_a_coordinator_does_meanwhile_wait_for_nothing(content, moody, step):
    collaboration = make_round().collaboration
    moody.errors = {BO: REFUSED}
    for _ in range(5):
        people.invite_member(collaboration, BO, Role.FACILITATOR, lambda _: LETTER)
        key = collaboration.invitations.get().pk
        steps = {
            "renew": lambda: people.invite_member(collaboration, BO, Role.FACILITATOR, lambda _: LETTER),
            "withdraw": lambda key=key: people.withdraw_invitation(collaboration, key),
        }
        found = at_once(post.deliver_mail.call, steps[step])
        assert [result for result in found if isinstance(result, Exception)] == []


def test_a_reminder_that_is_refused_shows_its_address_too(session, moody):
    invitees.invite(session, [AN, BO], LETTER)
    deliver()
    moody.errors = {BO: REFUSED}
    invitees.remind(session, LETTER)

    assert (deliver(), unreached(session)) == ([AN], [BO])
    assert invitees.load_invitees(session) == invitees.Invitees(1, 0, (BO,))


def test_closing_an_account_takes_its_reminder_of_a_next_session_along(collaboration, an):
    other = add_member(collaboration, BO, Role.COORDINATOR)
    hand_over(LETTER, [an, other.user])
    accounts.close_account(an)
    assert deliver() == [BO]


def test_closing_an_account_takes_its_address_out_of_what_it_sent_to_others(coordinator, collaboration, an):
    session = make_round(collaboration=collaboration)
    add_member(collaboration, BO, Role.COORDINATOR)
    coordinator.post(
        reverse("members", args=[collaboration.pk]), {"action": "invite", "email": CY, "role": "facilitator"}
    )
    coordinator.post(reverse("session-invite", args=[session.pk]), {"addresses": CY})
    assert [an.email in mail.text + mail.reply_to for mail in OutgoingMail.objects.all()] == [True, True]

    accounts.close_account(an)
    deliver()
    assert [sent.to for sent in mail.outbox] == [[CY], [CY]]
    assert not [sent for sent in mail.outbox if an.email in sent.message().as_string()]
    assert any("Iemand nodigt je uit" in sent.body for sent in mail.outbox)
