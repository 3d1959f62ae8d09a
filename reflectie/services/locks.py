"""Locks: whoever changes a session or a collaboration holds its row until the transaction ends."""

from uuid import UUID

from reflectie.models import Collaboration, Session
from reflectie.models.prepared import Prepared

from .errors import NotFoundError

_SESSION = Prepared(
    lambda key: Session.objects.select_for_update(of=("self",)).select_related("checklist").filter(pk=key),
    Session._meta.get_field("id"),
)


def lock_session(session: Session) -> Session:
    """The session as it is now, locked until the transaction ends. Raises NotFoundError when it was erased."""
    for found in _SESSION.ask(session.pk):
        return found
    raise NotFoundError


def lock_collaboration(pk: UUID) -> Collaboration:
    """The collaboration as it is now, locked until the transaction ends: roles change one after the other, and nothing
    is put in one that is being erased. Whoever locks a session too, locks that first.

    Raises NotFoundError when it was erased.
    """
    found = Collaboration.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFoundError
    return found
