"""Done without a single answer: asked first, of everybody who fills in, and said where a round goes on without any."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from reflectie.domain.setup import Mode
from reflectie.models import MadePdf, Membership, Response, Session
from reflectie.services.sessions import rounds
from tests.helpers.factories import HTMX, browser, fill_in, make_reflection, make_round, text_of

pytestmark = pytest.mark.django_db

ASKED = "Je beantwoordde nog geen enkele vraag"


def open_sheet(mode: Mode) -> tuple[Client, str]:
    """A browser with an empty sheet open, and its address."""
    client = Client()
    if mode is Mode.ALONE:
        return client, make_reflection().fill_url
    session = make_round(mode)
    client.post(reverse("join", args=[session.join_token]))
    return client, reverse("join-fill", args=[session.join_token])


def posted(client: Client, url: str, **more: str) -> dict[str, str]:
    page = client.get(url).text
    mark = page.split('name="keep-as" value="')[1].split('"')[0]
    return {"keep-as": mark, "finish": "1", **more}


MODES = [Mode.ALONE, Mode.TOGETHER, Mode.ANONYMOUS, Mode.NAMED]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize("mode", MODES)
def test_done_without_an_answer_is_asked_first(mode, headers):
    client, url = open_sheet(mode)
    note = {"goal-shared-note": "Alleen een notitie", "seen-goal-shared-note": "0"}

    answer = client.post(url, posted(client, url, **note), headers=headers)

    to = answer["HX-Redirect"] if headers else answer["Location"]
    assert (answer.status_code, to) == (200 if headers else 303, f"{url}?leeg")
    assert Response.objects.filter(finished=True).count() == 0
    page = client.get(to)
    assert (page.status_code, ASKED in page.text, "Terug naar de vragen" in page.text) == (200, True, True)
    assert ("alle 15 vragen" in text_of(page)) is (mode in (Mode.ALONE, Mode.TOGETHER))
    assert ("telt je blad niet mee" in text_of(page)) is mode.is_round
    # What was typed is saved; only being done is asked.
    assert "Alleen een notitie" in client.get(url).text


@pytest.mark.parametrize("mode", MODES)
def test_whoever_is_sure_is_done(mode):
    client, url = open_sheet(mode)
    client.post(url, posted(client, url))

    sure = client.post(url, posted(client, url, toch="1"))

    assert sure.status_code == 303
    assert Response.objects.filter(finished=True).count() == 1
    assert not MadePdf.objects.exists()
    # Asked no more.
    assert ASKED not in client.get(f"{url}?leeg", follow=True).text


@pytest.mark.parametrize("mode", MODES)
def test_one_answer_is_enough_and_the_question_is_no_page_of_its_own(mode):
    client, url = open_sheet(mode)
    given = {"goal-shared": "dont-know", "seen-goal-shared": "0"}
    name = {"participant": "Noor", "seen-participant": "0"} if mode is Mode.NAMED else {}

    done = client.post(url, posted(client, url, **given, **name))

    assert (done.status_code, "leeg" in done["Location"]) == (303, False)
    assert Response.objects.filter(finished=True).count() == 1
    assert ASKED not in client.get(f"{url}?leeg", follow=True).text


def coordinator_of(session: Session) -> Client:
    return browser(Membership.objects.get(collaboration=session.collaboration).user)


@pytest.mark.parametrize("mode", [Mode.TOGETHER, Mode.NAMED, Mode.ANONYMOUS])
def test_closing_without_an_answer_says_so_first(mode):
    session = make_round(mode)
    fill_in(session, {"goal-shared-note": "Alleen een notitie"}, finish=True)
    client = coordinator_of(session)

    page = text_of(client.get(reverse("session-close", args=[session.pk])))

    says = {
        Mode.TOGETHER: "Er is nog niets ingevuld.",
        Mode.NAMED: "Nog niemand beantwoordde een vraag. Sluit je nu, dan heeft het verslag geen antwoorden.",
        Mode.ANONYMOUS: "Te weinig antwoorden om anoniem te blijven",
    }
    assert says[mode] in page
    fill_in(session, {"goal-shared": "helping"})
    assert "Nog niemand beantwoordde" not in text_of(client.get(reverse("session-close", args=[session.pk])))


def test_opening_a_report_without_an_answer_says_so_first():
    session = make_round(Mode.NAMED)
    fill_in(session, {"goal-shared-note": "Alleen een notitie", "participant": "Noor"}, finish=True)
    rounds.close_round(session)

    page = text_of(coordinator_of(session).get(reverse("session-open", args=[session.pk])))

    assert "Er zijn geen antwoorden in te zien." in page
    assert "0 antwoordbladen" not in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [True, False])
def test_press_on_the_last_button_without_an_answer(browser: Browser, site, javascript):
    reflection = make_reflection()
    context = browser.new_context(java_script_enabled=javascript, locale="nl-BE")
    page = context.new_page()
    page.goto(site + reflection.fill_url)
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    expect(page.get_by_role("heading", name=ASKED)).to_be_visible()
    page.get_by_role("link", name="Terug naar de vragen").click()
    expect(page.get_by_role("heading", name="Waarom loopt onze samenwerking structureel stroef?")).to_be_visible()
    page.get_by_role("button", name="Bekijk het verslag").first.click()
    page.get_by_role("button", name="Toch een leeg verslag").click()
    page.wait_for_url("**/rapport/**")
    context.close()
    assert reflection.response.finished
