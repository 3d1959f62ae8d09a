"""The geometry of the pictures: numbers and words in, path data and places out. Colours belong to the templates.

What a picture shows is chosen elsewhere: a report draws from here, so nothing here knows of reports.
"""

from .dots import Dots, draw_dots
from .drawing import Drawing, Label, Pen, Placed, Shape
from .scales import Circle, Layer, Step, draw_circles, draw_layers, draw_scale
from .slide import Slide, make_slide
from .spread import BAR_LENGTH, Bar, SpreadRow, draw_spreads, spread_bar
from .tracks import Track, draw_legend, draw_tracks
from .trend import MOST_NARROW, NARROW, USUAL, Frame, Ground, Stop, draw_trend, place_stops
from .whirlpool import Arm, whirlpool_arm

__all__ = [
    "BAR_LENGTH",
    "MOST_NARROW",
    "NARROW",
    "USUAL",
    "Arm",
    "Bar",
    "Circle",
    "Dots",
    "Drawing",
    "Frame",
    "Ground",
    "Label",
    "Layer",
    "Pen",
    "Placed",
    "Shape",
    "Slide",
    "SpreadRow",
    "Step",
    "Stop",
    "Track",
    "draw_circles",
    "draw_dots",
    "draw_layers",
    "draw_legend",
    "draw_scale",
    "draw_spreads",
    "draw_tracks",
    "draw_trend",
    "make_slide",
    "place_stops",
    "spread_bar",
    "whirlpool_arm",
]
