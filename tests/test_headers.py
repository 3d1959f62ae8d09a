import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from reflectie.middleware import permissions_policy


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("goed")


def test_every_page_denies_what_nothing_here_needs() -> None:
    response = permissions_policy(answer)(RequestFactory().get("/"))
    denied = response["Permissions-Policy"].split(", ")
    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(denied)
    assert all(entry.endswith("=()") for entry in denied)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", None),
        ("/gezond/", None),
        ("/startpunt/", None),
        ("/start/", "noindex"),
        ("/invullen/abc/", "noindex"),
        ("/rapport/abc.pdf", "noindex"),
        ("/meedoen/abc/", "noindex"),
    ],
)
def test_a_teams_own_pages_stay_out_of_search_engines(path: str, expected: str | None) -> None:
    assert permissions_policy(answer)(RequestFactory().get(path)).get("X-Robots-Tag") == expected


@pytest.mark.django_db
def test_the_home_page_carries_all_security_headers(client: Client) -> None:
    call_command("load_checklist")
    headers = client.get("/").headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_page_that_is_not_there_carries_them_too(client: Client) -> None:
    response = client.get("/invullen/geen-echt-adres/")
    assert response.status_code == 404
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "Content-Security-Policy" in response.headers
