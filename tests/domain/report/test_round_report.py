"""What a report says of a round with many answer sheets, each rule of the mode applied. Without a database."""

from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.build import build_report
from reflectie.domain.report.items import Note, Tally
from reflectie.domain.report.outcomes import Choice, Outcome, contradicts
from reflectie.domain.report.report import MAX_DIFFERENCES, About
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.rules.suppression import Reason, Withheld
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.domain.versions import etag

HINDERING, HELPING, DONT_KNOW = "hindering", "helping", "dont-know"
DAY = date(2026, 11, 19)
TOO_FEW = Withheld(Reason.TOO_FEW)
SMALL_GROUP = Withheld(Reason.SMALL_GROUP)
SUBTRACTION = Withheld(Reason.SUBTRACTION)


def make_report(checklist, sheets, mode=Mode.ANONYMOUS, *, grouping=Grouping.NONE, groups=(), about=None):
    setup = setup_of_session(mode, OPTIONAL, grouping, groups)
    return build_report(checklist, setup, [Sheet(values) for values in sheets], DAY, about=about)


def item_of(report, key="goal-shared"):
    return next(item for item in report.items if item.item.key == key)


def spread(hindering=0, helping=0, dont_know=0, key="goal-shared", **more):
    """So many sheets that answer one item."""
    values = [HINDERING] * hindering + [HELPING] * helping + [DONT_KNOW] * dont_know
    return [{key: value, **more} for value in values]


def keys(items):
    return [item.item.key for item in items]


# --- counts and findings


def test_round_counts_every_sheet_with_an_answer_and_none_other(checklist):
    sheets = [*spread(3, 2, 1), {"goal-perspective": HELPING}, {"goal-sentence": "Alleen een zin"}]
    report = make_report(checklist, sheets)
    assert report.counted == 7
    assert item_of(report).counts == Counts(3, 2, 1, 1)


@pytest.mark.parametrize(
    ("answers", "finding", "dissent"),
    [
        ((6, 2, 0), Finding.OBSTACLE, 2),
        ((8, 0, 0), Finding.OBSTACLE, 0),
        ((1, 7, 0), Finding.STRENGTH, 1),
        ((4, 3, 1), Finding.SPLIT, 3),
        ((1, 1, 6), Finding.UNKNOWN, 1),
    ],
)
def test_round_finding_states_its_dissent(checklist, answers, finding, dissent):
    item = item_of(make_report(checklist, spread(*answers)))
    assert (item.finding, item.dissent) == (finding, dissent)


def test_round_obstacles_stand_by_how_often_they_were_named_and_then_by_agreement(checklist):
    items = ("goal-shared", "partners-needed", "form-intensity")
    sheets = [dict.fromkeys(items, HINDERING) for _ in range(4)]
    sheets[0] |= {"partners-needed": HELPING}
    for sheet in sheets[:3]:
        sheet["first"] = ("form-intensity",)
    assert keys(make_report(checklist, sheets).obstacles) == ["form-intensity", "goal-shared", "partners-needed"]


@pytest.mark.parametrize(
    ("mode", "people", "shown"),
    [
        (Mode.ANONYMOUS, 2, 0),
        (Mode.ANONYMOUS, 3, 3),
        (Mode.NAMED, 1, 1),
    ],
)
def test_round_what_fewer_than_three_named_first_is_not_told_in_an_anonymous_one(checklist, mode, people, shown):
    sheets = [{"goal-shared": HINDERING, "participant": "An"} for _ in range(4)]
    for sheet in sheets[:people]:
        sheet["first"] = ("goal-shared", "form-intensity")
    report = make_report(checklist, sheets, mode)
    assert [item_of(report, key).first for key in ("goal-shared", "form-intensity")] == [shown, shown]


def test_round_advice_in_front_is_for_the_three_things_named_most(checklist):
    named = ["goal-shared"] * 3 + ["partners-needed"] * 3 + ["form-intensity"] * 2 + ["context-political"]
    sheets = [{"goal-perspective": HELPING, "context-political": HINDERING, "first": (key,)} for key in named]
    report = make_report(checklist, sheets)
    # The fourth is an obstacle: it comes later.
    assert [(group.mover, keys(group.items)) for group in report.advice_first] == [
        (ActionOwner.OURSELVES, ["goal-shared", "partners-needed", "form-intensity"])
    ]
    assert [(group.mover, keys(group.items)) for group in report.advice_later] == [
        (ActionOwner.ORGANISATIONS, ["context-political"])
    ]


