"""Accounts, as a person goes through them: in by a code, a password and a second step, and out with everything."""

import json
import re
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as BrowserSession
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reflectie.models import Invitation, Membership, OutgoingMail, Role
from reflectie.services import accounts
from reflectie.services.collaborations import people
from reflectie.services.mail import Letter
from reflectie.services.sessions import invitees
from tests.helpers.accounts import (
    ADDRESS,
    PASSWORD,
    app_code,
    mailed_code,
    post,
    sign_in_by_code,
    user_of,
    with_second_step,
)
from tests.helpers.factories import make_account, make_collaboration, make_reflection, make_round, sign_in_now
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> User:
    return make_account(ADDRESS)


@pytest.fixture
def member(client, account) -> Client:
    return sign_in_now(client, account)


# Signing up


def test_sign_up_asks_an_address_and_if_one_likes_a_name_and_ends_signed_in(client):
    page = page_of(client.get(reverse("account_signup")))
    assert [field.name for field in page.fields()] == ["email", "first_name"]
    assert page.field("Je naam (hoeft niet)").value == ""
    assert "de mails waarmee je iemand uitnodigt, zijn ermee ondertekend" in page.words

    response = post(client, "account_signup", email="An@Example.org")
    assert response["Location"] == reverse("account_email_verification_sent")
    assert mail.outbox[-1].to == [ADDRESS]
    response = post(client, "account_email_verification_sent", code=mailed_code().lower().replace("-", " "))

    assert response["Location"] == reverse("collaborations")
    assert user_of(client).email == ADDRESS
    assert user_of(client).get_full_name() == ""
    assert not user_of(client).has_usable_password()


def test_name_given_at_sign_up_is_tidied_kept_taken_along_and_erased_with_the_account(client):
    post(client, "account_signup", email=ADDRESS, first_name="  Jo\u202e\r\nvan\u200b  Loon ")
    post(client, "account_email_verification_sent", code=mailed_code())

    assert user_of(client).get_full_name() == "Jo van Loon"
    assert "Jo van Loon" in page_of(client.get(reverse("account"))).words
    assert client.get(reverse("account_data_file")).json()["name"] == "Jo van Loon"
    accounts.close_account(user_of(client))
    assert not User.objects.filter(first_name__contains="Loon").exists()


def test_name_that_is_too_long_at_sign_up_comes_back_and_makes_no_account(client):
    response = client.post(reverse("account_signup"), {"email": ADDRESS, "first_name": "a" * 151})

    page = page_of(response)
    assert page.value("first_name") == "a" * 151
    assert "Te lang: 151 tekens, en er passen er 150." in page.words
    assert (User.objects.count(), mail.outbox) == (0, [])


def test_name_is_that_of_who_asked_for_the_code_last(client):
    post(Client(), "account_signup", email=ADDRESS, first_name="Iemand anders")
    post(client, "account_signup", email=ADDRESS, first_name="An")
    post(client, "account_email_verification_sent", code=mailed_code())
    assert user_of(client).get_full_name() == "An"


def test_nobody_is_renamed_by_who_signs_up_with_their_address(client, account):
    accounts.rename_account(account, "An")
    post(client, "account_signup", email=ADDRESS, first_name="Iemand anders")
    account.refresh_from_db()
    assert account.get_full_name() == "An"


def test_username_says_nothing_and_is_nowhere_to_be_seen(client):
    post(client, "account_signup", email=ADDRESS)
    post(client, "account_email_verification_sent", code=mailed_code())
    username = user_of(client).username

    assert re.fullmatch(r"[0-9a-f]{32}", username)
    pages = [client.get(reverse(route)).content.decode() for route in ("account", "account_data", "account_data_file")]
    assert all(username not in text for text in [*pages, *(message.body for message in mail.outbox)])


def test_address_with_an_account_looks_the_same_to_who_signs_up(client, account):
    known = post(client, "account_signup", email=ADDRESS)
    known_page = client.get(known["Location"])
    stranger = Client()
    unknown = post(stranger, "account_signup", email="bo@example.org")
    unknown_page = stranger.get(unknown["Location"])

    assert known["Location"] == unknown["Location"]

    def words(page, address: str) -> str:
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())
        return text.replace(address, "")

    assert words(known_page, ADDRESS) == words(unknown_page, "bo@example.org")
    assert [message.subject for message in mail.outbox] == ["Je hebt al een account", "Je code om je account te maken"]


