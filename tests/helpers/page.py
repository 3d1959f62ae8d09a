"""A page in the terms of whoever reads it: headings and what stands under them, links and buttons by what they say,
fields by their label, tables and lists by their words. How it is marked up and styled can change without a test.

What is asked for by name is there once: nothing, or two of them, is a failure that tells which ones there are. A name
is all of the words, or a part of them that only one has."""

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import lxml.html
from lxml.html import HtmlElement

_BEFORE_A_MARK = re.compile(r" (?=[.,:;?!)’])")
_NO_WORDS = {"script", "style", "svg", "template", "title"}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What the first heading in it, or one of these names, is about.
_PARTS = {"section", "article", "aside", "details", "form", "main", "nav", "li", "body"}
_NAMING = {"legend": "fieldset", "summary": "details", "caption": "table"}


def page_of(response) -> "Part":
    """The page that came, or the part of one that a script asked for; also of its markup alone."""
    html = response if isinstance(response, str) else response.content.decode()
    if html.lstrip().startswith("<tr"):
        # Rows alone, for a script to put into a table.
        html = f"<table>{html}</table>"
    return Part(lxml.html.document_fromstring(html if html.strip() else "<body></body>"))


def _written(element: HtmlElement, *, heard: bool) -> str:
    if not isinstance(element.tag, str) or element.tag in _NO_WORDS or (heard and element.get("aria-hidden") == "true"):
        return ""
    inside = (element.text or "") + "".join(_written(child, heard=heard) + (child.tail or "") for child in element)
    # A name that is set apart stands in its sentence as if it weren't.
    return inside if element.tag == "bdi" else f" {inside} "


def _words(element: HtmlElement) -> str:
    return _BEFORE_A_MARK.sub("", " ".join(_written(element, heard=False).split()))


def _name(element: HtmlElement) -> str:
    """As a screen reader says it."""
    return _BEFORE_A_MARK.sub("", " ".join(_written(element, heard=True).split()))


def _only(kind: str, name: str, found: Iterable[tuple[str, HtmlElement]]) -> HtmlElement:
    """The one of this name."""
    found = list(found)
    wanted = [element for words, element in found if words == name] or [
        element for words, element in found if name in words
    ]
    assert len(wanted) == 1, f"{len(wanted)} times the {kind} ‘{name}’ among {[words for words, _ in found]}"
    return wanted[0]


