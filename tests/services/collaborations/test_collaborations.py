"""Collaborations and the people in them, as they are kept: rules, expiry, and two who leave at once."""

import contextlib
import threading
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Invitation, Membership, Partner, Response, Role, Session
from reflectie.services import clock, erasure, tokens
from reflectie.services.collaborations import collaborations, people
from reflectie.services.collaborations.collaborations import (
    Latest,
    adopt_into_new,
    change_collaboration,
    collaborations_of,
    create_collaboration,
    erase_collaboration,
    latest_sessions,
    sessions_of,
)
from reflectie.services.collaborations.people import (
    AlreadyMemberError,
    LastCoordinatorError,
    accept_invitation,
    change_role,
    find_invitation,
    invitations_of,
    invite_member,
    members_of,
    owned_alone,
    remove_member,
    withdraw_invitation,
)
from reflectie.services.errors import NotFoundError
from reflectie.services.sessions import rounds
from tests.helpers.factories import at_once, fill_in, make_account, make_reflection, make_round

pytestmark = pytest.mark.django_db

ADDRESS = "bo@example.org"


@pytest.fixture
def coordinator(content):
    return make_account("an@example.org")


@pytest.fixture
def collaboration(coordinator):
    return create_collaboration(
        coordinator, name="Samen in Tienen", region="Tienen", theme="Ontslag", partners=["Huis Linde", "De Brug"]
    )


def add(collaboration: Collaboration, address: str, role: Role) -> Membership:
    return Membership.objects.create(collaboration=collaboration, user=make_account(address), role=role)


def role_of(collaboration: Collaboration, user) -> str | None:
    return Membership.objects.filter(collaboration=collaboration, user=user).values_list("role", flat=True).first()


def partners_of(collaboration: Collaboration) -> list[str]:
    return [partner.name for partner in Partner.objects.filter(collaboration=collaboration)]


# --- the collaboration


def test_whoever_makes_a_collaboration_coordinates_it(coordinator, collaboration):
    kept = Collaboration.objects.get()

    assert (kept.name, kept.region, kept.theme) == ("Samen in Tienen", "Tienen", "Ontslag")
    assert role_of(kept, coordinator) == Role.COORDINATOR
    assert partners_of(kept) == ["Huis Linde", "De Brug"]


def test_partners_keep_their_order_and_stand_once(coordinator):
    made = create_collaboration(coordinator, name="A", partners=["Zorg", "Brug", "ZORG", "Anker", "Brug"])

    assert partners_of(made) == ["Zorg", "Brug", "Anker"]


def test_changing_takes_partners_out_and_in_and_leaves_planned_sessions_as_they_were(collaboration):
    session = make_round(collaboration=collaboration, grouping="partner", groups=(("Huis Linde", 3), ("De Brug", 3)))

    change_collaboration(collaboration, name="B", region="", theme="Wonen", partners=["Anker", "De Brug"])

    kept = Collaboration.objects.get()
    assert (kept.name, kept.region, kept.theme) == ("B", "", "Wonen")
    assert partners_of(kept) == ["Anker", "De Brug"]
    session.refresh_from_db()
    assert session.groups == [["Huis Linde", 3], ["De Brug", 3]]


def test_changing_an_erased_collaboration_says_so(collaboration):
    erase_collaboration(collaboration.pk)

    with pytest.raises(NotFoundError):
        change_collaboration(collaboration, name="B", region="", theme="", partners=[])


def test_erasing_takes_everything_of_it_and_nothing_else(coordinator, collaboration):
    other = create_collaboration(coordinator, name="Een andere")
    reflection = make_reflection({"goal-shared": "helping"}, finished=True)
    rounds.adopt(reflection.response.session, reflection.token, collaboration)
    kept = make_round(collaboration=other)
    make_round(collaboration=collaboration)
    invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    invite_member(other, ADDRESS, Role.FACILITATOR)

    erase_collaboration(collaboration.pk)

    assert list(Collaboration.objects.all()) == [other]
    assert list(Session.objects.all()) == [kept]
    assert Response.objects.count() == 0
    assert [found.collaboration for found in Invitation.objects.all()] == [other]
    assert [found.collaboration for found in Membership.objects.all()] == [other]


