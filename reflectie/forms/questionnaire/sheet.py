"""What was sent of an answer sheet, read and checked: only the fields that were sent, whichever these are."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import Ask, Field, FieldValue, Posted, Value, fields_for, note_name
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import Mode, Setup
from reflectie.domain.text import tidy
from reflectie.forms.fields import AtMostField, RangeField, TextField

_UNKNOWN_ANSWER = {"invalid_choice": _("Dit antwoord kennen we niet. Kies een van de mogelijkheden.")}


class _ChoiceField(forms.ChoiceField):
    """A partner is chosen by name, perhaps on a page that still has the name as it was before it was tidied."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value), one_line=True)


class _AnswerField(_ChoiceField):
    """The answer to an item. That a team doesn't agree is no answer of one person, and the reason is said."""

    def validate(self, value: str) -> None:
        if value == Value.DISAGREE and not self.valid_value(value):
            raise ValidationError(
                _("‘We zijn het niet eens’ is er alleen voor een team dat samen invult. Kies hoe jij het ziet.")
            )
        super().validate(value)


def _form_field(field: Field) -> forms.Field:
    choices = [(choice, choice) for choice in field.choices]
    match field.ask:
        case Ask.TEXT:
            return TextField(limit=field.limit, one_line=field.one_line)
        case Ask.ONE:
            kind = _AnswerField if field.item else _ChoiceField
            return kind(choices=choices, required=False, error_messages=_UNKNOWN_ANSWER)
        case Ask.MANY:
            return AtMostField(choices=choices, limit=field.limit, error_messages=_UNKNOWN_ANSWER)
        case Ask.RANGE:
            return RangeField(choices=choices, error_messages=_UNKNOWN_ANSWER)


@lru_cache(maxsize=32)
def _form_fields(checklist: Checklist, setup: Setup) -> Mapping[str, forms.Field]:
    """The fields, made once: they check what was posted and keep nothing of it."""
    return {name: _form_field(field) for name, field in fields_for(checklist, setup).items()}


class SheetForm(forms.Form):
    """An answer sheet. Posted, it holds only the fields that were posted: each says so with a `seen-…` beside it,
    the mark of what the page showed. So one changed answer, a whole page and an old page go the same way."""

    def __init__(self, checklist: Checklist, setup: Setup, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.checklist, self.setup = checklist, setup
        self.known = fields_for(checklist, setup)
        # What was given, field by field; the fields in which somebody else's answer may stand; and what may be saved.
        self.values: dict[str, FieldValue] = {}
        self.given_up: set[str] = set()
        self.posted: dict[str, Posted] = {}
        if data is not None:
            names = [name.removeprefix("seen-") for name in data if name.startswith("seen-")]
            ready = _form_fields(checklist, setup)
            self.fields = {name: ready[name] for name in names if name in ready}
            self.strangers = [name for name in names if name not in self.known]
            self._read()

    def clean(self) -> None:
        if self.strangers:
            raise ValidationError(
                _("Deze pagina hoort bij een andere checklist. De rest is bewaard; laad de pagina opnieuw.")
            )
        if self.setup.mode is Mode.NAMED and "finish" in self.data and "participant" in self.fields:
            self._ask_for_name()

    def _ask_for_name(self) -> None:
        """Answers by name need one; only at the end, so that nobody has to begin with it."""
        if "participant" not in self.errors and not self.cleaned_data.get("participant"):
            self.add_error("participant", _("Vul je naam in: in deze ronde antwoordt iedereen op naam."))

    def _read(self) -> None:
        """Take what is valid; of that, what was given up for what somebody else filled in isn't saved."""
        self.is_valid()
        self.given_up = {name for name in self.names(self.data.get("theirs", "")) if f"current-{name}" in self.data}
        self.values = dict(self.cleaned_data)
        if (wiped := self.data.get("clear", "")) in self.values:
            self.values[wiped] = self.known[wiped].empty
        chosen = {name for name in self.names(self.data.get("mine", "")) if f"current-{name}" in self.data}
        self.posted = {
            name: Posted(value, str(self.data[f"current-{name}"]) if name in chosen else self.seen(name))
            for name, value in self.values.items()
            if name not in self.given_up
        }

    def typed(self, name: str) -> FieldValue:
        """What was sent in a field, valid or not, to show again."""
        field = self.known[name]
        if field.ask in {Ask.MANY, Ask.RANGE}:
            return tuple(self.data.getlist(name))  # type: ignore[attr-defined]
        return tidy(str(self.data.get(name, "")), one_line=field.one_line)

    def seen(self, name: str) -> str:
        """The mark of what the page showed in a field."""
        return str(self.data.get(f"seen-{name}", ""))

    def question_of(self, name: str) -> str:
        """The question that a field belongs to, by the name of its first field."""
        item = self.known[name].item
        return item.key if item else name

    def names(self, question: str) -> list[str]:
        """The names of a question's fields; none for a question that isn't asked."""
        return [name for name in (question, note_name(question)) if name in self.known]
