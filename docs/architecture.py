"""The floors of the house, which room imports from which, and a picture of both: `python docs/architecture.py`.

It reads the imports of everything under `reflectie/` and writes `docs/img/architecture.svg`.
`tests/project/test_structure.py` holds the same floors, and that the picture is current. Standard library alone.
"""

import argparse
import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
APP = "reflectie"
PICTURE = ROOT / "docs" / "img" / "architecture.svg"

# Lowest first. A room imports from its own floor and those below; `domain` uses nothing but itself.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("domain", "backends", "concurrency", "counters", "email_addresses", "keys", "request_id", "site_owner"),
    ("models", "migrations"),
    ("services",),
    ("pdf", "presentation"),
    ("exports", "forms", "tasks", "templatetags"),
    ("web",),
    ("accounts", "admin", "apps", "management", "views"),
)

# The rooms inside a floor, lowest first. What stands beside them is used by all, or uses all, and is listed nowhere.
ROOMS = ("questionnaire", "rules", "sessions", "report", "meeting", "comparison", "collaborations", "imports")

# A room with so many packages in it is drawn as these: one box for all of `domain` would hide how it is built.
DRAWN_AS_PARTS = 3


# --- what imports what


def modules() -> Mapping[str, Path]:
    """Every module of the app by its full name; a package by its own."""
    return {module_name(path): path for path in sorted((ROOT / APP).rglob("*.py"))}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    """The first part under the app: `reflectie.views.team` is in `views`; the app itself is ''."""
    return module.partition(".")[2].partition(".")[0]


def imported(source: str, module: str, *, is_package: bool = False) -> Iterator[str]:
    """Full names of what a module imports, wherever in the file; `from x import y` counts as x.y."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def boxes(found: Mapping[str, Path]) -> Mapping[str, str]:
    """The box that each module stands in: its room, or its part of a room that has several packages. Modules beside
    these packages are one part together, which has the room's own name."""
    parts: dict[str, set[str]] = {}
    for name, path in found.items():
        if path.name == "__init__.py" and name.count(".") == 2:
            parts.setdefault(room_of(name), set()).add(name.split(".")[2])
    many = {room: names for room, names in parts.items() if len(names) >= DRAWN_AS_PARTS}
    box_of = {}
    for name in found:
        room, part = room_of(name), ".".join(name.split(".")[2:3])
        box_of[name] = f"{room}.{part}" if part in many.get(room, ()) else room
    return box_of


def arrows(found: Mapping[str, Path], box_of: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """From which box to which, and how often: once for each module and each module that it imports."""
    pairs = set()
    for name, path in found.items():
        for target in imported(path.read_text(), name, is_package=path.name == "__init__.py"):
            while target and target not in found:
                target = target.rpartition(".")[0]
            if target and box_of[name] and box_of[target] and box_of[name] != box_of[target]:
                pairs.add((name, target))
    return Counter((box_of[name], box_of[target]) for name, target in pairs)


# --- the picture

WIDTH, MARGIN, GAP = 1200, 24, 16
BOX_HEIGHT, LINE, FLOOR_GAP = 34, 50, 92
SIGN = 7.4
INK, BOX, FLOOR, PAPER, ARROW = "#0f3d47", "#ffffff", "#eef3f2", "#ffffff", "#2f7f8f"
# From so many imports on, an arrow has its number beside it.
NUMBERED_FROM = 8

Point = tuple[float, float]


def lines_of(names: Sequence[str]) -> list[list[str]]:
    """The boxes of a floor, over as many lines as they need."""
    lines: list[list[str]] = [[]]
    for name in names:
        if lines[-1] and _width([*lines[-1], name]) > WIDTH - 4 * MARGIN:
            lines.append([])
        lines[-1].append(name)
    return lines


def _width(names: Sequence[str]) -> float:
    return sum(_box_width(name) for name in names) + GAP * (len(names) - 1)


def _box_width(name: str) -> float:
    return round(len(name) * SIGN + 22, 1)


def draw() -> str:
    """The picture, as SVG: the highest floor on top, a box for each room, and an arrow for what it imports."""
    found = modules()
    box_of = boxes(found)
    between = arrows(found, box_of)
    floors = [[box for room in rooms for box in _parts(room, box_of, between)] for rooms in reversed(FLOORS)]
    centres: dict[str, Point] = {}
    floor_shapes, box_shapes = [], []
    top = float(MARGIN)
    for names in floors:
        lines = lines_of(names)
        height = len(lines) * LINE + 14
        floor_shapes.append(
            f'<rect x="{MARGIN}" y="{top:g}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="8" fill="{FLOOR}"/>'
        )
        for number, line in enumerate(lines):
            left, middle = (WIDTH - _width(line)) / 2, top + 7 + LINE * (number + 0.5)
            for name in line:
                centres[name] = (round(left + _box_width(name) / 2, 1), round(middle, 1))
                box_shapes.append(_box(name, centres[name]))
                left += _box_width(name) + GAP
        top += height + FLOOR_GAP
    # A bow beneath the lowest floor needs some room.
    height = top - FLOOR_GAP + 2 * MARGIN
    lines_between = [_arrow(*pair, number, centres) for pair, number in sorted(between.items())]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
            'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">',
            "<title>Rooms of the house by floor, and what each imports</title>",
            f'<rect width="{WIDTH}" height="{height:g}" fill="{PAPER}"/>',
            *floor_shapes,
            f'<g fill="none" stroke="{ARROW}" stroke-opacity="0.45">',
            *(line for line, _ in lines_between),
            "</g>",
            *box_shapes,
            f'<g font-size="10" text-anchor="middle" fill="{INK}" stroke="{PAPER}" stroke-width="3" '
            'paint-order="stroke">',
            *(label for _, label in lines_between if label),
            "</g>",
            "</svg>",
            "",
        ]
    )