def test_where_registration_is_by_invitation_a_stranger_is_told_so(client, settings):
    settings.REGISTRATION = "invited"

    assert "Een account krijg je op uitnodiging" in client.get(reverse("account_signup")).content.decode()
    post(client, "account_signup", email=ADDRESS)
    assert User.objects.count() == 0
    post(client, "account_login", login=ADDRESS)
    assert "op uitnodiging" in mail.outbox[-1].body
    assert reverse("account_signup") not in mail.outbox[-1].body


def test_where_registration_is_by_invitation_an_invited_person_signs_up(client, settings):
    settings.REGISTRATION = "invited"
    collaboration = make_collaboration()
    token = people.invite_member(collaboration, ADDRESS, Role.FACILITATOR).token
    client.post(reverse("invitation", args=[token]))

    post(client, "account_signup", email=ADDRESS)
    post(client, "account_email_verification_sent", code=mailed_code())

    assert user_of(client).email == ADDRESS


def test_where_registration_is_by_invitation_one_that_was_withdrawn_opens_nothing(client, settings):
    settings.REGISTRATION = "invited"
    token = people.invite_member(make_collaboration(), ADDRESS, Role.FACILITATOR).token
    client.post(reverse("invitation", args=[token]))
    Invitation.objects.all().delete()

    post(client, "account_signup", email=ADDRESS)

    assert not User.objects.filter(email=ADDRESS).exists()


# Signing in


def test_sign_in_by_code(client, account):
    response = sign_in_by_code(client)

    assert response["Location"] == reverse("collaborations")
    assert user_of(client) == account


def test_sign_in_by_password(client):
    account = make_account(ADDRESS, password=PASSWORD)

    response = post(client, "account_login", login=ADDRESS, password=PASSWORD)

    assert response["Location"] == reverse("collaborations")
    assert user_of(client) == account
    assert mail.outbox == []


def test_sign_in_leads_back_to_where_one_was_going(client, account):
    asked = client.get(reverse("account_data"))
    client.post(asked["Location"], {"login": ADDRESS})

    response = client.post(
        f"{reverse('account_confirm_login_code')}?next={reverse('account_data')}", {"code": mailed_code()}
    )

    assert response["Location"] == reverse("account_data")


def test_wrong_password_and_unknown_address_get_the_same_words_and_keep_the_address(client):
    make_account(ADDRESS, password=PASSWORD)

    pages = [post(client, "account_login", login=who, password="fout") for who in (ADDRESS, "bo@example.org")]

    assert [page.status_code for page in pages] == [422, 422]
    for page in pages:
        assert "Het e-mailadres of het wachtwoord klopt niet." in page.content.decode()
        assert f'value="{page.context["form"]["login"].value()}"' in page.content.decode()


def test_unknown_address_looks_the_same_to_who_asks_a_code(client, account):
    known = post(client, "account_login", login=ADDRESS)
    unknown = post(Client(), "account_login", login="bo@example.org")

    assert known["Location"] == unknown["Location"] == reverse("account_confirm_login_code")
    assert [message.subject for message in mail.outbox] == [
        "Je code om je aan te melden",
        "Er is geen account met dit adres",
    ]


def test_wrong_code_says_so_and_the_third_ends_it(client, account):
    post(client, "account_login", login=ADDRESS)
    right = mailed_code()

    for _ in range(2):
        page = post(client, "account_confirm_login_code", code="BBBB-BBBB")
        assert page.status_code == 422
        assert "Deze code klopt niet. Kijk na of je de laatste code overnam." in page.content.decode()
    last = client.post(reverse("account_confirm_login_code"), {"code": "BBBB-BBBB"}, follow=True)

    assert "Het ging te vaak mis." in last.content.decode()
    post(client, "account_confirm_login_code", code=right)
    assert user_of(client) is None


def test_code_can_be_sent_again_and_then_only_the_new_one_works(client, account):
    post(client, "account_login", login=ADDRESS)
    old = mailed_code()
    post(client, "account_confirm_login_code", action="resend")
    assert len(mail.outbox) == 2
    new = mailed_code()

    assert post(client, "account_confirm_login_code", code=old).status_code == 422
    assert post(client, "account_confirm_login_code", code=new).status_code == 302
    assert user_of(client) == account


