"""Words and signs for what the domain names. Loaded in every template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from django import template
from django.forms import BaseForm, RadioSelect
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.template import Context
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.pictures import Bar, spread_bar
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import Checklist, Item, Kind, Passage, PatternText
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.report.outcomes import Choice
from reflectie.domain.report.patterns import Pattern
from reflectie.domain.report.report import GroupView, ItemReport, Report, WhirlpoolArm
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.rules.turnout import Turnout
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Grouping, Mode
from reflectie.email_addresses import readable_address
from reflectie.models import Role, Session
from reflectie.presentation import wording
from reflectie.services.report.outcomes import text_mark
from reflectie.services.report.reports import title_of

register = template.Library()

# Notes stand two beside each other when they take no more than a few lines there.
SHORT, SHORT_LINES = 200, 4
# So many collaborations a page's title has by name.
MOST_NAMED = 2


class Titled(Protocol):
    """What is made of a session, and called what that is."""

    @property
    def title(self) -> SessionTitle: ...


@register.filter
def word(name: str) -> str | Promise:
    """`{{ finding|word }}`: what the screen calls it."""
    return wording.WORDS[name]


@register.filter
def address(email: str) -> str:
    """`{{ user.email|address }}`: an e-mail address as people know it, its domain in letters."""
    return readable_address(email)


@register.filter
def iso_day(written: str) -> date:
    """`{{ data.day|iso_day|date:"j F Y" }}`: a day as a file has it."""
    return date.fromisoformat(written)


@register.filter
def in_words(number: int) -> str | Promise:
    """`{{ items|length|in_words }}`: a number as it stands in a sentence."""
    return wording.in_words(number)


@register.filter
def examples_of(items: Sequence[Item]) -> str:
    """`{{ checklist.items|examples_of }}`: numbers of questions as somebody may write them down: "3 7 12"."""
    return " ".join(map(str, wording.example_numbers(len(items))))


@register.filter
def example_of(items: Sequence[Item]) -> int:
    """`{{ checklist.items|example_of }}`: the number of one of them."""
    return wording.example_number(len(items))


@register.filter
def as_name(text: str) -> SafeString:
    """`{{ collaboration.name|as_name }}`: a name, or a code, which a browser that translates the page leaves alone, and
    which turns no direction but its own. Empty without one."""
    return format_html('<bdi translate="no">{}</bdi>', text) if text else SafeString("")


@register.filter
def session_words(session: Session | Titled) -> str:
    """`{{ line|session_words }}`: what a session is called, in a title or an attribute. For a session as it is kept,
    and for what has its `title`."""
    return wording.session_words(_title(session))


@register.filter
def session_title(session: Session | Titled) -> SafeString | str:
    """`{{ line|session_title }}`: what a session is called, in a page; no browser translates its name. In one element,
    for links that lay out each part of theirs by itself (flex)."""
    title = _title(session)
    words = wording.session_words(title)
    if not title.name:
        return words if title.nth == 1 else format_html("<span>{}</span>", words)
    # In its quotation marks, since a day may hold the same letters: "mei".
    quoted = gettext("‘%s’") % title.name
    before, name, after = words.partition(quoted)
    start, _name, end = name.partition(title.name)
    return format_html("<span>{}{}{}{}{}</span>", before, start, as_name(title.name), end, after)


@register.simple_tag(takes_context=True)
def page_about(context: Context) -> str:
    """`{% page_about %}`: which session and which collaboration a page is about, for its title in a browser's tabs:
    " · 5 mei 2027 · Samen in Tienen". Empty for a page about none."""
    session, report, comparison = context.get("session"), context.get("report"), context.get("comparison")
    found: list[str] = []
    if report:
        found.append(wording.session_words(report.title))
    elif isinstance(session, Session):
        found.append(session_words(session))
    if comparison:
        names = [team.name for team, _held in comparison.by_team]
        found += names if len(names) <= MOST_NAMED else [gettext("%s samenwerkingen") % len(names)]
    elif report:
        found.append(report.collaboration)
    elif collaboration := context.get("collaboration") or getattr(session, "collaboration", None):
        found.append(collaboration.name)
    return "".join(f" · {name}" for name in found if name)


@register.simple_tag
def wrong_in(form: BaseForm) -> list[tuple[str, str]]:
    """What is wrong in a form that was sent, in the order of its fields: the id of the field on the page, and in words.
    What is wrong with the form as a whole comes first, without a field. Nothing where it was sent to take away what it
    is about: then nobody reads what is in it."""
    if not form.is_bound or getattr(form, "removes", False):
        return []
    wrong = [field for field in form if field.errors]
    said = Counter(str(text) for field in wrong for text in field.errors)
    found = [("", str(text)) for text in form.non_field_errors()]
    for field in wrong:
        # What several fields say in the same words, says which.
        which = f"{field.label}" if str(field.label).endswith("?") else f"{field.label}:"
        texts = [text if said[text] == 1 else f"{which} {text}" for text in map(str, field.errors)]
        found += [("" if field.is_hidden else _place_of(field), text) for text in texts]
    return found


def _place_of(field: BoundField) -> str:
    """The id of the first thing of a field that takes the focus."""
    return f"{field.auto_id}_0" if isinstance(field.field.widget, RadioSelect) else str(field.auto_id)


def _title(session: Session | Titled) -> SessionTitle:
    return title_of(session) if isinstance(session, Session) else session.title


@register.filter
def role_word(role: str) -> str:
    """`{{ membership.role|role_word }}`: what the screen calls a role."""
    return str(Role(role).label)


@register.filter
def sign(name: str) -> str:
    """`{{ finding|sign }}`: the sign beside the word of a finding, or of how an agreement stands."""
    return wording.SIGNS[name]


@register.filter
def answer(item: Item, value: str) -> str | Promise:
    """`{{ item|answer:"hindering" }}`: an answer in the item's own words; empty for an open item."""
    if not value:
        return ""
    if (known := wording.ANSWERS.get((item.kind, value))) is not None:
        return known
    return item.hindering if value == Value.HINDERING else item.helping


