"""What of an anonymous round may be shown (concepts.md, "Anonymous is anonymous").

- Fewer than three counted responses: no individual results at all.
- Of at least three, the totals of every item are shown. Unanimous totals, or a unanimous group, show what everyone in
  it answered; participants read that beforehand, so it is no leak.
- At closing, groups under three are blanked for good, and the next smallest with them as long as a group could be
  worked out by subtraction. Who was blanked and who chose no group are together the remainder. Its answers are the
  total less the groups shown, which anybody can take; how they are divided within it nobody may find out.
- Of an item with a remainder, the groups are shown in three numbers: hindering, helping, and don't know and open
  together. No finding tells these two apart, and rare as they are, apart they would withhold far more.
- They are shown only if each answer that the shown groups gave was also given by at least two in the remainder. Given
  there by none, everybody would know that of each blanked group; given by one, that one would know it of all the
  others. An answer that the shown groups didn't give tells no more than the totals do.
- That an item is withheld tells something too, to whoever knows this rule: with the only objector in the group that
  would be shown, "withheld" alone would say so. "Two" therefore becomes three, or more, where the totals and the
  sizes ask for it; they are known to all, so that choosing the number gives nothing away.

Taken into account: an outsider, and any one counted person who knows their own answer and group, each knowing the sizes
of all groups and these rules. And whoever types in the paper forms (the typist): they know each typed sheet with its
group, and perhaps a sheet of their own besides. Less what was typed, the totals are those of a round of the others
alone, and the same holds for it:

- Unless nobody or at least three of the counted sheets weren't typed, there are no individual results.
- Groups of which one or two weren't typed are blanked. In a remainder hides nobody who wasn't typed: what is published
  goes by the whole remainder, of which the typist knows a part. Such a remainder is rarely covered anyway, so that then
  all groups are blanked. What the rules above say of a remainder that was typed whole tells a typist nothing new.
- What one or two of them answered beside the checklist is erased where somebody who was typed answered it too: shown
  from three, it would be theirs.
- All of this is decided at closing, by numbers of people alone. What is shown of an item asks no more who was typed.

With three who weren't typed, of whom the typist is one, the typist knows the sum of the other two: as each of three
knows it in a round without paper. Not taken into account: people who put together what each of them knows. Of several
who type, each is taken to know all of it, as participants read; how one hides from another isn't looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from reflectie.domain.questionnaire.answers import HELP_RANGE, Sheet

from .findings import Counts

# The smallest number of people whose answers are shown together: of two, each would know the other's.
FLOOR = 3
# So many in the remainder gave an answer that the shown groups gave: one who did then still knows of another.
FEWEST_ALIKE = 2


class Reason(StrEnum):
    """Why a figure is withheld."""

    # Fewer than FLOOR counted responses: no individual results at all.
    TOO_FEW = "too-few"
    # A group under FLOOR, or one of FLOOR or more that hides such a group. Closing erases which of the two it was, and
    # nobody in it is another case that looks the same.
    SMALL_GROUP = "small-group"
    # Published, it would let somebody work out a group that is withheld.
    SUBTRACTION = "subtraction"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A figure that may not be shown. It has no number in it."""

    reason: Reason


Shown = Counts | Withheld

# How many gave each answer: hindering, helping, and none of these two.
Spread = tuple[int, int, int]


def enough(counted: int, typed: int = 0) -> bool:
    """Whether so many counted responses may have individual results (concepts.md: fewer than 3, none). `typed` of them
    were typed in from paper: of all less these, one or two are too few as well."""
    return counted >= FLOOR and not is_few(counted - typed)


def is_few(people: int) -> bool:
    """Whether there are people, and too few to be shown apart."""
    return 0 < people < FLOOR


def groups_to_suppress(
    sizes: Mapping[str, int], without: int, typed: Mapping[str, int] | None = None
) -> frozenset[str]:
    """The groups whose choice is erased at closing: those under FLOOR, and the smallest others until none of them can
    be worked out by subtraction. `sizes` has the counted people of each group, `without` those who chose none. Equal
    sizes go by name. Empty groups are never among them; if nothing less is safe, all others are.

    `typed` has how many of each group were typed in from paper, and under "" how many of those without one.
    """
    typed = typed or {}
    untyped = {group: size - typed.get(group, 0) for group, size in {**sizes, "": without}.items()}
    smallest_first = sorted((group for group, size in sizes.items() if size), key=lambda group: (sizes[group], group))
    blanked = [group for group in smallest_first if is_few(sizes[group]) or is_few(untyped[group])]
    has_paper = any(typed.values())
    # Beside paper, others don't hide in a remainder, so that blanking them as well would make nothing safe.
    may_hide = [group for group in smallest_first if group not in blanked and not (has_paper and untyped[group])]
    while not (
        _hide_each_other([sizes[group] for group in blanked], without)
        and (not has_paper or _hide_none([untyped[group] for group in blanked], untyped[""]))
    ):
        if not may_hide:
            return frozenset(smallest_first)
        blanked.append(may_hide.pop(0))
    return frozenset(blanked)


def questions_to_erase(typed: Sequence[Sheet], others: Sequence[Sheet]) -> frozenset[str]:
    """The fields beside the checklist to erase, at closing, from the sheets that weren't typed in from paper: what one
    or two of these gave would remain of the report's number less what was typed. `typed` are all that were."""
    alone = {name for name in _COUNTED_BESIDE if _leaves_few(typed, others, name)}
    # Whether the two fit is a number of its own, and without the second there is none.
    if _leaves_few(typed, others, "intensity-needed", "intensity-current"):
        alone.add("intensity-current")
    return frozenset(alone)


