"""What a report says of answer sheets: order, what counts, what becomes of it. Without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.questionnaire.intensity import Fit, Intensity
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, Parked, State
from reflectie.domain.report.build import build_report, whirlpool_of
from reflectie.domain.report.items import Note
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.polls import Poll, PollCounts, PollWay
from reflectie.domain.report.report import About, AdviceGroup, IntensityAnswer, Moment
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.setup import Mode, setup_without_account

HINDERING, HELPING, DONT_KNOW = "hindering", "helping", "dont-know"
CHANGED, DELETED = date(2026, 11, 3), date(2027, 2, 1)


def make_report(checklist, *sheets, mode=Mode.ALONE, about=None, delete_on=DELETED):
    filled_in = [Sheet(values) for values in sheets]
    return build_report(checklist, setup_without_account(mode), filled_in, CHANGED, delete_on, about=about)


def all_items(checklist, value):
    return dict.fromkeys(checklist.by_key, value)


def keys(items):
    return [item.item.key for item in items]


def finding_of(report, key):
    return next(item.finding for part in report.dimensions for item in part.items if item.item.key == key)


def groups_of(groups):
    """Groups of advice as (who can set it in motion, keys)."""
    return [(str(group.mover), keys(group.items)) for group in groups]


# --- what counts


def test_report_counted_are_sheets_with_at_least_one_answer(checklist):
    sheets = [
        {},
        {"goal-shared": HINDERING},
        {"context-practical": DONT_KNOW},
        {"goal-shared-note": "Alleen een notitie"},
        {"goal-sentence": "Alleen een zin", "level": "board", "first": ("goal-shared",)},
    ]
    report = make_report(checklist, *sheets)
    assert report.counted == 2
    goal_shared = report.dimensions[0].items[1]
    assert goal_shared.counts == Counts(hindering=1, open=1)


def test_report_of_nothing_at_all_has_fifteen_blind_spots(checklist):
    report = make_report(checklist)
    assert report.counted == 0
    assert keys(report.blind_spots) == list(checklist.by_key)
    assert (report.obstacles, report.strengths, report.splits, report.attention, report.clear) == ((), (), (), (), ())
    assert (report.advised, report.advice_first, report.advice_later, report.signals) == ((), (), (), ())
    assert (report.intensities, report.goal_sentences, report.meanings, report.levels) == ((), (), (), ())
    assert (report.collaboration, report.team, report.notes, report.factors_at_play) == ("", "", (), ())
    assert len(report.whirlpool) == 7


def test_report_of_an_empty_sheet_says_the_same_as_of_none(checklist):
    assert make_report(checklist, {}) == make_report(checklist)


def test_report_every_item_stands_once_in_its_dimension_in_order(checklist):
    report = make_report(checklist, all_items(checklist, HELPING))
    found = [(part.dimension.key, keys(part.items)) for part in report.dimensions]
    assert found == [
        ("goal", ["goal-perspective", "goal-shared"]),
        ("partners", ["partners-needed", "partners-superfluous", "partners-stable"]),
        ("form", ["form-interprofessional", "form-intensity"]),
        ("coordination", ["coordination-equality"]),
        (
            "context",
            [
                "context-historical",
                "context-regulatory",
                "context-financial",
                "context-political",
                "context-organisational",
                "context-personal",
                "context-practical",
            ],
        ),
    ]


def test_report_findings_are_divided_over_the_summary(checklist):
    sheet = {
        "goal-perspective": HELPING,
        "goal-shared": HINDERING,
        "partners-needed": DONT_KNOW,
        "context-financial": HINDERING,
        "context-personal": HELPING,
    }
    report = make_report(checklist, sheet)
    assert keys(report.strengths) == ["goal-perspective"]
    assert keys(report.obstacles) == ["goal-shared", "context-financial"]
    assert keys(report.clear) == ["context-personal"]
    assert keys(report.blind_spots) == [key for key in checklist.by_key if key not in sheet or sheet[key] == DONT_KNOW]
    assert keys(report.factors_at_play) == ["context-financial"]


def test_report_split_is_apart_from_obstacles_and_strengths(checklist):
    report = make_report(checklist, {"goal-shared": HINDERING}, {"goal-shared": HELPING})
    assert keys(report.splits) == ["goal-shared"]
    assert (report.obstacles, report.strengths) == ((), ())
    assert report.splits[0].dissent == 1


def test_report_blind_spot_tells_left_open_from_not_known(checklist):
    report = make_report(checklist, {"goal-shared": DONT_KNOW})
    left_open = {item.item.key: item.left_open for item in report.blind_spots}
    assert left_open == {key: key != "goal-shared" for key in checklist.by_key}


def test_report_says_when_it_was_changed_and_when_it_is_erased(checklist):
    report = make_report(checklist, mode=Mode.TOGETHER)
    assert (report.mode, report.changed_on, report.delete_on) == (Mode.TOGETHER, CHANGED, DELETED)


# --- the summary


def test_summary_obstacles_go_by_principle_when_nothing_sets_them_apart(checklist):
    report = make_report(checklist, all_items(checklist, HINDERING))
    # Personal factors serve principle 7, the other factors 8: for the rest it is the checklist's order.
    context = [item.key for item in checklist.factors if item.key != "context-personal"]
    pairs = [key for key in checklist.by_key if not key.startswith("context-")]
    assert keys(report.obstacles) == [*pairs, "context-personal", *context]


def test_summary_holds_three_obstacles_at_most(checklist):
    report = make_report(checklist, all_items(checklist, HINDERING))
    assert keys(report.leading) == ["goal-perspective", "goal-shared", "partners-needed"]
    assert keys(report.leading + report.other_obstacles) == keys(report.obstacles)


def test_a_split_and_a_blind_spot_that_were_named_first_lead_in_front_of_obstacles(checklist):
    # All eight named equality, of which five see that some dominate; nobody knows whether the form fits.
    sheets = [
        {
            "coordination-equality": HINDERING if n < 5 else HELPING,
            "goal-shared": HINDERING,
            "first": ("coordination-equality", *(["form-intensity"] if n < 3 else [])),
        }
        for n in range(8)
    ]
    report = make_report(checklist, *sheets)
    assert [(led.item.key, led.finding) for led in report.leading] == [
        ("coordination-equality", Finding.SPLIT),
        ("form-intensity", Finding.UNKNOWN),
        ("goal-shared", Finding.OBSTACLE),
    ]
    # What leads isn't said a second time.
    assert report.other_splits == report.other_obstacles == ()
    assert "form-intensity" not in keys(report.other_blind_spots)
    assert len(report.other_blind_spots) == len(report.blind_spots) - 1


# --- before, during and after the talk


@pytest.mark.parametrize(
    ("about", "delete_on", "moment"),
    [
        (About("Samen"), None, Moment.BEFORE),
        (About("Samen", outcomes={"goal-shared": Outcome(Choice.DIVIDED)}), None, Moment.DURING),
        (About("Samen", agreements=(Agreement("1", "We lezen het doel."),)), None, Moment.DURING),
        (About("Samen", conclusion=Conclusion(Needed.NO, Decision.STOP)), None, Moment.AFTER),
        # Without an account, where it is erased one day, there is nothing to conclude.
        (About(), DELETED, Moment.BEFORE),
        (About(outcomes={"goal-shared": Outcome(Choice.DIVIDED)}), DELETED, Moment.DURING),
        (About(agreements=(Agreement("1", "We lezen het doel."),)), DELETED, Moment.AFTER),
    ],
)
# A team without an account may have typed the name of its collaboration too.
@pytest.mark.parametrize("named", [{}, {"collaboration-name": "Samen in Tienen"}])
def test_a_report_knows_whether_its_talk_is_to_come_going_on_or_over(checklist, about, delete_on, moment, named):
    sheet = {"goal-shared": HINDERING, **named}
    assert make_report(checklist, sheet, about=about, delete_on=delete_on).moment is moment


def test_what_the_talk_did_not_reach_is_what_it_neither_recorded_nor_agreed_on(checklist):
    about = About(
        "Samen",
        outcomes={"goal-shared": Outcome(Choice.DIVIDED)},
        agreements=(Agreement("1", "We vragen geld.", item="context-financial", state=State.DROPPED),),
    )
    # Two obstacles, a split, a blind spot and a strength, beside an obstacle of each that the talk did reach.
    hindered = dict.fromkeys(("goal-shared", "context-financial", "partners-needed", "context-personal"), HINDERING)
    sheets = [hindered | {"form-intensity": value, "partners-stable": HELPING} for value in (HINDERING, HELPING)]
    known = [*hindered, "form-intensity", "partners-stable", "goal-perspective"]
    helped = dict.fromkeys((key for key in checklist.by_key if key not in known), HELPING)
    report = make_report(checklist, *(sheet | helped for sheet in sheets), about=about)
    assert keys(report.not_reached) == ["partners-needed", "context-personal", "form-intensity", "goal-perspective"]
    assert [item.finding for item in report.not_reached] == [
        *[Finding.OBSTACLE, Finding.OBSTACLE],
        *[Finding.SPLIT, Finding.UNKNOWN],
    ]


def test_what_the_talk_did_not_reach_begins_with_what_leads(checklist):
    """A split that all named first, before the obstacles."""
    sheets = [
        {"goal-shared": HINDERING, "form-intensity": value, "first": ("form-intensity",)}
        for value in (HINDERING, HELPING)
    ]
    assert keys(make_report(checklist, *sheets).not_reached)[:2] == ["form-intensity", "goal-shared"]


def test_without_results_there_is_nothing_that_the_talk_did_not_reach(checklist):
    report = make_report(checklist, {"goal-shared": HINDERING}, mode=Mode.ANONYMOUS)
    assert (report.is_withheld, report.not_reached) == (True, ())


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (About("Samen"), False),
        (About("Samen", outcomes={"goal-shared": Outcome(Choice.DIVIDED)}), True),
        (About("Samen", agreements=(Agreement("1", "We lezen het doel."),)), True),
        (About("Samen", parked=(Parked("1", "De vergoedingen."),)), True),
        (About("Samen", polls=(Poll("1", PollWay.HANDS, PollCounts(3, 0, 0), decision=Decision.REPAIR),)), True),
        (About("Samen", conclusion=Conclusion(Needed.NO, Decision.STOP)), True),
    ],
)
def test_a_report_knows_whether_anything_was_said_and_is_another_by_it(checklist, about, said):
    report, empty = (make_report(checklist, {"goal-shared": HINDERING}, about=each) for each in (about, About("Samen")))
    assert (report.has_said, report.key != empty.key) == (said, said)


def test_splits_go_by_how_far_apart_people_are(checklist):
    sheets = [
        {"goal-shared": HINDERING, "form-intensity": HINDERING},
        {"goal-shared": HELPING, "form-intensity": HINDERING},
        {"goal-shared": HELPING, "form-intensity": HELPING},
        {"goal-shared": HELPING, "form-intensity": HELPING},
    ]
    assert keys(make_report(checklist, *sheets).splits) == ["form-intensity", "goal-shared"]


@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_summary_nothing_is_further_until_the_fourth_obstacle(checklist, number):
    report = make_report(checklist, dict.fromkeys(list(checklist.by_key)[:number], HINDERING))
    assert (len(report.leading), len(report.other_obstacles)) == (min(number, 3), max(number - 3, 0))


def test_summary_what_was_named_first_goes_in_front_of_wider_agreement(checklist):
    # Of three: goal-shared 3 hindering, form-intensity 2 and named by two, context-personal 3 and named by one.
    sheets = [
        {"goal-shared": HINDERING, "form-intensity": HINDERING, "context-personal": HINDERING},
        {"goal-shared": HINDERING, "form-intensity": HINDERING, "context-personal": HINDERING},
        {"goal-shared": HINDERING, "form-intensity": HELPING, "context-personal": HINDERING},
    ]
    sheets[0]["first"] = ("form-intensity",)
    sheets[2]["first"] = ("context-personal", "form-intensity")
    report = make_report(checklist, *sheets)
    assert keys(report.obstacles) == ["form-intensity", "context-personal", "goal-shared"]
    assert [item.first for item in report.obstacles] == [2, 1, 0]


def test_summary_wider_agreement_goes_in_front_of_an_earlier_principle(checklist):
    sheets = [
        {"goal-shared": HINDERING, "partners-needed": HINDERING, "context-practical": HINDERING},
        {"goal-shared": HINDERING, "partners-needed": HINDERING, "context-practical": HINDERING},
        {"goal-shared": HELPING, "partners-needed": DONT_KNOW, "context-practical": HINDERING},
    ]
    # Two of three say so of the first two: as wide, whether the third disagrees or doesn't know.
    assert keys(make_report(checklist, *sheets).obstacles) == ["context-practical", "goal-shared", "partners-needed"]


def test_summary_what_somebody_named_counts_though_the_sheet_has_no_answer(checklist):
    sheets = [{"goal-shared": HINDERING, "form-intensity": HINDERING}, {"first": ("form-intensity",)}]
    report = make_report(checklist, *sheets)
    assert report.counted == 1
    assert keys(report.obstacles) == ["form-intensity", "goal-shared"]


# --- a changing composition


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (["refer"], Finding.ATTENTION),
        ([""], Finding.OBSTACLE),
        (["inform"], Finding.OBSTACLE),
        (["act"], Finding.OBSTACLE),
        (["refer", "refer"], Finding.ATTENTION),
        (["refer", ""], Finding.ATTENTION),
        (["refer", "act"], Finding.OBSTACLE),
        (["", ""], Finding.OBSTACLE),
    ],
)
def test_partners_stable_is_for_attention_only_where_referring_is_all_that_is_needed(checklist, needed, expected):
    sheets = [{"partners-stable": HINDERING, "goal-shared": HINDERING, "intensity-needed": text} for text in needed]
    sheets = [{name: value for name, value in sheet.items() if value} for sheet in sheets]
    report = make_report(checklist, *sheets)
    assert finding_of(report, "partners-stable") is expected
    # The same answer to another item is an obstacle, whatever is needed.
    assert finding_of(report, "goal-shared") is Finding.OBSTACLE
    is_attention = expected is Finding.ATTENTION
    assert keys(report.attention) == (["partners-stable"] if is_attention else [])
    assert keys(report.obstacles) == (["goal-shared"] if is_attention else ["goal-shared", "partners-stable"])
    assert keys(report.advised) == (["goal-shared"] if is_attention else ["goal-shared", "partners-stable"])


@pytest.mark.parametrize(
    ("answer", "expected"), [(HELPING, Finding.STRENGTH), (DONT_KNOW, Finding.UNKNOWN), (None, Finding.UNKNOWN)]
)
def test_partners_stable_not_hindering_is_never_for_attention(checklist, answer, expected):
    sheet = {"goal-shared": HINDERING, "intensity-needed": "refer"} | ({"partners-stable": answer} if answer else {})
    assert finding_of(make_report(checklist, sheet), "partners-stable") is expected


# --- advice


def test_advice_three_stand_in_front_and_the_rest_later_by_who_can_begin(checklist):
    report = make_report(checklist, all_items(checklist, HINDERING))
    assert groups_of(report.advice_first) == [("ourselves", ["goal-perspective", "goal-shared", "partners-needed"])]
    assert groups_of(report.advice_later) == [
        (
            "ourselves",
            [
                *["partners-superfluous", "partners-stable", "form-interprofessional", "form-intensity"],
                *["coordination-equality", "context-personal", "context-historical", "context-regulatory"],
                *["context-financial", "context-organisational"],
            ],
        ),
        ("organisations", ["context-political", "context-practical"]),
    ]


@pytest.mark.parametrize("number", range(16))
def test_advice_is_given_once_for_each_obstacle_and_three_at_most_in_front(checklist, number):
    named = list(checklist.by_key)[:number]
    report = make_report(checklist, dict.fromkeys(named, HINDERING))
    first = [key for _, group in groups_of(report.advice_first) for key in group]
    later = [key for _, group in groups_of(report.advice_later) for key in group]
    assert (len(first), len(later)) == (min(number, 3), max(number - 3, 0))
    assert sorted(first + later) == sorted(named)


def test_advice_groups_of_the_first_go_from_ourselves_to_government(checklist):
    sheet = dict.fromkeys(("context-financial", "context-practical", "goal-shared"), HINDERING)
    report = moved(checklist, sheet | {"first": ("context-financial",)}, context_financial=ActionOwner.GOVERNMENT)
    assert keys(report.advised) == ["context-financial", "goal-shared", "context-practical"]
    assert report.advice_first == (
        AdviceGroup(ActionOwner.OURSELVES, (report.advised[1],)),
        AdviceGroup(ActionOwner.ORGANISATIONS, (report.advised[2],)),
        AdviceGroup(ActionOwner.GOVERNMENT, (report.advised[0],)),
    )
    assert report.advice_later == ()


def test_advice_named_first_stands_in_front_of_all_else(checklist):
    sheet = all_items(checklist, HINDERING) | {"first": ("context-practical", "goal-shared", "form-intensity")}
    report = make_report(checklist, sheet)
    assert groups_of(report.advice_first) == [
        ("ourselves", ["goal-shared", "form-intensity"]),
        ("organisations", ["context-practical"]),
    ]
    # The summary speaks of the same.
    assert keys(report.leading) == keys(report.advised[:3])


def test_advice_named_by_more_goes_in_front_of_wider_agreement_and_that_of_an_earlier_principle(checklist):
    both = {"context-practical": HINDERING, "form-intensity": HINDERING, "context-personal": HINDERING}
    sheets = [
        both | {"goal-shared": HINDERING, "first": ("context-personal", "goal-shared")},
        both | {"goal-shared": HINDERING, "first": ("context-personal",)},
        both | {"goal-shared": HELPING},
    ]
    report = make_report(checklist, *sheets)
    assert [item.first for item in report.advised] == [2, 1, 0, 0]
    assert keys(report.advised) == ["context-personal", "goal-shared", "form-intensity", "context-practical"]


@pytest.mark.parametrize("answer", [HELPING, DONT_KNOW, None])
def test_advice_is_given_for_what_was_named_first_though_it_is_no_obstacle(checklist, answer):
    sheet = {"goal-shared": HINDERING, "first": ("form-intensity",)}
    sheet |= {"form-intensity": answer} if answer else {}
    report = make_report(checklist, sheet)
    assert keys(report.obstacles) == ["goal-shared"]
    assert keys(report.advised) == ["form-intensity", "goal-shared"]


def test_advice_beside_the_obstacles_is_on_three_items_at_most(checklist):
    named = ("form-intensity", "partners-needed", "goal-shared", "context-practical")
    sheets = [{"goal-perspective": HINDERING, "first": named[:3]}, {"first": ("form-intensity", "context-practical")}]
    report = make_report(checklist, *sheets)
    # Of the three that were named once, those of the earliest principles.
    assert keys(report.advised) == ["form-intensity", "goal-shared", "partners-needed", "goal-perspective"]
    assert groups_of(report.advice_later) == [("ourselves", ["goal-perspective"])]


def test_advice_is_not_given_for_what_is_no_obstacle_and_was_not_named(checklist):
    sheets = [
        {"goal-shared": HINDERING, "goal-perspective": HELPING, "form-intensity": HINDERING},
        {"goal-shared": HINDERING, "goal-perspective": HELPING, "form-intensity": HELPING},
    ]
    report = make_report(checklist, *sheets)
    assert (keys(report.strengths), keys(report.splits)) == (["goal-perspective"], ["form-intensity"])
    assert keys(report.advised) == ["goal-shared"]


# --- who can move it


def moved(checklist, sheet, **movers):
    """A report after a talk that saw by others who can move an item."""
    outcomes = {key.replace("_", "-"): Outcome(None, mover=mover) for key, mover in movers.items()}
    about = About(outcomes=outcomes)
    return build_report(checklist, setup_without_account(Mode.TOGETHER), [Sheet(sheet)], CHANGED, about=about)


def test_mover_is_the_items_own_until_the_talk_says_otherwise(checklist):
    sheet = {"goal-shared": HINDERING, "context-financial": HINDERING}
    before = moved(checklist, sheet)
    after = moved(checklist, sheet, goal_shared=ActionOwner.GOVERNMENT, context_financial=ActionOwner.OURSELVES)
    # With its first step the team itself can begin; that it goes up as a signal is another thing.
    assert groups_of(before.advice_first) == [("ourselves", ["goal-shared", "context-financial"])]
    assert [item.mover for item in before.advised] == [ActionOwner.OURSELVES, ActionOwner.GOVERNMENT]
    assert groups_of(after.advice_first) == [("ourselves", ["context-financial"]), ("government", ["goal-shared"])]
    assert (keys(before.signals), keys(after.signals)) == (["context-financial"], ["goal-shared"])
    assert [item.contradiction for item in after.advised] == [False, False]


def test_signals_are_obstacles_alone_the_most_pressing_first(checklist):
    sheet = {"context-regulatory": HINDERING, "context-financial": HELPING, "context-political": HINDERING}
    named = {"first": ("context-political", "context-financial")}
    report = moved(checklist, sheet | named)
    assert keys(report.signals) == ["context-political", "context-regulatory"]
    assert "context-financial" in keys(report.advised)


def test_standing_agreements_are_those_not_let_go(checklist):
    agreements = tuple(Agreement(state.value, "Iets doen", state=state) for state in State)
    sheets, setup = [Sheet({"goal-shared": HELPING})], setup_without_account(Mode.TOGETHER)
    report = build_report(checklist, setup, sheets, CHANGED, about=About(agreements=agreements))
    assert [agreement.state for agreement in report.standing_agreements] == [State.OPEN, State.BUSY, State.DONE]


# --- what was asked beside the checklist


def test_report_of_everything_has_a_place_for_every_answer(checklist, every_answer):
    report = make_report(checklist, every_answer)
    assert (report.collaboration, report.team) == ("Samen in Tienen", "Kernteam")
    assert report.goal_sentences == (Note("Iedereen in de wijk weet bij wie je terechtkunt."),)
    assert (report.meanings, report.levels) == (("community",), ("practice",))
    assert report.intensities == (IntensityAnswer(Intensity.ACT, ("meetings", "procedures"), Fit.TOO_LIGHT),)
    assert [(item.item.number, note.text) for item, note in report.notes] == [
        (number, f"Notitie bij nummer {number}") for number in range(1, 16)
    ]


def test_report_sentences_meanings_and_levels_stand_side_by_side_in_order(checklist):
    sheets = [
        {"goal-sentence": "Eerst", "ips-meaning": "quality", "level": "board"},
        {"goal-shared": HELPING},
        {"goal-sentence": "Dan", "ips-meaning": "process", "level": "client", "team-name": "Kern"},
    ]
    report = make_report(checklist, *sheets)
    assert report.goal_sentences == (Note("Eerst"), Note("Dan"))
    assert (report.meanings, report.levels) == (("quality", "process"), ("board", "client"))
    assert (report.collaboration, report.team) == ("", "Kern")


def test_report_notes_stand_by_their_item_from_every_sheet(checklist):
    sheets = [
        {"context-practical-note": "Geen tijd", "goal-shared-note": "Verschil"},
        {"goal-shared": HELPING, "goal-shared-note": "Nog een"},
    ]
    report = make_report(checklist, *sheets)
    assert [(item.item.key, note.text) for item, note in report.notes] == [
        ("goal-shared", "Verschil"),
        ("goal-shared", "Nog een"),
        ("context-practical", "Geen tijd"),
    ]


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ({}, ()),
        ({"intensity-needed": "refer"}, (IntensityAnswer(Intensity.REFER, (), None),)),
        ({"intensity-current": ("team",)}, (IntensityAnswer(None, ("team",), None),)),
        (
            {"intensity-needed": "inform", "intensity-current": ("none", "team")},
            (IntensityAnswer(Intensity.INFORM, ("none", "team"), Fit.TOO_HEAVY),),
        ),
        (
            {"intensity-needed": "inform", "intensity-current": ("meetings",)},
            (IntensityAnswer(Intensity.INFORM, ("meetings",), Fit.FITS),),
        ),
    ],
)
def test_report_intensity_is_said_when_there_is_something_to_say(checklist, sheet, expected):
    assert make_report(checklist, sheet).intensities == expected


@given(data=st.data())
def test_report_order_of_sheets_changes_no_finding(checklist, data):
    answers = st.dictionaries(
        st.sampled_from(sorted(checklist.by_key)), st.sampled_from([HINDERING, HELPING, DONT_KNOW])
    )
    sheets = data.draw(st.lists(answers, max_size=5))
    mixed = make_report(checklist, *data.draw(st.permutations(sheets)))
    report = make_report(checklist, *sheets)
    assert mixed.dimensions == report.dimensions
    assert (mixed.obstacles, mixed.advised, mixed.whirlpool) == (report.obstacles, report.advised, report.whirlpool)


@given(data=st.data())
def test_report_every_item_has_one_place_in_the_summary(checklist, data):
    answers = st.dictionaries(
        st.sampled_from(sorted(checklist.by_key)), st.sampled_from([HINDERING, HELPING, DONT_KNOW])
    )
    report = make_report(checklist, *data.draw(st.lists(answers, max_size=4)))
    lists = [
        report.strengths,
        report.obstacles,
        report.splits,
        report.blind_spots,
        report.attention,
        report.clear,
    ]
    assert sorted(key for items in lists for key in keys(items)) == sorted(checklist.by_key)


# --- the whirlpool


def test_whirlpool_arm_has_the_share_that_says_it_plays(checklist):
    sheets = [
        {"context-historical": HINDERING, "context-financial": HINDERING, "context-personal": HELPING},
        {"context-historical": HINDERING, "context-financial": HELPING},
        {"context-historical": HINDERING, "context-financial": DONT_KNOW},
        {"context-historical": HINDERING, "goal-shared": HINDERING},
    ]
    report = make_report(checklist, *sheets)
    shares = [1, 0, 0.25, 0, 0, 0, 0]
    assert [arm.share for arm in report.whirlpool] == shares
    assert [arm.report.item.key for arm in report.whirlpool] == [item.key for item in checklist.factors]


def test_whirlpool_while_filling_in_is_the_reports(checklist, every_answer):
    arms = whirlpool_of(checklist, [Sheet(every_answer)])
    whirlpool = make_report(checklist, every_answer).whirlpool
    assert [arm.share for arm in arms] == [arm.share for arm in whirlpool]
    assert [arm.report.finding for arm in arms] == [arm.report.finding for arm in whirlpool]


def test_whirlpool_without_an_answer_has_seven_arms_without_a_share(checklist):
    arms = whirlpool_of(checklist, [Sheet({})])
    assert [arm.share for arm in arms] == [0] * 7
    assert {arm.report.left_open for arm in arms} == {True}


def test_movers_are_those_of_the_steps_once_each_until_the_talk_says_otherwise(checklist):
    sheet = {"context-regulatory": HINDERING}
    [before], [after] = (
        moved(checklist, sheet, **movers).advised for movers in ({}, {"context_regulatory": ActionOwner.GOVERNMENT})
    )
    assert [step.mover for step in before.item.steps] == [*[ActionOwner.OURSELVES] * 2, ActionOwner.ORGANISATIONS]
    assert before.movers == (ActionOwner.OURSELVES, ActionOwner.ORGANISATIONS)
    assert after.movers == (ActionOwner.GOVERNMENT,)
