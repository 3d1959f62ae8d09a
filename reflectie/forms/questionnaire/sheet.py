"""The answer sheet as a form, built from the checklist's fields and laid out by crispy. No view knows a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import (
    MAX_FIRST,
    Ask,
    Field,
    FieldValue,
    Sheet,
    digest,
    fields_for,
    note_name,
)
from reflectie.domain.questionnaire.checklist import Checklist, Dimension, Item, Kind
from reflectie.domain.questionnaire.intensity import FORMS, Intensity
from reflectie.domain.report.build import draw_whirlpool
from reflectie.domain.setup import ABOUT_YOU, Mode, Setup
from reflectie.domain.text import tidy
from reflectie.forms.fields import AtMostField, TextField
from reflectie.presentation import wording
from reflectie.services.questionnaire.sheets import Posted, Saved
from reflectie.templatetags.reflectie import answer

_UNKNOWN_ANSWER = {"invalid_choice": _("Dit antwoord kennen we niet. Kies een van de mogelijkheden.")}


class _ChoiceField(forms.ChoiceField):
    """A partner is chosen by name, perhaps on a page that still has the name as it was before it was tidied."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value), one_line=True)


def _form_field(field: Field) -> forms.Field:
    choices = [(choice, choice) for choice in field.choices]
    match field.ask:
        case Ask.TEXT:
            return TextField(limit=field.limit, one_line=field.one_line)
        case Ask.ONE:
            return _ChoiceField(choices=choices, required=False, error_messages=_UNKNOWN_ANSWER)
        case Ask.MANY:
            return AtMostField(choices=choices, limit=field.limit, error_messages=_UNKNOWN_ANSWER)


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
        self.sheet = Sheet({})
        self.conflicts: frozenset[str] = frozenset()
        # What was given, field by field, and the fields in which somebody else's answer may stand.
        self.values: dict[str, FieldValue] = {}
        self.given_up: set[str] = set()
        self.known = fields_for(checklist, setup)
        if data is not None:
            names = [name.removeprefix("seen-") for name in data if name.startswith("seen-")]
            ready = _form_fields(checklist, setup)
            self.fields = {name: ready[name] for name in names if name in ready}
            self.strangers = [name for name in names if name not in self.known]

    def render_sheet(self) -> SafeString:
        """All questions, laid out by crispy. The layout alone: its template tag wraps a form that has none of ours."""
        helper = FormHelper()
        about_you = [name for name in ABOUT_YOU if name in self.known] if self.setup.mode.is_round else []
        beside = [name for name in QUESTIONS if name in self.known and name not in about_you]
        helper.layout = Layout(
            *([BesideLayout("about_you", about_you)] if about_you else []),
            *(DimensionLayout(part) for part in self.checklist.dimensions),
            *([BesideLayout("beside", beside)] if beside else []),
        )
        return SafeString(helper.render_layout(self, Context()))

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

    def posted(self) -> dict[str, Posted]:
        """The fields that may be saved: valid ones, less those given up for what somebody else filled in."""
        self.is_valid()
        self.given_up = {name for name in self._names(self.data.get("theirs", "")) if f"current-{name}" in self.data}
        self.values = dict(self.cleaned_data)
        if (wiped := self.data.get("clear", "")) in self.values:
            self.values[wiped] = self.known[wiped].empty
        chosen = {name for name in self._names(self.data.get("mine", "")) if f"current-{name}" in self.data}
        return {
            name: Posted(value, str(self.data[f"current-{name}"]) if name in chosen else self._seen(name))
            for name, value in self.values.items()
            if name not in self.given_up
        }

    def settle(self, saved: Saved) -> None:
        """Show what is kept now, and beside it what could not be saved."""
        self.sheet, self.conflicts = saved.filling.sheet, saved.conflicts

    @property
    def status(self) -> int:
        return 422 if self.errors else 409 if self.conflicts else 200

    def touched(self) -> list[str]:
        """The questions that were posted, by the name of their first field."""
        return list(dict.fromkeys(self._question_name(name) for name in self.fields))

    def given(self) -> list[tuple[str | Promise, str]]:
        """What was posted, as a person would say it: kept in sight when it can't be saved any more."""
        posted = [(self.known[name], value) for name, value in self.values.items()]
        return [(self.title(field.name), words) for field, value in posted if (words := self.in_words(field, value))]

    def trouble(self) -> list[tuple[str, str | Promise]]:
        """Every question with an error or a conflict, with what to call it."""
        names = dict.fromkeys(
            self._question_name(name) for name in [*self.errors, *self.conflicts] if name in self.known
        )
        return [(name, self.title(name)) for name in names]

    def in_words(self, field: Field, value: FieldValue) -> str:
        """What was given in a field, as a person would say it."""
        if field.ask is Ask.TEXT:
            return str(value)
        if field.item:
            return str(answer(field.item, str(value)))
        chosen = (value,) if isinstance(value, str) else value
        words = {choice: word for _, group in grouped_choices(self.checklist, field) for choice, word in group}
        return ", ".join(str(words.get(choice, "")) for choice in chosen if choice)

    def title(self, name: str) -> str | Promise:
        item = self.known[name].item
        return item.short if item else QUESTIONS[name].title

    def _question_name(self, name: str) -> str:
        item = self.known[name].item
        return item.key if item else name

    def _names(self, question: str) -> list[str]:
        """The names of a question's fields; none for a question that isn't asked."""
        return [name for name in (question, note_name(question)) if name in self.known]

    def _seen(self, name: str) -> str:
        return str(self.data.get(f"seen-{name}", ""))

    def shown(self, name: str) -> FieldValue:
        """What the page shows in a field: what is kept, or what the person gave when that isn't saved yet."""
        if name in self.conflicts:
            return self.values[name]
        if name in self.errors:
            if self.known[name].ask is Ask.MANY:
                return tuple(self.data.getlist(name))  # type: ignore[attr-defined]
            return tidy(str(self.data.get(name, "")), one_line=self.known[name].one_line)
        return self.sheet.values.get(name, self.known[name].empty)

    def state(self, question: str, *, drawn: bool) -> dict[str, Any]:
        """What stands under a question: marks, errors, and what somebody else filled in.

        `drawn` says that the controls are drawn with it. Where they stay as they are on the page, a mark may say only
        what they show: were it the mark of something newer, the next save would wipe that out unseen.
        """
        marks: list[tuple[str, str]] = []
        errors: list[str] = []
        conflicts: list[tuple[str, str, str, str]] = []
        for name in self._names(question):
            field, current = self.known[name], self.sheet.values.get(name, self.known[name].empty)
            wrong = [str(error) for error in self.errors.get(name, [])]
            errors += wrong
            settled = not wrong and name not in self.conflicts
            shows_it = drawn or name in self.given_up or self.values.get(name) == current
            marks.append((name, digest(current) if settled and shows_it else self._seen(name)))
            if name in self.conflicts:
                ours = self.in_words(field, self.shown(name))
                conflicts.append((name, digest(current), self.in_words(field, current), ours))
        return {"name": question, "marks": marks, "errors": errors, "conflicts": conflicts}

    def render_controls(self) -> list[SafeString]:
        """The controls of the fields that were given up, to show what stands there instead."""
        return [
            render_to_string("reflectie/questionnaire/controls.html", {**_controls(self, name), "swap": True})
            for name in self.given_up
        ]

    def render_question(self, question: str) -> SafeString:
        """One question with its controls. Most are drawn once: what is personal is drawn each time."""
        names = self._names(question)
        shown = tuple(self.shown(name) for name in names)
        personal = any(self.known[name].ask is Ask.TEXT and value for name, value in zip(names, shown, strict=True))
        if personal or any(name in self.errors or name in self.conflicts for name in names):
            return _draw(self, question)
        return _draw_once(self.checklist, self.setup, get_language() or "", question, shown)


