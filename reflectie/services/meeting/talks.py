"""The talk of a session while it goes on: where it is stands in the database, so that whoever opens it next, on
whatever device, is where everybody is."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from reflectie.domain.meeting.talk import AgendaPart, Talk, begin_talk, known_part_of
from reflectie.domain.meeting.wall import Wall, build_wall
from reflectie.domain.report.items import Note
from reflectie.domain.report.polls import Poll
from reflectie.domain.report.report import Report
from reflectie.models import OPENED, Session, nth_that_day
from reflectie.models import Talk as TalkRow
from reflectie.models.prepared import Prepared
from reflectie.services.clock import now
from reflectie.services.erasure import truncate_wal_on_commit
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.report.outcomes import text_digests
from reflectie.services.report.polls import load_polls
from reflectie.services.report.reports import load_report
from reflectie.services.sessions.talking import lock_talking_session
from reflectie.services.tokens import new_token


def _with_talk(**which: object) -> "QuerySet[Any, Session]":
    """These sessions, each with its talk and all that its report asks."""
    sessions = Session.objects.select_related("checklist", "collaboration", "totals", "talk")
    return sessions.annotate(nth=nth_that_day()).filter(**which)


_ON_WALL = Prepared(
    lambda token: _with_talk(talk__wall_token=token, stage__in=OPENED),
    TalkRow._meta.get_field("wall_token"),
)
# Of each only what tells whether anything changed: many ask it every second.
_WALL_STATE = Prepared(
    lambda token: TalkRow.objects.filter(wall_token=token, session__stage__in=OPENED).values_list(
        "version", "session__stage"
    ),
    TalkRow._meta.get_field("wall_token"),
)
# Of a session with or without a talk: who waits for one to begin asks as often as who follows it.
_FOLLOWED_STATE = Prepared(
    lambda token: Session.objects.filter(join_token=token).values_list("talk__version", "stage"),
    Session._meta.get_field("join_token"),
)
_FOLLOWED = Prepared(lambda token: _with_talk(join_token=token), Session._meta.get_field("join_token"))


# Where the versions of a talk begin: somewhere below this, so that no page takes one talk for another that was stopped.
_VERSIONS = 2**30


class NoTalkError(Exception):
    """No talk goes on: nobody began it, or somebody stopped it."""


def start_talk(session: Session, minutes: int) -> Talk:
    """Begin the talk of a session, with the agenda of a meeting of so many minutes (one of LENGTHS). One that goes on
    stays as it is.

    Raises StageError unless the session is talking, and NotFoundError when it was erased.
    """
    with transaction.atomic():
        locked = lock_talking_session(session)
        if row := TalkRow.objects.filter(session=locked).first():
            return talk_of(session, row)
        talk = begin_talk(load_report(session), minutes, now())
        # Whoever has it all on one screen needs no address for a wall.
        token = new_token() if session.collaboration_id else None
        TalkRow.objects.create(session=locked, wall_token=token, version=_first_version(), **_columns(talk))
    return talk


def _first_version() -> int:
    """Phones, the wall and what was drawn know a talk by its version alone. One that begins anew shares none with the
    one before, or they would go on showing that one; nor does it tell how many steps were taken."""
    return secrets.randbelow(_VERSIONS)


def load_talk(session: Session) -> Talk | None:
    """Where a session's talk is; None where none goes on. One query, or none where it was fetched with the session."""
    row = _row(session)
    return talk_of(session, row) if row else None


def wall_token(session: Session) -> str:
    """What opens the wall of a session's talk; empty where there is none. As `load_talk`."""
    row = _row(session)
    return (row.wall_token or "") if row else ""


def _row(session: Session) -> TalkRow | None:
    # Django's own error for there being none is an AttributeError too.
    row: TalkRow | None = getattr(session, "talk", None)
    return row


def _ask_again(session: Session) -> None:
    """What was fetched with the session is of before."""
    session._state.fields_cache.pop("talk", None)


def change_talk(session: Session, change: Callable[[Talk], Talk]) -> Talk:
    """Take a step in a session's talk: `change` says how it becomes, from how it is; how it is after that.

    Raises whatever `change` raises, NoTalkError, StageError unless the session is talking, and NotFoundError when it
    was erased; then nothing changed.
    """
    with transaction.atomic():
        locked = lock_talking_session(session)
        row = TalkRow.objects.filter(session=locked).first()
        if row is None:
            raise NoTalkError
        before = talk_of(session, row)
        after = change(before)
        if after != before:
            TalkRow.objects.filter(pk=row.pk).update(version=F("version") + 1, **_columns(after))
            if {part.title for part in before.agenda} - {part.title for part in after.agenda}:
                truncate_wal_on_commit()
    _ask_again(session)
    return after


