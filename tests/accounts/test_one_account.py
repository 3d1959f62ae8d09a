"""One mailbox is one account, one invitation and one mail, however its address was written, wherever it comes in."""

import importlib

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from reflectie.models import Invitation, Invitee, OutgoingMail, RateCount, Role
from reflectie.services.accounts import account_address, close_account, twins
from reflectie.services.collaborations import people
from reflectie.services.mail import Letter, hand_over
from reflectie.services.sessions import invitees
from reflectie.web.throttle import (
    BROWSER_COOKIE,
    count_code_mail,
    known_browser,
    remember_browser,
    try_mails,
    try_password,
)
from tests.helpers.accounts import PASSWORD, mailed_code, post, user_of
from tests.helpers.factories import browser, make_account, make_collaboration, make_round, sign_in_now, text_of

pytestmark = pytest.mark.django_db

KEPT = "an@xn--caf-dma.be"
WAYS = {
    "domain in letters": "an@café.be",
    "domain in other letters": "An@CAFE\u0301.be",
    "domain in ASCII": "an@XN--CAF-DMA.be",
    "invisible signs": "\u202aan@ca\u00adfé.be\u202c",
    "full width": "ａｎ＠café．be",
    "with a name": "An Peeters <an@café.be>",
    "as a link": "mailto:an@café.be",
    "with a full stop": "an@café.be.",
}
IN_LETTERS, HIDDEN = "an@café.be", "an@xn--caf-dma\u200b.be"
LETTER = Letter("Vul jij ook in?", "Hier is de link.\n")


@pytest.fixture(params=WAYS)
def written(request):
    return WAYS[request.param]


def as_stored(account: User, address: str) -> User:
    """An account as it was stored before addresses had one form."""
    User.objects.filter(pk=account.pk).update(email=address)
    EmailAddress.objects.filter(user=account).update(email=address)
    account.refresh_from_db()
    return account


# --- wherever an address comes in


def test_sign_up_keeps_the_one_form(client, written):
    post(client, "account_signup", email=written)
    assert mail.outbox[-1].to == [KEPT]
    post(client, "account_email_verification_sent", code=mailed_code())
    assert user_of(client).email == KEPT
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [KEPT]


def test_sign_up_makes_no_second_account(client, written):
    make_account(KEPT)
    post(client, "account_signup", email=written)
    assert (User.objects.count(), mail.outbox[-1].subject) == (1, "Je hebt al een account")


def test_sign_in_with_a_password(client, written):
    make_account(KEPT, password=PASSWORD)
    post(client, "account_login", login=written, password=PASSWORD)
    assert user_of(client).email == KEPT


@pytest.mark.parametrize(("route", "field"), [("account_login", "login"), ("account_request_login_code", "email")])
def test_sign_in_by_a_code(client, written, route, field):
    make_account(KEPT)
    post(client, route, **{field: written})
    post(client, "account_confirm_login_code", code=mailed_code())
    assert user_of(client).email == KEPT


def test_another_password(client, written):
    make_account(KEPT)
    post(client, "account_reset_password", email=written)
    assert mail.outbox[-1].to == [KEPT]
    page = post(client, "account_confirm_password_reset_code", code=mailed_code())
    assert page["Location"] == reverse("account_complete_password_reset")


def test_another_address(client, written):
    sign_in_now(client, make_account())
    post(client, "account_email", email=written, action_add="1")
    post(client, "account_email_verification_sent", code=mailed_code())
    assert User.objects.get().email == KEPT


def test_another_address_that_is_ones_own_is_told_so(client, written):
    sign_in_now(client, make_account(KEPT))
    page = post(client, "account_email", email=written, action_add="1")
    assert "Dit is al je e-mailadres." in page.content.decode()


def test_invitation_to_a_role(written):
    collaboration = make_collaboration()
    coordinator = browser(collaboration.memberships.get().user)
    for address in (KEPT, written):
        data = {"action": "invite", "email": address, "role": Role.FACILITATOR}
        assert coordinator.post(reverse("members", args=[collaboration.pk]), data).status_code == 303
    assert [message.to for message in mail.outbox] == [[KEPT], [KEPT]]
    assert list(Invitation.objects.values_list("email", flat=True)) == [KEPT]


def test_invitation_of_participants(written):
    session = make_round()
    coordinator = browser(session.collaboration.memberships.get().user)
    many = "\n".join([*WAYS.values(), written])
    coordinator.post(reverse("session-invite", args=[session.pk]), {"addresses": many})
    coordinator.post(reverse("session-invite", args=[session.pk]), {"addresses": written})
    coordinator.post(reverse("session-invite", args=[session.pk]), {"remind": "1"})
    assert [message.to for message in mail.outbox] == [[KEPT], [KEPT]]
    assert list(Invitee.objects.values_list("email", flat=True)) == [KEPT]


