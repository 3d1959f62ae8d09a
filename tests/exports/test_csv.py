"""Rows as CSV, as Dutch spreadsheets open it, and that nobody's text is calculated with or taken for a number."""

from dataclasses import replace

import pytest

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.agreements import Decision
from reflectie.domain.report.build import build_report
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.polls import Poll, PollWay
from reflectie.domain.report.report import About
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from reflectie.exports import Format, session_file
from reflectie.exports.columns import COLUMNS
from tests.helpers.factories import everything
from tests.helpers.hostile_text import DAY, HOSTILE, hostile_report
from tests.helpers.taken import read_csv


def test_csv_opens_in_a_dutch_spreadsheet(checklist):
    content = session_file(hostile_report(checklist, "Fijn; écht\nwaar"), Format.CSV)
    # Texts in quotation marks: where commas separate too, one in a text shifts nothing.
    assert content.startswith('﻿"soort";"sessie";"samenwerking";"dag";'.encode())
    assert b'"deelname";1;"Fijn; \xc3\xa9cht\nwaar";2026-11-22;' in content
    rows = read_csv(content)
    about = {(row["samenwerking"], row["dag"], row["sessie"]) for row in rows}
    assert about == {("Fijn; écht\nwaar", "2026-11-22", "1")}
    assert {tuple(row) for row in rows} == {tuple(str(column.heading) for column in COLUMNS.values())}
    [agreement] = [row for row in rows if row["soort"] == "afspraak"]
    assert [agreement[name] for name in ("tekst", "wanneer", "stand", "principe", "stelling_code")] == [
        "Fijn; écht\nwaar",
        "2026-11-22",
        "losgelaten",
        "3",
        "goal-shared",
    ]


def test_round_has_a_row_for_each_answer_to_what_was_asked_beside_the_checklist(checklist):
    """Needed, the forms there are, whether the two fit, and what matters: how many gave which answer."""
    each = [("act", "quality"), ("act", "quality"), ("act", "process"), ("refer", "process")]
    sheets = [
        Sheet(
            {"goal-shared": "helping", "intensity-needed": need, "intensity-current": ("meetings",), "ips-meaning": of}
        )
        for need, of in each
    ]
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    rows = read_csv(session_file(build_report(checklist, setup, sheets, DAY), Format.CSV))
    told = [tuple(row[name] for name in ("vraag", "antwoord", "aantal")) for row in rows if row["soort"] == "telling"]
    assert [row for row in told if row[2] != "0"] == [
        ("Wat is nodig?", "Doorverwijzen", "1"),
        ("Wat is nodig?", "Samen activiteiten uitvoeren", "3"),
        ("Hoe werken jullie nu samen?", "Periodiek overleg", "4"),
        ("Past de vorm bij wat nodig is?", "Te licht?", "3"),
        ("Past de vorm bij wat nodig is?", "Te zwaar?", "1"),
        ("Wat staat centraal in jouw organisatie?", "Kwaliteit en kosten", "2"),
        ("Wat staat centraal in jouw organisatie?", "Het samenwerkingsproces", "2"),
    ]


def test_one_sheet_has_its_answers_to_what_was_asked_beside_the_checklist(checklist):
    report = build_report(checklist, setup_without_account(Mode.ALONE), [Sheet(everything(checklist))], DAY)
    rows = read_csv(session_file(report, Format.CSV))
    assert [(row["vraag"], row["antwoord"]) for row in rows if row["soort"] == "antwoord" and row["vraag"]] == [
        ("Van waar tot waar gaat jouw hulp? (van a tot z)", "van c tot k"),
        ("Wat is nodig?", "Samen activiteiten uitvoeren"),
        ("Hoe werken jullie nu samen?", "Periodiek overleg"),
        ("Hoe werken jullie nu samen?", "Procedures"),
        ("Past de vorm bij wat nodig is?", "Te licht?"),
        ("Wat staat centraal in jouw organisatie?", "De gemeenschap"),
        ("Vanuit welke rol?", "Uitvoering"),
    ]


@pytest.mark.parametrize(
    ("key", "choice", "words"),
    [
        ("goal-shared", Choice.HELPING, "Gedeeld door alle partners"),
        ("goal-shared", Choice.DIVIDED, "We blijven verdeeld"),
        ("context-financial", Choice.HINDERING, "Speelt"),
        ("context-financial", None, ""),
    ],
)
def test_outcome_of_the_talk_has_its_choice_in_words(checklist, key, choice, words):
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    about = About("", (), outcomes={key: Outcome(choice, "Zo zien we het nu.", mover=ActionOwner.GOVERNMENT)})
    report = build_report(checklist, setup, [Sheet({key: "hindering"})] * 3, DAY, about=about)
    [row] = [row for row in read_csv(session_file(report, Format.CSV)) if row["soort"] == "uitkomst"]
    assert (row["stelling_code"], row["antwoord"], row["tekst"]) == (key, words, "Zo zien we het nu.")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_calculated_with(checklist, text):
    rows = read_csv(session_file(hostile_report(checklist, text), Format.CSV))
    days = {"dag", "wanneer"}
    typed = [cell for row in rows for name, cell in row.items() if text in cell and name not in days]
    assert set(typed) == {f"'{text}"}
    assert {"notitie", "doelzin", "afspraak", "besluit"} <= {row["soort"] for row in rows if row["tekst"] == f"'{text}"}


def test_the_same_report_is_the_same_file_without_a_clock(checklist):
    one, other = (hostile_report(checklist, "Fijn") for _ in range(2))
    for wanted in Format:
        assert session_file(one, wanted) == session_file(other, wanted)


def test_what_a_talk_left_has_its_rows(checklist):
    rows = read_csv(session_file(hostile_report(checklist, "Fijn"), Format.CSV))
    [agreed] = [row for row in rows if row["soort"] == "afspraak"]
    assert (agreed["tekst"], agreed["moment"]) == ("Fijn", "Fijn")
    assert [row["tekst"] for row in rows if row["soort"] == "parkeerplaats"] == ["Fijn"]
    polled = [row for row in rows if row["soort"] == "peiling"]
    assert [(row["tekst"], row["antwoord"], row["aantal"], row["toelichting"]) for row in polled] == [
        ("Fijn", "Ik sta erachter", "1", "Peiling met handen"),
        ("Fijn", "Ik kan ermee leven", "0", "Peiling met handen"),
        ("Fijn", "Ik heb een bezwaar", "0", "Peiling met handen"),
    ]


def test_poll_that_may_not_be_shown_has_a_reason_and_no_number(checklist):
    withheld = Poll("1", PollWay.PHONES, Withheld(Reason.TOO_FEW), decision=Decision.STOP)
    rows = read_csv(session_file(replace(hostile_report(checklist, "Fijn"), polls=(withheld,)), Format.CSV))
    [polled] = [row for row in rows if row["soort"] == "peiling"]
    assert (polled["tekst"], polled["aantal"]) == ("Besluit: stoppen", "")
    assert polled["antwoord"] == "te weinig mensen stemden om een uitslag te tonen"
