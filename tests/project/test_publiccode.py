"""publiccode.yml holds to its standard, version 0.4, and says what the rest of the repository says."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "publiccode.yml").read_text()

# What the standard asks of every file, by the path to it. `*` is each language of the description.
REQUIRED: dict[str, type] = {
    "publiccodeYmlVersion": str,
    "name": str,
    "url": str,
    "platforms": list,
    "developmentStatus": str,
    "softwareType": str,
    "description": dict,
    "description.*.shortDescription": str,
    "description.*.longDescription": str,
    "description.*.features": list,
    "legal": dict,
    "legal.license": str,
    "maintenance": dict,
    "maintenance.type": str,
    # Where a community maintains it.
    "maintenance.contacts": list,
    "localisation": dict,
    "localisation.localisationReady": bool,
    "localisation.availableLanguages": list,
}
KNOWN = {
    "": {
        *("publiccodeYmlVersion", "name", "applicationSuite", "url", "landingURL", "isBasedOn", "softwareVersion"),
        *("releaseDate", "logo", "platforms", "categories", "usedBy", "roadmap", "developmentStatus", "softwareType"),
        *("intendedAudience", "description", "legal", "maintenance", "localisation", "dependsOn"),
    },
    "intendedAudience": {"countries", "unsupportedCountries", "scope"},
    "description.*": {
        *("localisedName", "shortDescription", "longDescription", "documentation", "apiDocumentation", "features"),
        *("screenshots", "videos", "awards"),
    },
    "legal": {"license", "mainCopyrightOwner", "repoOwner", "authorsFile"},
    "maintenance": {"type", "contractors", "contacts"},
    "localisation": {"localisationReady", "availableLanguages"},
    "dependsOn": {"open", "proprietary", "hardware"},
}
STATUS = {"concept", "development", "beta", "stable", "obsolete"}
MAINTAINED = {"internal", "contract", "community", "none"}


def found(content: Any, path: str) -> list[Any]:
    """What stands at a path; None where nothing does."""
    here = [content]
    for part in [part for part in path.split(".") if part]:
        here = [each for value in here for each in (value.values() if part == "*" else [(value or {}).get(part)])]
    return here


def faults(text: str) -> list[str]:
    content = yaml.safe_load(text)
    wrong = [
        path
        for path, kind in REQUIRED.items()
        for value in found(content, path)
        if not isinstance(value, kind) or value in ("", [], {})
    ]
    for path, known in KNOWN.items():
        wrong += [f"{path}.{key}" for value in found(content, path) for key in set(value or {}) - known]
    for words in found(content, "description.*"):
        short, long = words.get("shortDescription") or "", words.get("longDescription") or ""
        wrong += [f"{len(short)} in short"] if len(short) > 150 else []
        wrong += [f"{len(long)} in long"] if not 150 <= len(long) <= 10_000 else []
    wrong += [] if content.get("developmentStatus") in STATUS else ["status"]
    wrong += [] if content.get("maintenance", {}).get("type") in MAINTAINED else ["maintenance"]
    return wrong


def test_file_has_what_the_standard_requires_and_no_other_key() -> None:
    assert faults(TEXT) == []


@pytest.mark.parametrize(
    ("instead_of", "comes", "fault"),
    [
        ("name: Samenwerking", "naam: Samenwerking", "name"),
        ("name: Samenwerking", "name: Samenwerking\nextra: 1", ".extra"),
        ("  license: EUPL-1.2", "  licence: EUPL-1.2", "legal.license"),
        ("developmentStatus: beta", "developmentStatus: finished", "status"),
        ("shortDescription: A self", f"shortDescription: {'A very ' * 30}self", "in short"),
        ("  type: community", "  type: nobody", "maintenance"),
    ],
)
def test_fault_is_found(instead_of: str, comes: str, fault: str) -> None:
    assert instead_of in TEXT
    assert fault in " ".join(faults(TEXT.replace(instead_of, comes, 1)))


def test_version_and_day_are_those_of_the_project_and_its_changelog() -> None:
    content = yaml.safe_load(TEXT)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    [(last, day), *_] = re.findall(r"^## ([\d.]+) - ([\d-]+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert content["softwareVersion"] == version == last == settings.VERSION
    # Without quotes YAML would make a day of it; the standard wants it as it is written.
    assert str(content["releaseDate"]) == day == date.fromisoformat(day).isoformat()


def test_licence_languages_and_pictures_are_those_of_the_repository() -> None:
    content = yaml.safe_load(TEXT)
    assert content["legal"]["license"] in (ROOT / "pyproject.toml").read_text()
    assert content["localisation"]["availableLanguages"] == [code for code, _name in settings.LANGUAGES]
    for words in content["description"].values():
        assert [name for name in words.get("screenshots", ()) if not (ROOT / name).is_file()] == []
