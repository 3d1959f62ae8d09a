"""People and things that the tests share. Names have fixed meanings: an owner filled in and holds the link to fill in,
a reader holds the link to read, a stranger holds nothing."""

import json
import os
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.apps import AppConfig
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from reflectie.domain.questionnaire.answers import FieldValue, Posted, digest
from reflectie.domain.questionnaire.checklist import Checklist, read_checklist
from reflectie.domain.report.agreements import Conclusion, Decision, Needed
from reflectie.domain.setup import OPTIONAL, Mode
from reflectie.models import Collaboration, Membership, Partner, Response, Role, Session
from reflectie.services import sample_data, tokens
from reflectie.services.collaborations import collaborations
from reflectie.services.questionnaire import checklists, sheets
from reflectie.services.sessions import plans
from tests.helpers.watch import PHONE, Watch

# Playwright's loop runs in the thread of the test; Django is told that this is meant.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FIXTURES = django_settings.BASE_DIR / "fixtures"
FROZEN = json.loads((FIXTURES / "checklist-1.json").read_text())
GUIDANCE = json.loads((FIXTURES / "guidance-1.nl.json").read_text())


# Where a session's end is no more than a step.
CONCLUSION = Conclusion(Needed.YES, Decision.REPAIR)
CONCLUDING = {"needed": "yes", "decision": "repair"}


@pytest.fixture(scope="session")
def checklist() -> Checklist:
    """Version 1, from its files, without a database."""
    return read_checklist(FROZEN, GUIDANCE)


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Addresses of static files as they are: no test depends on what was collected before it."""
    storages = {**settings.STORAGES}
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = storages


@pytest.fixture(autouse=True)
def free_lines(monkeypatch):
    """Over which a ZIP of everything is sent: a test that only asks for one doesn't read it to its end."""
    monkeypatch.setattr("reflectie.views.downloads.LINES", threading.BoundedSemaphore(4))


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A password that takes a quarter of a second to check is right in production, and a minute of every run here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def tasks_at_once(settings):
    """What is left to the worker is done at once, so that mail is in the outbox; `queued` leaves it to a worker."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["mail", "default"]}
    }


@pytest.fixture
def queued(tasks_at_once, settings):
    """Tasks wait for the worker, as they do for real."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["mail", "default"]}}


class Moody(EmailBackend):
    """A mail server that has an error for some addresses, and perhaps one for whoever calls at all."""

    errors: dict[str, Exception] = {}
    down: Exception | None = None
    opened = 0

    def open(self) -> None:
        type(self).opened += 1
        if self.down:
            raise self.down

    def send_messages(self, messages) -> int:
        for message in messages:
            if error := self.errors.get(message.to[0]):
                raise error
        return super().send_messages(messages)


@pytest.fixture
def moody(settings, monkeypatch) -> type[Moody]:
    settings.EMAIL_BACKEND = f"{__name__}.Moody"
    monkeypatch.setattr(Moody, "errors", {})
    monkeypatch.setattr(Moody, "down", None)
    monkeypatch.setattr(Moody, "opened", 0)
    return Moody


@receiver(post_migrate)
def publish(sender: AppConfig, **_: object) -> None:
    """Every database has the checklist in it, as `load_checklist` leaves it: once made, and once emptied after a test
    that needed real transactions. Django tells of both."""
    if sender.label == "reflectie":
        checklists.publish_checklist(FROZEN, [GUIDANCE], date(2026, 11, 1))


@pytest.fixture(autouse=True)
def content(request) -> None:
    """The checklist in the database, and nothing else."""
    wants_database = request.node.get_closest_marker("django_db") is not None
    if not wants_database and not {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        return
    marker = request.node.get_closest_marker("django_db")
    transactional = "live_server" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if transactional else "db")
    checklists.forget_checklists()
    # Its table is no model's: emptying the database between tests leaves it.
    cache.clear()


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


