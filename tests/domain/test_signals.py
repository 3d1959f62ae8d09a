"""What is published of obstacles that recur, and that nobody finds out which collaboration has one.

The solver knows nothing of the rules: it writes out every way in which the collaborations of a year could have come
out, keeps those that would have been published just so, and looks whether one that isn't shown by its label comes out
the same in all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from reflectie.domain.questionnaire.checklist import ActionOwner, Checklist
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import FLOOR, groups_to_suppress
from reflectie.domain.signals import (
    ALL,
    Entry,
    NotPublished,
    Published,
    SignalFigures,
    counts_from,
    counts_until,
    publish,
)
from tests.helpers.signalled import UNTIL

ITEM = "context-financial"
KINDS = (Finding.OBSTACLE, Finding.CLEAR, Finding.SPLIT)


def entries(year: int, label: str, *, obstacle: int = 0, clear: int = 0, split: int = 0, item: str = ITEM):
    numbers = zip(KINDS, (obstacle, clear, split), strict=True)
    return [Entry(year, label, {item: finding}) for finding, number in numbers for _ in range(number)]


# --- The solver

Spread = tuple[int, int, int]
World = dict[str, Spread]
Publish = Callable[[World], object]


def spreads(people: int) -> list[Spread]:
    return [(a, b, people - a - b) for a, b in product(range(people + 1), repeat=2) if a + b <= people]


def as_published(world: World) -> object:
    """All pages of a year: every label and all together, in a form that can be compared."""
    found = publish(
        (
            entry
            for label, (obstacle, clear, split) in world.items()
            for entry in entries(2026, label, obstacle=obstacle, clear=clear, split=split)
        ),
        UNTIL,
    )
    figures = found.years[2026].figures
    return tuple((label, of.counted, of.numbers[ITEM]) for label, of in sorted(figures.items()))


def label_numbers(world: World, shown: set[str]) -> object:
    """A simpler rule: the number of each of these labels, however small, and that of all."""
    return sum(h for h, _, _ in world.values()), tuple(world[label][0] for label in sorted(shown))


def alike(world: World, part: str, someone: tuple[str, int] | None) -> bool | None:
    """Whether all in this part but the one who looks have the obstacle, or none has; None if they differ, or are
    nobody."""
    number, size = world[part][0], sum(world[part])
    if someone and someone[0] == part:
        number, size = number - (someone[1] == 0), size - 1
    return None if not size or 0 < number < size else number == size


def certain(worlds: list[World], part: str, someone: tuple[str, int] | None) -> bool:
    found = {alike(world, part, someone) for world in worlds}
    return len(found) == 1 and None not in found


def leaks(sizes: Mapping[str, int], shown_as: Publish, hidden: set[str]) -> list[str]:
    """Whatever somebody finds out of a collaboration in a hidden part, that the figure of all doesn't give by being
    unanimous."""
    every = [dict(zip(sizes, parts, strict=True)) for parts in product(*(spreads(size) for size in sizes.values()))]
    seen, totals = defaultdict(list), defaultdict(list)
    for world in every:
        total = sum(h for h, _, _ in world.values())
        seen[shown_as(world), total].append(world)
        totals[total].append(world)
    # What is published of all has its number only from FLOOR: here an onlooker knows it anyhow.
    found = []
    for someone in (None, *product(sizes, range(3))):
        for (figures, total), possible in seen.items():
            for part in hidden:
                mine = [w for w in possible if not someone or w[someone[0]][someone[1]]]
                before = [w for w in totals[total] if not someone or w[someone[0]][someone[1]]]
                if mine and certain(mine, part, someone) and not certain(before, part, someone):
                    found.append(f"{someone or 'anybody'} finds {part!r} from {figures}")
    return found


def hidden_of(sizes: Mapping[str, int]) -> set[str]:
    blanked = groups_to_suppress({label: size for label, size in sizes.items() if label}, sizes.get(ALL, 0))
    return {*blanked, *([ALL] if blanked and sizes.get(ALL) else [])}


SMALL = [
    {label: size for label, size in zip(("a", "b", "c", ALL), parts, strict=True) if size}
    for parts in product(range(1, 5), range(4), range(3), range(4))
    if FLOOR <= sum(parts) <= 7 and parts[0] >= parts[1] >= parts[2]
]


def test_solver_nobody_finds_out_which_collaboration_has_an_obstacle():
    assert len(SMALL) > 30
    assert {str(sizes): found for sizes in SMALL if (found := leaks(sizes, as_published, hidden_of(sizes)))} == {}


def test_solver_finds_what_simpler_rules_give_away():
    # A small label alone is hidden: all less the others is its number.
    sizes = {"a": 4, "b": 2}
    assert leaks(sizes, lambda world: label_numbers(world, {"a"}), {"b"}) != []
    # Two small ones hide each other, and figures tell of both at once.
    sizes = {"a": 3, "b": 2, "c": 2}
    assert leaks(sizes, lambda world: label_numbers(world, {"a"}), {"b", "c"}) != []
    # Beside a second partition: regions a (3) and b (3), and a theme of one of a and two of b.
    every = list(product((0, 1), repeat=6))
    seen = defaultdict(set)
    for w in every:
        # One of a and all of b, and all of b: their difference is the one.
        seen[sum(w), sum(w[3:]), sum(w[2:])].add(w[2])
    assert all(len(found) == 1 for found in seen.values())


def test_shown_label_is_no_smaller_than_the_floor():
    for sizes in SMALL:
        world = {label: (size, 0, 0) for label, size in sizes.items()}
        shown = {label: counted for label, counted, _ in as_published(world)}
        assert ALL in shown
        assert min(shown.values()) >= FLOOR


# --- Worked by hand


def numbers(published: Published, year: int = 2026) -> dict[str, int | NotPublished]:
    return {label: of.numbers[ITEM] for label, of in published.years[year].figures.items()}


@pytest.mark.parametrize(
    ("found", "expected"), [(0, NotPublished.FEW), (1, NotPublished.FEW), (2, NotPublished.FEW), (3, 3), (6, 6)]
)
def test_signal_is_an_obstacle_in_three_or_more(found, expected):
    published = publish(entries(2026, "", obstacle=found, clear=8 - found), UNTIL)
    assert published.years[2026].figures == {ALL: SignalFigures(8, {ITEM: expected})}


@pytest.mark.parametrize(("many", "expected"), [(2, []), (3, [2026])])
def test_year_of_fewer_than_three_collaborations_has_nothing(many, expected):
    published = publish(entries(2026, "Tienen", obstacle=many), UNTIL, {2026: {ITEM: ["Geen geld."]}})
    assert list(published.years) == expected


def test_labels_are_compared_without_capitals_and_spaces():
    ways = ["Oost-Brabant", " oost-brabant ", "Oost-Brabant", "OOST-BRABANT", "Noord  zee", "noord zee", "Noord zee"]
    found = publish([entry for way in ways for entry in entries(2026, way, obstacle=1)], UNTIL).years[2026]
    assert found.names == {"noord zee": "Noord zee", "oost-brabant": "Oost-Brabant"}
    assert {label: of.counted for label, of in found.figures.items()} == {ALL: 7, "noord zee": 3, "oost-brabant": 4}


def test_small_label_takes_the_next_smallest_with_it():
    found = publish(
        [
            *entries(2026, "a", obstacle=4, clear=2),
            *entries(2026, "b", obstacle=2, clear=2),
            *entries(2026, "c", obstacle=2),
        ],
        UNTIL,
    )
    assert list(found.years[2026].names) == ["a"]


def test_label_that_would_tell_of_what_is_hidden_says_nothing():
    rest = entries(2026, "b", clear=2) + entries(2026, "", clear=2)
    shown = publish(entries(2026, "a", obstacle=3, clear=2) + rest, UNTIL)
    assert numbers(shown) == {ALL: 3, "a": NotPublished.SUBTRACTION}
    covered = entries(2026, "b", obstacle=3, clear=1) + entries(2026, "", clear=3, obstacle=1)
    assert numbers(publish(entries(2026, "a", obstacle=3, clear=2) + covered, UNTIL)) == {ALL: 7, "a": 3, "b": 3}
    hidden = entries(2026, "b", obstacle=1, clear=1) + entries(2026, "", clear=3, obstacle=2)
    assert numbers(publish(entries(2026, "a", obstacle=3, clear=2) + hidden, UNTIL)) == {ALL: 6, "a": 3}


def test_no_figure_is_of_more_than_one_year():
    found = publish([*entries(2025, "", obstacle=2, clear=1), *entries(2026, "", obstacle=2, clear=1)], UNTIL)
    assert {year: numbers(found, year) for year in found.years} == {
        2026: {ALL: NotPublished.FEW},
        2025: {ALL: NotPublished.FEW},
    }


def test_item_that_was_not_asked_is_no_obstacle_and_takes_nobody_away():
    found = publish([*entries(2026, "", obstacle=3), *entries(2026, "", obstacle=2, item="other")], UNTIL)
    assert found.years[2026].figures == {ALL: SignalFigures(5, {ITEM: 3, "other": NotPublished.FEW})}


def test_only_obstacles_count():
    every = [Entry(2026, "", {ITEM: finding}) for finding in Finding for _ in range(3)]
    assert numbers(publish(every, UNTIL)) == {ALL: 3}


def test_days_count_from_the_next_quarter():
    days = [date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30), date(2026, 12, 31)]
    assert [counts_from(day) for day in days] == [
        date(2026, 4, 1),
        date(2026, 4, 1),
        date(2026, 7, 1),
        date(2026, 10, 1),
        date(2027, 1, 1),
    ]
    assert [counts_until(day) for day in days] == [
        date(2026, 1, 1),
        date(2026, 1, 1),
        date(2026, 4, 1),
        date(2026, 7, 1),
        date(2026, 10, 1),
    ]
    for day in days:
        assert not day < counts_until(day)
        assert day < counts_until(counts_from(day))


# --- As it is read


@pytest.fixture
def years():
    """Three years, in which a label comes and goes."""
    return [
        *entries(2022, "Tienen", obstacle=4),
        *entries(2024, "Tienen", obstacle=3, clear=3),
        *entries(2025, "Tienen", obstacle=3, clear=3),
        *entries(2026, "Tienen", obstacle=3, clear=1),
        *entries(2026, "Leuven", obstacle=2, clear=2),
        *entries(2025, "Leuven", obstacle=2, clear=2),
    ]


def test_since_is_the_first_year_without_a_break(checklist: Checklist, years):
    published = publish(years, UNTIL)
    [signal] = published.of(checklist, 2026).signals
    assert (signal.number, signal.since, signal.before, signal.before_counted) == (5, 2024, 5, 10)
    [signal] = published.of(checklist, 2026, "tienen").signals
    assert (signal.number, signal.since, signal.before, signal.before_counted) == (3, 2024, 3, 6)
    [signal] = published.of(checklist, 2024).signals
    assert (signal.since, signal.before, signal.before_counted) == (2024, None, 0)


def test_year_before_below_the_floor_has_no_number(checklist: Checklist):
    published = publish([*entries(2025, "", obstacle=2, clear=5), *entries(2026, "", obstacle=3)], UNTIL)
    [signal] = published.of(checklist, 2026).signals
    assert (signal.since, signal.before, signal.before_counted) == (2026, NotPublished.FEW, 7)


def test_nothing_is_read_of_what_is_not_published(checklist: Checklist, years):
    published = publish([*years, *entries(2023, "", obstacle=2)], UNTIL)
    assert list(published.years) == [2026, 2025, 2024, 2022]
    for year, label in ((2023, ALL), (1999, ALL), (2026, "elders"), (2022, "leuven")):
        assert published.of(checklist, year, label) is None


def test_signals_stand_by_how_many_and_then_by_who_can_move_them(checklist: Checklist):
    keys = ["goal-shared", "context-practical", "context-financial"]
    found = [Entry(2026, "", dict.fromkeys(keys, Finding.OBSTACLE)) for _ in range(3)]
    found.append(Entry(2026, "", {"goal-shared": Finding.OBSTACLE}))
    signals = publish(found, UNTIL).of(checklist, 2026)
    assert [(s.item.key, s.number) for s in signals.signals] == [
        ("goal-shared", 4),
        ("context-financial", 3),
        ("context-practical", 3),
    ]
    assert [mover for mover, _ in signals.by_mover] == [
        ActionOwner.GOVERNMENT,
        ActionOwner.ORGANISATIONS,
        ActionOwner.OURSELVES,
    ]
    assert len(signals.signals) + len(signals.few) + len(signals.withheld) == 15


def test_every_item_has_a_number_of_this_year_and_the_year_before_or_why_not(checklist: Checklist, years):
    shown = publish(years, UNTIL).of(checklist, 2026)
    assert len({each.item.key for each in shown.numbers}) == 15
    assert [(each.item.key, each.number, each.before) for each in shown.numbers][:2] == [
        (ITEM, 5, 5),
        ("goal-perspective", NotPublished.FEW, NotPublished.FEW),
    ]
    alone = publish(entries(2026, "", obstacle=3), UNTIL).of(checklist, 2026)
    assert (alone.counted_before, {each.before for each in alone.numbers}) == (0, {None})
    hidden = entries(2026, "b", clear=2) + entries(2026, "", clear=2)
    part = publish(entries(2026, "a", obstacle=3, clear=2) + hidden, UNTIL).of(checklist, 2026, "a")
    assert [item.key for item in part.withheld] == [ITEM]
    assert part.numbers[-1].number is NotPublished.SUBTRACTION


def test_signals_are_real_unless_told_to_be_made_up(checklist: Checklist):
    found = entries(2026, "", obstacle=3)
    assert publish(found, UNTIL).of(checklist, 2026).invented is False
    assert publish(found, UNTIL, invented=True).of(checklist, 2026).invented is True


def test_quote_of_as_many_signs_and_lines_as_fit_is_an_excerpt_and_a_longer_one_is_not(checklist: Checklist):
    fitting = ["a" * 240, "b\nb\nb"]
    quotes = {2026: {ITEM: [*fitting, "c" * 241, "d\nd\nd\nd"]}}
    signals = publish(entries(2026, "", obstacle=3), UNTIL, quotes).of(checklist, 2026)
    assert [(s.item.key, texts) for s, texts in signals.excerpts] == [(ITEM, tuple(fitting))]
    assert signals.further_quotes == 2


def test_who_can_move_no_signal_is_not_among_the_movers(checklist: Checklist):
    found = [Entry(2026, "", {"goal-shared": Finding.OBSTACLE}) for _ in range(3)]
    signals = publish(found, UNTIL).of(checklist, 2026)
    assert [(mover, len(moved)) for mover, moved in signals.by_mover] == [(ActionOwner.OURSELVES, 1)]


def test_quote_stands_under_a_signal_of_its_year_and_never_beside_a_label(checklist: Checklist, years):
    quotes = {2026: {ITEM: ["Geen geld."], "goal-shared": ["Geen doel."]}, 2025: {ITEM: ["Toen ook niet."]}}
    published = publish(years, UNTIL, quotes)
    assert published.years[2026].quotes == {ITEM: ["Geen geld."]}
    assert [s.quotes for s in published.of(checklist, 2026).signals] == [("Geen geld.",)]
    assert [s.quotes for s in published.of(checklist, 2026, "tienen").signals] == [()]


@pytest.mark.parametrize(("year", "running"), [(2025, False), (2026, True)])
def test_running_year_says_so(checklist: Checklist, year, running):
    signals = publish(entries(year, "", obstacle=3), UNTIL).of(checklist, year)
    assert (signals.is_running, signals.year_before) == (running, year - 1)
    # On the first day of the next year all of it counts.
    assert replace(signals, until=date(year + 1, 1, 1)).is_running is False
