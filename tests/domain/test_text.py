"""What is kept of a text, and when two texts are the same to a person."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain import text as text_module
from reflectie.domain.text import same_text, tidy, without_invisible

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


INVISIBLE = (
    "\u2068\u2069\u202a\u202c\u202e\u200e\u061c"  # directions
    "\u00ad\u200b\u2060\ufeff\u034f"  # hyphens, spaces and marks without width
    "\u0000\u0007\ufffe\ud800"  # what no document may hold
)


@pytest.mark.parametrize("sign", INVISIBLE, ids=ascii)
def test_a_sign_that_nobody_sees_goes_without_a_trace(sign: str) -> None:
    assert tidy(f"{sign}Bel {sign}An{sign}na") == "Bel Anna"


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क\u094d\u200dष",
        FAMILY,
        "\u2764\ufe0f",
        "1\ufe0f\u20e3",
        SCOTLAND,
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "Én\tgeld",
        "a\n\nb",
        "\u0600\u0661",
    ],
    ids=ascii,
)
def test_what_holds_words_and_pictures_together_stays(text: str) -> None:
    assert tidy(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u200d", "a"),
        ("\u200da", "a"),
        ("a\u200d b", "a b"),
        ("a\u200d\u200db", "a\u200db"),
        ("a\ufe0f", "a"),
        ("a\U000e0067", "a"),
        (FAMILY + "\u200d", FAMILY),
    ],
    ids=ascii,
)
def test_a_joiner_that_joins_nothing_goes(text: str, kept: str) -> None:
    assert tidy(text) == kept


@pytest.mark.parametrize(
    "text", ["\u200b", "\u2800", "\u3164\u115f", "\U000e0041\U000e0042", " \u00ad\n", "\ufe0f"], ids=ascii
)
def test_a_text_of_nothing_visible_is_empty(text: str) -> None:
    assert tidy(text) == ""


def test_lines_end_alike_and_one_line_is_one_line() -> None:
    assert tidy("a\r\nb\rc\vd\u2028e\n\n\n\nf") == "a\nb\nc\nd\ne\n\nf"
    assert tidy("a\r\nb\tc  d", one_line=True) == "a b c d"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Huis ’t Veld", "huis 't veld"),
        ("Wonen – zorg", "wonen - Zorg"),
        ("Cafe\u0301", "café"),
        ("C\u200dAW", "CAW"),
        ("OCMW\u00a0Gent", "OCMW Gent"),
        ("“Thuis”", '"thuis"'),
        ("ﬁets", "fiets"),
        ("C\u200bAW", "CAW"),
    ],
)
def test_two_texts_that_look_alike_are_the_same(one: str, other: str) -> None:
    assert same_text(one) == same_text(other)


def test_two_texts_that_look_different_are_not_the_same() -> None:
    assert len({same_text(text) for text in ("CAW", "CAW 2", "CAW-2", "Cäw", "")}) == 5


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    for one_line in (False, True):
        once = tidy(text, one_line=one_line)
        assert tidy(once, one_line=one_line) == once
    assert without_invisible(without_invisible(text)) == without_invisible(text)
    assert same_text(same_text(text)) == same_text(text)


@pytest.mark.parametrize(
    "sign",
    [
        "\x00",
        "\x07",
        "\x08",
        "\x0b",
        "\x0c",
        "\r",
        "\x1b",
        "\x1f",
        "\x7f",
        "\x80",
        "\x85",
        "\x9f",
        "\u200e",
        "\u200f",
        "\u202a",
        "\u202b",
        "\u202c",
        "\u202d",
        "\u202e",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u2069",
        "\u061c",
        "\ud800",
        "\ufdd0",
        "\ufdef",
        "\ufffe",
        "\uffff",
        "\U0001fffe",
        "\U0010ffff",
    ],
    ids=lambda sign: f"U+{ord(sign):04X}",
)
def test_control_direction_and_no_character_are_taken_out(sign: str) -> None:
    assert without_invisible(f"{sign}voor{sign}na{sign}") == "voorna"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Gewone zin, met leesteken; en (haakjes) – ‘aanhaling’ … € 5?",
        "Regel één\nRegel twee\tmet tab",
        "coördinatie, mét, façade, Zoë, Łódź, Çelik, Ÿ, ĳ",
        # The same letters, as a letter with a loose accent.
        "coo\u0308rdinatie, me\u0301t",
        "👩‍👩‍👧 gezin, 👩🏽‍⚕️ zorg, ❤️, 🏳️‍🌈, 🇧🇪",
        "שלום, مرحبا, 你好, Привет",
        "hard\u00a0streepje",
        "\ufdcf\ufdf0\ufffd",
    ],
)
def test_ordinary_text_keeps_every_sign(text: str) -> None:
    assert without_invisible(text) == text


def test_every_sign_that_turns_direction_goes() -> None:
    """Unicode's own list of such signs (property Bidi_Control) is the list here."""
    turning = {
        chr(code)
        for code in range(0x110000)
        if unicodedata.bidirectional(chr(code)) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    } | {"\u061c", "\u200e", "\u200f"}
    assert len(turning) == 12
    assert without_invisible("".join(turning)) == ""


def test_a_text_of_accents_is_tidied_in_a_moment() -> None:
    """Sorted, as many marks on one letter as a form takes in took a quarter of an hour."""
    text = "a" + "\u0301\u0316" * 100_000
    start = time.process_time()
    assert tidy(text) == tidy(tidy(text)) == text
    assert same_text(text) == same_text(same_text(text))
    assert time.process_time() - start < 4


def test_no_sign_that_is_invisible_passes_unlooked_at() -> None:
    signs = map(chr, range(sys.maxunicode + 1))
    kept = {sign for sign in signs if text_module._is_invisible(sign) and without_invisible(f"a {sign} b") != "a  b"}
    assert kept == set()


def test_a_long_text_without_any_is_not_looked_at_sign_by_sign(monkeypatch) -> None:
    monkeypatch.setattr(text_module, "_visible", lambda _text: pytest.fail("looked at"))
    text = "Één lijn,\tàlles “goed” – 数字 ★ ok\n" * 50
    assert without_invisible(text) == text
