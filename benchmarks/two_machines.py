"""Two machines with one database, and what people meet who are now on one, now on the other:
`python -m benchmarks.two_machines`.

Each machine is a network namespace with a `var/` of its own: the two share the database, the key and the cache, and no
file. nginx stands in front, set as docs/hosting/grow.md has it; one worker runs beside them. Needs Linux, root,
PostgreSQL and nginx. Without the right to make namespaces, the machines are two addresses of this one, with one `var/`;
without a Valkey or Redis to start, the cache is the database's. Both are said.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.client import Browser, Reply
from benchmarks.cluster import postgres
from benchmarks.load import expect, hidden
from benchmarks.savers import PATIENCE, PEOPLE, Crowd
from benchmarks.server import BASE_DIR, free_port
from tests.helpers.working import MailServer, kill, wait_until

PAPER = BASE_DIR / "docs" / "hosting" / "grow.md"
PORT = 8000
ADDRESS = "an@example.org"
# Three keys, as `manage.py check` takes them.
OLD, NEW = (f"only-for-this-measurement-{word}-Sk3vXw9QpLm72RzTdYc5HnGf8JaEu4" for word in ("old", "new"))
# How many saves come between two things that are done, and for how many seconds each rate is measured.
SAVES_BETWEEN, SECONDS = 100, 6
# How long after a machine answers again nginx passes it requests for certain: the paper's `fail_timeout`, and a second.
TRUSTED_AFTER = 3

# What happens in the site's own database, in processes of their own: one JSON value on the last line.
PREPARE = f"""
import json
from django.urls import reverse
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Role
from reflectie.services.clock import today
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.sample_data import give_role, make_account, make_round
from reflectie.services.sessions.rounds import close_round, open_report, plan_session
plan = Plan(today(), Mode.ANONYMOUS, expected={PEOPLE})
collaboration = Collaboration.objects.create(name="Samen in de wijk")
give_role(collaboration, make_account({ADDRESS!r}), Role.COORDINATOR)
items = [item.key for item in published_checklist()]
talked = make_round(collaboration, plan, [dict.fromkeys(items, "helping")] * 3)
open_report(close_round(talked))
filled = [plan_session(collaboration, plan) for _ in range(2)]
links = [reverse("join", args=[one.join_token]) for one in filled]
print(json.dumps([items, reverse("talk", args=[talked.pk]), *links]))
"""
LOOK = """
import json
from reflectie.models import Response
print(json.dumps([
    [[answer.item.key, answer.value, answer.note] for answer in response.answers.select_related("item")]
    for response in Response.objects.filter(session__join_token={token!r})
]))
"""


def is_possible() -> str:
    """What is missing to do this here; nothing when nothing is."""
    missing = [name for name in ("nginx", "ip") if not shutil.which(name)]
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("PostgreSQL")
    if os.getuid() != 0:
        missing.append("root")
    return ", ".join(missing)


def call(*command: str, **more: Any) -> None:
    subprocess.run(command, check=True, **more)


def start(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=BASE_DIR, env=environment, start_new_session=True, **quiet)


def wait_until_it_answers(address: str) -> None:
    asked = Request(f"http://{address}:{PORT}/gezond/", headers={"Host": "127.0.0.1"})

    def answers() -> bool:
        with suppress(OSError), urlopen(asked, timeout=2):
            return True
        return False

    wait_until(answers, PATIENCE)


@dataclass(frozen=True)
class Place:
    """Where a machine is: its address, and what a command begins with that runs there."""

    address: str
    prefix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """Where database, cache and nginx are, and the two machines."""

    address: str
    places: tuple[Place, Place]
    are_apart: bool


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """Two namespaces on one bridge; or two addresses, where this machine forbids namespaces."""
    name, number = f"sw{os.getpid() % 100_000}", os.getpid() % 250
    with ExitStack() as made:
        try:
            bridge = _bridge(made, name, f"10.213.{number}.1")
            places = [_namespace(made, bridge, f"{name}{n}", f"10.213.{number}.{n + 2}", folder) for n in range(2)]
        except (OSError, subprocess.CalledProcessError):
            yield Network("127.0.0.1", (Place("127.0.0.2"), Place("127.0.0.3")), are_apart=False)
        else:
            yield Network(f"10.213.{number}.1", (places[0], places[1]), are_apart=True)


def _bridge(made: ExitStack, name: str, address: str) -> str:
    call("ip", "link", "add", name, "type", "bridge", stderr=subprocess.DEVNULL)
    made.callback(call, "ip", "link", "del", name)
    call("ip", "addr", "add", f"{address}/24", "dev", name)
    call("ip", "link", "set", name, "up")
    return name


def _namespace(made: ExitStack, bridge: str, name: str, address: str, folder: Path) -> Place:
    call("ip", "netns", "add", name, stderr=subprocess.DEVNULL)
    made.callback(call, "ip", "netns", "del", name)
    call("ip", "link", "add", f"{name}v", "type", "veth", "peer", "name", "eth0", "netns", name)
    call("ip", "link", "set", f"{name}v", "master", bridge, "up")
    call("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
    for device in ("lo", "eth0"):
        call("ip", "-n", name, "link", "set", device, "up")
    var = folder / name
    for part in ("static", "fonts"):
        shutil.copytree(BASE_DIR / "var" / part, var / part)
    # What is mounted there is seen there alone.
    mount = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
    prefix = ("ip", "netns", "exec", name, "sh", "-c", mount, "sh", str(var), str(BASE_DIR / "var"))
    return Place(address, prefix)


@dataclass
class Machine:
    place: Place
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "samenwerking/gunicorn.py", "--log-level", "error"]
        command = [*self.place.prefix, *gunicorn, "--bind", f"{self.place.address}:{PORT}"]
        self.process = start(command, self.environment)
        wait_until_it_answers(self.place.address)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.process = None

    def kill(self) -> None:
        """As when its power goes."""
        if self.process:
            kill(self.process)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()
        time.sleep(TRUSTED_AFTER)


def blocks_of_paper() -> tuple[str, str]:
    """What the paper gives for nginx: whom it passes requests to, and how."""
    [(upstream, location)] = re.findall(
        r"^(upstream .*?^\})\n\n(location .*?^\})", PAPER.read_text(), re.DOTALL | re.MULTILINE
    )
    return upstream, location


def nginx_configuration(folder: Path, places: tuple[Place, Place], ports: list[int]) -> str:
    """The paper's, at the first port, with who answered in a header; at the other two each machine by itself."""
    upstream, location = blocks_of_paper()
    addresses = [f"{place.address}:{PORT}" for place in places]
    for told, ours in zip(re.findall(r"server ([\d.]+:\d+)", upstream), addresses, strict=True):
        upstream = upstream.replace(told, ours)
    ways = ["http://samenwerking", *(f"http://{address}" for address in addresses)]
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{port}; add_header X-Machine $upstream_addr always;\n"
        f"{location.replace('http://samenwerking', way)} }}"
        for port, way in zip(ports, ways, strict=True)
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
    return (
        f"daemon off; worker_processes 1; pid {folder / 'nginx.pid'}; error_log {folder / 'nginx.log'} crit;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{ access_log off;\n{paths}\n{upstream}\n{servers}\n}}\n"
    )


