"""What a coordinator decides about a session, as it is kept with it."""

from dataclasses import dataclass
from datetime import date

from reflectie.domain.setup import Grouping, Mode
from reflectie.models import Session


class PlanChangedError(Exception):
    """What participants read beforehand was changed since they read it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a coordinator decides about a session. Everything that participants read beforehand is in it."""

    planned_on: date
    mode: Mode
    questions: tuple[str, ...] = ()
    grouping: Grouping = Grouping.NONE
    # Partner names or levels, with how many are expected of each.
    groups: tuple[tuple[str, int], ...] = ()
    expected: int | None = None
    closes_on: date | None = None
    facilitator_prepares: bool = False
    paper_by: str = ""
    # Held on paper before: its sheets are brought in, and nobody is asked to take part.
    earlier: bool = False
    # What it is called, beside its day; that may change whenever a coordinator likes.
    name: str = ""

    @property
    def promise(self) -> tuple[object, ...]:
        """The part that stays as it is from the first answer on: what people were told when they gave it."""
        names = tuple(name for name, _ in self.groups)
        return (self.mode, self.questions, self.grouping, names, self.facilitator_prepares, self.paper_by)


def plan_of(session: Session) -> Plan:
    """The plan as it is kept."""
    return Plan(
        planned_on=session.planned_on or session.changed_on,
        mode=Mode(session.mode),
        questions=tuple(session.questions),
        grouping=Grouping(session.grouping),
        groups=tuple((name, expected) for name, expected in session.groups),
        expected=session.expected,
        closes_on=session.closes_on,
        facilitator_prepares=session.facilitator_prepares,
        paper_by=session.paper_by,
        earlier=session.earlier,
        name=session.name,
    )


def is_beside_paper(session: Session) -> bool:
    """Whether somebody types in forms from paper, beside whom others hide only if they are enough."""
    return bool(session.paper_by) and session.told_of_typist


def put_plan(session: Session, plan: Plan) -> None:
    """Write a plan on a session, which the caller saves."""
    session.planned_on, session.mode, session.expected = plan.planned_on, plan.mode, plan.expected
    session.questions, session.grouping = list(plan.questions), plan.grouping
    session.groups = [list(group) for group in plan.groups]
    session.closes_on, session.facilitator_prepares = plan.closes_on, plan.facilitator_prepares
    session.paper_by, session.earlier, session.name = plan.paper_by, plan.earlier, plan.name
