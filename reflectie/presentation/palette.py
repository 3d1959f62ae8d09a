"""The colours of the house, on paper and on a light screen, and what pictures paint with them.

A style sheet has the same colours under the same names (`--obstacle`), and others for a dark screen
(`tests/presentation/test_palette.py`).
"""

from collections.abc import Mapping

from django.forms.utils import flatatt
from django.utils.safestring import SafeString

COLOURS = {
    "ink": "#0c2f36",
    "ink-soft": "#45595e",
    "deep": "#0d4650",
    "deep-2": "#14616e",
    "on-deep": "#fffdf8",
    "on-deep-soft": "#cfe4e4",
    "sand": "#f7f1e6",
    "paper": "#fffdf8",
    "line": "#d5c8ae",
    "edge": "#6f7f7c",
    "accent": "#f3b23e",
    "chosen": "#e2f0f0",
    # A finding's own, and what it stands on.
    "obstacle": "#9c2f1b",
    "obstacle-bg": "#fbe7e0",
    "strength": "#1a6541",
    "strength-bg": "#e1f1e6",
    "split": "#5a3d92",
    "split-bg": "#ede6f7",
    "unknown": "#46545a",
    "unknown-bg": "#e8ebea",
    "clear": "#46545a",
    "clear-bg": "#fffdf8",
    "attention": "#734c00",
    "attention-bg": "#fcefce",
}
# In pictures and on paper alone, where there is no screen behind it.
ON_PAPER = {
    "white": "#ffffff",
    # The part of a bar that helps: darker than what a strength stands on, so that it is told from white.
    "helping": "#c9e6d3",
    # Lines between rows.
    "line-strong": "#c9bda3",
    "line-faint": "#e2d8c4",
}
_ALL = {name: SafeString(colour) for name, colour in (COLOURS | ON_PAPER).items()}


def colour(name: str) -> SafeString:
    """`{{ "obstacle"|colour }}`: a colour by its name."""
    return _ALL[name]


# Attributes of SVG rather than style, by the names of colours: neither the PDF nor a downloaded picture sees a style
# sheet; the screen's goes over them. What stands on a tone is told apart in grey too: by a sign, a hatching or an edge.
_EDGED = {"stroke-width": "1.4"}
_TONES: Mapping[str, Mapping[str, str]] = {
    "ink": {"fill": "ink"},
    "soft": {"fill": "ink-soft"},
    "full": {"fill": "deep-2"},
    "on-full": {"fill": "paper"},
    "amber": {"fill": "accent", "stroke": "ink", "stroke-width": "1"},
    "on-amber": {"fill": "ink"},
    "hollow": {"fill": "paper", "stroke": "deep-2", "stroke-width": "2"},
    "step": {"fill": "chosen", "stroke": "edge", "stroke-width": "1"},
    "edge": {"fill": "none", "stroke": "edge", **_EDGED},
    "hindering": {"fill": "obstacle", "stroke": "obstacle", "stroke-width": "1"},
    "on-hindering": {"fill": "white"},
    "helping": {"fill": "helping", "stroke": "strength", **_EDGED},
    "on-helping": {"fill": "strength"},
    "split": {"fill": "split-bg", "stroke": "split", "stroke-dasharray": "5 2", **_EDGED},
    "on-split": {"fill": "split"},
    "clear": {"fill": "white", "stroke": "clear", **_EDGED},
    "on-clear": {"fill": "clear"},
    "unsure": {"fill": "unknown-bg", "stroke": "unknown", "stroke-width": "1"},
    "on-unsure": {"fill": "unknown"},
    "hatch": {"fill": "none", "stroke": "unknown", "stroke-width": "1"},
    "open": {"fill": "none", "stroke": "edge", "stroke-width": "1.2", "stroke-dasharray": "3 4"},
    "on-open": {"fill": "unknown"},
    "attention": {"fill": "attention-bg", "stroke": "attention", **_EDGED},
    "on-attention": {"fill": "attention"},
    "ground-high": {"fill": "obstacle-bg"},
    "ground-between": {"fill": "paper"},
    "ground-low": {"fill": "strength-bg"},
    "trend": {"fill": "none", "stroke": "deep", "stroke-width": "2.2"},
    "trend-gap": {"fill": "none", "stroke": "deep", "stroke-width": "1.6", "stroke-dasharray": "3 4"},
}

# The whirlpool's arms, by what they show.
_ARMS: Mapping[str, Mapping[str, str]] = {
    "obstacle": {"fill": "obstacle", "stroke": "obstacle", "stroke-width": "2"},
    "split": {"fill": "split-bg", "stroke": "split", "stroke-width": "2", "stroke-dasharray": "8 3"},
    "clear": {"fill": "white", "stroke": "clear", "stroke-width": "2"},
    "unknown": {"fill": "unknown-bg", "stroke": "unknown", "stroke-width": "2", "stroke-dasharray": "3 4"},
    "open": {"fill": "none", "stroke": "edge", "stroke-width": "1.2", "stroke-dasharray": "2 5"},
}


def _attributes(painted: Mapping[str, str]) -> dict[str, str]:
    return {name: _ALL.get(value, value) for name, value in painted.items()}


# Written once: a page paints a few hundred outlines and words. Each tone has a class for the screen's own colours.
TONES = {tone: flatatt({"class": f"p-{tone}", **_attributes(painted)}) for tone, painted in _TONES.items()}
ARMS = {state: flatatt(_attributes(painted)) for state, painted in _ARMS.items()}
