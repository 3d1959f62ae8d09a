"""What pip-audit found, said in a few lines: `known_holes.py FILE`. Fails where a package has a hole that is known.

Where pip-audit couldn't ask, nothing is wrong with the code: that is said, and is no failure.
"""

import json
import sys
from pathlib import Path
from typing import Any

NOT_ASKED = "The list of known holes can't be reached from here, so nothing was asked: run this where it can."


def judge(found: dict[str, Any] | None) -> tuple[list[str], bool]:
    """What to say, and whether all is well; `found` is what pip-audit wrote, None where it wrote nothing."""
    packages = found["dependencies"] if found else []
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):
        return [NOT_ASKED], True
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    lines = holes or [f"No known hole in {len(packages) - len(skipped)} packages."]
    if skipped:
        lines.append(f"Not asked about: {', '.join(skipped)}.")
    return lines, not holes


def read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    said, is_well = judge(read(Path(sys.argv[1])))
    print("\n".join(said))
    sys.exit(0 if is_well else 1)
