"""A browser that was left open isn't enough to take an account over: what changes how one signs in asks again."""

import re
import time
from urllib.parse import quote

import pytest
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as BrowserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from reflectie.web import throttle
from reflectie.web.throttle import Limit
from tests.helpers.accounts import ADDRESS, PASSWORD, app_code, mailed_code, post, sign_in_by_code, with_second_step
from tests.helpers.factories import make_account, make_reflection, sign_in_now
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

NEW_ADDRESS = "dief@example.org"
CODE_PAGE = reverse("account_reauthenticate_code")
# Every page that changes how one signs in, or takes the account away.
GUARDED = [
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "account_close",
]


@pytest.fixture
def account(content) -> User:
    return make_account(ADDRESS)


@pytest.fixture
def left_open(account) -> Client:
    """A browser in which somebody signed in long ago."""
    client = Client()
    client.force_login(account)
    return client


def later(monkeypatch, seconds: float) -> None:
    now = time.time() + seconds
    monkeypatch.setattr("time.time", lambda: now)


def show_code(client: Client, url: str):
    """Ask for the code, and type it in; where that leads."""
    assert client.post(url, {"action": "send"})["Location"] == url
    return client.post(url, {"code": mailed_code()})


def shows_itself(client: Client, page: str) -> bool:
    return client.get(page).status_code == 200


# What asks


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_browser_left_open_is_asked_for_a_code(left_open, route, method):
    asked = getattr(left_open, method)(reverse(route))

    assert asked.status_code == 302
    assert asked["Location"].startswith(f"{CODE_PAGE}?next=")
    assert User.objects.count() == 1
    assert mail.outbox == []


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize(("password", "second"), [(True, False), (False, True), (True, True)])
def test_browser_left_open_is_asked_for_the_password_or_the_second_step(account, route, password, second):
    if password:
        account.set_password(PASSWORD)
        account.save()
    if second:
        with_second_step(sign_in_now(Client(), account))
    client = Client()
    client.force_login(account)

    asked = client.get(reverse(route))["Location"]

    expected = reverse("account_reauthenticate" if password else "mfa_reauthenticate")
    assert asked.startswith(f"{expected}?next=")
    # There a code by mail is no way round.
    assert client.get(CODE_PAGE)["Location"] == expected


def test_every_way_to_change_how_one_signs_in_is_guarded():
    """A new page of the account is put on one of these lists by whoever makes it."""
    from samenwerking.account_urls import urlpatterns

    # Nothing to lose there, or it asks by itself: a password, or a code from the mailbox.
    free = {
        "account",
        "account_name",
        "account_data",
        "account_data_file",
        "account_logout",
        "account_inactive",
        "account_login",
        "account_request_login_code",
        "account_confirm_login_code",
        "account_signup",
        "account_email_verification_sent",
        "account_change_password",
        "account_reset_password",
        "account_confirm_password_reset_code",
        "account_complete_password_reset",
        "account_password_reset_completed",
        "account_reauthenticate",
        "account_reauthenticate_code",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_index",
    }
    assert {pattern.name for pattern in urlpatterns} == free | set(GUARDED)
    assert not free & set(GUARDED)


@pytest.mark.parametrize(
    "path",
    [
        "auth/user/{user}/change/",
        "auth/user/{user}/password/",
        "account/emailaddress/{address}/change/",
        "account/emailaddress/{address}/delete/",
        "account/emailaddress/add/",
        "mfa/authenticator/{step}/delete/",
    ],
)
def test_administrators_browser_left_open_changes_nobodys_way_in(path, account):
    step = Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    path = "/beheer/" + path.format(user=account.pk, address=EmailAddress.objects.get().pk, step=step.pk)
    chief = User.objects.create_superuser("beheer", "beheer@example.org")
    client = Client()
    client.force_login(chief)

    for asked in (client.get(path), client.post(path, {"post": "yes"})):
        assert asked["Location"].startswith(f"{CODE_PAGE}?next=/beheer/".replace("/beheer/", "%2Fbeheer%2F"))
    assert Authenticator.objects.count() == EmailAddress.objects.count() == 1
    sign_in_now(client, chief)
    assert client.get(path).status_code == 200


def test_administrators_list_of_second_steps_is_read_and_not_emptied_by_who_finds_it_open(account):
    step = Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    client = Client()
    client.force_login(User.objects.create_superuser("beheer", "beheer@example.org"))

    assert client.get("/beheer/mfa/authenticator/").status_code == 200
    chosen = {"action": "delete_selected", "_selected_action": step.pk, "post": "yes"}
    assert client.post("/beheer/mfa/authenticator/", chosen).status_code == 302

    assert Authenticator.objects.count() == 1


