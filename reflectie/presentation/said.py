"""What a team said in its talk, in words: for the page, the sheet of paper and the files."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.polls import Poll, PollWay, Stance
from reflectie.domain.report.report import Report
from reflectie.domain.rules.suppression import Withheld

from . import wording
from .layout import first_of, last_of

# Where somebody stands, as it is asked.
STANCES: Mapping[Stance, str | Promise] = {
    Stance.BEHIND: _("ik sta erachter"),
    Stance.LIVE_WITH: _("ik kan ermee leven"),
    Stance.OBJECTION: _("ik heb een bezwaar"),
}
# Lines under the title that fit on the sheet in its usual letter, and how many of the widest signs go in one: of the
# page, and of the first and second column of what was agreed.
SHEET_LINES = 28
LINE, CELL, NARROW_CELL = 36, 22, 10


def said_title(report: Report) -> str:
    """What the page and the sheet are called: "today" as long as the talk goes on."""
    if report.conclusion:
        return gettext("Wat jullie in het gesprek zeiden")
    return gettext("Wat jullie vandaag zeiden")


def fills_said(report: Report) -> bool:
    """Whether the sheet needs a smaller letter to stay one, told from how many lines stand on it."""
    return sum(_lines_on_sheet(report)) > SHEET_LINES


def _lines_on_sheet(report: Report) -> Iterator[int]:
    """How many lines each part takes in the usual letter, its heading included; of the widest signs."""
    if report.conclusion:
        yield 3 + _lines(report.conclusion.reason, LINE)
    if agreed := first_of(report.standing_agreements, "said agreements"):
        yield 2 + sum(
            max(_lines(made.what, CELL) + bool(made.trigger), _lines(made.who, NARROW_CELL)) for made in agreed
        )
    if report.polls:
        yield 1 + 2 * len(last_of(report.polls, "said polls"))
    if made_of := first_of(report.talked_about, "said outcomes"):
        outcomes = [item.outcome for item in made_of if item.outcome]
        yield 2 + sum(max(2, 1 + _lines(made.reason, LINE) + _lines(made.minority, LINE)) for made in outcomes)
    if report.parked:
        yield 1 + len(first_of(report.parked, "said parked"))
    if report.not_reached:
        yield 3


def _lines(text: str, signs: int) -> int:
    """Lines of a text that is cut off after two."""
    return min(-(-len(text) // signs), 2)


def poll_about(report: Report, poll: Poll) -> str:
    """What a poll was about: "Besluit: herstellen", or an agreement in the team's words."""
    if poll.decision:
        return gettext("Besluit: %s") % wording.DECISIONS[poll.decision]
    return next((made.what for made in report.agreements if made.key == poll.agreement), "")


def poll_text(poll: Poll) -> str:
    """How a poll came out: "5 staan erachter, 2 kunnen ermee leven, 1 heeft een bezwaar", or that too few answered by
    phone."""
    counts = poll.counts
    if counts is None:
        return gettext("de peiling loopt nog")
    if isinstance(counts, Withheld):
        return gettext("te weinig mensen stemden om het te tonen")
    parts = (
        ngettext("%s staat erachter", "%s staan erachter", counts.behind) % counts.behind,
        ngettext("%s kan ermee leven", "%s kunnen ermee leven", counts.live_with) % counts.live_with,
        ngettext("%s heeft een bezwaar", "%s hebben een bezwaar", counts.objection) % counts.objection,
    )
    return ", ".join(parts)


def poll_way(poll: Poll) -> str:
    """How people answered a poll, which one on the same thing it is, and that it was on other words."""
    told = [gettext("met handen") if poll.way is PollWay.HANDS else gettext("met telefoons")]
    if poll.nth > 1:
        told.append(gettext("peiling %s hierover") % poll.nth)
    if poll.is_reworded:
        told.append(gettext("de tekst is daarna veranderd"))
    return ", ".join(told)
