"""What independent checkers say of a PDF, for tests."""

from pathlib import Path
from typing import Any

import outloud
from pypdf import PdfReader

from tests.helpers.readback import elements

LEVELS = ("H1", "H2", "H3", "H4")


def errors_of(path: Path) -> list[str]:
    """What the second checker calls an error, by its rules."""
    result = outloud.check(str(path))
    found = [finding.rule for finding in result.sorted_findings() if finding.severity == "error"]
    assert len(found) == result.errors
    return found


def texts(reader: PdfReader, kind: str) -> list[Any]:
    return [element for element in elements(reader) if element["/S"] == f"/{kind}"]