@lru_cache(maxsize=2048)
def _draw_once(
    checklist: Checklist,
    setup: Setup,
    language: str,  # noqa: ARG001 (a part of the key)
    question: str,
    shown: tuple[FieldValue, ...],
) -> SafeString:
    """A question without a note, an error or a conflict looks the same for everybody who gave the same answer."""
    form = SheetForm(checklist, setup)
    form.sheet = Sheet({name: value for name, value in zip(form._names(question), shown, strict=True) if value})
    return _draw(form, question)


def _draw(form: SheetForm, question: str) -> SafeString:
    names = form._names(question)
    params = [f"{prefix}{name}" for name in names for prefix in ("", "seen-", "current-")]
    context = {
        **_controls(form, question),
        "params": ",".join([*params, "mine", "theirs", "begun", "keep-as", "csrfmiddlewaretoken"]),
        "state": form.state(question, drawn=True),
    }
    if item := form.known[question].item:
        note = names[1]
        context |= {"item": item, "note_field": form.known[note], "note": form.shown(note)}
        return render_to_string("reflectie/questionnaire/item.html", context)
    return render_to_string(QUESTIONS[question].template, {**context, "question": QUESTIONS[question]})


def _controls(form: SheetForm, name: str) -> dict[str, Any]:
    field = form.known[name]
    groups = [] if field.item else grouped_choices(form.checklist, field)
    return {"name": form._question_name(name), "field": field, "value": form.shown(name), "groups": groups}


@dataclass(frozen=True)
class Question:
    """How a question beside the checklist is put."""

    title: str | Promise
    hint: str | Promise
    template: str = "reflectie/questionnaire/choices.html"


_TEXT = "reflectie/questionnaire/text.html"