def test_second_step_is_asked_after_the_code_and_after_the_password(member, account):
    secret = with_second_step(member)
    account.set_password(PASSWORD)
    account.save()
    Authenticator.objects.filter(type="totp").update(last_used_at=None)

    for sign_in in (sign_in_by_code, lambda who: post(who, "account_login", login=ADDRESS, password=PASSWORD)):
        client = Client()
        assert sign_in(client)["Location"] == reverse("mfa_authenticate")
        assert client.get(reverse("account")).status_code == 302
        wrong = post(client, "mfa_authenticate", code="000000")
        assert (wrong.status_code, "Deze code klopt niet" in wrong.content.decode()) == (422, True)
        # A code works once: the one that turned the second step on is spent, and so is the first one used here.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM cache")
        assert post(client, "mfa_authenticate", code=app_code(secret)).status_code == 302
        assert user_of(client) == account


def test_emergency_code_works_once(member, account):
    with_second_step(member)
    page = member.get(reverse("mfa_view_recovery_codes"))
    code = page.context["unused_codes"][0]
    assert len(page.context["unused_codes"]) == 10

    client = Client()
    sign_in_by_code(client)
    assert post(client, "mfa_authenticate", code=code).status_code == 302
    assert user_of(client) == account
    again = Client()
    sign_in_by_code(again)
    assert post(again, "mfa_authenticate", code=code).status_code == 422


def test_admin_asks_the_second_step_too(client):
    make_account(ADDRESS, is_staff=True, is_superuser=True)
    sign_in_by_code(client)
    with_second_step(client)
    other = Client()

    sign_in_by_code(other)

    assert other.get("/beheer/", follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    assert other.post("/beheer/login/", {"username": "x", "password": "x"}).status_code == 302


# Changing things


def test_name_is_kept_and_shown(member, account):
    assert post(member, "account_name", first_name="An Peeters").status_code == 303

    page = member.get(reverse("account")).content.decode()
    assert "An Peeters" in page
    assert "Je naam is bewaard." in page
    assert "Je naam is bewaard." not in member.get(reverse("account")).content.decode()


def test_name_that_is_too_long_comes_back(member):
    page = post(member, "account_name", first_name="a" * 151)

    assert page.status_code == 422
    assert "a" * 151 in page.content.decode()


def test_new_address_counts_once_its_code_came_back(member, account):
    response = member.post(reverse("account_email"), {"email": "an.nieuw@example.org", "action_add": ""})
    assert response["Location"] == reverse("account_email_verification_sent")
    account.refresh_from_db()
    assert account.email == ADDRESS
    assert mail.outbox[-1].to == ["an.nieuw@example.org"]

    post(member, "account_email_verification_sent", code=mailed_code())

    account.refresh_from_db()
    assert account.email == "an.nieuw@example.org"
    assert [row.email for row in EmailAddress.objects.all()] == ["an.nieuw@example.org"]
    # The old address hears of it, so that nobody takes an account over unseen.
    assert ADDRESS in [to for message in mail.outbox for to in message.to]


def test_password_can_be_chosen_changed_and_forgotten(member, account):
    mismatch = post(member, "account_set_password", password1=PASSWORD, password2="anders en ook lang")
    assert mismatch.status_code == 422
    assert post(member, "account_set_password", password1=PASSWORD, password2=PASSWORD).status_code == 302
    new = "nog een rijtje woorden"
    changed = post(member, "account_change_password", oldpassword=PASSWORD, password1=new, password2=new)
    assert changed.status_code == 302
    account.refresh_from_db()
    assert account.check_password(new)

    client = Client()
    post(client, "account_reset_password", email=ADDRESS)
    post(client, "account_confirm_password_reset_code", code=mailed_code())
    done = post(client, "account_complete_password_reset", password1=PASSWORD, password2=PASSWORD)

    assert done["Location"] == reverse("account_password_reset_completed")
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("kort", "Dit wachtwoord is te kort. Maak het minstens 10 tekens lang."),
        ("1234567890", "Dit wachtwoord gebruiken te veel mensen. Kies een ander."),
        ("an@example.org", "Dit wachtwoord lijkt te veel op je naam of je e-mailadres. Kies een ander."),
    ],
)
def test_weak_password_is_refused_in_plain_words(member, password, words):
    page = post(member, "account_set_password", password1=password, password2=password)

    assert page.status_code == 422
    assert words in page.content.decode()


