"""The verdict at a glance: a tile for each item of a report, with the sign and the word of its finding, and what the
signs add up to. Written here: a template takes some ten times as long."""

import re
from collections import Counter
from html import escape

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.items import ItemReport
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Finding

from .findings import FINDINGS
from .report import is_together

# Of an item that has no finding, since too few answered: a sign and a word of its own.
_WITHHELD: tuple[str, str, str | Promise] = ("withheld", "…", _("Niet getoond"))
# Where a long Dutch word may break, for who has a narrow column and a browser that can't tell.
_LONG = re.compile(r"(\w{9,})(heid|schap)\b")


def tiles(report: Report, on_paper: bool = False) -> SafeString:
    """`{% tiles report on_paper %}`: a list of links to what stands below on each item. On paper spans in a paragraph:
    WeasyPrint tags links and items of a list that stand beside each other wrongly, and spaces between them would take
    the room of a tile."""
    shown = [_tile(item, on_paper=on_paper) for item in report.items]
    if on_paper:
        return SafeString(f'<p class="tiles">{"".join(shown)}</p>')
    return SafeString('<ul class="tiles">\n{}\n</ul>'.format("\n".join(shown)))


def _tile(report: ItemReport, *, on_paper: bool) -> str:
    found, sign, word = _look(report.finding)
    name = _LONG.sub("\\1\N{SOFT HYPHEN}\\2", report.item.short)
    inside = (
        f'<strong class="tile-name">{escape(name)}</strong>\n<span class="tile-found">'
        f'<span class="sign" aria-hidden="true">{sign}</span> {escape(str(word))}</span>'
    )
    if on_paper:
        return f'<span class="tile is-{found}">{inside}</span>'
    return f'<li><a class="tile is-{found}" href="#{report.item.key}">{inside}</a></li>'


def _look(finding: Finding | None) -> tuple[str, str, str | Promise]:
    return (finding.value, FINDINGS[finding].sign, FINDINGS[finding].short) if finding else _WITHHELD


def verdict_line(report: Report) -> SafeString:
    """`{% verdict_line report %}`: how many of each finding, with the sign that the tiles have: "Zo zien jullie het:
    × 3 hinderpalen en + 5 sterktes." It says how it is seen, never how the collaboration is."""
    numbers = Counter(item.finding for item in report.items)
    parts = [
        f'<span class="tally is-{found.value}"><span class="sign" aria-hidden="true">{said.sign}</span> '
        f"{escape(_many(found, numbers[found]))}</span>"
        for found, said in FINDINGS.items()
        if numbers[found]
    ]
    return SafeString(f"{escape(_seen(report))} {get_text_list(parts, gettext('en'))}.")


def _seen(report: Report) -> str:
    """Whose view it is; the day stands at the head of the report."""
    if report.is_past:
        return gettext("Zo zagen jullie het:") if is_together(report) else gettext("Zo zag jij het:")
    return gettext("Zo zien jullie het:") if is_together(report) else gettext("Zo zie jij het:")


def _many(found: Finding, number: int) -> str:
    said = {
        Finding.OBSTACLE: ngettext("%s hinderpaal", "%s hinderpalen", number),
        Finding.SPLIT: ngettext("%s verdeeld beeld", "%s verdeelde beelden", number),
        Finding.UNKNOWN: ngettext("%s blinde vlek", "%s blinde vlekken", number),
        Finding.STRENGTH: ngettext("%s sterkte", "%s sterktes", number),
        Finding.CLEAR: ngettext("%s factor speelt niet", "%s factoren spelen niet", number),
        Finding.ATTENTION: ngettext("%s aandachtspunt", "%s aandachtspunten", number),
    }
    return said[found] % number
