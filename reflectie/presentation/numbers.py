"""Numbers as they stand in a sentence, and the domain's thresholds: no sentence has one of its own."""

from datetime import datetime
from fractions import Fraction
from math import ceil

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reflectie.domain.report.changes import FEWEST_MOVED, SHARE_MOVED
from reflectie.domain.report.patterns import MANY_FACTORS, MANY_PAIRS, NEARLY_ALL, WIDE_FROM
from reflectie.domain.rules.findings import BLIND_ABOVE, OBSTACLE_FROM
from reflectie.domain.rules.suppression import FLOOR

# Up to twenty in letters, as Dutch writes them.
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


# The parts of a whole, after "de" or a number.
_PARTS: dict[int, str | Promise] = {3: _("derde"), 4: _("vierde"), 5: _("vijfde")}


def share_in_words(share: Fraction) -> str | Promise:
    """A part of a whole: "de helft", "een vijfde", "twee derde"; in figures where Dutch has no short word for it."""
    if share == Fraction(1, 2):
        return _("de helft")
    if share.denominator not in _PARTS or share.numerator >= len(_NUMBERS):
        return f"{share.numerator}/{share.denominator}"
    number = _("een") if share.numerator == 1 else in_words(share.numerator)
    return format_lazy("{number} {part}", number=number, part=_PARTS[share.denominator])


def ratio_in_words(share: Fraction) -> str | Promise:
    """So many of so many: "vier op de vijf"."""
    return format_lazy(_("{number} op de {of}"), number=in_words(share.numerator), of=in_words(share.denominator))


# What sentences of templates quote.
THRESHOLDS: dict[str, int | str | Promise] = {
    # So few people, or collaborations, are shown; fewer aren't.
    "floor": FLOOR,
    "below-floor": FLOOR - 1,
    "some-below-floor": format_lazy(_("{fewest} of {most}"), fewest=1, most=FLOOR - 1),
    # What makes an obstacle, and a blind spot.
    "obstacle": share_in_words(OBSTACLE_FROM),
    "blind": share_in_words(BLIND_ABOVE),
    # What makes a pattern.
    "many-pairs": ratio_in_words(MANY_PAIRS),
    "many-factors": f"{int(100 * MANY_FACTORS)}%",
    "nearly-all": ratio_in_words(NEARLY_ALL),
    "wide": ratio_in_words(WIDE_FROM),
    # What makes a difference with an earlier session.
    "people-moved": in_words(FEWEST_MOVED),
    "share-moved": share_in_words(SHARE_MOVED),
}


def threshold(name: str) -> int | str | Promise:
    """`{% blocktranslate with floor="floor"|threshold %}`: a threshold of the domain, as a sentence quotes it."""
    return THRESHOLDS[name]


def minutes_until(now: datetime, until: datetime) -> int:
    """`{{ clock.now|minutes_until:clock.place_until }}`: how many minutes are left, the last one whole; 0 from then on.
    `talk.js` counts the same."""
    return max(0, ceil((until - now).total_seconds() / 60))
