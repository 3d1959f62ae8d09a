"""The report: everything that screen, PDF and exports show of a session, with every rule already applied."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .checklist import Checklist, Dimension, Item, Kind, Source
from .findings import Counts, Finding, agreement, count, dissent, finding
from .intensity import FORMS, Fit, Intensity, fit
from .pictures import Arm, whirlpool_arm
from .privacy import Reason, Shown, Withheld, enough, group_figures, groups_to_blank
from .setup import Mode, Setup
from .sheet import MEANINGS, Sheet, Value, note_name
from .talk import Outcome, contradicts

# A team that is stuck can take on three things, not fifteen (domain page).
MAX_IN_SUMMARY = 3
# And talk about so many differences in one meeting.
MAX_DIFFERENCES = 3


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a collaboration's session beside its sheets. Without an account there is none of it."""

    collaboration: str = ""
    partners: tuple[str, ...] = ()
    expected: int | None = None
    # By item key; and by field name how many texts a coordinator took out.
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    # Whether a group was blanked at closing.
    blanked: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A text as somebody typed it, and who: only where people answered by name."""

    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """How one partner or one level answered an item; without a finding where that is withheld."""

    name: str
    counts: Shown
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many gave each answer to a question beside the checklist, in the question's own order."""

    numbers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ItemReport:
    item: Item
    # Withheld with as few that no individual result may be shown; then there is no finding either.
    counts: Shown
    finding: Finding | None
    notes: tuple[Note, ...]
    # How many responses named it among what to do something about first.
    first: int
    groups: tuple[GroupView, ...] = ()
    # By name only: who gave which answer, open ones last.
    voices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    outcome: Outcome | None = None
    # How many notes on it a coordinator took out.
    removed: int = 0

    @property
    def dissent(self) -> int:
        return dissent(self.counts) if isinstance(self.counts, Counts) else 0

    @property
    def left_open(self) -> bool:
        """Blind because nobody answered, rather than because people said they don't know."""
        return isinstance(self.counts, Counts) and self.counts.open == self.counts.counted

    @property
    def hides_groups(self) -> bool:
        """Whether the groups are withheld here alone, because one of them could be worked out."""
        shown = [group.counts for group in self.groups]
        return any(isinstance(counts, Withheld) and counts.reason is Reason.SUBTRACTION for counts in shown)

    @property
    def has_more(self) -> bool:
        """Whether anything was written about it, or taken out."""
        return bool(self.notes or self.outcome or self.removed)

    @property
    def contradiction(self) -> bool:
        """Whether the talk came to the opposite of what the answers say."""
        return self.outcome is not None and contradicts(self.finding, self.outcome)

    @property
    def difference(self) -> Fraction:
        """How far apart those who chose are: 0 when all agree, a half when it is half against half."""
        if isinstance(self.counts, Counts) and self.counts.chose:
            return Fraction(self.dissent, self.counts.chose)
        return Fraction(0)


@dataclass(frozen=True, slots=True)
class DimensionReport:
    dimension: Dimension
    items: tuple[ItemReport, ...]


@dataclass(frozen=True, slots=True)
class WhirlpoolArm:
    report: ItemReport
    shape: Arm


@dataclass(frozen=True, slots=True)
class IntensityAnswer:
    """One respondent's view of the intensity: what is needed, what there is, and whether the two fit."""

    needed: Intensity | None
    forms: tuple[str, ...]
    fit: Fit | None


@dataclass(frozen=True, slots=True)
class AdviceGroup:
    """Advice under one of the ten principles (counted from 1), or, with 0, what the respondents want to do first."""

    principle: int
    title: str
    items: tuple[ItemReport, ...]


