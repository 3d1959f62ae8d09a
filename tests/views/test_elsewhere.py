"""A window of an app that keeps no cookies, or hides where its forms come from: nothing is taken from it, and it says
why, with the link to open elsewhere and what was typed."""

import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reflectie.models import Collaboration, Invitation, Session
from reflectie.web.participant_cookie import cookie_name
from tests.helpers.factories import HTMX, make_round, text_of
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

NO_COOKIES = "Dit venster houdt geen cookies bij"
HIDDEN = "Dit venster verbergt waar je formulier vandaan komt"
OWN = {"Origin": "http://testserver"}
NULL = {"Origin": "null"}
SOME = {
    "token": "A" * 22,
    "pk": uuid.UUID(int=1),
    "key": uuid.UUID(int=2),
    "kind": "samenvatting",
    "name": "draaikolk",
    "wanted": "csv",
}


def every_address() -> Iterator[tuple[str, str]]:
    """Each address of the site, by its name. Administrators' pages are Django's."""

    def walk(patterns) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver) and not pattern.app_name:
                yield from walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield pattern.name

    for name in walk(get_resolver().url_patterns):
        _parts, wanted = get_resolver().reverse_dict[name][0][0]
        values = {part: SOME[part] for part in wanted}
        if name == "lesson" or (name == "outcome" and "key" in values):
            values["key"] = "goal-shared" if name == "outcome" else values["key"]
        yield name, reverse(name, kwargs=values)


def with_token(client: Client, url: str) -> str:
    """Look at a page; the form token that is in it."""
    return page_of(client.get(url)).main.value("csrfmiddlewaretoken")


@pytest.mark.parametrize(("headers", "told"), [(OWN, NO_COOKIES), (NULL, HIDDEN)], ids=["no cookies", "null"])
def test_every_form_says_what_is_the_matter_and_gives_the_link_to_open_elsewhere(headers, told):
    addresses = dict(every_address())
    assert {"start", "join", "fill", "account_login", "invitation", "collaboration-new", "outcome"} <= set(addresses)
    client = Client(enforce_csrf_checks=True)
    for name, address in addresses.items():
        page = client.post(address, {"name": "x"}, headers=headers)
        client.cookies.clear()

        assert page.status_code == 403, name
        assert page_of(page).headings(1) == [told], name
        assert f'value="http://testserver{address}" readonly' in page.content.decode(), name
        assert "te lang open" not in page.content.decode(), name
        assert "no-store" in page["Cache-Control"], name


@pytest.mark.parametrize("headers", [{}, {"Referer": "https://elders.example/"}], ids=["none", "another site"])
def test_https_without_a_word_on_where_it_came_from_is_told_so(headers):
    client = Client(enforce_csrf_checks=True)
    page = client.post("/start/", {"mode": "alone"}, headers=headers, secure=True)

    assert (page.status_code, HIDDEN in text_of(page)) == (403, True)


def test_a_form_that_really_got_too_old_is_told_so_as_before():
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("account_login"))

    page = client.post(reverse("account_login"), {"login": "an@example.org"}, headers=OWN)

    assert "Deze pagina stond te lang open" in text_of(page)


# What was typed


def test_a_sheet_shows_what_was_typed_without_cookies_and_may_be_sent_once_more(reflection):
    client = Client(enforce_csrf_checks=True)
    note = "Elke partner heeft <eigen> doelen."
    fields = {"goal-shared": "helping", "seen-goal-shared": "0", "goal-shared-note": note, "seen-goal-shared-note": "0"}

    page = client.post(reflection.fill_url, fields, headers=OWN)

    shown = page_of(page).part("Wat je net invulde").words
    assert "Gedeeld door alle partners" in shown
    assert "Elke partner heeft <eigen> doelen." in shown
    assert dict(reflection.values) == {}
    # It was a browser that had lost them: with the new one the same is taken.
    assert client.post(reflection.fill_url, page_of(page).main.sent()).status_code == 303
    assert (reflection.values["goal-shared"], reflection.values["goal-shared-note"]) == ("helping", note)


def test_a_sheet_shows_what_was_typed_behind_a_hidden_origin_and_is_never_taken(reflection):
    client = Client(enforce_csrf_checks=True)
    token = with_token(client, reflection.fill_url)
    fields = {"goal-shared": "helping", "seen-goal-shared": "0", "csrfmiddlewaretoken": token}

    page = client.post(reflection.fill_url, fields, headers=NULL)

    assert "Gedeeld door alle partners" in text_of(page)
    assert "<form" not in page.content.decode().partition("<main")[2]
    assert dict(reflection.values) == {}


