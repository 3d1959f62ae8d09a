"""The codes that a participant types in: the short one of a session, and the one of their own answers."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reflectie.forms.fields import MISTYPED, AddressField, typed_code
from reflectie.models import Session
from reflectie.services.questionnaire.sheets import find_response
from reflectie.services.sessions.rounds import find_by_code
from reflectie.services.tokens import PERSONAL_CODE, SHORT_CODE, SIGNS, personal_code_hashes, read_code

# As long as anybody types a code, with spaces and dashes.
_MAX_TYPED = 60


class _CodeForm(forms.Form):
    """One field for a code of so many signs. Only letters and figures count."""

    length: int
    code = forms.CharField(
        max_length=_MAX_TYPED,
        error_messages={"required": _("Vul de code in."), "max_length": _("Zo lang is geen code. Kijk hem na.")},
    )

    @property
    def is_possible(self) -> bool:
        """Whether what was typed can be such a code. Only then it is a try at one."""
        return len(read_code(self.data.get("code", ""))) == self.length

    def read(self, wrong_length: str) -> str:
        """The code that was typed. Raises ValidationError when it can't be one."""
        code = typed_code(self, SIGNS)
        if len(code) != self.length:
            raise ValidationError(wrong_length % {"length": self.length, "number": len(code)}, code=MISTYPED)
        return code


class SessionCodeForm(_CodeForm):
    """The short code of a session; valid, it has the link to take part in `join_token`."""

    length = SHORT_CODE
    join_token = ""

    def clean_code(self) -> str:
        if len(read_code(self.cleaned_data["code"])) == PERSONAL_CODE:
            raise ValidationError(
                _("Dit lijkt je persoonlijke code. Open eerst de link van de sessie, of vul hier de korte code in.")
            )
        code = self.read(_now("De korte code heeft %(length)s tekens. Dit zijn er %(number)s. Kijk hem na."))
        self.join_token = find_by_code(code) or ""
        if not self.join_token:
            raise ValidationError(
                _("Deze code kennen we niet, of de ronde is al gesloten. Kijk hem teken voor teken na.")
            )
        return code


class ReportNoticeForm(forms.Form):
    """The address of whoever wants one mail when the report opens."""

    email = AddressField(
        label=_("Je e-mailadres"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Vul je e-mailadres in.")},
    )


class PersonalCodeForm(_CodeForm):
    """A participant's own code in one session; valid, it opens the answers begun under it."""

    length = PERSONAL_CODE

    def __init__(self, session: Session, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.session = session

    def clean_code(self) -> str:
        code = self.read(_now("Een persoonlijke code heeft %(length)s tekens. Dit zijn er %(number)s. Kijk hem na."))
        if find_response(self.session, *personal_code_hashes(self.session.pk, code)) is None:
            raise ValidationError(
                _("Onder deze code is in deze sessie niets begonnen. Kijk hem na, of begin opnieuw via de link.")
            )
        return code
