"""A table that somebody filled in by hand: what is forgiven, what is an error and where, and that no mutation of it is
taken in by halves."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reflectie.domain.imports.table_import import (
    MAX_PROBLEMS,
    Rows,
    Wrong,
    column_letters,
    column_place,
    preview_of,
    read_table,
)
from reflectie.domain.questionnaire.answers import MAX_LINES, MAX_NOTE, Ask, Field, Sheet, fields_for
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.rules.findings import Counts
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.domain.text import tidy
from reflectie.forms.imports.answer_file import read_file
from reflectie.forms.imports.table_import import ConfirmForm, as_json, columns_for, place_of, say
from reflectie.models import Session
from tests.helpers.entered import grid, workbook_of
from tests.helpers.factories import everything

GROUPS = ("Huis Linde", "=CMD()", "'t Zonnetje", "2", "@Wijk, deel 1; noord")
SETUP = setup_of_session(Mode.NAMED, OPTIONAL, Grouping.PARTNER, GROUPS)
MOST = 300


@pytest.fixture(scope="module")
def columns(checklist: Checklist):
    return columns_for(checklist, SETUP)


@pytest.fixture(scope="module")
def full(checklist: Checklist) -> Sheet:
    known = fields_for(checklist, SETUP)
    values = everything(checklist) | {"participant": "Joke", "organisation": "Huis Linde"}
    values |= {"intensity-current": ("procedures", "meetings")}
    return Sheet({name: value for name, value in values.items() if name in known})


def read(table: str | Rows, columns, most: int = MOST):
    return read_table(grid(table) if isinstance(table, str) else table, columns, most)


def wrong(table: str | Rows, columns, most: int = MOST) -> list[tuple[Wrong, int, str]]:
    brought = read(table, columns, most)
    assert brought.sheets == ()
    return [(problem.wrong, problem.row, problem.letters) for problem in brought.problems]


def kept(table: str | Rows, columns) -> list[dict]:
    brought = read(table, columns)
    assert brought.problems == ()
    return [dict(sheet.values) for sheet in brought.sheets]


def rows_of(checklist: Checklist, columns, sheets) -> list[list[str]]:
    """A table with these sheets, as somebody fills it in who takes each word from its list."""
    return [[column.title for column in columns], *([_cell(column, sheet) for column in columns] for sheet in sheets)]


def _cell(column, sheet: Sheet) -> str:
    if not (asked := column.asked):
        return ""
    if asked.ask is Ask.RANGE:
        return sheet.several(asked.name)[column.place] if sheet.several(asked.name) else ""
    if asked.ask is not Ask.MANY:
        said = {choice: word for word, choice in column.words.items()}
        return said.get(sheet.text(asked.name), sheet.text(asked.name))
    chosen = sheet.several(asked.name)
    if len(column.words) > 1:
        # A list in each of several columns.
        place = int(column.title[-1]) - 1
        chosen = chosen[place : place + 1]
    return next((word for word, choice in column.words.items() if choice in chosen), "")


def test_what_is_written_is_read_back(checklist, columns, full):
    half = Sheet({"goal-shared": "hindering"})
    table = rows_of(checklist, columns, [full, half, *[Sheet({})] * 5])
    assert kept(table, columns) == [dict(full.values), dict(half.values)]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("a;", (Wrong.HALF_RANGE, 2, "C")),
        (";d", (Wrong.HALF_RANGE, 2, "C")),
        ("d;a", (Wrong.TURNED_RANGE, 2, "C")),
        ("a;ij", (Wrong.WORD, 2, "C")),
    ],
)
def test_of_from_and_to_both_are_there_and_in_their_order(columns, cells, problem):
    assert wrong(f"2 Gedeeld doel;Hulp van;Hulp tot\n1;{cells}\n", columns) == [problem]
    assert kept("Hulp tot;2 Gedeeld doel;Hulp van\nB;1;b\n", columns) == [
        {"help-range": ("b", "b"), "goal-shared": "hindering"}
    ]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("hinderend", "hindering"), ("1", "hindering"), ("HELPEND", "helping"), (" 2 ", "helping"),
        ("weet  niet", "dont-know"), ("3", "dont-know"),
    ],
)  # fmt: skip
def test_an_answer_is_a_word_of_its_list_or_a_number(columns, word, value):
    assert kept(f"2 gedeeld DOEL\n{word}\n", columns) == [{"goal-shared": value}]


@pytest.mark.parametrize(("word", "value"), [("speelt", "hindering"), ("2", "helping"), ("Speelt niet", "helping")])
def test_a_factor_plays_or_not(columns, word, value):
    assert kept(f"9 Historisch\n{word}\n", columns) == [{"context-historical": value}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2", "2"),
        ("=CMD()", "=CMD()"),
        ("'t zonnetje", "'t Zonnetje"),
        ("’T  Zonnetje", "'t Zonnetje"),
    ],
)
def test_a_group_is_found_by_its_name(columns, cell, value):
    assert kept(f"2 Gedeeld doel;Organisatie\n1;{cell}\n", columns) == [
        {"goal-shared": "hindering", "organisation": value}
    ]


def test_several_choices_stand_in_several_columns(columns, checklist):
    table = "2 Gedeeld doel;Eerst iets aan doen 3;Eerst iets aan doen 1;Nu: Netwerk;Nu: Procedures\n"
    table += f"1;3 {checklist.items[2].short};12 {checklist.items[11].short};X;x\n"
    keys = tuple(checklist.items[number - 1].key for number in (3, 12))
    assert kept(table, columns) == [
        {"goal-shared": "hindering", "first": keys, "intensity-current": ("procedures", "network")}
    ]


def test_rows_without_an_answer_are_passed_over_and_keep_their_number(columns):
    text = "Blad;2 Gedeeld doel\nuitleg;van alles\n\n1;\n2;1\n;;\n4;misschien\n"
    assert wrong(text, columns) == [(Wrong.WORD, 7, "B")]
    assert kept(text.replace("misschien", "3"), columns) == [{"goal-shared": "hindering"}, {"goal-shared": "dont-know"}]


def test_rows_above_the_titles_are_passed_over_and_counted(columns):
    text = "Doel van de samenwerking\n\n2 Gedeeld doel\nmisschien\n"
    assert wrong(text, columns) == [(Wrong.WORD, 4, "A")]
    assert kept(text.replace("misschien", "helpend"), columns) == [{"goal-shared": "helping"}]


def test_the_row_that_explains_is_known_without_its_number(columns):
    """Columns that somebody doesn't need may be taken out, that of the numbers too."""
    table = [[column.title for column in columns[1:]], [column.help for column in columns[1:]], ["", "", "1"]]
    assert kept(table, columns) == [{"goal-perspective": "hindering"}]


