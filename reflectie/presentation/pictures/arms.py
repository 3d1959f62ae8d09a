"""The whirlpool's arms: what each factor's looks like, and what they say together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import WhirlpoolArm
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.presentation import wording
from reflectie.presentation.palette import ARMS

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


def arm_paint(report: ItemReport) -> SafeString:
    """How an arm is painted, as attributes of SVG."""
    return ARMS[arm_state(report)]


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
