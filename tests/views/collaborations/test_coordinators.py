"""A collaboration belongs to somebody who can sign in. Where that is nobody any more, an administrator has another one
invited, reads nothing of it, and everybody with a role in it sees that."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from reflectie.models import Invitation, Membership, Role
from reflectie.services import accounts, clock
from reflectie.services.collaborations import people
from reflectie.services.collaborations.people import LastCoordinatorError
from reflectie.services.mail import Letter
from reflectie.services.sessions import rounds
from tests.helpers.factories import add_member, browser, fill_in, make_account, make_round, rows, sign_in_now, text_of
from tests.helpers.factories import collaboration_url as url

pytestmark = pytest.mark.django_db

NEW = "nieuw@example.org"
JOINED = {"date_joined_0": "2026-01-01", "date_joined_1": "12:00:00"}


def switch_off(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()


@pytest.fixture
def bo(collaboration) -> Membership:
    """A second coordinator."""
    return add_member(collaboration, "bo@example.org", Role.COORDINATOR)


@pytest.fixture
def admin(client) -> Client:
    return sign_in_now(client, User.objects.create_superuser("beheer", "beheer@example.org"))


@pytest.fixture
def nobodys(collaboration, an):
    """A collaboration whose only coordinator can't sign in any more."""
    switch_off(an)
    return collaboration


def appoint_url(collaboration) -> str:
    return reverse("admin:reflectie_collaboration_appoint", args=[collaboration.pk])


def invited_link() -> str:
    [link] = [line for line in mail.outbox[-1].body.splitlines() if "/uitnodiging/" in line]
    return link.removeprefix("http://testserver")


# --- only who can sign in counts


@pytest.mark.parametrize("action", ["facilitator", "remove"])
def test_the_last_coordinator_who_can_sign_in_stays(coordinator, collaboration, an, bo, action):
    switch_off(bo.user)
    own = collaboration.memberships.get(user=an)

    response = coordinator.post(url("members", collaboration), {"action": action, "member": own.pk})

    assert response.status_code == 409
    own.refresh_from_db()
    assert own.role == Role.COORDINATOR
    assert "Je bent de enige coördinator." in text_of(coordinator.get(url("members", collaboration)))


def test_the_last_coordinator_who_can_sign_in_keeps_their_account(client, collaboration, an, bo):
    switch_off(bo.user)
    sign_in_now(client, an)

    page = client.post(reverse("account_close"))

    assert page.status_code == 409
    assert collaboration.name in text_of(page)
    with pytest.raises(LastCoordinatorError):
        accounts.close_account(an)
    User.objects.filter(pk=bo.user_id).update(is_active=True)
    assert people.owned_alone(an) == []


def test_a_coordinator_who_can_not_sign_in_is_told_apart_and_can_be_taken_away(coordinator, collaboration, bo):
    assert "Kan zich niet meer aanmelden" not in text_of(coordinator.get(url("members", collaboration)))
    switch_off(bo.user)

    line = rows(coordinator.get(url("members", collaboration)))[1]
    assert line.startswith("bo@example.org coördinator Kan zich niet meer aanmelden")

    assert coordinator.post(url("members", collaboration), {"action": "remove", "member": bo.pk}).status_code == 303
    assert collaboration.memberships.count() == 1


def test_an_invitation_is_not_in_the_name_of_who_can_not_sign_in(client, collaboration, bo):
    token = people.invite_member(collaboration, NEW, Role.FACILITATOR).token
    switch_off(bo.user)
    page = text_of(client.get(reverse("invitation", args=[token])))
    assert "an@example.org nodigt je uit" in page
    assert "bo@example.org" not in page


def test_nobody_who_can_not_sign_in_prepares_a_talk(collaboration, guide):
    session = make_round(collaboration=collaboration)
    assert people.can_prepare(session)
    switch_off(guide.user)
    assert not people.can_prepare(session)


# --- an administrator switches accounts off


