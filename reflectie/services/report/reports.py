"""The report of a session, and the PDFs that were made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from reflectie.domain.questionnaire.answers import Sheet
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, Parked, State
from reflectie.domain.report.build import build_report
from reflectie.domain.report.figures import ReportFigures
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.report.report import About, Report
from reflectie.domain.session_title import SessionTitle
from reflectie.domain.setup import Grouping, Mode, Setup
from reflectie.models import (
    FINAL_PDFS,
    HELD_ON,
    MadePdf,
    ParkedTopic,
    Partner,
    Response,
    Session,
    SessionTotals,
    nth_that_day,
    report_is_open,
)
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Conclusion as ConclusionRow
from reflectie.models import Outcome as OutcomeRow
from reflectie.models.prepared import Prepared
from reflectie.services.questionnaire.checklists import load_checklist
from reflectie.services.questionnaire.plans import is_beside_paper
from reflectie.services.questionnaire.sheets import all_sheets, delete_on, setup_of, texts_of
from reflectie.services.sessions.totals import load_figures

from .polls import load_polls

_OUTCOMES = Prepared(
    lambda session: OutcomeRow.objects.filter(session=session).select_related("item"),
    OutcomeRow._meta.get_field("session"),
)
_CONCLUSIONS = Prepared(
    lambda session: ConclusionRow.objects.filter(session=session), ConclusionRow._meta.get_field("session")
)
_PARKED = Prepared(lambda session: ParkedTopic.objects.filter(session=session), ParkedTopic._meta.get_field("session"))
_PARTNERS = Prepared(
    lambda collaboration: Partner.objects.filter(collaboration=collaboration).values_list("name"),
    Partner._meta.get_field("collaboration"),
)
_AGREEMENTS = Prepared(
    lambda session: AgreementRow.objects.filter(session=session).select_related("item"),
    AgreementRow._meta.get_field("session"),
)


def load_report(session: Session) -> Report:
    """The report of a session that was fetched with its checklist and collaboration.

    However many responses, where its totals came with it: without an account two queries, or six of a team that
    filled in together; nine in a collaboration, eleven after an earlier session.
    """
    about = _about(session, earlier=_earlier_report(session)) if session.collaboration else _about_own(session)
    figures = None if session.stage == Session.Stage.OPEN else load_figures(session)
    setup = setup_of(session)
    needs_texts_alone = figures is not None and setup.mode is Mode.ANONYMOUS
    sheets = texts_of(session, setup) if needs_texts_alone else all_sheets(session)
    return _build(session, setup, sheets, about, figures)


def _build(
    session: Session, setup: Setup, sheets: Sequence[Sheet], about: About | None, figures: ReportFigures | None
) -> Report:
    return build_report(
        load_checklist(session.checklist),
        setup,
        sheets,
        changed_on=day_of(session),
        delete_on=delete_on(session),
        about=about,
        figures=figures,
    )


def day_of(session: Session) -> date:
    """The day that dates a session: a reflection that was taken in was never planned."""
    return session.planned_on or session.changed_on


def is_ahead(session: Session) -> bool:
    """Whether a session was filled in before its day: that day is then no day on which anybody answered."""
    return session.planned_on is not None and session.planned_on > session.changed_on


def title_of(session: Session) -> SessionTitle:
    """What tells a session from the others of its collaboration. One query; none where it was fetched with
    `nth_that_day`, or has no collaboration."""
    if session.collaboration_id is None:
        return SessionTitle(day_of(session))
    nth: int | None = getattr(session, "nth", None)
    if nth is None:
        nth = Session.objects.annotate(nth=nth_that_day()).filter(pk=session.pk).values_list("nth", flat=True).first()
    return SessionTitle(day_of(session), session.name, nth or 1)


def earlier_session(session: Session) -> Session | None:
    """The collaboration's last session before the day of this one whose report is open to all, and that has answers,
    agreements or what it put off to set beside this one's. One query.

    A reflection that was taken in is often never closed: finished is enough, as it is for reading it. A round that
    closed with too few has no figures. Of several on one day the last that was planned.
    """
    for found in _EARLIER.ask(session.collaboration_id, day_of(session)):
        return found
    return None


def _held_before(collaboration: UUID, day: date) -> "QuerySet[Session]":
    something = (
        Exists(SessionTotals.objects.filter(session=OuterRef("pk"), counted__gt=0))
        | Exists(Response.objects.filter(session=OuterRef("pk")))
        | Exists(AgreementRow.objects.filter(session=OuterRef("pk")))
        | Exists(ParkedTopic.objects.filter(session=OuterRef("pk")))
    )
    days = Session.objects.filter(report_is_open(), something, collaboration=collaboration)
    dated = days.annotate(day=HELD_ON, nth=nth_that_day()).filter(day__lt=day)
    return dated.select_related("checklist", "collaboration", "totals").order_by("-day", "-number", "-pk")[:1]


_EARLIER = Prepared(_held_before, Session._meta.get_field("collaboration"), Session._meta.get_field("planned_on"))


def _earlier_report(session: Session) -> Report | None:
    earlier = earlier_session(session)
    if earlier is None:
        return None
    # Groups are never set beside those of another round, nor are texts (`domain/report/changes.py`).
    setup = replace(setup_of(earlier), grouping=Grouping.NONE, groups=())
    return _build(earlier, setup, (), _about_earlier(earlier), load_figures(earlier))


def _about_earlier(session: Session) -> About:
    return About(
        agreements=load_agreements(session),
        parked=load_parked(session),
        folded_on=session.folded_on,
        is_ahead=is_ahead(session),
        title=title_of(session),
    )


def _about_own(session: Session) -> About | None:
    """What is known of a session without a collaboration: what a team that filled in together recorded of its talk. Who
    filled in alone records nothing, so that nothing is asked."""
    if session.mode != Mode.TOGETHER:
        return None
    return About(
        outcomes=_outcomes(session),
        agreements=load_agreements(session),
        polls=load_polls(session),
        parked=load_parked(session),
    )


def _about(session: Session, earlier: Report | None) -> About:
    return About(
        collaboration=session.collaboration.name if session.collaboration else "",
        partners=tuple(name for (name,) in _PARTNERS.ask(session.collaboration_id)),
        expected=session.expected,
        expected_of=dict(session.groups),
        beside_paper=is_beside_paper(session),
        outcomes=_outcomes(session),
        removed=session.removed,
        blanked=session.blanked,
        agreements=load_agreements(session),
        polls=load_polls(session),
        conclusion=load_conclusion(session),
        parked=load_parked(session),
        earlier=earlier,
        folded_on=session.folded_on,
        brought_in=session.earlier,
        is_ahead=is_ahead(session),
        title=title_of(session),
    )


def _outcomes(session: Session) -> dict[str, Outcome]:
    return {row.item.key: outcome_of(row) for row in _OUTCOMES.ask(session.pk)}


def outcome_of(row: OutcomeRow) -> Outcome:
    """An outcome as it is kept."""
    choice = Choice(row.choice) if row.choice else None
    return Outcome(choice, row.reason, row.minority, ActionOwner(row.mover) if row.mover else None)


def load_agreements(session: Session) -> tuple[Agreement, ...]:
    """A session's agreements in the order in which they were made. One query."""
    return tuple(agreement_of(row) for row in _AGREEMENTS.ask(session.pk))


