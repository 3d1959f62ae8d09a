"""Every round that fits the figures which were published, worked out without the rules that withhold them."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product

from hypothesis import strategies as st

from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.suppression import FLOOR, Withheld

# The part of the people who chose no group; no group has this name.
NONE = ""


FIELDS = ("hindering", "helping", "dont_know", "open")


Spread = tuple[int, ...]


# What each part, a group or those without one, answered to an item.
World = dict[str, Spread]


Publish = Callable[[Counts, Mapping[str, Counts]], Mapping[str, Counts | Withheld]]


@cache
def spreads(people: int, within: Spread) -> list[Spread]:
    """Every way in which so many people answer, with no answer given more often than `within`."""
    return [
        (a, b, c, people - a - b - c)
        for a, b, c in product(*(range(min(people, most) + 1) for most in within[:3]))
        if 0 <= people - a - b - c <= within[3]
    ]


def worlds(sizes: Mapping[str, int], total: Spread) -> Iterator[World]:
    """Every way in which these parts could have answered so that they come to this total."""
    name, *others = sizes
    if not others:
        yield {name: total}
        return
    for spread in spreads(sizes[name], total):
        left = tuple(all_ - own for all_, own in zip(total, spread, strict=True))
        for world in worlds({other: sizes[other] for other in others}, left):
            yield {name: spread, **world}


def published(world: World, shown: frozenset[str], total: Spread, publish: Publish) -> tuple:
    """What everybody sees, in a form that can be compared."""
    figures = publish(Counts(*total), {name: Counts(*world[name]) for name in shown})
    assert set(figures) == shown
    return tuple(sorted(figures.items(), key=lambda figure: figure[0]))


@st.composite
def rounds(draw: st.DrawFn, people: int = 12) -> tuple[dict[str, int], Spread]:
    """The sizes of up to four groups and of those without one, and the totals of an item: often one group that may be
    shown and some that may not, which random sizes would seldom be."""
    sizes = {"a": draw(st.integers(FLOOR, people - 4))}
    left = people - sizes["a"]
    for name, most in (("b", 4), ("c", 2), ("d", 2), (NONE, 4)):
        sizes[name] = draw(st.integers(0, min(left, most)))
        left -= sizes[name]
    counted = sum(sizes.values())
    cuts = sorted(draw(st.lists(st.integers(0, counted), min_size=3, max_size=3)))
    total = tuple(end - start for start, end in zip([0, *cuts], [*cuts, counted], strict=True))
    return sizes, total
