"""A report of one sheet for tests, also with the longest and the most hostile text."""

from datetime import date
from typing import Any

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import Report
from reflectie.domain.setup import Mode, setup_without_account
from tests.helpers.factories import FROZEN, GUIDANCE, everything

CHECKLIST = read_checklist(FROZEN, GUIDANCE)


SENTENCE = "Een collega belde drie keer voordat iemand opnam, en toen was de cliënt al verhuisd. "


LONG_WORDS = (SENTENCE * 30)[:2000].strip()


LONG_UNBROKEN = "onderbroken" * 181 + "einde1234"


SHEETS: dict[str, dict[str, Any]] = {
    "nothing ticked": {},
    "everything": everything(CHECKLIST),
    "all hindering": everything(CHECKLIST) | dict.fromkeys(CHECKLIST.by_key, "hindering"),
    "long notes": everything(CHECKLIST) | {f"{key}-note": LONG_WORDS for key in CHECKLIST.by_key},
    "unbroken notes": everything(CHECKLIST) | {f"{key}-note": LONG_UNBROKEN for key in CHECKLIST.by_key},
}


def make_report(values: dict[str, Any], mode: Mode = Mode.ALONE) -> Report:
    return build_report(CHECKLIST, setup_without_account(mode), [Sheet(values)], date(2026, 11, 3), date(2027, 2, 1))


HOSTILE = "\n".join(
    [
        "<script>alert(1)</script><b>vet</b>",
        '<img src="file:///etc/passwd"/><img src="http://198.51.100.7/a.png">',
        '<link rel="stylesheet" href="http://198.51.100.7/a.css"><iframe src="//198.51.100.7/"></iframe>',
        "<style>@import url(http://198.51.100.7/b.css); body { display: none; background: url(file:///etc/x) }</style>",
        '" onload="alert(1)" style="background:url(http://198.51.100.7/c.png)',
        "]]> <![CDATA[ x ]]> <!-- y --> <?xml version='1.0'?> <!DOCTYPE z [<!ENTITY e SYSTEM 'file:///etc/x'>]> &e;",
        "&amp; &lt; &#65; &nbsp; &onbekend; &",
        "{{ report.team }} {% include 'x' %} {# weg #} %(n)s {0}",
        "http://198.51.100.7/d file:///etc/passwd javascript:alert(1) </td></tr></table></body></html>",
    ]
)


# A name takes 120 signs.
HOSTILE_NAME = '<img src="http://198.51.100.7/a.png"/>]]>&lt;{{ x }}{% y %}<style>*{display:none}</style><!--'
