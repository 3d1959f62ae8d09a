"""From figures and texts to the report: what may be shown was decided where it was counted (`figures.py`)."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from reflectie.domain.questionnaire.answers import MEANINGS, Sheet, Value, note_name
from reflectie.domain.questionnaire.checklist import Checklist, Item
from reflectie.domain.rules.findings import Counts, Finding, count, finding
from reflectie.domain.rules.ranges import Ranges, person_band, range_of
from reflectie.domain.rules.suppression import Shown, Withheld
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.rules.turnout import turnouts_of_groups
from reflectie.domain.setup import Mode, Setup
from reflectie.domain.text import sort_key

from .changes import compare_items
from .figures import ReportFigures, add_up, intensity_of
from .items import DimensionReport, GroupView, ItemReport, Note
from .patterns import find_patterns
from .report import About, ChangesSincePrevious, Report, WhirlpoolArm, arms_of


def build_report(
    checklist: Checklist,
    setup: Setup,
    sheets: Sequence[Sheet],
    changed_on: date,
    delete_on: date | None = None,
    about: About | None = None,
    figures: ReportFigures | None = None,
) -> Report:
    """The report of a session's sheets, with the privacy rules of its mode applied (`add_up`).

    With `figures`, which are what the sheets add up to, nothing is counted: of the sheets it then takes texts, and by
    name or without a round who answered what; those of an anonymous round need nothing but texts.
    """
    about = about or About()
    if figures is None:
        figures = add_up(checklist, setup, sheets, blanked=about.blanked, beside_paper=about.beside_paper)
    report = _Builder(checklist, setup, sheets, figures, about).report(changed_on, delete_on)
    since = compare(about.earlier, report) if about.earlier else None
    return replace(report, patterns=find_patterns(report), since=since)


def compare(earlier: Report, now: Report) -> ChangesSincePrevious:
    """Set a report beside that of an earlier session of the same collaboration."""
    return ChangesSincePrevious(earlier, *compare_items(earlier, now))


def whirlpool_of(checklist: Checklist, sheets: Sequence[Sheet]) -> tuple[WhirlpoolArm, ...]:
    """The seven arms as sheets, counted or not, have them."""
    counts = {item.key: count(sheet.text(item.key) for sheet in sheets) for item in checklist.factors}
    # A sheet that is being filled in is its giver's own, so that nothing of it is withheld.
    totals = Totals(Mode.ALONE, len(sheets), counts)
    return arms_of([ItemReport(item, *figure_of(item, totals), notes=(), first=0) for item in checklist.factors])


class _Builder:
    """Builds a report, item by item, from the same figures and sheets."""

    def __init__(
        self,
        checklist: Checklist,
        setup: Setup,
        sheets: Sequence[Sheet],
        figures: ReportFigures,
        about: About,
    ) -> None:
        self.checklist, self.setup, self.about, self.figures = checklist, setup, about, figures
        # Where nothing may be shown, nothing is looked at either.
        self.sheets = [] if figures.totals.are_withheld else sheets

    def report(self, changed_on: date, delete_on: date | None) -> Report:
        """All of it but what follows from it: patterns, and what changed since an earlier one."""
        setup, sheets, about, figures = self.setup, self.sheets, self.about, self.figures
        is_round, sizes = setup.mode.is_round, self._sizes()
        return Report(
            checklist=self.checklist,
            setup=setup,
            collaboration=about.collaboration or _one(sheets, "collaboration-name"),
            team=_one(sheets, "team-name"),
            partners=about.partners,
            changed_on=changed_on,
            delete_on=delete_on,
            counted=people_of(figures.totals),
            expected=about.expected,
            dimensions=tuple(
                DimensionReport(dimension, tuple(self._item(item) for item in dimension.items))
                for dimension in self.checklist.dimensions
            ),
            intensities=() if is_round else tuple(answer for sheet in sheets if (answer := intensity_of(sheet))),
            meanings=() if is_round else _all(sheets, "ips-meaning"),
            levels=() if is_round else _all(sheets, "level"),
            needed=figures.needed,
            forms=figures.forms,
            fits=figures.fits,
            meaning=figures.meaning,
            groups=sizes,
            goal_sentences=self._texts("goal-sentence"),
            removed_sentences=about.removed.get("goal-sentence", 0),
            meaning_partners=self._meaning_partners(),
            agreements=about.agreements,
            polls=tuple(poll for poll in about.polls if not poll.is_open),
            conclusion=about.conclusion,
            parked=about.parked,
            folded_on=about.folded_on,
            brought_in=about.brought_in,
            group_turnouts=turnouts_of_groups(sizes, about.expected_of),
            beside_paper=about.beside_paper,
            ranges=self._ranges(),
            is_ahead=about.is_ahead,
            name=about.title.name if about.title else "",
            nth=about.title.nth if about.title else 1,
        )

    def _item(self, item: Item) -> ItemReport:
        name = note_name(item.key)
        outcome, removed = self.about.outcomes.get(item.key), self.about.removed.get(name, 0)
        counts, found = figure_of(item, self.figures.totals)
        if isinstance(counts, Withheld):
            return ItemReport(item, counts, found, (), 0, outcome=outcome)
        return ItemReport(
            item=item,
            counts=counts,
            finding=found,
            notes=self._texts(name),
            first=self.figures.first.get(item.key, 0),
            groups=self._groups(item),
            voices=self._voices(item),
            outcome=outcome,
            removed=removed,
        )

    def _groups(self, item: Item) -> tuple[GroupView, ...]:
        if not self.setup.grouping.field:
            return ()
        shown = zip(self.setup.groups, self.figures.groups.get(item.key, ()), strict=False)
        return tuple(GroupView(name, figure, _finding_of(item, figure)) for name, figure in shown)

    def _voices(self, item: Item) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if self.setup.mode is not Mode.NAMED or self.about.folded_on:
            return ()
        counted = [sheet for sheet in self.sheets if sheet.answered(self.checklist)]
        said = {
            value: sorted((s.text("participant") for s in counted if s.text(item.key) == value), key=sort_key)
            for value in (*Value, "")
        }
        return tuple((value, tuple(names)) for value, names in said.items() if names)

    def _meaning_partners(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if self.setup.mode is not Mode.NAMED or self.about.folded_on:
            return ()
        said = {
            meaning: {
                name
                for s in self.sheets
                if s.text("ips-meaning") == meaning and (name := s.text("organisation") or s.text("participant"))
            }
            for meaning in MEANINGS
        }
        return tuple((meaning, tuple(sorted(names, key=sort_key))) for meaning, names in said.items() if names)

    def _sizes(self) -> tuple[tuple[str, int | Withheld], ...]:
        if not self.setup.grouping.field:
            return ()
        return tuple(zip(self.setup.groups, self.figures.sizes, strict=False))

    def _ranges(self) -> Ranges | Withheld | None:
        """How far help goes: of each person where there are names, or no round."""
        given = [sheet for sheet in self.sheets if range_of(sheet)]
        shows_each = not self.setup.mode.is_round or (self.setup.mode is Mode.NAMED and not self.about.folded_on)
        if not (given and shows_each):
            return self.figures.ranges
        bands = [person_band(self._who(sheet), range_of(sheet)) for sheet in given]
        return Ranges(len(given), tuple(sorted(bands, key=lambda band: sort_key(band.name))))

    def _texts(self, name: str) -> tuple[Note, ...]:
        """What people typed in one field. In an anonymous round their order tells nothing: not of a person, nor of who
        typed what elsewhere. It is the same at each look, so that no two prints can be laid side by side."""
        found = [Note(text, self._who(sheet)) for sheet in self.sheets if (text := sheet.text(name))]
        if self.setup.mode is Mode.ANONYMOUS:
            found.sort(key=lambda note: hashlib.sha256(f"{name}\n{note.text}".encode()).digest())
        elif self.setup.mode is Mode.NAMED:
            found.sort(key=lambda note: sort_key(note.who))
        return tuple(found)

    def _who(self, sheet: Sheet) -> str:
        return sheet.text("participant") if self.setup.mode is Mode.NAMED else ""


def _finding_of(item: Item, figure: Shown) -> Finding | None:
    return finding(item.kind, figure) if isinstance(figure, Counts) and figure.counted else None


def _all(sheets: Sequence[Sheet], name: str) -> tuple[str, ...]:
    return tuple(text for sheet in sheets if (text := sheet.text(name)))


def _one(sheets: Sequence[Sheet], name: str) -> str:
    return next(iter(_all(sheets, name)), "")
