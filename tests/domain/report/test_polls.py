"""What a poll of support comes to, and what anybody can work out of it: by a program that knows none of its rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import pytest

from reflectie.domain.report.agreements import Decision
from reflectie.domain.report.polls import (
    Poll,
    PollCounts,
    PollWay,
    Stance,
    count_stances,
    number_polls,
    polls_about,
    shows_difference,
    way_asked,
)
from reflectie.domain.rules.suppression import Reason, Withheld

BEHIND, LIVE_WITH, OBJECTION = Stance
PHONES, HANDS = PollWay


def held(thing: str, counts: PollCounts | Withheld | None = None, way: PollWay = PHONES) -> Poll:
    return Poll("a key", way, counts, agreement=thing)


# --- What is kept


@pytest.mark.parametrize(
    ("votes", "kept"),
    [
        ([], Withheld(Reason.TOO_FEW)),
        ([BEHIND], Withheld(Reason.TOO_FEW)),
        ([BEHIND, OBJECTION], Withheld(Reason.TOO_FEW)),
        ([BEHIND, OBJECTION, BEHIND], PollCounts(2, 0, 1)),
        ([LIVE_WITH] * 3, PollCounts(0, 3, 0)),
        ([OBJECTION, LIVE_WITH, BEHIND, LIVE_WITH], PollCounts(1, 2, 1)),
    ],
)
def test_count_stances_keeps_counts_from_three(votes, kept):
    assert count_stances(votes) == kept


def test_polls_are_numbered_by_what_they_are_about():
    decided = Poll("d", HANDS, PollCounts(1, 0, 0), decision=Decision.STOP)
    polls = number_polls([held("one"), held("other"), decided, held("one"), held("one")])
    assert [(poll.thing, poll.nth) for poll in polls] == [
        ("one", 1),
        ("other", 1),
        ("stop", 1),
        ("one", 2),
        ("one", 3),
    ]
    assert polls_about(polls, "one") == (polls[0], polls[3], polls[4])
    assert polls_about(polls, "stop") == (polls[2],)


def test_a_thing_is_asked_in_the_way_it_was_asked_before():
    polls = [held("one"), held("other", PollCounts(1, 0, 0), HANDS), held("few", Withheld(Reason.TOO_FEW))]
    assert [way_asked(polls, thing) for thing in ("one", "other", "few", "new")] == [PHONES, HANDS, PHONES, None]


def test_a_difference_shows_beside_an_earlier_poll_of_which_counts_were_kept():
    polls = [held("one", PollCounts(1, 1, 1)), held("few", Withheld(Reason.TOO_FEW)), held("goes on")]
    assert [shows_difference(polls, thing) for thing in ("one", "few", "goes on", "new")] == [True, False, False, False]


def test_counts_add_up():
    assert PollCounts(1, 2, 3).voted == 6


# --- What anybody can work out: an outsider, or one who voted and knows their own votes. Each sees who votes, as people
# in one room do, and knows the rules.

ROOM = "abcdef"
# Where each person stands in each poll in which they answered.
World = tuple[Mapping[str, Stance], ...]
Figure = PollCounts | Withheld | tuple[tuple[str, Stance], ...] | None
Publish = Callable[[World, "list[Round]"], tuple[Figure, ...]]


@dataclass(frozen=True)
class Round:
    """One of several polls on the same thing: who answers, and how."""

    people: str
    way: PollWay = PHONES


def worlds(rounds: list[Round], *, steady: bool) -> Iterator[World]:
    """Every way in which these people answer; `steady` where nobody changes their mind between two polls."""
    if steady:
        room = sorted({person for one in rounds for person in one.people})
        for stances in product(Stance, repeat=len(room)):
            stands = dict(zip(room, stances, strict=True))
            yield tuple({person: stands[person] for person in one.people} for one in rounds)
        return
    for chosen in product(*(product(Stance, repeat=len(one.people)) for one in rounds)):
        yield tuple(dict(zip(one.people, its, strict=True)) for one, its in zip(rounds, chosen, strict=True))


def published(world: World, rounds: list[Round]) -> tuple[Figure, ...]:
    """What everybody sees of these polls, one after the other: of hands each, of phones what the rules leave. What is
    refused isn't held."""
    polls: list[Poll] = []
    figures: list[Figure] = []
    for votes, one in zip(world, rounds, strict=True):
        if way_asked(polls, "thing") not in {None, one.way}:
            figures.append(None)
            continue
        counts = count_stances(votes.values()) if one.way is PHONES else _tally(votes.values())
        polls.append(held("thing", counts, one.way))
        figures.append(tuple(sorted(votes.items())) if one.way is HANDS else counts)
    return tuple(figures)


def _tally(stances: Iterable[Stance]) -> PollCounts:
    given = list(stances)
    return PollCounts(*(given.count(stance) for stance in Stance))


def is_announced(world: World, rounds: list[Round]) -> bool:
    """Whether those who answer the last of these polls read beforehand that a difference will show."""
    figures = published(world, rounds)
    before = [held("thing", figure, one.way) for figure, one in zip(figures[:-1], rounds, strict=False) if figure]
    return shows_difference(before, "thing")


