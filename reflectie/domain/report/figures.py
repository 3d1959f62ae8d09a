"""Every number of a report, counted once and by the rules of the session's mode.

From its closing on a session's answers don't change, and neither does what they add up to: it is kept, and all that
shows figures reads that. Long after the conclusion it is all that is left (concepts.md, "Kept"). So there is nothing in
it that the report doesn't show: two rounds that show the same figures keep the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reflectie.domain.questionnaire.answers import MEANINGS, Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.questionnaire.intensity import FORMS, Fit, Intensity, fit
from reflectie.domain.rules.findings import Counts, count
from reflectie.domain.rules.ranges import Ranges, by_group, group_band, may_have_bands, range_of, whole_of
from reflectie.domain.rules.suppression import Reason, Shown, Withheld, enough, group_figures, groups_to_suppress
from reflectie.domain.rules.totals import Totals, say_only_refer
from reflectie.domain.setup import Mode, Setup

from .items import IntensityAnswer, Tally

# To what nobody answered, or isn't asked.
NO_TALLY = Tally(())


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """What the answers of a session add up to. What may not be shown isn't in it: of an anonymous round with too few,
    not even how few they were."""

    totals: Totals
    # How many named an item among what to do something about first, by its key; without those that nobody named.
    first: Mapping[str, int] = field(default_factory=dict)
    # How many count in each group, and by item key how they answered it: both in the order of the setup's groups.
    sizes: tuple[int | Withheld, ...] = ()
    groups: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)
    # What is asked beside the checklist.
    needed: Tally | Withheld = NO_TALLY
    forms: Tally | Withheld = NO_TALLY
    fits: Tally | Withheld = NO_TALLY
    meaning: Tally | Withheld = NO_TALLY
    ranges: Ranges | Withheld | None = None


def add_up(
    checklist: Checklist, setup: Setup, sheets: Sequence[Sheet], *, blanked: bool = False, beside_paper: bool = False
) -> ReportFigures:
    """What a session's sheets add up to, with the privacy rules of its mode applied.

    Counted is every sheet with at least one answer to the checklist (concepts.md, "From answers to findings"); what was
    asked beside it counts from every sheet. An anonymous round with fewer than three counted sheets has no results at
    all (concepts.md, "Anonymous is anonymous"). `blanked` says whether closing blanked a group, `beside_paper` whether
    somebody types in from paper.
    """
    counted = [sheet for sheet in sheets if sheet.answered(checklist)]
    totals = Totals(
        setup.mode,
        len(counted),
        {item.key: count(sheet.text(item.key) for sheet in counted) for item in checklist},
        say_only_refer(setup.mode, Counter(text for sheet in sheets if (text := sheet.text("intensity-needed")))),
    )
    if totals.are_withheld:
        return ReportFigures(Totals(setup.mode, 0))
    groups = _Groups(checklist, setup, counted, totals, blanked=blanked)
    answers = [intensity_of(sheet) for sheet in sheets]
    return ReportFigures(
        totals=totals,
        first=_named_first(setup, sheets),
        sizes=groups.sizes(),
        groups=groups.figures(),
        needed=_tally(setup, Intensity, [(sheet.text("intensity-needed"),) for sheet in sheets]),
        forms=_tally(setup, FORMS, [sheet.several("intensity-current") for sheet in sheets]),
        fits=_tally(setup, Fit, [(answer.fit or "",) for answer in answers if answer]),
        meaning=_tally(setup, MEANINGS, [(sheet.text("ips-meaning"),) for sheet in sheets]),
        ranges=_ranges(setup, sheets, some_hide=blanked or beside_paper or bool(groups.blanked)),
    )


def intensity_of(sheet: Sheet) -> IntensityAnswer | None:
    """What one sheet says of the intensity; None where it says nothing."""
    needed = Intensity(text) if (text := sheet.text("intensity-needed")) else None
    forms = sheet.several("intensity-current")
    if needed is None and not forms:
        return None
    return IntensityAnswer(needed, forms, fit(needed, forms))


class _Groups:
    """The groups of a round: which of them there are, and how each answered, by the rules of its mode."""

    def __init__(
        self, checklist: Checklist, setup: Setup, counted: Sequence[Sheet], totals: Totals, *, blanked: bool
    ) -> None:
        self.checklist, self.setup, self.totals = checklist, setup, totals
        self.is_anonymous = setup.mode is Mode.ANONYMOUS
        self.by_name: dict[str, list[Sheet]] = {}
        # Who named no group; nobody where groups aren't asked for.
        self.rest: list[Sheet] = []
        if field_name := setup.grouping.field:
            by_name = {name: [s for s in counted if s.text(field_name) == name] for name in setup.groups}
            self.by_name = {name: members for name, members in by_name.items() if members}
            self.rest = [sheet for sheet in counted if sheet.text(field_name) not in self.by_name]
        self.blanked: frozenset[str] = frozenset()
        if self.is_anonymous:
            sizes = {name: len(members) for name, members in self.by_name.items()}
            self.blanked = groups_to_suppress(sizes, len(counted) - sum(sizes.values()))
        self.shown = {name: members for name, members in self.by_name.items() if name not in self.blanked}
        # Of who named no group, those are one more group where that is all they are: nobody hides among them.
        self.rest_is_a_group = bool(self.rest) and not (self.blanked or blanked)

    def sizes(self) -> tuple[int | Withheld, ...]:
        if not self.setup.grouping.field:
            return ()
        none = Withheld(Reason.SMALL_GROUP) if self.is_anonymous else 0
        return tuple(len(self.shown[name]) if name in self.shown else none for name in self.setup.groups)

    def figures(self) -> Mapping[str, tuple[Shown, ...]]:
        if not self.setup.grouping.field:
            return {}
        return {item.key: self._of(item.key) for item in self.checklist}

    def _of(self, key: str) -> tuple[Shown, ...]:
        counts: Mapping[str, Shown]
        counts = given = {name: count(sheet.text(key) for sheet in members) for name, members in self.shown.items()}
        if self.is_anonymous:
            rest = {"": count(sheet.text(key) for sheet in self.rest)} if self.rest_is_a_group else {}
            counts = group_figures(self.totals.counts[key], {**given, **rest})
        # By name nothing is hidden: then nobody chose that group.
        absent = Withheld(Reason.SMALL_GROUP) if self.is_anonymous else Counts()
        return tuple(counts.get(name, absent) for name in self.setup.groups)


def _named_first(setup: Setup, sheets: Sequence[Sheet]) -> Mapping[str, int]:
    named = [chosen for sheet in sheets if (chosen := sheet.several("first"))]
    # Three choices that one person made belong together for all to see, until more people chose.
    if setup.mode is Mode.ANONYMOUS and not enough(len(named)):
        return {}
    return dict(sorted(Counter(key for chosen in named for key in set(chosen)).items()))


def _ranges(setup: Setup, sheets: Sequence[Sheet], *, some_hide: bool) -> Ranges | Withheld | None:
    """How far help goes, by the rules of `rules/ranges.py`: of groups or of the whole, and never of a person."""
    given = [sheet for sheet in sheets if range_of(sheet)]
    if not given or not setup.mode.is_round:
        return None
    if setup.mode is Mode.ANONYMOUS and not enough(len(given)):
        return Withheld(Reason.TOO_FEW)
    groups = by_group(given, setup.grouping.field) if may_have_bands(setup.mode, some_hide=some_hide) else None
    if groups is None:
        return whole_of([range_of(sheet) for sheet in given])
    # Those without a group last; of a group of which nobody answered, that is said.
    names = [*setup.groups, *([""] if "" in groups else [])]
    return Ranges(len(given), tuple(group_band(name, groups.get(name, ())) for name in names))


def _tally(setup: Setup, choices: Iterable[str], answers: Sequence[tuple[str, ...]]) -> Tally | Withheld:
    """How many chose what, over those who answered. An anonymous round shows it from three who did."""
    given = [chosen for chosen in answers if any(chosen)]
    if not setup.mode.is_round or not given:
        return NO_TALLY
    if setup.mode is Mode.ANONYMOUS and not enough(len(given)):
        return Withheld(Reason.TOO_FEW)
    return Tally(tuple((choice, sum(choice in chosen for chosen in given)) for choice in choices))
