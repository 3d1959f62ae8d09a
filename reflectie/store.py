"""The bridge between what is kept and what it means: loads domain objects in a fixed number of queries and writes
in one transaction. Nothing else opens a transaction."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from .domain.checklist import Checklist, ContentError, read_checklist
from .domain.report import Report, build_report
from .domain.sheet import FieldValue, Merge, Mode, Sheet, merge, note_name
from .models import Answer, Dimension, FrozenError, Guidance, Item, MadePdf, Response, Session
from .models import Checklist as ChecklistRow

# 16 bytes are 128 bits: nobody guesses a link.
TOKEN_BYTES = 16


class SessionClosedError(Exception):
    """The session takes no more answers."""


class NothingPublishedError(Exception):
    """No checklist is published: `manage.py load_checklist` was not run."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One field as a form posted it: its new value, and the digest of what the page showed (`sheet.digest`)."""

    value: FieldValue
    seen: str


@dataclass(frozen=True, slots=True)
class Filling:
    """One answer sheet with everything that its page needs."""

    session_id: UUID
    mode: Mode
    is_open: bool
    finished: bool
    changed_on: date
    checklist: Checklist
    sheet: Sheet

    @property
    def delete_on(self) -> date:
        return self.changed_on + timedelta(days=settings.RETENTION_DAYS)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save came to: the sheet as it is now, and the fields that two people changed differently."""

    filling: Filling
    conflicts: frozenset[str]


def new_token() -> str:
    """A fresh link to fill in: 128 random bits in 22 signs that fit in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def read_token(token: str) -> str:
    """The link to read that goes with a link to fill in. The way back doesn't exist."""
    digest = hmac.digest(token.encode(), b"rapport", "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode().rstrip("=")


def hash_token(token: str) -> str:
    """What is kept of a token. No salt or slow hash: 128 random bits can't be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_reflection(token: str, mode: Mode, extras: Mapping[str, str]) -> None:
    """Open a session without an account, for whoever holds `token`. Doing it twice makes one session.

    `extras` holds the names that were given. Raises NothingPublishedError without a published checklist.
    """
    with transaction.atomic():
        session, is_new = Session.objects.get_or_create(
            read_hash=hash_token(read_token(token)),
            defaults={"checklist": _published_row(), "mode": mode, "changed_on": _today()},
        )
        if is_new:
            kept = {name: text for name, text in extras.items() if text}
            Response.objects.create(session=session, token_hash=hash_token(token), extras=kept)


def load_filling(response: Response) -> Filling:
    """The sheet of a response that was fetched with its session and checklist. One query."""
    session = response.session
    return Filling(
        session_id=session.pk,
        mode=Mode(session.mode),
        is_open=session.stage == Session.Stage.OPEN,
        finished=response.finished,
        changed_on=session.changed_on,
        checklist=load_checklist(session.checklist),
        sheet=_load_sheets([response])[0],
    )


def _load_sheets(responses: Sequence[Response]) -> list[Sheet]:
    """The sheets of responses, in their order. One query."""
    values: dict[UUID, dict[str, FieldValue]] = {
        response.pk: {name: tuple(kept) if isinstance(kept, list) else kept for name, kept in response.extras.items()}
        for response in responses
    }
    answers = responses[0].answers.all() if len(responses) == 1 else Answer.objects.filter(response__in=values)
    for response_id, key, value, note in answers.values_list("response_id", "item__key", "value", "note"):
        values[response_id] |= {name: text for name, text in ((key, value), (note_name(key), note)) if text}
    return [Sheet(values[response.pk]) for response in responses]


def save_fields(response: Response, posted: Mapping[str, Posted], *, finish: bool = False) -> Saved:
    """Save what was changed, field by field, and nothing that somebody else changed meanwhile.

    With `finish`, the sheet is finished when nothing was in conflict; finishing twice is finishing once.
    Raises SessionClosedError when the session takes no more answers, Response.DoesNotExist when it was erased.
    """
    with transaction.atomic():
        # Read again under a lock: what the view fetched may have changed since.
        response = (
            Response.objects.select_for_update(of=("self",)).select_related("session__checklist").get(pk=response.pk)
        )
        filling = load_filling(response)
        if not filling.is_open:
            raise SessionClosedError
        values = dict(filling.sheet.values)
        conflicts = set()
        changed = set()
        for name, field in posted.items():
            match merge(field.seen, field.value, values.get(name, type(field.value)())):
                case Merge.APPLY:
                    values[name] = field.value
                    changed.add(name)
                case Merge.CONFLICT:
                    conflicts.add(name)
        sheet = Sheet({name: value for name, value in values.items() if value})
        finished = filling.finished or (finish and not conflicts)
        if changed or finished != filling.finished:
            _write(response, filling, sheet, changed, finished=finished)
        saved = replace(filling, finished=finished, changed_on=response.session.changed_on, sheet=sheet)
    return Saved(saved, frozenset(conflicts))


def _write(response: Response, filling: Filling, sheet: Sheet, changed: set[str], *, finished: bool) -> None:
    ids = _item_ids(response.session.checklist_id)
    rows = [
        Answer(response=response, item_id=ids[key], value=sheet.text(key), note=sheet.text(note_name(key)))
        for key in filling.checklist.by_key
        if changed & {key, note_name(key)}
    ]
    if full := [row for row in rows if row.value or row.note]:
        Answer.objects.bulk_create(
            full, update_conflicts=True, unique_fields=["response", "item"], update_fields=["value", "note"]
        )
    if emptied := [row.item_id for row in rows if not (row.value or row.note)]:
        response.answers.filter(item__in=emptied).delete()
    on_items = {name for key in ids for name in (key, note_name(key))}
    if changed - on_items or finished != response.finished:
        response.extras = {name: value for name, value in sheet.values.items() if name not in on_items}
        response.finished = finished
        response.save(update_fields=["extras", "finished"])
    if filling.finished:
        # What was taken out of the answers may not live on in a PDF.
        MadePdf.objects.filter(session=response.session_id).delete()
    if response.session.changed_on != _today():
        response.session.changed_on = _today()
        response.session.save(update_fields=["changed_on"])


def load_report(session: Session) -> Report:
    """The report of a session that was fetched with its checklist. Two queries, however many responses."""
    return build_report(
        load_checklist(session.checklist),
        Mode(session.mode),
        _load_sheets(list(session.responses.all())),
        changed_on=session.changed_on,
        delete_on=session.changed_on + timedelta(days=settings.RETENTION_DAYS),
    )


def published_checklist() -> Checklist:
    """The version that new reflections get, in the reader's language. Raises NothingPublishedError. One query."""
    return load_checklist(_published_row())


def _published_row() -> ChecklistRow:
    row: ChecklistRow | None = ChecklistRow.objects.filter(published_on__isnull=False).order_by("version").last()
    if row is None:
        raise NothingPublishedError
    return row


def load_checklist(row: ChecklistRow) -> Checklist:
    """A checklist in the reader's language. Kept in memory: a version is frozen, and its guidance has a revision."""
    return _load_checklist(row.pk, row.revision, translation.get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=16)
def _load_checklist(pk: int, revision: int, language: str) -> Checklist:  # noqa: ARG001 (the revision is a part of the key)
    row = ChecklistRow.objects.get(pk=pk)
    content = {guidance.language: guidance.content for guidance in row.guidance.all()}
    guidance = content.get(language, content[settings.LANGUAGE_CODE])
    return read_checklist({"version": row.version, "dimensions": _frozen_content(row)}, guidance)


@lru_cache(maxsize=16)
def _item_ids(checklist_id: int) -> dict[str, int]:
    dimensions = Dimension.objects.filter(checklist=checklist_id)
    return dict(dimensions.filter(items__isnull=False).values_list("items__key", "items__pk"))


def forget_checklists() -> None:
    """Empty what is kept in memory; for a database that was replaced under a running process, as tests do."""
    _load_checklist.cache_clear()
    _item_ids.cache_clear()


def keep_pdf(session_id: UUID, key: str, content: bytes) -> None:
    """Keep the PDF made last, in place of an earlier one; nothing is kept of a session erased meanwhile."""
    with transaction.atomic():
        if Session.objects.select_for_update().filter(pk=session_id).exists():
            MadePdf.objects.update_or_create(session_id=session_id, defaults={"key": key, "content": content})


def kept_pdf(session_id: UUID, key: str) -> bytes | None:
    """The PDF made earlier from the same things, or None. One query."""
    content = MadePdf.objects.filter(session_id=session_id, key=key).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def erase_session(session_id: UUID) -> None:
    """Erase a session with its answers and its PDF, at once and for good."""
    with transaction.atomic():
        _erase(Session.objects.filter(pk=session_id))


def erase_expired(today: date) -> int:
    """Erase every session without an account whose last change is RETENTION_DAYS ago or more; how many these were."""
    with transaction.atomic():
        return _erase(Session.objects.filter(changed_on__lte=today - timedelta(days=settings.RETENTION_DAYS)))


def _erase(sessions: QuerySet[Session]) -> int:
    # Locked in the order in which a save locks them, so that whoever is saving comes before or after, never between.
    list(Response.objects.select_for_update().filter(session__in=sessions).values_list("pk"))
    list(sessions.select_for_update().values_list("pk"))
    _, rows = sessions.delete()
    return rows.get(Session._meta.label, 0)


def publish_checklist(frozen: Mapping[str, Any], guidances: Iterable[Mapping[str, Any]], today: date) -> bool:
    """Put a checklist version and its guidance in the database; True when that changed anything.

    Raises ContentError when the content doesn't hold together, FrozenError when it differs from the published version.
    """
    guidances = list(guidances)
    for guidance in guidances:
        read_checklist(frozen, guidance)
    if len({guidance["revision"] for guidance in guidances}) != 1:
        raise ContentError("guidance in every language has the same revision")
    with transaction.atomic():
        row = ChecklistRow.objects.filter(version=frozen["version"]).first()
        is_new = row is None
        if row is None:
            row = _create_checklist(frozen, today)
        elif _frozen_content(row) != frozen["dimensions"]:
            raise FrozenError(f"{row} is published; what it says can't change. Publish a new version.")
        return _update_guidance(row, guidances) or is_new


def _create_checklist(frozen: Mapping[str, Any], today: date) -> ChecklistRow:
    row = ChecklistRow.objects.create(version=frozen["version"], source=frozen["source"])
    for place, dimension in enumerate(frozen["dimensions"], start=1):
        parent = Dimension.objects.create(checklist=row, key=dimension["key"], position=place, text=dimension["text"])
        for number, item in enumerate(dimension["items"], start=1):
            Item.objects.create(
                dimension=parent, key=item["key"], position=number, kind=item["kind"], text=item["text"]
            )
    row.published_on = today
    row.save()
    return row


def _update_guidance(row: ChecklistRow, guidances: Iterable[Mapping[str, Any]]) -> bool:
    kept = {guidance.language: guidance.content for guidance in row.guidance.all()}
    changed = [guidance for guidance in guidances if kept.get(guidance["language"]) != guidance]
    for guidance in changed:
        language, revision = guidance["language"], guidance["revision"]
        if language in kept and revision <= row.revision:
            raise ContentError(f"the guidance in {language} changed: give it a revision above {row.revision}")
        Guidance.objects.update_or_create(checklist=row, language=language, defaults={"content": guidance})
    if changed:
        row.revision = changed[0]["revision"]
        row.save(update_fields=["revision"])
    return bool(changed)


def _frozen_content(row: ChecklistRow) -> list[dict[str, Any]]:
    """What is kept of a version, in the shape of its file."""
    return [
        {
            "key": dimension.key,
            "text": dimension.text,
            "items": [{"key": item.key, "kind": item.kind, "text": item.text} for item in dimension.items.all()],
        }
        for dimension in Dimension.objects.filter(checklist=row).prefetch_related("items")
    ]


def _today() -> date:
    return timezone.localdate()
