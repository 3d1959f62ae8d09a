"""A poll of support, as forms: what is asked about by phone, what was counted of hands, and where somebody stands."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.polls import MAX_HANDS, PollCounts, Stance
from reflectie.forms.fields import choice_field
from reflectie.forms.optimistic_lock import OptimisticLockForm
from reflectie.presentation.wording import STANCES


class PhonesForm(forms.Form):
    """The beginning of a poll by phone. `key` makes one poll of a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)


def _hands(**label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        **label,
        min_value=0,
        max_value=MAX_HANDS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control", "autocomplete": "off"}),
        error_messages={
            "required": _("Typ hoeveel handen je telde. Geen enkele? Typ dan 0."),
            "invalid": _("Typ een getal, zoals 4."),
            "min_value": _("Dit kan niet minder zijn dan %(limit_value)s."),
            "max_value": _("Dit kan niet meer zijn dan %(limit_value)s."),
        },
    )


class CountForm(forms.Form):
    """What was counted of hands."""

    behind = _hands(label=STANCES[Stance.BEHIND])
    live_with = _hands(label=STANCES[Stance.LIVE_WITH])
    objection = _hands(label=STANCES[Stance.OBJECTION])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if not self.errors and not self.counts.voted:
            raise ValidationError({"behind": _("Er ging geen enkele hand omhoog. Tel opnieuw.")})
        return given

    @property
    def counts(self) -> PollCounts:
        """What was posted, of a valid form."""
        given = self.cleaned_data
        return PollCounts(given["behind"], given["live_with"], given["objection"])

    @property
    def numbers(self) -> list[forms.BoundField]:
        """The fields in which somebody types."""
        return [self[name] for name in ("behind", "live_with", "objection")]


class HandsForm(CountForm, PhonesForm):
    """What was counted of hands, for the first time."""


class CorrectionForm(CountForm, OptimisticLockForm[PollCounts]):
    """What was counted of hands and typed wrong. `kept` is what stands there."""

    def __init__(self, data: QueryDict | None = None, *, kept: PollCounts) -> None:
        super().__init__(data, initial=asdict(kept), auto_id="verbeter_%s", kept=kept)


class VoteForm(forms.Form):
    """Where somebody stands."""

    stance = choice_field(
        {stance: STANCES[stance] for stance in Stance},
        label=_("Waar sta je?"),
        missing=_("Kies een van de drie."),
    )
