"""Answers that wait for a connection, in every order of what may become of their sheet meanwhile.

What the pages promise, and what each order below is held to:

| became of the sheet | the page says | what waits |
| --- | --- | --- |
| nothing | it stays on this device, and goes along once there is a connection | is sent |
| link renewed | it stays on this device, and goes along once you open the new link | is sent under the new link |
| closed, folded, planned otherwise | not saved; it stands on this page alone: copy it | is shown, all of it, once |
| erased, withdrawn, handed on | nothing of it is left on this device | is nowhere: no storage, page, tab or way back |

A stronger one wins: what was erased, withdrawn or handed on is gone, whatever comes before or after. One limit: whether
somebody withdrew on another device is something that nobody knows once the round is closed; then it is shown, once, to
whoever typed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from reflectie.domain.setup import Mode
from reflectie.models import Answer, Response, Session
from reflectie.services import clock, erasure
from reflectie.services.questionnaire import plans
from reflectie.services.sessions import aggregation, rounds
from tests.helpers.browser_steps import WHOLE
from tests.helpers.factories import CONCLUSION, Reflection, fill_in, make_reflection, make_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTES = {"goal-shared": "Samen eten helpt", "form-intensity": "We zien elkaar te weinig"}

SENT, SHOWN, NOWHERE = "sent", "shown", "nowhere"
COMES_TO = {
    "renewed": SENT,
    "closed": SHOWN,
    "folded": SHOWN,
    "replanned": SHOWN,
    "erased": NOWHERE,
    "withdrawn here": NOWHERE,
    "withdrawn elsewhere": NOWHERE,
    "handed on": NOWHERE,
    "erased here": NOWHERE,
}
STRENGTH = [SENT, SHOWN, NOWHERE]
ENDS = {"erased", "erased here"}
CLOSED = {"closed", "folded"}
EVENTS = {
    Mode.ANONYMOUS: [event for event in COMES_TO if event != "erased here"],
    Mode.TOGETHER: ["renewed", "closed", "folded", "erased"],
    Mode.ALONE: ["erased", "erased here"],
}


def may_follow(before: str, after: str) -> bool:
    if before in ENDS or (before in CLOSED and after != "erased"):
        return False
    # Whoever was handed this device, or withdrew on it, has no code here to withdraw with.
    if after == "withdrawn here" and before in ("handed on", "withdrawn here"):
        return False
    # A plan may only change before there is an answer, and only who has answers can withdraw them.
    return "replanned" not in (before, after) or not any("withdrawn" in event for event in (before, after))


@dataclass
class Order:
    mode: Mode
    events: tuple[str, ...]
    # On the page that stood open, or by opening the link that people have by then.
    stays: bool
    # Whether an answer was saved before the connection went.
    begun: bool = field(init=False)

    def __post_init__(self) -> None:
        self.begun = "replanned" not in self.events

    @property
    def end(self) -> str:
        if self.events[:1] == ("withdrawn elsewhere",) and CLOSED & set(self.events):
            return SHOWN
        return max((COMES_TO[event] for event in self.events), key=STRENGTH.index, default=SENT)

    def __str__(self) -> str:
        return "-".join([self.mode, *self.events, "stays" if self.stays else "comes back"]).replace(" ", "-")


def orders() -> Iterator[Order]:
    for mode, events in EVENTS.items():
        pairs = [pair for pair in permutations(events, 2) if may_follow(*pair)]
        for some in [(), *((event,) for event in events), *pairs]:
            for stays in (True, False):
                yield Order(mode, some, stays)


def close(session: Session, *, fold: bool) -> None:
    session = Session.objects.select_related("checklist").get(pk=session.pk)
    is_round = Mode(session.mode).is_round
    for _ in range(3 if is_round else 0):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
    rounds.close_round(session)
    if fold:
        if is_round:
            rounds.open_report(session)
        rounds.conclude(session, CONCLUSION)
        aggregation.aggregate_old_rounds(clock.today() + timedelta(days=3 * 366))


@dataclass
class Person:
    """Somebody with a browser, and the session in which they fill in."""

    order: Order
    context: BrowserContext
    site: str
    session: Session
    reflection: Reflection | None
    page: Page

    def link(self, name: str = "join") -> str:
        if self.reflection:
            return self.site + (self.reflection.erase_url if name == "erase" else self.reflection.fill_url)
        self.session = Session.objects.filter(pk=self.session.pk).first() or self.session
        return self.site + reverse(name, args=[self.session.join_token])

    def begin(self) -> None:
        self.page.goto(self.link())
        if not self.reflection:
            self.page.get_by_role("button", name="Begin").click()
            self.page.wait_for_url("**/invullen/")
        # In place of the page as it came, so that the back button goes where it went.
        self.page.evaluate("(whole) => location.replace(whole)", WHOLE)
        if self.order.begun:
            with self.page.expect_response(lambda response: response.request.method == "POST" and response.ok):
                self.page.check('input[name="context-personal"][value="helping"]')
            expect(self.page.locator("#saved")).to_contain_text("Bewaard om")

    def type_without_connection(self) -> None:
        self.page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
        self.page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        for item, note in NOTES.items():
            # The last one is still being typed.
            self.page.fill(f"#c-{item}-note", note)
        expect(self.page.locator("#saved")).to_contain_text("Geen verbinding.")

    def in_other_tab(self, name: str, *buttons: str) -> None:
        tab = self.context.new_page()
        tab.goto(self.link(name))
        for button in buttons:
            tab.get_by_role("button", name=button, exact=True).click()
            # Whoever would throw something away is asked to press twice; where nothing is left, once is enough.
            if name == "join-new" and not tab.locator(".new-person .trouble:visible").count():
                break
        expect(tab.locator("h1")).to_be_visible()
        tab.wait_for_load_state()
        if name == "join-new":
            expect(tab.get_by_role("button", name="Begin")).to_be_visible()

    def meet(self, event: str) -> None:
        match event:
            case "renewed":
                rounds.renew_link(self.session)
            case "closed" | "folded":
                close(self.session, fold=event == "folded")
            case "replanned":
                # Under another promise than was read.
                session = Session.objects.get(pk=self.session.pk)
                rounds.change_plan(session, replace(plans.plan_of(session), mode=Mode.NAMED))
            case "erased":
                erasure.erase_session(self.session.pk)
            case "erased here":
                self.in_other_tab("erase", "Ja, wis alles")
            case "withdrawn here":
                self.in_other_tab("join-withdraw", "Ja, wis mijn antwoorden")
            case "withdrawn elsewhere":
                Response.objects.filter(session=self.session, finished=False).delete()
            case "handed on":
                self.in_other_tab("join-new", "Nieuwe deelnemer op dit toestel", "Nieuwe deelnemer op dit toestel")

    def connect(self) -> None:
        if self.order.stays:
            self.page.unroute_all()
            self.page.evaluate("window.dispatchEvent(new Event('online'))")
            self.page.wait_for_timeout(400)
        else:
            self.page = self.context.new_page()
            self.go_on()

    def go_on(self) -> None:
        """By the link that people have by then."""
        self.page.goto(self.link())
        button = self.page.get_by_role("button", name="Ga verder", exact=True)
        if not self.reflection and button.count():
            button.click()
            self.page.wait_for_load_state()


def stored(page: Page) -> str:
    return page.evaluate("JSON.stringify(localStorage)")


def until(page: Page, holds) -> bool:
    return any(holds() or page.wait_for_timeout(100) for _ in range(60))


def in_sight(page: Page) -> str:
    """All that is on a page, in its fields too."""
    return page.evaluate(
        """() => [document.documentElement.outerHTML,
            ...[...document.querySelectorAll("input, textarea")].map((field) => field.value)].join("\\n")"""
    )


def saved() -> set[str]:
    return set(Answer.objects.exclude(note="").values_list("note", flat=True))


@pytest.fixture
def person(order: Order, context: BrowserContext, site: str) -> Person:
    reflection = make_reflection() if order.mode is Mode.ALONE else None
    session = reflection.response.session if reflection else make_round(order.mode)
    return Person(order, context, site, session, reflection, context.new_page())


# One of each of what it comes to, and the sheet that a participant took back.
FAST = ("renewed", "closed", "erased", "withdrawn here")


def mark(order: Order):
    """All orders take minutes together; a few, on the page that stands open, are looked at every time."""
    is_fast = order.mode is Mode.ANONYMOUS and order.stays and order.events in [(event,) for event in FAST]
    return pytest.param(order, id=str(order), marks=[] if is_fast else [pytest.mark.slow])


@pytest.mark.parametrize("order", [mark(order) for order in orders()])
def test_what_waits_is_sent_shown_or_nowhere_as_the_page_said(order: Order, person: Person):
    person.begin()
    person.type_without_connection()
    if not order.stays:
        person.page.close()
    for event in order.events:
        person.meet(event)
    person.connect()
    {SENT: is_sent, SHOWN: is_shown, NOWHERE: is_nowhere}[order.end](person)


def is_sent(person: Person) -> None:
    page = person.page
    if "renewed" in person.order.events and person.order.stays:
        expect(page.get_by_role("heading", name="Deze link is vernieuwd")).to_be_visible()
        expect(page).to_have_title("Deze link is vernieuwd · Samenwerking")
        page.reload()
        expect(page.get_by_role("heading", name="Deze link is vernieuwd")).to_be_visible()
        person.go_on()
    assert until(page, lambda: saved() == set(NOTES.values()))
    assert until(page, lambda: stored(page) == "{}")
    page.reload()
    for item, note in NOTES.items():
        expect(page.locator(f"#c-{item}-note")).to_have_value(note)


def is_shown(person: Person) -> None:
    page = person.page
    if "renewed" in person.order.events and not CLOSED & set(person.order.events) and person.order.stays:
        person.go_on()
    if not person.order.stays and CLOSED & set(person.order.events):
        page.get_by_role("link", name="Bekijk het").click()
    for note in NOTES.values():
        expect(page.get_by_role("definition").get_by_text(note)).to_be_visible()
    assert until(page, lambda: stored(page) == "{}")
    assert not saved() & set(NOTES.values())
    # Once: whoever comes next on this device sees none of it.
    person.go_on()
    assert not [note for note in NOTES.values() if note in in_sight(page)]


def is_nowhere(person: Person) -> None:
    page = person.page
    # Already, before anybody opens another page.
    for note in NOTES.values():
        assert until(page, lambda note=note: note not in in_sight(page))
    person.go_on()
    assert until(page, lambda: stored(page) == "{}"), stored(page)
    if "handed on" in person.order.events and page.get_by_role("button", name="Begin").count():
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/invullen/")
    for _ in range(3):
        for tab in person.context.pages:
            assert not [note for note in NOTES.values() if note in in_sight(tab)]
        page.go_back()
    # A timer that was set before may not bring it back.
    page.goto(person.site)
    page.wait_for_timeout(300)
    assert stored(page) == "{}"
    assert not saved() & set(NOTES.values())
