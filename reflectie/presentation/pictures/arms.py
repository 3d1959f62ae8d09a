"""The whirlpool's arms: what each factor's looks like, and what they say together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms.utils import flatatt
from django.utils.translation import gettext, ngettext

from reflectie.domain.report.report import ItemReport, WhirlpoolArm
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.presentation import wording

from .whirlpool import Arm, whirlpool_arm


@dataclass(frozen=True, slots=True)
class DrawnArm:
    """One arm of the whirlpool: what is known of its factor, and its outline."""

    report: ItemReport
    shape: Arm


def drawn(arms: Sequence[WhirlpoolArm]) -> list[DrawnArm]:
    """`{{ arms|drawn }}`: the arms with their outlines, around the eye in their order, each as wide as its share."""
    return [DrawnArm(arm.report, whirlpool_arm(place, len(arms), float(arm.share))) for place, arm in enumerate(arms)]


def arm_state(report: ItemReport) -> str:
    """How an arm of the whirlpool is drawn: the finding, with what nobody answered apart from what nobody knows."""
    return "open" if report.left_open or report.finding is None else report.finding.value


# Attributes rather than style: the PDF's pictures don't see a stylesheet, and on paper there is one palette.
# The screen's stylesheet goes over them.
_PAINT = {
    "obstacle": {"fill": "#9c2f1b", "stroke": "#9c2f1b", "stroke-width": "2"},
    "split": {"fill": "#ede6f7", "stroke": "#5a3d92", "stroke-width": "2", "stroke-dasharray": "8 3"},
    "clear": {"fill": "#ffffff", "stroke": "#46545a", "stroke-width": "2"},
    "unknown": {"fill": "#e8ebea", "stroke": "#46545a", "stroke-width": "2", "stroke-dasharray": "3 4"},
    "open": {"fill": "none", "stroke": "#6f7f7c", "stroke-width": "1.2", "stroke-dasharray": "2 5"},
}


def arm_paint(report: ItemReport) -> str:
    return flatatt(_PAINT[arm_state(report)])


def arm_sign(report: ItemReport) -> str:
    return "" if report.left_open or report.finding is None else wording.SIGNS[report.finding]


def arm_number(report: ItemReport) -> str:
    """How many of all that were counted say that a factor plays: "5 van 8"."""
    counts = report.counts
    if not isinstance(counts, Counts):
        return ""
    return gettext("%(n)s van %(total)s") % {"n": counts.hindering, "total": counts.counted}


def _arm_text(report: ItemReport, *, numbered: bool) -> str:
    return f"{report.item.short} ({arm_number(report)})" if numbered else report.item.short


def whirlpool_text(arms: Sequence[WhirlpoolArm], *, numbered: bool = False) -> str:
    """What the whirlpool shows, for whoever doesn't see it; `numbered` with how many say that a factor plays."""
    reports = [arm.report for arm in arms]
    named = {
        state: ", ".join(_arm_text(report, numbered=numbered) for report in reports if arm_state(report) == state)
        for state in ("obstacle", "split", "clear", "unknown", "open")
    }
    plays = sum(report.finding is Finding.OBSTACLE for report in reports)
    total = len(reports)
    text = [
        ngettext(
            "Draaikolk: %(n)s van de %(total)s factoren speelt.",
            "Draaikolk: %(n)s van de %(total)s factoren spelen.",
            plays,
        )
        % {"n": plays, "total": total}
    ]
    for state, label in (
        ("obstacle", gettext("Speelt: %s.")),
        ("split", gettext("Verdeeld: %s.")),
        ("clear", gettext("Speelt niet: %s.")),
        ("unknown", gettext("Antwoord ‘weet ik niet’: %s.")),
        ("open", gettext("Nog open: %s.")),
    ):
        if named[state]:
            text.append(label % named[state])
    return " ".join(text)
