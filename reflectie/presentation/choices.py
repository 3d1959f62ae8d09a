"""What can be chosen for a session and at its end: what each possibility is called, and what it means."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.agreements import Decision
from reflectie.domain.setup import Grouping, Mode

MODES: dict[str, tuple[str | Promise, str | Promise]] = {
    Mode.TOGETHER: (
        _("Samen, op één scherm"),
        _(
            "Jullie zitten bij elkaar, praten bij elke vraag en geven één antwoord. Reken op een half uur. Is er "
            "iemand naar wie de anderen zich richten? Kies dan hieronder ‘ieder voor zich’: zo antwoordt iedereen "
            "zonder eerst een ander te horen."
        ),
    ),
    Mode.ANONYMOUS: (
        _("Ieder voor zich, anoniem"),
        _("Ieder antwoordt op het eigen toestel. Het verslag toont aantallen en notities, zonder namen."),
    ),
    Mode.NAMED: (
        _("Ieder voor zich, op naam"),
        _("Ieder antwoordt op het eigen toestel. In het verslag staat van wie elk antwoord is."),
    ),
}
GROUPINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    Grouping.NONE: (_("Nee"), _("Het verslag toont de groep als geheel.")),
    Grouping.PARTNER: (_("Per partner"), _("Het verslag zet de organisaties naast elkaar.")),
    Grouping.LEVEL: (_("Per rol"), _("Het verslag zet uitvoering, leiding, bestuur en andere rollen naast elkaar.")),
}
QUESTIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "first": (
        _("Waar zouden jullie het eerst iets aan doen?"),
        _("Bepaalt de volgorde van de hinderpalen, het advies en het gesprek."),
    ),
    "goal-sentence": (
        _("Wat is het doel, in één zin?"),
        _("De zinnen staan naast elkaar in het verslag: bedoelen jullie hetzelfde?"),
    ),
    "help-range": (
        _("Van waar tot waar gaat jouw hulp? (van a tot z)"),
        _("Laat zien waar niemand helpt, en waar hulp overlapt."),
    ),
    "intensity": (
        _("Hoe nauw moeten jullie samenwerken, en hoe gaat het nu? (twee vragen)"),
        _("Laat zien of de vorm te licht is, past of te zwaar is."),
    ),
    "ips-meaning": (
        _("Wat staat in jouw organisatie centraal?"),
        _("Laat zien of partners iets anders bedoelen met hetzelfde woord. Vragen we niet als jullie samen invullen."),
    ),
}

# Beside each decision, what it means. None of them is the better one.
DECISIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    Decision.REPAIR: (_("Herstellen"), _("We gaan samen verder zoals we zijn, en pakken aan wat in de weg zit.")),
    Decision.REDESIGN: (
        _("Hertekenen"),
        _("We bouwen opnieuw op: een ander doel, andere partners of een andere vorm."),
    ),
    Decision.STOP: (_("Stoppen"), _("We stoppen met deze samenwerking, en ronden ze netjes af.")),
}

# What each possibility means, beside its name.
EXPLAINED = {name: words[1] for table in (MODES, GROUPINGS, QUESTIONS, DECISIONS) for name, words in table.items()}
