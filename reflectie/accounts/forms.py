"""allauth's forms in our own words, laid out by crispy. What they check stays allauth's."""

from string import digits
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa import app_settings as second_factor_settings
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as totp
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reflectie.forms.fields import MISTYPED, AddressField, TextField, typed_code
from reflectie.services.accounts import account_address, rename_account, unconfirmed_account
from reflectie.web.throttle import TooOften, count_code_mail, try_password, try_second_step

from .adapters import went_wrong_too_often

_PASSWORD_HELP = _("Minstens 10 tekens. Een zin van vier of vijf woorden is sterk en onthoud je makkelijk.")
# The codes that allauth sends: no vowels, so that none is a word.
MAILED_SIGNS, MAILED_LENGTH = "BCDFGHJKLMNPQRSTVWXZ", 8
TOTP_DIGITS, RECOVERY_CODE_DIGITS = second_factor_settings.TOTP_DIGITS, second_factor_settings.RECOVERY_CODE_DIGITS
# As long as Django keeps.
LONGEST_NAME = 150
_PASSWORD_ERRORS = {
    "password_too_short": _("Dit wachtwoord is te kort. Maak het minstens 10 tekens lang."),
    "password_too_common": _("Dit wachtwoord gebruiken te veel mensen. Kies een ander."),
    "password_too_similar": _("Dit wachtwoord lijkt te veel op je naam of je e-mailadres. Kies een ander."),
}


class OwnAddressField(AddressField):
    """The address of an account, as it is kept."""

    def to_python(self, value: Any) -> str:
        typed = str(value or "")
        return account_address(typed, super().to_python(typed))


