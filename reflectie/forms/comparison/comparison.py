"""By what sessions are looked for, to set beside each other."""

from collections.abc import Sequence
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NAME
from reflectie.domain.report.agreements import Decision
from reflectie.domain.text import same_text, sort_key
from reflectie.forms.fields import TextField, day_field
from reflectie.models import Collaboration
from reflectie.presentation import wording
from reflectie.services.collaborations.collaborations import merge_names
from reflectie.services.comparison.comparisons import Wanted

# What stands in the address, which people keep and read.
_IN_ADDRESS = {
    "collaboration": "samenwerking",
    "label": "label",
    "partner": "partner",
    "first": "van",
    "last": "tot",
    "decision": "besluit",
}


class WantedForm(forms.Form):
    """Nothing in it has to be filled in. `wanted` is what was asked for; what is wrong in it sets no limit."""

    collaboration = forms.TypedChoiceField(
        label=_("Samenwerking"), required=False, coerce=UUID, empty_value=None, choices=[]
    )
    label = forms.ChoiceField(label=_("Regio of thema"), required=False, choices=[])
    partner = TextField(label=_("Partner"), limit=MAX_NAME, one_line=True, widget=forms.TextInput)
    first = day_field(label=_("Vanaf"), required=False)
    last = day_field(label=_("Tot en met"), required=False)
    decision = forms.ChoiceField(label=_("Besluit"), required=False, choices=[])

    def __init__(self, data: QueryDict, collaborations: Sequence[Collaboration]) -> None:
        super().__init__(data)
        self._labels = [label for each in collaborations for label in (each.region, each.theme) if label]
        labels = sorted(merge_names(self._labels), key=sort_key)
        self._choose("collaboration", [(str(each.pk), each.name) for each in collaborations])
        self._choose("label", [(label, label) for label in labels])
        self._choose("decision", [(name, wording.DECISIONS[name]) for name in Decision])
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*_IN_ADDRESS)

    def _choose(self, name: str, choices: Sequence[tuple[str, object]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Alle")), *choices]
        field.error_messages["invalid_choice"] = _("Kies een van de mogelijkheden.")

    def add_prefix(self, field_name: str) -> str:
        return _IN_ADDRESS.get(field_name, field_name)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", ValidationError(_("Deze dag valt vóór ‘vanaf’.")))

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if asked := same_text(given.pop("label", "")):
            given["labels"] = frozenset(label for label in self._labels if same_text(label) == asked)
        return Wanted(**given)

    @property
    def narrows(self) -> bool:
        """Whether anything was filled in, right or wrong."""
        return any(self.data.get(name) for name in _IN_ADDRESS.values())
