"""The hot ways as multiples of an empty view: processor time through the WSGI handler, with all middleware, in one
process. Each way and its empty view take turns, with the same cookies, and the same form where one is sent."""

import gc
import io
import re
import time
from collections.abc import Callable
from datetime import date
from http.cookies import SimpleCookie
from itertools import cycle
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from django.db import connection
from django.db.backends.signals import connection_created
from django.urls import reverse

from benchmarks.history import facilitator
from benchmarks.load import Fields, hidden, one_answer
from benchmarks.people import answers, begin
from benchmarks.run import Run, session_cookie
from reflectie.backends import limit_waiting
from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.models import Collaboration
from reflectie.services.meeting.talks import start_talk, state_of, wall_token
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.sample_data import make_round
from reflectie.services.sessions.rounds import close_round, open_report
from reflectie.services.tokens import read_token

PEOPLE, CALLS, FEW_CALLS = 10, 10, 3
PLAIN = {"HTTP_ACCEPT_ENCODING": ""}
HTMX = {"HTTP_HX_REQUEST": "true"}
Way = Callable[[], object]
# Each time another round's report, that nobody read before.
UNREAD = f"report of {PEOPLE} by link, its first reader"
AIMS = {
    "a save by itself (htmx)": "≤ 4 of it",
    "page to fill in, half answered": "≤ 5 of it",
    f"report of {PEOPLE} by link": "≤ 14 of it",
    "the wall, unchanged": "≤ 1.5 of it",
    "who follows the talk, unchanged": "≤ 1.5 of it",
}


class Browser:
    """One cookie jar, that asks the application itself."""

    def __init__(self, cookies: str = "") -> None:
        from samenwerking.wsgi import application

        # What the benchmarks themselves ask of the database may take long.
        connection_created.disconnect(limit_waiting)
        self.application, self.cookies = application, SimpleCookie(cookies)

    def ask(self, path: str, form: Fields | None = None, **more: str) -> str:
        """What a page says, or where it leads to."""
        path, _, query = path.partition("?")
        body = urlencode(form or []).encode()
        environ = {
            "REQUEST_METHOD": "GET" if form is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": self.cookies.output(attrs=[], header="", sep=";").strip(),
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if form else "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **more,
        }
        setup_testing_defaults(environ)
        said: list[Any] = []
        answer = self.application(environ, lambda status, headers: said.extend((status, headers)))
        content = b"".join(answer)
        answer.close()
        for name, value in said[1]:
            if name == "Set-Cookie":
                self.cookies.load(value)
        if said[0][:3] not in ("200", "204", "303"):
            raise RuntimeError(f"status {said[0]} for {path}")
        # Nothing is looked for but signs that every coding has, and this one takes no time.
        return str(dict(said[1]).get("Location") or content.decode("latin-1"))


def ways(run: Run) -> None:
    for name, found in multiples(run).items():
        run.beside(name, *found["ms"], aim=AIMS.get(name, ""))
        run.add("  its queries", found["queries"], aim="≤ 4" if "save" in name else "")


def multiples(run: Run) -> dict[str, dict[str, Any]]:
    """Of each way: its milliseconds, those of its empty view in the same turns, and how many queries it asks."""
    blocks = 1 if run.smoke else 7
    found = _ways(2 + FEW_CALLS * (blocks + 1))
    # As the server does before its workers split off.
    gc.collect()
    gc.freeze()
    result = {}
    for name, (way, empty) in found.items():
        calls = FEW_CALLS if name == UNREAD or run.smoke else CALLS
        took = [(_block(way, calls), _block(empty, CALLS)) for _ in range(blocks + 1)]
        own, top = map(list, zip(*took[1:], strict=True))
        result[name] = {"ms": (own, top), "queries": _queries(way)}
    return result


def _block(do: Way, calls: int) -> float:
    """Milliseconds of the processor for one call."""
    start = time.process_time()
    for _ in range(calls):
        do()
    return (time.process_time() - start) * 1000 / calls


def _queries(way: Way) -> int:
    """Beginning and ending a transaction isn't counted."""
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        way()
    return sum(not re.match(r"BEGIN|COMMIT|SAVEPOINT|RELEASE", sql) for sql in asked)


