"""Reports at every extreme, for sheets that must stay one: the widest words, and as many of everything as can be."""

from dataclasses import replace
from datetime import date
from typing import Any

from reflectie.domain.questionnaire.answers import MAX_NAME, Sheet
from reflectie.domain.report.agreements import (
    MAX_AGREEMENT,
    MAX_AGREEMENTS,
    Agreement,
    Conclusion,
    Decision,
    Needed,
    State,
)
from reflectie.domain.report.build import build_report
from reflectie.domain.report.patterns import PatternKey
from reflectie.domain.report.report import About, Pattern, Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from tests.helpers.reflection_report import CHECKLIST
from tests.helpers.round_report import ABOUT, DAY, HOUSES, SENTENCE, sheet

# The widest sign, without a place to break.
WIDE = "W" * MAX_NAME
FACTORS = [item.key for item in CHECKLIST.factors]
PAIRS = [item.key for item in CHECKLIST if item.key not in FACTORS]
NEXT = date(2027, 9, 30)
MANY = tuple(
    Agreement(str(number), "W" * MAX_AGREEMENT, WIDE, NEXT, state=State.BUSY, trigger="W " * (MAX_AGREEMENT // 2))
    for number in range(MAX_AGREEMENTS)
)
AGREED = (
    Agreement("1", "We lezen het doel samen hardop.", "An en Bea", date(2027, 1, 15), trigger="Als we overleggen"),
    Agreement("2", "Dit lieten we los.", "Cis", None, state=State.DROPPED),
    Agreement("3", "De leiding praat over de uren."),
)
END = Conclusion(Needed.YES, Decision.REDESIGN, "W" * MAX_AGREEMENT, NEXT)
FULL: dict[str, Any] = {"agreements": MANY, "conclusion": END}


def a_round(number: int, mode: Mode = Mode.ANONYMOUS, **more: Any) -> Report:
    setup = setup_of_session(mode, OPTIONAL, Grouping.PARTNER, HOUSES)
    sheets = [Sheet(sheet(n, note=SENTENCE, mode=mode)) for n in range(number)]
    return build_report(CHECKLIST, setup, sheets, DAY, about=replace(ABOUT, **more))


def mixed(obstacles: int, strengths: int, splits: int, mode: Mode = Mode.ANONYMOUS, **more: Any) -> Report:
    """Sixty people who find so many of each, the longest wordings first; what remains is a blind spot."""
    longest = sorted(CHECKLIST.by_key, key=lambda key: -len(CHECKLIST.by_key[key].helping))
    good, rest = longest[:strengths], longest[strengths:]
    values = [
        dict.fromkeys(good, "helping")
        | dict.fromkeys(rest[:obstacles], "hindering")
        | dict.fromkeys(rest[obstacles : obstacles + splits], ("hindering", "helping")[n % 2])
        for n in range(60)
    ]
    about = About(WIDE, tuple(f"{n} {WIDE}"[:MAX_NAME] for n in range(12)), 999, **more)
    sheets = [Sheet(given | {"participant": WIDE}) for given in values]
    report = build_report(CHECKLIST, setup_of_session(mode, OPTIONAL, Grouping.NONE, ()), sheets, DAY, about=about)
    # All of them at once: more than any answers bring about.
    return replace(report, patterns=tuple(Pattern(key, report.items[:1]) for key in PatternKey))


def together(mode: Mode, values: dict[str, Any], **more: Any) -> Report:
    return build_report(CHECKLIST, setup_without_account(mode), [Sheet(values)], DAY, about=About(WIDE, **more))
