"""Agreements for tests, made and changed as people do it."""

from datetime import timedelta
from uuid import UUID, uuid4

from reflectie.domain.report.agreements import Agreement
from reflectie.models import Session
from reflectie.services import clock
from reflectie.services.report import agreements
from reflectie.services.sessions import rounds
from tests.helpers.factories import CONCLUSION
from tests.helpers.rounds import fetched

KEY = "goal-shared"
# Two obstacles.
HINDERED = [{KEY: "hindering", "context-financial": "hindering", "partners-needed": "helping"} for _ in range(3)]
# To come, whenever the tests run: the page refuses a day that is over.
DUE = clock.today() + timedelta(100)
FIRST = Agreement("", "We schrijven het doel op.", "Joke", DUE, KEY, 3)
OTHER = Agreement("", "We bellen de financier.", "Els")


def made(session: Session, agreement: Agreement = FIRST) -> Agreement:
    return agreements.add_agreement(session, agreement, uuid4())


def conclude(session: Session) -> Session:
    rounds.conclude(session, CONCLUSION)
    return fetched(session)


def pk(agreement: Agreement) -> UUID:
    return UUID(agreement.key)


def changed(agreement: Agreement, **parts) -> Agreement:
    return Agreement(**{name: getattr(agreement, name) for name in Agreement.__slots__} | parts)
