"""Several collaborations beside each other, as a page."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.models import Agreement, Session
from reflectie.models import Lesson as LessonRow
from reflectie.services.questionnaire import checklists
from tests.helpers.agreed import FIRST, KEY, made
from tests.helpers.compared import opened, team
from tests.helpers.factories import browser, make_account, text_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db
HINDERED = [{KEY: "hindering", "context-practical": "hindering"}] * 4
HELPED = [{KEY: "helping", "context-practical": "hindering"}] * 4
THEN = date(2025, 3, 1)


@pytest.fixture
def facilitator(fien) -> Client:
    return browser(fien)


def url(*sessions: Session) -> str:
    return f"{reverse('compare-beside')}?" + "&".join(f"sessie={session.pk}" for session in sessions)


def item(response, key: str) -> str:
    """What the page says of one obstacle."""
    return page_of(response).at(f"hinderpaal-{key}").words


def test_page_says_what_recurs_and_where_it_was_solved(facilitator, fien):
    linde, noord, brug = (team(fien, name) for name in ("Huis Linde", "Noord", "De Brug"))
    then = opened(linde, HINDERED, THEN)
    made(then)
    now = opened(linde, HELPED)
    page = facilitator.get(url(then, now, opened(noord, HINDERED), opened(brug, HINDERED)))
    said = item(page, KEY)
    assert "In 2 van de 3 samenwerkingen zien mensen dit als hinderpaal: De Brug, Noord" in said
    assert "Hier lukte het: Huis Linde" in said
    assert "In de sessie van 1 maart 2025 nog een hinderpaal, in die van 19 november 2026 niet meer." in said
    assert f"Toen afgesproken: {FIRST.what} Nog te doen" in said
    assert "In 3 van de 3 samenwerkingen" in item(page, "context-practical")
    order = [anchor for anchor in page_of(page).anchors() if anchor.startswith("hinderpaal-")]
    assert order == ["hinderpaal-context-practical", f"hinderpaal-{KEY}"]


def test_page_ranks_no_team(facilitator, fien):
    worst, best = team(fien, "Aan de Dijle"), team(fien, "Zuid")
    sessions = opened(worst, HINDERED), opened(best, [{KEY: "helping"}] * 4)
    page = text_of(facilitator.get(url(*reversed(sessions))))
    assert page.index("Aan de Dijle") < page.index("Zuid")
    assert "niet op volgorde van hoe het gaat" in page


def test_page_shows_what_was_shared_on_an_obstacle_and_leads_to_it(facilitator, fien):
    linde, noord = team(fien, "Huis Linde"), team(fien, "Noord")
    elsewhere = opened(team(make_account("omar@example.org"), "Elders"), HINDERED)
    keys = checklists.item_ids(elsewhere.checklist_id)
    for number in range(3):
        LessonRow.objects.create(session=elsewhere, item_id=keys[KEY], text=f"Les {number}.", sharing="unnamed")
    LessonRow.objects.create(session=elsewhere, item_id=keys["partners-needed"], text="Iets anders.", sharing="named")
    address = url(opened(linde, HINDERED), opened(noord, HINDERED))
    page = facilitator.get(address)
    assert len(re.findall(r"Les \d\.", item(page, KEY))) == 2
    assert "Bekijk alle 3 bij deze stelling" in item(page, KEY)
    html = page.content.decode()
    assert (f"{reverse('shared')}?stelling={KEY}" in html, "Iets anders." in html) == (True, False)
    assert [text for text in ("Elders", str(elsewhere.pk), str(elsewhere.collaboration_id)) if text in html] == []
    LessonRow.objects.filter(text="Les 0.").delete()
    assert "Bekijk alle" not in item(facilitator.get(address), KEY)
    LessonRow.objects.update(sharing="")
    assert "Les " not in item(facilitator.get(address), KEY)


def test_withheld_session_is_named_without_a_figure(facilitator, fien):
    linde, noord, brug = (team(fien, name) for name in ("Huis Linde", "Noord", "De Brug"))
    few = opened(brug, HINDERED[:2])
    page = text_of(facilitator.get(url(opened(linde, HINDERED), opened(noord, HINDERED), few)))
    assert "Zonder cijfers, want te weinig mensen antwoordden: De Brug (19 november 2026)." in page
    assert "In 2 van de 2 samenwerkingen" in page


def test_one_collaboration_is_told_what_is_needed(facilitator, fien):
    linde = team(fien, "Huis Linde")
    page = text_of(facilitator.get(url(opened(linde, HINDERED, THEN), opened(linde, HELPED))))
    assert "Daarvoor zijn sessies van twee of meer samenwerkingen nodig. Je koos er nu één." in page
    few = opened(team(fien, "Noord"), HINDERED[:1])
    page = text_of(facilitator.get(url(opened(linde, HINDERED), few)))
    assert "Er blijft te weinig over om naast elkaar te zetten" in page


def test_session_of_others_gives_nothing_away(facilitator, fien):
    mine = opened(team(fien, "Huis Linde"), HINDERED)
    theirs = opened(team(make_account("omar@example.org"), "Elders"), HINDERED)
    assert facilitator.get(url(mine, theirs)).status_code == 404


@pytest.mark.parametrize("many", [2, 60])
def test_page_takes_as_many_queries_at_many(facilitator, fien, many, django_assert_num_queries):
    sessions = [opened(team(fien, f"Team {number:02}"), HINDERED[:3]) for number in range(many)]
    Agreement.objects.bulk_create(Agreement(session=session, what="Iets") for session in sessions)
    facilitator.get(url(*sessions))
    # Whoever signed in, twice, the sessions, what their answers add up to, agreements, and what is shared, four.
    with django_assert_num_queries(9):
        facilitator.get(url(*sessions))
