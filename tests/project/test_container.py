"""The container: its two files say what they should, and what its script makes serves with all else read-only.

This needs no container engine: the script works in a Debian made by debootstrap, and what an engine would do (another
root, a user, what may be written) is done with `unshare` and `chroot`. What engines made of the files stands in
docs/hosting/container.md.
"""

import json
import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from sqlite3 import OperationalError, connect
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from benchmarks.server import free_port
from tests.helpers.working import MailServer, wait_until

ROOT = Path(__file__).resolve().parents[2]
PARTS = ROOT / "deploy" / "container"
CONTAINERFILE = (ROOT / "Containerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"web", "worker", "setup"}
# Where the Containerfile puts the code.
THERE = "/srv/samenwerking"
USER = 10001


def instructions(name: str) -> list[str]:
    """What follows each instruction of this name in the Containerfile, lines that go on taken together."""
    joined = re.sub(r"\\\n\s*", "", CONTAINERFILE)
    return re.findall(rf"^\s*{name} (.+)$", joined, flags=re.MULTILINE)


def environment_of_the_image() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in shlex.split(line))


# --- what the files say


def test_containerfile_runs_the_script_as_root_and_all_else_as_nobody_in_particular() -> None:
    lines = re.findall(r"^([A-Z]+) ", CONTAINERFILE, flags=re.MULTILINE)
    order = "ARG FROM WORKDIR COPY RUN ENV LABEL USER EXPOSE ENTRYPOINT CMD HEALTHCHECK"
    assert lines == order.split()
    assert instructions("RUN") == ["deploy/container/install"]
    assert instructions("USER") == [f"{USER}:{USER}"]
    assert instructions("WORKDIR") == [THERE]
    assert instructions("ARG") == ["DEBIAN=12"]
    assert instructions("ENTRYPOINT") == [f'["{THERE}/deploy/container/start"]']
    assert f"--uid {USER} " in (PARTS / "install").read_text()
    assert all(os.access(PARTS / name, os.X_OK) for name in ("install", "start"))


def test_labels_say_what_the_project_says_of_itself() -> None:
    [line] = instructions("LABEL")
    labels = dict(pair.removeprefix("org.opencontainers.image.").split("=", 1) for pair in shlex.split(line))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    licence = yaml.safe_load((ROOT / "publiccode.yml").read_text())["legal"]["license"]
    assert list(labels) == ["title", "description", "licenses", "version"]
    assert (labels["title"], labels["licenses"], labels["version"]) == ("Samenwerking", licence, version)


def test_nothing_secret_stands_in_the_files() -> None:
    said = {**environment_of_the_image()}
    for service in SERVICES.values():
        said |= service.get("environment", {})
    secret = {name: value for name, value in said.items() if re.search("KEY|PASSWORD|TOKEN|URL", name)}
    assert set(secret) == {"CACHE_URL", "DATABASE_URL", "POSTGRES_PASSWORD"}
    assert all("${POSTGRES_PASSWORD:?" in secret[name] for name in ("DATABASE_URL", "POSTGRES_PASSWORD"))
    example = (PARTS / "env.example").read_text()
    assert re.findall(r"^(\w+)=$", example, flags=re.MULTILINE) == ["SECRET_KEY", "POSTGRES_PASSWORD"]


def test_only_what_serves_goes_into_the_container() -> None:
    """No database, no settings of this machine, no tests; and all that the script and the settings read."""
    kept = context()
    assert {
        "manage.py",
        "pyproject.toml",
        "requirements.txt",
        "requirements-redis.txt",
        ".ci/setup.sh",
        "deploy/container/start",
    } <= kept
    left_out = {"tests", "benchmarks", "docs", "var", ".venv", ".git", ".env"}
    assert {path.split("/")[0] for path in kept} & left_out == set()
    assert len(kept) > 500