@pytest.fixture
def reflection(content) -> Reflection:
    """Begun, nothing answered yet."""
    return make_reflection()


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


# --- people of a collaboration


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def collaboration_url(name: str, collaboration: Collaboration) -> str:
    return reverse(name, args=[collaboration.pk])


def text_of(response) -> str:
    """What the page says, without tags. A name that is set apart stands in its sentence as if it weren't."""
    html = re.sub(r"</?bdi[^>]*>", "", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(response) -> list[str]:
    """The lines of the page's list, each as it reads."""
    found = re.findall(r'<li class="card-line">(.*?)</li>', response.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


@pytest.fixture
def an(content) -> User:
    return make_account("an@example.org")


@pytest.fixture
def collaboration(an) -> Collaboration:
    return collaborations.create_collaboration(
        an, name="Samen in Tienen", region="Tienen", partners=["Huis Linde", "De Brug"]
    )


@pytest.fixture
def coordinator(an, collaboration) -> Client:
    return browser(an)


def add_member(collaboration: Collaboration, address: str, role: Role) -> Membership:
    return sample_data.give_role(collaboration, make_account(address), role)


@pytest.fixture
def fien(content) -> User:
    """Facilitates, in the collaborations that a test gives her."""
    return make_account("fien@example.org")


@pytest.fixture
def guide(collaboration, fien) -> Membership:
    return sample_data.give_role(collaboration, fien, Role.FACILITATOR)


@pytest.fixture
def facilitator(guide) -> Client:
    return browser(guide.user)


@pytest.fixture
def other(content) -> Client:
    """Coordinates another collaboration."""
    user = make_account("omar@example.org")
    collaborations.create_collaboration(user, name="Elders")
    return browser(user)


def everything(checklist: Checklist) -> dict[str, FieldValue]:
    """Something in every field that one person can be asked, all findings that one response can have among them."""
    answers = ["hindering", "helping", "dont-know"]
    values: dict[str, FieldValue] = {item.key: answers[item.number % 3] for item in checklist}
    values |= {f"{item.key}-note": f"Notitie bij nummer {item.number}" for item in checklist}
    return values | {
        "first": ("form-intensity", "context-practical"),
        "goal-sentence": "Iedereen in de wijk weet bij wie je terechtkunt.",
        "intensity-needed": "act",
        "intensity-current": ("meetings", "procedures"),
        "ips-meaning": "community",
        "level": "practice",
        "collaboration-name": "Samen in Tienen",
        "team-name": "Kernteam",
    }


@pytest.fixture
def every_answer(checklist) -> dict[str, FieldValue]:
    return everything(checklist)


@pytest.fixture
def finished(content, every_answer) -> Reflection:
    """Everything answered, and finished."""
    return make_reflection(every_answer, finished=True)


@pytest.fixture
def owner(finished) -> Client:
    """A browser that filled in `finished` and still has its cookie."""
    client = Client()
    client.get(finished.fill_url)
    return client


@pytest.fixture
def reader() -> Client:
    """A browser that holds no cookie of ours."""
    return Client()


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


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Begun once the tests' database is there: what it is told of the one before is a database in memory, and then it
    shares a connection between threads, in which SQLite crashes."""
    return live_server


@pytest.fixture
def site(live_server) -> str:
    return live_server.url


@pytest.fixture
def own_page(page: Page) -> Page:
    """A page on which nothing may go wrong unseen."""
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


@pytest.fixture
def watch(browser: Browser, live_server) -> Iterator[Watch]:
    """Browsers of several people, in none of which anything may go wrong unseen."""
    found = Watch(browser, live_server.url, PHONE)
    yield found
    for context in found.contexts:
        context.close()
    assert found.errors == []


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's Chromium. It may run as root in a container, and phones nobody home."""
    return {
        "executable_path": "/usr/bin/chromium",
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture(scope="session")
def browser_context_args():
    return {"locale": "nl-BE", "viewport": PHONE}