def test_round_changing_group_that_only_refers_is_a_point_of_attention(checklist):
    sheets = spread(4, key="partners-stable", **{"intensity-needed": "refer"})
    assert item_of(make_report(checklist, sheets), "partners-stable").finding is Finding.ATTENTION


def test_round_point_of_attention_does_not_tell_what_the_tally_withholds(checklist):
    sheets = spread(4, key="partners-stable")
    sheets[0]["intensity-needed"] = sheets[1]["intensity-needed"] = "refer"
    anonymous, named = (make_report(checklist, sheets, mode) for mode in (Mode.ANONYMOUS, Mode.NAMED))
    assert anonymous.needed == TOO_FEW
    assert item_of(anonymous, "partners-stable").finding is Finding.OBSTACLE
    assert item_of(named, "partners-stable").finding is Finding.ATTENTION


# --- differences


def test_differences_the_largest_first_then_that_of_most_people(checklist):
    apart = {"goal-perspective": 1, "goal-shared": 3, "partners-needed": 2, "context-financial": 3}
    sheets = [
        {key: HINDERING if number < hindering else HELPING for key, hindering in apart.items()} for number in range(6)
    ]
    sheets[0]["partners-stable"], sheets[1]["partners-stable"] = HINDERING, HELPING
    for number, value in enumerate([HINDERING, HINDERING, HELPING, HELPING]):
        sheets[number]["form-intensity"] = value
    report = make_report(checklist, sheets)
    # `partners-stable` has one against one, where four left it open: that is a blind spot.
    expected = ["goal-shared", "context-financial", "form-intensity", "partners-needed", "goal-perspective"]
    assert keys(report.differences) == expected
    assert [item.difference for item in report.differences] == [Fraction(n, 6) for n in (3, 3, 3, 2, 1)]
    assert keys(report.main_differences) == expected[:MAX_DIFFERENCES]


def test_differences_of_those_who_agree_are_none(checklist):
    assert make_report(checklist, spread(5, 0, 2)).differences == ()


# --- notes


NOTES = [f"Notitie {number}" for number in range(6)]


def noted(texts=NOTES, key="goal-shared", **more):
    return [{key: HELPING, f"{key}-note": text, **more} for text in texts]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_notes_of_an_anonymous_round_stand_in_the_same_order_whoever_came_first(checklist, order):
    sheets = noted(NOTES[:4], **{"goal-sentence": "Zin"})
    again = make_report(checklist, [sheets[place] for place in order])
    assert item_of(again).notes == item_of(make_report(checklist, sheets)).notes
    assert Counter(item_of(again).notes) == Counter(Note(text) for text in NOTES[:4])


def test_notes_order_differs_between_items_so_that_no_place_is_a_person(checklist):
    sheets = [
        dict.fromkeys(checklist.by_key, HELPING) | {f"{key}-note": text for key in checklist.by_key} for text in NOTES
    ]
    report = make_report(checklist, [values | {"goal-sentence": values["goal-shared-note"]} for values in sheets])
    orders = [tuple(note.text for note in item.notes) for item in report.items]
    orders.append(tuple(sentence.text for sentence in report.goal_sentences))
    assert {frozenset(order) for order in orders} == {frozenset(NOTES)}
    assert len(set(orders)) > 12


def test_notes_of_an_anonymous_round_name_nobody(checklist):
    sheets = noted(participant="An", organisation="Huis")
    report = make_report(checklist, sheets)
    assert {note.who for note in item_of(report).notes} == {""}
    assert "An" not in repr(report.key)
    assert "Huis" not in repr(report.key)


def test_notes_of_sheets_that_are_not_counted_stand_in_it_too(checklist):
    report = make_report(checklist, [*spread(3), {"goal-shared-note": "Alleen dit", "goal-sentence": "En dit"}])
    assert item_of(report).notes == report.notes[0][1:] == (Note("Alleen dit"),)
    assert report.goal_sentences == (Note("En dit"),)


# --- by name


