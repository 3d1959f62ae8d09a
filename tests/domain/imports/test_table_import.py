"""A table that somebody filled in by hand: what is forgiven, what is an error and where, and that no mutation of it is
taken in by halves."""

import csv
import io
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reflectie.domain.imports.table_import import (
    MAX_BYTES,
    MAX_PROBLEMS,
    Unreadable,
    UnreadableError,
    Wrong,
    look_over,
    read_table,
    read_text,
    write_table,
)
from reflectie.domain.questionnaire.answers import MAX_LINES, MAX_NOTE, Ask, Field, Sheet, fields_for
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.rules.findings import Counts
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.domain.text import tidy
from reflectie.forms.imports.table_import import columns_for, place_of, say
from tests.conftest import everything

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


def read(text: str, columns, most: int = MOST):
    return read_table(text, columns, most)


def wrong(text: str, columns, most: int = MOST) -> list[tuple[Wrong, int, str]]:
    brought = read(text, columns, most)
    assert brought.sheets == ()
    return [(problem.wrong, problem.row, problem.title) for problem in brought.problems]


def kept(text: str, columns) -> list[dict]:
    brought = read(text, columns)
    assert brought.problems == ()
    return [dict(sheet.values) for sheet in brought.sheets]


def test_what_is_written_is_read_back(columns, full):
    half = Sheet({"goal-shared": "hindering"})
    assert kept(write_table(columns, [full, half], empty=5), columns) == [dict(full.values), dict(half.values)]


def test_a_template_says_what_each_column_takes_and_works_nothing_out(columns):
    header, explained, *rows = csv.reader(io.StringIO(write_table(columns, empty=2)), delimiter=";")
    assert header[:5] == ["Blad", "Naam", "Organisatie", "1 Breedte van het doel", "Notitie bij 1"]
    assert explained[:3] == ["uitleg", "", "kies: Huis Linde | =CMD() | 't Zonnetje | 2 | @Wijk, deel 1; noord"]
    assert explained[5] == (
        "1 of hinderend: Niet gedeeld door alle partners | 2 of helpend: Gedeeld door alle partners | 3 of weet niet"
    )
    assert [row[0] for row in rows] == ["1", "2"]
    assert [cell for row in (header, explained, *rows) for cell in row if re.match(r"[=+\-@\t\r]", cell)] == []


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_whatever_a_spreadsheet_makes_of_it_is_read(columns, delimiter, coding, end):
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end)
    writer.writerow(["Notitie bij 1", "2 Gedeeld doel", "Organisatie"])
    writer.writerow(["Eén regel,\r\nen; nog\teen", " Hinderend ", "HUIS  LINDE"])
    text = read_text(written.getvalue().encode(coding))
    assert kept(text, columns) == [
        {"goal-perspective-note": "Eén regel,\nen; nog\teen", "goal-shared": "hindering", "organisation": "Huis Linde"}
    ]


def test_the_line_that_tells_a_spreadsheet_its_delimiter_is_no_row(columns):
    text = "sep=,\r\n2 Gedeeld doel,1 Breedte van het doel\r\nhelpend,misschien\r\n"
    assert wrong(text, columns) == [(Wrong.WORD, 2, "1 Breedte van het doel")]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("hinderend", "hindering"), ("1", "hindering"), ("links", "hindering"),
        ("Niet gedeeld door alle partners", "hindering"), ("HELPEND", "helping"), ("2", "helping"),
        ("weet  niet", "dont-know"), ("weet ik niet", "dont-know"), ("?", "dont-know"), ("3", "dont-know"),
    ],
)  # fmt: skip
def test_an_answer_can_be_said_in_several_ways(columns, word, value):
    assert kept(f"2 gedeeld DOEL\n{word}\n", columns) == [{"goal-shared": value}]


@pytest.mark.parametrize(("word", "value"), [("speelt", "hindering"), ("2", "helping"), ("Speelt niet", "helping")])
def test_a_factor_plays_or_not(columns, word, value):
    assert kept(f"9 Historisch\n{word}\n", columns) == [{"context-historical": value}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2", "2"),
        ("=CMD()", "=CMD()"),
        ("'=CMD()", "=CMD()"),
        ("'t zonnetje", "'t Zonnetje"),
        ("1", "Huis Linde"),
        ("’T  Zonnetje", "'t Zonnetje"),
    ],
)
def test_a_group_is_found_by_its_name_before_its_number(columns, cell, value):
    assert kept(f"2 Gedeeld doel;Organisatie\n1;{cell}\n", columns) == [
        {"goal-shared": "hindering", "organisation": value}
    ]


def test_a_quotation_mark_before_a_line_end_stays(columns):
    text = write_table(columns, [Sheet({"goal-shared-note": "'\nzo"})])
    sent = re.sub(r"\r\n?|\n", "\r\n", text)
    assert kept(sent, columns) == [{"goal-shared-note": "'\nzo"}]


