"""Two machines with one database behind nginx, for `python -m benchmarks.two_machines`.

Each machine is a network namespace with a `var/` of its own: the two share the database, the key and the cache, and no
file. nginx is set as docs/hosting/grow.md has it. Without the right to make namespaces, the machines are two addresses
of this one, with one `var/`; without a Valkey or Redis to start, the cache is the database's.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.cluster import postgres
from benchmarks.savers import PATIENCE, PEOPLE
from benchmarks.server import BASE_DIR, free_port
from tests.helpers.working import MailServer, kill, wait_until

PAPER = BASE_DIR / "docs" / "hosting" / "grow.md"
PORT = 8000
ADDRESS = "an@example.org"
# As `manage.py check` takes them.
OLD, NEW = (f"only-for-this-measurement-{word}-Sk3vXw9QpLm72RzTdYc5HnGf8JaEu4" for word in ("old", "new"))
# How long after a machine answers again nginx passes it requests for certain: the paper's `fail_timeout`, and a second.
TRUSTED_AFTER = 3

# What happens in the site's own database, in a process of its own: one JSON value on the last line.
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
