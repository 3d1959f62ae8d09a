"""An answer sheet: what can be asked, what was answered, and how two versions of an answer come together."""

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import lru_cache
from types import MappingProxyType

from reflectie.domain.setup import Mode, Setup

from .checklist import Checklist, Item
from .help_range import LETTERS
from .intensity import FORMS, Intensity

# Counted in characters, as a person counts them, after line ends became one character each.
MAX_NOTE = 2000
# A note of a thousand lines of one sign each would fill fifty pages.
MAX_LINES = 60
MAX_SENTENCE = 300
MAX_NAME = 120
# "Hoogstens drie": weight that everything gets is no weight.
MAX_FIRST = 3

# How far help goes, by the name of its field.
HELP_RANGE = "help-range"

# A field of the sheet holds one text or one choice (a string), or several choices.
FieldValue = str | tuple[str, ...]


class Value(StrEnum):
    """The answer to an item. For a factor, hindering is "speelt" and helping "speelt niet"."""

    HINDERING = "hindering"
    HELPING = "helping"
    DONT_KNOW = "dont-know"
    # "We zijn het niet eens": of a team that fills in one sheet together, and of nobody else (`values_in`).
    DISAGREE = "disagree"


class Ask(StrEnum):
    TEXT = "text"
    ONE = "one"
    MANY = "many"
    # Two choices in their order, from and to: both, or neither.
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the sheet: its name in forms and storage, what fits in it, and which item it is about."""

    name: str
    ask: Ask
    choices: tuple[str, ...] = ()
    limit: int = 1
    item: Item | None = None

    @property
    def one_line(self) -> bool:
        return self.ask is Ask.TEXT and self.limit <= MAX_NAME

    @property
    def empty(self) -> FieldValue:
        return () if self.ask in {Ask.MANY, Ask.RANGE} else ""


MEANINGS = ("quality", "process", "community")

# At the pace of the checklist, as people are told before they begin: fifteen questions in five minutes by oneself, and
# in half an hour with a team that talks. Nobody talks about a name.
SECONDS_ALONE, SECONDS_TOGETHER = 20, 120
_NAMES = frozenset({"collaboration-name", "team-name"})


def minutes_for(mode: Mode, questions: Iterable[str]) -> int:
    """How many minutes it takes to answer these questions beside the checklist, by name; rounded up."""
    pace = SECONDS_TOGETHER if mode is Mode.TOGETHER else SECONDS_ALONE
    return math.ceil(sum(SECONDS_ALONE if name in _NAMES else pace for name in questions) / 60)


def values_in(mode: Mode) -> tuple[Value, ...]:
    """The answers that an item may get: one person can't disagree with themselves, so only a team together has all
    (concepts.md, "The checklist")."""
    return tuple(value for value in Value if mode is Mode.TOGETHER or value is not Value.DISAGREE)


def is_note(field: Field) -> bool:
    """Whether a field is the note on an item."""
    return field.item is not None and field.ask is Ask.TEXT


def note_name(key: str) -> str:
    """The name of the field that holds the note on an item, by the item's key."""
    return f"{key}-note"


@lru_cache(maxsize=64)
def fields_for(checklist: Checklist, setup: Setup) -> Mapping[str, Field]:
    """Every field of a sheet by name: the checklist's, and those beside it that this session asks, in their order."""
    fields, values = [], values_in(setup.mode)
    for item in checklist:
        fields.append(Field(item.key, Ask.ONE, values, item=item))
        fields.append(Field(note_name(item.key), Ask.TEXT, limit=MAX_NOTE, item=item))
    beside = {
        "participant": Field("participant", Ask.TEXT, limit=MAX_NAME),
        "organisation": Field("organisation", Ask.ONE, setup.groups),
        "level": Field("level", Ask.ONE, setup.groups),
        "first": Field("first", Ask.MANY, tuple(checklist.by_key), limit=MAX_FIRST),
        "goal-sentence": Field("goal-sentence", Ask.TEXT, limit=MAX_SENTENCE),
        HELP_RANGE: Field(HELP_RANGE, Ask.RANGE, LETTERS, limit=2),
        "intensity-needed": Field("intensity-needed", Ask.ONE, tuple(Intensity)),
        "intensity-current": Field("intensity-current", Ask.MANY, tuple(FORMS), limit=len(FORMS)),
        "ips-meaning": Field("ips-meaning", Ask.ONE, MEANINGS),
        "collaboration-name": Field("collaboration-name", Ask.TEXT, limit=MAX_NAME),
        "team-name": Field("team-name", Ask.TEXT, limit=MAX_NAME),
    }
    return MappingProxyType({field.name: field for field in [*fields, *(beside[name] for name in setup.asked)]})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was answered: field name to value. A field that is empty is not in it."""

    values: Mapping[str, FieldValue]

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def several(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name, ())
        return value if isinstance(value, tuple) else ()

    def note(self, item: Item) -> str:
        return self.text(note_name(item.key))

    def answered(self, checklist: Checklist) -> int:
        """How many items have an answer; "weet ik niet" is one, and so is "we zijn het niet eens"."""
        return sum(1 for item in checklist if item.key in self.values)

    def given(self, names: Iterable[str]) -> int:
        """How many of these fields have something in them."""
        return sum(1 for name in names if name in self.values)

    def open_items(self, checklist: Checklist) -> tuple[Item, ...]:
        return tuple(item for item in checklist if item.key not in self.values)


class Merge(Enum):
    KEEP = auto()
    APPLY = auto()
    CONFLICT = auto()


def digest(value: FieldValue) -> str:
    """A short mark of a field's value, with which a page says what it showed: "0" when empty, else length and CRC-32.

    Of a text it is the mark of what is kept (`text.tidy`). The fill-in page's script makes the same mark. A mark guards
    against accidents between a person's own screens.
    """
    if not value:
        return "0"
    text = (value if isinstance(value, str) else "\x1f".join(value)).encode()
    return f"{len(text):x}-{zlib.crc32(text):x}"


def merge(seen: str, posted: FieldValue, current: FieldValue) -> Merge:
    """What to do with one posted field.

    `seen` holds marks, separated by spaces: first of what the page showed, then of what it sent without getting a
    reply. A field the person left alone never overwrites what came in elsewhere; a field that both changed,
    differently, is a conflict for the person to settle. A retry after a lost reply changes nothing.
    """
    shown, *own = seen.split() or ["0"]
    if posted == current:
        return Merge.KEEP
    if digest(current) in {shown, *own}:
        return Merge.APPLY
    if digest(posted) == shown:
        return Merge.KEEP
    return Merge.CONFLICT


@dataclass(frozen=True, slots=True)
class Posted:
    """One field as a form posted it: its new value, and the digest of what the page showed (`digest`)."""

    value: FieldValue
    seen: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A sheet with what was posted in it, the fields that changed, and those that two people changed differently."""

    sheet: Sheet
    changed: frozenset[str]
    conflicts: frozenset[str]


def merge_sheet(sheet: Sheet, posted: Mapping[str, Posted]) -> Merged:
    """Put in a sheet what was posted, field by field, and nothing where somebody else changed a field meanwhile."""
    values = dict(sheet.values)
    found = {
        name: merge(field.seen, field.value, values.get(name, type(field.value)())) for name, field in posted.items()
    }
    changed = frozenset(name for name, what in found.items() if what is Merge.APPLY)
    values |= {name: posted[name].value for name in changed}
    conflicts = frozenset(name for name, what in found.items() if what is Merge.CONFLICT)
    return Merged(Sheet({name: value for name, value in values.items() if value}), changed, conflicts)
