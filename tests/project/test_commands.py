"""Every command says what it does (`--help`), has its example in docs/hosting/, and fails as a host can use it: not
with 0, with a line that says what is wrong, and without a key, a password or an address in it.

A command that is new gets a line in FAILING: how it can go wrong, and what it says then.
"""

import os
import re
import shutil
import socketserver
import struct
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parents[2]
HOSTING = sorted((ROOT / "docs" / "hosting").glob("*.md"))
NAMES = sorted(name for name, app in get_commands().items() if app == "reflectie")
SCRIPTS = ("./run", "./test", ".ci/run", ".ci/sbom", "deploy/container/install", "deploy/container/start")
PROGRAMS = (
    *("-m benchmarks", "-m benchmarks.restart", "-m benchmarks.two_machines", "-m tests.mutations"),
    *("docs/architecture.py", "docs/screenshots.py"),
)

# None of these may be said, nor an address.
KEY = "Geheim-sleutel-3vXw9QpLm72RzTdYc5HnGf8JaEu4WqKx61-en-nog-wat"
WORD = "Geheim-woord-61"
# Nobody listens at port 1.
AWAY = f"postgres://samen:{WORD}@127.0.0.1:1/samen"
# Of everything that opens something.
SETTINGS = {
    "SECRET_KEY": KEY,
    "READY_TOKEN": f"{KEY}-ready",
    "METRICS_TOKEN": f"{KEY}-metrics",
    "EMAIL_URL": f"smtp+tls://bo%40example.org:{WORD}@127.0.0.1:1",
    "DEFAULT_FROM_EMAIL": "Bo <bo@example.org>",
}
NO_DATABASE = ({"DATABASE_URL": AWAY}, r"✗ The database can't do this: .+ Connection refused\. Look at DATABASE_URL")
UNREADABLE = r"✗ DATABASE_URL can't be read: docs/hosting/configure\.md says how"
# By command: its arguments, settings beside those above, and what it says. {tmp} is a folder, {old} a whole backup,
# {encrypted} one that is encrypted.
FAILING: dict[str, list[tuple[str, dict[str, str], str]]] = {
    "backup": [
        ("{tmp}/b.zip", {"DATABASE_URL": AWAY}, "The database could not take it: .+ Connection refused"),
        ("{tmp}", {}, "is there already, and stays as it is"),
        ("/proc/b.zip", {}, "no more may be written"),
        ("--daily {old}", {}, "The folder for daily backups is not there, or may not be read"),
        (f"{{tmp}}/b.zip --recipient {WORD}", {}, "a recipient is no public key of age"),
        (
            "{tmp}/b.zip",
            {"PATH": "/nowhere", "BACKUP_RECIPIENT": "age1x"},
            "BACKUP_RECIPIENT asks for encrypted backups",
        ),
    ],
    "build_fonts": [("", {"DATABASE_URL": f"postgres://samen:{WORD}/{WORD}@db:5432/samen"}, UNREADABLE)],
    "check_backup": [
        ("{tmp}", {}, "is not there, is no file, or may not be read"),
        ("{tmp}/gone.zip", {}, "gone.zip is not there"),
        ("manage.py", {}, "The file is damaged or not whole"),
        ("{encrypted}", {}, "The backup is encrypted"),
        ("{encrypted} --identity {tmp}/gone", {}, "the file with the key can't be read"),
        ("{encrypted} --identity {tmp}", {}, "the file with the key can't be read"),
        ("{encrypted} --identity {old}", {}, "the file with the key can't be read"),
    ],
    "delete_expired": [("", *NO_DATABASE), ("bo@example.org", {}, r"unrecognized arguments: …@…")],
    "demo": [("", *NO_DATABASE), ("--remove", *NO_DATABASE)],
    "load_checklist": [
        ("", *NO_DATABASE),
        ("", {"DATABASE_URL": "sqlite:///{tmp}/empty.sqlite3"}, r"no such table.+ \./run --setup"),
        ("", {"DATABASE_URL": "sqlite:///{tmp}"}, "unable to open database file"),
        ("", {"DATABASE_URL": f"mysql://samen:{WORD}@db/samen"}, UNREADABLE),
        ("", {"DATABASE_URL": f"//samen:{WORD}@db/samen"}, UNREADABLE),
        ("", {"CACHE_URL": f"{WORD}://:{WORD}@db"}, "✗ CACHE_URL can't be read"),
        ("", {"EMAIL_URL": f"smtp://bo:{WORD}/{WORD}@db"}, "✗ EMAIL_URL can't be read"),
        ("", {"RETENTION_DAYS": WORD}, "✗ RETENTION_DAYS can't be read"),
        ("", {"SECRET_KEY": ""}, "✗ SECRET_KEY is missing"),
        ("", {"SECRET_KEY": "Geheim"}, "SECRET_KEY can be guessed"),
        ("", {"OWNER_CONTACT": "mailto:bo@example.org"}, "OWNER_CONTACT is .+ that leads nowhere"),
    ],
    "move_to": [
        ("", {}, "Say where to"),
        ("", {"MOVE_TO": AWAY}, r"Connection refused\. Nothing was moved"),
        ("", {"MOVE_TO": f"//samen:{WORD}@db/samen"}, r"no address of an SQLite or PostgreSQL.+ Nothing was moved"),
        ("sqlite:////nowhere/db.sqlite3", {}, r"can't be made.+ Nothing was moved"),
        ("sqlite:///{tmp}", {}, "unable to open database file"),
    ],
    "restore": [
        ("{tmp}", {}, "is not there, is no file, or may not be read. Nothing was restored"),
        ("{old}", {"DATABASE_URL": AWAY}, "made on SQLite, and this is PostgreSQL"),
        (f"{{old}} --replace --word {WORD}", {}, "That is not the name of the database"),
    ],
    "send_reminders": [("", *NO_DATABASE)],
    "test_mail": [
        ("bo@example.org", {}, r"didn't take it \(ConnectionRefusedError\)"),
        ("bo", {}, "That is no e-mail address"),
        ("bo@example.org", {"EMAIL_URL": "consolemail://"}, "EMAIL_URL is empty"),
    ],
    "worker": [
        ("once", {}, "unrecognized arguments: once"),
        ("", {"DATABASE_URL": "sqlite:///{tmp}/empty.sqlite3"}, "lacks migrations of this version"),
    ],
    "write_totals": [("", *NO_DATABASE), ("--check", *NO_DATABASE)],
}
# Each is a process of a second, and what a command says in one way it says by the same means in the others: the first
# of each is for every run.
CASES = [
    pytest.param(name, *case, marks=[pytest.mark.slow] if nth else [])
    for name, cases in FAILING.items()
    for nth, case in enumerate(cases)
]