class Part:
    """Something on a page that can be asked what is in it."""

    def __init__(self, element: HtmlElement) -> None:
        self._element = element

    def _all(self, *tags: str) -> list[HtmlElement]:
        return [element for element in self._element.iter(*tags) if element is not self._element]

    # --- what it says

    @cached_property
    def words(self) -> str:
        """What stands in it to read, with what is for screen readers alone."""
        return _words(self._element)

    @cached_property
    def heard(self) -> str:
        """What a screen reader says: without signs that are there to see alone."""
        return _name(self._element)

    @property
    def title(self) -> str:
        return " ".join(self._element.findtext(".//title", "").split())

    @property
    def kind(self) -> str:
        """What it is in HTML."""
        return self._element.tag

    @property
    def takes_focus(self) -> bool:
        """Whether the focus goes here by itself, though nothing can be typed here."""
        return self._element.get("tabindex") == "-1" and self._element.get("autofocus") is not None

    @property
    def main(self) -> "Part":
        """What this page has beside what every page has."""
        [main] = self._all("main")
        return Part(main)

    def headings(self, level: int | None = None) -> list[str]:
        return [_name(each) for each in self._all(*([f"h{level}"] if level else _HEADINGS))]

    def items(self) -> list[str]:
        """Every item of its lists."""
        return [_words(each) for each in self._all("li")]

    def cards(self) -> list["Part"]:
        """The items of its lists in no order of their own that have a heading."""
        return [Part(each) for each in self._all("li") if each.getparent().tag == "ul" and Part(each).headings()]

    def facts(self) -> list[tuple[str, str]]:
        """What it tells as a term and what holds for that."""
        found, term = [], ""
        for each in self._all("dt", "dd"):
            if each.tag == "dt":
                term = _words(each)
            else:
                found.append((term, _words(each)))
        return found

    def current(self) -> list[str]:
        """The step, the page or the choice at which it says one is now."""
        return [_name(each) for each in self._element.iterdescendants() if each.get("aria-current") is not None]

    def pictures(self) -> list[str]:
        """What its pictures are called for whoever doesn't see them."""
        return [" ".join((each.findtext("title") or "").split()) for each in self._all("svg")]

    def told(self, kind: str) -> list[str]:
        """What Django's admin tells, as a warning or as an error. Only its looks say which."""
        return [_words(each) for each in self._all("li") if kind in each.get("class", "").split()]

    def alerts(self) -> list["Part"]:
        return [Part(each) for each in self._all("div", "p", "section") if each.get("role") == "alert"]

    # --- a part of it

    def part(self, name: str) -> "Part":
        """What belongs to a heading, a legend, a caption or the summary of what folds."""
        return Part(_belonging(_only("part", name, [(_name(each), each) for each in self._names()])))

    def parts(self) -> list[str]:
        """What there is to ask for as a part."""
        return [_name(each) for each in self._names()]

    def _names(self) -> list[HtmlElement]:
        return self._all(*_HEADINGS, *_NAMING)

    def at(self, anchor: str) -> "Part":
        """Where a link with `#anchor` leads."""
        [element] = self._element.xpath("//*[@id=$anchor]", anchor=anchor)
        return Part(element)

    def anchors(self) -> list[str]:
        """The places in it to which a link can lead."""
        return [each.get("id") for each in self._element.iterdescendants() if each.get("id")]

    def folded(self) -> list["Fold"]:
        """What unfolds, open or not."""
        return [Fold(each) for each in self._all("details")]

    def unfolded(self) -> "Part":
        """Without what one has to unfold first."""
        rest = deepcopy(self._element)
        for fold in [each for each in rest.iterdescendants("details") if each.get("open") is None]:
            fold.drop_tree()
        return Part(rest)

    def rows(self, name: str = "") -> list[list[str]]:
        """The cells of its table, as they are heard, row by row; of the table with that caption, or under that heading,
        where there are more."""
        if name:
            return self.part(name).rows()
        [table] = [self._element] if self._element.tag == "table" else self._all("table")
        return [[_name(cell) for cell in row.iterchildren("td", "th")] for row in Part(table)._all("tr")]

    # --- where one can go

    def links(self, containing: str = "") -> list["Link"]:
        found = [Link(each) for each in self._all("a") if each.get("href") is not None]
        return [link for link in found if containing in link.heard]

    def link(self, name: str) -> "Link":
        return Link(_only("link", name, [(link.heard, link._element) for link in self.links()]))

    def addresses(self) -> list[str]:
        """Where its links lead."""
        return [link.address for link in self.links()]

    def buttons(self) -> list[str]:
        return [_name(each) for each in self._all("button")]

    def button(self, name: str) -> "Field":
        return Field(_only("button", name, [(_name(each), each) for each in self._all("button")]))

    def expanded(self) -> list["Field"]:
        """The buttons of what is unfolded by one."""
        return [Field(each) for each in self._all("button") if each.get("aria-expanded") == "true"]

    def next_steps(self) -> list[str]:
        """What the page has people do next: the link or button that stands out. Only its looks say so."""
        return [_name(each) for each in self._all("a", "button") if "go" in each.get("class", "").split()]

    # --- what one can fill in

    def field(self, label: str) -> "Field":
        """The field that a label names."""
        return Field(_only("field", label, [(_label(each), each) for each in self._controls() if _label(each)]))

    def named(self, name: str) -> "Field":
        """The field that a browser sends by this name, where no label tells it from others."""
        [field] = [each for each in self._controls() if each.get("name") == name]
        return Field(field)

    def fields(self) -> list["Field"]:
        """All of them that can be seen."""
        return [Field(each) for each in self._controls() if each.get("type") != "hidden"]

    def value(self, name: str) -> str:
        """What the browser sends by this name."""
        return self.named(name).value

    def sent(self) -> dict[str, list[str]]:
        """What a browser sends if one leaves everything as it is, but the button."""
        values: dict[str, list[str]] = {}
        for field in map(Field, self._controls()):
            if field.name and (sent := field.sent_values()):
                values.setdefault(field.name, []).extend(sent)
        return values

    def names(self) -> set[str]:
        """By which a browser sends what it has, its buttons too."""
        return {each.get("name") for each in self._all("input", "select", "textarea", "button") if each.get("name")}

    def chosen(self) -> list[str]:
        """The words beside each radio button and box that is ticked."""
        return [field.label for field in self.fields() if field.is_checked]

    def choices(self) -> list[str]:
        """The words beside every radio button and box."""
        return [field.label for field in self.fields() if field.is_choice]

    def _controls(self) -> list[HtmlElement]:
        return self._all("input", "select", "textarea")


