"""The people at the other side: a process of its own that reads a job from standard input and tells how it went.

Every job is bounded by a number of requests or people and by a number of seconds.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.client import Browser, Reply
from reflectie.domain.questionnaire.answers import digest, values_in
from reflectie.domain.setup import Mode

Job = dict[str, Any]
Fields = list[tuple[str, str]]
VALUES = [value.value for value in values_in(Mode.ANONYMOUS)]
HTMX = {"HX_Request": "true"}


class UnexpectedError(Exception):
    """An answer that nobody should get under load."""


def expect(reply: Reply, *statuses: int) -> Reply:
    if reply.status not in statuses:
        raise UnexpectedError(f"status {reply.status}")
    return reply


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if not found:
        raise UnexpectedError(f"no {name} in the page")
    return found[1]


class Crowd:
    """`at_once` people, each with a browser, who take turns until `number` turns are done or the time is up."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.turns = iter(range(job["number"]))
        self.done = 0
        self.errors: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.kept: dict[str, dict[str, Any]] = {}
        # Those who wait for each other, and when they stopped waiting.
        self.ready = 0
        self.together = 0.0
        self.until = time.perf_counter() + job["seconds"]

    def took(self, what: str, reply: Reply) -> Reply:
        self.seconds.setdefault(what, []).append(reply.seconds)
        return reply

    async def run(self, turn: Callable[["Crowd", Browser, int], Awaitable[None]]) -> dict[str, Any]:
        start = time.perf_counter()
        until = start + self.job["seconds"]

        async def person() -> None:
            browser = Browser(self.job["port"])
            for number in self.turns:
                browser.forget()
                try:
                    await turn(self, browser, number)
                    self.done += 1
                except (OSError, TimeoutError, UnexpectedError) as error:
                    self.errors[f"{type(error).__name__}: {error}"] += 1
                    browser.close()
                if time.perf_counter() > until:
                    break
            browser.close()

        await asyncio.gather(*(person() for _ in range(self.job["at_once"])))
        return {
            "done": self.done,
            "elapsed": time.perf_counter() - start,
            "together": time.perf_counter() - self.together if self.together else None,
            "errors": dict(self.errors),
            "seconds": self.seconds,
            "kept": self.kept,
        }


async def get(crowd: Crowd, browser: Browser, number: int) -> None:
    paths = crowd.job["paths"]
    place = number % len(paths)
    headers = {"If_None_Match": crowd.job["etags"][place]} if "etags" in crowd.job else {}
    crowd.took("get", expect(await browser.get(paths[place], **headers), crowd.job["status"]))


async def open_sheet(crowd: Crowd, browser: Browser) -> tuple[str, str]:
    """From the start page to an empty sheet: its address and its form token."""
    start = crowd.took("start", expect(await browser.get("/start/"), 200)).text
    fields = [
        ("csrfmiddlewaretoken", hidden(start, "csrfmiddlewaretoken")),
        ("token", hidden(start, "token")),
        ("collaboration_name", "Samen in de wijk"),
        ("team_name", ""),
        ("mode", "alone"),
    ]
    url = crowd.took("begin", expect(await browser.post("/start/", fields), 303)).headers["location"]
    page = crowd.took("page", expect(await browser.get(url), 200)).text
    return url, hidden(page, "csrfmiddlewaretoken")


def sheet(names: dict[str, bool], values: dict[str, Any], seen: dict[str, Any]) -> Fields:
    """The form as a browser sends it: each field but empty choices, and for each the mark of what the page showed."""
    fields: Fields = []
    for name, sent_empty in names.items():
        value = values.get(name, "" if sent_empty else [])
        fields += [(name, one) for one in (value if isinstance(value, list) else [value])]
        shown = seen.get(name, "")
        fields.append((f"seen-{name}", digest(tuple(shown) if isinstance(shown, list) else shown)))
    return fields


def answers(crowd: Crowd, number: int) -> dict[str, Any]:
    """What this person thinks; somebody else thinks something else."""
    return {key: VALUES[(number + place) % 3] for place, key in enumerate(crowd.job["items"])}


async def fill_one_by_one(crowd: Crowd, browser: Browser, number: int) -> None:
    """As htmx does it: each answer by itself, and at the end the whole form once more."""
    url, form_token = await open_sheet(crowd, browser)
    token = ("csrfmiddlewaretoken", form_token)
    values: dict[str, Any] = {"collaboration-name": "Samen in de wijk"}
    crowd.kept[url] = values
    for key, value in answers(crowd, number).items():
        fields = [*sheet({key: False, f"{key}-note": True}, {key: value}, {}), token]
        crowd.took("save", expect(await browser.post(url, fields, **HTMX), 200))
        values[key] = value
    fields = [*sheet(crowd.job["fields"], values, values), token, ("finish", "1")]
    reply = crowd.took("finish", expect(await browser.post(url, fields, **HTMX), 200))
    if "hx-redirect" not in reply.headers:
        raise UnexpectedError("finished, but no report")
    values["finished"] = True


