"""Choosing sessions to compare: found, ticked and kept in the address."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Membership, Partner, Role, Session
from tests.helpers.compared import choice, many, opened, team
from tests.helpers.factories import browser, make_account, text_of
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.rounds import closed_round

CHOOSE, TABLE = reverse("compare"), reverse("compare-table")
SHEETS = [{"goal-shared": "hindering"}] * 3

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(fien) -> Client:
    return browser(fien)


@pytest.fixture
def linde(fien) -> Collaboration:
    found = team(fien, "Huis Linde", region="Tienen", theme="Ouderen thuis")
    Partner.objects.create(collaboration=found, name="Huisartsenkring")
    return found


@pytest.fixture
def brug(fien) -> Collaboration:
    return team(fien, "De Brug", region="Leuven", theme="ouderen thuis")


def offered(response) -> list[tuple[str, bool]]:
    """The sessions that can be ticked, in the page's order, and whether they are."""
    return [(box.value, box.is_checked) for box in page_of(response).fields() if box.name == "sessie"]


def keys(*sessions: Session) -> list[str]:
    return [str(session.pk) for session in sessions]


def test_sessions_stand_by_collaboration_and_day_with_how_they_went(client, linde, brug):
    ended = Conclusion(Needed.YES, Decision.REDESIGN)
    late = opened(linde, SHEETS, date(2026, 3, 1), conclusion=ended)
    early = opened(linde, [{"goal-shared": "helping"}, {"goal-sentence": "Samen."}], date(2025, 3, 1), Mode.NAMED)
    few = opened(brug, SHEETS[:2], date(2026, 1, 1))
    closed_round(brug, SHEETS)
    page = client.get(CHOOSE)
    assert offered(page) == [(key, False) for key in keys(few, early, late)]
    text = text_of(page)
    assert "1 januari 2026 ieder voor zich, anoniem · te weinig mensen" in text
    assert "1 maart 2025 ieder voor zich, op naam · 1 mens" in text
    assert "1 maart 2026 hertekenen ieder voor zich, anoniem · 3 mensen" in text
    assert (page.headers["Cache-Control"], page.status_code) == (
        "max-age=0, no-cache, no-store, must-revalidate, private",
        200,
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["brug", "early", "late"]),
        ("label=Ouderen+thuis", ["brug", "early", "late"]),
        ("label=Tienen", ["early", "late"]),
        ("partner=huisarts", ["early", "late"]),
        ("partner=niemand", []),
        ("van=2025-03-01&tot=2025-12-31", ["brug", "early"]),
        ("van=02-03-2025", ["brug", "late"]),
        ("besluit=stop", ["late"]),
        ("label=Leuven&besluit=stop", []),
    ],
)
def test_search_narrows_what_there_is_to_choose(client, linde, brug, query, found):
    sessions = {
        "early": opened(linde, SHEETS, date(2025, 3, 1)),
        "late": opened(linde, SHEETS, date(2026, 3, 1), conclusion=Conclusion(Needed.NO, Decision.STOP)),
        "brug": opened(brug, SHEETS, date(2025, 6, 1)),
    }
    page = client.get(f"{CHOOSE}?{query}")
    assert [key for key, _ in offered(page)] == keys(*(sessions[name] for name in found))
    by_collaboration = client.get(f"{CHOOSE}?samenwerking={linde.pk}")
    assert [key for key, _ in offered(by_collaboration)] == keys(sessions["early"], sessions["late"])


def test_labels_are_those_that_occur_among_ones_own_each_once(client, linde, brug):
    opened(linde, SHEETS)
    opened(brug, SHEETS)
    team(make_account("omar@example.org"), "Elders", region="Gent")
    labels = page_of(client.get(CHOOSE)).named("label").options()
    assert [option.value for option in labels] == ["", "Leuven", "ouderen thuis", "Tienen"]