def test_createsuperuser(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="eerste", email="An@Café.be", verbosity=0)
    assert User.objects.get().email == KEPT


@pytest.mark.parametrize("kind", ["user", "address"])
def test_administrator_types_an_address(client, written, kind):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    account = make_account("oud@example.org")
    changed, route, fields = {
        "user": (account, "auth_user", {"username": account.username, **JOINED}),
        "address": (account.emailaddress_set.get(), "account_emailaddress", {"user": account.pk, "verified": "on"}),
    }[kind]
    url = reverse(f"admin:{route}_change", args=[changed.pk])
    assert client.post(url, {**fields, "email": written}).status_code == 302
    changed.refresh_from_db()
    assert changed.email == KEPT

    other = make_account("ander@example.org")
    changed = {"user": other, "address": other.emailaddress_set.get()}[kind]
    fields |= {"user": other.pk, "username": other.username}
    page = client.post(reverse(f"admin:{route}_change", args=[changed.pk]), {**fields, "email": written})
    assert "Met dit adres is er al een account." in page.content.decode()


JOINED = {"date_joined_0": "2026-01-01", "date_joined_1": "12:00:00", "is_active": "on"}


# --- what is counted by it


def test_limits_count_one_mailbox(written):
    request = RequestFactory().get("/")
    count_code_mail(request, KEPT)
    try_mails(request, [KEPT])
    try_password(request, KEPT)
    counted = RateCount.objects.count()
    again = RequestFactory().get("/")
    bare = written.removeprefix("An Peeters <").removesuffix(">").removeprefix("mailto:")
    count_code_mail(again, bare)
    try_mails(again, [bare])
    try_password(again, bare)
    assert RateCount.objects.count() == counted


def test_browser_is_known_by_one_mailbox(client):
    request, page = RequestFactory().get("/"), client.get("/")
    remember_browser(request, page, IN_LETTERS)
    request.COOKIES[BROWSER_COOKIE] = page.cookies[BROWSER_COOKIE].value
    assert known_browser(request, KEPT)


# --- where mail goes


