"""A whole anonymous round as people hold it, through the pages alone, and all that it leaves behind: the rows of every
table, every page that anybody got, every line of the logs. `test_anonymous.py` searches it.

Whatever could tell a person is given a telling value: addresses, the browser's name, the ids of accounts.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import pypdf
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from reflectie.domain.report.polls import Stance
from reflectie.domain.setup import OPTIONAL, Grouping
from reflectie.domain.versions import etag
from reflectie.exports import Format
from reflectie.models import Answer, Collaboration, Conclusion, Membership, Response, Role, Session
from reflectie.pdf.documents import DocumentKind
from reflectie.presentation.pictures.report import PICTURES
from reflectie.services import clock, tokens
from reflectie.services.questionnaire import checklists
from reflectie.services.report import outcomes
from reflectie.services.report.reports import load_agreements
from reflectie.services.sessions import aggregation, rounds
from reflectie.web.logs import SecretScrubbingFilter
from samenwerking.gunicorn import access_log_format
from tests.helpers.factories import CONCLUDING, HTMX, make_account, make_round
from tests.helpers.page import page_of

# In the order in which they answer. Each signs every note with a word of their own, so that it can be found again.
PEOPLE = ("eik", "beuk", "linde", "wilg", "els", "berk")
WITHDRAWN = "taxus"
NOTED = (
    "goal-perspective",
    "goal-shared",
    "partners-needed",
    "form-intensity",
    "context-financial",
    "context-personal",
)
CHOICES = ("hindering", "helping")
# From where to where each helps: nobody's is told, of six people in two groups.
REACH = (("a", "g"), ("c", "k"), ("f", "q"), ("b", "i"), ("d", "m"), ("h", "z"))
INVITED = "genodigde@example.org"
# The whole report, as page and as PDF.
REPORT = re.compile(r"(/rapport/[^/]+|/verslag)(/|\.pdf)$")
# What is taken along of it: a page that is text alone, with everybody's words.
TAKEN = re.compile(r"(/rapport/[^/]+|/verslag)\.(xlsx|csv|json)$|/alles\.zip$")
# Set beside other sessions: the totals, and nobody's words.
COMPARED = ("compare", "compare-table", "compare-time", "compare-beside", "compare-pdf")
# What else is made of it: its addresses, each with what stands in it.
MADE = [("document", kind) for kind in DocumentKind if kind is not DocumentKind.REPORT] + [
    ("picture", name) for name in PICTURES
]
MADE += [("guide", ""), ("said", ""), ("rebuild", "")]
# What the team says in the talk.
SAID = ("We zien het als esdoorn anders.", "De esdoorn belt de financier.", "De esdoorn Els", "Zegt de esdoorn.")
IDS = {"coordinator": 734911001, "facilitator": 734911002, "member of the team": 734911003}


def note(word: str, key: str) -> str:
    return f"De {word} zegt iets over {key}."


def sentence(word: str) -> str:
    return f"Het doel volgens de {word}."


@dataclass(frozen=True)
class Page:
    """What somebody got to see."""

    who: str
    stage: str
    url: str
    status: int
    headers: str
    text: str


@dataclass
class Remains:
    """All that is left, and the secrets to search it for."""

    pages: list[Page] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    # To whom and with what words.
    mails: list[tuple[list[str], str]] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # The session table before anybody took part, and after everybody did.
    sessions: list[list[dict[str, Any]]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)
    # Under which each of them voted in a poll.
    ballots: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    browsers: list[str] = field(default_factory=list)
    old_keys: set[str] = field(default_factory=set)
    new_keys: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    # What everybody saw, and what was kept, once its answers were folded into counts.
    folded_pages: list[Page] = field(default_factory=list)
    folded_tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def seen_by(self, *who: str, stages: tuple[str, ...] = ()) -> list[Page]:
        return [page for page in self.pages if page.who in who and (not stages or page.stage in stages)]

    def reports(self) -> list[Page]:
        return [page for page in self.pages if page.status == 200 and REPORT.search(page.url)]


class Lines(logging.Handler):
    """What the console would show if it were told to show everything: the handler's own filter and form."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines
        self.addFilter(SecretScrubbingFilter())
        self.setFormatter(logging.Formatter("{levelname} {name}: {message}", style="{"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def everything_logged(lines: list[str]) -> Iterator[None]:
    root, handler = logging.getLogger(), Lines(lines)
    noisy = [logging.getLogger(name) for name in ("", "django", "reflectie", "gunicorn.access", "weasyprint", "csp")]
    levels = [logger.level for logger in noisy]
    root.addHandler(handler)
    for logger in noisy:
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for logger, level in zip(noisy, levels, strict=True):
            logger.setLevel(level)


def rows_of(table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def all_tables() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table in the database, Django's own and the cache's included."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return {name: rows_of(name) for name in names}


def keys_now() -> set[str]:
    return {str(pk) for model in (Response, Answer) for pk in model.objects.values_list("pk", flat=True)}


@cache
def text_of(content: bytes) -> str:
    """A page's source; of a PDF its text and what it says of itself; of a ZIP and a workbook all in it, by name, less
    the guide, which has some of the notes and is a page of its own."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            names = [name for name in held.namelist() if "gespreksleidraad" not in name]
            return "\n".join(f"{name} {text_of(held.read(name))}" for name in names)
    if not content.startswith(b"%PDF-"):
        return content.decode()
    reader = pypdf.PdfReader(io.BytesIO(content))
    told = [str(dict(reader.metadata or {})), *(page.extract_text() for page in reader.pages)]
    return " ".join(" ".join(told).split())


class Round:
    """The round while it is held."""

    def __init__(self, remains: Remains) -> None:
        self.remains = remains
        collaboration = Collaboration.objects.create(name="Samen in Tienen")
        accounts = {who: make_account(f"account{number}@example.org", id=number) for who, number in IDS.items()}
        for who, role in (("coordinator", Role.COORDINATOR), ("facilitator", Role.FACILITATOR)):
            Membership.objects.create(collaboration=collaboration, user=accounts[who], role=role)
        groups = (("practice", 3), ("board", 3))
        plan = {"questions": OPTIONAL, "grouping": Grouping.LEVEL, "groups": groups}
        self.session = make_round(collaboration=collaboration, **plan)
        self.browsers = {who: self.browser(place) for place, who in enumerate((*PEOPLE, WITHDRAWN, *IDS))}
        self.sign_in("coordinator", accounts["coordinator"])
        self.sign_in("facilitator", accounts["facilitator"])
        # One of the team happens to be signed in on the phone with which they take part.
        self.sign_in(PEOPLE[2], accounts["member of the team"])

    def browser(self, place: int) -> Client:
        found = f"203.0.113.{101 + place}", f"Telefoon-{101 + place}"
        self.remains.addresses.append(found[0])
        self.remains.browsers.append(found[1])
        return Client(REMOTE_ADDR=found[0], HTTP_X_FORWARDED_FOR=found[0], HTTP_USER_AGENT=found[1])

    def sign_in(self, who: str, account: User) -> None:
        self.browsers[who].force_login(account)

    def ask(self, who: str, url: str, data: dict[str, Any] | None = None, **headers: str) -> str:
        client = self.browsers[who]
        response = client.get(url, headers=headers) if data is None else client.post(url, data, headers=headers)
        content = response.getvalue()
        text, stage = text_of(content), Session.objects.get(pk=self.session.pk).stage
        told = f"{response.headers} {response.cookies.output()}"
        self.remains.pages.append(Page(who, stage, url, response.status_code, told, text))
        sent = {"t": "[22/Nov/2026:10:00:00 +0100]", "m": "GET" if data is None else "POST", "U": url}
        known = {"s": response.status_code, "B": len(content), "L": "0.012"}
        told_too = {"h": client.defaults["REMOTE_ADDR"], "a": client.defaults["HTTP_USER_AGENT"], "f": url}
        logging.getLogger("gunicorn.access").info(access_log_format, sent | known | told_too)
        return text

    def at(self, route: str, **more: str) -> str:
        token = tokens.read_token(self.session.join_token or "") if route.startswith("report") else ""
        of_session = not route.startswith(("join", "report", "poll-vote"))
        arguments = [self.session.pk] if of_session else [token or self.session.join_token]
        if route.removeprefix("report-") in dict(MADE):
            route = route.removeprefix("report-")
        return reverse(route, args=[*arguments, *more.values()])

    def take_part(self, place: int, who: str) -> None:
        """Everybody in their own way: one by one as with JavaScript, and as a whole; not everybody finishes."""
        self.ask(who, self.at("join"))
        self.ask(who, self.at("join"), {})
        cookie = next(morsel for name, morsel in self.browsers[who].cookies.items() if name.startswith("deelnemer-"))
        code = self.remains.codes[who] = cookie.value.partition(".")[0]
        self.remains.hashes.append(tokens.hash_personal_code(self.session.pk, code))
        values: dict[str, Any] = {
            item.key: CHOICES[(place + number) % 2]
            for number, item in enumerate(checklists.load_checklist(self.session.checklist))
        }
        values |= {f"{key}-note": note(who, key) for key in NOTED}
        values |= {"goal-sentence": sentence(who), "level": "practice" if place < 3 else "board"}
        values |= {"help-range": REACH[place % len(REACH)]}
        sent = page_of(self.ask(who, self.at("join-fill"))).sent()
        marks = {name: sent[name][0] for name in sent if name.startswith("seen-") or name == "keep-as"}
        for name, value in values.items() if place % 2 else ():
            one = {name: value, f"seen-{name}": marks[f"seen-{name}"], "keep-as": marks["keep-as"]}
            self.ask(who, self.at("join-fill"), one, **HTMX)
        if not place % 2:
            self.ask(who, self.at("join-fill"), {**marks, **values, "save": "1"})
        if place != 4:
            self.ask(who, self.at("join-fill"), {"keep-as": marks["keep-as"], "finish": "1"})
        self.ask(who, self.at("join"))
        for looking in (who, "coordinator"):
            self.ask(looking, self.at("join-standing"), **HTMX)
        self.ask("coordinator", self.at("session"))

    def answers_come_in(self) -> None:
        self.ask("coordinator", self.at("session-invite"), {"addresses": INVITED})
        self.remains.sessions.append(rows_of("django_session"))
        for place, who in enumerate((*PEOPLE, WITHDRAWN)):
            self.take_part(place, who)
        self.ask(PEOPLE[1], reverse("join-code"), {"code": "QQQ-QQQ"})
        self.ask(PEOPLE[1], self.at("join-continue"), {"code": "QQQQ-QQQQ-QQQQ"})
        # On another device, with the code.
        self.ask(PEOPLE[0], self.at("join-new"), {})
        self.ask(PEOPLE[0], self.at("join-continue"), {"code": self.remains.codes[PEOPLE[0]]})
        self.ask(PEOPLE[0], self.at("join-fill"))
        self.remains.old_keys = keys_now()
        self.ask(WITHDRAWN, self.at("join-withdraw"))
        self.ask(WITHDRAWN, self.at("join-withdraw"), {})
        self.remains.sessions.append(rows_of("django_session"))
        self.look_around()

    def look_around(self) -> None:
        """Everybody looks everywhere."""
        routes = ["session", "session-screen", "session-edit", "session-link", "session-invite", "session-close"]
        routes += ["session-open", "session-conclude", "session-erase", "session-report", "session-pdf"]
        for who in ("coordinator", "facilitator"):
            for route in routes:
                self.ask(who, self.at(route))
            self.ask(who, self.at("outcome", key="goal-shared"))
            for route in ("agreements", "polls", "session-next"):
                self.ask(who, self.at(route))
            for agreement in self.session.agreements.all():
                self.ask(who, self.at("agreement", key=str(agreement.pk)))
            for route, name in MADE:
                self.ask(who, self.at(f"session-{route}", **({"name": name} if name else {})))
            self.ask(who, reverse("collaboration", args=[self.session.collaboration_id]))
            self.look_beside(who)
        for who in PEOPLE:
            for route in ("join", "join-standing", "poll-vote", "report", "report-pdf"):
                self.ask(who, self.at(route))
            for route, name in MADE:
                self.ask(who, self.at(f"report-{route}", **({"name": name} if name else {})))
            for wanted in Format:
                self.ask(who, self.at("report-file", wanted=wanted))

    def look_beside(self, who: str) -> None:
        """Where sessions stand beside each other, what is shared of them, what brings answers in, what is taken out."""
        chosen = f"?sessie={self.session.pk}"
        for route in COMPARED:
            self.ask(who, f"{reverse(route)}{chosen}")
        self.ask(who, f"{reverse('compare-table')}{chosen}&orde=knelt")
        for wanted in Format:
            self.ask(who, f"{reverse('compare-file', args=[wanted])}{chosen}")
            self.ask(who, self.at("session-file", wanted=wanted))
        for route in ("lessons", "quotes", "import", "import-template"):
            self.ask(who, self.at(route))
        for lesson in self.session.lessons.all():
            self.ask(who, self.at("lesson", key=str(lesson.pk)))
        about = [self.session.collaboration_id]
        for url in (reverse("collaboration-signals", args=about), reverse("session-earlier", args=about)):
            self.ask(who, url)
        for route in ("shared", "signals", "signals-pdf", "everything"):
            self.ask(who, reverse(route))

    def share(self) -> None:
        """What is told outside: a lesson without a name, a released note, and that they take part in signals."""
        lesson = {"text": SAID[3], "item": "goal-shared", "sharing": "unnamed", "key": str(uuid4())}
        self.ask("coordinator", self.at("lessons"), lesson)
        released = {"veld": "goal-shared-note", "merk": outcomes.text_digest(note(PEOPLE[0], "goal-shared"))}
        self.ask("coordinator", self.at("quotes"), {**released, "vrijgeven": "ja"})
        about = [self.session.collaboration_id]
        self.ask("coordinator", reverse("collaboration-signals", args=about), {"meedoen": "ja"})

    def poll(self) -> None:
        """Everybody says by phone where they stand on what was agreed."""
        [agreed] = self.session.agreements.all()
        begin = {"step": "open", "over": str(agreed.pk), "key": str(uuid4())}
        self.ask("facilitator", self.at("polls"), begin)
        key = str(self.session.polls.get().pk)
        for place, who in enumerate(PEOPLE):
            ballot = tokens.new_token()
            self.remains.ballots.append(ballot)
            stance = list(Stance)[place % 3]
            self.ask(who, self.at("poll-vote"), {"poll": key, "ballot": ballot, "stance": stance})
            self.ask(who, self.at("poll-vote"))
            self.ask("facilitator", self.at("polls"))
        self.ask("facilitator", self.at("polls"), {"step": "close", "poll": key})

    def fold(self) -> None:
        """Two years on. What is seen from here on stands apart."""
        pages, self.remains.pages = self.remains.pages, self.remains.folded_pages
        Session.objects.filter(pk=self.session.pk).update(concluded_on=clock.today() - timedelta(1000))
        assert aggregation.aggregate_old_rounds(clock.today()) == 1
        self.look_around()
        self.remains.pages, self.remains.folded_tables = pages, all_tables()

    def close_open_and_conclude(self) -> None:
        self.ask("coordinator", self.at("session-close"), {})
        self.remains.new_keys = keys_now()
        self.ask(PEOPLE[1], self.at("join-fill"), {"goal-shared": "helping", "seen-goal-shared": "0"})
        self.look_around()
        self.ask("coordinator", self.at("session-open"), {})
        said = {"choice": "divided", "reason": SAID[0], "minority": "", "seen": etag(None)}
        self.ask("facilitator", self.at("outcome", key="goal-shared"), said)
        self.look_around()
        agreement = {"what": SAID[1], "who": SAID[2], "item": "goal-shared", "principle": "3", "key": str(uuid4())}
        self.ask("facilitator", self.at("agreements"), agreement)
        self.poll()
        self.share()
        next_on = clock.today() + timedelta(3)
        decided = {**CONCLUDING, "reason": SAID[3], "next_on": next_on.isoformat()}
        self.ask("coordinator", self.at("session-conclude"), decided)
        self.look_around()
        [kept] = self.session.agreements.all()
        dropped = {
            "state": "dropped",
            "reason": SAID[3],
            "seen": etag(load_agreements(self.session)[0]),
        }
        self.ask("coordinator", self.at("agreement", key=str(kept.pk)), dropped)
        # Ten minutes later it can't be taken back any more, and the next night nobody knows at what time it was.
        for conclusion in Conclusion.objects.all():
            conclusion.recorded_at -= rounds.UNDO_WITHIN
            conclusion.save()
        call_command("send_reminders")
        rounds.forget_times()
        self.remains.mails = [(sent.to, f"{sent.subject} {sent.body}") for sent in mail.outbox]


def hold_round() -> Remains:
    remains = Remains()
    with everything_logged(remains.lines):
        held = Round(remains)
        held.answers_come_in()
        held.close_open_and_conclude()
    token = held.session.join_token or ""
    remains.links = [token, tokens.read_token(token)]
    remains.tables = all_tables()
    with everything_logged(remains.lines):
        held.fold()
    return remains
