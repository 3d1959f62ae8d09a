"""Who may: every address, by person and, where that matters, by stage. A route that isn't in the table fails."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reflectie.pdf import documents
from reflectie.services.tokens import new_token
from tests.helpers.permission_table import (
    ABSENT,
    ABSENT_READ,
    INSIDE,
    LINKS,
    OUTSIDE,
    SIGN_IN,
    TABLE,
    by_stage,
    parameters,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_pdfs(monkeypatch):
    monkeypatch.setattr(documents, "report_pdf", lambda *_: b"%PDF-")
    monkeypatch.setattr(documents, "example_pdf", lambda *_: b"%PDF-")
    monkeypatch.setattr(documents.UncachedPdf, "make", lambda _form: b"%PDF-")


def named_routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Every route with a name, included ones too. The admin keeps its own in a namespace, and asks for itself."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name
        elif not pattern.namespace:
            yield from named_routes(pattern.url_patterns)


def test_every_route_is_in_the_table_with_everybody():
    routes = list(named_routes(get_resolver().url_patterns))

    assert len(routes) == len(set(routes))
    assert set(routes) == set(TABLE)
    for route in TABLE:
        for stage, people in by_stage(route).items():
            assert set(people) == {*OUTSIDE, *INSIDE}, (route, stage)


@pytest.mark.parametrize(("route", "stage"), [(route, stage) for route in TABLE for stage in by_stage(route)])
def test_route_by_person(worlds, route, stage):
    world = worlds[stage]
    url, posted = world.address(route), world.posted(route)

    def ask(how: Callable[[Client], HttpResponse]) -> int:
        with undone():
            return how(world.browser(who)).status_code

    found = {}
    for who in (*OUTSIDE, *INSIDE):
        found[who] = ask(lambda client: client.get(url)), ask(lambda client: client.post(url, posted))

    assert found == by_stage(route)[stage]


@pytest.mark.parametrize("route", [route for route in TABLE if "token" in parameters(route)])
def test_a_link_opens_only_what_it_is_for(worlds, route):
    # The day of the talk can be put in a calendar while it is to come.
    world = worlds["open" if route == "join-calendar" else "discussion"]
    found = {}
    for kind, token in world.tokens().items():
        client, url = world.browser("coordinator"), world.ask_for(route, token=token)
        with undone():
            found[kind] = client.get(url).status_code, client.post(url).status_code

    right = {kind: statuses for kind, statuses in found.items() if route in LINKS[kind]}
    wrong = {statuses for kind, statuses in found.items() if kind not in right}
    assert right
    assert all(404 not in statuses for statuses in right.values())
    assert wrong == {ABSENT_READ if 405 in next(iter(right.values())) else ABSENT}


@pytest.mark.parametrize("stage", ["open", "discussion"])
@pytest.mark.parametrize("who", [*OUTSIDE, *INSIDE])
def test_what_is_forbidden_looks_like_what_is_absent(worlds, who, stage):
    """Whoever tries out addresses doesn't learn from the answer whether there is something."""
    world = worlds[stage]

    def answer(how: str, route: str, pk: object) -> tuple[object, ...]:
        client = world.browser(who)
        with undone():
            response = getattr(client, how)(world.ask_for(route, pk=pk) + world.query(route), world.posted(route))
        told = [response.headers, response.cookies.output(), response.content.decode()]
        return response.status_code, *(str(part).replace(str(pk), "…") for part in told)

    alike = []
    for route in [route for route in TABLE if "pk" in parameters(route)]:
        statuses = by_stage(route).get(stage, by_stage(route)["open"])[who]
        for how, status in zip(("get", "post"), statuses, strict=True):
            absent = answer(how, route, uuid4())
            assert absent[0] in ((302,) if who in OUTSIDE else (404, 405))
            if status in (302, 404) and (who in OUTSIDE or status == 404):
                assert answer(how, route, world.pk(route)) == absent, (how, route)
                alike.append(route)
    # Whoever may do everything finds little or nothing forbidden.
    assert len(set(alike)) > 20 or who in INSIDE


@pytest.mark.parametrize(
    "route", [route for route in TABLE if by_stage(route)[next(iter(by_stage(route)))]["stranger"] == SIGN_IN]
)
def test_stranger_is_sent_to_sign_in_or_to_the_first_step_of_the_way(worlds, client, route):
    url = worlds["open"].ask_for(route, pk=uuid4(), token=new_token())
    for response in (client.get(url), client.post(url)):
        assert response["Location"].split("?")[0] in {
            *map(reverse, ["home", "account_login", "account_signup", "account_reset_password"])
        }


def test_admin_is_closed_to_strangers_and_members(worlds, client):
    response = client.get("/beheer/", follow=True)

    assert response.redirect_chain[-1][0] == "/account/aanmelden/?next=%2Fbeheer%2F"
    world = worlds["open"]
    for who in ("coordinator", "facilitator", "other"):
        assert world.browser(who).get("/beheer/", follow=True).status_code == 403
        assert world.browser(who).get("/beheer/reflectie/item/", follow=True).status_code == 403


def test_admin_is_open_to_staff_under_their_own_name(worlds):
    assert "beheer.open@example.org" in worlds["open"].browser("admin").get("/beheer/").content.decode()
