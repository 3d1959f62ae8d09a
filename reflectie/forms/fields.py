"""Fields that several forms use."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reflectie.domain.questionnaire.answers import MAX_LINES, MAX_NAME
from reflectie.domain.questionnaire.help_range import is_turned
from reflectie.domain.text import tidy
from reflectie.email_addresses import MAX_ADDRESS, is_address, normal_address, one_address
from reflectie.services.tokens import bare_code

# Of a code that can't be one: it was typed wrong, and tries out nothing.
MISTYPED = "mistyped"


class TextField(forms.CharField):
    """Text as a person typed it, tidied: what comes back is what would be kept, and nothing is cut off."""

    widget = forms.Textarea

    def __init__(self, *, limit: int, one_line: bool = False, **kwargs: Any) -> None:
        self.limit, self.one_line = limit, one_line
        super().__init__(**{"required": False, **kwargs})
        # Django's refuses a sign that `tidy` takes out.
        self.validators = [self._fits, self._has_lines]

    def to_python(self, value: Any) -> str:
        return tidy(str(value or ""), one_line=self.one_line)

    def bound_data(self, data: Any, initial: Any) -> str:
        """What a page with an error shows in the field."""
        return self.to_python(data)

    def _fits(self, text: str) -> None:
        numbers = {"length": len(text), "limit": self.limit}
        if len(text) > self.limit:
            raise ValidationError(
                _("Te lang: %(length)s tekens, en er passen er %(limit)s. Nog niet bewaard. Maak de tekst korter."),
                params={name: number_format(number, force_grouping=True) for name, number in numbers.items()},
            )

    def _has_lines(self, text: str) -> None:
        if (lines := text.count("\n") + 1) > MAX_LINES:
            raise ValidationError(
                _("Te veel regels: %(lines)s, en er passen er %(limit)s. Nog niet bewaard. Voeg regels samen."),
                params={"lines": number_format(lines, force_grouping=True), "limit": MAX_LINES},
            )


class AtMostField(forms.MultipleChoiceField):
    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        chosen = super().clean(value)
        if len(chosen) > self.limit:
            raise ValidationError(
                _("Kies er hoogstens %(limit)s. Nu zijn het er %(number)s: haal er %(over)s weg."),
                params={"limit": self.limit, "number": len(chosen), "over": len(chosen) - self.limit},
            )
        return tuple(chosen)


class RangeField(forms.MultipleChoiceField):
    """From where to where, by letters: two of the same name, in their order. Both, or neither."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> tuple[str, ...]:
        given = self.to_python(value)
        if not any(given):
            return ()
        if "" in given or len(given) == 1:
            missing = _("tot") if given[0] else _("van")
            raise ValidationError(
                _("Kies ook een letter bij ‘%(missing)s’, of laat allebei leeg. Nog niet bewaard."),
                params={"missing": missing},
            )
        self.validate(given)
        if len(given) > 2:
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": ""})
        first, last = given
        if is_turned(first, last):
            raise ValidationError(
                _("Van %(first)s tot %(last)s kan niet: %(last)s komt voor %(first)s. Nog niet bewaard. Wissel ze om."),
                params={"first": first, "last": last},
            )
        return first, last


def day_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(
        # The form in which a browser posts a date, first; typed by hand, as people here write it.
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        error_messages={"invalid": _("Geef een dag, zoals 31/12/2026."), "required": _("Kies een dag.")},
        **kwargs,
    )


def session_name_field() -> TextField:
    """What a coordinator calls a session, beside its day."""
    return TextField(
        label=_("Naam van de sessie"),
        limit=MAX_NAME,
        one_line=True,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Hoeft niet. Iedereen die meedoet of het verslag leest, ziet die naam. Zet er geen cliënt in."),
    )


def choice_field(choices: Mapping[str, str | Promise], *, missing: Any = None, **kwargs: Any) -> forms.ChoiceField:
    """One of a few, all of them in sight. `missing` is said when none is chosen, and read in the list above the form
    without the question beside it."""
    unknown = _("Kies een van de mogelijkheden.")
    return forms.ChoiceField(
        choices=list(choices.items()),
        widget=forms.RadioSelect,
        error_messages={"required": missing or unknown, "invalid_choice": unknown},
        **kwargs,
    )


def _is_address(address: str) -> None:
    if len(address) <= MAX_ADDRESS and not is_address(normal_address(address)):
        raise ValidationError(AddressField.default_error_messages["invalid"], code="invalid")


class AddressField(forms.EmailField):
    """One e-mail address, in the form in which it is kept; pasted with a name beside it, the address alone."""

    default_validators = [_is_address]
    default_error_messages = {
        "invalid": _("Dit is geen e-mailadres. Kijk het na: naam@voorbeeld.be"),
        "max_length": _("Dit e-mailadres is te lang. Kijk het na."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_ADDRESS, **kwargs})

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return one_address(typed) if typed else ""


def typed_code(form: forms.Form, signs: str) -> str:
    """What counts of the code that was typed in a form. Raises ValidationError when that is nothing; and, `mistyped`,
    with the signs that are in no such code."""
    code = bare_code(form.cleaned_data["code"])
    if not code:
        raise ValidationError(form.fields["code"].error_messages["required"], code="required")
    if wrong := [sign for sign in dict.fromkeys(code) if sign not in signs]:
        told = ngettext(
            "Dit teken staat nooit in zo’n code: %s. Kijk het na.",
            "Deze tekens staan nooit in zo’n code: %s. Kijk ze na.",
            len(wrong),
        )
        raise ValidationError(told % ", ".join(wrong), code=MISTYPED)
    return code
