"""The demonstration: collaborations that nobody has, made the way people make theirs, and taken away again.

What is in it stands in `fixtures/demo.nl.json`. Its days lie in the past as seen from the day on which it is made.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from reflectie.domain.meeting.talk import go_to, reveal
from reflectie.domain.questionnaire.answers import FieldValue, Value, note_name
from reflectie.domain.questionnaire.checklist import ActionOwner
from reflectie.domain.report.agreements import Agreement, Conclusion, Decision, Needed, State
from reflectie.domain.report.outcomes import Choice, Outcome
from reflectie.domain.setup import Grouping, Mode
from reflectie.domain.sharing import Sharing
from reflectie.models import Agreement as AgreementRow
from reflectie.models import Answer, Collaboration, Lesson, Membership, Role, Session
from reflectie.models import Conclusion as ConclusionRow

from .accounts import close_account
from .clock import now, today
from .collaborations.collaborations import create_collaboration, erase_collaboration
from .meeting.talks import change_talk, start_talk
from .questionnaire.checklists import item_ids
from .questionnaire.plans import Plan
from .report.agreements import add_agreement
from .report.outcomes import record_outcome
from .report.parked import park
from .sample_data import give_role, make_account, make_round, set_back
from .sessions.rounds import close_round, conclude, open_report

CONTENT = settings.BASE_DIR / "fixtures" / "demo.nl.json"
# At a name reserved for examples (RFC 2606): nobody can have a mailbox there, nor ask for a code to sign in.
ADDRESSES = {role: f"demo-{role}@example.org" for role in (Role.COORDINATOR, Role.FACILITATOR)}
# Of every mark in the file: a person's answer to an item.
MARKS = {
    "-": Value.HINDERING.value,
    "+": Value.HELPING.value,
    "?": Value.DONT_KNOW.value,
    "!": Value.DISAGREE.value,
    ".": "",
}
# Sessions and agreements are on Tuesdays: nobody reflects on a Sunday.
TUESDAY = 1
# Bytes of a password that is shown once; what is public on a page can't be guessed.
PASSWORD_BYTES = 12


class DemoStandsError(Exception):
    """The demonstration is there already, or somebody else has the address of one of its accounts."""


class NotEmptyError(Exception):
    """There are collaborations of real people, which a demonstration would stand among."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Who can sign in to look at it, by role, with the password that is told here and nowhere else."""

    addresses: Mapping[Role, str]
    password: str


def read_demo() -> dict[str, Any]:
    """What the file says: people, and collaborations with their sessions."""
    content: dict[str, Any] = json.loads(CONTENT.read_text())
    return content


def make_demo(content: Mapping[str, Any], *, beside: bool = False) -> Demo:
    """Make the demonstration of `content` (`fixtures/demo.nl.json`) and the accounts to look at it with: all or
    nothing, marked as invented in its names too.

    Raises DemoStandsError when it is there, NotEmptyError beside collaborations of others unless `beside` says that
    this is meant, NothingPublishedError without a checklist.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with transaction.atomic():
        if Collaboration.objects.filter(invented=True).exists() or _accounts().exists():
            raise DemoStandsError
        if Collaboration.objects.exists() and not beside:
            raise NotEmptyError
        names = content["people"]
        users = {
            role: make_account(address, name=names[role], password=password) for role, address in ADDRESSES.items()
        }
        for described in content["collaborations"]:
            _collaboration(described, users)
    return Demo(ADDRESSES, password)


def remove_demo() -> int:
    """Erase the demonstration and its accounts, with what they made themselves and share with nobody; how many
    collaborations went. Nothing of others is touched: raises LastCoordinatorError when somebody with an own account
    has a role in a collaboration that only a demonstration's account coordinates.
    """
    with transaction.atomic():
        accounts = list(_accounts().order_by("pk"))
        theirs = Collaboration.objects.filter(memberships__user__in=accounts)
        shared = Collaboration.objects.filter(memberships__in=Membership.objects.exclude(user__in=accounts))
        going = Collaboration.objects.filter(
            Q(invented=True) | Q(pk__in=theirs.values("pk")) & ~Q(pk__in=shared.values("pk"))
        )
        keys = list(going.order_by("pk").values_list("pk", flat=True))
        for key in keys:
            erase_collaboration(key)
        for account in accounts:
            close_account(account)
    return len(keys)


def _accounts() -> Any:
    return User.objects.filter(email__in=ADDRESSES.values())


def _collaboration(described: Mapping[str, Any], users: Mapping[Role, User]) -> None:
    collaboration = create_collaboration(
        users[Role.COORDINATOR],
        name=described["name"],
        region=described["region"],
        theme=described["theme"],
        partners=described["partners"],
    )
    collaboration.invented, collaboration.signals_from = True, tuesday(described["signals_from_weeks_ago"])
    collaboration.save(update_fields=["invented", "signals_from"])
    give_role(collaboration, users[Role.FACILITATOR], Role.FACILITATOR)
    for session in described["sessions"]:
        _session(collaboration, session)


def _session(collaboration: Collaboration, described: Mapping[str, Any]) -> None:
    day = tuesday(described["weeks_ago"])
    sheets = [answers_of(described, number) for number in range(len(described["people"]))]
    unfinished = described.get("unfinished", ())
    session = make_round(collaboration, plan_of(described, day), sheets, unfinished=unfinished)
    Session.objects.filter(pk=session.pk).update(told_of_signals=True)
    if described["stage"] != Session.Stage.OPEN:
        _after_closing(session, described)
        set_back(session, day)


def plan_of(described: Mapping[str, Any], day: date) -> Plan:
    """How a session of the file was planned, for a day."""
    closes = described.get("closes_weeks_ago")
    return Plan(
        planned_on=day,
        mode=Mode(described["mode"]),
        questions=tuple(described["questions"]),
        grouping=Grouping(described.get("grouping", Grouping.NONE)),
        groups=tuple((name, expected) for name, expected in described.get("groups", ())),
        expected=described.get("expected"),
        closes_on=None if closes is None else tuesday(closes),
        facilitator_prepares=described.get("facilitator_prepares", False),
        name=described.get("name", ""),
    )


def answers_of(described: Mapping[str, Any], number: int) -> dict[str, FieldValue]:
    """What one person in a session of the file answered, by field name: of an item the mark in that person's place."""
    beside = described["people"][number]
    values: dict[str, FieldValue] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in beside.items()
    }
    values |= {key: MARKS[marks[number]] for key, marks in described["answers"].items()}
    notes = {note_name(note["item"]): note["text"] for note in described.get("notes", ()) if note["by"] == number}
    return {name: value for name, value in (values | notes).items() if value}


