"""People and things that the tests share. Names have fixed meanings: an owner filled in and holds the link to fill in,
a reader holds the link to read, a stranger holds nothing."""

import gc
import os
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page

from reflectie.domain.questionnaire.answers import FieldValue
from reflectie.domain.questionnaire.checklist import Checklist, read_checklist
from reflectie.models import Collaboration, Membership, Role
from reflectie.services import sample_data
from reflectie.services.collaborations import collaborations
from reflectie.services.questionnaire import checklists
from tests.helpers.factories import FROZEN, GUIDANCE, Reflection, browser, everything, make_account, make_reflection
from tests.helpers.permission_table import worlds as worlds
from tests.helpers.watch import PHONE, Watch
from tests.helpers.withheld_reports import withheld as withheld

# Playwright's loop runs in the thread of the test; Django is told that this is meant.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_finish() -> None:
    """What was imported is there to stay: going over it again and again took a sixth of the tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def checklist() -> Checklist:
    """Version 1, from its files, without a database."""
    return read_checklist(FROZEN, GUIDANCE)


@pytest.fixture(scope="session", autouse=True)
def plain_static_files():
    """Addresses of static files as they are: no test depends on what was collected before it. And they are looked for
    when asked for: every client of a test would read all of them, which took a third of the tests of pages.

    From the very first: a template keeps the addresses that it was drawn with first (`templatetags/constants.py`), also
    where what a whole module shares drew it. A browser would ask for them in vain, and nothing would say why."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(STORAGES=storages, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def free_lines(monkeypatch):
    """Over which a ZIP of everything is sent: a test that only asks for one doesn't read it to its end."""
    monkeypatch.setattr("reflectie.views.downloads.LINES", threading.BoundedSemaphore(4))


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A password that takes a quarter of a second to check is right in production, and a minute of every run here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def app_that_stands_still(monkeypatch):
    """An app on a phone shows one code for a whole test: a code may end between reading and sending it."""
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([1]))


@pytest.fixture(autouse=True)
def tasks_at_once(settings):
    """What is left to the worker is done at once, so that mail is in the outbox; `queued` leaves it to a worker."""
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["mail", "default", "backup"],
        }
    }


@pytest.fixture
def queued(tasks_at_once, settings):
    """Tasks wait for the worker, as they do for real."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["mail", "default", "backup"]}
    }


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


@pytest.fixture
def reflection(content) -> Reflection:
    """Begun, nothing answered yet."""
    return make_reflection()


# --- people of a collaboration


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
        "executable_path": "/usr/bin/chromium-headless-shell",
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture(scope="session")
def browser_context_args():
    return {"locale": "nl-BE", "viewport": PHONE}
