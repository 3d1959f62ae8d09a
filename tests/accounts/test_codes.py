"""Codes that come by mail: out of their pages there is always a way, and what they and their mails say is so."""

import re
import time

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from reflectie.models import Invitation, Membership, Role
from reflectie.services.collaborations import people
from tests.helpers.accounts import ADDRESS, PASSWORD, mailed_code, post, user_of, with_second_step
from tests.helpers.factories import make_account, make_collaboration, make_round, sign_in_now, text_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

ENTRANCES = ["account_login", "account_signup", "account_request_login_code"]
QUARTER = 15 * 60
TOO_OLD = "Deze code geldt niet meer. Vraag een nieuwe."
TOO_OFTEN = "Het ging te vaak mis. Vraag een nieuwe code."


@pytest.fixture
def clock(monkeypatch):
    """Lets time pass, for all that asks what time it is."""
    real, passed = time.time, [0]
    monkeypatch.setattr(time, "time", lambda: real() + passed[0])

    def move(minutes: float) -> None:
        passed[0] += int(minutes * 60)

    return move


def sign_up(client: Client, address: str = ADDRESS) -> str:
    return post(client, "account_signup", email=address)["Location"]


def sign_in(client: Client, address: str = ADDRESS) -> str:
    return post(client, "account_login", login=address)["Location"]


def ask_code(client: Client, address: str = ADDRESS) -> str:
    return post(client, "account_request_login_code", email=address)["Location"]


def forget(client: Client, address: str = ADDRESS) -> str:
    return post(client, "account_reset_password", email=address)["Location"]


def change(client: Client, address: str = "an.nieuw@example.org") -> str:
    return client.post(reverse("account_email"), {"email": address, "action_add": ""})["Location"]


# How one comes to wait for a code, and where another is asked for.
WAYS = [
    pytest.param(sign_up, "account_signup", id="signing up"),
    pytest.param(sign_in, "account_login", id="signing in"),
    pytest.param(ask_code, "account_login", id="asking a code"),
    pytest.param(forget, "account_reset_password", id="forgotten password"),
    pytest.param(change, "account_email", id="another address"),
]


def waiting(client: Client, way) -> str:
    """The page on which a browser waits for a code."""
    if way is not sign_up:
        account = make_account(ADDRESS)
    if way is change:
        sign_in_now(client, account)
    return way(client)


# Out


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("way", [sign_up, sign_in, ask_code])
def test_whoever_waits_for_a_code_finds_every_entrance_and_the_way_back(client, way, entrance):
    code_url = waiting(client, way)

    page = client.get(reverse(entrance))

    assert page.status_code == 200
    assert list(page.context["form"].fields)
    assert "Kreeg je een code?" in page_of(page).words
    assert code_url in page_of(page).main.addresses()
    assert client.get(code_url).status_code == 200


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_an_entrance_says_nothing_of_codes_to_who_waits_for_none(client, entrance):
    page = client.get(reverse(entrance))

    assert list(page.context["form"].fields)
    assert "Kreeg je een code?" not in text_of(page)


@pytest.mark.parametrize("address", [ADDRESS, "bo@example.org"], ids=["has an account", "has none"])
def test_whoever_mistyped_signs_up_with_the_right_address_at_once(client, address):
    make_account(ADDRESS)
    sign_up(client, "vergist@example.org")

    sign_up(client, address)

    assert mail.outbox[-1].to == [address]
    assert address in text_of(client.get(reverse("account_email_verification_sent")))


def test_whoever_waits_for_a_second_step_finds_the_entrance_too(client):
    account = make_account(ADDRESS, password=PASSWORD)
    with_second_step(sign_in_now(Client(), account))
    post(client, "account_login", login=ADDRESS, password=PASSWORD)
    assert client.get(reverse("mfa_authenticate")).status_code == 200

    page = client.get(reverse("account_login"))
    again = client.post(reverse("account_logout"), {"next": reverse("account_login")})

    assert (page.status_code, list(page.context["form"].fields)) == (200, ["login", "password"])
    assert "Kreeg je een code?" not in text_of(page)
    assert again["Location"] == reverse("account_login")
    assert client.get(reverse("mfa_authenticate")).status_code == 302


def test_signing_out_is_there_for_who_is_signed_out_already(client):
    response = client.post(reverse("account_logout"), {"next": reverse("account_signup")})

    assert (response.status_code, response["Location"]) == (302, reverse("account_signup"))


