"""The wall and who follows it in a browser: a step reaches both by itself, nothing is announced twice, a connection
that was gone comes back, and the keys of the wall reach the remote."""

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from reflectie.domain.meeting import talk as steps
from reflectie.domain.meeting.talk import Talk
from reflectie.models import Session
from reflectie.services.meeting import talks
from reflectie.services.sessions.rounds import undo_conclusion
from tests.helpers.agreed import conclude
from tests.helpers.rounds import discussed_round, make_collaboration
from tests.helpers.watch import PHONE, Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY = "coordination-equality"
SHEETS = [
    {KEY: value, "goal-shared": "helping", "goal-sentence": "Iedereen krijgt binnen een week antwoord."}
    for value in ("hindering", "hindering", "helping")
]
# What a change takes at most on a machine that does other things too.
SOON = 4000
OFFLINE = "Geen verbinding. Dit scherm komt vanzelf terug."


@pytest.fixture
def session(content) -> Session:
    found = discussed_round(make_collaboration(), SHEETS)
    talks.start_talk(found, 60)
    talks.change_talk(found, lambda talk: steps.add_item(talk, KEY))
    return found


def change(session: Session, step: Callable[[Talk], Talk]) -> None:
    talks.change_talk(session, step)


def to(session: Session, place: str) -> None:
    change(session, lambda talk: steps.go_to(talk, place, timezone.now()))


def open_wall(page: Page, session: Session, query: str = "") -> None:
    page.goto(reverse("wall", args=[talks.wall_token(session)]) + query)


def follow(page: Page, session: Session) -> None:
    page.goto(reverse("join-talk", args=[session.join_token]))


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(rf"^\s*{name}\s*$"), timeout=SOON)


def heading_within_a_minute(page: Page, name: str) -> None:
    """In leaps of the page's own clock: an answer may be on its way when one begins, and the next wait begins later."""
    for _ in range(2):
        page.clock.fast_forward(30_000)
        with suppress(AssertionError):
            return heading(page, name)
    return heading(page, name)


def test_step_reaches_wall_and_phones_by_itself_and_is_announced_once(watch: Watch, session: Session) -> None:
    wall, phone = watch.open(), watch.open()
    open_wall(wall, session)
    follow(phone, session)
    announced = wall.locator("[data-talk-announce]")
    heading(wall, "Welkom, en hoe we praten")
    expect(announced).to_be_empty()
    # Each time that it says something else.
    announced.evaluate(
        """(it) => { window.said = [];
        new MutationObserver(() => said.push(it.textContent)).observe(it, {childList: true}); }"""
    )
    to(session, KEY)
    for page in (wall, phone):
        heading(page, "Gelijkwaardigheid")
        expect(page.locator(".spread")).to_have_count(0)
    change(session, lambda talk: steps.reveal(talk, KEY))
    for page in (wall, phone):
        expect(page.get_by_text("1 van 3 ziet het anders")).to_be_visible(timeout=SOON)
    assert wall.evaluate("said") == ["Gelijkwaardigheid"]
    conclude(session)
    heading(wall, "Dit gesprek is afgerond")
    expect(phone.get_by_role("link", name="Lees wat jullie zeiden")).to_be_visible(timeout=SOON)
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))
    wall.wait_for_timeout(1500)
    assert asked == []


def test_wall_and_phone_come_back_by_themselves_once_the_conclusion_is_taken_back(watch: Watch, session) -> None:
    """Also one that was opened after it ended; none of them asks often meanwhile."""
    wall, phone, late = watch.open(), watch.open(), watch.open()
    for page in (wall, phone, late):
        page.clock.install()
    open_wall(wall, session)
    follow(phone, session)
    heading(wall, "Welkom, en hoe we praten")
    concluded = conclude(session)
    for page in (wall, phone):
        page.clock.fast_forward(2000)
    heading(wall, "Dit gesprek is afgerond")
    heading(phone, "Het gesprek is afgerond")
    open_wall(late, session)
    heading(late, "Dit gesprek is afgerond")
    undo_conclusion(concluded)
    for page in (wall, phone, late):
        heading_within_a_minute(page, "Welkom, en hoe we praten")


def test_phone_comes_alive_when_a_talk_begins(watch: Watch, content) -> None:
    session = discussed_round(make_collaboration(), SHEETS)
    phone = watch.open()
    follow(phone, session)
    heading(phone, "Er is nu geen gesprek om te volgen")
    talks.start_talk(session, 60)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Welkom, en hoe we praten", timeout=8000)


def test_connection_that_is_gone_is_said_and_comes_back_by_itself(watch: Watch, session: Session) -> None:
    wall = watch.open()
    open_wall(wall, session)
    line = wall.get_by_text(OFFLINE)
    expect(line).to_be_hidden()
    wall.route("**/stand/**", lambda route: route.abort())
    expect(line).to_be_visible(timeout=8000)
    to(session, KEY)
    wall.unroute("**/stand/**")
    heading(wall, "Gelijkwaardigheid")
    expect(line).to_be_hidden()
    # What the browser says of every request that failed.
    assert watch.errors
    watch.errors[:] = [error for error in watch.errors if "ERR_FAILED" not in error and "htmx:" not in error]


