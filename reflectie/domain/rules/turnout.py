"""How many of those who were expected answered, and when that is so few that it is a finding of its own.

Taken from numbers that the report shows anyway: how many count, and how many the plan expected. Nothing here knows who
they are, and of a group there is a turnout only where that group is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .findings import BLIND_ABOVE
from .suppression import Withheld

# More than half of those who were expected are missing: then whatever the others agree on, most people didn't say it.
# None of the sources gives a number, so this one is ours. It is the blind spot's (domain page, "From answers to
# findings", rule 1), in which somebody who leaves an item open weighs as much as who doesn't know: and whoever answers
# nothing leaves all of them open.
LOW_ABOVE: Fraction = BLIND_ABOVE


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many responses count, of how many people that were expected (at least one). `group` is a name as the setup
    has it; empty for everybody."""

    counted: int
    expected: int
    group: str = ""

    @property
    def missing(self) -> int:
        """How many fewer came than were expected; 0 when as many came, or more."""
        return max(self.expected - self.counted, 0)

    @property
    def is_low(self) -> bool:
        """Whether so many are missing that this says something of its own (LOW_ABOVE)."""
        return self.missing > LOW_ABOVE * self.expected


def turnout_of(counted: int | Withheld, expected: int | None) -> Turnout | None:
    """The turnout of a whole session. None where it isn't known how many were expected, or too few answered for any
    result: then how many they were isn't shown either."""
    return Turnout(counted, expected) if expected and not isinstance(counted, Withheld) else None


def turnouts_of_groups(sizes: Sequence[tuple[str, int | Withheld]], expected: Mapping[str, int]) -> tuple[Turnout, ...]:
    """The turnout of each group that is shown, in the order of `sizes`; none of a group that is withheld, whatever is
    expected of it. `expected` is by the group's name; 0 is not known."""
    return tuple(
        Turnout(size, expected[name], name)
        for name, size in sizes
        if not isinstance(size, Withheld) and expected.get(name)
    )