def test_every_service_is_closed_and_asked_how_it_is() -> None:
    assert set(SERVICES) == OURS | {"database", "valkey", "proxy"}
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"]["max-size"], name
        assert service.get("privileged") is None, name
        assert service["healthcheck"] == {"disable": True} or service["healthcheck"]["test"][0] == "CMD", name
        # Memory of the machine: what is put there mustn't fill it.
        assert all(re.fullmatch(r"/[a-z/]+:size=\d+m", place) for place in service["tmpfs"]), name
    # Setup ends.
    assert [name for name in SERVICES if SERVICES[name]["healthcheck"] == {"disable": True}] == ["setup"]
    assert {name: SERVICES[name]["user"] for name in SERVICES} == {
        **dict.fromkeys(OURS, f"{USER}:{USER}"),
        "database": "postgres",
        "valkey": "999",
        # Root that may do nothing of what root may, but bind a port.
        "proxy": "root",
    }
    assert {name: service["cap_add"] for name, service in SERVICES.items() if "cap_add" in service} == {
        "proxy": ["NET_BIND_SERVICE"]
    }


def test_health_is_asked_the_same_in_both_files() -> None:
    [options, asked] = re.split(" CMD ", instructions("HEALTHCHECK")[0])
    said = dict(option.removeprefix("--").replace("-", "_").split("=") for option in options.split())
    theirs = {**SERVICES["web"]["healthcheck"]}
    assert ["CMD", *json.loads(asked)] == theirs.pop("test")
    assert said == {name: str(value) for name, value in theirs.items()}
    assert SERVICES["worker"]["healthcheck"]["test"][2:] == ["manage", "worker", "--check"]


def seconds(said: str) -> int:
    return int(said.removesuffix("s"))


@pytest.mark.parametrize(("name", "unit"), [("web", "samenwerking"), ("worker", "samenwerking-worker")])
def test_what_must_end_gets_the_time_that_units_give_it(name: str, unit: str) -> None:
    text = (ROOT / "deploy" / "systemd" / f"{unit}.service").read_text()
    [given] = re.findall(r"^TimeoutStopSec=(\d+)$", text, flags=re.MULTILINE)
    assert seconds(SERVICES[name]["stop_grace_period"]) >= int(given)


def test_what_falls_over_comes_back_after_what_it_needs() -> None:
    assert {name: SERVICES[name]["restart"] for name in SERVICES} == {
        **dict.fromkeys(SERVICES, "unless-stopped"),
        # Asked for once: whoever asks reads what went wrong.
        "setup": "no",
    }
    both = {"condition": "service_healthy"}
    for name in OURS:
        assert SERVICES[name]["depends_on"] == {"database": both, "valkey": both}
    assert SERVICES["proxy"]["depends_on"] == {"web": both}


def test_what_people_wrote_stays_in_volumes() -> None:
    for name in OURS:
        assert SERVICES[name]["volumes"] == [f"var:{THERE}/var", "backups:/srv/backups"]
        assert SERVICES[name]["environment"]["BACKUP_DIR"] == "/srv/backups"
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    # A cache is no place to keep anything.
    assert "volumes" not in SERVICES["valkey"]


def test_the_image_is_made_once_and_asked_of_no_registry() -> None:
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["web"]
    assert {name for name in SERVICES if SERVICES[name].get("pull_policy") == "never"} == OURS


def test_only_the_proxy_faces_the_world_and_database_and_cache_reach_nobody() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert COMPOSE["networks"] == {"front": None, "inside": {"internal": True}}
    assert {name: SERVICES[name]["networks"] for name in ("database", "valkey", "proxy")} == {
        "database": ["inside"],
        "valkey": ["inside"],
        "proxy": ["front"],
    }


def test_images_of_others_have_their_major_version_and_what_is_named_is_there() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if name not in OURS}
    assert all(re.fullmatch(r"docker\.io/[a-z]+/[a-z]+:\d+", image) for image in images.values()), images
    assert {SERVICES[name]["image"] for name in OURS} == {"localhost/samenwerking:0"}
    volumes = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert {volume for volume in volumes if not volume.startswith("./")} == set(COMPOSE["volumes"])
    assert [volume for volume in volumes if volume.startswith("./") and not (ROOT / volume).is_file()] == []
    commands = {SERVICES[name]["command"][0] for name in OURS}
    assert commands <= set(re.findall(r"^(\w+)\)", (PARTS / "start").read_text(), flags=re.MULTILINE))


