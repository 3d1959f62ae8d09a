"""Whatever is killed, stopped or started anew while twenty people save: what they were told is kept is kept, and once.

`./test -m slow -k kills -n 0 -s` does each ten times on both databases, and prints what it counted.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.cluster import postgres
from benchmarks.savers import PATIENCE, PEOPLE, Crowd
from reflectie.domain.questionnaire.checklist import Checklist
from tests.helpers.served_site import LOOK, Site, running
from tests.helpers.working import wait_until

pytestmark = pytest.mark.slow

# How often each thing is done, and how many saves come between two of them.
TIMES, SAVES_BETWEEN = 10, 100
# For each of the two databases.
LEAST_ACKNOWLEDGED = 5_000


def prove(site: Site, checklist: Checklist, kills: dict[str, Callable[[], None]]) -> None:
    crowd = Crowd(site.port, site.join, [item.key for item in checklist])
    crowd.start()
    crowd.wait_for(SAVES_BETWEEN)
    for name, do in kills.items():
        before = crowd.acknowledged
        for _ in range(TIMES):
            do()
            crowd.wait_for(SAVES_BETWEEN)
        print(f"{name}: {TIMES} times, {crowd.acknowledged - before} saves acknowledged meanwhile")
    crowd.wait_for(max(0, LEAST_ACKNOWLEDGED - crowd.acknowledged))
    crowd.end()
    # What a worker was killed with is due again after its lease.
    wait_until(lambda: site.ask(LOOK)[1] == 0, 3 * PATIENCE)

    sheets = site.ask(LOOK)[0]
    lost, twice = crowd.lost_and_twice(sheets)
    print(f"{crowd.acknowledged} saves acknowledged, {lost} lost, {twice} kept twice; sent again after {crowd.trouble}")
    print(f"{len(site.invited)} mails handed over, {len(set(site.mail.addresses))} came, {site.mail.twice} came twice")
    assert crowd.acknowledged >= LEAST_ACKNOWLEDGED
    assert set(site.mail.addresses) == set(site.invited)
    assert (lost, twice, len(sheets)) == (0, 0, PEOPLE)
    # One for each time that the worker was killed between the mail server's yes and its own note of it, at most.
    assert site.mail.twice <= TIMES


def usual_kills(site: Site) -> dict[str, Callable[[], None]]:
    return {
        "web worker, kill -9": site.kill_web_worker,
        "master, kill -9": site.kill_master,
        "worker, kill -9": site.kill_worker,
        "SIGTERM and start": site.stop,
        "SIGHUP": site.reload,
    }


def test_kills_lose_nothing_that_was_acknowledged_on_sqlite(tmp_path: Path, checklist: Checklist, capsys):
    with capsys.disabled(), running(f"sqlite:///{tmp_path / 'db.sqlite3'}") as site:
        print("\nSQLite")
        prove(site, checklist, usual_kills(site))


def test_kills_lose_nothing_that_was_acknowledged_on_postgresql(tmp_path_factory, checklist: Checklist, capsys):
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    with capsys.disabled(), postgres(folder) as cluster, running(cluster.url) as site:
        print("\nPostgreSQL")
        prove(site, checklist, {**usual_kills(site), "PostgreSQL, kill -9": cluster.kill})
