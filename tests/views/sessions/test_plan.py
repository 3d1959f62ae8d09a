"""The planning page: what it shows, what it makes, and what can still change once somebody answered."""

from datetime import timedelta

import pytest

from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Role, Session
from reflectie.services import clock
from reflectie.services.questionnaire import plans
from reflectie.services.sessions import rounds
from tests.helpers.factories import fill_in, make_account, make_round
from tests.helpers.markup import markup_of
from tests.helpers.page import page_of
from tests.helpers.session_pages import ANSWER, at, put
from tests.helpers.watch import PHONE

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(collaboration):
    """An open anonymous round."""
    return make_round(collaboration=collaboration)


def plan_fields(**fields):
    return {"planned_on": clock.today().isoformat(), "mode": "anonymous", "expected": "6", "grouping": "none"} | fields


def test_plan_makes_a_session_and_leads_to_it(collaboration, coordinator):
    url = f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/"
    response = coordinator.post(url, plan_fields(questions=list(OPTIONAL)))

    session = Session.objects.get()
    assert (response.status_code, response["Location"]) == (303, at(session))
    assert plans.plan_of(session) == plans.Plan(clock.today(), Mode.ANONYMOUS, OPTIONAL, expected=6)


def test_plan_sent_twice_makes_one_session(collaboration, coordinator):
    url = f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/"
    key = page_of(coordinator.get(url)).value("key")
    places = {coordinator.post(url, plan_fields(key=key))["Location"] for _ in range(2)}

    assert places == {at(Session.objects.get())}


def test_plan_for_two_anonymously_advises_and_loses_nothing(collaboration, coordinator):
    url = f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/"
    fields = plan_fields(expected="2", paper_by="Mieke", questions=["first"])
    response = coordinator.post(url, fields)

    page = page_of(response)
    assert response.status_code == 422
    assert "Met twee mensen weet ieder wat de ander zei." in page.words
    assert not page.field("Toch anoniem").is_checked
    assert page.field("Wie typt de formulieren op papier over?").value == "Mieke"
    assert page.sent()["questions"] == ["first"]
    assert coordinator.post(url, fields | {"anyway": "on"}).status_code == 303


def test_plan_fresh_page_has_no_advice_and_shows_everything_without_javascript(collaboration, coordinator):
    response = coordinator.get(f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/")
    page = page_of(response)

    assert "anyway" not in page.names()
    assert "We hebben je keuzes van de vorige keer ingevuld." not in page.words
    assert {"level-board", "partner-1"} <= page.names()
    assert " hidden" not in markup_of(response).partition("<main")[2]
    assert page.part("Hoe vullen jullie in?").choices() != []
    assert page.part("Hoe vullen jullie in?").chosen() == []


def test_plan_says_when_there_is_no_facilitator_to_prepare(collaboration, coordinator):
    url = f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/"
    missing = "Deze samenwerking heeft nog geen begeleider."

    assert missing in markup_of(coordinator.get(url))
    collaboration.memberships.create(user=make_account("bert@example.org"), role=Role.FACILITATOR)
    assert missing not in markup_of(coordinator.get(url))


def test_plan_begins_as_the_last_time(session, collaboration, coordinator):
    page = page_of(coordinator.get(f"/samenwerkingen/{collaboration.pk}/sessies/nieuw/"))

    assert "We hebben je keuzes van de vorige keer ingevuld." in page.words
    assert page.sent()["mode"] == ["anonymous"]
    assert page.field("Dag van de sessie").value == clock.today().isoformat()


# --- changing


def test_edit_before_an_answer_changes_everything(session, coordinator):
    response = coordinator.post(at(session, "wijzigen/"), plan_fields(mode="named", questions=["first"], expected="2"))

    assert response.status_code == 303
    assert plans.plan_of(Session.objects.get()) == plans.Plan(clock.today(), Mode.NAMED, ("first",), expected=2)


def test_edit_after_an_answer_shows_what_is_fixed_and_why(session, coordinator):
    fill_in(session, ANSWER)
    page = markup_of(coordinator.get(at(session, "wijzigen/")))

    assert "Er zijn al antwoorden. Wie antwoordde, las vooraf hoe het gaat." in page
    assert "Ieder voor zich, anoniem" in page
    assert [name for name in ("mode", "questions", "grouping", "paper_by") if f'name="{name}"' in page] == []
    assert coordinator.post(at(session, "wijzigen/"), plan_fields(expected="9")).status_code == 303
    assert plans.plan_of(Session.objects.get()).expected == 9


def test_edit_overtaken_by_the_first_answer_keeps_what_was_typed(session, coordinator, monkeypatch):
    begun = rounds.BegunError()

    def change(*_args):
        raise begun

    monkeypatch.setattr("reflectie.views.sessions.sessions.change_plan", change)
    later = clock.today() + timedelta(5)
    response = coordinator.post(
        at(session, "wijzigen/"), plan_fields(mode="named", expected="8", closes_on=later.isoformat())
    )

    assert response.status_code == 409
    assert "Intussen kwam het eerste antwoord binnen" in markup_of(response)
    assert 'name="expected" value="8"' in markup_of(response)
    assert f'name="closes_on" value="{later.isoformat()}"' in markup_of(response)


def test_edit_of_a_closed_session_says_that_it_moved_on(session, coordinator):
    put(session, "closed")

    response = coordinator.post(at(session, "wijzigen/"), plan_fields())
    assert response.status_code == 409
    assert "De sessie is nu gesloten." in markup_of(response)


# --- in a browser


@pytest.fixture
def plan_page(live_server, browser, collaboration, coordinator):
    """The planning page, signed in; with JavaScript or without."""

    def open_page(*, javascript):
        context = browser.new_context(viewport=PHONE, java_script_enabled=javascript)
        cookie = {"name": "sessionid", "value": coordinator.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{live_server.url}/samenwerkingen/{collaboration.pk}/sessies/nieuw/")
        return page

    return open_page


PARTS = ["expected", "grouping", "partner-0", "level-board", "closes_on", "questions"]


def seen(page):
    return [name for name in PARTS if page.locator(f'[name="{name}"]').first.is_visible()]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_plan_shows_what_applies_to_what_is_chosen(plan_page):
    page = plan_page(javascript=True)
    assert seen(page) == ["questions"]
    page.check('[name="mode"][value="named"]')
    assert seen(page) == ["expected", "grouping", "closes_on", "questions"]
    page.check('[name="grouping"][value="partner"]')
    assert seen(page) == ["grouping", "partner-0", "closes_on", "questions"]
    page.check('[name="grouping"][value="level"]')
    assert seen(page) == ["grouping", "level-board", "closes_on", "questions"]
    page.check('[name="mode"][value="together"]')
    assert seen(page) == ["questions"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_plan_without_javascript_shows_everything_and_plans(plan_page):
    page = plan_page(javascript=False)
    assert seen(page) == PARTS
    page.check('[name="mode"][value="anonymous"]')
    page.fill('[name="expected"]', "5")
    page.click("text=Plan de sessie")

    session = Session.objects.get()
    assert page.url.endswith(at(session))
    assert plans.plan_of(session) == plans.Plan(clock.today(), Mode.ANONYMOUS, OPTIONAL, expected=5)
