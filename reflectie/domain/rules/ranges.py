"""What may be shown of how far help goes (concepts.md, "Asked beside the checklist").

- One sheet, and each person of a round by name: the answer as it was given.
- An anonymous round: from three who answered, how many help at each letter, as with all that is counted beside the
  checklist. There is no group in it.
- Where groups are shown and each of them may have a band, bands instead: at which letters nobody of a group helps,
  somebody, or everybody. How many is not among these three: of a group of four with one at p to z, it would tell what
  that one said. Nor is it shown of the whole then, which less the bands would tell it again.

A group may have a band when everybody who answered is in one: in a group that is shown, or without a group where nobody
hides among those; and when of each of these nobody answered, or at least three. With one or two in any of them none has
a band, so that nothing is left to subtract from. Nor has any where a group was blanked, nor beside paper: whoever typed
it knows some of a group's answers, and closing forgets whose. All of this is decided by numbers of people alone. One
band beside none says less than the numbers of the whole; so at least two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reflectie.domain.questionnaire.answers import HELP_RANGE, Sheet
from reflectie.domain.questionnaire.help_range import LETTERS, HelpRange, letters_of
from reflectie.domain.setup import Mode

from .suppression import is_few

# Bands beside each other: of one, nothing is said that the numbers of the whole don't say better.
FEWEST_BANDS = 2


@dataclass(frozen=True, slots=True)
class Band:
    """How far the help of one person goes, or that of one group: where at least one of `people` helps, and where all of
    them do. Of one person both are the same; where nobody answered, both are empty."""

    name: str
    people: int
    some: tuple[str, ...]
    every: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranges:
    """How far the help of those who answered goes: bands, or how many help at each of LETTERS; never both."""

    people: int
    bands: tuple[Band, ...] = ()
    counts: tuple[int, ...] = ()

    @property
    def gaps(self) -> tuple[str, ...]:
        """The letters at which nobody helps."""
        return tuple(letter for letter in LETTERS if not self._number(letter))

    @property
    def overlaps(self) -> tuple[str, ...]:
        """The letters at which several people or groups help."""
        return tuple(letter for letter in LETTERS if self._number(letter) > 1)

    def _number(self, letter: str) -> int:
        if self.counts:
            return self.counts[LETTERS.index(letter)]
        return sum(letter in band.some for band in self.bands)


def range_of(sheet: Sheet) -> HelpRange:
    """From where to where; empty where that was left open."""
    return sheet.several(HELP_RANGE)


def person_band(name: str, given: HelpRange) -> Band:
    """One person's answer as a band."""
    return Band(name, 1, letters_of(given), letters_of(given))


def group_band(name: str, given: Sequence[HelpRange]) -> Band:
    """What may be told of a group: nothing that tells how many of them help at a letter."""
    number = _numbers(given)
    some = tuple(letter for letter in LETTERS if number[letter])
    every = tuple(letter for letter in some if number[letter] == len(given))
    return Band(name, len(given), some, every)


def whole_of(given: Sequence[HelpRange]) -> Ranges:
    """How many of all who answered help at each letter."""
    return Ranges(len(given), counts=tuple(_numbers(given).values()))


def _numbers(given: Sequence[HelpRange]) -> Mapping[str, int]:
    reached = [set(letters_of(one)) for one in given]
    return {letter: sum(letter in letters for letters in reached) for letter in LETTERS}


def may_have_bands(mode: Mode, *, some_hide: bool) -> bool:
    """Whether groups of a round may have bands at all, whatever was answered. `some_hide` says that a group was
    blanked, or that somebody types in from paper."""
    return mode is Mode.ANONYMOUS and not some_hide


def by_group(sheets: Sequence[Sheet], field_name: str) -> Mapping[str, list[HelpRange]] | None:
    """What each group gave, and under "" those without one; None where one of them may have no band, so that none has.
    `field_name` is that of the question that asks for the group. A group of which nobody answered isn't in it."""
    given: dict[str, list[HelpRange]] = {}
    for sheet in sheets:
        if reach := range_of(sheet):
            given.setdefault(sheet.text(field_name) if field_name else "", []).append(reach)
    if len(given) < FEWEST_BANDS or any(is_few(len(ranges)) for ranges in given.values()):
        return None
    return given
