"""Sessions over time, as the page shows them."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from reflectie.domain.comparison.history import MAX_IN_PICTURE, histories
from reflectie.domain.setup import Mode
from reflectie.models import Agreement, Item, Session
from reflectie.services.comparison import comparisons
from tests.helpers.compared import opened, team
from tests.helpers.factories import browser
from tests.helpers.page import page_of
from tests.helpers.rounds import closed_round, fetched

KEY, FACTOR = "goal-shared", "context-practical"
PARTS = ("changes", "agreements", "pictures", "whirlpools")
NO_PROOF = "Dat het samenvalt, zegt niet dat het daardoor komt."


def sheets(hindering: int, helping: int, key: str = KEY, **more: str):
    values = [{key: "hindering"}] * hindering + [{key: "helping"}] * helping
    return [{**value, **more} for value in values]


@pytest.fixture
def linde(fien):
    return team(fien, "Huis Linde")


def page(fien, *sessions: Session):
    return browser(fien).get(reverse("compare-time"), {"sessie": [str(session.pk) for session in sessions]})


def words(response) -> str:
    return page_of(response).words


def agree(session: Session, what: str, key: str = "", **more: str) -> None:
    Agreement.objects.create(session=session, position=0, what=what, item=Item.objects.filter(key=key).first(), **more)


@pytest.mark.django_db
def test_page_says_what_became_of_an_item_with_its_numbers(fien, linde):
    sessions = [opened(linde, sheets(6, 2), date(2024, 3, 1)), opened(linde, sheets(1, 9), date(2026, 3, 1))]
    text = words(page(fien, *sessions))
    assert "Eerst: 1 maart 2024, 8 mensen. Later: 1 maart 2026, 10 mensen." in text
    assert (
        "Werd een sterkte Gedeeld doel × Structurele hinderpaal → werd + Sterkte "
        "Eerst: 6 hinderend, 2 helpend. Later: 1 hinderend, 9 helpend."
    ) in text
    assert "Wanneer het verschoof" not in text


@pytest.mark.django_db
def test_one_person_turns_a_finding_over_and_the_page_calls_it_no_clear_difference(fien, linde):
    sessions = [opened(linde, sheets(2, 1), date(2024, 3, 1)), opened(linde, sheets(1, 2), date(2026, 3, 1))]
    text = words(page(fien, *sessions))
    assert "Tussen deze twee dagen verschoof geen enkele stelling duidelijk." in text
    assert (
        "Geen duidelijk verschil Gedeeld doel × Structurele hinderpaal → werd ± Verdeeld beeld "
        "Eerst: 2 hinderend, 1 helpend. Later: 1 hinderend, 2 helpend."
    ) in text
    assert "Minder hinder gezien" not in text


@pytest.mark.django_db
def test_one_sheet_is_another_answer_and_no_change(fien, linde):
    sessions = []
    for year, values in ((2024, sheets(1, 0)), (2026, sheets(0, 1))):
        session = closed_round(linde, values, Mode.TOGETHER)
        Session.objects.filter(pk=session.pk).update(planned_on=date(year, 3, 1))
        sessions.append(fetched(session))
    text = words(page(fien, *sessions))
    assert "Op één blad is een ander antwoord nog geen verandering." in text
    assert "Een ander antwoord Gedeeld doel" in text
    assert "Eerst: niet gedeeld door alle partners. Later: gedeeld door alle partners." in text
    assert "Werd een sterkte" not in text


@pytest.mark.django_db
def test_steps_say_when_it_moved_and_what_is_not_compared_says_why(fien, linde):
    sessions = [
        opened(linde, sheets(9, 1), date(2022, 3, 1)),
        opened(linde, sheets(2, 0), date(2023, 3, 1)),
        opened(linde, [{KEY: "hindering", "participant": name} for name in ("An", "Bo")], date(2024, 3, 1), Mode.NAMED),
        opened(linde, sheets(8, 2), date(2025, 3, 1)),
        opened(linde, sheets(1, 9), date(2026, 3, 1)),
    ]
    text = words(page(fien, *sessions))
    assert (
        "Wanneer het verschoof 1 maart 2022 tot 1 maart 2025 Niets verschoof duidelijk. "
        "1 maart 2025 tot 1 maart 2026 Werd een sterkte: gedeeld doel"
    ) in text
    assert "Niet vergeleken: 1 maart 2023 (te weinig mensen vulden in)." in text
    assert "Niet vergeleken: 1 maart 2024 (ieder voor zich, op naam: wie anders invult, antwoordt ook anders)." in text


@pytest.mark.django_db
def test_withheld_session_shows_no_figure_anywhere(fien, linde):
    few = opened(linde, sheets(2, 0, **{FACTOR: "hindering"}), date(2025, 3, 1))
    sessions = [opened(linde, sheets(0, 5), date(2024, 3, 1)), few, opened(linde, sheets(0, 5), date(2026, 3, 1))]
    html = page(fien, *sessions).content.decode()
    assert "5 helpend" in html
    assert "2 hinderend" not in html
    assert "Niet getoond: te weinig mensen." in html
    assert html.count("1 maart 2025: te weinig mensen") == 15


@pytest.mark.django_db
def test_agreements_stand_beside_what_changed_and_prove_nothing(fien, linde):
    sessions = [opened(linde, sheets(8, 1), date(2024, 3, 1)), opened(linde, sheets(1, 9), date(2026, 3, 1))]
    assert NO_PROOF not in words(page(fien, *sessions))
    agree(sessions[0], "We schrijven het doel op.", KEY, state="done", who="Joke")
    agree(sessions[0], "We bellen de gemeente.", state="dropped", reason="Geen tijd")
    agree(sessions[1], "Voor later.", KEY)
    text = words(page(fien, *sessions))
    assert NO_PROOF in text
    assert (
        "Gedaan We schrijven het doel op. Joke Gedeeld doel werd een sterkte "
        "Eerst: 8 hinderend, 1 helpend. Later: 1 hinderend, 9 helpend. "
        "Losgelaten We bellen de gemeente. Waarom: Geen tijd Gaat over geen stelling."
    ) in text
    assert "Voor later." not in text


@pytest.mark.django_db
def test_without_two_sessions_of_one_collaboration_the_page_says_what_to_do(fien, linde):
    sessions = [opened(linde, sheets(3, 1)), opened(team(fien, "De Brug"), sheets(3, 1))]
    text = words(page(fien, *sessions))
    assert "Daarvoor zijn twee sessies van dezelfde samenwerking nodig." in text
    assert "Kies sessies" in text
    assert "Elke stelling in beeld" not in text


@pytest.mark.django_db
def test_several_collaborations_stand_below_each_other_and_one_session_is_named(fien, linde):
    brug, alone = team(fien, "De Brug"), team(fien, "Alleen")
    sessions = [opened(held, sheets(4, 1), date(year, 1, 1)) for held in (linde, brug) for year in (2025, 2026)]
    sessions.append(opened(alone, sheets(4, 1)))
    shown = page_of(page(fien, *sessions))
    assert [shown.anchors().count(f"tijd-{held.pk}") for held in (linde, brug, alone)] == [1, 1, 0]
    assert [fold.summary for fold in shown.main.folded() if fold.is_open] == []
    assert "Van deze samenwerkingen koos je één sessie" in shown.words
    assert len([fold for fold in page_of(page(fien, *sessions[:2])).main.folded() if fold.is_open]) == 3


@pytest.mark.django_db
def test_of_many_collaborations_each_has_its_pictures_on_a_page_of_its_own(fien):
    sessions = []
    for name in ("A", "B", "C", "D"):
        held = team(fien, name)
        sessions += [opened(held, sheets(4, 1), date(year, 1, 1)) for year in (2025, 2026)]
    response = page(fien, *sessions)
    own = [
        f"?sessie={first.pk}&amp;sessie={then.pk}" for first, then in zip(sessions[::2], sessions[1::2], strict=True)
    ]
    html = response.content.decode()
    assert [html.count(f'{reverse("compare-time")}{query}"') for query in own] == [1, 1, 1, 1]
    assert (html.count("Blijft een hinderpaal"), html.count("<svg xmlns")) == (4, 0)
    assert page(fien, *sessions[:6]).content.decode().count("Elke stelling in beeld") == 3


@pytest.mark.django_db
def test_more_sessions_than_a_picture_holds_are_in_the_table(fien, linde):
    sessions = [opened(linde, sheets(2, 1), date(2010 + year, 1, 1)) for year in range(MAX_IN_PICTURE + 2)]
    html = page(fien, *sessions).content.decode()
    assert f"In beeld staan de laatste {MAX_IN_PICTURE} sessies." in html
    assert html.count('<th scope="row">1 januari 2010</th>') == 15


@pytest.mark.django_db
@pytest.mark.parametrize("many", [2, 20])
def test_page_takes_as_many_queries_at_many_sessions(fien, linde, many, django_assert_num_queries):
    sessions = [opened(linde, sheets(2, 1), date(2020 + n % 6, 1, 1 + n)) for n in range(many)]
    for session in sessions:
        agree(session, "We bellen.", KEY)
    page(fien, *sessions)
    client = browser(fien)
    # Who asks (their session and account), and what a comparison takes: as its table does.
    with django_assert_num_queries(5):
        client.get(reverse("compare-time"), {"sessie": [str(session.pk) for session in sessions]})


@pytest.mark.django_db
def test_every_part_is_well_formed_for_the_pdf(fien, linde):
    names = [{KEY: "hindering", "participant": "An"}] * 2
    first = opened(linde, sheets(8, 1), date(2022, 3, 1))
    agree(first, "Doel & <middelen>", KEY, reason="Omdat < & >", who="An & Bo")
    agree(first, "Los")
    opened(linde, sheets(2, 0), date(2023, 3, 1))
    opened(linde, names, date(2024, 3, 1), Mode.NAMED)
    opened(linde, sheets(1, 9), date(2025, 3, 1))
    opened(linde, sheets(1, 8), date(2026, 3, 1))
    [found] = histories(comparisons.load_comparison(list(comparisons.comparable_sessions(fien.pk))))
    for part in PARTS:
        html = render_to_string(f"reflectie/comparison/history/{part}.html", {"history": found, "numbers": True})
        assert len(ET.fromstring(f"<div>{html}</div>")) > 0, part