@register.filter
def choice_words(item: Item, choice: str) -> str | Promise:
    """`{{ item|choice_words:outcome.choice }}`: what the team made of an item, in the item's own words."""
    if (known := wording.CHOICES.get((item.kind, choice))) is not None:
        return known
    return item.hindering if choice == Choice.HINDERING else item.helping


@register.filter
def mark(text: str) -> str:
    """How a text is named in the address that takes it out."""
    return text_mark(text)


@register.filter
def is_short(text: str) -> bool:
    """Whether a text that somebody typed is short enough to share a line with another."""
    return len(text) <= SHORT and text.count("\n") < SHORT_LINES


@register.filter
def nameless(report: ItemReport) -> ItemReport:
    """`{{ item|nameless }}`: without who said what, for a sheet that others read too."""
    return replace(report, voices=())


@register.filter
def fills_sheet(report: Report) -> bool:
    """Whether the summary needs a smaller letter to stay on one sheet: when there is more than findings and lines to
    write on, or much of it."""
    beside = report.strengths or report.blind_spots
    if report.low_turnouts:
        return True
    more = report.mode.is_round or report.standing_agreements or report.conclusion
    return report.is_withheld or len(report.standing_agreements) > 2 or bool(beside and more)


@register.filter
def group_name(report: Report, name: str) -> str | Promise:
    """`{{ report|group_name:name }}`: a level in words; a partner is called as it calls itself."""
    return wording.LEVELS[name] if report.setup.grouping is Grouping.LEVEL else name


@register.filter
def named_group(report: Report, name: str) -> SafeString | str | Promise:
    """`{{ report|named_group:name }}`: as `group_name`, in a page, where no browser translates a partner's name."""
    return group_name(report, name) if report.setup.grouping is Grouping.LEVEL else as_name(name)


@register.filter
def lower_first(text: str | Promise) -> str:
    """For a wording in the middle of a sentence."""
    whole = str(text)
    return whole[:1].lower() + whole[1:]


