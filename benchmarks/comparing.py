"""Many sessions: compared, found again among ten thousand collaborations, and added up to signals, each beside bare
SQL that reads the same rows where there is something to read."""

import statistics
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from benchmarks.history import facilitator, years_of_work
from benchmarks.in_process import multiples
from benchmarks.run import Run, session_cookie
from reflectie.domain.comparison.comparison import MAX_COMPARED
from reflectie.models import Collaboration
from reflectie.services.comparison import comparisons
from reflectie.services.signals import load_signals

# What may take so many milliseconds is asked for less often.
SLOW = 500
SHEETS, MANY, ANSWERS = 50, 10_000, 1_000_000
# Of so many somebody has a role in one.
ONE_IN = 50
# Pages and files by the names of their addresses, what is asked besides the sessions, and in how many milliseconds it
# should be there.
PAGES = [
    ("compare", "", 0),
    ("compare-table", "", 80),
    ("compare-table", "open=goal-shared&rij=", 0),
    ("compare-table", "orde=knelt", 0),
    ("compare-time", "", 150),
    ("compare-beside", "", 110),
    ("compare-file xlsx", "", 200),
    ("compare-file csv", "", 0),
    ("compare-file json", "", 0),
    ("compare-pdf", "", 2500),
]
SEARCHES = [
    ("all", "collaborations", ""),
    ("all", "collaborations", "zoek=een wijk"),
    ("all", "collaborations", "zoek=clientenraad 9"),
    ("some", "compare", ""),
    ("some", "compare", "label=Één"),
    ("some", "compare", "partner=clientenraad"),
]

# What a comparison is made of, added up by the database: answers, what is needed, sessions.
ADDED_UP = """
SELECT r.session_id, a.item_id, a.value, COUNT(*) FROM reflectie_answer a
JOIN reflectie_response r ON r.id = a.response_id
WHERE r.session_id IN ({keys}) AND a.value > '' GROUP BY r.session_id, a.item_id, a.value
"""
NEEDS = """
SELECT r.session_id, r.extras ->> 'intensity-needed', COUNT(*) FROM reflectie_response r
WHERE r.session_id IN ({keys}) GROUP BY 1, 2
"""
SESSIONS = """
SELECT s.*, c.*, n.* FROM reflectie_session s JOIN reflectie_collaboration c ON c.id = s.collaboration_id
LEFT JOIN reflectie_conclusion n ON n.session_id = s.id WHERE s.id IN ({keys})
"""
ALL = "SELECT id FROM reflectie_session"


def _rows(keys: list[UUID] | None, *questions: str) -> Callable[[], None]:
    """Asks and reads all of it, as the driver gives it; of every session there is without `keys`."""
    given: list[Any] = keys or []
    if not connection.features.has_native_uuid_field:
        given = [key.hex for key in given]
    places = ", ".join(["%s"] * len(given)) or ALL

    def read() -> None:
        with connection.cursor() as cursor:
            for question in questions:
                cursor.execute(question.format(keys=places), given)
                cursor.fetchall()

    return read


def compare(run: Run) -> None:
    """Loaded, then pages and files as they are served."""
    number = 6 if run.smoke else MAX_COMPARED
    user, keys = years_of_work(number // 3, 3, run.number(SHEETS))
    rows = _rows(keys, SESSIONS, ADDED_UP, NEEDS)

    def own() -> None:
        found = comparisons.load_comparison(list(comparisons.comparable_sessions(user.pk)))
        if len(found.sessions) != number:
            raise RuntimeError(f"{len(found.sessions)} sessions compared")

    took = run.in_turns(5, own=own, rows=rows)
    what = f"comparing {number} sessions on {connection.vendor}, loaded (beside: bare SQL, added up)"
    run.beside(what, took["own"], took["rows"], aim="≤ 2.0 of it")
    chosen = urlencode([("sessie", str(key)) for key in keys])
    for page, asked, most in PAGES:
        _asked(run, user, page, asked, most, rows, chosen)


def _asked(
    run: Run, user: User, page: str, asked: str, most: int, rows: Callable[[], None] | None = None, chosen: str = ""
) -> None:
    """One page as it is served, beside bare SQL if there is some."""
    name, *arguments = page.split()
    path = f"{reverse(name, args=arguments)}?{'&'.join([chosen, quote(asked, safe='=&')])}"
    cookie, heading, aim = session_cookie(user), f"{page} {asked}".strip(), f"≤ {most} ms" if most else ""
    work = {"own": lambda: run.ask(path, Cookie=cookie), **({"rows": rows} if rows else {})}
    took = run.in_turns(1 if most > SLOW else 3, **work)
    if rows:
        run.beside(f"  {heading} over HTTP (beside: bare SQL, added up)", took["own"], took["rows"], aim=aim)
    else:
        run.add(heading, statistics.median(took["own"]), "ms", aim=aim)


def search(run: Run) -> None:
    """The list, a search and a filter, of somebody with a role in all of them, and of one with a role in some. Fewer
    in a smoke test."""
    number = MANY // 50 if run.smoke else MANY
    everybody, _ = years_of_work(number, 1, 0)
    # Some of every region.
    mine = Collaboration.objects.filter(memberships__user=everybody).order_by("region", "pk")
    people = {"all": everybody, "some": facilitator(mine[::ONE_IN])}
    for who, page, asked in SEARCHES:
        _asked(run, people[who], page, asked, 60)


def signals(run: Run) -> None:
    """Ten thousand collaborations that all take part, three years, three sheets a year."""
    number = MANY // 100 if run.smoke else MANY
    user, _ = years_of_work(number, 3, 3)
    rows = _rows(None, SESSIONS, ADDED_UP)
    took = run.in_turns(1, own=load_signals, rows=rows)
    heading = f"signals of {number} collaborations on {connection.vendor}, loaded (beside: bare SQL, added up)"
    run.beside(heading, took["own"], took["rows"], aim="≤ 1000 ms")
    _asked(run, user, "signals", "", 1000, rows)


def million(run: Run) -> None:
    """The hot ways with a thousand answers in the database, and with a million."""
    before = multiples(run)
    years_of_work((ANSWERS // 100 if run.smoke else ANSWERS) // (3 * SHEETS * 13), 3, SHEETS)
    for name, found in multiples(run).items():
        thousand = [own / empty for own, empty in zip(*before[name]["ms"], strict=True)]
        filled = [own / empty for own, empty in zip(*found["ms"], strict=True)]
        run.beside(f"{name}, with a million answers (beside: a few thousand)", filled, thousand, "×")
