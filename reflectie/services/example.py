"""A report for whoever wants to see first what comes out: of an invented session of the demonstration.

It is worked out in memory by what makes every report. No row is made of it, so there is nothing that anybody could
change.
"""

from datetime import date
from functools import lru_cache
from typing import Any

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import About, Report
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import setup_of_session

from .demo import answers_of, plan_of, read_demo, tuesday
from .questionnaire.checklists import published_checklist


def example_report() -> Report:
    """The report of the session that is called an example in the demonstration's file, on the Tuesday of last week, as
    a team reads it before it talks. One query. Raises NothingPublishedError without a checklist."""
    return _built(published_checklist(), tuesday(1))


# One for each language. A new day leaves that of last week behind.
@lru_cache(maxsize=4)
def _built(checklist: Checklist, day: date) -> Report:
    collaboration, session = _example()
    plan = plan_of(session, day)
    sheets = [Sheet(answers_of(session, number)) for number in range(len(session["people"]))]
    about = About(
        collaboration=session["example"],
        partners=tuple(collaboration["partners"]),
        expected=plan.expected,
        expected_of=dict(plan.groups),
        title=SessionTitle(day),
    )
    groups = tuple(name for name, _expected in plan.groups)
    setup = setup_of_session(plan.mode, plan.questions, plan.grouping, groups)
    return build_report(checklist, setup, sheets, changed_on=day, about=about)


def _example() -> tuple[dict[str, Any], dict[str, Any]]:
    """The collaboration and the session of the file that it is about."""
    found = (
        (collaboration, session)
        for collaboration in read_demo()["collaborations"]
        for session in collaboration["sessions"]
        if "example" in session
    )
    return next(found)
