"""What is asked about a collaboration, and about who may do what in it."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_LINES, MAX_NAME
from reflectie.domain.text import same_text, tidy
from reflectie.forms.fields import AddressField, TextField
from reflectie.models import Collaboration, Role
from reflectie.models.collaboration import MAX_LABEL
from reflectie.services.collaborations.collaborations import merge_names

NAME_MISSING = _("Geef de samenwerking een naam.")


class NamesField(TextField):
    """Names, one a line. Empty lines go, and so does a name that is the same to a person as one before it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=MAX_LINES * (MAX_NAME + 1), **kwargs)

    def clean(self, value: Any) -> str:
        lines = (tidy(line, one_line=True) for line in super().clean(value).split("\n"))
        names = merge_names(line for line in lines if line)
        for name in names:
            if len(name) > MAX_NAME:
                raise ValidationError(
                    _("Deze naam is te lang, er passen %(limit)s tekens: %(name)s"),
                    params={"limit": MAX_NAME, "name": name},
                )
        return "\n".join(names)


class CollaborationForm(forms.Form):
    name = TextField(label=_("Naam van de samenwerking"), limit=MAX_NAME, one_line=True, widget=forms.TextInput)
    partners = NamesField(
        label=_("Partners (hoeft niet)"),
        help_text=_(
            "Organisaties, beroepen, en ook de cliënt, naasten of vrijwilligers. Zet elke partner op een eigen regel. "
            "Staat een naam er twee keer, dan bewaren we hem één keer, ook met andere hoofdletters of leestekens."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    region = TextField(
        label=_("Regio (hoeft niet)"),
        help_text=_("Bijvoorbeeld: Tienen"),
        limit=MAX_LABEL,
        one_line=True,
        widget=forms.TextInput,
    )
    theme = TextField(
        label=_("Thema (hoeft niet)"),
        help_text=_("Bijvoorbeeld: thuis na het ziekenhuis"),
        limit=MAX_LABEL,
        one_line=True,
        widget=forms.TextInput,
    )

    def __init__(self, data: QueryDict | None = None, *, collaboration: Collaboration | None = None) -> None:
        kept = {}
        if collaboration:
            names = [partner.name for partner in collaboration.partners.all()]
            kept = {name: getattr(collaboration, name) for name in ("name", "region", "theme")}
            kept["partners"] = "\n".join(names)
        super().__init__(data, initial=kept)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("name", "partners", "region", "theme")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name:
            raise ValidationError(NAME_MISSING)
        return name

    @property
    def details(self) -> dict[str, Any]:
        return {**self.cleaned_data, "partners": self.cleaned_data["partners"].splitlines()}


class EraseForm(forms.Form):
    """Whoever erases for several people types the name first."""

    typed = TextField(
        label=_("Typ de naam van de samenwerking over"), limit=MAX_NAME, one_line=True, widget=forms.TextInput
    )

    def __init__(self, data: QueryDict | None = None, *, collaboration: Collaboration) -> None:
        super().__init__(data)
        self.collaboration = collaboration
        self.fields["typed"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if same_text(typed) != same_text(self.collaboration.name):
            raise ValidationError(_("Dit is niet dezelfde naam. Er is nog niets gewist."))
        return typed


class MemberInvitationForm(forms.Form):
    email = AddressField(
        label=_("E-mailadres"),
        error_messages={"required": _("Vul het e-mailadres in van wie je uitnodigt.")},
    )
    role = forms.ChoiceField(
        choices=Role.choices,
        error_messages={"required": _("Kies een rol."), "invalid_choice": _("Kies een rol.")},
    )


class AdoptForm(forms.Form):
    """Where a reflection goes: one of the collaborations on offer, or a new one."""

    NEW = "new"

    where = forms.ChoiceField(
        error_messages={"required": _("Kies waar je de zelfreflectie bewaart."), "invalid_choice": _("Kies opnieuw.")},
    )
    name = TextField(label=_("Naam van de nieuwe samenwerking"), limit=MAX_NAME, one_line=True, widget=forms.TextInput)

    def __init__(self, data: QueryDict | None, offered: list[Collaboration], *, name: str) -> None:
        # With nothing else to choose, the name is all that is asked.
        super().__init__(data, initial={"where": "" if offered else self.NEW, "name": name})
        self.offered = {str(collaboration.pk): collaboration for collaboration in offered}
        field = self.fields["where"]
        field.choices = [  # type: ignore[attr-defined]
            *((pk, collaboration.name) for pk, collaboration in self.offered.items()),
            (self.NEW, _("Een nieuwe samenwerking")),
        ]
        field.widget.choices = field.choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("where") == self.NEW and "name" in given and not given["name"]:
            self.add_error("name", NAME_MISSING)
        return given

    @property
    def chosen(self) -> Collaboration | None:
        """One of those offered; None for a new one."""
        return self.offered.get(self.cleaned_data["where"])
