"""The perspectives: for each item a track from what hinders to what helps, with a numbered mark for each group."""

from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import WIDTH, Drawing, Pen, box, circle, line

TITLE, WORDS, NUMBER = 15.0, 13.0, 13.0
RADIUS = 10.0
# Marks nearer than this to each other stand one above the other.
ROOM = 2 * RADIUS + 2
LEFT, RIGHT = RADIUS + 2, WIDTH - RADIUS - 2
SIDE = 176.0
# Between a track and the next.
BELOW = 8.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A group's number, where it stands from 0 (all hindering) to 1 (all helping), and its lane above the track."""

    number: int
    x: float
    lane: int


@dataclass(frozen=True, slots=True)
class Track:
    """One item: its title, the words at either end, and (number, share) of each group."""

    title: str
    left: str
    right: str
    stands: tuple[tuple[int, float], ...]


def place_marks(stands: Sequence[tuple[int, float]]) -> tuple[Mark, ...]:
    """Each mark exactly at its share; one that would lie over another goes a lane up."""
    marks: list[Mark] = []
    for number, share in stands:
        x = LEFT + share * (RIGHT - LEFT)
        taken = {mark.lane for mark in marks if abs(mark.x - x) < ROOM}
        marks.append(Mark(number, x, next(lane for lane in range(len(marks) + 1) if lane not in taken)))
    return tuple(marks)


def draw_tracks(tracks: Sequence[Track]) -> Drawing:
    """Tracks under each other, each between its title and the words at its ends."""
    pen, top = Pen(), 0.0
    for track in tracks:
        marks = place_marks(track.stands)
        top = pen.fill(0, top, WIDTH, track.title, TITLE, bold=True) + 3
        middle = top + RADIUS + ROOM * max(mark.lane for mark in marks)
        _track(pen, middle)
        for mark in marks:
            y = middle - ROOM * mark.lane
            pen.draw("full", circle(mark.x, y, RADIUS))
            pen.write(mark.x, y + 4.6, str(mark.number), NUMBER, anchor="middle", bold=True, tone="on-full")
        top = middle + RADIUS
        ends = (
            pen.fill(0, top, SIDE, track.left, WORDS, tone="soft"),
            pen.fill(WIDTH, top, SIDE, track.right, WORDS, anchor="end", tone="soft"),
        )
        top = max(ends) + BELOW
    return pen.done(WIDTH, top - BELOW)


def _track(pen: Pen, middle: float) -> None:
    """A line with its ends and its middle marked: a square end hinders, a round one helps."""
    pen.draw("edge", line(LEFT, middle, RIGHT, middle))
    pen.draw("edge", line(WIDTH / 2, middle - 5, WIDTH / 2, middle + 5))
    pen.draw("hindering", box(LEFT - 5, middle - 5, LEFT + 5, middle + 5))
    pen.draw("helping", circle(RIGHT, middle, 5.5))


def draw_legend(groups: Sequence[str], width: float) -> Drawing:
    """Each number with its group, under each other."""
    pen, top = Pen(), 0.0
    for number, name in enumerate(groups, start=1):
        pen.draw("full", circle(RADIUS, top + RADIUS, RADIUS))
        pen.write(RADIUS, top + RADIUS + 4.6, str(number), NUMBER, anchor="middle", bold=True, tone="on-full")
        top = max(pen.fill(2 * RADIUS + 8, top + 2, width - 2 * RADIUS - 8, name, 14), top + 2 * RADIUS) + 4
    return pen.done(width, top)
