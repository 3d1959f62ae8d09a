"""The pictures of a report: which there are, and what stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext

from reflectie.domain.questionnaire.answers import MEANINGS, Value
from reflectie.domain.questionnaire.checklist import Item, Kind
from reflectie.domain.questionnaire.intensity import FORMS, Intensity, current_intensity
from reflectie.domain.report.items import ItemReport, Tally
from reflectie.domain.report.perspectives import Perspective, Perspectives, outermost, set_side_by_side
from reflectie.domain.report.report import Report
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.ranges import Ranges
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import Grouping, Mode
from reflectie.presentation import wording
from reflectie.presentation.findings import FINDINGS
from reflectie.presentation.groups import GroupMark, marks_of
from reflectie.presentation.items import answer
from reflectie.presentation.layout import named_of
from reflectie.presentation.ranges import band_name, band_text, counts_text, letters_text
from reflectie.presentation.report import group_name, group_text, spread_text

from .arms import whirlpool_text
from .bands import BandRow, draw_bands, draw_numbers
from .drawing import Drawing
from .scales import Circle, Layer, ScaleStep, draw_circles, draw_layers, draw_scale
from .spread import SpreadRow, draw_spreads
from .tracks import Track, draw_legend, draw_tracks

Row = TypeVar("Row")

# Bands in one part of a picture: a page has room for two such parts.
BANDS_IN_PART = 12
# Tracks in two such parts next to each other, so that a page can end before the next two.
TRACKS_ABREAST = 8
# Who pays stands above the boards, these above who works with the client, and the client is who it is for (TG,
# "Samenwerken op organisatieniveau").
_FROM_ABOVE = ("funder", "board", "management", "practice", "client")


@dataclass(frozen=True, slots=True)
class PicturePart:
    """One drawing, and what it shows for whoever doesn't see it. Under a heading when it isn't what matters most: on
    the screen it is folded."""

    drawing: Drawing
    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One of a report's pictures, by the name of its file."""

    name: str
    heading: str
    # How to read it, in sentences.
    reading: tuple[str, ...]
    parts: tuple[PicturePart, ...]
    # Who the numbers in it stand for.
    groups: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)

    @property
    def front(self) -> tuple[PicturePart, ...]:
        """What matters most, for a slide; all of it where nothing does."""
        return tuple(part for part in self.parts if not part.heading) or self.parts

    @property
    def folds(self) -> tuple[tuple[str, tuple[PicturePart, ...]], ...]:
        """Its parts by the heading that they stand under, which is empty for those in front."""
        headings = dict.fromkeys(part.heading for part in self.parts)
        return tuple((each, tuple(part for part in self.parts if part.heading == each)) for each in headings)

    @property
    def marked(self) -> tuple[tuple[GroupMark, str], ...]:
        """Each group's mark and its name."""
        return tuple(zip(marks_of(self.groups), self.groups, strict=True))

    @property
    def legend(self) -> Drawing:
        return draw_legend(self.groups, marks_of(self.groups), sum(part.drawing.width for part in self.front))


def find_picture(report: Report, name: str) -> Picture | None:
    """`{% find_picture report "niveaus" as picture %}`: None where the report hasn't got it, or may not show it."""
    return None if report.is_withheld or name not in PICTURES else PICTURES[name](report)


def _whirlpool(report: Report) -> Picture | None:
    signs = gettext("× speelt, ± verdeeld, – speelt niet, ? weet ik niet.")
    wide = gettext("Hoe breder een arm, hoe meer mensen zeggen dat die factor speelt.")
    text = whirlpool_text(report.whirlpool, numbered=report.mode.is_round)
    # Its arms are drawn by a template of their own; here is the room for them.
    part = PicturePart(Drawing(608.0, 408.0, (), ()), text)
    reading = (wide, signs) if report.mode.is_round else (signs,)
    return Picture("draaikolk", gettext("Welke factoren spelen?"), reading, (part,))


def _intensity(report: Report) -> Picture | None:
    if not (steps := _steps(report)) or not any(step.needed or step.current for step in steps):
        return None
    above, below = gettext("Nodig"), gettext("Nu")
    needed = [step for step in steps if step.needed]
    current = [step for step in steps if step.current]
    if is_round := report.mode.is_round:
        above = gettext("Nodig: zoveel mensen kozen dit")
        below = gettext("Nu: zo vaak is hier een vorm van genoemd")
    text = gettext("Nodig: %(needed)s. Nu: %(current)s.") % {
        "needed": _listed([(step.name, step.needed) for step in needed], counted=is_round),
        "current": _listed([(step.name, step.current) for step in current], counted=is_round),
    }
    part = PicturePart(draw_scale(steps, above, below, counted=is_round), text)
    return Picture("intensiteit", gettext("Past de vorm bij wat nodig is?"), (), (part,))