@register.filter
def full_stop(text: str) -> str:
    """Ends a sentence, unless what it ends with does so: some passages are called by a question."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


@register.simple_tag
def rests_on(checklist: Checklist, passages: Sequence[Passage]) -> str:
    """Where a step rests on: "Movisie, 2.1 Een gezamenlijke ambitie en visie; UCLL, Principe 1"."""
    return "; ".join(f"{checklist.source(passage.source).name}, {passage.section}" for passage in passages)


@register.simple_tag
def pattern_text(report: Report, pattern: Pattern) -> PatternText:
    """A pattern in words."""
    return report.checklist.patterns[pattern.key]


@register.simple_tag
def sides(report: Report, item: ItemReport) -> list[tuple[Finding, str]]:
    """Where groups found the opposite: each finding with the names of the groups that have it."""
    opposite = (Finding.OBSTACLE, Finding.STRENGTH, Finding.CLEAR)
    found = {side: [str(group_name(report, v.name)) for v in item.groups if v.finding is side] for side in opposite}
    return [(side, ", ".join(names)) for side, names in found.items() if names]


@register.simple_tag
def principles_of(checklist: Checklist, item: Item) -> str:
    """The principles an item's advice serves: "Principes: 7. Behandel elkaar gelijkwaardig; 8. ..."."""
    titles = [f"{number}. {checklist.principles[number - 1]}" for number in item.principles]
    return ngettext("Principe: %s.", "Principes: %s.", len(titles)) % "; ".join(titles)


@register.simple_tag
def agreement_about(checklist: Checklist, agreement: Agreement) -> str:
    """What an agreement is about: "Doel niet gedeeld · Principe 3. Bepaal samen doelen"."""
    parts = [checklist.by_key[agreement.item].short] if agreement.item else []
    if number := agreement.principle:
        title = checklist.principles[number - 1]
        parts.append(gettext("Principe %(number)s. %(title)s") % {"number": number, "title": title})
    return " · ".join(parts)


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
    if splits := len(report.splits):
        parts.insert(2, ngettext("%s verdeeld beeld", "%s verdeelde beelden", splits) % splits)
    return f"{_seen_by(report)} {get_text_list(parts, gettext('en'))}."


@register.simple_tag
def no_difference(report: Report) -> str:
    """Why no difference leads the talk: nobody chose, one person did, people chose the same, or too few chose."""
    chose = [item.counts.chose for item in report.items if isinstance(item.counts, Counts)]
    if not any(chose):
        return gettext("Niemand koos een kant. Vraag elkaar waarom: weten jullie het niet, of past geen van beide?")
    if max(chose) == 1:
        return gettext("Nergens koos meer dan één mens een kant. Vraag elkaar hoe de anderen het zien.")
    if any(item.difference for item in report.items):
        return gettext("Waar mensen verschillen, kozen er te weinig om te vergelijken. Vraag hoe de anderen het zien.")
    return gettext("Wie iets koos, koos hetzelfde. Vraag elkaar toch een voorbeeld: bedoelen jullie ook hetzelfde?")


@register.simple_tag
def nothing_said(report: Report) -> str:
    """That nobody filled in anything: yet, as long as somebody still may."""
    return gettext("Er is niets ingevuld.") if report.is_past else gettext("Er is nog niets ingevuld.")


def _seen_by(report: Report) -> str:
    """Whose view it is; of what is past, on which day, for whoever reads it years later."""
    if report.is_past and report.is_ahead:
        then = gettext("Zo zagen jullie het, voor de sessie van %s:")
        if not is_together(report):
            then = gettext("Zo zag jij het, voor de sessie van %s:")
        return then % date_format(report.changed_on, "j F Y")
    if report.is_past:
        then = gettext("Zo zagen jullie het op %s:") if is_together(report) else gettext("Zo zag jij het op %s:")
        return then % date_format(report.changed_on, "j F Y")
    return gettext("Zo zien jullie het:") if is_together(report) else gettext("Zo zie jij het:")


