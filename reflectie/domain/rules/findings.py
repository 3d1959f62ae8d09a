"""From counts to findings: the one place where the thresholds stand (concepts.md, "From answers to findings")."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.questionnaire.checklist import Kind

# More than half who don't know or leave it open: what is left says too little about the whole.
BLIND_ABOVE = Fraction(1, 2)
# Two thirds of those who chose: clearly more than a bare majority, reachable with three people.
OBSTACLE_FROM = Fraction(2, 3)
# A strength asks for more: a team leans on it, and one who sees it otherwise may see what the rest miss.
STRENGTH_FROM = Fraction(4, 5)


class Finding(StrEnum):
    """What the answers to an item add up to."""

    OBSTACLE = "obstacle"
    SPLIT = "split"
    UNKNOWN = "unknown"
    STRENGTH = "strength"
    CLEAR = "clear"
    # A changing composition where partners only refer to each other: to think about, no obstacle.
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many counted responses gave which answer to one item. Raises ValueError on a negative count."""

    hindering: int = 0
    helping: int = 0
    dont_know: int = 0
    open: int = 0
    # Sheets on which a team says together that it doesn't agree.
    divided: int = 0

    def __post_init__(self) -> None:
        if min(self.hindering, self.helping, self.dont_know, self.open, self.divided) < 0:
            raise ValueError("a count is never negative")

    @property
    def chose(self) -> int:
        """Who have something to say of it. A team that is divided has: it knows that it sees both."""
        return self.hindering + self.helping + self.divided

    @property
    def towards_hindering(self) -> Fraction:
        """How many of those who chose stand on the hindering side. A divided team stands with half of itself on either,
        so that pictures draw it where a split is drawn; it is never said as a number of people."""
        return self.hindering + Fraction(self.divided, 2)

    @property
    def unsure(self) -> int:
        """Who don't know or left it open: the two are alike to a finding."""
        return self.dont_know + self.open

    @property
    def counted(self) -> int:
        return self.chose + self.unsure


def count(values: Iterable[str]) -> Counts:
    """Counts of one item's answers over the counted responses; an empty value is an open item."""
    found = list(values)
    return Counts(
        hindering=found.count(Value.HINDERING),
        helping=found.count(Value.HELPING),
        dont_know=found.count(Value.DONT_KNOW),
        open=found.count(""),
        divided=found.count(Value.DISAGREE),
    )


def finding(kind: Kind, counts: Counts) -> Finding:
    """The finding of one item, by the four rules of concepts.md in their order. Without any response: UNKNOWN.

    A team that is divided chose neither side, so that one sheet which says so comes to the last rule: SPLIT.
    """
    if counts.chose == 0 or counts.unsure > BLIND_ABOVE * counts.counted:
        return Finding.UNKNOWN
    if counts.hindering >= OBSTACLE_FROM * counts.chose:
        return Finding.OBSTACLE
    if counts.helping >= STRENGTH_FROM * counts.chose:
        return Finding.STRENGTH if kind == Kind.PAIR else Finding.CLEAR
    return Finding.SPLIT


def dissent(counts: Counts) -> int:
    """How many of those who chose see it differently from the most; 0 when all agree. Half against half: that half.
    Within a team that is divided nobody was counted: 0."""
    return min(counts.hindering, counts.helping)


def difference(counts: Counts) -> Fraction:
    """How far apart those who chose are: 0 when all agree, a half when it is half against half, or when a team says
    that it doesn't agree."""
    return (dissent(counts) + Fraction(counts.divided, 2)) / counts.chose if counts.chose else Fraction(0)


def agreement(counts: Counts) -> Fraction:
    """The share of all counted responses that call the item hindering, 0 to 1; a team that is divided for half
    (`Counts.towards_hindering`). Obstacles are ordered by it, and the whirlpool's arms are as wide."""
    return counts.towards_hindering / counts.counted if counts.counted else Fraction(0)