# --- finding them again


def test_somebodys_collaborations_are_theirs_alone_by_name_with_their_role(coordinator, collaboration):
    create_collaboration(make_account("cas@example.org"), name="Van iemand anders")
    lower = create_collaboration(coordinator, name="arm in arm")
    led = create_collaboration(make_account("dora@example.org"), name="Zorgzaam")
    Membership.objects.create(collaboration=led, user=coordinator, role=Role.FACILITATOR)

    found = [(one.pk, one.role) for one in collaborations_of(coordinator)]

    assert found == [(lower.pk, "coordinator"), (collaboration.pk, "coordinator"), (led.pk, "facilitator")]
    assert [one.pk for one in collaborations_of(coordinator, roles=["facilitator"])] == [led.pk]


@pytest.mark.parametrize("text", ["tienen", "ontslag", "linde", "Samen brug", "SAMEN ontsl"])
def test_search_finds_by_name_label_and_partner_and_all_words(coordinator, collaboration, text):
    create_collaboration(coordinator, name="Iets anders", partners=["Anker"])

    assert [one.pk for one in collaborations_of(coordinator, text)] == [collaboration.pk]


def test_search_without_a_match_finds_none(coordinator, collaboration):
    assert list(collaborations_of(coordinator, "samen anker")) == []


def test_the_latest_session_is_the_one_with_the_latest_day(collaboration):
    make_round(collaboration=collaboration, planned_on=date(2026, 3, 1))
    latest = make_round(Mode.NAMED, collaboration=collaboration, planned_on=date(2027, 3, 1))
    Session.objects.filter(pk=latest.pk).update(stage=Session.Stage.DISCUSSION)
    make_round(collaboration=collaboration, planned_on=date(2025, 3, 1))

    found = latest_sessions([collaboration])

    assert found == {collaboration.pk: Latest("discussion", "named", SessionTitle(date(2027, 3, 1)), False, 2)}


def test_a_session_whose_last_day_is_over_is_late_until_it_is_closed(collaboration):
    session = make_round(collaboration=collaboration, closes_on=clock.today() - timedelta(days=1))
    assert latest_sessions([collaboration])[collaboration.pk].is_late is True
    assert [line.is_late for line in sessions_of(collaboration)] == [True]

    Session.objects.filter(pk=session.pk).update(stage=Session.Stage.CLOSED)
    assert latest_sessions([collaboration])[collaboration.pk].is_late is False


def test_a_collaboration_without_a_session_is_left_out(collaboration):
    assert latest_sessions([collaboration]) == {}


def test_sessions_come_newest_first_with_what_was_begun(collaboration):
    old = make_round(collaboration=collaboration, planned_on=date(2025, 3, 1))
    new = make_round(collaboration=collaboration, planned_on=date(2027, 3, 1))
    fill_in(old, {"goal-shared": "helping"}, finish=True)
    fill_in(old, {"goal-shared": "helping"})

    found = [(line.session, line.title.day, line.begun, line.has_finished) for line in sessions_of(collaboration)]

    assert found == [(new, date(2027, 3, 1), 0, False), (old, date(2025, 3, 1), 2, True)]


@pytest.mark.parametrize("number", [1, 12])
def test_lists_take_one_query_each(coordinator, collaboration, django_assert_num_queries, number):
    for _ in range(number):
        make_round(collaboration=collaboration)

    with django_assert_num_queries(3):
        found = list(collaborations_of(coordinator, "samen"))
        latest_sessions(found)
        sessions_of(collaboration)


# --- adopting


def test_adopting_into_a_new_collaboration_makes_it_and_ends_the_clock(coordinator):
    reflection = make_reflection()

    made = adopt_into_new(reflection.response.session, reflection.token, coordinator, "Nieuw")

    assert reflection.response.session.collaboration == made
    assert role_of(made, coordinator) == Role.COORDINATOR
    assert erasure.erase_expired(clock.today() + timedelta(days=1000)) == 0


