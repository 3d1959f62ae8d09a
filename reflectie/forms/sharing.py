"""What of a session is shared with other collaborations, as forms."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.checklist import Checklist, Item
from reflectie.domain.report.agreements import MAX_AGREEMENT
from reflectie.domain.sharing import Lesson, Shareable, Sharing, SharingChoice
from reflectie.domain.versions import etag
from reflectie.presentation import wording

from .fields import TextField, choice_field
from .optimistic_lock import OptimisticLock, OptimisticLockForm

CHOICES = "reflectie/sharing/choices.html"


class LessonForm(OptimisticLockForm[Lesson]):
    """One lesson, changed or taken out."""

    removed_by_other = _("De ander haalde deze les weg.")
    removing = _("Jij wilde de les weghalen. Kies hieronder wat er komt te staan.")
    remove_anyway = _("Haal de les toch weg")
    leave_removed = _("Laat de les weg")

    text = TextField(
        label=_("Wat hielp?"),
        help_text=_("Eén zin waar een ander team iets mee kan. Geen namen van cliënten of andere mensen."),
        limit=MAX_AGREEMENT,
        one_line=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    item = forms.ChoiceField(
        label=_("Bij welke stelling hoort het?"),
        help_text=_("Daarbij vinden anderen het."),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("Dit kennen we niet. Kies uit de lijst.")},
    )
    sharing = choice_field(
        {sharing: wording.SHARINGS[sharing] for sharing in Sharing}, label=_("Delen?"), required=False
    )

    def __init__(self, checklist: Checklist, data: QueryDict | None = None, kept: Lesson | None = None) -> None:
        self.checklist = checklist
        super().__init__(data, initial=self._start(kept), kept=kept)
        self.fields["item"].choices = [("", _("Kies een stelling")), *_by_dimension(checklist)]  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("text", "item", Field("sharing", template=CHOICES))

    def _start(self, kept: Lesson | None) -> dict[str, Any]:
        return {"text": kept.text, "item": kept.item, "sharing": kept.sharing} if kept else {"sharing": Sharing.NOT}

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text and self.is_wanted:
            raise ValidationError(_("Schrijf in één zin wat hielp."))
        return text

    def clean_item(self) -> str:
        item: str = self.cleaned_data["item"]
        if not item and self.is_wanted:
            raise ValidationError(_("Kies bij welke stelling het hoort."))
        return item

    @property
    def is_wanted(self) -> bool:
        """Whether there is a lesson in the form at all."""
        return True

    @property
    def lesson(self) -> Lesson:
        """What was posted, of a valid form."""
        given = self.cleaned_data
        return Lesson("", given["text"], given["item"], Sharing(given["sharing"]))


class SharingLine(OptimisticLock[Shareable]):
    """One thing to decide over, as the page shows it. In a conflict it stands there as it is now, with what the person
    chose: whoever sends that again decided over it."""

    def __init__(self, thing: Shareable, item: Item | None, data: QueryDict) -> None:
        self.kept: Shareable = thing
        self.item = item
        self.data = data
        self.etag_name = f"seen-{thing.key}"

    @property
    def thing(self) -> Shareable:
        return self.kept

    @property
    def is_asked(self) -> bool:
        """Whether the page that was posted asked about it."""
        return bool(self.data.get(self.etag_name))

    @property
    def seen(self) -> str:
        """The etag of what the person decided, or will decide, over."""
        return self.shown_etag if self.is_asked and not self.has_conflict else etag(self.kept)

    @property
    def shown_sharing(self) -> Sharing:
        """How the page showed that it was shared."""
        return self.kept.sharing if self.has_conflict else self._given(f"shown-{self.kept.key}")

    @property
    def chosen(self) -> Sharing:
        return self._given(f"share-{self.kept.key}")

    @property
    def choices(self) -> list[tuple[str, str | Promise, bool]]:
        """Each way to share it, in words, and whether it is the one that is chosen."""
        return [(sharing.value, wording.SHARINGS[sharing], sharing is self.chosen) for sharing in Sharing]

    @property
    def choice(self) -> SharingChoice | None:
        """What was posted of it; None where the page didn't ask."""
        return SharingChoice(self.chosen, self.shown_sharing, self.seen) if self.is_asked else None

    def _given(self, name: str) -> Sharing:
        given = self.data.get(name)
        return Sharing(str(given)) if given in set(Sharing) else self.kept.sharing


class ShareForm(LessonForm):
    """All that a session has to share, with how; and one more lesson, if something of it is filled in."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, checklist: Checklist, things: Sequence[Shareable], data: QueryDict | None = None) -> None:
        super().__init__(checklist, data)
        self.lines = [SharingLine(thing, checklist.by_key.get(thing.item), self.data) for thing in things]
        self.helper.layout.append("key")

    def _start(self, kept: Lesson | None) -> dict[str, Any]:
        return {"sharing": Sharing.NOT, "key": uuid4()}

    @property
    def is_wanted(self) -> bool:
        return any(str(self.data.get(name, "")).strip() for name in ("text", "item", "sharing"))

    @property
    def new_lesson(self) -> Lesson | None:
        return self.lesson if self.is_wanted else None

    @property
    def sharing_choices(self) -> dict[str, SharingChoice]:
        """How each thing is to be shared; what the page didn't ask about is left as it is."""
        return {line.kept.key: choice for line in self.lines if (choice := line.choice)}

    def set_conflicts(self, keys: Collection[str]) -> None:
        """Somebody changed what has these keys since the page was shown."""
        for line in self.lines:
            if line.kept.key in keys:
                line.set_conflict(line.kept)

    @property
    def lessons(self) -> list[SharingLine]:
        return [line for line in self.lines if line.thing.is_lesson]

    @property
    def agreements(self) -> list[SharingLine]:
        return [line for line in self.lines if not line.thing.is_lesson]

    @property
    def shown(self) -> list[SharingLine]:
        """What others find now."""
        return [line for line in self.lines if line.thing.is_shown]


def _by_dimension(checklist: Checklist) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for dimension in checklist.dimensions:
        yield dimension.name, [(item.key, item.short) for item in dimension.items]