def test_a_sheet_that_was_filled_in_on_the_row_that_explains_is_not_passed_over(columns):
    text = "Blad;2 Gedeeld doel;Notitie bij 2;9 Historisch\nuitleg;2;hoeft niet;1 of speelt, 2 of speelt niet\n1;1;;\n"
    assert wrong(text, columns) == [(Wrong.WORD, 2, "D")]


def test_questions_that_are_left_out_are_told(checklist, columns):
    missing = read("2 Gedeeld doel\n1\n", columns).missing
    assert [asked.name for asked in missing[:3]] == ["participant", "organisation", "goal-perspective"]
    assert len(missing) == len(fields_for(checklist, SETUP)) - 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(Wrong.NO_HEADER, 0, "")]),
        ("\n1;2;3\n", [(Wrong.NO_HEADER, 0, "")]),
        ("Naam\nJoke\n", [(Wrong.NO_HEADER, 0, "")]),
        ("2 Gedeeld doel;Kleur\n1;rood\n", [(Wrong.UNKNOWN_COLUMN, 1, "B")]),
        ("2 Gedeeld doel;2 gedeeld doel\n1;2\n", [(Wrong.COLUMN_TWICE, 1, "B")]),
        ("2 Gedeeld doel;\n1;verdwaald\n", [(Wrong.NO_TITLE, 2, "B")]),
        ("2 Gedeeld doel\n1;;verdwaald\n", [(Wrong.NO_TITLE, 2, "C")]),
        ("2 Gedeeld doel\n\n", [(Wrong.NO_SHEETS, 0, "")]),
        ("2 Gedeeld doel;Naam\n;Joke\n", [(Wrong.NO_ANSWER, 2, "")]),
        ([["2 Gedeeld doel", "Notitie bij 2"], ["1", Wrong.BROKEN_SUM]], [(Wrong.BROKEN_SUM, 2, "B")]),
        ([["2 Gedeeld doel"], ["1"], [Wrong.FORMULA]], [(Wrong.FORMULA, 3, "A")]),
        ([["2 Gedeeld doel", "", ""], ["1", "", Wrong.FORMULA]], [(Wrong.FORMULA, 2, "C")]),
        ([["2 Gedeeld doel", Wrong.FORMULA], ["1"]], [(Wrong.FORMULA, 1, "B")]),
        ("2 Gedeeld doel;Eerst iets aan doen 1\n1;16\n", [(Wrong.WORD, 2, "B")]),
        ("2 Gedeeld doel;Nu: Netwerk\n1;nee\n", [(Wrong.WORD, 2, "B")]),
        (f"2 Gedeeld doel;Notitie bij 2\n1;{'x' * 2001}\n", [(Wrong.TOO_LONG, 2, "B")]),
        ('2 Gedeeld doel;Notitie bij 2\n1;"' + "x\n" * MAX_LINES + 'x"\n', [(Wrong.TOO_MANY_LINES, 2, "B")]),
        (
            "2 Gedeeld doel;9 Historisch\nja;1\n1;soms\n4;1\n",
            [(Wrong.WORD, 2, "A"), (Wrong.WORD, 3, "B"), (Wrong.WORD, 4, "A")],
        ),
    ],
)
def test_everything_that_is_wrong_is_told_with_its_place(columns, text, found):
    assert wrong(text, columns) == found


