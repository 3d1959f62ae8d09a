"""Templates are read as code is: lines that fit, and no file that nothing shows."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

TEMPLATES = settings.BASE_DIR / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
# The benchmarks draw a report in another way too, with templates of their own for some of ours.
PLAIN = settings.BASE_DIR / "benchmarks" / "plain"
ALL_FILES = [*FILES, *sorted(PLAIN.rglob("*.html"))]
LONGEST = 160
# Packages look these up by their own names.
OF_PACKAGES = ("account/", "mfa/", "admin/", "bootstrap5/")
# Django's own handlers look for these.
OF_DJANGO = {"400.html", "403.html", "404.html", "500.html"}


def too_long(source: str) -> list[int]:
    return [number for number, line in enumerate(source.splitlines(), 1) if len(line) > LONGEST]


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_line_of_a_template_is_too_long_to_read(path: Path) -> None:
    # A mail's lines are what a reader gets.
    if path.suffix != ".txt":
        assert too_long(path.read_text()) == []


def test_a_line_that_is_too_long_is_found() -> None:
    assert too_long("<p>\n" + "x" * (LONGEST + 1) + "\n</p>" + "y" * LONGEST) == [2, 3]


def unnamed(files: dict[str, str], code: str) -> list[str]:
    """Files of which no other file and no code says the name, whole or as what stands between folder and ending."""
    found = []
    for name in files:
        others = code + "".join(source for other, source in files.items() if other != name)
        stem = Path(name).stem
        # A view may fill in the last part: f"reflectie/questionnaire/join/{name}.html".
        is_filled_in = f"{Path(name).parent}/{{" in code and re.search(rf'"{re.escape(stem)}"', code)
        if f'"{name}"' not in others and not is_filled_in:
            found.append(name)
    return found


def test_every_template_is_named_by_code_or_by_another() -> None:
    files = {str(path.relative_to(TEMPLATES)): path.read_text() for path in FILES}
    ours = {name: text for name, text in files.items() if not name.startswith(OF_PACKAGES) and name not in OF_DJANGO}
    assert len(ours) > 200
    code = "".join(
        path.read_text() for room in ("reflectie", "samenwerking") for path in (settings.BASE_DIR / room).rglob("*.py")
    )
    packages = "".join(text for name, text in files.items() if name not in ours)
    assert unnamed(ours, code + packages) == []


def test_a_template_that_nothing_names_is_found() -> None:
    files = {"a/page.html": '{% include "a/part.html" %}', "a/part.html": "", "a/left.html": "", "b/done.html": ""}
    assert unnamed(files, 'render(request, "a/page.html"); show("done"); f"b/{name}.html"') == ["a/left.html"]


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_every_template_that_another_takes_in_is_there(path: Path) -> None:
    named = re.findall(r'{% (?:include|extends) "([^"]+)"', path.read_text())
    assert [name for name in named if not (TEMPLATES / name).exists() and not is_of_a_package(name)] == []


def is_of_a_package(name: str) -> bool:
    return name.startswith(OF_PACKAGES) and bool(get_template(name))
