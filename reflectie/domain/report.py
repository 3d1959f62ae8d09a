"""The report: everything that screen, PDF and exports show of a session, with every rule already applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .checklist import Checklist, Dimension, Item, Kind, Source
from .findings import Counts, Finding, agreement, count, dissent, finding
from .intensity import Fit, Intensity, fit
from .pictures import Arm, whirlpool_arm
from .sheet import Mode, Sheet

# A team that is stuck can take on three things, not fifteen (domain page).
MAX_IN_SUMMARY = 3


@dataclass(frozen=True, slots=True)
class ItemReport:
    item: Item
    counts: Counts
    finding: Finding
    notes: tuple[str, ...]
    # How many responses named it among what to do something about first.
    first: int

    @property
    def dissent(self) -> int:
        return dissent(self.counts)

    @property
    def left_open(self) -> bool:
        """Blind because nobody answered, rather than because people said they don't know."""
        return self.counts.open == self.counts.counted


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
    mode: Mode
    collaboration: str
    team: str
    changed_on: date
    # The day on which it is erased; None when it is kept.
    delete_on: date | None
    # Responses with at least one answer to the checklist.
    counted: int
    dimensions: tuple[DimensionReport, ...]
    strengths: tuple[ItemReport, ...]
    obstacles: tuple[ItemReport, ...]
    splits: tuple[ItemReport, ...]
    blind_spots: tuple[ItemReport, ...]
    attention: tuple[ItemReport, ...]
    clear: tuple[ItemReport, ...]
    whirlpool: tuple[WhirlpoolArm, ...]
    intensities: tuple[IntensityAnswer, ...]
    goal_sentences: tuple[str, ...]
    meanings: tuple[str, ...]
    levels: tuple[str, ...]
    advice: tuple[AdviceGroup, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """Everything that tells this report from another: the content by its version and revision, the rest as it is.

        Findings, order and pictures follow from these.
        """
        items = [item for part in self.dimensions for item in part.items]
        return (
            (self.checklist.version, self.checklist.revision, self.checklist.language),
            (self.mode, self.collaboration, self.team, self.changed_on, self.delete_on, self.counted),
            tuple((item.item.key, item.counts, item.finding, item.notes, item.first) for item in items),
            (self.intensities, self.goal_sentences, self.meanings, self.levels),
        )

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
    def notes(self) -> tuple[tuple[ItemReport, str], ...]:
        return tuple((item, note) for part in self.dimensions for item in part.items for note in item.notes)


def build_report(
    checklist: Checklist, mode: Mode, sheets: Sequence[Sheet], changed_on: date, delete_on: date | None
) -> Report:
    """The report of a session's sheets.

    Counted is every sheet with at least one answer to the checklist (domain page, "From answers to findings").
    What was asked beside it and the notes count from every sheet.
    """
    counted = [sheet for sheet in sheets if sheet.answered(checklist)]
    only_refer = {sheet.text("intensity-needed") for sheet in sheets} - {""} == {Intensity.REFER}
    dimensions = tuple(
        DimensionReport(
            dimension, tuple(_report_item(item, counted, sheets, only_refer=only_refer) for item in dimension.items)
        )
        for dimension in checklist.dimensions
    )
    items = [item for part in dimensions for item in part.items]
    obstacles = tuple(sorted(_having(items, Finding.OBSTACLE), key=lambda i: (-i.first, -agreement(i.counts))))
    return Report(
        checklist=checklist,
        mode=mode,
        collaboration=_one(sheets, "collaboration-name"),
        team=_one(sheets, "team-name"),
        changed_on=changed_on,
        delete_on=delete_on,
        counted=len(counted),
        dimensions=dimensions,
        strengths=_having(items, Finding.STRENGTH),
        obstacles=obstacles,
        splits=_having(items, Finding.SPLIT),
        blind_spots=_having(items, Finding.UNKNOWN),
        attention=_having(items, Finding.ATTENTION),
        clear=_having(items, Finding.CLEAR),
        whirlpool=_arms([item for item in items if item.item.kind is Kind.FACTOR]),
        intensities=tuple(answer for sheet in sheets if (answer := _intensity(sheet))),
        goal_sentences=_all(sheets, "goal-sentence"),
        meanings=_all(sheets, "ips-meaning"),
        levels=_all(sheets, "level"),
        advice=_order_advice(checklist, items),
    )


def draw_whirlpool(checklist: Checklist, sheets: Sequence[Sheet]) -> tuple[WhirlpoolArm, ...]:
    """The seven arms as sheets, counted or not, have them: each as wide as the share that says it plays."""
    items = [_report_item(item, sheets, sheets, only_refer=False) for item in checklist.factors]
    return _arms(items)


def _arms(factors: Sequence[ItemReport]) -> tuple[WhirlpoolArm, ...]:
    return tuple(
        WhirlpoolArm(item, whirlpool_arm(place, len(factors), float(agreement(item.counts))))
        for place, item in enumerate(factors)
    )


def _report_item(item: Item, counted: Sequence[Sheet], sheets: Sequence[Sheet], *, only_refer: bool) -> ItemReport:
    counts = count(sheet.text(item.key) for sheet in counted)
    found = finding(item.kind, counts)
    if item.key == "partners-stable" and found is Finding.OBSTACLE and only_refer:
        found = Finding.ATTENTION
    return ItemReport(
        item=item,
        counts=counts,
        finding=found,
        notes=tuple(note for sheet in sheets if (note := sheet.note(item))),
        first=sum(item.key in sheet.several("first") for sheet in sheets),
    )


def _having(items: Sequence[ItemReport], found: Finding) -> tuple[ItemReport, ...]:
    return tuple(item for item in items if item.finding is found)


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


def _order_advice(checklist: Checklist, items: Sequence[ItemReport]) -> tuple[AdviceGroup, ...]:
    """Advice for every obstacle, and for whatever else was named first: those first, the rest by principle.

    An item stands under the earliest of its principles, so that it is read once.
    """
    first = sorted((item for item in items if item.first), key=lambda i: (-i.first, min(i.item.principles)))
    groups = [AdviceGroup(0, "", tuple(first))] if first else []
    for number, title in enumerate(checklist.principles, start=1):
        under = tuple(
            item
            for item in items
            if item.finding is Finding.OBSTACLE and not item.first and min(item.item.principles) == number
        )
        if under:
            groups.append(AdviceGroup(number, title, under))
    return tuple(groups)