def load_parked(session: Session) -> tuple[Parked, ...]:
    """What a session's talk put off, in the order in which it did. One query."""
    return tuple(Parked(str(row.pk), row.text) for row in _PARKED.ask(session.pk))


def agreement_of(row: AgreementRow) -> Agreement:
    """An agreement as it is kept."""
    return Agreement(
        key=str(row.pk),
        what=row.what,
        who=row.who,
        due_on=row.due_on,
        item=row.item.key if row.item else "",
        principle=row.principle,
        state=State(row.state),
        reason=row.reason,
        trigger=row.trigger,
    )


def load_conclusion(session: Session) -> Conclusion | None:
    """With what a session ended; None as long as it hasn't. One query."""
    for row in _CONCLUSIONS.ask(session.pk):
        return conclusion_of(row)
    return None


def conclusion_of(row: ConclusionRow) -> Conclusion:
    """A conclusion as it is kept."""
    return Conclusion(Needed(row.needed), Decision(row.decision), row.reason, row.next_on)


def keep_pdf(session_id: UUID, kind: str, key: str, content: bytes, made_from: Report | None = None) -> None:
    """Keep the PDF of this kind made last, in place of an earlier one; nothing is kept of a session erased meanwhile,
    nor of a report (`made_from`) that changed while it was made: a text that was taken out would live on in it.

    Of a concluded session one of those that it ends with (`FINAL_PDFS`) is the last one: it stays, whatever becomes of
    templates and guidance. All others are made again.
    """
    with transaction.atomic():
        session = _lock_with_earlier(session_id)
        if session and (made_from is None or load_report(session).key == made_from.key):
            final = kind in FINAL_PDFS and session.stage == Session.Stage.CONCLUDED
            kept = {"key": key, "content": content, "page": "", "final": final}
            MadePdf.objects.update_or_create(session_id=session_id, kind=kind, defaults=kept)


