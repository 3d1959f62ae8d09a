"""Sessions to set beside each other, for tests: opened up, on a day, with these answers."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib.auth.models import User

from reflectie.domain.questionnaire.answers import FieldValue
from reflectie.domain.report.agreements import Conclusion
from reflectie.domain.setup import Mode
from reflectie.models import Answer, Collaboration, Item, Membership, Response, Role, Session
from reflectie.services.sessions.rounds import conclude
from reflectie.services.sessions.totals import fill_totals
from tests.helpers.factories import make_sessions
from tests.helpers.rounds import DAY, discussed_round, fetched


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


def many(collaboration: Collaboration, number: int, people: int = 0) -> list[Session]:
    """So many rounds that are talked about, a month apart, written at once; with as many answers to every item from
    each of these people."""
    stands = {"mode": Mode.ANONYMOUS, "stage": Session.Stage.DISCUSSION, "changed_on": DAY}
    days = [date(2010 + place // 12, 1 + place % 12, 5) for place in range(number)]
    sessions = make_sessions(*({**stands, "collaboration": collaboration, "planned_on": day} for day in days))
    sheets = [Response(session=session, finished=True) for session in sessions for _ in range(people)]
    Response.objects.bulk_create(sheets)
    items = list(Item.objects.order_by("pk"))
    values = ["hindering", "helping", "dont-know", "hindering", "helping"]
    Answer.objects.bulk_create(
        Answer(response=sheet, item=item, value=values[(place + item.pk * (place % 7)) % len(values)])
        for place, sheet in enumerate(sheets)
        for item in items
    )
    fill_totals()
    return sessions


def choice(*sessions: Session) -> str:
    """The address's part that names these sessions."""
    return "&".join(f"sessie={session.pk}" for session in sessions)
