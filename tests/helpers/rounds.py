"""Rounds for tests: planned, answered, closed and opened up as people do it; and the people of a collaboration.

A coordinator and a facilitator have that role in it; a stranger has an account and no role.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from django.contrib.auth import get_user_model
from django.test import Client

from reflectie.domain.questionnaire.answers import FieldValue
from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.models import Collaboration, Partner, Role, Session, nth_that_day
from reflectie.services import sample_data
from reflectie.services.erasure import erase_session
from reflectie.services.questionnaire import plans
from reflectie.services.sessions import rounds

DAY = date(2026, 11, 19)
NAME = "Samen in Tienen"


def make_collaboration(partners: Iterable[str] = ()) -> Collaboration:
    collaboration = Collaboration.objects.create(name=NAME)
    rows = [Partner(collaboration=collaboration, name=name, position=n) for n, name in enumerate(partners)]
    Partner.objects.bulk_create(rows)
    return collaboration


def signed_in(name: str, collaboration: Collaboration | None = None, role: Role = Role.COORDINATOR) -> Client:
    """A browser in which somebody with an account is signed in."""
    user, _ = get_user_model().objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})
    if collaboration:
        sample_data.give_role(collaboration, user, role)
    client = Client()
    client.force_login(user)
    return client


def open_round(
    collaboration: Collaboration,
    sheets: Sequence[Mapping[str, FieldValue]],
    mode: Mode = Mode.ANONYMOUS,
    *,
    groups: Sequence[str] = (),
    expected: int | None = None,
) -> Session:
    """A round that takes answers, with these given."""
    plan = plans.Plan(
        planned_on=DAY,
        mode=mode,
        questions=OPTIONAL,
        grouping=Grouping.PARTNER if groups else Grouping.NONE,
        groups=tuple((name, 3) for name in groups),
        expected=expected,
    )
    return sample_data.make_round(collaboration, plan, sheets)


def closed_round(*args, **kwargs) -> Session:
    session = open_round(*args, **kwargs)
    too_few = session.mode == Mode.ANONYMOUS and rounds.count_responses(session) < 3
    return fetched(rounds.close_round(session, without_results=too_few))


def discussed_round(*args, **kwargs) -> Session:
    """A round whose report is open to all, and that is being talked about."""
    return fetched(rounds.open_report(closed_round(*args, **kwargs)))


def fetched(session: Session) -> Session:
    """As it is now, with what a report needs."""
    sessions = Session.objects.annotate(nth=nth_that_day()).select_related("checklist", "collaboration", "totals")
    return sessions.get(pk=session.pk)


def erased_before(step: Callable[..., object]) -> Callable[..., object]:
    """A step of a service, of which somebody else erases the session at the last moment."""

    def taken(session: Session, *args, **kwargs) -> object:
        erase_session(session.pk)
        return step(session, *args, **kwargs)

    return taken
