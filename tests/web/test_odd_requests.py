"""What no browser of ours sends gets 400 in our look, and no traceback."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reflectie.web.middleware import FORM_TYPES, Request

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=B"
PART = b'--B\r\nContent-Disposition: form-data; name="mode"\r\n\r\nalone\r\n--B--\r\n'

ODD_CODINGS = ["utf-7", "utf-16", "rot13", "idna", "base64", "unicode_escape", "nonsense", "\u00e9", "utf-8\x00"]


@pytest.fixture
def stranger(monkeypatch) -> Client:
    # As the server does it (`wsgi.py`).
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    return Client(enforce_csrf_checks=True)


def check(response, caplog) -> str:
    assert response.status_code == 400
    text = response.content.decode()
    assert "<title>Dit lukte niet · Samenwerking</title>" in text
    assert not any(record.exc_info for record in caplog.records)
    assert not any(record.levelno >= logging.ERROR for record in caplog.records)
    return text


@pytest.mark.parametrize("kind", sorted(FORM_TYPES))
@pytest.mark.parametrize("coding", ODD_CODINGS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_odd_coding_is_refused(stranger: Client, caplog, kind: str, coding: str, method: str):
    response = stranger.generic(method, "/start/?a=%ff", PART, f"{kind}; boundary=B; charset={coding}")
    assert "Dit konden we niet lezen" in check(response, caplog)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"mode=alone", "text/plain"),
        (b"{}", "application/json"),
        (b"mode=alone", ""),
        (b"mode=alone", "; charset=utf-8"),
        (b"mode=alone", "\x00"),
        (PART, "multipart/form-data"),
        (PART, "multipart/form-data; boundary="),
        (PART, "multipart/form-data; boundary=" + "x" * 300),
        (PART, "multipart/form-data; boundary=\u00e9"),
        (PART, "multipart/mixed; boundary=B"),
        (b"mode=alone", f"{FORM}; charset*=nonsense''abc"),
        (b"mode=alone", f"{FORM}; charset*=utf-8''utf-7"),
    ],
)
def test_an_odd_type_is_refused(stranger: Client, caplog, content: bytes, kind: str):
    assert "Dit konden we niet lezen" in check(stranger.generic("POST", "/start/", content, kind), caplog)


@pytest.mark.parametrize("length", ["-1", "-5", "abc", "1e3", "\u0663", " 4", "0x4", "9" * 5000])
def test_an_odd_length_is_refused(stranger: Client, caplog, length: str):
    response = stranger.generic("POST", "/start/", b"mode=alone", FORM, CONTENT_LENGTH=length)
    check(response, caplog)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"&".join([b"a=1"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)), FORM),
        (b"a=" + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, FORM),
        (PART.removesuffix(b"--\r\n") + b"\r\n" + PART * 400, PARTS),
        (PART.replace(b"alone", b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)), PARTS),
    ],
)
def test_too_much_at_once_says_so(stranger: Client, caplog, content: bytes, kind: str):
    assert "Dit was te veel in één keer" in check(stranger.generic("POST", "/start/", content, kind), caplog)


def test_an_address_of_too_many_parts_says_so(stranger: Client, caplog):
    assert "Dit was te veel in één keer" in check(stranger.get("/over/?" + "a=1&" * 301), caplog)


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "eigen"])
def test_a_cookie_with_a_sign_that_no_database_takes_is_refused(stranger: Client, caplog, cookie: str):
    check(stranger.get("/over/", headers={"cookie": rf'{cookie}="a\000b"'}), caplog)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"accept-charset": "utf-7"},
        {"accept-language": "x" * 600 + ";q=\x00"},
        {"accept-encoding": "\u00e9;q=a"},
        {"if-none-match": '"\u00e9'},
        {"if-modified-since": "gisteren"},
        {"range": "bytes=9-1"},
        {"hx-request": "true", "hx-current-url": "http://[", "hx-target": "%ff"},
        {"origin": "http://["},
        {"referer": "http://["},
        {"cookie": "a; =b; c=\u00e9; \x01=d"},
        {"x-forwarded-for": "\x00, ["},
    ],
)
def test_an_odd_header_harms_nothing(stranger: Client, caplog, headers: dict[str, str]):
    assert stranger.get("/", headers=headers).status_code == 200
    assert stranger.post("/start/", headers=headers).status_code in (400, 403)
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/%00/", "/%ff/", "/%ed%a0%80/", "/invullen/%00%00%00%00%00%00%00%00%00%00%00%00/", "/%zz/"]
)
def test_an_odd_path_is_no_address(stranger: Client, caplog, path: str):
    assert stranger.get(path).status_code == 404
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("kind", [FORM, PARTS])
def test_a_form_that_says_how_it_is_coded_is_read(stranger: Client, kind: str):
    content = PART if kind == PARTS else b"mode=alone"
    for coding in ("utf-8", "UTF-8", '"utf-8"'):
        # As far as the form token, which isn't there.
        assert stranger.generic("POST", "/start/", content, f"{kind}; charset={coding}").status_code == 403


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> list[str]:
    found = []
    for each in patterns:
        path = before + str(each.pattern)
        found += addresses(each.url_patterns, path) if isinstance(each, URLResolver) else [path]
    return found


def test_no_address_reads_a_form_before_this_did(stranger: Client, caplog):
    """Every route there is, by its own pattern as far as it has no arguments: what is refused never reaches it."""
    paths = [path for path in addresses(get_resolver().url_patterns) if "<" not in path and "^" not in path]
    assert len(paths) > 40
    for path in paths:
        check(stranger.generic("POST", path, b"csrfmiddlewaretoken=x", f"{FORM}; charset=utf-7"), caplog)
