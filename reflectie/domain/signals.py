"""Signals: obstacles that recur across collaborations, for those who make policy (UCLL, principle 10: collective
solutions for structural challenges; concepts.md, "Above one team"). Which sessions count is chosen in services, by
the days that stand here; what is published of them, here.

- A collaboration takes part from the day a coordinator switched that on, with sessions whose participants read
  beforehand that findings may count. Of each calendar year its last session counts that is opened up and not withheld.
  So years are disjoint: no figure spans them, and nothing can be subtracted between them.
- Within a year a collaboration is to these figures what a person is to a round's, and its label what their group is:
  the rules of `domain/rules/suppression.py` hold for both. A label is one partition only: with regions and themes
  beside each other, a region less a theme could be one collaboration.
- Fewer than FLOOR collaborations in a year: nothing of that year. An obstacle in fewer than FLOOR: no number, none at
  all included. Either shows less of the same figures than `domain/rules/suppression.py` allows, so it tells nobody
  more.
- What is held, opened up, joined or given another label counts from the first day of the next quarter, so that figures
  move four times a year rather than with every session. Leaving works at once: it is a right, and worth more than a
  steady figure.

Taken into account: an outsider, and any one collaboration that knows its own findings, each knowing which take part and
their labels. Not taken into account: whoever noted the figures before something was added or taken away.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from .questionnaire.checklist import ActionOwner, Checklist, Item
from .rules.findings import Counts, Finding
from .rules.suppression import FLOOR, Withheld, enough, group_figures, groups_to_suppress
from .text import same_text, sort_key, tidy

# Of every collaboration, whatever its label: no label has this name.
ALL = ""
# Two pages have room for so many quotes, each of so many signs.
EXCERPTS, EXCERPT_SIGNS, EXCERPT_LINES = 5, 240, 3
# Who makes policy reads first what policy can move.
_FIRST = (ActionOwner.GOVERNMENT, ActionOwner.ORGANISATIONS, ActionOwner.OURSELVES)


class Partition(StrEnum):
    """Which label divides the collaborations; the other one doesn't, or two of them could be subtracted."""

    REGION = "region"
    THEME = "theme"


class NotPublished(StrEnum):
    """Why there is no number."""

    # In fewer than FLOOR collaborations, or in none.
    FEW = "few"
    # With a number, somebody could work out what a label that isn't shown has.
    SUBTRACTION = "subtraction"


def counts_until(today: date) -> date:
    """The first day of the quarter: what was held, opened up or joined before it counts today."""
    return date(today.year, today.month - (today.month - 1) % 3, 1)


def counts_from(day: date) -> date:
    """The first day of the quarter after this day: from then on what happened on it counts."""
    months = day.year * 12 + (day.month - 1) // 3 * 3 + 3
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One collaboration in one year: its label as it was written, and what its last session's answers add up to, by
    item key. An item that its checklist doesn't have is absent."""

    year: int
    label: str
    findings: Mapping[str, Finding]


@dataclass(frozen=True, slots=True)
class SignalFigures:
    """What is published of one year and one label, or of ALL: how many collaborations count, and in how many each item
    is an obstacle, by its key."""

    counted: int
    numbers: Mapping[str, int | NotPublished]


@dataclass(frozen=True, slots=True)
class Year:
    """What is published of one year: ALL, and each label that may be shown, by `same_text`."""

    figures: Mapping[str, SignalFigures]
    # How most of them write it.
    names: Mapping[str, str] = field(default_factory=dict)
    # By item key, what coordinators released one by one; said of no label, and in no order that tells anything.
    quotes: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """An obstacle that recurs: in `number` of the collaborations that count."""

    item: Item
    number: int
    # The first of the years in a row in which it was one, in the same selection.
    since: int
    # In how many the year before, of how many; None where nothing of that year is published.
    before: int | NotPublished | None
    before_counted: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearNumbers:
    """One item, a signal or not: in how many of the collaborations that count it is an obstacle, this year and the year
    before (None where nothing of that year is published), or why there is no number."""

    item: Item
    number: int | NotPublished
    before: int | NotPublished | None