async def fill_whole(crowd: Crowd, browser: Browser, number: int) -> None:
    """Without JavaScript: one form with everything in it."""
    url, form_token = await open_sheet(crowd, browser)
    await send_whole(crowd, browser, number, url, form_token)


async def fill_link(crowd: Crowd, browser: Browser, number: int) -> None:
    """Without JavaScript, for who has the link already: one GET, one POST."""
    url = crowd.job["paths"][number]
    page = crowd.took("page", expect(await browser.get(url), 200)).text
    await send_whole(crowd, browser, number, url, hidden(page, "csrfmiddlewaretoken"))


async def send_whole(crowd: Crowd, browser: Browser, number: int, url: str, form_token: str) -> None:
    seen = {} if "paths" in crowd.job else {"collaboration-name": "Samen in de wijk"}
    values = {**answers(crowd, number), **crowd.job["beside"]}
    fields = [*sheet(crowd.job["fields"], values, seen), ("csrfmiddlewaretoken", form_token), ("finish", "1")]
    reply = crowd.took("save", expect(await browser.post(url, fields), 303))
    if not reply.headers["location"].startswith("/rapport/"):
        raise UnexpectedError("finished, but no report")
    crowd.kept[url] = {**values, "finished": True}


async def participate(crowd: Crowd, browser: Browser, number: int) -> None:
    """One of a round: reads what others will see, begins, and sends everything at the end."""
    join = crowd.job["join"]
    intro = crowd.took("intro", expect(await browser.get(join), 200)).text
    begin = [("csrfmiddlewaretoken", hidden(intro, "csrfmiddlewaretoken"))]
    url = crowd.took("begin", expect(await browser.post(join, begin), 303)).headers["location"]
    page = crowd.took("page", expect(await browser.get(url), 200)).text
    values = {**answers(crowd, number), **crowd.job["beside"], "goal-sentence": f"Zin {number}"}
    fields = [*sheet(crowd.job["fields"], values, {}), ("finish", "1")]
    fields += [(name, hidden(page, name)) for name in ("csrfmiddlewaretoken", "keep-as")]
    # Everybody is ready before the first one finishes.
    crowd.ready += 1
    while crowd.ready < crowd.job["number"] and time.perf_counter() < crowd.until:
        await asyncio.sleep(0.05)
    crowd.together = crowd.together or time.perf_counter()
    # The server ended the connection meanwhile, as it would a real one.
    browser.close()
    crowd.took("save", expect(await browser.post(url, fields), 303))
    crowd.kept[f"Zin {number}"] = values


async def visitor(job: Job) -> dict[str, Any]:
    """One more person, who opens a page now and then, while others download PDFs that were never made before."""
    downloads = {"done": 0, "errors": 0}
    pdfs = iter(job["pdfs"])
    until = time.perf_counter() + job["seconds"]

    async def download() -> None:
        browser = Browser(job["port"])
        for path in pdfs:
            try:
                expect(await browser.get(path), 200)
                downloads["done"] += 1
            except (OSError, TimeoutError, UnexpectedError):
                downloads["errors"] += 1
        browser.close()

    others = [asyncio.create_task(download()) for _ in range(job["downloaders"])]
    await asyncio.sleep(0.3 if others else 0)
    seconds, errors = [], 0
    for _ in range(job["number"]):
        # A new visitor has no connection yet, so either worker may answer.
        browser = Browser(job["port"])
        try:
            seconds.append(expect(await browser.get(job["path"]), 200).seconds)
        except (OSError, TimeoutError, UnexpectedError):
            errors += 1
        browser.close()
        if time.perf_counter() > until or (others and all(other.done() for other in others)):
            break
        await asyncio.sleep(job["pause"])
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return {"seconds": seconds, "errors": errors, "downloads": downloads}


TURNS = {"participate": participate, "get": get, "one-by-one": fill_one_by_one, "whole": fill_whole, "link": fill_link}


def main() -> None:
    job = json.load(sys.stdin)
    kind = job["kind"]
    result = asyncio.run(visitor(job) if kind == "visitor" else Crowd(job).run(TURNS[kind]))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
