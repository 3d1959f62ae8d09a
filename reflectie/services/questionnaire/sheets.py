"""Answer sheets: opened, and filled in field by field."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KT

from reflectie.counters import count
from reflectie.domain.questionnaire.answers import FieldValue, Merged, Posted, Sheet, merge_sheet, note_name
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.setup import Grouping, Mode, Setup, setup_of_session, setup_without_account
from reflectie.models import Answer, Response, Session
from reflectie.models.prepared import Prepared
from reflectie.services.clock import today
from reflectie.services.errors import NotFoundError
from reflectie.services.locks import lock_session
from reflectie.services.tokens import hash_token, read_token

from .checklists import item_ids, load_checklist, published_row
from .plans import PlanChangedError, plan_of

# Many times what any round expects. Whoever has its link can begin sheets without end; this is where that ends.
MAX_BEGUN = 1000


class SessionClosedError(Exception):
    """The session takes no more answers."""


class SessionFullError(Exception):
    """MAX_BEGUN sheets were begun in a session: no other is."""


@dataclass(frozen=True, slots=True)
class Filling:
    """One answer sheet with everything that its page needs."""

    session_id: UUID
    setup: Setup
    is_open: bool
    # Whether a first answer was given.
    begun: bool
    finished: bool
    changed_on: date
    # The day on which it is erased; None when a collaboration keeps it.
    delete_on: date | None
    checklist: Checklist
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save came to: the sheet as it is now, and the fields that two people changed differently."""

    filling: Filling
    conflicts: frozenset[str]


def start_reflection(token: str, mode: Mode, extras: Mapping[str, str]) -> bool:
    """Open a session without an account, for whoever holds `token`. Doing it twice makes one session: whether this did.

    `extras` holds the names that were given. Raises NothingPublishedError without a published checklist.
    """
    with transaction.atomic():
        session, is_new = Session.objects.get_or_create(
            read_hash=hash_token(read_token(token)),
            defaults={"checklist": published_row(), "mode": mode, "changed_on": today()},
        )
        if is_new:
            kept = {name: text for name, text in extras.items() if text}
            Response.objects.create(session=session, token_hash=hash_token(token), extras=kept)
    return is_new


def setup_of(session: Session) -> Setup:
    """What a session's sheets ask."""
    mode = Mode(session.mode)
    if session.collaboration_id is None or not session.planned_on:
        return setup_without_account(mode)
    groups = tuple(name for name, _ in session.groups)
    return setup_of_session(mode, tuple(session.questions), Grouping(session.grouping), groups)


def takes_answers(session: Session) -> bool:
    """Whether people can still answer."""
    return session.stage == Session.Stage.OPEN and not session.earlier and not is_late(session.stage, session.closes_on)


def is_late(stage: str, closes_on: date | None) -> bool:
    """Whether the last day for answers is over while nobody closed the session: closed by this comparison alone,
    without a timer."""
    return stage == Session.Stage.OPEN and closes_on is not None and today() > closes_on


def delete_on(session: Session) -> date | None:
    """The day on which a session without an account expires; None for one that a collaboration keeps."""
    return _erased_after(session, session.changed_on)


def delete_on_once_saved(session: Session) -> date | None:
    """As `delete_on`, where something is recorded today and nothing after it."""
    return _erased_after(session, today())


def _erased_after(session: Session, last_change: date) -> date | None:
    if session.collaboration_id is not None:
        return None
    return last_change + timedelta(days=settings.RETENTION_DAYS)


def find_response(session: Session, *token_hashes: str) -> Response | None:
    """The sheet that a token opens in a session, kept under one of these; None before its first answer. One query."""
    return session.responses.filter(token_hash__in=token_hashes).first()


_COLUMNS = [field.attname for field in Response._meta.concrete_fields]


@lru_cache
def _under_hashes(number: int) -> Prepared[tuple[Any, ...]]:
    """A sheet with its answers, under one of so many hashes."""
    names = [*_COLUMNS, "answers__item__key", "answers__value", "answers__note"]
    return Prepared(
        lambda session, *hashes: Response.objects.filter(session=session, token_hash__in=hashes).values_list(*names),
        Response._meta.get_field("session"),
        *[Response._meta.get_field("token_hash")] * number,
    )


