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

from reflectie.models import FormerCoordinator, Membership, OutgoingMail

from .gone import leave_no_trace
from .people import LastCoordinatorError, owned_alone

# Of the file that people take out. Goes up when a field changes its meaning or disappears, not when one comes in.
DATA_VERSION = 1
# Whoever types another's address by mistake leaves it here; a code that came back the same week is soon enough.
UNCONFIRMED_DAYS = 7


def administrators() -> list[User]:
    """Who sees to the site, and can be written to. One query."""
    return list(User.objects.filter(is_superuser=True, is_active=True).exclude(email="").order_by("pk"))


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
    `last_sign_in` may be null), `second_factor`, `memberships`: for each collaboration its name and the role in it; and
    `coordinated_before`: the names of those whose open rounds they coordinated and don't any more.
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
            {"collaboration": name, "role": role}
            for name, role in Membership.objects.filter(user=user)
            .order_by("collaboration__name", "pk")
            .values_list("collaboration__name", "role")
        ],
        "coordinated_before": list(
            FormerCoordinator.objects.filter(user=user)
            .order_by("session__collaboration__name")
            .values_list("session__collaboration__name", flat=True)
            .distinct()
        ),
    }


def erase_unconfirmed(today: date) -> int:
    """Erase accounts UNCONFIRMED_DAYS old or more whose address nobody ever confirmed; how many these were.

    Accounts that signed in once stay, and so do those that an administrator made: they have no address to confirm yet.
    """
    with transaction.atomic():
        _, rows = unconfirmed_accounts(today).delete()
        leave_no_trace()
    return rows.get(User._meta.label, 0)


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
            naming = OutgoingMail.objects.filter(text__contains=user.email)
            naming.update(text=Replace("text", Value(user.email), Value(_("Iemand"))))
        user.delete()
        leave_no_trace()
