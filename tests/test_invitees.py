"""The link by e-mail: to whom it goes, to whom not, and what is left of the addresses."""

import smtplib

import pytest
from conftest import at_once, fill_in, make_collaboration, make_round
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from reflectie import store
from reflectie.domain.setup import Mode
from reflectie.forms.invite import InviteForm, split_addresses
from reflectie.models import Invitee, Membership, Role
from reflectie.store import Letter, Sent, invitees
from reflectie.throttle import Limit

pytestmark = pytest.mark.django_db

LETTER = Letter("Vul jij ook in?", "Hier is de link.\n", "an@example.org")
AN, BO, CY = "an@example.org", "bo@example.org", "cy@example.org"


class Moody(EmailBackend):
    """A mail server that refuses an address, or hangs up at one."""

    opened = 0

    def open(self):
        type(self).opened += 1

    def send_messages(self, messages):
        for message in messages:
            if message.to[0].startswith("weigert"):
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})
            if message.to[0].startswith("hangt"):
                raise smtplib.SMTPServerDisconnected("gone")
        return super().send_messages(messages)


@pytest.fixture
def moody(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Moody"


def kept(session):
    return set(session.invitees.values_list("email", flat=True))


def page(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def session():
    return make_round()


@pytest.fixture
def url(session):
    return f"/sessies/{session.pk}/uitnodigen/"


@pytest.fixture
def signed_in(client, session):
    client.force_login(session.collaboration.memberships.get().user)
    return client


# --- addresses as they are pasted


@pytest.mark.parametrize(
    "typed",
    [
        f"{AN}\n{BO}",
        f"{AN}, {BO}",
        f"{AN};{BO};",
        f"{AN} {BO}",
        f"{AN}\t{BO}\r\n",
        f"An Peeters <{AN}>; Bo <{BO}>",
        f'"Peeters, An" <{AN}>, "Bo" <{BO}>',
        f"An <{AN}> Bo <{BO}>",
        f"mailto:{AN} ({BO})",
        f"AN@Example.org, {BO}, an@example.org, <{AN}>.",
    ],
)
def test_addresses_are_found_in_whatever_was_pasted(typed):
    assert split_addresses(typed) == [AN, BO]


def addresses_of(typed):
    form = InviteForm({"addresses": typed})
    return form.cleaned_data.get("addresses") if form.is_valid() else form.errors["addresses"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Vul minstens één e-mailadres in."),
        (" ,; ", "Vul minstens één e-mailadres in."),
        (f"{AN}, bo@, {CY}", "Dit is geen e-mailadres: bo@."),
        (f"{AN} bo @example.org", "Dit zijn geen e-mailadressen: bo, @example.org."),
        (f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'z' * 60}.{'z' * 60}.be", "Dit is geen e-mailadres: "),
    ],
)
def test_addresses_that_are_wrong_are_listed(typed, message):
    found = addresses_of(typed)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_addresses_at_most_three_hundred_in_one_go():
    many = [f"p{number}@example.org" for number in range(301)]
    assert addresses_of("\n".join(many[:300])) == many[:300]
    assert addresses_of("\n".join(many)) == ["Dit zijn 301 adressen. Er kunnen er hoogstens 300 mee."]


# --- sending


def test_invite_mails_each_on_its_own(session):
    assert store.invite(session, [AN, BO], LETTER) == Sent(2)

    assert [(message.to, message.cc, message.bcc) for message in mail.outbox] == [([AN], [], []), ([BO], [], [])]
    assert {(message.subject, message.body, *message.reply_to) for message in mail.outbox} == {
        ("Vul jij ook in?", "Hier is de link.\n", AN)
    }
    assert kept(session) == {AN, BO}


def test_invite_skips_who_has_the_link_already(session):
    store.invite(session, [AN, BO], LETTER)

    assert store.invite(session, [BO, CY, BO], LETTER) == Sent(1, before=1)
    assert [message.to[0] for message in mail.outbox] == [AN, BO, CY]


def test_invite_uses_one_connection_and_leaves_out_an_address_that_is_refused(session, moody):
    sent = store.invite(session, [AN, "weigert@example.org", CY], LETTER)

    assert sent == Sent(2, failed=("weigert@example.org",))
    assert [message.to[0] for message in mail.outbox] == [AN, CY]
    assert kept(session) == {AN, CY}


def test_invite_stops_where_the_server_hangs_up_and_gives_the_rest_back(session, moody, caplog):
    sent = store.invite(session, [AN, "hangt@example.org", CY], LETTER)

    assert sent == Sent(1, failed=("hangt@example.org", CY))
    assert kept(session) == {AN}
    assert [record.getMessage() for record in caplog.records if "@" in record.getMessage()] == []
    assert "The mail server took 1 of 3" in caplog.text


def test_invite_that_takes_too_long_gives_the_rest_back(session, monkeypatch):
    times = iter([0.0, 1.0, 30.0])
    monkeypatch.setattr(invitees.time, "monotonic", lambda: next(times))

    assert store.invite(session, [AN, BO, CY], LETTER) == Sent(1, failed=(BO, CY))
    assert kept(session) == {AN}


def test_invite_has_room_for_so_many_and_no_more(session, monkeypatch):
    monkeypatch.setattr(invitees, "MAX_INVITEES", 3)
    store.invite(session, [AN, BO], LETTER)

    with pytest.raises(store.TooManyError):
        store.invite(session, [CY, "di@example.org"], LETTER)
    assert store.invite(session, [BO, CY], LETTER) == Sent(1, before=1)


def test_invite_once_closed_keeps_and_sends_nothing(session):
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    store.close_round(session)

    for step in (lambda: store.invite(session, [AN], LETTER), lambda: store.remind(session, LETTER)):
        with pytest.raises(store.StageError):
            step()
    assert (mail.outbox, Invitee.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_invite_pressed_twice_at_once_sends_once(content, session):
    results = at_once(*[lambda: store.invite(session, [AN, BO], LETTER)] * 2)

    assert {(result.count, result.before) for result in results} == {(2, 0), (0, 2)}
    assert sorted(message.to[0] for message in mail.outbox) == [AN, BO]


# --- reminding


def test_remind_goes_to_everybody_once(session):
    store.invite(session, [AN, BO], LETTER)
    mail.outbox.clear()

    assert store.remind(session, Letter("Herinnering", "Al gedaan?")) == Sent(2)
    with pytest.raises(store.StageError):
        store.remind(session, LETTER)
    assert [message.to for message in mail.outbox] == [[AN], [BO]]


def test_remind_that_reaches_nobody_can_be_tried_again(session, moody):
    Invitee.objects.create(session=session, email="hangt@example.org")

    assert store.remind(session, LETTER) == Sent(0, failed=("hangt@example.org",))
    session.refresh_from_db()
    assert (session.reminded, kept(session)) == (False, {"hangt@example.org"})


def test_remind_that_misses_one_gives_the_address_back(session, moody):
    for address in (AN, "weigert@example.org"):
        Invitee.objects.create(session=session, email=address)

    assert store.remind(session, LETTER) == Sent(1, failed=("weigert@example.org",))
    assert kept(session) == {AN}


def test_remind_with_nobody_invited_does_nothing(session):
    assert store.remind(session, LETTER) == Sent(0)
    session.refresh_from_db()
    assert not session.reminded


# --- the page


def test_page_sends_and_says_how_many(signed_in, session, url):
    response = signed_in.post(url, {"addresses": f"{BO}; {CY}"}, follow=True)

    assert response.redirect_chain == [(url, 303)]
    assert "Er gingen 2 mails de deur uit." in page(response)
    assert BO not in page(response)
    message = mail.outbox[0]
    assert message.subject == "Vul jij ook in? Zelfreflectie van Samen in Tienen"
    assert f"http://testserver/meedoen/{session.join_token}/" in message.body
    assert "we wissen het zodra de ronde sluit" in message.body
    assert [line for line in message.body.splitlines() if "{" in line or "&#" in line] == []


def test_page_with_wrong_addresses_loses_nothing(signed_in, url):
    response = signed_in.post(url, {"addresses": f"{BO}; cy(at)example.org"})

    assert response.status_code == 422
    assert "Dit is geen e-mailadres: cy(at)example.org." in page(response)
    assert f"{BO}; cy(at)example.org</textarea>" in page(response)
    assert (mail.outbox, Invitee.objects.count()) == ([], 0)


def test_page_after_a_failure_says_so_and_keeps_who_got_nothing(signed_in, url, moody):
    response = signed_in.post(url, {"addresses": f"{BO} weigert@example.org"})

    assert response.status_code == 422
    assert "1 mail ging de deur uit" in page(response)
    assert "weigert@example.org</textarea>" in page(response)


def test_page_reminds_once(signed_in, session, url):
    signed_in.post(url, {"addresses": BO})
    mail.outbox.clear()
    first = signed_in.post(url, {"remind": "1"}, follow=True)
    again = signed_in.post(url, {"remind": "1"})

    assert "De herinnering is verstuurd." in page(first)
    assert again.status_code == 409
    assert [message.to for message in mail.outbox] == [[BO]]
    assert "Al gedaan? Dan hoef je niets te doen." in mail.outbox[0].body


def test_page_writes_a_name_as_it_is_called(client):
    session = make_round(Mode.NAMED, collaboration=make_collaboration("R&D <zorg>\n'plus'"))
    client.force_login(session.collaboration.memberships.get().user)
    client.post(f"/sessies/{session.pk}/uitnodigen/", {"addresses": BO})

    assert mail.outbox[0].subject == "Vul jij ook in? Zelfreflectie van R&D <zorg> 'plus'"
    assert "Je antwoordt op naam." in mail.outbox[0].body


def test_page_takes_a_fixed_number_of_queries(signed_in, url, django_assert_num_queries):
    addresses = "\n".join(f"p{number}@example.org" for number in range(40))

    # Sign-in (2), the session, those known, what was mailed of late (6, for as many limits, and 2 around them),
    # savepoint, lock, those known, those kept, savepoint.
    with django_assert_num_queries(17):
        signed_in.post(url, {"addresses": addresses})


def test_page_is_the_coordinators_alone(client, session, url):
    membership = session.collaboration.memberships.get()
    Membership.objects.filter(pk=membership.pk).update(role=Role.FACILITATOR)
    client.force_login(membership.user)

    assert (client.get(url).status_code, client.post(url, {"addresses": BO}).status_code) == (404, 404)
    assert mail.outbox == []


def test_page_of_a_sheet_filled_in_together_is_absent(client):
    session = make_round(Mode.TOGETHER)
    client.force_login(session.collaboration.memberships.get().user)

    assert client.get(f"/sessies/{session.pk}/uitnodigen/").status_code == 404


# --- no list is worked through


def test_an_account_mails_so_many_a_day_whichever_session(signed_in, session, url, monkeypatch):
    monkeypatch.setattr("reflectie.throttle.MAILS", (Limit(3, 24 * 3600),))
    other = make_round(collaboration=session.collaboration)

    assert signed_in.post(url, {"addresses": f"{AN} {BO}"}).status_code == 303
    refused = signed_in.post(f"/sessies/{other.pk}/uitnodigen/", {"addresses": f"{AN} {CY}"})
    reminder = signed_in.post(url, {"remind": "1"})

    for response in (refused, reminder):
        assert response.status_code == 429
        assert "Morgen kan het weer" in page(response)
    assert CY in page(refused)
    assert len(mail.outbox) == 2
    assert kept(other) == set()
    session.refresh_from_db()
    assert not session.reminded
    assert signed_in.post(f"/sessies/{other.pk}/uitnodigen/", {"addresses": CY}).status_code == 303


def test_one_person_is_not_mailed_again_and_again_by_one_account(signed_in, session, url):
    others = [make_round(collaboration=session.collaboration) for _ in range(3)]
    for other in others:
        assert signed_in.post(f"/sessies/{other.pk}/uitnodigen/", {"addresses": AN}).status_code == 303

    refused = signed_in.post(url, {"addresses": f"{AN} {BO}"})

    assert refused.status_code == 429
    assert f"{AN} kreeg net al mail van jou." in page(refused)
    assert BO in page(refused)
    assert len(mail.outbox) == 3
    assert signed_in.post(url, {"addresses": BO}).status_code == 303


def test_pressing_again_for_who_has_the_link_counts_nothing(signed_in, url):
    for _ in range(5):
        assert signed_in.post(url, {"addresses": AN}).status_code == 303

    assert len(mail.outbox) == 1


def test_accounts_behind_one_address_mail_so_many_together(client, monkeypatch):
    monkeypatch.setattr("reflectie.throttle.MAILS_OF_ADDRESS", (Limit(3, 24 * 3600),))
    statuses = []
    for number in range(2):
        session = make_round()
        client.force_login(session.collaboration.memberships.get().user)
        addresses = f"{number}a@example.org {number}b@example.org"
        statuses.append(client.post(f"/sessies/{session.pk}/uitnodigen/", {"addresses": addresses}).status_code)

    assert statuses == [303, 429]