def test_administrator_changes_their_own_password_where_guesses_are_counted(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org", PASSWORD))

    assert client.get("/beheer/password_change/")["Location"] == reverse("account_change_password")


# What doesn't ask


def test_whoever_signed_in_a_moment_ago_is_not_asked_again(client, account, monkeypatch):
    sign_in_by_code(client)
    assert all(shows_itself(client, reverse(route)) for route in ("account_email", "account_close"))

    later(monkeypatch, 9 * 60)
    assert shows_itself(client, reverse("account_email"))
    later(monkeypatch, 2 * 60)
    assert client.get(reverse("account_email"))["Location"].startswith(CODE_PAGE)


def test_whoever_signed_up_a_moment_ago_is_not_asked_again(client):
    post(client, "account_signup", email=ADDRESS)
    post(client, "account_email_verification_sent", code=mailed_code())

    assert shows_itself(client, reverse("account_set_password"))


def test_whoever_signed_in_with_both_steps_is_not_asked_again(account):
    secret = with_second_step(sign_in_now(Client(), account))
    client = Client()
    sign_in_by_code(client)
    assert client.get(reverse("account_email"))["Location"].startswith(reverse("account_login"))
    Authenticator.objects.filter(type="totp").update(last_used_at=None)
    from django.core.cache import cache

    cache.clear()
    post(client, "mfa_authenticate", code=app_code(secret))

    assert shows_itself(client, reverse("account_email"))


# The code


def test_code_opens_the_page_for_ten_minutes(left_open, monkeypatch):
    url = left_open.get(reverse("account_set_password"))["Location"]
    assert f"sturen we eerst een code naar {ADDRESS}" in page_of(left_open.get(url)).words
    assert mail.outbox == []

    done = show_code(left_open, url)

    assert (done.status_code, done["Location"]) == (302, reverse("account_set_password"))
    assert [message.to for message in mail.outbox] == [[ADDRESS]]
    assert "Ben jij het niet?" in mail.outbox[0].body
    assert shows_itself(left_open, reverse("account_set_password"))
    assert shows_itself(left_open, reverse("account_close"))
    later(monkeypatch, 10 * 60)
    assert left_open.get(reverse("account_set_password")).status_code == 302


def test_what_was_typed_is_kept_and_done_once_the_code_came(left_open, account):
    typed = {"email": "an.nieuw@example.org", "action_add": ""}
    asked = left_open.post(reverse("account_email"), typed)

    done = show_code(left_open, asked["Location"])

    assert done["Location"] == reverse("account_email_verification_sent")
    assert mail.outbox[-1].to == ["an.nieuw@example.org"]
    account.refresh_from_db()
    assert account.email == ADDRESS


def test_what_was_typed_before_an_update_is_done_after_it(left_open, account):
    """Until 0.8: 0.6 wrote another name of what goes on beside it."""
    asked = left_open.post(reverse("account_email"), {"email": "an.nieuw@example.org", "action_add": ""})
    session = left_open.session
    session[STATE_SESSION_KEY] = session[STATE_SESSION_KEY] | {"callback": "reflectie.views.reauthentication.go_on"}
    session.save()

    assert show_code(left_open, asked["Location"])["Location"] == reverse("account_email_verification_sent")


def test_new_password_is_not_kept_readable_among_the_sign_ins(left_open, account):
    asked = left_open.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    kept = [row.get_decoded() for row in BrowserSession.objects.all()]

    done = show_code(left_open, asked["Location"])

    assert "vier" not in str(kept)
    assert done["Location"] == reverse("account_set_password")
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_what_is_kept_meanwhile_is_what_was_typed_alone(left_open):
    """Neither where it came from, nor a cookie that leads to what somebody filled in without an account."""
    reflection = make_reflection({"goal-shared": "helping"})
    left_open.get(reflection.fill_url)
    assert left_open.cookies["reflectie"].value.startswith(reflection.token)
    left_open.post(
        reverse("account_email"),
        {"email": NEW_ADDRESS, "action_add": ""},
        REMOTE_ADDR="192.0.2.77",
        HTTP_USER_AGENT="Gek",
    )

    [kept] = [str(row.get_decoded()) for row in BrowserSession.objects.all()]
    assert "dief" in kept
    assert not [told for told in (reflection.token, "192.0.2.77", "Gek", "sessionid") if told in kept]


def test_what_was_typed_is_not_done_by_who_went_elsewhere(left_open, account):
    left_open.post(reverse("account_close"))

    done = show_code(left_open, f"{CODE_PAGE}?next={quote(reverse('account'), safe='')}")

    assert done["Location"] == reverse("account")
    assert User.objects.filter(pk=account.pk).exists()


@pytest.mark.parametrize(
    ("route", "typed"), [("account_email", {"email": NEW_ADDRESS, "action_add": ""}), ("account_close", {})]
)
def test_what_somebody_typed_at_a_browser_left_open_is_not_done_by_its_owner_later(left_open, account, route, typed):
    left_open.post(reverse(route), typed)

    asked = left_open.get(reverse(route))
    show_code(left_open, asked["Location"])

    assert User.objects.filter(pk=account.pk).exists()
    assert [to for message in mail.outbox for to in message.to] == [ADDRESS]


def test_wrong_code_says_so_and_the_third_asks_for_a_new_one(left_open):
    url = left_open.get(reverse("account_close"))["Location"]
    left_open.post(url, {"action": "send"})
    right = mailed_code()
    for _ in range(2):
        page = left_open.post(url, {"code": "BBBB-BBBB"})
        assert page.status_code == 422
        assert "Deze code klopt niet." in page.content.decode()

    last = left_open.post(url, {"code": "BBBB-BBBB"}, follow=True)

    assert "Het ging te vaak mis. Vraag een nieuwe code." in last.content.decode()
    assert "Deze code geldt niet meer." in left_open.post(url, {"code": right}, follow=True).content.decode()
    assert not shows_itself(left_open, reverse("account_close"))
    assert show_code(left_open, url)["Location"] == reverse("account_close")


def test_code_counts_for_a_quarter_of_an_hour(left_open, monkeypatch):
    url = left_open.get(reverse("account_close"))["Location"]
    left_open.post(url, {"action": "send"})
    later(monkeypatch, 15 * 60 + 1)

    page = left_open.post(url, {"code": mailed_code()}, follow=True)

    assert "Deze code geldt niet meer. Vraag een nieuwe." in page.content.decode()
    assert not shows_itself(left_open, reverse("account_close"))


def test_code_can_be_sent_anew_twice_and_only_the_last_one_works(left_open):
    url = left_open.get(reverse("account_close"))["Location"]
    left_open.post(url, {"action": "send"})
    first = mailed_code()
    for _ in range(2):
        assert "Stuur een nieuwe code" in left_open.get(url).content.decode()
        again = left_open.post(url, {"action": "resend"}, follow=True)
        assert "We sturen je een nieuwe code. De vorige geldt niet meer." in again.content.decode()
    assert "Stuur een nieuwe code" not in left_open.get(url).content.decode()
    left_open.post(url, {"action": "resend"})
    assert len(mail.outbox) == 3

    assert left_open.post(url, {"code": first}).status_code == 422
    assert left_open.post(url, {"code": mailed_code()}).status_code == 302


def test_code_that_was_sent_anew_counts_for_a_quarter_of_an_hour_too(left_open, monkeypatch):
    url = f"{CODE_PAGE}?next={quote(reverse('account_email'))}"
    left_open.post(url, {"action": "send"})
    later(monkeypatch, 14 * 60)
    left_open.post(url, {"action": "resend"})
    later(monkeypatch, 14 * 60)

    assert left_open.post(url, {"code": mailed_code()})["Location"] == reverse("account_email")


def test_code_is_not_mailed_without_end(left_open, monkeypatch):
    monkeypatch.setattr(throttle, "MAILS_TO_ONE", (Limit(1, 60),))
    url = left_open.get(reverse("account_close"))["Location"]
    left_open.post(url, {"action": "send"})

    page = left_open.post(url, {"action": "resend"}, follow=True)

    assert "Dat ging te snel." in page.content.decode()
    assert len(mail.outbox) == 1
    assert left_open.post(url, {"code": mailed_code()}).status_code == 302


def test_code_of_the_address_before_opens_nothing(left_open, account):
    url = left_open.get(reverse("account_close"))["Location"]
    left_open.post(url, {"action": "send"})
    account.email = "an.nieuw@example.org"
    account.save()

    page = left_open.post(url, {"code": mailed_code()}, follow=True)

    assert "Deze code geldt niet meer." in page.content.decode()
    assert "an.nieuw@example.org" in page.content.decode()


def test_code_of_another_account_opens_nothing(left_open, account):
    url = left_open.get(reverse("account_close"))["Location"]
    left_open.post(url, {"action": "send"})
    stolen = mailed_code()
    thief = Client()
    thief.force_login(make_account("bo@example.org"))
    thief.post(url, {"action": "send"})

    assert thief.post(url, {"code": stolen}).status_code == 422


def test_taking_an_account_over_from_a_browser_left_open_fails(left_open, account):
    """The way it was found: another address, confirmed there, and the account is somebody else's."""
    left_open.post(reverse("account_email"), {"email": NEW_ADDRESS, "action_add": ""})
    found = re.findall(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[-1].body) if mail.outbox else ["BBBB-BBBB"]
    post(left_open, "account_email_verification_sent", code=found[0])
    left_open.post(reverse("account_close"))

    account.refresh_from_db()
    assert account.email == ADDRESS
    assert [row.email for row in EmailAddress.objects.all()] == [ADDRESS]
