"""One palette: style sheets, pictures, PDFs and workbooks have their colours from it."""

import re
from collections.abc import Iterator

import pytest
import tinycss2
from django.conf import settings

from reflectie.domain.rules.findings import Finding
from reflectie.presentation.findings import FINDINGS
from reflectie.presentation.palette import COLOURS, ON_PAPER, TONES

SHEETS = sorted((settings.BASE_DIR / "static" / "css").glob("**/*.css"))
# What a PDF and a picture are made of: nothing there knows of a screen.
ON_A_SHEET = [
    *(path for path in SHEETS if path.name.startswith("pdf")),
    *(path for path in (settings.BASE_DIR / "templates").rglob("*") if path.suffix in {".html", ".svg"}),
]
MODULES = sorted((settings.BASE_DIR / "reflectie").rglob("*.py"))
COLOUR = re.compile(r"(?<![&\w])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")


def tokens(css: str) -> Iterator[tuple[str, str]]:
    """Custom properties of a light screen that are a colour: what stands in `:root`, in no condition."""
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule" and tinycss2.serialize(rule.prelude).strip() == ":root":
            for found in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
                value = tinycss2.serialize(found.value).strip()
                if found.type == "declaration" and COLOUR.fullmatch(value):
                    yield found.name.removeprefix("--"), value


def test_style_sheets_have_the_palettes_colours_under_the_same_names():
    found = dict(token for sheet in SHEETS for token in tokens(sheet.read_text()))
    assert {name: found.get(name) for name in COLOURS} == COLOURS


def test_what_stands_in_a_condition_is_no_token_of_a_light_screen():
    css = ":root { --ink: #000000; --gap: 1rem }\n@media screen { :root { --ink: #ffffff } }\na { color: #123456 }"
    assert list(tokens(css)) == [("ink", "#000000")]


def test_page_that_is_dark_by_itself_has_the_colours_of_a_reader_who_wants_it_dark():
    css = next(path for path in SHEETS if path.name == "tokens.css").read_text()
    found = [
        re.search(rf":root:where\({which}\) \{{(.*?)\}}", css, re.DOTALL)
        for which in (r":not\(\.is-light\)", r"\.is-dark")
    ]
    by_reader, by_itself = (match[1].split() for match in found if match)
    assert len(by_reader) > 30
    assert by_reader == by_itself


@pytest.mark.parametrize("path", ON_A_SHEET, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_pdfs_and_pictures_have_no_colour_of_their_own(path):
    known = {*COLOURS.values(), *ON_PAPER.values(), "#fff"}
    assert {colour for colour in COLOUR.findall(path.read_text()) if colour not in known} == set()


def test_no_module_but_the_palette_has_a_colour():
    assert [path.name for path in MODULES if re.search(r"\"#[0-9a-f]{3,6}\"", path.read_text())] == ["palette.py"]


@pytest.mark.parametrize("found", Finding)
def test_every_finding_has_its_colours_its_tone_and_a_sign_of_its_own(found):
    said = FINDINGS[found]
    assert {found.value, f"{found.value}-bg"} <= COLOURS.keys()
    assert {said.tone, f"on-{said.tone}"} <= TONES.keys()
    assert [other for other, words in FINDINGS.items() if words.sign == said.sign] == [found]


# The page, and a sheet on it. All else that something may stand on means something: it is chosen, next, of a finding.
GROUNDS = {"sand", "paper"}
MEANING = {"accent", "accent-2", "chosen", "deep", "deep-2", "tone", "tone-bg"}


def test_screens_have_two_grounds_and_colours_that_mean_something():
    screens = [path for path in SHEETS if path not in ON_A_SHEET]
    used = {
        name
        for path in screens
        for value in re.findall(r"background(?:-color)?:([^;}]*)", path.read_text())
        for name in re.findall(r"var\(--([\w-]+)\)", value)
    }
    drawn = {"arrow", "tick", "warning"}
    of_findings = {f"{name}{ending}" for name in [*Finding, "attention"] for ending in ("", "-bg")}
    assert used - drawn - of_findings - MEANING == GROUNDS
    # What doesn't play is told by its sign and its edge, and needs no ground of its own.
    assert COLOURS["clear-bg"] == COLOURS["paper"]
