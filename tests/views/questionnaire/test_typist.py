"""Whoever types in the paper forms knows them, and subtracts them from everything: what of an anonymous round closing
keeps, so that nobody who answered on a screen is left alone in it."""

from collections.abc import Iterable
from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from reflectie.domain.questionnaire.answers import MEANINGS, Sheet
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.questionnaire.help_range import LETTERS
from reflectie.domain.questionnaire.intensity import FORMS, Intensity
from reflectie.domain.report.build import build_report
from reflectie.domain.report.report import Report
from reflectie.domain.rules.disclosures import Disclosure, Round, disclosures
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.ranges import Ranges
from reflectie.domain.rules.suppression import FLOOR, Withheld, questions_to_erase
from reflectie.domain.setup import OPTIONAL, Grouping, Mode, setup_of_session
from reflectie.models import Membership, Response, Role, Session
from reflectie.services import tokens
from reflectie.services.comparison import comparisons
from reflectie.services.imports import table_import
from reflectie.services.questionnaire.sheets import load_sheets
from reflectie.services.report import reports
from reflectie.services.sessions import rounds
from reflectie.services.sessions.paper import add_paper_sheet, set_paper_count
from tests.helpers.factories import browser, fill_in, make_account, make_round, text_of

HELPING = {"goal-shared": "helping"}
HINDERING = {"goal-shared": "hindering"}
ROLES = (("practice", 5), ("board", 5), ("client", 3))


def make_paper_round(mode: Mode = Mode.ANONYMOUS, **plan: object) -> Session:
    return make_round(mode, **({"paper_by": "Els", "questions": OPTIONAL} | plan))


def on_paper(session: Session, *sheets: dict[str, object]) -> Session:
    """Typed in, one by one."""
    session = set_paper_count(session, session.paper_typed + len(sheets))
    for values in sheets:
        session = add_paper_sheet(session, tokens.new_token(), Sheet(values))
    return session


def on_screen(session: Session, *sheets: dict[str, object], finish: bool = True) -> None:
    for values in sheets:
        fill_in(session, values, finish=finish)


def fresh(session: Session) -> Session:
    return Session.objects.select_related("checklist", "collaboration").get(pk=session.pk)


def report_of(session: Session) -> Report:
    return reports.load_report(fresh(session))


def kept(session: Session) -> list[dict[str, object]]:
    responses = list(session.responses.all())
    return [dict(sheet.values) for sheet in load_sheets(responses)] if responses else []


# --- Too few


@pytest.mark.django_db
@pytest.mark.parametrize(("paper", "screen"), [(6, 1), (8, 2), (2, 1), (1, 2)])
def test_one_or_two_that_were_not_typed_are_too_few(paper, screen):
    session = make_paper_round()
    on_paper(session, *[HELPING] * paper)
    on_screen(session, *[HINDERING] * screen)

    with pytest.raises(rounds.TooFewError):
        rounds.close_round(session)
    assert (fresh(session).stage, session.responses.count()) == ("open", paper + screen)

    rounds.close_round(session, without_results=True)
    assert (fresh(session).stage, session.responses.count()) == ("closed", 0)
    assert report_of(session).is_withheld


@pytest.mark.django_db
@pytest.mark.parametrize(("paper", "screen"), [(3, 0), (6, 3), (1, 3), (0, 3)])
def test_nobody_or_three_that_were_not_typed_are_enough(paper, screen):
    session = make_paper_round()
    if paper:
        on_paper(session, *[HELPING] * paper)
    on_screen(session, *[HINDERING] * screen)

    rounds.close_round(session)

    item = next(item for item in report_of(session).items if item.item.key == "goal-shared")
    assert item.counts == Counts(hindering=screen, helping=paper)


@pytest.mark.django_db
def test_a_table_that_was_brought_in_is_typed():
    session = make_paper_round()
    on_screen(session, HINDERING)
    table_import.import_answers(session, tokens.new_token(), [Sheet(HELPING)] * 6)

    with pytest.raises(rounds.TooFewError):
        rounds.close_round(session)


