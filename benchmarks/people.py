"""Who fills in during a run, what they answer, and whether all of it is kept."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from reflectie.domain.questionnaire.answers import Ask, FieldValue, Posted, Sheet, Value, fields_for, note_name
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import Report
from reflectie.domain.setup import Mode, Setup, setup_without_account
from reflectie.models import MadePdf, Response
from reflectie.services import tokens
from reflectie.services.questionnaire import sheets

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

ALONE = setup_without_account(Mode.ALONE)


def answers(checklist: Checklist, number: int = 0) -> dict[str, FieldValue]:
    values = (Value.HINDERING.value, Value.HELPING.value, Value.DONT_KNOW.value)
    return {item.key: values[(number + place) % 3] for place, item in enumerate(checklist)}


def full_sheet(checklist: Checklist) -> dict[str, FieldValue]:
    """Two obstacles, with their advice first, one blind spot, strengths, three notes, everything beside the items."""
    beside = {name: tuple(value) if isinstance(value, list) else value for name, value in BESIDE.items()}
    given = {item.key: Value.HELPING.value for item in checklist}
    given |= dict.fromkeys(BESIDE["first"], Value.HINDERING.value) | {"context-political": Value.DONT_KNOW.value}
    return {**given, **beside}


def full_report(checklist: Checklist) -> Report:
    """A report of about five pages with something in every part of it."""
    made_on = date(2026, 11, 1)
    return build_report(checklist, ALONE, [Sheet(full_sheet(checklist))], made_on, made_on + timedelta(days=90))


def with_notes(checklist: Checklist) -> dict[str, FieldValue]:
    """All that is personal on a sheet: a note on every item. Nothing of these is drawn once for everybody."""
    words = "Hierover hadden we het op het overleg van maart"
    return full_sheet(checklist) | {note_name(item.key): f"{words} ({item.key})." for item in checklist}


def field_names(checklist: Checklist, setup: Setup = ALONE) -> dict[str, bool]:
    """Every field of a sheet, and whether a browser sends it when it is empty: text it does, a choice it doesn't."""
    return {name: field.ask is Ask.TEXT for name, field in fields_for(checklist, setup).items()}


def begin(values: Mapping[str, FieldValue], *, finish: bool = False) -> str:
    """Somebody who came before; their link to fill in."""
    token = tokens.new_token()
    sheets.start_reflection(token, Mode.ALONE, {})
    if values:
        response = Response.objects.select_related("session__checklist").get(token_hash=tokens.hash_token(token))
        posted = {name: Posted(value, "") for name, value in values.items()}
        sheets.save_fields(response.session, response.token_hash or "", posted, finish=finish)
    return token


def forget_pdf(token: str) -> None:
    """So that the next download is made anew."""
    MadePdf.objects.filter(session__responses__token_hash=tokens.hash_token(token)).delete()


def lost(kept: Mapping[str, Mapping[str, Any]]) -> int:
    """How many of the acknowledged answers (by address of the sheet and by field) are not in the database."""
    missing = 0
    for url, values in kept.items():
        token = url.strip("/").split("/")[-1]
        responses = Response.objects.select_related("session__checklist")
        response = responses.filter(token_hash=tokens.hash_token(token)).first()
        found: dict[str, Any] = {}
        if response:
            filling = sheets.load_filling(response.session, response)
            found = {**filling.sheet.values, "finished": filling.finished}
        for name, value in values.items():
            missing += found.get(name) != (tuple(value) if isinstance(value, list) else value)
    return missing
