"""Two machines with one database, and what people meet who are now on one, now on the other:
`python -m benchmarks.two_machines`.

`benchmarks/machines.py` starts them; one worker runs beside them. Needs Linux, root, PostgreSQL and nginx. Where the
machines aren't wholly apart, or share the database's cache, that is said.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.client import Browser, Reply
from benchmarks.load import expect, hidden
from benchmarks.machines import ADDRESS, NEW, OLD, TRUSTED_AFTER, Site, is_possible, two_machines
from benchmarks.savers import PATIENCE, PEOPLE, Crowd
from benchmarks.server import BASE_DIR
from tests.helpers.working import wait_until

# How many saves come between two things that are done, and for how many seconds each rate is measured.
SAVES_BETWEEN, SECONDS = 100, 6

# What was kept of everybody's answers: `Site.ask`.
LOOK = """
import json
from reflectie.models import Response
print(json.dumps([
    [[answer.item.key, answer.value, answer.note] for answer in response.answers.select_related("item")]
    for response in Response.objects.filter(session__join_token={token!r})
]))
"""


@dataclass
class Watch(threading.Thread):
    """Somebody who is signed in and looks at their list all the while."""

    port: int
    cookies: dict[str, str]
    statuses: Counter[str] = field(default_factory=Counter)
    machines: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.is_over = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        asyncio.run(self._look())

    async def _look(self) -> None:
        browser = Browser(self.port)
        browser.cookies = dict(self.cookies)
        while not self.is_over.is_set():
            try:
                reply = await browser.get("/samenwerkingen/")
            except (OSError, TimeoutError) as error:
                self.statuses[type(error).__name__] += 1
                browser.close()
            else:
                self.statuses[str(reply.status)] += 1
                self.machines[reply.headers.get("x-machine", "").rpartition(" ")[2]] += 1
            await asyncio.sleep(0.1)
        browser.close()

    def end(self) -> None:
        self.is_over.set()
        self.join(PATIENCE)


class Person(Browser):
    """Somebody who goes from one machine to the other."""

    def on(self, port: int) -> "Person":
        self.close()
        self.port = port
        return self

    async def send(self, page: str, path: str, *statuses: int, **fields: str) -> Reply:
        """A form of this page."""
        given = [("csrfmiddlewaretoken", hidden(page, "csrfmiddlewaretoken")), *fields.items()]
        return expect(await self.post(path, given), *statuses)

    async def see(self, path: str, status: int = 200) -> str:
        return expect(await self.get(path), status).text


@dataclass
class Found:
    """What one run found."""

    are_apart: bool = False
    has_cache: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    reach: float = 0.0
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    trouble: dict[str, int] = field(default_factory=dict)
    looks: Counter[str] = field(default_factory=Counter)
    answered_by: Counter[str] = field(default_factory=Counter)
    rates: list[float] = field(default_factory=list)


async def sign_in(site: Site, found: Found) -> None:
    """The code is asked on one machine, mailed by the worker, and typed on the other."""
    _both, one, other = site.ports
    person = Person(one)
    page = await person.see("/account/aanmelden/")
    asked = await person.send(page, "/account/aanmelden/", 302, 303, login=ADDRESS)
    wait_until(lambda: site.mail.taken, PATIENCE)
    body = site.mail.taken[-1][1].get_payload(decode=True)
    assert isinstance(body, bytes)
    [code] = re.findall(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", body.decode(), re.MULTILINE)
    where = asked.headers["location"]
    page = await person.on(other).see(where)
    await person.send(page, where, 302, 303, code=code)
    for port in (one, other, one):
        await person.on(port).see("/samenwerkingen/")
    person.close()
    found.cookies = person.cookies


async def answer(site: Site) -> None:
    """Begun on one machine, answered on the other, seen on the first."""
    _both, one, other = site.ports
    person = Person(one)
    page = await person.see(site.alone)
    where = (await person.send(page, site.alone, 303)).headers["location"]
    page = await person.on(other).see(where)
    words = "Dit schreef ik op de andere machine."
    key = site.items[0]
    beside = {name: hidden(page, name) for name in ("keep-as", f"seen-{key}", f"seen-{key}-note")}
    await person.send(page, where, 303, **beside, **{key: "helping", f"{key}-note": words})
    assert words in await person.on(one).see(where)
    person.close()


async def lead(site: Site, found: Found) -> None:
    """The wall on one machine, the remote on the other; how long a step takes to be on the wall."""
    _both, one, other = site.ports
    remote, wall = Person(other), Person(one)
    remote.cookies = dict(found.cookies)
    page = await remote.see(site.talk)
    await remote.send(page, site.talk, 303, step="begin", minutes="90")
    page = await remote.see(site.talk)
    [address] = set(re.findall(r'href="https?://[^/"]+(/[^"]+)" target="_blank"', page))
    state = hidden(await wall.see(address), "gezien")
    asked = f"{address}stand/?gezien={state}"
    expect(await wall.get(asked, HX_Request="true"), 204)
    places = re.findall(r'id="druk-go-([^"]+)"', page)
    began = time.perf_counter()
    await remote.send(page, site.talk, 303, step="go", to=places[-1])
    while (reply := expect(await wall.get(asked, HX_Request="true"), 200, 204)).status == 204:
        assert time.perf_counter() - began < PATIENCE, "the wall doesn't change"
    found.reach = (time.perf_counter() - began) * 1000
    assert hidden(reply.text, "gezien") != state
    # And who leads goes on on the other machine.
    await remote.on(one).see(site.talk)
    for each in (remote, wall):
        each.close()


def stop_and_start(site: Site, crowd: Crowd, tell: Callable[[str], None]) -> None:
    """Each machine is stopped, and each loses its power, while everybody saves."""
    for name in ("stop", "kill"):
        for number, machine in enumerate(site.machines, 1):
            before, again, begun = crowd.acknowledged, sum(crowd.trouble.values()), time.monotonic()
            getattr(machine, name)()
            crowd.wait_for(SAVES_BETWEEN)
            machine.start()
            time.sleep(TRUSTED_AFTER)
            crowd.wait_for(SAVES_BETWEEN)
            saved, took = crowd.acknowledged - before, time.monotonic() - begun
            how = {"stop": "stopped (SIGTERM)", "kill": "killed (kill -9)"}[name]
            sent_again = sum(crowd.trouble.values()) - again
            tell(f"machine {number} {how} and started: {saved} saves in {took:.0f} s, {sent_again} were sent again")


def renew_key(site: Site, crowd: Crowd, tell: Callable[[str], None]) -> None:
    """As docs/hosting/grow.md says it, each step on one machine after the other."""
    for step, keys in (("known everywhere", (OLD, NEW)), ("in force everywhere", (NEW, OLD))):
        before = crowd.acknowledged
        site.set_keys(*keys)
        crowd.wait_for(SAVES_BETWEEN)
        tell(f"the new key {step}: {crowd.acknowledged - before} saves acknowledged meanwhile")


def requests_per_second(site: Site, port: int) -> float:
    """Twenty people who open the page with which one takes part."""
    job = {"kind": "get", "paths": [site.alone], "port": port, "number": 10**6, "seconds": SECONDS, "at_once": 20}
    command = [sys.executable, "-m", "benchmarks.load"]
    done = subprocess.run(
        command, input=json.dumps(job) + "\n", capture_output=True, text=True, check=True, cwd=BASE_DIR
    )
    result = json.loads(done.stdout)
    assert not result["errors"], result["errors"]
    return float(result["done"] / result["elapsed"])


def run(tell: Callable[[str], None] = print) -> Found:
    """All of it, once; what was found. `tell` is told each step."""
    with two_machines() as site:
        found = Found(site.network.are_apart, bool(site.cache))
        tell(
            "two machines: "
            + ("network namespaces, each with a var/ of its own" if found.are_apart else "two addresses, one var/")
            + (f"; cache: {site.cache.partition(':')[0]}" if found.has_cache else "; cache: the database")
        )
        asyncio.run(sign_in(site, found))
        tell("signed in with a code that was asked on one and typed on the other")
        asyncio.run(answer(site))
        tell("began on one, answered on the other, and read it on the first")
        asyncio.run(lead(site, found))
        tell(f"led a talk with the remote on one and the wall on the other: a step is there in {found.reach:.0f} ms")
        _under_load(site, found, tell)
        _rates(site, found, tell)
    return found


def _under_load(site: Site, found: Found, tell: Callable[[str], None]) -> None:
    both = site.ports[0]
    crowd, watch = Crowd(both, site.join, site.items), Watch(both, found.cookies)
    for each in (crowd, watch):
        each.start()
    crowd.wait_for(SAVES_BETWEEN)
    stop_and_start(site, crowd, tell)
    renew_key(site, crowd, tell)
    crowd.end()
    sheets = site.ask(LOOK.format(token=site.join.strip("/").split("/")[-1]))
    found.acknowledged, found.trouble = crowd.acknowledged, crowd.trouble
    found.lost, found.twice = crowd.lost_and_twice(sheets)
    tell(
        f"{PEOPLE} people: {found.acknowledged} saves acknowledged, {found.lost} lost, {found.twice} kept twice; "
        f"sent again after {found.trouble}"
    )
    site.set_keys(NEW)
    time.sleep(1)
    watch.end()
    found.looks, found.answered_by = watch.statuses, watch.machines
    looks, machines = dict(found.looks), dict(found.answered_by)
    tell(f"somebody signed in, all the while and after the old key went: {looks}, answered by {machines}")


def _rates(site: Site, found: Found, tell: Callable[[str], None]) -> None:
    both, one, _other = site.ports
    found.rates = [requests_per_second(site, port) for port in (one, both)]
    tell(
        f"requests/s with one machine {found.rates[0]:.0f}, with two {found.rates[1]:.0f} "
        f"({found.rates[1] / found.rates[0]:.2f} times); "
        f"database and crowd run on the same {os.cpu_count()} processors"
    )


def main() -> None:
    argparse.ArgumentParser(prog="python -m benchmarks.two_machines", description=__doc__).parse_args()
    if missing := is_possible():
        sys.exit(f"this needs: {missing}")
    found = run()
    if found.lost or found.twice or set(found.looks) & {"302", "403"}:
        sys.exit("something was lost, kept twice, or somebody was signed out")


if __name__ == "__main__":
    main()
