"""Who may: a row for each address, by person and by stage, and the people it is asked as."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import cache
from http.cookies import SimpleCookie
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from reflectie.domain.report.agreements import Agreement as Kept
from reflectie.domain.setup import Mode
from reflectie.domain.versions import etag
from reflectie.models import Agreement, Invitation, Item, Lesson, Membership, Role, Session
from reflectie.services import clock
from reflectie.services.meeting import talks
from reflectie.services.report import outcomes, reports
from reflectie.services.sessions import rounds
from reflectie.services.tokens import hash_personal_code, hash_token, new_token, read_token
from reflectie.web.participant_cookie import remember_code, sheet_draft_key
from reflectie.web.reflection_cookie import remember
from tests.helpers.factories import (
    CONCLUDING,
    CONCLUSION,
    fill_in,
    make_account,
    make_collaboration,
    make_reflection,
    make_round,
    sign_in_now,
)

# People who didn't sign in. A stranger holds the address that is asked, as a leaked link would be held, and nothing
# else; an owner holds the link and the cookie of a reflection without an account; a participant the link, the cookie
# and the answers of this session, and somebody elsewhere those of a session of another collaboration.
OUTSIDE = ("stranger", "owner", "participant", "elsewhere")


# People who did: with a role in this collaboration, as coordinator of another one, and as staff without any role.
# None has a password or a second factor, and all signed in a moment ago.
INSIDE = ("coordinator", "facilitator", "other", "admin")


# `prepared` is closed too, in a session of which the facilitator reads the report first.
STAGES = ("open", "closed", "prepared", "discussion", "concluded")


AFTER_OPENING = ("discussion", "concluded")


# Status of GET and of POST.
READ, FORM, DONE = (200, 405), (200, 422), (200, 303)


SIGN_IN = (302, 302)


ABSENT, ABSENT_READ = (404, 404), (404, 405)


TOO_LATE = (409, 409)


ELSEWHERE = (303, 303)


Statuses = tuple[int, int]


Row = dict[str, Statuses]


def row(outside: Statuses, inside: Statuses, **others: Statuses) -> Row:
    return {**dict.fromkeys(OUTSIDE, outside), **dict.fromkeys(INSIDE, inside), **others}


def everybody(statuses: Statuses, **others: Statuses) -> Row:
    return row(statuses, statuses, **others)


def signed_in(statuses: Statuses) -> Row:
    return row(SIGN_IN, statuses)


def members(coordinator: Statuses, facilitator: Statuses = ABSENT) -> Row:
    absent = ABSENT_READ if 405 in coordinator + facilitator else ABSENT
    return row(SIGN_IN, absent, coordinator=coordinator, facilitator=facilitator)


def at(stages: tuple[str, ...], then: Row, otherwise: Row) -> dict[str, Row]:
    return {stage: then if stage in stages else otherwise for stage in STAGES}


def throughout(then: Row) -> dict[str, Row]:
    return dict.fromkeys(STAGES, then)


OPEN = ("open",)


# Of a session's report: nobody's before it is opened up, save the facilitator's who prepares.
REPORT = at(AFTER_OPENING, members(READ, READ), members(ABSENT_READ, ABSENT_READ)) | {
    "prepared": members(ABSENT_READ, READ)
}


# What is set beside other sessions is only what everybody may read.
COMPARED = at(AFTER_OPENING, members(READ, READ), members(ABSENT_READ, ABSENT_READ))


# Pages for who isn't signed in yet, and steps of a way that nobody here is on.
TO_SIGN_IN = row(FORM, (302, 302))


NOT_ON_THE_WAY = everybody((302, 302))


# Route -> person -> statuses, or route -> stage -> person -> statuses for what is about a session.
TABLE: dict[str, Row | dict[str, Row]] = {
    "home": everybody(READ),
    "about": everybody(READ),
    "help": everybody(READ),
    "privacy": everybody(READ),
    "accessibility": everybody(READ),
    "robots-txt": everybody(READ),
    # Absent until the host fills them in.
    "logo": everybody(ABSENT_READ),
    "security-txt": everybody(ABSENT_READ),
    "example": everybody(READ),
    "example-pdf": everybody(READ),
    "alive": everybody(READ),
    "ready": everybody(READ),
    "metrics": everybody(ABSENT_READ),
    # A reflection without an account: whoever has its link. Which link opens what stands in LINKS.
    "start": everybody(FORM),
    "fill": everybody(DONE),
    "erase": everybody((200, 200)),
    "team-outcome": everybody(DONE),
    "team-agreements": everybody(DONE),
    "team-agreement": everybody(DONE),
    "team-parked": everybody(DONE),
    "team-polls": everybody(DONE),
    "team-talk": everybody(DONE),
    "adopt": signed_in(FORM),
    # A collaboration.
    "collaborations": signed_in(READ),
    "collaboration-new": signed_in(FORM),
    "collaboration": members(READ, READ),
    "collaboration-edit": members(FORM),
    "collaboration-erase": members(FORM),
    "collaboration-archive": members(DONE),
    "collaboration-activity": members(READ, (404, 405)),
    # What each coordinator wants for themselves; a facilitator gets no mails.
    "collaboration-mails": members(DONE),
    "members": members(DONE, (200, 404)),
    "invitation": everybody(DONE),
    # A session, for who has a role in its collaboration.
    "session-new": members(FORM),
    "session-earlier": members(FORM),
    "collaboration-signals": members(DONE, (200, 404)),
    "session": throughout(members(READ, READ)),
    "session-screen": throughout(members(READ, READ)),
    "session-edit": at(OPEN, members(FORM), members(TOO_LATE)),
    "session-name": throughout(members(DONE)),
    "session-link": at(OPEN, members(DONE), members(TOO_LATE)),
    "session-invite": at(OPEN, members(FORM), members(TOO_LATE)),
    "session-close": at(OPEN, members(DONE), members(TOO_LATE)),
    "session-open": at(("closed", "prepared"), members(DONE), members(TOO_LATE)),
    "session-conclude": at(("discussion",), members(DONE), members(TOO_LATE)),
    # A button on the session's page, without a page of its own.
    "session-undo": throughout(row(SIGN_IN, (405, 404), coordinator=(405, 409)))
    | {"concluded": row(SIGN_IN, (405, 404), coordinator=(405, 200))},
    "session-erase": throughout(members(DONE)),
    "session-report": REPORT,
    "session-pdf": REPORT,
    "outcome": throughout(members(ABSENT))
    | {
        "prepared": members(ABSENT, (302, 409)),
        "discussion": members(DONE, DONE),
        "concluded": members((302, 409), (302, 409)),
    },
    # The remote of a talk.
    "talk": at(("discussion",), members(DONE, DONE), members(ABSENT)) | {"concluded": members(TOO_LATE, TOO_LATE)},
    "talk-state": at(("discussion",), members(READ, READ), members(ABSENT_READ, ABSENT_READ))
    | {"concluded": members((409, 405), (409, 405))},
    "session-document": REPORT,
    "session-picture": REPORT,
    "session-guide": REPORT,
    "session-said": REPORT,
    "session-rebuild": REPORT,
    # What a team agreed on is made in the discussion, and kept up after it.
    "agreements": at(("discussion",), members(DONE, DONE), members(ABSENT))
    | {"concluded": members((200, 409), (200, 409))},
    # Asked in the discussion, and read after it.
    "polls": at(("discussion",), members(DONE, DONE), members(ABSENT)) | {"concluded": members((200, 409), (200, 409))},
    # What the talk puts off: made in it, and read after it.
    "parked": at(("discussion",), members(DONE, DONE), members(ABSENT))
    | {"concluded": members((200, 409), (200, 409))},
    "open-agreements": signed_in(READ),
    "agreement": at(AFTER_OPENING, members(DONE, DONE), members(ABSENT)),
    "session-next": at(("concluded",), members(READ, READ), members(ABSENT_READ, ABSENT_READ)),
    # What others outside may find.
    "lessons": at(AFTER_OPENING, members(FORM, (200, 404)), members(ABSENT)),
    "lesson": at(AFTER_OPENING, members(FORM), members(ABSENT)),
    "shared": signed_in(READ),
    **dict.fromkeys(
        ("compare", "compare-table", "compare-time", "compare-beside", "compare-pdf", "compare-file"), COMPARED
    ),
    "session-file": REPORT,
    # What recurs across collaborations: without a name, for everybody with an account.
    "signals": signed_in(READ),
    "signals-pdf": signed_in(ABSENT_READ),
    "quotes": at(AFTER_OPENING, members(DONE), members(ABSENT)),
    "remove-text": at(AFTER_OPENING, members(DONE), members(ABSENT)),
    "paper-form": at(OPEN, members(READ, READ), members(ABSENT_READ, ABSENT_READ)),
    "paper": at(OPEN, members(DONE), members(TOO_LATE)),
    "import": at(OPEN, members(FORM), members(TOO_LATE)),
    # Made for who types it in: a facilitator has no part in that.
    "import-template": at(OPEN, members(READ, ABSENT_READ), members((409, 405), ABSENT_READ)),
    # Taking part: whoever has the link, and for one's own answers the cookie.
    "join-code": everybody(FORM),
    "join": at(AFTER_OPENING, everybody((302, 303)), everybody(DONE)),
    # The talk: whoever has the address of its wall, and to follow it whoever took part.
    **dict.fromkeys(("wall", "wall-state"), at(AFTER_OPENING, everybody(READ), everybody(ABSENT_READ))),
    "join-talk": at(AFTER_OPENING, everybody(READ), everybody((302, 405))),
    "join-talk-state": throughout(everybody(READ)),
    "join-fill": at(OPEN, everybody((303, 409), participant=DONE), everybody((303, 409))),
    "join-standing": throughout(everybody(READ)),
    "join-continue": at(OPEN, everybody(FORM), everybody(ELSEWHERE)),
    "join-withdraw": at(OPEN, everybody(ELSEWHERE, participant=(200, 200)), everybody(TOO_LATE)),
    # Only whoever is done may ask for a mail; all others are led to the round.
    "join-mail": throughout(everybody(ELSEWHERE)),
    "join-calendar": at(AFTER_OPENING, everybody(ABSENT_READ), everybody(READ)),
    # Nobody can vote where no poll goes on.
    "poll-vote": at(AFTER_OPENING, everybody((200, 409)), everybody(ELSEWHERE)),
    "join-new": at(OPEN, everybody(DONE), everybody(ELSEWHERE)),
    "report": at(AFTER_OPENING, everybody(READ), everybody(ABSENT_READ)),
    **dict.fromkeys(
        ("report-pdf", "report-file", "document", "picture", "guide", "said", "rebuild"),
        at(AFTER_OPENING, everybody(READ), everybody(ABSENT_READ)),
    ),
    # An account.
    "account": signed_in(READ),
    "account_name": signed_in(DONE),
    "account_data": signed_in(READ),
    "account_data_file": signed_in(READ),
    # The only coordinator has to hand over first.
    "everything": signed_in(READ),
    "account_close": row(SIGN_IN, DONE, coordinator=(200, 409), other=(200, 409)),
    "account_login": TO_SIGN_IN,
    "account_request_login_code": TO_SIGN_IN,
    "account_signup": TO_SIGN_IN,
    "account_confirm_login_code": NOT_ON_THE_WAY,
    "mfa_authenticate": NOT_ON_THE_WAY,
    "account_logout": signed_in((200, 302)),
    "account_inactive": everybody(READ),
    "account_email": signed_in((200, 302)),
    "account_email_verification_sent": NOT_ON_THE_WAY,
    "account_change_password": NOT_ON_THE_WAY,
    "account_set_password": signed_in(FORM),
    "account_reset_password": everybody(FORM),
    "account_confirm_password_reset_code": NOT_ON_THE_WAY,
    "account_complete_password_reset": NOT_ON_THE_WAY,
    "account_password_reset_completed": everybody(READ),
    # Who has neither password nor second factor is asked a code by mail.
    "account_reauthenticate": signed_in((302, 302)),
    "mfa_reauthenticate": signed_in((302, 302)),
    "account_reauthenticate_code": signed_in(DONE),
    "mfa_index": signed_in(READ),
    "mfa_activate_totp": signed_in(FORM),
    "mfa_deactivate_totp": signed_in(ABSENT),
    "mfa_view_recovery_codes": signed_in(ABSENT_READ),
    "mfa_generate_recovery_codes": signed_in(FORM),
    "mfa_download_recovery_codes": signed_in(ABSENT),
}


# With which the form to add an agreement is sent, once.
NEW_KEY = str(uuid4())


READING = {"report", "report-pdf", "report-file", "document", "picture", "guide", "said", "rebuild"}


# Of what a browser may hold, the routes that it opens. To all others with a token it is no more than a guess.
LINKS = {
    "to fill in": {
        *("fill", "erase", "adopt"),
        *("team-outcome", "team-agreements", "team-agreement", "team-parked", "team-polls", "team-talk"),
    },
    "to read a reflection": READING,
    "to take part": {
        *("join", "join-fill", "join-standing", "join-continue", "join-withdraw", "join-new"),
        *("join-mail", "join-calendar", "join-talk", "join-talk-state", "poll-vote"),
    },
    "of a wall": {"wall", "wall-state"},
    "to read a round": READING,
    "of an invitation": {"invitation"},
    "that never was": set(),
}


@cache
def any_browser() -> Client:
    """One for all: each would load the middleware anew, which takes longer than all that a case asks of it."""
    return Client()


class World:
    """A session at a stage, the reflection of somebody else, and everybody in the table with a browser."""

    def __init__(self, stage: str) -> None:
        self.collaboration = make_collaboration()
        plan = {"paper_by": "Els", "facilitator_prepares": stage == "prepared", "expected": 6}
        self.session = make_round(collaboration=self.collaboration, **plan)
        self.elsewhere = make_round()
        self.reflection = make_reflection({"goal-shared": "helping"}, mode=Mode.TOGETHER, finished=True)
        self.agreement_of_team = Agreement.objects.create(
            session=self.reflection.response.session, what="We lezen het doel"
        )
        self.code, *_ = [fill_in(self.session, {"goal-shared": "helping", "goal-shared-note": "Ja"}) for _ in range(3)]
        self.code_elsewhere = fill_in(self.elsewhere, {"goal-shared": "helping"})
        self.invitation_token, self.wall_token = new_token(), new_token()
        Invitation.objects.create(
            collaboration=self.collaboration,
            email="bo@example.org",
            role=Role.FACILITATOR,
            token_hash=hash_token(self.invitation_token),
            sent_on=clock.today(),
        )
        self.users = {
            "coordinator": self.coordinator_of(self.session),
            "facilitator": make_account(f"fien.{stage}@example.org"),
            "other": self.coordinator_of(self.elsewhere),
            "admin": make_account(f"beheer.{stage}@example.org", is_staff=True, is_superuser=True),
        }
        Membership.objects.create(
            collaboration=self.collaboration, user=self.users["facilitator"], role=Role.FACILITATOR
        )
        self.agreement = Agreement.objects.create(session=self.session, what="We schrijven het doel op")
        self.lesson = Lesson.objects.create(
            session=self.session,
            item=Item.objects.get(key="goal-shared"),
            text="Samen opschrijven hielp",
        )
        self.go_to(stage)
        self.cookies = {who: self.cookies_of(who) for who in (*OUTSIDE, *INSIDE)}

    def coordinator_of(self, session: Session) -> User:
        return User.objects.get(memberships__collaboration=session.collaboration_id)

    def go_to(self, stage: str) -> None:
        if stage != "open":
            rounds.close_round(self.session)
        if stage in AFTER_OPENING:
            rounds.open_report(self.session)
            talks.start_talk(self.session, 60)
            self.wall_token = talks.wall_token(self.session)
        if stage == "concluded":
            rounds.conclude(self.session, replace(CONCLUSION, next_on=clock.today()))

    def cookies_of(self, who: str) -> SimpleCookie:
        client, page = Client(), HttpResponse()
        if who in self.users:
            sign_in_now(client, self.users[who])
        elif who == "owner":
            remember(page, self.reflection.token)
        elif who == "participant":
            remember_code(page, self.session, self.code)
        elif who == "elsewhere":
            remember_code(page, self.elsewhere, self.code_elsewhere)
        client.cookies.update(page.cookies)
        return client.cookies

    def browser(self, who: str) -> Client:
        """What this person has before anything was asked: the same as in every other case."""
        client = any_browser()
        client.cookies = deepcopy(self.cookies[who])
        return client

    def tokens(self) -> dict[str, str]:
        join_token = self.session.join_token or ""
        return {
            "to fill in": self.reflection.token,
            "to read a reflection": self.reflection.read_token,
            "to take part": join_token,
            "to read a round": read_token(join_token),
            "of a wall": self.wall_token,
            "of an invitation": self.invitation_token,
            "that never was": new_token(),
        }

    def address(self, route: str) -> str:
        """The address with everything right in it."""
        return self.ask_for(route, pk=self.pk(route), token=self.token(route)) + self.query(route)

    def ask_for(self, route: str, **values: object) -> str:
        rows = {"agreement": self.agreement, "lesson": self.lesson, "team-agreement": self.agreement_of_team}
        key = rows[route].pk if route in rows else None
        return address(route, **({"key": key} if key else {}), **values)

    def kept(self, session: Session) -> Kept:
        return reports.load_agreements(session)[0]

    def pk(self, route: str) -> object:
        about_collaboration = route.startswith(("collaboration", "member", "session-new", "session-earlier"))
        return self.collaboration.pk if about_collaboration else self.session.pk

    def token(self, route: str) -> str:
        kinds = [kind for kind, routes in LINKS.items() if route in routes]
        return self.tokens()[kinds[-1]] if kinds else ""

    def query(self, route: str) -> str:
        if route.startswith("compare"):
            return f"?sessie={self.session.pk}"
        if route == "polls":
            return "?over=repair"
        return f"?veld=goal-shared-note&merk={outcomes.text_digest('Ja')}" if route == "remove-text" else ""

    def posted(self, route: str) -> dict[str, str]:
        """What goes along where an empty form would tell too little. Nowhere else."""
        mine = sheet_draft_key(self.session, hash_personal_code(self.session.pk, self.code))
        outcome = {"choice": "divided", "seen": etag(None)}
        made = {"what": "We bellen elke week", "key": NEW_KEY}
        changed = {"state": "busy", "what": "We schrijven het doel op"}
        of_team = self.reflection.response.session
        return {
            "join-fill": {"keep-as": mine, "goal-perspective": "hindering", "seen-goal-perspective": "0"},
            "session-conclude": CONCLUDING,
            "outcome": outcome,
            "team-outcome": outcome,
            "agreements": made,
            "team-agreements": made,
            "polls": {"step": "open", "over": "repair", "key": NEW_KEY},
            "parked": {"text": "De vergoedingen", "key": NEW_KEY},
            "agreement": {**changed, "seen": etag(self.kept(self.session))},
            "team-agreement": {**changed, "seen": etag(self.kept(of_team))},
            "remove-text": {"veld": "goal-shared-note", "merk": outcomes.text_digest("Ja")},
            "talk": {"step": "begin", "minutes": "60"},
            "team-parked": {"text": "De vergoedingen", "key": NEW_KEY},
            "team-polls": {
                "step": "hands",
                "over": "repair",
                "key": NEW_KEY,
                "behind": "3",
                "live_with": "0",
                "objection": "0",
            },
            "team-talk": {"step": "begin", "minutes": "60"},
            "paper": {"number": "3"},
            "members": {"action": "invite", "email": "nieuw@example.org", "role": "facilitator"},
        }.get(route, {})


def parameters(route: str) -> list[str]:
    return list(get_resolver().reverse_dict.getlist(route)[0][0][0][1])


def address(route: str, **values: object) -> str:
    known = {"key": "goal-shared", "wanted": "csv", "kind": "samenvatting", "name": "draaikolk", **values}
    return reverse(route, kwargs={name: known[name] for name in parameters(route)})


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker) -> Iterator[dict[str, World]]:
    """One for each stage, beside each other. Whatever a test asks of them is undone after it."""
    with django_db_blocker.unblock(), undone():
        yield {stage: World(stage) for stage in STAGES}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in here didn't happen for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_stage(route: str) -> dict[str, Row]:
    found = TABLE[route]
    return {"open": found} if "stranger" in found else found  # type: ignore[dict-item, return-value]
