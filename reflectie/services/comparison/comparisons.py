"""Sessions set beside each other: which there are to choose from, and what their answers add up to, by the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from reflectie.domain.comparison.comparison import Comparison, SessionFigures, Team, build_comparison
from reflectie.domain.questionnaire.answers import Value
from reflectie.domain.report.agreements import Agreement
from reflectie.domain.report.items import ItemReport
from reflectie.domain.rules.findings import Counts
from reflectie.domain.rules.suppression import Withheld
from reflectie.domain.rules.totals import Totals, figure_of, people_of, say_only_refer
from reflectie.domain.setup import Mode
from reflectie.models import (
    HELD_ON,
    Answer,
    Collaboration,
    Partner,
    Response,
    Session,
    SessionTotals,
    has_words,
    nth_that_day,
    report_is_open,
)
from reflectie.models import Agreement as AgreementRow
from reflectie.services.questionnaire.checklists import item_ids, load_checklist
from reflectie.services.report.reports import agreement_of, conclusion_of, day_of, title_of
from reflectie.services.sessions.totals import whole_of

# How many gave which answer, by its name in `Counts`.
_GAVE = {
    name: Count("pk", filter=Q(value=value))
    for name, value in (
        ("hindering", Value.HINDERING),
        ("helping", Value.HELPING),
        ("dont_know", Value.DONT_KNOW),
        ("divided", Value.DISAGREE),
    )
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What sessions are looked for by; what is empty sets no limit. The days are the first and the last that count."""

    collaboration: UUID | None = None
    # A region or a theme, in each of the ways in which it is written.
    labels: frozenset[str] = frozenset()
    partner: str = ""
    first: date | None = None
    last: date | None = None
    decision: str = ""


def comparable_sessions(user_id: int, wanted: Wanted | None = None) -> "QuerySet[Session]":
    """The sessions that somebody may compare: those of their collaborations whose report is open to all, by the name
    of the collaboration and, within it, by day; with `day`, `nth` and what a comparison needs. To choose from by what
    is `wanted`, those of collaborations that were put away are left out. One query."""
    sessions = Session.objects.filter(report_is_open(), collaboration__memberships__user=user_id)
    if wanted:
        sessions = sessions.filter(collaboration__archived_on=None)
    found = _narrowed(sessions.annotate(day=HELD_ON, nth=nth_that_day()), wanted or Wanted())
    related = found.select_related("checklist", "collaboration", "conclusion")
    return related.order_by("collaboration__sort_key", "collaboration", "day", "number", "pk")


def _narrowed(sessions: "QuerySet[Any]", wanted: Wanted) -> "QuerySet[Any]":
    if wanted.collaboration:
        sessions = sessions.filter(collaboration=wanted.collaboration)
    if wanted.labels:
        having = Q(collaboration__region__in=wanted.labels) | Q(collaboration__theme__in=wanted.labels)
        sessions = sessions.filter(having)
    if wanted.partner:
        partners = Partner.objects.filter(has_words(wanted.partner))
        sessions = sessions.filter(collaboration__in=partners.values("collaboration"))
    if wanted.first:
        sessions = sessions.filter(day__gte=wanted.first)
    if wanted.last:
        sessions = sessions.filter(day__lte=wanted.last)
    if wanted.decision:
        sessions = sessions.filter(conclusion__decision=wanted.decision)
    return sessions


def comparable_collaborations(user_id: int) -> "QuerySet[Collaboration]":
    """Somebody's collaborations in use that have a session to compare, by name. One query."""
    sessions = Session.objects.filter(report_is_open(), collaboration=OuterRef("pk"))
    found = Collaboration.objects.in_use().filter(Exists(sessions), memberships__user=user_id)
    return found.order_by("sort_key", "pk")


def load_counted(sessions: "Sequence[Session]") -> dict[UUID, int | Withheld]:
    """How many responses count in each session, by its key, or that they are too few. Two queries at most, and no sheet
    is read.

    For a list to choose from: the same numbers as in a comparison, without the answers to each item.
    """
    people = dict(SessionTotals.objects.filter(session__in=sessions).values_list("session", "counted"))
    people |= _people([session for session in sessions if session.pk not in people])
    return {session.pk: people_of(Totals(Mode(session.mode), people.get(session.pk, 0))) for session in sessions}


