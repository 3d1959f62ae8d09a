"""What stands beside the checklist: the steps of intensity, the three meanings, and the levels above each other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import LEADING, WIDTH, Drawing, Pen, box, circle, line, wrap

TITLE, WORDS = 15.0, 13.0
PAD = 10.0
# The scale: bars of at most so long above and below the steps.
BAR, BAR_WIDTH = 56.0, 44.0
# The largest circle of the meanings; one that nobody chose is this small.
LARGEST, SMALLEST = 34.0, 13.0
# A level's findings: one cell for each item.
CELL, CELLS_LEFT = 22.0, 10.0


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """One step of the scale: how many say it is needed, and how often a form of it was named.

    Of one sheet, `needed` and `current` are 1 or 0, and drawn as marks.
    """

    name: str
    needed: int
    current: int


@dataclass(frozen=True, slots=True)
class Circle:
    """One of the meanings: how many put it first, and what working together then comes to."""

    name: str
    words: str
    number: int
    # What stands in the circle.
    text: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One level: what it is called, how many answered, its items by what they look like, and these in words.

    A level that is withheld has no cells, and its words say why.
    """

    name: str
    size: str
    # The tone and the sign of each cell.
    cells: tuple[tuple[str, str], ...]
    words: str


def draw_scale(steps: Sequence[ScaleStep], above: str, below: str, *, counted: bool) -> Drawing:
    """The steps from left to right, what is needed above them and what there is below."""
    pen, width = Pen(), WIDTH / len(steps)
    reach = BAR + 30 if counted else 24
    top = (pen.fill(0, 0, WIDTH, above, WORDS, bold=True) if counted else 0) + reach
    lines = [wrap(step.name, WORDS, width - 8) for step in steps]
    bottom = top + LEADING * WORDS * max(map(len, lines)) + 14
    for place, step in enumerate(steps):
        pen.draw("step", box(place * width + 2, top, (place + 1) * width - 2, bottom))
        middle = (place + 0.5) * width
        start = (top + bottom - LEADING * WORDS * len(lines[place])) / 2
        pen.fill(middle, start, width - 8, step.name, WORDS, anchor="middle")
        if counted:
            _bar(pen, middle, top - 3, -1, step.needed, [other.needed for other in steps], "full")
            _bar(pen, middle, bottom + 3, 1, step.current, [other.current for other in steps], "hollow")
        else:
            _mark(pen, middle, top - 3, -1, above if step.needed else "", "full")
            _mark(pen, middle, bottom + 3, 1, below if step.current else "", "hollow")
    end = bottom + reach
    return pen.done(WIDTH, pen.fill(0, end, WIDTH, below, WORDS, bold=True) if counted else end)


def _bar(pen: Pen, middle: float, start: float, way: int, number: int, numbers: Sequence[int], tone: str) -> None:
    """A bar as long as its number, the largest of its side the longest, with the number at its end."""
    end = start + way * BAR * number / (max(numbers) or 1)
    if number:
        pen.draw(tone, box(middle - BAR_WIDTH / 2, min(start, end), middle + BAR_WIDTH / 2, max(start, end)))
    pen.write(middle, end - 4 if way < 0 else end + 15, str(number), 15, anchor="middle", bold=bool(number))


def _mark(pen: Pen, middle: float, tip: float, way: int, word: str, tone: str) -> None:
    """An arrow to its step, with its word before it."""
    if word:
        pen.draw(tone, f"M{middle - 11:.1f} {tip + way * 17:.1f}h22l-11 {-way * 17}Z")
        pen.write(middle - 16, tip + way * 9 + 4.5, word, WORDS, anchor="end", bold=True)


def draw_circles(circles: Sequence[Circle]) -> Drawing:
    """Circles under each other, as large as their numbers, with their words beside them."""
    pen, top = Pen(), 0.0
    most = max(shown.number for shown in circles)
    left = 2 * LARGEST + 18
    for shown in circles:
        radius = max(LARGEST * math.sqrt(shown.number / most), SMALLEST) if most else SMALLEST
        end = pen.fill(left, top + 4, WIDTH - left, shown.name, TITLE, bold=True)
        end = pen.fill(left, end + 1, WIDTH - left, shown.words, WORDS, tone="soft")
        height = max(end - top, 2 * LARGEST + 2)
        middle = top + height / 2
        pen.draw("full" if shown.number else "open", circle(LARGEST + 2, middle, radius))
        tone = "on-full" if shown.number else "soft"
        pen.write(LARGEST + 2, middle + 5.5, shown.text, 15, anchor="middle", bold=bool(shown.number), tone=tone)
        top += height + PAD
    return pen.done(WIDTH, top - PAD)


def draw_layers(layers: Sequence[Layer]) -> Drawing:
    """Levels above each other, in a box each."""
    pen, top = Pen(), 1.0
    for layer in layers:
        size_width = 112.0
        names = pen.fill(PAD, top + 7, WIDTH - size_width - 2 * PAD, layer.name, TITLE, bold=True)
        sizes = pen.fill(WIDTH - PAD, top + 8, size_width, layer.size, WORDS, anchor="end", tone="soft")
        end = max(names, sizes) + 3
        for place, (tone, sign) in enumerate(layer.cells):
            left = CELLS_LEFT + place * CELL
            pen.draw(tone, box(left + 1, end + 1, left + CELL - 2, end + CELL - 3))
            if sign:
                tone = f"on-{tone}"
                pen.write(left + CELL / 2 - 0.5, end + CELL / 2 + 4, sign, 14, anchor="middle", bold=True, tone=tone)
        end += CELL + 1 if layer.cells else 0
        end = pen.fill(PAD, end, WIDTH - 2 * PAD, layer.words, WORDS) + 6
        pen.draw("edge" if layer.cells else "open", box(1, top, WIDTH - 1, end))
        top = end + PAD
        if layer is not layers[-1]:
            pen.draw("edge", line(WIDTH / 2, end, WIDTH / 2, top))
    return pen.done(WIDTH, top - PAD + LEADING)
