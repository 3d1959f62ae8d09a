"""The link by e-mail: to whom it goes, to whom not, and what is left of the addresses."""

import pytest
from django.core import mail

from reflectie.domain.setup import Mode
from reflectie.forms.sessions.invite import ParticipantInvitationForm
from reflectie.models import Invitee, Membership, RateCount, Role
from reflectie.services.accounts import rename_account
from reflectie.services.mail import Letter
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.sessions import invitees, rounds
from reflectie.services.sessions.invitees import HandedOver, Invitees, TooManyError, invite, load_invitees, remind
from reflectie.web.throttle import Limit
from tests.helpers.factories import at_once, fill_in, make_collaboration, make_round
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

LETTER = Letter("Vul jij ook in?", "Hier is de link.\n", "an@example.org")
AN, BO, CY = "an@example.org", "bo@example.org", "cy@example.org"


def kept(session):
    return set(session.invitees.values_list("email", flat=True))


def page(response):
    return " ".join(markup_of(response).split())


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
    assert addresses_of(typed) == [AN, BO]


def addresses_of(typed):
    form = ParticipantInvitationForm({"addresses": typed})
    return form.cleaned_data.get("addresses") if form.is_valid() else form.errors["addresses"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Vul minstens één e-mailadres in."),
        (" ,; ", "Vul minstens één e-mailadres in."),
        (f"{AN}, bo@, {CY}", "Dit is geen e-mailadres: bo@."),
        (f"{AN} bo @example.org", "Dit is geen e-mailadres: bo @example.org."),
        (f"{AN}\n@bo\nCy", "Dit zijn geen e-mailadressen: @bo, Cy."),
        (
            "\n".join(f"Naam {n}" for n in range(7)),
            "Dit zijn geen e-mailadressen: Naam 0, Naam 1, Naam 2, Naam 3, Naam 4 en nog 2.",
        ),
        (f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'z' * 60}.{'z' * 60}.be", "Dit is geen e-mailadres: "),
    ],
)
def test_addresses_that_are_wrong_are_listed(typed, message):
    found = addresses_of(typed)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_domain_in_letters_stays_in_letters_in_the_field():
    form = ParticipantInvitationForm({"addresses": "Ivo <ivo@exämple.org>\nbo@@example.org"})
    assert not form.is_valid()
    assert form["addresses"].value() == "bo@@example.org\nivo@exämple.org"
    assert ParticipantInvitationForm(addresses=("ivo@xn--exmple-cua.org",))["addresses"].value() == "ivo@exämple.org"


def test_addresses_at_most_three_hundred_in_one_go():
    many = [f"p{number}@example.org" for number in range(301)]
    assert addresses_of("\n".join(many[:300])) == many[:300]
    assert addresses_of("\n".join(many)) == ["Dit zijn 301 adressen. Er kunnen er hoogstens 300 mee."]


# --- sending


def test_invite_mails_each_on_its_own(session):
    assert invite(session, [AN, BO], LETTER) == HandedOver(2)

    assert [(message.to, message.cc, message.bcc) for message in mail.outbox] == [([AN], [], []), ([BO], [], [])]
    assert {(message.subject, message.body, *message.reply_to) for message in mail.outbox} == {
        ("Vul jij ook in?", "Hier is de link.\n", AN)
    }
    assert kept(session) == {AN, BO}


def test_invite_skips_who_has_the_link_already(session):
    invite(session, [AN, BO], LETTER)

    assert invite(session, [BO, CY, BO], LETTER) == HandedOver(1, before=1)
    assert sorted(message.to[0] for message in mail.outbox) == [AN, BO, CY]


def test_invite_leaves_the_mail_to_the_worker_and_keeps_who_gets_it(session, queued):
    invite(session, [AN, BO], LETTER)

    assert mail.outbox == []
    assert load_invitees(session) == Invitees(2, 2, ())
    assert set(session.mails.values_list("to", "subject", "text", "reply_to", "expires_at")) == {
        (address, LETTER.subject, LETTER.text, AN, None) for address in (AN, BO)
    }


