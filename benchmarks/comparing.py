"""Comparing sixty sessions of fifty answer sheets, beside bare SQL that reads the same rows, in turns with it."""

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from benchmarks.recorder import Recorder
from reflectie.domain.comparison.comparison import MAX_COMPARED, Order
from reflectie.domain.setup import Mode
from reflectie.models import Answer, Checklist, Collaboration, Item, Membership, Response, Role, Session
from reflectie.services.comparison import comparisons

SHEETS = 50
TEAMS = 20
# What people answered, and what they did not: in every session otherwise.
GIVEN = ["hindering", "helping", "helping", "hindering", "dont-know", "helping", ""]
NEEDED = ["act", "inform", "act", "refer"]
# Pages and files: the name of the address, the format of a file, and what is asked besides the sessions.
PAGES: list[tuple[str, list[str], dict[str, str]]] = [
    ("compare", [], {}),
    ("compare-table", [], {}),
    ("compare-table", [], {"open": "goal-shared", "rij": ""}),
    ("compare-table", [], {"orde": "knelt"}),
    ("compare-time", [], {}),
    ("compare-beside", [], {}),
    ("compare-file", ["xlsx"], {}),
    ("compare-file", ["csv"], {}),
    ("compare-file", ["json"], {}),
    ("compare-pdf", [], {}),
]

# What a comparison is made of, added up by the database: people, answers, what is needed. And every single answer.
COUNTED = """
SELECT r.session_id, COUNT(*) FROM reflectie_response r WHERE r.session_id IN ({keys})
AND EXISTS (SELECT 1 FROM reflectie_answer a WHERE a.response_id = r.id AND a.value > '') GROUP BY r.session_id
"""
ADDED_UP = """
SELECT r.session_id, a.item_id, COUNT(CASE WHEN a.value = 'hindering' THEN 1 END),
COUNT(CASE WHEN a.value = 'helping' THEN 1 END), COUNT(CASE WHEN a.value = 'dont-know' THEN 1 END),
COUNT(CASE WHEN a.value = 'disagree' THEN 1 END)
FROM reflectie_answer a JOIN reflectie_response r ON r.id = a.response_id
WHERE r.session_id IN ({keys}) AND a.value > '' GROUP BY r.session_id, a.item_id
"""
NEEDS = "SELECT r.session_id, {needed}, COUNT(*) FROM reflectie_response r WHERE r.session_id IN ({keys}) GROUP BY 1, 2"
SHEET_BY_SHEET = "SELECT r.session_id, r.id, r.extras FROM reflectie_response r WHERE r.session_id IN ({keys})"
ONE_BY_ONE = """
SELECT a.response_id, i.key, a.value, a.note FROM reflectie_answer a
JOIN reflectie_response r ON r.id = a.response_id JOIN reflectie_item i ON i.id = a.item_id
WHERE r.session_id IN ({keys})
"""
SESSIONS = """
SELECT s.*, c.*, n.* FROM reflectie_session s JOIN reflectie_collaboration c ON c.id = s.collaboration_id
LEFT JOIN reflectie_conclusion n ON n.session_id = s.id WHERE s.id IN ({keys})
"""
AGREEMENTS = "SELECT * FROM reflectie_agreement WHERE session_id IN ({keys})"


def measure(run: Recorder) -> None:
    """Loading, then pages and files as they are served."""
    sheets = run.number(SHEETS)
    run.say(f"  {MAX_COMPARED} sessions of {sheets} answer sheets")
    user, keys = _years_of_work(sheets)
    _loading(run, user, keys)
    _served(run, user, keys)