def test_variables_of_compose_are_those_of_its_example_and_of_the_settings() -> None:
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    example = set(re.findall(r"^(\w+)=", (PARTS / "env.example").read_text(), flags=re.MULTILINE))
    settings = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert asked == {"SITE_NAME", "POSTGRES_PASSWORD"}
    assert example - settings == asked
    assert set(SERVICES["web"]["environment"]) <= settings
    assert not example & set(SERVICES["web"]["environment"])


class Echo(BaseHTTPRequestHandler):
    """Says which headers came."""

    def do_GET(self) -> None:
        content = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        pass


def test_proxy_says_who_asks_and_logs_no_address(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("caddy isn't here: the Debian package caddy has it")
    app, http, https = ThreadingHTTPServer(("127.0.0.1", 0), Echo), free_port(), free_port()
    own = f"{{\n\tskip_install_trust\n\thttp_port {http}\n\thttps_port {https}\n"
    ours = (PARTS / "Caddyfile").read_text()
    file = tmp_path / "Caddyfile"
    file.write_text(ours.replace("{\n", own, 1).replace("web:8000", f"127.0.0.1:{app.server_port}"))
    places = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        # Of this name it makes the certificate itself.
        proxy = subprocess.Popen(
            [caddy, "run", "--adapter", "caddyfile", "--config", str(file)],
            env={**places, "SITE_NAME": "localhost"},
            stdout=log,
            stderr=log,
        )
    trusting = ssl._create_unverified_context()

    def asked() -> tuple[int, str]:
        lies = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "gopher"}
        with closing(HTTPSConnection("localhost", https, timeout=10, context=trusting)) as connection:
            connection.request("GET", "/invullen/dit-is-een-sleutel/", headers=lies)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()

    def answers() -> bool:
        with suppress(OSError):
            return asked()[0] == 200
        return False

    Thread(target=app.serve_forever, daemon=True).start()
    try:
        wait_until(answers, 20)
        came = dict(line.split(": ", 1) for line in asked()[1].splitlines() if line)
        assert came["Host"] == f"localhost:{https}"
        assert (came["X-Forwarded-For"], came["X-Forwarded-Proto"]) == ("127.0.0.1", "https")
        app.shutdown()
        app.server_close()
        assert asked()[0] == 502
    finally:
        proxy.terminate()
        proxy.wait(timeout=20)
    told = (tmp_path / "log").read_text()
    assert "connection refused" in told
    assert "sleutel" not in told


# --- what the script makes


