"""The bars that show how answers are spread."""

from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import LEADING, WIDTH, Drawing, Pen

# The bar of one item's answers: long enough for 200 people, and hatched so often.
BAR_LENGTH, BAR_HEIGHT = 600.0, 16.0
BAR_GAP = 3.0
HATCH = 7.0
# All bars in one picture: what hinders has the left of a row, what helps its right, and the rest what is between.
SIDE, MIDDLE = 145.0, 66.0
TITLE, WORDS = 15.0, 12.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The pieces of a spread, each a path of its own; empty where nobody gave that answer."""

    hindering: str
    divided: str
    dont_know: str
    # Lines across the piece above: what tells it apart without colour.
    hatch: str
    open: str
    helping: str


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One item's bar among those of all, with its words: above it, and under its left, middle and right."""

    title: str
    # Hindering, helping, don't know, left open; at least one of them.
    numbers: tuple[int, int, int, int]
    left: str
    middle: str
    right: str


def spread_bar(
    hindering: int,
    helping: int,
    dont_know: int,
    open: int,
    divided: int = 0,
    *,
    length: float = BAR_LENGTH,
    top: float = 0.0,
) -> Bar:
    """The bar over so many answers, at least one: hindering from the left, helping from the right, what says neither
    between them. Every piece is as long as its share, less a gap."""
    numbers = [hindering, divided, dont_know, open, helping]
    present = sum(1 for number in numbers if number)
    unit = (length - BAR_GAP * (present - 1)) / sum(numbers)
    paths, left, hatch = [], 0.0, ""
    for place, number in enumerate(numbers):
        right = left + number * unit
        paths.append(_box(left, right, top) if number else "")
        if number and place == 2:
            hatch = _hatch(left, right, top)
        left = right + BAR_GAP if number else left
    left_part, divided_part, unsure_part, open_part, right_part = paths
    return Bar(left_part, divided_part, unsure_part, hatch, open_part, right_part)


def _box(left: float, right: float, top: float) -> str:
    # Half a line inside, so that an edge isn't cut off; a sliver among hundreds has no room for that.
    inset = min(1.0, (right - left) / 2)
    left, right = left + inset, right - inset
    return f"M{left:.1f} {top + 1:.0f}H{right:.1f}V{top + BAR_HEIGHT - 1:.0f}H{left:.1f}Z"


def _hatch(left: float, right: float, top: float) -> str:
    """Slanting lines from one side of a piece to the other, in one path."""
    lines = []
    start = left + 1
    while start + HATCH <= right - 1:
        lines.append(f"M{start:.1f} {top + BAR_HEIGHT - 1:.0f}L{start + HATCH:.1f} {top + 1:.0f}")
        start += HATCH
    return "".join(lines)


def draw_spreads(rows: Sequence[SpreadRow]) -> Drawing:
    """All bars under each other, each between its title and its words."""
    pen, top = Pen(), 0.0
    for row in rows:
        top = round(pen.fill(0, top, WIDTH, row.title, TITLE, bold=True) + 3)
        bar = spread_bar(*row.numbers, length=WIDTH, top=top)
        tones = ("hindering", "unsure", "hatch", "open", "helping")
        for tone, path in zip(tones, (bar.hindering, bar.dont_know, bar.hatch, bar.open, bar.helping), strict=True):
            pen.draw(tone, path)
        top += BAR_HEIGHT + 3
        ends = [
            pen.fill(0, top, SIDE, row.left, WORDS),
            pen.fill(WIDTH / 2, top, MIDDLE, row.middle, WORDS, anchor="middle", tone="soft"),
            pen.fill(WIDTH, top, SIDE, row.right, WORDS, anchor="end"),
        ]
        top = max(ends) + LEADING * WORDS
    return pen.done(WIDTH, top)
