"""Who prepares reads the report before others, as participants were told; whoever coordinated the round never does."""

import io
import zipfile
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, FormerCoordinator, Membership, Role, Session
from reflectie.services import accounts, erasure
from reflectie.services.collaborations import collaborations, people
from reflectie.services.sessions import rounds
from tests.helpers.factories import browser, fill_in, make_account, make_round, text_of
from tests.helpers.markup import markup_of

pytestmark = pytest.mark.django_db

# What a facilitator who prepares has of a closed round.
EARLY = [
    reverse("session-report", args=["00000000-0000-0000-0000-000000000000"]),
    *(
        f"/sessies/00000000-0000-0000-0000-000000000000/{rest}"
        for rest in (
            "verslag.json",
            "verslag.csv",
            "verslag.xlsx",
            "gespreksleidraad/",
            "opnieuw-opbouwen/",
            "beeld/draaikolk.svg",
        )
    ),
]


@pytest.fixture
def els(collaboration) -> User:
    """A second coordinator, with whom roles go back and forth."""
    user = make_account("els@example.org")
    join(collaboration, user, Role.COORDINATOR)
    return user


def join(collaboration: Collaboration, user: User, role: str) -> None:
    Membership.objects.create(collaboration=collaboration, user=user, role=role)


def planned(collaboration: Collaboration, **plan) -> Session:
    return make_round(Mode.ANONYMOUS, collaboration=collaboration, facilitator_prepares=True, **plan)


def closed(session: Session) -> Session:
    for _ in range(4):
        fill_in(session, {"goal-shared": "hindering"}, finish=True)
    return rounds.close_round(session)


def statuses(client: Client, session: Session) -> set[int]:
    return {
        client.get(path.replace("00000000-0000-0000-0000-000000000000", str(session.pk))).status_code for path in EARLY
    }


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user, collaboration__name="Samen in Tienen")


def give_role(by: Client, collaboration: Collaboration, user: User, role: str) -> None:
    page = by.post(reverse("members", args=[collaboration.pk]), {"action": role, "member": str(membership_of(user).pk)})
    assert page.status_code == 303


def test_facilitator_who_never_coordinated_reads_early(collaboration, els):
    fien = make_account("fien@example.org")
    join(collaboration, fien, Role.FACILITATOR)

    assert statuses(browser(fien), closed(planned(collaboration))) == {200}


@pytest.mark.parametrize("before_closing", [True, False])
def test_coordinator_who_becomes_facilitator_reads_no_earlier_than_others(
    collaboration, coordinator, els, before_closing
):
    session = planned(collaboration)
    if before_closing:
        give_role(coordinator, collaboration, els, "facilitator")
    closed(session)
    if not before_closing:
        give_role(coordinator, collaboration, els, "facilitator")
    client = browser(els)

    assert statuses(client, session) == {404}
    everything = zipfile.ZipFile(io.BytesIO(b"".join(client.get("/account/alles.zip").streaming_content)))
    assert not [name for name in everything.namelist() if "verslag" in name.rpartition("/")[2]]
    listed = markup_of(client.get(reverse("collaboration", args=[collaboration.pk])))
    assert reverse("session-report", args=[session.pk]) not in listed
    page = client.get(reverse("session", args=[session.pk]))
    assert reverse("session-report", args=[session.pk]) not in markup_of(page)
    assert "Je coördineerde deze ronde zelf mee. Daarom lees jij het verslag niet eerder" in text_of(page)
    # Nor once they coordinate again, of course; and with everybody else, when it opens.
    give_role(coordinator, collaboration, els, "coordinator")
    assert statuses(client, session) == {404}
    rounds.open_report(session)
    assert statuses(client, session) == {200}


@pytest.mark.parametrize("leaves", [True, False])
def test_coordinator_who_is_gone_and_invited_again_reads_no_earlier_than_others(
    collaboration, coordinator, els, leaves
):
    session = planned(collaboration)
    by = browser(els) if leaves else coordinator
    by.post(reverse("members", args=[collaboration.pk]), {"action": "remove", "member": str(membership_of(els).pk)})
    closed(session)
    invited = people.invite_member(collaboration, els.email, Role.FACILITATOR)
    client = browser(els)
    assert client.post(reverse("invitation", args=[invited.token])).status_code == 303

    assert membership_of(els).role == Role.FACILITATOR
    assert statuses(client, session) == {404}