def find_sheet(session: Session, *token_hashes: str) -> tuple[Response | None, Sheet]:
    """The sheet that a token opens in a session, kept under one of these, and what was answered on it; before its first
    answer there is none, and it is empty. One query."""
    rows = _under_hashes(len(token_hashes)).ask(session.pk, *token_hashes)
    if not rows:
        return None, Sheet({})
    response = Response.from_db(connection.alias, _COLUMNS, rows[0][: len(_COLUMNS)])
    response.session = session
    answers = [row[len(_COLUMNS) :] for row in rows if row[0] == response.pk]
    return response, _sheet_of(response, [answer for answer in answers if answer[0]])


def load_filling(session: Session, response: Response | None) -> Filling:
    """A sheet of a session that was fetched with its checklist; empty before its first answer. One query or none."""
    return filling_of(session, response, load_sheets([response])[0] if response else Sheet({}))


def filling_of(session: Session, response: Response | None, sheet: Sheet) -> Filling:
    """A sheet as `find_sheet` gives it, of a session that was fetched with its checklist."""
    return Filling(
        session_id=session.pk,
        setup=setup_of(session),
        is_open=takes_answers(session),
        begun=response is not None,
        finished=response is not None and response.finished,
        changed_on=session.changed_on,
        delete_on=delete_on(session),
        checklist=load_checklist(session.checklist),
        sheet=sheet,
    )


def load_sheets(responses: Sequence[Response]) -> list[Sheet]:
    """The sheets of responses, in their order. One query."""
    answers = responses[0].answers.all() if len(responses) == 1 else Answer.objects.filter(response__in=responses)
    return _with_answers(responses, answers)


def all_sheets(session: Session) -> list[Sheet]:
    """Every sheet of a session. Two queries.

    Closing writes its rows anew, under other keys. Where that came between the two, the answers are of sheets that
    weren't there yet: asked again, rather than that everything looks unanswered.
    """
    answers = Answer.objects.filter(response__session=session)
    while responses := list(session.responses.all()):
        with suppress(KeyError):
            return _with_answers(responses, answers)
    return []


def texts_of(session: Session, setup: Setup) -> list[Sheet]:
    """Every note and goal sentence of a session, each on a sheet of its own: who wrote which is nobody's business. Two
    queries, or one where no goal sentence is asked."""
    texts = [Sheet({note_name(key): note}) for key, note in _NOTES.ask(session.pk)]
    if "goal-sentence" in setup.asked:
        texts += [Sheet({"goal-sentence": text}) for (text,) in _GOAL_SENTENCES.ask(session.pk)]
    return texts


_NOTES = Prepared(
    lambda session: Answer.objects.filter(response__session=session, note__gt="").values_list("item__key", "note"),
    Response._meta.get_field("session"),
)
_GOAL_SENTENCES = Prepared(
    lambda session: (
        Response.objects.annotate(sentence=KT("extras__goal-sentence"))
        .filter(session=session, sentence__isnull=False)
        .values_list("sentence")
    ),
    Response._meta.get_field("session"),
)


def _with_answers(responses: Sequence[Response], answers: "QuerySet[Answer]") -> list[Sheet]:
    """Raises KeyError for an answer on none of these."""
    of_each: dict[UUID, list[tuple[str, str, str]]] = {response.pk: [] for response in responses}
    for response_id, *answer in answers.values_list("response_id", "item__key", "value", "note"):
        of_each[response_id].append((answer[0], answer[1], answer[2]))
    return [_sheet_of(response, of_each[response.pk]) for response in responses]


def _sheet_of(response: Response, answers: Iterable[tuple[str, str, str]]) -> Sheet:
    """From its answers: the key of the item, the value and the note of each."""
    values = {name: tuple(kept) if isinstance(kept, list) else kept for name, kept in response.extras.items()}
    for key, value, note in answers:
        if value:
            values[key] = value
        if note:
            values[note_name(key)] = note
    return Sheet(values)