def test_adopting_what_was_adopted_makes_no_collaboration(coordinator, collaboration):
    reflection = make_reflection()
    session = reflection.response.session
    rounds.adopt(session, reflection.token, collaboration)

    with pytest.raises(rounds.AdoptedError):
        adopt_into_new(session, reflection.token, coordinator, "Nieuw")
    assert Collaboration.objects.count() == 1


def test_what_was_adopted_is_not_erased_as_a_reflection(collaboration):
    reflection = make_reflection()
    session = reflection.response.session
    rounds.adopt(session, reflection.token, collaboration)

    assert erasure.erase_reflection(session.pk) is False
    assert Session.objects.filter(pk=session.pk).exists()


# --- inviting


def test_an_invitation_keeps_the_hash_and_the_address_in_small_letters(collaboration):
    invited = invite_member(collaboration, " Bo@Example.ORG ", Role.FACILITATOR)

    kept = Invitation.objects.get()
    assert (kept.email, kept.role, kept.sent_on) == (ADDRESS, "facilitator", clock.today())
    assert kept.token_hash == tokens.hash_token(invited.token)
    assert invited.email == ADDRESS


def test_inviting_an_address_again_renews_it(collaboration):
    first = invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    Invitation.objects.update(sent_on=date(2026, 1, 1))
    second = invite_member(collaboration, ADDRESS.upper(), Role.COORDINATOR)

    kept = Invitation.objects.get()
    assert (kept.role, kept.sent_on) == ("coordinator", clock.today())
    assert find_invitation(first.token) is None
    assert find_invitation(second.token) == kept


def test_inviting_into_what_was_erased_says_so(collaboration):
    erase_collaboration(collaboration.pk)

    with pytest.raises(NotFoundError):
        invite_member(collaboration, ADDRESS, Role.FACILITATOR)


@pytest.mark.parametrize("role", list(Role))
def test_accepting_gives_the_role_and_uses_the_invitation_up(collaboration, role):
    bo = make_account(ADDRESS)
    invited = invite_member(collaboration, ADDRESS, role)

    assert accept_invitation(bo, invited.token).role == role
    assert role_of(collaboration, bo) == role
    assert Invitation.objects.count() == 0
    with pytest.raises(NotFoundError):
        accept_invitation(bo, invited.token)


@pytest.mark.parametrize(
    ("has", "is_offered"),
    [
        (Role.COORDINATOR, Role.FACILITATOR),
        (Role.COORDINATOR, Role.COORDINATOR),
        (Role.FACILITATOR, Role.FACILITATOR),
    ],
)
def test_an_invitation_that_gives_somebody_nothing_stays_for_whom_it_was_meant(collaboration, has, is_offered):
    member, bo = add(collaboration, "fien@example.org", has), make_account(ADDRESS)
    invited = invite_member(collaboration, ADDRESS, is_offered)

    with pytest.raises(AlreadyMemberError):
        accept_invitation(member.user, invited.token)

    assert role_of(collaboration, member.user) == has
    assert find_invitation(invited.token) is not None
    assert accept_invitation(bo, invited.token).role == is_offered
    assert Invitation.objects.count() == 0


def test_an_invitation_to_a_higher_role_is_used_up_by_who_had_a_lower_one(collaboration):
    member = add(collaboration, ADDRESS, Role.FACILITATOR)
    invited = invite_member(collaboration, ADDRESS, Role.COORDINATOR)

    accept_invitation(member.user, invited.token)

    assert role_of(collaboration, member.user) == "coordinator"
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(("days", "works"), [(30, True), (31, False)])
def test_an_invitation_works_for_thirty_days(collaboration, days, works):
    invited = invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    Invitation.objects.update(sent_on=clock.today() - timedelta(days=days))

    assert (find_invitation(invited.token) is not None) is works
    assert invitations_of(collaboration).exists() is works
    call_command("delete_expired")
    assert Invitation.objects.exists() is works


def test_an_old_invitation_is_not_accepted(collaboration):
    invited = invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    Invitation.objects.update(sent_on=clock.today() - timedelta(days=31))

    with pytest.raises(NotFoundError):
        accept_invitation(make_account(ADDRESS), invited.token)
    assert Membership.objects.count() == 1


