"""From where to where help goes: the booklet's way from a to z (UCLL, "Bestaande samenwerkingen kritisch in vraag
stellen", the integral perspective). Helping from a to z is integral; from a to d asks whether the cut at d is logical;
with b alone, what b hangs together with.
"""

from collections.abc import Collection
from string import ascii_lowercase

# From the beginning to the end of what somebody needs help with.
LETTERS = tuple(ascii_lowercase)

# The first and the last letter of one answer; both stand in LETTERS, in this order.
HelpRange = tuple[str, ...]


def is_turned(first: str, last: str) -> bool:
    """Whether "tot" comes before "van": then it is no way from the one to the other."""
    return LETTERS.index(last) < LETTERS.index(first)


def letters_of(given: HelpRange) -> tuple[str, ...]:
    """All letters from the first to the last."""
    first, last = given
    return LETTERS[LETTERS.index(first) : LETTERS.index(last) + 1]


def stretches(letters: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The unbroken stretches that these letters make, each by its first and its last, in order."""
    found: list[tuple[str, str]] = []
    for letter in LETTERS:
        if letter not in letters:
            continue
        if found and LETTERS.index(found[-1][1]) + 1 == LETTERS.index(letter):
            found[-1] = (found[-1][0], letter)
        else:
            found.append((letter, letter))
    return tuple(found)
