"""The discussion of a round: what the team makes of each item, and texts that a coordinator takes out."""

from django.db import transaction

from reflectie.domain.questionnaire.answers import note_name
from reflectie.domain.report.outcomes import Outcome
from reflectie.keys import keyed_hashes
from reflectie.models import Activity, Answer, Session
from reflectie.models import Outcome as OutcomeRow
from reflectie.services.activity import log_activity
from reflectie.services.erasure import truncate_wal_on_commit
from reflectie.services.locks import lock_session
from reflectie.services.optimistic_lock import is_to_write
from reflectie.services.questionnaire.checklists import item_ids
from reflectie.services.sessions.rounds import StageError
from reflectie.services.sessions.talking import lock_talking_session, note_talk_change

from .reports import outcome_of

# Sixteen hexadecimal figures: enough to tell one text from the others of a session.
MARK_LENGTH = 16
GOAL_SENTENCE = "goal-sentence"


def load_outcome(session: Session, key: str) -> Outcome | None:
    """What is recorded for one item, by its key. One query."""
    row = session.outcomes.filter(item__key=key).first()
    return outcome_of(row) if row else None


def record_outcome(session: Session, key: str, outcome: Outcome | None, seen: str) -> Outcome | None:
    """Record what the team makes of an item, or wipe it with None; what stands after that. `seen` is the etag of what
    the page showed.

    Raises ConflictError when somebody else recorded something different since, StageError outside the discussion,
    KeyError for an item that the checklist doesn't have, and NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_talking_session(session)
        item_id = item_ids(session.checklist_id)[key]
        current = load_outcome(session, key)
        if not is_to_write(seen, outcome, current):
            return current
        if outcome is None:
            session.outcomes.filter(item=item_id).delete()
        else:
            parts = {
                "choice": outcome.choice or "",
                "reason": outcome.reason,
                "minority": outcome.minority,
                "mover": outcome.mover or "",
            }
            OutcomeRow.objects.update_or_create(session=session, item_id=item_id, defaults=parts)
        # What was wiped or reworded may not live on, in a PDF or in the database's files.
        session.made_pdfs.all().delete()
        note_talk_change(session)
        truncate_wal_on_commit()
    return outcome


def text_digest(text: str) -> str:
    """Names a text that somebody typed, in an address. Keyed: from a log, nobody can try out which text it was."""
    return text_digests(text)[0]


def text_digests(text: str) -> list[str]:
    """What names a text, and what named it on a page that was drawn under a secret key of before."""
    return [mark[:MARK_LENGTH] for mark in keyed_hashes("reflectie.text", text)]


def remove_text(session: Session, field: str, mark: str) -> int:
    """Take a text out of a session for good, wherever it stands in that field; how many times that was.

    `field` is the name of a note's field or "goal-sentence", `mark` the text's (`text_digest`). The report says how
    many were taken out, and the PDF that was made goes with them. Raises StageError while the round is open, and
    NotFoundError when the session was erased.
    """
    with transaction.atomic():
        session = lock_session(session)
        if session.stage == Session.Stage.OPEN:
            raise StageError
        removed = _remove_sentence(session, mark) if field == GOAL_SENTENCE else _remove_note(session, field, mark)
        if removed:
            session.removed[field] = session.removed.get(field, 0) + removed
            session.save(update_fields=["removed"])
            log_activity(Activity.Action.TEXT_REMOVED, session.collaboration_id, session=session)
            session.made_pdfs.all().delete()
            note_talk_change(session)
            truncate_wal_on_commit()
    return removed


def _remove_note(session: Session, field: str, mark: str) -> int:
    item_id = {note_name(key): pk for key, pk in item_ids(session.checklist_id).items()}.get(field)
    noted = Answer.objects.filter(response__session=session, item=item_id).exclude(note="")
    found = [answer for answer in noted if mark in text_digests(answer.note)]
    for answer in found:
        answer.note = ""
    Answer.objects.bulk_update([answer for answer in found if answer.value], ["note"])
    # A row with nothing left in it goes.
    Answer.objects.filter(pk__in=[answer.pk for answer in found if not answer.value]).delete()
    return len(found)


def _remove_sentence(session: Session, mark: str) -> int:
    found = [
        response
        for response in session.responses.all()
        if (text := response.extras.get(GOAL_SENTENCE)) and mark in text_digests(text)
    ]
    for response in found:
        del response.extras[GOAL_SENTENCE]
        response.save(update_fields=["extras"])
    return len(found)