class Fold(Part):
    @property
    def is_open(self) -> bool:
        return self._element.get("open") is not None

    @property
    def summary(self) -> str:
        return _name(self._element.find("summary"))


class Link(Part):
    @property
    def address(self) -> str:
        return self._element.get("href")

    @property
    def is_current(self) -> bool:
        return self._element.get("aria-current") is not None


@dataclass(frozen=True)
class Option:
    value: str
    words: str
    group: str
    is_selected: bool


class Field(Part):
    @property
    def name(self) -> str:
        return self._element.get("name", "")

    @property
    def type(self) -> str:
        return self._element.get("type", self._element.tag)

    @property
    def label(self) -> str:
        return _label(self._element)

    @property
    def value(self) -> str:
        """What is in it."""
        if self._element.tag == "textarea":
            # A browser leaves out the line's end right behind the tag.
            return (self._element.text or "").removeprefix("\n")
        if self._element.tag == "select":
            return next(iter(self.sent_values()), "")
        return self._element.get("value", "on" if self.is_choice else "")

    @property
    def is_choice(self) -> bool:
        return self._element.get("type") in ("radio", "checkbox")

    @property
    def is_checked(self) -> bool:
        return self._element.get("checked") is not None

    def options(self) -> list[Option]:
        return [
            Option(each.get("value", _words(each)), _words(each), _group(each), each.get("selected") is not None)
            for each in self._all("option")
        ]

    def sent_values(self) -> list[str]:
        """What a browser sends of it."""
        if self._element.tag == "select":
            # Of a list of which one is chosen, a browser chooses the first.
            first = [] if self._element.get("multiple") is not None else [each.value for each in self.options()][:1]
            return self.selected() or first
        return [self.value] if self.is_checked or not self.is_choice else []

    def selected(self) -> list[str]:
        """What is chosen in a list by the page itself: where it is nothing, a browser takes the first."""
        return [option.value for option in self.options() if option.is_selected]

    @property
    def description(self) -> str:
        """What is said about it: help, and what is wrong."""
        return " ".join(self.at(each).words for each in self._element.get("aria-describedby", "").split())


def _group(option: HtmlElement) -> str:
    parent = option.getparent()
    return parent.get("label", "") if parent.tag == "optgroup" else ""


def _label(control: HtmlElement) -> str:
    if said := control.get("aria-label"):
        return said
    around = next(control.iterancestors("label"), None)
    if around is None and control.get("id"):
        around = next(iter(control.xpath("//label[@for=$id]", id=control.get("id"))), None)
    return "" if around is None else _name(around)


def _belonging(name: HtmlElement) -> HtmlElement:
    """To a legend its group, and so on; to a heading the part of which it is the first, or else what follows it up to
    the next one of its level."""
    if container := _NAMING.get(name.tag):
        return next(name.iterancestors(container))
    container = next(each for each in name.iterancestors() if each.tag in _PARTS or each.get("role"))
    if next(container.iter(*_HEADINGS)) is name:
        return container
    found = lxml.html.Element("section")
    for each in [name, *name.itersiblings()]:
        if each is not name and each.tag in _HEADINGS and each.tag <= name.tag:
            break
        found.append(deepcopy(each))
    return found
