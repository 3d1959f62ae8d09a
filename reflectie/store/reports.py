"""The report of a session, and the PDF that was made of it."""

from uuid import UUID

from django.db import transaction

from reflectie.domain.build import build_report
from reflectie.domain.report import About, Report
from reflectie.domain.talk import Choice, Outcome
from reflectie.models import MadePdf, Partner, Session

from .content import load_checklist
from .sheets import delete_on, load_sheets, setup_of


def load_report(session: Session) -> Report:
    """The report of a session that was fetched with its checklist and collaboration.

    Two queries without an account, four in a collaboration, however many responses.
    """
    return build_report(
        load_checklist(session.checklist),
        setup_of(session),
        load_sheets(list(session.responses.all())),
        changed_on=session.planned_on or session.changed_on,
        delete_on=delete_on(session),
        about=_about(session) if session.collaboration else None,
    )


def _about(session: Session) -> About:
    outcomes = session.outcomes.values_list("item__key", "choice", "reason", "minority")
    return About(
        collaboration=session.collaboration.name if session.collaboration else "",
        partners=tuple(Partner.objects.filter(collaboration=session.collaboration_id).values_list("name", flat=True)),
        expected=session.expected,
        outcomes={key: Outcome(Choice(choice), reason, minority) for key, choice, reason, minority in outcomes},
        removed=session.removed,
        blanked=session.blanked,
    )


def keep_pdf(session_id: UUID, key: str, content: bytes, made_from: Report | None = None) -> None:
    """Keep the PDF made last, in place of an earlier one; nothing is kept of a session erased meanwhile, nor of a
    report (`made_from`) that changed while it was made: a text that was taken out would live on in it."""
    with transaction.atomic():
        sessions = Session.objects.select_for_update(of=("self",)).select_related("checklist", "collaboration")
        session = sessions.filter(pk=session_id).first()
        if session and (made_from is None or load_report(session).key == made_from.key):
            MadePdf.objects.update_or_create(session_id=session_id, defaults={"key": key, "content": content})


def kept_pdf(session_id: UUID, key: str) -> bytes | None:
    """The PDF made earlier from the same things, or None. One query."""
    content = MadePdf.objects.filter(session_id=session_id, key=key).values_list("content", flat=True).first()
    return None if content is None else bytes(content)