def save_fields(
    session: Session,
    token_hash: str,
    posted: Mapping[str, Posted],
    *,
    finish: bool = False,
    even_empty: bool = True,
    may_begin: bool = False,
    typed: bool = False,
) -> Saved:
    """Save what was changed, field by field, and nothing that somebody else changed meanwhile.

    The sheet is the one that `token_hash` opens; with `may_begin`, its first answer makes it. With `finish`, it is
    finished when nothing was in conflict, and, unless `even_empty`, something of the checklist is answered; finishing
    twice is finishing once. `typed` marks a sheet that is made here as typed in from paper. Every write in a session
    locks the session's row first, so that an answer is in before it closes, or refused after.
    Raises SessionClosedError when the session takes no more answers, SessionFullError when it takes no other sheet,
    NotFoundError when the sheet or the session was erased, and PlanChangedError when since `session` was fetched
    something changed of what participants read beforehand: what was given without a name isn't kept by name.
    """
    promised = plan_of(session).promise
    with transaction.atomic():
        session = lock_session(session)
        response, sheet = find_sheet(session, token_hash)
        filling = filling_of(session, response, sheet)
        # First: closing takes the tokens away, so that then no sheet is found at all.
        if not filling.is_open:
            count("saves", "refused")
            raise SessionClosedError
        if response is None and not may_begin:
            raise NotFoundError
        if plan_of(session).promise != promised:
            raise PlanChangedError
        merged = merge_sheet(filling.sheet, posted)
        is_enough = even_empty or merged.sheet.answered(filling.checklist) > 0
        may_finish = finish and not merged.conflicts and is_enough
        finished = filling.finished or may_finish
        if merged.changed or finished != filling.finished:
            response = response or _begin(session, token_hash, typed=typed)
            _write(session, response, filling, merged, finished=finished)
        saved = replace(
            filling,
            begun=response is not None,
            finished=finished,
            changed_on=session.changed_on,
            delete_on=delete_on(session),
            sheet=merged.sheet,
        )
    count("saves", "conflict" if merged.conflicts else "kept")
    return Saved(saved, merged.conflicts)


def _begin(session: Session, token_hash: str, *, typed: bool) -> Response:
    if session.responses.count() >= MAX_BEGUN:
        count("saves", "refused")
        raise SessionFullError
    return Response.objects.create(session=session, token_hash=token_hash, typed=typed)


def _write(session: Session, response: Response, filling: Filling, merged: Merged, *, finished: bool) -> None:
    sheet, changed = merged.sheet, merged.changed
    ids = item_ids(session.checklist_id)
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
    if changed - _on_items(ids) or finished != response.finished:
        response.extras = _extras(sheet, ids)
        response.finished = finished
        response.save(update_fields=["extras", "finished"])
    if filling.finished:
        # What was taken out of the answers may not live on in a PDF.
        session.made_pdfs.all().delete()
    if session.changed_on != today():
        session.changed_on = today()
        session.save(update_fields=["changed_on"])


def _on_items(keys: Iterable[str]) -> set[str]:
    return {name for key in keys for name in (key, note_name(key))}


def _extras(sheet: Sheet, keys: Iterable[str]) -> dict[str, FieldValue]:
    """What a sheet has beside the items of these keys. Sorted: in which order they came is nobody's business."""
    on_items = _on_items(keys)
    return {name: value for name, value in sorted(sheet.values.items()) if name not in on_items}


def write_sheets(
    session: Session, sheets: Iterable[Sheet], first_hash: str | None = None, *, typed: bool = False
) -> None:
    """Write whole sheets, finished, in this order; `first_hash` is the token's mark on the first of them. No link opens
    the others. `typed` marks all of them as typed in from paper. The session was locked."""
    ids = item_ids(session.checklist_id)
    responses: list[Response] = []
    answers: list[Answer] = []
    for sheet in sheets:
        token_hash = None if responses else first_hash
        extras = _extras(sheet, ids)
        response = Response(session=session, token_hash=token_hash, finished=True, typed=typed, extras=extras)
        responses.append(response)
        answers += [
            Answer(response=response, item_id=pk, value=sheet.text(key), note=sheet.text(note_name(key)))
            for key, pk in ids.items()
            if sheet.text(key) or sheet.text(note_name(key))
        ]
    Response.objects.bulk_create(responses)
    Answer.objects.bulk_create(answers)
