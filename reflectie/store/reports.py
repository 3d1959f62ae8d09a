"""The report of a session, and the PDF that was made of it."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from reflectie.domain.report import Report, build_report
from reflectie.domain.sheet import Mode
from reflectie.models import MadePdf, Session

from .content import load_checklist
from .sheets import load_sheets


def load_report(session: Session) -> Report:
    """The report of a session that was fetched with its checklist. Two queries, however many responses."""
    return build_report(
        load_checklist(session.checklist),
        Mode(session.mode),
        load_sheets(list(session.responses.all())),
        changed_on=session.changed_on,
        delete_on=session.changed_on + timedelta(days=settings.RETENTION_DAYS),
    )


def keep_pdf(session_id: UUID, key: str, content: bytes) -> None:
    """Keep the PDF made last, in place of an earlier one; nothing is kept of a session erased meanwhile."""
    with transaction.atomic():
        if Session.objects.select_for_update().filter(pk=session_id).exists():
            MadePdf.objects.update_or_create(session_id=session_id, defaults={"key": key, "content": content})


def kept_pdf(session_id: UUID, key: str) -> bytes | None:
    """The PDF made earlier from the same things, or None. One query."""
    content = MadePdf.objects.filter(session_id=session_id, key=key).values_list("content", flat=True).first()
    return None if content is None else bytes(content)