@contextmanager
def nginx(folder: Path, places: tuple[Place, Place]) -> Iterator[list[int]]:
    """Its ports: of both machines, of the first, of the second."""
    ports = [free_port() for _ in range(3)]
    file = folder / "nginx.conf"
    file.write_text(nginx_configuration(folder, places, ports))
    process = subprocess.Popen(["nginx", "-e", str(folder / "nginx.log"), "-c", str(file)])
    try:
        yield ports
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def cache(folder: Path, address: str) -> Iterator[str]:
    """The address of a Valkey or Redis of its own; empty where none can be started, or the library isn't there."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if not program or not find_spec("redis"):
        yield ""
        return
    port = free_port()
    options = ["--port", str(port), "--bind", address, "--protected-mode", "no", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        yield f"rediscache://{address}:{port}/1"
    finally:
        process.terminate()
        process.wait(PATIENCE)


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


@dataclass
class Site:
    """Two machines, one worker, nginx and a database."""

    network: Network
    database: str
    cache: str
    ports: list[int]
    mail: MailServer
    worker: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database,
            "CACHE_URL": self.cache or "dbcache://cache",
            "SECRET_KEY": OLD,
            "SECRET_KEY_FALLBACKS": "",
            "EMAIL_URL": self.mail.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "PLAIN_HTTP": "true",
            "BEHIND_PROXY": "true",
            "DEBUG": "false",
            "LOG_LEVEL": "CRITICAL",
            # So that a second machine can add something, also where both share a few processors.
            "WEB_CONCURRENCY": "1",
        }
        for command in (["migrate"], ["createcachetable"], ["load_checklist"]):
            call(
                sys.executable,
                "manage.py",
                *command,
                "-v0",
                stdout=subprocess.DEVNULL,
                cwd=BASE_DIR,
                env=self.environment,
            )
        self.items, self.talk, self.join, self.alone = self.ask(PREPARE)
        self.machines = [Machine(place, self.environment) for place in self.network.places]

    def start(self) -> None:
        for machine in self.machines:
            machine.start()
        self.start_worker()

    def ask(self, code: str) -> Any:
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        asked = subprocess.run(command, check=True, capture_output=True, text=True, cwd=BASE_DIR, env=self.environment)
        return json.loads(asked.stdout.splitlines()[-1])

    def start_worker(self) -> None:
        if self.worker:
            kill(self.worker)
        self.worker = start([sys.executable, "manage.py", "worker"], self.environment)

    def set_keys(self, key: str, *others: str) -> None:
        """Everywhere, one after the other."""
        self.environment.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=",".join(others))
        for machine in self.machines:
            machine.restart()
        self.start_worker()

    def end(self) -> None:
        for machine in self.machines:
            machine.kill()
        if self.worker:
            kill(self.worker)
        self.mail.close()


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


@contextmanager
def two_machines() -> Iterator[Site]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        database = folder / "database"
        database.mkdir()
        where = stack.enter_context(network(folder))
        cluster = stack.enter_context(postgres(database, where.address))
        cached = stack.enter_context(cache(folder, where.address))
        ports = stack.enter_context(nginx(folder, where.places))
        site = Site(where, cluster.url, cached, ports, MailServer())
        stack.callback(site.end)
        site.start()
        yield site


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