@pytest.mark.parametrize(("way", "begin"), WAYS)
def test_another_address_leads_to_where_it_began(client, way, begin):
    code_url = waiting(client, way)

    page = page_of(client.get(code_url))

    assert page.link("Neem een ander adres").address == reverse(begin)
    assert client.get(reverse(begin)).status_code == 200


# A code that is too old, wrong or not there


@pytest.mark.parametrize(("way", "begin"), WAYS)
def test_a_code_that_is_too_old_is_told_where_another_is_asked_for(client, clock, way, begin):
    code_url = waiting(client, way)
    code = mailed_code()
    clock(15.1)

    response = client.post(code_url, {"code": code})

    assert (response.status_code, response["Location"]) == (302, reverse(begin))
    # Changing an address asks first who one is, after so long.
    assert TOO_OLD in text_of(client.get(response["Location"], follow=True))


@pytest.mark.parametrize(("way", "begin"), WAYS)
def test_the_third_wrong_code_leads_to_where_another_is_asked_for(client, way, begin):
    code_url = waiting(client, way)
    assert [client.post(code_url, {"code": "BBBB-BBBB"}).status_code for _ in range(2)] == [422, 422]

    last = client.post(code_url, {"code": "BBBB-BBBB"})

    assert (last.status_code, last["Location"]) == (302, reverse(begin))
    page = text_of(client.get(last["Location"]))
    assert TOO_OFTEN in page
    assert "Wacht een" not in page


@pytest.mark.parametrize(("way", "begin"), WAYS)
def test_pressing_without_a_code_is_no_try(client, way, begin):
    code_url = waiting(client, way)

    assert [client.post(code_url, {"code": ""}).status_code for _ in range(5)] == [422] * 5
    assert client.post(code_url, {"code": mailed_code()}).status_code == 302


@pytest.mark.parametrize(
    ("route", "begin"),
    [
        ("account_confirm_login_code", "account_login"),
        ("account_email_verification_sent", "account_signup"),
        ("account_confirm_password_reset_code", "account_reset_password"),
        ("account_complete_password_reset", "account_reset_password"),
    ],
)
def test_the_page_of_no_code_leads_to_where_one_is_asked_for(client, route, begin):
    response = client.get(reverse(route), follow=True)

    assert response.redirect_chain[-1][0] == reverse(begin)
    assert TOO_OLD in text_of(response)


def test_a_new_password_that_took_too_long_is_told_so(client, clock):
    make_account(ADDRESS)
    forget(client)
    post(client, "account_confirm_password_reset_code", code=mailed_code())
    clock(15.1)

    late = client.post(
        reverse("account_complete_password_reset"), {"password1": PASSWORD, "password2": PASSWORD}, follow=True
    )

    assert late.redirect_chain[-1][0] == reverse("account_reset_password")
    assert TOO_OLD in text_of(late)


def test_a_second_tab_finds_that_the_first_signed_in(client):
    sign_up(client)
    code_url, code = reverse("account_email_verification_sent"), mailed_code()
    client.post(code_url, {"code": code})

    response = client.post(code_url, {"code": code})

    assert (response.status_code, response["Location"]) == (302, reverse("collaborations"))


# Sent anew


@pytest.mark.parametrize("way", [sign_up, sign_in, ask_code, change])
def test_a_code_that_is_sent_anew_is_taken_for_as_long_as_its_mail_says(client, clock, way):
    code_url = waiting(client, way)
    clock(14)
    assert client.post(code_url, {"action": "resend"}).status_code == 303
    assert "Een code van daarvoor geldt niet meer." in text_of(client.get(code_url))
    assert "Deze code geldt een kwartier." in mail.outbox[-1].body
    clock(14)

    taken = client.post(code_url, {"code": mailed_code()})

    assert taken.status_code == 302
    address = "an.nieuw@example.org" if way is change else ADDRESS
    assert user_of(client).email == address


@pytest.mark.parametrize("way", [sign_up, sign_in, ask_code])
def test_a_code_that_is_sent_anew_is_taken_for_no_longer(client, clock, way):
    code_url = waiting(client, way)
    clock(14)
    client.post(code_url, {"action": "resend"})
    clock(15.1)

    client.post(code_url, {"code": mailed_code()})

    assert user_of(client) is None


