"""What every column and code in a workbook means, so that nobody has to guess years later."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from reflectie.domain.questionnaire.checklist import Checklist, Dimension, Item, Kind
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.suppression import FLOOR, Reason
from reflectie.domain.rules.turnout import LOW_ABOVE
from reflectie.domain.setup import Mode
from reflectie.presentation import wording
from reflectie.presentation.findings import FINDINGS

from .columns import COLUMNS, LOW_TURNOUT, SORTS
from .tables import Table

# As the rules are read: the first that applies.
_IN_ORDER = (
    Finding.UNKNOWN,
    Finding.OBSTACLE,
    Finding.STRENGTH,
    Finding.CLEAR,
    Finding.SPLIT,
    Finding.ATTENTION,
)

# What it is called, and what it means.
Line = tuple[str, str]


def codebook(
    tables: Iterable[Table], checklist: Checklist, items: Iterable[tuple[Dimension, tuple[Item, ...]]]
) -> Iterator[tuple[str, list[Line]]]:
    """The parts of a codebook, each with its lines, for these tables. `checklist` gives version and sources, `items`
    the items that stand in the tables."""
    tables, parts = list(tables), list(items)
    yield _("Bladen"), [(table.name, _about(table)) for table in tables]
    used = {column for table in tables for column in table.columns}
    yield _("Kolommen"), [(str(COLUMNS[c].heading), str(COLUMNS[c].meaning)) for c in COLUMNS if c in used]
    found = {row["sort"] for table in tables for row in table.rows}
    yield _("Soorten rijen"), [(str(name), str(meaning)) for name, meaning in SORTS.values() if str(name) in found]
    yield _("Bevindingen"), [*((_code(found), str(FINDINGS[found].rule)) for found in _IN_ORDER), _low_turnout()]
    yield _("Niet getoond"), _withheld()
    yield _("Ingevuld"), [(str(wording.MODES[mode]), _mode(mode)) for mode in Mode]
    yield _("Rubrieken"), [(dimension.key, dimension.name) for dimension, _items in parts]
    yield _("Stellingen en factoren"), [(item.key, _item(item)) for _dimension, held in parts for item in held]
    yield _("Bron"), _sources(checklist)


def _low_turnout() -> Line:
    low = {"low": LOW_ABOVE}
    text = _("Bij ‘deelname’: meer dan %(low)s van wie verwacht werd, antwoordde niet. Zonder verwacht aantal: leeg.")
    return f"{LOW_TURNOUT} · {wording.LOW_TURNOUT}", text % low


def _code(found: Finding) -> str:
    return f"{found} · {wording.SIGNS[found]} {wording.FINDINGS[found]}"


def _about(table: Table) -> str:
    return _("Ruwe rijen, om mee te rekenen en te filteren. Aantal rijen: %s.") % len(table.rows)


def _withheld() -> list[Line]:
    floor = {"floor": FLOOR}
    reasons = {
        Reason.TOO_FEW: _("Van minder dan %(floor)s mensen tonen we bij anoniem invullen niets.") % floor,
        Reason.SMALL_GROUP: _(
            "In deze groep zijn minder dan %(floor)s mensen, of met haar cijfers is een kleinere groep uit te rekenen."
        )
        % floor,
        Reason.SUBTRACTION: _("Met dit cijfer erbij is uit te rekenen wat een persoon of kleine groep antwoordde."),
        NotCompared.VERSION: _("De stelling staat niet in de versie van de checklist die toen werd ingevuld."),
    }
    return [(str(wording.WORDS[reason]), text) for reason, text in reasons.items()]


def _mode(mode: Mode) -> str:
    return {
        Mode.TOGETHER: _(
            "Eén antwoordblad van het hele team. Elk cijfer is dus 0 of 1. Alleen hier kan het antwoord zijn: ‘we zijn "
            "het niet eens’."
        ),
        Mode.ALONE: _("Eén antwoordblad van één persoon. Elk cijfer is dus 0 of 1."),
        Mode.ANONYMOUS: _("Ieder een eigen antwoordblad, zonder naam."),
        Mode.NAMED: _("Ieder een eigen antwoordblad, met naam."),
    }[mode]


def _item(item: Item) -> str:
    if item.kind is Kind.FACTOR:
        return f"{item.hindering} ({item.words})"
    return _("Hinderend: %(hindering)s. Helpend: %(helping)s.") % {"hindering": item.hindering, "helping": item.helping}


def _sources(checklist: Checklist) -> list[Line]:
    version = {"version": checklist.version, "revision": checklist.revision}
    return [
        (_("Checklist"), _("Versie %(version)s. Uitleg en advies: herziening %(revision)s.") % version),
        *((source.name, source.reference) for source in checklist.sources),
    ]