@dataclass(frozen=True, slots=True)
class Report:
    checklist: Checklist
    setup: Setup
    collaboration: str
    team: str
    partners: tuple[str, ...]
    changed_on: date
    # The day on which it is erased; None when it is kept.
    delete_on: date | None
    # Responses with at least one answer to the checklist.
    counted: int | Withheld
    expected: int | None
    dimensions: tuple[DimensionReport, ...]
    # Of one sheet, each answer as it is; of a round, how many gave which.
    intensities: tuple[IntensityAnswer, ...]
    meanings: tuple[str, ...]
    levels: tuple[str, ...]
    needed: Tally | Withheld
    forms: Tally | Withheld
    fits: Tally | Withheld
    meaning: Tally | Withheld
    # How many of each partner or level; those withheld without a number.
    groups: tuple[tuple[str, int | Withheld], ...]
    goal_sentences: tuple[Note, ...]
    removed_sentences: int

    @property
    def mode(self) -> Mode:
        return self.setup.mode

    @property
    def is_withheld(self) -> bool:
        """Whether too few answered for any result at all."""
        return isinstance(self.counted, Withheld)

    @property
    def items(self) -> tuple[ItemReport, ...]:
        return tuple(item for part in self.dimensions for item in part.items)

    @property
    def strengths(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.STRENGTH)

    @property
    def splits(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.SPLIT)

    @property
    def blind_spots(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.UNKNOWN)

    @property
    def attention(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.ATTENTION)

    @property
    def clear(self) -> tuple[ItemReport, ...]:
        return self._having(Finding.CLEAR)

    @property
    def obstacles(self) -> tuple[ItemReport, ...]:
        """Those that most named first, then those with the widest agreement."""
        return tuple(sorted(self._having(Finding.OBSTACLE), key=lambda i: (-i.first, -_agreement(i))))

    def _having(self, found: Finding) -> tuple[ItemReport, ...]:
        return tuple(item for item in self.items if item.finding is found)

    @property
    def whirlpool(self) -> tuple[WhirlpoolArm, ...]:
        return () if self.is_withheld else _arms([item for item in self.items if item.item.kind is Kind.FACTOR])

    @property
    def advice(self) -> tuple[AdviceGroup, ...]:
        return _order_advice(self.checklist, self.items)

    @property
    def key(self) -> tuple[object, ...]:
        """Everything that tells this report from another: the content by its version and revision, the rest as it is.

        Findings, order and pictures follow from these.
        """
        return (
            (self.checklist.version, self.checklist.revision, self.checklist.language),
            (self.setup, self.collaboration, self.team, self.partners, self.changed_on, self.delete_on),
            (self.counted, self.expected, self.groups),
            tuple(
                (i.item.key, i.counts, i.finding, i.notes, i.first, i.groups, i.voices, i.outcome, i.removed)
                for i in self.items
            ),
            (self.intensities, self.meanings, self.levels, self.needed, self.forms, self.fits, self.meaning),
            (self.goal_sentences, self.removed_sentences),
        )

    @property
    def differences(self) -> tuple[ItemReport, ...]:
        """The items on which those who chose differ, the largest difference first; of equal ones, that of most people.

        A blind spot isn't among them: one against one says little where eight don't know.
        """
        apart = [item for item in self.items if item.difference and item.finding is not Finding.UNKNOWN]
        return tuple(sorted(apart, key=lambda item: (-item.difference, -item.dissent)))

    @property
    def main_differences(self) -> tuple[ItemReport, ...]:
        return self.differences[:MAX_DIFFERENCES]

    @property
    def hidden_groups(self) -> tuple[str, ...]:
        """The groups that are too small to be shown anywhere."""
        return tuple(name for name, size in self.groups if isinstance(size, Withheld))

    @property
    def main_obstacles(self) -> tuple[ItemReport, ...]:
        return self.obstacles[:MAX_IN_SUMMARY]

    @property
    def further_obstacles(self) -> tuple[ItemReport, ...]:
        return self.obstacles[MAX_IN_SUMMARY:]

    @property
    def factors_at_play(self) -> tuple[ItemReport, ...]:
        return tuple(arm.report for arm in self.whirlpool if arm.report.finding is Finding.OBSTACLE)

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.checklist.sources

    @property
    def notes(self) -> tuple[tuple[ItemReport, Note], ...]:
        return tuple((item, note) for item in self.items for note in item.notes)


def build_report(
    checklist: Checklist,
    setup: Setup,
    sheets: Sequence[Sheet],
    changed_on: date,
    delete_on: date | None = None,
    about: About | None = None,
) -> Report:
    """The report of a session's sheets, with the privacy rules of its mode applied.

    Counted is every sheet with at least one answer to the checklist (domain page, "From answers to findings").
    What was asked beside it and the notes count from every sheet. An anonymous round with fewer than three counted
    sheets has no results at all (domain page, "Anonymous is anonymous").
    """
    about = about or About()
    counted = [sheet for sheet in sheets if sheet.answered(checklist)]
    withheld = setup.mode is Mode.ANONYMOUS and not enough(len(counted))
    if withheld:
        sheets, counted = [], []
    items = _ItemReports(setup, sheets, counted, about, withheld=withheld)
    dimensions = tuple(
        DimensionReport(dimension, tuple(items.build(item) for item in dimension.items))
        for dimension in checklist.dimensions
    )
    is_round = setup.mode.is_round
    return Report(
        checklist=checklist,
        setup=setup,
        collaboration=about.collaboration or _one(sheets, "collaboration-name"),
        team=_one(sheets, "team-name"),
        partners=about.partners,
        changed_on=changed_on,
        delete_on=delete_on,
        counted=Withheld(Reason.TOO_FEW) if withheld else len(counted),
        expected=about.expected,
        dimensions=dimensions,
        intensities=() if is_round else tuple(answer for sheet in sheets if (answer := _intensity(sheet))),
        meanings=() if is_round else _all(sheets, "ips-meaning"),
        levels=() if is_round else _all(sheets, "level"),
        needed=_tally(setup, Intensity, [(sheet.text("intensity-needed"),) for sheet in sheets]),
        forms=_tally(setup, FORMS, [sheet.several("intensity-current") for sheet in sheets]),
        fits=_tally(setup, Fit, [(_fit(sheet),) for sheet in sheets]),
        meaning=_tally(setup, MEANINGS, [(sheet.text("ips-meaning"),) for sheet in sheets]),
        groups=items.sizes(),
        goal_sentences=items.texts("goal-sentence"),
        removed_sentences=about.removed.get("goal-sentence", 0),
    )


