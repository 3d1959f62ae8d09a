"""A report in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.meeting.guide import Topic, find_topics
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import (
    OURS,
    ActionOwner,
    Checklist,
    Item,
    Kind,
    Passage,
    PatternText,
    SourcedText,
    Step,
)
from reflectie.domain.questionnaire.intensity import Fit
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.report.items import DimensionReport, GroupView, ItemReport, Tally
from reflectie.domain.report.patterns import numbers_of
from reflectie.domain.report.report import Pattern, Report
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.rules.turnout import LOW_ABOVE, Turnout
from reflectie.domain.setup import Grouping, Mode

from . import wording
from .items import answer
from .numbers import share_in_words
from .phrases import as_name, lower_first, session_title

# As many lines as the sheet for a board holds in its usual letter.
BOARD_ROWS = 8
# With so many signs of notes, names and what came of the talk, a table of seven items still fits on a page.
MAX_WRITTEN = 1500


def report_title(report: Report) -> str:
    """What stands at the head of a report: its collaboration, or the question. Without space around it, for files."""
    return report.collaboration or gettext("Waarom loopt onze samenwerking structureel stroef?")


def nameless(report: ItemReport) -> ItemReport:
    """`{{ item|nameless }}`: without who said what, for a sheet that others read too."""
    return replace(report, voices=())


def fills_sheet(report: Report) -> bool:
    """Whether the summary needs a smaller letter to stay on one sheet: when there is more than findings and lines to
    write on, or much of it."""
    beside = report.strengths or report.blind_spots
    if report.low_turnouts:
        return True
    more = report.mode.is_round or report.splits or report.standing_agreements or report.conclusion
    return report.is_withheld or len(report.standing_agreements) > 2 or bool(beside and more)


def fills_board(report: Report) -> bool:
    """Whether the sheet for a board needs a smaller letter to stay one sheet."""
    rows = len(board_rows(report)) + len(report.standing_agreements) + 2 * len(report.asked_of_others)
    return rows > BOARD_ROWS or any(item.outcome and item.outcome.minority for item in report.items)


def is_one_table(part: DimensionReport) -> bool:
    """Whether the table of a part fits on a page of paper: unless much was written about its items, or many answered
    by name."""
    notes = sum(len(note.text) for item in part.items for note in item.notes)
    names = sum(len(name) for item in part.items for _value, named in item.voices for name in named)
    made = sum(len(item.outcome.reason) + len(item.outcome.minority) for item in part.items if item.outcome)
    return notes + names + made <= MAX_WRITTEN


def board_rows(report: Report) -> list[ItemReport]:
    """What a board sees of the findings: what leads, whatever the talk made something of, and the other obstacles."""
    shown = [*report.leading, *report.talked_about, *report.other_obstacles]
    return list({item.item.key: item for item in shown}.values())


def asked_text(item: Item, mover: ActionOwner) -> str:
    """What is asked of whoever has to move an item: as the guidance asks it, or with the step that is theirs where the
    team named somebody else; else its question."""
    if item.ask and mover is item.mover:
        return item.ask.text
    return next((step.text for step in item.steps if step.mover is mover), item.question)


def found_before(report: Report, item: ItemReport) -> str:
    """That the session before found the same; nothing where it can't be compared, or found otherwise."""
    if report.since is None or report.since.reason:
        return ""
    before = next((then for then in report.since.earlier.items if then.item.key == item.item.key), None)
    if before is None or before.finding is not item.finding:
        return ""
    return gettext("ook al op %s") % date_format(report.since.earlier.changed_on, "j F Y")


def group_name(report: Report, name: str) -> str | Promise:
    """`{{ report|group_name:name }}`: a level in words; a partner is called as it calls itself."""
    return wording.LEVELS[name] if report.setup.grouping is Grouping.LEVEL else name


def named_group(report: Report, name: str) -> SafeString | str | Promise:
    """`{{ report|named_group:name }}`: as `group_name`, in a page, where no browser translates a partner's name."""
    return group_name(report, name) if report.setup.grouping is Grouping.LEVEL else as_name(name)


def pattern_text(report: Report, pattern: Pattern) -> PatternText:
    """A pattern in words, its facts with the numbers that the report shows."""
    words, numbers = report.checklist.patterns[pattern.key], numbers_of(report, pattern)
    is_one = not report.mode.is_round or report.counted == 1 or ("{known}" in words.seen and numbers["known"] == 1)
    return replace(words, seen=(words.seen_one if is_one else words.seen).format(**numbers))


def movers_text(movers: Sequence[ActionOwner]) -> str:
    """`{{ item.movers|movers_text }}`: whose turn it is: "wijzelf en onze organisaties"."""
    return get_text_list([str(wording.MOVERS[mover]) for mover in movers], gettext("en"))


