"""What goes with a release: what is said of holes in packages that are known, and the tools that look for them."""

import json
import os
import re
import runpy
import subprocess
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOLES = runpy.run_path(str(ROOT / ".ci" / "known_holes.py"))
judge, read, NOT_ASKED = HOLES["judge"], HOLES["read"], HOLES["NOT_ASKED"]

WELL = {"name": "django", "version": "5.2.19", "vulns": []}
SKIPPED = {"name": "segno", "skip_reason": "Dependency not found on PyPI and could not be audited"}
HOLE = {"name": "idna", "version": "3.6", "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}]}
UNMENDED = {"name": "pillow", "version": "9", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([WELL], (["No known hole in 1 packages."], True)),
        ([WELL, SKIPPED], (["No known hole in 1 packages.", "Not asked about: segno."], True)),
        ([SKIPPED, SKIPPED], ([NOT_ASKED], True)),
        ([], ([NOT_ASKED], True)),
        ([WELL, HOLE], (["idna 3.6: PYSEC-2024-60, mended in 3.7"], False)),
        ([UNMENDED, SKIPPED], (["pillow 9: PYSEC-1, mended in none", "Not asked about: segno."], False)),
    ],
)
def test_known_hole_fails_and_a_list_out_of_reach_is_told(found, expected) -> None:
    assert judge({"dependencies": found}) == expected


NO_ANSWER = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='list.example', port=443): refused"


@pytest.mark.parametrize("written", [None, "", "Traceback", "[1"])
@pytest.mark.parametrize(
    "log", [NO_ANSWER, "", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\n"]
)
def test_nothing_that_was_written_is_a_list_out_of_reach(tmp_path: Path, written: str | None, log: str) -> None:
    if written is not None:
        (tmp_path / "holes.json").write_text(written)
    assert judge(read(tmp_path / "holes.json"), log) == ([NOT_ASKED], True)


@pytest.mark.parametrize(
    "log",
    [
        "usage: …\npip-audit: error: unrecognized arguments: --nonsense\n",
        "ERROR: django==5.0.0 does not contain a hash",
    ],
)
def test_pip_audit_that_can_not_be_run_so_is_no_list_out_of_reach(log: str) -> None:
    assert judge(None, log) == ([f"pip-audit failed: {log.strip().splitlines()[-1]}"], False)


class Holes(BaseHTTPRequestHandler):
    """A list of known holes, by OSV's interface, in which each version of redis has one."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["package"]["name"]
        events = [{"introduced": "0"}, {"fixed": "99"}]
        hole = {
            "id": "PYSEC-2099-1",
            "summary": "none",
            "affected": [
                {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
            ],
        }
        body = json.dumps({"vulns": [hole]} if name == "redis" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


# The very lines of .ci/run, without all else that it does.
CHECK = r"""
set -uo pipefail
. .ci/setup.sh
work=$1 failed=()
eval "$(sed -n '/^check() {/,/^}/p; /^tools() {/p; /^known_holes() {/,/^}/p' .ci/run)"
check holes known_holes
exit ${#failed[@]}
"""


@pytest.mark.slow
def test_hole_makes_ci_fail_and_a_list_that_is_away_is_a_notice(tmp_path: Path) -> None:
    """With the real pip-audit, on both lock files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Holes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/query"
        environment = {**os.environ, "PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": url}

        def check() -> tuple[int, list[str]]:
            done = subprocess.run(
                ["bash", "-c", CHECK, "check", str(tmp_path)], cwd=ROOT, env=environment, text=True,
                capture_output=True, check=False,
            )  # fmt: skip
            return done.returncode, [line for line in done.stdout.splitlines() if line]

        code, said = check()
        assert (code, said[1:]) == (1, [said[1], "✗ holes"])
        assert re.fullmatch(r"redis [\d.]+: PYSEC-2099-1, mended in 99", said[1])
        server.shutdown()
    assert check() == (0, ["=== holes", NOT_ASKED])


def test_tools_of_a_release_are_locked_and_stand_beside_the_tests() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    tools = {re.split(r"[>=<]", line)[0] for line in groups["release"]}
    assert tools == {"check-jsonschema", "cyclonedx-bom", "pip-audit"}
    locked = {name: (ROOT / f"requirements{name}.txt").read_text() for name in ("", "-dev", "-release")}
    for tool in tools:
        assert f"\n{tool}==" in locked["-release"]
        assert f"\n{tool}==" not in locked["-dev"] + locked[""]
    # With it, openpyxl would read workbooks by another library in the tests than in production.
    assert "\ndefusedxml==" not in locked["-dev"] + locked[""]
