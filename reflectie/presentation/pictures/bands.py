"""How far help goes from a to z: a band for each person or group, or how many help at each letter."""

from collections.abc import Sequence
from dataclasses import dataclass

from reflectie.domain.questionnaire.help_range import LETTERS, stretches

from .drawing import WIDTH, Drawing, Pen, box

TITLE, LETTER = 14.0, 13.0
CELL = WIDTH / len(LETTERS)
BAND, BELOW = 15.0, 9.0
# The highest bar of the numbers, and how large a number is above it: of two figures, and of three.
BAR, NUMBER, SMALL = 60.0, 11.0, 7.0


@dataclass(frozen=True, slots=True)
class BandRow:
    """One band: whose it is, where all of them help, and where some do."""

    title: str
    every: tuple[str, ...]
    some: tuple[str, ...]


def draw_bands(rows: Sequence[BandRow], nobody: str, gaps: Sequence[str]) -> Drawing:
    """Bands under each other, with the letters above them; under them, called `nobody`, where there is none."""
    pen = Pen()
    top = _letters(pen, 0)
    for row in rows:
        top = _title(pen, top, row.title)
        pen.draw("edge", box(1, top, WIDTH - 1, top + BAND))
        others = [letter for letter in row.some if letter not in row.every]
        # Not by colour alone: what not all of them do is hollow.
        for tone, letters in (("full", row.every), ("hollow", others)):
            pen.draw(tone, _boxes(letters, top + 2, top + BAND - 2))
        top += BAND + BELOW
    if gaps:
        top = _title(pen, top, nobody)
        pen.draw("open", _boxes(gaps, top + 2, top + BAND - 2))
        top += BAND + BELOW
    return pen.done(WIDTH, top)


def draw_numbers(counts: Sequence[int]) -> Drawing:
    """A bar for each letter, as high as its number, with the number above it and the letter under it."""
    pen, most = Pen(), max(counts)
    floor = NUMBER + BAR + 4
    size = NUMBER if most < 100 else SMALL
    for place, number in enumerate(counts):
        left, height = place * CELL, BAR * number / most
        if number:
            pen.draw("full", box(left + 1, floor - height, left + CELL - 1, floor))
        else:
            pen.draw("open", box(left + 1, floor - BAND, left + CELL - 1, floor))
        above = floor - (height or BAND) - 3
        pen.write(left + CELL / 2, above, str(number), size, anchor="middle", bold=bool(number))
    return pen.done(WIDTH, _letters(pen, floor + 3))


def _letters(pen: Pen, top: float) -> float:
    for place, letter in enumerate(LETTERS):
        pen.write((place + 0.5) * CELL, top + LETTER, letter, LETTER, anchor="middle", tone="soft")
    return top + LETTER + 7


def _title(pen: Pen, top: float, title: str) -> float:
    return pen.fill(0, top, WIDTH, title, TITLE, bold=True) + 2 if title else top


def _boxes(letters: Sequence[str], top: float, bottom: float) -> str:
    """Path data of a box over each unbroken stretch."""
    ends = [(LETTERS.index(first), LETTERS.index(last) + 1) for first, last in stretches(letters)]
    return "".join(box(start * CELL + 2, top, end * CELL - 2, bottom) for start, end in ends)
