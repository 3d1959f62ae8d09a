"""Addresses that carry a secret, whichever they are: out of every line of a log, and out of search engines."""

import logging
import re
import sys
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.converters import UUIDConverter

from reflectie.web.logs import SecretScrubbingFilter, without_secrets
from reflectie.web.middleware import response_headers
from reflectie.web.secret_addresses import SECRET
from samenwerking.urls import Token

TOKEN = "kVq3Zx9_-wLrT8bNpYc2Fg"
KEY = UUID("9b2f1a52-94a0-4b8f-8c7e-6d0a3f1b2c4d")


def routes(found: URLResolver, before: str = "") -> Iterator[tuple[str, str, dict[str, object]]]:
    """Every route: its text, its name and its converters."""
    for pattern in found.url_patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield text, pattern.name or "", pattern.pattern.converters
        else:
            yield from routes(pattern, text)


def secret_paths() -> Iterator[str]:
    """An address of every route that holds a token."""
    for _, name, converters in routes(get_resolver()):
        if any(isinstance(converter, Token) for converter in converters.values()):
            others = {
                key: converter.to_python(converter.regex.split("|")[0])
                for key, converter in converters.items()
                if not isinstance(converter, Token) and "[" not in converter.regex
            }
            named = {
                key: KEY if isinstance(converters[key], UUIDConverter) else "doel"
                for key in converters.keys() - others.keys()
            }
            tokens = {key: TOKEN for key, converter in converters.items() if isinstance(converter, Token)}
            yield reverse(name, kwargs={**named, **others, **tokens})


PATHS = sorted(secret_paths())


def test_every_first_part_that_is_named_has_routes_and_no_other_has_a_token():
    assert len(PATHS) >= 21
    assert {path.split("/")[1] for path in PATHS} == set(SECRET)
    assert all(resolve(path) for path in PATHS)


def test_what_looks_like_a_secret_is_a_token_in_every_route():
    """A text of any length (`str`, `path`, or by a regular expression) may be one, and nothing would leave it out."""
    loose = [
        text
        for text, _, converters in routes(get_resolver())
        if not text.startswith("beheer/")
        and (
            "(?P<" in text
            or any(type(one).__name__ in {"StringConverter", "PathConverter"} for one in converters.values())
        )
    ]
    assert loose == []


@pytest.mark.parametrize("path", PATHS)
def test_address_with_a_token_is_scrubbed_however_it_is_written(path):
    for text in (
        f"Not Found: {path}",
        f"Internal Server Error: {path}?bewaard=12:00#bar",
        f"https://example.org{path}",
        f"/account/aanmelden/?next={quote(path, safe='')}",
        f"/account/aanmelden/?next={quote(path)}",
        f"{{'path': '{path[1:]}'}}",
        path.upper().replace(TOKEN.upper(), TOKEN),
    ):
        assert TOKEN not in without_secrets(text), text
        assert "…" in without_secrets(text)


@pytest.mark.parametrize("path", PATHS)
def test_address_with_a_token_is_not_for_search_engines(path):
    response = response_headers(lambda request: HttpResponse())(RequestFactory().get(path))
    assert response["X-Robots-Tag"] == "noindex"


@pytest.fixture
def lines(settings, monkeypatch) -> Iterator[list[str]]:
    """What gunicorn's two logs and every other one write to the console, as they are set up for production."""
    monkeypatch.setattr(sys, "setswitchinterval", lambda seconds: None)
    sys.modules.pop("samenwerking.gunicorn", None)
    import samenwerking.gunicorn as served

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    kept: list[str] = []
    console, plain = Lines(), Lines()
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["no_tokens"]
    console.addFilter(SecretScrubbingFilter())
    loggers = [(logging.getLogger(), console)]
    # gunicorn gives its logs handlers of its own, without our filter.
    loggers += [(logging.getLogger(name), plain) for name in ("gunicorn.access", "gunicorn.error")]
    for logger, handler in loggers:
        logger.addHandler(handler)
    for name in ("gunicorn.access", "gunicorn.error"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", False)
    kept.append(served.access_log_format)
    yield kept
    for logger, handler in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("name", ["gunicorn.access", "gunicorn.error", "django.request", "reflectie", "somebody.elses"])
def test_no_log_holds_a_token(lines, name):
    form = lines.pop()
    for path in PATHS:
        fields = dict.fromkeys(re.findall(r"%\((\w)\)s", form), "-") | {"U": path, "r": f"GET {path} HTTP/1.1"}
        logging.getLogger(name).warning(f"{form} %(r)s", fields)  # noqa: G004
        logging.getLogger(name).error("Error handling request %s", path)
    assert len(lines) == 2 * len(PATHS)
    assert [line for line in lines if TOKEN in line] == []
    assert all("…" in line for line in lines)