def context() -> set[str]:
    """The files an engine would hand to the Containerfile: those of this commit that `.dockerignore` lets in."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert "*" in lines
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return {
        path
        for path in told.stdout.splitlines()
        if any(path == one or path.startswith(f"{one}/") for one in let_in) and (ROOT / path).exists()
    }


# Everything of another root read-only, but for /tmp and two folders; then as the user of the container, who can
# become nobody else. $1 is the root, $2 what the host keeps.
CLOSED = """
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/tmp"
mount --bind "$2/var" "$1/srv/samenwerking/var"
mount --bind "$2/backups" "$1/srv/backups"
root=$1
shift 2
exec chroot --userspec=10001:10001 --groups= "$root" setpriv --no-new-privs "$@"
"""
# As the script runs while an image is made.
OPEN = 'mount -t proc proc "$1/proc"\nroot=$1\nshift 2\nexec chroot "$root" "$@"'
APART = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]


@dataclass
class Box:
    """A folder with all that the container would hold, and what a host keeps beside it."""

    root: Path
    kept: Path
    environment: dict[str, str]
    mail: MailServer

    def command(self, script: str, *words: str) -> list[str]:
        named = [f"{name}={value}" for name, value in self.environment.items()]
        return [
            *APART,
            "bash",
            "-ec",
            script,
            "box",
            str(self.root),
            str(self.kept),
            "/usr/bin/env",
            "-i",
            *named,
            *words,
        ]

    def run(self, *words: str, script: str = CLOSED) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(script, *words),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run(f"{THERE}/deploy/container/start", *words)

    @contextmanager
    def started(self, *words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
        """The same while it runs; with the number of what runs inside, the first process there."""
        command = self.command(CLOSED, f"{THERE}/deploy/container/start", *words)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
                wait_until(lambda: bool(children.read_text().split()))
                yield process, int(children.read_text().split()[0])
            finally:
                process.kill()


def size(folder: Path) -> int:
    """Megabytes on disk, as du counts."""
    told = subprocess.run(["du", "-smx", str(folder)], capture_output=True, text=True, check=True)
    return int(told.stdout.split()[0])


def fetch_debian(suite: str, root: Path) -> None:
    told = subprocess.run(
        ["debootstrap", "--variant=minbase", suite, str(root)], capture_output=True, text=True, timeout=900, check=False
    )
    if told.returncode and not (root / "bin" / "sh").exists():
        pytest.skip(f"Debian can't be fetched from here: {told.stdout.strip().splitlines()[-1:]}")
    assert told.returncode == 0, told.stdout[-500:]


def fetch_packages(python: str, folder: Path) -> None:
    """By this machine's own way to them; the script compares each with its hash. Also those that only another Python
    than this one needs."""
    folder.mkdir()
    all_of_them = folder / "all.txt"
    named = "".join((ROOT / lock).read_text() for lock in ("requirements.txt", "requirements-redis.txt"))
    all_of_them.write_text(re.sub(r" ; .+(?= \\$)", "", named, flags=re.MULTILINE))
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--require-hashes", "--only-binary=:all:",
         "--python-version", python, "-d", str(folder), "-r", str(all_of_them)],
        check=True, timeout=600, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module", params=[("bookworm", "3.11"), ("trixie", "3.13")], ids=["debian-12", "debian-13"])
def box(request, tmp_path_factory) -> Iterator[Box]:
    suite, python = request.param
    if os.geteuid() != 0:
        pytest.skip("making a container asks for root")
    if not shutil.which("debootstrap"):
        pytest.skip("debootstrap isn't here: the Debian package debootstrap has it")
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a mount namespace")
    folder, mail = tmp_path_factory.mktemp(suite), MailServer()
    root, kept = folder / "root", folder / "kept"
    # An engine passes by the folders above; here the user of the container walks through them.
    for above in (folder, folder.parent):
        above.chmod(0o711)
    try:
        began = time.monotonic()
        fetch_debian(suite, root)
        bare, fetched = size(root), time.monotonic()
        fetch_packages(python, root / "wheels")
        for path in context():
            target = root / THERE.lstrip("/") / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, target)
        for name in ("var", "backups"):
            (kept / name).mkdir(parents=True, mode=0o700)
            os.chown(kept / name, USER, USER)
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        made = Box(root, kept, {"PATH": path, **proxies, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}, mail)
        built = made.run(f"{THERE}/deploy/container/install", script=OPEN)
        shutil.rmtree(root / "wheels")
        assert built.returncode == 0, built.stdout + built.stderr
        print(
            f"\n{suite}: {bare} MB and {fetched - began:.0f} s for Debian,"
            f" then {size(root) - bare} MB and {time.monotonic() - fetched:.0f} s for the app"
        )
        made.environment = {
            "PATH": path,
            **environment_of_the_image(),
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "ALLOWED_HOSTS": "samenwerking.example.org,127.0.0.1",
            "BEHIND_PROXY": "true",
            "EMAIL_URL": mail.url,
            "BACKUP_DIR": "/srv/backups",
            "PORT": str(free_port()),
        }
        yield made
    finally:
        mail.close()
        shutil.rmtree(folder)


def headers_of_proxy() -> dict[str, str]:
    return {"Host": "samenwerking.example.org", "X-Forwarded-Proto": "https"}


def ask(box: Box, path: str) -> tuple[int, bytes]:
    """As the proxy does."""
    request = urllib.request.Request(f"http://127.0.0.1:{box.environment['PORT']}{path}", headers=headers_of_proxy())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status, answer.read()


def register(box: Box, address: str) -> None:
    """Fill in the form for an account, as somebody would whom the site doesn't know: a code is mailed."""
    path, headers = "/account/registreren/", headers_of_proxy()
    with closing(HTTPConnection("127.0.0.1", int(box.environment["PORT"]), timeout=60)) as connection:
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', reply.read().decode())[:1]
        headers |= {
            "Cookie": (reply.getheader("Set-Cookie") or "").partition(";")[0],
            "Referer": f"https://{headers['Host']}{path}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", path, urlencode({"csrfmiddlewaretoken": token, "email": address}), headers)
        # On to where the code is asked for.
        assert connection.getresponse().status == 302