@pytest.mark.django_db
def test_only_sheets_that_count_are_counted():
    """Two more wrote a sentence and answered nothing: they don't stand beside the one who did."""
    session = make_paper_round()
    on_paper(session, *[HELPING] * 6, {"goal-sentence": "Op papier"})
    on_screen(session, HINDERING, {"goal-sentence": "Een"}, {"goal-sentence": "Twee"})

    assert (rounds.count_responses(session), rounds.count_typed(session)) == (7, 6)
    with pytest.raises(rounds.TooFewError):
        rounds.close_round(session)


@pytest.mark.django_db
def test_what_others_left_beside_the_checklist_goes_where_all_that_counts_was_typed():
    session = make_paper_round()
    on_paper(session, *[HELPING | {"goal-sentence": "Op papier"}] * 3)
    on_screen(session, {"goal-sentence": "Op mijn telefoon", "first": ("goal-shared",)})

    rounds.close_round(session)

    report = report_of(session)
    assert (report.counted, [note.text for note in report.goal_sentences]) == (3, ["Op papier"] * 3)
    assert session.responses.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [Mode.NAMED])
def test_by_name_nothing_is_hidden_from_whoever_types(mode):
    session = make_paper_round(mode)
    on_paper(session, *[HELPING | {"participant": "An"}] * 6)
    on_screen(session, HINDERING | {"participant": "Bo", "first": ("goal-shared",)})

    rounds.close_round(session)

    report = report_of(session)
    assert (report.counted, sum(item.first for item in report.items)) == (7, 1)


# --- Groups


def thirteen() -> Session:
    """Thirteen people, eleven on phones; of one role two on paper and one on a phone."""
    session = make_paper_round(grouping=Grouping.LEVEL, groups=ROLES)
    on_paper(session, *[HELPING | {"level": "client"}] * 2)
    on_screen(session, HINDERING | {"level": "client"})
    on_screen(session, *[HELPING | {"level": "practice"}] * 5, *[HELPING | {"level": "board"}] * 5)
    return session


@pytest.mark.django_db
def test_the_only_one_of_a_role_on_a_screen_is_in_no_group_that_is_shown():
    session = thirteen()
    rounds.close_round(session)

    report = report_of(session)
    assert (report.counted, fresh(session).blanked) == (13, True)
    assert {name: isinstance(size, Withheld) for name, size in report.groups} == dict.fromkeys(dict(ROLES), True)
    assert not any(response.extras.get("level") for response in session.responses.all())


@pytest.mark.django_db
def test_groups_all_on_paper_or_with_three_on_a_screen_are_shown():
    session = make_paper_round(grouping=Grouping.LEVEL, groups=ROLES)
    on_paper(session, *[HELPING | {"level": "client"}] * 3, *[HELPING | {"level": "board"}] * 2)
    on_screen(session, *[HINDERING | {"level": "practice"}] * 3, *[HINDERING | {"level": "board"}] * 3)

    rounds.close_round(session)

    report = report_of(session)
    assert (dict(report.groups), fresh(session).blanked) == ({"practice": 3, "board": 5, "client": 3}, False)
    item = next(item for item in report.items if item.item.key == "goal-shared")
    assert {view.name: view.counts for view in item.groups} == {
        "practice": Counts(hindering=3),
        "board": Counts(hindering=3, helping=2),
        "client": Counts(helping=3),
    }


@pytest.mark.django_db
def test_a_typed_sheet_that_does_not_count_stands_in_no_group():
    session = make_paper_round(grouping=Grouping.LEVEL, groups=ROLES)
    on_paper(session, *[HELPING | {"level": "client"}] * 3, {"level": "practice", "goal-sentence": "Zin"})
    on_screen(session, *[HELPING | {"level": "practice"}] * 3)

    rounds.close_round(session)

    assert (
        dict(report_of(session).groups) == {"practice": 3, "board": 0, "client": 3} or fresh(session).blanked is False
    )


# --- Beside the checklist


def choices() -> st.SearchStrategy[Sheet]:
    first = st.lists(st.sampled_from(["goal-shared", "partners-needed"]), unique=True).map(tuple)
    forms = st.lists(st.sampled_from(list(FORMS)[:3]), max_size=2, unique=True).map(tuple)
    drawn = {
        "first": first,
        "help-range": st.sampled_from([(), ("a", "d"), ("c", "z")]),
        "ips-meaning": st.sampled_from(["", *MEANINGS]),
        "intensity-needed": st.sampled_from(["", *Intensity]),
        "intensity-current": forms,
    }
    return st.fixed_dictionaries(drawn).map(
        lambda values: Sheet({"goal-shared": "helping"} | {name: value for name, value in values.items() if value})
    )