def test_voices_by_name_say_who_answered_what_in_order_of_names(checklist):
    sheets = [
        {"participant": "bea", "goal-shared": HINDERING, "goal-shared-note": "Van Bea"},
        {"participant": "An", "goal-shared": HINDERING, "goal-sentence": "Zin van An"},
        {"participant": "Cis", "goal-shared": DONT_KNOW, "goal-shared-note": "Van Cis"},
        {"participant": "Dre", "goal-perspective": HELPING},
        {"participant": "Els", "goal-shared-note": "Niets gekozen"},
    ]
    report = make_report(checklist, sheets, Mode.NAMED)
    item = item_of(report)
    assert item.voices == ((HINDERING, ("An", "bea")), (DONT_KNOW, ("Cis",)), ("", ("Dre",)))
    assert item.notes == (Note("Van Bea", "bea"), Note("Van Cis", "Cis"), Note("Niets gekozen", "Els"))
    assert report.goal_sentences == (Note("Zin van An", "An"),)
    assert sum(len(names) for _, names in item.voices) == item.counts.counted == report.counted == 4


def test_voices_of_an_anonymous_round_are_none(checklist):
    report = make_report(checklist, spread(3, 2, participant="An"))
    assert {item.voices for item in report.items} == {()}


def test_named_round_of_two_shows_everything(checklist):
    report = make_report(checklist, spread(1, 1, participant="An"), Mode.NAMED)
    assert (report.is_withheld, report.counted, item_of(report).finding) == (False, 2, Finding.SPLIT)


# --- groups


HOUSES = ("Huis", "Wijk", "Zorg")


def by_house(*counts):
    """Sheets of one item for each house: (hindering, helping, don't know)."""
    return [
        values for house, count in zip(HOUSES, counts, strict=False) for values in spread(*count, organisation=house)
    ]


def grouped(checklist, sheets, mode=Mode.ANONYMOUS):
    return make_report(checklist, sheets, mode, grouping=Grouping.PARTNER, groups=HOUSES)


def test_groups_of_enough_people_stand_side_by_side_with_their_findings(checklist):
    report = grouped(checklist, by_house((3, 0), (0, 4), (2, 2)))
    assert report.groups == (("Huis", 3), ("Wijk", 4), ("Zorg", 4))
    found = [(view.name, view.counts, view.finding) for view in item_of(report).groups]
    assert found == [
        ("Huis", Counts(3), Finding.OBSTACLE),
        ("Wijk", Counts(0, 4), Finding.STRENGTH),
        ("Zorg", Counts(2, 2), Finding.SPLIT),
    ]
    assert (report.hidden_groups, item_of(report).hides_groups) == ((), False)


def test_groups_under_three_are_withheld_with_the_next_smallest(checklist):
    report = grouped(checklist, by_house((1, 1), (2, 2), (3, 3)))
    assert report.groups == (("Huis", SMALL_GROUP), ("Wijk", SMALL_GROUP), ("Zorg", 6))
    assert report.hidden_groups == ("Huis", "Wijk")
    assert [(view.counts, view.finding) for view in item_of(report).groups[:2]] == [(SMALL_GROUP, None)] * 2
    assert item_of(report).groups[2].counts == Counts(3, 3)


def test_groups_are_withheld_where_the_rest_could_be_worked_out(checklist):
    # Of four who were blanked, one alone said it helps.
    report = grouped(checklist, by_house((2, 0), (1, 1), (3, 3)))
    assert item_of(report).groups[2].counts == SUBTRACTION
    assert item_of(report).groups[2].finding is None
    assert item_of(report).hides_groups is True
    assert report.groups[2] == ("Zorg", 6)


def test_group_without_anybody_looks_like_one_that_is_too_small(checklist):
    report = grouped(checklist, by_house((3, 0), (0, 4)))
    assert report.groups == (("Huis", 3), ("Wijk", 4), ("Zorg", SMALL_GROUP))


def test_groups_by_name_are_all_shown(checklist):
    report = grouped(checklist, by_house((1, 0), (2, 2)), Mode.NAMED)
    assert report.groups == (("Huis", 1), ("Wijk", 4), ("Zorg", 0))
    assert [view.counts for view in item_of(report).groups] == [Counts(1), Counts(2, 2), Counts()]
    assert item_of(report).groups[2].finding is None


