"""The words that the screen and the PDF use for what the domain names. The one place for them."""

from dataclasses import replace

from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reflectie.domain.comparison.history import ChangeKind
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import ActionOwner, Kind
from reflectie.domain.questionnaire.intensity import Fit, Intensity
from reflectie.domain.report.agreements import Decision, Needed, State
from reflectie.domain.report.changes import NotCompared, Shift
from reflectie.domain.report.outcomes import Choice
from reflectie.domain.report.polls import Stance
from reflectie.domain.rules.suppression import Reason
from reflectie.domain.rules.turnout import LOW_ABOVE
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Mode
from reflectie.domain.sharing import Sharing
from reflectie.domain.text import set_apart

from . import findings
from .numbers import share_in_words

# Beside the findings of items: of how many that were expected too few answered (`domain/rules/turnout.py`).
LOW_TURNOUT = format_lazy(_("Minder dan {share} antwoordde"), share=share_in_words(1 - LOW_ABOVE))

FINDINGS: dict[str, str | Promise] = {found: said.word for found, said in findings.FINDINGS.items()}

# A sign beside each word, told apart without colour. Those of findings are in the typeface.
SIGNS: dict[str, str] = {
    **{found: said.sign for found, said in findings.FINDINGS.items()},
    # Of these in spreadsheets alone: pages and PDFs draw them (`phrases.state_mark`).
    State.OPEN: "○",
    State.BUSY: "◐",
    State.DONE: "✓",
    State.DROPPED: "✕",
}

ANSWERS: dict[tuple[Kind, str], str | Promise] = {
    (Kind.FACTOR, Value.HINDERING): _("Speelt"),
    (Kind.FACTOR, Value.HELPING): _("Speelt niet"),
    (Kind.FACTOR, Value.DONT_KNOW): _("Weet ik niet"),
    (Kind.PAIR, Value.DONT_KNOW): _("Weet ik niet"),
    (Kind.FACTOR, Value.DISAGREE): _("We zijn het niet eens"),
    (Kind.PAIR, Value.DISAGREE): _("We zijn het niet eens"),
}

# A sign for each answer, beside its piece of the bar; empty is an item left open.
ANSWER_SIGNS = {Value.HINDERING: "×", Value.DISAGREE: "±", Value.DONT_KNOW: "?", "": "·", Value.HELPING: "+"}

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
    "partnership": _("Partnerschap"),
    "team": _("Eén team"),
    "organisation": _("Eén organisatie"),
    "network": _("Netwerk"),
}

MEANINGS: dict[str, str | Promise] = {
    "quality": _("Kwaliteit en kosten"),
    "process": _("Het samenwerkingsproces"),
    "community": _("De gemeenschap"),
}

# What working together then comes to, for who puts this first (HAN, "Achtergrondinformatie 2").
MEANING_HINTS: dict[str, str | Promise] = {
    "quality": _("Zorgverleners pakken samen een ingewikkelde vraag aan."),
    "process": _("Samen maatwerk bieden rond één persoon en diens netwerk."),
    "community": _("Netwerken en buurten sterker maken, zodat mensen elkaar helpen."),
}

LEVELS: dict[str, str | Promise] = {
    "practice": _("Uitvoering"),
    "management": _("Leiding"),
    "board": _("Bestuur"),
    "funder": _("Opdrachtgever of financier"),
    "client": _("Cliënt, naaste of vrijwilliger"),
}

MOVERS: dict[str, str | Promise] = {
    ActionOwner.OURSELVES: _("wijzelf"),
    ActionOwner.ORGANISATIONS: _("onze organisaties"),
    ActionOwner.GOVERNMENT: _("overheid of financier"),
}

# As who makes policy calls them; in a report the same people are "wij".
MOVERS_FROM_OUTSIDE: dict[str, str | Promise] = {
    ActionOwner.OURSELVES: _("de teams zelf"),
    ActionOwner.ORGANISATIONS: _("de organisaties"),
    ActionOwner.GOVERNMENT: _("overheid of financier"),
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

# Where somebody stands, as they say it themselves in a poll.
STANCES: dict[str, str | Promise] = {
    Stance.BEHIND: _("Ik sta erachter"),
    Stance.LIVE_WITH: _("Ik kan ermee leven"),
    Stance.OBJECTION: _("Ik heb een bezwaar"),
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
    ChangeKind.BECAME_STRENGTH: _("Werd een sterkte"),
    ChangeKind.BECAME_CLEAR: _("Speelt niet (meer)"),
    ChangeKind.BECAME_OBSTACLE: _("Werd een hinderpaal"),
    ChangeKind.LESS_HINDER: _("Minder hinder gezien"),
    ChangeKind.MORE_HINDER: _("Meer hinder gezien"),
    ChangeKind.BECAME_KNOWN: _("Werd duidelijker"),
    ChangeKind.BECAME_UNKNOWN: _("Werd minder duidelijk"),
    ChangeKind.ANSWERED_OTHERWISE: _("Een ander antwoord"),
    ChangeKind.STAYS_OBSTACLE: _("Blijft een hinderpaal"),
    ChangeKind.STAYS_SPLIT: _("Blijft verdeeld"),
    ChangeKind.STAYS_UNKNOWN: _("Blijft een blinde vlek"),
    ChangeKind.STAYS_ATTENTION: _("Blijft een aandachtspunt"),
    ChangeKind.STAYS_STRENGTH: _("Blijft een sterkte"),
    ChangeKind.STAYS_CLEAR: _("Speelt nog altijd niet"),
    ChangeKind.NO_CLEAR_DIFFERENCE: _("Geen duidelijk verschil"),
    ChangeKind.NOT_COMPARED: _("Niet vergeleken"),
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
    **STANCES,
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
    # As Django writes "j F Y", in a tenth of the time: a comparison of sixty sessions says some hundreds of days.
    day, which = f"{title.day.day} {MONTHS[title.day.month]} {title.day.year}", which_session(title)
    return f"{day} ({which})" if which else day


def session_in_plain_text(title: SessionTitle) -> str:
    """As `session_words`, in a mail or a calendar: what somebody typed turns nothing around it."""
    return session_words(replace(title, name=set_apart(title.name)))
