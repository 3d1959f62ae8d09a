"""Paper sheets brought in all at once, from a table: of a session of earlier years, or of a round with paper forms."""

import random
from collections.abc import Sequence

from django.db import transaction

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.setup import Mode
from reflectie.models import Activity, Session
from reflectie.services.activity import log_activity
from reflectie.services.clock import today
from reflectie.services.erasure import erase_quotes, truncate_wal_on_commit
from reflectie.services.locks import lock_session
from reflectie.services.questionnaire.plans import plan_of
from reflectie.services.questionnaire.sheets import find_response, takes_answers, write_sheets
from reflectie.services.sessions.paper import MAX_SHEETS, takes_paper
from reflectie.services.sessions.rounds import StageError
from reflectie.services.tokens import hash_under_each_key


class TooManySheetsError(Exception):
    """More sheets than there is room for; `args[0]` says for how many there is."""


def takes_sheets(session: Session) -> bool:
    """Whether sheets can be brought in: before it closes, of earlier years or of a round with paper forms."""
    if session.earlier:
        return session.stage == Session.Stage.OPEN
    return takes_answers(session) and takes_paper(session)


def room_for(session: Session) -> int:
    """How many sheets can still be brought in: as many as paper forms were counted, and one for a whole team. One
    query or none."""
    if not session.earlier:
        return (session.paper_sheets or MAX_SHEETS) - session.paper_typed
    return (1 if session.mode == Mode.TOGETHER else MAX_SHEETS) - session.responses.count()


def import_answers(session: Session, token: str, sheets: Sequence[Sheet]) -> Session:
    """Put in sheets that hold fields that this session asks: all of them, finished, or none.

    The same token twice brings them in once, whatever came with it. Their rows have random keys and come in random
    order: nothing says on which line of the table a sheet stood. Which of them carries the token's mark is random too.
    Raises StageError when the session takes no sheets (any more), or asks something else by now; TooManySheetsError.
    """
    # With a salt of its own: whoever brought the sheets in had the token on the page, and opens nothing with it.
    marks, asked = hash_under_each_key("reflectie.bringing", f"{session.pk}:{token}"), plan_of(session).promise
    with transaction.atomic():
        session = _lock(session)
        if plan_of(session).promise != asked:
            raise StageError
        if find_response(session, *marks) is not None:
            return session
        if len(sheets) > (room := room_for(session)):
            raise TooManySheetsError(room)
        # Nothing opens what was brought in: the mark is of a token that only says that it was done.
        in_any_order = random.SystemRandom().sample(list(sheets), len(sheets))
        write_sheets(session, in_any_order, marks[0], typed=session.told_of_typist)
        if not session.earlier:
            session.paper_typed += len(sheets)
            session.paper_sheets = session.paper_sheets or session.paper_typed
        session.changed_on = today()
        session.save(update_fields=["paper_typed", "paper_sheets", "changed_on"])
        session.made_pdfs.all().delete()
        log_activity(Activity.Action.BROUGHT_IN, session.collaboration_id, session=session)
    return session


def delete_imported(session: Session) -> int:
    """Erase all sheets that were brought into a session of earlier years, to bring them in anew; how many these were.

    Only there: in a round they can't be told from what people answered themselves.
    Raises StageError for any other session, and once it is closed.
    """
    with transaction.atomic():
        session = _lock(session)
        if not session.earlier:
            raise StageError
        erased = session.responses.count()
        erase_quotes(session)
        session.made_pdfs.all().delete()
        session.responses.all().delete()
        log_activity(Activity.Action.IMPORT_ERASED, session.collaboration_id, session=session)
        truncate_wal_on_commit()
    return erased


def _lock(session: Session) -> Session:
    session = lock_session(session)
    if not takes_sheets(session):
        raise StageError
    return session