def fit_lines(report: Report) -> list[str]:
    """How many of a round have a form that is too light for what they need, too heavy, or fits; the most first."""
    fits = dict(report.fits.numbers) if isinstance(report.fits, Tally) else {}
    total = sum(fits.values())
    lines = {
        Fit.TOO_LIGHT: ngettext(
            "%(n)s van de %(of)s vindt meer nodig dan er nu is.",
            "%(n)s van de %(of)s vinden meer nodig dan er nu is.",
            fits.get(Fit.TOO_LIGHT, 0),
        ),
        Fit.TOO_HEAVY: ngettext(
            "%(n)s van de %(of)s vindt minder nodig dan er nu is.",
            "%(n)s van de %(of)s vinden minder nodig dan er nu is.",
            fits.get(Fit.TOO_HEAVY, 0),
        ),
        Fit.FITS: gettext("Bij %(n)s van de %(of)s horen behoefte en vorm bij elkaar."),
    }
    shown = sorted((fit for fit in lines if fits.get(fit)), key=lambda fit: -fits[fit])
    return [lines[fit] % {"n": fits[fit], "of": total} for fit in shown]


def sides(report: Report, item: ItemReport) -> list[tuple[Finding, str]]:
    """Where groups found the opposite: each finding with the names of the groups that have it."""
    opposite = (Finding.OBSTACLE, Finding.STRENGTH, Finding.CLEAR)
    found = {side: [str(group_name(report, v.name)) for v in item.groups if v.finding is side] for side in opposite}
    return [(side, ", ".join(names)) for side, names in found.items() if names]


def agreement_about(checklist: Checklist, agreement: Agreement) -> str:
    """What an agreement is about: "Doel niet gedeeld · Principe 3. Bepaal samen doelen"."""
    parts = [checklist.by_key[agreement.item].short] if agreement.item else []
    if number := agreement.principle:
        title = checklist.principles[number - 1]
        parts.append(gettext("Principe %(number)s. %(title)s") % {"number": number, "title": title})
    return " · ".join(parts)


# With these a condition begins; capitals there are those of the line that it was typed on.
_CONDITIONS = ("Als ", "Wanneer ", "Zodra ", "Telkens ")


def trigger_text(agreement: Agreement) -> str:
    """`{{ agreement|trigger_text }}`: at which moment an agreement is done: "Wanneer: als we volgende week overleggen".
    Empty where the team chose none. These are its own words: no "als" is put before them, since "elke maandag" is a
    moment too, and no "dan" after them."""
    words = agreement.trigger
    if not words:
        return ""
    return gettext("Wanneer: %s") % (lower_first(words) if words.startswith(_CONDITIONS) else words)


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


def nothing_said(report: Report) -> str:
    """That nobody filled in anything: yet, as long as somebody still may."""
    return gettext("Er is niets ingevuld.") if report.is_past else gettext("Er is nog niets ingevuld.")


def numbered_passages(report: Report) -> list[Passage]:
    """What patterns and advice of a report rest on, each passage once and in the order in which it comes up: its place
    is its number."""
    patterns = (pattern_text(report, pattern).rests_on for pattern in report.main_patterns)
    steps = (part.rests_on for advised in _in_print(report) for part in _sourced(advised.item))
    asks = (signal.item.ask.rests_on for signal in report.signals if signal.item.ask)
    passages = dict.fromkeys(chain.from_iterable(chain(patterns, steps, asks)))
    return [passage for passage in passages if passage.source != OURS]


def _sourced(item: Item) -> list[Step | SourcedText]:
    """What the advice on an item says, in its order."""
    return [*item.steps, *([item.example] if item.example else [])]


def _in_print(report: Report) -> Iterator[ItemReport]:
    """What there is advice on, in the order in which the report has it."""
    return (item for group in (*report.advice_first, *report.advice_later) for item in group.items)


def next_topic(report: Report) -> Topic | None:
    """What the guide would talk about next: the first topic of which nothing was recorded yet."""
    return next((topic for topic in find_topics(report) if not topic.item.outcome), None)


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


def head_line(report: Report) -> SafeString:
    """`{% head_line report %}`: what stands under the title of a report: how many answered, and of when it is."""
    if report.mode.is_round and isinstance(report.counted, int):
        who = _answered(report.counted, report.expected)
    else:
        who = str(wording.REASONS[report.counted.reason]) if isinstance(report.counted, Withheld) else ""
        who = capfirst(who or str(wording.MODES[report.mode]))
    day = dated(report)
    if report.delete_on:
        day = format_html("{} {}", gettext("laatst gewijzigd op"), session_title(report))
    return format_html("{} · {}", who, day)


def _answered(number: int, expected: int | None) -> str:
    numbers = {"n": number, "expected": expected}
    if not expected:
        return ngettext("%(n)s mens antwoordde", "%(n)s mensen antwoordden", number) % numbers
    if number > expected:
        return (
            ngettext(
                "%(n)s mens antwoordde (%(expected)s verwacht)",
                "%(n)s mensen antwoordden (%(expected)s verwacht)",
                number,
            )
            % numbers
        )
    if number == 1:
        return gettext("%(n)s van de %(expected)s mensen antwoordde") % numbers
    return gettext("%(n)s van de %(expected)s mensen antwoordden") % numbers


