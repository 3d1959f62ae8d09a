"""The signals on paper: two sheets, whatever there is to say, for whoever sees it and whoever hears it."""

from functools import cache
from typing import Any

import page as pdf_checker
import pytest

from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.rules.findings import Finding
from reflectie.domain.signals import ALL, Entry, publish
from reflectie.domain.text import same_text
from reflectie.pdf import documents
from tests.helpers.factories import FROZEN, GUIDANCE
from tests.helpers.pdf_checkers import errors_of
from tests.helpers.readback import bookmarks, elements, made_of, read_pdf
from tests.helpers.signalled import UNTIL

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
KEYS = [item.key for item in CHECKLIST]
LONG = "Wijkgezondheidsnetwerk van Hageland, Getestreek en omstreken"
# As long as has room, and with the widest of signs; and some that are too long.
WIDE = [
    "W" * 240,
    "m" * 239,
    "W " * 119,
    "a\nb\nc",
    "Lang. " * 60,
    "regel\n" * 9,
    *(f"Geen tijd {n}." for n in range(5)),
]


def entries(year: int, many: int, keys: list[str], label: str = "") -> list[Entry]:
    findings = {key: Finding.OBSTACLE if key in keys else Finding.CLEAR for key in KEYS}
    return [Entry(year, label, findings) for _ in range(many)]


def context(found: list[Entry], label: str = "", quotes: Any = None, *, invented: bool = False) -> dict[str, Any]:
    published = publish(found, UNTIL, {2026: quotes or {}}, invented=invented)
    return {
        "found": published.of(CHECKLIST, 2026, same_text(label)),
        "year": 2026,
        "label": same_text(label),
        "partition": "theme",
        "invented": invented,
    }


EVERY_QUOTE = dict.fromkeys(KEYS, WIDE)
WHAT = {
    "three, nothing recurs": context(entries(2026, 3, [])),
    "three, one signal": context(entries(2026, 3, KEYS[10:11]), quotes={KEYS[10]: ["Geen geld."]}),
    "fifteen signals of forty, every quote": context(
        [*entries(2026, 40, KEYS), *entries(2025, 40, KEYS)], quotes=EVERY_QUOTE
    ),
    "fifteen signals of thousands": context([*entries(2026, 2000, KEYS), *entries(2026, 999, [])], quotes=EVERY_QUOTE),
    "six signals": context(entries(2026, 38, KEYS[2:8]), quotes=EVERY_QUOTE),
    "ten signals": context(entries(2026, 38, KEYS[:10]), quotes=EVERY_QUOTE),
    "eight signals": context(entries(2026, 38, KEYS[:8]), quotes=EVERY_QUOTE),
    "nine signals": context(entries(2026, 38, KEYS[:9]), quotes=EVERY_QUOTE),
    "a label with a long name": context([*entries(2026, 40, KEYS, LONG), *entries(2026, 4, [])], LONG),
    "a label that is withheld": context(
        [*entries(2026, 5, KEYS[:3], LONG), *entries(2026, 2, [], "b"), *entries(2026, 2, [], "c")], LONG
    ),
    "made up": context([*entries(2026, 40, KEYS), *entries(2025, 9, [])], quotes=EVERY_QUOTE, invented=True),
}
EACH = pytest.mark.parametrize("what", WHAT)


@cache
def made(what: str) -> bytes:
    return made_of(documents.UncachedPdf("reflectie/signals/pdf.html", WHAT[what]).xhtml)


@cache
def words(what: str) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in read_pdf(made(what)).pages]


@EACH
def test_signals_are_two_sheets(what):
    assert len(words(what)) == 2
    # Nothing of the second sheet ran over from the first, and its last line is there.
    assert words(what)[1].removeprefix("Verzonnen voorbeeld: deze samenwerkingen bestaan niet. ").startswith("Wat nu?")
    assert "boekje over doelbewust samenwerken." in words(what)[1]


@EACH
def test_signals_hold_to_pdf_ua_1_by_two_checkers(what, tmp_path):
    report = pdf_checker.validate_pdf_bytes(made(what), profile=pdf_checker.ValidationProfile.PDF_UA_1)
    path = tmp_path / "made.pdf"
    path.write_bytes(made(what))

    assert report.rules.total > 100
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert errors_of(path) == []


@EACH
def test_signals_have_a_heading_first_and_words_for_every_picture(what):
    reader = read_pdf(made(what))
    found = list(elements(reader))
    assert [str(element["/S"]) for element in found].count("/H1") == 1
    assert bookmarks(reader)[0][1].startswith("Signaal 2026")
    figures = [str(element.get("/Alt", "")) for element in found if element["/S"] == "/Figure"]
    signals = WHAT[what]["found"].signals
    assert figures == [f"{s.number} van de {WHAT[what]['found'].counted} samenwerkingen" for s in signals]


def test_first_sheet_says_how_many_since_when_and_who_can_move_it():
    [first, second] = words("fifteen signals of forty, every quote")
    assert "In 2026 telden tot nu 40 samenwerkingen mee." in first
    assert first.count("40 van 40") == 30
    assert first.count("2025 40 van 40") == 15
    assert (first.count("Overheid of financier"), first.count("De organisaties"), first.count("De teams zelf")) == (
        3,
        4,
        8,
    )
    assert "stand tot en met 30 september 2026" in first
    assert "Regelgeving (40) · Financiering (40) · Politiek (40)" in second


def test_quotes_that_have_no_room_are_counted():
    found = WHAT["fifteen signals of forty, every quote"]["found"]
    assert [(s.item.key, len(texts)) for s, texts in found.excerpts] == [(s.item.key, 1) for s in found.signals[:5]]
    assert found.further_quotes == 15 * len(WIDE) - 5
    assert f"Er zijn nog {15 * len(WIDE) - 5} vrijgegeven citaten." in words("fifteen signals of forty, every quote")[1]
    [(_, texts)] = WHAT["three, one signal"]["found"].excerpts
    assert texts == ("Geen geld.",)
    assert "vrijgegeven citaten." not in words("three, one signal")[1]


def test_long_quote_is_left_out_rather_than_cut_off():
    found = context(entries(2026, 3, KEYS[:1]), quotes={KEYS[0]: WIDE})["found"]
    [(_, texts)] = found.excerpts
    assert texts == tuple(text for text in WIDE if len(text) <= 240 and text.count("\n") < 3)[:5]
    assert found.further_quotes == len(WIDE) - 5


def test_made_up_signals_say_so_on_both_sheets():
    line = "Verzonnen voorbeeld: deze samenwerkingen bestaan niet."
    assert [page.count(line) for page in words("made up")] == [1, 1]
    assert [page.count(line) for page in words("eight signals")] == [0, 0]


def test_label_has_no_quotes_and_says_what_is_withheld():
    assert "In hun woorden" not in words("a label with a long name")[1]
    assert f"rond ‘{LONG}’" in words("a label with a long name")[0]
    withheld = words("a label that is withheld")[0]
    assert "Van 3 hinderpalen tonen we geen getal" in withheld
    # Not that there is none.
    assert "Er is geen hinderpaal waarvan we hier een getal kunnen tonen." in withheld
    assert "12 stellingen en factoren zijn bij minder dan 3 samenwerkingen een hinderpaal, of bij geen." in withheld
    assert WHAT["three, nothing recurs"]["label"] == ALL