def without(sheet: Sheet, names: Iterable[str]) -> Sheet:
    return Sheet({name: value for name, value in sheet.values.items() if name not in names})


def tallies(checklist: Checklist, sheets: list[Sheet]) -> dict[str, dict[str, int] | None]:
    """What the report of these sheets says beside the checklist; None where it withholds it."""
    setup = setup_of_session(Mode.ANONYMOUS, OPTIONAL, Grouping.NONE, ())
    report = build_report(checklist, setup, sheets, date(2026, 11, 20))
    found = {name: getattr(report, name) for name in ("needed", "forms", "fits", "meaning")}
    numbers = {name: None if isinstance(tally, Withheld) else dict(tally.numbers) for name, tally in found.items()}
    ranges = report.ranges if isinstance(report.ranges, Ranges) else None
    numbers["ranges"] = ranges and dict(zip(LETTERS, ranges.counts, strict=True))
    return numbers | {"first": {item.item.key: item.first for item in report.items}}


GAVE = {
    "needed": ("intensity-needed",),
    "forms": ("intensity-current",),
    "fits": ("intensity-needed", "intensity-current"),
    "meaning": ("ips-meaning",),
    "ranges": ("help-range",),
    "first": ("first",),
}


def exposed(checklist: Checklist, typed: list[Sheet], others: list[Sheet]) -> set[str]:
    """The tallies that, less what was typed, leave the answers of one person or two."""
    shown = {name for name, numbers in tallies(checklist, typed + others).items() if numbers and any(numbers.values())}
    gave = {name: sum(all(s.values.get(n) for n in names) for s in others) for name, names in GAVE.items()}
    return {name for name in shown if 0 < gave[name] < FLOOR}


@settings(max_examples=150, deadline=None)
@given(st.lists(choices(), min_size=1, max_size=6), st.lists(choices(), min_size=3, max_size=6))
def test_what_is_asked_beside_the_checklist_leaves_nobody_alone(checklist, typed, others):
    erased = questions_to_erase(typed, others)
    assert exposed(checklist, typed, [without(sheet, erased) for sheet in others]) == set()


def test_without_erasing_one_answer_beside_the_checklist_is_what_remains(checklist):
    typed = [Sheet(HELPING | {"ips-meaning": "quality"})] * 3
    others = [Sheet(HELPING | {"ips-meaning": "community"}), Sheet(HELPING), Sheet(HELPING)]
    assert exposed(checklist, typed, others) == {"meaning"}
    assert questions_to_erase(typed, others) == {"ips-meaning"}


@pytest.mark.parametrize(
    ("typed", "others", "expected"),
    [
        # Nobody typed answered it: with one or two the report withholds it by itself, from three it is a round's own.
        ([{}], [{"first": ("a",)}, {}, {}], set()),
        ([{"first": ("a",)}], [{}, {}, {}], set()),
        ([{"first": ("a",)}], [{"first": ("a",)}] * 3, set()),
        ([{"first": ("a",)}], [{"first": ("a",)}] * 2, {"first"}),
        # Each of the two about intensity by three, but together by one: whether they fit would be that one's.
        (
            [{"intensity-needed": "act", "intensity-current": ("team",)}],
            [
                *[{"intensity-needed": "act"}] * 2,
                *[{"intensity-current": ("team",)}] * 2,
                {"intensity-needed": "act", "intensity-current": ("team",)},
            ],
            {"intensity-current"},
        ),
    ],
)
def test_questions_to_erase_worked_by_hand(typed, others, expected):
    assert questions_to_erase([Sheet(s) for s in typed], [Sheet(s) for s in others]) == expected


@pytest.mark.django_db
def test_closing_erases_what_one_or_two_on_a_screen_answered_beside_the_checklist():
    session = make_paper_round()
    on_paper(session, *[HELPING | {"first": ("goal-shared",), "ips-meaning": "process"}] * 3)
    on_screen(session, HELPING | {"first": ("partners-needed",)}, HELPING, HELPING)

    rounds.close_round(session)

    report = report_of(session)
    assert {item.item.key: item.first for item in report.items if item.first} == {"goal-shared": 3}
    assert report.counted == 6
    assert not any("partners-needed" in response.extras.get("first", ()) for response in session.responses.all())


