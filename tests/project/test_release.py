"""What goes with a release: what is said of holes in packages that are known, and the tools that look for them."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOLES = runpy.run_path(str(ROOT / ".ci" / "known_holes.py"))
judge, read, NOT_ASKED = HOLES["judge"], HOLES["read"], HOLES["NOT_ASKED"]

WELL = {"name": "django", "version": "5.2.19", "vulns": []}
SKIPPED = {"name": "segno", "skip_reason": "Dependency not found on PyPI and could not be audited"}
HOLE = {"name": "idna", "version": "3.6", "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}]}
UNMENDED = {"name": "pillow", "version": "9", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([WELL], (["No known hole in 1 packages."], True)),
        ([WELL, SKIPPED], (["No known hole in 1 packages.", "Not asked about: segno."], True)),
        ([SKIPPED, SKIPPED], ([NOT_ASKED], True)),
        ([], ([NOT_ASKED], True)),
        ([WELL, HOLE], (["idna 3.6: PYSEC-2024-60, mended in 3.7"], False)),
        ([UNMENDED, SKIPPED], (["pillow 9: PYSEC-1, mended in none", "Not asked about: segno."], False)),
    ],
)
def test_known_hole_fails_and_a_list_out_of_reach_is_told(found, expected) -> None:
    assert judge({"dependencies": found}) == expected


@pytest.mark.parametrize("written", [None, "", "Traceback", "[1"])
def test_nothing_that_was_written_is_a_list_out_of_reach(tmp_path: Path, written: str | None) -> None:
    if written is not None:
        (tmp_path / "holes.json").write_text(written)
    assert judge(read(tmp_path / "holes.json")) == ([NOT_ASKED], True)


def test_tools_of_a_release_are_locked_and_stand_beside_the_tests() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    tools = {re.split(r"[>=<]", line)[0] for line in groups["release"]}
    assert tools == {"check-jsonschema", "cyclonedx-bom", "pip-audit"}
    locked = {name: (ROOT / f"requirements{name}.txt").read_text() for name in ("", "-dev", "-release")}
    for tool in tools:
        assert f"\n{tool}==" in locked["-release"]
        assert f"\n{tool}==" not in locked["-dev"] + locked[""]
    # With it, openpyxl would read workbooks by another library in the tests than in production.
    assert "\ndefusedxml==" not in locked["-dev"] + locked[""]