@pytest.mark.parametrize(
    ("is_last", "said"), [(True, "1 samenwerking heeft nu geen coördinator die zich kan aanmelden."), (False, "")]
)
def test_switching_an_account_off_says_what_nobody_coordinates_then(admin, collaboration, an, bo, is_last, said):
    if is_last:
        switch_off(bo.user)
    data = {"username": an.username, "email": an.email, **JOINED}
    page = admin.post(reverse("admin:auth_user_change", args=[an.pk]), data, follow=True)

    an.refresh_from_db()
    assert not an.is_active
    assert ("geen coördinator die zich kan aanmelden" in text_of(page)) is is_last
    assert said in text_of(page)


def test_the_administrator_finds_what_nobody_coordinates(admin, collaboration, an, guide):
    without = "1 samenwerking heeft geen coördinator die zich kan aanmelden."
    assert without not in admin.get("/beheer/").content.decode()
    switch_off(an)

    assert without in admin.get("/beheer/").content.decode()
    listed = reverse("admin:reflectie_collaboration_changelist")
    assert collaboration.name in admin.get(f"{listed}?coordinator=none").content.decode()
    page = admin.get(reverse("admin:reflectie_collaboration_change", args=[collaboration.pk])).content.decode()
    assert appoint_url(collaboration) in page

    User.objects.filter(pk=an.pk).update(is_active=True)
    assert collaboration.name not in admin.get(f"{listed}?coordinator=none").content.decode()
    page = admin.get(reverse("admin:reflectie_collaboration_change", args=[collaboration.pk]))
    assert appoint_url(collaboration) not in page.content.decode()
    # What Django says around roles, too.
    assert "embership" not in text_of(page)


# --- another coordinator


def test_an_administrator_has_a_coordinator_invited_and_members_see_it(admin, nobodys, facilitator):
    page = facilitator.get(url("members", nobodys))
    assert "Geen enkele coördinator kan zich nog aanmelden." in text_of(page)

    response = admin.post(appoint_url(nobodys), {"email": f"Nieuw <{NEW}>"})
    assert response.status_code == 302
    assert mail.outbox[-1].to == [NEW]
    assert "Een beheerder van deze site nodigt je uit" in mail.outbox[-1].body
    assert LogEntry.objects.values_list("object_id", "change_message").get() == (
        str(nobodys.pk),
        "Nodigde een coördinator uit.",
    )
    page = text_of(facilitator.get(url("members", nobodys)))
    assert "Een beheerder van deze site nodigde op" in page
    assert NEW not in page

    newcomer = browser(make_account(NEW))
    assert "Een beheerder van deze site nodigt je uit" in text_of(newcomer.get(invited_link()))
    assert newcomer.post(invited_link()).status_code == 303
    assert nobodys.memberships.get(user__email=NEW).role == Role.COORDINATOR

    for member in (newcomer, facilitator):
        page = text_of(member.get(url("members", nobodys)))
        assert "op uitnodiging van een beheerder van deze site." in page
        assert "Geen enkele coördinator" not in page
        assert "nodigde op" not in page
    assert not people.without_coordinator().exists()
    day = clock.today()
    assert newcomer.get(reverse("account_data_file")).json()["memberships"] == [
        {
            "collaboration": nobodys.name,
            "role": "coordinator",
            "appointed_on": day.isoformat(),
            "mail_when_done": True,
            "mail_when_due": True,
        }
    ]
    told = f"(op uitnodiging van een beheerder, {date_format(day, 'j F Y')})"
    assert told in text_of(newcomer.get(reverse("account_data")))


def test_a_facilitator_who_is_invited_so_becomes_coordinator(admin, nobodys, facilitator, guide):
    admin.post(appoint_url(nobodys), {"email": guide.user.email})
    assert facilitator.post(invited_link()).status_code == 303
    guide.refresh_from_db()
    assert (guide.role, guide.appointed_on) == (Role.COORDINATOR, clock.today())


