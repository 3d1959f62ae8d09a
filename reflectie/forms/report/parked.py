"""What a talk puts off, as a form."""

from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.agreements import MAX_AGREEMENT
from reflectie.forms.fields import TextField


class ParkForm(forms.Form):
    """One topic that has to wait."""

    text = TextField(
        label=_("Wat moet wachten?"),
        limit=MAX_AGREEMENT,
        one_line=True,
        required=True,
        error_messages={"required": _("Schrijf wat moet wachten.")},
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text=_("Eén zin. Het komt terug aan het eind van het gesprek, en bij de volgende sessie."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, auto_id: str = "id_%s") -> None:
        super().__init__(data, initial={"key": uuid4()}, auto_id=auto_id)