@dataclass(frozen=True)
class Signals:
    """The signals of one year and one label. Every rule is applied: there is nothing in it that may not be read."""

    checklist: Checklist
    year: int
    label: str
    name: str
    counted: int
    # Of how many the numbers of the year before are; zero where nothing of it is published.
    counted_before: int
    signals: tuple[Signal, ...]
    # Every item of the checklist: the signals, then those in too few, then those that are withheld.
    numbers: tuple[YearNumbers, ...]
    # The day up to which sessions count; those on it don't.
    until: date
    invented: bool

    @property
    def few(self) -> tuple[Item, ...]:
        """The items that are an obstacle in fewer than FLOOR, or in none."""
        return tuple(each.item for each in self.numbers if each.number is NotPublished.FEW)

    @property
    def withheld(self) -> tuple[Item, ...]:
        """The items whose number would tell of a label that isn't shown."""
        return tuple(each.item for each in self.numbers if each.number is NotPublished.SUBTRACTION)

    @property
    def is_running(self) -> bool:
        """Whether the year was not over yet, so that more may come."""
        return self.until.year <= self.year

    @cached_property
    def by_mover(self) -> tuple[tuple[ActionOwner, tuple[Signal, ...]], ...]:
        """The signals by who can move them, what policy can move first."""
        found = ((mover, tuple(s for s in self.signals if s.item.mover is mover)) for mover in _FIRST)
        return tuple((mover, signals) for mover, signals in found if signals)

    @property
    def year_before(self) -> int:
        return self.year - 1

    @property
    def last_day(self) -> date:
        """The last day of which sessions count."""
        return min(self.until - timedelta(days=1), date(self.year, 12, 31))

    @cached_property
    def excerpts(self) -> tuple[tuple[Signal, tuple[str, ...]], ...]:
        """What two pages have room for of the quotes: of each signal one, then of each another. Long ones are left out
        rather than cut off."""
        fitting = [
            [text for text in s.quotes if len(text) <= EXCERPT_SIGNS and text.count("\n") < EXCERPT_LINES]
            for s in self.signals
        ]
        turns = [(turn, place) for place, texts in enumerate(fitting) for turn in range(len(texts))]
        taken = Counter(place for _, place in sorted(turns)[:EXCERPTS])
        return tuple((s, tuple(fitting[n][: taken[n]])) for n, s in enumerate(self.signals) if taken[n])

    @property
    def further_quotes(self) -> int:
        """How many quotes there is no room for on two pages."""
        return sum(len(s.quotes) for s in self.signals) - sum(len(texts) for _, texts in self.excerpts)


@dataclass(frozen=True)
class Published:
    """Everything that is published, the last year first; empty as long as no year has FLOOR collaborations."""

    years: Mapping[int, Year]
    until: date
    # Whether all of it was made up, to show what this programme does.
    invented: bool = False

    def of(self, checklist: Checklist, year: int, label: str = ALL) -> Signals | None:
        """The signals of this year and label, in the words of this checklist; None where nothing is published, be it
        that too few take part or that none has that label."""
        published = self.years.get(year)
        figures = published.figures.get(label) if published else None
        if published is None or figures is None:
            return None
        numbers = [(item, figures.numbers.get(item.key, NotPublished.FEW)) for item in checklist]
        found = [self._signal(published, year, label, item, n) for item, n in numbers if isinstance(n, int)]
        signals = sorted(found, key=lambda signal: (-signal.number, _FIRST.index(signal.item.mover)))
        order: list[tuple[Item, int | NotPublished]] = [(signal.item, signal.number) for signal in signals]
        for reason in NotPublished:
            order += [(item, number) for item, number in numbers if number is reason]
        return Signals(
            checklist=checklist,
            year=year,
            label=label,
            name=published.names.get(label, ""),
            counted=figures.counted,
            counted_before=self._counted(year - 1, label),
            signals=tuple(signals),
            numbers=tuple(YearNumbers(item, n, self._number(year - 1, label, item.key)) for item, n in order),
            until=self.until,
            invented=self.invented,
        )

    def _signal(self, published: Year, year: int, label: str, item: Item, number: int) -> Signal:
        since = year
        while isinstance(self._number(since - 1, label, item.key), int):
            since -= 1
        return Signal(
            item=item,
            number=number,
            since=since,
            before=self._number(year - 1, label, item.key),
            before_counted=self._counted(year - 1, label),
            # With a label beside it, a quote would say where it comes from.
            quotes=tuple(published.quotes.get(item.key, ())) if label == ALL else (),
        )

    def _counted(self, year: int, label: str) -> int:
        published = self.years.get(year)
        figures = published.figures.get(label) if published else None
        return figures.counted if figures else 0

    def _number(self, year: int, label: str, key: str) -> int | NotPublished | None:
        published = self.years.get(year)
        figures = published.figures.get(label) if published else None
        return figures.numbers.get(key, NotPublished.FEW) if figures else None