def test_turning_the_second_step_off_asks_who_one_is(member, account):
    secret = with_second_step(member)
    later = Client()
    later.force_login(account)

    asked = later.get(reverse("mfa_deactivate_totp"))
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache")
    later.post(asked["Location"], {"code": app_code(secret)})
    assert post(later, "mfa_deactivate_totp").status_code == 302

    assert not Authenticator.objects.exists()


# Taking out and closing


def test_data_can_be_taken_out(member, account):
    account.first_name = "An Peeters"
    account.save()

    response = member.get(reverse("account_data_file"))

    assert response["Content-Disposition"] == 'attachment; filename="mijn-account.json"'
    assert "no-store" in response["Cache-Control"]
    account.refresh_from_db()
    assert json.loads(response.content) == {
        "version": 1,
        "email": ADDRESS,
        "name": "An Peeters",
        "joined": timezone.localtime(account.date_joined).isoformat(timespec="seconds"),
        "last_sign_in": timezone.localtime(account.last_login).isoformat(timespec="seconds"),
        "second_factor": False,
        "memberships": [],
        "coordinated_before": [],
        "activity": [],
    }


def test_closing_takes_a_confirmation_and_leaves_nothing(member, account):
    elsewhere, other = Client(), Client()
    elsewhere.force_login(account)
    other.force_login(make_account("bo@example.org"))
    assert BrowserSession.objects.count() == 3
    page = member.get(reverse("account_close"))
    assert ADDRESS in page.content.decode()
    assert User.objects.count() == 2

    response = member.post(reverse("account_close"), follow=True)

    assert "Je account is opgezegd." in response.content.decode()
    assert [user.email for user in User.objects.all()] == ["bo@example.org"]
    assert [row.email for row in EmailAddress.objects.all()] == ["bo@example.org"]
    signed_in = [row.get_decoded().get(SESSION_KEY) for row in BrowserSession.objects.all()]
    assert [key for key in signed_in if key] == [str(User.objects.get().pk)]
    assert elsewhere.get(reverse("account")).status_code == 302
    assert other.get(reverse("account")).status_code == 200


def test_closing_takes_the_second_step_along(member, account):
    with_second_step(member)
    code = member.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    assert Authenticator.objects.count() == 2
    elsewhere = Client()
    elsewhere.force_login(account)

    asked = elsewhere.get(reverse("account_close"))
    assert asked["Location"].startswith(reverse("mfa_reauthenticate"))
    elsewhere.post(asked["Location"], {"code": code})
    elsewhere.post(reverse("account_close"))

    assert (User.objects.count(), Authenticator.objects.count(), EmailAddress.objects.count()) == (0, 0, 0)


