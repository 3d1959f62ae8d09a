"""What hosts hand to their data protection officer is true: tests that are named are there, terms are the code's."""

import re
from pathlib import Path

import pytest

from reflectie.services.accounts import UNCONFIRMED_DAYS
from reflectie.services.collaborations.people import INVITATION_DAYS
from reflectie.site_owner import DETAILS
from reflectie.web.throttle import COUNTED_FOR

ROOT = Path(__file__).resolve().parents[2]
PRIVACY = ROOT / "docs" / "privacy"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
NUMBERS = {7: "seven", 30: "30", 2: "two"}


def named_in(name: str) -> list[tuple[str, str]]:
    return NAMED.findall((PRIVACY / name).read_text())


def is_there(file: str, name: str) -> bool:
    path = ROOT / file
    return path.is_file() and (not name or f"\ndef {name}(" in path.read_text())


@pytest.mark.parametrize("paper", [path.name for path in sorted(PRIVACY.glob("*.md"))])
def test_every_test_that_a_privacy_paper_names_is_there(paper: str) -> None:
    assert [f"{file}::{name}" for file, name in named_in(paper) if not is_there(file, name)] == []


def test_a_test_that_is_not_there_is_found() -> None:
    assert not is_there("tests/project/test_privacy_papers.py", "test_of_nothing")
    assert not is_there("tests/project/test_of_nothing.py", "")
    assert is_there("tests/project/test_privacy_papers.py", "test_a_test_that_is_not_there_is_found")


def test_every_threat_has_a_test_that_holds_it() -> None:
    rows = re.findall(r"^\| (?!threat|---)(.+) \| (.+) \|$", (PRIVACY / "threat-model.md").read_text(), re.MULTILINE)
    assert len(rows) > 40
    # What is installed is checked by pip, before any test runs.
    without = [threat for threat, held in rows if not NAMED.search(held)]
    assert without == ["is given a package with another content"]
    assert "--require-hashes" in (ROOT / ".ci" / "setup.sh").read_text()


def test_papers_to_copy_leave_terms_to_the_settings() -> None:
    for name in ("register.md", "dpia.md"):
        text = (PRIVACY / name).read_text()
        assert re.findall(r"\b\d+ (?:dag|maand|week|jaar|uur)\w*", text) == []
        assert "(retention.md)" in text


def test_what_the_register_asks_of_a_host_are_settings() -> None:
    asked = set(re.findall(r"instelling `([A-Z_]+)`", (PRIVACY / "register.md").read_text()))
    assert (len(asked) > 2, asked - set(DETAILS)) == (True, set())


def test_terms_of_the_retention_paper_are_those_of_the_code() -> None:
    text = (PRIVACY / "retention.md").read_text()
    settings = (ROOT / "samenwerking" / "settings.py").read_text()
    for name, unit in (
        ("RETENTION_DAYS", "days after its last change"),
        ("FOLD_MONTHS", "months after it was concluded"),
    ):
        [default] = re.findall(rf'env\.int\("{name}", default=(\d+)\)', settings)
        assert re.search(rf"\| {default} {unit}.*`{name}`", text), name
    assert f"address nobody confirmed is erased after {NUMBERS[UNCONFIRMED_DAYS]} days" in text
    assert f"it is taken or withdrawn, or {INVITATION_DAYS} days" in text
    assert f"{NUMBERS[COUNTED_FOR.days]} days at most" in text
