"""Signals: who takes part, which sessions count, and which notes were released for them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from reflectie.domain.questionnaire.answers import note_name
from reflectie.domain.questionnaire.checklist import Checklist, Item
from reflectie.domain.rules.findings import Finding
from reflectie.domain.rules.totals import Totals, figure_of, figures_of
from reflectie.domain.setup import Mode
from reflectie.domain.signals import Entry, Partition, Published, counts_until, publish
from reflectie.models import OPENED, Activity, Answer, Collaboration, Session
from reflectie.models import Checklist as ChecklistRow

from .activity import log_activity
from .clock import today
from .comparison.comparisons import count_totals
from .locks import lock_collaboration, lock_session
from .questionnaire.checklists import item_ids, load_checklist
from .report.outcomes import text_digest, text_digests
from .sessions.rounds import StageError
from .sessions.totals import read_item


def set_signals_opt_in(collaboration: Collaboration, *, on: bool) -> Collaboration:
    """Switch on, from today, that a collaboration counts in signals; or off, at once and for every year.

    Raises NotFoundError when it was erased.
    """
    with transaction.atomic():
        collaboration = lock_collaboration(collaboration.pk)
        if on != (collaboration.signals_from is not None):
            collaboration.signals_from = today() if on else None
            collaboration.save(update_fields=["signals_from"])
            log_activity(Activity.Action.SIGNALS_ON if on else Activity.Action.SIGNALS_OFF, collaboration.pk)
    return collaboration


# Databases take some thousands of keys in one question.
BATCH = 1000


class _Chosen(NamedTuple):
    """A session that counts, with what is written of its answers; nothing of those while it isn't (`write_totals`)."""

    # Keys as the database writes them: thousands of them are only told apart.
    key: str
    of_collaboration: str
    checklist_id: int
    mode: str
    planned_on: date
    label: str
    invented: bool
    counted: int | None
    counts: str | None
    only_refers: bool | None


def load_signals() -> Published:
    """Everything that signals publish today (`domain/signals.py` has the rules). Three queries, however many
    collaborations, sessions and responses; four more as long as one of them closed before totals were written, and
    those of a checklist that isn't in memory yet."""
    until = counts_until(today())
    # The last of each collaboration and year. By hand: SQLite asks Python for each year in its own SQL.
    rows = map(_Chosen._make, _may_count(until).values_list(*_Chosen._fields))
    chosen = list({(row.of_collaboration, row.planned_on.year): row for row in rows}.values())
    entries = {}
    for session, findings in _findings(chosen, _count_unwritten(chosen)):
        entries[session.key] = Entry(session.planned_on.year, session.label, findings)
    quotes: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    # Few were released, and an index has them: quicker than to ask again which sessions count.
    released = Answer.objects.filter(released=True).exclude(note="")
    by_session = released.annotate(key=Cast("response__session", TextField()))
    for session_key, key, note in by_session.values_list("key", "item__key", "note"):
        if session_key in entries:
            quotes[entries[session_key].year][key].add(note)
    # By their mark, which is keyed: neither by collaboration nor as they came, and the same at every visit.
    in_order = {year: {key: sorted(texts, key=text_digest) for key, texts in of.items()} for year, of in quotes.items()}
    return publish(entries.values(), until, in_order, invented=any(session.invented for session in chosen))


def _may_count(until: date) -> "QuerySet[Any]":
    """The sessions of which the last of each collaboration and year counts, the last one last, with what `_Chosen` has.
    What was put away takes no part. Invented ones count as long as no real one takes part."""
    answered = Answer.objects.filter(response__session=OuterRef("pk"), value__gt="")
    in_use = Collaboration.objects.in_use()
    real = in_use.filter(signals_from__isnull=False, invented=False)
    taking_part = in_use.filter(Q(invented=False) | ~Exists(real), signals_from__lt=until)
    sessions = Session.objects.filter(
        # Those that closed with too few have nothing: one before them may count.
        Q(totals__counted__gt=0) | Q(Exists(answered), totals=None),
        told_of_signals=True,
        stage__in=OPENED,
        # Asked for first, so that those of all others are passed over.
        collaboration__in=taking_part,
        # Held, and opened up: since then nothing changes the day of its last change.
        planned_on__lt=until,
        changed_on__lt=until,
    )
    return sessions.order_by("planned_on", "changed_on", "number", "-pk").annotate(
        key=Cast("pk", TextField()),
        of_collaboration=Cast("collaboration", TextField()),
        label=F(f"collaboration__{Partition(settings.SIGNAL_LABEL)}"),
        invented=F("collaboration__invented"),
        counted=F("totals__counted"),
        counts=F("totals__counts"),
        only_refers=F("totals__only_refers"),
    )