def test_closing_asks_the_password_of_who_has_one(client):
    account = make_account(ADDRESS, password=PASSWORD)
    client.force_login(account)

    asked = client.post(reverse("account_close"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.count() == 1
    wrong = client.post(asked["Location"], {"password": "fout"})
    assert "Dit wachtwoord klopt niet." in wrong.content.decode()
    client.post(asked["Location"], {"password": PASSWORD, "next": reverse("account_close")})

    assert User.objects.count() == 0


def test_account_that_nobody_confirmed_is_erased_after_a_week(client, account, capsys):
    post(client, "account_signup", email="vergist@example.org")
    User.objects.create_superuser("beheer", "beheer@example.org", PASSWORD)
    User.objects.update(date_joined=timezone.now() - timedelta(days=6))
    call_command("delete_expired")
    assert User.objects.count() == 3

    User.objects.update(date_joined=timezone.now() - timedelta(days=8))
    call_command("delete_expired")

    assert set(User.objects.values_list("email", flat=True)) == {ADDRESS, "beheer@example.org"}
    assert capsys.readouterr().out == "0 erased\n0 erased\n1 unconfirmed accounts erased\n"


def test_sign_ins_that_ended_are_erased_every_day(member):
    BrowserSession.objects.update(expire_date=timezone.now() - timedelta(minutes=1))

    call_command("delete_expired")

    assert BrowserSession.objects.count() == 0


# What others see of it


def test_public_pages_look_up_no_session_for_a_stranger(client, django_assert_num_queries):
    client.get("/over/")

    # The checklist that is published, and nothing else.
    with django_assert_num_queries(1):
        page = client.get("/over/")
    assert reverse("account_login") in page_of(page).addresses()
    assert dict(page.cookies) == {}


@pytest.mark.parametrize("path", ["/", "/over/"])
def test_public_pages_say_that_they_differ_by_who_asks(member, path):
    page = member.get(path)

    assert reverse("account") in page_of(page).addresses()
    assert "Cookie" in page["Vary"]


def test_report_page_of_a_member_is_not_taken_for_a_strangers(member, account):
    url = make_reflection({"goal-shared": "helping"}, finished=True).report_url
    own, strange = member.get(url), Client().get(url)

    assert own["ETag"] != strange["ETag"]
    assert "Cookie" in own["Vary"]
    assert "Cookie" in strange["Vary"]
    assert "private" in own["Cache-Control"]
    assert member.get(url, HTTP_IF_NONE_MATCH=strange["ETag"]).status_code == 200
    assert member.get(url, HTTP_IF_NONE_MATCH=own["ETag"]).status_code == 304


def test_account_that_alone_coordinates_something_cannot_be_closed_before_it_is_handed_over(client):
    collaboration = make_collaboration("Samen in Tienen")
    coordinator = collaboration.memberships.get().user
    sign_in_now(client, coordinator)
    url = reverse("account_close")

    page = page_of(client.get(url)).main
    refused = client.post(url)

    assert "Samen in Tienen" in page.words
    assert reverse("members", args=[collaboration.pk]) in page.addresses()
    assert page.buttons() == []
    assert refused.status_code == 409
    assert User.objects.filter(pk=coordinator.pk).exists()

    Membership.objects.create(collaboration=collaboration, user=make_account("bert@example.org"), role="coordinator")
    client.post(url)

    assert not User.objects.filter(pk=coordinator.pk).exists()
    assert collaboration.memberships.get().user.email == "bert@example.org"


def test_data_to_take_along_names_every_role(client):
    collaboration = make_collaboration("Samen in Tienen")
    client.force_login(collaboration.memberships.get().user)

    data = client.get(reverse("account_data_file")).json()

    assert data["memberships"] == [
        {
            "collaboration": "Samen in Tienen",
            "role": "coordinator",
            "appointed_on": None,
            "mail_when_done": True,
            "mail_when_due": True,
        }
    ]
    assert "Samen in Tienen" in client.get(reverse("account_data")).content.decode()


@pytest.mark.parametrize("trouble", [SMTPRecipientsRefused({ADDRESS: (550, b"no such box")}), ConnectionRefusedError()])
def test_mail_that_the_server_refuses_holds_up_nobody_and_leaves_no_address_in_the_log(client, moody, caplog, trouble):
    make_account(ADDRESS)
    moody.errors = {ADDRESS: trouble}
    response = post(client, "account_login", login=ADDRESS)

    assert response.status_code == 302
    assert type(trouble).__name__ in caplog.text
    assert ADDRESS not in caplog.text


def test_a_code_waits_for_the_worker_and_for_no_longer_than_it_is_taken(client, queued):
    account = make_account(ADDRESS)
    post(client, "account_login", login=ADDRESS)

    waiting = OutgoingMail.objects.get()
    assert (waiting.to, waiting.user, mail.outbox) == (ADDRESS, account, [])
    lasts = waiting.expires_at - timezone.now()
    assert timedelta(minutes=14) < lasts <= timedelta(minutes=15)


def test_closing_an_account_erases_mail_that_waits_for_it(client, queued):
    account = make_account(ADDRESS)
    post(client, "account_login", login=ADDRESS)
    session = make_round()
    invitees.invite(session, ["bo@example.org"], Letter("Vul in", "Tekst", ADDRESS))

    accounts.close_account(account)

    assert list(OutgoingMail.objects.values_list("to", "reply_to")) == [("bo@example.org", "")]
