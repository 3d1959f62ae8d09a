"""Whether a session's talk goes on, which is when what it comes to can be recorded; and telling its wall that something
changed."""

from django.db.models import F

from reflectie.domain.setup import Mode
from reflectie.models import Session, Talk
from reflectie.services.clock import today
from reflectie.services.locks import lock_session

from .rounds import StageError


def is_talking(session: Session) -> bool:
    """Whether what a session's talk comes to can be recorded: from the moment its report is open until it is concluded.
    A team without an account that filled in together talks as long as its reflection is there. One query for such a
    team, none for others."""
    if session.collaboration_id is None:
        return session.mode == Mode.TOGETHER and session.responses.filter(finished=True).exists()
    return session.stage == Session.Stage.DISCUSSION


def lock_session_as_fetched(session: Session) -> Session:
    """A session as `lock_session` gives it, for whoever was let in to it as it was fetched. Raises StageError when a
    collaboration took it in since, where a link to fill in changes nothing any more; NotFoundError when it was
    erased."""
    locked = lock_session(session)
    if locked.collaboration_id != session.collaboration_id:
        raise StageError
    return locked


def lock_talking_session(session: Session) -> Session:
    """A session as `lock_session_as_fetched` gives it, to record something of its talk. Raises StageError unless it is
    talking, too."""
    session = lock_session_as_fetched(session)
    if not is_talking(session):
        raise StageError
    return session


def note_talk_change(session: Session) -> None:
    """Something of the talk changed, in a transaction that holds the session: its wall is drawn anew, and that of a
    later session, which looks back on it; without an account the clock of erasing starts again."""
    talks = Talk.objects.filter(session=session.pk)
    if session.collaboration_id is None:
        Session.objects.filter(pk=session.pk).update(changed_on=today())
    else:
        talks = Talk.objects.filter(session__collaboration=session.collaboration_id)
    talks.update(version=F("version") + 1)
