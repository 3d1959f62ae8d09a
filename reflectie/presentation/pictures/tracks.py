"""The perspectives: for each item a track from what hinders to what helps, with a mark for each group."""

from collections.abc import Sequence
from dataclasses import dataclass

from reflectie.presentation.groups import MAX_INITIALS, SHAPES, TONES, GroupMark

from .drawing import WIDTH, Drawing, Pen, box, circle, line, tile

TITLE, WORDS, NUMBER, SMALL = 15.0, 13.0, 13.0, 10.0
# Half as wide as a mark, and half as high: three initials fit.
RADIUS, HALF = 14.0, 10.0
# Marks nearer than this to each other stand one above the other; and how far above.
ROOM, LANE = 2 * RADIUS + 2, 2 * HALF + 2
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


def draw_tracks(tracks: Sequence[Track], looks: Sequence[GroupMark]) -> Drawing:
    """Tracks under each other, each between its title and the words at its ends. `looks` are the marks of the groups
    by their number, from 1."""
    pen, top = Pen(), 0.0
    for track in tracks:
        marks = place_marks(track.stands)
        top = pen.fill(0, top, WIDTH, track.title, TITLE, bold=True) + 3
        middle = top + HALF + LANE * max(mark.lane for mark in marks)
        _track(pen, middle)
        for mark in marks:
            _mark(pen, mark.x, middle - LANE * mark.lane, looks[mark.number - 1])
        top = middle + HALF + 2
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


def _mark(pen: Pen, x: float, y: float, look: GroupMark) -> None:
    pen.draw(look.tone, tile(x - RADIUS, y - HALF, x + RADIUS, y + HALF, SHAPES[look.shape]))
    size = SMALL if len(look.initials) == MAX_INITIALS else NUMBER
    pen.write(x, y + 0.36 * size, look.initials, size, anchor="middle", bold=True, tone=TONES[look.tone])


def draw_legend(groups: Sequence[str], looks: Sequence[GroupMark], width: float) -> Drawing:
    """Each group's mark with its name, under each other."""
    pen, top = Pen(), 0.0
    for name, look in zip(groups, looks, strict=True):
        _mark(pen, RADIUS, top + HALF, look)
        top = max(pen.fill(2 * RADIUS + 8, top + 2, width - 2 * RADIUS - 8, name, 14), top + 2 * HALF) + 4
    return pen.done(width, top)
