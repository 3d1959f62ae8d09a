"""The instrument: dimensions, items, and the guidance (help and advice) that stands beside them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import count
from typing import Any


class ContentError(ValueError):
    """Content that is incomplete or contradicts itself; the message names the item."""


class Kind(StrEnum):
    PAIR = "pair"
    FACTOR = "factor"


class ActionOwner(StrEnum):
    """Who can move an obstacle: a default per item (concepts.md, "From findings to advice")."""

    OURSELVES = "ourselves"
    ORGANISATIONS = "organisations"
    GOVERNMENT = "government"


# What advice rests on where no source has anything: then we say that it is ours.
OURS = "ours"


class PatternKey(StrEnum):
    """The patterns across items, in the order in which they are shown: first what most changes how the rest is read.
    Their rules stand in `domain/report/patterns.py`."""

    AROUND_US = "around-us"
    WITHIN_US = "within-us"
    NEARLY_EVERYTHING = "nearly-everything"
    DOMINATION = "domination"
    OPPOSITE_GROUPS = "opposite-groups"
    GOAL_MEANINGS = "goal-meanings"
    INTEGRAL_AD_HOC = "integral-ad-hoc"
    FORM_CONTRADICTS = "form-contradicts"
    TOO_LIGHT = "too-light"
    TOO_HEAVY = "too-heavy"
    BLIND_DIMENSION = "blind-dimension"


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a sentence of advice rests on: a source's key and the section in it; OURS has no section."""

    source: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class SourcedText:
    """A text, and what it rests on."""

    text: str
    rests_on: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A first step, and whose turn it is."""

    text: str
    rests_on: tuple[Passage, ...]
    mover: ActionOwner


@dataclass(frozen=True, slots=True)
class Strength:
    """How to keep a strength, and whom to tell."""

    keep: str
    tell: str
    rests_on: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One statement or factor. `number` counts from 1 over the whole checklist; factors have no helping wording."""

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
    mover: ActionOwner
    strength: Strength | None
    # How to talk about it in a meeting; ours, since no source says so.
    way: str
    # What worked elsewhere.
    example: SourcedText | None
    # What is asked when it goes up as a signal, and of whom.
    ask: SourcedText | None


@dataclass(frozen=True, slots=True)
class Dimension:
    key: str
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class PatternText:
    """A pattern in words: what it is called, what is seen, and the question to ask about it."""

    title: str
    # The facts; a number stands in it by the name that `numbers_of` in `domain/report/patterns.py` gives it.
    seen: str
    # As it reads for one sheet, where "so many of so many" would be odd; else the same.
    seen_one: str
    question: str
    rests_on: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """What to ask yourselves at one of the ten principles, when a collaboration is built up again."""

    question: str
    rests_on: tuple[Passage, ...]


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
    # One for each principle, in their order.
    rebuilding: tuple[Rebuilding, ...]
    patterns: Mapping[PatternKey, PatternText]
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
    def pairs(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is Kind.PAIR)

    @cached_property
    def factors(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is Kind.FACTOR)

    def source(self, key: str) -> Source:
        """The source with this key. Raises StopIteration for one that the content doesn't name."""
        return next(source for source in self.sources if source.key == key)


def all_items(checklists: Iterable[Checklist]) -> tuple[tuple[Dimension, tuple[Item, ...]], ...]:
    """Every item of these versions by dimension, each once and in the newest words; those that only an older version
    has come after the others of their dimension. Versions are compared by key (concepts.md, "The checklist")."""
    known: dict[str, Dimension] = {}
    items: dict[str, dict[str, Item]] = {}
    seen: set[str] = set()
    for checklist in sorted(checklists, key=lambda checklist: -checklist.version):
        for dimension in checklist.dimensions:
            known.setdefault(dimension.key, dimension)
            # An item that moved to another dimension stands where the newest version has it.
            new = {item.key: item for item in dimension.items if item.key not in seen}
            items.setdefault(dimension.key, {}).update(new)
        seen |= set(checklist.by_key)
    return tuple((dimension, tuple(items[key].values())) for key, dimension in known.items() if items[key])


