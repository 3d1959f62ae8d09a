"""Who has a role in a collaboration: invited, changed, removed. There is always a coordinator left who can sign in,
unless an administrator switches that account off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from reflectie.email_addresses import normal_address
from reflectie.models import (
    OPENED,
    Activity,
    Collaboration,
    FormerCoordinator,
    Invitation,
    Membership,
    OutgoingMail,
    Role,
    Session,
)
from reflectie.services.activity import log_activity
from reflectie.services.clock import today
from reflectie.services.erasure import truncate_wal_on_commit
from reflectie.services.errors import NotFoundError
from reflectie.services.locks import lock_collaboration
from reflectie.services.mail import Letter, hand_over
from reflectie.services.tokens import hash_token, new_token

# Long enough for a holiday, short enough that a forgotten mail doesn't stay a key.
INVITATION_DAYS = 30
# Whose report isn't everybody's yet.
NOT_OPENED = ~Q(stage__in=OPENED)


# Whoever can't sign in any more coordinates nothing.
COORDINATES = Q(role=Role.COORDINATOR, user__is_active=True)


class LastCoordinatorError(Exception):
    """Nobody would be left to coordinate the collaboration."""


class HasCoordinatorError(Exception):
    """Somebody coordinates the collaboration, and can sign in."""


class AlreadyMemberError(Exception):
    """Whoever opened an invitation has its role already, or a higher one."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it was made. Only here is its token known: a hash is what is kept."""

    email: str
    role: str
    token: str


def invite_member(
    collaboration: Collaboration,
    email: str,
    role: str,
    write: Callable[[Invited], Letter] | None = None,
    *,
    by_administrator: bool = False,
) -> Invited:
    """Ask an address to take a role, by the letter that `write` makes of it, which is handed to the worker. Asking it
    again renews the invitation: the link sent before stops working, and isn't sent any more.

    Raises NotFoundError when it was erased meanwhile.
    """
    invited = Invited(normal_address(email), role, new_token())
    letter = write(invited) if write else None
    with transaction.atomic():
        invitation, _made = Invitation.objects.update_or_create(
            collaboration=lock_collaboration(collaboration.pk),
            email=invited.email,
            defaults={
                "role": role,
                "token_hash": hash_token(invited.token),
                "sent_on": today(),
                "unreached": False,
                "by_administrator": by_administrator,
            },
        )
        invitation.mails.all().delete()
        if letter:
            hand_over(letter, [invited.email], invitation=invitation)
        log_activity(
            Activity.Action.APPOINTED if by_administrator else Activity.Action.INVITED, collaboration.pk, role=role
        )
    return invited


def invite_coordinator(collaboration: Collaboration, email: str, write: Callable[[Invited], Letter]) -> Invited:
    """Ask an address to coordinate a collaboration whose coordinators can't sign in any more, as an administrator does.
    Everybody with a role in it sees that this happened (`being_appointed`, `Membership.appointed_on`).

    Raises HasCoordinatorError, and NotFoundError when it was erased meanwhile.
    """
    with transaction.atomic():
        lock_collaboration(collaboration.pk)
        if not without_coordinator().filter(pk=collaboration.pk).exists():
            raise HasCoordinatorError
        return invite_member(collaboration, email, Role.COORDINATOR, write, by_administrator=True)


def without_coordinator() -> "QuerySet[Collaboration]":
    """The collaborations that nobody coordinates who can sign in. One query."""
    coordinators = Membership.objects.filter(COORDINATES, collaboration=OuterRef("pk"))
    return Collaboration.objects.exclude(Exists(coordinators))


def being_appointed(collaboration: Collaboration) -> Invitation | None:
    """An administrator's invitation to coordinate, as long as nobody took it; None without one. One query."""
    return _live().filter(collaboration=collaboration, by_administrator=True).order_by("-sent_on", "pk").first()


def find_invitation(token: str) -> Invitation | None:
    """The invitation that a link opens, with its collaboration; None when it was used, withdrawn or is too old."""
    return _live().select_related("collaboration").filter(token_hash=hash_token(token)).first()


def invitations_of(collaboration: Collaboration) -> "QuerySet[Invitation]":
    """The addresses that were asked and have not answered yet, by address; `is_waiting` when the mail is still to
    leave. One query."""
    waiting = Exists(OutgoingMail.objects.filter(invitation=OuterRef("pk")))
    return _live().filter(collaboration=collaboration).annotate(is_waiting=waiting).order_by("email")


def _live() -> "QuerySet[Invitation]":
    return Invitation.objects.filter(sent_on__gte=today() - timedelta(days=INVITATION_DAYS))


def erase_old_invitations(today: date) -> int:
    """Erase the addresses of invitations that are too old to be taken; how many these were."""
    with transaction.atomic():
        old = Invitation.objects.filter(sent_on__lt=today - timedelta(days=INVITATION_DAYS))
        truncate_wal_on_commit()
        return old.delete()[0]


def gains_from(invited_to: str, role: str | None) -> bool:
    """Whether an invitation to one role (a `Role`) gives something to who has the other, or none (None)."""
    return role is None or (role != Role.COORDINATOR and role != invited_to)


def role_in(collaboration: Collaboration, user: User) -> str | None:
    """Somebody's `Role` in a collaboration; None without one. One query."""
    return Membership.objects.filter(collaboration=collaboration, user=user).values_list("role", flat=True).first()


