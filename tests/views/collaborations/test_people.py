"""Who may do what in a collaboration: its people's page, and an invitation's own."""

import logging
import re
from smtplib import SMTPRecipientsRefused

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.http import urlencode

from reflectie.accounts.adapters import INVITATION
from reflectie.models import Collaboration, Invitation, Membership, Role
from reflectie.services import tokens
from reflectie.services.accounts import rename_account
from reflectie.services.collaborations import people
from reflectie.web.throttle import Limit
from tests.helpers.factories import add_member, make_account, rows, text_of
from tests.helpers.factories import collaboration_url as url
from tests.helpers.markup import markup_of

pytestmark = pytest.mark.django_db

ADDRESS = "bo@example.org"


def test_the_coordinator_sees_who_has_which_role(coordinator, collaboration, guide):
    people.invite_member(collaboration, ADDRESS, Role.FACILITATOR)

    found = rows(coordinator.get(url("members", collaboration)))

    assert found[0].startswith("an@example.org (jij) coördinator Je bent de enige coördinator.")
    assert found[1].startswith("fien@example.org begeleider Maak coördinator fien@example.org Haal weg")
    assert found[2].startswith(f"{ADDRESS} als begeleider, uitgenodigd op")
    assert len(found) == 3


def test_a_facilitator_sees_people_but_neither_invitations_nor_a_form(facilitator, collaboration):
    people.invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    page = facilitator.get(url("members", collaboration))

    assert rows(page) == ["an@example.org coördinator", "fien@example.org (jij) begeleider Verlaat de samenwerking"]
    assert ADDRESS not in markup_of(page)
    assert 'name="email"' not in markup_of(page)


def test_a_name_stands_in_place_of_the_address_except_for_who_invites(coordinator, facilitator, collaboration, guide):
    User.objects.filter(pk=guide.user_id).update(first_name="Fien")
    add_member(collaboration, "gert@example.org", Role.FACILITATOR)
    User.objects.filter(email="gert@example.org").update(first_name="Gert")

    assert rows(coordinator.get(url("members", collaboration)))[1].startswith("Fien begeleider · fien@example.org")
    assert rows(facilitator.get(url("members", collaboration)))[2] == "Gert begeleider"


@pytest.mark.parametrize("action", ["coordinator", "remove"])
def test_no_browser_translates_a_name_that_is_asked_about(coordinator, collaboration, guide, action):
    User.objects.filter(pk=guide.user_id).update(first_name="Roos")
    asked = coordinator.get(url("members", collaboration), {"doe": action, "wie": guide.pk})
    assert '<h1 class="own-words"><bdi translate="no">Roos</bdi> ' in markup_of(asked)


def test_an_invitation_is_mailed_with_its_link_and_only_its_hash_is_kept(
    coordinator, collaboration, mailoutbox, caplog
):
    with caplog.at_level(logging.DEBUG):
        response = coordinator.post(
            url("members", collaboration), {"action": "invite", "email": "Bo@Example.org", "role": "facilitator"}
        )

    assert (response.status_code, response["Location"]) == (303, url("members", collaboration))
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([ADDRESS], "Uitnodiging: werk mee in Samen in Tienen")
    assert "an@example.org nodigt je uit in de samenwerking ‘Samen in Tienen’, als begeleider." in mail.body
    [token] = re.findall(r"http://testserver/uitnodiging/([\w-]{22})/", mail.body)
    assert Invitation.objects.get().token_hash == tokens.hash_token(token)
    assert "example.org" not in caplog.text.lower()


def test_a_mail_says_a_name_as_it_is(coordinator, collaboration, mailoutbox):
    Collaboration.objects.update(name="Zorg & 'Welzijn' <Tienen>")
    coordinator.post(url("members", collaboration), {"action": "invite", "email": ADDRESS, "role": "coordinator"})

    [mail] = mailoutbox
    assert mail.subject == "Uitnodiging: werk mee in Zorg & 'Welzijn' <Tienen>"
    assert "‘Zorg & 'Welzijn' <Tienen>’, als coördinator." in mail.body
    assert mail.body.endswith("\n\nGroet,\nan@example.org\n")


def test_an_invitation_is_signed_with_the_name_of_who_invites(coordinator, collaboration, an, mailoutbox):
    rename_account(an, "An Peeters")
    coordinator.post(url("members", collaboration), {"action": "invite", "email": ADDRESS, "role": "facilitator"})

    [mail] = mailoutbox
    assert "An Peeters nodigt je uit in de samenwerking" in mail.body
    assert mail.body.endswith("\n\nGroet,\nAn Peeters\n")
    assert an.email not in mail.body


