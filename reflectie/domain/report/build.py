"""From sheets to the report: counted, found and withheld here, once, by the rules of the session's mode."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from reflectie.domain.questionnaire.answers import MEANINGS, Sheet, Value, note_name
from reflectie.domain.questionnaire.checklist import Checklist, Item
from reflectie.domain.questionnaire.intensity import FORMS, Fit, Intensity, fit
from reflectie.domain.rules.findings import Counts, Finding, count, finding
from reflectie.domain.rules.ranges import (
    Ranges,
    by_group,
    group_band,
    may_have_bands,
    person_band,
    range_of,
    whole_of,
)
from reflectie.domain.rules.suppression import Reason, Shown, Withheld, enough, group_figures, groups_to_suppress
from reflectie.domain.rules.totals import Totals, figure_of, people_of
from reflectie.domain.rules.turnout import turnouts_of_groups
from reflectie.domain.setup import Mode, Setup
from reflectie.domain.text import sort_key

from .changes import compare_items
from .items import DimensionReport, GroupView, ItemReport, Note, Tally
from .patterns import find_patterns
from .report import About, ChangesSincePrevious, IntensityAnswer, Report, WhirlpoolArm, arms_of


def build_report(
    checklist: Checklist,
    setup: Setup,
    sheets: Sequence[Sheet],
    changed_on: date,
    delete_on: date | None = None,
    about: About | None = None,
) -> Report:
    """The report of a session's sheets, with the privacy rules of its mode applied.

    Counted is every sheet with at least one answer to the checklist (concepts.md, "From answers to findings").
    What was asked beside it and the notes count from every sheet. An anonymous round with fewer than three counted
    sheets has no results at all (concepts.md, "Anonymous is anonymous").
    """
    about = about or About()
    totals = add_up(checklist, setup.mode, sheets)
    report = _Builder(checklist, setup, sheets, totals, about).report(changed_on, delete_on)
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


def add_up(checklist: Checklist, mode: Mode, sheets: Sequence[Sheet]) -> Totals:
    """The numbers of a session's sheets. Counted is every sheet with at least one answer to the checklist."""
    counted = [sheet for sheet in sheets if sheet.answered(checklist)]
    return Totals(
        mode,
        len(counted),
        {item.key: count(sheet.text(item.key) for sheet in counted) for item in checklist},
        Counter(text for sheet in sheets if (text := sheet.text("intensity-needed"))),
    )


