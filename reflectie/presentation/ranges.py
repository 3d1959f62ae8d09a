"""How far help goes, in words: what the eye sees in the bands, for who doesn't see them."""

from collections.abc import Sequence
from itertools import groupby

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.questionnaire.help_range import LETTERS, stretches
from reflectie.domain.report.report import Report
from reflectie.domain.rules.ranges import Band, Ranges
from reflectie.domain.setup import Mode

from .report import group_name


def stretch_text(first: str, last: str) -> str:
    """From where to where: "van a tot d", or "alleen b"."""
    if first == last:
        return gettext("alleen %s") % first
    return gettext("van %(first)s tot %(last)s") % {"first": first, "last": last}


def letters_text(letters: Sequence[str]) -> str:
    """Letters in as few words as say them: "c, e tot h en z"."""
    parts = [
        first if first == last else gettext("%(first)s tot %(last)s") % {"first": first, "last": last}
        for first, last in stretches(letters)
    ]
    return get_text_list(parts, gettext("en"))


def band_name(report: Report, band: Band) -> str:
    """Who a band is of: a person, a group, or those without one; empty for the only sheet there is."""
    if report.mode is Mode.NAMED:
        return band.name or gettext("zonder naam")
    if report.mode is Mode.ANONYMOUS:
        return str(group_name(report, band.name)) if band.name else gettext("Zonder groep")
    return ""


def band_parts(band: Band) -> list[tuple[str, tuple[str, ...], int | None]]:
    """What a group's band says: in words, at which letters, and how many of the group that is; None where that isn't
    told."""
    others = tuple(letter for letter in band.some if letter not in band.every)
    nobody = tuple(letter for letter in LETTERS if letter not in band.some)
    parts: list[tuple[str, tuple[str, ...], int | None]] = [
        (gettext("iedereen"), band.every, band.people),
        (gettext("niet iedereen"), others, None),
        (gettext("niemand"), nobody, 0),
    ]
    return [part for part in parts if part[1]] if band.people else []


def band_text(report: Report, band: Band) -> str:
    """A whole band: "Thuiszorg (4 mensen): iedereen a tot d, niet iedereen e tot h, niemand i tot z."."""
    if report.mode is not Mode.ANONYMOUS:
        words, name = stretch_text(band.some[0], band.some[-1]), band_name(report, band)
        return f"{name}: {words}." if name else f"{words[:1].upper()}{words[1:]}."
    if not band.people:
        return gettext("%s: niemand vulde dit in.") % band_name(report, band)
    words = ", ".join(f"{who} {letters_text(letters)}" for who, letters, _number in band_parts(band))
    people = {"group": band_name(report, band), "n": band.people, "words": words}
    return gettext("%(group)s (%(n)s mensen): %(words)s.") % people


def counts_text(ranges: Ranges) -> str:
    """How many help where: "a tot d: 5 van 6; e: 1 van 6."."""
    parts = []
    for number, numbered in groupby(zip(LETTERS, ranges.counts, strict=True), key=lambda pair: pair[1]):
        of = {"letters": letters_text([letter for letter, _ in numbered]), "n": number, "total": ranges.people}
        parts.append(gettext("%(letters)s: %(n)s van %(total)s") % of)
    return f"{'; '.join(parts)}."


def range_lines(report: Report) -> list[str]:
    """`{% range_lines report as lines %}`: where nobody helps, and where several do; none where that isn't shown."""
    ranges = report.ranges
    if not isinstance(ranges, Ranges):
        return []
    gaps, overlaps = letters_text(ranges.gaps), letters_text(ranges.overlaps)
    if not report.mode.is_round:
        return [gettext("Buiten deze hulp valt: %s.") % gaps if gaps else gettext("Van a tot z: dat is integraal.")]
    lines = [
        ngettext("%s persoon vulde dit in.", "%s mensen vulden dit in.", ranges.people) % ranges.people,
        gettext("Hier helpt niemand van hen: %s.") % gaps if gaps else gettext("Bij elke letter helpt iemand van hen."),
    ]
    if overlaps:
        is_by_group = ranges.bands and report.mode is Mode.ANONYMOUS
        several = (
            gettext("Hier helpen meerdere groepen: %s.") if is_by_group else gettext("Hier helpen er meerdere: %s.")
        )
        lines.append(several % overlaps)
    elif ranges.people > 1:
        lines.append(gettext("Nergens overlapt de hulp."))
    return lines


def range_question(report: Report) -> str:
    """`{% range_question report %}`: with which to talk about it (UCLL, the integral perspective); empty without."""
    ranges = report.ranges
    if not isinstance(ranges, Ranges):
        return ""
    if report.mode.is_round:
        return gettext("Logisch of fragmenterend? Hoe merkt wie hulp krijgt dat de een het van de ander overneemt?")
    [band] = ranges.bands[:1]
    first, last = band.some[0], band.some[-1]
    if not ranges.gaps:
        return gettext("Hoe merkt wie hulp krijgt dat alles samenhangt?")
    if first == last:
        return gettext("Logisch of fragmenterend? Waar hangt %s mee samen, en wie helpt daarbij?") % first
    if last == LETTERS[-1]:
        return gettext("Logisch of fragmenterend? Wie helpt voor het bij %s begint?") % first
    return gettext("Is de knip na %s logisch of fragmenterend? Wie neemt het dan over?") % last