def test_an_invitation_waits_for_the_worker_and_says_so(coordinator, collaboration, mailoutbox, queued):
    fields = {"action": "invite", "email": ADDRESS, "role": "facilitator"}
    response = coordinator.post(url("members", collaboration), fields, follow=True)

    assert "We versturen nu de uitnodiging." in text_of(response)
    [found] = [row for row in rows(response) if row.startswith(ADDRESS)]
    assert found.startswith(f"{ADDRESS} als begeleider, uitgenodigd op")
    assert "· de mail is nog onderweg" in found
    assert mailoutbox == []
    assert Invitation.objects.get().mails.get().to == ADDRESS


def test_an_invitation_that_the_mail_server_refuses_shows_at_the_invitation_and_in_no_log(
    coordinator, collaboration, moody, caplog
):
    moody.errors = {ADDRESS: SMTPRecipientsRefused({ADDRESS: (550, b"no")})}
    fields = {"action": "invite", "email": ADDRESS, "role": "facilitator"}
    with caplog.at_level(logging.DEBUG):
        refused = coordinator.post(url("members", collaboration), fields, follow=True)
    [found] = [row for row in rows(refused) if row.startswith(ADDRESS)]
    moody.errors = {}
    again = coordinator.post(url("members", collaboration), fields, follow=True)

    assert "Dit adres kreeg de mail niet." in found
    assert "Dit adres kreeg de mail niet." not in text_of(again)
    assert "a mail was given up after 1 tries: SMTPRecipientsRefused" in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": "", "role": "facilitator"}, "Vul het e-mailadres in van wie je uitnodigt."),
        ({"email": "bo@", "role": "facilitator"}, "Dit is geen e-mailadres."),
        ({"email": f"{'b' * 260}@example.org", "role": "facilitator"}, "Dit e-mailadres is te lang."),
        ({"email": ADDRESS}, "Kies een rol."),
        ({"email": ADDRESS, "role": "admin"}, "Kies een rol."),
    ],
)
def test_an_invitation_that_is_not_whole_comes_back(coordinator, collaboration, mailoutbox, fields, message):
    response = coordinator.post(url("members", collaboration), {"action": "invite", **fields})

    assert response.status_code == 422
    assert message in text_of(response)
    assert f'value="{fields["email"]}"' in markup_of(response)
    assert (Invitation.objects.count(), len(mailoutbox)) == (0, 0)


def test_an_invitation_is_withdrawn(coordinator, collaboration):
    invited = people.invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    withdraw = {"action": "withdraw", "invitation": Invitation.objects.get().pk}

    assert coordinator.post(url("members", collaboration), withdraw).status_code == 303
    assert people.find_invitation(invited.token) is None
    assert coordinator.post(url("members", collaboration), withdraw | {"invitation": "x"}).status_code == 404


@pytest.mark.parametrize("action", ["invite", "withdraw", "coordinator", "facilitator", "remove", "", "erase"])
def test_a_facilitator_changes_nothing_for_others(facilitator, collaboration, guide, mailoutbox, action):
    people.invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    before = list(Membership.objects.order_by("pk").values())
    fields = {"email": "cas@example.org", "role": "coordinator", "invitation": Invitation.objects.get().pk}
    for member in Membership.objects.all() if action != "remove" else Membership.objects.exclude(pk=guide.pk):
        response = facilitator.post(url("members", collaboration), {"action": action, "member": member.pk, **fields})
        assert response.status_code == 404
        asked = facilitator.get(url("members", collaboration), {"doe": action, "wie": member.pk})
        assert asked.status_code == 404

    assert list(Membership.objects.order_by("pk").values()) == before
    assert (Invitation.objects.count(), len(mailoutbox)) == (1, 0)


def test_handing_over_is_confirmed_and_then_done(coordinator, collaboration, guide, an):
    address, own = url("members", collaboration), Membership.objects.get(user=an)

    asked = coordinator.get(address, {"doe": "coordinator", "wie": guide.pk})
    assert "fien@example.org coördinator maken?" in text_of(asked)
    assert Membership.objects.get(pk=guide.pk).role == "facilitator"
    assert coordinator.post(address, {"action": "coordinator", "member": guide.pk}).status_code == 303
    assert Membership.objects.get(pk=guide.pk).role == "coordinator"

    assert "Zelf begeleider worden?" in text_of(coordinator.get(address, {"doe": "facilitator", "wie": own.pk}))
    assert coordinator.post(address, {"action": "facilitator", "member": own.pk}).status_code == 303
    assert Membership.objects.get(user=an).role == "facilitator"