QUESTIONS = {
    "participant": Question(_("Wie ben je?"), _("Je naam staat in het verslag bij je antwoorden en notities."), _TEXT),
    "organisation": Question(
        _("Vanuit welke organisatie doe je mee?"), _("Zo zie je straks of partners iets anders zien.")
    ),
    "first": Question(
        _("Waar zouden jullie het eerst iets aan doen?"),
        format_lazy(
            _("Kies er hoogstens {most}. Ze staan straks vooraan in het verslag."), most=wording.in_words(MAX_FIRST)
        ),
    ),
    "goal-sentence": Question(
        _("Schrijf in één zin het doel van jullie samenwerking"),
        _("Niet de mooie zin uit het plan, maar zoals je het zou zeggen tegen een nieuwe collega."),
        _TEXT,
    ),
    "intensity-needed": Question(
        _("Wat heeft deze samenwerking nodig?"),
        _("Denk aan de mensen voor wie jullie het doen. Past er meer dan één? Kies wat het verst gaat."),
    ),
    "intensity-current": Question(
        _("Hoe werken jullie nu samen?"),
        _("Vink alles aan wat er nu is. De lijst is niet volledig; neem wat er het dichtst bij komt."),
    ),
    "ips-meaning": Question(
        _("Wat staat in jouw organisatie centraal?"),
        _("Partners kunnen met ‘samenwerken’ iets anders bedoelen. Dit helpt om dat te zien."),
    ),
    "level": Question(_("Vanuit welke rol kijk je?"), _("Van dichtbij zie je iets anders dan van verder weg.")),
    "collaboration-name": Question(_("Naam van de samenwerking"), _("Komt boven het verslag."), _TEXT),
    "team-name": Question(_("Naam van het team"), _("Komt boven het verslag."), _TEXT),
}


def grouped_choices(checklist: Checklist, field: Field) -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """A question's choices with their words, in groups with a name; most have one group without a name."""
    if field.name == "first":
        return [(part.name, [(item.key, item.short) for item in part.items]) for part in checklist.dimensions]
    if field.name == "intensity-current":
        return [
            (wording.INTENSITIES[group], [(form, wording.FORMS[form]) for form in FORMS if FORMS[form] is group])
            for group in Intensity
        ]
    if field.name == "organisation":
        # A partner is called what it is called, also when that is a word of ours.
        return [("", [(name, name) for name in field.choices])]
    return [("", [(choice, wording.WORDS[choice]) for choice in field.choices])]


@lru_cache(maxsize=1024)
def _whirlpool_once(checklist: Checklist, language: str, values: tuple[str, ...], swap: bool) -> SafeString:  # noqa: ARG001
    sheet = Sheet({item.key: value for item, value in zip(checklist.factors, values, strict=True) if value})
    arms = draw_whirlpool(checklist, [sheet])
    return render_to_string("reflectie/pictures/whirlpool.html", {"arms": arms, "swap": swap})


def render_whirlpool(checklist: Checklist, sheet: Sheet, *, swap: bool = False) -> SafeString:
    """The whirlpool of one sheet. The same for everybody who gave the same seven answers, so drawn once."""
    values = tuple(sheet.text(item.key) for item in checklist.factors)
    return _whirlpool_once(checklist, get_language() or "", values, swap)


@lru_cache(maxsize=1024)
def _open_items_once(items: tuple[Item, ...], language: str, is_round: bool, swap: bool) -> SafeString:  # noqa: ARG001
    context = {"open_items": items, "is_round": is_round, "swap": swap}
    return render_to_string("reflectie/questionnaire/open.html", context)


def render_open_items(checklist: Checklist, sheet: Sheet, *, is_round: bool, swap: bool = False) -> SafeString:
    """What is still open, above the last button. Of one sheet it is a blind spot; in a round others answer too."""
    return _open_items_once(sheet.open_items(checklist), get_language() or "", is_round, swap)


def _joined(form: SheetForm, names: list[str]) -> SafeString:
    return format_html_join("", "{}", ((form.render_question(name),) for name in names))


class DimensionLayout:
    """A dimension with its items, for crispy; the factors stand beside the whirlpool."""

    def __init__(self, dimension: Dimension) -> None:
        self.dimension = dimension

    def render(self, form: SheetForm, context: Context, template_pack: str = "", **kwargs: Any) -> SafeString:
        has_factors = any(item.kind is Kind.FACTOR for item in self.dimension.items)
        return render_to_string(
            "reflectie/questionnaire/dimension.html",
            {
                "dimension": self.dimension,
                "questions": _joined(form, [item.key for item in self.dimension.items]),
                "whirlpool": render_whirlpool(form.checklist, form.sheet) if has_factors else None,
            },
        )


class BesideLayout:
    """Questions beside the checklist, for crispy: about the person before it, or the others after it."""

    def __init__(self, part: str, names: list[str]) -> None:
        self.part, self.names = part, names

    def render(self, form: SheetForm, context: Context, template_pack: str = "", **kwargs: Any) -> SafeString:
        return render_to_string(f"reflectie/questionnaire/{self.part}.html", {"questions": _joined(form, self.names)})


def progress(checklist: Checklist, sheet: Sheet) -> dict[str, Any]:
    """What the bar says: how far it is, and where the next open item is."""
    answered, total = sheet.answered(checklist), len(checklist.items)
    line = ngettext("%(n)s van %(total)s beantwoord", "%(n)s van %(total)s beantwoord", answered)
    return {
        "answered": answered,
        "total": total,
        "next_open": next(iter(sheet.open_items(checklist)), None),
        "line": line % {"n": answered, "total": total},
    }