def draw_whirlpool(checklist: Checklist, sheets: Sequence[Sheet]) -> tuple[WhirlpoolArm, ...]:
    """The seven arms as sheets, counted or not, have them: each as wide as the share that says it plays."""
    items = [ItemReport(item, *_found(item, sheets, only_refer=False), notes=(), first=0) for item in checklist.factors]
    return _arms(items)


def _arms(factors: Sequence[ItemReport]) -> tuple[WhirlpoolArm, ...]:
    return tuple(
        WhirlpoolArm(item, whirlpool_arm(place, len(factors), float(_agreement(item))))
        for place, item in enumerate(factors)
    )


def _agreement(item: ItemReport) -> Fraction:
    return agreement(item.counts) if isinstance(item.counts, Counts) else Fraction(0)


def _found(item: Item, sheets: Sequence[Sheet], *, only_refer: bool) -> tuple[Counts, Finding]:
    counts = count(sheet.text(item.key) for sheet in sheets)
    found = finding(item.kind, counts)
    if item.key == "partners-stable" and found is Finding.OBSTACLE and only_refer:
        found = Finding.ATTENTION
    return counts, found


class _ItemReports:
    """Builds the report of one item after another from the same sheets, by the rules of the session's mode."""

    def __init__(
        self, setup: Setup, sheets: Sequence[Sheet], counted: Sequence[Sheet], about: About, *, withheld: bool
    ) -> None:
        self.setup, self.sheets, self.counted, self.about, self.withheld = setup, sheets, counted, about, withheld
        needed = [text for sheet in sheets if (text := sheet.text("intensity-needed"))]
        # The finding that follows from it may not tell what the tally withholds.
        may_tell = setup.mode is not Mode.ANONYMOUS or enough(len(needed))
        self.only_refer = may_tell and set(needed) == {Intensity.REFER}
        # Three choices that one person made belong together for all to see, until more people chose.
        named = [sheet for sheet in sheets if sheet.several("first")]
        self.who_named = named if setup.mode is not Mode.ANONYMOUS or enough(len(named)) else []
        self.by_group: dict[str, list[Sheet]] = {}
        if field_name := setup.grouping.field:
            by_group = {name: [s for s in counted if s.text(field_name) == name] for name in setup.groups}
            self.by_group = {name: members for name, members in by_group.items() if members}
        self.blanked: frozenset[str] = frozenset()
        if setup.mode is Mode.ANONYMOUS:
            sizes = {name: len(members) for name, members in self.by_group.items()}
            self.blanked = groups_to_blank(sizes, len(counted) - sum(sizes.values()))

    def build(self, item: Item) -> ItemReport:
        name = note_name(item.key)
        outcome, removed = self.about.outcomes.get(item.key), self.about.removed.get(name, 0)
        if self.withheld:
            return ItemReport(item, Withheld(Reason.TOO_FEW), None, (), 0, outcome=outcome)
        counts, found = _found(item, self.counted, only_refer=self.only_refer)
        return ItemReport(
            item=item,
            counts=counts,
            finding=found,
            notes=self.texts(name),
            first=sum(item.key in sheet.several("first") for sheet in self.who_named),
            groups=self._groups(item, counts),
            voices=self._voices(item),
            outcome=outcome,
            removed=removed,
        )

    def _groups(self, item: Item, total: Counts) -> tuple[GroupView, ...]:
        counts = {
            name: count(sheet.text(item.key) for sheet in members)
            for name, members in self.by_group.items()
            if name not in self.blanked
        }
        is_anonymous = self.setup.mode is Mode.ANONYMOUS
        shown = group_figures(total, self._with_rest(item, counts)) if is_anonymous else counts
        too_few = Withheld(Reason.TOO_FEW)
        views = [(name, shown.get(name, too_few)) for name in self.setup.groups] if self.setup.grouping.field else []
        return tuple(
            GroupView(name, figure, finding(item.kind, figure) if isinstance(figure, Counts) else None)
            for name, figure in views
        )

    def _with_rest(self, item: Item, groups: Mapping[str, Counts]) -> Mapping[str, Counts]:
        """With those who named no group as one more, where that is all they are: then nobody hides among them."""
        rest = [sheet for sheet in self.counted if sheet.text(self.setup.grouping.field) not in self.by_group]
        if not rest or self.blanked or self.about.blanked:
            return groups
        return {**groups, "": count(sheet.text(item.key) for sheet in rest)}

    def _voices(self, item: Item) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if self.setup.mode is not Mode.NAMED:
            return ()
        said = {
            value: sorted((s.text("participant") for s in self.counted if s.text(item.key) == value), key=str.casefold)
            for value in (*Value, "")
        }
        return tuple((value, tuple(names)) for value, names in said.items() if names)

    def sizes(self) -> tuple[tuple[str, int | Withheld], ...]:
        if not self.setup.grouping.field or self.withheld:
            return ()
        known = {name: len(members) for name, members in self.by_group.items() if name not in self.blanked}
        if self.setup.mode is Mode.ANONYMOUS:
            return tuple((name, known.get(name, Withheld(Reason.TOO_FEW))) for name in self.setup.groups)
        return tuple((name, known.get(name, 0)) for name in self.setup.groups)

    def texts(self, name: str) -> tuple[Note, ...]:
        """What people typed in one field. In an anonymous round their order tells nothing: not of a person, nor of who
        typed what elsewhere. It is the same at each look, so that no two prints can be laid side by side."""
        found = [Note(text, self._who(sheet)) for sheet in self.sheets if (text := sheet.text(name))]
        if self.setup.mode is Mode.ANONYMOUS:
            found.sort(key=lambda note: hashlib.sha256(f"{name}\n{note.text}".encode()).digest())
        elif self.setup.mode is Mode.NAMED:
            found.sort(key=lambda note: note.who.casefold())
        return tuple(found)

    def _who(self, sheet: Sheet) -> str:
        return sheet.text("participant") if self.setup.mode is Mode.NAMED else ""