def publish(
    entries: Iterable[Entry],
    until: date,
    quotes: Mapping[int, Mapping[str, Sequence[str]]] | None = None,
    *,
    invented: bool = False,
) -> Published:
    """What may be published of these collaborations, each of which is there once a year. `quotes` are the released
    notes of the same sessions, by year and item key.

    A released note is shown if its item is a signal, also if it is no obstacle to those who wrote it: shown with an
    obstacle alone, a note that somebody knows would tell what a team's answers add up to.
    """
    by_year: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_year[entry.year].append(entry)
    years = {
        year: _year(found, (quotes or {}).get(year, {}))
        for year, found in sorted(by_year.items(), reverse=True)
        if enough(len(found))
    }
    return Published(years, until, invented)


def _year(entries: Sequence[Entry], quotes: Mapping[str, Sequence[str]]) -> Year:
    same = {label: same_text(label) for label in {entry.label for entry in entries}}
    labelled: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        labelled[same[entry.label]].append(entry)
    keys = sorted({key for entry in entries for key in entry.findings})
    counted = {label: _count_findings(found, keys) for label, found in labelled.items()}
    without = labelled.pop("", [])
    blanked = groups_to_suppress({label: len(found) for label, found in labelled.items()}, len(without))
    shown = {label: found for label, found in labelled.items() if label not in blanked}
    # Those without a label are a group like any other, unless a label hides among them.
    groups = {**shown, ALL: without} if without and not blanked else shown
    numbers: dict[str, dict[str, int | NotPublished]] = {label: {} for label in (ALL, *shown)}
    for key in keys:
        total = _counts(sum((found[key] for found in counted.values()), Counter()))
        figures = group_figures(total, {label: _counts(counted[label][key]) for label in groups})
        for label in shown:
            numbers[label][key] = _number(figures[label])
        numbers[ALL][key] = _number(total)
    everything = {ALL: entries, **shown}
    names = {label: _name(found) for label, found in shown.items()}
    return Year(
        figures={label: SignalFigures(len(found), numbers[label]) for label, found in everything.items()},
        names=dict(sorted(names.items(), key=lambda named: sort_key(named[1]))),
        quotes={key: texts for key, texts in quotes.items() if isinstance(numbers[ALL].get(key), int)},
    )


def _count_findings(entries: Sequence[Entry], keys: Iterable[str]) -> Mapping[str, Counter[Finding | None]]:
    """How often each item was found what; None where it wasn't asked."""
    return {key: Counter(entry.findings.get(key) for entry in entries) for key in keys}


def _counts(found: Counter[Finding | None]) -> Counts:
    """How many have an item as an obstacle, as its opposite, as neither, and were not asked it."""
    helping, not_asked = found[Finding.STRENGTH] + found[Finding.CLEAR], found[None]
    hindering = found[Finding.OBSTACLE]
    return Counts(hindering, helping, found.total() - hindering - helping - not_asked, not_asked)


def _number(figure: Counts | Withheld) -> int | NotPublished:
    if isinstance(figure, Withheld):
        return NotPublished.SUBTRACTION
    return figure.hindering if figure.hindering >= FLOOR else NotPublished.FEW


def _name(entries: Iterable[Entry]) -> str:
    ways: Counter[str] = Counter()
    for label, number in Counter(entry.label for entry in entries).items():
        ways[tidy(label, one_line=True)] += number
    return min(ways, key=lambda way: (-ways[way], way))