# --- What closing leaves


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [Mode.ANONYMOUS, Mode.NAMED])
def test_nothing_of_which_sheet_was_typed_outlives_closing(mode):
    session = make_paper_round(mode)
    on_paper(session, *[HELPING] * 4)
    table_import.import_answers(set_paper_count(session, 6), tokens.new_token(), [Sheet(HELPING)] * 2)
    on_screen(session, *[HINDERING] * 5, finish=False)
    assert session.responses.filter(typed=True).count() == 6
    on_paper_before = set(session.responses.filter(typed=True).values_list("pk", flat=True))

    rounds.close_round(session)

    after = fresh(session)
    assert (after.paper_typed, after.paper_sheets) == (0, None)
    assert session.responses.filter(typed=True).count() == 0
    assert not on_paper_before & set(session.responses.values_list("pk", flat=True))
    # As many as finished, and not which.
    assert session.responses.filter(finished=True).count() == 6


@pytest.mark.django_db
def test_whether_a_sheet_was_finished_is_no_longer_its_own():
    """Every typed sheet is finished: one that isn't was not typed."""
    seen = set()
    for _ in range(12):
        session = make_paper_round()
        on_paper(session, *[HELPING] * 3)
        on_screen(session, *[HINDERING] * 3, finish=False)
        rounds.close_round(session)
        values = zip(session.responses.all(), kept(session), strict=True)
        seen |= {(sheet["goal-shared"], response.finished) for response, sheet in values}
    # All twelve as they came happens once in 10^15 times.
    assert seen == {("helping", True), ("helping", False), ("hindering", True), ("hindering", False)}


# --- Rounds planned before


@pytest.mark.django_db
def test_a_round_that_was_planned_before_stays_as_it_was():
    session = make_paper_round()
    Session.objects.update(told_of_typist=False)
    session = fresh(session)
    on_paper(session, *[HELPING] * 6)
    on_screen(session, HINDERING)
    assert Response.objects.filter(typed=True).count() == 0

    rounds.close_round(session)

    assert report_of(session).counted == 7


@pytest.mark.django_db
def test_what_was_on_paper_years_ago_is_as_it_was():
    session = make_round(planned_on=date(2023, 5, 11), expected=None, earlier=True)
    table_import.import_answers(session, tokens.new_token(), [Sheet(HELPING)] * 3)
    assert (fresh(session).told_of_typist, Response.objects.filter(typed=True).count()) == (False, 0)

    rounds.close_round(session)

    assert report_of(session).counted == 3


# --- What else is made of a round


@pytest.mark.django_db
def test_comparisons_and_signals_get_what_closing_left():
    """With only the one on a screen who calls for more, "only refers" would tell of that one alone."""
    session = make_paper_round()
    on_paper(session, *[{"partners-stable": "hindering", "intensity-needed": "refer"}] * 3)
    on_screen(session, HELPING | {"intensity-needed": "act"}, HELPING, HELPING)

    rounds.close_round(session)

    totals = comparisons.load_totals([session])[session.pk]
    assert (totals.counted, totals.only_refers) == (6, True)


@pytest.mark.django_db
def test_a_round_with_too_few_beside_paper_has_no_figures_anywhere():
    session = make_paper_round()
    on_paper(session, *[HELPING] * 6)
    on_screen(session, HINDERING | {"goal-shared-note": "Van één"})
    rounds.close_round(session, without_results=True)

    totals = comparisons.load_totals([session])[session.pk]
    assert (totals.counted, totals.are_withheld, totals.counts) == (0, True, {})
    assert isinstance(comparisons.load_counted([session])[session.pk], Withheld)
    assert Response.objects.count() == 0


# --- What people read


def page(session: Session, name: str) -> str:
    """As its coordinator reads it."""
    user = make_account("els@example.org")
    Membership.objects.create(collaboration=session.collaboration, user=user, role=Role.COORDINATOR)
    return text_of(browser(user).get(reverse(name, args=[session.pk])))


