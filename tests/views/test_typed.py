"""What somebody typed survives signing out, an old form token and a busy database: in every form there is."""

from html.parser import HTMLParser
from itertools import product
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils.html import escape

from reflectie.models import Session
from reflectie.services import clock, tokens
from reflectie.services.report.polls import open_poll
from reflectie.web import errors
from tests.helpers.factories import make_round
from tests.helpers.participants import begin, give, url
from tests.helpers.permission_table import STAGES, TABLE, World, by_stage, parameters, undone

pytestmark = pytest.mark.django_db

OWN = {"Origin": "http://testserver"}
TYPED = {"text", "email", "number", "date", "search", "url", "tel", "radio", "checkbox", "file"}
PEOPLE = ("coordinator", "stranger", "participant")
# What an address of a file has in it.
MADE = {"kind", "wanted", "name"}
# Forms in which people type that no page may hold ready to be sent again, with the reason.
NOT_KEPT = {
    "collaboration-erase": "its name is typed to be sure; whoever erases says so anew",
    "account_close": "typed to be sure",
    "account_login": "a password",
    "account_signup": "asked of strangers: whoever signed out meanwhile wasn't there",
    "account_set_password": "a password",
    "account_reset_password": "asked of strangers",
    "account_request_login_code": "asked of strangers",
    "account_reauthenticate_code": "a code",
    "account_email": "allauth's own, and asks again who one is",
    "mfa_activate_totp": "a code",
    "mfa_generate_recovery_codes": "no more than a tick to be sure",
    "join-code": "a code",
    "join-continue": "a code: another site could have somebody go on in its own sheet by one press on a page of ours",
}


class Forms(HTMLParser):
    """The forms of a page that are posted and in which something is typed or chosen: where each is sent."""

    def __init__(self, page: str, url: str) -> None:
        super().__init__()
        self.url, self.action, self.typed = url, "", set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = (given.get("action") or self.url) if given.get("method") == "post" else ""
        is_field = tag in {"textarea", "select"} or (tag == "input" and given.get("type", "text") in TYPED)
        if self.action and is_field and "readonly" not in given:
            self.typed.add(self.action.split("#")[0] or self.url)

    def handle_endtag(self, tag: str) -> None:
        self.action = "" if tag == "form" else self.action


def typed_in(worlds: dict[str, World]) -> set[str]:
    """The routes to which some page, at some stage, has somebody send what they typed."""
    found = set()
    for stage, world in worlds.items():
        routes = [route for route in TABLE if stage == "open" or len(by_stage(route)) > 1]
        routes = [route for route in routes if "pdf" not in route and not MADE & set(parameters(route))]
        for route, who in product(routes, PEOPLE if stage == "open" else ("coordinator",)):
            url = world.address(route)
            with undone():
                page = world.browser(who).get(url)
            if page.status_code == 200 and not page.streaming and "html" in page["Content-Type"]:
                found |= {resolve(address.split("?")[0]).url_name for address in Forms(page.text, url).typed}
    return found


def marked() -> set[str]:
    found = set()
    for route in TABLE:
        values = {name: KNOWN[name] for name in parameters(route)}
        if hasattr(resolve(reverse(route, kwargs=values)).func, "keeps_typed"):
            found.add(route)
    return found


KNOWN = {
    "pk": "9b2f1a52-94a0-4b8f-8c7e-6d0a3f1b2c4d",
    "key": "9b2f1a52-94a0-4b8f-8c7e-6d0a3f1b2c4d",
    "token": tokens.new_token(),
    "wanted": "csv",
    "kind": "samenvatting",
    "name": "draaikolk",
}


def test_every_form_in_which_people_type_is_marked_or_says_why_not(worlds):
    # A round with too few answers offers to stay open until a day.
    few = make_round(collaboration=worlds["open"].collaboration, closes_on=clock.today())
    to_close = reverse("session-close", args=[few.pk])
    close = worlds["open"].browser("coordinator").get(to_close).text

    # Whoever is done in a round may leave an address.
    mine = make_round()
    someone = begin(mine)
    give(someone, mine, {"goal-shared": "helping"}, finish=True)
    done = url("join", mine)

    # And whoever is asked by phone says where they stand.
    talking = worlds["discussion"]
    with undone():
        open_poll(talking.session, "stop", uuid4())
        to_vote = talking.address("poll-vote")
        vote = talking.browser("stranger").get(to_vote).text
    # And a team without an account types what it counted of hands.
    by_hands = f"{talking.address('team-polls')}?over=repair"
    counting = talking.browser("stranger").get(by_hands).text
    shown = [(close, to_close), (someone.get(done).text, done), (vote, to_vote), (counting, by_hands)]

    found = typed_in(worlds) | {resolve(typed).url_name for page, seen in shown for typed in Forms(page, seen).typed}

    assert found >= {"collaboration-new", "members", "session-invite", "paper", "outcome", "join-fill", "account_name"}
    assert {route for route in found if route not in marked()} == found & set(NOT_KEPT)
    assert marked() <= found, "marked, and no page has a form for it"


POSTED = {
    "members": {"email": "nieuw@example.org", "role": "facilitator", "action": "invite"},
    "session-invite": {"addresses": "a@example.org, b@example.org"},
    "polls": {"step": "hands", "over": "repair", "behind": "4"},
    "session-close": {"closes_on": "2026-12-24", "keep": "1"},
}


# Forms of whoever knows their address: there nobody is signed out.
OF_ANYBODY = {
    *("start", "fill", "join-fill", "join-mail", "poll-vote"),
    *("team-outcome", "team-agreements", "team-agreement", "team-parked", "team-polls", "team-talk"),
}


@pytest.mark.parametrize("route", sorted(marked() - OF_ANYBODY))
def test_what_was_typed_is_offered_again_to_whoever_is_signed_out(worlds, route):
    talks = {"outcome", "agreements", "agreement", "polls", "parked", "lessons", "lesson"}
    stage = "discussion" if route in talks else "open"
    posted = POSTED.get(route, {"what": "We bellen <elke> week"})
    address = worlds[stage].address(route).split("?")[0]

    page = Client().post(address, posted, headers=OWN)

    assert (page.status_code, "Je bent intussen afgemeld." in page.text) == (403, True)
    for name, value in posted.items():
        assert f'name="{name}" value="{escape(value)}">' in page.text


@pytest.mark.parametrize(
    ("route", "posted"),
    [
        ("members", {"action": "withdraw", "invitation": "1"}),
        ("session-close", {"without": "1"}),
        ("session-invite", {"remind": "1"}),
        ("session-erase", {"x": "1"}),
        ("collaboration-erase", {"typed": "Samen in Tienen"}),
    ],
)
def test_a_press_without_anything_typed_is_asked_anew_after_signing_in(worlds, route, posted):
    page = Client().post(worlds["open"].address(route), posted, headers=OWN)

    assert (page.status_code, page["Location"].split("?")[0]) == (302, reverse("account_login"))


def test_each_stage_is_looked_at(worlds):
    assert tuple(worlds) == STAGES
    assert Session.objects.exists()


def test_an_address_that_leads_nowhere_keeps_nothing():
    request = RequestFactory().post("/nergens/", {"what": "x"}, headers=OWN)
    request.resolver_match = None
    assert errors.signed_out(request) is None
