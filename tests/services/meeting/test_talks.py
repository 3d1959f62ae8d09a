"""The talk as it is kept: begun once, changed by whoever leads it, told apart by its version, and gone in time."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.utils import timezone

from reflectie.domain.meeting import talk as steps
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, State
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Conclusion as ConclusionRow
from reflectie.models import Session
from reflectie.models import Talk as TalkRow
from reflectie.services.erasure import erase_session
from reflectie.services.meeting import talks
from reflectie.services.report.agreements import add_agreement, change_agreement
from reflectie.services.report.outcomes import record_outcome, remove_text, text_digest
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.rounds import StageError, conclude, undo_conclusion
from tests.helpers.factories import at_once
from tests.helpers.rounds import closed_round, discussed_round, fetched, make_collaboration

KEY = "coordination-equality"
SHEETS = [{KEY: value, f"{KEY}-note": f"Notitie {n}"} for n, value in enumerate(["hindering", "hindering", "helping"])]


@pytest.fixture
def session(db: None) -> Session:
    return discussed_round(make_collaboration(), SHEETS)


@pytest.fixture(autouse=True)
def first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions that can be told."""
    monkeypatch.setattr(talks.secrets, "randbelow", lambda _below: 1)


def to(place: str):
    return lambda talk: steps.go_to(talk, place, timezone.now())


def test_talk_begins_once(session: Session) -> None:
    first = talks.start_talk(session, 60)
    token = talks.wall_token(fetched(session))
    assert (talks.start_talk(session, 120).minutes, len(token)) == (60, 22)
    assert talks.wall_token(fetched(session)) == token
    assert talks.load_talk(fetched(session)) == replace(first, version=1)


def test_talk_begins_only_while_people_talk(db: None) -> None:
    closed = closed_round(make_collaboration(), SHEETS)
    with pytest.raises(StageError):
        talks.start_talk(closed, 60)
    assert not TalkRow.objects.exists()


def test_step_is_kept_and_changes_the_version(session: Session) -> None:
    talks.start_talk(session, 60)
    talks.change_talk(session, to("need"))
    kept = talks.load_talk(session)
    assert kept
    assert (kept.place, kept.version) == ("need", 2)
    talks.change_talk(session, to("need"))
    assert talks.state_of(session) == "2"


def test_step_without_a_talk_says_so(session: Session) -> None:
    with pytest.raises(talks.NoTalkError):
        talks.change_talk(session, to("need"))
    with pytest.raises(talks.NoTalkError):
        talks.renew_wall(session)


def test_what_is_recorded_tells_the_wall(session: Session) -> None:
    talks.start_talk(session, 60)
    record_outcome(session, KEY, Outcome(Choice.HELPING), etag(None))
    assert talks.state_of(fetched(session)) == "2"
    add_agreement(session, Agreement("", "Samen eten"), session.pk)
    assert talks.state_of(fetched(session)) == "3"
    remove_text(session, f"{KEY}-note", text_digest("Notitie 1"))
    assert talks.state_of(fetched(session)) == "4"


def test_note_is_on_the_wall_until_somebody_takes_it_out(session: Session) -> None:
    talks.start_talk(session, 60)
    talks.change_talk(session, lambda talk: steps.put_up_note(talk, text_digest("Notitie 1")))
    wall = talks.load_wall(session, load_report(session))
    assert wall
    assert wall.note == "Notitie 1"
    remove_text(session, f"{KEY}-note", text_digest("Notitie 1"))
    wall = talks.load_wall(session, load_report(session))
    assert wall
    assert wall.note == ""


def test_wall_is_found_by_its_own_address_alone(session: Session) -> None:
    talks.start_talk(session, 60)
    token = talks.wall_token(session)
    found = talks.find_on_wall(token)
    assert found == session
    assert talks.find_on_wall(session.join_token or "") is None
    talks.renew_wall(session)
    assert (talks.find_on_wall(token), talks.wall_state(token)) == (None, None)
    assert talks.find_on_wall(talks.wall_token(session)) == session


def test_whether_anything_changed_is_one_query(session: Session, django_assert_num_queries) -> None:
    talks.start_talk(session, 60)
    token = talks.wall_token(session)
    with django_assert_num_queries(1):
        assert talks.wall_state(token) == "1"
    with django_assert_num_queries(1):
        assert talks.followed_state(session.join_token or "") == "1"
    assert talks.followed_state("gone") is None


def test_concluding_ends_the_wall_and_taking_it_back_brings_it_back(session: Session) -> None:
    talks.start_talk(session, 60)
    token = talks.wall_token(session)
    concluded = conclude(session, Conclusion(Needed.YES, Decision.REPAIR))
    assert talks.wall_state(token) == "concluded"
    with pytest.raises(StageError):
        talks.change_talk(concluded, to("need"))
    undo_conclusion(concluded)
    # Not as it was: a poll that went on is gone, and a page that slept meanwhile asks for what stands there now.
    assert talks.wall_state(token) == "2"


