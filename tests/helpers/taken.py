"""Files that were taken along, opened again for tests as a programme of somebody else would."""

import csv
import io
import json
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

# What a figure is on every medium: hindering, helping, neither, counted, and the finding; or why there is none.
Figure = tuple[int, int, int, int, str] | str
# By item key and group; the group of everybody is empty.
Figures = dict[tuple[str, str], Figure]

WORDS = {
    "too-few": "te weinig mensen",
    "small-group": "om een kleine groep te beschermen",
    "not-in-both-versions": "niet in beide versies van de checklist",
}
WORDS["subtraction"] = "anders is uit te rekenen wat iemand antwoordde"


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def read_xlsx(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(content: bytes, sheet: str) -> list[dict[str, Any]]:
    """The raw rows of a sheet; what is empty isn't there."""
    heads, *lines = read_xlsx(content)[sheet].iter_rows(values_only=True)
    return [{h: cell for h, cell in zip(heads, line, strict=True) if cell is not None} for line in lines]


def _figure(row: dict[str, Any]) -> Figure:
    if reason := row.get("niet_getoond"):
        assert [row.get(name) for name in ("hinderend", "helpend", "weet_niet", "open", "geteld", "eerst")] in (
            [None] * 6,
            [""] * 6,
        )
        return reason
    numbers = tuple(int(row[name]) for name in ("hinderend", "helpend", "weet_niet_of_open", "geteld"))
    return (*numbers, row["bevinding_code"])


def figures_of_rows(rows: list[dict[str, Any]], session: int = 1) -> Figures:
    return {
        (row["stelling_code"], row.get("groep") or ""): _figure(row)
        for row in rows
        if row["soort"] == "cijfer" and int(row["sessie"]) == session
    }


def _json_figure(part: dict[str, Any]) -> Figure:
    counts = part["counts"]
    if "hindering" not in counts:
        [(_why, reason)] = counts.items()
        assert part["finding"] is None
        return WORDS[reason]
    unsure = counts["unsure"] if "unsure" in counts else counts["dont_know"] + counts["open"]
    return counts["hindering"], counts["helping"], unsure, counts["counted"], part["finding"]


def figures_of_json(content: bytes) -> Figures:
    items = json.loads(content)["items"]
    whole = {(item["key"], ""): _json_figure(item) for item in items}
    return whole | {(item["key"], view["name"]): _json_figure(view) for item in items for view in item["groups"]}


def figures_of_comparison(content: bytes) -> list[Figures]:
    """Of a comparison in JSON, session by session."""
    found = json.loads(content)
    return [
        {
            (item["key"], ""): _json_figure(cell)
            for item in found["items"]
            for cell in item["sessions"]
            if cell["session"] == session["key"]
        }
        for session in found["sessions"]
    ]
