"""Stylesheets are read as they were meant: a brace that got lost puts all rules after it in the one before."""

import pytest
import tinycss2
from django.conf import settings

SHEETS = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))


def faults(css: str) -> list[str]:
    found = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "error":
            found.append(rule.message)
        elif rule.content is not None:
            # Only a condition has blocks in it, and these have none.
            blocks = [token for token in rule.content if token.type == "{} block"]
            nested = [token for block in blocks for token in block.content if token.type == "{} block"]
            if nested or (blocks and rule.type != "at-rule"):
                found.append(f"line {rule.source_line} doesn't end")
    return found


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_stylesheet_has_no_rule_in_a_rule(sheet):
    assert faults(sheet.read_text()) == []


@pytest.mark.parametrize("css", ["a { b: c", "@media print { a { b: c } d { e: f }", "a { b { c: d } }"])
def test_a_brace_that_got_lost_is_found(css):
    assert len(faults(css + "\n@media screen { g { h: i } }")) == 1