class OwnWords(forms.Form):
    """Gives each field our label and help, by name, and takes allauth's placeholders away: they vanish on typing."""

    labels: dict[str, Any] = {
        "login": _("E-mailadres"),
        "email": _("E-mailadres"),
        "password": _("Wachtwoord"),
        "oldpassword": _("Huidig wachtwoord"),
        "password1": _("Nieuw wachtwoord"),
        "password2": _("Nieuw wachtwoord, nog een keer"),
        "code": _("Code"),
    }
    helps: dict[str, Any] = {"password1": _PASSWORD_HELP}
    missing: dict[str, Any] = {
        "login": _("Vul je e-mailadres in."),
        "email": _("Vul je e-mailadres in."),
        "password": _("Vul je wachtwoord in."),
        "oldpassword": _("Vul je huidige wachtwoord in."),
        "password1": _("Vul een nieuw wachtwoord in."),
        "password2": _("Vul je nieuwe wachtwoord nog een keer in."),
        "code": _("Vul de code in."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            if isinstance(field, forms.EmailField):
                field = self.fields[name] = OwnAddressField(widget=field.widget, required=field.required)
            field.label = self.labels[name]
            field.help_text = self.helps.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if name in self.missing:
                field.error_messages["required"] = self.missing[name]
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.fields)

    def add_error(self, field: str | None, error: Any) -> None:
        """Django says `u` about passwords, and a list of rules at once; we say what to do."""
        if isinstance(error, forms.ValidationError) and not hasattr(error, "error_dict"):
            for one in error.error_list:
                one.message = _PASSWORD_ERRORS.get(one.code or "", one.message)
        super().add_error(field, error)


def count_mail(address: str) -> str:
    """The address, once the mail that will go to it is counted; said beside the field when there were too many."""
    if full := count_code_mail(context.request, address):
        text = f"{gettext('Dat ging te snel.')} {full.words}"
        raise forms.ValidationError(text, code="rate_limited", params={"seconds": full.seconds})
    return address


class SignInForm(OwnWords, account.LoginForm):  # type: ignore[misc]
    helps = {"password": _("Heb je er geen, of ben je het vergeten? Laat dit dan leeg, en we sturen je een code.")}

    def _setup_password_field(self) -> None:
        """allauth takes the field away where one can't sign up with a password. Ours is for who chose one later."""
        self.fields["password"].required = False

    def _clean_without_password(self, email: str | None, phone: str | None) -> Any:
        """Without one a code is sent."""
        try:
            count_mail(email or "")
        except forms.ValidationError as too_many:
            self.add_error("login", too_many)
            return self.cleaned_data
        return super()._clean_without_password(email, phone)


def name_field() -> TextField:
    """A person's name, as one: not everybody's comes in two parts."""
    return TextField(limit=LONGEST_NAME, one_line=True, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class SignUpForm(OwnWords, account.SignupForm):  # type: ignore[misc]
    labels = {**OwnWords.labels, "first_name": _("Je naam (hoeft niet)")}
    helps = {
        "email": _("Daarmee meld je je aan. We sturen je nu een code om te weten dat het van jou is."),
        "first_name": _(
            "Je collega’s zien je naam in de lijst van mensen, en de mails waarmee je iemand uitnodigt, zijn ermee "
            "ondertekend. Laat je dit leeg, dan zien je collega’s je e-mailadres."
        ),
    }

    # By the name that allauth keeps it under.
    first_name = name_field()

    def clean_email(self) -> str:
        return count_mail(super().clean_email())

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Whoever never gave the first code gets another. To allauth the account exists, and then none would come."""
        waiting = unconfirmed_account(self.cleaned_data["email"]) if self.account_already_exists else None
        if waiting:
            # Whoever reads the mail gets the name that came with it, and not one that somebody else thought of before.
            rename_account(waiting, self.cleaned_data["first_name"])
        found: tuple[User | None, HttpResponse | None] = (waiting, None) if waiting else super().try_save(request)
        return found


class RequestCodeForm(OwnWords, account.RequestLoginCodeForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        return count_mail(super().clean_email())


class MailedCode(OwnWords):
    """A code from a mail. What can't be one is told so, and is no try; whether one was sent makes no difference."""

    def clean_code(self) -> str:
        code = self.cleaned_data["code"] = typed_code(self, MAILED_SIGNS)
        if len(code) != MAILED_LENGTH:
            told = _("De code in de mail heeft %(length)s letters. Dit zijn er %(number)s. Kijk hem na.")
            raise forms.ValidationError(told, code=MISTYPED, params={"length": MAILED_LENGTH, "number": len(code)})
        checked: str = super().clean_code()  # type: ignore[misc]
        return checked


class SignInCodeForm(MailedCode, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class AddressCodeAgainForm(MailedCode, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    pass


class AddressCodeForm(MailedCode, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass


class NewAddressForm(OwnWords, account.AddEmailForm):  # type: ignore[misc]
    labels = {"email": _("Nieuw e-mailadres")}
    missing = {"email": _("Vul je nieuwe e-mailadres in.")}
    helps = {"email": _("We sturen er een code naartoe. Je oude adres geldt tot je die hebt ingevuld.")}

    def clean_email(self) -> str:
        return count_mail(super().clean_email())


class ChangePasswordForm(OwnWords, account.ChangePasswordForm):  # type: ignore[misc]
    def clean_oldpassword(self) -> str:
        """At an open browser anybody can guess here."""
        attempt = try_password(context.request, self.user.email)
        if isinstance(attempt, TooOften):
            raise went_wrong_too_often(attempt)
        old: str = super().clean_oldpassword()
        attempt.went_well()
        return old


class SetPasswordForm(OwnWords, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ForgottenPasswordForm(OwnWords, account.ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        return count_mail(super().clean_email())


class ForgottenPasswordCodeForm(MailedCode, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass


class NewPasswordForm(OwnWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class PasswordAgainForm(OwnWords, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class SecondStep(OwnWords):
    """Six figures: few enough to guess, so that wrong ones are counted."""

    helps = {"code": _("Zes cijfers uit de app op je telefoon, of een van je noodcodes.")}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"] = typed_code(self, digits)
        if len(code) not in (TOTP_DIGITS, RECOVERY_CODE_DIGITS):
            told = _("De app toont %(app)s cijfers, een noodcode heeft er %(emergency)s. Dit zijn er %(number)s.")
            params = {"app": TOTP_DIGITS, "emergency": RECOVERY_CODE_DIGITS, "number": len(code)}
            raise forms.ValidationError(told, code=MISTYPED, params=params)
        attempt = try_second_step(context.request, self.user.pk, self.user.email)  # type: ignore[attr-defined]
        if isinstance(attempt, TooOften):
            raise went_wrong_too_often(attempt)
        checked: str = super().clean_code()  # type: ignore[misc]
        attempt.went_well()
        return checked


class SecondFactorForm(SecondStep, second_factor.AuthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorAgainForm(SecondStep, second_factor.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateAppForm(OwnWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    helps = {"code": _("De zes cijfers die de app nu toont.")}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"] = typed_code(self, digits)
        if len(code) != TOTP_DIGITS:
            told = _("De app toont %(app)s cijfers. Dit zijn er %(number)s. Kijk ze na.")
            raise forms.ValidationError(told, code=MISTYPED, params={"app": TOTP_DIGITS, "number": len(code)})
        checked: str = super().clean_code()
        return checked


class NameForm(OwnWords, forms.ModelForm):  # type: ignore[type-arg]
    labels = {"first_name": _("Naam")}
    helps = {
        "first_name": _(
            "Zo zien de mensen je met wie je samenwerkt, en zo zijn de mails ondertekend waarmee je iemand uitnodigt. "
            "Laat je dit leeg, dan zien je collega’s je e-mailadres."
        )
    }

    first_name = name_field()

    class Meta:
        model = User
        fields = ["first_name"]
