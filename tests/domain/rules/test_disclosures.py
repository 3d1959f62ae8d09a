"""Which promises a session makes: as many as its rules keep, and no more."""

from dataclasses import replace

import pytest

from reflectie.domain.rules.disclosures import (
    Disclosure,
    DisclosureTopic,
    PlacedDisclosure,
    Round,
    disclosures,
    in_front,
)
from reflectie.domain.rules.suppression import FLOOR
from reflectie.domain.setup import Grouping, Mode

ANONYMOUS = Round(Mode.ANONYMOUS, expected=6)
NAMED = Round(Mode.NAMED, expected=4)
FULL = {
    "grouping": Grouping.LEVEL,
    "groups": 2,
    "closes": True,
    "facilitator_prepares": True,
    "paper": True,
    "typist": True,
    "fold_months": 24,
    "signals": True,
    "mail": True,
}


def test_folding_is_said_with_its_number_of_months_where_answers_are_folded():
    assert disclosures(replace(ANONYMOUS, fold_months=24))[-1] == PlacedDisclosure(Disclosure.FOLDED, 24)
    assert disclosures(replace(NAMED, fold_months=24))[-1] == PlacedDisclosure(Disclosure.FOLDED, 24)
    assert PlacedDisclosure(Disclosure.FOLDED, 24).about is DisclosureTopic.COURSE
    assert Disclosure.FOLDED not in names(ANONYMOUS)


def names(session: Round) -> list[Disclosure]:
    return [told.promise for told in disclosures(session)]


def test_anonymous_round_says_what_everybody_sees_and_nobody():
    assert disclosures(ANONYMOUS) == (
        PlacedDisclosure(Disclosure.TOTALS, 6),
        PlacedDisclosure(Disclosure.UNANIMOUS),
        PlacedDisclosure(Disclosure.NOTES_WITHOUT_NAME),
        PlacedDisclosure(Disclosure.COUNTED),
        PlacedDisclosure(Disclosure.TOO_FEW, FLOOR),
        PlacedDisclosure(Disclosure.LATER),
        PlacedDisclosure(Disclosure.NOTHING_EARLIER),
        PlacedDisclosure(Disclosure.NOT_KEPT),
        PlacedDisclosure(Disclosure.CHANGE),
        PlacedDisclosure(Disclosure.OPENS_FOR_ALL),
    )


def test_round_by_name_promises_nothing_that_only_anonymous_ones_keep():
    assert disclosures(NAMED) == (
        PlacedDisclosure(Disclosure.BY_NAME, 4),
        PlacedDisclosure(Disclosure.NOTES_BY_NAME),
        PlacedDisclosure(Disclosure.COUNTED),
        PlacedDisclosure(Disclosure.LATER),
        PlacedDisclosure(Disclosure.NOTHING_EARLIER),
        PlacedDisclosure(Disclosure.NOT_KEPT_BY_NAME),
        PlacedDisclosure(Disclosure.CHANGE),
        PlacedDisclosure(Disclosure.OPENS_FOR_ALL),
    )


@pytest.mark.parametrize("mode", [Mode.TOGETHER, Mode.ALONE])
def test_one_sheet_for_all_promises_nothing(mode):
    assert disclosures(Round(mode, expected=6, paper=True, closes=True)) == ()


@pytest.mark.parametrize("grouping", [Grouping.PARTNER, Grouping.LEVEL])
def test_groups_are_said_and_small_ones_where_they_are_hidden(grouping):
    anonymous = disclosures(replace(ANONYMOUS, grouping=grouping, groups=2))
    named = disclosures(replace(NAMED, grouping=grouping, groups=2))

    assert anonymous[2:4] == (PlacedDisclosure(Disclosure.GROUPS, 2), PlacedDisclosure(Disclosure.SMALL_GROUPS, FLOOR))
    assert named[1] == PlacedDisclosure(Disclosure.GROUPS, 2)
    assert Disclosure.SMALL_GROUPS not in [told.promise for told in named]


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"closes": True}, Disclosure.CLOSES),
        ({"facilitator_prepares": True}, Disclosure.FACILITATOR_FIRST),
        ({"paper": True}, Disclosure.PAPER),
        ({"mail": True}, Disclosure.ONE_MAIL),
    ],
)
@pytest.mark.parametrize("session", [ANONYMOUS, NAMED])
def test_what_was_planned_is_said_and_only_then(session, change, promise):
    assert promise not in names(session)
    assert [name for name in names(replace(session, **change)) if name not in names(session)] == [promise]


