"""The thresholds at their edges. The tables were worked out by hand from the four rules of concepts.md, so that a slip
in the code can't hide in a second copy of the code."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.checklist import Kind
from reflectie.domain.rules.findings import Counts, Finding, agreement, count, difference, dissent, finding

HINDERING, HELPING, DONT_KNOW, OPEN = "hindering", "helping", "dont-know", ""

# Of so many who chose: the fewest hindering answers that are two thirds of them.
FEWEST_FOR_OBSTACLE = {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 6, 9: 6, 10: 7, 11: 8, 12: 8}
# Of so many who chose: the fewest helping answers that are four fifths of them.
FEWEST_FOR_STRENGTH = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 8, 11: 9, 12: 10}
# Of so many counted: the fewest "weet ik niet" and open together that are more than half of them.
FEWEST_FOR_BLIND = {1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 6: 4, 7: 4, 8: 5, 9: 5, 10: 6, 11: 6, 12: 7}

UP_TO_TWELVE = range(1, 13)
# From worse to better; UNKNOWN has no place in it.
GOODNESS = {Finding.OBSTACLE: 0, Finding.SPLIT: 1, Finding.STRENGTH: 2, Finding.CLEAR: 2}
# What a pair's finding is called for a factor. The others have one name.
FOR_A_FACTOR = {Finding.STRENGTH: Finding.CLEAR}

kinds = st.sampled_from(Kind)
some = st.integers(min_value=0, max_value=40)
all_counts = st.builds(Counts, hindering=some, helping=some, dont_know=some, open=some)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("chose", UP_TO_TWELVE)
def test_finding_hindering_answers_at_the_edge_make_an_obstacle(kind, chose):
    fewest = FEWEST_FOR_OBSTACLE[chose]
    found = [finding(kind, Counts(hindering=n, helping=chose - n)) for n in range(chose + 1)]
    assert [n for n in range(chose + 1) if found[n] is Finding.OBSTACLE] == list(range(fewest, chose + 1))


@pytest.mark.parametrize(("kind", "good"), [(Kind.PAIR, Finding.STRENGTH), (Kind.FACTOR, Finding.CLEAR)])
@pytest.mark.parametrize("chose", UP_TO_TWELVE)
def test_finding_helping_answers_at_the_edge_make_a_strength_or_clear(kind, good, chose):
    fewest = FEWEST_FOR_STRENGTH[chose]
    found = [finding(kind, Counts(helping=n, hindering=chose - n)) for n in range(chose + 1)]
    assert [n for n in range(chose + 1) if found[n] is good] == list(range(fewest, chose + 1))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("chose", "split"),
    [
        (1, []),
        (2, [1]),
        (3, [1]),
        (4, [1, 2]),
        (5, [2, 3]),
        (6, [2, 3]),
        (7, [2, 3, 4]),
        (8, [2, 3, 4, 5]),
        (9, [2, 3, 4, 5]),
        (10, [3, 4, 5, 6]),
        (11, [3, 4, 5, 6, 7]),
        (12, [3, 4, 5, 6, 7]),
    ],
)
def test_finding_between_both_edges_is_split(kind, chose, split):
    found = [finding(kind, Counts(hindering=n, helping=chose - n)) for n in range(chose + 1)]
    assert [n for n in range(chose + 1) if found[n] is Finding.SPLIT] == split


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("answer", [HINDERING, HELPING])
@pytest.mark.parametrize("counted", UP_TO_TWELVE)
def test_finding_more_than_half_blind_is_unknown_however_the_blind_are_divided(kind, answer, counted):
    for blind in range(counted + 1):
        for unsure in range(blind + 1):
            counts = Counts(**{answer: counted - blind}, dont_know=unsure, open=blind - unsure)
            is_unknown = finding(kind, counts) is Finding.UNKNOWN
            assert is_unknown == (blind >= FEWEST_FOR_BLIND[counted]), counts


@pytest.mark.parametrize("kind", Kind)
def test_finding_exactly_half_blind_is_about_those_who_chose(kind):
    found = [
        finding(kind, Counts(hindering=2, helping=0, dont_know=1, open=1)),
        finding(kind, Counts(hindering=1, helping=1, dont_know=2)),
        finding(kind, Counts(hindering=1, open=1)),
    ]
    assert found == [Finding.OBSTACLE, Finding.SPLIT, Finding.OBSTACLE]


@pytest.mark.parametrize("kind", Kind)
def test_finding_without_any_response_is_unknown(kind):
    assert finding(kind, Counts()) is Finding.UNKNOWN


@pytest.mark.parametrize(
    ("values", "pair", "factor"),
    [
        ([HINDERING], Finding.OBSTACLE, Finding.OBSTACLE),
        ([HELPING], Finding.STRENGTH, Finding.CLEAR),
        ([DONT_KNOW], Finding.UNKNOWN, Finding.UNKNOWN),
        ([OPEN], Finding.UNKNOWN, Finding.UNKNOWN),
    ],
)
def test_finding_one_response_follows_its_answer(values, pair, factor):
    assert (finding(Kind.PAIR, count(values)), finding(Kind.FACTOR, count(values))) == (pair, factor)


@pytest.mark.parametrize("kind", Kind)
def test_finding_asked_with_the_bare_word_of_a_kind_is_that_of_the_kind(kind):
    good = Finding.STRENGTH if kind is Kind.PAIR else Finding.CLEAR
    assert [finding(key, Counts(helping=4)) for key in (kind.value, kind)] == [good, good]


@given(kind=kinds, counts=all_counts)
def test_finding_any_counts_give_one_finding_of_the_kind(kind, counts):
    good = Finding.STRENGTH if kind is Kind.PAIR else Finding.CLEAR
    possible = [Finding.UNKNOWN, Finding.OBSTACLE, good, Finding.SPLIT]
    assert possible.count(finding(kind, counts)) == 1


@given(counts=all_counts)
def test_finding_pair_and_factor_correspond(counts):
    pair = finding(Kind.PAIR, counts)
    assert finding(Kind.FACTOR, counts) is FOR_A_FACTOR.get(pair, pair)


@given(kind=kinds, counts=all_counts)
def test_finding_one_helping_answer_more_is_never_worse(kind, counts):
    more = Counts(counts.hindering, counts.helping + 1, counts.dont_know, counts.open)
    before, after = finding(kind, counts), finding(kind, more)
    assume(Finding.UNKNOWN not in {before, after})
    assert GOODNESS[after] >= GOODNESS[before]


@given(kind=kinds, counts=all_counts, given_up=st.sampled_from(["hindering", "dont_know", "open"]))
def test_finding_another_answer_turned_into_helping_is_never_worse(kind, counts, given_up):
    names = ("hindering", "helping", "dont_know", "open")
    numbers = {name: getattr(counts, name) for name in names}
    assume(numbers[given_up] > 0)
    numbers[given_up] -= 1
    numbers["helping"] += 1
    before, after = finding(kind, counts), finding(kind, Counts(**numbers))
    assume(Finding.UNKNOWN not in {before, after})
    assert GOODNESS[after] >= GOODNESS[before]


@given(kind=kinds, hindering=st.integers(0, 12), helping=st.integers(0, 12), blind=st.integers(0, 12))
def test_finding_it_does_not_matter_why_nothing_was_chosen(kind, hindering, helping, blind):
    unsure = finding(kind, Counts(hindering, helping, dont_know=blind))
    left_open = finding(kind, Counts(hindering, helping, open=blind))
    assert unsure is left_open


answers = st.lists(st.sampled_from([HINDERING, HELPING, DONT_KNOW, OPEN]), max_size=20)


@given(values=answers, data=st.data())
def test_count_order_does_not_matter(values, data):
    assert count(data.draw(st.permutations(values))) == count(values)


@given(values=answers)
def test_count_every_response_is_counted_once(values):
    counts = count(values)
    assert counts.counted == len(values)
    assert counts.chose == len([value for value in values if value in {HINDERING, HELPING}])


def test_count_each_kind_of_answer_is_counted_apart():
    values = [OPEN, HELPING, DONT_KNOW, HINDERING, OPEN, OPEN, HELPING, OPEN, DONT_KNOW, DONT_KNOW]
    assert count(values) == Counts(hindering=1, helping=2, dont_know=3, open=4)


def test_count_takes_answers_that_can_be_read_only_once():
    assert count(value for value in [HINDERING, HELPING, HELPING]) == Counts(hindering=1, helping=2)


@pytest.mark.parametrize("name", ["hindering", "helping", "dont_know", "open"])
def test_counts_negative_are_refused(name):
    assert getattr(Counts(**{name: 0}), name) == 0
    with pytest.raises(ValueError, match="never negative"):
        Counts(**{name: -1})


@pytest.mark.parametrize(
    ("hindering", "helping", "others", "expected"),
    [
        (0, 0, 0, 0),
        (0, 0, 4, 0),
        (3, 0, 0, 0),
        (0, 5, 2, 0),
        (2, 1, 0, 1),
        (1, 2, 3, 1),
        (1, 4, 0, 1),
        (4, 3, 1, 3),
        (3, 3, 0, 3),
    ],
)
def test_dissent_is_the_smaller_side_of_those_who_chose(hindering, helping, others, expected):
    assert dissent(Counts(hindering, helping, dont_know=others)) == expected
    assert dissent(Counts(hindering, helping, open=others)) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(), Fraction(0)),
        (Counts(helping=3), Fraction(0)),
        (Counts(hindering=1), Fraction(1)),
        (Counts(hindering=2, helping=1), Fraction(2, 3)),
        (Counts(hindering=2, dont_know=1), Fraction(2, 3)),
        (Counts(hindering=2, helping=1, dont_know=1, open=1), Fraction(2, 5)),
    ],
)
def test_agreement_is_the_share_of_all_counted(counts, expected):
    assert agreement(counts) == expected


# --- a team that answers together, and doesn't agree


@pytest.mark.parametrize("kind", Kind)
def test_one_sheet_that_says_it_does_not_agree_is_a_split(kind):
    assert count(["disagree"]) == Counts(divided=1)
    assert finding(kind, Counts(divided=1)) is Finding.SPLIT


def test_a_divided_sheet_counts_and_has_something_to_say():
    counts = Counts(divided=1)
    assert (counts.chose, counts.unsure, counts.counted) == (1, 0, 1)


def test_a_divided_sheet_is_half_against_half_and_nobody_in_particular():
    counts = Counts(divided=1)
    assert (dissent(counts), difference(counts), agreement(counts)) == (0, Fraction(1, 2), Fraction(1, 2))
    assert counts.towards_hindering == Fraction(1, 2)


@pytest.mark.parametrize(
    ("counts", "apart", "hinders"),
    [
        (Counts(), 0, 0),
        (Counts(open=1), 0, 0),
        (Counts(hindering=1), 0, 1),
        (Counts(hindering=3, helping=1), Fraction(1, 4), Fraction(3, 4)),
        # One who doesn't know is no part of the difference.
        (Counts(hindering=1, helping=1, dont_know=2), Fraction(1, 2), Fraction(1, 4)),
    ],
)
def test_without_a_divided_sheet_difference_and_agreement_are_shares_of_people(counts, apart, hinders):
    assert (difference(counts), agreement(counts)) == (apart, hinders)


def test_a_negative_number_of_divided_sheets_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        Counts(divided=-1)
