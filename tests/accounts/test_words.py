"""Every account page and every mail, in our own words: nothing of allauth's English comes through."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from reflectie.web.throttle import Limit
from tests.helpers.accounts import ADDRESS, PASSWORD, app_code, mailed_code, post

# Words that no Dutch page has and an English one can hardly do without.
ENGLISH = re.compile(
    r"\b(the|your|you|you're|please|sign|signed|email|password|account already|address|confirm|confirmation|code has|"
    r"this|that|with|from|has been|authenticator|authentication|recovery|activate|deactivate|username|hello|thank|"
    r"incorrect|invalid|must|enter|required|change|new|request|current|too many|try again|field)\b",
    re.IGNORECASE,
)
OWN_WORDS = re.compile(r"Research & Expertise|UCLL")


def english(text: str) -> list[str]:
    text = re.sub(r"<(script|style).*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL)
    shown = " ".join(re.findall(r'(?:alt|title|aria-label|placeholder|content)="([^"]*)"', text))
    visible = html.unescape(f"{re.sub(r'<[^>]+>', ' ', text)} {shown}").replace("width=device-width", "")
    return ENGLISH.findall(OWN_WORDS.sub("", visible))


def test_english_would_be_found():
    assert english("<p>Please enter your code</p>") == ["Please", "enter", "your"]
    assert english('<input placeholder="Email address">') == ["Email", "address"]


def every_page() -> dict[str, str]:
    """Each page and each mail that a person can come across, by what it is."""
    seen = {}

    def note(name: str, response) -> None:
        seen[f"{name} {len(seen)}"] = response.content.decode()

    client = Client()
    for route in ("account_login", "account_signup", "account_request_login_code", "account_reset_password"):
        note(route, client.get(reverse(route)))
        note(route, post(client, route))
        note(route, post(client, route, email="geen adres", login="geen adres", password="x"))
    for route in ("account_inactive", "account_password_reset_completed"):
        note(route, client.get(reverse(route)))
    post(client, "account_signup", email=ADDRESS)
    note("code", client.get(reverse("account_email_verification_sent")))
    note("wrong code", post(client, "account_email_verification_sent", code="BBBB-BBBB"))
    note("no code", post(client, "account_email_verification_sent"))
    note("signed up", client.post(reverse("account_email_verification_sent"), {"code": mailed_code()}, follow=True))
    for route in (
        "account_name",
        "account_data",
        "account_close",
        "account_email",
        "account_set_password",
        "mfa_index",
    ):
        note(route, client.get(reverse(route)))
    left_open = Client()
    left_open.force_login(User.objects.get())
    asked = left_open.get(reverse("account_close"))["Location"]
    note("who are you", left_open.get(asked))
    note("code", left_open.post(asked, {"action": "send"}, follow=True))
    note("wrong code", left_open.post(asked, {"code": "BBBB-BBBB"}))
    note("wrong code", left_open.post(asked, {"code": "BBBB-BBBB"}))
    note("too often", left_open.post(asked, {"code": "BBBB-BBBB"}, follow=True))
    note("over", left_open.post(asked, {"code": "BBBB-BBBB"}, follow=True))
    note("same", client.post(reverse("account_email"), {"email": ADDRESS, "action_add": ""}))
    note("new", client.post(reverse("account_email"), {"email": "an2@example.org", "action_add": ""}, follow=True))
    note("confirmed", client.post(reverse("account_email_verification_sent"), {"code": mailed_code()}, follow=True))
    note("differs", post(client, "account_set_password", password1=PASSWORD, password2="x"))
    note("weak", post(client, "account_set_password", password1="1234", password2="1234"))
    two = {"password1": PASSWORD, "password2": PASSWORD}
    note("set", client.post(reverse("account_set_password"), two, follow=True))
    note("wrong old", post(client, "account_change_password", oldpassword="x", **two))
    note("changed", client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **two}, follow=True))
    note("again", client.get(reverse("mfa_activate_totp"), follow=True))
    note("again", post(client, "account_reauthenticate", password="x"))
    post(client, "account_reauthenticate", password=PASSWORD)
    page = client.get(reverse("mfa_activate_totp"))
    note("activate", page)
    note("activate", post(client, "mfa_activate_totp", code="000000"))
    activated = {"code": app_code(page.context["form"].secret)}
    note("activated", client.post(reverse("mfa_activate_totp"), activated, follow=True))
    for route in ("account", "mfa_index", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_reauthenticate"):
        note(route, client.get(reverse(route)))
    note("mfa_reauthenticate", post(client, "mfa_reauthenticate", code="000000"))
    note("generated", client.post(reverse("mfa_generate_recovery_codes"), follow=True))
    note("download", client.get(reverse("mfa_download_recovery_codes")))
    note("logout", client.get(reverse("account_logout")))
    other = Client()
    post(other, "account_login", login="an2@example.org")
    note("login code", other.get(reverse("account_confirm_login_code")))
    note("second", other.post(reverse("account_confirm_login_code"), {"code": mailed_code()}, follow=True))
    note("second", post(other, "mfa_authenticate", code="000000"))
    note("deactivated", client.post(reverse("mfa_deactivate_totp"), follow=True))
    note("generate without", post(client, "mfa_generate_recovery_codes"))
    note("logged out", client.post(reverse("account_logout"), follow=True))
    note("reset", client.post(reverse("account_reset_password"), {"email": "an2@example.org"}, follow=True))
    note("reset", post(client, "account_confirm_password_reset_code", code="BBBB-BBBB"))
    reset = {"code": mailed_code()}
    note("reset", client.post(reverse("account_confirm_password_reset_code"), reset, follow=True))
    note("reset", client.post(reverse("account_complete_password_reset"), two, follow=True))
    post(Client(), "account_signup", email="an2@example.org")
    post(Client(), "account_login", login="bo@example.org")
    for number, message in enumerate(mail.outbox):
        seen[f"mail {number}: {message.subject}"] = f"{message.subject}\n{message.body}"
    return seen


@pytest.mark.django_db(transaction=True)
def test_no_english_on_any_page_or_in_any_mail(monkeypatch):
    monkeypatch.setattr("reflectie.web.throttle.MAILS_TO_ONE", (Limit(100, 60),))
    seen = every_page()
    subjects = {message.subject for message in mail.outbox}

    assert {name: found for name, text in seen.items() if (found := english(text))} == {}
    # Each mail that there is was among them.
    assert subjects == {
        "Er is geen account met dit adres",
        "Je code om je aan te melden",
        "Je code om je account te maken",
        "Je code om je e-mailadres te bevestigen",
        "Je code om te tonen dat jij het bent",
        "Je code voor een nieuw wachtwoord",
        "Je e-mailadres is gewijzigd",
        "Je hebt al een account",
        "Je hebt een wachtwoord gekozen",
        "Je hebt nieuwe noodcodes",
        "Je wachtwoord is gewijzigd",
        "De tweede stap staat aan",
        "De tweede stap staat uit",
    }
    assert all("style=" not in text for text in seen.values())
    assert all(message.message().get_content_type() == "text/plain" for message in mail.outbox)
