"""The columns of the rows that leave: what each is called, what it holds, and how wide it is in a spreadsheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Column:
    """`heading` never changes its meaning: people build their own sheets on it."""

    heading: str | Promise
    meaning: str | Promise
    width: int = 12


# In the order in which they stand.
COLUMNS: Mapping[str, Column] = {
    "sort": Column(_("soort"), _("Wat deze rij is: zie ‘Soorten rijen’.")),
    "session": Column(_("sessie"), _("Volgnummer van de sessie in dit bestand."), 8),
    "collaboration": Column(_("samenwerking"), _("Naam van de samenwerking."), 26),
    "day": Column(_("dag"), _("Dag van de sessie.")),
    "mode": Column(_("ingevuld"), _("Hoe er ingevuld werd."), 24),
    "version": Column(_("versie"), _("Versie van de checklist die werd ingevuld."), 8),
    "dimension_key": Column(_("rubriek_code"), _("Vaste code van de rubriek.")),
    "dimension": Column(_("rubriek"), _("Naam van de rubriek."), 34),
    "item_key": Column(
        _("stelling_code"), _("Vaste code van de stelling of factor. Ze is in elke versie dezelfde."), 24
    ),
    "item": Column(_("stelling"), _("De stelling of factor in het kort."), 30),
    "group": Column(_("groep"), _("Organisatie of rol. Leeg: iedereen samen."), 24),
    "hindering": Column(_("hinderend"), _("Aantal dat de hinderende kant koos; bij een factor: ‘speelt’."), 11),
    "helping": Column(_("helpend"), _("Aantal dat de helpende kant koos; bij een factor: ‘speelt niet’."), 11),
    "dont_know": Column(
        _("weet_niet"), _("Aantal dat ‘weet ik niet’ koos. Leeg bij een groep: zie ‘weet_niet_of_open’."), 11
    ),
    "open": Column(_("open"), _("Aantal dat de stelling openliet. Leeg bij een groep: zie ‘weet_niet_of_open’."), 8),
    "unsure": Column(_("weet_niet_of_open"), _("‘Weet ik niet’ en opengelaten samen."), 18),
    "counted": Column(
        _("geteld"), _("Aantal antwoordbladen dat meetelt: die met minstens één antwoord op de checklist."), 9
    ),
    "expected": Column(
        _("verwacht"), _("Aantal mensen dat verwacht werd. Met een groep: van die groep, als die getoond wordt."), 10
    ),
    "finding_key": Column(_("bevinding_code"), _("Vaste code van de bevinding."), 15),
    "finding": Column(_("bevinding"), _("Waar de antwoorden op neerkomen: zie ‘Bevindingen’."), 24),
    "withheld": Column(_("niet_getoond"), _("Waarom er geen cijfer staat. Een leeg cijfer is geen nul."), 30),
    "first": Column(
        _("eerst"),
        _("Hoeveel mensen dit noemden als iets om eerst aan te doen. Leeg: niet gevraagd of niet getoond."),
        8,
    ),
    "question": Column(_("vraag"), _("De vraag naast de checklist."), 34),
    "answer": Column(_("antwoord"), _("Het antwoord, de uitkomst van het gesprek, of het besluit."), 48),
    "number": Column(_("aantal"), _("Hoeveel mensen dit antwoord gaven; bij ‘weggehaald’ hoeveel teksten."), 9),
    "who": Column(
        _("wie"), _("Wie dit antwoordde of schreef (alleen op naam), wie een afspraak doet, of wie aan zet is."), 22
    ),
    "text": Column(_("tekst"), _("De tekst zoals die werd getypt."), 60),
    "reason": Column(_("toelichting"), _("Waarom een afspraak werd losgelaten."), 34),
    "due": Column(_("wanneer"), _("Wanneer een afspraak klaar is; bij ‘besluit’ de dag van de volgende sessie.")),
    "state": Column(_("stand"), _("Hoe het met een afspraak staat."), 14),
    "principle": Column(_("principe"), _("Nummer van het principe waar een afspraak bij hoort (UCLL)."), 10),
    # The last that came: files of before can be pasted over those of now.
    "session_name": Column(
        _("sessienaam"), _("Naam van de sessie, en van meerdere op één dag de hoeveelste. Meestal leeg."), 24
    ),
}


# What stands as the finding of a row that says how many took part, where more than half of them are missing.
LOW_TURNOUT = "low-turnout"


class Sort(StrEnum):
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
    NEED = "need"
    DECISION = "decision"


# What the first column calls it, and what it is.
SORTS: Mapping[Sort, tuple[str | Promise, str | Promise]] = {
    Sort.PEOPLE: (
        _("deelname"),
        _("Hoeveel antwoordbladen meetellen, en hoeveel er verwacht werden. Met een groep: hoeveel van die groep."),
    ),
    Sort.FIGURE: (_("cijfer"), _("Hoe één stelling of factor beantwoord werd, door iedereen of door één groep.")),
    Sort.TALLY: (_("telling"), _("Hoeveel mensen bij een vraag naast de checklist één antwoord gaven.")),
    Sort.ANSWER: (_("antwoord"), _("Wat één persoon antwoordde. Alleen als er op naam werd ingevuld, of op één blad.")),
    Sort.NOTE: (_("notitie"), _("Een notitie bij een stelling of factor.")),
    Sort.SENTENCE: (_("doelzin"), _("Het doel van de samenwerking in één zin.")),
    Sort.REMOVED: (_("weggehaald"), _("Hoeveel teksten de coördinator weghaalde.")),
    Sort.OUTCOME: (
        _("uitkomst"),
        _("Wat het gesprek ervan maakte, met de reden. Onder ‘wie’ staat wie dit in beweging kan zetten."),
    ),
    Sort.MINORITY: (_("minderheid"), _("Wat een minderheid vindt.")),
    Sort.AGREEMENT: (_("afspraak"), _("Een afspraak: wat, wie, wanneer klaar en hoe het ermee staat.")),
    Sort.NEED: (_("nodig"), _("Of jullie elkaar nodig hebben om het doel te bereiken.")),
    Sort.DECISION: (
        _("besluit"),
        _("Wat jullie besloten, met de reden. Onder ‘wanneer’ staat de dag van de volgende sessie."),
    ),
}
