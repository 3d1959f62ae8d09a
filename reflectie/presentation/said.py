"""What a team said in its talk, in words: for the page, the sheet of paper and the files."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.polls import Poll, PollCounts, PollWay, Stance
from reflectie.domain.report.report import Report
from reflectie.domain.rules.suppression import Withheld

from . import wording

# Where somebody stands, as it is asked.
STANCES: Mapping[Stance, str | Promise] = {
    Stance.BEHIND: _("ik sta erachter"),
    Stance.LIVE_WITH: _("ik kan ermee leven"),
    Stance.OBJECTION: _("ik heb een bezwaar"),
}
# Lines of the sheet, each two texts wide, that fit in its usual letter.
SHEET_LINES = 14


def said_title(report: Report) -> str:
    """What the page and the sheet are called: "today" as long as the talk goes on."""
    if report.conclusion:
        return gettext("Wat jullie in het gesprek zeiden")
    return gettext("Wat jullie vandaag zeiden")


def fills_said(report: Report) -> bool:
    """Whether the sheet needs a smaller letter to stay one: told from how much stands on it."""
    outcomes = sum(1 + bool(item.outcome and item.outcome.minority) for item in report.talked_about)
    agreed = sum(1 + bool(agreement.trigger) for agreement in report.standing_agreements)
    return 2 * outcomes + agreed + len(report.polls) + len(report.parked) > SHEET_LINES


def poll_about(report: Report, poll: Poll) -> str:
    """What a poll was about: "herstellen", or an agreement in the team's words."""
    if poll.decision:
        return str(wording.DECISIONS[poll.decision])
    return next((made.what for made in report.agreements if made.key == poll.agreement), "")


def poll_text(poll: Poll) -> str:
    """How a poll came out: "5 staan erachter, 2 kunnen ermee leven, 1 heeft een bezwaar", or that too few answered by
    phone; and that it was asked before, or of other words."""
    said = [_counts_text(poll.counts)]
    if poll.nth > 1:
        said.append(gettext("Dit werd al eerder gepeild."))
    if poll.is_reworded:
        said.append(gettext("De tekst is daarna nog veranderd."))
    return " ".join(said)


def poll_way(poll: Poll) -> str:
    """How people answered a poll."""
    return gettext("met handen") if poll.way is PollWay.HANDS else gettext("met telefoons")


def _counts_text(counts: PollCounts | Withheld | None) -> str:
    if counts is None:
        return gettext("De peiling loopt nog.")
    if isinstance(counts, Withheld):
        return gettext("Te weinig mensen stemden om het te tonen.")
    parts = (
        ngettext("%s staat erachter", "%s staan erachter", counts.behind) % counts.behind,
        ngettext("%s kan ermee leven", "%s kunnen ermee leven", counts.live_with) % counts.live_with,
        ngettext("%s heeft een bezwaar", "%s hebben een bezwaar", counts.objection) % counts.objection,
    )
    return ", ".join(parts) + "."
