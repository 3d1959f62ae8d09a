import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from fontTools.ttLib import TTFont

NAMES = ["atkinson-bold.woff2", "atkinson-regular.woff2"]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    call_command("build_fonts")
    return tmp_path / "fonts"


def test_fonts_are_small_and_nothing_else_is_left(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    for path in folder.iterdir():
        assert 8_000 < path.stat().st_size < 17_000


@pytest.mark.parametrize("name", NAMES)
def test_fonts_hold_what_dutch_needs_and_keep_their_kerning(folder: Path, name: str) -> None:
    with TTFont(folder / name) as font:
        missing = [sign for sign in "azAZ09éëïóüçñßœŁř“”‘’„…–—·•€×±−" if ord(sign) not in font.getBestCmap()]
        assert missing == []
        assert "kern" in {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}


def test_again_leaves_new_fonts_alone_and_replaces_old_ones(folder: Path) -> None:
    old, new = (folder / name for name in NAMES)
    os.utime(old, (0, 0))
    before = new.stat().st_mtime_ns
    call_command("build_fonts")
    assert new.stat().st_mtime_ns == before
    assert old.stat().st_mtime > 0


def test_the_same_font_gives_the_same_bytes(folder: Path) -> None:
    before = (folder / NAMES[0]).read_bytes()
    (folder / NAMES[0]).unlink()
    call_command("build_fonts")
    assert (folder / NAMES[0]).read_bytes() == before