@settings(max_examples=150, deadline=None)
@given(
    answers=st.lists(
        st.tuples(st.sampled_from([HINDERING, HELPING, DONT_KNOW]), st.sampled_from(["", *HOUSES])),
        min_size=3,
        max_size=14,
    )
)
def test_withheld_groups_leave_no_number_behind(checklist, answers):
    report = grouped(checklist, [{"goal-shared": value, "organisation": house} for value, house in answers])
    sizes = Counter(house for _, house in answers)
    assert item_of(report).counts.counted == len(answers)
    for name, size in report.groups:
        assert size in {SMALL_GROUP, sizes[name]}
        assert isinstance(size, Withheld) or size >= 3
    shown = {view.name for view in item_of(report).groups if view.finding is not None}
    assert shown & set(report.hidden_groups) == set()


# --- too few


def numbers_in(value: Any) -> set[Any]:
    """Every number anywhere in it."""
    if isinstance(value, bool):
        return set()
    if isinstance(value, int | float | Fraction):
        return {value}
    if isinstance(value, dict):
        return set().union(*map(numbers_in, value.values())) if value else set()
    if isinstance(value, list | tuple | frozenset):
        return set().union(*map(numbers_in, value)) if value else set()
    if is_dataclass(value):
        return set().union(*(numbers_in(getattr(value, part.name)) for part in fields(value)))
    return set()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_few_answers_leave_nothing_of_them(checklist, number):
    sheets = [
        dict.fromkeys(checklist.by_key, HINDERING)
        | {"goal-shared-note": "Geheim", "goal-sentence": "Geheim", "intensity-needed": "act", "ips-meaning": "quality"}
        for _ in range(number)
    ]
    # Somebody who answered no item doesn't make up for it.
    sheets += [{"goal-sentence": "Geheim", "first": ("goal-shared",)}] * 3
    report = make_report(checklist, sheets, about=About("Samen", ("Huis",), 12, {}, {}))
    assert (report.is_withheld, report.counted) == (True, TOO_FEW)
    assert {(item.counts, item.finding, item.notes) for item in report.items} == {(TOO_FEW, None, ())}
    assert (report.obstacles, report.strengths, report.splits, report.blind_spots, report.clear) == ((), (), (), (), ())
    assert (report.whirlpool, report.advised, report.goal_sentences, report.differences) == ((), (), (), ())
    assert "Geheim" not in repr(report)
    assert (
        numbers_in((report.counted, report.groups, report.needed, report.forms, report.fits, report.meaning)) == set()
    )
    assert {number for item in report.items for number in numbers_in((item.counts, item.first, item.groups))} == {0}


def test_three_answers_are_enough(checklist):
    assert make_report(checklist, spread(2, 1)).is_withheld is False


def test_too_few_answers_keep_what_the_talk_came_to(checklist):
    outcome = Outcome(Choice.HELPING, "We lazen het samen.", "")
    report = make_report(checklist, spread(2), about=About("Samen", outcomes={"goal-shared": outcome}))
    assert item_of(report).outcome == outcome
    assert (item_of(report).finding, item_of(report).contradiction) == (None, False)


# --- beside the checklist


def test_tallies_count_each_answer_in_the_questions_order(checklist):
    sheets = spread(4)
    for sheet, needed in zip(sheets, ["act", "act", "refer", "inform"], strict=True):
        sheet |= {"intensity-needed": needed, "intensity-current": ("meetings", "team"), "ips-meaning": "process"}
    report = make_report(checklist, sheets)
    assert report.needed == Tally((("refer", 1), ("inform", 1), ("act", 2)))
    assert report.fits == Tally((("too-light", 0), ("fits", 2), ("too-heavy", 2)))
    assert report.meaning == Tally((("quality", 0), ("process", 4), ("community", 0)))
    assert [pair for pair in report.forms.numbers if pair[1]] == [("meetings", 4), ("team", 4)]
    # No sheet's own answers beside them.
    assert (report.intensities, report.meanings, report.levels) == ((), (), ())


def test_tallies_of_fewer_than_three_who_answered_are_withheld_unless_by_name(checklist):
    sheets = spread(6)
    for sheet in sheets[:2]:
        sheet |= {"intensity-needed": "act", "intensity-current": ("team",), "ips-meaning": "process"}
    report = make_report(checklist, sheets)
    assert (report.needed, report.forms, report.fits, report.meaning) == (TOO_FEW,) * 4
    named = make_report(checklist, sheets, Mode.NAMED)
    assert named.meaning == Tally((("quality", 0), ("process", 2), ("community", 0)))


