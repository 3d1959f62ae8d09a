"""A row of dots: so many of so many."""

from dataclasses import dataclass

# Twenty in a line, so that rows of different pictures can be laid beside each other; more than two lines nobody counts.
IN_LINE, MOST = 20, 40
STEP, RADIUS = 14.0, 5.0
BAR_HEIGHT = 12.0


@dataclass(frozen=True, slots=True)
class Dots:
    """The dots that have it and those that don't, a path each; above MOST, the two parts of a bar. The picture is
    always as wide."""

    width: float
    height: float
    having: str
    others: str


def draw_dots(number: int, of: int) -> Dots:
    """So many filled dots of so many. Raises ValueError unless `number` is from 0 to `of`, and `of` above 0."""
    if not 0 <= number <= of or not of:
        raise ValueError("not a part of a whole")
    width = IN_LINE * STEP
    if of > MOST:
        cut = width * number / of
        return Dots(width, BAR_HEIGHT, _box(0, cut), _box(cut, width))
    lines = -(-of // IN_LINE)
    dots = [_dot(place) for place in range(of)]
    return Dots(width, lines * STEP, "".join(dots[:number]), "".join(dots[number:]))


def _dot(place: int) -> str:
    line, column = divmod(place, IN_LINE)
    left, middle = column * STEP + STEP / 2 - RADIUS, line * STEP + STEP / 2
    across = 2 * RADIUS
    return (
        f"M{left:.0f} {middle:.0f}a{RADIUS:.0f} {RADIUS:.0f} 0 1 0 {across:.0f} 0"
        f"a{RADIUS:.0f} {RADIUS:.0f} 0 1 0 -{across:.0f} 0Z"
    )


def _box(left: float, right: float) -> str:
    return f"M{left + 1:.1f} 1H{right - 1:.1f}V{BAR_HEIGHT - 1:.0f}H{left + 1:.1f}Z" if right - left > 2 else ""
