"""What pip-audit found, said in a few lines: `known_holes.py FILE LOG`. Fails where a package has a hole that is known,
and where pip-audit itself failed: a wrong option, or a lock file that it doesn't take.

Where it couldn't ask, nothing is wrong with the code: that is said, and is no failure.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

NOT_ASKED = "The list of known holes can't be reached from here, so nothing was asked: run this where it can."


# What it says then, or that it was stopped while it waited, and said nothing.
_NOBODY = re.compile(r"Connection(?:Error| refused)|Could not connect|Timeout|timed out|resolve|ServiceError|\A\s*\Z")


def judge(found: dict[str, Any] | None, log: str = "") -> tuple[list[str], bool]:
    """What to say, and whether all is well; `found` is what pip-audit wrote, None where it wrote nothing, and `log`
    what it said."""
    if found is None and not _NOBODY.search(log):
        return [f"pip-audit failed: {log.strip().splitlines()[-1]}"], False
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
    said, is_well = judge(read(Path(sys.argv[1])), Path(sys.argv[2]).read_text())
    print("\n".join(said))
    sys.exit(0 if is_well else 1)