def _steps(report: Report) -> list[ScaleStep]:
    """The three steps; none where a tally is withheld."""
    if not report.mode.is_round:
        if not report.intensities:
            return []
        view = report.intensities[0]
        current = current_intensity(view.forms)
        return [
            ScaleStep(str(wording.INTENSITIES[step]), int(step is view.needed), int(step is current))
            for step in Intensity
        ]
    if isinstance(report.needed, Withheld) or isinstance(report.forms, Withheld):
        return []
    needed = dict(report.needed.numbers)
    return [
        ScaleStep(
            str(wording.INTENSITIES[step]),
            needed.get(step, 0),
            sum(number for form, number in report.forms.numbers if FORMS[form] is step),
        )
        for step in Intensity
    ]


def _listed(numbers: Sequence[tuple[str, int]], *, counted: bool) -> str:
    named = [f"{name.lower()} {number}" if counted else name.lower() for name, number in numbers if number]
    return ", ".join(named) or gettext("niet ingevuld")


def _meanings(report: Report) -> Picture | None:
    if report.mode.is_round:
        tally = report.meaning
        numbers = dict(tally.numbers) if isinstance(tally, Tally) else {}
        reading = gettext("Hoe groter de cirkel, hoe meer mensen dit in hun organisatie centraal zien staan (HAN).")
    else:
        numbers = {name: report.meanings.count(name) for name in MEANINGS} if report.meanings else {}
        reading = gettext("Wat in jouw organisatie centraal staat, is gevuld (HAN).")
    if not numbers:
        return None
    circles = [
        Circle(
            str(wording.MEANINGS[name]),
            _meant(report, name),
            numbers[name],
            str(numbers[name]) if report.mode.is_round else gettext("jij") if numbers[name] else "",
        )
        for name in MEANINGS
    ]
    heading = gettext("Wat bedoelen jullie met samenwerken?")
    text = " ".join(f"{shown.name}: {shown.text or gettext('niet')}. {shown.words}" for shown in circles)
    part = PicturePart(draw_circles(circles), text)
    return Picture("betekenissen", heading, (reading,), (part,))


def _meant(report: Report, name: str) -> str:
    """What working together then comes to and, by name, to which partners."""
    words = str(wording.MEANING_HINTS[name])
    partners = dict(report.meaning_partners).get(name)
    if not partners:
        return words
    shown = [*named_of(partners)]
    if more := len(partners) - len(shown):
        shown.append(gettext("nog %s") % more)
    return gettext("%(words)s Gekozen door: %(partners)s.") % {
        "words": words,
        "partners": get_text_list(shown, gettext("en")),
    }


def _levels(report: Report) -> Picture | None:
    sizes = dict(report.groups)
    shown = [size for size in sizes.values() if not isinstance(size, Withheld) and size]
    if report.setup.grouping is not Grouping.LEVEL or not shown:
        return None
    layers = [_layer(report, name, sizes[name]) for name in _FROM_ABOVE if name in sizes]
    text = " ".join(f"{layer.name}: {layer.size + ', ' if layer.size else ''}{layer.words}" for layer in layers)
    reading = (
        gettext("Achter wie samenwerkt, staan organisaties, en wie betaalt (TG). Zo ziet elke rol het."),
        gettext("Elk vakje is een stelling: × hinderpaal, ± verdeeld, ? blinde vlek, + sterkte, – speelt niet."),
    )
    return Picture(
        "niveaus", gettext("Van wie betaalt tot wie het meemaakt"), reading, (PicturePart(draw_layers(layers), text),)
    )