def test_a_mail_that_cannot_be_sent_anew_now_says_when_it_can(client):
    code_url = sign_up(client)
    for _ in range(2):
        client.post(code_url, {"action": "resend"})
    other = Client()
    other_url = sign_up(other, "bo@example.org")
    for _ in range(2):
        ask_code(Client(), "bo@example.org")

    refused = other.post(other_url, {"action": "resend"}, follow=True)

    assert "Dat ging te snel. Probeer het over een minuut opnieuw." in text_of(refused)
    assert refused.redirect_chain[-1][0] == other_url
    assert [message.to for message in mail.outbox].count(["bo@example.org"]) == 3


# An address with an account


@pytest.mark.parametrize("resends", [0, 1])
def test_signing_up_with_an_address_that_has_an_account_says_what_is_so_of_both(client, resends):
    make_account(ADDRESS)
    pages = []
    for browser, address in ((client, ADDRESS), (Client(), "bo@example.org")):
        url = sign_up(browser, address)
        for _ in range(resends):
            browser.post(url, {"action": "resend"})
        pages.append(text_of(browser.get(url)).replace(address, ""))

    assert pages[0] == pages[1]
    assert "Staat er een code in? Vul die hier in." in pages[0]
    assert "Heb je met dit adres al een account? Dan lees je in de mail hoe je je aanmeldt." in pages[0]
    subjects = ["Je hebt al een account", "Je code om je account te maken"]
    assert [message.subject for message in mail.outbox] == [one for one in subjects for _ in range(resends + 1)]


def test_signing_in_with_an_address_without_an_account_sends_its_mail_anew_too(client):
    url = sign_in(client, "bo@example.org")
    client.post(url, {"action": "resend"})

    assert [message.subject for message in mail.outbox] == ["Er is geen account met dit adres"] * 2


@pytest.mark.parametrize("begun", ["nothing", "a sign-in", "signing out"])
def test_no_page_tells_later_whether_an_address_that_signed_up_has_an_account(client, begun):
    make_account(ADDRESS)
    found = []
    for browser, address in ((client, ADDRESS), (Client(), "bo@example.org")):
        url = sign_up(browser, address)
        if begun == "a sign-in":
            sign_in(browser, "cas@example.org")
        elif begun == "signing out":
            browser.post(reverse("account_logout"))
        page = browser.get(url)
        found.append((page.status_code, page.get("Location"), text_of(page).replace(address, "")))

    assert found[0] == found[1]
    assert found[0][0] == (200 if begun == "nothing" else 302)


def test_the_mail_leads_to_a_page_that_works_in_the_browser_that_signed_up(client):
    make_account(ADDRESS)
    sign_up(client)
    link = re.search(r"http://testserver(\S+aanmelden/)$", mail.outbox[-1].body, re.MULTILINE)[1]
    assert "login" in client.get(link).context["form"].fields

    client.post(sign_in(client), {"code": mailed_code()})

    assert user_of(client).email == ADDRESS


def test_whoever_never_gave_the_first_code_gets_another_on_signing_up_again(client, clock):
    sign_up(client)
    clock(20)
    again = Client()
    url = sign_up(again)

    assert [message.subject for message in mail.outbox] == ["Je code om je account te maken"] * 2
    again.post(url, {"code": mailed_code()})
    assert user_of(again).email == ADDRESS
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "state", [{"last_login": "2026-11-01T12:00Z"}, {"is_active": False}], ids=["was there", "is closed"]
)
def test_only_an_account_that_nobody_ever_used_is_begun_again(client, state):
    sign_up(client)
    User.objects.update(**state)

    sign_up(Client())

    assert mail.outbox[-1].subject == "Je hebt al een account"


def test_an_address_of_another_account_is_told_to_who_reads_its_mail_and_to_nobody_else(client):
    make_account("bo@example.org")
    sign_in_now(client, make_account(ADDRESS))

    url = change(client, "bo@example.org")
    page = text_of(client.get(url))
    after = client.post(url, {"code": mailed_code()}, follow=True)

    assert "Daar staat een code in. Die vul je hier in." in page
    assert "ander account" not in page
    assert "Met dit e-mailadres is er al een ander account. Neem een ander adres." in text_of(after)
    assert user_of(client).email == ADDRESS


# The invitation stays in hand


@pytest.fixture
def link(content) -> str:
    token = people.invite_member(make_collaboration(), ADDRESS, Role.FACILITATOR).token
    return reverse("invitation", args=[token])