def test_an_error_says_what_would_be_right(columns):
    text = "2 Gedeeld doel;9 Historisch;Eerst iets aan doen 1;\nmisschien;x;99;los\n"
    problems = read(text, columns).problems
    assert [(place_of(problem), say(problem, "1 Doel")) for problem in problems] == [
        (
            "Rij 2, kolom A (‘2 Gedeeld doel’)",
            "‘misschien’ ken ik niet. Kies ‘hinderend’, ‘helpend’ of ‘weet niet’, of laat leeg.",
        ),
        (
            "Rij 2, kolom B (‘9 Historisch’)",
            "‘x’ ken ik niet. Kies ‘speelt’, ‘speelt niet’ of ‘weet niet’, of laat leeg.",
        ),
        (
            "Rij 2, kolom C (‘Eerst iets aan doen 1’)",
            "‘99’ ken ik niet. Kies een mogelijkheid uit de lijst, of laat leeg.",
        ),
        ("Rij 2, kolom D", "Hier staat ‘los’, maar de kolom heeft geen kopje."),
    ]


def test_a_percent_sign_in_a_cell_is_said_as_it_is(columns):
    [problem] = read("2 Gedeeld doel\n100%s %(given)s\n", columns).problems
    assert say(problem, "").startswith("‘100%s %(given)s’ ken ik niet.")


def test_as_many_sheets_as_fit_and_not_one_more(columns):
    text = "2 Gedeeld doel\n" + "1\n" * 3
    assert len(read(text, columns, 3).sheets) == 3
    assert wrong(text, columns, 2) == [(Wrong.TOO_MANY_SHEETS, 0, "")]


def test_no_more_errors_than_anybody_mends(columns):
    assert len(wrong("2 Gedeeld doel\n" + "x\n" * 500, columns)) == MAX_PROBLEMS


