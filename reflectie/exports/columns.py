"""The columns of the rows that leave: what each is called, what it holds, and how wide it is in a spreadsheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """`heading` never changes its meaning: people build their own sheets on it."""

    heading: str | Promise
    meaning: str | Promise
    width: int = 12


# In the order in which they stand.
COLUMNS: Mapping[str, ExportColumn] = {
    "sort": ExportColumn(_("soort"), _("Wat deze rij is: zie ‘Soorten rijen’.")),
    "session": ExportColumn(_("sessie"), _("Volgnummer van de sessie in dit bestand."), 8),
    "collaboration": ExportColumn(_("samenwerking"), _("Naam van de samenwerking."), 26),
    "day": ExportColumn(_("dag"), _("Dag van de sessie.")),
    "mode": ExportColumn(_("ingevuld"), _("Hoe er ingevuld werd."), 24),
    "version": ExportColumn(_("versie"), _("Versie van de checklist die werd ingevuld."), 8),
    "dimension_key": ExportColumn(_("rubriek_code"), _("Vaste code van de rubriek.")),
    "dimension": ExportColumn(_("rubriek"), _("Naam van de rubriek."), 34),
    "item_key": ExportColumn(
        _("stelling_code"), _("Vaste code van de stelling of factor. Ze is in elke versie dezelfde."), 24
    ),
    "item": ExportColumn(_("stelling"), _("De stelling of factor in het kort."), 30),
    "group": ExportColumn(_("groep"), _("Organisatie of rol. Leeg: iedereen samen."), 24),
    "hindering": ExportColumn(_("hinderend"), _("Aantal dat de hinderende kant koos; bij een factor: ‘speelt’."), 11),
    "helping": ExportColumn(_("helpend"), _("Aantal dat de helpende kant koos; bij een factor: ‘speelt niet’."), 11),
    "dont_know": ExportColumn(
        _("weet_niet"), _("Aantal dat ‘weet ik niet’ koos. Leeg bij een groep: zie ‘weet_niet_of_open’."), 11
    ),
    "open": ExportColumn(
        _("open"), _("Aantal dat de stelling openliet. Leeg bij een groep: zie ‘weet_niet_of_open’."), 8
    ),
    "unsure": ExportColumn(_("weet_niet_of_open"), _("‘Weet ik niet’ en opengelaten samen."), 18),
    "counted": ExportColumn(
        _("geteld"), _("Aantal antwoordbladen dat meetelt: die met minstens één antwoord op de checklist."), 9
    ),
    "expected": ExportColumn(
        _("verwacht"), _("Aantal mensen dat verwacht werd. Met een groep: van die groep, als die getoond wordt."), 10
    ),
    "finding_key": ExportColumn(_("bevinding_code"), _("Vaste code van de bevinding."), 15),
    "finding": ExportColumn(_("bevinding"), _("Waar de antwoorden op neerkomen: zie ‘Bevindingen’."), 24),
    "withheld": ExportColumn(_("niet_getoond"), _("Waarom er geen cijfer staat. Een leeg cijfer is geen nul."), 30),
    "first": ExportColumn(
        _("eerst"),
        _("Hoeveel mensen dit noemden als iets om eerst aan te doen. Leeg: niet gevraagd of niet getoond."),
        8,
    ),
    "question": ExportColumn(_("vraag"), _("De vraag naast de checklist."), 34),
    "answer": ExportColumn(_("antwoord"), _("Het antwoord, de uitkomst van het gesprek, of het besluit."), 48),
    "number": ExportColumn(_("aantal"), _("Hoeveel mensen dit antwoord gaven; bij ‘weggehaald’ hoeveel teksten."), 9),
    "who": ExportColumn(
        _("wie"),
        _("Wie dit antwoordde of schreef (alleen op naam), wie een afspraak doet, of wie het kan aanpakken."),
        22,
    ),
    "text": ExportColumn(_("tekst"), _("De tekst zoals die werd getypt."), 60),
    "reason": ExportColumn(
        _("toelichting"), _("Waarom een afspraak werd losgelaten; bij ‘peiling’ hoe er gestemd werd."), 34
    ),
    "due": ExportColumn(_("wanneer"), _("Wanneer een afspraak klaar is; bij ‘besluit’ de dag van de volgende sessie.")),
    "state": ExportColumn(_("stand"), _("Hoe het met een afspraak staat."), 14),
    "principle": ExportColumn(_("principe"), _("Nummer van het principe waar een afspraak bij hoort (UCLL)."), 10),
    # The last that came: files of before can be pasted over those of now.
    "session_name": ExportColumn(
        _("sessienaam"), _("Naam van de sessie, en van meerdere op één dag de hoeveelste. Meestal leeg."), 24
    ),
    "divided": ExportColumn(
        _("niet_eens"),
        _("1 als een team samen zei dat het niet eens is. Kan alleen als een team samen invulde. Leeg bij een groep."),
        10,
    ),
    "trigger": ExportColumn(_("moment"), _("Op welk moment jullie een afspraak doen, zoals jullie het schreven."), 34),
}


# What stands as the finding of a row that says how many took part, where more than half of them are missing.
LOW_TURNOUT = "low-turnout"


class RowType(StrEnum):
    """What a row is."""

    PEOPLE = "people"
    FIGURE = "figure"
    TALLY = "tally"
    ANSWER = "answer"
    NOTE = "note"
    SENTENCE = "sentence"
    REMOVED = "removed"
    OUTCOME = "outcome"
    MINORITY = "minority"
    AGREEMENT = "agreement"
    PARKED = "parked"
    POLL = "poll"
    NEED = "need"
    DECISION = "decision"


# What the first column calls it, and what it is.
SORTS: Mapping[RowType, tuple[str | Promise, str | Promise]] = {
    RowType.PEOPLE: (
        _("deelname"),
        _("Hoeveel antwoordbladen meetellen, en hoeveel er verwacht werden. Met een groep: hoeveel van die groep."),
    ),
    RowType.FIGURE: (_("cijfer"), _("Hoe één stelling of factor beantwoord werd, door iedereen of door één groep.")),
    RowType.TALLY: (
        _("telling"),
        _(
            "Hoeveel mensen bij een vraag naast de checklist één antwoord gaven. Bij ‘Van waar tot waar’: hoeveel er "
            "bij een letter helpen. Van een groep staat er alleen waar iedereen, niet iedereen of niemand helpt."
        ),
    ),
    RowType.ANSWER: (
        _("antwoord"),
        _("Wat één persoon antwoordde. Alleen als er op naam werd ingevuld, of op één blad."),
    ),
    RowType.NOTE: (_("notitie"), _("Een notitie bij een stelling of factor.")),
    RowType.SENTENCE: (_("doelzin"), _("Het doel van de samenwerking in één zin.")),
    RowType.REMOVED: (_("weggehaald"), _("Hoeveel teksten de coördinator weghaalde.")),
    RowType.OUTCOME: (
        _("uitkomst"),
        _("Wat het gesprek ervan maakte, met de reden. Onder ‘wie’ staat wie dit kan aanpakken."),
    ),
    RowType.MINORITY: (_("minderheid"), _("Wat een minderheid vindt.")),
    RowType.AGREEMENT: (_("afspraak"), _("Een afspraak: wat, wie, wanneer klaar en hoe het ermee staat.")),
    RowType.PARKED: (_("parkeerplaats"), _("Wat in het gesprek moest wachten.")),
    RowType.POLL: (
        _("peiling"),
        _("Hoeveel mensen achter een afspraak of besluit staan. Onder ‘tekst’ staat welke afspraak of welk besluit."),
    ),
    RowType.NEED: (_("nodig"), _("Of jullie elkaar nodig hebben om het doel te bereiken.")),
    RowType.DECISION: (
        _("besluit"),
        _("Wat jullie besloten, met de reden. Onder ‘wanneer’ staat de dag van de volgende sessie."),
    ),
}