def test_ticked_sessions_stay_when_the_search_changes(client, linde, brug):
    inside, outside = opened(linde, SHEETS), opened(brug, SHEETS)
    page = client.get(f"{CHOOSE}?{choice(inside, outside)}&label=Tienen")
    assert offered(page) == [(key, True) for key in keys(outside, inside)]
    assert "Al gekozen Deze staan niet in de lijst hieronder." in text_of(page)
    assert "Al gekozen" not in text_of(client.get(f"{CHOOSE}?{choice(inside, outside)}"))
    everything = client.get(f"{CHOOSE}?{choice(inside)}&label=Tienen&toon-alles=1")
    assert (everything.status_code, everything.url) == (302, f"{CHOOSE}?{choice(inside)}")


def test_compare_goes_on_to_the_table_with_nothing_but_the_choice(client, linde):
    one, two = opened(linde, SHEETS), opened(linde, SHEETS)
    page = client.get(f"{CHOOSE}?samenwerking=&label=Tienen&{choice(one, two)}&vergelijk=1")
    assert (page.status_code, page.url) == (302, f"{TABLE}?{choice(one, two)}")


def test_nothing_chosen_is_said_where_sessions_are_chosen(client, linde):
    opened(linde, SHEETS)
    page = client.get(TABLE, follow=True)
    assert (page.status_code, page.redirect_chain) == (422, [(f"{CHOOSE}?vergelijk=1&", 302)])
    assert "Je koos nog geen sessie." in text_of(page)
    assert "<title>Fout: Vergelijken" in markup_of(page)


@pytest.mark.parametrize("start", [CHOOSE, TABLE, reverse("compare-time"), reverse("compare-beside")])
def test_more_than_fits_is_said_and_nothing_is_lost(client, linde, start):
    sessions = many(linde, 62)
    page = client.get(f"{start}?{choice(*sessions)}&vergelijk=1", follow=True)
    assert page.status_code == 422
    assert "Er passen hoogstens 60 sessies naast elkaar. Vink er 2 uit." in text_of(page)
    assert sum(checked for _, checked in offered(page)) == 62
    assert client.get(f"{TABLE}?{choice(*sessions[:60])}").status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("van=gisteren", "van", "Geef een dag, zoals 31/12/2026."),
        ("van=2026-02-01&tot=2026-01-01", "tot", "Deze dag valt vóór ‘vanaf’."),
        ("besluit=doorgaan", "besluit", "Kies een van de mogelijkheden."),
        ("samenwerking=3a9f72dc-0322-49c4-a45b-b9d224a70b41", "samenwerking", "Kies een van de mogelijkheden."),
    ],
)
def test_what_is_wrong_in_the_search_is_said_beside_the_field(client, linde, query, field, message):
    chosen = opened(linde, SHEETS)
    page = client.get(f"{CHOOSE}?{query}&{choice(chosen)}")
    assert page.status_code == 422
    assert {name: list(errors) for name, errors in page.context["form"].errors.items()} == {
        {"van": "first", "tot": "last", "besluit": "decision", "samenwerking": "collaboration"}[field]: [message]
    }
    assert {each.name for each in page_of(page).fields() if message in each.description} == {field}
    assert markup_of(page).count('class="invalid-feedback"') == 1
    assert offered(page) == [(str(chosen.pk), True)]