@pytest.mark.parametrize("registration", ["open", "invited"])
@pytest.mark.parametrize("has_account", [True, False])
def test_signing_in_by_the_wrong_way_still_leads_to_the_invitation(client, settings, link, registration, has_account):
    settings.REGISTRATION = registration
    if has_account:
        make_account(ADDRESS)
    # Each begins as the other should.
    client.post(link, {} if has_account else {"has-account": "1"})
    (sign_up if has_account else sign_in)(client)
    (sign_in if has_account else sign_up)(client)
    code_url = reverse("account_confirm_login_code" if has_account else "account_email_verification_sent")

    response = client.post(code_url, {"code": mailed_code()})

    assert response["Location"] == link
    client.post(link)
    assert Membership.objects.filter(user__email=ADDRESS).count() == 1
    # It doesn't come back once it is accepted.
    assert client.get(reverse("account_login"))["Location"] == reverse("collaborations")


def test_an_invitation_that_was_withdrawn_leads_nowhere(client, link):
    make_account(ADDRESS)
    client.post(link, {"has-account": "1"})
    Invitation.objects.all().delete()

    assert client.post(sign_in(client), {"code": mailed_code()})["Location"] == reverse("collaborations")


@pytest.mark.parametrize("has_account", [True, False])
def test_signing_up_keeps_where_one_was_going(client, link, has_account):
    if has_account:
        make_account(ADDRESS)
    asked = f"{reverse('account_signup')}?next={link}"
    code_url = client.post(asked, {"email": ADDRESS, "next": link})["Location"]

    began = page_of(client.get(code_url)).link("Neem een ander adres").address
    wrong = [client.post(code_url, {"code": "BBBB-BBBB"}) for _ in range(3)][-1]

    assert began.startswith(f"{reverse('account_signup')}?next=")
    assert wrong["Location"] == began
    assert f'name="next" value="{link}"' in client.get(began).content.decode()


def test_where_registration_is_closed_the_mail_says_how_an_invited_person_gets_in(client, settings, link):
    settings.REGISTRATION = "invited"
    client.post(link, {"has-account": "1"})
    sign_in(client)

    assert "Open dan de link in die mail en kies ‘Maak een account’." in mail.outbox[-1].body
    assert "Maak een account" in text_of(client.get(link))


# The real wait


def test_whoever_was_wrong_too_often_reads_when_the_place_is_free(client, clock):
    make_account(ADDRESS, password=PASSWORD)
    for _ in range(10):
        post(client, "account_login", login=ADDRESS, password="fout")
    clock(3.5)

    page = post(client, "account_login", login=ADDRESS, password=PASSWORD)

    assert page.status_code == 429
    assert "Het ging te vaak mis. Probeer het over 7 minuten opnieuw." in text_of(page)
    assert 380 <= int(page["Retry-After"]) <= 390
    clock(6.6)
    assert post(client, "account_login", login=ADDRESS, password=PASSWORD).status_code == 302


def test_whoever_was_wrong_all_day_reads_so(client, clock):
    make_account(ADDRESS, password=PASSWORD)
    for _ in range(5):
        for _ in range(10):
            post(client, "account_login", login=ADDRESS, password="fout")
        clock(10.1)

    page = post(client, "account_login", login=ADDRESS, password=PASSWORD)

    assert "Het ging te vaak mis. Probeer het over 24 uur opnieuw." in text_of(page)


def test_the_second_step_says_when_to_come_back(client, clock):
    account = make_account(ADDRESS, password=PASSWORD)
    with_second_step(sign_in_now(Client(), account))
    post(client, "account_login", login=ADDRESS, password=PASSWORD)
    for _ in range(10):
        post(client, "mfa_authenticate", code="000000")
    clock(4.5)

    assert "Probeer het over 6 minuten opnieuw." in text_of(post(client, "mfa_authenticate", code="000000"))


def test_a_place_behind_which_many_codes_were_wrong_reads_when_to_come_back(client, clock):
    session = make_round()
    url = reverse("join-continue", args=[session.join_token])
    for _ in range(30):
        client.post(url, {"code": "AAAA-AAAA-AAAA"})
    clock(8)

    page = client.post(url, {"code": "AAAA-AAAA-AAAA"})

    assert page.status_code == 429
    assert "Probeer het over 2 minuten opnieuw." in text_of(page)
    assert 110 <= int(page["Retry-After"]) <= 120