def test_facilitator_who_coordinated_for_a_moment_since_it_was_planned_reads_no_earlier(collaboration, coordinator):
    fien = make_account("fien@example.org")
    join(collaboration, fien, Role.FACILITATOR)
    session = closed(planned(collaboration))
    assert statuses(browser(fien), session) == {200}

    give_role(coordinator, collaboration, fien, "coordinator")
    give_role(coordinator, collaboration, fien, "facilitator")

    assert statuses(browser(fien), session) == {404}


def test_round_that_is_planned_after_the_change_is_no_concern(collaboration, coordinator, els):
    give_role(coordinator, collaboration, els, "facilitator")

    assert statuses(browser(els), closed(planned(collaboration))) == {200}
    assert not FormerCoordinator.objects.exists()


def test_facilitator_of_another_collaboration_is_no_concern(collaboration, coordinator, els):
    planned(collaboration)
    give_role(coordinator, collaboration, els, "facilitator")
    other = collaborations.create_collaboration(make_account("bo@example.org"), name="Elders")
    join(other, els, Role.FACILITATOR)

    assert statuses(browser(els), closed(planned(other))) == {200}


def test_facilitator_who_leaves_and_comes_back_prepares_as_before(collaboration):
    fien = make_account("fien@example.org")
    join(collaboration, fien, Role.FACILITATOR)
    session = planned(collaboration)
    browser(fien).post(
        reverse("members", args=[collaboration.pk]), {"action": "remove", "member": str(membership_of(fien).pk)}
    )
    people.accept_invitation(fien, people.invite_member(collaboration, fien.email, Role.FACILITATOR).token)

    assert statuses(browser(fien), closed(session)) == {200}


def test_what_is_noted_goes_when_the_report_opens_and_with_session_and_account(collaboration, coordinator, els):
    sessions = [planned(collaboration, planned_on=date(2026, 11, day)) for day in (1, 2, 3)]
    together = make_round(Mode.TOGETHER, collaboration=collaboration)
    rounds.open_report(closed(make_round(collaboration=collaboration)))
    give_role(coordinator, collaboration, els, "facilitator")
    assert FormerCoordinator.objects.count() == 4
    assert accounts.account_data(els)["coordinated_before"] == [collaboration.name]
    assert "Coördinator geweest" in markup_of(browser(els).get(reverse("account_data")))

    rounds.open_report(closed(sessions[0]))
    rounds.close_round(together)
    assert set(FormerCoordinator.objects.values_list("session", flat=True)) == {sessions[1].pk, sessions[2].pk}
    erasure.erase_session(sessions[1].pk)
    assert FormerCoordinator.objects.count() == 1
    accounts.close_account(els)
    assert not FormerCoordinator.objects.exists()


def test_participants_read_beforehand_that_no_coordinator_reads_early(collaboration, client):
    session = planned(collaboration, paper_by="Mieke")

    assert "Wie de ronde mee coördineerde, leest niet eerder dan jij." in text_of(
        client.get(reverse("join", args=[session.join_token]))
    )


def test_page_to_change_roles_says_what_it_does_not_give(collaboration, coordinator, els, an):
    # Who becomes coordinator gives it up, whatever they are made later.
    for who, role in ((an, "facilitator"), (els, "facilitator"), (els, "coordinator")):
        page = coordinator.get(reverse("members", args=[collaboration.pk]), {"doe": role, "wie": membership_of(who).pk})
        assert "leest het verslag daarvan niet eerder dan de anderen. Ook niet na een wissel van rol." in text_of(page)


def test_coordinator_is_told_when_nobody_can_prepare(collaboration, coordinator, els):
    session = planned(collaboration)
    give_role(coordinator, collaboration, els, "facilitator")
    closed(session)

    page = text_of(coordinator.get(reverse("session", args=[session.pk])))
    assert "Er is geen begeleider die het verslag vooraf mag lezen" in page
    join(collaboration, make_account("fien@example.org"), Role.FACILITATOR)
    assert "De begeleider leest het verslag eerst" in text_of(coordinator.get(reverse("session", args=[session.pk])))
