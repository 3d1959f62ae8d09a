"""What of a session is shared with other collaborations, as forms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from reflectie.domain.sharing import Lesson, Shareable, Sharing, Wish, lesson_mark
from reflectie.presentation import wording

from .fields import TextField, choice_field
from .optimistic_lock import SeenForm

CHOICES = "reflectie/sharing/choices.html"


class LessonForm(SeenForm[Lesson]):
    """One lesson, changed or taken out."""

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

    def mark_of(self, thing: Lesson | None) -> str:
        return lesson_mark(thing)

    @property
    def removes(self) -> bool:
        return "remove" in self.data


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to decide over. `seen` goes along in the page; `overtaken` says that it changed since it was shown."""

    thing: Shareable
    item: Item | None
    choices: tuple[tuple[str, str | Promise, bool], ...]
    seen: str
    overtaken: bool


class ShareForm(LessonForm):
    """All that a session has to share, with how; and one more lesson, if something of it is filled in."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, checklist: Checklist, things: Sequence[Shareable], data: QueryDict | None = None) -> None:
        self.things = things
        # The keys of what somebody changed since this page was shown.
        self.overtaken: frozenset[str] = frozenset()
        super().__init__(checklist, data)
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
    def wishes(self) -> dict[str, Wish]:
        """How each thing is to be shared; what the page didn't ask about is left as it is."""
        wishes = {thing.key: Wish(self._chosen(thing), self._seen(thing)) for thing in self.things}
        return {key: wish for key, wish in wishes.items() if self.data.get(f"seen-{key}")}

    @property
    def lessons(self) -> list[Line]:
        return [self._line(thing) for thing in self.things if thing.is_lesson]

    @property
    def agreements(self) -> list[Line]:
        return [self._line(thing) for thing in self.things if not thing.is_lesson]

    @property
    def shown(self) -> list[Line]:
        """What others find now."""
        return [self._line(thing) for thing in self.things if thing.is_shown]

    def _line(self, thing: Shareable) -> Line:
        chosen, overtaken = self._chosen(thing), thing.key in self.overtaken
        choices = tuple((sharing.value, wording.SHARINGS[sharing], sharing is chosen) for sharing in Sharing)
        seen = thing.mark if overtaken else self._seen(thing)
        return Line(thing, self.checklist.by_key.get(thing.item), choices, seen, overtaken)

    def _chosen(self, thing: Shareable) -> Sharing:
        given = self.data.get(f"share-{thing.key}")
        return Sharing(str(given)) if given in set(Sharing) else thing.sharing

    def _seen(self, thing: Shareable) -> str:
        return str(self.data.get(f"seen-{thing.key}") or thing.mark)


def _by_dimension(checklist: Checklist) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for dimension in checklist.dimensions:
        yield dimension.name, [(item.key, item.short) for item in dimension.items]
