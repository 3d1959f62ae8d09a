"""Paper forms: the questions as they stand on paper, and the page on which a filled-in form is typed over by keys."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import MAX_NOTE, Ask, Field, FieldValue, Sheet, fields_for, note_name
from reflectie.domain.questionnaire.checklist import Checklist, Dimension, Item
from reflectie.domain.questionnaire.help_range import is_turned
from reflectie.domain.setup import ABOUT_YOU, Setup
from reflectie.forms.fields import TextField
from reflectie.models import Session
from reflectie.presentation.numbers import example_number
from reflectie.presentation.questionnaire import QUESTIONS, grouped_choices
from reflectie.services.sessions.paper import MAX_SHEETS
from reflectie.services.tokens import new_token

# A page left open overnight still takes its form in the morning.
TOKEN_SECONDS = 24 * 3600
# More than all numbers there are.
MAX_KEYS = 200
LETTERS_TYPED = re.compile(r"([a-z])[\s,;–-]*([a-z])")
NOTE_LINE = re.compile(r"(\d{1,2})\s*:\s*(.*)")

Choices = list[tuple[str | Promise, list[tuple[int, str | Promise]]]]


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A question beside the checklist: its choices have the numbers by which they are typed in."""

    field: Field
    title: str | Promise
    hint: str | Promise
    groups: Choices


def paper_questions(checklist: Checklist, setup: Setup) -> list[PaperQuestion]:
    """What is asked beside the checklist, in the order of the form."""
    return [
        PaperQuestion(field, QUESTIONS[name].title, QUESTIONS[name].hint, _numbered(checklist, field))
        for name, field in fields_for(checklist, setup).items()
        if not field.item
    ]


def _numbered(checklist: Checklist, field: Field) -> Choices:
    # The fifteen have their numbers on the form already; they are not listed a second time. Letters are typed as such.
    if field.ask in {Ask.TEXT, Ask.RANGE} or field.name == "first":
        return []
    number = {choice: place for place, choice in enumerate(field.choices, start=1)}
    groups = grouped_choices(checklist, field)
    return [(group, [(number[choice], words) for choice, words in choices]) for group, choices in groups]


class KeyField(TextField):
    """One of a few choices, typed as its number. Empty is open."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices
        top = len(choices)
        keys = {"inputmode": "numeric", "class": "form-control keyed", "data-top": top, "size": len(str(top))}
        widget = forms.TextInput(attrs={**keys, "autocomplete": "off"})
        super().__init__(limit=MAX_KEYS, one_line=True, widget=widget)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        if not re.fullmatch("[0-9]{1,3}", typed) or not 1 <= int(typed) <= len(self.choices):
            raise ValidationError(
                _("Typ een cijfer van 1 tot en met %(top)s, of laat leeg."), params={"top": len(self.choices)}
            )
        return str(self.choices[int(typed) - 1])


class NumbersField(TextField):
    """Several choices, typed as their numbers with spaces between them."""

    def __init__(self, choices: tuple[str, ...], limit: int) -> None:
        self.choices, self.most = choices, limit
        keys = {"inputmode": "numeric", "class": "form-control numbers", "autocomplete": "off"}
        super().__init__(limit=MAX_KEYS, one_line=True, widget=forms.TextInput(attrs=keys))

    def clean(self, value: Any) -> tuple[str, ...]:
        typed = set(re.split(r"[\s,;]+", super().clean(value))) - {""}
        top = len(self.choices)
        if any(not re.fullmatch("[0-9]{1,3}", number) or not 1 <= int(number) <= top for number in typed):
            raise ValidationError(
                _("Typ cijfers van 1 tot en met %(top)s met spaties ertussen, of laat leeg."), params={"top": top}
            )
        chosen = {int(number) for number in typed}
        if len(chosen) > self.most:
            raise ValidationError(
                _("Hoogstens %(limit)s. Op het formulier staan er %(number)s: neem de eerste %(limit)s."),
                params={"limit": self.most, "number": len(chosen)},
            )
        return tuple(str(self.choices[number - 1]) for number in sorted(chosen))


class LettersField(TextField):
    """From where to where, typed as two letters: "a d". Empty is open."""

    def __init__(self) -> None:
        super().__init__(
            limit=MAX_KEYS,
            one_line=True,
            widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autocapitalize": "none"}),
        )

    def clean(self, value: Any) -> tuple[str, ...]:
        typed = super().clean(value).lower()
        if not typed:
            return ()
        found = LETTERS_TYPED.fullmatch(typed)
        if not found:
            raise ValidationError(_("Typ twee letters met een spatie ertussen, zoals a d, of laat leeg."))
        first, last = found.groups()
        if is_turned(first, last):
            raise ValidationError(
                _("%(last)s komt voor %(first)s. Kijk na wat op het formulier staat, of laat leeg."),
                params={"first": first, "last": last},
            )
        return first, last


class NotesField(TextField):
    """Notes on items, each on a line of its own after the item's number. Gives them by field name."""

    def __init__(self, checklist: Checklist) -> None:
        self.keys = {item.number: item.key for item in checklist}
        attrs = {"rows": 4, "class": "form-control", "autocomplete": "off"}
        super().__init__(limit=len(self.keys) * MAX_NOTE, widget=forms.Textarea(attrs=attrs))

    def clean(self, value: Any) -> dict[str, str]:
        notes: dict[str, str] = {}
        for line in filter(None, (line.strip() for line in super().clean(value).split("\n"))):
            found = NOTE_LINE.fullmatch(line)
            key = self.keys.get(int(found[1])) if found else None
            if not found or key is None:
                raise ValidationError(
                    _(
                        "Begin elke regel met het nummer van de vraag en een dubbele punt, zoals %(example)s: … "
                        "Kijk na: %(line)s"
                    ),
                    params={
                        "line": line if len(line) <= 40 else f"{line[:40]}…",
                        "example": example_number(len(self.keys)),
                    },
                )
            # Two lines for one item are one note.
            name = note_name(key)
            notes[name] = "\n".join(filter(None, (notes.get(name, ""), found[2])))
            if len(notes[name]) > MAX_NOTE:
                raise ValidationError(
                    _("De notitie bij %(number)s is te lang: %(length)s tekens, en er passen er %(limit)s."),
                    params={"number": found[1], "length": len(notes[name]), "limit": MAX_NOTE},
                )
        return {name: note for name, note in notes.items() if note}