def _people(sessions: Sequence[Session]) -> dict[UUID, int]:
    if not sessions:
        return {}
    answered = Exists(Answer.objects.filter(response=OuterRef("pk"), value__gt=""))
    counted = Response.objects.filter(answered, session__in=sessions).values_list("session")
    return dict(counted.annotate(number=Count("pk")).order_by())


def load_totals(sessions: Sequence[Session]) -> dict[UUID, Totals]:
    """What the answers of each session add up to, by its key. One query, and three more if some of them never closed,
    or closed before totals were written; however many sessions and responses."""
    kept = {row.pk: row for row in SessionTotals.objects.filter(session__in=sessions).defer("figures")}
    totals = {session.pk: whole_of(session, kept[session.pk]) for session in sessions if session.pk in kept}
    return totals | count_totals([session for session in sessions if session.pk not in kept])


def count_totals(sessions: Sequence[Session]) -> dict[UUID, Totals]:
    """The same, counted now: by the database, in rows of one session and item. No sheet is read, and of who counts no
    more than a first answer. Three queries."""
    if not sessions:
        return {}
    people = _people(sessions)
    given: dict[UUID, dict[int, Counts]] = defaultdict(dict)
    answers = Answer.objects.filter(response__session__in=sessions, value__gt="")
    by_item = answers.values_list("response__session", "item").annotate(**_GAVE).order_by()
    for session, item, *gave in by_item:
        if session not in people:
            # Its first answers came in after people were counted.
            continue
        given[session][item] = Counts(**dict(zip(_GAVE, gave, strict=True)), open=people[session] - sum(gave))
    needed: dict[UUID, dict[str, int]] = defaultdict(dict)
    said = Response.objects.filter(session__in=sessions).annotate(needed=KT("extras__intensity-needed"))
    by_need = said.filter(needed__isnull=False).values_list("session", "needed").annotate(number=Count("pk")).order_by()
    for session, intensity, number in by_need:
        needed[session][intensity] = number
    return {
        session.pk: _totals(session, people.get(session.pk, 0), given[session.pk], needed[session.pk])
        for session in sessions
    }


def _totals(session: Session, people: int, given: dict[int, Counts], needed: dict[str, int]) -> Totals:
    counts = {key: given[item] for key, item in item_ids(session.checklist_id).items() if item in given}
    mode = Mode(session.mode)
    return Totals(mode, people, counts, say_only_refer(mode, needed))


def load_comparison(sessions: Sequence[Session]) -> Comparison:
    """These sessions beside each other; they were fetched by `comparable_sessions`. Two queries, or five
    (`load_totals`), however many sessions and responses, and those of a checklist that isn't in memory yet. Raises
    ValueError without any."""
    totals = load_totals(sessions)
    agreements = _agreements(sessions)
    figures = [_figures(session, totals[session.pk], agreements.get(session.pk, ())) for session in sessions]
    rows = {session.checklist_id: session.checklist for session in sessions}
    return build_comparison([load_checklist(row) for row in rows.values()], figures)


def _agreements(sessions: Iterable[Session]) -> dict[UUID, tuple[Agreement, ...]]:
    found: dict[UUID, list[Agreement]] = defaultdict(list)
    for row in AgreementRow.objects.filter(session__in=sessions).select_related("item"):
        found[row.session_id].append(agreement_of(row))
    return {session: tuple(agreements) for session, agreements in found.items()}


def _figures(session: Session, totals: Totals, agreements: tuple[Agreement, ...]) -> SessionFigures:
    checklist, collaboration = load_checklist(session.checklist), session.collaboration
    assert collaboration is not None
    return SessionFigures(
        key=str(session.pk),
        team=Team(str(collaboration.pk), collaboration.name, collaboration.region, collaboration.theme),
        day=day_of(session),
        mode=totals.mode,
        version=checklist.version,
        counted=people_of(totals),
        expected=session.expected,
        items=tuple(ItemReport(item, *figure_of(item, totals), notes=(), first=0) for item in checklist),
        agreements=agreements,
        conclusion=conclusion_of(session.conclusion) if hasattr(session, "conclusion") else None,
        invented=collaboration.invented,
        name=session.name,
        nth=title_of(session).nth,
    )