def _parts(room: str, box_of: Mapping[str, str], between: Iterable[tuple[str, str]]) -> list[str]:
    """The boxes of a room, those that import the fewest of the others first."""
    parts = {box for box in box_of.values() if box == room or box.startswith(f"{room}.")}
    below = {part: {end for start, end in between if start == part and end in parts} for part in parts}
    for _ in parts:
        below = {part: ends.union(*(below[end] for end in ends)) for part, ends in below.items()}
    return sorted(parts, key=lambda part: (len(below[part]), part))


def _box(name: str, centre: Point) -> str:
    x, y, width = centre[0], centre[1], _box_width(name)
    return (
        f'<rect x="{x - width / 2:g}" y="{y - BOX_HEIGHT / 2:g}" width="{width:g}" height="{BOX_HEIGHT}" rx="6" '
        f'fill="{BOX}" stroke="{INK}"/>'
        f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle" fill="{INK}">{escape(name)}</text>'
    )


def _arrow(start: str, end: str, number: int, centres: Mapping[str, Point]) -> tuple[str, str]:
    """From the importing box down to the imported one; on one line, in a bow beneath it. And its number, if it has one,
    a third of the way, where arrows to one room haven't met yet."""
    (x1, y1), (x2, y2) = centres[start], centres[end]
    half = BOX_HEIGHT / 2
    if y1 == y2:
        y1, y2, bend = y1 + half, y2 + half, 22 + abs(x2 - x1) / 30
        controls = (x1, y1 + bend), (x2, y2 + bend)
    else:
        down = 1 if y2 > y1 else -1
        y1, y2 = y1 + down * half, y2 - down * half
        controls = (x1, y1 + (y2 - y1) * 0.5), (x2, y1 + (y2 - y1) * 0.5)
    (c1x, c1y), (c2x, c2y) = controls
    weight = round(0.8 + number**0.5 * 0.7, 2)
    title = f"<title>{escape(start)} → {escape(end)}: {number}</title>"
    line = (
        f'<path d="M{x1:g} {y1:g}C{c1x:g} {c1y:g} {c2x:g} {c2y:g} {x2:g} {y2:g}" '
        f'stroke-width="{weight:g}">{title}</path>'
        f'<circle cx="{x2:g}" cy="{y2:g}" r="{weight / 2 + 1.5:g}" fill="{ARROW}" stroke="none"/>'
    )
    if number < NUMBERED_FROM:
        return line, ""
    part = 0.35
    x, y = (_bezier(part, *axis) for axis in ((x1, c1x, c2x, x2), (y1, c1y, c2y, y2)))
    return line, f'<text x="{x:.1f}" y="{y:.1f}">{number}</text>'


def _bezier(part: float, start: float, first: float, second: float, end: float) -> float:
    rest = 1 - part
    return rest**3 * start + 3 * rest**2 * part * first + 3 * rest * part**2 * second + part**3 * end


if __name__ == "__main__":
    argparse.ArgumentParser(prog="docs/architecture.py", description=__doc__).parse_args()
    PICTURE.write_text(draw())
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")