def found(rounds: list[Round], *, steady: bool, publish: Publish = published) -> set[tuple[int, str, bool]]:
    """Every vote by phone that somebody works out of what is published, in which poll and whose, and whether it was
    announced that such a thing could be. Not among them what a poll alone tells from its totals less one's own vote:
    that all others chose the same (as with three in a round)."""
    alike: dict[tuple[Figure, ...], list[World]] = defaultdict(list)
    for world in worlds(rounds, steady=steady):
        alike[publish(world, rounds)].append(world)
    leaks = set()
    for figures, possible in alike.items():
        for seer in (None, *ROOM):
            seen: dict[tuple[Stance | None, ...], list[World]] = defaultdict(list)
            for world in possible:
                seen[tuple(votes.get(seer) for votes in world) if seer else ()].append(world)
            for left in seen.values():
                leaks |= {
                    (place, person, is_announced(left[0], rounds))
                    for place, person in _worked_out(left, rounds, seer)
                    # In a poll that was refused nobody voted.
                    if figures[place] and not _is_told(figures, left[0], seer, person)
                }
    return leaks


def _worked_out(left: list[World], rounds: list[Round], seer: str | None) -> Iterator[tuple[int, str]]:
    for place, one in enumerate(rounds):
        for person in one.people if one.way is PHONES else "":
            if person != seer and len({world[place][person] for world in left}) == 1:
                yield place, person


def _is_told(figures: tuple[Figure, ...], world: World, seer: str | None, person: str) -> bool:
    """Whether one of the polls tells by itself where a person stands."""
    both = zip(figures, world, strict=True)
    return any(person in votes and _others_are_unanimous(figure, votes, seer) for figure, votes in both)


def _others_are_unanimous(figure: Figure, votes: Mapping[str, Stance], seer: str | None) -> bool:
    if not isinstance(figure, PollCounts):
        return False
    return len({stance for person, stance in votes.items() if person != seer}) == 1


def unsafely(world: World, rounds: list[Round]) -> tuple[Figure, ...]:
    """Without a floor, and in both ways."""
    return tuple(
        tuple(sorted(votes.items())) if one.way is HANDS else _tally(votes.values())
        for votes, one in zip(world, rounds, strict=True)
    )


@pytest.mark.parametrize("people", range(7))
def test_one_poll_tells_nobody_how_another_voted(people):
    assert found([Round(ROOM[:people])], steady=True) == set()


def test_one_poll_of_three_that_are_unanimous_tells_everybody():
    """What is let through above is this: three that chose the same, and for one of three that the other two did."""
    for figure, seer in ((PollCounts(3, 0, 0), None), (PollCounts(1, 2, 0), "a")):
        votes = {"a": BEHIND, "b": LIVE_WITH, "c": LIVE_WITH} if seer else dict.fromkeys("abc", BEHIND)
        assert _others_are_unanimous(figure, votes, seer)
    assert not _others_are_unanimous(PollCounts(1, 2, 0), {"a": BEHIND, "b": LIVE_WITH, "c": LIVE_WITH}, None)


TWO = [
    (ROOM[:both] + ROOM[both : both + first], ROOM[:both] + ROOM[both + first : both + first + second])
    for both in range(7)
    for first in range(7 - both)
    for second in range(7 - both - first)
]


def test_two_polls_are_looked_at_with_the_same_and_with_other_people():
    assert len(TWO) == 84
    assert {("abc", "abc"), ("abcd", "abc"), ("abc", "abcd"), ("ab", "abcd"), ("abc", "def")} <= set(TWO)


def test_two_polls_tell_no_more_than_each_alone_but_what_was_announced():
    """Where nobody changes their mind, who came or left is the difference: voters of the second read so beforehand.
    Beside a poll of which nothing was kept there is none, and nothing is said."""
    leaks = {pair: found([Round(pair[0]), Round(pair[1])], steady=True) for pair in TWO}
    assert {pair for pair, its in leaks.items() if any(not announced for *_, announced in its)} == set()
    # It finds the newcomer, and whoever left; and nobody where the same people were asked.
    assert {person for _, person, _ in leaks["abc", "abcd"]} >= {"d"}
    assert {person for _, person, _ in leaks["abcd", "abc"]} >= {"d"}
    assert leaks["abcd", "abcd"] == set()
    assert leaks["ab", "abcd"] == leaks["abcd", "ab"] == set()


@pytest.mark.parametrize("pair", [pair for pair in TWO if sum(map(len, pair)) <= 8])
def test_two_polls_between_which_people_may_change_their_mind_tell_nothing_more(pair):
    assert found([Round(pair[0]), Round(pair[1])], steady=False) == set()


@pytest.mark.parametrize("first", [HANDS, PHONES])
@pytest.mark.parametrize("pair", [("abc", "abcd"), ("abcd", "abc"), ("abc", "abc"), ("abcde", "abcdef"), ("ab", "abc")])
def test_hands_and_phones_on_one_thing_are_not_subtracted_since_the_second_is_refused(pair, first):
    ways = (first, PHONES if first is HANDS else HANDS)
    both = [Round(people, way) for people, way in zip(pair, ways, strict=True)]
    assert found(both, steady=True) == set()
    assert found(both, steady=True, publish=unsafely), "published both, it finds how somebody voted"


def test_without_a_floor_it_finds_how_one_of_two_voted():
    assert {person for _, person, _ in found([Round("ab")], steady=True, publish=unsafely)} == set()
    assert {person for _, person, _ in found([Round("ab"), Round("abc")], steady=True, publish=unsafely)} >= {"c"}