def test_leaving_leads_to_the_list(facilitator, collaboration, guide):
    asked = facilitator.get(url("members", collaboration), {"doe": "remove", "wie": guide.pk})
    assert "De samenwerking verlaten?" in text_of(asked)

    left = facilitator.post(url("members", collaboration), {"action": "remove", "member": guide.pk}, follow=True)

    assert left.redirect_chain == [("/samenwerkingen/", 303)]
    assert "Je hebt de samenwerking verlaten." in text_of(left)
    assert facilitator.get(url("collaboration", collaboration)).status_code == 404


@pytest.mark.parametrize("action", ["remove", "facilitator"])
def test_the_last_coordinator_is_told_why_not(coordinator, collaboration, guide, an, action):
    own = Membership.objects.get(user=an)
    response = coordinator.post(url("members", collaboration), {"action": action, "member": own.pk})

    assert response.status_code == 409
    assert "Dit kan niet: dan is er geen coördinator meer." in text_of(response)
    assert Membership.objects.get(user=an).role == "coordinator"


@pytest.mark.parametrize("who", ["", "x", "²", "0", "9" * 30])
def test_a_member_that_is_not_there_is_not_found(coordinator, collaboration, who):
    address = url("members", collaboration)

    assert coordinator.get(address, {"doe": "remove", "wie": who}).status_code == 404
    assert coordinator.post(address, {"action": "remove", "member": who}).status_code == 404


def test_a_member_of_another_collaboration_is_out_of_reach(coordinator, collaboration, other):
    elsewhere = Membership.objects.get(collaboration__name="Elders")
    address = url("members", collaboration)

    assert coordinator.get(address, {"doe": "remove", "wie": elsewhere.pk}).status_code == 404
    assert coordinator.post(address, {"action": "remove", "member": elsewhere.pk}).status_code == 404
    assert Membership.objects.filter(pk=elsewhere.pk).exists()


@pytest.mark.parametrize("number", [1, 30])
def test_people_take_five_queries_however_many(coordinator, collaboration, django_assert_num_queries, number):
    for place in range(number):
        add_member(collaboration, f"lid{place}@example.org", Role.FACILITATOR)
        people.invite_member(collaboration, f"nieuw{place}@example.org", Role.FACILITATOR)

    # The browser's session, its user, the role with the collaboration, who has one, who was asked.
    with django_assert_num_queries(5):
        coordinator.get(url("members", collaboration))


# --- an invitation's own page


@pytest.fixture
def link(collaboration) -> str:
    return reverse("invitation", args=[people.invite_member(collaboration, ADDRESS, Role.FACILITATOR).token])


def test_an_invitation_says_who_invites_into_what(client, link):
    page = client.get(link)

    assert page.status_code == 200
    assert "an@example.org nodigt je uit in de samenwerking Samen in Tienen , als begeleider." in text_of(page)
    assert 'name="has-account"' in markup_of(page)
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"


def test_looking_at_an_invitation_leaves_nothing_in_the_browsers_session(client, link):
    assert client.get(link).status_code == 200
    assert INVITATION not in client.session


def test_registering_by_an_invitation_opens_registration_and_leads_back(client, settings, link):
    settings.REGISTRATION = "invited"
    closed = text_of(client.get(reverse("account_signup")))

    response = client.post(link)

    assert (response.status_code, response["Location"]) == (
        303,
        f"{reverse('account_signup')}?{urlencode({'next': link})}",
    )
    assert client.session[INVITATION] == link.split("/")[2]
    opened = client.get(response["Location"])
    assert 'name="email"' in markup_of(opened)
    assert f'value="{link}"' in markup_of(opened)
    assert text_of(opened) != closed
    assert Membership.objects.count() == 1


def test_who_has_an_account_keeps_the_invitation_on_the_way(client, link):
    response = client.post(link, {"has-account": "1"})

    assert response["Location"] == f"{reverse('account_login')}?{urlencode({'next': link})}"
    assert client.session[INVITATION] == link.split("/")[2]


def test_one_button_accepts_and_uses_the_link_up(other, collaboration, link):
    assert "Je bent aangemeld als omar@example.org." in text_of(other.get(link))
    assert Membership.objects.filter(collaboration=collaboration).count() == 1

    response = other.post(link)

    assert (response.status_code, response["Location"]) == (303, url("collaboration", collaboration))
    assert Membership.objects.get(collaboration=collaboration, user__email="omar@example.org").role == "facilitator"
    again = other.post(link)
    assert again.status_code == 404
    assert "Deze uitnodiging is er niet" in text_of(again)
    assert "Aanvaardde je de uitnodiging net zelf?" in text_of(again)


@pytest.mark.parametrize("token", ["A" * 22, "x" * 64])
def test_a_wrong_link_says_so_in_plain_words(client, other, token):
    address = reverse("invitation", args=[token])

    for response in (client.get(address), client.post(address), other.get(address), other.post(address)):
        assert response.status_code == 404
        assert "Misschien is ze al gebruikt of ingetrokken, of ouder dan 30 dagen." in text_of(response)


