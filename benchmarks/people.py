"""Who fills in during a run, what they answer, and whether all of it is kept."""

from collections.abc import Mapping
from typing import Any

from reflectie.domain.questionnaire.answers import Ask, FieldValue, Value, fields_for, note_name
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import Mode, Setup, setup_without_account
from reflectie.models import MadePdf, Response, Session
from reflectie.services.questionnaire import sheets
from reflectie.services.sample_data import answer
from reflectie.services.tokens import hash_token, new_token

# What is asked beside the items, and three notes: as a person fills in, not as a test does.
BESIDE: dict[str, str | list[str]] = {
    "first": ["goal-shared", "context-financial"],
    "goal-sentence": "Iedereen in de wijk weet bij wie je terechtkunt, en krijgt binnen een week antwoord.",
    "intensity-needed": "act",
    "intensity-current": ["meetings", "procedures"],
    "ips-meaning": "community",
    "level": "practice",
    "collaboration-name": "Samen in de wijk",
    "team-name": "Kernteam",
    "goal-shared-note": "We schreven het doel drie jaar geleden op en hebben er sindsdien niet meer naar gekeken.",
    "partners-needed-note": "De woonmaatschappij zit er niet bij, terwijl de helft van de vragen over wonen gaat.",
    "context-financial-note": "Ieder krijgt geld voor de eigen opdracht; niemand voor het overleg.",
}


def answers(checklist: Checklist, number: int = 0) -> dict[str, FieldValue]:
    values = (Value.HINDERING.value, Value.HELPING.value, Value.DONT_KNOW.value)
    return {item.key: values[(number + place) % 3] for place, item in enumerate(checklist)}


def full_sheet(checklist: Checklist) -> dict[str, FieldValue]:
    """Two obstacles, with their advice first, one blind spot, strengths, three notes, everything beside the items."""
    beside = {name: tuple(value) if isinstance(value, list) else value for name, value in BESIDE.items()}
    given = {item.key: Value.HELPING.value for item in checklist}
    given |= dict.fromkeys(BESIDE["first"], Value.HINDERING.value) | {"context-political": Value.DONT_KNOW.value}
    return {**given, **beside}


def with_notes(checklist: Checklist) -> dict[str, FieldValue]:
    """All that is personal on a sheet: a note on every item. Nothing of these is drawn once for everybody."""
    words = "Hierover hadden we het op het overleg van maart"
    return full_sheet(checklist) | {note_name(item.key): f"{words} ({item.key})." for item in checklist}


def field_names(checklist: Checklist, setup: Setup | None = None) -> dict[str, bool]:
    """Every field of a sheet, and whether a browser sends it when it is empty: text it does, a choice it doesn't."""
    fields = fields_for(checklist, setup or setup_without_account(Mode.ALONE))
    return {name: field.ask is Ask.TEXT for name, field in fields.items()}


def begin(values: Mapping[str, FieldValue], *, finish: bool = False) -> str:
    """Somebody who came before; their link to fill in."""
    token = new_token()
    sheets.start_reflection(token, Mode.ALONE, {})
    if values:
        answer(session_of(token), hash_token(token), values, finish=finish)
    return token


def session_of(token: str) -> Session:
    return Session.objects.select_related("checklist").get(responses__token_hash=hash_token(token))


def forget_pdf(token: str) -> None:
    """So that the next download is made anew."""
    MadePdf.objects.filter(session__responses__token_hash=hash_token(token)).delete()


def lost(kept: Mapping[str, Mapping[str, Any]]) -> int:
    """How many of the acknowledged answers (by address of the sheet and by field) are not in the database."""
    missing = 0
    for url, values in kept.items():
        key = hash_token(url.strip("/").split("/")[-1])
        response = Response.objects.select_related("session__checklist").filter(token_hash=key).first()
        filling = sheets.load_filling(response.session, response) if response else None
        found = {**filling.sheet.values, "finished": filling.finished} if filling else {}
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        missing += sum(found.get(name) != value for name, value in given.items())
    return missing
