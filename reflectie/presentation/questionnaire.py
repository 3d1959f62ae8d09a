"""What the questions of a sheet say: their titles, their choices, and an answer as a person would say it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reflectie.domain.questionnaire.answers import HELP_RANGE, MAX_FIRST, Ask, Field, FieldValue
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.questionnaire.intensity import FORMS, Intensity

from . import wording
from .items import answer
from .numbers import in_words
from .ranges import stretch_text


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
        format_lazy(_("Kies er hoogstens {most}. Ze staan straks vooraan in het verslag."), most=in_words(MAX_FIRST)),
    ),
    "goal-sentence": Question(
        _("Schrijf in één zin het doel van jullie samenwerking"),
        _("Schrijf niet de mooie zin uit het plan, maar wat je tegen een nieuwe collega zou zeggen."),
        _TEXT,
    ),
    HELP_RANGE: Question(
        _("Van waar tot waar gaat jouw hulp? (van a tot z)"),
        _(
            "a is het begin van wat iemand aan hulp nodig heeft, z is het einde. Vul je samen in? Denk dan aan jullie "
            "hele team."
        ),
        "reflectie/questionnaire/range.html",
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
    "collaboration-name": Question(_("Naam van de samenwerking"), _("Deze naam staat boven het verslag."), _TEXT),
    "team-name": Question(_("Naam van het team"), _("Deze naam staat boven het verslag."), _TEXT),
}


# What a group of choices is called where they are asked: the booklet's table has this before all four of its forms.
_GROUP_TITLES: dict[Intensity, str | Promise] = {
    **{group: wording.INTENSITIES[group] for group in Intensity},
    Intensity.ACT: _("Samen activiteiten uitvoeren, tijdelijk of permanent"),
}


def choice_hint(choice: str) -> str | Promise:
    """`{{ choice|choice_hint }}`: what choosing it comes to, where its word says too little; else empty."""
    return wording.MEANING_HINTS.get(choice, "")


def grouped_choices(checklist: Checklist, field: Field) -> list[tuple[str | Promise, list[tuple[str, str | Promise]]]]:
    """A question's choices with their words, in groups with a name; most have one group without a name."""
    if field.name == "first":
        return [(part.name, [(item.key, item.short) for item in part.items]) for part in checklist.dimensions]
    if field.name == "intensity-current":
        return [
            (_GROUP_TITLES[group], [(form, wording.FORMS[form]) for form in FORMS if FORMS[form] is group])
            for group in Intensity
        ]
    if field.name in {"organisation", HELP_RANGE}:
        # A letter is a letter. A partner is called what it is called, also when that is a word of ours.
        return [("", [(name, name) for name in field.choices])]
    return [("", [(choice, wording.WORDS[choice]) for choice in field.choices])]


def title_of(field: Field) -> str | Promise:
    """What to call the question that a field belongs to."""
    return field.item.short if field.item else QUESTIONS[field.name].title


def value_in_words(checklist: Checklist, field: Field, value: FieldValue) -> str:
    """What was given in a field, as a person would say it."""
    if field.ask is Ask.TEXT:
        return str(value)
    if field.item:
        return str(answer(field.item, str(value)))
    chosen = (value,) if isinstance(value, str) else value
    if field.ask is Ask.RANGE:
        return stretch_text(*chosen) if chosen else ""
    words = {choice: word for _, group in grouped_choices(checklist, field) for choice, word in group}
    return ", ".join(str(words.get(choice, "")) for choice in chosen if choice)


def given_in_words(
    checklist: Checklist, fields: Mapping[str, Field], values: Mapping[str, FieldValue]
) -> list[tuple[str | Promise, str]]:
    """What was given, by field name, each with what to call its question; without what was left empty."""
    given = [(title_of(fields[name]), value_in_words(checklist, fields[name], value)) for name, value in values.items()]
    return [(title, words) for title, words in given if words]
