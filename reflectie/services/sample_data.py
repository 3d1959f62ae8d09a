"""People, collaborations and rounds in one call each, made by the services that people use: for the demonstration and
for tests. What only time brings, such as a day in the past, is written afterwards."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

from reflectie.domain.questionnaire.answers import FieldValue, Posted
from reflectie.domain.setup import Mode
from reflectie.models import Collaboration, Conclusion, Membership, Role, Session

from .accounts import rename_account
from .questionnaire.plans import Plan
from .questionnaire.sheets import save_fields
from .sessions.rounds import plan_session
from .tokens import hash_token, new_token


def make_account(address: str, *, name: str = "", password: str | None = None, **fields: Any) -> User:
    """An account with a confirmed address; without a password unless one is given. `fields` are the user's own."""
    account = User.objects.create_user(uuid4().hex, address, password, **fields)
    EmailAddress.objects.create(user=account, email=address, primary=True, verified=True)
    if name:
        rename_account(account, name)
    return account


def give_role(collaboration: Collaboration, user: User, role: Role) -> Membership:
    """Somebody takes part in a collaboration, as after an invitation."""
    return Membership.objects.create(collaboration=collaboration, user=user, role=role)


def make_round(
    collaboration: Collaboration,
    plan: Plan,
    sheets: Iterable[Mapping[str, FieldValue]] = (),
    *,
    unfinished: Iterable[int] = (),
) -> Session:
    """A round that takes answers, with these given, each by another person; all finished but those with the numbers
    `unfinished`, from 0. Raises what planning and saving do."""
    session = plan_session(collaboration, plan)
    for number, values in enumerate(sheets):
        # One sheet for a whole team is opened by the session's own link.
        token = session.join_token if session.mode == Mode.TOGETHER else new_token()
        answer(session, hash_token(token or ""), values, finish=number not in unfinished)
    return session


def answer(session: Session, token_hash: str, values: Mapping[str, FieldValue], *, finish: bool = True) -> None:
    """Somebody's answers, who began with an empty sheet."""
    posted = {name: Posted(value, "0") for name, value in values.items()}
    save_fields(session, token_hash, posted, finish=finish, may_begin=True)


def set_back(session: Session, day: date) -> None:
    """As if what was done in a round, its conclusion too, was done on this day."""
    Session.objects.filter(pk=session.pk).update(changed_on=day)
    Session.objects.filter(pk=session.pk, stage=Session.Stage.CONCLUDED).update(concluded_on=day)
    Conclusion.objects.filter(session=session).update(recorded_at=None)
