"""People at a site as it runs for real: a browser without scripts, and a team that fills in with it."""

from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from urllib.parse import urlencode

from benchmarks.load import hidden, sheet
from benchmarks.savers import PATIENCE
from tests.helpers.page import page_of


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Visitor:
    """One browser without scripts, a connection for each request."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.cookies: dict[str, str] = {}

    def __call__(self, path: str, fields: list[tuple[str, str]] | None = None, **headers: str) -> Reply:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if fields is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self._port}"}
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)) as connection:
            connection.request("GET" if fields is None else "POST", path, fields and urlencode(fields), sent)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply


class Reflector(Visitor):
    """A team without an account."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        start = self("/start/").text
        self._token = hidden(start, "csrfmiddlewaretoken")
        fields = [(name, hidden(start, name)) for name in ("csrfmiddlewaretoken", "token")]
        begun = self("/start/", [*fields, ("mode", "alone")])
        self.url = begun.headers["Location"]
        self.kept = ""

    def save(self, note: str) -> Reply:
        asked = {"goal-shared": False, "goal-shared-note": True}
        seen = {"goal-shared": "hindering", "goal-shared-note": self.kept} if self.kept else {}
        fields = [*sheet(asked, {"goal-shared": "hindering", "goal-shared-note": note}, seen), ("save", "1")]
        reply = self(self.url, [*fields, ("csrfmiddlewaretoken", self._token)])
        if reply.status == 303:
            self.kept = note
        return reply

    def shown(self) -> str:
        return page_of(self(self.url).text).main.value("goal-shared-note")
