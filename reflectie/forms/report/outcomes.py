"""What the team makes of an item after talking, as a form."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NOTE
from reflectie.domain.questionnaire.checklist import ActionOwner, Item
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.versions import etag
from reflectie.forms.fields import TextField
from reflectie.forms.optimistic_lock import OptimisticLockForm
from reflectie.presentation.items import choice_words
from reflectie.presentation.phrases import word

_AREA = {"class": "form-control", "rows": "3"}
_UNKNOWN = _("Dit kennen we niet. Kies een van de mogelijkheden.")


class OutcomeForm(OptimisticLockForm[Outcome]):
    """The outcome of one item."""

    removed_by_other = _("De ander wiste de uitkomst.")
    removing = _("Jij wilde de uitkomst wissen. Kies hieronder wat er komt te staan.")
    remove_anyway = _("Wis de uitkomst toch")
    leave_removed = _("Laat de uitkomst weg")

    choice = forms.ChoiceField(
        required=False,
        choices=[(choice.value, choice.value) for choice in Choice],
        error_messages={"invalid_choice": _UNKNOWN},
    )
    mover = forms.ChoiceField(
        required=False,
        choices=[(mover.value, mover.value) for mover in ActionOwner],
        error_messages={"invalid_choice": _UNKNOWN},
    )
    reason = TextField(limit=MAX_NOTE, widget=forms.Textarea(attrs=_AREA))
    minority = TextField(limit=MAX_NOTE, widget=forms.Textarea(attrs=_AREA))

    def __init__(self, item: Item, data: QueryDict | None = None, *, kept: Outcome | None = None) -> None:
        first = {"choice": kept.choice, "reason": kept.reason, "minority": kept.minority} if kept else {}
        super().__init__(data, initial={**first, "mover": (kept and kept.mover) or item.mover}, kept=kept)
        self.item = item
        for name in ("reason", "minority"):
            if name in self.errors:
                self.fields[name].widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"fout-{name}"}

    def clean(self) -> dict[str, Any]:
        """Who can move it, without a choice, is worth recording too; the default, without one, is nothing at all."""
        given = super().clean() or self.cleaned_data
        if given.get("mover") == self.item.mover:
            given["mover"] = ""
        if not given.get("choice") and not given.get("mover") and not {"choice", "mover"} & self.errors.keys():
            self.add_error("choice", _("Kies wat het gesprek opleverde, of wie dit kan aanpakken."))
        return given

    @property
    def can_remove(self) -> bool:
        return self.shown_etag != etag(None)

    @property
    def outcome(self) -> Outcome | None:
        """What was posted, once it is valid; None to wipe."""
        if self.removes:
            return None
        given = self.cleaned_data
        choice = Choice(given["choice"]) if given["choice"] else None
        return Outcome(
            choice, given["reason"], given["minority"], ActionOwner(given["mover"]) if given["mover"] else None
        )

    def choices(self) -> list[tuple[str, str | Promise, bool]]:
        """Each choice with its words, and whether it is the one that is chosen."""
        chosen = self["choice"].value()
        return [(choice.value, choice_words(self.item, choice), choice == chosen) for choice in Choice]

    def movers(self) -> list[tuple[str, str | Promise, bool, bool]]:
        """Who can move it, each with its words, whether it is the one chosen, and whether the guidance says so."""
        chosen = self["mover"].value() or self.item.mover
        return [(mover.value, word(mover), mover == chosen, mover is self.item.mover) for mover in ActionOwner]
