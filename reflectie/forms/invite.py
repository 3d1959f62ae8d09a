"""The form with addresses to send a session's link to: pasted from a mail programme, a spreadsheet or by hand."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reflectie.store import MAX_INVITEES

# An address is at most 254 signs, and comes with a name.
MAX_TYPED = MAX_INVITEES * 400


class InviteForm(forms.Form):
    """Addresses, in whatever way they are set apart; cleaned, a list of different ones in the order given."""

    addresses = forms.CharField(
        label=_("E-mailadressen"),
        help_text=_("Plak ze zoals je ze hebt: onder elkaar, met komma’s of puntkomma’s, met of zonder namen erbij."),
        max_length=MAX_TYPED,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={
            "required": _("Vul minstens één e-mailadres in."),
            "max_length": _("Dat is te veel tekst. Plak alleen de adressen."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, addresses: tuple[str, ...] = ()) -> None:
        super().__init__(data, initial={"addresses": "\n".join(addresses)})
        # The browser counts the length otherwise, and cuts off what is pasted without a word.
        del self.fields["addresses"].widget.attrs["maxlength"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("addresses")

    def clean_addresses(self) -> list[str]:
        found = split_addresses(self.cleaned_data["addresses"])
        wrong = [address for address in found if not _is_address(address)]
        if wrong:
            message = ngettext("Dit is geen e-mailadres: %s.", "Dit zijn geen e-mailadressen: %s.", len(wrong))
            raise ValidationError(message % ", ".join(wrong))
        if len(found) > MAX_INVITEES:
            raise ValidationError(
                _("Dit zijn %(number)s adressen. Er kunnen er hoogstens %(limit)s mee."),
                params={"number": len(found), "limit": MAX_INVITEES},
            )
        if not found:
            raise ValidationError(self.fields["addresses"].error_messages["required"])
        return found


def split_addresses(typed: str) -> list[str]:
    """The addresses in a text, each once, in small letters. `"Peeters, An" <an@example.org>; bo@example.org`."""
    # A name in quotes may hold anything, commas too.
    text = re.sub(r'"[^"]*"', " ", typed)
    found: list[str] = []
    for part in re.split(r"[,;\n\r\t]+", text):
        bracketed = re.findall(r"<([^<>]*)>", part)
        found += bracketed or part.split()
    bare = (re.sub(r"(?i)^mailto:", "", address.strip().strip("<>()[]'.")).lower() for address in found)
    return [address for address in dict.fromkeys(bare) if address]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    # What the column takes.
    return len(text) <= 254