@pytest.mark.parametrize("session", [ANONYMOUS, NAMED])
def test_signals_are_said_beside_what_others_see_and_only_where_they_may_be(session):
    told = names(replace(session, signals=True))

    assert Disclosure.SIGNALS not in names(session)
    assert told[told.index(Disclosure.LATER) + 1] is Disclosure.SIGNALS
    assert [name for name in told if name is not Disclosure.SIGNALS] == names(session)
    assert PlacedDisclosure(Disclosure.SIGNALS).about is DisclosureTopic.SEEN


def test_facilitator_comes_before_everybody():
    told = names(replace(ANONYMOUS, facilitator_prepares=True))

    assert told.index(Disclosure.FACILITATOR_FIRST) == told.index(Disclosure.OPENS_FOR_ALL) - 1


def test_unknown_number_of_people_is_no_number():
    assert disclosures(replace(ANONYMOUS, expected=None))[0] == PlacedDisclosure(Disclosure.TOTALS, 0)


@pytest.mark.parametrize("session", [ANONYMOUS, NAMED])
def test_each_heading_comes_once_in_its_order(session):
    full = replace(session, **FULL)

    about = [told.about for told in disclosures(full)]

    assert list(dict.fromkeys(about)) == [DisclosureTopic.SEEN, DisclosureTopic.HIDDEN, DisclosureTopic.COURSE]
    assert about == sorted(about, key=list(DisclosureTopic).index)


# --- in front: what may change what somebody answers

TOTALS = [Disclosure.TOTALS, Disclosure.UNANIMOUS]
SMALL = [Disclosure.GROUPS, Disclosure.SMALL_GROUPS]
END = [Disclosure.NOTHING_EARLIER, Disclosure.NOT_KEPT]


@pytest.mark.parametrize(
    ("session", "front"),
    [
        (ANONYMOUS, [*TOTALS, Disclosure.NOTES_WITHOUT_NAME, *END, Disclosure.CHANGE]),
        (
            replace(ANONYMOUS, grouping=Grouping.PARTNER, groups=2),
            [*TOTALS, *SMALL, Disclosure.NOTES_WITHOUT_NAME, *END, Disclosure.CHANGE],
        ),
        (
            replace(ANONYMOUS, **FULL),
            [
                *TOTALS,
                *SMALL,
                Disclosure.NOTES_WITHOUT_NAME,
                Disclosure.BESIDE_PAPER,
                Disclosure.SIGNALS,
                *END,
                Disclosure.PAPER,
                Disclosure.CHANGE,
                Disclosure.FACILITATOR_FIRST,
                Disclosure.FOLDED,
            ],
        ),
        (NAMED, [Disclosure.BY_NAME, Disclosure.NOTES_BY_NAME, Disclosure.NOTHING_EARLIER, Disclosure.CHANGE]),
        (
            replace(NAMED, **FULL),
            [
                Disclosure.BY_NAME,
                Disclosure.GROUPS,
                Disclosure.NOTES_BY_NAME,
                Disclosure.SIGNALS,
                Disclosure.NOTHING_EARLIER,
                Disclosure.PAPER,
                Disclosure.CHANGE,
                Disclosure.FACILITATOR_FIRST,
                Disclosure.FOLDED,
            ],
        ),
    ],
    ids=["anonymous", "by partner", "anonymous with all", "by name", "by name with all"],
)
def test_what_may_change_an_answer_stands_in_front(session, front):
    assert [told.promise for told in in_front(disclosures(session))] == front


@pytest.mark.parametrize("session", [ANONYMOUS, NAMED, replace(ANONYMOUS, **FULL), replace(NAMED, **FULL)])
def test_three_lines_stand_in_front_each_of_one_topic(session):
    about = [told.about for told in in_front(disclosures(session))]

    assert list(dict.fromkeys(about)) == list(DisclosureTopic)
    assert about == sorted(about, key=list(DisclosureTopic).index)


def test_only_what_changes_nobodys_answer_is_folded():
    folded = {promise for promise in Disclosure if not promise.in_front}

    assert folded == {
        Disclosure.COUNTED,
        Disclosure.TOO_FEW,
        Disclosure.LATER,
        Disclosure.NOT_KEPT_BY_NAME,
        Disclosure.CLOSES,
        Disclosure.OPENS_FOR_ALL,
        Disclosure.ONE_MAIL,
    }
