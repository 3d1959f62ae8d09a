"""A picture to put on a slide: on its own, with what it is and how to read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import Drawing, Pen, Placed

MARGIN, GAP = 28.0, 44.0
NARROWEST = 520.0
ENLARGED = 2
HEADING, FACTS, READING = 24.0, 14.0, 14.0


@dataclass(frozen=True, slots=True)
class Slide:
    width: float
    height: float
    parts: tuple[Placed, ...]

    @property
    def shown_width(self) -> float:
        """How wide it is shown by itself: large enough for a beamer."""
        return self.width * ENLARGED

    @property
    def shown_height(self) -> float:
        return self.height * ENLARGED


def make_slide(heading: str, facts: str, reading: Sequence[str], parts: Sequence[Drawing], legend: Drawing) -> Slide:
    """The parts next to each other, as a slide is wide, and above them the heading, facts, how to read the picture,
    and its legend. The parts are the last of the slide's."""
    width = max(NARROWEST, sum(part.width for part in parts) + GAP * (len(parts) - 1))
    pen = Pen()
    top = pen.fill(0, 0, width, heading, HEADING, bold=True)
    top = pen.fill(0, top + 2, width, facts, FACTS, tone="soft") + 6
    for text in reading:
        top = pen.fill(0, top, width, text, READING) + 4
    placed = [Placed(MARGIN, MARGIN, pen.done(width, top)), Placed(MARGIN, MARGIN + top + 8, legend)]
    top += MARGIN + legend.height + 20
    # A single narrow part stands in the middle.
    left = MARGIN + (width - parts[0].width) / 2 if len(parts) == 1 else MARGIN
    for part in parts:
        placed.append(Placed(left, top, part))
        left += part.width + GAP
    return Slide(width + 2 * MARGIN, top + max(part.height for part in parts) + MARGIN, tuple(placed))
