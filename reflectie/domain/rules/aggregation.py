"""Individual answers folded into counts, once a session was concluded long enough ago (concepts.md, "Kept").

What is left are sheets again, so that everything that reads sheets goes on working; but they are nobody's. They are
written from the counts that the report is made of, of the whole and of each group, and from nothing else: two rounds
with the same counts fold into the same sheets, whoever answered what together with what. What the report withholds of a
group it goes on withholding. Texts that people typed and their names are gone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from reflectie.domain.questionnaire.answers import FieldValue, Sheet, Value
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import Grouping, Mode

from .ranges import fold_ranges

# An order for each kind of answer, so that nothing depends on who came first.
_CHOSEN = tuple(Value)


def aggregate(
    checklist: Checklist, grouping: Grouping, sheets: Sequence[Sheet], mode: Mode, *, some_hide: bool = False
) -> list[Sheet]:
    """As many sheets with the same figures: for each item the counts, of the whole and of every group; how many named
    what first, and the answers to the questions beside the checklist.

    What somebody said is needed and which forms they said there are stay together: the report tells whether they fit,
    and that is one answer to one question. How far help goes stands on sheets of its own, beside no other answer;
    `mode` and `some_hide` say what the report may show of it (`ranges.may_have_bands`).
    """
    field_name = grouping.field
    by_group: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        if sheet.answered(checklist):
            by_group.setdefault(sheet.text(field_name) if field_name else "", []).append(sheet)
    folded: list[dict[str, FieldValue]] = []
    for name in sorted(by_group):
        members = _fold_items(checklist, by_group[name])
        folded += [{field_name: name, **values} for values in members] if name else members
    # Who answered nothing in the checklist isn't counted, but may have answered what is asked beside it.
    folded += [{} for _ in range(len(sheets) - len(folded))]
    _put(folded, "first", _deal(Counter(key for s in sheets for key in s.several("first")), _giving(sheets, "first")))
    _put(folded, "ips-meaning", sorted(text for sheet in sheets if (text := sheet.text("ips-meaning"))))
    intensities = sorted((sheet.text("intensity-needed"), sheet.several("intensity-current")) for sheet in sheets)
    for values, (needed, forms) in zip(folded, reversed(intensities), strict=True):
        values |= {name: value for name, value in (("intensity-needed", needed), ("intensity-current", forms)) if value}
    own = fold_ranges(sheets, field_name, mode, some_hide=some_hide)
    return [*(Sheet(values) for values in folded), *own]


def _fold_items(checklist: Checklist, members: Sequence[Sheet]) -> list[dict[str, FieldValue]]:
    """Sheets of one group. Each item's answers go on where those of the item before ended, so that every sheet has one
    as long as there are as many answers as sheets: and there are, since each of these people gave one."""
    folded: list[dict[str, FieldValue]] = [{} for _ in members]
    place = 0
    for item in checklist:
        given = Counter(sheet.text(item.key) for sheet in members)
        for value in _CHOSEN:
            for _ in range(given[value]):
                folded[place % len(folded)][item.key] = value
                place += 1
    return folded


def _giving(sheets: Iterable[Sheet], name: str) -> int:
    return sum(1 for sheet in sheets if sheet.several(name))


def _deal(numbers: Mapping[str, int], people: int) -> list[tuple[str, ...]]:
    """Choices of which several could be made, dealt like cards: nobody gets one twice, since nobody made one twice, and
    all get about as many."""
    hands: list[list[str]] = [[] for _ in range(people)]
    cards = [key for key in sorted(numbers) for _ in range(numbers[key])]
    for place, key in enumerate(cards):
        hands[place % people].append(key)
    return [tuple(hand) for hand in hands]


def _put(folded: list[dict[str, FieldValue]], name: str, values: Sequence[FieldValue]) -> None:
    for sheet, value in zip(folded, values, strict=False):
        sheet[name] = value
