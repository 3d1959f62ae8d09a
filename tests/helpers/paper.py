"""Forms on paper, typed in, for tests."""

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reflectie.domain.setup import OPTIONAL, Grouping, Mode
from reflectie.models import Collaboration, Membership, Partner, Role, Session
from reflectie.services.clock import today
from reflectie.services.questionnaire import plans
from reflectie.services.questionnaire.sheets import load_sheets
from reflectie.services.sessions import rounds
from reflectie.services.sessions.paper import set_paper_count

PARTNERS = ("OCMW Tienen", "Thuiszorg De Brug")


def make_collaboration() -> Collaboration:
    collaboration = Collaboration.objects.create(name="Samen in Tienen")
    for place, name in enumerate(PARTNERS):
        Partner.objects.create(collaboration=collaboration, name=name, position=place)
    return collaboration


def make_session(*, mode: Mode = Mode.ANONYMOUS, sheets: int | None = 8, **plan: object) -> Session:
    facts = {"planned_on": today(), "mode": mode, "paper_by": "Els van het CAW", "questions": OPTIONAL}
    if mode is Mode.ANONYMOUS:
        facts |= {"grouping": Grouping.PARTNER, "groups": tuple((name, 4) for name in PARTNERS)}
    session = rounds.plan_session(make_collaboration(), plans.Plan(**(facts | plan)))
    return set_paper_count(session, sheets) if sheets else session


def sign_in(session: Session | None = None, role: str = Role.COORDINATOR, name: str = "an") -> Client:
    user = User.objects.create_user(name)
    if session:
        Membership.objects.create(collaboration=session.collaboration, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def address(session: Session, name: str = "paper") -> str:
    return reverse(name, args=[session.pk])


def typed(checklist, keys: str = "123123123123123") -> dict[str, str]:
    return {item.key: key.strip() for item, key in zip(checklist, keys, strict=True)} | {"save": "1"}


def kept(session: Session) -> list[dict[str, object]]:
    responses = list(session.responses.all())
    return [dict(sheet.values) for sheet in load_sheets(responses)] if responses else []


def fresh(session: Session) -> Session:
    return Session.objects.select_related("checklist", "collaboration").get(pk=session.pk)