@register.filter
def dated(report: Report) -> SafeString | str:
    """What the session of a report is called in a sentence or a head, and that its day is yet to come: it was filled in
    before the day for which it was planned."""
    title = session_title(report)
    return format_html("{} {}", gettext("gepland op"), title) if report.is_ahead else title


@register.filter
def is_together(report: Report) -> bool:
    """Whether a team is spoken to ("jullie"), rather than one person."""
    return report.mode is not Mode.ALONE


@dataclass(frozen=True, slots=True)
class Part:
    """One answer to an item: how many gave it, in words, and by name who."""

    value: str
    sign: str
    number: int
    words: str | Promise
    names: SafeString


@register.simple_tag
def spread_parts(report: ItemReport) -> list[Part]:
    """The answers to an item in the order of its bar. Nobody's "don't know" and nothing left open aren't mentioned."""
    counts, item = report.counts, report.item
    if not isinstance(counts, Counts):
        return []
    voices = dict(report.voices)
    parts = [
        (Value.HINDERING, counts.hindering, answer(item, Value.HINDERING)),
        (Value.DONT_KNOW, counts.dont_know, answer(item, Value.DONT_KNOW)),
        ("", counts.open, gettext("Opengelaten")),
        (Value.HELPING, counts.helping, answer(item, Value.HELPING)),
    ]
    return [
        Part(value or "open", wording.ANSWER_SIGNS[value], number, words, _names(voices.get(value, ())))
        for value, number, words in parts
        if number or value in {Value.HINDERING, Value.HELPING}
    ]


def _names(names: Sequence[str]) -> SafeString:
    return format_html_join(", ", "{}", ((as_name(name) or gettext("zonder naam"),) for name in names))


@register.simple_tag
def spread_picture(counts: Counts) -> Bar:
    return spread_bar(counts.hindering, counts.helping, counts.dont_know, counts.open)


@register.simple_tag
def spread_text(report: ItemReport) -> str:
    """What an item's bar shows, for whoever doesn't see it."""
    return "; ".join(f"{part.words}: {part.number}" for part in spread_parts(report)) + "."


@register.simple_tag
def group_text(item: Item, view: GroupView | ItemReport) -> str:
    """The answers of one group, or of all, in a line. Who doesn't know and who left it open are one number, as the
    floor asks of groups."""
    if not isinstance(view.counts, Counts):
        return ""
    hindering, helping = view.counts.hindering, view.counts.helping
    if item.kind is Kind.FACTOR:
        text = gettext("%(hindering)s speelt, %(helping)s speelt niet")
    else:
        text = gettext("%(hindering)s hinderend, %(helping)s helpend")
    said = text % {"hindering": hindering, "helping": helping}
    unsure = view.counts.unsure
    return said + (gettext(", %s weet niet of open") % unsure if unsure else "")


@register.simple_tag
def counted_text(report: Report) -> str:
    """How many took part, of how many that were expected: "8 van de 10 mensen"."""
    if isinstance(report.counted, Withheld):
        return str(wording.REASONS[report.counted.reason])
    numbers = {"n": report.counted, "expected": report.expected}
    if not report.expected:
        return str(report.counted)
    if report.counted > report.expected:
        return gettext("%(n)s (%(expected)s verwacht)") % numbers
    return ngettext("%(n)s van %(expected)s mens", "%(n)s van de %(expected)s mensen", report.expected) % numbers


@register.simple_tag
def group_sizes(report: Report) -> list[tuple[str, str]]:
    """How many answered of each group, of how many that were expected: ("Huis Linde", "4 van 6"); ("", …) of none."""
    sizes = dict(report.groups)
    expected = {turnout.group: turnout.expected for turnout in report.group_turnouts}
    if sizes and not any(sizes.values()):
        return [("", _nobody_chose(report))]
    lines = [(name, _size_text(size, expected.get(name))) for name, size in sizes.items()]
    known = [size for size in sizes.values() if not isinstance(size, Withheld)]
    # What is left is of nobody in particular, unless a group hides in it.
    if isinstance(report.counted, int) and len(known) == len(sizes) and (rest := report.counted - sum(known)):
        lines.append(("", gettext("niets gekozen: %s") % rest))
    return lines


