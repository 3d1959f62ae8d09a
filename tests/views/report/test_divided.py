"""Of a team that doesn't agree ("we zijn het niet eens"): who may answer so, and what becomes of it wherever a session
is seen."""

import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from reflectie.domain.questionnaire.answers import Posted, digest
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.rules.findings import Counts, Finding
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.exports import Format, comparison_file, session_file
from reflectie.models import Answer, Session
from reflectie.services import tokens
from reflectie.services.comparison import comparisons
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.sheets import save_fields
from reflectie.services.report.outcomes import record_outcome
from reflectie.services.report.reports import load_report
from reflectie.services.sessions import rounds
from tests.helpers.compared import choice
from tests.helpers.factories import HTMX, browser, make_reflection, make_round, text_of
from tests.helpers.markup import markup_of, words_of
from tests.helpers.page import page_of
from tests.helpers.rounds import discussed_round, fetched, make_collaboration
from tests.helpers.taken import rows_of

pytestmark = pytest.mark.django_db

PAIR, FACTOR = "goal-shared", "context-practical"
DIVIDED = {PAIR: "disagree", FACTOR: "disagree", "partners-needed": "helping", "context-political": "hindering"}
OFFERED, TOLD = "We zijn het niet eens", "jullie zijn het niet eens"
REFUSED = "‘We zijn het niet eens’ is er alleen voor een team dat samen invult. Kies hoe jij het ziet."


def post(client, reflection, values):
    marks = {f"seen-{name}": digest(reflection.values.get(name, "")) for name in values}
    return client.post(reflection.fill_url, {**values, **marks}, headers=HTMX)


def held(collaboration, values, day=date(2026, 11, 19)) -> Session:
    """A session that a team filled in together, and is talking about."""
    plan = plans.Plan(planned_on=day, mode=Mode.TOGETHER, questions=OPTIONAL)
    session = rounds.plan_session(collaboration, plan)
    posted = {name: Posted(value, "0") for name, value in values.items()}
    save_fields(session, tokens.hash_token(tokens.new_token()), posted, finish=True, may_begin=True)
    return fetched(rounds.close_round(session))


@pytest.fixture
def divided():
    return make_reflection(DIVIDED, mode=Mode.TOGETHER, finished=True)


# --- who may answer so


def test_a_team_is_offered_it_at_each_pair_and_factor_and_one_person_is_not(client, checklist):
    together = markup_of(client.get(make_reflection(mode=Mode.TOGETHER).fill_url))
    alone = markup_of(client.get(make_reflection().fill_url))
    assert together.count('value="disagree"') == len(checklist.items)
    assert 'value="disagree"' not in alone
    assert OFFERED not in words_of(alone)


def test_a_team_of_a_session_is_offered_it_and_who_takes_part_in_a_round_is_not(client):
    for mode, offered in ((Mode.TOGETHER, True), (Mode.ANONYMOUS, False), (Mode.NAMED, False)):
        session = make_round(mode)
        page = client.post(reverse("join", args=[session.join_token]), follow=True)
        assert 'value="helping"' in markup_of(page)
        assert ('value="disagree"' in markup_of(page)) is offered


def test_what_a_team_does_not_agree_on_is_kept_and_answered(client):
    reflection = make_reflection(mode=Mode.TOGETHER)
    response = post(client, reflection, {PAIR: "disagree"})
    assert (response.status_code, reflection.values[PAIR]) == (200, "disagree")
    page = client.get(reflection.fill_url)
    assert page_of(page).chosen() == [OFFERED]
    assert "1 van 15 beantwoord" in text_of(page)
    assert "Nog 14 vragen zijn open" in text_of(page)


def test_one_persons_sheet_refuses_it_and_says_why(client):
    reflection = make_reflection({PAIR: "helping"})
    response = post(client, reflection, {PAIR: "disagree"})
    assert response.status_code == 422
    assert REFUSED in text_of(response)
    assert reflection.values == {PAIR: "helping"}


def test_a_participants_sheet_in_a_round_refuses_it(client):
    session = make_round(Mode.NAMED)
    page = client.post(reverse("join", args=[session.join_token]), follow=True)
    fields = {PAIR: "disagree", f"seen-{PAIR}": "0", "keep-as": page.context["place"].draft_key}
    response = client.post(page.request["PATH_INFO"], fields, headers=HTMX)
    assert (response.status_code, REFUSED in text_of(response)) == (422, True)
    assert not Answer.objects.exists()


