"""Two machines with one database, one key and nginx in front: any of them answers anybody, and either may go."""

import re
from pathlib import Path

import pytest

from benchmarks.machines import Place, blocks_of_paper, is_possible, nginx_configuration
from benchmarks.two_machines import run

PAPERS = Path(__file__).resolve().parents[2] / "docs" / "hosting"


@pytest.mark.slow
def test_nothing_is_lost_and_nobody_signed_out_on_two_machines(capsys):
    if missing := is_possible():
        pytest.skip(f"needs {missing}")
    with capsys.disabled():
        print()
        found = run()
    assert found.acknowledged > 1000
    assert (found.lost, found.twice) == (0, 0)
    # A page that was asked of a machine that goes is asked of the other.
    assert set(found.looks) == {"200"}
    assert len(found.answered_by) == 2
    assert min(found.answered_by.values()) > 10
    # Whoever's form a machine was reading when it was killed; each of twenty at most, for each of two machines.
    assert (set(found.trouble) <= {"502"}, sum(found.trouble.values()) <= 2 * 20) == (True, True)


def test_nginx_is_set_as_the_paper_has_it(tmp_path: Path):
    places = (Place("10.9.9.2"), Place("10.9.9.3"))
    configuration = nginx_configuration(tmp_path, places, [1, 2, 3])
    upstream, location = blocks_of_paper()
    assert location in configuration
    assert upstream.replace("10.0.0.2", "10.9.9.2").replace("10.0.0.3", "10.9.9.3") in configuration


def test_two_machines_are_behind_the_same_nginx_as_one():
    """But for whom requests are passed to."""
    [location] = re.findall(
        r"^    location / \{\n(        proxy_.*?)^    \}", (PAPERS / "proxy.md").read_text(), re.M | re.S
    )
    one = {line.strip() for line in location.splitlines()}
    two = {line.strip() for line in blocks_of_paper()[1].splitlines() if line.endswith(";")}
    assert one - two == {"proxy_pass http://127.0.0.1:8000;"}
    assert two - one == {"proxy_pass http://samenwerking;", "proxy_connect_timeout 2s;"}