HOSTILE = {
    # Loose accents in an order that is to be put right: with the square of their number.
    "accents": [["1 Breedte van het doel"], ["a" + "\u0301" * 50_000 + "\u0327" * 50_000]],
    "accents in a title": [["a" + "\u0301" * 50_000 + "\u0327" * 50_000, "1 Breedte van het doel"]],
    "one title for ever": [["1 Breedte van het doel", *["Blad"] * 90_000]],
    "no titles": [["Blad"] * 90_000] * 10,
    "cells without a title": [["1 Breedte van het doel"], ["x"] * 200_000],
    "empty cells": [["1 Breedte van het doel"], [""] * 490_000],
    "empty rows": [["1 Breedte van het doel"], *[[]] * 400_000],
    "apostrophes": [["1 Breedte van het doel"], ["'" * 400_000]],
    "digits": [["1 Breedte van het doel"], ["'" + "1" * 400_000 + "x"]],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_made_to_keep_us_busy_is_refused_in_a_moment(columns, name):
    """Read with the square of its length, any of these took from ten seconds to two minutes."""
    start = time.process_time()
    assert wrong(HOSTILE[name], columns)
    # A loaded machine needs far less, and no slow way of reading gets by.
    assert time.process_time() - start < 4


def test_unseen_signs_go_and_a_line_end_of_excel_stays(columns):
    text = '2 Gedeeld doel;Notitie bij 2\n\u200e1\u200f;"regel\x0btwee\u202e!"\n'
    assert kept(text, columns) == [{"goal-shared": "hindering", "goal-shared-note": "regel\ntwee!"}]


def test_the_overview_counts_how_the_answers_fall(checklist):
    sheets = [Sheet({"goal-shared": "hindering", "goal-shared-note": "Zo"}), Sheet({"goal-sentence": "Samen"})]
    overview = preview_of(checklist, sheets)
    assert (overview.sheets, overview.without_answer, overview.notes) == (2, 1, 1)
    assert overview.items["goal-shared"] == Counts(1, 0, 0, 1)
    assert overview.items["goal-perspective"] == Counts(0, 0, 0, 2)


# --- whatever is in it

SIGNS = "=+-@'\t\r\n\x0b\x00\u200e\u2028\xa0;,\" aë€"


def any_value(field: Field, chance: random.Random):
    match field.ask:
        case Ask.TEXT:
            text = "".join(chance.choices(SIGNS, k=chance.randrange(20)))
            return tidy(text, one_line=field.one_line)
        case Ask.ONE:
            return str(chance.choice(["", *field.choices]))
        case Ask.MANY:
            chosen = chance.sample(field.choices, chance.randrange(field.limit + 1))
            return tuple(choice for choice in field.choices if choice in chosen)


def any_sheet(fields, chance: random.Random) -> Sheet:
    """Something in any field, and an answer, so that it is a row."""
    values = {name: any_value(field, chance) for name, field in fields.items()} | {"goal-shared": "helping"}
    return Sheet({name: value for name, value in values.items() if value})


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_any_sheets_survive_a_workbook_and_a_form(checklist, columns, seed):
    chance = random.Random(seed)
    sheets = [any_sheet(fields_for(checklist, SETUP), chance) for _ in range(chance.randint(1, 3))]
    rows = rows_of(checklist, columns, sheets)
    order = chance.sample(range(len(columns)), len(columns))
    content = workbook_of([[row[place] for place in order] for row in rows])
    # As a form sends it on.
    form = ConfirmForm(Session(), {"rows": as_json(read_file(content, columns, "")), "token": ""})
    assert not form.is_valid()
    brought = read(form.cleaned_data["rows"], columns)
    assert (brought.problems, [dict(sheet.values) for sheet in brought.sheets]) == (
        (),
        [dict(sheet.values) for sheet in sheets],
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_table_never_raises_and_is_never_read_by_halves(checklist, columns, full, data):
    rows = rows_of(checklist, columns, [full, full, Sheet({"goal-shared": "helping"})])
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(rows))
        place = data.draw(st.integers(0, len(row)))
        put = data.draw(st.lists(st.text(max_size=5) | st.sampled_from([*Wrong, *rows[0]]), max_size=2))
        row[place : place + data.draw(st.integers(0, 3))] = put
    brought = read(rows, columns)
    assert not (brought.sheets and brought.problems)
    assert brought.sheets or brought.problems
    assert all(say(problem, "x") is not None and place_of(problem) is not None for problem in brought.problems)
    known = fields_for(checklist, SETUP)
    for sheet in brought.sheets:
        for name, value in sheet.values.items():
            field = known[name]
            if field.ask is Ask.ONE:
                assert value in field.choices
            elif field.ask is Ask.MANY:
                assert set(value) <= set(field.choices)
                assert len(value) <= field.limit
            else:
                assert 0 < len(value) <= max(MAX_NOTE, field.limit)


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_column_is_called_as_spreadsheets_do(place, letters):
    assert (column_letters(place), column_place(letters)) == (letters, place)
