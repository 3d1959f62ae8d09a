"""Signals: who takes part, which sessions count, and which notes were released for them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import ExtractYear, RowNumber

from reflectie.domain.questionnaire.answers import note_name
from reflectie.domain.rules.totals import Totals, figures_of
from reflectie.domain.signals import Entry, Partition, Published, counts_until, publish
from reflectie.models import OPENED, Answer, Collaboration, Session
from reflectie.models import Checklist as ChecklistRow

from .clock import today
from .comparison.comparisons import load_totals
from .locks import lock_collaboration, lock_session
from .questionnaire.checklists import item_ids, load_checklist
from .report.outcomes import text_digest, text_digests
from .sessions.rounds import StageError


def set_signals_opt_in(collaboration: Collaboration, *, on: bool) -> Collaboration:
    """Switch on, from today, that a collaboration counts in signals; or off, at once and for every year.

    Raises NotFoundError when it was erased.
    """
    with transaction.atomic():
        collaboration = lock_collaboration(collaboration.pk)
        if on != (collaboration.signals_from is not None):
            collaboration.signals_from = today() if on else None
            collaboration.save(update_fields=["signals_from"])
    return collaboration


def load_signals() -> Published:
    """Everything that signals publish today (`domain/signals.py` has the rules). Six queries, however many
    collaborations, sessions and responses, and those of a checklist that isn't in memory yet."""
    until = counts_until(today())
    chosen = _chosen(until)
    totals = load_totals(chosen)
    sessions = [session for session in chosen if not totals[session.pk].are_withheld]
    entries = _entries(sessions, totals)
    years = {session.pk: session.year for session in sessions}
    quotes: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    # Few were released, and an index has them: quicker than to ask again which sessions count.
    released = Answer.objects.filter(released=True).exclude(note="")
    for session, key, note in released.values_list("response__session", "item__key", "note"):
        if session in years:
            quotes[years[session]][key].add(note)
    # By their mark, which is keyed: neither by collaboration nor as they came, and the same at every visit.
    in_order = {year: {key: sorted(texts, key=text_digest) for key, texts in of.items()} for year, of in quotes.items()}
    return publish(entries, until, in_order, invented=any(session.invented for session in sessions))


def _chosen(until: date) -> "QuerySet[Any]":
    """Of each collaboration and year the last session that counts, with its year, its label, and whether it was made
    up. Invented ones count as long as no real one takes part."""
    answered = Answer.objects.filter(response__session=OuterRef("pk"), value__gt="")
    real = Collaboration.objects.filter(signals_from__isnull=False, invented=False)
    taking_part = Collaboration.objects.filter(Q(invented=False) | ~Exists(real), signals_from__lt=until)
    sessions = Session.objects.filter(
        # Those that closed with too few were emptied: one before them may count.
        Exists(answered),
        told_of_signals=True,
        stage__in=OPENED,
        # Asked for first, so that those of all others are passed over.
        collaboration__in=taking_part,
        # Held, and opened up: since then nothing changes the day of its last change.
        planned_on__lt=until,
        changed_on__lt=until,
    )
    last = Window(
        RowNumber(),
        partition_by=[F("collaboration"), ExtractYear("planned_on")],
        order_by=[F("planned_on").desc(), F("changed_on").desc(), F("number").desc(), F("pk").asc()],
    )
    found = sessions.annotate(place=last).filter(place=1)
    return found.annotate(
        year=ExtractYear("planned_on"),
        label=F(f"collaboration__{Partition(settings.SIGNAL_LABEL)}"),
        invented=F("collaboration__invented"),
    ).only("mode", "checklist_id")


def _entries(sessions: list[Any], totals: Mapping[UUID, Totals]) -> list[Entry]:
    rows = ChecklistRow.objects.in_bulk({session.checklist_id for session in sessions})
    checklists = {pk: load_checklist(row) for pk, row in rows.items()}
    found = []
    for session in sessions:
        figures = figures_of(checklists[session.checklist_id], totals[session.pk])
        findings = {key: finding for key, (_, finding) in figures.items() if finding}
        found.append(Entry(session.year, session.label, findings))
    return found


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
        return Answer.objects.filter(pk__in=found).update(released=release)
