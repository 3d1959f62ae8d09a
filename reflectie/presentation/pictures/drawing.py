"""What pictures are made of: outlines and words at a place, each in a tone that the template paints."""

from dataclasses import dataclass

# Wide enough to read on a phone of 360 px, where a picture is about 320 px wide.
WIDTH = 360.0
# How high a line of text is, in its size.
LEADING = 1.25
# How wide letters are at most, in their size: those of a typeface that stands in for ours are the widest.
_WIDE, _NARROW = frozenset("mwMW@%&—…"), frozenset("iljtfrI.,:;'!|()[] ")
_WIDTHS = {"wide": 0.86, "narrow": 0.38, "upper": 0.76, "other": 0.62}
_BOLD = 1.06


@dataclass(frozen=True, slots=True)
class Label:
    """Words from, around or up to a place on their base line, by `anchor`: start, middle or end."""

    x: float
    y: float
    text: str
    size: float
    anchor: str
    bold: bool
    tone: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom: as large as it can get."""
        width = text_width(self.text, self.size, bold=self.bold)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - 0.8 * self.size, left + width, self.y + 0.22 * self.size


@dataclass(frozen=True, slots=True)
class Shape:
    """Outlines that are painted alike, as one path."""

    tone: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A drawing as a part of a larger one."""

    x: float
    y: float
    drawing: Drawing


class Pen:
    """Collects a drawing from the top down. What is painted alike becomes one path."""

    def __init__(self) -> None:
        self._paths: dict[str, list[str]] = {}
        self._labels: list[Label] = []

    def draw(self, tone: str, path: str) -> None:
        """Add path data, in viewBox units, to what is painted in this tone; nothing where it is empty."""
        if path:
            self._paths.setdefault(tone, []).append(path)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        anchor: str = "start",
        bold: bool = False,
        tone: str = "ink",
    ) -> None:
        self._labels.append(Label(round(x, 1), round(y, 1), text, size, anchor, bold, tone))

    def fill(
        self,
        x: float,
        top: float,
        width: float,
        text: str,
        size: float,
        *,
        anchor: str = "start",
        bold: bool = False,
        tone: str = "ink",
    ) -> float:
        """Write in lines of at most `width`, from `top` down. Returns where the lines end."""
        for line in wrap(text, size, width, bold=bold):
            self.write(x, top + size, line, size, anchor=anchor, bold=bold, tone=tone)
            top += LEADING * size
        return top

    def done(self, width: float, height: float) -> Drawing:
        """The drawing, of this size in viewBox units."""
        shapes = tuple(Shape(tone, "".join(paths)) for tone, paths in self._paths.items())
        return Drawing(width, round(height, 1), shapes, tuple(self._labels))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line of text is at most."""
    kinds = (
        "wide" if sign in _WIDE else "narrow" if sign in _NARROW else "upper" if sign.isupper() else "other"
        for sign in text
    )
    return sum(_WIDTHS[kind] for kind in kinds) * size * (_BOLD if bold else 1)


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines that are at most so wide. A word that is wider than a line is broken off."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
            continue
        lines.append("")
        for sign in word:
            if lines[-1] and text_width(lines[-1] + sign, size, bold=bold) > width:
                lines.append("")
            lines[-1] += sign
    return tuple(lines)


def box(left: float, top: float, right: float, bottom: float) -> str:
    """Path data of a rectangle, to a tenth of a unit."""
    return f"M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}Z"


def tile(left: float, top: float, right: float, bottom: float, is_round: tuple[bool, bool, bool, bool]) -> str:
    """Path data of a rectangle of which these corners are round: top left, top right, bottom right, bottom left."""
    full = (bottom - top) / 2
    a, b, c, d = (full if each else 2.0 for each in is_round)

    def to(radius: float, x: float, y: float) -> str:
        return f"A{radius:.1f} {radius:.1f} 0 0 1 {x:.1f} {y:.1f}"

    return (
        f"M{left + a:.1f} {top:.1f}H{right - b:.1f}{to(b, right, top + b)}V{bottom - c:.1f}{to(c, right - c, bottom)}"
        f"H{left + d:.1f}{to(d, left, bottom - d)}V{top + a:.1f}{to(a, left + a, top)}Z"
    )


def circle(x: float, y: float, radius: float) -> str:
    """Path data of a circle around a point."""
    arc = f"a{radius:.1f} {radius:.1f} 0 1 0"
    return f"M{x - radius:.1f} {y:.1f}{arc} {2 * radius:.1f} 0{arc} {-2 * radius:.1f} 0Z"


def line(left: float, top: float, right: float, bottom: float) -> str:
    """Path data of a straight line, which is stroked rather than filled."""
    return f"M{left:.1f} {top:.1f}L{right:.1f} {bottom:.1f}"
