"""Each page that says that something is in the way: in our look, plain, and with a code where that helps who asks."""

import logging
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from waitress.parser import HTTPRequestParser
from waitress.utilities import (
    BadRequest,
    InternalServerError,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    ServerNotImplemented,
)

from reflectie.pdf import documents
from reflectie.request_id import REQUEST_ID_HEADER, SIGNS, begin_request, request_id
from reflectie.web import throttle
from reflectie.web.logs import LineFormatter
from reflectie.web.watching import is_named
from samenwerking.worker import Refusal
from tests.helpers.factories import make_reflection, make_round
from tests.helpers.page import page_of

pytestmark = pytest.mark.django_db

CODE = re.compile(rf"[{SIGNS}]{{4}}-[{SIGNS}]{{4}}")
ASK = "Vermeld deze code als je hulp vraagt:"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the log has, as people read it."""
    handler, found = logging.Handler(), []
    handler.setFormatter(LineFormatter("{levelname} {name}{where}: {message}", style="{"))
    handler.emit = lambda record: found.append(handler.format(record))
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


def broken(*_: object, **__: object) -> None:
    raise ValueError("kapot")


def refused(*_: object, **__: object) -> None:
    raise OperationalError("could not connect")


def odd_form(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    return client.generic("POST", "/start/", b"{}", "application/json")


def too_much(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    return client.generic("POST", "/start/", b"a=" + b"x" * 1_000_001, FORM)


def another_host(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    return client.get("/", headers={"host": "elders.example.org"})


def no_token(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    return client.post("/start/", {"mode": "alone"}, headers={"cookie": "csrftoken=" + "x" * 32})


def not_for_you(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    client.force_login(User.objects.create_user("an", "an@example.org"))
    return client.get("/beheer/", follow=True)


def absent(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    return client.get("/bestaat-niet/")


def for_a_button(client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    return Client().post("/hulp/", {})


def closed(_client: Client, _patch: pytest.MonkeyPatch) -> HttpResponse:
    session = make_round()
    person = Client()
    person.force_login(session.collaboration.memberships.get().user)
    return person.get(reverse("session-conclude", args=[session.pk]))


def too_often(_client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    # Counted where the mail is handed over: between the form, which looks first, and that, others asked for one.
    patch.setattr("reflectie.accounts.adapters.count_code_mail", lambda *_: throttle.TooOften(60, "mails"))
    return Client().post(reverse("account_signup"), {"email": "bo@example.org"})


def bug(client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    patch.setattr("reflectie.views.public.published_checklist", broken)
    return client.get("/over/")


def no_database(client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    patch.setattr(connection, "cursor", refused)
    return client.get("/over/")


def locked(client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    patch.setattr("reflectie.web.middleware.waited_too_long", lambda _error: True)
    patch.setattr("reflectie.views.public.published_checklist", broken)
    return client.get("/over/")


def locked_while_typing(_client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    reflection = make_reflection()
    patch.setattr("reflectie.web.middleware.waited_too_long", lambda _error: True)
    patch.setattr("reflectie.views.questionnaire.sheet.save_fields", broken)
    return Client().post(reflection.fill_url, {"goal-shared": "helping", "seen-goal-shared": ""})


def pdfs_wait(client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    def wait(*_: object) -> bytes:
        raise documents.BusyError

    patch.setattr(documents, "report_pdf", wait)
    return client.get(make_reflection(finished=True).pdf_url)


def pdf_fails(client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    def fail(*_: object) -> bytes:
        raise documents.PdfWorkerError

    patch.setattr(documents, "report_pdf", fail)
    return client.get(make_reflection(finished=True).pdf_url)


def uncounted(_client: Client, patch: pytest.MonkeyPatch) -> HttpResponse:
    client = Client()
    token = client.get("/start/").context["form"]["token"].value()
    patch.setattr(throttle, "count_uses", refused)
    return client.post("/start/", {"token": token, "mode": "alone"})


TABLE: list[tuple[Callable[[Client, pytest.MonkeyPatch], HttpResponse], int, str]] = [
    (odd_form, 400, "Dit konden we niet lezen"),
    (too_much, 400, "Dit was te veel in één keer"),
    (another_host, 400, "Dit konden we niet lezen"),
    (no_token, 403, "Nog niet bewaard"),
    (not_for_you, 403, "Dit is niet voor jou"),
    (absent, 404, "Deze pagina is er niet"),
    (for_a_button, 405, "Dit kan hier niet"),
    (closed, 409, "Dit kan nu niet"),
    (too_often, 429, "Dat ging te snel"),
    (bug, 500, "Er ging iets mis bij ons"),
    (no_database, 503, "De site werkt even niet"),
    (locked, 503, "Het is even druk"),
    (locked_while_typing, 503, "Nog niet bewaard"),
    (pdfs_wait, 503, "Het is even druk"),
    (pdf_fails, 503, "De pdf is niet gemaakt"),
    (uncounted, 503, "Het lukt nu even niet"),
]


@pytest.mark.parametrize(("provoke", "status", "heading"), TABLE, ids=[row[0].__name__ for row in TABLE])
def test_page_of_each_trouble(monkeypatch, lines, provoke, status, heading):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = provoke(client, monkeypatch)
    page = page_of(response)

    assert (response.status_code, page.headings(1)) == (status, [heading])
    assert f"{heading.partition(' ')[0]}" in page.main.words
    source = response.content.decode()
    assert '<html lang="nl">' in source
    assert 'href="/static/css/base.css"' in source
    # Nothing of what is inside, and nobody else's site.
    assert not re.search(r"Traceback|Error\b|Exception|https?://(?!testserver|www\.w3\.org)", source)
    named = [line for line in lines if f"[{response.get(REQUEST_ID_HEADER)}]" in line]
    if is_named(status):
        assert CODE.fullmatch(response[REQUEST_ID_HEADER])
        assert f"{ASK} {response[REQUEST_ID_HEADER]}" in page.main.words
        assert named
    else:
        assert REQUEST_ID_HEADER not in response
        assert (ASK in source, CODE.search(page.main.words)) == (False, None)


def test_every_status_that_is_ours_is_provoked():
    assert {status for _provoke, status, _heading in TABLE} == {400, 403, 404, 405, 409, 429, 500, 503}


def test_absent_page_comes_to_who_signed_in_without_a_database_too(monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("bo", "bo@example.org"))
    assert "Account" in [link.words for link in page_of(absent(client, monkeypatch)).links()]
    monkeypatch.setattr(connection, "cursor", refused)
    response = absent(client, monkeypatch)
    assert (response.status_code, page_of(response).headings(1)) == (404, ["Deze pagina is er niet"])
    assert "Aanmelden" in [link.words for link in page_of(response).links()]


def test_pages_come_without_collected_static_files(monkeypatch, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    client = Client(raise_request_exception=False)
    for provoke in (odd_form, bug):
        response = provoke(client, monkeypatch)
        assert response.status_code == (500 if provoke is bug else 400)
        assert "stylesheet" not in response.content.decode()
        assert ASK in page_of(response).main.words


def test_script_reads_the_code_in_a_header(monkeypatch):
    reflection = make_reflection()
    monkeypatch.setattr("reflectie.web.middleware.waited_too_long", lambda _error: True)
    monkeypatch.setattr("reflectie.views.questionnaire.sheet.save_fields", broken)
    response = Client().post(reflection.fill_url, {"goal-shared": "helping"}, headers={"hx-request": "true"})
    assert (response.status_code, response.content) == (503, b"")
    assert CODE.fullmatch(response[REQUEST_ID_HEADER])


def test_name_of_a_request_is_ours_and_new_each_time(client):
    sent = {"x-request-id": "van-buiten", "x-correlation-id": "van-buiten"}
    names = {odd_form(Client(headers=sent), None)[REQUEST_ID_HEADER] for _ in range(20)}
    assert (len(names), all(map(CODE.fullmatch, names))) == (20, True)


# --- before the app: what waitress refuses, and what breaks outside the app

OUTSIDE = [
    (BadRequest("Invalid header"), "400 Bad Request", "Dit konden we niet lezen"),
    (RequestEntityTooLarge("4 MB"), "413 Request Entity Too Large", "Dit was te veel in één keer"),
    (RequestHeaderFieldsTooLarge("32 kB"), "431 Request Header Fields Too Large", "Dit was te veel in één keer"),
    (ServerNotImplemented("chunks"), "501 Not Implemented", "Dit konden we niet lezen"),
    (InternalServerError("kapot"), "500 Internal Server Error", "Er ging iets mis bij ons"),
]


@pytest.mark.parametrize(("error", "status", "heading"), OUTSIDE)
def test_page_of_what_never_reached_the_app(lines, error, status, heading):
    begin_request()
    before, sent = request_id(), []
    adjustments = SimpleNamespace(ident="")
    server = SimpleNamespace(adj=adjustments, is_stopping=False)
    channel = SimpleNamespace(server=server, write_soon=lambda data: sent.append(bytes(data)) or len(data))
    request = HTTPRequestParser(SimpleNamespace(max_request_header_size=1, max_request_body_size=1))
    request.error = error
    Refusal(channel, request).service()
    head, _, body = b"".join(sent).decode().partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])

    assert head.splitlines()[0].endswith(status)
    assert page_of(body).headings(1) == [heading]
    assert error.body not in body
    code = headers["X-Request-Id"]
    assert f"{ASK} {code}" in page_of(body).main.words
    is_ours = isinstance(error, InternalServerError)
    # What broke was a request of that name; what couldn't be read becomes one.
    assert (code == before) == is_ours
    assert code == request_id()
    assert any(f"[{code}]" in line for line in lines) != is_ours
