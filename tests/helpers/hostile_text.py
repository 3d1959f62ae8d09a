"""Text that a spreadsheet or a page could take for something else, for tests."""

from datetime import date

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, Parked, State
from reflectie.domain.report.build import build_report
from reflectie.domain.report.polls import Poll, PollCounts, PollWay
from reflectie.domain.report.report import About, Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from tests.helpers.factories import everything

DAY = date(2026, 11, 22)


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "  =1",
    "＝1",
    "=1;=2",
    '="a"',
    "=1\n=2",
    "007",
    "1-2",
    "3 mei",
]


def hostile_report(checklist, text: str) -> Report:
    """A round by name in which whoever can type anything, typed this."""
    sheet = {name: text if name.endswith("-note") else value for name, value in everything(checklist).items()}
    sheet |= {"participant": text, "goal-sentence": text, "organisation": text}
    about = About(
        text,
        (text,),
        agreements=(Agreement("k", text, text, DAY, "goal-shared", 3, State.DROPPED, text, text),),
        parked=(Parked("p", text),),
        polls=(Poll("q", PollWay.HANDS, PollCounts(1, 0, 0), agreement="k"),),
        conclusion=Conclusion(Needed.YES, Decision.REPAIR, text, DAY),
    )
    setup = setup_of_session(Mode.NAMED, OPTIONAL, Grouping.PARTNER, (text,))
    return build_report(checklist, setup, [Sheet(sheet)] * 2, DAY, about=about)
