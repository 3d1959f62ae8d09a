"""The units for systemd: what they name is there, what they allow is enough, and systemd reads them."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings
from gunicorn.config import Config

from reflectie.management.commands import worker

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
# Where a unit says that the code is.
THERE = "/srv/samenwerking"
SERVER, WORKER, SOCKET = "samenwerking.service", "samenwerking-worker.service", "samenwerking.socket"
# The worker makes backups too, where the paper on backups puts them; a dash: it starts without that folder as well.
WRITES = {SERVER: f"{THERE}/var", WORKER: f"{THERE}/var -/srv/backups/samenwerking"}
GUARDS = {
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "CapabilityBoundingSet": "",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "MemoryDenyWriteExecute": "true",
    "UMask": "0077",
    "User": "samenwerking",
}


def read(name: str) -> ConfigParser:
    # What adds up in systemd stands there more than once: the last counts here.
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNITS / name)
    return unit


def test_every_unit_is_looked_at():
    assert {path.name for path in UNITS.iterdir()} == {SERVER, WORKER, SOCKET}


@pytest.mark.parametrize("name", [SERVER, WORKER, SOCKET])
def test_nothing_is_set_twice_but_what_adds_up(name):
    keys = re.findall(r"^(\w+)=", (UNITS / name).read_text(), flags=re.MULTILINE)
    assert {key for key in keys if keys.count(key) > 1} <= {"SystemCallFilter"}


@pytest.mark.parametrize("name", [SERVER, WORKER])
def test_unit_names_what_exists_and_touches_var_alone(name):
    service = read(name)["Service"]
    program, *arguments = service["ExecStart"].split()
    assert Path(program).parent == Path(THERE, ".venv", "bin")
    assert (ROOT / Path(program).relative_to(THERE)).is_file()
    files = [part for part in arguments if part.endswith(".py")]
    assert [(ROOT / file).is_file() for file in files] == [True]
    assert service["WorkingDirectory"] == THERE
    assert {key: service[key] for key in GUARDS} == GUARDS
    assert service["ReadWritePaths"] == WRITES[name]
    paper = read(name)["Unit"]["Documentation"].removeprefix(f"file://{THERE}/")
    assert (ROOT / paper).is_file()
    # All that the app writes is there.
    assert settings.VAR_DIR.relative_to(settings.BASE_DIR) == Path("var")


def test_worker_may_write_where_papers_put_the_daily_backup():
    """Found on a server: with all else read only the worker made none, in a folder that its user owned."""
    for named in ("docs/hosting/backup.md", ".env.example"):
        [folder] = set(re.findall(r"^#?\s*BACKUP_DIR=(\S+)$", (ROOT / named).read_text(), flags=re.MULTILINE))
        assert f"-{folder}" in read(WORKER)["Service"]["ReadWritePaths"].split()


def test_stopping_takes_no_longer_than_the_unit_waits():
    gunicorn = Config()
    ours = (ROOT / "samenwerking" / "gunicorn.py").read_text()
    assert "graceful_timeout" not in ours
    assert int(read(SERVER)["Service"]["TimeoutStopSec"]) > gunicorn.graceful_timeout
    assert int(read(WORKER)["Service"]["TimeoutStopSec"]) > worker.GRACE


def test_server_takes_the_socket_at_the_port_that_papers_name():
    assert read(SERVER)["Unit"]["Requires"] == SOCKET
    assert read(SOCKET)["Socket"]["ListenStream"] == "127.0.0.1:8000"
    assert "os.environ.get('PORT', '8000')" in (ROOT / "samenwerking" / "gunicorn.py").read_text()


@pytest.fixture
def here(tmp_path) -> list[str]:
    """The units as they would be for this folder: systemd looks whether what they start is there."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze isn't here: the Debian package systemd has it")
    (tmp_path / "units").mkdir()
    for path in UNITS.iterdir():
        (tmp_path / "units" / path.name).write_text(path.read_text().replace(THERE, str(ROOT)))
    return [str(path) for path in sorted((tmp_path / "units").iterdir())]


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)


def test_systemd_reads_the_units_without_a_word(here):
    told = analyze("verify", "--man=no", *here)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_systemd_says_what_is_wrong_with_a_unit(here):
    [path] = [Path(path) for path in here if path.endswith(SERVER)]
    path.write_text(path.read_text().replace("gunicorn -c", "gunicorn-weg -c").replace("PrivateTmp=", "PrivatTmp="))
    told = analyze("verify", "--man=no", *here)
    assert "PrivatTmp" in told.stderr
    assert "gunicorn-weg" in told.stderr


@pytest.mark.parametrize("name", [SERVER, WORKER])
def test_systemd_finds_the_services_well_closed(here, name):
    """Its own measure, from 10 (open to all) to 0; without the guards it says 9.2."""
    [path] = [path for path in here if path.endswith(f"/{name}")]
    told = analyze("security", "--offline=true", "--threshold=17", path)
    assert told.returncode == 0, told.stdout[-300:]
