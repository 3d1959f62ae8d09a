"""Several collaborations beside each other: what recurs, and who has solved what others struggle with (concepts.md,
"Above one team"; TG, "halen en brengen"; In voor zorg, "Delen en halen").

Of each collaboration one session speaks: the latest of those chosen that has figures. Nothing adds up to a total of a
team, and teams stand by name: items are put in order by how often they recur, teams never.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reflectie.domain.questionnaire.checklist import Item
from reflectie.domain.report.agreements import Agreement, State
from reflectie.domain.report.changes import Shift, compare_items
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Finding

from .comparison import FEWEST_RECURRING, Comparison, SessionFigures


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An item as one collaboration's session has it. `earlier` is its last chosen session before that in which the item
    was an obstacle, where so many answer otherwise now that it may be called change."""

    session: SessionFigures
    report: ItemReport
    earlier: "Occurrence | None" = None

    @property
    def agreed(self) -> tuple[Agreement, ...]:
        """What this session's team agreed on about the item, less what it let go of."""
        made = self.session.agreements
        return tuple(each for each in made if each.item == self.report.item.key and each.state is not State.DROPPED)


@dataclass(frozen=True, slots=True)
class ItemAcrossTeams:
    """One item over the collaborations, by their name. Of `missing` the session's version of the checklist hasn't got
    it."""

    item: Item
    seen: tuple[Occurrence, ...]
    missing: tuple[SessionFigures, ...] = ()

    def having(self, *findings: Finding) -> tuple[Occurrence, ...]:
        """The collaborations in which this is what the answers add up to."""
        return tuple(seen for seen in self.seen if seen.report.finding in findings)

    @property
    def obstacles(self) -> tuple[Occurrence, ...]:
        return self.having(Finding.OBSTACLE)

    @property
    def solved(self) -> tuple[Occurrence, ...]:
        """Where it was an obstacle, and carries now or no longer plays."""
        return tuple(seen for seen in self._carrying if seen.earlier)

    @property
    def fine(self) -> tuple[Occurrence, ...]:
        """Where it carries or doesn't play, without a change that the chosen sessions tell of."""
        return tuple(seen for seen in self._carrying if not seen.earlier)

    @property
    def _carrying(self) -> tuple[Occurrence, ...]:
        return self.having(Finding.STRENGTH, Finding.CLEAR)


@dataclass(frozen=True)
class AcrossTeams:
    """`sessions` are those that speak, one of each collaboration; `without` the later ones that have no figures to
    show, also of collaborations that none is left of."""

    sessions: tuple[SessionFigures, ...]
    without: tuple[SessionFigures, ...]
    items: tuple[ItemAcrossTeams, ...]

    @property
    def is_enough(self) -> bool:
        """Whether there are several collaborations to set beside each other."""
        return len(self.sessions) >= FEWEST_RECURRING

    def recurring(self, found: Finding) -> tuple[ItemAcrossTeams, ...]:
        """The items that have this finding in two collaborations or more, those of the most first."""
        often = (item for item in self.items if len(item.having(found)) >= FEWEST_RECURRING)
        return tuple(sorted(often, key=lambda item: -len(item.having(found))))

    @cached_property
    def obstacles(self) -> tuple[ItemAcrossTeams, ...]:
        return self.recurring(Finding.OBSTACLE)

    @cached_property
    def elsewhere(self) -> tuple[ItemAcrossTeams, ...]:
        """What is an obstacle in one collaboration alone, while another knows it otherwise."""
        once = (item for item in self.items if len(item.obstacles) == 1)
        return tuple(item for item in once if item.solved or item.fine)

    @property
    def solved(self) -> tuple[ItemAcrossTeams, ...]:
        """What is an obstacle somewhere and was one elsewhere, in the order in which obstacles stand."""
        return tuple(item for item in (*self.obstacles, *self.elsewhere) if item.solved)

    @property
    def other_versions(self) -> bool:
        """Whether some filled in another version of the checklist."""
        return len({session.version for session in self.sessions}) > 1


def compare_teams(comparison: Comparison) -> AcrossTeams:
    """What the chosen sessions of several collaborations have in common, and where they differ.

    A session has no figures where its round had too few answers for any result, or none.
    """
    sessions: list[SessionFigures] = []
    without: list[SessionFigures] = []
    earlier = {}
    for _team, held in comparison.by_team:
        speaking = next((session for session in reversed(held) if session.has_figures), None)
        without += held[held.index(speaking) + 1 :] if speaking else held
        if speaking:
            sessions.append(speaking)
            before = (session for session in reversed(held) if session.day < speaking.day)
            earlier[speaking.key] = _overcome(speaking, [session for session in before if session.has_figures])
    items = (_item(row.item, sessions, earlier) for row in comparison.rows)
    return AcrossTeams(tuple(sessions), tuple(without), tuple(items))


def _item(
    item: Item, sessions: Iterable[SessionFigures], earlier: Mapping[str, Mapping[str, Occurrence]]
) -> ItemAcrossTeams:
    found = [(session, session.item(item.key)) for session in sessions]
    seen = (Occurrence(session, report, earlier[session.key].get(item.key)) for session, report in found if report)
    return ItemAcrossTeams(item, tuple(seen), tuple(session for session, report in found if not report))


def _overcome(now: SessionFigures, before: Iterable[SessionFigures]) -> dict[str, Occurrence]:
    """By item, the last of the earlier sessions (the latest first) in which it was an obstacle, if it moved away from
    that by more than one person's answer (`domain/report/changes.py`)."""
    last: dict[str, Occurrence] = {}
    moved: set[str] = set()
    for session in before:
        _reason, shifts = compare_items(session, now)
        for shift in shifts:
            key, then = shift.item.key, shift.earlier
            if key not in last and then and then.finding is Finding.OBSTACLE:
                last[key] = Occurrence(session, then)
                if shift.shift is Shift.TOWARDS_HELPING:
                    moved.add(key)
    return {key: seen for key, seen in last.items() if key in moved}