def is_well(box: Box) -> bool:
    with suppress(OSError):
        return ask(box, "/gezond/")[0] == 200
    return False


def privileges(pid: int) -> dict[str, str]:
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )
    return {name: status[name].split()[0] for name in ("Uid", "Gid", "NoNewPrivs", "CapEff")}


def has_beaten(box: Box) -> bool:
    with suppress(OperationalError), closing(connect(box.kept / "var" / "db.sqlite3")) as database:
        return database.execute("SELECT count(*) FROM reflectie_heartbeat").fetchone() == (1,)
    return False


@pytest.mark.slow
def test_what_the_script_makes_serves_prints_and_works_where_all_else_is_read_only(box: Box) -> None:
    nothing = {"Uid": str(USER), "Gid": str(USER), "NoNewPrivs": "1", "CapEff": "0" * 16}
    # It sets nothing up by itself: a container that starts anew mustn't migrate what others are working on.
    refused = box.start("web")
    assert refused.returncode != 0
    assert "0001_initial. Run " in refused.stderr
    set_up = box.start("setup")
    assert set_up.returncode == 0, set_up.stderr
    tried = box.run("sh", "-c", f"for f in / /etc {THERE} {THERE}/built /tmp {THERE}/var; do touch $f/x; done")
    assert len(re.findall("Read-only file system", tried.stderr)) == 4
    assert (box.kept / "var" / "x").exists()

    with box.started("web") as (web, inside):
        wait_until(lambda: is_well(box) or web.poll() is not None, 60)
        assert web.poll() is None, web.stdout and web.stdout.read()
        assert privileges(inside) == nothing
        assert box.start("health").returncode == 0
        status, page = ask(box, "/")
        [style] = re.findall(rb'href="(/static/css/[^"]+\.css)"', page)[:1]
        assert (status, ask(box, style.decode())[0]) == (200, 200)
        began = time.monotonic()
        assert ask(box, "/voorbeeld.pdf")[1].startswith(b"%PDF-")
        print(f"its PDF in {time.monotonic() - began:.1f} s")
        assert box.start("manage", "worker", "--check").returncode != 0
        register(box, "an@example.org")
        assert box.mail.taken == []
        with box.started("worker") as (worker, number):
            wait_until(lambda: has_beaten(box), 60)
            assert privileges(number) == nothing
            assert box.start("manage", "worker", "--check").returncode == 0
            wait_until(lambda: box.mail.taken, 20)
            [(address, letter)] = box.mail.taken
            assert address == "an@example.org"
            assert re.search(
                r"^ +[A-Z0-9]{4}-[A-Z0-9]{4}\r?$", letter.get_payload(decode=True).decode(), flags=re.MULTILINE
            )
            os.kill(number, signal.SIGTERM)
            assert worker.wait(timeout=20) == 0
        backup = box.start("manage", "backup", "/srv/backups/before.zip")
        assert backup.returncode == 0, backup.stderr
        assert (box.kept / "backups" / "before.zip").stat().st_uid == USER
        os.kill(inside, signal.SIGTERM)
        assert web.wait(timeout=40) == 0
        assert web.stdout
        assert "Samenwerking runs at" in web.stdout.read()
    assert box.start("health").returncode != 0
    assert box.start("dance").returncode != 0


@pytest.mark.slow
def test_programs_are_as_new_as_the_postgresql_of_compose(box: Box) -> None:
    """Older ones make no backup of it."""
    told = box.run("pg_dump", "--version").stdout
    [version] = re.findall(r"\) (\d+)", told)
    assert int(version) >= int(SERVICES["database"]["image"].rpartition(":")[2])
    assert box.run("sh", "-c", "command -v age pip3").stdout.split() == ["/usr/bin/age"]
    made = box.root / THERE.lstrip("/")
    assert sorted(path.name for path in (made / "built").iterdir() if path.is_dir()) == ["fonts", "static"]
    assert list((made / "var").iterdir()) == []
