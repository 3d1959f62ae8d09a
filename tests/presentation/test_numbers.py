"""Sentences quote the domain's thresholds, and have none of their own."""

import re
from fractions import Fraction

import pytest
from django.conf import settings

from reflectie.domain.rules.findings import Finding
from reflectie.presentation.findings import FINDINGS
from reflectie.presentation.numbers import THRESHOLDS, ratio_in_words, share_in_words, threshold

TEMPLATES = [path for path in (settings.BASE_DIR / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
# As a sentence would quote one by itself.
QUOTED = re.compile(
    r"twee derde|twee op de drie|vier op de vijf|een vijfde|(meer|minder) dan de helft|1 of 2 mensen"
    r"|(minstens|minder dan|onder|vanaf) (3|drie) (mensen|antwoorden|samenwerkingen)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Fraction(1, 2), "de helft"),
        (Fraction(2, 3), "twee derde"),
        (Fraction(1, 5), "een vijfde"),
        (Fraction(3, 4), "drie vierde"),
        (Fraction(5, 7), "5/7"),
    ],
)
def test_share_is_said_in_words_where_dutch_has_them(share, words):
    assert str(share_in_words(share)) == words


def test_ratio_is_so_many_of_so_many():
    assert str(ratio_in_words(Fraction(4, 5))) == "vier op de vijf"


def test_thresholds_are_those_of_the_domain_as_sentences_quote_them():
    assert {name: str(threshold(name)) for name in THRESHOLDS} == {
        "floor": "3",
        "below-floor": "2",
        "some-below-floor": "1 of 2",
        "obstacle": "twee derde",
        "blind": "de helft",
        "many-pairs": "drie op de vier",
        "many-factors": "71%",
        "nearly-all": "vier op de vijf",
        "wide": "vier op de vijf",
        "people-moved": "twee",
        "share-moved": "een vijfde",
    }


def test_what_findings_mean_quotes_them():
    assert [str(FINDINGS[found].meaning) for found in (Finding.OBSTACLE, Finding.UNKNOWN, Finding.STRENGTH)] == [
        "van wie een kant koos, vindt minstens twee op de drie dat dit hindert",
        "meer dan de helft weet het niet of liet het open",
        "van wie een kant koos, vindt minstens vier op de vijf dat dit helpt",
    ]
    assert str(FINDINGS[Finding.OBSTACLE].sentence) == "Van wie koos, ziet minstens twee derde hinder."
    assert str(FINDINGS[Finding.OBSTACLE].rule).startswith("Van wie koos, koos minstens 2/3 hinderend")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_template_types_a_threshold(path):
    assert QUOTED.search(path.read_text()) is None


def test_a_typed_threshold_is_found():
    assert QUOTED.search("Zodra er minstens 3 samenwerkingen zijn, of meer dan de helft")
