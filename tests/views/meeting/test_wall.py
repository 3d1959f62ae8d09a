"""The wall and who follows it: what stands there at each place, what is never in the page, and what asking costs."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reflectie.domain.meeting import talk as steps
from reflectie.models import Session
from reflectie.services.meeting import talks
from tests.helpers.rounds import discussed_round, make_collaboration

KEY = "coordination-equality"
SHEETS = [{KEY: value, f"{KEY}-note": f"Notitie {n}"} for n, value in enumerate(["hindering", "hindering", "helping"])]


@pytest.fixture
def session(db: None) -> Session:
    found = discussed_round(make_collaboration(), SHEETS)
    talks.start_talk(found, 60)
    return found


def wall_of(session: Session) -> str:
    return reverse("wall", args=[talks.wall_token(session)])


def test_try(session: Session, client: Client) -> None:
    for place in [part.place for part in talks.load_talk(session).agenda]:
        talks.change_talk(session, lambda talk: steps.go_to(talk, place, timezone.now()))
        for _ in range(2):
            page = client.get(wall_of(session))
            assert page.status_code == 200
            print(page.content.decode()[1000:])
            talks.change_talk(session, lambda talk: steps.reveal(talk, place))
    print(client.get(reverse("join-talk", args=[session.join_token])).content.decode())