def _layer(report: Report, name: str, size: int | Withheld) -> Layer:
    called = str(wording.LEVELS[name])
    if isinstance(size, Withheld):
        return Layer(called, "", (), gettext("Niet getoond, %s.") % wording.REASONS[size.reason])
    if not size:
        return Layer(called, "", (), gettext("Niemand koos deze rol."))
    found = [view.finding for item in report.items for view in item.groups if view.name == name]
    cells = [(said.tone, said.sign) for kind, said in FINDINGS.items() for one in found if one is kind]
    hidden = found.count(None)
    answered = ngettext("%s antwoord", "%s antwoorden", size) % size
    words = [text % number for kind, text in _cell_words(found) if (number := found.count(kind))]
    if hidden:
        words.append(
            gettext("%(n)s niet getoond (%(why)s)") % {"n": hidden, "why": wording.REASONS[Reason.SUBTRACTION]}
        )
    return Layer(called, answered, (*cells, *[("open", "")] * hidden), f"{', '.join(words)}.")


def _cell_words(found: Sequence[Finding | None]) -> list[tuple[Finding, str]]:
    number = found.count
    return [
        (Finding.OBSTACLE, ngettext("%s hinderpaal", "%s hinderpalen", number(Finding.OBSTACLE))),
        (Finding.SPLIT, gettext("%s verdeeld")),
        (Finding.UNKNOWN, ngettext("%s blinde vlek", "%s blinde vlekken", number(Finding.UNKNOWN))),
        (Finding.STRENGTH, ngettext("%s sterkte", "%s sterktes", number(Finding.STRENGTH))),
        (Finding.CLEAR, ngettext("%s factor speelt niet", "%s factoren spelen niet", number(Finding.CLEAR))),
    ]


def _perspectives(report: Report) -> Picture | None:
    found = set_side_by_side(report)
    if found is None:
        return None
    groups = tuple(str(group_name(report, name)) for name in found.groups)
    looks = marks_of(groups)
    parts = tuple(
        PicturePart(draw_tracks([_track(row) for row in half], looks), _tracks_text(report, half), heading)
        for heading, rows in _by_difference(report, found)
        for start in range(0, len(rows), TRACKS_ABREAST)
        for half in _halves(rows[start : start + TRACKS_ABREAST])
        if half
    )
    if report.setup.grouping is Grouping.LEVEL:
        heading = gettext("Hoe elke rol het ziet")
        reading = gettext("Hoe verder naar rechts, hoe meer mensen met die rol het helpende kozen.")
    else:
        heading = gettext("Hoe elke organisatie het ziet")
        reading = gettext("Hoe verder naar rechts, hoe meer mensen uit die organisatie het helpende kozen.")
    return Picture("perspectieven", heading, (reading,), parts, groups)


def _by_difference(report: Report, found: Perspectives) -> list[tuple[str, tuple[Perspective, ...]]]:
    """The items on which groups differ, then those on which they don't, and those of which too little is known."""
    if report.setup.grouping is Grouping.LEVEL:
        alike = gettext("Hier verschillen de rollen niet (%s)")
    else:
        alike = gettext("Hier verschillen de organisaties niet (%s)")
    few = gettext("Hier weten we te weinig om te vergelijken (%s)")
    return [
        ("", found.different),
        (alike % len(found.alike), found.alike),
        (few % len(found.not_compared), found.not_compared),
    ]