def parser_of(name: str) -> ArgumentParser:
    return load_command_class("reflectie", name).create_parser("manage.py", name)


def own_options(name: str) -> list[tuple[str, str]]:
    """What a command takes of itself, beside what every command of Django does: its name and its help."""
    usual = {
        action.dest for action in load_command_class("django.core", "sendtestemail").create_parser("", "")._actions
    }
    usual -= {"email", "managers", "admins"}
    return [(action.dest, action.help or "") for action in parser_of(name)._actions if action.dest not in usual]


def blocks_of(paper: str) -> Iterator[str]:
    """Lines of code that stand by themselves, to be copied."""
    yield from re.findall(r"^    (\S.*)$", paper, flags=re.MULTILINE)


def run(command: list[str], settings: dict[str, str], **options) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SETTINGS, **settings}
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        timeout=120, **options,
    )  # fmt: skip


def leaks(said: str) -> list[str]:
    """What may not be said, whatever failed."""
    return [word for word in (KEY, WORD, "Geheim", "@example", "bo%40", "Traceback") if word in said]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, str]:
    """A database that is in order, a backup of it, and one that is encrypted."""
    folder = tmp_path_factory.mktemp("commands")
    database = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
    files = {"old": f"{folder}/old.zip", "encrypted": f"{folder}/old.zip.age", "tmp": str(folder / "folder")}
    (folder / "folder").mkdir()
    subprocess.run(["age-keygen", "--output", str(folder / "key.txt")], check=True, capture_output=True)
    key = subprocess.check_output(["age-keygen", "-y", str(folder / "key.txt")], text=True).strip()
    for arguments in (
        "migrate --verbosity 0",
        "createcachetable",
        "load_checklist",
        f"backup {files['old']}",
        f"backup {files['encrypted']} --recipient {key}",
    ):
        done = run([sys.executable, "manage.py", *arguments.split()], database, stdout=subprocess.PIPE)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    return {**database, **files}


@pytest.mark.parametrize("name", NAMES)
def test_command_says_what_it_does_and_what_each_option_is_for(name: str) -> None:
    about = parser_of(name).description or ""
    assert (len(about.split()) > 5, about.endswith(".")) == (True, True), about
    assert [option for option, text in own_options(name) if len(text.split()) < 2] == []


def test_options_of_our_own_are_found() -> None:
    assert {"file", "daily", "recipient", "keep_days"} == {option for option, _text in own_options("backup")}
    assert [option for option, _text in own_options("worker")] == ["check"]


