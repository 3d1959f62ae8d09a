"""Reports of rounds for tests: anonymous, by name, with many people and with too few."""

from dataclasses import replace
from datetime import date
from typing import Any

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed
from reflectie.domain.report.build import build_report
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import About, Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from tests.helpers.factories import FROZEN, GUIDANCE

CHECKLIST = read_checklist(FROZEN, GUIDANCE)


HOUSES = ("OCMW Tienen", "Wijkgezondheidscentrum en huisartsenwachtpost De Brug voor Tienen en Hoegaarden", "Thuiszorg")


VALUES = ("hindering", "helping", "helping", "hindering", "dont-know", "")


SENTENCE = "Een collega belde drie keer voordat iemand opnam, en toen was de cliënt al verhuisd. "


DAY = date(2026, 11, 19)


OUTCOMES = {
    "goal-shared": Outcome(Choice.HELPING, "We lazen samen wat er staat.", "De thuiszorg blijft erbij."),
    "context-financial": Outcome(Choice.DIVIDED, "Niemand kent de cijfers."),
}


ABOUT = About("Samen in Tienen", HOUSES, 12, OUTCOMES, {"goal-shared-note": 1, "goal-sentence": 2})


def sheet(number: int, *, note: str = "", mode: Mode = Mode.ANONYMOUS) -> dict[str, Any]:
    """One of many people: each answers differently, and one item is called hindering by all."""
    values: dict[str, Any] = {
        item.key: value for item in CHECKLIST if (value := VALUES[(number * 5 + item.number * number) % len(VALUES)])
    }
    values |= {
        "goal-shared": "hindering",
        "goal-sentence": f"Zin van nummer {number}.",
        "organisation": HOUSES[number % 2],
    }
    values |= {
        "help-range": (("a", "d"), ("c", "k"), ("p", "z"))[number % 3],
        "intensity-needed": "act",
        "intensity-current": ("meetings",),
        "ips-meaning": ("quality", "process")[number % 2],
    }
    if mode is Mode.NAMED:
        values["participant"] = f"Persoon {number} met een lange naam Vandenbroucke-De Smet"
    return values | {f"{item.key}-note": note for item in CHECKLIST if note and (item.number + number) % 10 == 0}


def make_report(number: int, mode: Mode = Mode.ANONYMOUS, note: str = "", **more: Any) -> Report:
    setup = setup_of_session(mode, OPTIONAL, Grouping.PARTNER, HOUSES)
    sheets = [Sheet(sheet(n, note=note, mode=mode) | more) for n in range(number)]
    return build_report(CHECKLIST, setup, sheets, DAY, about=ABOUT)


def make_concluded(agreements: int) -> Report:
    """Seven people who agreed on much, with long names."""
    made = tuple(
        Agreement(f"k{n}", SENTENCE.strip(), HOUSES[n % 3], DAY, "goal-shared", n % 10 + 1) for n in range(agreements)
    )
    end = Conclusion(Needed.YES, Decision.REPAIR, SENTENCE.strip(), DAY)
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, HOUSES)
    about = replace(ABOUT, agreements=made, conclusion=end)
    return build_report(CHECKLIST, setup, [Sheet(sheet(n)) for n in range(7)], DAY, about=about)


REPORTS = {
    "seven": make_report(7, note=SENTENCE.strip()),
    "named": make_report(7, Mode.NAMED, SENTENCE.strip()),
    "sixty": make_report(60, note=(SENTENCE * 12).strip()),
    "sixty named": make_report(60, Mode.NAMED),
    "concluded": make_concluded(30),
    "too few": make_report(2, note=SENTENCE.strip()),
}