class Server:
    """Notes to whom mail went, instead of sending it."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    def sendmail(self, _sender, recipients, _message) -> None:
        self.recipients += recipients


def test_mail_goes_to_the_very_domain_that_was_typed():
    session = make_round()
    invitees.invite(session, ["info@xn--strae-oqa.de", KEPT], LETTER)
    backend = EmailBackend()
    backend.connection = server = Server()
    backend.send_messages(mail.outbox)
    assert server.recipients == ["info@xn--strae-oqa.de", KEPT]


# --- what people read


def test_pages_and_mails_write_a_domain_as_people_know_it(client):
    collaboration = make_collaboration()
    user = as_stored(collaboration.memberships.get().user, KEPT)
    sign_in_now(client, user)
    members = reverse("members", args=[collaboration.pk])
    client.post(members, {"action": "invite", "email": "bo@straße.de", "role": Role.FACILITATOR})
    assert mail.outbox[-1].to == ["bo@xn--strae-oqa.de"]
    assert "an@café.be nodigt je uit" in mail.outbox[-1].body
    session = make_round(collaboration=collaboration)
    Invitee.objects.create(session=session, email="cy@xn--strae-oqa.de", unreached=True)

    assert "bo@straße.de" in text_of(client.get(members))
    assert "cy@straße.de" in text_of(client.get(reverse("session-invite", args=[session.pk])))
    for route in ("account", "account_data", "account_close", "account_email"):
        page = text_of(client.get(reverse(route)))
        assert (route, "an@café.be" in page or "enige coördinator" in page, KEPT in page) == (route, True, False)
    assert "xn--" not in text_of(client.get(members))


def test_closing_an_account_takes_its_address_out_of_mail_that_waits(queued):
    collaboration = make_collaboration()
    user = as_stored(make_account("x@example.org"), KEPT)
    hand_over(Letter("Dag", f"{IN_LETTERS} en {KEPT} nodigen je uit", KEPT), ["bo@example.org"])
    close_account(user)
    waiting = OutgoingMail.objects.get()
    assert (waiting.text, waiting.reply_to) == ("Iemand en Iemand nodigen je uit", "")
    assert collaboration.memberships.exists()


# --- twins of before


def test_twins_go_on_signing_in_each_to_their_own_account():
    made, first = as_stored(make_account("x@example.org"), IN_LETTERS), make_account(KEPT)
    for typed, account in ((IN_LETTERS, made), (KEPT, first), ("an@cafe\u0301.be", first)):
        client = Client()
        post(client, "account_login", login=typed)
        post(client, "account_confirm_login_code", code=mailed_code())
        assert user_of(client) == account


def test_account_address_asks_nothing_where_it_was_typed_as_it_is_kept(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert account_address("An@Example.org ", "an@example.org") == "an@example.org"
        assert account_address("", "") == ""


def test_twins_are_all_listed_and_nobody_else():
    make_account("bo@example.org")
    assert twins() == []
    as_stored(make_account("x@example.org"), IN_LETTERS)
    make_account(KEPT)
    same = make_account("cy@example.org")
    User.objects.filter(pk=make_account("z@example.org").pk).update(email=same.email)
    assert sorted(twins()) == [("an@café.be", KEPT), ("cy@example.org", "cy@example.org")]


def test_administrator_reads_of_twins_and_can_change_all_but_their_address(client):
    sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))
    assert "meer dan één account" not in client.get("/beheer/").content.decode()
    twin = as_stored(make_account("x@example.org"), IN_LETTERS)
    make_account(KEPT)

    page = client.get("/beheer/").content.decode()
    assert f"<bdi>{IN_LETTERS}</bdi> · <bdi>{KEPT}</bdi>" in page

    url = reverse("admin:auth_user_change", args=[twin.pk])
    data = {"username": twin.username, **JOINED, "email": IN_LETTERS, "is_active": ""}
    assert client.post(url, data).status_code == 302
    twin.refresh_from_db()
    assert (twin.email, twin.is_active) == (IN_LETTERS, False)

    # From then on both ways of writing are the other account.
    assert "meer dan één account" not in client.get("/beheer/").content.decode()
    other = Client()
    post(other, "account_login", login=IN_LETTERS)
    post(other, "account_confirm_login_code", code=mailed_code())
    assert user_of(other).email == KEPT


def test_whoever_may_not_look_at_accounts_reads_of_no_twins(client):
    as_stored(make_account("x@example.org"), IN_LETTERS)
    make_account(KEPT)
    sign_in_now(client, make_account("helper@example.org", is_staff=True))
    page = client.get("/beheer/").content.decode()
    assert "Beheer" in page
    assert KEPT not in page


# --- what was stored before


def rewrite() -> None:
    importlib.import_module("reflectie.migrations.0012_normal_addresses").rewrite_addresses(apps, None)


def test_stored_addresses_are_rewritten_once(queued):
    account = as_stored(make_account("x@example.org"), IN_LETTERS)
    plain = make_account("bo@example.org")
    session = make_round()
    Invitee.objects.create(session=session, email=IN_LETTERS)
    people.invite_member(session.collaboration, KEPT, Role.FACILITATOR)
    Invitation.objects.update(email=IN_LETTERS)
    hand_over(Letter("Dag", "Dag", IN_LETTERS), [IN_LETTERS])

    for _ in range(2):
        rewrite()
        account.refresh_from_db()
        assert (account.email, account.emailaddress_set.get().email) == (KEPT, KEPT)
        assert (Invitee.objects.get().email, Invitation.objects.get().email) == (KEPT, KEPT)
        assert OutgoingMail.objects.values_list("to", "reply_to").get() == (KEPT, KEPT)
    plain.refresh_from_db()
    assert plain.email == "bo@example.org"
    assert twins() == []


def test_stored_twins_stay_as_they_are():
    accounts = [as_stored(make_account(f"x{n}@example.org"), email) for n, email in enumerate([IN_LETTERS, KEPT])]
    accounts.append(as_stored(make_account("y@example.org"), HIDDEN))
    before = [(account.email, account.emailaddress_set.get().email) for account in accounts]
    rewrite()
    for account in accounts:
        account.refresh_from_db()
    assert [(account.email, account.emailaddress_set.get().email) for account in accounts] == before
    assert twins() == [tuple(sorted([IN_LETTERS, KEPT, HIDDEN]))]


def test_stored_rows_that_become_the_same_are_one():
    account = as_stored(make_account("x@example.org"), IN_LETTERS)
    EmailAddress.objects.create(user=account, email=KEPT, verified=False, primary=False)
    session = make_round()
    for email, unreached in ((KEPT, True), (HIDDEN, False), (IN_LETTERS, False)):
        Invitee.objects.create(session=session, email=email, unreached=unreached)

    rewrite()

    assert EmailAddress.objects.values_list("email", "verified", "primary").get(user=account) == (KEPT, True, True)
    assert session.invitees.values_list("email", "unreached").get() == (KEPT, False)


def test_stored_invitations_of_one_mailbox_keep_their_links():
    collaboration = make_collaboration()
    token = people.invite_member(collaboration, "x@example.org", Role.FACILITATOR).token
    Invitation.objects.update(email=IN_LETTERS)
    other = people.invite_member(collaboration, KEPT, Role.FACILITATOR).token
    rewrite()
    assert {people.find_invitation(link).email for link in (token, other)} == {IN_LETTERS, KEPT}
