"""Sessions to set beside each other, for tests: opened up, on a day, with these answers."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib.auth.models import User
from rounds import DAY, discussed_round, fetched

from reflectie.domain.agreements import Conclusion
from reflectie.domain.setup import Mode
from reflectie.domain.sheet import FieldValue
from reflectie.models import Collaboration, Membership, Role, Session
from reflectie.store import conclude


def opened(
    collaboration: Collaboration,
    sheets: Sequence[Mapping[str, FieldValue]],
    day: date = DAY,
    mode: Mode = Mode.ANONYMOUS,
    *,
    conclusion: Conclusion | None = None,
    **kwargs,
) -> Session:
    """A round whose report is open to all; concluded where a conclusion is given."""
    session = discussed_round(collaboration, sheets, mode, **kwargs)
    Session.objects.filter(pk=session.pk).update(planned_on=day)
    if conclusion:
        conclude(session, conclusion)
    return fetched(session)


def team(user: User, name: str, role: Role = Role.FACILITATOR, **labels: str) -> Collaboration:
    """A collaboration in which somebody has a role."""
    collaboration = Collaboration.objects.create(name=name, **labels)
    Membership.objects.create(collaboration=collaboration, user=user, role=role)
    return collaboration