def dated(report: Report) -> SafeString | str:
    """What the session of a report is called in a sentence or a head, and that its day is yet to come: it was filled in
    before the day for which it was planned."""
    title = session_title(report)
    return format_html("{} {}", gettext("gepland op"), title) if report.is_ahead else title


def is_together(report: Report) -> bool:
    """Whether a team is spoken to ("jullie"), rather than one person."""
    return report.mode is not Mode.ALONE


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One answer to an item: how many gave it, in words, and by name who."""

    value: str
    sign: str
    number: int
    words: str | Promise
    names: SafeString


def spread_parts(report: ItemReport) -> list[AnswerPart]:
    """The answers to an item in the order of its bar. Of those that say neither side, only what somebody gave."""
    counts, item = report.counts, report.item
    if not isinstance(counts, Counts):
        return []
    voices = dict(report.voices)
    parts = [
        (Value.HINDERING, counts.hindering, answer(item, Value.HINDERING)),
        (Value.DISAGREE, counts.divided, answer(item, Value.DISAGREE)),
        (Value.DONT_KNOW, counts.dont_know, answer(item, Value.DONT_KNOW)),
        ("", counts.open, gettext("Opengelaten")),
        (Value.HELPING, counts.helping, answer(item, Value.HELPING)),
    ]
    return [
        AnswerPart(value or "open", wording.ANSWER_SIGNS[value], number, words, _names(voices.get(value, ())))
        for value, number, words in parts
        if number or value in {Value.HINDERING, Value.HELPING}
    ]


def _names(names: Sequence[str]) -> SafeString:
    return format_html_join(", ", "{}", ((as_name(name) or gettext("zonder naam"),) for name in names))


def spread_text(report: ItemReport) -> str:
    """What an item's bar shows, for whoever doesn't see it."""
    return spread_words(spread_parts(report))


def spread_words(parts: Sequence[AnswerPart]) -> str:
    """The answers to an item, as `spread_parts` has them, in a line."""
    return "; ".join(f"{part.words}: {part.number}" for part in parts) + "."


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


def turnout_lines(report: Report) -> list[str]:
    """Where so few answered that it is a finding: of all, and of the groups that are shown. It asks for no names."""
    if not report.counted:
        return []
    lines = [_low_turnout(turnout) for turnout in report.low_turnouts if not turnout.group]
    if few := [turnout for turnout in report.low_turnouts if turnout.group]:
        told = {
            "groups": ", ".join(f"{group_name(report, t.group)} ({_size_text(t.counted, t.expected)})" for t in few),
            "share": share_in_words(1 - LOW_ABOVE),
        }
        if report.setup.grouping is Grouping.LEVEL:
            said = ngettext(
                "In deze rol antwoordde minder dan %(share)s: %(groups)s.",
                "In deze rollen antwoordde minder dan %(share)s: %(groups)s.",
                len(few),
            )
            apart = gettext("Wie geen rol koos, telt hier niet mee.")
        else:
            said = ngettext(
                "Van deze organisatie antwoordde minder dan %(share)s: %(groups)s.",
                "Van deze organisaties antwoordde minder dan %(share)s: %(groups)s.",
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
    few = gettext("Dat is minder dan %s: de anderen zien het misschien anders.") % share_in_words(1 - LOW_ABOVE)
    return f"{told % numbers} {few}"


def dissent_text(report: ItemReport) -> str:
    """Who sees it differently from what the finding says, so that no minority vanishes."""
    counts = report.counts
    if not isinstance(counts, Counts):
        return ""
    if report.is_divided:
        return gettext("jullie zijn het niet eens")
    numbers = {"n": report.dissent, "total": counts.chose}
    if report.finding is Finding.UNKNOWN:
        numbers = {"n": counts.unsure, "total": counts.counted}
        return gettext("%(n)s van %(total)s: weet ik niet of opengelaten") % numbers
    if report.finding is Finding.SPLIT:
        return gettext("%(most)s tegen %(n)s") % {"most": counts.chose - report.dissent, **numbers}
    if not report.dissent and counts.chose < counts.counted:
        return ngettext("%(total)s koos dit", "alle %(total)s die een kant kozen, kozen dit", counts.chose) % numbers
    if not report.dissent:
        return ngettext("%(total)s koos dit", "alle %(total)s kozen dit", counts.chose) % numbers
    return (
        ngettext("%(n)s van %(total)s ziet het anders", "%(n)s van %(total)s zien het anders", report.dissent) % numbers
    )


def only_answer(item: Item, counts: Counts) -> str:
    """The answer of a session that has one sheet, or none."""
    if counts.divided:
        return gettext("niet eens")
    if counts.chose and item.kind is Kind.PAIR:
        return gettext("hinderend") if counts.hindering else gettext("helpend")
    if counts.chose:
        return lower_first(answer(item, Value.HINDERING if counts.hindering else Value.HELPING))
    return gettext("weet niet") if counts.dont_know else gettext("open")