def test_nobody_is_mailed_without_end(coordinator, collaboration, mailoutbox, monkeypatch):
    monkeypatch.setattr("reflectie.web.throttle.MAILINGS", (Limit(3, 24 * 3600),))
    fields = {"action": "invite", "role": "facilitator"}

    pages = [coordinator.post(url("members", collaboration), {**fields, "email": f"{n}.{ADDRESS}"}) for n in range(4)]

    assert [page.status_code for page in pages] == [303, 303, 303, 429]
    assert "Je verstuurde net heel veel mails. Probeer het over 24 uur opnieuw." in markup_of(pages[3])
    assert f"3.{ADDRESS}" in markup_of(pages[3])
    assert len(mailoutbox) == 3


def test_one_person_is_not_invited_again_and_again(coordinator, collaboration, mailoutbox):
    fields = {"action": "invite", "email": ADDRESS, "role": "facilitator"}

    pages = [coordinator.post(url("members", collaboration), fields) for _ in range(4)]

    assert [page.status_code for page in pages] == [303, 303, 303, 429]
    assert "Dit adres kreeg net al mail van jou. Probeer het over een minuut opnieuw." in markup_of(pages[3])
    assert ADDRESS in markup_of(pages[3])
    assert len(mailoutbox) == 3


# --- opened by somebody who has a role already


@pytest.mark.parametrize("role", ["coordinator", "facilitator"])
def test_who_has_the_role_already_is_told_so_and_the_invited_person_still_gets_in(
    client, coordinator, facilitator, collaboration, guide, role
):
    link = reverse("invitation", args=[people.invite_member(collaboration, ADDRESS, role).token])
    member = coordinator if role == "coordinator" else facilitator
    label = {"coordinator": "coördinator", "facilitator": "begeleider"}[role]

    opened = member.get(link)
    pressed = member.post(link, follow=True)

    for page in (opened, pressed):
        assert page.status_code == 200
        assert f"Je bent al {label} in de samenwerking Samen in Tienen ." in text_of(page)
        assert "De uitnodiging is niet gebruikt. Ze blijft gelden voor wie ze kreeg." in text_of(page)
        assert "Ja, ik werk mee" not in text_of(page)
        assert ADDRESS not in markup_of(page)
    assert any(row.startswith(ADDRESS) for row in rows(coordinator.get(url("members", collaboration))))
    client.force_login(make_account(ADDRESS))
    assert client.post(link)["Location"] == url("collaboration", collaboration)
    assert Membership.objects.get(user__email=ADDRESS).role == role


def test_who_opened_it_with_the_wrong_account_signs_out_and_has_it_back(facilitator, collaboration, guide):
    link = reverse("invitation", args=[people.invite_member(collaboration, ADDRESS, Role.FACILITATOR).token])
    page = markup_of(facilitator.get(link))
    assert f'name="next" value="{link}"' in page

    back = facilitator.post(reverse("account_logout"), {"next": link}, follow=True)

    assert back.redirect_chain[-1][0] == link
    assert "Maak een account" in text_of(back)


def test_an_invitation_to_a_higher_role_is_offered_to_who_has_a_lower_one(facilitator, collaboration, guide):
    link = reverse("invitation", args=[people.invite_member(collaboration, ADDRESS, Role.COORDINATOR).token])

    assert "Ja, ik werk mee" in text_of(facilitator.get(link))
    assert facilitator.post(link).status_code == 303
    assert Membership.objects.get(pk=guide.pk).role == "coordinator"


@pytest.mark.parametrize(
    ("role", "is_sent"), [("facilitator", False), ("coordinator", True)], ids=["no use", "a higher role"]
)
def test_who_has_a_role_is_only_invited_to_a_higher_one(coordinator, collaboration, guide, mailoutbox, role, is_sent):
    fields = {"action": "invite", "email": "Fien@example.org", "role": role}

    page = coordinator.post(url("members", collaboration), fields)

    assert page.status_code == (303 if is_sent else 422)
    assert len(mailoutbox) == Invitation.objects.count() == int(is_sent)
    assert ("Dit adres hoort er al bij, als begeleider." in text_of(page)) is not is_sent


def test_who_invited_sees_that_an_invitation_has_become_needless(coordinator, collaboration, guide):
    people.invite_member(collaboration, "fien@example.org", Role.COORDINATOR)
    needless = "Dit adres hoort er intussen al bij. Je kunt de uitnodiging intrekken."
    assert needless not in text_of(coordinator.get(url("members", collaboration)))

    people.change_role(collaboration, guide.pk, Role.COORDINATOR)

    assert needless in text_of(coordinator.get(url("members", collaboration)))
