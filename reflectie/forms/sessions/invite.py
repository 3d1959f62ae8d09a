"""The form with addresses to send a session's link to, pasted from a mail programme, a spreadsheet or by hand; and with
what the coordinator writes beside it."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reflectie.email_addresses import Found, read_addresses, readable_address
from reflectie.forms.fields import TextField
from reflectie.services.sessions.invitees import MAX_INVITEES

# An address is at most 254 signs, and comes with a name.
MAX_TYPED = MAX_INVITEES * 400
# How much of what couldn't be read is quoted: all of it stands in the field.
MAX_QUOTED, MAX_QUOTE = 5, 60
# Two sentences. The mail is about the session, and what is in it before has to be read too.
MAX_MESSAGE = 300
# Whatever a mail program makes a link of: a mail that we send leads to the session and nowhere else. With two letters
# or more behind a point, so that "a.d.h.v." is none.
_LEADS_AWAY = re.compile(r"://|@|\bwww\.|[^\W\d_]\.[^\W\d_]{2,}", re.IGNORECASE)


class ParticipantInvitationForm(forms.Form):
    """Addresses, in whatever way they are set apart; cleaned, a list of different ones in the order given. And a
    message of one's own, on one line, that leads nowhere."""

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

    message = TextField(
        label=_("Wil je er zelf iets bij schrijven? (hoeft niet)"),
        help_text=_(
            "Hoogstens 300 tekens, zonder links of e-mailadressen. Het komt in de mail, en wij bewaren het niet."
        ),
        limit=MAX_MESSAGE,
        one_line=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: QueryDict | None = None, *, addresses: tuple[str, ...] = ()) -> None:
        super().__init__(data, initial={"addresses": _lines(addresses)})
        # The browser counts the length otherwise, and cuts off what is pasted without a word.
        del self.fields["addresses"].widget.attrs["maxlength"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("addresses", "message")

    def clean_addresses(self) -> list[str]:
        found = read_addresses(self.cleaned_data["addresses"])
        if found.unread:
            # To be corrected or taken away, with the addresses under it: names beside them are kept nowhere.
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["addresses"] = "\n".join([*found.unread, _lines(found.addresses)])  # type: ignore[index]
            raise ValidationError(_told(found))
        if len(found.addresses) > MAX_INVITEES:
            raise ValidationError(
                _("Dit zijn %(number)s adressen. Er kunnen er hoogstens %(limit)s mee."),
                params={"number": len(found.addresses), "limit": MAX_INVITEES},
            )
        if not found.addresses:
            raise ValidationError(self.fields["addresses"].error_messages["required"])
        return list(found.addresses)

    def clean_message(self) -> str:
        message: str = self.cleaned_data["message"]
        if found := _LEADS_AWAY.search(message):
            word = next(word for word in message.split() if found[0] in word)
            raise ValidationError(
                _("Hier kan geen link of adres staan: %s. De link om mee te doen staat al in de mail.")
                % Truncator(word).chars(MAX_QUOTE)
            )
        return message


def _lines(addresses: tuple[str, ...]) -> str:
    """As people know them: who pasted a domain in letters wouldn't know it in ASCII."""
    return "\n".join(map(readable_address, addresses))


def _told(found: Found) -> str:
    """What couldn't be read, where it stands now, and how many addresses could."""
    number, more = len(found.unread), len(found.unread) - MAX_QUOTED
    quoted = ", ".join(Truncator(text).chars(MAX_QUOTE) for text in found.unread[:MAX_QUOTED])
    if more > 0:
        quoted = _now("%(quoted)s en nog %(more)s") % {"quoted": quoted, "more": more}
    told = [
        ngettext("Dit is geen e-mailadres: %s.", "Dit zijn geen e-mailadressen: %s.", number) % quoted,
        ngettext(
            "Het staat bovenaan in het veld: verbeter het of haal het weg.",
            "Ze staan bovenaan in het veld: verbeter ze of haal ze weg.",
            number,
        ),
    ]
    if good := len(found.addresses):
        kept = ngettext(
            "%s ander adres is goed en staat eronder.", "%s andere adressen zijn goed en staan eronder.", good
        )
        told.append(kept % good)
    return " ".join([*told, _now("Er is nog niets verstuurd.")])
