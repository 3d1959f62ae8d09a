"""The codes that a participant types in: the short one of a session, and the one of their own answers."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.models import Session
from reflectie.store import PERSONAL_CODE, find_by_code, find_response, personal_code_hashes, read_code

# As long as anybody types a code, with spaces and dashes.
_MAX_TYPED = 60


class _CodeForm(forms.Form):
    """One field for a code. Capitals, spaces and dashes don't matter."""

    code = forms.CharField(
        max_length=_MAX_TYPED,
        error_messages={"required": _("Vul de code in."), "max_length": _("Zo lang is geen code. Kijk hem na.")},
    )


class SessionCodeForm(_CodeForm):
    """The short code of a session; valid, it has the link to take part in `join_token`."""

    join_token = ""

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        code = read_code(typed)
        if len(code) == PERSONAL_CODE:
            raise ValidationError(
                _("Dit lijkt je persoonlijke code. Open eerst de link van de sessie, of vul hier de korte code in.")
            )
        self.join_token = (find_by_code(code) if code else "") or ""
        if not self.join_token:
            raise ValidationError(
                _("Deze code kennen we niet, of de ronde is al gesloten. Kijk hem teken voor teken na.")
            )
        return code


class PersonalCodeForm(_CodeForm):
    """A participant's own code in one session; valid, it opens the answers begun under it."""

    def __init__(self, session: Session, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.session = session

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        code = read_code(typed)
        if len(code) != PERSONAL_CODE:
            raise ValidationError(
                _("Een persoonlijke code heeft %(length)s tekens, zonder 0, O, 1, I of L. Kijk hem na."),
                params={"length": PERSONAL_CODE},
            )
        if find_response(self.session, *personal_code_hashes(self.session.pk, code)) is None:
            raise ValidationError(
                _("Onder deze code is in deze sessie niets begonnen. Kijk hem na, of begin opnieuw via de link.")
            )
        return code
