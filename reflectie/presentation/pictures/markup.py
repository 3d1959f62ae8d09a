"""Pictures as they stand in a page, for screen, PDF and download alike. Written here: a template takes some ten times
as long, and a report has hundreds of these outlines and words."""

from collections.abc import Sequence
from html import escape

from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import WhirlpoolArm
from reflectie.domain.rules.findings import Counts
from reflectie.presentation.palette import ARMS, COLOURS, ON_PAPER, TONES
from reflectie.presentation.report import AnswerPart, spread_parts, spread_words

from .arms import DrawnArm, arm_number, arm_sign, arm_state, drawn
from .drawing import Drawing, Label
from .spread import spread_bar

_FONT = 'font-family="Atkinson Hyperlegible, Verdana, sans-serif"'
_EYE, _ON_EYE, _INK, _SOFT = (COLOURS[name] for name in ("deep", "paper", "ink", "ink-soft"))


def drawing(drawing: Drawing) -> SafeString:
    """`{% drawing part.drawing %}`: its outlines, and its words over them, for within an <svg>."""
    shapes = "".join(f'<path{TONES[shape.tone]} d="{shape.path}"/>' for shape in drawing.shapes)
    return SafeString("\n".join([shapes, *map(_label, drawing.labels)]))


def _label(label: Label) -> str:
    anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
    weight = ' font-weight="700"' if label.bold else ""
    place = f'x="{label.x}" y="{label.y}" font-size="{label.size}"'
    return f"<text{TONES[label.tone]} {place}{anchor}{weight}>{escape(label.text)}</text>"


def _piece(name: str, fill: str, stroke: str, width: str, dashes: str = "") -> str:
    colours = {"none": "none", **COLOURS, **ON_PAPER}
    painted = {"class": f"spread-{name}", "fill": colours[fill], "stroke": colours[stroke], "stroke-width": width}
    return flatatt(painted | ({"stroke-dasharray": dashes} if dashes else {}))


# The pieces of a bar by their name in `Bar`, in the order in which they are drawn.
_PIECES = {
    "hindering": _piece("hindering", "obstacle", "obstacle", "1"),
    "divided": _piece("split", "split-bg", "split", "1.4", "5 2"),
    "dont_know": _piece("unsure", "unknown-bg", "unknown", "1"),
    "hatch": _piece("hatch", "none", "unknown", "1"),
    "open": _piece("open", "none", "edge", "1.2", "3 4"),
    "helping": _piece("helping", "helping", "strength", "1.6"),
}


def spread(item: ItemReport, *, bare: bool = False) -> SafeString:
    """`{% spread item %}`: an item's answers as a bar, told apart by place and filling, with the numbers in words
    beneath; `bare` without these. Of a report that isn't withheld."""
    counts, parts = item.counts, spread_parts(item)
    if not isinstance(counts, Counts):
        raise TypeError("a report that isn't withheld has the counts of every item")
    bar = spread_bar(counts.hindering, counts.helping, counts.dont_know, counts.open, counts.divided)
    outlines = "\n".join(f'<path{p} d="{path}"/>' for name, p in _PIECES.items() if (path := getattr(bar, name)))
    picture = (
        '<svg class="spread" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 16" preserveAspectRatio="none"'
        f' role="img">\n<title>{escape(spread_words(parts))}</title>\n{outlines}\n</svg>'
    )
    if bare:
        return SafeString(picture)
    words = "\n".join(map(_part, parts))
    return SafeString(f'{picture}\n<span class="spread-words">\n{words}\n</span>')


def _part(part: AnswerPart) -> str:
    named, names = (" named", f": {part.names}") if part.names else ("", "")
    return (
        f'<span class="spread-part{named}">\n<span class="key key-{part.value}" aria-hidden="true">{part.sign}</span>\n'
        f"<strong>{part.number}</strong> {escape(str(part.words))}{names}</span>"
    )


def arms(arms: Sequence[WhirlpoolArm], *, numbered: bool = False) -> SafeString:
    """`{% arms report.whirlpool %}`: the whirlpool around the middle of an <svg>."""
    shown = drawn(arms)
    outlines = [f'<path\n{_arm_class(arm)}\nid="arm-{arm.shape.number}" d="{arm.shape.path}"/>' for arm in shown]
    eye = [f'<circle class="eye" r="60" fill="{_EYE}"/>']
    for y, words in ((-12, gettext("inwaartse")), (5, gettext("focus,")), (22, gettext("eigenbelang"))):
        eye.append(
            f'<text class="eye-text" fill="{_ON_EYE}" font-size="16" {_FONT}\nx="0" y="{y}" text-anchor="middle">'
            f"{escape(words)}</text>"
        )
    names = [_arm_name(arm, numbered=numbered) for arm in shown]
    return SafeString("\n".join([*outlines, *eye, *names]))


def _arm_class(arm: DrawnArm) -> str:
    return f'class="arm {arm_state(arm.report)}"{ARMS[arm_state(arm.report)]}'


def _arm_name(arm: DrawnArm, *, numbered: bool) -> str:
    shape, report = arm.shape, arm.report
    looks = f'class="arm-name {arm_state(report)}" fill="{_INK}"\n'
    looks += ' font-weight="700"\n' if arm_state(report) == "obstacle" else ""
    y = shape.numbered_y if numbered else shape.name_y
    name = (
        f'<text\n{looks}font-size="19" {_FONT} x="{shape.name_x}"\ny="{y}"\n'
        f'text-anchor="{shape.anchor}">{arm_sign(report)} {escape(report.item.short)}</text>'
    )
    if not numbered:
        return name
    return (
        f'{name}\n<text class="arm-number" fill="{_SOFT}" font-size="17" {_FONT}\nx="{shape.number_x}"'
        f' y="{shape.number_y}"\ntext-anchor="{shape.anchor}">{escape(arm_number(report))}</text>'
    )
