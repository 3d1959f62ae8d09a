"""Every text a template shows is marked for translation."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".svg", ".txt", ".xml"})

# Same in every language. Add only names and signs.
PROPER = {"PDF"}

# Filled in by a page, to stand in a class attribute of the base.
STYLE_BLOCKS = {"block page"}

SHOWN_ATTRIBUTES = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label"}
SHOWN_META = {"description", "og:title", "og:description", "apple-mobile-web-app-title"}
BUTTON_TYPES = {"submit", "button", "reset"}

WORD = re.compile(r"[^\W\d_]+")
QUOTED = r"""(?:"([^"]*)"|'([^']*)')"""
# A quoted argument of these filters ends up on the page as it stands; _("…") would be marked.
FILTER_TEXT = re.compile(rf"\|\s*(?:default|default_if_none|yesno|pluralize|add|join):{QUOTED}")
# {% include … with label="Sterktes" %}: prose has a space or a capital; names of styles and kinds have neither.
ARGUMENT_TEXT = re.compile(rf"\w+={QUOTED}")
PROSE = re.compile(r"[A-Z]|\w\s+\w")


class Reader(HTMLParser):
    """Collects the texts that a reader would see or hear, with their lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.silent = 0

    def note(self, text: str | None) -> None:
        words = set(WORD.findall(text or ""))
        if words - PROPER:
            # The line where the words begin, not the space before them.
            blank = len(text or "") - len((text or "").lstrip())
            self.found.append((self.getpos()[0] + (text or "")[:blank].count("\n"), " ".join((text or "").split())))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "style"}:
            self.silent += 1
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES:
                self.note(value)
        if tag == "input" and given.get("type") in BUTTON_TYPES:
            self.note(given.get("value"))
        if tag == "meta" and (given.get("name") or given.get("property")) in SHOWN_META:
            self.note(given.get("content"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in {"script", "style"}:
            self.silent -= 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.note(data)


def unmarked(source: str) -> list[tuple[int, str]]:
    """Line and text of each literal in a template that is not marked for translation."""
    reader, found = Reader(), []
    inside: str | None = None
    for token in Lexer(source).tokenize():
        # What is taken out leaves its lines behind, so that positions stay right.
        lines = "\n" * token.contents.count("\n")
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split(maxsplit=1)[0] if token.contents else ""
            if inside:
                inside = None if name == f"end{inside}" else inside
            elif name in {"blocktranslate", "blocktrans", "comment"} or token.contents in STYLE_BLOCKS:
                inside = name
            else:
                found += [(token.lineno, text) for text in literals_in_tag(name, token.contents)]
        elif inside:
            pass
        elif token.token_type is TokenType.TEXT:
            reader.feed(token.contents)
            continue
        elif token.token_type is TokenType.VAR:
            found += [(token.lineno, text) for text in literals(FILTER_TEXT, token.contents)]
        reader.feed(lines)
    reader.close()
    return sorted(found + reader.found)


def literals(pattern: re.Pattern[str], contents: str) -> Iterator[str]:
    for match in pattern.finditer(contents):
        text = match[1] or match[2] or ""
        if set(WORD.findall(text)) - PROPER:
            yield text


def literals_in_tag(name: str, contents: str) -> Iterator[str]:
    yield from literals(FILTER_TEXT, contents)
    if name in {"include", "with"}:
        yield from (text for text in literals(ARGUMENT_TEXT, contents) if PROSE.search(text))


def test_there_are_templates_to_read() -> None:
    assert TEMPLATES / "base.html" in FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_text_in_a_template_is_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>Hallo</p>", [(1, "Hallo")]),
        ("<p>\n  Hallo\n  daar</p>", [(2, "Hallo daar")]),
        ("{% load i18n %}\n<h1>{{ title }} en meer</h1>", [(2, "en meer")]),
        ("{% if a %}<b>ja</b>{% else %}<b>{% translate 'nee' %}</b>{% endif %}", [(1, "ja")]),
        ("{% blocktranslate %}goed{% endblocktranslate %} fout", [(1, "fout")]),
        ('<img alt="Een draaikolk">', [(1, "Een draaikolk")]),
        ('<a title="Meer" href="/">{{ x }}</a>', [(1, "Meer")]),
        ('<nav aria-label="Hoofdmenu"></nav>', [(1, "Hoofdmenu")]),
        ("<input placeholder='Naam' {% if x %}checked{% endif %}>", [(1, "Naam")]),
        ('<input type="submit" value="Bewaar">', [(1, "Bewaar")]),
        ('<meta name="description" content="Waarom het stroef loopt">', [(1, "Waarom het stroef loopt")]),
        ("<svg><title>Draaikolk</title><text>hier</text></svg>", [(1, "Draaikolk"), (1, "hier")]),
        ('{{ name|default:"niemand" }}', [(1, "niemand")]),
        ("{{ open|yesno:'ja,nee' }}", [(1, "ja,nee")]),
        ('{{ n }} {{ n|pluralize:"en" }}', [(1, "en")]),
        ('{% include "x.html" with label="Sterktes" %}', [(1, "Sterktes")]),
        ('{% with text="wat er speelt" %}{{ text }}{% endwith %}', [(1, "wat er speelt")]),
        ("<script>var a = 1</script>\n<p>na</p>", [(2, "na")]),
        ("&eacute;&eacute;n", [(1, "één")]),
    ],
)
def test_a_literal_that_is_not_marked_is_found(source: str, expected: list[tuple[int, str]]) -> None:
    assert unmarked(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "<p>{% translate 'Hallo' %}</p>",
        '<img alt="{% translate "Een draaikolk" %}" class="{{ a }} wide">',
        "{% blocktranslate count n=n %}één{% plural %}{{ n }} <b>meer</b>{% endblocktranslate %}",
        "{# een woord #}{% comment 'waarom' %}<p>niet getoond</p>{% endcomment %}<!-- ook niet -->",
        "{{ a }} · {{ b }} – 12 × 3 &nbsp; &rarr; (€)",
        '{{ name|default:_("niemand") }}{{ day|date:"j F Y" }}{{ x|default:"–" }}',
        '{% include "x.html" with kind="strength" level=2 %}',
        '<input type="hidden" name="stage" value="open"><input type="checkbox" value="ja">',
        "<style>@page { size: A4 }</style><a class='button'>PDF</a>",
        "{% block page %}home{% endblock %}{% block main %}{% endblock %}",
        '<meta name="viewport" content="width=device-width">',
    ],
)
def test_what_is_marked_or_not_shown_is_fine(source: str) -> None:
    assert unmarked(source) == []
