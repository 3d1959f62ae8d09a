"""One item over the years: the share that calls it hindering, on a ground that says what such a share adds up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from reflectie.domain.rules.findings import OBSTACLE_FROM, STRENGTH_FROM

from .drawing import LEADING, Drawing, Label, Pen, box, circle, line

WIDTH = 320.0
WORDS, SIGN = 12.0, 14.0
RADIUS = 9.0
# Marks nearer than this to each other would touch.
ROOM = 2 * RADIUS + 2
# The words of the ground stand left of the first mark.
LEFT, RIGHT = 96.0, WIDTH - 24
# The height between nobody and all; marks at either end need room above and below.
REACH, PAD = 96.0, RADIUS + 3
GROUND = REACH + 2 * PAD
# Below the ground, apart from it: what has no share.
LANE = 2 * RADIUS + 8
_SHAPES = {"hindering": "square", "attention": "square"}


@dataclass(frozen=True, slots=True)
class Stop:
    """One session: its day, what is written below it (as many lines as the others have), and its mark.

    Without a tone it has no mark. `share` is what calls the item hindering, 0 to 1; None is a gap. Stops of one
    `strand` may be joined by a line.
    """

    day: date
    lines: tuple[str, ...]
    share: float | None
    tone: str
    sign: str
    strand: int | None


@dataclass(frozen=True, slots=True)
class Ground:
    """The words for a share of two thirds or more, one of a fifth or less, what is between them, and what has none."""

    high: str
    between: str
    low: str
    gap: str


@dataclass(frozen=True, slots=True)
class Frame:
    """How wide a picture is, and how high between nobody and all."""

    width: float = WIDTH
    reach: float = REACH

    @property
    def ground(self) -> float:
        return self.reach + 2 * PAD


USUAL = Frame()
# On paper, where three stand in a row whose words can still be read: with room for so many marks.
NARROW, MOST_NARROW = Frame(256.0, 60.0), 7


def place_stops(days: Sequence[date], frame: Frame = USUAL) -> tuple[tuple[float, ...], bool]:
    """Where each day stands, and whether that is by real time; evenly where marks would touch otherwise. Days are in
    order, two at least."""
    whole, room = (days[-1] - days[0]).days, frame.width - WIDTH + RIGHT - LEFT
    if whole:
        places = tuple(LEFT + room * (day - days[0]).days / whole for day in days)
        if all(there - here >= ROOM for here, there in pairwise(places)):
            return places, True
    return tuple(LEFT + room * place / (len(days) - 1) for place in range(len(days))), False


def height_of(share: float, frame: Frame = USUAL) -> float:
    """How far below the top a share stands."""
    return PAD + (1 - share) * frame.reach


def draw_trend(stops: Sequence[Stop], ground: Ground, *, has_gaps: bool, frame: Frame = USUAL) -> Drawing:
    """The stops from left to right, two at least. `has_gaps` keeps room for what has no share, so that the pictures of
    one collaboration are of one height."""
    pen = Pen()
    places, _ = place_stops([stop.day for stop in stops], frame)
    _ground(pen, ground, frame, has_gaps=has_gaps)
    _lines(pen, stops, places, frame)
    for stop, x in zip(stops, places, strict=True):
        y = frame.ground + LANE / 2 + 1 if stop.share is None else height_of(stop.share, frame)
        _mark(pen, stop, x, y)
    top = frame.ground + (LANE if has_gaps else 0) + 4
    for row, texts in enumerate(zip(*(stop.lines for stop in stops), strict=True)):
        if any(texts):
            _below(pen, texts, places, top + WORDS, frame.width, bold=row == 0)
            top += LEADING * WORDS
    return pen.done(frame.width, top + 2)


def _ground(pen: Pen, ground: Ground, frame: Frame, *, has_gaps: bool) -> None:
    high, low = height_of(float(OBSTACLE_FROM), frame), height_of(float(1 - STRENGTH_FROM), frame)
    width, bottom = frame.width, frame.ground
    pen.draw("ground-high", box(0, 0, width, high))
    pen.draw("ground-between", box(0, high, width, low))
    pen.draw("ground-low", box(0, low, width, bottom))
    words = [(0.0, high, ground.high), (high, low, ground.between), (low, bottom, ground.low)]
    if has_gaps:
        words.append((bottom + 1, bottom + LANE + 1, ground.gap))
    for upper, lower, text in words:
        pen.write(6, (upper + lower) / 2 + 0.35 * WORDS, text, WORDS, tone="soft")


def _lines(pen: Pen, stops: Sequence[Stop], places: Sequence[float], frame: Frame) -> None:
    """From each share to the next of the same strand: dashed across a gap, and none where a share that can't be
    compared stands between them."""
    shown = [(number, stop) for number, stop in enumerate(stops) if stop.share is not None]
    for (here, earlier), (there, later) in pairwise(shown):
        if earlier.strand is None or earlier.strand != later.strand:
            continue
        if earlier.share is not None and later.share is not None:
            tone = "trend" if there == here + 1 else "trend-gap"
            ends = height_of(earlier.share, frame), height_of(later.share, frame)
            pen.draw(tone, line(places[here], ends[0], places[there], ends[1]))


def _mark(pen: Pen, stop: Stop, x: float, y: float) -> None:
    if not stop.tone:
        return
    if _SHAPES.get(stop.tone) == "square":
        pen.draw(stop.tone, box(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS))
    else:
        pen.draw(stop.tone, circle(x, y, RADIUS))
    if stop.sign:
        pen.write(x, y + 0.34 * SIGN, stop.sign, SIGN, anchor="middle", bold=True, tone=f"on-{stop.tone}")


def _below(pen: Pen, texts: Sequence[str], places: Sequence[float], y: float, width: float, *, bold: bool) -> None:
    """A row of words under the stops: those of the latest and the first, then as many others as fit, the latest
    first."""
    taken: list[tuple[float, float]] = []
    for number in _latest_then_first(len(texts)):
        text = texts[number]
        left, _, right, _ = Label(places[number], y, text, WORDS, "middle", bold, "ink").box
        # What would run out of the picture stands against its side.
        aside = min(0.0, width - right)
        left, right = left + aside, right + aside
        if text and all(right + 2 <= other[0] or other[1] + 2 <= left for other in taken):
            taken.append((left, right))
            tone = "ink" if bold else "soft"
            pen.write(places[number] + aside, y, text, WORDS, anchor="middle", bold=bold, tone=tone)


def _latest_then_first(many: int) -> Iterable[int]:
    return dict.fromkeys((many - 1, 0, *range(many - 2, 0, -1)))
