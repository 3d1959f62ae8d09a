"""The bar of a spread: its geometry, from counts. The whirlpool's stands in test_report.py."""

import re

from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.pictures import BAR_LENGTH, spread_bar

COUNTS = st.tuples(*[st.integers(0, 200)] * 4).filter(any)
NUMBER = re.compile(r"-?[0-9.]+")


def pieces(bar):
    """Each piece of a bar that has one: left and right side."""
    paths = {"hindering": bar.hindering, "dont_know": bar.dont_know, "open": bar.open, "helping": bar.helping}
    found = {name: [float(number) for number in NUMBER.findall(path)] for name, path in paths.items() if path}
    return {name: (numbers[0], numbers[2]) for name, numbers in found.items()}


@given(COUNTS)
def test_bar_pieces_stand_in_order_beside_each_other_within_its_box(counts):
    found = pieces(spread_bar(*counts))
    hindering, helping, dont_know, left_open = counts
    expected = {"hindering": hindering, "dont_know": dont_know, "open": left_open, "helping": helping}
    assert list(found) == [name for name, number in expected.items() if number]
    sides = [side for piece in found.values() for side in piece]
    assert sides == sorted(sides)
    assert 0 <= sides[0] <= 1
    assert BAR_LENGTH - 1 <= sides[-1] <= BAR_LENGTH


@given(st.tuples(*[st.integers(0, 15)] * 4).filter(any))
def test_bar_pieces_are_as_long_as_their_share(counts):
    found = pieces(spread_bar(*counts))
    hindering, helping, dont_know, left_open = counts
    numbers = {"hindering": hindering, "dont_know": dont_know, "open": left_open, "helping": helping}
    # Without the line around it.
    units = [(right - left + 2) / numbers[name] for name, (left, right) in found.items()]
    assert max(units) - min(units) < 0.25


def test_bar_hatching_is_within_its_piece_and_nowhere_else():
    bar = spread_bar(3, 4, 3, 0)
    left, right = pieces(bar)["dont_know"]
    across = [float(number) for number in NUMBER.findall(bar.hatch)][::2]
    assert len(across) > 20
    assert left <= min(across) <= max(across) <= right
    assert spread_bar(3, 4, 0, 3).hatch == ""