def _ways(unread: int) -> dict[str, tuple[Way, Way]]:
    """Each with its empty view."""
    checklist = published_checklist()
    items = [item.key for item in checklist]
    groups = (("Huis Linde", 5), ("De Brug", 5))
    plan = Plan(date(2026, 11, 20), Mode.ANONYMOUS, OPTIONAL, Grouping.PARTNER, groups, PEOPLE)
    collaboration = Collaboration.objects.create(name="Samen in de wijk")
    sheets = [
        {
            **answers(checklist, number),
            "intensity-needed": "act",
            "first": (items[0], items[1]),
            "organisation": groups[number % 2][0],
            "goal-sentence": f"Zin {number}.",
            f"{items[number]}-note": "Daar hadden we het op het overleg van maart over.",
        }
        for number in range(PEOPLE)
    ]
    rounds = [open_report(close_round(make_round(collaboration, plan, sheets))) for _ in range(unread + 1)]
    reports = [reverse("report", args=[read_token(session.join_token or "")]) for session in rounds]
    first, unread_ones = reports[0], iter(reports[1:])

    own, half = (
        reverse("fill", args=[begin(dict(list(answers(checklist).items())[:number]))])
        for number in (0, len(items) // 2)
    )
    alone, participant, reader, looking = Browser(), Browser(), Browser(), Browser()
    facilitating = Browser(session_cookie(facilitator([collaboration])))
    alone.ask(half)
    join = reverse("join", args=[make_round(collaboration, plan, sheets[:1]).join_token])
    token = hidden(participant.ask(join, **PLAIN), "csrfmiddlewaretoken")
    begun = participant.ask(join, [("csrfmiddlewaretoken", token)])
    table = f"{reverse('compare-table')}?{urlencode([('sessie', str(session.pk)) for session in rounds[:2]])}"

    start_talk(rounds[0], 90)
    wall = reverse("wall-state", args=[wall_token(rounds[0])])
    followed = reverse("join-talk-state", args=[rounds[0].join_token])
    state = state_of(rounds[0])

    def got(browser: Browser, path: Callable[[], str], **more: str) -> tuple[Way, Way]:
        return lambda: browser.ask(path(), **more), lambda: browser.ask("/ceiling/empty", **more)

    return {
        "a save by itself (htmx)": _saving(alone, own, items),
        "a save by itself (htmx), in a round": _saving(participant, begun, items),
        "page to fill in, half answered": got(alone, lambda: half),
        "page to fill in, half answered, not compressed": got(alone, lambda: half, **PLAIN),
        "page to fill in, in a round": got(participant, lambda: begun),
        f"report of {PEOPLE} by link": got(reader, lambda: first),
        UNREAD: got(reader, lambda: next(unread_ones)),
        "home page": got(reader, lambda: "/"),
        "list of collaborations": got(facilitating, lambda: reverse("collaborations")),
        "two sessions compared": got(facilitating, lambda: table),
        "the wall, unchanged": got(looking, lambda: f"{wall}?gezien={state}", **HTMX),
        "who follows the talk, unchanged": got(looking, lambda: f"{followed}?gezien={state}", **HTMX),
        "the wall, changed": got(looking, lambda: wall, **HTMX),
    }


def _saving(browser: Browser, path: str, items: list[str]) -> tuple[Way, Way]:
    """Somebody who changes one answer after another, as htmx sends it; and the same form, to a view that does nothing
    with it."""
    page = browser.ask(path, **PLAIN)
    always = [(name, hidden(page, name)) for name in ("csrfmiddlewaretoken", "keep-as")]
    kept = dict.fromkeys(items, "")
    changes = ((key, value) for value in cycle(("hindering", "helping", "dont-know")) for key in items)
    form = always

    def save() -> None:
        nonlocal form
        key, value = next(changes)
        begun = [("begun", "1")] if any(kept.values()) else []
        form = [*one_answer(key, value, kept[key]), *always, *begun]
        kept[key] = value
        browser.ask(path, form, HTTP_HX_REQUEST="true")

    return save, lambda: browser.ask("/ceiling/empty", form, HTTP_HX_REQUEST="true")