def test_talk_that_begins_anew_shares_no_version_with_the_one_before(session: Session, monkeypatch) -> None:
    """By it alone pages know a talk, and what was drawn of it."""
    monkeypatch.undo()
    states = set()
    for _ in range(20):
        talks.start_talk(session, 60)
        states |= {talks.state_of(fetched(session))}
        talks.change_talk(session, to("need"))
        states |= {talks.state_of(fetched(session))}
        talks.stop_talk(session)
    assert len(states) == 40


def test_what_becomes_of_what_was_agreed_earlier_tells_the_wall(session: Session) -> None:
    """A later session looks back on it, and its wall shows the change within a second."""
    later = discussed_round(session.collaboration, SHEETS)
    talks.start_talk(later, 60)
    other = discussed_round(make_collaboration(), SHEETS)
    talks.start_talk(other, 60)
    kept = add_agreement(session, Agreement("", "Samen eten"), session.pk)
    conclude(session, Conclusion(Needed.YES, Decision.REPAIR))
    before = talks.state_of(fetched(later))
    change_agreement(session, UUID(kept.key), replace(kept, state=State.DONE), etag(kept))
    after = talks.state_of(fetched(later))
    assert after != before
    erase_session(session.pk)
    assert talks.state_of(fetched(later)) != after
    assert talks.state_of(fetched(other)) == "1"


def test_stopping_leaves_what_was_recorded(session: Session) -> None:
    talks.start_talk(session, 60)
    record_outcome(session, KEY, Outcome(Choice.HELPING), etag(None))
    talks.stop_talk(session)
    assert talks.load_talk(session) is None
    assert session.outcomes.count() == 1
    assert talks.start_talk(session, 90).minutes == 90


def test_talks_that_are_over_go_and_times_of_day_with_the_day(session: Session) -> None:
    other = discussed_round(make_collaboration(), SHEETS, Mode.NAMED)
    for each in (session, other):
        talks.start_talk(each, 60)
    today = timezone.localdate()
    assert talks.forget_talks(today) == 0
    kept = talks.load_talk(fetched(other))
    assert kept
    assert kept.started_at
    conclude(session, Conclusion(Needed.YES, Decision.REPAIR))
    # It may still be taken back.
    assert talks.forget_talks(today) == 0
    ConclusionRow.objects.update(recorded_at=None)
    assert talks.forget_talks(today + timedelta(days=1)) == 1
    left = talks.load_talk(fetched(other))
    assert left
    assert (left.started_at, left.place_since, left.place) == (None, None, kept.place)


@pytest.mark.django_db(transaction=True)
def test_two_who_press_next_at_once_go_one_step(checklist: object) -> None:
    session = discussed_round(make_collaboration(), SHEETS)
    talks.start_talk(session, 60)
    at_once(*[partial(talks.change_talk, fetched(session), to("need"))] * 2)
    kept = talks.load_talk(fetched(session))
    assert kept
    assert (kept.place, kept.version) == ("need", 2)


# --- kept by another release


def kept_otherwise(session: Session, place: str, *places: str, **more: str) -> None:
    agenda = [{"place": each, "minutes": 10, "title": "", **more} for each in places]
    TalkRow.objects.filter(session=session).update(agenda=agenda, place=place)


@pytest.mark.parametrize(
    ("on", "kept", "at", "left"),
    [
        ("breathe", ["welcome", "breathe", KEY, "close"], KEY, ["welcome", KEY, "close"]),
        ("item-renamed", ["welcome", KEY, "item-renamed"], KEY, ["welcome", KEY]),
        (KEY, ["breathe", KEY, "item-renamed"], KEY, [KEY]),
        ("not-on-it", ["welcome", KEY], KEY, ["welcome", KEY]),
        ("breathe", ["breathe"], "welcome", ["welcome"]),
    ],
)
def test_what_another_release_kept_and_this_one_does_not_know_is_left_out(session: Session, on, kept, at, left) -> None:
    talks.start_talk(session, 60)
    kept_otherwise(session, on, *kept)
    talk = talks.load_talk(fetched(session))
    assert talk
    assert (talk.place, [part.place for part in talk.agenda]) == (at, left)
    assert (talk.part.place, talks.load_wall(fetched(session), load_report(session)) is None) == (at, False)
    # And it goes on.
    changed = talks.change_talk(session, lambda talk: steps.lengthen(talk, at))
    assert [part.place for part in changed.agenda] == left


def test_what_somebody_raised_stays_and_what_another_release_says_of_a_part_is_left(session: Session) -> None:
    talks.start_talk(session, 60)
    talks.change_talk(session, lambda talk: steps.raise_topic(talk, "Wie belt er?"))
    row = TalkRow.objects.get()
    row.agenda = [part | {"colour": "blue"} for part in row.agenda]
    row.save()
    talk = talks.load_talk(fetched(session))
    assert talk
    assert "Wie belt er?" in [part.title for part in talk.agenda]