def _count_unwritten(chosen: Iterable[_Chosen]) -> dict[UUID, Totals]:
    """What those add up to of which it wasn't written when they were chosen. By their keys: what is written of them
    meanwhile changes nothing of what is published."""
    keys = [UUID(session.key) for session in chosen if session.counted is None]
    totals: dict[UUID, Totals] = {}
    for start in range(0, len(keys), BATCH):
        totals |= count_totals(list(Session.objects.filter(pk__in=keys[start : start + BATCH])))
    return totals


def _findings(
    chosen: Iterable[_Chosen], counted: Mapping[UUID, Totals]
) -> Iterator[tuple[_Chosen, Mapping[str, Finding]]]:
    """What each session's answers add up to, by item key; without sessions of which nothing may be shown."""
    alike: dict[tuple[int, str, bool | None], list[_Chosen]] = defaultdict(list)
    for session in chosen:
        alike[session.checklist_id, session.mode, session.only_refers].append(session)
    rows = ChecklistRow.objects.in_bulk({checklist_id for checklist_id, _, _ in alike})
    for (checklist_id, mode, only_refers), sessions in alike.items():
        checklist = load_checklist(rows[checklist_id])
        if only_refers is None:
            yield from _findings_now(checklist, sessions, counted)
            continue
        # Thousands have the same few numbers: item by item, each of them is judged once.
        by_item = zip(*(str(session.counts).split() for session in sessions), strict=True)
        found = [
            _judge(item, Mode(mode), only_refers, numbers) for item, numbers in zip(checklist, by_item, strict=True)
        ]
        keys = [item.key for item in checklist]
        for session, findings in zip(sessions, zip(*found, strict=True), strict=True):
            yield session, dict(zip(keys, findings, strict=True))


def _judge(item: Item, mode: Mode, only_refers: bool, numbers: Sequence[str]) -> list[Finding]:
    judged = {}
    for written in set(numbers):
        counts = read_item(written)
        _, found = figure_of(item, Totals(mode, counts.counted, {item.key: counts}, only_refers))
        assert found is not None
        judged[written] = found
    return [judged[written] for written in numbers]


def _findings_now(
    checklist: Checklist, sessions: Iterable[_Chosen], counted: Mapping[UUID, Totals]
) -> Iterator[tuple[_Chosen, Mapping[str, Finding]]]:
    for session in sessions:
        # Erased since it was chosen, it counts no more.
        totals = counted.get(UUID(session.key))
        figures = figures_of(checklist, totals) if totals else {}
        if findings := {key: finding for key, (_, finding) in figures.items() if finding}:
            yield session, findings


def released_notes(session: Session) -> set[tuple[str, str]]:
    """The notes of a session that were released: the name of the field, and the text. One query."""
    released = Answer.objects.filter(response__session=session, released=True).exclude(note="")
    return {(note_name(key), note) for key, note in released.values_list("item__key", "note")}


def release_note(session: Session, field: str, mark: str, *, release: bool) -> int:
    """Release a note of a session to be quoted in signals, or take that back; how many have these words.

    `field` is the name of the note's field, `mark` the text's (`text_digest`). Raises StageError before the report is
    open to all and where participants weren't told, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_session(session)
        if session.stage not in OPENED or not session.told_of_signals:
            raise StageError
        item_id = {note_name(key): pk for key, pk in item_ids(session.checklist_id).items()}.get(field)
        noted = Answer.objects.filter(response__session=session, item=item_id).exclude(note="")
        found = [answer.pk for answer in noted if mark in text_digests(answer.note)]
        if found:
            done = Activity.Action.QUOTE_RELEASED if release else Activity.Action.QUOTE_TAKEN_BACK
            log_activity(done, session.collaboration_id, session=session)
        return Answer.objects.filter(pk__in=found).update(released=release)
