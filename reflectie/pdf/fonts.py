"""Which signs the fonts of this machine can print. Fontconfig is asked, as Pango asks it for each sign that our own
typeface lacks; once in a process, since nobody installs fonts every minute."""

import logging
import re
import subprocess
import sys
import unicodedata
from bisect import bisect_right
from functools import cache

# The numbers of the first and of the last sign of each, in order.
Ranges = tuple[tuple[int, int], ...]

log = logging.getLogger(__name__)

# All that our own typeface has (`tests/pdf/test_fonts.py`), which is what most pages are made of.
_BEYOND_OWN = re.compile(
    "[^\0-\u00ff"
    "\u0100-\u0107\u010a-\u0113\u0116-\u011b\u011e-\u0123\u0126-\u0127\u012a-\u012b\u012e-\u012f\u0131"
    "\u0136-\u0137\u013b-\u013e\u0141-\u0148\u0150-\u0155\u0158-\u015b\u015e-\u0165\u016a-\u016b"
    "\u016e-\u0173\u0178-\u017e\u0192\u0218-\u021b\u02c6-\u02c7\u02d8-\u02dd\u0300-\u0304\u0306-\u0308"
    "\u030a-\u030c\u0326-\u0328\u0394\u03a9\u03bc\u03c0\u2013-\u2014\u2018-\u201a\u201c-\u201e"
    "\u2020-\u2022\u2026\u2030\u2039-\u203a\u2044\u2074\u20ac\u2113\u2122\u212e\u2202\u220f\u2211-\u2212"
    "\u2215\u2219-\u221a\u221e\u222b\u2248\u2260\u2264-\u2265\u25ca]"
)
# Seconds. It takes a hundredth of one, and a minute where fontconfig has yet to read each font.
_PATIENCE = 60


def unprintable(text: str) -> list[str]:
    """The signs of a text, each once and in order, that would be an empty box in a PDF. Where fontconfig says nothing,
    none is known to be one."""
    beyond = sorted(filter(_takes_a_font, set(_BEYOND_OWN.findall(text))))
    ranges = covered() if beyond else None
    return [] if ranges is None else [sign for sign in beyond if not _is_in(sign, ranges)]


@cache
def covered() -> Ranges | None:
    """The signs that at least one font of this machine has; None when fontconfig doesn't say."""
    ask = ["fc-list", "--format=%{charset}\n"]
    try:
        told = subprocess.run(ask, capture_output=True, text=True, check=True, timeout=_PATIENCE).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("fontconfig doesn't say which signs have a font: %s", type(error).__name__)
        return None
    merged: list[tuple[int, int]] = []
    for first, last in sorted(_range(part) for part in set(told.split())):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return tuple(merged)


def _range(part: str) -> tuple[int, int]:
    first, _dash, last = part.partition("-")
    return int(first, 16), int(last or first, 16)


def _is_in(sign: str, ranges: Ranges) -> bool:
    place = bisect_right(ranges, (ord(sign), sys.maxunicode)) - 1
    return place >= 0 and ranges[place][1] >= ord(sign)


def _takes_a_font(sign: str) -> bool:
    """Whether a sign takes a font at all: spaces, joiners and signs of style are drawn by none."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"} and not 0xFE00 <= ord(sign) <= 0xFE0F
