"""A session and a comparison as JSON: what docs/gebruikers/gegevens.md says of it, nothing more and nothing less."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reflectie.domain.comparison.comparison import SessionFigures, Team, build_comparison
from reflectie.domain.questionnaire.answers import MEANINGS, Sheet, values_in
from reflectie.domain.questionnaire.checklist import OURS, ActionOwner, Kind
from reflectie.domain.questionnaire.intensity import FORMS, Fit, Intensity
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, Parked, State
from reflectie.domain.report.build import build_report
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.patterns import PatternKey
from reflectie.domain.report.polls import Poll, PollCounts, PollWay
from reflectie.domain.report.report import About, Report
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import LEVELS, OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from reflectie.exports import Format, comparison_file, session_file
from reflectie.exports.columns import COLUMNS, SORTS
from tests.helpers.factories import GUIDANCE, everything

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "gebruikers" / "gegevens.md").read_text()
DAY = date(2026, 11, 22)
HOUSES = ("Huis Linde", "De Brug", "Thuiszorg")
HINDERED = ("hindering", "helping")
AGREED = Agreement(
    "k",
    "We schrijven het doel op.",
    "Joke",
    DAY,
    "goal-shared",
    3,
    reason="Niet meer nodig.",
    trigger="als we overleggen",
)
ABOUT = About(
    "Samen in Tienen",
    HOUSES,
    12,
    {"goal-shared": Outcome(Choice.HELPING, "We lazen het samen.", "De thuiszorg niet.", ActionOwner.GOVERNMENT)},
    {"goal-shared-note": 1},
    agreements=(AGREED,),
    conclusion=Conclusion(Needed.YES, Decision.REPAIR, "Zo is het.", DAY),
    parked=(Parked("p", "De vergoedingen."),),
    polls=(
        Poll("1", PollWay.HANDS, PollCounts(5, 2, 1), agreement="k", nth=2, is_reworded=True),
        Poll("2", PollWay.PHONES, Withheld(Reason.TOO_FEW), decision=Decision.REPAIR),
        Poll("3", PollWay.PHONES, None, decision=Decision.STOP),
    ),
)


def part(heading: str) -> str:
    """What stands under a heading, up to the next one."""
    return re.split(r"\n#+ ", DOCS.split(f"# {heading}\n", 1)[1])[0]


def documented(heading: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", part(heading), re.MULTILINE))


def paths(value: Any, at: str = "") -> set[str]:
    """Where something stands in it, as the documentation writes that."""
    if isinstance(value, dict):
        return {path for key, held in value.items() for path in paths(held, f"{at}.{key}" if at else key)}
    if isinstance(value, list):
        return {path for held in value for path in paths(held, f"{at}[]")}
    return {at}


def report(checklist, mode: Mode, people: int, **more) -> Report:
    sheets = []
    for number in range(people):
        said = {"organisation": HOUSES[number % 3 if number < 6 else 0], "participant": f"Persoon {number}"}
        sheets.append(Sheet({**everything(checklist), **said}))
    setup = setup_of_session(mode, OPTIONAL, Grouping.PARTNER, HOUSES)
    return build_report(checklist, setup, sheets, DAY, about=ABOUT, **more)


@pytest.fixture
def reports(checklist) -> list[Report]:
    alone = setup_without_account(Mode.ALONE)
    one = build_report(checklist, alone, [Sheet(everything(checklist))], DAY, delete_on=DAY)
    few = report(checklist, Mode.ANONYMOUS, 2)
    # Of three people one said what is needed: that tally is withheld.
    quiet = [Sheet({"goal-shared": "helping"})] * 2
    said = {"intensity-needed": "act", "intensity-current": ("meetings",), "ips-meaning": "quality"}
    said |= {"help-range": ("a", "d")}
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    tallies = build_report(checklist, setup, [*quiet, Sheet({"goal-shared": "helping", **said})], DAY)
    # Houses that see the opposite.
    seen = [{"goal-shared": value, "organisation": house} for value, house in zip(HINDERED, HOUSES, strict=False)]
    opposed = setup_of_session(Mode.ANONYMOUS, (), Grouping.PARTNER, HOUSES[:2])
    apart = build_report(checklist, opposed, [Sheet(sheet) for sheet in seen * 3], DAY)
    # Of nobody's group it is told how far help goes: only how many help where.
    whole = build_report(checklist, setup, [Sheet(everything(checklist))] * 3, DAY)
    return [report(checklist, Mode.ANONYMOUS, 9), report(checklist, Mode.NAMED, 5), few, one, tallies, apart, whole]


def of_session(found: Report) -> dict[str, Any]:
    return json.loads(session_file(found, Format.JSON))


def figures(found: Report, key: str, **more) -> SessionFigures:
    parts = {"counted": found.counted, "expected": 9, "items": found.items, "agreements": (AGREED,), **more}
    return SessionFigures(key, Team("t", "Samen in Tienen", "Tienen", "ouderen"), DAY, found.mode, 1, **parts)


def of_comparison(checklist, reports: list[Report]) -> dict[str, Any]:
    whole, few = figures(reports[0], "a", conclusion=ABOUT.conclusion), figures(reports[2], "b")
    older = replace(whole, key="c", items=whole.items[1:])
    return json.loads(comparison_file(build_comparison([checklist], [whole, few, older]), Format.JSON))


def test_every_field_of_a_session_is_documented_and_every_documented_field_exists(reports):
    assert {path for found in reports for path in paths(of_session(found))} == documented("Een sessie")


def test_every_field_of_a_comparison_is_documented_and_every_documented_field_exists(checklist, reports):
    whole = of_comparison(checklist, reports)
    assert paths(whole) == documented("Een vergelijking")
    [first] = [item for item in whole["items"] if item["key"] == "goal-perspective"]
    assert [cell["counts"] for cell in first["sessions"]][1:] == [
        {"withheld": "too-few"},
        {"not_compared": "not-in-both-versions"},
    ]


CODES = {
    "mode": Mode,
    "grouping": Grouping,
    "groups[].name": LEVELS,
    "items[].kind": Kind,
    "items[].finding": Finding,
    "items[].voices[].answer": [*values_in(Mode.NAMED), "open"],
    "items[].outcome.choice": Choice,
    "items[].outcome.mover": ActionOwner,
    "beside.intensity_needed[].choice": Intensity,
    "beside.intensity_current[].choice": FORMS,
    "beside.fit[].choice": Fit,
    "beside.intensities[].fit": Fit,
    "beside.ips_meaning[].choice": MEANINGS,
    "beside.ips_meaning_partners[].choice": MEANINGS,
    "advice[].steps[].mover": ActionOwner,
    "advice[].steps[].rests_on[].source": [*(source["key"] for source in GUIDANCE["sources"]), OURS],
    "patterns[].key": PatternKey,
    "agreements[].state": State,
    "conclusion.needed": Needed,
    "conclusion.decision": Decision,
    "polls[].decision": Decision,
    "polls[].way": PollWay,
}


@pytest.mark.parametrize("field", CODES)
def test_every_code_of_a_field_is_documented(field):
    [told] = re.findall(rf"^\| `{re.escape(field)}` \| (.*) \|$", part("Een sessie"), re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", told)) - {"null"} == {str(code) for code in CODES[field]}


@pytest.mark.parametrize("heading", ["Een sessie", "Een vergelijking"])
def test_example_in_the_documentation_has_the_shape_of_the_code(checklist, reports, heading):
    example = json.loads(re.findall(r"```json\n(.*?)```", part(heading), re.DOTALL)[0])
    made = of_session(reports[0]) if heading == "Een sessie" else of_comparison(checklist, reports)
    assert (made["format"], made["version"]) == (example["format"], example["version"])
    assert paths(example) - documented(heading) == set()
    assert len(paths(example)) > 10


def test_columns_and_kinds_of_rows_are_documented_in_their_order():
    told = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", part("Kolommen"), re.MULTILINE))
    assert list(told.items()) == [(str(c.heading), str(c.meaning)) for c in COLUMNS.values()]
    told = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", part("Soorten rijen"), re.MULTILINE))
    assert list(told.items()) == [(str(name), str(meaning)) for name, meaning in SORTS.values()]


def test_json_has_the_words_and_days_of_the_session(reports):
    made = of_session(reports[1])
    assert (made["collaboration"], made["day"], made["mode"], made["counted"]) == (
        "Samen in Tienen",
        "2026-11-22",
        "named",
        5,
    )
    [item] = [item for item in made["items"] if item["key"] == "goal-shared"]
    assert item["outcome"] == {
        "choice": "helping",
        "reason": "We lazen het samen.",
        "minority": "De thuiszorg niet.",
        "mover": "government",
    }
    assert item["notes"][0] == {"text": "Notitie bij nummer 2", "who": "Persoon 0"}
    assert made["agreements"][0]["due_on"] == made["conclusion"]["next_on"] == "2026-11-22"
    assert (made["agreements"][0]["trigger"], made["parked"]) == ("als we overleggen", [{"text": "De vergoedingen."}])


def test_json_of_a_poll_has_its_counts_or_why_it_has_none(reports):
    about = {"nth": 1, "reworded": False}
    agreed, decided = of_session(reports[1])["polls"]
    assert agreed == {
        "agreement": "We schrijven het doel op.",
        "decision": None,
        "way": "hands",
        "nth": 2,
        "reworded": True,
        "counts": {"behind": 5, "live_with": 2, "objection": 1},
    }
    of_decision = {"agreement": None, "decision": "repair", "way": "phones", **about}
    assert decided == {**of_decision, "counts": {"withheld": "too-few"}}


def test_what_few_named_first_is_no_zero(checklist, reports):
    assert {item["first"] for item in of_session(reports[0])["items"]} == {0, 9}
    assert {item["first"] for item in of_session(reports[4])["items"]} == {None}
    assert of_session(reports[4])["beside"]["intensity_needed"] == {"withheld": "too-few"}
