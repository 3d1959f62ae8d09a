"""What coordinators share with other collaborations, and who finds it. Nothing is copied: what is shared is read from
where it stands, so that what was changed, removed or taken back is gone everywhere at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet

from reflectie.domain.questionnaire.checklist import Item, all_items
from reflectie.domain.report.agreements import State
from reflectie.domain.sharing import (
    MAX_LESSONS,
    Lesson,
    Shareable,
    Shared,
    Sharing,
    SharingChoice,
    shareable,
    shareable_lesson,
)
from reflectie.models import OPENED, Activity, Membership, Role, Session
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Lesson as LessonRow

from .activity import log_activity
from .erasure import truncate_wal_on_commit
from .locks import lock_session
from .optimistic_lock import ConflictError, is_to_write
from .questionnaire.checklists import item_ids, load_checklist, published_row
from .report.reports import agreement_of
from .sessions.rounds import StageError


class TooManyLessonsError(Exception):
    """The session has MAX_LESSONS already."""


def load_shareable(session: Session) -> tuple[Shareable, ...]:
    """What a session has to share: its lessons by item, then its agreements as they were made. Two queries."""
    lessons = (shareable_lesson(_lesson_of(row)) for row in session.lessons.select_related("item"))
    agreements = session.agreements.select_related("item")
    return (*lessons, *(shareable(agreement_of(row), Sharing(row.sharing)) for row in agreements))


def load_lesson(session: Session, key: UUID) -> Lesson | None:
    """One lesson of a session, or None. One query."""
    row = session.lessons.select_related("item").filter(pk=key).first()
    return _lesson_of(row) if row else None


def share(session: Session, choices: Mapping[str, SharingChoice], lesson: Lesson | None, key: UUID) -> None:
    """Share or take back what has these keys, and add a lesson if one is given; all of it or nothing.

    `key` is what the form carries, so that sending a lesson twice makes one. Raises ConflictError, with the keys of
    what somebody else changed since the page was shown and how it stands now; StageError before the report is open,
    TooManyLessonsError, KeyError for an item that the checklist doesn't have, and NotFoundError when the session was
    erased.
    """
    with transaction.atomic():
        session = _lock_opened(session)
        changes = _changes(choices, {found.key: found for found in load_shareable(session)})
        for thing, sharing in changes:
            rows: QuerySet[Any] = session.lessons.all() if thing.is_lesson else session.agreements.all()
            rows.filter(pk=thing.key).update(sharing=sharing)
        if lesson:
            _add_lesson(session, lesson, key)
        if changes or lesson:
            log_activity(Activity.Action.SHARED, session.collaboration_id, session=session)


def _changes(choices: Mapping[str, SharingChoice], current: Mapping[str, Shareable]) -> list[tuple[Shareable, Sharing]]:
    """What is to be shared otherwise, and how. Raises ConflictError, as `share` does."""
    changes: list[tuple[Shareable, Sharing]] = []
    conflicts: dict[str, Shareable | None] = {}
    for key, choice in choices.items():
        thing = current.get(key)
        try:
            is_written = choice.is_withdrawal or (choice.is_change and _is_to_share(choice, thing))
        except ConflictError:
            conflicts[key] = thing
            continue
        # About no item nobody finds it; shared now, it would be found as soon as somebody chose one.
        if is_written and thing and (thing.item or not choice.sharing):
            changes.append((thing, choice.sharing))
    if conflicts:
        raise ConflictError(conflicts)
    return changes


def _is_to_share(choice: SharingChoice, thing: Shareable | None) -> bool:
    if thing is None:
        raise ConflictError(None)
    return is_to_write(choice.seen, replace(thing, sharing=choice.sharing), thing)


def _add_lesson(session: Session, lesson: Lesson, key: UUID) -> None:
    own = uuid5(session.pk, "\x1f".join((str(key), *lesson.parts)))
    if session.lessons.filter(pk=own).exists():
        return
    if session.lessons.count() >= MAX_LESSONS:
        raise TooManyLessonsError
    LessonRow.objects.create(pk=own, session=session, **_columns(session, lesson))


def change_lesson(session: Session, key: UUID, wanted: Lesson | None, seen: str) -> Lesson | None:
    """Put a lesson in other words, about another item or shared otherwise; None takes it out for good. Returns what
    stands after that. `seen` is the etag of what the page showed.

    Raises ConflictError when somebody else changed it meanwhile. One that somebody took out meanwhile is made again,
    once the person chose so. Raises otherwise as `share` does.
    """
    with transaction.atomic():
        session = _lock_opened(session)
        current = load_lesson(session, key)
        wanted = replace(wanted, key=str(key)) if wanted else None
        if not is_to_write(seen, wanted, current):
            return current
        if wanted is None:
            session.lessons.filter(pk=key).delete()
        elif current is None:
            _add_lesson(session, wanted, key)
        else:
            session.lessons.filter(pk=key).update(**_columns(session, wanted))
        log_activity(Activity.Action.SHARED, session.collaboration_id, session=session)
        # What was wiped or reworded may not live on in the database's files.
        truncate_wal_on_commit()
    return wanted


def agreement_is_shared(session: Session, key: UUID) -> bool:
    """Whether an agreement was marked to be shared, so that whoever changes it knows. One query."""
    return session.agreements.filter(pk=key).exclude(sharing=Sharing.NOT).exists()


def load_shared(user_id: int) -> tuple[tuple[Item, tuple[Shared, ...]], ...] | None:
    """What others may find, by item in the order of the checklist; None for somebody without any role. Four queries,
    and those of a checklist that isn't in memory yet.

    Within an item come lessons, then what was done, then what is still to do; in each by their random keys, so that
    the order is always the same and tells nothing of whom or when.
    """
    roles = dict(Membership.objects.filter(user=user_id).values_list("collaboration", "role"))
    if not roles:
        return None
    shared: dict[str, list[tuple[tuple[int, str], Shared]]] = {}
    rows = [*_shared_rows(LessonRow), *_shared_rows(AgreementRow).exclude(state=State.DROPPED)]
    for row in rows:
        found = _shared(row, roles)
        shared.setdefault(found.item, []).append(((_place(found), row.pk.hex), found))
    items = _items([row.session.checklist for row in rows])
    return tuple((item, tuple(one for _key, one in sorted(shared.get(item.key, ()), key=_first))) for item in items)


def _first(keyed: tuple[tuple[int, str], Shared]) -> tuple[int, str]:
    return keyed[0]


def _place(shared: Shared) -> int:
    return {None: 0, State.DONE: 1}.get(shared.state, 2)


def _shared_rows(rows: type[LessonRow] | type[AgreementRow]) -> "QuerySet[Any]":
    found = rows.objects.filter(item__isnull=False, session__stage__in=OPENED, session__collaboration__isnull=False)
    return found.exclude(sharing=Sharing.NOT).select_related("item", "session__checklist", "session__collaboration")


def _shared(row: LessonRow | AgreementRow, roles: Mapping[UUID, str]) -> Shared:
    collaboration = row.session.collaboration
    assert collaboration is not None
    assert row.item is not None
    named = row.sharing == Sharing.NAMED
    role = roles.get(collaboration.pk)
    return Shared(
        item=row.item.key,
        text=row.text if isinstance(row, LessonRow) else row.what,
        state=None if isinstance(row, LessonRow) else State(row.state),
        name=collaboration.name if named else "",
        region=collaboration.region if named else "",
        theme=collaboration.theme if named else "",
        is_own=role is not None,
        session=str(row.session_id) if role == Role.COORDINATOR else "",
        invented=collaboration.invented,
    )


def _items(rows: Iterable[Any]) -> list[Item]:
    """The items of these versions of the checklist and of the one in use."""
    versions = {load_checklist(row) for row in (published_row(), *rows)}
    return [item for _dimension, items in all_items(versions) for item in items]


def _lock_opened(session: Session) -> Session:
    session = lock_session(session)
    if session.stage not in OPENED:
        raise StageError
    return session


def _lesson_of(row: LessonRow) -> Lesson:
    return Lesson(str(row.pk), row.text, row.item.key, Sharing(row.sharing))


def _columns(session: Session, lesson: Lesson) -> dict[str, Any]:
    return {"text": lesson.text, "item_id": item_ids(session.checklist_id)[lesson.item], "sharing": lesson.sharing}