def renew_wall(session: Session) -> None:
    """A new address for the wall, in place of one that got where it shouldn't. Raises as `change_talk` does."""
    with transaction.atomic():
        locked = lock_talking_session(session)
        if not TalkRow.objects.filter(session=locked).exclude(wall_token=None).update(wall_token=new_token()):
            raise NoTalkError
    _ask_again(session)


def stop_talk(session: Session) -> None:
    """End the talk as it is followed, its wall with it. What was recorded stays, and it can begin anew. Raises
    StageError unless the session is talking, and NotFoundError when it was erased."""
    with transaction.atomic():
        TalkRow.objects.filter(session=lock_talking_session(session)).delete()
        truncate_wal_on_commit()
    _ask_again(session)


def find_on_wall(token: str) -> Session | None:
    """The session whose talk a wall's address opens, with all that its report asks, also just after it was concluded;
    None where it opens none. One query."""
    for session in _ON_WALL.ask(token):
        return session
    return None


def load_wall(session: Session, report: Report) -> Wall | None:
    """What stands on the wall of a session's talk about its report; None where none goes on. No query more than
    `load_talk`, but one while a poll is on it."""
    talk = load_talk(session)
    return build_wall(report, talk, now(), _note(report, talk), load_poll_on(session, talk)) if talk else None


def load_poll_on(session: Session, talk: Talk) -> Poll | None:
    """The poll that is on the wall of a session's talk, if there is one. One query where there is."""
    return next((poll for poll in load_polls(session) if poll.key == talk.poll), None) if talk.poll else None


def _note(report: Report, talk: Talk) -> Note | None:
    """The note that was put up, as long as it stands in the report: not once somebody took it out."""
    if not talk.note:
        return None
    texts = (*(note for _item, note in report.notes), *report.goal_sentences)
    return next((note for note in texts if talk.note in text_digests(note.text)), None)


def wall_state(token: str) -> str | None:
    """What tells whether anything on a wall changed, by its address; None where it opens none. One query."""
    return _state(_WALL_STATE.ask(token))


def followed_state(join_token: str) -> str | None:
    """As `wall_state`, by the link with which people take part: empty where no talk goes on. One query."""
    return _state(_FOLLOWED_STATE.ask(join_token))


def find_followed(join_token: str) -> Session | None:
    """The session that a link to take part opens, at whatever stage, with its talk and all that its report asks; None
    where it opens none. One query."""
    for session in _FOLLOWED.ask(join_token):
        return session
    return None


def state_of(session: Session) -> str | None:
    """As `wall_state`, of a session. No query more than `load_talk`."""
    row = _row(session)
    return _state([(row.version, session.stage)]) if row else None


def _state(found: Sequence[tuple[int | None, str]]) -> str | None:
    for version, stage in found:
        if stage == Session.Stage.CONCLUDED:
            return stage
        return "" if version is None else f"{version}"
    return None


def forget_talks(day: date) -> int:
    """Erase where talks were that are over, and of all others the times of days before this one. How many were over."""
    with transaction.atomic():
        # As long as its conclusion can be taken back, a talk may go on.
        concluded = Session.objects.filter(stage=Session.Stage.CONCLUDED, conclusion__recorded_at=None)
        over = TalkRow.objects.filter(session__in=concluded).delete()[0]
        begin = timezone.make_aware(datetime.combine(day, time.min))
        for name in ("started_at", "place_since", "quiet_since"):
            TalkRow.objects.filter(Q(**{f"{name}__lt": begin})).update(**{name: None})
        if over:
            truncate_wal_on_commit()
    return over


def talk_of(session: Session, row: TalkRow) -> Talk:
    """A session's talk as it is kept. It may go on while another release comes in its place: what this one doesn't know
    is left out."""
    kept = Talk(
        minutes=row.minutes,
        agenda=tuple(AgendaPart(part["place"], part["minutes"], part.get("title", "")) for part in row.agenda),
        place=row.place,
        started_at=row.started_at,
        place_since=row.place_since,
        discussed=tuple(row.discussed),
        revealed=tuple(row.revealed),
        note=row.note,
        shows_clock=row.shows_clock,
        quiet_since=row.quiet_since,
        poll=str(row.poll_id or ""),
        version=row.version,
    )
    return known_part_of(kept, load_checklist(session.checklist).by_key)


def _columns(talk: Talk) -> dict[str, object]:
    return {
        "minutes": talk.minutes,
        "agenda": [asdict(part) for part in talk.agenda],
        "place": talk.place,
        "discussed": list(talk.discussed),
        "revealed": list(talk.revealed),
        "note": talk.note,
        "shows_clock": talk.shows_clock,
        "quiet_since": talk.quiet_since,
        "started_at": talk.started_at,
        "place_since": talk.place_since,
        "poll_id": talk.poll or None,
    }
