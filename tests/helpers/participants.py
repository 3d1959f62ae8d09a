"""Somebody who takes part, for tests: begins, answers, and their code."""

from django.test import Client
from django.urls import reverse

from reflectie.models import Session
from reflectie.web.participant_cookie import participant_code
from tests.helpers.factories import fill_in
from tests.helpers.markup import words_of
from tests.helpers.page import page_of


def url(name: str, session: Session) -> str:
    return reverse(name, args=[session.join_token])


def text_of(response) -> str:
    """What a page says in its main part."""
    return words_of("<main" + response.content.decode().partition("<main")[2].partition("</main>")[0])


def begin(session: Session, client: Client | None = None) -> Client:
    client = client or Client()
    assert client.post(url("join", session))["Location"] == url("join-fill", session)
    return client


def code_of(client: Client, session: Session) -> str:
    """The code on this browser, read as the server reads it."""
    request = client.get(url("join", session)).wsgi_request
    request.COOKIES.update({name: morsel.value for name, morsel in client.cookies.items()})
    return participant_code(request, session)


def draft_key(client: Client, session: Session) -> str:
    return page_of(client.get(url("join-fill", session))).value("keep-as")


def give(client: Client, session: Session, values: dict[str, str], *, finish: bool = False, seen: str = "0", mark=None):
    data = {**values, **{f"seen-{name}": seen for name in values}}
    data["keep-as"] = draft_key(client, session) if mark is None else mark
    return client.post(url("join-fill", session), data | ({"finish": "1"} if finish else {}))


def answers(session: Session) -> list[dict[str, str]]:
    return sorted(
        (dict(response.answers.values_list("item__key", "value")) for response in session.responses.all()), key=str
    )


def finish_all(session: Session, number: int) -> None:
    """So many people who are done."""
    for _ in range(number):
        fill_in(session, {"goal-shared": "helping"}, finish=True)