def _halves(rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """Two parts that stand next to each other where there is room; a page can end between two such rows of parts."""
    middle = (len(rows) + 1) // 2
    return rows[:middle], rows[middle:]


def _track(row: Perspective) -> Track:
    item = row.report.item
    stands = tuple((stand.number, float(stand.share)) for stand in row.stands)
    return Track(item.short, str(answer(item, Value.HINDERING)), str(answer(item, Value.HELPING)), stands)


def _tracks_text(report: Report, rows: Sequence[Perspective]) -> str:
    kinds = ([row for row in rows if row.report.item.kind is kind] for kind in Kind)
    return " ".join(_tracks_of_kind(report, some) for some in kinds if some)


def _tracks_of_kind(report: Report, rows: Sequence[Perspective]) -> str:
    texts = [
        f"{row.report.item.short}: "
        + ", ".join(
            gettext("%(group)s %(n)s van %(total)s")
            % {"group": group_name(report, stand.name), "n": stand.helping, "total": stand.chose}
            for stand in row.stands
        )
        for row in rows
    ]
    if rows[0].report.item.kind is Kind.FACTOR:
        start = gettext("Hoeveel van wie koos, vinden dat de factor niet speelt.")
    else:
        start = gettext("Hoeveel van wie koos, kozen het helpende.")
    return f"{start} {'; '.join(texts)}."


def _ranges(report: Report) -> Picture | None:
    ranges = report.ranges
    if not isinstance(ranges, Ranges):
        return None
    whole = gettext("a is het begin van wat iemand aan hulp nodig heeft, z het einde.")
    if ranges.counts:
        parts = [PicturePart(draw_numbers(ranges.counts), counts_text(ranges))]
        how = gettext("Bij elke letter: hoeveel van de %s mensen die dit invulden, daar helpen.") % ranges.people
    else:
        parts = _band_parts(report, ranges)
        how = ""
        if report.mode is Mode.ANONYMOUS:
            how = gettext("Gevuld: hier helpt iedereen van de groep. Omlijnd: niet iedereen. Leeg: niemand.")
    reading = (whole, how) if how else (whole,)
    return Picture("van-a-tot-z", gettext("Van waar tot waar gaat de hulp?"), reading, tuple(parts))


def _band_parts(report: Report, ranges: Ranges) -> list[PicturePart]:
    parts = []
    for start in range(0, len(ranges.bands), BANDS_IN_PART):
        bands = ranges.bands[start : start + BANDS_IN_PART]
        rows = [BandRow(band_name(report, band), band.every, band.some) for band in bands]
        text = " ".join(band_text(report, band) for band in bands)
        gaps = ranges.gaps if start + BANDS_IN_PART >= len(ranges.bands) and report.mode.is_round else ()
        if gaps:
            text = gettext("%(bands)s Niemand: %(gaps)s.") % {"bands": text, "gaps": letters_text(gaps)}
        parts.append(PicturePart(draw_bands(rows, gettext("Niemand"), gaps), text))
    return parts


def _spreads(report: Report) -> Picture | None:
    if not report.mode.is_round or not report.counted:
        return None
    parts = tuple(
        PicturePart(
            draw_spreads([_spread_row(item) for item in items]),
            " ".join(f"{item.item.short}. {spread_text(item)}" for item in items),
        )
        for kind in Kind
        for items in _halves([item for item in report.items if item.item.kind is kind])
        if items
    )
    reading = gettext("Van links wat hindert, van rechts wat helpt. Gestreept: weet ik niet. Stippellijn: opengelaten.")
    return Picture("spreiding", gettext("Zo zien jullie het"), (reading,), parts)


def _spread_row(report: ItemReport) -> SpreadRow:
    counts, item = report.counts, report.item
    if not isinstance(counts, Counts):
        raise TypeError("a report that isn't withheld has the counts of every item")
    numbers = (counts.hindering, counts.helping, counts.dont_know, counts.open)
    left, right = _said(item, Value.HINDERING, counts.hindering), _said(item, Value.HELPING, counts.helping)
    unsure = ngettext("%s weet het niet", "%s weten het niet", counts.dont_know) % counts.dont_know
    middle = [unsure] if counts.dont_know else []
    if counts.open:
        middle.append(gettext("%s open") % counts.open)
    return SpreadRow(item.short, numbers, left, ", ".join(middle), right)


def _said(item: Item, value: Value, number: int) -> str:
    words = str(answer(item, value))
    return f"{number} {words[:1].lower()}{words[1:]}"


def perspectives_of(report: Report) -> Perspectives | None:
    """What is left out of the picture, and where groups stand furthest apart."""
    return set_side_by_side(report)


def apart_text(report: Report, row: Perspective) -> str:
    """Who stand furthest from each other: "Huis ziet hier de meeste hinder, Wijk de minste."."""
    low, high = outermost(row.compared)
    names = {
        side: get_text_list([str(group_name(report, stand.name)) for stand in stands], gettext("en"))
        for side, stands in (("low", low), ("high", high))
    }
    return (
        ngettext(
            "%(low)s ziet hier de meeste hinder, %(high)s de minste.",
            "%(low)s zien hier de meeste hinder, %(high)s de minste.",
            len(low),
        )
        % names
    )


def figures_of(item: ItemReport, names: Sequence[str]) -> list[str]:
    """What each of these groups chose of an item, in their order; where that is withheld, that it is."""
    shown = {view.name: group_text(item.item, view) for view in item.groups}
    return [shown.get(name) or gettext("niet getoond") for name in names]


# By the name of the file.
PICTURES: dict[str, Callable[[Report], Picture | None]] = {
    "draaikolk": _whirlpool,
    "spreiding": _spreads,
    "intensiteit": _intensity,
    "betekenissen": _meanings,
    "niveaus": _levels,
    "perspectieven": _perspectives,
    "van-a-tot-z": _ranges,
}
