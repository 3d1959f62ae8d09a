"""At a million answers: how long backing up, checking, restoring and moving take, and that none of it fits the database
in memory. By hand: `./test -m slow -k million -n 0 -s`, and again with `DATABASE_URL` on PostgreSQL."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from reflectie.models import Answer
from tests.helpers.factories import make_collaboration, make_sessions
from tests.helpers.own_database import environment_on_it, other_database

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]

SESSIONS, RESPONSES = 6667, 10
NOTE = "Een notitie van gewone lengte, zoals mensen die bij een stelling schrijven."
# The key of a row, and a row in ten.
SQL = {
    "sqlite": ("lower(hex(randomblob(16)))", "abs(random()) % 10 = 0", "0", "1"),
    "postgresql": ("gen_random_uuid()", "random() < 0.1", "false", "true"),
}
MOST_MEMORY = 250
# Runs a command, and prints its seconds, those it worked, and its megabytes. A small process of its own: what a command
# had at most is never less than what had whoever started it.
MEASURE = """
import resource, subprocess, sys, time
begin = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(code)
"""


def fill() -> None:
    """A million answers on 66,670 sheets of 6,667 sessions, one in ten with a note."""
    collaboration = make_collaboration()
    day = date(2026, 11, 20)
    alike = {"collaboration": collaboration, "mode": "anonymous", "planned_on": day, "changed_on": day, "stage": "open"}
    make_sessions(*[alike] * SESSIONS)
    key, often, no, yes = SQL[connection.vendor]
    numbers = f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RESPONSES}) SELECT i FROM n)"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reflectie_response (id, session_id, finished, typed, extras) "
            f"SELECT {key}, s.id, {yes}, {no}, '{{}}' FROM reflectie_session s, {numbers} AS number"
        )
        cursor.execute(
            "INSERT INTO reflectie_answer (id, response_id, item_id, value, note, released) "
            f"SELECT {key}, r.id, i.id, 'helping', CASE WHEN {often} THEN '{NOTE}' ELSE '' END, {no} "
            "FROM reflectie_response r, reflectie_item i"
        )
    connection.close()


def run(*command: str, **environment: str) -> tuple[float, float]:
    """Seconds that a command takes, and the most megabytes that its process had."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env={**environment_on_it(), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    took, work, memory = map(float, done.stdout.split())
    print(f"{command[0]}: {took:.0f} s ({work:.0f} s of work), {memory:.0f} MB")
    return took, memory


def test_a_million_answers_are_backed_up_restored_and_moved_in_little_memory(tmp_path: Path) -> None:
    fill()
    number = Answer.objects.count()
    connection.close()
    assert number >= 1_000_000
    file, moved = tmp_path / "b.zip", f"sqlite:///{tmp_path / 'verhuisd.sqlite3'}"
    print(f"\n{number} answers on {connection.vendor}")
    with other_database(str(tmp_path / "terug.sqlite3")) as back, other_database(str(tmp_path / "leeg.sqlite3")) as new:
        used = [run("move_to", moved), run("move_to", back, DATABASE_URL=moved)]
        used += [run("backup", str(file)), run("check_backup", str(file)), run("restore", str(file), DATABASE_URL=new)]
        print(f"the backup: {file.stat().st_size / 1e6:.0f} MB")
    assert max(memory for _, memory in used) < MOST_MEMORY
