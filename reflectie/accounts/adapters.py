"""What allauth asks us: who may make an account, what to call a person, where a request came from, how to say it."""

import uuid
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_reset
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.text import set_apart
from reflectie.email_addresses import readable_address
from reflectie.services.collaborations.people import find_invitation
from reflectie.services.mail import Letter, hand_over
from reflectie.web.throttle import TooOften, count_code_mail, forget_passwords, hashed_address, try_password

INVITATION = "invitation"
# Whatever it is for, a code is taken for as long (settings).
CODE_LASTS = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)

# What goes to its owner after something changed; the other mails anybody can ask for, to any address.
NOTIFICATIONS = {
    *(f"account/email/{name}" for name in ("email_changed", "email_deleted")),
    *(f"account/email/{name}" for name in ("password_changed", "password_reset", "password_set")),
    *(f"mfa/email/{name}" for name in ("recovery_codes_generated", "totp_activated", "totp_deactivated")),
}

# What of somebody stands in allauth's mails.
ADDRESSES = ("email", "from_email", "to_email", "deleted_email")

# Of a code that came by mail: no waiting helps, and a new one does.
TRIED_TOO_OFTEN = _("Het ging te vaak mis. Vraag een nieuwe code.")
_WRONG_CODE = _("Deze code klopt niet. Kijk na of je de laatste code overnam.")


def invitation_in_hand(request: HttpRequest) -> str:
    """The token of the invitation by which this browser came in, if it still stands; otherwise "". One query, or none
    without one."""
    token: str = request.session.get(INVITATION, "")
    return token if token and find_invitation(token) else ""


@receiver(password_reset)
def start_anew(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Whoever mistyped a password until it was replaced gets a turn with the new one."""
    forget_passwords(request, user.email)


def went_wrong_too_often(full: TooOften) -> ValidationError:
    """Said beside the field, with the code that allauth gives it."""
    text = f"{gettext('Het ging te vaak mis.')} {full.words}"
    return ValidationError(text, code="too_many_login_attempts", params={"seconds": full.seconds})


def display_name(user: User) -> str:
    """What to call somebody. Never the username: it is random, and means nothing."""
    return user.get_full_name() or readable_address(user.email)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Dit account is afgesloten."),
        "cannot_remove_primary_email": _("Je hebt een e-mailadres nodig om je aan te melden."),
        "duplicate_email": _("Dit is al je e-mailadres."),
        "email_password_mismatch": _("Het e-mailadres of het wachtwoord klopt niet."),
        "email_taken": _("Met dit e-mailadres is er al een ander account. Neem een ander adres."),
        "enter_current_password": _("Dit is niet je huidige wachtwoord."),
        "incorrect_code": _WRONG_CODE,
        "incorrect_password": _("Dit wachtwoord klopt niet."),
        "invalid_login": _("Vul je e-mailadres in."),
        "rate_limited": _("Dat ging te snel."),
        "same_as_current": _("Dit is hetzelfde als nu."),
        "too_many_login_attempts": TRIED_TOO_OFTEN,
        "unverified_primary_email": _("Bevestig eerst je e-mailadres."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.REGISTRATION == "open" or bool(invitation_in_hand(request))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever came in by an invitation and took a wrong turn on the way finds it back."""
        token = invitation_in_hand(request)
        return reverse("invitation", args=[token]) if token else str(super().get_login_redirect_url(request))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        user.username = uuid.uuid4().hex

    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth writes this in the keys of the cache, so it gets what stands for the address."""
        return hashed_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """allauth's own limits are off (settings): others fill those, and then the right password is refused."""
        attempt = try_password(request, credentials.get("email", ""))
        if isinstance(attempt, TooOften):
            raise went_wrong_too_often(attempt)
        user: User | None = super().authenticate(request, **credentials)
        if user:
            attempt.went_well()
        return user

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Of who has no password and no second step, allauth asks nothing. Their mailbox is what they sign in with."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if methods or not getattr(user, "email", ""):
            return methods
        return [
            {"id": "code", "description": _("Met een code per mail"), "url": reverse("account_reauthenticate_code")}
        ]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leaves the mail to the worker. With a code in it, it isn't sent once that isn't taken any more."""
        full = None if template_prefix in NOTIFICATIONS else count_code_mail(self.request, email)
        if full:
            raise ImmediateHttpResponse(full.refusal(self.request))
        context = {"request": self.request, "email": email, "registration": settings.REGISTRATION, **context}
        context |= {name: set_apart(context[name]) for name in ADDRESSES if context.get(name)}
        message = self.render_mail(template_prefix, email, context)
        expires_at = timezone.now() + CODE_LASTS if "code" in context else None
        letter = Letter(message.subject, str(message.body))
        # A code to a new address belongs to whoever is signed in.
        signed_in = self.request.user if self.request.user.is_authenticated else None
        account = User.objects.filter(email=email).first() or signed_in
        hand_over(letter, [email], expires_at=expires_at, user=account)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Zet eerst de tweede stap uit. Daarna kun je een ander e-mailadres kiezen."),
        "cannot_delete_authenticator": _("De tweede stap kan niet uit."),
        "cannot_generate_recovery_codes": _("Zet eerst de tweede stap aan. Daarna kun je noodcodes maken."),
        "incorrect_code": _WRONG_CODE,
        "unverified_email": _("Bevestig eerst je e-mailadres. Daarna kun je de tweede stap aanzetten."),
    }
