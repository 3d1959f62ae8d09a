"""Words and signs for what the domain names. Loaded in every template."""

from collections.abc import Sequence

from django import template
from django.forms.utils import flatatt
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie import wording
from reflectie.domain.checklist import Checklist, Item, Passage
from reflectie.domain.findings import Finding
from reflectie.domain.report import ItemReport, Report, WhirlpoolArm
from reflectie.domain.setup import Mode
from reflectie.domain.sheet import Value

register = template.Library()


@register.filter
def word(name: str) -> str | Promise:
    """`{{ finding|word }}`: what the screen calls it."""
    return wording.WORDS[name]


@register.filter
def sign(finding: Finding) -> str:
    return wording.SIGNS[finding]


@register.filter
def answer(item: Item, value: str) -> str | Promise:
    """`{{ item|answer:"hindering" }}`: an answer in the item's own words; empty for an open item."""
    if not value:
        return ""
    if (known := wording.ANSWERS.get((item.kind, value))) is not None:
        return known
    return item.hindering if value == Value.HINDERING else item.helping


@register.filter
def lower_first(text: str | Promise) -> str:
    """For a wording in the middle of a sentence."""
    whole = str(text)
    return whole[:1].lower() + whole[1:]


@register.simple_tag
def rests_on(checklist: Checklist, passages: Sequence[Passage]) -> str:
    """Where a step rests on: "Movisie, 2.1 Een gezamenlijke ambitie en visie; UCLL, Principe 1"."""
    return "; ".join(f"{checklist.source(passage.source).name}, {passage.section}" for passage in passages)


@register.simple_tag
def principles_of(checklist: Checklist, item: Item) -> str:
    """The principles an item's advice serves: "Principes: 7. Behandel elkaar gelijkwaardig; 8. ..."."""
    titles = [f"{number}. {checklist.principles[number - 1]}" for number in item.principles]
    return ngettext("Principe: %s.", "Principes: %s.", len(titles)) % "; ".join(titles)


@register.simple_tag
def report_line(report: Report) -> str:
    """The report in one sentence. It says how it is seen, never how the collaboration is."""
    strengths, obstacles, blind = len(report.strengths), len(report.obstacles), len(report.blind_spots)
    none = gettext("geen")
    parts = [
        ngettext("%s sterkte", "%s sterktes", strengths) % (strengths or none),
        ngettext("%s structurele hinderpaal", "%s structurele hinderpalen", obstacles) % (obstacles or none),
        ngettext("%s blinde vlek", "%s blinde vlekken", blind) % (blind or none),
    ]
    start = gettext("Zo zien jullie het nu:") if is_together(report) else gettext("Zo zie jij het nu:")
    return f"{start} {get_text_list(parts, gettext('en'))}."


@register.filter
def is_together(report: Report) -> bool:
    """Whether a team is spoken to ("jullie"), rather than one person."""
    return report.mode is not Mode.ALONE


@register.filter
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


@register.simple_tag
def arm_paint(report: ItemReport) -> str:
    return flatatt(_PAINT[arm_state(report)])


@register.filter
def arm_sign(report: ItemReport) -> str:
    return "" if report.left_open or report.finding is None else wording.SIGNS[report.finding]


@register.simple_tag
def whirlpool_text(arms: Sequence[WhirlpoolArm]) -> str:
    """What the whirlpool shows, for whoever doesn't see it."""
    reports = [arm.report for arm in arms]
    named = {
        state: ", ".join(report.item.short for report in reports if arm_state(report) == state)
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