class _Builder:
    """Builds a report, item by item, from the same sheets and by the rules of the session's mode."""

    def __init__(
        self,
        checklist: Checklist,
        setup: Setup,
        sheets: Sequence[Sheet],
        totals: Totals,
        about: About,
    ) -> None:
        self.checklist, self.setup, self.about, self.totals = checklist, setup, about, totals
        # Where nothing may be shown, nothing is looked at either.
        self.sheets = sheets = [] if totals.are_withheld else sheets
        self.counted = counted = [sheet for sheet in sheets if sheet.answered(checklist)]
        # Three choices that one person made belong together for all to see, until more people chose.
        named = [sheet for sheet in sheets if sheet.several("first")]
        self.who_named = named if setup.mode is not Mode.ANONYMOUS or enough(len(named)) else []
        self.by_group: dict[str, list[Sheet]] = {}
        # Who named no group; nobody where groups aren't asked for.
        self.rest: list[Sheet] = []
        if field_name := setup.grouping.field:
            by_group = {name: [s for s in counted if s.text(field_name) == name] for name in setup.groups}
            self.by_group = {name: members for name, members in by_group.items() if members}
            self.rest = [sheet for sheet in counted if sheet.text(field_name) not in self.by_group]
        self.blanked: frozenset[str] = frozenset()
        if setup.mode is Mode.ANONYMOUS:
            sizes = {name: len(members) for name, members in self.by_group.items()}
            self.blanked = groups_to_suppress(sizes, len(counted) - sum(sizes.values()))

    def report(self, changed_on: date, delete_on: date | None) -> Report:
        """All of it but what follows from it: patterns, and what changed since an earlier one."""
        setup, sheets, about = self.setup, self.sheets, self.about
        is_round, sizes = setup.mode.is_round, self._sizes()
        return Report(
            checklist=self.checklist,
            setup=setup,
            collaboration=about.collaboration or _one(sheets, "collaboration-name"),
            team=_one(sheets, "team-name"),
            partners=about.partners,
            changed_on=changed_on,
            delete_on=delete_on,
            counted=people_of(self.totals),
            expected=about.expected,
            dimensions=tuple(
                DimensionReport(dimension, tuple(self._item(item) for item in dimension.items))
                for dimension in self.checklist.dimensions
            ),
            intensities=() if is_round else tuple(answer for sheet in sheets if (answer := _intensity(sheet))),
            meanings=() if is_round else _all(sheets, "ips-meaning"),
            levels=() if is_round else _all(sheets, "level"),
            needed=_tally(setup, Intensity, [(sheet.text("intensity-needed"),) for sheet in sheets]),
            forms=_tally(setup, FORMS, [sheet.several("intensity-current") for sheet in sheets]),
            fits=_tally(setup, Fit, [(_fit(sheet),) for sheet in sheets]),
            meaning=_tally(setup, MEANINGS, [(sheet.text("ips-meaning"),) for sheet in sheets]),
            groups=sizes,
            goal_sentences=self._texts("goal-sentence"),
            removed_sentences=about.removed.get("goal-sentence", 0),
            meaning_partners=self._meaning_partners(),
            agreements=about.agreements,
            conclusion=about.conclusion,
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
        counts, found = figure_of(item, self.totals)
        if isinstance(counts, Withheld):
            return ItemReport(item, counts, found, (), 0, outcome=outcome)
        return ItemReport(
            item=item,
            counts=counts,
            finding=found,
            notes=self._texts(name),
            first=sum(item.key in sheet.several("first") for sheet in self.who_named),
            groups=self._groups(item, counts),
            voices=self._voices(item),
            outcome=outcome,
            removed=removed,
        )

    def _groups(self, item: Item, total: Counts) -> tuple[GroupView, ...]:
        if not self.setup.grouping.field:
            return ()
        counts = {
            name: count(sheet.text(item.key) for sheet in members)
            for name, members in self.by_group.items()
            if name not in self.blanked
        }
        is_anonymous = self.setup.mode is Mode.ANONYMOUS
        shown = group_figures(total, self._with_rest(item, counts)) if is_anonymous else counts
        # By name nothing is hidden: then nobody chose that group.
        rest = Withheld(Reason.SMALL_GROUP) if is_anonymous else Counts()
        views = [(name, shown.get(name, rest)) for name in self.setup.groups]
        return tuple(GroupView(name, figure, _finding_of(item, figure)) for name, figure in views)

    def _with_rest(self, item: Item, groups: Mapping[str, Counts]) -> Mapping[str, Counts]:
        """With those who named no group as one more, where that is all they are: then nobody hides among them."""
        if not self.rest or self.blanked or self.about.blanked:
            return groups
        return {**groups, "": count(sheet.text(item.key) for sheet in self.rest)}

    def _voices(self, item: Item) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if self.setup.mode is not Mode.NAMED or self.about.folded_on:
            return ()
        said = {
            value: sorted((s.text("participant") for s in self.counted if s.text(item.key) == value), key=sort_key)
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
        if not self.setup.grouping.field or self.totals.are_withheld:
            return ()
        known = {name: len(members) for name, members in self.by_group.items() if name not in self.blanked}
        if self.setup.mode is Mode.ANONYMOUS:
            return tuple((name, known.get(name, Withheld(Reason.SMALL_GROUP))) for name in self.setup.groups)
        return tuple((name, known.get(name, 0)) for name in self.setup.groups)

    def _ranges(self) -> Ranges | Withheld | None:
        """How far help goes, by the rules of `rules/ranges.py`."""
        setup, about = self.setup, self.about
        given = [sheet for sheet in self.sheets if range_of(sheet)]
        if not given:
            return None
        if setup.mode is Mode.ANONYMOUS and not enough(len(given)):
            return Withheld(Reason.TOO_FEW)
        if not setup.mode.is_round or (setup.mode is Mode.NAMED and not about.folded_on):
            bands = [person_band(self._who(sheet), range_of(sheet)) for sheet in given]
            return Ranges(len(given), tuple(sorted(bands, key=lambda band: sort_key(band.name))))
        some_hide = bool(self.blanked) or about.blanked or about.beside_paper
        may_have = may_have_bands(setup.mode, some_hide=some_hide)
        groups = by_group(given, setup.grouping.field) if may_have else None
        if groups is None:
            return whole_of([range_of(sheet) for sheet in given])
        # Those without a group last; of a group of which nobody answered, that is said.
        names = [*setup.groups, *([""] if "" in groups else [])]
        return Ranges(len(given), tuple(group_band(name, groups.get(name, ())) for name in names))

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
