"""Whether mail leaves this host, and what to look at when it doesn't."""

import smtplib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.loader import render_to_string

from reflectie.services.heartbeat import worker_is_silent
from reflectie.services.mail import Letter, count_retries, host_sends_mail, send_test
from reflectie.site_owner import is_email


class Command(BaseCommand):
    help = (
        "Sends one mail to ADDRESS at once, with the settings and the sender of every mail, and says what the mail "
        "server made of it. Fails when the server didn't take it, or when no worker runs to send the others. Whether "
        "it arrived, and not among spam, is for you to see."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS", help="a mailbox of your own, at another provider if you can")

    def handle(self, *args: Any, **options: Any) -> None:
        # None of what is said repeats the address, nor what a server says, which may quote it.
        if not is_email(options["address"]):
            raise CommandError("That is no e-mail address.")
        if not host_sends_mail():
            raise CommandError("EMAIL_URL is empty, so all mail ends up in the log: name the mail server first.")
        try:
            send_test(Letter.read(render_to_string("reflectie/mail/test.txt")), options["address"])
        except Exception as error:
            raise CommandError(f"The mail server didn't take it ({_kind(error)}). {_hint(error)}") from None
        self.stdout.write("The mail server took it. Look whether it arrived, and not among spam.")
        if waiting := count_retries():
            self.stdout.write(f"{waiting} mails wait that it didn't take at first.")
        if worker_is_silent():
            raise CommandError("But no worker runs, so no other mail leaves: start `manage.py worker`.")


def _kind(error: Exception) -> str:
    """What went wrong, without the words of the server."""
    codes = (
        [code for code, _said in error.recipients.values()] if isinstance(error, smtplib.SMTPRecipientsRefused) else []
    )
    codes += [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
    return " ".join([type(error).__name__, *map(str, codes)])


def _hint(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return "Look at user and password in EMAIL_URL: signs other than letters and digits are written as %40."
        case smtplib.SMTPSenderRefused():
            return "It doesn't let this user send as DEFAULT_FROM_EMAIL."
        case smtplib.SMTPRecipientsRefused():
            return "It refuses this recipient: try another, and ask whether it sends to other domains."
        case smtplib.SMTPException():
            return "Look whether smtp+tls (port 587) or smtp+ssl (port 465) fits the server."
        case OSError():
            return "Look at the host and port in EMAIL_URL, and whether a firewall lets this machine out."
    return "Look at EMAIL_URL and DEFAULT_FROM_EMAIL."
