"""What every column and code in a workbook means, so that nobody has to guess years later."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from django.utils.translation import gettext as _

from reflectie.domain.questionnaire.checklist import Checklist, Dimension, Item, Kind
from reflectie.domain.report.changes import NotCompared
from reflectie.domain.rules.findings import BLIND_ABOVE, OBSTACLE_FROM, STRENGTH_FROM, Finding
from reflectie.domain.rules.suppression import FLOOR, Reason
from reflectie.domain.rules.turnout import LOW_ABOVE
from reflectie.domain.setup import Mode
from reflectie.presentation import wording

from .columns import COLUMNS, LOW_TURNOUT, SORTS
from .tables import Table

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
    yield _("Bevindingen"), [*((_code(found), text) for found, text in _findings().items()), _low_turnout()]
    yield _("Niet getoond"), _withheld()
    yield _("Ingevuld"), [(str(wording.MODES[mode]), _mode(mode)) for mode in Mode]
    yield _("Rubrieken"), [(dimension.key, dimension.name) for dimension, _items in parts]
    yield _("Stellingen en factoren"), [(item.key, _item(item)) for _dimension, held in parts for item in held]
    yield _("Bron"), _sources(checklist)


def _findings() -> dict[Finding, str]:
    """When the answers add up to what, with the thresholds from the one place where they stand."""
    by = {"blind": _share(BLIND_ABOVE), "obstacle": _share(OBSTACLE_FROM), "strength": _share(STRENGTH_FROM)}
    return {
        Finding.UNKNOWN: _("Meer dan %(blind)s van wie meetelt, weet het niet of liet het open: dat telt eerst.") % by,
        Finding.OBSTACLE: _("Van wie koos, koos minstens %(obstacle)s hinderend (bij een factor: ‘speelt’).") % by,
        Finding.STRENGTH: _("Van wie koos, koos minstens %(strength)s helpend. Alleen bij een stelling.") % by,
        Finding.CLEAR: _("Van wie koos, koos minstens %(strength)s ‘speelt niet’. Alleen bij een factor.") % by,
        Finding.SPLIT: _("Alles daartussen: mensen zien het verschillend. Het is nooit een gemiddelde."),
        Finding.ATTENTION: _("Wisselende samenstelling, terwijl alleen doorverwijzen nodig is: geen hinderpaal."),
    }


def _low_turnout() -> Line:
    low = {"low": _share(LOW_ABOVE)}
    text = _("Bij ‘deelname’: meer dan %(low)s van wie verwacht werd, antwoordde niet. Zonder verwacht aantal: leeg.")
    return f"{LOW_TURNOUT} · {wording.LOW_TURNOUT}", text % low


def _share(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"


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
        Mode.TOGETHER: _("Eén antwoordblad van het hele team. Elk cijfer is dus 0 of 1."),
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
