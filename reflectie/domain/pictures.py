"""The geometry of the pictures: numbers in, path data out. Colours and words belong to the templates."""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

# The whirlpool's box is 608 by 380 around its centre: room for an arm's name on either side.
OUTER = 150.0
EYE = 46.0
SWEEP = math.radians(155)
NARROW, WIDE = 12.0, 40.0
SAMPLES = 9
# The bar of one item's answers: long enough for 200 people, and hatched so often.
BAR_LENGTH, BAR_HEIGHT = 600.0, 16.0
BAR_GAP = 3.0
HATCH = 7.0


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: its number from 1, its outline, where its name stands and how that is anchored."""

    number: int
    path: str
    name_x: float
    name_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The pieces of a spread, each a path of its own; empty where nobody gave that answer."""

    hindering: str
    dont_know: str
    # Lines across the piece above: what tells it apart without colour.
    hatch: str
    open: str
    helping: str


@lru_cache(maxsize=4096)
def spread_bar(hindering: int, helping: int, dont_know: int, open: int) -> Bar:
    """The bar over so many answers, at least one: hindering from the left, helping from the right, what says neither
    between them. Every piece is as long as its share, less a gap."""
    numbers = [hindering, dont_know, open, helping]
    present = sum(1 for number in numbers if number)
    unit = (BAR_LENGTH - BAR_GAP * (present - 1)) / sum(numbers)
    paths, left, hatch = [], 0.0, ""
    for place, number in enumerate(numbers):
        right = left + number * unit
        paths.append(_box(left, right) if number else "")
        if number and place == 1:
            hatch = _hatch(left, right)
        left = right + BAR_GAP if number else left
    return Bar(paths[0], paths[1], hatch, paths[2], paths[3])


def _box(left: float, right: float) -> str:
    # Half a line inside, so that an edge isn't cut off; a sliver among hundreds has no room for that.
    inset = min(1.0, (right - left) / 2)
    left, right = left + inset, right - inset
    return f"M{left:.1f} 1H{right:.1f}V{BAR_HEIGHT - 1:.0f}H{left:.1f}Z"


def _hatch(left: float, right: float) -> str:
    """Slanting lines from one side of a piece to the other, in one path."""
    lines = []
    start = left + 1
    while start + HATCH <= right - 1:
        lines.append(f"M{start:.1f} {BAR_HEIGHT - 1:.0f}L{start + HATCH:.1f} 1")
        start += HATCH
    return "".join(lines)


@cache
def whirlpool_arm(index: int, of: int, share: float) -> Arm:
    """Arm `index` (from 0) of `of`, drawn as wide as `share` (0 to 1) of the respondents say that it plays."""
    start = -math.pi / 2 + 2 * math.pi * index / of
    width = NARROW + (WIDE - NARROW) * share
    outer, inner = [], []
    for sample in range(SAMPLES + 1):
        t = sample / SAMPLES
        radius = OUTER * (EYE / OUTER) ** t
        angle = start + SWEEP * t
        # An arm thins out towards the eye, and its mouth is rounded off.
        half = width / 2 * (1 - 0.72 * t)
        outer.append(_point(radius + half, angle))
        inner.append(_point(radius - half, angle))
    path = f"M{_xy(outer[0])}{_smooth(outer)}L{_xy(inner[-1])}{_smooth(inner[::-1])}Z"
    name_x, name_y = _point(OUTER + 27, start)
    side = math.cos(start)
    anchor = "middle" if abs(side) < 0.3 else "start" if side > 0 else "end"
    return Arm(index + 1, path, round(name_x, 1), round(name_y, 1), anchor)


def _point(radius: float, angle: float) -> tuple[float, float]:
    return radius * math.cos(angle), radius * math.sin(angle)


def _xy(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _smooth(points: list[tuple[float, float]]) -> str:
    """Cubic curves through the points after the first (Catmull-Rom), as path data."""
    curves = []
    for i in range(len(points) - 1):
        before, here = points[max(i - 1, 0)], points[i]
        there, after = points[i + 1], points[min(i + 2, len(points) - 1)]
        first = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        second = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        curves.append(f"C{_xy(first)} {_xy(second)} {_xy(there)}")
    return "".join(curves)
