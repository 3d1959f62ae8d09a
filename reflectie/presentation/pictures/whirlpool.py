"""The whirlpool: one arm for each factor, as wide as the share that says it plays."""

import math
from dataclasses import dataclass
from functools import lru_cache

# The whirlpool's box is 608 by 380 around its centre: room for an arm's name on either side.
OUTER = 150.0
EYE = 46.0
SWEEP = math.radians(155)
NARROW, WIDE = 12.0, 40.0
SAMPLES = 9
# From an arm's name to the number under it.
NUMBER_LINE = 20.0
# From the middle of a sign to its base line.
SIGN_DROP = 13.0


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: its number from 1, its outline, where its name stands and how that is anchored.

    With how many say so under it, the name stands at `numbered_y`, and the number at `number_x` and `number_y`. In a
    picture too small for names a sign stands around `sign_x` on `sign_y`.
    """

    number: int
    path: str
    name_x: float
    name_y: float
    anchor: str
    numbered_y: float
    number_x: float
    number_y: float
    sign_x: float
    sign_y: float


# As many shares as there are of some hundred people: kept without end, they would fill a memory.
@lru_cache(maxsize=2048)
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
    # Above its arm the number pushes the name up; beside it the two stand on either side of the name's own line; below
    # it there is room under the name.
    lift = NUMBER_LINE * (1 if anchor == "middle" else 0.5 if name_y < OUTER / 2 else 0)
    numbered_y = name_y - lift
    return Arm(
        number=index + 1,
        path=path,
        name_x=round(name_x, 1),
        name_y=round(name_y, 1),
        anchor=anchor,
        numbered_y=round(numbered_y, 1),
        number_x=round(name_x, 1),
        number_y=round(numbered_y + NUMBER_LINE, 1),
        sign_x=round(name_x, 1),
        sign_y=round(name_y + SIGN_DROP, 1),
    )


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
