"""The instrument: dimensions, items, and the guidance (help and advice) that stands beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any


class ContentError(ValueError):
    """Content that is incomplete or contradicts itself; the message names the item."""


class Kind(StrEnum):
    PAIR = "pair"
    FACTOR = "factor"


class Mover(StrEnum):
    """Who can move an obstacle: a default per item (domain page, "From findings to advice")."""

    OURSELVES = "ourselves"
    ORGANISATIONS = "organisations"
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a sentence of advice rests on: a source's key and the section in it."""

    source: str
    section: str


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    rests_on: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Strength:
    """How to keep a strength, and whom to tell."""

    keep: str
    tell: str
    rests_on: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One of the fifteen. `number` counts from 1 over the whole checklist; factors have no helping wording."""

    key: str
    number: int
    kind: Kind
    dimension: str
    hindering: str
    helping: str
    words: str
    short: str
    help: str
    question: str
    steps: tuple[Step, ...]
    principles: tuple[int, ...]
    mover: Mover
    strength: Strength | None


@dataclass(frozen=True, slots=True)
class Dimension:
    key: str
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    name: str
    reference: str


# Compared by identity: there is one of each in memory, and it is the key of what is drawn once.
@dataclass(frozen=True, eq=False)
class Checklist:
    """A published version in one language, with one revision of its guidance."""

    version: int
    revision: int
    language: str
    dimensions: tuple[Dimension, ...]
    principles: tuple[str, ...]
    sources: tuple[Source, ...]

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @cached_property
    def by_key(self) -> dict[str, Item]:
        return {item.key: item for item in self.items}

    @cached_property
    def factors(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is Kind.FACTOR)

    def source(self, key: str) -> Source:
        return next(source for source in self.sources if source.key == key)


def read_checklist(frozen: Mapping[str, Any], guidance: Mapping[str, Any]) -> Checklist:
    """Put the frozen part (`checklist-N.json`) and its guidance (`guidance-N.<language>.json`) together.

    Raises ContentError when an item lacks guidance or names an unknown source or principle.
    """
    language = guidance["language"]
    sources = tuple(Source(key, **source) for key, source in guidance["sources"].items())
    dimensions = []
    number = 0
    for dimension in frozen["dimensions"]:
        items = []
        for item in dimension["items"]:
            number += 1
            items.append(_read_item(item, number, dimension["key"], guidance, language))
        dimensions.append(Dimension(dimension["key"], dimension["text"][language], tuple(items)))
    return Checklist(
        version=frozen["version"],
        revision=guidance["revision"],
        language=language,
        dimensions=tuple(dimensions),
        principles=tuple(guidance["principles"]),
        sources=sources,
    )


def _read_item(item: Mapping[str, Any], number: int, dimension: str, guidance: Mapping[str, Any], lang: str) -> Item:
    key, kind, text = item["key"], Kind(item["kind"]), item["text"][lang]
    try:
        words = guidance["items"][key]
        read = Item(
            key=key,
            number=number,
            kind=kind,
            dimension=dimension,
            hindering=text["hindering"],
            helping=text.get("helping", ""),
            words=text.get("words", ""),
            short=words["short"],
            help=words["help"],
            question=words["question"],
            steps=tuple(Step(step["text"], _read_passages(step, guidance)) for step in words["steps"]),
            principles=tuple(words["principles"]),
            mover=Mover(words["mover"]),
            strength=_read_strength(words["strength"], guidance) if kind is Kind.PAIR else None,
        )
    except KeyError as missing:
        raise ContentError(f"{key}: {missing} is missing") from missing
    if not 1 <= len(read.steps) <= 3:
        raise ContentError(f"{key}: one to three steps, not {len(read.steps)}")
    if not read.principles or any(not 1 <= number <= len(guidance["principles"]) for number in read.principles):
        raise ContentError(f"{key}: unknown principle in {read.principles}")
    return read


def _read_strength(words: Mapping[str, Any], guidance: Mapping[str, Any]) -> Strength:
    return Strength(words["keep"], words["tell"], _read_passages(words, guidance))


def _read_passages(words: Mapping[str, Any], guidance: Mapping[str, Any]) -> tuple[Passage, ...]:
    passages = tuple(Passage(**passage) for passage in words["rests_on"])
    for passage in passages:
        if passage.source not in guidance["sources"]:
            raise ContentError(f"unknown source {passage.source}")
    if not passages:
        raise ContentError("advice that rests on nothing")
    return passages