def fix_pages(session_id: UUID, pages: Mapping[str, str], key: str, made_from: Report) -> None:
    """Keep the pages, by kind, of which a concluded session's PDFs are to be made, so that these hold what it ended
    with, whenever that is; nothing of a report (`made_from`) that changed meanwhile. `key` is of all they are made of.

    They stand beside the answers, and go as those PDFs go.
    """
    with transaction.atomic():
        session = _lock_with_earlier(session_id)
        if session is None or session.stage != Session.Stage.CONCLUDED or load_report(session).key != made_from.key:
            return
        for kind, page in pages.items():
            fixed = {"key": key, "content": b"", "page": page, "final": True}
            MadePdf.objects.update_or_create(session_id=session_id, kind=kind, defaults=fixed)


def waiting_pages() -> list[tuple[UUID, str]]:
    """Of which sessions and kinds a PDF is still to be made of the page with which they ended. One query."""
    return list(_waiting().order_by("session", "kind").values_list("session", "kind"))


def fixed_page(session_id: UUID, kind: str) -> str | None:
    """The page with which a session ended, as long as no PDF of this kind was made of it. One query."""
    return _waiting().filter(session_id=session_id, kind=kind).values_list("page", flat=True).first()


def keep_printed(session_id: UUID, kind: str, page: str, content: bytes) -> None:
    """Keep the PDF of a fixed page in its place, unless it was erased meanwhile: a text was taken out."""
    with transaction.atomic():
        waiting = _waiting().select_for_update().filter(session_id=session_id, kind=kind).first()
        if waiting and waiting.page == page:
            waiting.content, waiting.page = content, ""
            waiting.save(update_fields=["content", "page"])


def forget_page(session_id: UUID, kind: str) -> None:
    """Let go of a fixed page of which no PDF can be made: it is tried anew when somebody asks for it."""
    with transaction.atomic():
        _waiting().filter(session_id=session_id, kind=kind).delete()


def _waiting() -> "QuerySet[MadePdf]":
    return MadePdf.objects.filter(page__gt="")


def _lock_with_earlier(session_id: UUID) -> Session | None:
    """A session, locked with the one that its report looks back on: of neither anything is taken back meanwhile."""
    sessions = Session.objects.select_related("checklist", "collaboration", "totals")
    found = sessions.filter(pk=session_id).first()
    earlier = earlier_session(found) if found and found.collaboration else None
    both = [each.pk for each in (found, earlier) if each]
    # In an order that all keep to, so that no two wait for each other.
    locked = {each.pk: each for each in sessions.select_for_update(of=("self",)).filter(pk__in=both).order_by("pk")}
    return locked.get(session_id)


def final_key(session_id: UUID, kind: str) -> str | None:
    """The key of the PDF of this kind with which a session ended; None as long as there is none. One query."""
    kept = MadePdf.objects.filter(session_id=session_id, kind=kind, final=True)
    return kept.values_list("key", flat=True).first()


def kept_pdf(session_id: UUID, kind: str, key: str) -> bytes | None:
    """The PDF of this kind made earlier from the same things, or with which the session ended; or None. One query."""
    content = _kept(session_id, key).filter(kind=kind).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def has_pdf(session_id: UUID, kind: str, key: str) -> bool:
    """Whether `kept_pdf` gives one. One query, in which none is fetched."""
    return _kept(session_id, key).filter(kind=kind).exists()


def kept_pdfs(session_id: UUID, key: str) -> list[tuple[str, bytes]]:
    """All PDFs of a session that are kept and still hold, each with the name it is kept under: made from the same
    report (`key`), or those it ended with. One query."""
    kept = _kept(session_id, key).order_by("kind").values_list("kind", "content")
    return [(kind, bytes(content)) for kind, content in kept]


def _kept(session_id: UUID, key: str) -> QuerySet[MadePdf]:
    return MadePdf.objects.filter(Q(key=key) | Q(final=True), session_id=session_id, page="")