# What is counted over those who answered it; texts are shown as they are, and come from anybody.
_COUNTED_BESIDE = ("first", HELP_RANGE, "ips-meaning", "intensity-needed", "intensity-current")


def _leaves_few(typed: Sequence[Sheet], others: Sequence[Sheet], *names: str) -> bool:
    gave = [sum(all(sheet.values.get(name) for name in names) for sheet in sheets) for sheets in (typed, others)]
    return gave[0] > 0 and is_few(gave[1])


def _hide_each_other(blanked: Sequence[int], without: int) -> bool:
    """Whether nobody can split the remainder into these blanked groups and those without a group."""
    if not blanked:
        return not without or without >= FLOOR
    parts = sorted([*blanked, without] if without else blanked)
    # Alone, a part is the remainder itself; beside one person, that person subtracts their own answer.
    return sum(parts) >= FLOOR and len(parts) > 1 and not (len(parts) == 2 and parts[0] == 1)


def _hide_none(blanked: Sequence[int], without: int) -> bool:
    """Whether nobody who wasn't typed is in the remainder, or those without a group are one like any other."""
    return not any([*blanked, without]) if blanked else not is_few(without)


def group_figures(total: Counts, groups: Mapping[str, Counts]) -> Mapping[str, Shown]:
    """One item's figures for each group that was not blanked: all of them shown, or all withheld.

    What `total` has above the sum of `groups` is the remainder. Without one, the groups come out as they went in. With
    one, `dont_know` in what comes out has those who left it open too, and `open` is 0. People without a group belong
    to the remainder once any group was blanked; if none was, they are three or more with nobody to hide among them,
    and may be handed in as one more group.

    Raises ValueError if the groups are more than the total, or if a group or the remainder has one or two people:
    then groups_to_blank was not followed. And if anybody is divided: only a team together can be, which has no groups,
    and none of the rules above knows of a fourth answer.
    """
    if total.divided:
        raise ValueError("one person's answer is never divided")
    if not enough(total.counted):
        return dict.fromkeys(groups, Withheld(Reason.TOO_FEW))
    remainder = _remainder(total, groups.values())
    if any(0 < counts.counted < FLOOR for counts in (remainder, *groups.values())):
        raise ValueError("a group or the remainder has fewer people than may be shown")
    if not remainder.counted:
        return dict(groups)
    whole, rest = _spread(total), _spread(remainder)
    if rest == whole or _covers(rest, whole, _fewest_alike(whole, remainder.counted)):
        return {name: Counts(*_spread(counts)) for name, counts in groups.items()}
    return dict.fromkeys(groups, Withheld(Reason.SUBTRACTION))


def _remainder(total: Counts, groups: Iterable[Counts]) -> Counts:
    left = [total, *groups]
    return Counts(
        hindering=_less(counts.hindering for counts in left),
        helping=_less(counts.helping for counts in left),
        dont_know=_less(counts.dont_know for counts in left),
        open=_less(counts.open for counts in left),
    )


def _less(numbers: Iterable[int]) -> int:
    first, *others = numbers
    return first - sum(others)


def _spread(counts: Counts) -> Spread:
    return counts.hindering, counts.helping, counts.dont_know + counts.open


def _covers(rest: Spread, whole: Spread, fewest: int) -> bool:
    """Whether each answer was given by at least `fewest` in the remainder, or by none outside it."""
    return all(here >= fewest or here == everywhere for here, everywhere in zip(rest, whole, strict=True))


def _fewest_alike(whole: Spread, people: int) -> int:
    """The smallest number for _covers with which "withheld" tells nobody anything, for these totals and a remainder of
    so many people. There is always one: above `people` everything is withheld, whatever was answered."""
    return next(fewest for fewest in count(FEWEST_ALIKE) if not _withholding_tells(whole, people, fewest))


def _withholding_tells(whole: Spread, people: int, fewest: int) -> bool:
    """Whether from "withheld" somebody could conclude how many in the remainder gave some answer."""
    for others, low, high in _observers(whole, people):
        for answer in range(len(whole)):
            known_from_totals = others[answer] in (0, sum(others))
            if not known_from_totals and len(_possible_if_withheld(answer, whole, low, high, people, fewest)) == 1:
                return True
    return False


def _observers(whole: Spread, people: int) -> Iterator[tuple[list[int], list[int], list[int]]]:
    """Who may look on: the answers of the others in all, and how few and how many in the remainder gave each answer, as
    far as this observer knows."""
    none = [0] * len(whole)
    most = [min(everywhere, people) for everywhere in whole]
    yield list(whole), none, most
    for own, given in enumerate(whole):
        if given:
            others = _with(whole, own, given - 1)
            yield others, _with(none, own, 1), most
            yield others, none, _with(most, own, min(given - 1, people))


def _with(numbers: Sequence[int], place: int, number: int) -> list[int]:
    return [*numbers[:place], number, *numbers[place + 1 :]]


def _possible_if_withheld(
    answer: int, whole: Spread, low: Sequence[int], high: Sequence[int], people: int, fewest: int
) -> set[int]:
    """The extremes of how many in the remainder gave this answer, over the cases that _covers refuses."""
    extremes: set[int] = set()
    for scarce, everywhere in enumerate(whole):
        for number in range(low[scarce], min(high[scarce] + 1, everywhere, fewest)):
            at_least, at_most = _with(low, scarce, number), _with(high, scarce, number)
            first = max(at_least[answer], people - sum(at_most) + at_most[answer])
            last = min(at_most[answer], people - sum(at_least) + at_least[answer])
            if first <= last:
                extremes |= {first, last}
    return extremes