def _nobody_chose(report: Report) -> str:
    if report.setup.grouping is Grouping.LEVEL:
        return gettext("niemand koos een rol")
    return gettext("niemand koos een organisatie")


def _size_text(size: int | Withheld, expected: int | None) -> str:
    if isinstance(size, Withheld):
        return gettext("niet apart getoond")
    if not expected:
        return str(size) if size else gettext("niemand koos dit")
    if size > expected:
        return gettext("%(n)s (%(expected)s verwacht)") % {"n": size, "expected": expected}
    return gettext("%(n)s van %(expected)s") % {"n": size, "expected": expected}


@register.simple_tag
def turnout_lines(report: Report) -> list[str]:
    """Where so few answered that it is a finding: of all, and of the groups that are shown. It asks for no names."""
    if not report.counted:
        return []
    lines = [_low_turnout(turnout) for turnout in report.low_turnouts if not turnout.group]
    if few := [turnout for turnout in report.low_turnouts if turnout.group]:
        told = {
            "groups": ", ".join(f"{group_name(report, t.group)} ({_size_text(t.counted, t.expected)})" for t in few)
        }
        if report.setup.grouping is Grouping.LEVEL:
            said = ngettext(
                "In deze rol antwoordde minder dan de helft: %(groups)s.",
                "In deze rollen antwoordde minder dan de helft: %(groups)s.",
                len(few),
            )
            apart = gettext("Wie geen rol koos, telt hier niet mee.")
        else:
            said = ngettext(
                "Van deze organisatie antwoordde minder dan de helft: %(groups)s.",
                "Van deze organisaties antwoordde minder dan de helft: %(groups)s.",
                len(few),
            )
            apart = gettext("Wie geen organisatie koos, telt hier niet mee.")
        lines.append(f"{said % told} {apart}")
    if lines:
        lines.append(gettext("Praat over wat je zo niet hoort. Vraag niet wie er niet antwoordde."))
    return lines


def _low_turnout(turnout: Turnout) -> str:
    told = ngettext(
        "%(n)s van de %(expected)s verwachte mensen antwoordde.",
        "%(n)s van de %(expected)s verwachte mensen antwoordden.",
        turnout.counted,
    )
    numbers = {"n": turnout.counted, "expected": turnout.expected}
    return f"{told % numbers} {gettext('Dat is minder dan de helft: de anderen zien het misschien anders.')}"


@register.simple_tag
def dissent_text(report: ItemReport) -> str:
    """Who sees it differently from what the finding says, so that no minority vanishes."""
    counts = report.counts
    if not isinstance(counts, Counts):
        return ""
    numbers = {"n": report.dissent, "total": counts.chose}
    if report.finding is Finding.UNKNOWN:
        numbers = {"n": counts.unsure, "total": counts.counted}
        return gettext("%(n)s van %(total)s: weet ik niet of opengelaten") % numbers
    if report.finding is Finding.SPLIT:
        return gettext("%(most)s tegen %(n)s") % {"most": counts.chose - report.dissent, **numbers}
    if not report.dissent:
        return ngettext("%(total)s koos dit", "alle %(total)s die kozen, zien het zo", counts.chose) % numbers
    return (
        ngettext("%(n)s van %(total)s ziet het anders", "%(n)s van %(total)s zien het anders", report.dissent) % numbers
    )


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
def arm_number(report: ItemReport) -> str:
    """How many of all that were counted say that a factor plays: "5 van 8"."""
    counts = report.counts
    if not isinstance(counts, Counts):
        return ""
    return gettext("%(n)s van %(total)s") % {"n": counts.hindering, "total": counts.counted}


def _arm_text(report: ItemReport, *, numbered: bool) -> str:
    return f"{report.item.short} ({arm_number(report)})" if numbered else report.item.short


@register.simple_tag
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