def test_tallies_nobody_answered_are_empty(checklist):
    report = make_report(checklist, spread(3))
    assert (report.needed, report.forms, report.fits, report.meaning) == (Tally(()),) * 4


# --- the talk


@pytest.mark.parametrize(
    ("answers", "choice", "contradiction"),
    [
        ((6, 1), Choice.HELPING, True),
        ((6, 1), Choice.HINDERING, False),
        ((6, 1), Choice.DIVIDED, False),
        ((0, 6), Choice.HINDERING, True),
        ((0, 6), Choice.HELPING, False),
        ((3, 3), Choice.HELPING, False),
    ],
)
def test_outcome_stands_beside_the_finding_and_a_contradiction_is_named(checklist, answers, choice, contradiction):
    sheets = spread(*answers)
    outcome = Outcome(choice, "Omdat", "Iemand niet")
    without = item_of(make_report(checklist, sheets))
    item = item_of(make_report(checklist, sheets, about=About("Samen", outcomes={"goal-shared": outcome})))
    assert (item.outcome, item.contradiction) == (outcome, contradiction)
    assert (item.finding, item.counts) == (without.finding, without.counts)


def test_outcome_of_a_factor_that_does_not_play_contradicts_it_too():
    assert contradicts(Finding.CLEAR, Outcome(Choice.HINDERING)) is True
    assert contradicts(Finding.UNKNOWN, Outcome(Choice.HINDERING)) is False


def test_outcome_mark_tells_any_two_apart():
    outcomes = [None, *(Outcome(c, r, m) for c in Choice for r in ("", "a", "b") for m in ("", "a", "b"))]
    assert len({etag(outcome) for outcome in outcomes}) == len(outcomes)
    assert etag(None) == "0"


def test_removed_texts_are_counted_where_they_stood(checklist):
    about = About("Samen", removed={"goal-shared-note": 2, "goal-sentence": 1})
    report = make_report(checklist, spread(3), about=about)
    assert [item.item.key for item in report.items if item.removed] == ["goal-shared"]
    assert (item_of(report).removed, report.removed_sentences) == (2, 1)


@pytest.mark.parametrize(
    "about",
    [
        About("Samen!"),
        About("Samen", ("Huis",)),
        About("Samen", expected=8),
        About("Samen", outcomes={"goal-shared": Outcome(Choice.DIVIDED)}),
        About("Samen", removed={"goal-shared-note": 1}),
        About("Samen", removed={"goal-sentence": 1}),
    ],
)
def test_key_any_change_of_what_is_known_changes_it(checklist, about):
    assert (
        make_report(checklist, spread(3), about=about).key
        != make_report(checklist, spread(3), about=About("Samen")).key
    )


def by_meaning(checklist, mode, **more):
    people = [
        ("quality", "Huis", "An"),
        ("quality", "Huis", "Bo"),
        ("quality", "", "Cas"),
        ("community", "Wijk", "Els"),
    ]
    sheets = [
        {"goal-shared": HELPING, "ips-meaning": meaning, "organisation": house, "participant": who}
        for meaning, house, who in people
    ]
    return make_report(checklist, sheets, mode, **more)


def test_round_by_name_says_which_partners_mean_what_and_who_named_none_by_their_own_name(checklist):
    report = by_meaning(checklist, Mode.NAMED)
    assert report.meaning_partners == (("quality", ("Cas", "Huis")), ("community", ("Wijk",)))
    assert report.key != by_meaning(checklist, Mode.ANONYMOUS).key


def test_round_without_names_never_says_which_partners_mean_what(checklist):
    report = by_meaning(checklist, Mode.ANONYMOUS)
    assert dict(report.meaning.numbers) == {"quality": 3, "process": 0, "community": 1}
    assert report.meaning_partners == ()


def test_round_by_name_that_was_folded_knows_no_partner_any_more(checklist):
    folded = by_meaning(checklist, Mode.NAMED, about=About(folded_on=date(2028, 11, 19)))
    assert folded.meaning_partners == ()