def accept_invitation(user: User, token: str) -> Membership:
    """Take the role of an invitation, which is used up by it: also by who had a lower one.

    Raises NotFoundError when it was used or withdrawn, when it is too old, and when the collaboration was erased; and
    AlreadyMemberError when it gives this person nothing: then it stays, for whom it was meant.
    """
    with transaction.atomic():
        found = find_invitation(token)
        if found is None:
            raise NotFoundError
        # Locked before it is read again: somebody else may just have used it, or erased all of it.
        lock_collaboration(found.collaboration_id)
        invitation = _live().filter(pk=found.pk, token_hash=hash_token(token)).first()
        if invitation is None:
            raise NotFoundError
        if not gains_from(invitation.role, role_in(found.collaboration, user)):
            raise AlreadyMemberError
        membership, _ = Membership.objects.update_or_create(
            collaboration=found.collaboration, user=user, defaults={"role": invitation.role}
        )
        if invitation.by_administrator:
            membership.appointed_on = today()
            membership.save(update_fields=["appointed_on"])
        invitation.delete()
        log_activity(Activity.Action.JOINED, found.collaboration_id, role=membership.role)
    return membership


def withdraw_invitation(collaboration: Collaboration, invitation_id: UUID) -> None:
    """Its link stops working, and the address is erased. Withdrawing twice is withdrawing once."""
    with transaction.atomic():
        if Invitation.objects.filter(collaboration=collaboration, pk=invitation_id).delete()[0]:
            log_activity(Activity.Action.INVITATION_WITHDRAWN, collaboration.pk)
        truncate_wal_on_commit()


def members_of(collaboration: Collaboration) -> "QuerySet[Membership]":
    """Who has a role, with the user: coordinators first, then by address. One query."""
    return collaboration.memberships.select_related("user").order_by("role", "user__email", "pk")


def change_role(collaboration: Collaboration, membership_id: int, role: str) -> Membership:
    """Give a member another role. Raises LastCoordinatorError, and NotFoundError when they have none (any more) or the
    collaboration was erased."""
    stays = role == Role.COORDINATOR
    with transaction.atomic():
        membership = _locked_member(collaboration, membership_id, stays_coordinator=stays)
        if membership.role == Role.COORDINATOR and not stays:
            _note_former(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        log_activity(Activity.Action.ROLE_CHANGED, collaboration.pk, about=membership.user_id, role=role)
    return membership


def remove_member(collaboration: Collaboration, membership_id: int) -> None:
    """Take a member's role away; leaving is removing oneself. Raises what `change_role` raises."""
    with transaction.atomic():
        membership = _locked_member(collaboration, membership_id, stays_coordinator=False)
        if membership.role == Role.COORDINATOR:
            _note_former(membership)
        log_activity(Activity.Action.REMOVED, collaboration.pk, about=membership.user_id)
        membership.delete()


def choose_mails(membership: Membership, *, when_done: bool, when_due: bool) -> None:
    """Which mails somebody gets as coordinator: that a round can be closed, and that an agreement's day is here."""
    with transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(mail_when_done=when_done, mail_when_due=when_due)


def _note_former(membership: Membership) -> None:
    """Note that somebody coordinated the sessions whose report isn't everybody's yet: as a facilitator, now or after
    a new invitation, they read none of these earlier than others. Those that are planned later are no concern."""
    sessions = Session.objects.filter(NOT_OPENED, collaboration=membership.collaboration_id)
    rows = [FormerCoordinator(session=session, user_id=membership.user_id) for session in sessions.only("pk")]
    FormerCoordinator.objects.bulk_create(rows, ignore_conflicts=True)


def can_prepare(session: Session) -> bool:
    """Whether there is a facilitator who may read a session's report before others: participants are told that somebody
    does who didn't coordinate it. One query."""
    former = FormerCoordinator.objects.filter(session=session, user=OuterRef("user"))
    facilitators = Membership.objects.filter(
        collaboration=session.collaboration_id, role=Role.FACILITATOR, user__is_active=True
    )
    return facilitators.exclude(Exists(former)).exists()


def _locked_member(collaboration: Collaboration, membership_id: int, *, stays_coordinator: bool) -> Membership:
    """A member, once nobody else can change roles here. Of two coordinators who leave at once, one stays."""
    if not stays_coordinator:
        # Sessions first, as everywhere: something is noted of them.
        sessions = Session.objects.select_for_update().filter(NOT_OPENED, collaboration=collaboration.pk)
        list(sessions.order_by("pk").values_list("pk"))
    members = lock_collaboration(collaboration.pk).memberships
    member = members.filter(pk=membership_id).first()
    if member is None:
        raise NotFoundError
    others = members.exclude(pk=member.pk).filter(COORDINATES)
    if member.role == Role.COORDINATOR and not stays_coordinator and not others.exists():
        raise LastCoordinatorError
    return member


def owned_alone(user: User, *, lock: bool = False) -> list[Collaboration]:
    """The collaborations, by name, that would have no coordinator without this person.

    With `lock`, in a transaction of the caller, all of the person's collaborations are locked first, so that the
    answer stays true until it ends. Two queries with a lock, one without.
    """
    if lock:
        list(Collaboration.objects.select_for_update(of=("self",)).of(user.pk).order_by("pk"))
    others = Membership.objects.filter(COORDINATES, collaboration=OuterRef("pk")).exclude(user=user)
    mine = Collaboration.objects.filter(memberships__user=user, memberships__role=Role.COORDINATOR)
    return list(mine.exclude(Exists(others)).order_by("sort_key", "pk"))
