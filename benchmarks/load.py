"""The people at the other side: a process of its own that reads a job from standard input and tells how it went.

Every job is bounded by a number of turns and by a number of seconds. With `prefix` it is done at the ceiling's
addresses.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from benchmarks.client import Browser, Reply
from reflectie.domain.questionnaire.answers import digest, values_in
from reflectie.domain.setup import Mode

Fields = list[tuple[str, str]]
VALUES = [value.value for value in values_in(Mode.ANONYMOUS)]
HTMX = {"HX_Request": "true"}
NAME = "Samen in de wijk"


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


def sheet(names: Mapping[str, bool], values: Mapping[str, Any], seen: Mapping[str, Any]) -> Fields:
    """The form as a browser sends it: each field but empty choices, and for each the mark of what the page showed."""
    fields: Fields = []
    for name, sent_empty in names.items():
        value = values.get(name, "" if sent_empty else [])
        fields += [(name, one) for one in (value if isinstance(value, list) else [value])]
        shown = seen.get(name, "")
        fields.append((f"seen-{name}", digest(tuple(shown) if isinstance(shown, list) else shown)))
    return fields


def one_answer(key: str, value: str, seen: str = "") -> Fields:
    """As htmx sends it: an answer by itself, with its note."""
    return sheet({key: False, f"{key}-note": True}, {key: value}, {key: seen})


class Crowd:
    """`at_once` people, each with a browser, who take turns until `number` turns are done or the time is up."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job, self.prefix = job, job.get("prefix", "")
        self.turns = iter(range(job["number"]))
        self.done = 0
        self.errors: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.kept: dict[str, dict[str, Any]] = {}
        # Those who wait for each other, and when they stopped waiting.
        self.ready, self.together = 0, 0.0

    def took(self, what: str, reply: Reply, *statuses: int) -> Reply:
        self.seconds.setdefault(what, []).append(reply.seconds)
        return expect(reply, *statuses)

    async def run(self, turn: Callable[["Crowd", Browser, int], Awaitable[None]]) -> dict[str, Any]:
        start = time.perf_counter()
        self.until = start + self.job["seconds"]
        await asyncio.gather(*(self._person(turn) for _ in range(self.job["at_once"])))
        end = time.perf_counter()
        together = end - self.together if self.together else 0
        found = {name: getattr(self, name) for name in ("done", "errors", "seconds", "kept")}
        return {**found, "elapsed": end - start, "together": together}

    async def _person(self, turn: Callable[["Crowd", Browser, int], Awaitable[None]]) -> None:
        browser = Browser(self.job["port"])
        for number in self.turns:
            browser.forget()
            try:
                await turn(self, browser, number)
                self.done += 1
            except (OSError, TimeoutError, UnexpectedError) as error:
                self.errors[f"{type(error).__name__}: {error}"] += 1
                browser.close()
            if time.perf_counter() > self.until:
                break
        browser.close()

    def answers(self, number: int) -> dict[str, Any]:
        """What this person thinks; somebody else thinks something else."""
        return {key: VALUES[(number + place) % 3] for place, key in enumerate(self.job["items"])}


async def get(crowd: Crowd, browser: Browser, number: int) -> None:
    place = number % len(crowd.job["paths"])
    headers = {"If_None_Match": crowd.job["etags"][place]} if "etags" in crowd.job else {}
    crowd.took("get", await browser.get(crowd.job["paths"][place], **headers), crowd.job.get("status", 200))
    if pause := crowd.job.get("pause"):
        # Somebody new each time: either worker may answer.
        browser.close()
        await asyncio.sleep(pause)


async def open_sheet(crowd: Crowd, browser: Browser) -> tuple[str, Fields]:
    """From the page before it to an empty sheet: its address, and what its form has hidden."""
    path = crowd.job.get("join") or f"{crowd.prefix}/start/"
    start = crowd.took("start", await browser.get(path), 200).text
    fields = [("csrfmiddlewaretoken", hidden(start, "csrfmiddlewaretoken"))]
    if "join" not in crowd.job:
        fields += [
            ("token", hidden(start, "token")),
            ("collaboration_name", NAME),
            ("team_name", ""),
            ("mode", "alone"),
        ]
    url = crowd.took("begin", await browser.post(path, fields), 303).headers["location"]
    page = crowd.took("page", await browser.get(url), 200).text
    return url, [(name, hidden(page, name)) for name in ("csrfmiddlewaretoken", "keep-as")]


async def one_by_one(crowd: Crowd, browser: Browser, number: int) -> None:
    """As htmx does it: each answer by itself, and at the end the whole form once more."""
    url, own = await open_sheet(crowd, browser)
    values: dict[str, Any] = {"collaboration-name": NAME}
    crowd.kept[url] = values
    for key, value in crowd.answers(number).items():
        crowd.took("save", await browser.post(url, [*one_answer(key, value), *own], **HTMX), 200)
        values[key] = value
    fields = [*sheet(crowd.job["fields"], values, values), *own, ("finish", "1")]
    if "hx-redirect" not in crowd.took("finish", await browser.post(url, fields, **HTMX), 200).headers:
        raise UnexpectedError("finished, but no report")
    values["finished"] = True


async def whole(crowd: Crowd, browser: Browser, number: int) -> None:
    """Without JavaScript: one form with everything in it. In a round, nobody sends it before everybody is ready."""
    url, own = await open_sheet(crowd, browser)
    values, seen = {**crowd.answers(number), **crowd.job["beside"]}, {"collaboration-name": NAME}
    if "join" in crowd.job:
        # By which theirs is told from those of others.
        values, seen, url_kept = {**values, "goal-sentence": f"Zin {number}"}, {}, f"Zin {number}"
        crowd.ready += 1
        while crowd.ready < crowd.job["number"] and time.perf_counter() < crowd.until:
            await asyncio.sleep(0.05)
        crowd.together = crowd.together or time.perf_counter()
        # The server ended the connection meanwhile, as it would a real one.
        browser.close()
    else:
        values, url_kept = {**values, "finished": True}, url
    fields = [*sheet(crowd.job["fields"], values, seen), *own, ("finish", "1")]
    reply = crowd.took("save", await browser.post(url, fields), 303)
    if not reply.headers["location"].startswith(crowd.job.get("join", "/rapport/")):
        raise UnexpectedError("finished, but not told so")
    crowd.kept[url_kept] = values


async def follow(crowd: Crowd, browser: Browser, number: int) -> None:
    """As a page that follows a talk does: it asks again and again, each at a moment of its own, until something
    changed, or so many times."""
    pause = crowd.job["pause"]
    await asyncio.sleep(pause * number / crowd.job["number"])
    for _ in range(crowd.job["times"]):
        reply = crowd.took("poll", await browser.get(crowd.job["path"], **HTMX), 200, 204)
        if reply.status == 200 and crowd.job.get("until_changed"):
            crowd.kept[str(number)] = {"at": time.time()}
            break
        await asyncio.sleep(pause)


TURNS = {turn.__name__: turn for turn in (get, one_by_one, whole, follow)}

if __name__ == "__main__":
    job = json.loads(sys.stdin.readline())
    json.dump(asyncio.run(Crowd(job).run(TURNS[job["kind"]])), sys.stdout)
