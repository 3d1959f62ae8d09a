"""`manage.py test_mail`: whoever sets a site up sees whether mail leaves, and what to look at when it doesn't."""

import smtplib
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from reflectie.models import OutgoingMail
from reflectie.services import heartbeat

pytestmark = pytest.mark.django_db

ADDRESS = "bo@example.org"


def send(address: str = ADDRESS) -> str:
    said = StringIO()
    call_command("test_mail", address, stdout=said)
    return said.getvalue()


def test_mail_leaves_at_once_and_nothing_of_it_is_kept(settings, queued):
    settings.OWNER_NAME = "Zorgraad Hageland"
    heartbeat.beat()

    assert send() == "The mail server took it. Look whether it arrived, and not among spam.\n"

    [message] = mail.outbox
    assert (message.to, message.subject) == ([ADDRESS], "Proefmail: de mail van deze site werkt")
    assert message.body.endswith("\n\nSamenwerking, de site van Zorgraad Hageland\n")
    assert not OutgoingMail.objects.exists()


def test_mail_that_waits_is_counted(queued):
    heartbeat.beat()
    OutgoingMail.objects.create(to="an@example.org", subject="x", text="y", tries=2)
    assert "1 mails wait that it didn't take at first." in send()


def test_without_a_worker_it_fails_after_sending():
    with pytest.raises(CommandError, match="no worker runs"):
        send()
    assert len(mail.outbox) == 1


def test_django_sends_one_too_and_shows_what_the_server_says(moody):
    call_command("sendtestemail", ADDRESS)
    assert [message.to for message in mail.outbox] == [[ADDRESS]]


@pytest.mark.parametrize(
    ("error", "kind", "hint"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no bo@example.org"), "SMTPAuthenticationError 535", "password"),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"bo@example.org")}), "SMTPRecipientsRefused 550", "recipient"),
        (smtplib.SMTPSenderRefused(553, b"no", "x@example.org"), "SMTPSenderRefused 553", "DEFAULT_FROM_EMAIL"),
        (smtplib.SMTPServerDisconnected("bo@example.org"), "SMTPServerDisconnected", "port 587"),
        (ConnectionRefusedError("bo@example.org"), "ConnectionRefusedError", "firewall"),
        (UnicodeError("bo@example.org"), "UnicodeError", "EMAIL_URL"),
    ],
)
def test_what_goes_wrong_is_named_without_an_address(moody, error, kind, hint):
    moody.errors[ADDRESS] = error
    with pytest.raises(CommandError) as failed:
        send()
    assert f"({kind})" in str(failed.value)
    assert hint in str(failed.value)
    assert "@" not in str(failed.value)


def test_server_that_cant_be_reached_is_named(moody, monkeypatch):
    monkeypatch.setattr(moody, "down", TimeoutError())
    with pytest.raises(CommandError, match="TimeoutError"):
        send()


def test_host_without_a_mail_server_and_words_that_are_no_address_are_refused(settings):
    with pytest.raises(CommandError, match="no e-mail address"):
        send("bo")
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with pytest.raises(CommandError, match="EMAIL_URL is empty"):
        send()