def read_checklist(frozen: Mapping[str, Any], guidance: Mapping[str, Any]) -> Checklist:
    """Put the frozen part (`checklist-N.json`) and its guidance (`guidance-N.<language>.json`) together.

    Raises ContentError when a text is missing or names an unknown source, principle or mover.
    """
    try:
        patterns = _read_patterns(guidance["patterns"])
        rebuilding = tuple(Rebuilding(words["question"], _read_passages(words)) for words in guidance["rebuilding"])
        _check_beside(guidance, patterns, rebuilding)
        sources = tuple(Source(**source) for source in guidance["sources"])
        numbers = count(1)
        dimensions = tuple(
            Dimension(
                dimension["key"],
                dimension["text"][guidance["language"]],
                tuple(_read_item(item, next(numbers), dimension["key"], guidance) for item in dimension["items"]),
            )
            for dimension in frozen["dimensions"]
        )
        return Checklist(
            version=frozen["version"],
            revision=guidance["revision"],
            language=guidance["language"],
            dimensions=dimensions,
            principles=tuple(guidance["principles"]),
            rebuilding=rebuilding,
            patterns=patterns,
            sources=sources,
        )
    except (KeyError, TypeError) as error:
        raise ContentError(f"missing or misshapen: {error}") from error


def _read_item(item: Mapping[str, Any], number: int, dimension: str, guidance: Mapping[str, Any]) -> Item:
    key, kind = item["key"], Kind(item["kind"])
    try:
        text, words = item["text"][guidance["language"]], guidance["items"][key]
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
            steps=tuple(
                # Until revision 3 a step had the mover of its item.
                Step(step["text"], _read_passages(step), ActionOwner(step.get("mover", words["mover"])))
                for step in words["steps"]
            ),
            principles=tuple(words["principles"]),
            mover=ActionOwner(words["mover"]),
            strength=_read_strength(words["strength"]) if kind is Kind.PAIR else None,
            way=words.get("way", ""),
            example=_read_sourced(words.get("example")),
            ask=_read_sourced(words.get("ask")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"{key}: missing or misshapen: {error}") from error
    _check(read, guidance)
    return read


def _check(item: Item, guidance: Mapping[str, Any]) -> None:
    if not 1 <= len(item.steps) <= 3:
        raise ContentError(f"{item.key}: one to three steps, not {len(item.steps)}")
    if not item.principles or any(not 1 <= number <= len(guidance["principles"]) for number in item.principles):
        raise ContentError(f"{item.key}: unknown principle in {item.principles}")
    known = _known_sources(guidance)
    beside = (part for part in (item.strength, item.example, item.ask) if part)
    advice: list[Step | Strength | SourcedText] = [*item.steps, *beside]
    for part in advice:
        if not part.rests_on:
            raise ContentError(f"{item.key}: advice that rests on nothing")
        if unknown := {passage.source for passage in part.rests_on} - known:
            raise ContentError(f"{item.key}: unknown source {unknown}")


# A database that kept an older revision has no words for these: they don't show there.
_SINCE_REVISION_3 = {PatternKey.NEARLY_EVERYTHING, PatternKey.INTEGRAL_AD_HOC}


def _read_patterns(patterns: Mapping[str, Mapping[str, Any]]) -> Mapping[PatternKey, PatternText]:
    if wrong := (patterns.keys() ^ set(PatternKey)) - (_SINCE_REVISION_3 - patterns.keys()):
        raise ContentError(f"patterns: {sorted(wrong)} missing or unknown")
    return {
        PatternKey(key): PatternText(
            words["title"],
            words["seen"],
            words.get("seen_one", words["seen"]),
            words["question"],
            _read_passages(words),
        )
        for key, words in patterns.items()
    }


def _check_beside(
    guidance: Mapping[str, Any], patterns: Mapping[PatternKey, PatternText], rebuilding: Sequence[Rebuilding]
) -> None:
    if len(rebuilding) != len(guidance["principles"]):
        raise ContentError("rebuilding: one question for each principle")
    known = _known_sources(guidance)
    for rests_on in (*(text.rests_on for text in patterns.values()), *(text.rests_on for text in rebuilding)):
        if not rests_on or {passage.source for passage in rests_on} - known:
            raise ContentError(f"rests on nothing, or on an unknown source: {rests_on}")


def _known_sources(guidance: Mapping[str, Any]) -> set[str]:
    return {OURS, *(source["key"] for source in guidance["sources"])}


def _read_sourced(words: Mapping[str, Any] | None) -> SourcedText | None:
    return SourcedText(words["text"], _read_passages(words)) if words else None


def _read_strength(words: Mapping[str, Any]) -> Strength:
    return Strength(words["keep"], words["tell"], _read_passages(words))


def _read_passages(words: Mapping[str, Any]) -> tuple[Passage, ...]:
    return tuple(Passage(**passage) for passage in words["rests_on"])