def test_a_coordinator_who_comes_back_sees_who_was_invited_meanwhile(admin, nobodys, an):
    admin.post(appoint_url(nobodys), {"email": NEW})
    User.objects.filter(pk=an.pk).update(is_active=True)
    page = text_of(browser(an).get(url("members", nobodys)))
    assert f"{NEW} als coördinator, uitgenodigd op" in page
    assert "door een beheerder van deze site" in page

    people.invite_member(nobodys, NEW, Role.FACILITATOR)
    assert not Invitation.objects.get().by_administrator


def test_whoever_is_invited_by_a_coordinator_is_not_called_appointed(collaboration):
    membership = people.accept_invitation(
        make_account(NEW), people.invite_member(collaboration, NEW, Role.COORDINATOR).token
    )
    assert membership.appointed_on is None


@pytest.mark.parametrize("ask", ["get", "post"])
def test_nobody_is_appointed_where_somebody_coordinates(admin, collaboration, ask):
    assert getattr(admin, ask)(appoint_url(collaboration), {"email": NEW}).status_code == 404
    with pytest.raises(people.HasCoordinatorError):
        people.invite_coordinator(collaboration, NEW, lambda _invited: Letter("", ""))
    assert (Invitation.objects.count(), mail.outbox) == (0, [])


def test_an_administrator_invites_no_administrator_but_who_is_in_it_already(admin, nobodys):
    chief = User.objects.get(email="beheer@example.org")
    page = admin.post(appoint_url(nobodys), {"email": "Beheer@Example.org"})
    assert page.status_code == 422
    assert "Dit is je eigen adres." in page.content.decode()
    Membership.objects.create(collaboration=nobodys, user=chief, role=Role.FACILITATOR)
    assert admin.post(appoint_url(nobodys), {"email": chief.email}).status_code == 302


@pytest.mark.parametrize("email", ["", "geen adres", "an@, bo@example.org"])
def test_what_is_no_address_is_told_so(admin, nobodys, email):
    page = admin.post(appoint_url(nobodys), {"email": email})
    assert page.status_code == 422
    assert "e-mailadres" in page.content.decode()
    assert mail.outbox == []


def test_inviting_so_asks_again_who_one_is_and_takes_more_than_a_look(client, nobodys, facilitator):
    chief = User.objects.create_superuser("beheer", "beheer@example.org")
    client.force_login(chief)
    assert client.get(appoint_url(nobodys)).status_code == 200
    asked = client.post(appoint_url(nobodys), {"email": NEW})
    assert asked["Location"].startswith(reverse("account_reauthenticate_code"))

    looker = make_account("kijker@example.org", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_collaboration"))
    sign_in_now(client, looker)
    assert client.post(appoint_url(nobodys), {"email": NEW}).status_code == 403
    assert facilitator.get(appoint_url(nobodys)).status_code == 302
    assert Invitation.objects.count() == 0


def test_an_administrator_reads_nothing_of_what_they_invite_for(admin, nobodys, facilitator):
    session = make_round(collaboration=nobodys)
    for _ in range(3):
        fill_in(session, {"goal-shared": "helping"})
    rounds.close_round(session)
    rounds.open_report(session)
    admin.post(appoint_url(nobodys), {"email": NEW})

    for route, pk in (
        ("collaboration", nobodys.pk),
        ("members", nobodys.pk),
        ("session", session.pk),
        ("session-report", session.pk),
        ("agreements", session.pk),
    ):
        assert (route, admin.get(reverse(route, args=[pk])).status_code) == (route, 404)
        assert (route, facilitator.get(reverse(route, args=[pk])).status_code) == (route, 200)
    shown = [admin.get(page).content.decode() for page in ("/beheer/", "/beheer/reflectie/collaboration/")]
    shown += [admin.get(reverse("admin:reflectie_collaboration_change", args=[nobodys.pk])).content.decode()]
    assert not any(str(session.pk) in page or (session.join_token or "-") in page for page in shown)
