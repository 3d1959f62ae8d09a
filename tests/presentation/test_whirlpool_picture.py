"""The whirlpool's geometry: its arms, their outlines, and where their names stand."""

import math
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.build import whirlpool_of
from reflectie.presentation.pictures.arms import drawn
from reflectie.presentation.pictures.whirlpool import whirlpool_arm

# The whirlpool's box, as its template has it: left, top, width, height.
PICTURE = Path(__file__).resolve().parents[2] / "templates" / "reflectie" / "pictures" / "whirlpool.html"
VIEW_BOX = [float(number) for number in re.search(r'viewBox="([^"]+)"', PICTURE.read_text())[1].split()]


def test_whirlpool_arm_is_as_wide_as_the_share_that_says_it_plays(checklist):
    sheets = [Sheet({"context-historical": "hindering"}), Sheet({"context-financial": "helping"})]
    arms = whirlpool_of(checklist, sheets)
    assert [arm.share for arm in arms][:2] == [Fraction(1, 2), 0]
    assert [arm.shape for arm in drawn(arms)] == [
        whirlpool_arm(place, 7, share) for place, share in enumerate([0.5, 0, 0, 0, 0, 0, 0])
    ]
    assert [arm.report for arm in drawn(arms)] == [arm.report for arm in arms]


NUMBER = r"-?\d+(?:\.\d+)?"
PAIR = rf"{NUMBER} {NUMBER}"
PATH = re.compile(rf"M{PAIR}(?:C{PAIR} {PAIR} {PAIR})+L{PAIR}(?:C{PAIR} {PAIR} {PAIR})+Z")


def outline(path):
    """The points along a path's outline, its curves cut in short straight pieces."""
    here, points = (0.0, 0.0), []
    for command, numbers in re.findall(r"([MCL])([^MCLZ]*)", path):
        found = [float(number) for number in re.findall(NUMBER, numbers)]
        given = list(zip(found[::2], found[1::2], strict=True))
        if command == "C":
            a, (b, c, d) = here, given
            for step in range(1, 21):
                t = step / 20
                s = 1 - t
                points.append(
                    tuple(
                        s**3 * a[axis] + 3 * s * s * t * b[axis] + 3 * s * t * t * c[axis] + t**3 * d[axis]
                        for axis in (0, 1)
                    )
                )
        else:
            points += given
        here = points[-1]
    return points


def area(path):
    points = outline(path)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]]))) / 2


@pytest.mark.parametrize("share", [0, 1 / 3, 0.5, 1])
@pytest.mark.parametrize("place", range(7))
def test_whirlpool_path_is_valid_and_inside_its_box(place, share):
    path = whirlpool_arm(place, 7, share).path
    assert PATH.fullmatch(path), path
    left, top, width, height = VIEW_BOX
    points = outline(path)
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in points)
    # A line of 2 is drawn half outside the outline.
    assert min(x for x, _ in points) - 1 >= left
    assert max(x for x, _ in points) + 1 <= left + width
    assert min(y for _, y in points) - 1 >= top
    assert max(y for _, y in points) + 1 <= top + height


@pytest.mark.parametrize("place", range(7))
def test_whirlpool_wider_share_gives_a_larger_area(place):
    areas = [area(whirlpool_arm(place, 7, share / 12).path) for share in range(13)]
    assert areas == sorted(areas)
    assert len(set(areas)) == 13


def test_whirlpool_arms_are_one_shape_turned_round():
    areas = [area(whirlpool_arm(place, 7, 0.5).path) for place in range(7)]
    assert max(areas) - min(areas) < 0.01 * max(areas)
    assert len({whirlpool_arm(place, 7, 0.5).path for place in range(7)}) == 7


def test_whirlpool_arms_are_numbered_and_named_away_from_the_middle():
    arms = [whirlpool_arm(place, 7, 1) for place in range(7)]
    assert [arm.number for arm in arms] == [1, 2, 3, 4, 5, 6, 7]
    assert [arm.anchor for arm in arms] == ["middle", "start", "start", "start", "end", "end", "end"]
    # Outside the widest arm, which reaches to 170, and all as far.
    distances = {round(math.hypot(arm.name_x, arm.name_y)) for arm in arms}
    assert (len(distances), min(distances) > 170) == (1, True)