WARNED = "Vullen maar 1 of 2 mensen op een scherm in, dan toont het verslag geen antwoorden: Els kent de formulieren"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["session", "paper", "import"])
@pytest.mark.parametrize(
    ("mode", "told", "warned"),
    [(Mode.ANONYMOUS, True, True), (Mode.ANONYMOUS, False, False), (Mode.NAMED, True, False)],
)
def test_whoever_types_reads_beforehand_that_one_or_two_are_too_few(name, mode, told, warned):
    session = make_paper_round(mode)
    Session.objects.update(told_of_typist=told)
    assert (WARNED in page(fresh(session), name)) is warned


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("screen", "said"),
    [
        (
            1,
            "Maar 1 van hen vulde in op een scherm. De rest komt van papier. Els kent die, en zou dus weten wat",
        ),
        (
            2,
            "Maar 2 van hen vulden in op een scherm. De rest komt van papier. Els kent die, en zou dus weten",
        ),
    ],
)
def test_closing_says_why_one_or_two_beside_paper_are_too_few(screen, said):
    session = make_paper_round()
    on_paper(session, *[HELPING] * 6)
    on_screen(session, *[HINDERING] * screen)

    text = page(session, "session-close")

    assert f"De antwoorden van {6 + screen} mensen tellen mee. {said}" in text
    assert "Laat nog mensen op een scherm invullen, tot het er minstens 3 zijn." in text
    assert "Onder 3 antwoorden is te raden" not in text


@pytest.mark.django_db
def test_closing_with_too_few_at_all_says_so():
    session = make_paper_round()
    on_paper(session, HELPING)
    on_screen(session, HINDERING)

    text = page(session, "session-close")

    assert "Onder 3 antwoorden is te raden" in text
    assert "op een scherm ingevuld" not in text
    # One more on a screen would be too few beside paper.
    assert "Laat nog mensen op een scherm invullen, tot het er minstens 3 zijn." in text


@pytest.mark.django_db
@pytest.mark.parametrize(("paper", "screen", "said"), [(3, 3, True), (6, 0, False), (0, 6, False)])
def test_closing_says_what_goes_of_those_beside_paper(paper, screen, said):
    session = make_paper_round()
    if paper:
        on_paper(session, *[HELPING] * paper)
    on_screen(session, *[HINDERING] * screen)
    assert ("Els kent de formulieren van papier." in page(session, "session-close")) is said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("plan", "told", "said", "said_of_groups"),
    [
        ({}, True, True, False),
        ({"grouping": Grouping.LEVEL, "groups": ROLES}, True, True, True),
        ({}, False, False, False),
        ({"paper_by": ""}, True, False, False),
    ],
)
def test_participants_read_beforehand_what_whoever_types_can_know(client, plan, told, said, said_of_groups):
    session = make_paper_round(**plan)
    Session.objects.update(told_of_typist=told)
    text = text_of(client.get(reverse("join", args=[session.join_token])))
    assert (
        "Els kent wat op papier staat, en kan uitrekenen wat de mensen op een scherm samen antwoordden." in text
    ) is said
    assert ("Een groep met maar 1 of 2 mensen op een scherm tonen we niet apart." in text) is said_of_groups


@pytest.mark.parametrize(
    ("round_", "said"),
    [
        (Round(Mode.ANONYMOUS, paper=True, typist=True), True),
        (Round(Mode.ANONYMOUS, paper=True), False),
        (Round(Mode.ANONYMOUS, typist=True), False),
        (Round(Mode.NAMED, paper=True, typist=True), False),
    ],
)
def test_the_promise_beside_paper_is_made_where_it_is_kept(round_, said):
    told = [told.promise for told in disclosures(round_)]
    assert (Disclosure.BESIDE_PAPER in told) is said
    if said:
        assert told.index(Disclosure.BESIDE_PAPER) == told.index(Disclosure.TOO_FEW) + 1


# --- The migration


@pytest.mark.django_db(transaction=True)
def test_migration_leaves_an_open_round_with_paper_as_it_was():
    session = make_paper_round()
    on_paper(session, *[HELPING] * 4)
    on_screen(session, HINDERING)
    executor = MigrationExecutor(connection)
    try:
        executor.migrate([("reflectie", "0006_released")])
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "reflectie"])
    session = fresh(session)
    assert (session.told_of_typist, session.paper_typed, session.responses.filter(typed=True).count()) == (False, 4, 0)
    # What is typed in after it isn't told from the rest either: half of the paper would count as known.
    on_paper(session, HELPING)

    rounds.close_round(session)

    assert report_of(session).counted == 6