def test_a_participant_keeps_what_was_typed_in_sight():
    session = make_round()
    client = Client(enforce_csrf_checks=True)
    token = with_token(client, reverse("join", args=[session.join_token]))
    client.post(reverse("join", args=[session.join_token]), {"csrfmiddlewaretoken": token})
    assert cookie_name(session) in client.cookies
    url = reverse("join-fill", args=[session.join_token])

    page = client.post(url, {"goal-shared-note": "We praten naast elkaar.", "seen-goal-shared-note": "0"}, headers=NULL)

    assert page.status_code == 403
    assert "We praten naast elkaar." in text_of(page)
    assert f'value="http://testserver{url}"' in page.content.decode()
    assert session.responses.count() == 0


def test_a_sheet_that_is_gone_shows_nothing(reflection):
    page = Client(enforce_csrf_checks=True).post(
        reverse("fill", args=["B" * 22]), {"goal-shared-note": "Van elders"}, headers=NULL
    )

    assert (page.status_code, "Van elders" in page.content.decode()) == (403, False)


@pytest.mark.parametrize(
    ("origin", "has_token", "is_shown"),
    [
        ("null", True, True),
        ("null", False, False),
        ("https://elders.example", False, False),
        ("https://vertaald.example", True, True),
    ],
)
@pytest.mark.parametrize("route", ["start", "collaboration-new"])
def test_only_what_our_own_page_sent_is_shown(an, route, origin, has_token, is_shown):
    client = Client(enforce_csrf_checks=True)
    client.force_login(an)
    token = with_token(client, reverse(route))
    field = {"start": "collaboration_name", "collaboration-new": "name"}[route]
    fields = {field: "Samen in Tienen", "mode": "alone", "password": "Geheim Woord"}

    page = client.post(
        reverse(route), {**fields, "csrfmiddlewaretoken": token if has_token else "x" * 64}, headers={"Origin": origin}
    )

    assert page.status_code == 403
    assert [fact for _term, fact in page_of(page).facts()] == (["Samen in Tienen"] if is_shown else [])
    assert "Geheim Woord" not in page.content.decode()
    assert "alone" not in page.content.decode().partition("<main")[2]
    assert (Collaboration.objects.count(), Session.objects.count()) == (0, 0)


def test_what_our_page_signed_is_not_shown_as_typed():
    client = Client(enforce_csrf_checks=True)
    form = page_of(client.get(reverse("start"))).main
    signed, token = form.value("token"), form.value("csrfmiddlewaretoken")
    fields = {"token": signed, "collaboration_name": "Samen in Tienen", "mode": "together"}

    page = client.post(reverse("start"), {**fields, "csrfmiddlewaretoken": token}, headers=NULL)

    assert [fact for _term, fact in page_of(page).facts()] == ["Samen in Tienen"]


def test_without_cookies_nothing_of_another_site_is_shown_or_sent_again():
    fields = {"name": "Bel ons op 0900"}

    page = Client(enforce_csrf_checks=True).post("/samenwerkingen/nieuw/", fields, headers={"Origin": "null"})

    assert (page.status_code, "<h1>" in page.content.decode()) == (403, True)
    assert "0900" not in page.content.decode()


@pytest.mark.parametrize("origin", ["null", "https://elders.example", "http://testserver.elders.example"])
def test_what_could_be_forged_is_taken_by_no_form(an, collaboration, origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(an)
    url = reverse("members", args=[collaboration.pk])
    token = with_token(client, url)
    fields = {"action": "invite", "email": "bo@example.org", "role": "coordinator", "csrfmiddlewaretoken": token}

    assert client.post(url, fields, headers={"Origin": origin}).status_code == 403
    assert Invitation.objects.count() == 0
    assert client.post(url, fields, headers=OWN).status_code == 303


# What scripts are told


def test_scripts_are_told_that_trying_again_helps_nobody(reflection):
    client = Client(enforce_csrf_checks=True)
    fields = {"goal-shared": "helping", "seen-goal-shared": "0"}

    hidden = client.post(reflection.fill_url, fields, headers={**HTMX, **NULL})
    client.cookies.clear()
    without = client.post(reflection.fill_url, fields, headers={**HTMX, **OWN})

    assert (hidden["X-Form-Trouble"], "X-Form-Token" in hidden) == ("hidden", False)
    assert (without["X-Form-Trouble"], "X-Form-Token" in without) == ("cookies", True)
    assert settings.CSRF_COOKIE_NAME in without.cookies
