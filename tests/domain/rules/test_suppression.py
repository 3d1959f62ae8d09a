"""Nobody finds out what is withheld. Beside worked examples, a solver that knows nothing of the rules: it writes out
every way in which the groups could have answered, keeps those that would have been published just so, and looks whether
a number of a withheld group is the same in all of them. It is shown to find the leaks of simpler rules first."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from itertools import product

import pytest
from hypothesis import assume, example, find, given, settings
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.suppression import FLOOR, Reason, Withheld, enough, group_figures, groups_to_suppress
from reflectie.domain.setup import Grouping, Mode, setup_of_session
from tests.helpers.possible_worlds import FIELDS, NONE, Publish, Spread, World, published, rounds, worlds

WITHHELD = Withheld(Reason.SUBTRACTION)
ANSWERS = range(4)

Blank = Callable[[Mapping[str, int], int], frozenset[str]]
# A part again, and whether its people's sheets were typed in from paper or not.
Cell = tuple[str, bool]
BlankTyped = Callable[[Mapping[str, int], int, Mapping[str, int]], frozenset[str]]


# --- The solver


def certain(possible: list[World]) -> set[tuple[str, int]]:
    """Of which part and which answer the number is the same in every possible world."""
    return {
        (part, answer) for part in possible[0] for answer in ANSWERS if len({w[part][answer] for w in possible}) == 1
    }


def as_seen_by(someone: tuple[str, int] | None, possible: list[World]) -> list[World]:
    """The worlds in which this person, of this part and with this answer, exists, and without this person in them."""
    if someone is None:
        return possible
    part, own = someone
    return [
        {**world, part: tuple(number - (answer == own) for answer, number in enumerate(world[part]))}
        for world in possible
        if world[part][own]
    ]


def leaks(sizes: Mapping[str, int], total: Spread, blank: Blank, publish: Publish) -> list[str]:
    """Everything that somebody finds out of something withheld, in any round with these sizes and totals."""
    sizes = {name: size for name, size in sizes.items() if size}
    blanked = blank({name: size for name, size in sizes.items() if name}, sizes.get(NONE, 0))
    shown = frozenset(name for name in sizes if name and name not in blanked)
    everything = list(worlds(sizes, total))
    seen = defaultdict(list)
    for world in everything:
        seen[published(world, shown, total, publish)].append(world)
    found = []
    for someone in (None, *product(sizes, ANSWERS)):
        before = as_seen_by(someone, everything)
        if not before:
            continue
        from_totals = certain(before)
        for figures, possible in seen.items():
            after = as_seen_by(someone, possible)
            if not after:
                continue
            hidden = {name for name, figure in figures if isinstance(figure, Withheld)} | blanked
            # Those without a group hide among the blanked; alone they are three or more, like any group.
            hidden |= {NONE} if blanked else set()
            news = {(part, answer) for part, answer in certain(after) - from_totals if part in hidden}
            found += [
                f"{someone or 'anybody'} finds {part!r}, answer {answer}, from {figures}" for part, answer in news
            ]
    return found


# --- The solver, for whoever types in the paper forms


def by_part(numbers: Mapping[Cell, int], *, typed: bool | None = None) -> dict[str, int]:
    """How many people each part has, of those typed or not, or of all."""
    found: dict[str, int] = defaultdict(int)
    for (part, is_typed), number in numbers.items():
        if number and typed in (None, is_typed):
            found[part] += number
    return dict(found)


def split(parts: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """The groups, and how many chose none."""
    return {name: number for name, number in parts.items() if name}, parts.get(NONE, 0)


def together(world: Mapping[Cell, Spread]) -> World:
    """What each part answered, typed or not."""
    found: World = {}
    for (part, _), spread in world.items():
        found[part] = tuple(a + b for a, b in zip(found.get(part, (0, 0, 0, 0)), spread, strict=True))
    return found


def typist_leaks(
    sizes: Mapping[Cell, int],
    total: Spread,
    blank: BlankTyped,
    publish: Publish,
    is_enough: Callable[[int, int], bool] = enough,
) -> list[str]:
    """Everything that whoever typed finds out of people who weren't typed. They know each typed sheet with its group,
    and perhaps one sheet of their own.

    As everybody else, they may know what the totals of three or more people tell, and the figures of a group of three
    or more that is shown: here of those people whom they didn't type.
    """
    sizes = {cell: size for cell, size in sizes.items() if size}
    untyped, typed = by_part(sizes, typed=False), by_part(sizes, typed=True)
    if not (untyped and typed and is_enough(sum(sizes.values()), sum(typed.values()))):
        return []
    blanked = blank(*split(by_part(sizes)), typed)
    # As in the report: who chose no group is one more, unless somebody hides among them.
    shown = frozenset(by_part(sizes)) - blanked - (frozenset({NONE}) if blanked else frozenset())
    before, after = defaultdict(list), defaultdict(list)
    for world in worlds(sizes, total):
        known = tuple(spread for (_, is_typed), spread in world.items() if is_typed)
        others = {part: spread for (part, is_typed), spread in world.items() if not is_typed}
        before[known].append(others)
        after[known, published(together(world), shown, total, publish)].append(others)
    small = {part for part, size in untyped.items() if size < FLOOR}
    everything = set(product(untyped, ANSWERS))
    found = []
    for (known, figures), possible in after.items():
        hidden = {name for name, figure in figures if isinstance(figure, Withheld)} | (set(untyped) - shown) | small
        for own in (None, *product(untyped, ANSWERS)):
            if not (left := as_seen_by(own, possible)):
                continue
            may_know = certain(as_seen_by(own, before[known])) if sum(untyped.values()) >= FLOOR else set()
            news = {(part, answer) for part, answer in (certain(left) & everything) - may_know if part in hidden}
            found += [f"{own or 'typist'} finds {part!r}, answer {answer}, from {figures}" for part, answer in news]
    return found


# --- Rules that are too simple


def blank_the_small_ones(sizes: Mapping[str, int], without: int) -> frozenset[str]:
    return frozenset(name for name, size in sizes.items() if 0 < size < FLOOR)


def always_publish(total: Counts, groups: Mapping[str, Counts]) -> Mapping[str, Counts | Withheld]:
    return groups


def blank_as_if_nobody_types(sizes: Mapping[str, int], without: int, typed: Mapping[str, int]) -> frozenset[str]:
    return groups_to_suppress(sizes, without)


def blank_few_untyped(sizes: Mapping[str, int], without: int, typed: Mapping[str, int]) -> frozenset[str]:
    """The rule for everybody, seen with the typist's eyes too: nobody stands alone in a remainder. But what of it is
    published goes by the whole remainder, and so does what "withheld" tells."""
    untyped = {name: size - typed.get(name, 0) for name, size in sizes.items()}
    everybody, typist = groups_to_suppress(sizes, without), groups_to_suppress(untyped, without - typed.get(NONE, 0))
    return everybody | typist


def in_three(counts: Counts) -> tuple[int, int, int]:
    return counts.hindering, counts.helping, counts.dont_know + counts.open


def publish_if_covered_by(fewest: int) -> Publish:
    """Withholds what would leak, without a thought for what "withheld" tells."""

    def publish(total: Counts, groups: Mapping[str, Counts]) -> Mapping[str, Counts | Withheld]:
        there = [sum(column) for column in zip(*map(in_three, groups.values()), strict=True)]
        if all(all_ - some >= fewest or not some for all_, some in zip(in_three(total), there, strict=False)):
            return {name: Counts(*in_three(counts)) for name, counts in groups.items()}
        return dict.fromkeys(groups, WITHHELD)

    return publish


# --- Rounds


@settings(max_examples=200, deadline=None)
@given(rounds())
def test_published_figures_and_what_one_knows_of_oneself_tell_nothing_withheld(drawn):
    assert leaks(*drawn, groups_to_suppress, group_figures) == []


@pytest.mark.parametrize(
    ("blank", "publish"),
    [
        (blank_the_small_ones, always_publish),
        (groups_to_suppress, always_publish),
        (groups_to_suppress, publish_if_covered_by(1)),
        (groups_to_suppress, publish_if_covered_by(2)),
    ],
    ids=["only-small-blanked", "always-published", "one-alike", "what-withheld-tells"],
)
def test_solver_finds_the_leak_of_a_simpler_rule(blank, publish):
    find(
        rounds(10),
        lambda drawn: bool(leaks(*drawn, blank, publish)),
        settings=settings(max_examples=2000, deadline=None, derandomize=True, database=None),
    )


def test_solver_finds_a_blanked_group_that_is_the_whole_remainder():
    sizes, total = {"a": 4, "b": 3, "c": 2}, (3, 3, 3, 0)
    assert leaks(sizes, total, blank_the_small_ones, always_publish) != []
    assert leaks(sizes, total, groups_to_suppress, group_figures) == []


def test_solver_finds_what_one_person_beside_a_blanked_group_knows_of_it():
    def blank_the_middle_one(sizes: Mapping[str, int], without: int) -> frozenset[str]:
        return frozenset({"b"})

    found = leaks({"a": 4, "b": 5, NONE: 1}, (4, 6, 0, 0), blank_the_middle_one, publish_if_covered_by(2))
    assert {line.split(" finds")[0] for line in found} >= {"('', 0)", "('', 1)"}


def test_solver_finds_the_only_objector_from_the_word_withheld():
    # Covered by two or by all: 4 + 4 people, one objector. Were it one of the remainder, the groups would be shown.
    sizes, total = {"a": 4, "b": 2, "c": 2}, (1, 7, 0, 0)
    found = leaks(sizes, total, groups_to_suppress, publish_if_covered_by(2))
    assert f"anybody finds 'b', answer 0, from (('a', {WITHHELD}),)" in found
    assert leaks(sizes, total, groups_to_suppress, group_figures) == []


# --- Whoever types in the paper forms


@st.composite
def typed_rounds(draw: st.DrawFn, people: int = 9) -> tuple[dict[Cell, int], Spread]:
    """The sizes of up to three groups and of those without one, on paper and not, and the totals of an item: each part
    as often all on paper or all not as mixed."""
    sizes: dict[Cell, int] = {}
    left = people
    for name, most in (("a", 6), ("b", 5), ("c", 4), (NONE, 3)):
        size = draw(st.integers(0, min(left, most)))
        typed = draw(st.one_of(st.just(0), st.just(size), st.integers(0, size)))
        sizes[name, True], sizes[name, False] = typed, size - typed
        left -= size
    counted = sum(sizes.values())
    assume(counted)
    cuts = sorted(draw(st.lists(st.integers(0, counted), min_size=2, max_size=2)))
    # What stands open counts with "don't know" wherever it matters here.
    total = (cuts[0], cuts[1] - cuts[0], counted - cuts[1], 0)
    return sizes, total


# Of ten drawn, one has groups that are shown.
@settings(max_examples=1000, deadline=None)
@given(typed_rounds())
# Chance seldom finds the one without a group who wasn't typed, beside two who were.
@example(({("a", False): 4, (NONE, True): 2, (NONE, False): 1}, (3, 4, 0, 0)))
@example(({("a", True): 4, ("b", False): 3, (NONE, True): 1, (NONE, False): 2}, (4, 6, 0, 0)))
def test_whoever_types_in_paper_finds_nothing_of_who_answered_on_a_phone(drawn):
    assert typist_leaks(*drawn, groups_to_suppress, group_figures) == []


@settings(max_examples=200, deadline=None)
@given(typed_rounds())
def test_others_find_nothing_withheld_in_a_round_with_paper(drawn):
    sizes, total = drawn
    typed = by_part(sizes, typed=True)
    assume(enough(sum(sizes.values())))
    assert (
        leaks(by_part(sizes), total, lambda groups, rest: groups_to_suppress(groups, rest, typed), group_figures) == []
    )


@pytest.mark.parametrize(
    "blank", [blank_as_if_nobody_types, blank_few_untyped], ids=["as-if-nobody-types", "few-untyped"]
)
def test_solver_finds_what_whoever_types_sees_through_a_simpler_rule(blank):
    find(
        typed_rounds(),
        lambda drawn: bool(typist_leaks(*drawn, blank, group_figures)),
        settings=settings(max_examples=2000, deadline=None, derandomize=True, database=None),
    )


@pytest.mark.parametrize(("paper", "phone"), [(6, 1), (8, 2), (3, 1), (1, 2)])
def test_solver_finds_the_one_or_two_that_were_not_typed(paper, phone):
    sizes, total = {(NONE, True): paper, (NONE, False): phone}, (1, paper + phone - 1, 0, 0)
    assert typist_leaks(sizes, total, groups_to_suppress, group_figures, lambda counted, typed: enough(counted)) != []
    assert typist_leaks(sizes, total, groups_to_suppress, group_figures) == []
    assert enough(paper + phone, paper) is False


def test_solver_finds_the_one_of_a_role_that_was_not_typed():
    # Thirteen people, eleven of whom on phones; of role c two on paper and one on a phone.
    sizes = {("a", False): 5, ("b", False): 5, ("c", True): 2, ("c", False): 1}
    total = (1, 12, 0, 0)
    found = typist_leaks(sizes, total, blank_as_if_nobody_types, group_figures)
    assert {line.split(", from")[0] for line in found} >= {"typist finds 'c', answer 0", "typist finds 'c', answer 1"}
    assert typist_leaks(sizes, total, groups_to_suppress, group_figures) == []


# --- Worked by hand


@pytest.mark.parametrize(
    ("counted", "typed", "expected"),
    [
        (3, 0, True),
        (3, 3, True),
        (3, 2, False),
        (3, 1, False),
        (7, 6, False),
        (10, 8, False),
        (6, 3, True),
        (2, 2, False),
        (0, 0, False),
    ],
)
def test_enough_counts_who_was_not_typed_apart(counted, typed, expected):
    assert enough(counted, typed) is expected


@pytest.mark.parametrize(
    ("sizes", "without", "typed", "expected"),
    [
        # All on paper, or all on phones: as ever.
        ({"a": 5, "b": 4, "c": 2}, 0, {"a": 5, "b": 4, "c": 2}, "bc"),
        ({"a": 5, "b": 4, "c": 2}, 0, {}, "bc"),
        # No remainder: each group, less its paper, has three people or none.
        ({"a": 6, "b": 4}, 0, {"a": 3, "b": 4}, ""),
        ({"a": 6, "b": 4}, 3, {"a": 3, NONE: 3}, ""),
        # One or two on phones in a group, or without one.
        ({"a": 6, "b": 4}, 0, {"b": 2}, "ab"),
        ({"a": 5, "b": 5, "c": 3}, 0, {"c": 2}, "abc"),
        ({"a": 6, "b": 4}, 4, {NONE: 2}, "ab"),
        # A small group on paper hides with the smallest other that is on paper, and not with the phones.
        ({"a": 8, "b": 4, "c": 2, "d": 5}, 0, {"c": 2, "d": 5}, "cd"),
        ({"a": 8, "b": 4, "c": 2}, 0, {"c": 2}, "abc"),
        ({"a": 8, "b": 2, "c": 2}, 0, {"b": 2, "c": 2}, "bc"),
        # Of who is on phones nobody hides in a remainder, not even with others who are.
        ({"a": 8, "b": 2, "c": 2}, 0, {"a": 3}, "abc"),
    ],
)
def test_groups_to_blank_with_paper(sizes, without, typed, expected):
    assert groups_to_suppress(sizes, without, typed) == frozenset(expected)


@pytest.mark.parametrize(("counted", "expected"), [(0, False), (2, False), (3, True), (200, True)])
def test_enough_from_three(counted, expected):
    assert enough(counted) is expected


@pytest.mark.parametrize(
    ("sizes", "without", "expected"),
    [
        ({}, 3, ""),
        ({"a": 3, "b": 3}, 0, ""),
        ({"a": 12}, 0, ""),
        # Empty groups hide nobody and need no hiding.
        ({"a": 5, "b": 4, "c": 0}, 0, ""),
        # Without a group: one or two would stand alone after subtraction, three are a group like any other.
        ({"a": 5, "b": 4}, 3, ""),
        ({"a": 5, "b": 4}, 2, "b"),
        # One beside a group of four would know the four by subtracting themself.
        ({"a": 5, "b": 4}, 1, "ab"),
        # A small group is never blanked alone: the next smallest goes with it.
        ({"a": 5, "b": 4, "c": 2}, 0, "bc"),
        ({"a": 5, "b": 5, "c": 2}, 0, "ac"),
        ({"a": 5, "b": 4, "c": 1}, 0, "abc"),
        ({"a": 6, "b": 5, "c": 4, "d": 1}, 0, "bcd"),
        # Two small ones hide each other when they are three people, and not one against two.
        ({"a": 5, "b": 2, "c": 2}, 0, "bc"),
        ({"a": 6, "b": 5, "c": 2, "d": 1}, 0, "bcd"),
        ({"a": 6, "b": 5, "c": 1, "d": 1}, 0, "bcd"),
        ({"a": 5, "b": 1, "c": 1, "d": 1}, 0, "bcd"),
        # People without a group hide a small one as well.
        ({"a": 5, "b": 2}, 2, "b"),
        ({"a": 5, "b": 1, "c": 1}, 1, "bc"),
        ({"a": 5, "b": 4, "c": 2}, 1, "bc"),
        # Nothing safe remains.
        ({"a": 3, "b": 2}, 0, "ab"),
        ({"a": 1, "b": 1, "c": 1}, 0, "abc"),
    ],
)
def test_groups_to_blank_by_size(sizes, without, expected):
    assert groups_to_suppress(sizes, without) == frozenset(expected)
    backwards = dict(reversed(sizes.items()))
    assert groups_to_suppress(backwards, without) == frozenset(expected)


@pytest.mark.parametrize(
    ("total", "group"),
    [
        # Seven in the remainder: 3 hindering and 4 helping beside the group's 2 and 3.
        ((5, 7, 0, 0), (2, 3, 0, 0)),
        # The group gave one answer only, and seven in the remainder gave it too.
        ((0, 12, 0, 0), (0, 5, 0, 0)),
        ((3, 9, 0, 0), (0, 5, 0, 0)),
        # All who gave it are in the remainder, be it one.
        ((4, 7, 1, 0), (2, 3, 0, 0)),
        # Hindering 2, helping 3, no choice 2.
        ((4, 5, 1, 2), (2, 2, 1, 0)),
    ],
)
def test_group_figures_covered_by_the_remainder_are_shown(total, group):
    hindering, helping, dont_know, open_ = group
    expected = Counts(hindering, helping, dont_know + open_)
    assert group_figures(Counts(*total), {"a": Counts(*group)}) == {"a": expected}


@pytest.mark.parametrize(
    ("total", "group"),
    [
        # All seven in the remainder say helping, while somebody in the group didn't.
        ((2, 10, 0, 0), (2, 3, 0, 0)),
        # Nobody there says hindering; only one does; only one left it open.
        ((3, 8, 1, 0), (3, 2, 0, 0)),
        ((4, 7, 1, 0), (3, 2, 0, 0)),
        ((4, 6, 1, 1), (2, 2, 1, 0)),
        # Two do, but then whoever says hindering would know from "withheld" that no other in the remainder does.
        ((4, 8, 0, 0), (2, 3, 0, 0)),
    ],
)
def test_group_figures_that_would_tell_of_the_remainder_are_withheld(total, group):
    assert group_figures(Counts(*total), {"a": Counts(*group)}) == {"a": WITHHELD}


def test_group_figures_with_one_uncovered_group_are_withheld_for_every_group():
    total = Counts(hindering=6, helping=9, dont_know=1)
    calm, torn = Counts(hindering=2, helping=3), Counts(hindering=1, helping=2, dont_know=1)
    assert group_figures(total, {"calm": calm, "torn": torn}) == {"calm": WITHHELD, "torn": WITHHELD}
    assert group_figures(total, {"calm": calm}) == {"calm": calm}


def test_group_figures_without_remainder_are_exact_even_when_unanimous():
    groups = {"a": Counts(helping=3), "b": Counts(hindering=1, helping=1, dont_know=1, open=1), "c": Counts()}
    assert group_figures(Counts(hindering=1, helping=4, dont_know=1, open=1), groups) == groups


def test_group_figures_of_two_responses_are_too_few():
    assert group_figures(Counts(helping=2), {"a": Counts(helping=2)}) == {"a": Withheld(Reason.TOO_FEW)}


@pytest.mark.parametrize(
    ("total", "group"),
    [
        pytest.param(Counts(helping=6), Counts(helping=2), id="group-of-two"),
        pytest.param(Counts(helping=6), Counts(helping=5), id="remainder-of-one"),
        pytest.param(Counts(helping=6), Counts(hindering=3), id="more-than-the-total"),
    ],
)
def test_group_figures_that_were_not_blanked_as_they_should_are_refused(total, group):
    with pytest.raises(ValueError, match=r"fewer people|never negative"):
        group_figures(total, {"a": group})


def test_withheld_has_no_room_for_a_number():
    assert Withheld.__slots__ == ("reason",)


# --- The report itself


def sheets_of(counts: Counts, item: str, group: str = "") -> list[Sheet]:
    """So many sheets with each answer. All of them count: each has an answer to another item."""
    numbers = {"hindering": counts.hindering, "helping": counts.helping, "dont-know": counts.dont_know, "": counts.open}
    beside = {"goal-perspective": "helping", **({"organisation": group} if group else {})}
    return [Sheet({**beside, item: value} if value else beside) for value, n in numbers.items() for _ in range(n)]


def as_the_report_shows(checklist: Checklist, names: tuple[str, ...], blanked: frozenset[str]) -> Publish:
    """Publishes what the report of such a round has in it, as screen, PDF and exports receive it."""
    setup = setup_of_session(Mode.ANONYMOUS, (), Grouping.PARTNER, names)

    def publish(total: Counts, groups: Mapping[str, Counts]) -> Mapping[str, Counts | Withheld]:
        rest = Counts(*(getattr(total, f) - sum(getattr(c, f) for c in groups.values()) for f in FIELDS))
        sheets = sheets_of(rest, "goal-shared")
        for name, counts in groups.items():
            sheets += sheets_of(counts, "goal-shared", name)
        report = build_report(checklist, setup, sheets, date(2026, 11, 20), about=About(blanked=bool(blanked)))
        item = next(item for item in report.items if item.item.key == "goal-shared")
        assert {view.name for view in item.groups} == set(names)
        return {view.name: view.counts for view in item.groups if view.name in groups}

    return publish


@settings(max_examples=60, deadline=None)
@given(rounds(9))
def test_report_of_a_round_tells_nothing_withheld(checklist, drawn):
    sizes, total = drawn
    named = {name: size for name, size in sizes.items() if name and size}
    blanked = groups_to_suppress(named, sizes[NONE])
    publish = as_the_report_shows(checklist, tuple(named), blanked)

    assert leaks(sizes, total, groups_to_suppress, publish) == []


@settings(max_examples=150, deadline=None)
@given(typed_rounds(8))
def test_report_of_a_round_with_paper_tells_whoever_typed_nothing_of_the_others(checklist, drawn):
    """Closing is told who was typed; the report is made of what it left, and can't ask."""
    sizes, total = drawn
    (named, without), typed = split(by_part(sizes)), by_part(sizes, typed=True)
    blanked = groups_to_suppress(named, without, typed)
    by_report = as_the_report_shows(checklist, tuple(named), blanked)

    def publish(total: Counts, groups: Mapping[str, Counts]) -> Mapping[str, Counts | Withheld]:
        shown = {name: counts for name, counts in groups.items() if name}
        return {**groups, **by_report(total, shown)}

    assert typist_leaks(sizes, total, groups_to_suppress, publish) == []
