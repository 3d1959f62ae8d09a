"""Template tags register what the presentation room says and draws: each under a name of its own, each in use."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

import reflectie.templatetags

FOLDER = Path(reflectie.templatetags.__file__).parent
LIBRARIES = {
    path.stem: import_module(f"reflectie.templatetags.{path.stem}").register
    for path in FOLDER.glob("*.py")
    if path.stem != "__init__"
}
TEMPLATES = sorted(path for path in (settings.BASE_DIR / "templates").rglob("*.*") if path.suffix != ".py")
NAMES = [name for library in LIBRARIES.values() for name in (*library.filters, *library.tags)]


def test_no_two_tags_or_filters_share_a_name():
    assert len(NAMES) > 50
    assert [name for name, number in Counter(NAMES).items() if number > 1] == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_tag_and_filter_is_used_by_a_template(name):
    use = re.compile(rf"\|{name}\b|{{% (end)?{name}\b")
    assert any(use.search(path.read_text()) for path in TEMPLATES)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_every_template_finds_its_tags(path):
    assert engines["django"].from_string(path.read_text())
