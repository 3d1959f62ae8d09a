"""The talk, step by step: what each step makes of it, and what the wall shows then."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reflectie.domain.meeting.guide import LENGTHS, Phase, build_guide
from reflectie.domain.meeting.talk import (
    MOST_MINUTES,
    MOST_PARTS,
    FullAgendaError,
    Talk,
    UnknownPlaceError,
    add_item,
    be_quiet,
    begin_talk,
    clock_of,
    end_quiet,
    go_to,
    hide,
    leave_out,
    lengthen,
    move,
    put_up_note,
    raise_topic,
    reveal,
    take_down_poll,
    topic_of,
)
from reflectie.domain.meeting.wall import build_wall
from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import read_checklist
from reflectie.domain.report.agreements import Agreement, Parked
from reflectie.domain.report.build import build_report
from reflectie.domain.report.items import Note
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import About, ChangesSincePrevious, Report
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session, setup_without_account
from tests.helpers.factories import FROZEN, GUIDANCE

CHECKLIST = read_checklist(FROZEN, GUIDANCE)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SETUP = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())


def report_of(
    *,
    sentences: bool = True,
    mode: Mode = Mode.ANONYMOUS,
    note: str = "",
    dominated: int = 3,
    about: About | None = None,
) -> Report:
    """Six people: some hindered by domination, the others not, with a goal sentence and a note each; the rest helps."""
    sheets = []
    for person in range(6):
        values = {item.key: "helping" for item in CHECKLIST}
        values["coordination-equality"] = "hindering" if person < dominated else "helping"
        values["goal-shared"] = "hindering"
        if sentences:
            values["goal-sentence"] = f"Zin {person}"
        if note:
            values["coordination-equality-note"] = f"{note} {person}"
        sheets.append(Sheet(values))
    setup = setup_of_session(mode, OPTIONAL, Grouping.NONE, ())
    return build_report(CHECKLIST, setup, sheets, date(2026, 11, 19), about=about)


def places(talk: Talk) -> list[str]:
    return [part.place for part in talk.agenda]


def begun(minutes: int = 60) -> Talk:
    return begin_talk(report_of(), minutes, NOW)


@pytest.mark.parametrize("minutes", LENGTHS)
def test_talk_begins_with_the_agenda_of_the_guide(minutes: int) -> None:
    talk = begin_talk(report_of(), minutes, NOW)
    parts = build_guide(report_of(), minutes).parts
    assert [part.minutes for part in talk.agenda] == [part.minutes for part in parts]
    assert places(talk) == [part.topic.item.item.key if part.topic else part.phase for part in parts]
    assert talk.place == Phase.WELCOME
    assert sum(part.minutes for part in talk.agenda) == minutes


def test_length_without_an_agenda_is_refused() -> None:
    with pytest.raises(KeyError):
        begin_talk(report_of(), 45, NOW)


def test_going_on_says_that_a_topic_was_discussed_and_going_back_takes_nothing_away() -> None:
    talk = begun()
    first, second = (part.place for part in talk.topics)
    talk = reveal(go_to(talk, first, NOW), first)
    assert talk.discussed_count == 0
    talk = go_to(talk, second, NOW + timedelta(minutes=9))
    assert (talk.discussed, talk.place_since) == ((first,), NOW + timedelta(minutes=9))
    back = go_to(talk, first, NOW + timedelta(minutes=10))
    assert (back.discussed, back.revealed, back.is_revealed) == ((first,), (first,), True)


def test_step_that_was_taken_already_changes_nothing() -> None:
    talk = go_to(begun(), begun().next_place, NOW + timedelta(minutes=3))
    assert go_to(talk, talk.place, NOW + timedelta(minutes=4)) == talk
    assert reveal(reveal(talk, talk.place), talk.place) == reveal(talk, talk.place)


def test_what_comes_next_ends_where_the_agenda_ends() -> None:
    talk = begun()
    assert talk.next_place == places(talk)[1]
    last = go_to(talk, places(talk)[-1], NOW)
    assert last.next_place == ""


def test_another_step_takes_note_and_quiet_minute_off_the_wall() -> None:
    talk = be_quiet(put_up_note(begun(), "abc"), NOW)
    talk = go_to(talk, talk.next_place, NOW)
    assert (talk.note, talk.is_quiet) == ("", False)


def test_poll_is_taken_off_the_wall_and_the_talk_stays_where_it_is() -> None:
    talk = begun()
    assert take_down_poll(replace(talk, poll="abc")) == talk


def test_revealing_ends_the_quiet_minute_and_can_be_taken_back() -> None:
    talk = be_quiet(begun(), NOW)
    assert be_quiet(talk, NOW + timedelta(seconds=30)).quiet_since == NOW
    assert not end_quiet(talk).is_quiet
    shown = reveal(talk, talk.place)
    assert (shown.is_revealed, shown.is_quiet) == (True, False)
    assert not hide(shown, talk.place).is_revealed


def test_agenda_can_be_moved_lengthened_and_left_out() -> None:
    talk = begun()
    first, second = (part.place for part in talk.topics)
    assert places(move(talk, second, -1)).index(second) == places(talk).index(first)
    assert places(move(talk, second, 99))[-1] == second
    assert places(move(talk, second, -99))[0] == second
    assert second not in places(leave_out(talk, second))
    assert leave_out(talk, talk.place) == talk
    assert lengthen(talk, first).agenda[talk.at(first)].minutes == talk.agenda[talk.at(first)].minutes + 2
    assert lengthen(talk, first, -999).agenda[talk.at(first)].minutes == 1
    assert lengthen(talk, first, 999).agenda[talk.at(first)].minutes == MOST_MINUTES
    for step in (go_to, lambda *_: leave_out(talk, "gone"), lambda *_: move(talk, "gone", 1)):
        with pytest.raises(UnknownPlaceError):
            step(talk, "gone", NOW)


def test_whatever_is_raised_comes_after_what_is_on() -> None:
    talk = add_item(begun(), "context-practical")
    assert talk.next_place == "context-practical"
    assert add_item(talk, "context-practical") == talk
    own = raise_topic(talk, "Wie belt wie?")
    assert (own.agenda[1].title, own.agenda[1].place, own.agenda[1].is_topic) == ("Wie belt wie?", "own-1", True)
    assert raise_topic(own, "En dan?").agenda[1].place == "own-2"
    gone = leave_out(go_to(go_to(own, "own-1", NOW), "context-practical", NOW), "own-1")
    # What was discussed under that name isn't mixed up with what is raised now.
    assert raise_topic(gone, "Nog iets").agenda[gone.at(gone.place) + 1].place == "own-2"


def test_agenda_ends_somewhere() -> None:
    talk = begun()
    while len(talk.agenda) < MOST_PARTS:
        talk = raise_topic(talk, "Nog iets")
    with pytest.raises(FullAgendaError):
        raise_topic(talk, "Nog iets")


def test_clock_comes_from_the_agenda() -> None:
    talk = go_to(begun(), places(begun())[1], NOW + timedelta(minutes=6))
    clock = clock_of(talk, NOW + timedelta(minutes=7))
    assert clock.place_until == NOW + timedelta(minutes=6 + talk.part.minutes)
    assert (clock.ends_at, clock.minutes_left) == (NOW + timedelta(minutes=60), 53)
    assert clock.topics_left == 2
    assert clock.minutes_asked == 60 - 5 - talk.part.minutes
    topic = talk.topics[0].place
    # Whoever goes back has talked about what comes next.
    back = go_to(go_to(go_to(talk, topic, NOW), Phase.DECISION, NOW), talk.place, NOW)
    assert (back.discussed, clock_of(back, NOW).topics_left) == ((topic,), 1)
    late = clock_of(talk, NOW + timedelta(hours=3))
    assert late.minutes_left == 0
    unknown = clock_of(replace(talk, started_at=None, place_since=None), NOW)
    assert (unknown.minutes_left, unknown.place_until, unknown.quiet_until) == (None, None, None)


def test_topic_is_the_guides_or_is_raised() -> None:
    assert topic_of(report_of(), "coordination-equality").why == "difference"
    assert topic_of(report_of(), "partners-stable").why == "raised"
    with pytest.raises(UnknownPlaceError):
        topic_of(report_of(), "gone")


def on(place: str, report: Report | None = None, *, shown: bool = False, note: Note | None = None):
    report = report or report_of()
    talk = add_item(begin_talk(report, 60, NOW), place) if place not in set(Phase) else begin_talk(report, 60, NOW)
    talk = go_to(talk, place, NOW)
    return build_wall(report, reveal(talk, place) if shown else talk, NOW, note)


def test_wall_has_no_answers_before_they_are_shown() -> None:
    wall = on("coordination-equality")
    assert wall.item == CHECKLIST.by_key["coordination-equality"]
    assert (wall.answers, wall.sentences, wall.note) == (None, (), "")
    shown = on("coordination-equality", shown=True)
    assert shown.answers is not None
    assert shown.answers.counts == next(
        item.counts for item in report_of().items if item.item.key == "coordination-equality"
    )


def test_question_of_a_pattern_waits_until_the_answers_are_shown() -> None:
    """It tells what was found: nobody is asked at which moments one voice weighs more where none does."""
    report = report_of(dominated=5)
    topic = topic_of(report, "coordination-equality")
    assert topic.pattern
    assert on("coordination-equality", report).question == topic.item.item.question != topic.question
    assert on("coordination-equality", report, shown=True).question == topic.question


def test_what_goes_well_is_an_answer_too() -> None:
    """It may be talked about later, when nobody is to know yet."""
    assert on(Phase.STRENGTHS).strengths == ()
    assert len(on(Phase.STRENGTHS, shown=True).strengths) == 3


def test_poll_is_taken_off_the_wall_and_what_is_on_stays_on() -> None:
    talk = replace(go_to(begun(), Phase.DECISION, NOW), poll="a")
    assert take_down_poll(talk) == replace(talk, poll="")


def test_wall_has_nothing_of_one_person() -> None:
    wall = on("coordination-equality", report_of(mode=Mode.NAMED, note="Van"), shown=True)
    assert wall.answers is not None
    assert (wall.answers.voices, wall.answers.notes, wall.answers.groups) == ((), (), ())
    fewer = report_of(mode=Mode.NAMED, about=About(removed={"coordination-equality-note": 2}))
    assert on("coordination-equality", fewer, shown=True).answers == wall.answers
    assert on("coordination-equality", shown=True, note=Note("Een zin", "An")).note == "Een zin"


@pytest.mark.parametrize("place", [Phase.NEED, "goal-shared"])
def test_sentences_about_the_goal_stand_on_the_wall_once_shown(place: str) -> None:
    assert on(place).sentences == ()
    assert sorted(on(place, shown=True).sentences) == [f"Zin {person}" for person in range(6)]


def test_team_that_filled_in_together_has_nothing_to_wait_for() -> None:
    sheet = Sheet({item.key: "hindering" for item in CHECKLIST})
    together = build_report(CHECKLIST, setup_without_account(Mode.TOGETHER), [sheet], date(2026, 11, 19))
    assert on("coordination-equality", together).answers is not None


def test_agreements_stand_with_their_topic_and_all_of_them_at_the_end() -> None:
    about = Agreement("1", "Wisselen van voorzitter", item="coordination-equality")
    report = replace(report_of(), agreements=(about, Agreement("2", "Samen eten")))
    assert [each.key for each in on("coordination-equality", report).agreements] == ["1"]
    assert on("goal-shared", report).agreements == ()
    assert [each.key for each in on(Phase.DECISION, report).agreements] == ["1", "2"]


def test_what_was_agreed_earlier_and_what_goes_well_have_their_own_part() -> None:
    agreed, parked = Agreement("1", "Samen eten"), Parked("2", "De sleutel")
    before = replace(report_of(), agreements=(agreed,), parked=(parked,))
    report = replace(report_of(), since=ChangesSincePrevious(before, None, ()), parked=(Parked("3", "De auto"),))
    walls = {part.place: on(part.place, report, shown=True) for part in begin_talk(report, 60, NOW).agenda}
    assert walls[Phase.EARLIER].earlier == (agreed,)
    assert [place for place, wall in walls.items() if wall.earlier] == [Phase.EARLIER]
    assert [place for place, wall in walls.items() if wall.strengths] == [Phase.STRENGTHS]
    put_off = {place: [topic.key for topic in wall.parked] for place, wall in walls.items() if wall.parked}
    assert put_off == {Phase.EARLIER: ["2"], Phase.DECISION: ["3"], Phase.CLOSE: ["3"]}


def test_what_the_talk_made_of_an_item_stands_with_it() -> None:
    outcome = Outcome(Choice.HELPING)
    report = report_of(about=About(outcomes={"goal-shared": outcome}))
    assert (on("goal-shared", report).outcome, on("context-practical", report).outcome) == (outcome, None)
    assert on(Phase.NEED, report).outcome is None


def test_same_figures_make_the_same_wall() -> None:
    others = report_of(note="Iets anders")
    assert on("coordination-equality", others, shown=True) == on("coordination-equality", shown=True)


def test_clock_can_be_left_out() -> None:
    assert build_wall(report_of(), replace(begun(), shows_clock=False), NOW).clock is None
    assert build_wall(report_of(), begun(), NOW).clock == clock_of(begun(), NOW)