def _tally(setup: Setup, choices: Iterable[str], answers: Sequence[tuple[str, ...]]) -> Tally | Withheld:
    """How many chose what, over those who answered. An anonymous round shows it from three who did."""
    given = [chosen for chosen in answers if any(chosen)]
    if not setup.mode.is_round or not given:
        return Tally(())
    if setup.mode is Mode.ANONYMOUS and not enough(len(given)):
        return Withheld(Reason.TOO_FEW)
    return Tally(tuple((choice, sum(choice in chosen for chosen in given)) for choice in choices))


def _all(sheets: Sequence[Sheet], name: str) -> tuple[str, ...]:
    return tuple(text for sheet in sheets if (text := sheet.text(name)))


def _one(sheets: Sequence[Sheet], name: str) -> str:
    return next(iter(_all(sheets, name)), "")


def _intensity(sheet: Sheet) -> IntensityAnswer | None:
    needed = Intensity(text) if (text := sheet.text("intensity-needed")) else None
    forms = sheet.several("intensity-current")
    if needed is None and not forms:
        return None
    return IntensityAnswer(needed, forms, fit(needed, forms))


def _fit(sheet: Sheet) -> str:
    answer = _intensity(sheet)
    return answer.fit if answer and answer.fit else ""


def _order_advice(checklist: Checklist, items: Sequence[ItemReport]) -> tuple[AdviceGroup, ...]:
    """Advice for every obstacle, and for the three things named first most: those first, the rest by principle.

    An item stands under the earliest of its principles, so that it is read once.
    """
    named = sorted((item for item in items if item.first), key=lambda i: (-i.first, min(i.item.principles)))
    first = named[:MAX_IN_SUMMARY]
    groups = [AdviceGroup(0, "", tuple(first))] if first else []
    for number, title in enumerate(checklist.principles, start=1):
        under = tuple(
            item
            for item in items
            if item.finding is Finding.OBSTACLE and item not in first and min(item.item.principles) == number
        )
        if under:
            groups.append(AdviceGroup(number, title, under))
    return tuple(groups)