@pytest.mark.parametrize("cell", ["3 7 12", "12, 3,7", "7;3;12", "7\n3\n12 3"])
def test_several_choices_are_numbers_in_any_order(columns, checklist, cell):
    keys = tuple(checklist.items[number - 1].key for number in (3, 7, 12))
    assert kept(f'2 Gedeeld doel;Eerst iets aan doen\n1;"{cell}"\n', columns) == [
        {"goal-shared": "hindering", "first": keys}
    ]


def test_rows_without_an_answer_are_passed_over_and_keep_their_number(columns):
    text = "Blad;2 Gedeeld doel\nuitleg;van alles\n\n1;\n2;1\n;;\n4;misschien\n"
    assert wrong(text, columns) == [(Wrong.WORD, 7, "2 Gedeeld doel")]
    assert kept(text.replace("misschien", "3"), columns) == [{"goal-shared": "hindering"}, {"goal-shared": "dont-know"}]


def test_the_row_that_explains_is_known_without_its_number(columns):
    """Columns that somebody doesn't need may be taken out, that of the numbers too."""
    rows = list(csv.reader(io.StringIO(write_table(columns, [Sheet({"goal-shared": "helping"})])), delimiter=";"))
    left = io.StringIO(newline="")
    csv.writer(left).writerows(row[1:] for row in rows)
    assert kept(left.getvalue(), columns) == [{"goal-shared": "helping"}]


def test_a_sheet_that_was_filled_in_on_the_row_that_explains_is_not_passed_over(columns):
    text = "Blad;2 Gedeeld doel;Notitie bij 2;9 Historisch\nuitleg;2;hoeft niet;1 of speelt, 2 of speelt niet\n1;1;;\n"
    assert wrong(text, columns) == [(Wrong.WORD, 2, "9 Historisch")]


def test_columns_that_are_left_out_are_told(columns):
    missing = read("2 Gedeeld doel\n1\n", columns).missing
    assert [column.title for column in missing[:3]] == ["Naam", "Organisatie", "1 Breedte van het doel"]
    assert len(missing) == len(columns) - 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(Wrong.NO_HEADER, 1, "")]),
        ("\n1;2;3\n", [(Wrong.NO_HEADER, 2, "")]),
        ("Naam\nJoke\n", [(Wrong.NO_HEADER, 1, "")]),
        ("2 Gedeeld doel;Kleur\n1;rood\n", [(Wrong.UNKNOWN_COLUMN, 1, "B")]),
        ("2 Gedeeld doel;2 gedeeld doel\n1;2\n", [(Wrong.COLUMN_TWICE, 1, "2 Gedeeld doel")]),
        ("2 Gedeeld doel;\n1;verdwaald\n", [(Wrong.NO_TITLE, 2, "B")]),
        ("2 Gedeeld doel\n1;;verdwaald\n", [(Wrong.NO_TITLE, 2, "C")]),
        ('2 Gedeeld doel;Notitie bij 2\n1;goed\n2;"open\n3;weg\n', [(Wrong.QUOTE, 3, "")]),
        ("2 Gedeeld doel\n\n", [(Wrong.NO_SHEETS, 0, "")]),
        ("2 Gedeeld doel;Naam\n;Joke\n", [(Wrong.NO_ANSWER, 2, "")]),
        ("2 Gedeeld doel;Notitie bij 2\n1;#NAAM?\n", [(Wrong.BROKEN_SUM, 2, "Notitie bij 2")]),
        ("2 Gedeeld doel;Notitie bij 2\n1;Err:509\n", [(Wrong.BROKEN_SUM, 2, "Notitie bij 2")]),
        ("2 Gedeeld doel;Eerst iets aan doen\n1;1 2 3 4\n", [(Wrong.TOO_MANY, 2, "Eerst iets aan doen")]),
        ("2 Gedeeld doel;Eerst iets aan doen\n1;1 16\n", [(Wrong.WORD, 2, "Eerst iets aan doen")]),
        (f"2 Gedeeld doel;Notitie bij 2\n1;{'x' * 2001}\n", [(Wrong.TOO_LONG, 2, "Notitie bij 2")]),
        (
            '2 Gedeeld doel;Notitie bij 2\n1;"' + "x\n" * MAX_LINES + 'x"\n',
            [(Wrong.TOO_MANY_LINES, 2, "Notitie bij 2")],
        ),
        (
            "2 Gedeeld doel;9 Historisch\nja;1\n1;soms\n4;1\n",
            [(Wrong.WORD, 2, "2 Gedeeld doel"), (Wrong.WORD, 3, "9 Historisch"), (Wrong.WORD, 4, "2 Gedeeld doel")],
        ),
    ],
)
def test_everything_that_is_wrong_is_told_with_its_place(columns, text, found):
    assert wrong(text, columns) == found