def test_wall_keeps_the_screen_awake_and_hands_its_keys_on(watch: Watch, session: Session) -> None:
    wall = watch.open()
    wall.add_init_script(
        "window.woken = 0; navigator.wakeLock.request = async () => { window.woken += 1; return {}; };"
    )
    open_wall(wall, session)
    wall.wait_for_function("window.woken === 1")
    wall.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wall.wait_for_function("window.woken === 2")
    remote = wall.context.new_page()
    follow(remote, session)
    remote.evaluate(
        """(token) => { window.heard = [];
        new BroadcastChannel(`gesprek-${token}`).onmessage = (event) => heard.push(event.data); }""",
        talks.wall_token(session),
    )
    wall.bring_to_front()
    for key in ("ArrowRight", "PageDown", "ArrowLeft", "PageUp", "ArrowDown", "Control+ArrowRight"):
        wall.keyboard.press(key)
    remote.wait_for_function("window.heard.length === 4")
    assert remote.evaluate("heard.map((message) => message.step)") == ["next", "next", "previous", "previous"]
    assert talks.load_talk(session).place == "welcome"  # type: ignore[union-attr]


def test_clock_goes_by_the_servers_time(watch: Watch, session: Session) -> None:
    wall = watch.open()
    # A machine whose clock is an hour fast.
    wall.add_init_script("const now = Date.now; Date.now = () => now() + 3_600_000;")
    open_wall(wall, session)
    wall.wait_for_timeout(2500)
    expect(wall.locator("[data-until]")).to_have_text("Nog 5 minuten")
    wall.evaluate("document.querySelector('[data-until]').dataset.until -= 9999")
    expect(wall.locator("[data-until]")).to_have_text("De tijd voor dit deel is om.", timeout=SOON)


def test_without_javascript_it_loads_itself_again(watch: Watch, session: Session) -> None:
    for opened in (open_wall, follow):
        page = watch.open(javascript=False)
        opened(page, session)
        expect(page.get_by_text("Deze pagina laadt elke 10 seconden opnieuw.")).to_be_visible()
        # The browser that tests drive runs no script, and reads a page as one that does.
        assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page.content()


@pytest.mark.parametrize("query", ["", "?licht"])
def test_wall_is_readable_whatever_it_is_shown_on(watch: Watch, session: Session, query: str) -> None:
    wall = watch.open()
    for place in ("welcome", "need", KEY, "decision"):
        to(session, place)
        change(session, lambda talk, place=place: steps.reveal(talk, place))
        for width, height in ((360, 740), (1024, 768), (1920, 1080)):
            wall.set_viewport_size({"width": width, "height": height})
            open_wall(wall, session, query)
            results = Axe().run(wall)
            assert results.violations_count == 0, results.generate_snapshot()
            assert wall.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if width > PHONE["width"]:
                assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
                assert wall.evaluate("parseFloat(getComputedStyle(document.querySelector('.talk-ask')).fontSize)") > 24
    wall.emulate_media(forced_colors="active")
    expect(wall.get_by_role("heading", level=1)).to_be_visible()


def test_phone_is_readable_at_320_pixels(watch: Watch, session: Session) -> None:
    phone = watch.open()
    phone.set_viewport_size({"width": 320, "height": 640})
    to(session, KEY)
    change(session, lambda talk: steps.reveal(talk, KEY))
    follow(phone, session)
    results = Axe().run(phone)
    assert results.violations_count == 0, results.generate_snapshot()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_is_swapped_while_somebody_types(watch: Watch, session: Session) -> None:
    phone = watch.open()
    follow(phone, session)
    heading(phone, "Welkom, en hoe we praten")
    phone.evaluate("document.querySelector('[data-talk-live]').insertAdjacentHTML('beforebegin', '<textarea>')")
    phone.locator("textarea").focus()
    # What was asked for just before.
    phone.wait_for_timeout(1200)
    to(session, KEY)
    phone.wait_for_timeout(2000)
    heading(phone, "Welkom, en hoe we praten")
    phone.locator("textarea").blur()
    heading(phone, "Gelijkwaardigheid")


ASKED = """() => performance.getEntriesByType("resource").filter((it) => it.name.includes("/stand/"))
    .map((it) => [it.startTime, it.responseEnd])"""


def test_wall_asks_one_thing_at_a_time_and_nothing_while_nobody_looks(watch: Watch, session: Session) -> None:
    wall = watch.open()
    wall.add_init_script("window.away = false; Object.defineProperty(document, 'hidden', {get: () => window.away});")
    open_wall(wall, session)
    wall.wait_for_timeout(4500)
    asked = wall.evaluate(ASKED)
    assert len(asked) >= 3
    assert all(begin - end > 850 for (_, end), (begin, _) in pairwise(asked))

    wall.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")
    wall.wait_for_timeout(500)
    before = len(wall.evaluate(ASKED))
    wall.wait_for_timeout(2500)
    assert len(wall.evaluate(ASKED)) == before
    to(session, KEY)
    wall.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    heading(wall, "Gelijkwaardigheid")


def test_wall_whose_other_script_did_not_arrive_loads_itself_again(watch: Watch, session: Session) -> None:
    wall = watch.open()
    wall.clock.install()
    wall.route(re.compile(r"/htmx[^/]*\.js$"), lambda route: route.fulfill(body="", content_type="text/javascript"))
    open_wall(wall, session)
    expect(wall.get_by_text("Deze pagina laadt elke 10 seconden opnieuw.")).to_be_visible()
    to(session, KEY)
    wall.clock.fast_forward(11_000)
    heading(wall, "Gelijkwaardigheid")
