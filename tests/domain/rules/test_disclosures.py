"""Which promises a session makes: as many as its rules keep, and no more."""

from dataclasses import replace

import pytest

from reflectie.domain.rules.disclosures import About, Promise, Round, Told, promises
from reflectie.domain.rules.suppression import FLOOR
from reflectie.domain.setup import Grouping, Mode

ANONYMOUS = Round(Mode.ANONYMOUS, expected=6)
NAMED = Round(Mode.NAMED, expected=4)


def test_folding_is_said_with_its_number_of_months_where_answers_are_folded():
    assert promises(replace(ANONYMOUS, fold_months=24))[8] == Told(Promise.FOLDED, 24)
    assert promises(replace(NAMED, fold_months=24))[6] == Told(Promise.FOLDED, 24)
    assert Told(Promise.FOLDED, 24).about is About.HIDDEN
    assert Promise.FOLDED not in names(ANONYMOUS)


def names(session: Round) -> list[Promise]:
    return [told.promise for told in promises(session)]


def test_anonymous_round_says_what_everybody_sees_and_nobody():
    assert promises(ANONYMOUS) == (
        Told(Promise.TOTALS, 6),
        Told(Promise.UNANIMOUS),
        Told(Promise.NOTES_WITHOUT_NAME),
        Told(Promise.COUNTED),
        Told(Promise.TOO_FEW, FLOOR),
        Told(Promise.LATER),
        Told(Promise.NOTHING_EARLIER),
        Told(Promise.NOT_KEPT),
        Told(Promise.CHANGE),
        Told(Promise.OPENS_FOR_ALL),
    )


def test_round_by_name_promises_nothing_that_only_anonymous_ones_keep():
    assert promises(NAMED) == (
        Told(Promise.BY_NAME, 4),
        Told(Promise.NOTES_BY_NAME),
        Told(Promise.COUNTED),
        Told(Promise.LATER),
        Told(Promise.NOTHING_EARLIER),
        Told(Promise.NOT_KEPT_BY_NAME),
        Told(Promise.CHANGE),
        Told(Promise.OPENS_FOR_ALL),
    )


@pytest.mark.parametrize("mode", [Mode.TOGETHER, Mode.ALONE])
def test_one_sheet_for_all_promises_nothing(mode):
    assert promises(Round(mode, expected=6, paper=True, closes=True)) == ()


@pytest.mark.parametrize("grouping", [Grouping.PARTNER, Grouping.LEVEL])
def test_groups_are_said_and_small_ones_where_they_are_hidden(grouping):
    anonymous = promises(replace(ANONYMOUS, grouping=grouping, groups=2))
    named = promises(replace(NAMED, grouping=grouping, groups=2))

    assert anonymous[2:4] == (Told(Promise.GROUPS, 2), Told(Promise.SMALL_GROUPS, FLOOR))
    assert named[1] == Told(Promise.GROUPS, 2)
    assert Promise.SMALL_GROUPS not in [told.promise for told in named]


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"closes": True}, Promise.CLOSES),
        ({"facilitator_prepares": True}, Promise.FACILITATOR_FIRST),
        ({"paper": True}, Promise.PAPER),
    ],
)
@pytest.mark.parametrize("session", [ANONYMOUS, NAMED])
def test_what_was_planned_is_said_and_only_then(session, change, promise):
    assert promise not in names(session)
    assert [name for name in names(replace(session, **change)) if name not in names(session)] == [promise]


@pytest.mark.parametrize("session", [ANONYMOUS, NAMED])
def test_signals_are_said_beside_what_others_see_and_only_where_they_may_be(session):
    told = names(replace(session, signals=True))

    assert Promise.SIGNALS not in names(session)
    assert told[told.index(Promise.LATER) + 1] is Promise.SIGNALS
    assert [name for name in told if name is not Promise.SIGNALS] == names(session)
    assert Told(Promise.SIGNALS).about is About.SEEN


def test_facilitator_comes_before_everybody():
    told = names(replace(ANONYMOUS, facilitator_prepares=True))

    assert told.index(Promise.FACILITATOR_FIRST) == told.index(Promise.OPENS_FOR_ALL) - 1


def test_unknown_number_of_people_is_no_number():
    assert promises(replace(ANONYMOUS, expected=None))[0] == Told(Promise.TOTALS, 0)


@pytest.mark.parametrize("session", [ANONYMOUS, NAMED])
def test_each_heading_comes_once_in_its_order(session):
    full = replace(session, grouping=Grouping.LEVEL, groups=2, closes=True, facilitator_prepares=True, paper=True)

    about = [told.about for told in promises(full)]

    assert list(dict.fromkeys(about)) == [About.SEEN, About.HIDDEN, About.COURSE]
    assert about == sorted(about, key=list(About).index)
