"""Accounts: what is kept of a person who signs in, and how it goes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as BrowserSession
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.translation import gettext as _

from reflectie.email_addresses import normal_address, readable_address
from reflectie.models import Activity, FormerCoordinator, Membership, OutgoingMail

from .collaborations.people import LastCoordinatorError, owned_alone
from .erasure import count_erased, truncate_wal_on_commit

# Of the file that people take out. Goes up when a field changes its meaning or disappears, not when one comes in.
DATA_VERSION = 1
# Whoever types another's address by mistake leaves it here; a code that came back the same week is soon enough.
UNCONFIRMED_DAYS = 7


def administrators() -> list[User]:
    """Who sees to the site, and can be written to. One query."""
    return list(User.objects.filter(is_superuser=True, is_active=True).exclude(email="").order_by("pk"))


def account_address(typed: str, address: str) -> str:
    """The address by which an account is looked for: `address`, the normal form of what was `typed`; or what was typed,
    where an account that is on is kept under just that. Such are twins of before, which only an administrator can undo
    (`twins`), and whoever has one goes on signing in to it. Two queries, and none where both are the same."""
    typed = typed.strip().lower()
    if typed in ("", address):
        return address
    kept = EmailAddress.objects.filter(email=typed, user__is_active=True)
    is_twin = kept.exists() or User.objects.filter(email=typed, is_active=True).exists()
    return typed if is_twin else address


def has_account(email: str, *, but: int | None = None) -> bool:
    """Whether an address, in its normal form, is an account's already; `but` this one. Two queries."""
    kept = EmailAddress.objects.filter(email=email).exclude(user_id=but)
    return kept.exists() or User.objects.filter(email=email).exclude(pk=but or 0).exists()


def twins() -> list[tuple[str, ...]]:
    """Addresses of accounts that are one mailbox and more than one account, of those that are on: each time all of
    them, in order. Two queries over all accounts."""
    kept = [*User.objects.filter(is_active=True).exclude(email="").values_list("email", "pk")]
    kept += EmailAddress.objects.filter(user__is_active=True).values_list("email", "user_id")
    found: dict[str, set[tuple[str, int]]] = {}
    for email, owner in kept:
        found.setdefault(normal_address(email), set()).add((email, owner))
    shared = (rows for rows in found.values() if len({owner for _email, owner in rows}) > 1)
    return sorted(tuple(sorted(email for email, _owner in rows)) for rows in shared)


def second_factor_is_on(user: User) -> bool:
    """Whether signing in asks for a code from an app, too. One query."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def rename_account(user: User, name: str) -> None:
    """What other people see in place of the address; empty to show the address."""
    # The whole name in one field: people are called by one name here, and not everybody's comes in two parts.
    # Of an account closed meanwhile there is nothing to name.
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(first_name=name, last_name="")


def account_data(user: User) -> Mapping[str, Any]:
    """All that is kept of a person as an account, to take along, ready for JSON.

    `version` (DATA_VERSION), `email`, `name` (may be empty), `joined` and `last_sign_in` (ISO 8601 in local time;
    `last_sign_in` may be null), `second_factor`, `memberships`: for each collaboration its name, the role in it, the
    day on which an administrator's invitation gave it (`appointed_on`, mostly null) and which mails are wanted there
    as coordinator (`mail_when_done`, `mail_when_due`); and
    `coordinated_before`: the names of those whose open rounds they coordinated and don't any more. `activity`: what
    they did in which collaboration, on which day, as far as that is kept (`services/activity.py`).
    Secrets are left out: whoever reads the file should not be able to sign in with it.
    """
    return {
        "version": DATA_VERSION,
        "email": user.email,
        "name": user.get_full_name(),
        "joined": timezone.localtime(user.date_joined).isoformat(timespec="seconds"),
        "last_sign_in": timezone.localtime(user.last_login).isoformat(timespec="seconds") if user.last_login else None,
        "second_factor": second_factor_is_on(user),
        "memberships": [
            {
                "collaboration": name,
                "role": role,
                "appointed_on": day.isoformat() if day else None,
                "mail_when_done": when_done,
                "mail_when_due": when_due,
            }
            for name, role, day, when_done, when_due in Membership.objects.filter(user=user)
            .order_by("collaboration__sort_key", "pk")
            .values_list("collaboration__name", "role", "appointed_on", "mail_when_done", "mail_when_due")
        ],
        "coordinated_before": list(
            FormerCoordinator.objects.filter(user=user)
            .order_by("session__collaboration__sort_key")
            .values_list("session__collaboration__name", flat=True)
            .distinct()
        ),
        "activity": [
            {"on": day.isoformat(), "collaboration": name, "action": action}
            for day, name, action in Activity.objects.filter(user=user)
            .order_by("on", "pk")
            .values_list("on", "collaboration__name", "action")
        ],
    }


def erase_unconfirmed(today: date) -> int:
    """Erase accounts UNCONFIRMED_DAYS old or more whose address nobody ever confirmed; how many these were.

    Accounts that signed in once stay, and so do those that an administrator made: they have no address to confirm yet.
    """
    with transaction.atomic():
        _, rows = unconfirmed_accounts(today).delete()
        number = rows.get(User._meta.label, 0)
        count_erased("account", number)
        truncate_wal_on_commit()
    return number


def unconfirmed_accounts(today: date) -> "QuerySet[User]":
    """The accounts that `erase_unconfirmed` erases."""
    until = today - timedelta(days=UNCONFIRMED_DAYS)
    confirmed = EmailAddress.objects.filter(verified=True).values("user")
    waiting = EmailAddress.objects.filter(verified=False).values("user")
    stale = User.objects.filter(last_login=None, date_joined__date__lte=until, pk__in=waiting)
    return stale.exclude(pk__in=confirmed)


def unconfirmed_account(email: str) -> User | None:
    """The account that somebody began to make with this address, and whose code never came back. One query."""
    confirmed = EmailAddress.objects.filter(verified=True).values("user")
    waiting = EmailAddress.objects.filter(email__iexact=email, verified=False).values("user")
    begun = User.objects.filter(last_login=None, is_active=True, pk__in=waiting).exclude(pk__in=confirmed)
    return begun.order_by("pk").first()


def close_account(user: User) -> None:
    """Erase a person's account for good: the person, addresses, roles, second factor, every browser's sign-in, and mail
    that waits to be sent to them; what they sent to others goes out without their address.

    Raises LastCoordinatorError while a collaboration would be left without a coordinator (`owned_alone` says which).
    """
    with transaction.atomic():
        if owned_alone(user, lock=True):
            raise LastCoordinatorError
        key = str(user.pk)
        # A sign-in doesn't say whose it is until it is read. There are few, and this is rare.
        live = BrowserSession.objects.filter(expire_date__gt=timezone.now()).iterator()
        theirs = [session.pk for session in live if session.get_decoded().get(SESSION_KEY) == key]
        BrowserSession.objects.filter(pk__in=theirs).delete()
        if user.email:
            OutgoingMail.objects.filter(reply_to=user.email).update(reply_to="")
            # Whoever has no name invites by their address.
            for written in {user.email, readable_address(user.email)}:
                naming = OutgoingMail.objects.filter(text__contains=written)
                naming.update(text=Replace("text", Value(written), Value(_("Iemand"))))
        user.delete()
        count_erased("account", 1)
        truncate_wal_on_commit()