def test_an_error_says_what_would_be_right(columns):
    text = "2 Gedeeld doel;9 Historisch;Eerst iets aan doen;\nmisschien;x;99;los\n"
    problems = read(text, columns).problems
    assert [(place_of(problem), say(problem, "1 Doel")) for problem in problems] == [
        (
            "Regel 2, kolom ‘2 Gedeeld doel’",
            "‘misschien’ ken ik niet. Kies ‘hinderend’, ‘helpend’ of ‘weet niet’, of laat leeg.",
        ),
        (
            "Regel 2, kolom ‘9 Historisch’",
            "‘x’ ken ik niet. Kies ‘speelt’, ‘speelt niet’ of ‘weet niet’, of laat leeg.",
        ),
        ("Regel 2, kolom ‘Eerst iets aan doen’", "‘99’ ken ik niet. Kies nummers van 1 tot en met 15, of laat leeg."),
        ("Regel 2, kolom D", "Hier staat ‘los’, maar de kolom heeft geen kopje."),
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
    "accents": "1 Breedte van het doel\n" + "a" + "\u0301" * 50_000 + "\u0327" * 50_000,
    "accents in a title": "a" + "\u0301" * 50_000 + "\u0327" * 50_000 + ";1 Breedte van het doel\n",
    "one title for ever": "Blad;" * 90_000,
    "cells without a title": "1 Breedte van het doel\n" + "x;" * 200_000,
    "semicolons": ";" * 490_000,
    "line ends": "1 Breedte van het doel" + "\n" * 400_000,
    "apostrophes": "1 Breedte van het doel\n" + "'" * 400_000,
    "digits": "1 Breedte van het doel\n'" + "1" * 400_000 + "x",
    "an open quotation mark": '1 Breedte van het doel\n"' + "a\n" * 200_000,
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


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", Unreadable.EMPTY),
        (b" \r\n", Unreadable.EMPTY),
        (b"PK\x03\x04rest", Unreadable.SPREADSHEET),
        (b"\xd0\xcf\x11\xe0rest", Unreadable.SPREADSHEET),
        (b"\x81\x8d", Unreadable.NO_TEXT),
        (b"%PDF\x00", Unreadable.NO_TEXT),
        # Other kinds of CSV that Excel offers: read as the usual one, every letter with an accent would be another.
        ("Doel in één zin".encode("cp850"), Unreadable.NO_TEXT),
        ("Doel in één zin".encode("mac_roman"), Unreadable.NO_TEXT),
        (b"x" * (MAX_BYTES + 1), Unreadable.TOO_BIG),
        # Twice as big as UTF-8, and longer by the line ends that a form makes of it.
        (b"\x80" * (MAX_BYTES - 1), Unreadable.TOO_BIG),
        (b"x\n" * (MAX_BYTES // 2), Unreadable.TOO_BIG),
    ],
)
def test_what_is_no_table_is_refused(content, kind):
    with pytest.raises(UnreadableError) as error:
        read_text(content)
    assert error.value.args[0] is kind


def test_the_overview_counts_how_the_answers_fall(checklist):
    sheets = [Sheet({"goal-shared": "hindering", "goal-shared-note": "Zo"}), Sheet({"goal-sentence": "Samen"})]
    overview = look_over(checklist, sheets)
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
@given(seed=st.integers(0, 10**9), delimiter=st.sampled_from(";,\t"))
def test_any_sheets_survive_the_table_and_a_form(checklist, columns, seed, delimiter):
    chance = random.Random(seed)
    sheets = [any_sheet(fields_for(checklist, SETUP), chance) for _ in range(chance.randint(1, 3))]
    rows = list(csv.reader(io.StringIO(write_table(columns, sheets), newline=""), delimiter=";"))
    order = chance.sample(range(len(columns)), len(columns))
    again = io.StringIO(newline="")
    csv.writer(again, delimiter=delimiter).writerows([[row[place] for place in order] for row in rows])
    # As a form sends it on.
    sent = re.sub(r"\r\n?|\n", "\r\n", read_text(again.getvalue().encode("utf-8-sig")))
    brought = read(sent, columns)
    assert (brought.problems, [dict(sheet.values) for sheet in brought.sheets]) == (
        (),
        [dict(sheet.values) for sheet in sheets],
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_table_never_raises_and_is_never_read_by_halves(checklist, columns, full, data):
    whole = write_table(columns, [full, full, Sheet({"goal-shared": "helping"})])
    place = data.draw(st.integers(0, len(whole)))
    until = data.draw(st.integers(place, min(len(whole), place + 400)))
    put = data.draw(st.text(max_size=5) | st.text(alphabet='";,\t\r\n', max_size=5))
    brought = read(whole[:place] + put + whole[until:], columns)
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


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_table_or_an_error(columns, content):
    try:
        text = read_text(content)
    except UnreadableError:
        return
    brought = read(text, columns)
    assert brought.problems
    assert brought.sheets == ()
