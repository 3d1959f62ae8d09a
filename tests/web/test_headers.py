import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django_permissions_policy import PermissionsPolicyMiddleware

from reflectie.concurrency import MAX_CONCURRENT_REQUESTS
from reflectie.web.middleware import limit_concurrent_requests, response_headers
from reflectie.web.wake_lock import may_stay_awake
from tests.helpers.factories import Reflection


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("goed")


def test_every_page_denies_what_nothing_here_needs() -> None:
    response = PermissionsPolicyMiddleware(answer)(RequestFactory().get("/"))
    denied = response["Permissions-Policy"].split(", ")
    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(denied)
    assert all(entry.endswith("=()") for entry in denied)


def test_a_page_that_a_room_looks_at_may_keep_the_screen_awake_and_nothing_more() -> None:
    everywhere = PermissionsPolicyMiddleware(answer)(RequestFactory().get("/"))["Permissions-Policy"]
    response = PermissionsPolicyMiddleware(may_stay_awake(answer))(RequestFactory().get("/"))
    assert response["Permissions-Policy"] == everywhere.replace("screen-wake-lock=()", "screen-wake-lock=(self)")
    assert "screen-wake-lock=(self)" not in everywhere


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
        ("/gesprek/abc/", "noindex"),
    ],
)
def test_a_teams_own_pages_stay_out_of_search_engines(path: str, expected: str | None) -> None:
    assert response_headers(answer)(RequestFactory().get(path)).get("X-Robots-Tag") == expected


def is_never_kept(response: HttpResponse) -> bool:
    return "no-store" in response.headers.get("Cache-Control", "")


@pytest.mark.django_db
def test_no_cache_keeps_a_response_unless_its_view_says_so(client: Client) -> None:
    absent, sign_in, health = client.get("/bestaat-niet/"), client.get("/samenwerkingen/"), client.get("/gezond/")
    assert [absent.status_code, sign_in.status_code, health.status_code] == [404, 302, 200]
    # The first page and the start have a form that is one person's alone.
    assert all(
        is_never_kept(response) for response in (absent, sign_in, health, client.get("/"), client.get("/start/"))
    )
    assert not any("Cache-Control" in client.get(path).headers for path in ("/hulp/", "/over/"))
    assert all(is_never_kept(client.post(path)) for path in ("/hulp/", "/over/"))


@pytest.mark.django_db
def test_who_fills_in_has_a_home_page_that_no_cache_keeps(owner: Client) -> None:
    assert is_never_kept(owner.get("/"))


@pytest.mark.django_db
def test_a_report_is_kept_to_ask_for_again(reader: Client, finished: Reflection) -> None:
    pages = [reader.get(url) for url in (finished.report_url, f"{finished.report_url.rstrip('/')}.csv")]
    assert [page.headers["Cache-Control"] for page in pages] == ["private, no-cache"] * 2


@pytest.mark.django_db
def test_pages_and_pictures_leave_compressed_and_files_as_they_are(reader: Client, finished: Reflection) -> None:
    address = finished.report_url.rstrip("/")
    paths = {
        "/": "gzip",
        "/bestaat-niet/": "gzip",
        f"{address}/": "gzip",
        f"{address}/beeld/draaikolk.svg": "gzip",
        f"{address}.csv": None,
        f"{address}.json": None,
    }
    answers = {path: reader.get(path, headers={"accept-encoding": "gzip"}) for path in paths}
    assert {path: answer.headers.get("Content-Encoding") for path, answer in answers.items()} == paths
    assert all(len(answer.content) > 200 for answer in answers.values())
    assert not any("Content-Encoding" in reader.get(path).headers for path in paths)


@pytest.mark.django_db
def test_compressed_page_is_the_page_and_its_etag_a_weak_one(reader: Client, finished: Reflection) -> None:
    plain = reader.get(finished.report_url)
    answer = reader.get(finished.report_url, headers={"accept-encoding": "br, gzip;q=0.8"})
    assert gzip.decompress(answer.content) == plain.content
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["ETag"] == f"W/{plain.headers['ETag']}"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in answer.headers["Vary"]
    again = reader.get(finished.report_url, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_how_long_a_compressed_page_is_differs_each_time(client: Client) -> None:
    """Who sees its length alone, and can have something of theirs on it, learns nothing (BREACH)."""
    # A page without a form: what differs in it is what is put there for that.
    lengths = {len(client.get("/hulp/", headers={"accept-encoding": "gzip"}).content) for _ in range(20)}
    assert len(lengths) > 5
    # A name of 99 signs, and the one that ends it; without a name, neither.
    assert max(lengths) - min(lengths) <= 100


@pytest.mark.django_db
def test_pages_with_secrets_of_an_account_are_not_compressed(client: Client) -> None:
    for path in ("/account/aanmelden/", "/beheer/", "/account/bestaat-niet/"):
        response = client.get(path, headers={"accept-encoding": "gzip"}, follow=True)
        assert len(response.content) > 200
        assert "Content-Encoding" not in response.headers


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


def test_pages_are_made_a_few_at_a_time_while_who_waits_for_a_pdf_keeps_nobody_waiting() -> None:
    entered: list[str] = []
    go_on = threading.Event()

    def slow(request: HttpRequest) -> HttpResponse:
        entered.append(request.path_info)
        assert go_on.wait(20)
        return HttpResponse("goed")

    handler = limit_concurrent_requests(slow)
    paths = ["/"] * (MAX_CONCURRENT_REQUESTS + 1) + ["/rapport/abc.pdf"] * 2
    with ThreadPoolExecutor(len(paths)) as threads:
        answers = [threads.submit(handler, RequestFactory().get(path)) for path in paths]
        until = time.monotonic() + 10
        while len(entered) < len(paths) - 1 and time.monotonic() < until:
            time.sleep(0.01)
        # Long enough for one more to slip in, if it could.
        time.sleep(0.1)
        assert sorted(entered) == ["/"] * MAX_CONCURRENT_REQUESTS + ["/rapport/abc.pdf"] * 2
        go_on.set()
        assert [answer.result(20).status_code for answer in answers] == [200] * len(paths)
    assert sorted(entered) == sorted(paths)