def test_invite_that_fails_hands_nothing_over(session, queued, monkeypatch):
    monkeypatch.setattr(invitees, "hand_over", lambda *_args, **_more: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        invite(session, [AN], LETTER)
    assert kept(session) == set()


def test_invite_tries_anew_whom_it_did_not_reach_and_lets_go_of_what_was_corrected(session):
    for address in (AN, BO):
        Invitee.objects.create(session=session, email=address, unreached=True)

    assert invite(session, [AN, CY], LETTER, corrected=[AN, BO]) == HandedOver(2)
    assert load_invitees(session) == Invitees(2, 0, ())
    assert kept(session) == {AN, CY}


def test_invite_leaves_who_was_not_reached_since_the_page_was_shown(session):
    Invitee.objects.create(session=session, email=BO, unreached=True)

    invite(session, [AN], LETTER, corrected=[])

    assert load_invitees(session) == Invitees(1, 0, (BO,))


def test_invite_has_room_for_so_many_and_no_more(session, monkeypatch):
    monkeypatch.setattr(invitees, "MAX_INVITEES", 3)
    invite(session, [AN, BO], LETTER)

    with pytest.raises(TooManyError):
        invite(session, [CY, "di@example.org"], LETTER)
    assert invite(session, [BO, CY], LETTER) == HandedOver(1, before=1)


def test_invite_once_closed_keeps_and_sends_nothing(session):
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    rounds.close_round(session)

    for step in (lambda: invite(session, [AN], LETTER), lambda: remind(session, LETTER)):
        with pytest.raises(rounds.StageError):
            step()
    assert (mail.outbox, Invitee.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_invite_pressed_twice_at_once_sends_once(content, session):
    results = at_once(*[lambda: invite(session, [AN, BO], LETTER)] * 2)

    assert {(result.count, result.before) for result in results} == {(2, 0), (0, 2)}
    assert sorted(message.to[0] for message in mail.outbox) == [AN, BO]


# --- reminding


def test_remind_goes_to_everybody_once(session):
    invite(session, [AN, BO], LETTER)
    mail.outbox.clear()

    assert remind(session, Letter("Herinnering", "Al gedaan?")) == HandedOver(2)
    with pytest.raises(rounds.StageError):
        remind(session, LETTER)
    assert sorted(message.to for message in mail.outbox) == [[AN], [BO]]


def test_remind_leaves_out_whom_the_link_did_not_reach(session):
    Invitee.objects.create(session=session, email=AN)
    Invitee.objects.create(session=session, email=BO, unreached=True)

    assert remind(session, LETTER) == HandedOver(1)
    assert [message.to for message in mail.outbox] == [[AN]]


def test_remind_with_nobody_invited_does_nothing(session):
    assert remind(session, LETTER) == HandedOver(0)
    session.refresh_from_db()
    assert not session.reminded


# --- the page


def test_page_says_what_was_handed_over(signed_in, session, url):
    response = signed_in.post(url, {"addresses": f"{BO}; {CY}"}, follow=True)

    assert response.redirect_chain == [(url, 303)]
    assert "We versturen nu 2 mails." in page(response)
    assert BO not in page(response)
    message = mail.outbox[0]
    assert message.subject == "Hoe zie jij Samen in Tienen? Vijf minuten, vijftien vragen"
    assert f"http://testserver/meedoen/{session.join_token}/" in message.body
    assert "We wissen het zodra de ronde sluit" in message.body
    assert [line for line in message.body.splitlines() if "{" in line or "&#" in line] == []


def test_mails_are_signed_with_the_name_of_who_invites_and_say_what_they_wrote(signed_in, session, url):
    rename_account(session.collaboration.memberships.get().user, "Jo van Loon")
    assert "Onder de mail staat je naam: Jo van Loon." in page_of(signed_in.get(url)).words
    signed_in.post(url, {"addresses": BO, "message": "Fijn dat je meedenkt.\r\n\r\nTot dinsdag om 14.30 uur!"})
    signed_in.post(url, {"remind": "1"})

    invited, reminded = (message.body.splitlines() for message in mail.outbox)
    assert [lines[-2:] for lines in (invited, reminded)] == [["Groet,", "Jo van Loon"]] * 2
    place = invited.index("Jo van Loon schrijft erbij:")
    assert invited[place + 1 : place + 3] == ["“Fijn dat je meedenkt. Tot dinsdag om 14.30 uur!”", ""]
    assert "Fijn dat je meedenkt" not in mail.outbox[1].body


def test_mails_of_who_has_no_name_are_not_signed_and_the_page_says_how_they_would(signed_in, session, url):
    shown = page_of(signed_in.get(url))
    assert "Onder de mail staat geen naam, want we kennen je naam niet." in shown.words
    assert shown.link("Vul je naam in").address == "/account/naam/"
    signed_in.post(url, {"addresses": BO, "message": "Tot dinsdag!"})

    body = mail.outbox[0].body
    assert "Wie je uitnodigt, schrijft erbij:\n“Tot dinsdag!”\n" in body
    assert "Groet," not in body
    assert body.endswith("We wissen het zodra de ronde sluit.\n")


@pytest.mark.parametrize(
    "leads",
    [
        "zie https://kwaad.example/x",
        "mail bo@kwaad.example",
        "ga naar WWW.kwaad",
        "kijk op kwaad.be eens",
        "ftp://kwaad",
    ],
)
def test_message_that_leads_elsewhere_is_refused_and_nothing_is_lost(signed_in, url, leads):
    response = signed_in.post(url, {"addresses": f"{BO}; {CY}", "message": leads})

    shown = page_of(response)
    assert response.status_code == 422
    assert "Hier kan geen link of adres staan:" in shown.words
    assert shown.field("Wil je er zelf iets bij schrijven? (hoeft niet)").value == leads
    assert shown.field("E-mailadressen").value == f"{BO}; {CY}"
    assert (mail.outbox, Invitee.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "fine", ["Het is a.d.h.v. de checklist, d.w.z. kort.", "Om 14.30 u. in lokaal 2.04. Tot dan…", "Hé!Leuk"]
)
def test_message_with_points_in_it_is_none_that_leads_elsewhere(signed_in, url, fine):
    assert signed_in.post(url, {"addresses": BO, "message": fine}).status_code == 303
    assert f"“{fine}”" in mail.outbox[0].body


def test_message_is_tidied_short_and_no_header(signed_in, url):
    signed_in.post(url, {"addresses": BO, "message": "Hoi\r\nBcc: cy\u202e\u2028Subject: x\x00"})
    message = mail.outbox[0]
    assert "“Hoi Bcc: cy Subject: x”" in message.body
    assert {"Bcc", "Cc"}.isdisjoint(dict(message.message().items()))
    assert (message.to, message.bcc, message.cc) == ([BO], [], [])
    long = signed_in.post(url, {"addresses": CY, "message": "a" * 301})
    assert (long.status_code, len(mail.outbox)) == (422, 1)
    assert "Te lang: 301 tekens, en er passen er 300." in page(long)


def test_page_with_wrong_addresses_loses_nothing(signed_in, url):
    response = signed_in.post(url, {"addresses": f"{BO}; cy(at)example.org", "message": "Tot dan!"})
    assert page_of(response).field("Wil je er zelf iets bij schrijven? (hoeft niet)").value == "Tot dan!"

    assert response.status_code == 422
    assert "Dit is geen e-mailadres: cy(at)example.org." in page(response)
    assert "Het staat bovenaan in het veld: verbeter het of haal het weg. 1 ander adres is goed" in page(response)
    assert page_of(response).field("E-mailadressen").value == f"cy(at)example.org\n{BO}"
    assert (mail.outbox, Invitee.objects.count()) == ([], 0)


def test_page_says_how_many_are_still_to_leave(signed_in, url, queued):
    response = signed_in.post(url, {"addresses": f"{BO} {CY}"}, follow=True)

    assert "2 mails zijn nog onderweg." in page(response)
    assert mail.outbox == []


def test_page_shows_whom_the_mail_did_not_reach_ready_to_be_corrected(signed_in, session, url):
    for address in (AN, BO):
        Invitee.objects.create(session=session, email=address, unreached=True)
    shown = page_of(signed_in.get(url))

    assert "2 adressen kregen de mail niet" in shown.words
    assert shown.field("E-mailadressen").value == f"{AN}\n{BO}"
    assert sorted(shown.sent()["unreached"]) == [AN, AN, BO, BO]

    after = signed_in.post(url, {"addresses": f"{AN} {CY}", "unreached": [AN, BO]}, follow=True)

    assert "We versturen nu 2 mails." in page(after)
    assert "kregen de mail niet" not in page(after)
    assert kept(session) == {AN, CY}


def test_the_session_s_page_leads_to_whom_the_mail_did_not_reach(signed_in, session, url):
    Invitee.objects.create(session=session, email=AN)
    Invitee.objects.create(session=session, email=BO, unreached=True)

    shown = page_of(signed_in.get(f"/sessies/{session.pk}/"))

    assert "We stuurden de link naar 1 adres." in shown.words
    assert shown.link("1 adres kreeg de mail niet: kijk het na.").address == url


def test_pages_say_of_nobody_that_the_link_came_while_its_mail_waits(signed_in, session, url, queued):
    after = page(signed_in.post(url, {"addresses": AN}, follow=True))
    shown = page(signed_in.get(f"/sessies/{session.pk}/"))

    for text in (after, shown):
        assert "1 mail is nog onderweg." in text
        assert "kreeg de link" not in text
        assert "stuurden de link" not in text
    assert "Verstuur één herinnering" not in after


def test_page_lets_go_of_whom_the_mail_did_not_reach(signed_in, session, url):
    Invitee.objects.create(session=session, email=AN)
    Invitee.objects.create(session=session, email=BO, unreached=True)

    after = signed_in.post(url, {"forget": "1", "unreached": [AN, BO]}, follow=True)

    assert "Die adressen zijn weg." in page(after)
    # Who has the link stays, whatever is asked.
    assert kept(session) == {AN}
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    rounds.close_round(session)
    assert signed_in.post(url, {"forget": "1", "unreached": [AN]}).status_code == 409


def test_page_reminds_once(signed_in, session, url):
    signed_in.post(url, {"addresses": BO})
    mail.outbox.clear()
    first = signed_in.post(url, {"remind": "1"}, follow=True)
    again = signed_in.post(url, {"remind": "1"})

    assert "Je vroeg al om een herinnering." in page(first)
    assert again.status_code == 409
    assert [message.to for message in mail.outbox] == [[BO]]
    assert "Al gedaan? Dan hoef je niets te doen." in mail.outbox[0].body


def test_page_writes_a_name_as_it_is_called(client):
    session = make_round(Mode.NAMED, collaboration=make_collaboration("R&D <zorg>\n'plus'"))
    client.force_login(session.collaboration.memberships.get().user)
    client.post(f"/sessies/{session.pk}/uitnodigen/", {"addresses": BO})

    assert mail.outbox[0].subject == "Hoe zie jij R&D <zorg> 'plus'? Vijf minuten, vijftien vragen"
    assert "Je antwoordt op naam." in mail.outbox[0].body


def test_page_takes_a_fixed_number_of_queries(signed_in, session, url, queued, django_assert_num_queries):
    addresses = "\n".join(f"p{number}@example.org" for number in range(40))

    # Sign-in (2), the session, those known, what was mailed of late (6, for as many limits, and 2 around them),
    # savepoint, lock, those not reached, those known, those kept; savepoint, the mails, the task, savepoint, whether a
    # worker runs; who did it; savepoint.
    load_checklist(session.checklist)
    with django_assert_num_queries(24):
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
    monkeypatch.setattr("reflectie.web.throttle.MAILS", (Limit(3, 24 * 3600),))
    other = make_round(collaboration=session.collaboration)

    assert signed_in.post(url, {"addresses": f"{AN} {BO}"}).status_code == 303
    refused = signed_in.post(f"/sessies/{other.pk}/uitnodigen/", {"addresses": f"{AN} {CY}"})
    reminder = signed_in.post(url, {"remind": "1"})

    for response in (refused, reminder):
        assert response.status_code == 429
        assert "Je verstuurde net heel veel mails. Probeer het over 24 uur opnieuw." in page(response)
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
    # Beside the field, which keeps what was typed.
    assert refused.context["form"].errors["addresses"] == [
        f"{AN} kreeg net al mail van jou. Probeer het over een minuut opnieuw. Of haal dit adres weg."
    ]
    assert "<title>Fout:" in page(refused)
    assert BO in page(refused)
    assert len(mail.outbox) == 3
    assert signed_in.post(url, {"addresses": BO}).status_code == 303


def test_pressing_again_for_who_has_the_link_counts_nothing(signed_in, url):
    for _ in range(5):
        assert signed_in.post(url, {"addresses": AN}).status_code == 303

    assert len(mail.outbox) == 1


def test_accounts_behind_one_address_mail_so_many_together(client, monkeypatch):
    monkeypatch.setattr("reflectie.web.throttle.MAILS_OF_ADDRESS", (Limit(3, 24 * 3600),))
    statuses = []
    for number in range(2):
        session = make_round()
        client.force_login(session.collaboration.memberships.get().user)
        addresses = f"{number}a@example.org {number}b@example.org"
        statuses.append(client.post(f"/sessies/{session.pk}/uitnodigen/", {"addresses": addresses}).status_code)

    assert statuses == [303, 429]


def test_mails_that_were_not_handed_over_count_for_nothing(signed_in, session, url, monkeypatch):
    monkeypatch.setattr("reflectie.services.sessions.invitees.MAX_INVITEES", 2)
    signed_in.post(url, {"addresses": CY})
    counted = set(RateCount.objects.values_list("key", "number"))

    assert [signed_in.post(url, {"addresses": f"{AN} {BO}"}).status_code for _ in range(4)] == [422] * 4

    assert set(RateCount.objects.values_list("key", "number")) == counted
    assert signed_in.post(url, {"addresses": BO}).status_code == 303
