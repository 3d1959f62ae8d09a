"""What tests make: people with an account, collaborations, reflections and rounds, through the same services as people
use."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from reflectie.domain.questionnaire.answers import FieldValue, Posted, digest
from reflectie.domain.questionnaire.checklist import Checklist
from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Checklist as ChecklistRow
from reflectie.models import Collaboration, Membership, Partner, Response, Role, Session
from reflectie.services import sample_data, tokens
from reflectie.services.questionnaire import plans, sheets
from tests.helpers.markup import words_of
from tests.helpers.page import page_of

FIXTURES = django_settings.BASE_DIR / "fixtures"


FROZEN = json.loads((FIXTURES / "checklist-1.json").read_text())


GUIDANCE = json.loads((FIXTURES / "guidance-1.nl.json").read_text())


# Where a session's end is no more than a step.
CONCLUSION = Conclusion(Needed.YES, Decision.REPAIR)


CONCLUDING = {"needed": "yes", "decision": "repair"}


# With which a page's script asks for a part of it.
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Reflection:
    """A reflection without an account, with both its links."""

    token: str

    @property
    def read_token(self) -> str:
        return tokens.read_token(self.token)

    @property
    def fill_url(self) -> str:
        return reverse("fill", args=[self.token])

    @property
    def erase_url(self) -> str:
        return reverse("erase", args=[self.token])

    @property
    def report_url(self) -> str:
        return reverse("report", args=[self.read_token])

    @property
    def pdf_url(self) -> str:
        return reverse("report-pdf", args=[self.read_token])

    @property
    def response(self) -> Response:
        return Response.objects.select_related("session__checklist").get(token_hash=tokens.hash_token(self.token))

    @property
    def values(self) -> Mapping[str, FieldValue]:
        """What is kept of it now, by field name."""
        response = self.response
        return sheets.load_filling(response.session, response).sheet.values

    def save(self, values: Mapping[str, FieldValue], *, finish: bool = False) -> sheets.Saved:
        """Fill in fields as somebody does who sees what is kept."""
        kept = self.values
        posted = {name: Posted(value, digest(kept.get(name, type(value)()))) for name, value in values.items()}
        return save(self.response, posted, finish=finish)


def save(response: Response, posted: Mapping[str, Posted], *, finish: bool = False) -> sheets.Saved:
    """Save in a sheet that was fetched, whatever became of it since."""
    return sheets.save_fields(response.session, response.token_hash, posted, finish=finish)


def make_reflection(
    values: Mapping[str, FieldValue] | None = None, *, mode: Mode = Mode.ALONE, finished: bool = False
) -> Reflection:
    reflection = Reflection(tokens.new_token())
    sheets.start_reflection(reflection.token, mode, {})
    if values or finished:
        reflection.save(values or {}, finish=finished)
    return reflection


def make_account(address: str = "an@example.org", *, password: str | None = None, **fields: Any) -> User:
    """An account with a confirmed address; without a password unless one is given."""
    return sample_data.make_account(address, password=password, **fields)


def make_collaboration(name: str = "Samen in Tienen", *, partners: tuple[str, ...] = ("Huis Linde", "De Brug")):
    """A collaboration with a coordinator of its own."""
    coordinator = make_account(f"els.{uuid.uuid4().hex[:6]}@example.org")
    collaboration = Collaboration.objects.create(name=name)
    for place, partner in enumerate(partners):
        Partner.objects.create(collaboration=collaboration, name=partner, position=place)
    sample_data.give_role(collaboration, coordinator, Role.COORDINATOR)
    return collaboration


def make_round(mode: Mode = Mode.ANONYMOUS, *, collaboration: Collaboration | None = None, **plan) -> Session:
    """A planned session, open: a round of people who answer for themselves unless told otherwise."""
    plan = {"planned_on": date(2026, 11, 20), "questions": OPTIONAL, "expected": 6, **plan}
    return sample_data.make_round(collaboration or make_collaboration(), plans.Plan(mode=mode, **plan))


def make_sessions(*sessions: Mapping[str, Any]) -> list[Session]:
    """So many at once as no service plans them: each with these fields, and what every session has."""
    checklist = ChecklistRow.objects.latest("pk")
    return Session.objects.bulk_create(
        Session(**{"checklist": checklist, "mode": Mode.ALONE, "read_hash": uuid.uuid4().hex, **fields})
        for fields in sessions
    )


def fill_in(session: Session, values: Mapping[str, FieldValue], *, finish: bool = False) -> str:
    """One participant's answers; their personal code."""
    code = tokens.new_code(tokens.PERSONAL_CODE)
    sample_data.answer(session, tokens.hash_personal_code(session.pk, code), values, finish=finish)
    return code


def sign_in_now(client: Client, user: User) -> Client:
    """As somebody is who signed in a moment ago; `force_login` leaves a browser in which that was long since."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "login", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def collaboration_url(name: str, collaboration: Collaboration) -> str:
    return reverse(name, args=[collaboration.pk])


def text_of(response) -> str:
    """What the page says."""
    return words_of(response.content.decode())


def rows(response) -> list[str]:
    """The lines of the page's list, each as it reads."""
    return [card.words for card in page_of(response).cards()]


def add_member(collaboration: Collaboration, address: str, role: Role) -> Membership:
    return sample_data.give_role(collaboration, make_account(address), role)


def everything(checklist: Checklist) -> dict[str, FieldValue]:
    """Something in every field that one person can be asked, all findings that one response can have among them."""
    answers = ["hindering", "helping", "dont-know"]
    values: dict[str, FieldValue] = {item.key: answers[item.number % 3] for item in checklist}
    values |= {f"{item.key}-note": f"Notitie bij nummer {item.number}" for item in checklist}
    return values | {
        "first": ("form-intensity", "context-practical"),
        "goal-sentence": "Iedereen in de wijk weet bij wie je terechtkunt.",
        "help-range": ("c", "k"),
        "intensity-needed": "act",
        "intensity-current": ("meetings", "procedures"),
        "ips-meaning": "community",
        "level": "practice",
        "collaboration-name": "Samen in Tienen",
        "team-name": "Kernteam",
    }


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run steps in threads that begin together; what each returned or raised."""
    barrier = threading.Barrier(len(steps), timeout=20)
    results: list[object] = [None] * len(steps)

    def run(place: int) -> None:
        try:
            barrier.wait()
            results[place] = steps[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [thread.is_alive() for thread in threads] == [False] * len(steps)
    return results
