"""The words that the screen and the PDF use for what the domain names. The one place for them."""

from dataclasses import replace

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.comparison.history import Course
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import Item, Kind, Mover
from reflectie.domain.questionnaire.intensity import Fit, Intensity
from reflectie.domain.report.agreements import Decision, Needed, State
from reflectie.domain.report.changes import NotCompared, Shift
from reflectie.domain.report.outcomes import Choice
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import Reason
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode
from reflectie.domain.sharing import Sharing
from reflectie.domain.text import set_apart

# Numbers as they stand in a sentence: up to twenty in letters, as Dutch writes them.
_NUMBERS: tuple[str | Promise, ...] = (
    _("nul"), _("één"), _("twee"), _("drie"), _("vier"), _("vijf"), _("zes"), _("zeven"), _("acht"), _("negen"),
    _("tien"), _("elf"), _("twaalf"), _("dertien"), _("veertien"), _("vijftien"), _("zestien"), _("zeventien"),
    _("achttien"), _("negentien"), _("twintig"),
)  # fmt: skip


def in_words(number: int) -> str | Promise:
    """A number in a sentence: "vijftien"; above twenty in figures. Raises ValueError below zero."""
    if number < 0:
        raise ValueError("nothing is counted below zero")
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def example_numbers(items: int) -> tuple[int, ...]:
    """Numbers of three questions as an example, that a checklist of so many has: 3, 7 and 12 of fifteen; of fewer than
    three questions, as many as there are."""
    return tuple(sorted({max(1, items // 5), max(1, items // 2), max(1, items * 4 // 5)}))


def example_number(items: int) -> int:
    """The number of one question as an example: 7 of fifteen."""
    return max(1, items // 2)


FINDINGS: dict[str, str | Promise] = {
    Finding.OBSTACLE: _("Structurele hinderpaal"),
    Finding.SPLIT: _("Verdeeld beeld"),
    Finding.UNKNOWN: _("Blinde vlek"),
    Finding.STRENGTH: _("Sterkte"),
    Finding.CLEAR: _("Speelt niet"),
    Finding.ATTENTION: _("Aandachtspunt"),
}

# Beside the findings of items: of how many that were expected too few answered (`domain/rules/turnout.py`).
LOW_TURNOUT = _("Minder dan de helft antwoordde")

# Where there is no room for more: in a cell of a table.
SHORT_FINDINGS: dict[str, str | Promise] = {
    **FINDINGS,
    Finding.OBSTACLE: _("Hinderpaal"),
    Finding.SPLIT: _("Verdeeld"),
    Finding.ATTENTION: _("Aandacht"),
}

# What a finding says, in the order in which a legend names them (concepts.md, "From answers to findings").
MEANINGS_OF_FINDINGS: dict[str, str | Promise] = {
    Finding.OBSTACLE: _("minstens twee op de drie van wie koos, zien hinder"),
    Finding.SPLIT: _("wie koos, ziet het verschillend"),
    Finding.UNKNOWN: _("meer dan de helft weet het niet of liet het open"),
    Finding.STRENGTH: _("minstens vier op de vijf van wie koos, zien dat dit helpt"),
    Finding.CLEAR: _("minstens vier op de vijf van wie koos, zeggen dat deze factor niet speelt"),
    Finding.ATTENTION: _("een wisselende groep, waar partners alleen naar elkaar doorverwijzen: past dat hier?"),
}

# A sign beside each word, told apart without colour. All of them are in the typeface.
SIGNS: dict[str, str] = {
    Finding.OBSTACLE: "×",
    Finding.SPLIT: "±",
    Finding.UNKNOWN: "?",
    Finding.STRENGTH: "+",
    Finding.CLEAR: "–",
    Finding.ATTENTION: "!",
    State.OPEN: "•",
    State.BUSY: "~",
    State.DONE: "+",
    State.DROPPED: "–",
}

ANSWERS: dict[tuple[Kind, str], str | Promise] = {
    (Kind.FACTOR, Value.HINDERING): _("Speelt"),
    (Kind.FACTOR, Value.HELPING): _("Speelt niet"),
    (Kind.FACTOR, Value.DONT_KNOW): _("Weet ik niet"),
    (Kind.PAIR, Value.DONT_KNOW): _("Weet ik niet"),
}


def answer(item: Item, value: str) -> str | Promise:
    """`{{ item|answer:"hindering" }}`: an answer in the item's own words; empty for an open item."""
    if not value:
        return ""
    if (known := ANSWERS.get((item.kind, value))) is not None:
        return known
    return item.hindering if value == Value.HINDERING else item.helping


# A sign for each answer, beside its piece of the bar; empty is an item left open.
ANSWER_SIGNS = {Value.HINDERING: "×", Value.DONT_KNOW: "?", "": "·", Value.HELPING: "+"}

# What the team made of a factor; of a pair, one of its two wordings.
CHOICES: dict[tuple[Kind, str], str | Promise] = {
    (Kind.FACTOR, Choice.HINDERING): _("Speelt"),
    (Kind.FACTOR, Choice.HELPING): _("Speelt niet"),
    (Kind.FACTOR, Choice.DIVIDED): _("We blijven verdeeld"),
    (Kind.PAIR, Choice.DIVIDED): _("We blijven verdeeld"),
}

# Why a figure isn't shown.
REASONS: dict[str, str | Promise] = {
    Reason.TOO_FEW: _("te weinig mensen"),
    Reason.SMALL_GROUP: _("om een kleine groep te beschermen"),
    Reason.SUBTRACTION: _("anders is uit te rekenen wat iemand antwoordde"),
}

INTENSITIES: dict[str, str | Promise] = {
    Intensity.REFER: _("Doorverwijzen"),
    Intensity.INFORM: _("Informatie delen"),
    Intensity.ACT: _("Samen activiteiten uitvoeren"),
}

FITS: dict[str, str | Promise] = {
    Fit.TOO_LIGHT: _("Te licht?"),
    Fit.FITS: _("Past dit?"),
    Fit.TOO_HEAVY: _("Te zwaar?"),
}

FORMS: dict[str, str | Promise] = {
    "none": _("Geen vaste vorm"),
    "procedures": _("Procedures"),
    "pathways": _("Zorgpaden"),
    "ad-hoc": _("Ad hoc afstemming"),
    "shared-it": _("Afgestemde IT"),
    "meetings": _("Periodiek overleg"),
    "learning-community": _("Learning community (samen leren)"),
    "partnership": _("Tijdelijk of permanent partnerschap"),
    "team": _("Eén team"),
    "organisation": _("Eén organisatie"),
    "network": _("Netwerk"),
}

MEANINGS: dict[str, str | Promise] = {
    "quality": _("Kwaliteit en kosten"),
    "process": _("Het samenwerkingsproces"),
    "community": _("De gemeenschap"),
}

LEVELS: dict[str, str | Promise] = {
    "practice": _("Uitvoering"),
    "management": _("Leiding"),
    "board": _("Bestuur"),
    "funder": _("Opdrachtgever of financier"),
    "client": _("Cliënt, naaste of vrijwilliger"),
}

MOVERS: dict[str, str | Promise] = {
    Mover.OURSELVES: _("wijzelf"),
    Mover.ORGANISATIONS: _("onze organisaties"),
    Mover.GOVERNMENT: _("overheid of financier"),
}

# As who makes policy calls them; in a report the same people are "wij".
MOVERS_FROM_OUTSIDE: dict[str, str | Promise] = {
    Mover.OURSELVES: _("de teams zelf"),
    Mover.ORGANISATIONS: _("de organisaties"),
    Mover.GOVERNMENT: _("overheid of financier"),
}

STATES: dict[str, str | Promise] = {
    State.OPEN: _("nog te doen"),
    State.BUSY: _("bezig"),
    State.DONE: _("gedaan"),
    State.DROPPED: _("losgelaten"),
}

# How a thing is shared. Not among the words below: not shared is an empty name.
SHARINGS: dict[str, str | Promise] = {
    Sharing.NOT: _("Niet delen"),
    Sharing.UNNAMED: _("Zonder naam"),
    Sharing.NAMED: _("Met onze naam"),
}

NEEDED: dict[str, str | Promise] = {
    Needed.YES: _("Ja, we hebben elkaar nodig"),
    Needed.NO: _("Nee, we hebben elkaar niet nodig"),
    Needed.DIVIDED: _("Daar zijn we verdeeld over"),
}

DECISIONS: dict[str, str | Promise] = {
    Decision.REPAIR: _("herstellen"),
    Decision.REDESIGN: _("hertekenen"),
    Decision.STOP: _("stoppen"),
}

# How people see it, never how it is; "you" is whoever answered, then and now.
SHIFTS: dict[str, str | Promise] = {
    Shift.TOWARDS_HELPING: _("Hier zien jullie minder hinder dan toen"),
    Shift.TOWARDS_HINDERING: _("Hier zien jullie meer hinder dan toen"),
    Shift.CLEARER: _("Hier weten jullie meer van dan toen"),
    Shift.LESS_CLEAR: _("Hier weten jullie minder van dan toen"),
    Shift.SAME: _("Geen duidelijk verschil"),
    Shift.OTHER_ANSWER: _("Een ander antwoord dan toen"),
    NotCompared.MODE: _("toen werd op een andere manier ingevuld"),
    NotCompared.TOO_FEW: _("te weinig mensen kozen iets, toen of nu"),
    NotCompared.VERSION: _("niet in beide versies van de checklist"),
}

# What became of an item over several sessions: how people see it, then and now.
COURSES: dict[str, str | Promise] = {
    Course.BECAME_STRENGTH: _("Werd een sterkte"),
    Course.BECAME_CLEAR: _("Speelt niet (meer)"),
    Course.BECAME_OBSTACLE: _("Werd een hinderpaal"),
    Course.LESS_HINDER: _("Minder hinder gezien"),
    Course.MORE_HINDER: _("Meer hinder gezien"),
    Course.BECAME_KNOWN: _("Werd duidelijker"),
    Course.BECAME_UNKNOWN: _("Werd minder duidelijk"),
    Course.ANSWERED_OTHERWISE: _("Een ander antwoord"),
    Course.STAYS_OBSTACLE: _("Blijft een hinderpaal"),
    Course.STAYS_SPLIT: _("Blijft verdeeld"),
    Course.STAYS_UNKNOWN: _("Blijft een blinde vlek"),
    Course.STAYS_ATTENTION: _("Blijft een aandachtspunt"),
    Course.STAYS_STRENGTH: _("Blijft een sterkte"),
    Course.STAYS_CLEAR: _("Speelt nog altijd niet"),
    Course.NO_CLEAR_DIFFERENCE: _("Geen duidelijk verschil"),
    Course.NOT_COMPARED: _("Niet vergeleken"),
}

MODES: dict[str, str | Promise] = {
    Mode.TOGETHER: _("samen, op één scherm"),
    Mode.ALONE: _("door één persoon"),
    Mode.ANONYMOUS: _("ieder voor zich, anoniem"),
    Mode.NAMED: _("ieder voor zich, op naam"),
}

SHORT_MODES: dict[str, str | Promise] = {
    Mode.TOGETHER: _("samen"),
    Mode.ALONE: _("één persoon"),
    Mode.ANONYMOUS: _("anoniem"),
    Mode.NAMED: _("op naam"),
}

# Every word that isn't bound to a kind of item, by its code name. The names are unique over all tables.
WORDS: dict[str, str | Promise] = {
    **FINDINGS,
    **INTENSITIES,
    **FITS,
    **FORMS,
    **MEANINGS,
    **LEVELS,
    **MOVERS,
    **MODES,
    **REASONS,
    **STATES,
    **NEEDED,
    **DECISIONS,
    **SHIFTS,
    **COURSES,
}

# Which of several of one day, as it is said; after these a number.
_THAT_DAY = (
    _("tweede die dag"),
    _("derde die dag"),
    _("vierde die dag"),
    _("vijfde die dag"),
    _("zesde die dag"),
    _("zevende die dag"),
    _("achtste die dag"),
    _("negende die dag"),
    _("tiende die dag"),
)


def which_session(title: SessionTitle) -> str:
    """What tells a session from others of its day: its name, or which it is. Empty for most, which are alone."""
    parts = [gettext("‘%s’") % title.name] if title.name else []
    if title.nth > 1:
        known = title.nth - 2 < len(_THAT_DAY)
        parts.append(str(_THAT_DAY[title.nth - 2]) if known else gettext("nummer %s die dag") % title.nth)
    return ", ".join(parts)


def session_words(title: SessionTitle) -> str:
    """What a session is called wherever it stands among others: "5 mei 2027 (‘Na de zomer’)". No two of one
    collaboration are called the same."""
    day, which = date_format(title.day, "j F Y"), which_session(title)
    return f"{day} ({which})" if which else day


def session_in_plain_text(title: SessionTitle) -> str:
    """As `session_words`, in a mail or a calendar: what somebody typed turns nothing around it."""
    return session_words(replace(title, name=set_apart(title.name)))