@pytest.mark.parametrize("name", NAMES)
def test_command_has_an_example_to_copy_on_a_page_for_hosts(name: str) -> None:
    examples = [line for paper in HOSTING for line in blocks_of(paper.read_text())]
    assert len(examples) > 30
    assert [line for line in examples if re.search(rf"(?:manage\.py|\bmanage) {name}\b", line)] != []


def test_every_command_has_ways_in_which_it_fails() -> None:
    assert (set(NAMES) ^ set(FAILING), len(NAMES) > 10) == (set(), True)


@pytest.mark.parametrize(("name", "arguments", "environment", "said"), CASES)
def test_command_that_fails_says_why_and_gives_nothing_away(made, name, arguments, environment, said) -> None:
    if name == "check_backup" and not shutil.which("age"):
        pytest.skip("needs Debian's package age")
    given = {key: value.format(**made) for key, value in {"DATABASE_URL": made["DATABASE_URL"], **environment}.items()}
    done = run([sys.executable, "manage.py", name, *arguments.format(**made).split()], given, stdout=subprocess.PIPE)

    assert done.returncode in (1, 2), done.stderr
    assert re.search(said, done.stderr), done.stderr
    assert leaks(done.stdout + done.stderr) == []
    # A line, or two of a check; the whole usage where it is about the arguments.
    assert len(done.stderr.strip().splitlines()) <= (9 if done.returncode == 2 or "ERRORS" in done.stderr else 1)


@pytest.mark.parametrize("arguments", ["write_totals --check", "send_reminders", "check_backup {old}", "demo --remove"])
def test_command_that_can_not_say_what_it_did_fails(made, arguments) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "manage.py", *arguments.format(**made).split()]
        done = run(command, {"DATABASE_URL": made["DATABASE_URL"]}, stdout=full)
    assert (done.returncode, done.stderr) == (1, "✗ No space left on device\n")


class Refusing(socketserver.BaseRequestHandler):
    """A PostgreSQL that lets nobody in, and says why, as its protocol has it."""

    why = b""

    def handle(self) -> None:
        length, code = struct.unpack("!ii", self.request.recv(8))
        self.request.recv(length - 8)
        if code in (80877103, 80877104):
            # Encryption is asked for first; each is a request by itself.
            self.request.sendall(b"N")
            return self.handle()
        fields = b"SFATAL\0VFATAL\0C28P01\0M" + self.why + b"\0\0"
        self.request.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)
        return None


@pytest.mark.parametrize(
    "why",
    ['password authentication failed for user "samen"', f'database "{WORD}" does not exist'],
)
def test_what_a_database_says_that_lets_nobody_in_is_said_without_what_it_quotes(why: str) -> None:
    handler = type("Handler", (Refusing,), {"why": why.encode()})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"postgres://samen:{WORD}@127.0.0.1:{server.server_address[1]}/samen"
        done = run([sys.executable, "manage.py", "delete_expired"], {"DATABASE_URL": address}, stdout=subprocess.PIPE)
        server.shutdown()
    said = re.sub(r'"[^"]*"', "…", why)
    assert done.returncode == 1
    assert f"failed: FATAL:  {said}. Look at DATABASE_URL" in done.stderr
    assert leaks(done.stdout + done.stderr) == []


def test_fault_of_the_code_leaves_its_traceback_without_what_is_secret(tmp_path) -> None:
    fault = f"raise RuntimeError('bo@example.org {WORD} {KEY} /rapport/AAAAAAAAAAAAAAAAAAAAAA/')"
    command = f"command_line.execute_from_command_line = lambda _: exec({fault!r})"
    code = f"from samenwerking import command_line\n{command}\ncommand_line.main(['manage.py'])"
    settings = {"DATABASE_URL": AWAY, "DJANGO_SETTINGS_MODULE": "samenwerking.settings", "PYTHONPATH": str(ROOT)}
    done = run([sys.executable, "-c", code], settings, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert done.stderr.endswith("RuntimeError: …@… … … /rapport/…/\n")


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_says_what_it_does_and_does_nothing_when_asked_for_help(script: str) -> None:
    for option in ("--help", "-h"):
        done = run([script, option], {}, stdout=subprocess.PIPE)
        assert (done.returncode, done.stderr) == (0, ""), script
        assert len(done.stdout.split()) > 5
        assert "•" not in done.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_says_what_it_does_and_does_nothing_when_asked_for_help(program: str) -> None:
    done = run([sys.executable, *program.split(), "--help"], {}, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, ""), program
    assert done.stdout.startswith("usage: ")


@pytest.mark.parametrize("script", ["./run", ".ci/sbom", "deploy/container/start"])
def test_script_refuses_what_it_does_not_know(script: str) -> None:
    done = run([script, "--nonsense"], {}, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr.startswith("✗ Like this: ")) == (1, True)
