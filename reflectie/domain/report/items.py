"""An item as a report shows it, with every rule already applied: what patterns, changes and comparisons work with."""

from dataclasses import dataclass
from fractions import Fraction

from reflectie.domain.questionnaire.checklist import ActionOwner, Dimension, Item
from reflectie.domain.questionnaire.intensity import Fit, Intensity
from reflectie.domain.rules.findings import Counts, Finding, agreement, difference, dissent
from reflectie.domain.rules.suppression import Reason, Shown, Withheld

from .outcomes import Outcome, contradicts


@dataclass(frozen=True, slots=True)
class Note:
    """A text as somebody typed it, and who: only where people answered by name."""

    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """How one partner or one level answered an item; without a finding where that is withheld, or nobody chose it."""

    name: str
    counts: Shown
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many gave each answer to a question beside the checklist, in the question's own order."""

    numbers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class IntensityAnswer:
    """One respondent's view of the intensity: what is needed, what there is, and whether the two fit."""

    needed: Intensity | None
    forms: tuple[str, ...]
    fit: Fit | None


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
    def is_divided(self) -> bool:
        """Whether a team that answered together says that it doesn't agree: a split of one sheet."""
        return isinstance(self.counts, Counts) and self.counts.divided > 0

    @property
    def says_enough(self) -> bool:
        """Whether one view of it can be set against another. In a blind spot one against one says little where eight
        don't know; of what is withheld nothing is said at all."""
        return self.finding is not None and self.finding is not Finding.UNKNOWN

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
    def mover(self) -> ActionOwner:
        """Who can move it in the end: as the team sees it, or else by default. With its steps others may begin."""
        return (self.outcome and self.outcome.mover) or self.item.mover

    @property
    def movers(self) -> tuple[ActionOwner, ...]:
        """Whose turn it is with its steps, in their order; where the team saw it otherwise, whom they named."""
        if self.outcome and self.outcome.mover:
            return (self.outcome.mover,)
        return tuple(dict.fromkeys(step.mover for step in self.item.steps))

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
        """How far apart those who chose are, 0 to a half; 0 where that is withheld."""
        return difference(self.counts) if isinstance(self.counts, Counts) else Fraction(0)


@dataclass(frozen=True, slots=True)
class DimensionReport:
    dimension: Dimension
    items: tuple[ItemReport, ...]


def agreement_on(item: ItemReport) -> Fraction:
    """The share of all counted who call an item hindering, 0 to 1; 0 where that is withheld."""
    return agreement(item.counts) if isinstance(item.counts, Counts) else Fraction(0)
