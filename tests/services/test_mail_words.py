"""What people type and stands in a mail: it adds no line, turns no direction, and is on no line but its own."""

import re
import unicodedata
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse

from reflectie.domain.text import set_apart, tidy
from reflectie.models import Agreement, Collaboration
from reflectie.services import clock, erasure
from reflectie.services.sessions import rounds
from tests.helpers.factories import fill_in, make_round
from tests.helpers.reminders import concluded, run

pytestmark = pytest.mark.django_db

# As they may still stand in an old database: today's forms keep none of it.
NASTY = [
    "An\r\n\r\nBEVESTIG JE ACCOUNT",
    "An\u2028Bcc: bo@example.org\x85\x0bVan: de directie",
    "\u202e\u2067An\u200b\u061c",
    "שלום (3)",
    "مرحبا",
]

TURNING = {"RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}

# What stands in each mail: anything else that is put in one is looked at here first.
SAID = {
    "held_back.txt": {"text"},
    "undone.txt": {"text"},
    "done_again.txt": {"text"},
    "invitation.txt": {"name", "inviter", "url", "days"},
    "invite.txt": {"name", "number", "sender", "message", "join_url"},
    "remind.txt": {"name", "sender", "join_url"},
    "next.txt": {"name", "day", "which", "url"},
    "ready.txt": {"name", "day", "which", "url", "choose_url"},
    "due.txt": {"name", "n", "which", "url", "choose_url"},
    "report_open.txt": {"name", "report_url"},
    "facts.txt": {"day", "which"},
    # Of the host's settings, at the end of each.
    "signature.txt": {"name", "owner.contact"},
    "base_message.txt": {"name", "owner.contact"},
    "account_already_exists_message.txt": {"email"},
    "unknown_account_message.txt": {"email", "signup_url"},
    "email_changed_message.txt": {"from_email", "to_email"},
    "email_deleted_message.txt": {"deleted_email"},
    "login_code_message.txt": {"code"},
    "email_confirmation_message.txt": {"code"},
    "email_confirmation_signup_message.txt": {"code"},
    "password_reset_code_message.txt": {"code"},
    "reauthentication_code_message.txt": {"code"},
}


def test_every_mail_says_no_more_than_is_looked_at() -> None:
    said = {}
    for folder in ("reflectie/mail", "account/email", "mfa/email"):
        for path in Path(settings.BASE_DIR / "templates" / folder).glob("*.txt"):
            found = set(re.findall(r"\{\{\s*([\w.]+)", path.read_text())) - {"request.scheme", "request.get_host"}
            if found:
                said[path.name] = found
    assert said == SAID


@pytest.fixture
def sent(collaboration, an, coordinator, mailoutbox, settings):
    """Every mail that has what somebody typed in it, with these names for the collaboration, its sessions and the
    account."""
    settings.SITE_URL = "https://samen.example.org"

    def send(name: str) -> list[tuple[str, str]]:
        mailoutbox.clear()
        User.objects.filter(pk=an.pk).update(first_name=name)
        Collaboration.objects.update(name=name)
        people = reverse("members", args=[collaboration.pk])
        for role in ("coordinator", "facilitator"):
            coordinator.post(people, {"action": "invite", "email": f"{uuid4().hex}@example.org", "role": role})
        collaboration.refresh_from_db()
        session = make_round(collaboration=collaboration)
        rounds.rename_session(session, tidy(name, one_line=True))
        invitees = reverse("session-invite", args=[session.pk])
        coordinator.post(invitees, {"addresses": f"{uuid4().hex}@example.org", "message": harmless(name)})
        coordinator.post(invitees, {"action": "remind", "remind": "1"})
        erasure.erase_session(session.pk)
        before = list(mailoutbox)
        over = concluded(collaboration)
        full = make_round(collaboration=collaboration, expected=1, planned_on=clock.today() - timedelta(400))
        fill_in(full, {"goal-shared": "helping"}, finish=True)
        for each in (over, full):
            rounds.rename_session(each, tidy(name, one_line=True))
        Agreement.objects.create(session=over, what=name, who=name, due_on=clock.today())
        run()
        mailoutbox[:0] = before
        for each in (over, full):
            erasure.erase_session(each.pk)
        collaboration.invitations.all().delete()
        return [(message.subject, message.body) for message in mailoutbox]

    return send


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_a_name_in_a_mail_is_in_its_place_and_nowhere_else(sent, name):
    plain, found = sent("Plein"), sent(name)
    assert len(plain) == len(found) == 7
    for (subject, body), (their_subject, their_body) in zip(plain, found, strict=True):
        for ours, theirs in ((subject, their_subject), (without_links(body), without_links(their_body))):
            assert theirs.replace(set_apart(name), "Plein").replace(set_apart(harmless(name)), "Plein") == ours
            assert "Plein" in ours or ours == subject
            assert len(theirs.splitlines()) == len(ours.splitlines())
    # All of it, with every header, as it goes out.
    for message in mail.outbox:
        headers = message.message().items()
        assert [value for _name, value in headers if re.search(r"[\r\n](?![ \t])", value)] == []
        assert "Bcc" not in dict(headers)


def harmless(name: str) -> str:
    """As it may stand in a message: without an address, which is refused there."""
    return name.replace("bo@example.org", "bo")


def without_links(body: str) -> str:
    return re.sub(r"http\S+", "", body)


@pytest.mark.parametrize("name", NASTY, ids=ascii)
def test_what_is_set_apart_turns_nothing_outside_of_it(name):
    text = set_apart(name)
    turning = [sign for sign in text if unicodedata.bidirectional(sign) in TURNING]
    turns = any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in tidy(name))
    assert turning == (["\u2068", "\u2069"] if turns else [])
    assert len(text.splitlines()) == 1
    assert set_apart(text) == text
