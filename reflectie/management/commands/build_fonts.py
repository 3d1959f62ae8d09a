"""Makes a small Latin cut of Atkinson Hyperlegible for the screen: 13 kB a style instead of 53."""

from pathlib import Path
from typing import Any

import fontpkg
from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset

# Dutch and its neighbours' names: Latin, Latin-1, Latin Extended-A; then typography, currency and the signs of texts
# about more and less. What the typeface lacks is left to the next font in the style sheet.
UNICODES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *map(ord, "–—‘’‚“”„†•…‰‹›€™→←↑↓−×÷±≈≠≤≥✓"),
]
STYLES = {"atkinson-regular.woff2": 400, "atkinson-bold.woff2": 700}


class Command(BaseCommand):
    help = "Makes the web fonts in var/fonts from the typeface's package; skips what is up to date."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        folder: Path = settings.VAR_DIR / "fonts"
        folder.mkdir(parents=True, exist_ok=True)
        for name, weight in STYLES.items():
            target = folder / name
            source = Path(fontpkg.path("Atkinson Hyperlegible", weight=weight))
            made_from = max(source.stat().st_mtime, Path(__file__).stat().st_mtime)
            if not target.exists() or target.stat().st_mtime < made_from:
                cut(source, target)


def cut(source: Path, target: Path) -> None:
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, notdef_outline=True)
    # A stable file for a stable hash in its address.
    options.recalc_timestamp = False
    # Under another name first: whoever reads at this moment gets a whole file.
    unfinished = target.with_suffix(".part")
    with subset.load_font(str(source), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=UNICODES)
        subsetter.subset(font)
        subset.save_font(font, str(unfinished), options)
    unfinished.replace(target)