def _after_closing(session: Session, described: Mapping[str, Any]) -> None:
    session = close_round(session, without_results=described.get("without_results", False))
    released = [note["text"] for note in described.get("notes", ()) if note.get("released")]
    Answer.objects.filter(response__session=session, note__in=released).update(released=True)
    if described["stage"] == Session.Stage.CLOSED:
        return
    if session.stage == Session.Stage.CLOSED:
        session = open_report(session)
    for key, outcome in described.get("outcomes", {}).items():
        record_outcome(session, key, _outcome(outcome), "0")
    for agreement in described.get("agreements", ()):
        _agree(session, agreement)
    _learn(session, described.get("lessons", ()))
    for text in described.get("parked", ()):
        park(session, text, uuid4())
    if talk := described.get("talk"):
        _talk(session, talk)
    if described["stage"] == Session.Stage.CONCLUDED:
        conclude(session, _conclusion(described["conclusion"]))
        # Nobody reads mail at the address of an example.
        ConclusionRow.objects.filter(session=session).update(reminded=True, recorded_at=None)


def _outcome(described: Mapping[str, str]) -> Outcome:
    choice, mover = described.get("choice"), described.get("mover")
    return Outcome(
        Choice(choice) if choice else None,
        described.get("reason", ""),
        described.get("minority", ""),
        ActionOwner(mover) if mover else None,
    )


def _agree(session: Session, described: Mapping[str, Any]) -> None:
    weeks = described.get("due_weeks_ago")
    agreement = Agreement(
        key="",
        what=described["what"],
        who=described.get("who", ""),
        due_on=None if weeks is None else tuesday(weeks),
        item=described.get("item", ""),
        principle=described.get("principle", 0),
        state=State(described["state"]),
        reason=described.get("reason", ""),
        trigger=described.get("trigger", ""),
    )
    made = add_agreement(session, agreement, uuid4())
    sharing = Sharing(described.get("sharing", Sharing.NOT))
    AgreementRow.objects.filter(pk=UUID(made.key)).update(sharing=sharing)


def _learn(session: Session, lessons: Iterable[Mapping[str, str]]) -> None:
    ids = item_ids(session.checklist_id)
    for lesson in lessons:
        sharing = Sharing(lesson["sharing"])
        Lesson.objects.create(session=session, item_id=ids[lesson["item"]], text=lesson["text"], sharing=sharing)


def _talk(session: Session, described: Mapping[str, Any]) -> None:
    """A talk that came as far as the place it is `at`, with all that is talked about there shown."""
    session = Session.objects.select_related("checklist", "collaboration", "totals").get(pk=session.pk)
    talk = start_talk(session, described["minutes"])
    for part in talk.agenda[: talk.at(described["at"]) + 1]:
        change_talk(session, partial(go_to, place=part.place, now=now()))
        if part.is_topic:
            change_talk(session, partial(reveal, place=part.place))


def _conclusion(described: Mapping[str, Any]) -> Conclusion:
    weeks = described.get("next_weeks_ago")
    return Conclusion(
        Needed(described["needed"]),
        Decision(described["decision"]),
        described["reason"],
        None if weeks is None else tuesday(weeks),
    )


def tuesday(weeks_ago: int) -> date:
    """The Tuesday so many weeks ago, or to come where that is below nought."""
    day = today() - timedelta(weeks=weeks_ago)
    return day - timedelta(days=(day.weekday() - TUESDAY) % 7)
