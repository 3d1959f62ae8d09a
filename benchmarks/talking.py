"""A talk that sixty phones follow: what it costs that nothing changed, also while PDFs are made, and how long a step
takes to reach all of them."""

import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from benchmarks.documents import pdf_paths
from benchmarks.figures import quantile
from benchmarks.people import answers
from benchmarks.run import SECONDS, Run
from reflectie.domain.meeting.talk import go_to
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Collaboration, Session
from reflectie.services.meeting.talks import change_talk, start_talk, state_of
from reflectie.services.questionnaire.checklists import published_checklist
from reflectie.services.questionnaire.plans import Plan
from reflectie.services.sample_data import make_round
from reflectie.services.sessions.rounds import close_round, open_report

FOLLOWERS = 60
# How often a page asks (static/js/talk.js).
PAUSE = 0.9
EMPTY = "/ceiling/empty"


def followed(run: Run) -> None:
    session = _talk()
    asked = {"at_once": FOLLOWERS, "kind": "get"}
    run.rates(
        f"a talk that {FOLLOWERS} follow, unchanged",
        3000,
        {**asked, "paths": [_path(session)], "status": 204},
        {**asked, "paths": [EMPTY]},
        aim="≥ 0.67 of it",
    )
    _while_pdfs_are_made(run, session)
    for name, beside in (("", _nothing), (", while PDFs are made", partial(_pdfs, run))):
        reached = [_reach(run, session, beside) for _ in range(run.rounds)]
        run.add(f"a step reaches {FOLLOWERS}{name}: the last", statistics.median(reached), "ms", aim="≤ 1000 ms")
        run.add("  the slowest of all", max(reached), "ms")


def _talk() -> Session:
    checklist = published_checklist()
    collaboration = Collaboration.objects.create(name="Samen in de wijk")
    plan = Plan(date(2026, 11, 20), Mode.ANONYMOUS, tuple(OPTIONAL), expected=10)
    session = make_round(collaboration, plan, [answers(checklist, number) for number in range(10)])
    session = open_report(close_round(session))
    start_talk(session, 90)
    return session


def _path(session: Session) -> str:
    return f"{reverse('join-talk-state', args=[session.join_token])}?gezien={state_of(session)}"


def _following(run: Run, path: str, **more: Any) -> Any:
    job = {"kind": "follow", "at_once": FOLLOWERS, "number": FOLLOWERS, "pause": PAUSE, "path": path, **more}
    return run.crowd(run.server, **job)


def _while_pdfs_are_made(run: Run, session: Session) -> None:
    """How long an answer takes that nothing changed, beside the empty view's, each while PDFs are made, and not."""
    for name, beside in (("nothing else is made", _nothing), ("PDFs are made", partial(_pdfs, run))):
        took: dict[str, list[list[float]]] = {path: [] for path in (_path(session), EMPTY)}
        for _ in range(run.rounds):
            for path, waits in took.items():
                waits.append(_heard(run, _following(run, path, times=1 if run.smoke else 6), beside)["seconds"]["poll"])
        for share in (0.5, 0.95):
            own, top = ([quantile(each, share) * 1000 for each in waits] for waits in took.values())
            run.beside(f"who follows, unchanged, while {name}, p{share * 100:.0f}", own, top)


def _heard(run: Run, crowd: Any, beside: Callable[[], Any], meanwhile: Callable[[], None] | None = None) -> Any:
    """What a crowd met, while something else is done beside it, and something happens."""
    others = beside()
    with crowd as process:
        if meanwhile:
            meanwhile()
        result = json.loads(process.communicate(timeout=SECONDS * 3)[0])
    if others:
        others.kill()
        others.communicate()
    if result["errors"]:
        run.failures.append(f"{run.part}: errors: {result['errors']}")
    return result


def _nothing() -> None:
    return None


def _pdfs(run: Run) -> Any:
    """Two who download PDFs without a pause, each of another report."""
    paths = pdf_paths(run.number(60))
    return run.crowd(run.server, kind="get", paths=paths, number=len(paths), at_once=2)


def _reach(run: Run, session: Session, beside: Callable[[], Any]) -> float:
    """Milliseconds from a step until the last of all had it on the page."""
    begun = [0.0]

    def step() -> None:
        # Until all of them ask at their own moments.
        time.sleep(3 * PAUSE)
        begun[0] = time.time()
        change_talk(session, lambda talk: go_to(talk, talk.next_place or talk.agenda[0].place, timezone.now()))

    result = _heard(run, _following(run, _path(session), times=30, until_changed=True), beside, step)
    return (max(found["at"] for found in result["kept"].values()) - begun[0]) * 1000