def _entry_field(field: Field) -> forms.Field:
    match field.ask:
        case Ask.TEXT:
            widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
            return TextField(limit=field.limit, one_line=True, widget=widget)
        case Ask.ONE:
            return KeyField(field.choices)
        case Ask.MANY:
            return NumbersField(field.choices, field.limit)
        case Ask.RANGE:
            return LettersField()


class PaperSheetForm(forms.Form):
    """One paper form, typed over. Carries a token made for it alone, so that sending it twice makes one."""

    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, session: Session, checklist: Checklist, setup: Setup, data: QueryDict | None = None) -> None:
        self._signer = TimestampSigner(salt=f"paper:{session.pk}")
        super().__init__(data, initial={"token": self._signer.sign(new_token())})
        self.checklist = checklist
        self.known = fields_for(checklist, setup)
        self.questions = {question.field.name: question for question in paper_questions(checklist, setup)}
        for name, field in self.known.items():
            if not field.item or name == field.item.key:
                self.fields[name] = _entry_field(field)
        self.fields["notes"] = NotesField(checklist)
        self.order_fields(["token", *ABOUT_YOU])
        for name, question in self.questions.items():
            self.fields[name].label = str(question.title)
        for item in checklist:
            self.fields[item.key].label = f"{item.number}. {item.short}"
        for name in (*self.questions, "notes"):
            # The page draws its own; that there is one ties the field to it.
            if name in ("first", "notes") or self.questions[name].groups:
                self.fields[name].help_text = _("Toets de nummers.")
            elif self.questions[name].field.ask is Ask.RANGE:
                self.fields[name].help_text = _("Typ twee letters.")
        self._focus()

    def clean_token(self) -> str:
        try:
            return self._signer.unsign(self.cleaned_data["token"], max_age=TOKEN_SECONDS)
        except BadSignature as error:
            raise ValidationError(
                _("Deze pagina stond te lang open. Dit formulier is nog niet bewaard: bewaar het nu.")
            ) from error

    def clean(self) -> None:
        if "save" not in self.data:
            # Without JavaScript, Enter sends the page from any field; a form that is in can't be mended.
            self.add_error(None, _("Nog niet bewaard. Kijk het na, en druk dan op de knop onderaan."))
        elif not self.errors and not any(name not in ABOUT_YOU for name in self.sheet.values):
            self.add_error(
                None,
                _("Er is niets ingetypt. Is dit formulier leeg, leg het dan weg en verlaag het aantal formulieren."),
            )

    @property
    def sheet(self) -> Sheet:
        """What was typed and holds, as an answer sheet."""
        values: dict[str, FieldValue] = {name: self.cleaned_data.get(name) or "" for name in self.known}
        values |= self.cleaned_data.get("notes") or {}
        return Sheet({name: value for name, value in values.items() if value})

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            # What was typed goes out again, with a fresh token where the old one had had its day.
            renewed = {"token": str(self.initial["token"])} if "token" in self.errors else {}
            self.data = {**self.data.dict(), **renewed}  # type: ignore[attr-defined]

    def _focus(self) -> None:
        visible = [name for name in self.fields if name != "token"]
        first = next((name for name in visible if self.is_bound and name in self.errors), visible[0])
        # The fields are this form's own: Django copied or we just made them.
        self.fields[first].widget.attrs["autofocus"] = True

    @property
    def about_you(self) -> list[tuple[PaperQuestion, BoundField]]:
        return [(self.questions[name], self[name]) for name in ABOUT_YOU if name in self.questions]

    @property
    def beside(self) -> list[tuple[PaperQuestion, BoundField]]:
        return [(question, self[name]) for name, question in self.questions.items() if name not in ABOUT_YOU]

    @property
    def dimensions(self) -> list[tuple[Dimension, list[tuple[Item, BoundField]]]]:
        return [(part, [(item, self[item.key]) for item in part.items]) for part in self.checklist.dimensions]


class PaperCountForm(forms.Form):
    """How many paper forms there are."""

    number = forms.IntegerField(
        label=_("Hoeveel formulieren zijn er?"),
        max_value=MAX_SHEETS,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "class": "form-control", "autocomplete": "off", "autofocus": True}
        ),
        error_messages={
            "required": _("Tel de formulieren en vul het aantal in."),
            "invalid": _("Vul een getal in, zoals 8."),
            "max_value": _("Vul een getal in van hoogstens %(limit_value)s."),
        },
    )

    def __init__(self, session: Session, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"number": session.paper_sheets})
        self.typed = session.paper_typed

    def clean_number(self) -> int:
        number = int(self.cleaned_data["number"])
        if number < 1:
            raise ValidationError(_("Vul een getal in van minstens 1."))
        if number < self.typed:
            raise ValidationError(
                _("Er zijn er al %(typed)s ingetypt. Het aantal kan niet lager zijn."), params={"typed": self.typed}
            )
        return number