def test_the_database_knows_it_and_no_fifth_answer(divided):
    answers = Answer.objects.filter(value="disagree")
    assert answers.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        answers.update(value="perhaps")


# --- how a team begins


def test_two_minutes_alone_are_suggested_to_a_team_until_it_answered(client):
    hint = "iedereen kijkt eerst twee minuten voor zichzelf"
    reflection = make_reflection(mode=Mode.TOGETHER)
    assert hint in text_of(client.get(reflection.fill_url))
    assert hint not in text_of(client.get(make_reflection().fill_url))
    reflection.save({PAIR: "disagree"})
    assert hint not in text_of(client.get(reflection.fill_url))


def test_pages_to_start_and_to_plan_say_when_each_for_themselves_serves_better(client, coordinator, collaboration):
    start = page_of(client.get(reverse("start")))
    assert "Is er iemand naar wie de anderen zich richten? Vul dan ieder voor zich in" in start.words
    assert start.link("Maak een account en plan een sessie")
    plan = text_of(coordinator.get(reverse("session-new", args=[collaboration.pk])))
    assert "Is er iemand naar wie de anderen zich richten? Kies dan hieronder ‘ieder voor zich’" in plan


# --- what a report makes of it


def test_report_calls_it_a_split_in_words_of_a_team_and_takes_no_side(client, divided, checklist):
    page = page_of(client.get(divided.report_url))
    assert "± 2 verdeelde beelden" in page.part("In het kort").words
    tiles = [item for item in page.part("In het kort").items() if item.endswith("± Verdeeld")]
    assert len(tiles) == 2
    pair, factor = (words_of(row(client, divided, key)) for key in (PAIR, FACTOR))
    for words in (pair, factor):
        assert "Verdeeld beeld" in words
        assert TOLD in words
        assert " tegen " not in words
    item = checklist.by_key[PAIR]
    assert pair.startswith(f"{item.short} {item.hindering}, of: ")
    assert item.helping[1:] in pair


def row(client, reflection, key) -> str:
    page = markup_of(client.get(reflection.report_url))
    return page.split(f'<tr id="{key}"', 1)[1].split(">", 1)[1].split("</tr>", 1)[0]


def test_without_obstacles_the_advice_begins_where_the_team_does_not_agree(client):
    reflection = make_reflection({PAIR: "disagree", FACTOR: "helping"}, mode=Mode.TOGETHER, finished=True)
    assert "Begin met wat jullie anders zien: laat iedereen vertellen." in text_of(client.get(reflection.report_url))


def test_report_of_a_team_that_agrees_says_nothing_of_it(client):
    reflection = make_reflection({PAIR: "helping", FACTOR: "hindering"}, mode=Mode.TOGETHER, finished=True)
    words = text_of(client.get(reflection.report_url))
    assert "niet eens" not in words


def test_whirlpool_calls_it_divided_and_draws_it_in_between(divided):
    report = load_report(divided.response.session)
    arms = {arm.report.item.key: arm for arm in report.whirlpool}
    assert (arms[FACTOR].report.finding, float(arms[FACTOR].share)) == (Finding.SPLIT, 0.5)
    assert float(arms["context-political"].share) == 1


def test_guide_asks_first_what_each_sees(client, divided):
    words = text_of(client.get(reverse("guide", args=[divided.read_token])))
    assert "Jullie zijn het niet eens." in words
    _before, after = words.split("Laat eerst iedereen vertellen wat die ziet", 1)
    assert "Kies daarna pas tussen de twee, of blijf verdeeld." in after
    agreed = make_reflection({PAIR: "hindering"}, mode=Mode.TOGETHER, finished=True)
    assert "niet eens" not in text_of(client.get(reverse("guide", args=[agreed.read_token])))


def test_outcome_stands_beside_it_and_contradicts_nothing():
    collaboration = make_collaboration()
    session = held(collaboration, DIVIDED)
    record_outcome(session, PAIR, Outcome(Choice.HELPING, "We lazen het samen."), "0")
    [item] = [item for item in load_report(fetched(session)).items if item.item.key == PAIR]
    assert (item.finding, item.outcome.choice, item.contradiction) == (Finding.SPLIT, Choice.HELPING, False)


