"""What a spreadsheet takes for something else than the text it is, and that what guards it comes off again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.imports.spreadsheet import guarded, unguarded, write_csv

SUMS = ["=1+1", "+32 16 12", "-", "- eerste\n- tweede", "@jan", "\t=1", "  =1", "＝1", "\n\n+1", "=cmd|' /C calc'!A0"]
# Tried in a Dutch spreadsheet: each of these came back as a number, a day, a time or a truth.
NUMBERS = ["007", "0", "1-2", "1/2", "1.000", "1,5", "1 000", "1e5", "10%", "€ 5,00", "5€", "(5)", "5-", "12:30"]
DAYS = ["2026-01-02", "3 mei 2026", "5 jan", "Jan 5", "mei-26", "3 Mei.", "WAAR", "onwaar", "true"]
TEXTS = [
    "",
    "'",
    "'t Zonnetje",
    "'s avonds",
    "Huis 2",
    "2 partners",
    "mei",
    "Jan",
    "a=1",
    "1a",
    "maart was druk",
    "#NAAM?",
]


@pytest.mark.parametrize("text", [*SUMS, *NUMBERS, *DAYS])
def test_what_a_spreadsheet_takes_for_something_else_is_guarded(text):
    assert (guarded(text), guarded(f"'{text}")) == (f"'{text}", f"''{text}")
    # Typed without a guard, as in a table of somebody's own, it loses no sign.
    assert unguarded(text) == text


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_text_stays_as_it_is(text):
    assert (guarded(text), unguarded(text)) == (text, text)


@given(st.text() | st.text(alphabet="'=-+@ \t\n107.,:e€%meijan"))
def test_what_is_guarded_is_told_from_what_was_typed(text):
    told = guarded(text)
    assert unguarded(told) == text
    assert told.strip()[:1] not in set("=+-@＝＋－＠") - {""}
    assert told[:1] not in {"\t", "\r", "\n"}


def test_csv_has_texts_in_quotation_marks_days_as_iso_writes_them_and_nothing_where_nothing_is():
    lines = [["tekst", "=1", 'een "woord"', ""], [date(2026, 3, 2), 7, None, 0]]
    assert write_csv(lines) == '"tekst";"\'=1";"een ""woord""";\r\n2026-03-02;7;;0\r\n'
