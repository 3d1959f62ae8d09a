"""The pages of a session by stage, for tests."""

from reflectie.models import Session
from reflectie.services.sessions import rounds
from tests.helpers.factories import CONCLUSION, fill_in

ANSWER = {"goal-shared": "helping"}


def at(session, rest=""):
    return f"/sessies/{session.pk}/{rest}"


def put(session, stage, people=3, **fields):
    """A session at a stage, with so many answers."""
    for _ in range(people):
        fill_in(session, ANSWER)
    steps = [rounds.close_round, rounds.open_report, lambda session: rounds.conclude(session, CONCLUSION)]
    for step in steps[: Session.Stage.values.index(stage)]:
        step(session)
    Session.objects.filter(pk=session.pk).update(**fields)
    return Session.objects.get(pk=session.pk)