def test_a_session_of_others_one_that_is_gone_and_no_key_look_alike(client, linde):
    mine = opened(linde, SHEETS)
    theirs = opened(team(make_account("omar@example.org"), "Elders"), SHEETS)
    waiting = closed_round(linde, SHEETS)
    for address in (CHOOSE, TABLE):
        answers = [
            client.get(f"{address}?{choice(mine)}&sessie={key}") for key in (theirs.pk, waiting.pk, uuid4(), "iets")
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert len({text_of(answer) for answer in answers}) == 1
    assert client.get(f"{TABLE}?{choice(mine)}").status_code == 200


def test_with_nothing_to_compare_the_page_says_what_it_will_do(client, linde):
    closed_round(linde, SHEETS)
    page = client.get(CHOOSE)
    assert "Er is nog geen sessie waarvan het verslag open is." in text_of(page)
    assert (page.status_code, "<form" in markup_of(page)) == (200, False)
    assert client.get(CHOOSE, {"vergelijk": 1}).status_code == 422


@pytest.mark.parametrize(("teams", "each"), [(1, 2), (12, 5), (60, 5)])
def test_choosing_takes_as_many_queries_at_many_sessions(client, fien, teams, each, django_assert_num_queries):
    for number in range(teams):
        collaboration = team(fien, f"Samenwerking {number:02}")
        chosen = many(collaboration, each, people=1)
    address = f"{CHOOSE}?{choice(chosen[0])}"
    client.get(address)
    # Who is signed in (2), what is chosen, their collaborations, the sessions found, how many count.
    with django_assert_num_queries(6):
        page = client.get(address)
    # Twenty collaborations on a page, and what is chosen beyond it.
    shown = min(teams, 20) * each
    assert len(offered(page)) == shown + (teams > 20)
    assert [checked for _, checked in offered(page)].count(True) == 1


def test_other_pages_keep_what_was_ticked(client, fien):
    sessions = [many(team(fien, f"Samenwerking {number:02}"), 1)[0] for number in range(21)]
    first = client.get(f"{CHOOSE}?{choice(sessions[0])}")
    onwards = page_of(first).button("Volgende")
    assert (onwards.name, onwards.value) == ("pagina", "2")
    second = client.get(f"{CHOOSE}?{choice(sessions[0])}&pagina=2")
    assert offered(second) == [(str(sessions[0].pk), True), (str(sessions[20].pk), False)]


def test_a_collaboration_leads_to_its_own_comparison(client, linde):
    first = opened(linde, SHEETS, date(2025, 1, 1))
    closed_round(linde, SHEETS)
    address = reverse("collaboration", args=[linde.pk])
    assert "Vergelijk de sessies" not in text_of(client.get(address))
    second = opened(linde, SHEETS, date(2026, 1, 1))
    assert page_of(client.get(address)).link("Vergelijk de sessies").address == f"{TABLE}?{choice(second, first)}"
    assert page_of(client.get(reverse("collaborations"))).link("Vergelijk sessies").address == CHOOSE


def test_after_the_conclusion_who_may_only_look_has_one_next_step_too(client, linde):
    """`client` is a facilitator's: nothing there to plan."""
    ended = Conclusion(Needed.YES, Decision.REPAIR)
    address = reverse("collaboration", args=[linde.pk])

    def steps() -> list[str]:
        page = page_of(client.get(address))
        return [page.link(name).address for name in page.next_steps()]

    assert steps() == []
    first = opened(linde, SHEETS, date(2025, 1, 1), conclusion=ended)
    assert steps() == [reverse("session-report", args=[first.pk])]
    second = opened(linde, SHEETS, date(2026, 1, 1), conclusion=ended)
    assert steps() == [f"{TABLE}?{choice(second, first)}"]
    third = opened(linde, SHEETS, date(2026, 6, 1))
    assert steps() == [reverse("session", args=[third.pk])]


def test_search_is_folded_until_it_narrows_or_there_is_more_than_a_page(client, fien):
    many(team(fien, "Samenwerking"), 12)

    def search(address: str) -> tuple[str, bool]:
        [fold] = page_of(client.get(address)).main.folded()
        return fold.summary, fold.is_open

    assert search(CHOOSE) == ("Zoek in 12 sessies", False)
    assert search(f"{CHOOSE}?partner=niemand") == ("Zoek sessies", True)
    for number in range(20):
        many(team(fien, f"Samenwerking {number:02}"), 1)
    assert search(CHOOSE) == ("Zoek in 32 sessies", True)


def test_who_is_not_signed_in_is_sent_to_do_so_and_comes_back(linde):
    session = opened(linde, SHEETS)
    for address in (CHOOSE, TABLE):
        page = Client().get(f"{address}?{choice(session)}")
        assert (page.status_code, page.url.split("?")[0]) == (302, reverse("account_login"))


def test_colleague_with_access_sees_the_same_address_and_others_do_not(client, linde):
    session = opened(linde, SHEETS)
    colleague, stranger = make_account("griet@example.org"), make_account("omar@example.org")
    Membership.objects.create(collaboration=linde, user=colleague, role=Role.FACILITATOR)
    address = f"{TABLE}?{choice(session)}"
    assert [browser(user).get(address).status_code for user in (colleague, stranger)] == [200, 404]