def test_withdrawing_ends_the_invitation_of_this_collaboration_alone(coordinator, collaboration):
    other = create_collaboration(coordinator, name="Een andere")
    invited = invite_member(collaboration, ADDRESS, Role.FACILITATOR)
    pk = Invitation.objects.get().pk

    withdraw_invitation(other, pk)
    assert find_invitation(invited.token) is not None
    withdraw_invitation(collaboration, pk)
    assert find_invitation(invited.token) is None


# --- roles


def test_the_last_coordinator_can_neither_leave_nor_step_back(coordinator, collaboration):
    add(collaboration, ADDRESS, Role.FACILITATOR)
    own = Membership.objects.get(user=coordinator)

    with pytest.raises(LastCoordinatorError):
        remove_member(collaboration, own.pk)
    with pytest.raises(LastCoordinatorError):
        change_role(collaboration, own.pk, Role.FACILITATOR)
    assert change_role(collaboration, own.pk, Role.COORDINATOR).role == "coordinator"
    assert role_of(collaboration, coordinator) == "coordinator"


def test_after_handing_over_a_coordinator_may_step_back_and_leave(coordinator, collaboration):
    own = Membership.objects.get(user=coordinator)
    heir = add(collaboration, ADDRESS, Role.FACILITATOR)

    assert change_role(collaboration, heir.pk, Role.COORDINATOR).role == "coordinator"
    assert change_role(collaboration, own.pk, Role.FACILITATOR).role == "facilitator"
    remove_member(collaboration, own.pk)
    assert [(member.user, member.role) for member in members_of(collaboration)] == [(heir.user, "coordinator")]


def test_a_member_of_another_collaboration_is_not_touched(coordinator, collaboration):
    elsewhere = add(create_collaboration(coordinator, name="B"), ADDRESS, Role.FACILITATOR)

    with pytest.raises(NotFoundError):
        remove_member(collaboration, elsewhere.pk)
    with pytest.raises(NotFoundError):
        change_role(collaboration, elsewhere.pk, Role.COORDINATOR)


def test_owned_alone_names_what_nobody_else_coordinates(coordinator, collaboration, django_assert_num_queries):
    shared = create_collaboration(coordinator, name="Gedeeld")
    add(shared, ADDRESS, Role.COORDINATOR)
    led = create_collaboration(make_account("cas@example.org"), name="Begeleid")
    Membership.objects.create(collaboration=led, user=coordinator, role=Role.FACILITATOR)
    add(collaboration, "dora@example.org", Role.FACILITATOR)

    with django_assert_num_queries(1):
        assert owned_alone(coordinator) == [collaboration]
    with transaction.atomic(), django_assert_num_queries(2):
        assert owned_alone(coordinator, lock=True) == [collaboration]


# --- at the same time


@pytest.mark.django_db(transaction=True)
def test_of_two_coordinators_who_leave_at_once_one_stays(monkeypatch, coordinator, collaboration):
    other = add(collaboration, ADDRESS, Role.COORDINATOR)
    own = Membership.objects.get(user=coordinator)
    begun = threading.Barrier(2, timeout=1)
    lock = collaborations.lock_collaboration

    def meet_then_lock(pk):
        # Whoever has no lock of its own meets the other here, with both still coordinators.
        found = lock(pk)
        with contextlib.suppress(threading.BrokenBarrierError):
            begun.wait()
        return found

    monkeypatch.setattr(people, "lock_collaboration", meet_then_lock)
    results = at_once(lambda: remove_member(collaboration, own.pk), lambda: remove_member(collaboration, other.pk))

    assert sorted(type(result).__name__ for result in results) == ["LastCoordinatorError", "NoneType"]
    assert Membership.objects.filter(role=Role.COORDINATOR).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_invitation_that_two_accept_at_once_is_used_once(collaboration):
    bo, cas = make_account(ADDRESS), make_account("cas@example.org")
    invited = invite_member(collaboration, ADDRESS, Role.FACILITATOR)

    results = at_once(lambda: accept_invitation(bo, invited.token), lambda: accept_invitation(cas, invited.token))

    assert sorted(type(result).__name__ for result in results) == ["Membership", "NotFoundError"]
    assert Membership.objects.filter(role=Role.FACILITATOR).count() == 1
