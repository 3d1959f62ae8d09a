"""How a group is marked in a report, an organisation or a role: its initials in a shape, by its place among the
groups. Shape and colour only help; its name stands in a legend, or beside it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

# The corners of each shape that are round: top left, top right, bottom right, bottom left. Four of them and three
# tones make twelve marks that look different; after that the initials tell.
SHAPES: dict[str, tuple[bool, bool, bool, bool]] = {
    "round": (True, True, True, True),
    "square": (False, False, False, False),
    "leaf": (True, False, True, False),
    "tab": (True, True, False, False),
}
# What they are painted with, and what stands on that (`palette.py`).
TONES: dict[str, str] = {"full": "on-full", "hollow": "ink", "amber": "on-amber"}
MAX_INITIALS = 3

_WORD = re.compile(r"[^\W_]+")
# No initial is of use.
_SMALL = frozenset({"en", "of", "de", "het", "van", "voor", "in", "op", "te", "and", "the"})


@dataclass(frozen=True, slots=True)
class GroupMark:
    initials: str
    shape: str
    tone: str

    @property
    def html(self) -> SafeString:
        """`{{ mark.html }}`: beside the group's name, so nobody has to hear it."""
        return SafeString(
            f'<span class="mark mark-{self.shape} mark-{self.tone}" aria-hidden="true" translate="no">'
            f"{escape(self.initials)}</span>"
        )


def marks_of(names: Sequence[str]) -> tuple[GroupMark, ...]:
    """A mark for each group, in their order; no two have the same initials."""
    shapes, tones = list(SHAPES), list(TONES)
    return tuple(
        GroupMark(initials, shapes[place % len(shapes)], tones[place % len(tones)])
        for place, initials in enumerate(initials_of(names))
    )


def initials_of(names: Sequence[str]) -> list[str]:
    """The initials of each name, three signs at most. Those that would be the same get the next letters of their first
    word, and else a number."""
    short = [_initials(name) for name in names]
    number = Counter(short)
    longer = [_letters(name) if number[each] > 1 else each for name, each in zip(names, short, strict=True)]
    number = Counter(longer)
    alone = {each for each in longer if each and number[each] == 1}
    taken = set(alone)
    found = []
    for place, each in enumerate(longer, start=1):
        chosen = each
        if chosen not in alone:
            first = each[:1] if place < 100 else ""
            chosen = next(one for n in range(place, place + len(names) + 1) if (one := f"{first}{n}") not in taken)
            taken.add(chosen)
        found.append(chosen)
    return found


def _initials(name: str) -> str:
    words = _WORD.findall(name)
    said = [word for word in words if word.lower() not in _SMALL] or words
    # Some letters are two as capitals.
    return "".join(word[0] for word in said[:MAX_INITIALS]).upper()[:MAX_INITIALS]


def _letters(name: str) -> str:
    words = _WORD.findall(name)
    return (words[0][0].upper() + words[0][1:MAX_INITIALS].lower())[:MAX_INITIALS] if words else ""