# --- beside other sessions


def test_since_last_time_says_what_the_team_answered_then_and_now(fien):
    collaboration = make_collaboration()
    held(collaboration, {PAIR: "helping", FACTOR: "disagree"}, date(2025, 11, 19))
    session = held(collaboration, {PAIR: "disagree", FACTOR: "disagree"})
    collaboration.memberships.create(user=fien, role="facilitator")
    words = text_of(browser(fien).get(reverse("session-report", args=[session.pk])))
    assert "Toen: gedeeld door alle partners. Nu: we zijn het niet eens" in words
    assert "Hetzelfde antwoord (14)" in words


def test_a_comparison_counts_it_as_the_report_does_and_names_it(fien):
    collaboration = make_collaboration()
    first = held(collaboration, {PAIR: "helping"}, date(2025, 11, 19))
    second = held(collaboration, DIVIDED)
    collaboration.memberships.create(user=fien, role="facilitator")
    totals = comparisons.load_totals([first, second])[second.pk]
    assert totals.counts == {item.item.key: item.counts for item in load_report(second).items}
    assert totals.counts[PAIR] == Counts(divided=1)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("compare-table", "het team is het niet eens"),
        ("compare-time", "Een ander antwoord"),
        ("compare-time", "we zijn het niet eens"),
    ],
)
def test_pages_of_a_comparison_say_what_the_team_answered(fien, page, said):
    collaboration = make_collaboration()
    sessions = [held(collaboration, {PAIR: "helping"}, date(2025, 11, 19)), held(collaboration, DIVIDED)]
    collaboration.memberships.create(user=fien, role="facilitator")
    assert said in text_of(browser(fien).get(f"{reverse(page)}?{choice(*sessions)}"))


def test_teams_beside_each_other_are_told_who_does_not_agree(fien):
    sessions = []
    for name, said in (("Huis Linde", "hindering"), ("De Brug", "disagree")):
        collaboration = make_collaboration()
        collaboration.name = name
        collaboration.save()
        collaboration.memberships.create(user=fien, role="facilitator")
        sessions += [held(collaboration, {PAIR: said, FACTOR: "hindering", "context-political": "disagree"})]
    words = text_of(browser(fien).get(f"{reverse('compare-beside')}?{choice(*sessions)}"))
    assert "1 (niet eens)" in words


def test_file_of_a_comparison_says_what_the_team_answered(fien):
    collaboration = make_collaboration()
    held(collaboration, {PAIR: "helping"}, date(2025, 11, 19))
    held(collaboration, DIVIDED)
    collaboration.memberships.create(user=fien, role="facilitator")
    comparison = comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk)))
    content = comparison_file(comparison, Format.XLSX)
    cells = [cell.value for line in load_workbook(io.BytesIO(content))["Vergelijking"].iter_rows() for cell in line]
    assert cells.count("± Verdeeld beeld\nniet eens") == 2
    assert comparison_file(comparison, Format.JSON).decode().count('"divided": 1') == 2


# --- files


def test_files_have_it_in_a_field_of_its_own(divided):
    report = load_report(divided.response.session)
    json = session_file(report, Format.JSON).decode()
    assert json.count('"divided": 1') == 2
    figures = [r for r in rows_of(session_file(report, Format.XLSX), "Cijfers") if r.get("niet_eens") == 1]
    assert [(r["stelling_code"], r["bevinding_code"], r["geteld"]) for r in figures] == [
        (PAIR, "split", 1),
        (FACTOR, "split", 1),
    ]


def test_sheet_to_read_of_a_round_has_no_column_for_it():
    together = load_report(held(make_collaboration(), DIVIDED))
    sheets = [{PAIR: "helping"}] * 3
    alone = load_report(discussed_round(make_collaboration(), sheets))

    def heads(report):
        book = load_workbook(io.BytesIO(session_file(report, Format.XLSX)))
        return [cell.value for line in book["Verslag"].iter_rows() for cell in line if cell.value == "Niet eens"]

    assert (heads(together), heads(alone)) == (["Niet eens"], [])
