"""The hot ways as multiples of an empty view: processor time through the WSGI handler, with all middleware, in one
process. Every way and its empty view take turns in blocks, with the same cookies, and the same form where one is sent.
"""

import gc
import io
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.cookies import SimpleCookie
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

CALLS, FEW_CALLS, CALLS_WARM = 20, 4, 4
PEOPLE = 10
# Each time another round's report, that nobody read before.
UNREAD = f"report of {PEOPLE} by link, compressed, its first reader"


class Browser:
    """One cookie jar, that asks the application itself."""

    def __init__(self, application: Any) -> None:
        self.application, self.cookies = application, SimpleCookie()

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        body = urlencode(form or {}).encode()
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET" if form is None else "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_COOKIE": "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items()),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        if form is not None:
            environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
        said: list[Any] = []
        answer = self.application(environ, lambda status, found: said.extend((status, found)))
        content = b"".join(answer)
        answer.close()
        for name, value in said[1]:
            if name == "Set-Cookie":
                self.cookies.load(value)
        return int(said[0][:3]), dict(said[1]), content

    def page(self, path: str, form: dict[str, str] | None = None) -> str:
        status, headers, content = self.ask(path, form)
        if status not in (200, 303):
            raise RuntimeError(f"status {status} for {path}")
        return headers["Location"] if status == 303 else content.decode()


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[0]


class Saver:
    """Somebody who changes one answer after another, as htmx sends it."""

    def __init__(self, browser: Browser, path: str, items: list[str]) -> None:
        self.browser, self.path = browser, path
        page = browser.page(path)
        self.always = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "keep-as")}
        self.kept, self.form = dict.fromkeys(items, ""), self.always
        self.changes = ((key, value) for value in cycle(("hindering", "helping", "dont-know")) for key in items)

    def save(self) -> None:
        from reflectie.domain.questionnaire.answers import digest

        key, value = next(self.changes)
        fields = {key: value, f"seen-{key}": digest(self.kept[key]), f"{key}-note": "", f"seen-{key}-note": "0"}
        begun = {"begun": "1"} if any(self.kept.values()) else {}
        self.form, self.kept[key] = {**self.always, **begun, **fields}, value
        self._send(self.path)

    def empty(self) -> None:
        """The same form, to a view that does nothing with it."""
        self._send("/ceiling/empty")

    def _send(self, path: str) -> None:
        status = self.browser.ask(path, self.form, hx_request="true", accept_encoding="gzip")[0]
        if status != 200:
            raise RuntimeError(f"status {status} for a save")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    from samenwerking.wsgi import application  # isort: skip

    from django.db import connection

    blocks = int(sys.argv[1])
    ways = _ways(application, CALLS_WARM + 1 + FEW_CALLS * blocks)
    # As the server does before its workers split off.
    gc.collect()
    gc.freeze()
    for way, empty in ways.values():
        for do in (way, empty):
            for _ in range(CALLS_WARM):
                do()
    found: dict[str, dict[str, Any]] = {}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(blocks):
        for name, pair in ways.items():
            calls = FEW_CALLS if name == UNREAD else CALLS
            spent[name].append((_block(pair[0], calls), _block(pair[1], calls)))
    for name, (way, _empty) in ways.items():
        found[name] = {
            "ms": statistics.median(own for own, _ in spent[name]),
            "empty_ms": statistics.median(empty for _, empty in spent[name]),
            "multiple": statistics.median(own / empty for own, empty in spent[name]),
        }
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            way()
        kept = [sql for sql in asked if not re.match(r"BEGIN|COMMIT|SAVEPOINT|RELEASE", sql)]
        found[name] |= {"queries": len(kept)}
    json.dump(found, sys.stdout)


def _block(do: Callable[[], None], calls: int) -> float:
    """Milliseconds of the processor for one call."""
    start = time.process_time()
    for _ in range(calls):
        do()
    return (time.process_time() - start) * 1000 / calls


def _ways(application: Any, unread: int) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Each with its empty view."""
    from django.urls import reverse

    from benchmarks.people import answers, begin
    from reflectie.domain.setup import OPTIONAL, Grouping, Mode
    from reflectie.models import Collaboration
    from reflectie.services.questionnaire.checklists import published_checklist
    from reflectie.services.questionnaire.plans import Plan
    from reflectie.services.sample_data import make_round
    from reflectie.services.sessions.rounds import close_round, open_report
    from reflectie.services.tokens import read_token

    checklist = published_checklist()
    items = [item.key for item in checklist]
    groups = (("Huis Linde", 5), ("De Brug", 5))
    plan = Plan(date(2026, 11, 20), Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, groups, PEOPLE)
    collaboration = Collaboration.objects.create(name="Samen in de wijk")
    beside = {"intensity-needed": "act", "first": (items[0], items[1])}
    sheets = [
        {**answers(checklist, number), **beside, "organisation": groups[number % 2][0], "goal-sentence": f"Zin {number}."}
        for number in range(PEOPLE)
    ]
    # Nobody's own words: a note of each.
    for number, sheet in enumerate(sheets):
        sheet[f"{items[number]}-note"] = "Daar hadden we het op het overleg van maart over."
    rounds = [open_report(close_round(make_round(collaboration, plan, sheets))) for _ in range(unread + 1)]
    reports = [reverse("report", args=[read_token(session.join_token or "")]) for session in rounds]

    alone = Browser(application)
    own = reverse("fill", args=[begin({})])
    half = reverse("fill", args=[begin(dict(list(answers(checklist).items())[: len(items) // 2]))])
    for path in (own, half):
        alone.page(path)
    participant = Browser(application)
    running = make_round(collaboration, plan, sheets[:1])
    join = reverse("join", args=[running.join_token])
    token = hidden(participant.page(join), "csrfmiddlewaretoken")
    fill = participant.page(join, {"csrfmiddlewaretoken": token})
    savers = [Saver(alone, own, items), Saver(participant, fill, items)]

    def gets(browser: Browser, path: str | Iterator[str], **headers: str) -> Callable[[], None]:
        def get() -> None:
            status = browser.ask(path if isinstance(path, str) else next(path), **headers)[0]
            if status != 200:
                raise RuntimeError(f"status {status} for {path}")

        return get

    gzip = {"accept_encoding": "gzip"}
    reader = Browser(application)
    pages: dict[str, tuple[Browser, str | Iterator[str], dict[str, str]]] = {
        "page to fill in, half answered": (alone, half, {}),
        "page to fill in, half answered, compressed": (alone, half, gzip),
        "page to fill in of a round, compressed": (participant, fill, gzip),
        f"report of {PEOPLE} by link": (reader, reports[0], {}),
        f"report of {PEOPLE} by link, compressed": (reader, reports[0], gzip),
        UNREAD: (reader, iter(reports[1:]), gzip),
        "home page, compressed": (reader, "/", gzip),
    }
    names = ("a save by itself (htmx)", "a save by itself (htmx), in a round")
    return {
        **{name: (saver.save, saver.empty) for name, saver in zip(names, savers, strict=True)},
        **{
            name: (gets(browser, path, **headers), gets(browser, "/ceiling/empty", **headers))
            for name, (browser, path, headers) in pages.items()
        },
    }


if __name__ == "__main__":
    main()