def _years_of_work(sheets: int) -> tuple[User, list[UUID]]:
    """Somebody who facilitates TEAMS collaborations, and the sessions that they held over three years."""
    user = User.objects.create_user(uuid4().hex, "begeleider@example.org")
    checklist, items = Checklist.objects.get(), list(Item.objects.all())
    sessions, responses, answers = [], [], []
    for number in range(MAX_COMPARED):
        if number % (MAX_COMPARED // TEAMS) == 0:
            collaboration = Collaboration.objects.create(name=f"Samen in wijk {number}", region="Noord")
            Membership.objects.create(collaboration=collaboration, user=user, role=Role.FACILITATOR)
        day = date(2023, 11, 21) + timedelta(days=number * 17)
        sessions.append(
            Session(
                checklist=checklist,
                collaboration=collaboration,
                mode=Mode.ANONYMOUS,
                stage=Session.Stage.CONCLUDED,
                read_hash=uuid4().hex,
                planned_on=day,
                changed_on=day,
                expected=sheets,
            )
        )
        for sheet in range(sheets):
            extras = {"intensity-needed": NEEDED[(number + sheet) % len(NEEDED)], "goal-sentence": f"Zin {sheet}."}
            responses.append(Response(session=sessions[-1], finished=True, extras=extras))
            values = [(item, GIVEN[(number * 3 + sheet * item.pk + item.pk) % len(GIVEN)]) for item in items]
            answers += [Answer(response=responses[-1], item=item, value=value) for item, value in values if value]
    Session.objects.bulk_create(sessions)
    Response.objects.bulk_create(responses)
    # As rows lie after closing: in random order, by their random keys.
    Answer.objects.bulk_create(sorted(answers, key=lambda answer: str(answer.pk)), batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return user, [session.pk for session in sessions]


def _loading(run: Recorder, user: User, keys: list[UUID]) -> None:
    def own() -> None:
        found = comparisons.load_comparison(list(comparisons.comparable_sessions(user.pk).filter(pk__in=keys)))
        assert len(found.rows) * len(found.sessions) == 15 * MAX_COMPARED

    def rows_alone() -> None:
        _bare(keys, SESSIONS, COUNTED, ADDED_UP, NEEDS, AGREEMENTS)

    def one_by_one() -> None:
        _bare(keys, SESSIONS, SHEET_BY_SHEET, ONE_BY_ONE, AGREEMENTS)

    compared = comparisons.load_comparison(list(comparisons.comparable_sessions(user.pk)))
    work: dict[str, Callable[[], object]] = {
        "own": own,
        "rows": rows_alone,
        "answers": one_by_one,
        "order": lambda: compared.in_order(Order.HURT),
    }
    took = in_turns(work, run.turns(run.rounds * 5))
    what = f"comparing {MAX_COMPARED} sessions on {connection.vendor}, loaded"
    for name, beside, aim in (("bare SQL, added up", "rows", 2.0), ("bare SQL, every answer", "answers", None)):
        ratio = took["own"] / took[beside]
        run.add(
            f"{what} (beside: {name})",
            took["own"],
            "ms",
            ceiling=took[beside],
            ratio=ratio,
            aim=f"≤ {aim:.1f} of it" if aim else "",
            met=ratio <= aim if aim else None,
        )
    run.add("  put in order of where it hurts", took["order"], "ms")


def _bare(keys: list[UUID], *questions: str) -> None:
    """Ask and read all of it, as the driver gives it."""
    given: list[Any] = keys if connection.features.has_native_uuid_field else [key.hex for key in keys]
    needed = "r.extras ->> 'intensity-needed'"
    with connection.cursor() as cursor:
        for question in questions:
            cursor.execute(question.format(keys=", ".join(["%s"] * len(given)), needed=needed), given)
            cursor.fetchall()


def in_turns(work: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """How long each takes in ms, the median of so many turns; the first of all is not counted."""
    took: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(times + 1):
        for name, do in work.items():
            start = time.perf_counter()
            do()
            took[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(seconds[1:]) for name, seconds in took.items()}


def _served(run: Recorder, user: User, keys: list[UUID]) -> None:
    """Each page and file, beside the bare SQL that reads what it is made of."""
    client = Client()
    client.force_login(user)
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}
    chosen = [("sessie", str(key)) for key in keys]
    for name, arguments, more in PAGES:
        path = f"{reverse(name, args=arguments)}?{urlencode([*chosen, *more.items()])}"
        status, _, body, _ = run.ask(path, cookie)
        if status != 200:
            raise RuntimeError(f"status {status} for {name}")
        took = in_turns(
            {
                "own": lambda path=path: run.ask(path, cookie),  # type: ignore[misc]
                "rows": lambda: _bare(keys, SESSIONS, COUNTED, ADDED_UP, NEEDS, AGREEMENTS),
            },
            run.turns(run.rounds * 3),
        )
        run.add(
            f"  {' '.join([name, *arguments, *more])} over HTTP (beside: bare SQL, added up)",
            took["own"],
            "ms",
            note=f"{len(body) // 1024} KB",
            ceiling=took["rows"],
            ratio=took["own"] / took["rows"],
        )
