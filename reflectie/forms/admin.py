"""Forms of `/beheer/`: addresses of accounts, and whom an administrator asks to coordinate."""

from typing import Any

from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms import Form, ModelForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.email_addresses import normal_address
from reflectie.models import Collaboration
from reflectie.services.accounts import has_account

from .fields import AddressField


class OneAddress:
    """An address is kept in its normal form here too, and one mailbox is one account."""

    def clean_email(self: Any) -> str:
        kept, email = self.instance.email, self.cleaned_data["email"]
        if self.data.get("email", "").strip() == kept:
            # A twin of before stays as it is until its address changes.
            return str(kept)
        owner = getattr(self.instance, "user_id", self.instance.pk)
        if email and has_account(email, but=owner):
            raise ValidationError(_("Met dit adres is er al een account."))
        return str(email)


class AccountForm(OneAddress, UserChangeForm):  # type: ignore[type-arg]
    pass


class AddressForm(OneAddress, ModelForm):  # type: ignore[type-arg]
    pass


class AppointForm(Form):
    """Whom an administrator asks to coordinate a collaboration: never themself, unless they have a role in it."""

    email = AddressField(
        label=_("E-mailadres"), error_messages={"required": _("Vul het e-mailadres in van wie je uitnodigt.")}
    )

    def __init__(self, data: QueryDict | None, collaboration: Collaboration, asker: User) -> None:
        super().__init__(data)
        self.collaboration, self.asker = collaboration, asker

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        is_own = email == normal_address(self.asker.email)
        if is_own and not self.collaboration.memberships.filter(user=self.asker).exists():
            raise ValidationError(_("Dit is je eigen adres. Een beheerder krijgt geen verslagen te zien."))
        return email
